//! Rows become records again.

use copydesk_record::Record;
use rusqlite::{Connection, Result, Statement, ToSql, types::ValueRef};
use serde_json::{Map, Value, json};

/// The records of a database that this export has made, in their order.
pub fn records(connection: &Connection) -> Result<impl Iterator<Item = std::result::Result<Record<'static>, String>>> {
    let documents: i64 =
        connection.query_row("SELECT ifnull(max(document), 0) FROM documents", [], |row| row.get(0))?;
    // Databases of older builds have no table for them.
    let has_chunks = connection.table_exists(None, "chunks")?;
    Ok((1..=documents).map(move |document| {
        let value = record(connection, document, has_chunks).map_err(|error| error.to_string())?;
        serde_json::from_value(value).map_err(|error| format!("document {document}: {error}"))
    }))
}

fn record(connection: &Connection, document: i64, has_chunks: bool) -> Result<Value> {
    let all = |sql: &str| rows(connection.prepare(sql)?, &document);
    let names = |sql: &str| -> Result<Vec<Value>> {
        Ok(all(sql)?.into_iter().filter_map(|mut row| row.values_mut().next().map(Value::take)).collect())
    };
    let mut record = all("SELECT * FROM documents WHERE document = ?")?.pop().unwrap_or_default();
    let take = |record: &mut Map<String, Value>, prefix: &str| {
        let keys: Vec<String> = record.keys().filter(|key| key.starts_with(prefix)).cloned().collect();
        let parts = keys.into_iter().filter_map(|key| Some((key[prefix.len()..].to_owned(), record.remove(&key)?)));
        parts.filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>()
    };
    let source = take(&mut record, "source_");
    let dateline = take(&mut record, "dateline_");
    let duplicates = take(&mut record, "duplicates_");
    let mut versions = take(&mut record, "versions_");
    for key in ["document", "published_day", "published_utc", "modified_day", "modified_utc"] {
        record.remove(key);
    }
    // What was not asked for is absent; an object without keys is there.
    for (key, nothing) in [("markdown", None), ("surveys", None), ("ext", Some("{}")), ("fields", Some("{}"))] {
        if record.get(key).is_some_and(Value::is_null) {
            record.remove(key);
            record.extend(nothing.map(|nothing| (key.to_owned(), json!(nothing))));
        }
    }
    if let Some(paywalled) = record.get_mut("paywalled") {
        *paywalled = paywalled.as_i64().map_or(Value::Null, |paywalled| Value::Bool(paywalled != 0));
    }
    let mut put = |name: &str, value: Value| record.insert(name.to_owned(), value);
    put("schema", json!(copydesk_record::SCHEMA_VERSION));
    put("source", Value::Object(source));
    put("dateline", if dateline.is_empty() { Value::Null } else { Value::Object(dateline) });
    if !duplicates.is_empty() {
        put("duplicates", Value::Object(duplicates));
    }
    if !versions.is_empty() {
        for list in ["changed", "added", "removed"] {
            let there = versions.get(list).and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
            let _ = versions.insert(list.to_owned(), there.unwrap_or_else(|| json!([])));
        }
        put("versions", Value::Object(versions));
    }
    put("authors", Value::Array(names("SELECT author FROM authors WHERE document = ? ORDER BY position")?));
    put("tags", Value::Array(names("SELECT tag FROM tags WHERE document = ? ORDER BY position")?));
    put("languages", list(all("SELECT tag, share FROM languages WHERE document = ? ORDER BY rowid")?));
    put("captions", captions(connection, document)?);
    put("notes", list(placed(all("SELECT * FROM notes WHERE document = ? ORDER BY rowid")?)));
    let blocks =
        all("SELECT block AS id, kind, level, label, text, language, start_byte, end_byte, line FROM blocks \
        WHERE document = ? ORDER BY block")?;
    if !blocks.is_empty() {
        put("blocks", list(placed(blocks)));
    }
    let decisions =
        all("SELECT block, label, stage, rule, detail FROM decisions WHERE document = ? ORDER BY position")?;
    if !decisions.is_empty() {
        put("decisions", list(decisions));
    }
    let chunks =
        if has_chunks { all("SELECT * FROM chunks WHERE document = ? ORDER BY position")? } else { Vec::new() };
    if !chunks.is_empty() {
        let lists = ["headings", "blocks", "captions"];
        let chunks = placed(chunks).into_iter().map(|mut chunk| {
            for list in lists {
                let there = chunk.get(list).and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
                chunk.insert(list.to_owned(), there.unwrap_or_else(|| json!([])));
            }
            chunk
        });
        put("chunks", list(chunks.collect()));
    }
    let metadata = all("SELECT * FROM metadata WHERE document = ? ORDER BY rowid")?;
    if !metadata.is_empty() {
        put("metadata", list(placed(metadata)));
    }
    Ok(Value::Object(record))
}

fn captions(connection: &Connection, document: i64) -> Result<Value> {
    let sql = "SELECT * FROM captions WHERE document = ? ORDER BY caption";
    let mut captions: Vec<Map<String, Value>> = Vec::new();
    for mut row in rows(connection.prepare(sql)?, &document)? {
        let number = row.remove("caption").unwrap_or_default();
        if row.get("translation_of").is_some_and(|original| !original.is_null()) {
            let translation = ["text", "language", "credit"].map(|key| (key.to_owned(), row[key].clone()));
            let list = captions.last_mut().and_then(|caption| caption["translations"].as_array_mut());
            if let Some(list) = list {
                list.push(Value::Object(translation.into_iter().collect()));
            }
            continue;
        }
        let credits = connection.prepare("SELECT name, agency FROM credits WHERE caption = ? ORDER BY rowid")?;
        row.insert("credits".to_owned(), list(rows(credits, &number.as_i64())?));
        row.insert("translations".to_owned(), Value::Array(Vec::new()));
        captions.push(row);
    }
    Ok(list(captions))
}

/// Where something stands, as a record has it.
fn placed(mut rows: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
    for row in &mut rows {
        let [start, end, line] = ["start_byte", "end_byte", "line"].map(|key| row.remove(key).unwrap_or_default());
        let place = if start.is_null() { Value::Null } else { json!({ "start": start, "end": end, "line": line }) };
        row.insert("place".to_owned(), place);
    }
    rows
}

fn list(rows: Vec<Map<String, Value>>) -> Value {
    Value::Array(rows.into_iter().map(Value::Object).collect())
}

/// Rows as objects.
fn rows(mut statement: Statement<'_>, argument: &dyn ToSql) -> Result<Vec<Map<String, Value>>> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = statement.query([argument])?;
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (at, name) in names.iter().enumerate() {
            let value = match row.get_ref(at)? {
                ValueRef::Integer(number) => json!(number),
                ValueRef::Real(number) => json!(number),
                ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
                ValueRef::Null | ValueRef::Blob(_) => Value::Null,
            };
            object.insert(name.clone(), value);
        }
        found.push(object);
    }
    Ok(found)
}
