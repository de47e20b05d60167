//! What a program can be built without.

/// Sources and exports that stand behind a feature of this crate and of the program, each with that feature.
const BEHIND: [(&str, &str); 2] = [("parquet", "parquet"), ("sqlite", "sqlite")];

/// What to do where a source or an export of that name is asked for and not built in; `None` for names that the house does
/// not know at all.
pub fn left_out(name: &str) -> Option<String> {
    let (_, feature) = BEHIND.iter().find(|(behind, _)| *behind == name)?;
    Some(format!(
        "this program was built without the feature `{feature}`: build it with `--features {feature}`, or without \
         `--no-default-features`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_feature_is_there_where_the_feature_is() {
        for (name, feature) in BEHIND {
            let catalog = crate::builtin();
            let is_there = catalog.find_export(name).is_some() || catalog.find_source(name).is_some();
            let is_built_in = match feature {
                "parquet" => cfg!(feature = "parquet"),
                "sqlite" => cfg!(feature = "sqlite"),
                _ => panic!("no such feature: {feature}"),
            };
            assert_eq!(is_there, is_built_in, "{name}");
        }
    }
}
