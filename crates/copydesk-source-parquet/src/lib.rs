//! Reads Parquet, one document a row: data sets of Hugging Face, datatrove and others, and Copydesk's own export.
//!
//! One column of a row is the document, and the others pass through to the record; what they say of the document (title,
//! authors, dates) stands among its clues. Rows are read as they are asked for, a page of each column at a time. A
//! document is called `path#record-N`, with the number of its row. A row group that is damaged costs its own rows, and
//! reading goes on with the next.
//!
//! Parquet is read from its end, so that it comes from a file and not from standard input.

mod columns;
mod records;
mod value;

use copydesk_intake::{Columns, Intake, Usual};
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};

pub use columns::{ColumnKind, columns, note};
pub use records::{looks_like, records};

copydesk_intake::source_config! {
    /// Columns that may hold the document: HTML, Markdown or plain text. The first counts that has text in it; case does
    /// not matter, and `page.html` is the field `html` inside of `page`.
    text: Vec<String> = Usual::names().text.clone(),
    /// Columns that may say what the document is called. It passes through as `id`, under whatever name it stands.
    id: Vec<String> = Usual::names().id.clone(),
    /// Columns that may say where the document was fetched from.
    url: Vec<String> = Usual::names().url.clone(),
    /// Columns that may say the media type of the document.
    content_type: Vec<String> = Usual::names().content_type.clone(),
    /// Columns that may say when the document was fetched.
    fetched: Vec<String> = Usual::names().fetched.clone(),
    /// Largest document, in bytes. A larger one goes to quarantine (`limit.size`).
    max_bytes: u64 = 32 << 20,
}

/// The source `parquet`.
#[derive(Debug)]
pub struct Parquet {
    intake: Intake,
    options: Options,
}

impl SourceKind for Parquet {
    const NAME: &'static str = "parquet";
    const SUMMARY: &'static str = "Reads Parquet, one document a row; other columns pass through.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        options.check()?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Parquet {
    fn leave_out(&mut self, known: KnownFiles) {
        self.intake.leave_out(known);
    }

    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let options = self.options.clone();
        self.intake.documents(move |file| records(file, &options))
    }
}

impl Options {
    /// Checks what a schema cannot say.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.text.iter().all(|name| name.trim().is_empty()) {
            return Err(ConfigError::at("text", "names no column").help("name the column that holds the document"));
        }
        if self.max_bytes == 0 {
            return Err(ConfigError::at("max_bytes", "must be at least 1"));
        }
        Ok(())
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
    catalog.source::<Parquet>();
}
