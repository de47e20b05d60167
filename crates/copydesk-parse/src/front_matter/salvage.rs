//! What can be read of front matter that is broken: its simple lines.

use super::Entry;

/// Reads the lines that give one name one simple value. The most frequent fault by far is an unquoted colon in a
/// title, and a reader has no trouble with that.
pub(super) fn entries(source: &str, toml: bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut at = 0;
    for raw in source.split_inclusive('\n') {
        let line = raw.trim_end();
        if let Some((name, value)) = line.split_once(if toml { '=' } else { ':' })
            && is_name(name.trim_end())
            && let Some(value) = simple(value)
        {
            entries.push(Entry {
                name: name.trim_end().to_owned(),
                value: value.to_owned(),
                place: Some(at..at + line.len()),
            });
        }
        at += raw.len();
    }
    entries
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// A value that means what it says: no anchor, alias, collection, block or tag.
fn simple(value: &str) -> Option<&str> {
    let value = value.trim();
    if matches!(value, "" | "~" | "null")
        || value.starts_with(['&', '*', '{', '[', '|', '>', '!', '%'])
        || value.len() > 2000
    {
        return None;
    }
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote)) {
            return (!inner.contains(quote)).then_some(inner);
        }
    }
    Some(value.split(" #").next().unwrap_or(value).trim_end())
}
