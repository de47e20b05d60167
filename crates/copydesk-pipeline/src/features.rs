//! What a program can be built without. Here is what a pipeline file names; what it asks for by an option says itself that it
//! was left out: `when` (feature `conditions`), and a `tokenizer` (feature `tokens`).

/// A feature of this crate and of the program: what stands behind it, and whether it is on.
struct Feature {
    name: &'static str,
    behind: &'static [&'static str],
    is_on: bool,
}

const FEATURES: [Feature; 4] = [
    Feature { name: "parquet", behind: &["parquet"], is_on: cfg!(feature = "parquet") },
    Feature { name: "sqlite", behind: &["sqlite"], is_on: cfg!(feature = "sqlite") },
    Feature { name: "http", behind: &["http"], is_on: cfg!(feature = "http") },
    Feature {
        name: "corpus",
        behind: &[
            "select-documents",
            "filter-quality",
            "mask-personal-data",
            "describe-text",
            "find-duplicates",
            "follow-versions",
            "watch-sites",
            "chunks",
        ],
        is_on: cfg!(feature = "corpus"),
    },
];

/// What to do where a source, a stage, a survey or an export of that name is asked for and not built in; `None` for names that the house
/// does not know at all.
pub fn left_out(name: &str) -> Option<String> {
    let Feature { name: feature, .. } =
        FEATURES.iter().find(|feature| !feature.is_on && feature.behind.contains(&name))?;
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
        let catalog = crate::builtin();
        for feature in FEATURES {
            for name in feature.behind {
                let is_there = catalog.find_export(name).is_some()
                    || catalog.find_source(name).is_some()
                    || catalog.find_stage(name).is_some()
                    || catalog.find_survey(name).is_some();
                assert_eq!(is_there, feature.is_on, "{name}");
                assert_eq!(left_out(name).is_none(), feature.is_on, "{name}");
            }
        }
    }
}
