//! Records out of the other outputs of a run: Parquet, CSV and `SQLite`.
//!
//! What the columns of a table say is put into a record again, as far as a profile asks for it.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use copydesk_record::{Note, Record};
use copydesk_stage::Catalog;
#[cfg(feature = "parquet")]
use copydesk_stage::SourceItem;
use copydesk_unpack::{Limits, Stream};
#[cfg(feature = "parquet")]
use serde_json::json;
use serde_json::{Map, Value};

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

/// The files of a folder without JSON Lines that hold its documents: Parquet, else a database, else CSV. Those of one output
/// that is many files count as one.
pub(super) fn files(folder: &Path) -> anyhow::Result<Option<Vec<PathBuf>>> {
    let tables = DataFiles::of(folder, &[])?.parquet;
    if let Some(documents) = tables.iter().find(|table| table.name == "documents") {
        return Ok(Some(documents.files.iter().map(|file| folder.join(file)).collect()));
    }
    let mut other = None;
    for form in [Form::Parquet, Form::Sqlite, Form::Csv] {
        let mut of_documents = Vec::new();
        for output in outputs(folder, form)? {
            match why_not(&output, form)? {
                Some(why) => other = other.or(Some(of_something_else(&output[0], &why))),
                None => of_documents.push(output),
            }
        }
        match of_documents.as_slice() {
            [] => {}
            [one] => return Ok(Some(one.clone())),
            [first, second, ..] => bail!(
                "{} holds several tables: name the one with the documents, such as {} or {}",
                shown(folder),
                named(first),
                named(second)
            ),
        }
    }
    other.map_or(Ok(None), Err)
}

/// Why the rows of an output are no documents, where its files say so.
fn why_not(files: &[PathBuf], form: Form) -> anyhow::Result<Option<String>> {
    for path in files {
        let why = match form {
            Form::Parquet => why_not_parquet(path)?,
            Form::Csv => csv_of(path)?.and_then(|(_, names)| why_not_csv(&names)).map(str::to_owned),
            Form::Sqlite => None,
        };
        if why.is_some() {
            return Ok(why);
        }
    }
    Ok(None)
}

#[cfg(feature = "parquet")]
fn why_not_parquet(path: &Path) -> anyhow::Result<Option<String>> {
    let table = copydesk_source_parquet::note(path, "copydesk.table")?.filter(|table| table != "documents");
    Ok(table.map(|table| format!("it is one of {table}")))
}

#[cfg(not(feature = "parquet"))]
fn why_not_parquet(_: &Path) -> anyhow::Result<Option<String>> {
    Ok(None)
}

fn why_not_csv(names: &[String]) -> Option<&'static str> {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    if names.iter().any(|name| name.starts_with("block.")) {
        Some("a row of it is a block")
    } else if ["document", "start", "end"].into_iter().all(has) {
        Some("a row of it is a piece of a text")
    } else {
        None
    }
}

/// The outputs of a folder in that form, each with its files.
fn outputs(folder: &Path, form: Form) -> anyhow::Result<Vec<Vec<PathBuf>>> {
    let list = |folder: &Path| -> anyhow::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", shown(folder)))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    let is_part = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("part-"));
    let of_form = |paths: &[PathBuf]| -> Vec<PathBuf> {
        paths.iter().filter(|path| path.is_file() && Form::of(path) == Some(form)).cloned().collect()
    };
    let all = list(folder)?;
    let own = of_form(&all);
    if own.len() > 1 && own.iter().all(is_part) {
        return Ok(vec![own]);
    }
    let mut outputs: Vec<Vec<PathBuf>> = own.into_iter().map(|path| vec![path]).collect();
    for below in all.iter().filter(|path| path.is_dir()) {
        let parts: Vec<PathBuf> = of_form(&list(below)?).into_iter().filter(is_part).collect();
        outputs.extend((!parts.is_empty()).then_some(parts));
    }
    Ok(outputs)
}

/// How a message calls an output: its file, or the folder of its files.
fn named(output: &[PathBuf]) -> String {
    match output {
        [one] => shown(one),
        several => several.first().and_then(|path| path.parent()).map_or_else(String::new, shown),
    }
}

/// A row of a table.
pub(super) struct Row {
    /// What a profile asks for.
    pub(super) record: Record<'static>,
    /// Of a text that the export has cut, how many characters it had, as its mark says.
    pub(super) cut: Option<u64>,
}

/// Goes through the rows of a table of documents, and says which of the facts that a profile asks for it has a column for;
/// nothing, where there is no row to tell by.
pub(super) fn each(
    path: &Path,
    form: Form,
    catalog: &Catalog,
    see: &mut dyn FnMut(Row),
) -> anyhow::Result<BTreeSet<&'static str>> {
    let (mut there, mut before, mut twice) = (BTreeSet::new(), None, false);
    let mut row = |text: String, fields: Map<String, Value>| {
        there.extend(COLUMNS.into_iter().filter(|column| field(&fields, column).is_some()));
        let (text, cut) = if form == Form::Csv { as_it_was(text) } else { (text, None) };
        let record = record(text, &fields);
        twice |= !record.id.is_empty() && before.as_ref() == Some(&record.id);
        before = Some(record.id.clone());
        see(Row { record, cut });
    };
    match form {
        Form::Parquet => rows_of_parquet(path, catalog, &mut row)?,
        Form::Csv => rows_of_csv(path, &mut row)?,
        Form::Sqlite => rows_of_database(path, &mut row)?,
    }
    if twice {
        return Err(of_something_else(path, "several rows of it have the same `id`"));
    }
    Ok(there)
}

fn of_something_else(path: &Path, why: &str) -> anyhow::Error {
    anyhow!("{} is no table of documents: {why}. A profile needs a table with a row for each document", shown(path))
}

/// The rows of a Parquet file: the column `text`, and all others.
#[cfg(feature = "parquet")]
fn rows_of_parquet(
    path: &Path,
    catalog: &Catalog,
    row: &mut dyn FnMut(String, Map<String, Value>),
) -> anyhow::Result<()> {
    if let Some(why) = why_not_parquet(path)? {
        return Err(of_something_else(path, &why));
    }
    let entry = catalog.find_source("parquet");
    let entry = entry.ok_or_else(|| anyhow!("cannot read {}: there is no source `parquet`", shown(path)))?;
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

#[cfg(not(feature = "parquet"))]
fn rows_of_parquet(path: &Path, _: &Catalog, _: &mut dyn FnMut(String, Map<String, Value>)) -> anyhow::Result<()> {
    let why = copydesk_pipeline::left_out("parquet").unwrap_or_default();
    bail!("cannot read {}: {why}", shown(path))
}

type Opened = BufReader<Stream<File>>;

/// A CSV file as the export `csv` writes it, behind the names of its columns, and these; `None` of one without a byte, as an
/// output without rows may be.
fn csv_of(path: &Path) -> anyhow::Result<Option<(csv::Reader<Opened>, Vec<String>)>> {
    let cannot = || format!("cannot read {}", shown(path));
    let stored = File::open(path).with_context(cannot)?;
    let mut stream = BufReader::with_capacity(1 << 20, Stream::open(stored, Limits::WINDOW_ONLY).with_context(cannot)?);
    if stream.fill_buf().with_context(cannot)?.starts_with("\u{feff}".as_bytes()) {
        stream.consume("\u{feff}".len());
    }
    let delimiter = delimiter(stream.fill_buf().with_context(cannot)?);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(stream);
    let names: Vec<String> = reader.headers().with_context(cannot)?.iter().map(str::to_owned).collect();
    Ok((!names.iter().all(String::is_empty)).then_some((reader, names)))
}

/// The rows of a CSV file.
fn rows_of_csv(path: &Path, row: &mut dyn FnMut(String, Map<String, Value>)) -> anyhow::Result<()> {
    let Some((mut reader, names)) = csv_of(path)? else { return Ok(()) };
    if let Some(why) = why_not_csv(&names) {
        return Err(of_something_else(path, why));
    }
    if names.iter().all(|name| name != "text") {
        bail!("{} has no column `text`\nA profile needs a table of documents with the column `text`", shown(path));
    }
    let cannot = || format!("cannot read {}", shown(path));
    for cells in reader.records() {
        let cells = cells.with_context(cannot)?;
        let (mut text, mut fields) = (String::new(), Map::new());
        for (name, cell) in names.iter().zip(&cells) {
            if name == "text" {
                cell.clone_into(&mut text);
            } else {
                fields.insert(name.clone(), cell.into());
            }
        }
        row(text, fields);
    }
    Ok(())
}

/// What stands between the names of the columns: the first of these signs in the header, outside of quotes.
fn delimiter(head: &[u8]) -> u8 {
    let mut in_quotes = false;
    let outside = head.iter().copied().filter(|byte| {
        in_quotes ^= *byte == b'"';
        !in_quotes
    });
    let header = outside.take_while(|byte| !b"\r\n".contains(byte));
    header.into_iter().find(|byte| b",;\t|".contains(byte)).unwrap_or(b',')
}

/// A text of CSV without what the export has put there for spreadsheets: the mark before what looks like a formula, and that
/// at the end of what was too long, which says how long it was.
fn as_it_was(text: String) -> (String, Option<u64>) {
    let mark = text.strip_suffix(" characters]").and_then(|head| head.rsplit_once(" [cut: "));
    let length = mark.and_then(|(_, number)| number.parse::<u64>().ok());
    // A text that is cut is as long as a cell may be, to the unit or, before a character of two, but for one.
    let cut = length.filter(|_| (32_766..=32_767).contains(&text.encode_utf16().count()));
    let bare = text.strip_prefix('\'').filter(|rest| {
        let first = rest.trim_start().chars().next();
        rest.starts_with(['\t', '\r', '\n']) || first.is_some_and(|c| "=+-@＝＋－＠".contains(c))
    });
    match bare {
        Some(bare) => (bare.to_owned(), cut.map(|length| length - 1)),
        None => (text, cut),
    }
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
pub(super) const COLUMNS: [&str; 21] = [
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

/// The columns that say when a text was published, the one that says most first.
const PUBLISHED: [&str; 3] = ["published", "published_utc", "published_day"];

fn field<'f>(fields: &'f Map<String, Value>, column: &str) -> Option<&'f Value> {
    if column == PUBLISHED[0] {
        return PUBLISHED.iter().find_map(|column| fields.get(*column));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_before_it_was_made_fit_for_spreadsheets() {
        let long = |head: &str, mark: &str| {
            let kept = 32_767 - head.len() - mark.len();
            format!("{head}{}{mark}", "a".repeat(kept))
        };
        let mark = " [cut: 40000 characters]";
        for (text, head, cut) in [
            ("The boat left.".to_owned(), "The", None),
            ("'- at ten".to_owned(), "- at", None),
            ("'tis late".to_owned(), "'tis", None),
            (format!("It says{mark}"), "It says", None),
            (long("", mark), "aaa", Some(40_000)),
            (long("'=", mark), "=aa", Some(39_999)),
            (long("", " [cut: many characters]"), "aaa", None),
        ] {
            let (text, length) = as_it_was(text);
            assert!(text.starts_with(head) && length == cut, "{head}: {length:?}");
        }
    }

    #[test]
    fn what_stands_between_columns_is_told_by_their_names() {
        for (head, expected) in [
            ("id,title\r\n1;2", b','),
            ("\"id\";text", b';'),
            ("id\ttext", b'\t'),
            ("id|text", b'|'),
            ("text\r\n1;2", b','),
            ("fields.Article ID,id,text", b','),
            ("\"fields.Place, day\";text", b';'),
        ] {
            assert_eq!(delimiter(head.as_bytes()), expected, "{head}");
        }
    }
}
