//! Records out of the other outputs of a run: Parquet, CSV and `SQLite`.
//!
//! What the columns of a table say is put into a record again, as far as a profile asks for it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use copydesk_record::{Note, Record};
use copydesk_stage::{Catalog, SourceItem};
use serde_json::{Map, Value, json};

use super::data_files::DataFiles;
use crate::terminal::shown;

/// A form of table, by the end of the name of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Parquet,
    Csv,
    Sqlite,
}

impl Form {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".parquet"]) {
            Some(Self::Parquet)
        } else if ends(&[".csv", ".csv.gz", ".csv.zst"]) {
            Some(Self::Csv)
        } else {
            ends(&[".sqlite", ".sqlite3", ".db"]).then_some(Self::Sqlite)
        }
    }
}

/// The files of a folder without JSON Lines that hold its documents: Parquet, else a database, else CSV.
pub(super) fn files(folder: &Path) -> anyhow::Result<Option<Vec<PathBuf>>> {
    let tables = DataFiles::of(folder, &[])?.parquet;
    if let Some(documents) = tables.iter().find(|table| table.name == "documents") {
        return Ok(Some(documents.files.iter().map(|file| folder.join(file)).collect()));
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", shown(folder)))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    for form in [Form::Parquet, Form::Sqlite, Form::Csv] {
        match paths.iter().filter(|path| Form::of(path) == Some(form)).collect::<Vec<_>>().as_slice() {
            [] => {}
            [one] => return Ok(Some(vec![(*one).clone()])),
            [first, second, ..] => bail!(
                "{} holds several tables: name the one with the documents, such as {} or {}",
                shown(folder),
                shown(first),
                shown(second)
            ),
        }
    }
    Ok(None)
}

/// Goes through the records of a table, and says which of the named facts it has no column for.
pub(super) fn each(
    path: &Path,
    form: Form,
    catalog: &Catalog,
    see: &mut dyn FnMut(&Record<'_>),
) -> anyhow::Result<BTreeSet<&'static str>> {
    let mut there = BTreeSet::new();
    let mut row = |text: String, fields: Map<String, Value>| {
        there.extend(COLUMNS.into_iter().filter(|column| field(&fields, column).is_some()));
        see(&record(text, &fields));
    };
    match form {
        Form::Parquet => rows(path, "parquet", catalog, &mut row)?,
        Form::Csv => rows(path, "csv", catalog, &mut row)?,
        Form::Sqlite => rows_of_database(path, &mut row)?,
    }
    Ok(COLUMNS.into_iter().filter(|column| !there.contains(column)).collect())
}

/// The rows of a file as the source of that name reads them: the column `text`, and all others.
fn rows(
    path: &Path,
    source: &str,
    catalog: &Catalog,
    row: &mut dyn FnMut(String, Map<String, Value>),
) -> anyhow::Result<()> {
    let entry = catalog.find_source(source);
    let entry = entry.ok_or_else(|| match copydesk_pipeline::left_out(source) {
        Some(why) => anyhow!("cannot read {}: {why}", shown(path)),
        None => anyhow!("cannot read {}: there is no source `{source}`", shown(path)),
    })?;
    let options = json!({ "paths": [path.to_string_lossy()], "text": ["text"], "max_bytes": u64::from(u32::MAX) });
    let source = entry.build(&options).map_err(|error| anyhow!("cannot read {}: {error}", shown(path)))?;
    for item in source.open()? {
        match item? {
            SourceItem::Input(input) => {
                let text =
                    String::from_utf8(input.bytes).map_err(|_| anyhow!("{} holds a text that is none", input.uri))?;
                row(text, input.fields);
            }
            SourceItem::Bad { uri, message, .. } => {
                bail!("{uri} is no record: {message}\nA profile needs a table of documents with the column `text`")
            }
            SourceItem::Skipped { uri, reason, .. } => bail!("{uri} cannot be read: {reason}"),
        }
    }
    Ok(())
}

#[cfg(not(feature = "sqlite"))]
fn rows_of_database(path: &Path, _: &mut dyn FnMut(String, Map<String, Value>)) -> anyhow::Result<()> {
    let why = copydesk_pipeline::left_out("sqlite").unwrap_or_default();
    bail!("cannot read {}: {why}", shown(path))
}

/// The rows of the table `documents`, with what other tables say of each.
#[cfg(feature = "sqlite")]
fn rows_of_database(path: &Path, row: &mut dyn FnMut(String, Map<String, Value>)) -> anyhow::Result<()> {
    use rusqlite::{Connection, OpenFlags, types::ValueRef};

    const ROWS: &str = "SELECT d.*, \
        (SELECT group_concat(author, '; ') FROM authors WHERE document = d.document) AS authors, \
        (SELECT group_concat(tag, '; ') FROM tags WHERE document = d.document) AS tags, \
        (SELECT group_concat(code, '; ') FROM notes WHERE document = d.document) AS notes, \
        (SELECT group_concat('-', char(10)) FROM captions WHERE document = d.document AND translation_of IS NULL) AS captions \
        FROM documents d ORDER BY d.document";
    let cannot = || format!("cannot read the database {}: a profile needs one of the export `sqlite`", shown(path));
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).with_context(cannot)?;
    let mut found = database.prepare(ROWS).with_context(cannot)?;
    let names: Vec<String> = found.column_names().map(str::to_owned).collect();
    let mut rows = found.query([]).with_context(cannot)?;
    while let Some(own) = rows.next().with_context(cannot)? {
        let (mut text, mut fields) = (String::new(), Map::new());
        for (at, name) in names.iter().enumerate() {
            let value = match own.get_ref(at).with_context(cannot)? {
                ValueRef::Null | ValueRef::Blob(_) => Value::Null,
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(bytes) if name == "text" => {
                    text = String::from_utf8_lossy(bytes).into_owned();
                    continue;
                }
                ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into(),
            };
            fields.insert(name.clone(), value);
        }
        row(text, fields);
    }
    Ok(())
}

/// What a profile asks for, by the name that it has in CSV; in Parquet and `SQLite` `source_uri` stands for `source.uri`.
const COLUMNS: [&str; 21] = [
    "id",
    "source.uri",
    "source.media_type",
    "source.bytes",
    "source.url",
    "title",
    "authors",
    "published",
    "site_name",
    "section",
    "tags",
    "description",
    "url",
    "image",
    "language",
    "license",
    "page_type",
    "text_confidence",
    "captions",
    "notes",
    "duplicates.kind",
];

fn field<'f>(fields: &'f Map<String, Value>, column: &str) -> Option<&'f Value> {
    fields.get(column).or_else(|| fields.get(&column.replace('.', "_")))
}

/// The record of a row, as far as a profile asks for it.
fn record(text: String, fields: &Map<String, Value>) -> Record<'static> {
    let mut record = Record { text, ..Record::default() };
    for column in COLUMNS {
        let value = field(fields, column).filter(|value| !value.is_null() && value.as_str() != Some(""));
        if let Some(value) = value {
            put(&mut record, column, value);
        }
    }
    record
}

fn put(record: &mut Record<'static>, column: &str, value: &Value) {
    let plain = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let parts = |between: &str| -> Vec<String> {
        let texts = |list: &Vec<Value>| list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect();
        value.as_array().map_or_else(|| plain().split(between).map(str::to_owned).collect(), texts)
    };
    let number = || value.as_f64().or_else(|| plain().parse().ok());
    match column {
        "id" => record.id = plain(),
        "source.uri" => record.source.uri = plain().into(),
        "source.media_type" => record.source.media_type = plain().into(),
        "source.bytes" => record.source.bytes = number().map_or(0, |bytes| bytes as u64),
        "source.url" => record.source.url = Some(plain().into()),
        "title" => record.title = Some(plain().into()),
        "published" => record.published = plain().parse().ok(),
        "site_name" => record.site_name = Some(plain().into()),
        "section" => record.section = Some(plain().into()),
        "description" => record.description = Some(plain().into()),
        "url" => record.url = Some(plain().into()),
        "image" => record.image = Some(plain().into()),
        "language" => record.language = Some(plain().into()),
        "license" => record.license = Some(plain().into()),
        "page_type" => record.page_type = serde_json::from_value(plain().into()).ok(),
        "text_confidence" => record.text_confidence = number().map(|sure| sure as f32),
        "duplicates.kind" => {
            let kind = serde_json::from_value(plain().into()).ok();
            record.duplicates = kind.map(|kind| copydesk_record::Duplicates {
                cluster: String::new(),
                of: String::new(),
                share: 0.0,
                kind,
            });
        }
        "authors" => record.authors = parts("; ").into_iter().map(Into::into).collect(),
        "tags" => record.tags = parts("; ").into_iter().map(Into::into).collect(),
        "captions" => {
            let count = value.as_array().map_or_else(|| plain().lines().count(), Vec::len);
            record.captions = vec![copydesk_record::Caption::default(); count];
        }
        "notes" => {
            let code = |note: &Value| note.get("code").and_then(Value::as_str).map(str::to_owned);
            let codes = value.as_array().map(|notes| notes.iter().filter_map(code).collect());
            let codes: Vec<String> = codes.unwrap_or_else(|| parts("; "));
            let note = |code: String| Note { stage: "".into(), code: code.into(), message: "".into(), place: None };
            record.notes = codes.into_iter().map(note).collect();
        }
        _ => {}
    }
}
