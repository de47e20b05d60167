//! A table against the JSON Schema of its options: every mistake in one pass, each at its place.
//!
//! This knows the part of JSON Schema that derived schemas of options use. What it does not know it lets pass: the
//! typed build behind it has the last word.

use serde_json::{Map, Value};

use copydesk_stage::closest;

use crate::{
    diagnosis::Diagnostic,
    node::{Node, NodeValue},
    suggest,
};

/// A derived schema needs a handful of references in a row; more is a loop.
const MAX_REFS: usize = 16;

/// What is being checked, for the messages.
pub(crate) struct Subject<'a> {
    /// In words: "stage `split-captions`", "`[run]`".
    pub(crate) name: String,
    /// The schema with its definitions.
    pub(crate) schema: &'a Value,
    /// Keys that are allowed at the top beside the schema's own, and checked elsewhere.
    pub(crate) besides: &'a [&'a str],
    /// Tables of the file that have a given option, for options under the wrong table.
    pub(crate) elsewhere: &'a dyn Fn(&str) -> Option<String>,
}

impl Subject<'_> {
    /// Everything in `node` that its schema refuses.
    pub(crate) fn check(&self, node: &Node) -> Vec<Diagnostic> {
        let mut out = Vec::new();
        self.node(node, self.schema, "", &mut out);
        out
    }

    fn node(&self, node: &Node, schema: &Value, path: &str, out: &mut Vec<Diagnostic>) {
        let Some(schema) = self.resolve(schema) else { return };
        if let Some(names) = self.names(schema) {
            Self::one_of_names(node, &names, path, out);
            return;
        }
        if let Some(choices) = alternatives(schema) {
            self.choices(node, choices, path, out);
            return;
        }
        let types = self.types(schema);
        if !types.is_empty() && !types.iter().any(|t| fits(node, t)) {
            out.push(self.wrong_type(node, &types, path));
            return;
        }
        match &node.value {
            NodeValue::Number(_) => Self::range(node, schema, path, out),
            NodeValue::String(text) => {
                let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0);
                if (text.chars().count() as u64) < least {
                    let what =
                        if least == 1 { "must not be empty".into() } else { format!("needs {least} characters") };
                    out.push(Diagnostic::error(format!("`{path}` {what}"), node.span.clone()));
                }
            }
            NodeValue::Array(items) => {
                let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
                if (items.len() as u64) < least {
                    let noun = if least == 1 { "entry" } else { "entries" };
                    out.push(Diagnostic::error(format!("`{path}` needs at least {least} {noun}"), node.span.clone()));
                }
                if let Some(item_schema) = schema.get("items") {
                    for (i, item) in items.iter().enumerate() {
                        self.node(item, item_schema, &format!("{path}[{i}]"), out);
                    }
                }
            }
            NodeValue::Table(_) => self.table(node, schema, path, out),
            NodeValue::Null | NodeValue::Bool(_) => {}
        }
    }

    fn table(&self, node: &Node, schema: &Map<String, Value>, path: &str, out: &mut Vec<Diagnostic>) {
        let no_properties = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&no_properties);
        let others = schema.get("additionalProperties");
        let besides = if path.is_empty() { self.besides } else { &[] };
        for entry in node.entries() {
            let below = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            if besides.contains(&entry.key.as_str()) {
                continue;
            }
            match (properties.get(&entry.key), others) {
                (Some(property), _) => self.node(&entry.node, property, &below, out),
                (None, Some(Value::Object(other))) => {
                    self.node(&entry.node, &Value::Object(other.clone()), &below, out);
                }
                (None, Some(Value::Bool(false))) => out.push(self.unknown_key(entry, properties, path)),
                (None, _) => {}
            }
        }
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if node.get(name).is_none() {
                let place = if path.is_empty() { self.name.clone() } else { format!("`{path}`") };
                out.push(Diagnostic::error(format!("{place} lacks `{name}`"), node.span.clone()).absent());
            }
        }
    }

    fn unknown_key(&self, entry: &crate::node::Entry, properties: &Map<String, Value>, path: &str) -> Diagnostic {
        let place = if path.is_empty() { self.name.clone() } else { format!("`{path}`") };
        let message = format!("`{}` is no option of {place}", entry.key);
        let mut diagnostic = Diagnostic::error(message, entry.key_span.clone());
        if let Some(name) = closest(&entry.key, properties.keys().map(String::as_str)) {
            diagnostic = diagnostic.label(format!("did you mean `{name}`?"));
        } else if let Some(home) = (self.elsewhere)(&entry.key) {
            diagnostic = diagnostic.label(format!("it belongs under {home}"));
        }
        diagnostic.help(if properties.is_empty() {
            format!("{place} takes no options")
        } else {
            format!("{place} takes {}", suggest::list(properties.keys().map(String::as_str)))
        })
    }

    /// One of several fixed names, each perhaps with its doc.
    fn one_of_names(node: &Node, names: &[Name<'_>], path: &str, out: &mut Vec<Diagnostic>) {
        let Some(text) = node.as_str() else {
            let all = suggest::join(&names.iter().map(|n| format!("\"{}\"", n.name)).collect::<Vec<_>>(), "or");
            let message = format!("`{path}` must be {all}, not {}", node.kind());
            out.push(Diagnostic::error(message, node.span.clone()));
            return;
        };
        if names.iter().any(|n| n.name == text) {
            return;
        }
        let mut diagnostic = Diagnostic::error(format!("`{path}` cannot be \"{text}\""), node.span.clone());
        if let Some(name) = closest(text, names.iter().map(|n| n.name)) {
            diagnostic = diagnostic.label(format!("did you mean \"{name}\"?"));
        }
        let allowed: Vec<String> = names
            .iter()
            .map(|n| n.doc.map_or_else(|| format!("\"{}\"", n.name), |doc| format!("\"{}\" ({doc})", n.name)))
            .collect();
        out.push(diagnostic.help(format!("allowed: {}", suggest::join(&allowed, "and"))));
    }

    /// Several schemas, of which one has to fit.
    fn choices(&self, node: &Node, choices: &[Value], path: &str, out: &mut Vec<Diagnostic>) {
        let possible: Vec<&Value> = choices
            .iter()
            .filter(|choice| {
                let types = self.resolve(choice).map(|s| self.types(s)).unwrap_or_default();
                types.is_empty() || types.iter().any(|t| fits(node, t))
            })
            .collect();
        if possible.is_empty() {
            let types: Vec<&str> = choices.iter().filter_map(|c| self.resolve(c)).flat_map(|s| self.types(s)).collect();
            out.push(self.wrong_type(node, &types, path));
            return;
        }
        let mut fewest: Option<Vec<Diagnostic>> = None;
        for choice in possible {
            let mut found = Vec::new();
            self.node(node, choice, path, &mut found);
            if found.is_empty() {
                return;
            }
            if fewest.as_ref().is_none_or(|f| found.len() < f.len()) {
                fewest = Some(found);
            }
        }
        out.extend(fewest.unwrap_or_default());
    }

    fn wrong_type(&self, node: &Node, types: &[&str], path: &str) -> Diagnostic {
        let mut wanted: Vec<String> = Vec::new();
        for name in types.iter().filter(|t| **t != "null").map(|t| (type_in_words(t)).to_owned()) {
            if !wanted.contains(&name) {
                wanted.push(name);
            }
        }
        let key = if path.is_empty() { self.name.clone() } else { format!("`{path}`") };
        let message = format!("{key} must be {}, not {}", suggest::join(&wanted, "or"), node.kind());
        let diagnostic = Diagnostic::error(message, node.span.clone());
        match (&node.value, types) {
            (NodeValue::String(text), types) if types.contains(&"array") => {
                diagnostic.help(format!("a list of one is written [\"{text}\"]"))
            }
            (NodeValue::String(text), types)
                if (types.contains(&"boolean") && matches!(text.as_str(), "true" | "false"))
                    || (types.iter().any(|t| matches!(*t, "integer" | "number")) && text.parse::<f64>().is_ok()) =>
            {
                diagnostic.help(format!("leave out the quotes: {text}"))
            }
            (NodeValue::Bool(_) | NodeValue::Number(_), types) if types.contains(&"string") => {
                diagnostic.help(format!("put it in quotes: \"{}\"", node.to_json(&[])))
            }
            (NodeValue::Number(_), types) if types.contains(&"boolean") => diagnostic.help("write true or false"),
            _ => diagnostic,
        }
    }

    fn range(node: &Node, schema: &Map<String, Value>, path: &str, out: &mut Vec<Diagnostic>) {
        let NodeValue::Number(number) = &node.value else { return };
        let Some(value) = number.as_f64() else { return };
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64).map(|limit| (limit, &schema[key]));
        let wrong = [
            bound("minimum").filter(|(limit, _)| value < *limit).map(|(_, l)| format!("at least {}", round(l))),
            bound("maximum").filter(|(limit, _)| value > *limit).map(|(_, l)| format!("at most {}", round(l))),
            bound("exclusiveMinimum")
                .filter(|(limit, _)| value <= *limit)
                .map(|(_, l)| format!("more than {}", round(l))),
            bound("exclusiveMaximum")
                .filter(|(limit, _)| value >= *limit)
                .map(|(_, l)| format!("less than {}", round(l))),
        ];
        if let Some(must) = wrong.into_iter().flatten().next() {
            let mut diagnostic = Diagnostic::error(format!("`{path}` must be {must}, not {number}"), node.span.clone());
            if let (Some(least), Some(most)) = (schema.get("minimum"), schema.get("maximum")) {
                diagnostic = diagnostic.help(format!("allowed: {} to {}", round(least), round(most)));
            }
            if let Some(default) = schema.get("default").filter(|d| !d.is_null()) {
                diagnostic = diagnostic.help(format!("the default is {default}"));
            }
            out.push(diagnostic);
        }
    }

    /// Follows references to the schema that says something. `None` for `true`, `false` and loops.
    fn resolve<'s>(&'s self, schema: &'s Value) -> Option<&'s Map<String, Value>> {
        let mut schema = schema.as_object()?;
        for _ in 0..MAX_REFS {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Some(schema) };
            let pointer = reference.strip_prefix('#')?;
            schema = self.schema.pointer(pointer)?.as_object()?;
        }
        None
    }

    /// The types that a schema accepts; none where it does not say.
    fn types<'s>(&'s self, schema: &'s Map<String, Value>) -> Vec<&'s str> {
        match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => match alternatives(schema) {
                Some(choices) => choices
                    .iter()
                    .filter_map(|c| c.as_object()?.get("$ref").map_or_else(|| c.as_object(), |_| self.resolve(c)))
                    .flat_map(|s| self.types(s))
                    .collect(),
                None => Vec::new(),
            },
        }
    }

    /// The names of a schema that allows nothing but fixed names.
    fn names<'s>(&'s self, schema: &'s Map<String, Value>) -> Option<Vec<Name<'s>>> {
        if let Some(Value::String(name)) = schema.get("const") {
            return Some(vec![Name { name, doc: doc(schema) }]);
        }
        if let Some(Value::Array(names)) = schema.get("enum") {
            return names.iter().map(|n| n.as_str().map(|name| Name { name, doc: None })).collect();
        }
        let choices = alternatives(schema)?;
        let mut all = Vec::new();
        for choice in choices {
            let choice = self.resolve(choice)?;
            if choice.get("type").is_some_and(|t| t == "null") {
                continue;
            }
            all.extend(self.names(choice)?);
        }
        Some(all)
    }
}

/// A fixed name that a value may be.
struct Name<'a> {
    name: &'a str,
    doc: Option<&'a str>,
}

/// The first sentence of a schema's description, without its full stop.
fn doc(schema: &Map<String, Value>) -> Option<&str> {
    let text = schema.get("description")?.as_str()?;
    let first = text.split_once(". ").map_or(text, |(first, _)| first);
    Some(first.split('\n').next().unwrap_or(first).trim_end_matches('.'))
}

/// A limit as people write it: `1`, not `1.0`.
fn round(limit: &Value) -> String {
    let text = limit.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn alternatives(schema: &Map<String, Value>) -> Option<&[Value]> {
    ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array()).map(Vec::as_slice)
}

fn fits(node: &Node, name: &str) -> bool {
    match (&node.value, name) {
        (NodeValue::Null, "null")
        | (NodeValue::Bool(_), "boolean")
        | (NodeValue::String(_), "string")
        | (NodeValue::Array(_), "array")
        | (NodeValue::Table(_), "object")
        | (NodeValue::Number(_), "number") => true,
        (NodeValue::Number(n), "integer") => !n.is_f64(),
        _ => false,
    }
}

fn type_in_words(name: &str) -> &'static str {
    match name {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        "object" => "a table",
        _ => "something else",
    }
}
