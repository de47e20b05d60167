//! JSON into nodes.

use std::ops::Range;

use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{ObjectPropName, Value},
    parse_to_ast,
};

use crate::{
    diagnosis::Diagnostic,
    node::{Entry, Node, NodeValue},
};

// Strict JSON: what an editor or another program would refuse is refused here too.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a file, or says why it is no JSON.
pub(crate) fn read(text: &str) -> (Node, Vec<Diagnostic>) {
    let empty = Node { span: 0..0, value: NodeValue::Table(Vec::new()) };
    match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(parsed) => {
            let mut errors = Vec::new();
            let node = parsed.value.map_or(empty, |value| node(value, &mut errors));
            (node, errors)
        }
        Err(error) => {
            let (start, end) = (error.range().start, error.range().end);
            let message = error.kind().to_string();
            let mut chars = message.chars();
            let message: String = chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect();
            let error = Diagnostic::error(format!("this is not JSON: {message}"), start..end);
            (empty, vec![error])
        }
    }
}

fn node(value: Value<'_>, errors: &mut Vec<Diagnostic>) -> Node {
    let span = place(&value);
    let value = match value {
        Value::NullKeyword(_) => NodeValue::Null,
        Value::BooleanLit(b) => NodeValue::Bool(b.value),
        Value::NumberLit(n) => {
            n.value.parse().map_or_else(|_| NodeValue::String(n.value.to_owned()), NodeValue::Number)
        }
        Value::StringLit(s) => NodeValue::String(s.value.into_owned()),
        Value::Array(a) => NodeValue::Array(a.elements.into_iter().map(|v| node(v, errors)).collect()),
        Value::Object(o) => {
            let mut entries: Vec<Entry> = Vec::with_capacity(o.properties.len());
            for property in o.properties {
                let range = match &property.name {
                    ObjectPropName::String(s) => s.range,
                    ObjectPropName::Word(w) => w.range,
                };
                let key_span = range.start..range.end;
                let key = property.name.into_string();
                let node = node(property.value, errors);
                if let Some(first) = entries.iter().find(|e| e.key == key) {
                    errors.push(
                        Diagnostic::error(format!("`{key}` is given twice"), key_span)
                            .also(first.key_span.clone(), "first given here")
                            .help("remove one of the two"),
                    );
                } else {
                    entries.push(Entry { key, key_span, node });
                }
            }
            NodeValue::Table(entries)
        }
    };
    Node { span, value }
}

fn place(value: &Value<'_>) -> Range<usize> {
    let range = match value {
        Value::NullKeyword(v) => v.range,
        Value::BooleanLit(v) => v.range,
        Value::NumberLit(v) => v.range,
        Value::StringLit(v) => v.range,
        Value::Array(v) => v.range,
        Value::Object(v) => v.range,
    };
    range.start..range.end
}
