//! The records of a run, found in their file: an index that is made once and kept, and each record read where it stands.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::{Instant, SystemTime},
};

use copydesk_document::Label;
use copydesk_export_sqlite::{phrase, records, search_tables, searched};
use copydesk_gold::Answer;
use copydesk_record::{Record, day, name, write_line};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use serde_json::{Value, json};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::{
    Error, Place,
    columns::{Columns, Filling, Filter, Order, Row},
};

/// What is kept has this form; another one is made anew.
const FORM: u32 = 1;
/// As many documents with the words of a search are looked through at most, in the order of the run.
const FOUND: usize = 100_000;
/// As many quarantined documents are listed at most.
const QUARANTINE: usize = 2_000;
/// As many groups are listed for each figure.
const GROUPS: usize = 40;
/// As many months are listed.
const MONTHS: usize = 60;
/// So many letters of a title count for its place in the order.
const TITLE: usize = 60;
/// So much of a text a list shows.
const BEGINNING: usize = 200;
/// So many records go from the thread that reads to the one that writes at once.
const BATCH: usize = 128;

/// The records of a run.
#[derive(Debug)]
pub struct Index {
    records: PathBuf,
    /// Size and time of change of the records when they were indexed.
    state: (u64, SystemTime),
    columns: Columns,
    search: Mutex<Connection>,
    summary: Value,
}

impl Index {
    /// Opens the records of an output folder. The index is made where there is none of them as they are, and kept in `cache`;
    /// `told` hears of that, since it takes its time.
    pub fn open(folder: &Path, cache: &Path, told: &dyn Fn(&str)) -> Result<Self, Error> {
        let stored = Stored::find(folder)?;
        fs::create_dir_all(cache).map_err(|error| Error::Records(format!("{}: {error}", cache.display())))?;
        let path = fs::canonicalize(stored.path()).map_err(|error| failed(stored.path(), &error))?;
        let place = format!("{:016x}", xxh3_64(path.as_os_str().as_encoded_bytes()));
        let (length, changed) = state(&path)?;
        let key = format!("{FORM} {} {} {length} {changed:?}", env!("CARGO_PKG_VERSION"), path.display());
        let name = format!("{place}-{:032x}", xxh3_128(key.as_bytes()));
        let (file, copy) = (cache.join(format!("{name}.index")), cache.join(format!("{name}.jsonl")));
        let records = if stored.is_plain() { path } else { copy };
        if !file.is_file() || !records.is_file() {
            told(&format!("making the index of {}; it is kept for the next time", stored.path().display()));
            let draft = |file: &Path| file.with_extension(format!("{}.draft", std::process::id()));
            let begun = Instant::now();
            let made = (|| -> Result<u64, Error> {
                if !stored.is_plain() {
                    stored.unpack(&draft(&records))?;
                    fs::rename(draft(&records), &records).map_err(|error| failed(&records, &error))?;
                }
                let documents = make(&records, &draft(&file), begun)?;
                fs::rename(draft(&file), &file).map_err(|error| failed(&file, &error))?;
                Ok(documents)
            })();
            if made.is_err() {
                let _ = fs::remove_file(draft(&file));
                let _ = fs::remove_file(draft(&records));
            }
            told(&format!("{} documents in the index after {:.1} s", made?, begun.elapsed().as_secs_f64()));
            // Of each file only the last state is kept.
            for old in fs::read_dir(cache).into_iter().flatten().flatten().map(|entry| entry.path()) {
                let own = old.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                if own.starts_with(&place) && !own.starts_with(&name) {
                    let _ = fs::remove_file(old);
                }
            }
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags)?;
        let columns = Columns::read(&connection)?;
        let summary: Option<Vec<u8>> =
            connection.query_row("SELECT value FROM kept WHERE name = 'summary'", [], |row| row.get(0)).optional()?;
        let mut summary: Value = serde_json::from_slice(&summary.unwrap_or_default())
            .map_err(|error| Error::Records(format!("{}: {error}", file.display())))?;
        let (quarantined, quarantine) = quarantine(folder)?;
        summary["folder"] = json!(folder.display().to_string());
        summary["quarantined"] = json!(quarantined);
        summary["quarantine"] = json!(quarantine);
        let state = state(&records)?;
        Ok(Self { records, state, columns, search: Mutex::new(connection), summary })
    }

    /// How many documents there are.
    pub fn documents(&self) -> usize {
        self.columns.documents()
    }

    /// The figures of the run.
    pub fn summary(&self) -> &Value {
        &self.summary
    }

    /// The documents that a filter leaves, from `offset` on, and how many there are. Where words stand in very many, `cut` says
    /// how many of these were looked through.
    pub fn select(&self, filter: &Filter, order: Order, offset: usize, limit: usize) -> Result<Value, Error> {
        let found = match filter.words.trim() {
            "" => None,
            words => Some(self.find(words)?),
        };
        let cut = found.as_ref().is_some_and(|found| found.len() > FOUND).then_some(FOUND);
        let found = found.as_ref().map(|found| &found[..found.len().min(FOUND)]);
        let (number, page) = self.columns.select(filter, found, order, offset, limit.min(500));
        let mut list = Vec::with_capacity(page.len());
        for document in page {
            let record = self.read(document as usize)?;
            list.push(json!({
                "document": document + 1,
                "title": record.title,
                "published": record.published.map(|time| time.to_string()),
                "language": record.language,
                "site_name": record.site_name,
                "uri": record.source.uri,
                "letters": record.text.chars().count(),
                "captions": record.captions.len(),
                "notes": record.notes.len(),
                "authors": record.authors,
                "begins": record.text.chars().take(BEGINNING).collect::<String>(),
            }));
        }
        Ok(json!({ "number": number, "cut": cut, "offset": offset, "documents": list }))
    }

    /// The documents that have these words, one more than are looked through at most.
    fn find(&self, words: &str) -> Result<Vec<u32>, Error> {
        let connection = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = phrase(&connection, words)?;
        let sql = format!("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid LIMIT {}", FOUND + 1);
        let mut statement = connection.prepare(&sql)?;
        let found = statement.query_map([asked], |row| Ok(row.get::<_, u32>(0)? - 1))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The record of a document, as the run wrote it; none if there is no such number. Numbers begin with 1.
    pub fn document(&self, number: usize) -> Result<Option<Record<'static>>, Error> {
        match number.checked_sub(1).filter(|document| *document < self.documents()) {
            Some(document) => self.read(document).map(Some),
            None => Ok(None),
        }
    }

    /// Places of documents that lie evenly over the run.
    pub fn sample(&self, number: usize) -> Result<Vec<Place>, Error> {
        let documents = self.documents();
        let number = number.min(documents);
        (0..number).map(|n| Ok(Place::of(&self.read(n * documents / number)?))).collect()
    }

    /// The number of the document that was read at an address; of the first, if it was read several times.
    pub fn number(&self, uri: &str) -> Result<Option<usize>, Error> {
        for document in self.columns.with_uri(xxh3_64(uri.as_bytes())) {
            if self.read(document)?.source.uri == uri {
                return Ok(Some(document + 1));
            }
        }
        Ok(None)
    }

    /// What the run gives as an answer for the document of an address, for gold to be compared with.
    pub fn answer(&self, uri: &str) -> Result<Option<Answer>, Error> {
        let Some(number) = self.number(uri)? else { return Ok(None) };
        serde_json::from_slice(&self.line(number - 1)?).map(Some).map_err(|error| failed(&self.records, &error))
    }

    /// The address of the document whose record has this id; of the first, if a text was read several times.
    pub fn address(&self, id: &str) -> Result<Option<String>, Error> {
        for document in self.columns.with_id(xxh3_64(id.as_bytes())) {
            let record = self.read(document)?;
            if record.id == id {
                return Ok(Some(record.source.uri.into_owned()));
            }
        }
        Ok(None)
    }

    fn read(&self, document: usize) -> Result<Record<'static>, Error> {
        serde_json::from_slice(&self.line(document)?)
            .map_err(|error| Error::Records(format!("{}, record {}: {error}", self.records.display(), document + 1)))
    }

    fn line(&self, document: usize) -> Result<Vec<u8>, Error> {
        let (offset, length) =
            self.columns.place(document).ok_or_else(|| Error::Records(format!("there is no record {document}")))?;
        let io = |error: std::io::Error| failed(&self.records, &error);
        let mut file = File::open(&self.records).map_err(io)?;
        if state(&self.records)? != self.state {
            let what = "has changed since the page was opened: start `copydesk view` again";
            return Err(Error::Records(format!("{} {what}", self.records.display())));
        }
        let _ = file.seek(SeekFrom::Start(offset)).map_err(io)?;
        let mut line = vec![0; length as usize];
        file.read_exact(&mut line).map_err(io)?;
        Ok(line)
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Records(format!("{}: {error}", path.display()))
}

fn state(path: &Path) -> Result<(u64, SystemTime), Error> {
    let found = fs::metadata(path).map_err(|error| failed(path, &error))?;
    Ok((found.len(), found.modified().map_err(|error| failed(path, &error))?))
}

/// Where a run has its records.
enum Stored {
    Plain(PathBuf),
    Packed(PathBuf),
    Database(PathBuf),
}

impl Stored {
    /// JSON Lines, unless only the database tells which rules decided.
    fn find(folder: &Path) -> Result<Self, Error> {
        let there = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
        let lines = there("records.jsonl").map(Self::Plain);
        let lines =
            lines.or_else(|| there("records.jsonl.gz").or_else(|| there("records.jsonl.zst")).map(Self::Packed));
        let database = there("records.sqlite").map(Self::Database);
        match (lines, database) {
            (Some(lines), None) => Ok(lines),
            (Some(lines), Some(database)) => Ok(if lines.tells_reasons()? { lines } else { database }),
            (None, Some(database)) => Ok(database),
            (None, None) => Err(Error::NoRecords(folder.display().to_string())),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Plain(path) | Self::Packed(path) | Self::Database(path) => path,
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    fn tells_reasons(&self) -> Result<bool, Error> {
        let mut first = Vec::new();
        let read = open(self.path()).and_then(|file| BufReader::new(file).read_until(b'\n', &mut first));
        let _ = read.map_err(|error| failed(self.path(), &error))?;
        Ok(serde_json::from_slice::<Record<'_>>(&first).is_ok_and(|record| record.decisions.is_some()))
    }

    /// Writes plain JSON Lines, in which a record can be found again.
    fn unpack(&self, to: &Path) -> Result<(), Error> {
        let io = |error: std::io::Error| failed(self.path(), &error);
        let mut out = BufWriter::new(File::create(to).map_err(io)?);
        if let Self::Database(path) = self {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            let mut line = Vec::new();
            for record in records(&connection)? {
                let record = record.map_err(|error| failed(path, &error))?;
                line.clear();
                write_line(&record, &mut line).map_err(|error| failed(path, &error))?;
                out.write_all(&line).map_err(io)?;
            }
        } else {
            let _ = std::io::copy(&mut open(self.path()).map_err(io)?, &mut out).map_err(io)?;
        }
        out.flush().map_err(io)
    }
}

fn open(file: &Path) -> std::io::Result<Box<dyn Read>> {
    let reader = File::open(file)?;
    Ok(match file.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(reader)),
        Some("zst") => Box::new(zstd::Decoder::new(reader)?),
        _ => Box::new(reader),
    })
}

/// How many documents were quarantined, and the first of them.
fn quarantine(folder: &Path) -> Result<(usize, Vec<Value>), Error> {
    let path = folder.join("quarantine.jsonl");
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((0, Vec::new())),
        Err(error) => return Err(failed(&path, &error)),
    };
    let (mut number, mut list) = (0, Vec::new());
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(|error| failed(&path, &error))?;
        number += 1;
        if list.len() < QUARANTINE
            && let Ok(entry) = serde_json::from_slice(&line)
        {
            list.push(entry);
        }
    }
    Ok((number, list))
}

/// A record on its way into the index.
struct Entered {
    row: Row,
    searched: [String; 5],
    counted: Counted,
}

/// What a record adds to the figures.
struct Counted {
    language: Option<String>,
    site: Option<String>,
    media_type: String,
    month: Option<String>,
    captions: usize,
    labels: Vec<Label>,
    rules: Vec<String>,
    notes: Vec<String>,
    has_decisions: bool,
}

impl Entered {
    fn of(record: &Record<'_>, offset: u64, length: u32) -> Self {
        let published = day(record.published);
        let rules: Vec<String> =
            record.decisions.iter().flatten().map(|decision| format!("{}/{}", decision.stage, decision.rule)).collect();
        let notes: Vec<String> = record.notes.iter().map(|note| note.code.to_string()).collect();
        let each_once = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort_unstable();
            names.dedup();
            names
        };
        let title = record.title.as_deref();
        let row = Row {
            offset,
            length,
            uri: xxh3_64(record.source.uri.as_bytes()),
            id: xxh3_64(record.id.as_bytes()),
            language: record.language.as_deref().unwrap_or_default().to_owned(),
            site: record.site_name.as_deref().unwrap_or_default().to_owned(),
            day: published.as_deref().and_then(|day| day.replace('-', "").parse().ok()).unwrap_or_default(),
            letters: u32::try_from(record.text.chars().count()).unwrap_or(u32::MAX),
            confidence: record.text_confidence.map_or(u32::MAX, |sure| (sure.clamp(0.0, 1.0) * 1000.0) as u32),
            title: title.map(|title| title.chars().take(TITLE).flat_map(char::to_lowercase).collect()),
            has_authors: !record.authors.is_empty(),
            rules: each_once(&rules),
            notes: each_once(&notes),
        };
        let counted = Counted {
            language: record.language.as_deref().map(str::to_owned),
            site: record.site_name.as_deref().map(str::to_owned),
            media_type: record.source.media_type.to_string(),
            month: published.filter(|day| day.len() >= 7).map(|day| day[..7].to_owned()),
            captions: record.captions.len(),
            labels: record.blocks.iter().flatten().map(|block| block.label).collect(),
            has_decisions: !rules.is_empty(),
            rules,
            notes,
        };
        Self { row, searched: searched(record), counted }
    }
}

/// The figures while they are added up.
#[derive(Default)]
struct Figures {
    documents: u64,
    letters: u64,
    captions: u64,
    has_decisions: bool,
    missing: [u64; 4],
    languages: BTreeMap<Option<String>, u64>,
    sites: BTreeMap<Option<String>, u64>,
    types: BTreeMap<Option<String>, u64>,
    months: BTreeMap<Option<String>, u64>,
    rules: BTreeMap<Option<String>, u64>,
    labels: BTreeMap<Option<String>, u64>,
    notes: BTreeMap<Option<String>, u64>,
}

impl Figures {
    fn add(&mut self, row: &Row, counted: Counted) {
        self.documents += 1;
        self.letters += u64::from(row.letters);
        self.captions += counted.captions as u64;
        self.has_decisions |= counted.has_decisions;
        let missing = [row.title.is_none(), row.day == 0, !row.has_authors, row.letters == 0];
        self.missing.iter_mut().zip(missing).for_each(|(count, missing)| *count += u64::from(missing));
        let one = |map: &mut BTreeMap<Option<String>, u64>, name: Option<String>| *map.entry(name).or_default() += 1;
        one(&mut self.languages, counted.language);
        one(&mut self.types, Some(counted.media_type));
        if counted.site.is_some() {
            one(&mut self.sites, counted.site);
        }
        if counted.month.is_some() {
            one(&mut self.months, counted.month);
        }
        counted.rules.into_iter().for_each(|rule| one(&mut self.rules, Some(rule)));
        counted.notes.into_iter().for_each(|note| one(&mut self.notes, Some(note)));
        counted.labels.iter().for_each(|label| one(&mut self.labels, Some(name(label))));
    }

    fn summary(self, seconds: f64) -> Value {
        let [title, published, authors, text] = self.missing;
        json!({
            "documents": self.documents,
            "letters": self.letters,
            "reasons": self.has_decisions,
            "captions": self.captions,
            "missing": { "title": title, "published": published, "authors": authors, "text": text },
            "languages": groups(self.languages),
            "sites": groups(self.sites),
            "types": groups(self.types),
            "months": self.months.iter().rev().take(MONTHS)
                .map(|(name, number)| json!({ "name": name, "number": number })).collect::<Vec<_>>(),
            "rules": groups(self.rules),
            "labels": groups(self.labels),
            "notes": groups(self.notes),
            "indexed": (seconds * 10.0).round() / 10.0,
        })
    }
}

/// The most frequent first.
fn groups(counts: BTreeMap<Option<String>, u64>) -> Vec<Value> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    counts.truncate(GROUPS);
    counts.into_iter().map(|(name, number)| json!({ "name": name, "number": number })).collect()
}

/// Makes the index of plain JSON Lines in a new file: how many documents it has.
fn make(records: &Path, to: &Path, begun: Instant) -> Result<u64, Error> {
    let _ = fs::remove_file(to);
    let connection = Connection::open(to)?;
    // Nothing of it has to survive a crash: it has no final name yet.
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;
         BEGIN; CREATE TABLE kept (name TEXT PRIMARY KEY, value BLOB NOT NULL);",
    )?;
    connection.execute_batch(&search_tables())?;
    let (mut filling, mut figures) = (Filling::default(), Figures::default());
    let (sender, receiver) = mpsc::sync_channel::<Result<Vec<Entered>, Error>>(4);
    thread::scope(|scope| {
        let _ = scope.spawn(move || {
            // Whoever does not take any more has failed, and says why.
            if let Err(error) = enter(records, &mut |batch| sender.send(Ok(batch)).is_ok()) {
                let _ = sender.send(Err(error));
            }
        });
        let columns = "rowid, title, text, captions, authors, unmarked";
        let mut insert = connection.prepare(&format!("INSERT INTO search ({columns}) VALUES (?, ?, ?, ?, ?, ?)"))?;
        for batch in receiver {
            for Entered { row, searched: [title, text, captions, authors, unmarked], counted } in batch? {
                figures.add(&row, counted);
                filling.add(row);
                let _ = insert.execute(params![
                    figures.documents.cast_signed(),
                    title,
                    text,
                    captions,
                    authors,
                    unmarked
                ])?;
            }
        }
        Ok::<_, Error>(())
    })?;
    filling.finish().write(&connection)?;
    connection.execute_batch("INSERT INTO search (search) VALUES ('optimize')")?;
    let documents = figures.documents;
    let summary = figures.summary(begun.elapsed().as_secs_f64()).to_string();
    let _ = connection.execute("INSERT INTO kept VALUES ('summary', ?)", [summary.into_bytes()])?;
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(documents)
}

/// Reads all records and hands them on in batches, until nobody takes them.
fn enter(path: &Path, take: &mut dyn FnMut(Vec<Entered>) -> bool) -> Result<(), Error> {
    let io = |error: std::io::Error| failed(path, &error);
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(io)?);
    let (mut line, mut offset, mut number, mut batch) = (Vec::new(), 0_u64, 0_u64, Vec::with_capacity(BATCH));
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(io)?;
        if read == 0 {
            break;
        }
        number += 1;
        if !line.trim_ascii().is_empty() {
            let wrong =
                |what: &dyn std::fmt::Display| Error::Records(format!("{}, line {number}: {what}", path.display()));
            let record: Record<'_> = serde_json::from_slice(&line).map_err(|error| wrong(&error))?;
            let length = u32::try_from(read).map_err(|_| wrong(&"a record of more than 4 GB"))?;
            batch.push(Entered::of(&record, offset, length));
            if batch.len() == BATCH && !take(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))) {
                return Ok(());
            }
        }
        offset += read as u64;
    }
    let _ = take(batch);
    Ok(())
}
