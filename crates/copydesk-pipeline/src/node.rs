//! A value of a pipeline file with its place, whatever syntax it was written in.

use std::ops::Range;

use serde_json::Value;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: NodeValue,
}

/// What TOML and JSON have in common. A TOML date is a string here: no option is a date of its own.
#[derive(Debug, Clone)]
pub(crate) enum NodeValue {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(String),
    Array(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) node: Node,
}

impl Node {
    /// The entries of a table; none for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            NodeValue::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The entry of a table under a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key == key)
    }

    /// The same in another place, with all that is in it: what comes from another file is shown where that is named.
    pub(crate) fn at(mut self, span: &Range<usize>) -> Self {
        self.span = span.clone();
        let each = |entry: Entry| Entry { key_span: span.clone(), node: entry.node.at(span), ..entry };
        self.value = match self.value {
            NodeValue::Array(items) => NodeValue::Array(items.into_iter().map(|item| item.at(span)).collect()),
            NodeValue::Table(entries) => NodeValue::Table(entries.into_iter().map(each).collect()),
            other => other,
        };
        self
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            NodeValue::Null => "null",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Number(n) if n.is_f64() => "a number with a fraction",
            NodeValue::Number(_) => "a whole number",
            NodeValue::String(_) => "text",
            NodeValue::Array(_) => "a list",
            NodeValue::Table(_) => "a table",
        }
    }

    /// As JSON, without the keys in `without` at the top.
    pub(crate) fn to_json(&self, without: &[&str]) -> Value {
        match &self.value {
            NodeValue::Null => Value::Null,
            NodeValue::Bool(b) => Value::Bool(*b),
            NodeValue::Number(n) => Value::Number(n.clone()),
            NodeValue::String(s) => Value::String(s.clone()),
            NodeValue::Array(items) => Value::Array(items.iter().map(|n| n.to_json(&[])).collect()),
            NodeValue::Table(entries) => Value::Object(
                entries
                    .iter()
                    .filter(|e| !without.contains(&e.key.as_str()))
                    .map(|e| (e.key.clone(), e.node.to_json(&[])))
                    .collect(),
            ),
        }
    }

    /// The place of a dotted and indexed path such as `columns[2].name`, or of as much of it as is written.
    pub(crate) fn place_of(&self, path: &str) -> Option<Range<usize>> {
        let mut node = self;
        let mut found = None;
        for step in path.split(['.', '[']).filter(|s| !s.is_empty()) {
            let step = step.trim_end_matches(']');
            let next = match &node.value {
                NodeValue::Array(items) => step.parse::<usize>().ok().and_then(|i| items.get(i)),
                _ => node.get(step).map(|e| &e.node),
            };
            let Some(next) = next else { break };
            node = next;
            found = Some(node.span.clone());
        }
        found
    }
}
