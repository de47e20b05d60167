//! TOML front matter.

use toml::de::{DeTable, DeValue};

use super::{Entry, Trouble, join};

pub(super) fn entries(source: &str) -> Result<Vec<Entry>, Trouble> {
    // The parser recurses into nested arrays and tables; no front matter needs many of them.
    if depth(source) > 64 {
        let message = "it is nested deeper than 64 levels".to_owned();
        return Err(Trouble { refused: true, message, line: None });
    }
    let table = DeTable::parse(source).map_err(|error| Trouble {
        refused: false,
        message: error.message().split(", expected").next().unwrap_or_default().trim().to_owned(),
        line: error.span().map(|span| source[..span.start.min(source.len())].matches('\n').count() + 1),
    })?;
    let mut entries = Vec::new();
    flatten_table(table.get_ref(), "", &mut entries);
    // The table is sorted by name; a reader expects the order of the lines.
    entries.sort_by_key(|e| e.place.as_ref().map(|p| p.start));
    Ok(entries)
}

/// Deepest nesting of brackets, counted without regard to strings: it errs on the safe side.
fn depth(source: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for byte in source.bytes() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn flatten_table(table: &DeTable<'_>, path: &str, entries: &mut Vec<Entry>) {
    for (name, value) in table {
        let path = join(path, name.get_ref());
        flatten(value.get_ref(), &path, &value.span(), entries);
    }
}

fn flatten(value: &DeValue<'_>, path: &str, place: &std::ops::Range<usize>, entries: &mut Vec<Entry>) {
    let mut push = |value: &str| {
        entries.push(Entry { name: path.to_owned(), value: value.to_owned(), place: Some(place.clone()) });
    };
    match value {
        DeValue::String(text) => push(text),
        DeValue::Integer(number) => push(number.as_str()),
        DeValue::Float(number) => push(number.as_str()),
        DeValue::Boolean(truth) => push(if *truth { "true" } else { "false" }),
        DeValue::Datetime(time) => push(&time.to_string()),
        DeValue::Array(list) => list.iter().for_each(|v| flatten(v.get_ref(), path, &v.span(), entries)),
        DeValue::Table(table) => flatten_table(table, path, entries),
    }
}
