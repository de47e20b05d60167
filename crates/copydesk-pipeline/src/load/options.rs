//! The options of a table: against their JSON Schema first, where every mistake is found at once, then by their type.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read},
    ops::Range,
};

use copydesk_parse::Limits;
use copydesk_stage::{ConfigError, Facet, Manifest};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    Loader,
    instance::{Instance, NAME, WHEN},
};
use crate::{
    Run,
    diagnosis::Diagnostic,
    node::{Entry, Node},
    schema_check::Subject,
    when::Condition,
};

/// The format of options that name a file whose contents the stage is given.
const FILE_CONTENTS: &str = "file-contents";

/// The options under `[run]` and `[limits]` as JSON Schemas, for messages about options in the wrong place.
fn table_schema(name: &str) -> Value {
    match name {
        "run" => schemars::schema_for!(Run).to_value(),
        "limits" => schemars::schema_for!(Limits).to_value(),
        _ => Value::Null,
    }
}

/// The table of settings that has an option of that name.
pub(super) fn option_home(key: &str) -> Option<String> {
    ["run", "limits"]
        .into_iter()
        .find(|name| table_schema(name).pointer("/properties").is_some_and(|p| p.get(key).is_some()))
        .map(|name| format!("`[{name}]`"))
}

/// No file that an option names is larger: templates of the pages of a thousand sites.
const LARGEST: u64 = 64 << 20;

/// The text of a file, if it is not without end.
fn read_within(path: &str) -> io::Result<String> {
    let mut text = String::new();
    // A device has no size that could be asked for.
    let read = File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if read as u64 > LARGEST {
        return Err(io::Error::other(format!("it has more than {LARGEST} bytes")));
    }
    Ok(text)
}

/// The options that name a file whose contents are given, as pointers: those of the table, and of the tables in it.
fn named_files(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look_for_files(schema, schema, "", &mut found);
    found
}

/// No schema of options is nested deeper; one that names itself ends there.
const DEEPEST: usize = 4;

fn look_for_files(root: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|name| root.pointer(name.strip_prefix('#')?));
    let choices = ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    for choice in reference.into_iter().chain(choices) {
        look_for_files(root, choice, at, found);
    }
    for (name, of) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let pointer = format!("{at}/{name}");
        if of.get("format").and_then(Value::as_str) == Some(FILE_CONTENTS) {
            found.push(pointer);
        } else if pointer.matches('/').count() < DEEPEST {
            look_for_files(root, of, &pointer, found);
        }
    }
}

/// What stands in a manifest for the contents of a file that an option names: a tokenizer or a list of templates has megabytes,
/// and all that matters is whether it is the same.
pub fn hash_of_contents(contents: &str) -> String {
    let digest = Sha256::digest(contents);
    digest.iter().fold("sha256:".to_owned(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

impl Loader<'_> {
    /// Checks the options of an instance: as they are, and in full, with the hashes of the files that they name. `None` where something is wrong.
    pub(super) fn options(
        &mut self,
        instance: &Instance<'_>,
        subject: &str,
        schema: &Value,
        resolve: impl FnOnce(&Value) -> Result<Value, ConfigError>,
    ) -> Option<(Value, Value)> {
        let subject_of_check =
            Subject { name: subject.into(), schema, besides: instance.besides, elsewhere: &option_home };
        let found = subject_of_check.check(instance.node);
        if !found.is_empty() {
            self.found.extend(found);
            return None;
        }
        let mut config = instance.node.to_json(instance.besides);
        self.read_files(instance, schema, &mut config)?;
        let mut resolved = self.built(instance, subject, resolve(&config))?;
        for pointer in named_files(schema) {
            if let Some(Value::String(contents)) = resolved.pointer_mut(&pointer).filter(|contents| *contents != "") {
                *contents = hash_of_contents(contents);
            }
        }
        Some((config, resolved))
    }

    /// Puts the contents of a file in the place of its name, for options of the format `file-contents`: a stage sees
    /// text and no files.
    fn read_files(&mut self, instance: &Instance<'_>, schema: &Value, config: &mut Value) -> Option<()> {
        let mut all_read = Some(());
        for pointer in named_files(schema) {
            let Some(Value::String(path)) = config.pointer_mut(&pointer) else { continue };
            match read_within(path) {
                Ok(contents) => *path = contents,
                Err(error) => {
                    let name = pointer.trim_start_matches('/').replace('/', ".");
                    let span = instance.node.place_of(&name).unwrap_or_else(|| instance.span.clone());
                    self.say(
                        Diagnostic::error(format!("cannot read `{path}`: {error}"), span)
                            .help("paths are relative to the current directory"),
                    );
                    all_read = None;
                }
            }
        }
        all_read
    }

    /// Gives an instance the name that its table has for it.
    pub(super) fn named(&mut self, instance: &Instance<'_>, subject: &str, manifest: Manifest) -> Option<Manifest> {
        let Some(entry) = instance.node.get(NAME) else { return Some(manifest) };
        let Some(name) = entry.node.as_str() else {
            let message = format!("`{NAME}` of {subject} must be text, not {}", entry.node.kind());
            self.say(Diagnostic::error(message, entry.node.span.clone()));
            return None;
        };
        self.built(instance, subject, manifest.named(name))
    }

    /// An instance under its condition, if its table has one.
    pub(super) fn under_condition<T>(
        &mut self,
        instance: &Instance<'_>,
        subject: &str,
        built: T,
        guard: impl FnOnce(Condition, T) -> Result<T, ConfigError>,
    ) -> Option<T> {
        let Some(entry) = instance.node.get(WHEN) else { return Some(built) };
        let Some(text) = entry.node.as_str() else {
            let message = format!("`{WHEN}` of {subject} must be text, not {}", entry.node.kind());
            self.say(
                Diagnostic::error(message, entry.node.span.clone()).help("it is a condition: `language == \"en\"`"),
            );
            return None;
        };
        let guarded = Condition::read(text).and_then(|condition| guard(condition, built));
        self.built(instance, subject, guarded)
    }

    /// What the condition of a part asks for that stages write, and where it stands.
    pub(super) fn asked(instance: &Instance<'_>) -> (Vec<Facet>, Range<usize>) {
        let Some(entry) = instance.node.get(WHEN) else { return (Vec::new(), instance.span.clone()) };
        let condition = entry.node.as_str().and_then(|text| Condition::read(text).ok());
        (condition.map(|condition| condition.reads()).unwrap_or_default(), entry.node.span.clone())
    }

    /// Puts an error of the typed build at its place.
    pub(super) fn built<T>(
        &mut self,
        instance: &Instance<'_>,
        subject: &str,
        result: Result<T, ConfigError>,
    ) -> Option<T> {
        result.map_err(|error| self.config_error(instance.node, &instance.span, subject, error)).ok()
    }

    fn config_error(&mut self, node: &Node, whole: &Range<usize>, subject: &str, error: ConfigError) {
        let message = if error.path.is_empty() {
            format!("{subject}: {}", error.message)
        } else {
            format!("`{}` of {subject}: {}", error.path, error.message)
        };
        let span = node.place_of(&error.path).unwrap_or_else(|| whole.clone());
        let mut diagnostic = Diagnostic::error(message, span);
        if let Some(label) = error.label {
            diagnostic = diagnostic.label(label);
        }
        if let Some(help) = error.help {
            diagnostic = diagnostic.help(help);
        }
        self.say(diagnostic);
        for error in error.more {
            self.config_error(node, whole, subject, error);
        }
    }

    /// `[limits]` or `[run]`.
    pub(super) fn settings<T: DeserializeOwned>(&mut self, entry: &Entry) -> Option<T> {
        let name = format!("`[{}]`", entry.key);
        let schema = table_schema(&entry.key);
        let elsewhere = |key: &str| option_home(key).filter(|home| !home.contains(&entry.key));
        let subject = Subject { name: name.clone(), schema: &schema, besides: &[], elsewhere: &elsewhere };
        let found = subject.check(&entry.node);
        if !found.is_empty() {
            self.found.extend(found);
            return None;
        }
        let typed = serde_json::from_value(entry.node.to_json(&[]));
        typed
            .map_err(|error| {
                let error = ConfigError::at("", error.to_string());
                self.config_error(&entry.node, &entry.key_span, &name, error);
            })
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_named_in_tables_within_tables_too() {
        let schema = json!({
            "properties": {
                "lists": { "type": "string", "format": "file-contents" },
                "chunks": { "anyOf": [{ "$ref": "#/$defs/Chunks" }, { "type": "null" }] },
                "name": { "type": "string" },
            },
            "$defs": { "Chunks": { "properties": {
                "tokenizer": { "type": "string", "format": "file-contents" },
                "again": { "$ref": "#/$defs/Chunks" },
            } } },
        });
        let found = named_files(&schema);
        assert!(found.contains(&"/lists".to_owned()) && found.contains(&"/chunks/tokenizer".to_owned()), "{found:?}");
        assert!(found.len() < 10 && !found.contains(&"/name".to_owned()), "{found:?}");
    }
}
