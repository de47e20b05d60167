//! Tests that stand in a pipeline file: a document, and what is expected to become of it.

use std::{fmt, fs, path::Path};

use copydesk_document::{Document, Input, Label};
use copydesk_record::{Markup, Options, to_record};
use copydesk_runner::Outcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A test of a pipeline: a document, and what is expected to become of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineTest {
    /// What is tested, in words.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The document.
    pub input: Option<String>,
    /// A file with the document, in the place of `input`: its path from the folder of the pipeline file.
    pub file: Option<String>,
    /// What the document is called, such as the address of a page; the name of its file if left out.
    pub uri: Option<String>,
    /// What becomes of the document.
    pub outcome: ExpectedOutcome,
    /// The stage that takes it out or cannot work on it.
    pub stage: Option<String>,
    /// The rule by which it is quarantined.
    pub rule: Option<String>,
    /// Fields of the record. Of a table as much as is written has to be so, a list has to be so as a whole.
    pub record: Map<String, Value>,
    /// Fields of the record that have no value: null, or an empty text, list or table.
    pub none: Vec<String>,
    /// What stands in the text of the record.
    pub contains: Vec<String>,
    /// What does not stand in the text of the record.
    pub lacks: Vec<String>,
    /// What has been found out about blocks, and by which rule.
    pub block: Vec<ExpectedBlock>,
}

/// What becomes of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedOutcome {
    /// It is written.
    #[default]
    Written,
    /// A stage takes it out.
    Dropped,
    /// It cannot be worked on.
    Quarantined,
}

/// What is expected of every block that holds a piece of text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectedBlock {
    /// A piece of its text.
    #[schemars(length(min = 1))]
    pub text: String,
    /// What it has been found to be: `body`, `byline`, `share`, ...
    pub label: Option<Label>,
    /// The stage that had the last word.
    pub stage: Option<String>,
    /// Its rule.
    pub rule: Option<String>,
}

/// Something that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// What: a field of the record, a block.
    pub what: String,
    /// How it should be.
    pub expected: String,
    /// How it is.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  expected {}\n  found    {}", self.what, self.expected, self.found)
    }
}

impl PipelineTest {
    /// What is wrong with it as it is written: the option, and why.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let expects_nothing = self.record.is_empty()
            && [&self.none, &self.contains, &self.lacks].iter().all(|list| list.is_empty())
            && self.block.is_empty()
            && self.outcome == ExpectedOutcome::Written;
        let lists = [&self.none, &self.contains, &self.lacks];
        let of_record = !self.record.is_empty() || lists.iter().any(|list| !list.is_empty());
        match (&self.input, &self.file, self.outcome) {
            _ if self.name.trim().is_empty() => Some(("name", "has no name: say what it is about")),
            (None, None, _) => Some(("", "has no document: give `input`, or `file`")),
            (Some(_), Some(_), _) => Some(("file", "has two documents: `input` and `file`")),
            _ if expects_nothing => {
                Some(("", "expects nothing: give `record`, `contains`, `lacks`, `none` or `block`"))
            }
            (.., ExpectedOutcome::Written) if self.stage.is_some() || self.rule.is_some() => {
                Some(("stage", "names a stage or rule, and its document is expected to be written"))
            }
            (.., ExpectedOutcome::Dropped) if self.rule.is_some() => {
                Some(("rule", "names a rule, which only a document in quarantine has"))
            }
            (.., ExpectedOutcome::Dropped | ExpectedOutcome::Quarantined) if of_record => {
                Some(("outcome", "expects something of a record, and that there is none"))
            }
            (.., ExpectedOutcome::Quarantined) if !self.block.is_empty() => {
                Some(("block", "expects something of blocks, which a document in quarantine has not"))
            }
            _ => None,
        }
    }

    /// What in the outcome for its document is not as expected.
    pub fn judge(&self, outcome: &Outcome) -> Vec<Mismatch> {
        let mut wrong = Vec::new();
        self.compare_outcome(outcome, &mut wrong);
        match outcome {
            Outcome::Kept(doc) => {
                if wrong.is_empty() {
                    self.compare_record(doc, &mut wrong);
                }
                self.compare_blocks(doc, &mut wrong);
            }
            Outcome::Dropped { document, .. } => self.compare_blocks(document, &mut wrong),
            Outcome::Quarantined(_) => {}
        }
        wrong
    }

    /// Its document; a file stands in `folder` or below. The error says what cannot be read.
    pub fn input(&self, folder: &Path) -> Result<Input, String> {
        let (uri, bytes) = match (&self.input, &self.file) {
            (Some(text), _) => ("input".to_owned(), text.clone().into_bytes()),
            (None, Some(file)) => {
                let path = folder.join(file);
                let bytes = fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                (file.clone(), bytes)
            }
            (None, None) => return Err("there is no document".into()),
        };
        Ok(Input::new(self.uri.clone().unwrap_or(uri), bytes))
    }

    fn compare_outcome(&self, outcome: &Outcome, wrong: &mut Vec<Mismatch>) {
        let (found, stage, rule, why) = match outcome {
            Outcome::Kept(_) => (ExpectedOutcome::Written, None, None, String::new()),
            Outcome::Dropped { stage, reason, .. } => {
                (ExpectedOutcome::Dropped, Some(*stage), None, format!(", by `{stage}`: {reason}"))
            }
            Outcome::Quarantined(entry) => {
                let why = format!(", in `{}`, rule `{}`: {}", entry.stage, entry.rule, entry.error);
                (ExpectedOutcome::Quarantined, Some(entry.stage.as_ref()), Some(entry.rule.as_ref()), why)
            }
        };
        let fits = |expected: &Option<String>, found: Option<&str>| {
            expected.as_deref().is_none_or(|expected| Some(expected) == found)
        };
        if found != self.outcome || !fits(&self.stage, stage) || !fits(&self.rule, rule) {
            let by = self.stage.as_ref().map(|stage| format!(", by `{stage}`")).unwrap_or_default();
            let rule = self.rule.as_ref().map(|rule| format!(", rule `{rule}`")).unwrap_or_default();
            wrong.push(Mismatch {
                what: "the document".into(),
                expected: format!("{}{by}{rule}", word(self.outcome)),
                found: format!("{}{why}", word(found)),
            });
        }
    }

    fn compare_record(&self, doc: &Document, wrong: &mut Vec<Mismatch>) {
        let options =
            Options { blocks: true, metadata: true, decisions: true, markdown: Some(Markup::default()), nested: true };
        // A record is made of texts, numbers and lists: nothing in it that JSON cannot say.
        let record = serde_json::to_value(to_record(doc, options)).unwrap_or_default();
        for (field, expected) in &self.record {
            compare(field, expected, record.get(field).unwrap_or(&Value::Null), wrong);
        }
        for field in &self.none {
            let found = record.get(field).unwrap_or(&Value::Null);
            if !is_empty(found) {
                wrong.push(Mismatch { what: field.clone(), expected: "nothing".into(), found: shown(found) });
            }
        }
        let text = record.get("text").and_then(Value::as_str).unwrap_or_default();
        for (list, should) in [(&self.contains, true), (&self.lacks, false)] {
            for piece in list.iter().filter(|piece| text.contains(piece.as_str()) != should) {
                let (expected, found) = if should { ("in it", "not") } else { ("not in it", "in it") };
                let what = format!("text: {piece:?}");
                wrong.push(Mismatch { what, expected: expected.into(), found: found.into() });
            }
        }
    }

    fn compare_blocks(&self, doc: &Document, wrong: &mut Vec<Mismatch>) {
        for expected in &self.block {
            let what = format!("block {:?}", expected.text);
            let mut blocks = doc.ids().filter(|id| doc.text(*id).contains(&expected.text)).peekable();
            if blocks.peek().is_none() {
                let found = "no block with that text".into();
                wrong.push(Mismatch { what: what.clone(), expected: expected.shown(), found });
            }
            for id in blocks {
                let label = doc.block(id).label();
                let last = doc.decisions_on(id).next_back();
                let fits = expected.label.is_none_or(|expected| expected == label)
                    && expected.stage.as_deref().is_none_or(|stage| last.is_some_and(|last| last.stage == stage))
                    && expected.rule.as_deref().is_none_or(|rule| last.is_some_and(|last| last.rule == rule));
                if !fits {
                    let by = last.map(|last| format!(", by `{}`, rule `{}` ({})", last.stage, last.rule, last.detail));
                    let found = format!("{}{}", label_name(label), by.unwrap_or_default());
                    wrong.push(Mismatch { what: what.clone(), expected: expected.shown(), found });
                }
            }
        }
    }
}

impl ExpectedBlock {
    fn shown(&self) -> String {
        let label = self.label.map(label_name);
        let stage = self.stage.as_ref().map(|stage| format!("by `{stage}`"));
        let rule = self.rule.as_ref().map(|rule| format!("rule `{rule}`"));
        [label, stage, rule].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn word(outcome: ExpectedOutcome) -> &'static str {
    match outcome {
        ExpectedOutcome::Written => "written",
        ExpectedOutcome::Dropped => "dropped",
        ExpectedOutcome::Quarantined => "quarantined",
    }
}

/// A label as records have it.
fn label_name(label: Label) -> String {
    serde_json::to_value(label).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Whether a field says nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Compares a value with what was expected: of a table as much as is written, of everything else all of it.
fn compare(path: &str, expected: &Value, found: &Value, wrong: &mut Vec<Mismatch>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, expected) in expected {
                compare(&format!("{path}.{key}"), expected, found.get(key).unwrap_or(&Value::Null), wrong);
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{path}[{at}]"), expected, found, wrong);
            }
        }
        // A whole number is written with a point or without.
        (Value::Number(expected), Value::Number(found)) if expected.as_f64() == found.as_f64() => {}
        _ if expected == found => {}
        _ => wrong.push(Mismatch { what: path.to_owned(), expected: shown(expected), found: shown(found) }),
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() { "nothing".into() } else { value.to_string() }
}

/// The JSON Schema of a test: its `record` is that of records, of which as much may be left out as one likes.
pub(crate) fn schema() -> Value {
    let mut schema = schemars::schema_for!(PipelineTest).to_value();
    let mut record = copydesk_record::json_schema().to_value();
    loosen(&mut record);
    let Some(definitions) = record.as_object_mut().and_then(|record| record.remove("$defs")) else { return schema };
    let names = record.pointer("/properties").and_then(Value::as_object).map(|p| p.keys().cloned().collect::<Vec<_>>());
    if let (Some(own), Value::Object(of_record)) =
        (schema.pointer_mut("/$defs").and_then(Value::as_object_mut), definitions)
    {
        for (name, definition) in of_record {
            own.entry(name).or_insert(definition);
        }
    }
    if let Some(none) = schema.pointer_mut("/properties/none/items") {
        *none = serde_json::json!({ "enum": names });
    }
    if let Some(of_test) = schema.pointer_mut("/properties/record") {
        let description = of_test.get("description").cloned();
        let object = record.as_object_mut();
        if let (Some(object), Some(description)) = (object, description) {
            object.retain(|key, _| matches!(key.as_str(), "type" | "properties" | "additionalProperties"));
            object.insert("description".into(), description);
        }
        *of_test = record;
    }
    schema
}

/// Asks for no field, and allows no other.
fn loosen(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.remove("required");
            if object.contains_key("properties") {
                object.insert("additionalProperties".into(), false.into());
            }
            object.values_mut().for_each(loosen);
        }
        Value::Array(items) => items.iter_mut().for_each(loosen),
        _ => {}
    }
}
