//! The options of a table: against their JSON Schema first, where every mistake is found at once, then by their type.

use std::{
    fs::File,
    io::{self, Read},
    ops::Range,
};

use copydesk_parse::Limits;
use copydesk_stage::{ConfigError, Facet, Manifest};
use serde::de::DeserializeOwned;
use serde_json::Value;

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

impl Loader<'_> {
    /// Checks the options of an instance: as they are, and in full. `None` where something is wrong.
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
        let resolved = self.built(instance, subject, resolve(&config))?;
        Some((config, resolved))
    }

    /// Puts the contents of a file in the place of its name, for options of the format `file-contents`: a stage sees
    /// text and no files, and its resolved options change when the file does.
    fn read_files(&mut self, instance: &Instance<'_>, schema: &Value, config: &mut Value) -> Option<()> {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let names = properties.filter(|(_, of)| of.get("format").and_then(Value::as_str) == Some(FILE_CONTENTS));
        let mut all_read = Some(());
        for (name, _) in names {
            let Some(Value::String(path)) = config.get_mut(name) else { continue };
            match read_within(path) {
                Ok(contents) => *path = contents,
                Err(error) => {
                    let span = instance.node.place_of(name).unwrap_or_else(|| instance.span.clone());
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
