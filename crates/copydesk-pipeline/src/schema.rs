//! The JSON Schema of a pipeline file, for editors.

use copydesk_stage::Catalog;
use schemars::schema_for;
use serde_json::{Map, Value, json};

use crate::Run;

/// The JSON Schema of pipeline files for a catalogue: every stage, survey, source and export with its options.
pub fn json_schema(catalog: &Catalog) -> Value {
    let mut defs = Map::new();
    let sources =
        one_of(&mut defs, "source", catalog.sources().iter().map(|e| (e.name, e.summary, e.schema().to_value())));
    let stages =
        one_of(&mut defs, "stage", catalog.stages().iter().map(|e| (e.name, e.summary, e.schema().to_value())));
    let stages = with_include(stages);
    let surveys =
        one_of(&mut defs, "survey", catalog.surveys().iter().map(|e| (e.name, e.summary, e.schema().to_value())));
    let exports =
        one_of(&mut defs, "export", catalog.exports().iter().map(|e| (e.name, e.summary, e.schema().to_value())));
    let limits = hoist(&mut defs, "limits", schema_for!(copydesk_parse::Limits).to_value());
    let run = hoist(&mut defs, "run", schema_for!(Run).to_value());
    let test = hoist(&mut defs, "test", crate::pipeline_test::schema());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Copydesk pipeline",
        "description": "A source, stages in the order in which they run, and exports.",
        "type": "object",
        "additionalProperties": false,
        "required": ["export"],
        "properties": {
            "$schema": { "type": "string" },
            "source": { "description": "Where documents come from; inputs on the command line replace it.", "oneOf": sources },
            "stage": { "description": "What happens to each document, in this order.", "type": "array", "items": { "oneOf": stages } },
            "survey": { "description": "What is asked of all documents together, behind the stages.", "type": "array", "items": { "oneOf": surveys } },
            "export": { "description": "What is written.", "type": "array", "minItems": 1, "items": { "oneOf": exports } },
            "limits": limits,
            "run": run,
            "test": { "description": "What is expected of the pipeline: `copydesk test` runs them.", "type": "array", "items": test },
        },
        "$defs": defs,
    })
}

fn one_of<'a>(
    defs: &mut Map<String, Value>,
    what: &str,
    entries: impl Iterator<Item = (&'a str, &'a str, Value)>,
) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, summary, schema) in entries {
        let mut schema = hoist(defs, &format!("{what}.{name}"), schema);
        let Some(object) = schema.as_object_mut() else { continue };
        object.insert("description".into(), summary.into());
        let mut properties = Map::new();
        properties.insert("use".into(), json!({ "const": name, "description": summary }));
        if what != "source" {
            properties.insert("name".into(), instance_name(what));
        }
        if what == "stage" || what == "export" {
            properties.insert("when".into(), condition(what));
        }
        if what == "export" {
            properties.insert("path".into(), path());
        }
        if what == "survey" {
            let description =
                "Output folders of other runs with this survey: their documents come before those of this one.";
            let items = json!({ "type": "string" });
            properties.insert("against".into(), json!({ "type": "array", "items": items, "description": description }));
        }
        if let Some(Value::Object(own)) = object.get("properties") {
            properties.extend(own.clone());
        }
        object.insert("properties".into(), properties.into());
        let mut required = vec![Value::from("use")];
        required.extend(object.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
        object.insert("required".into(), required.into());
        all.push(schema);
    }
    all
}

/// Stages, and the place of those of another file.
fn with_include(mut stages: Vec<Value>) -> Vec<Value> {
    let description = "Another pipeline file, or a built-in pipeline by its name, whose stages stand in this place.";
    let include = json!({ "type": "string", "minLength": 1, "description": description });
    stages.push(json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "required": ["include"],
        "properties": { "include": include },
    }));
    stages
}

/// The key that gives an instance a name of its own.
fn instance_name(what: &str) -> Value {
    let description = format!(
        "What this {what} is called in decisions, notes and reports, where that is not its `use`: so the same {what} can \
        stand in a pipeline twice. One word."
    );
    json!({ "type": "string", "pattern": r"^\S+$", "description": description })
}

/// The key that sends the rows of an export to many files; an export that has an option of that name has its own.
fn path() -> Value {
    let description = "Writes a file for each name that this gives, in a folder, and not one file: \
        `{language}/{site}.jsonl`. For exports whose files are rows (`jsonl`, `csv`). Fields: `{id}`, `{title}`, `{site}`, `{day}`, \
        `{language}` and `{source}`; what is not known is `unknown`.";
    json!({ "type": "string", "minLength": 1, "description": description })
}

/// The key that says which documents an instance is for.
fn condition(what: &str) -> Value {
    let description = format!(
        "For which documents this {what} is; all of them if left out. A condition over fields of the record: \
         `language == \"en\" && size(authors) > 0`."
    );
    json!({ "type": "string", "minLength": 1, "description": description })
}

/// Moves the definitions of a schema into a common place, under names that cannot clash.
fn hoist(defs: &mut Map<String, Value>, prefix: &str, mut schema: Value) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.remove("title");
        if let Some(Value::Object(own)) = object.remove("$defs") {
            for (name, mut def) in own {
                rename(&mut def, prefix);
                defs.insert(format!("{prefix}.{name}"), def);
            }
        }
    }
    rename(&mut schema, prefix);
    schema
}

fn rename(schema: &mut Value, prefix: &str) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(name) = reference.strip_prefix("#/$defs/")
            {
                *reference = format!("#/$defs/{prefix}.{name}");
            }
            object.values_mut().for_each(|v| rename(v, prefix));
        }
        Value::Array(items) => items.iter_mut().for_each(|v| rename(v, prefix)),
        _ => {}
    }
}
