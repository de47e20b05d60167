//! Writes records as an `SQLite` database: documents, authors, tags, languages, captions, blocks, decisions and more as
//! tables, with indices and a full-text index, so that people can ask at once. `README.md` has examples.
//!
//! A part holds the records of its shard as compressed JSON Lines, and the database is made from all parts in one go:
//! filling it while the run goes on would leave it to `SQLite`'s own journal whether a killed run can go on.

mod read;
mod rows;
mod search;

copydesk_fingerprint::fingerprint!();

use std::{
    io::{BufRead as _, Cursor},
    path::Path,
};

use copydesk_chunks::Chunker;
use copydesk_compression::{Compression, Packer, decompress_zstd};
use copydesk_document::Document;
use copydesk_record::{Markup, Record, read_lines, write_line};
use copydesk_stage::{
    Assemble, Assembly, Catalog, Complete, ConfigError, DocumentRows, Export, ExportError, ExportKind, LateField,
    check_file_name,
};
use rusqlite::{Connection, OpenFlags};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::Rows;

pub use read::records;
pub use rows::searched;
pub use search::{phrase, tables as search_tables};

/// The export `sqlite`.
#[derive(Debug)]
pub struct Sqlite {
    config: Config,
    parts: Packer,
    chunker: Option<Chunker>,
}

/// Whether there is a full-text index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Search {
    /// There is one, for all languages.
    #[default]
    Words,
    /// There is none.
    None,
}

/// What a pipeline file may say in its `[[export]]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    /// Name of the file in the output folder.
    pub file: String,
    /// Fill the table `blocks`, with every block of a document, kept or not.
    pub blocks: bool,
    /// Fill the table `metadata`: where each field was read, and how sure that is.
    pub metadata: bool,
    /// Fill the table `decisions`: why each block has its label.
    pub decisions: bool,
    /// Fill the table `chunks`: the main text in pieces for retrieval and models, cut by these options, which are those of the
    /// export `chunks`: `[export.chunks]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunks: Option<copydesk_chunks::Options>,
    /// Fill the column `markdown` of documents: the main text with its headings, lists, tables, links and emphasis.
    pub markdown: bool,
    /// What the Markdown carries beside headings, lists, tables and code.
    pub markup: Markup,
    /// The full-text index over headlines, main texts, captions with credits and authors: `words` or `none`. The view
    /// `how_to_search` holds the query that finds words of any language.
    pub search: Search,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: "records.sqlite".into(),
            blocks: true,
            metadata: true,
            decisions: true,
            chunks: None,
            markdown: false,
            markup: Markup::default(),
            search: Search::Words,
        }
    }
}

impl ExportKind for Sqlite {
    const NAME: &'static str = "sqlite";
    const SUMMARY: &'static str = "Writes records as an SQLite database, with a full-text index.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        check_file_name(&config.file)?;
        let parts = Packer::new("part", Compression::Zstd, Some(1))
            .map_err(|error| ConfigError::at(error.option, error.message))?;
        let chunker = config.chunks.clone().map(Chunker::new).transpose();
        let chunker = chunker.map_err(|error| error.below("chunks"))?;
        Ok(Box::new(Self { config, parts, chunker }))
    }
}

impl Export for Sqlite {
    fn file_name(&self) -> &str {
        &self.config.file
    }

    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        let Config { blocks, metadata, decisions, markdown, markup, .. } = self.config;
        let markdown = markdown.then_some(markup);
        let options = copydesk_record::Options { blocks, metadata, decisions, markdown, nested: false };
        let mut record = copydesk_record::to_record(doc, options);
        record.chunks = self.chunker.as_ref().map(|chunker| chunker.chunks(doc, &record)).transpose()?;
        write_line(&record, rows).map_err(error)
    }

    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        self.parts.next(rows).map_err(error)
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        self.part(DocumentRows::cut(&self.parts.open(part).map_err(error)?, rows)?)
    }

    fn assembly(&self) -> Assembly<'_> {
        Assembly::Built(self)
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }
}

impl Complete for Sqlite {
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        let fields = late.iter().map(|field| (field.name, &field.value));
        copydesk_record::complete_line(rows, fields, out).map_err(|error| ExportError::new(error.to_string()))
    }
}

impl Assemble for Sqlite {
    fn assemble(
        &self,
        parts: &mut dyn Iterator<Item = Result<Vec<u8>, ExportError>>,
        to: &Path,
    ) -> Result<(), ExportError> {
        let mut ended = None;
        let mut records = parts.flat_map(|part| -> Box<dyn Iterator<Item = Result<Record<'static>, String>>> {
            match part.and_then(|part| decompress_zstd(&part).map_err(error)) {
                // Reading what is in memory does not fail.
                Ok(lines) => Box::new(
                    Cursor::new(lines)
                        .split(b'\n')
                        .map_while(Result::ok)
                        .filter_map(|line| read_lines(&line).next().map(|record| record.map_err(|e| e.to_string()))),
                ),
                Err(failed) => {
                    ended = Some(failed);
                    Box::new(std::iter::once(Err(String::new())))
                }
            }
        });
        let built = build(&mut records, to, self.config.search == Search::Words);
        drop(records);
        ended.map_or(built, Err)
    }
}

/// Makes the database of these records in a new file. It ends at the first that cannot be read.
fn build(
    records: &mut dyn Iterator<Item = Result<Record<'static>, String>>,
    to: &Path,
    search: bool,
) -> Result<(), ExportError> {
    let connection = open(to).map_err(error)?;
    connection.execute_batch("BEGIN").map_err(error)?;
    connection.execute_batch(include_str!("tables.sql")).map_err(error)?;
    if search {
        connection.execute_batch(&search::tables()).map_err(error)?;
    }
    let mut rows = Rows::new(&connection, search).map_err(error)?;
    for record in records {
        rows.add(&record.map_err(error)?).map_err(error)?;
    }
    drop(rows);
    connection.execute_batch(include_str!("indices.sql")).map_err(error)?;
    if search {
        connection.execute_batch("INSERT INTO search (search) VALUES ('optimize')").map_err(error)?;
    }
    connection.execute_batch("COMMIT").map_err(error)?;
    connection.close().map_err(|(_, failed)| error(failed))
}

/// A database that is being made. The file has no final name yet, so that nothing of it has to survive a crash: no
/// journal, and no waiting for the disk, which the runner does once at the end.
fn open(to: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(to, flags)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = OFF;
         PRAGMA synchronous = OFF;
         PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA foreign_keys = OFF;
         PRAGMA cache_size = -65536;
         PRAGMA user_version = {};",
        copydesk_record::SCHEMA_VERSION
    ))?;
    Ok(connection)
}

fn error(error: impl std::fmt::Display) -> ExportError {
    ExportError::new(error.to_string())
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Sqlite>();
}
