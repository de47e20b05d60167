//! The records of a run as a database, and what the page asks of it.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use copydesk_export_sqlite::{build, phrase};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter, types::ValueRef};
use serde_json::{Map, Value, json};

use crate::Error;

/// As many documents are counted at most when a filter is set; beyond it the page says "more than".
const COUNTED: i64 = 10_000;
/// As many quarantined documents are listed at most.
const QUARANTINE: usize = 2_000;
/// As many groups are listed for each figure.
const GROUPS: u32 = 40;

/// The records of a run.
#[derive(Debug)]
pub struct Database {
    folder: PathBuf,
    file: PathBuf,
    connection: Mutex<Connection>,
    summary: OnceLock<Value>,
}

/// Which documents are meant. What is empty is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of headline, text, captions or authors, as somebody types them.
    pub words: String,
    /// The language of the text.
    pub language: String,
    /// The name of the site.
    pub site: String,
    /// A rule that has decided about a block, as `stage/rule`.
    pub rule: String,
    /// The code of a note.
    pub note: String,
    /// A fact that is missing: `title`, `published` or `authors`.
    pub missing: String,
}

/// In which order documents come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As in the run.
    #[default]
    Run,
    /// The latest day first.
    Latest,
    /// The earliest day first.
    Earliest,
    /// The shortest text first.
    Shortest,
    /// The longest text first.
    Longest,
    /// By title.
    Title,
}

impl Order {
    /// The order with this name.
    pub fn named(name: &str) -> Self {
        match name {
            "latest" => Self::Latest,
            "earliest" => Self::Earliest,
            "shortest" => Self::Shortest,
            "longest" => Self::Longest,
            "title" => Self::Title,
            _ => Self::Run,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Run => "d.document",
            Self::Latest => "d.published_day IS NULL, d.published_day DESC, d.document",
            Self::Earliest => "d.published_day IS NULL, d.published_day, d.document",
            Self::Shortest => "length(d.text), d.document",
            Self::Longest => "length(d.text) DESC, d.document",
            Self::Title => "d.title IS NULL, d.title COLLATE NOCASE, d.document",
        }
    }
}

impl Database {
    /// Opens the records of an output folder: its database, or one that is made from its JSON Lines and kept in the cache.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let own = folder.join("records.sqlite");
        let file = if own.is_file() { own } else { cached(folder)? };
        let connection = read_only(&file)?;
        let known: bool = connection.query_row(
            "SELECT count(*) = 3 FROM sqlite_master WHERE name IN ('documents', 'decisions', 'search')",
            [],
            |row| row.get(0),
        )?;
        if !known {
            let file = file.display();
            return Err(Error::Records(format!(
                "{file} has no table of decisions or no index of words; it was not made by \
                this program, or with `search = \"none\"`"
            )));
        }
        Ok(Self { folder: folder.to_owned(), file, connection: Mutex::new(connection), summary: OnceLock::new() })
    }

    fn connection(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The figures of the run. They are counted once.
    pub fn summary(&self) -> Result<&Value, Error> {
        if let Some(summary) = self.summary.get() {
            return Ok(summary);
        }
        let connection = read_only(&self.file)?;
        let table = |sql: &str| rows(&connection, sql, &[]);
        let group = |what: &str, from: &str| {
            table(&format!(
                "SELECT {what} AS name, count(*) AS number FROM {from} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {GROUPS}"
            ))
        };
        let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let missing = |field: &str| one(&format!("SELECT count(*) FROM documents WHERE {field} IS NULL"));
        let (quarantined, quarantine) = self.quarantine()?;
        let summary = json!({
            "folder": self.folder.display().to_string(),
            "documents": one("SELECT count(*) FROM documents")?,
            "letters": one("SELECT ifnull(sum(length(text)), 0) FROM documents")?,
            "reasons": one("SELECT EXISTS (SELECT 1 FROM decisions)")? == 1,
            "captions": one("SELECT count(*) FROM captions WHERE translation_of IS NULL")?,
            "quarantined": quarantined,
            "quarantine": quarantine,
            "missing": {
                "title": missing("title")?,
                "published": missing("published")?,
                "authors": one("SELECT count(*) FROM documents WHERE document NOT IN (SELECT document FROM authors)")?,
                "text": one("SELECT count(*) FROM documents WHERE text = ''")?,
            },
            "languages": group("language", "documents")?,
            "sites": group("site_name", "documents WHERE site_name IS NOT NULL")?,
            "types": group("source_media_type", "documents")?,
            "months": table("SELECT substr(published_day, 1, 7) AS name, count(*) AS number FROM documents \
                WHERE published_day IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 60")?,
            "rules": table(&format!("SELECT stage || '/' || rule AS name, count(*) AS number FROM decisions \
                GROUP BY stage, rule ORDER BY 2 DESC LIMIT {GROUPS}"))?,
            "labels": group("label", "blocks")?,
            "notes": group("code", "notes")?,
        });
        Ok(self.summary.get_or_init(|| summary))
    }

    /// How many documents were quarantined, and the first of them.
    fn quarantine(&self) -> Result<(usize, Vec<Value>), Error> {
        let path = self.folder.join("quarantine.jsonl");
        let failed = |error: std::io::Error| Error::Records(format!("{}: {error}", path.display()));
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((0, Vec::new())),
            Err(error) => return Err(failed(error)),
        };
        let mut number = 0;
        let mut list = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(failed)?;
            number += 1;
            if list.len() < QUARANTINE
                && let Ok(entry) = serde_json::from_slice(&line)
            {
                list.push(entry);
            }
        }
        Ok((number, list))
    }

    /// The documents that a filter leaves, from `offset` on, and how many there are: at most so many are counted, and then
    /// `more` is true.
    pub fn documents(&self, filter: &Filter, order: Order, offset: i64, limit: i64) -> Result<Value, Error> {
        let connection = self.connection();
        let (tables, values) = conditions(&connection, filter)?;
        let arguments: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        let (number, more) = if values.is_empty() && filter.missing.is_empty() {
            (connection.query_row("SELECT count(*) FROM documents", [], |row| row.get::<_, i64>(0))?, false)
        } else {
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {tables} LIMIT {})", COUNTED + 1);
            let counted: i64 = connection.query_row(&sql, params_from_iter(&arguments), |row| row.get(0))?;
            (counted.min(COUNTED), counted > COUNTED)
        };
        let sql = format!(
            "SELECT d.document, d.title, d.published, d.language, d.site_name, d.source_uri, length(d.text) AS letters, \
             (SELECT count(*) FROM captions AS c WHERE c.document = d.document AND translation_of IS NULL) AS captions, \
             (SELECT count(*) FROM notes AS n WHERE n.document = d.document) AS notes, \
             (SELECT group_concat(author, ', ') FROM authors AS a WHERE a.document = d.document) AS authors, \
             substr(d.text, 1, 200) AS begins \
             FROM {tables} ORDER BY {} LIMIT {} OFFSET {}",
            order.sql(),
            limit.clamp(0, 500),
            offset.max(0)
        );
        let list = rows(&connection, &sql, &arguments)?;
        Ok(json!({ "number": number, "more": more, "offset": offset, "documents": list }))
    }

    /// All that the run wrote about a document; none if there is no such number.
    pub fn document(&self, number: i64) -> Result<Option<Value>, Error> {
        let connection = self.connection();
        let all = |sql: &str| rows(&connection, sql, &[&number]);
        let Some(mut document) = all("SELECT * FROM documents WHERE document = ?")?.pop() else { return Ok(None) };
        for (name, sql) in [
            ("authors", "SELECT author FROM authors WHERE document = ? ORDER BY position"),
            ("tags", "SELECT tag FROM tags WHERE document = ? ORDER BY position"),
            (
                "captions",
                "SELECT text, language, credit, image, kind FROM captions WHERE document = ? ORDER BY caption",
            ),
            ("blocks", "SELECT * FROM blocks WHERE document = ? ORDER BY block"),
            ("decisions", "SELECT * FROM decisions WHERE document = ? ORDER BY position"),
            ("metadata", "SELECT * FROM metadata WHERE document = ? ORDER BY field, confidence DESC"),
            ("notes", "SELECT * FROM notes WHERE document = ?"),
        ] {
            document[name] = Value::Array(all(sql)?);
        }
        Ok(Some(document))
    }

    /// The address of a document, and the hash of its source as the run read it.
    pub fn source(&self, number: i64) -> Result<Option<(String, String)>, Error> {
        let sql = "SELECT source_uri, source_sha256 FROM documents WHERE document = ?";
        match self.connection().query_row(sql, [number], |row| Ok((row.get(0)?, row.get(1)?))) {
            Ok(found) => Ok(Some(found)),
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The address of the document whose record has this id; of the first, if a text was read several times.
    pub fn address(&self, id: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT source_uri FROM documents WHERE id = ? ORDER BY document LIMIT 1";
        match self.connection().query_row(sql, [id], |row| row.get(0)) {
            Ok(found) => Ok(Some(found)),
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The tables and conditions of a filter, with the values that stand for its question marks.
fn conditions(connection: &Connection, filter: &Filter) -> Result<(String, Vec<String>), Error> {
    let mut from = "documents AS d";
    let mut conditions: Vec<&str> = Vec::new();
    let mut values = Vec::new();
    if !filter.words.trim().is_empty() {
        from = "search JOIN documents AS d ON d.document = search.rowid";
        conditions.push("search MATCH ?");
        values.push(phrase(connection, filter.words.trim())?);
    }
    for (value, condition) in [(&filter.language, "d.language = ?"), (&filter.site, "d.site_name = ?")] {
        if !value.is_empty() {
            conditions.push(condition);
            values.push(value.clone());
        }
    }
    if let Some((stage, rule)) = filter.rule.split_once('/') {
        conditions.push("d.document IN (SELECT document FROM decisions WHERE stage = ? AND rule = ?)");
        values.extend([stage.to_owned(), rule.to_owned()]);
    }
    if !filter.note.is_empty() {
        conditions.push("d.document IN (SELECT document FROM notes WHERE code = ?)");
        values.push(filter.note.clone());
    }
    match filter.missing.as_str() {
        "title" => conditions.push("d.title IS NULL"),
        "published" => conditions.push("d.published IS NULL"),
        "authors" => conditions.push("d.document NOT IN (SELECT document FROM authors)"),
        "text" => conditions.push("d.text = ''"),
        _ => {}
    }
    let meant = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    Ok((format!("{from}{meant}"), values))
}

/// Rows as objects.
fn rows(connection: &Connection, sql: &str, arguments: &[&dyn ToSql]) -> Result<Vec<Value>, Error> {
    let mut statement = connection.prepare(sql)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = statement.query(params_from_iter(arguments))?;
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (i, name) in names.iter().enumerate() {
            let value = match row.get_ref(i)? {
                ValueRef::Integer(number) => json!(number),
                ValueRef::Real(number) => json!(number),
                ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
                ValueRef::Null | ValueRef::Blob(_) => Value::Null,
            };
            object.insert(name.clone(), value);
        }
        found.push(Value::Object(object));
    }
    Ok(found)
}

fn read_only(file: &Path) -> Result<Connection, Error> {
    Ok(Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?)
}

/// The database that is made from `records.jsonl`, plain or compressed. It is made once for a file as it is.
fn cached(folder: &Path) -> Result<PathBuf, Error> {
    let found = ["records.jsonl", "records.jsonl.gz", "records.jsonl.zst"].map(|name| folder.join(name));
    let records = found.iter().find(|file| file.is_file());
    let records = records.ok_or_else(|| Error::NoRecords(folder.display().to_string()))?;
    let failed = |error: std::io::Error| Error::Records(format!("{}: {error}", records.display()));
    let state = fs::metadata(records).map_err(failed)?;
    let changed = state.modified().map_err(failed)?;
    let path = fs::canonicalize(records).map_err(failed)?;
    let version = env!("CARGO_PKG_VERSION");
    let key = format!("{version} {} {} {changed:?}", path.display(), state.len());
    let cache = cache().join("copydesk/view");
    fs::create_dir_all(&cache).map_err(|error| Error::Records(format!("{}: {error}", cache.display())))?;
    let place = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(path.as_os_str().as_encoded_bytes()));
    let name = format!("{place}-{:032x}", xxhash_rust::xxh3::xxh3_128(key.as_bytes()));
    let file = cache.join(format!("{name}.sqlite"));
    if !file.is_file() {
        let draft = cache.join(format!("{name}.{}.draft", std::process::id()));
        let mut lines = BufReader::new(open(records).map_err(failed)?).split(b'\n').enumerate();
        let mut records = std::iter::from_fn(|| {
            loop {
                let (number, line) = lines.next()?;
                let line = line.map_err(|error| error.to_string()).and_then(|line| {
                    let line = line.trim_ascii();
                    if line.is_empty() {
                        Ok(None)
                    } else {
                        serde_json::from_slice(line).map(Some).map_err(|e| e.to_string())
                    }
                });
                match line {
                    Ok(None) => {}
                    Ok(Some(record)) => return Some(Ok(record)),
                    Err(error) => return Some(Err(format!("line {}: {error}", number + 1))),
                }
            }
        });
        let built = build(&mut records, &draft, true).map_err(|error| Error::Records(error.to_string()));
        if let Err(error) = built.and_then(|()| fs::rename(&draft, &file).map_err(failed)) {
            let _ = fs::remove_file(&draft);
            return Err(error);
        }
        // Of each file only the last state is kept.
        for old in fs::read_dir(&cache).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let is_of_file = old.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&place));
            if is_of_file && old != file && old.extension().is_some_and(|extension| extension == "sqlite") {
                let _ = fs::remove_file(old);
            }
        }
    }
    Ok(file)
}

fn open(file: &Path) -> std::io::Result<Box<dyn Read>> {
    let reader = File::open(file)?;
    Ok(match file.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(reader)),
        Some("zst") => Box::new(zstd::Decoder::new(reader)?),
        _ => Box::new(reader),
    })
}

fn cache() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home).unwrap_or_else(std::env::temp_dir)
}
