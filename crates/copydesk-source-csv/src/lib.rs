//! Reads CSV and TSV, one document a row.
//!
//! The first line names the columns; one of them is the document, and the others pass through to the record, as text.
//! Files may be compressed as gzip, zstd, bzip2 or xz. A row with another number of fields than the header is
//! quarantined, and reading goes on with the next; empty fields too many at its end are no fault. The charset is told
//! from the first mebibyte as that of a page is, UTF-16 too; a row that is not in it is decoded by itself, with a note. A
//! first line `sep=;` names the delimiter. A document is called `path#record-N`, with the number of its row
//! after the header.
//!
//! A quote that nobody closes swallows all that comes behind it. A row in which such a quote is still open at the end of
//! the file, or that it has made too long, is given up, and its lines are read again, each as a row of its own.

mod records;
mod rows;

use copydesk_intake::{Columns, Intake, Usual};
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};
use copydesk_unpack::Limits;

pub use records::records;
pub use rows::looks_like;

copydesk_intake::source_config! {
    /// Columns that may hold the document: HTML, Markdown or plain text. The first counts that the file has; case does
    /// not matter.
    text: Vec<String> = Usual::names().text.clone(),
    /// Columns that may say what the document is called. It passes through as `id`, under whatever name it stands.
    id: Vec<String> = Usual::names().id.clone(),
    /// Columns that may say where the document was fetched from.
    url: Vec<String> = Usual::names().url.clone(),
    /// Columns that may say the media type of the document.
    content_type: Vec<String> = Usual::names().content_type.clone(),
    /// Columns that may say when the document was fetched.
    fetched: Vec<String> = Usual::names().fetched.clone(),
    /// What stands between two fields, one character; told from the first rows if left out (comma, semicolon, tab or
    /// bar): the one by which the header has a column for the document.
    delimiter: String = String::new(),
    /// Names of the columns, for files whose first line is a row like all others.
    columns: Vec<String> = Vec::new(),
    /// Largest document, in bytes. A larger one goes to quarantine (`limit.size`).
    max_bytes: u64 = 32 << 20,
    /// Longest row, in bytes, with all its fields. A longer one is skipped as it is read (`limit.row`).
    max_row: u64 = 40 << 20,
    /// Largest ratio of what comes out of a compressed file to what is stored, once 16 MiB have come out. A file beyond
    /// it is read no further (`limit.ratio`).
    max_ratio: u32 = 500,
    /// Most bytes that come out of a compressed file. A file beyond it is read no further (`limit.size`).
    max_unpacked: u64 = 1 << 40,
}

/// The source `csv`.
#[derive(Debug)]
pub struct Csv {
    intake: Intake,
    options: Options,
}

impl SourceKind for Csv {
    const NAME: &'static str = "csv";
    const SUMMARY: &'static str = "Reads CSV and TSV, one document a row; other columns pass through.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        options.check()?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Csv {
    fn leave_out(&mut self, known: KnownFiles) {
        self.intake.leave_out(known);
    }

    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let options = self.options.clone();
        self.intake.documents(move |file| {
            let name = file.name().clone();
            match file.open().and_then(|opened| opened.stream(options.limits())) {
                Ok(stream) => Box::new(records(name, stream, &options)),
                Err(item) => Box::new(std::iter::once(*item)),
            }
        })
    }
}

impl Options {
    /// Checks what a schema cannot say.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.text.iter().all(|name| name.trim().is_empty()) {
            return Err(ConfigError::at("text", "names no column").help("name the column that holds the document"));
        }
        if let Some(twice) = self.columns.iter().enumerate().find(|(at, name)| self.columns[..*at].contains(name)) {
            return Err(ConfigError::at(format!("columns[{}]", twice.0), format!("`{}` is there twice", twice.1)));
        }
        if !self.delimiter.is_empty() && self.delimiter_byte().is_none() {
            return Err(ConfigError::at("delimiter", "must be one ASCII character")
                .help("a tab is written \"\\t\"; leave it out to have it told from the first line"));
        }
        for (key, value) in [("max_bytes", self.max_bytes), ("max_row", self.max_row)] {
            if value == 0 {
                return Err(ConfigError::at(key, "must be at least 1"));
            }
        }
        Ok(())
    }

    /// How much a compressed file may ask for.
    pub fn limits(&self) -> Limits {
        Limits { max_bytes: self.max_unpacked, max_ratio: self.max_ratio, ..Limits::default() }
    }

    fn delimiter_byte(&self) -> Option<u8> {
        match self.delimiter.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
            _ => None,
        }
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            text: &self.text,
            id: &self.id,
            url: &self.url,
            content_type: &self.content_type,
            fetched: &self.fetched,
            max_bytes: self.max_bytes,
        }
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.source::<Csv>();
}
