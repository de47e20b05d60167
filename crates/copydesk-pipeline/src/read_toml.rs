//! TOML into nodes.

use std::ops::Range;

use copydesk_document::LineIndex;
use serde_json::Number;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    diagnosis::Diagnostic,
    node::{Entry, Node, NodeValue},
};

/// Reads as much of a file as can be understood, and says what cannot.
pub(crate) fn read(text: &str) -> (Node, Vec<Diagnostic>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<Diagnostic> = errors.iter().map(|e| syntax_error(text, e)).collect();
    // One slip can lead to several complaints about one line; the first is the one to act on.
    let lines = LineIndex::new(text);
    errors.sort_by_key(|e| e.span.start);
    errors.dedup_by_key(|e| lines.line(e.span.start));
    let span = root.span();
    (Node { span, value: table(root.into_inner()) }, errors)
}

fn syntax_error(text: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(text.len()..text.len());
    // The crate's own words read `missing value, expected ...`; the first part is the headline, the rest the label.
    let message = match error.message().trim() {
        message if message.contains("must be quoted") && span.is_empty() => "the value is missing",
        message => message,
    };
    let (headline, label) = message.split_once([',', '\n']).unwrap_or((message, ""));
    let mut diagnostic =
        Diagnostic::error(format!("this is not TOML: {}", headline.trim()), span.clone()).label(label.trim());
    if let Some(first) = message.contains("duplicate key").then(|| first_of_two(text, &span)).flatten() {
        diagnostic = diagnostic.label("given again").also(first, "first given here");
    }
    if let Some(help) = way_out(text, message, &span) {
        diagnostic = diagnostic.help(help);
    }
    diagnostic
}

/// What usually stands behind an error of that kind.
fn way_out(text: &str, message: &str, span: &Range<usize>) -> Option<String> {
    if message.contains("duplicate key") {
        return Some("remove one of the two".into());
    }
    if message.contains("must be quoted") {
        return Some(format!("text needs quotes: `\"{}\"`", text.get(span.clone())?));
    }
    let start = text.get(..span.start)?.rfind('\n').map_or(0, |i| i + 1);
    let line = text.get(start..)?.lines().next().unwrap_or("").trim();
    if line.starts_with("[[") && !line.contains("]]") {
        return Some("a list entry is opened with two brackets on both sides: `[[stage]]`".into());
    }
    if line.starts_with('[') && !line.contains(']') {
        return Some("a table is opened with its name in brackets: `[source]`".into());
    }
    if line.matches('"').count() % 2 == 1 {
        return Some("text stands between two quotes on one line: `\"text\"`".into());
    }
    if let Some((key, value)) = line.split_once('=') {
        let (key, value) = (key.trim(), value.trim());
        if is_bare(value) {
            return Some(format!("text needs quotes: `{key} = \"{value}\"`"));
        }
        if value.is_empty() {
            return Some(format!("give a value: `{key} = ...`, or leave the line out for the default"));
        }
    } else if let Some((key, value)) = line.split_once(':') {
        let (key, value) = (key.trim(), value.trim());
        let quote = if is_bare(value) { "\"" } else { "" };
        return Some(format!("keys and values are joined by `=`: `{key} = {quote}{value}{quote}`"));
    }
    None
}

/// Whether a value is a word that wants quotes.
fn is_bare(value: &str) -> bool {
    let is_literal = matches!(value, "true" | "false") || value.parse::<f64>().is_ok();
    !value.is_empty() && !is_literal && value.chars().all(|c| c.is_alphanumeric() || "-_./*".contains(c))
}

/// The earlier line of the same table that gives the key at `again`.
fn first_of_two(text: &str, again: &Range<usize>) -> Option<Range<usize>> {
    let key = text.get(again.clone())?;
    let mut end = text.get(..again.start)?.rfind('\n')?;
    loop {
        let start = text[..end].rfind('\n').map_or(0, |i| i + 1);
        let line = &text[start..end];
        let given = line.split_once('=').map_or("", |(name, _)| name.trim());
        if given == key {
            let start = start + line.len() - line.trim_start().len();
            return Some(start..start + key.len());
        }
        if line.trim_start().starts_with('[') || start == 0 {
            return None;
        }
        end = start - 1;
    }
}

fn table(table: DeTable<'_>) -> NodeValue {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| Entry { key_span: key.span(), key: key.into_inner().into_owned(), node: node(value) })
        .collect();
    // The map is sorted by name; messages follow the file.
    entries.sort_by_key(|e| e.key_span.start);
    NodeValue::Table(entries)
}

fn node(value: Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::String(s) => NodeValue::String(s.into_owned()),
        DeValue::Boolean(b) => NodeValue::Bool(b),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix())
            .map(Number::from)
            .or_else(|_| u64::from_str_radix(i.as_str(), i.radix()).map(Number::from))
            .map_or_else(|_| NodeValue::String(i.to_string()), NodeValue::Number),
        DeValue::Float(f) => f
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(Number::from_f64)
            .map_or_else(|| NodeValue::String(f.as_str().to_owned()), NodeValue::Number),
        DeValue::Datetime(d) => NodeValue::String(d.to_string()),
        DeValue::Array(items) => NodeValue::Array(items.into_iter().map(node).collect()),
        DeValue::Table(entries) => table(entries),
    };
    Node { span, value }
}
