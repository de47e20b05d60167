//! The source for inputs that are named elsewhere than in the pipeline file.

use copydesk_stage::{ConfigError, Source, SourceEntry};
use serde_json::{Value, json};

use crate::BuiltSource;

/// The source that tells by content what is in a file.
const AUTO: &str = "auto";

/// What every source of files takes, and keeps whichever source reads in the end.
const SHARED: [&str; 4] = ["include", "exclude", "hidden", "follow_links"];

/// The source that reads these inputs and the files that these lists name. What the pipeline says of its own source (what to
/// leave out of folders, which field is the document) holds for them too.
pub fn named_source(
    entry: &SourceEntry,
    of_pipeline: Option<&BuiltSource>,
    inputs: &[String],
    lists: &[String],
) -> Result<Box<dyn Source>, ConfigError> {
    let (name, defaults) = (entry.name, entry.defaults());
    let mut config = json!({});
    if let Some(BuiltSource { kind: own_name, options: Value::Object(own), .. }) = of_pipeline {
        let kept = own.iter().filter(|(key, _)| *own_name == name || SHARED.contains(&key.as_str()));
        for (key, value) in kept.filter(|(key, _)| defaults.get(key.as_str()).is_some()) {
            config[key] = value.clone();
        }
        if name == AUTO && *own_name != AUTO {
            let special = own.iter().filter(|(key, _)| !SHARED.contains(&key.as_str()));
            let special = special.filter(|(key, _)| *key != "paths" && *key != "lists");
            let special: Value = special.map(|(key, value)| (key.clone(), value.clone())).collect();
            match (defaults.get(*own_name), special) {
                (Some(_), special) => config[*own_name] = special,
                // Files that are one document each.
                (None, special) => {
                    config["max_bytes"] = special.get("max_bytes").unwrap_or(&defaults["max_bytes"]).clone();
                }
            }
        }
    }
    config["paths"] = json!(inputs);
    config["lists"] = json!(lists);
    entry.build(&config)
}
