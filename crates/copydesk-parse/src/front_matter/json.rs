//! JSON front matter.

use serde_json::Value;

use super::{Entry, Trouble, join};

/// Where a JSON object at the start of a text ends; `None` if there is none.
pub(super) fn end(text: &str) -> Option<usize> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    stream.next()?.ok()?;
    Some(stream.byte_offset())
}

pub(super) fn entries(source: &str) -> Result<Vec<Entry>, Trouble> {
    let value: Value = serde_json::from_str(source).map_err(|error| Trouble {
        refused: false,
        message: error.to_string(),
        line: None,
    })?;
    let mut entries = Vec::new();
    flatten(&value, "", &mut entries);
    Ok(entries)
}

// The JSON parser's own depth limit bounds the recursion.
fn flatten(value: &Value, path: &str, entries: &mut Vec<Entry>) {
    let mut push = |value: String| entries.push(Entry { name: path.to_owned(), value, place: None });
    match value {
        Value::Null => {}
        Value::String(text) => push(text.clone()),
        Value::Bool(_) | Value::Number(_) => push(value.to_string()),
        Value::Array(list) => list.iter().for_each(|v| flatten(v, path, entries)),
        Value::Object(map) => map.iter().for_each(|(name, v)| flatten(v, &join(path, name), entries)),
    }
}
