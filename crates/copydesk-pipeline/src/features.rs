//! What a program can be built without.

/// Sources and exports that stand behind a feature of their name, of this crate and of the program, and whether that is on.
const BEHIND: [(&str, bool); 2] = [("parquet", cfg!(feature = "parquet")), ("sqlite", cfg!(feature = "sqlite"))];

/// What to do where a source or an export of that name is asked for and not built in; `None` for names that the house does
/// not know at all.
pub fn left_out(name: &str) -> Option<String> {
    let (feature, _) = BEHIND.iter().find(|(behind, is_built_in)| *behind == name && !is_built_in)?;
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
        for (name, is_built_in) in BEHIND {
            let catalog = crate::builtin();
            let is_there = catalog.find_export(name).is_some() || catalog.find_source(name).is_some();
            assert_eq!(is_there, is_built_in, "{name}");
            assert_eq!(left_out(name).is_none(), is_built_in, "{name}");
        }
    }
}
