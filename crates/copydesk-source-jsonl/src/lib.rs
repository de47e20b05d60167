//! Reads JSON with a document in every object: JSON Lines (NDJSON), a list of objects, objects over many lines.
//!
//! One field of an object is the document, and the others pass through to the record; what they say of the document
//! (title, authors, dates) stands among its clues. Files may be compressed as gzip, zstd, bzip2 or xz. An object that is no
//! JSON, is too long or lacks the field is quarantined, and reading goes on with the next. A document is called
//! `path#line-N`, with the line that it begins in, and `path#line-N.2` if it is the second that begins there.
//!
//! What writers of JSON write that is none is put right: NaN and Infinity become null, half of a surrogate pair becomes
//! U+FFFD, with a note.
//!
//! Of two fields with one name the last counts, as in most readers of JSON. A number that no 64-bit number holds
//! exactly is passed through as text, digit for digit.

mod mend;
mod numbers;
mod records;
mod shape;
mod values;
mod wrapped;

use copydesk_intake::{Columns, Intake, Usual};
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};
use copydesk_unpack::Limits;

pub use records::{looks_like, may_begin, records};

copydesk_intake::source_config! {
    /// Fields that may hold the document: HTML, Markdown or plain text. The first counts that has text in it; case does
    /// not matter, and `page.html` is the field `html` inside of `page`.
    text: Vec<String> = Usual::names().text.clone(),
    /// Fields that may say what the document is called. It passes through as `id`, under whatever name it stands.
    id: Vec<String> = Usual::names().id.clone(),
    /// Fields that may say where the document was fetched from.
    url: Vec<String> = Usual::names().url.clone(),
    /// Fields that may say the media type of the document.
    content_type: Vec<String> = Usual::names().content_type.clone(),
    /// Fields that may say when the document was fetched.
    fetched: Vec<String> = Usual::names().fetched.clone(),
    /// Largest document, in bytes. A larger one goes to quarantine (`limit.size`).
    max_bytes: u64 = 32 << 20,
    /// Longest object, in bytes, with all its fields. A longer one is skipped as it is read (`limit.line`).
    max_line: u64 = 64 << 20,
    /// Largest ratio of what comes out of a compressed file to what is stored, once 16 MiB have come out. A file beyond
    /// it is read no further (`limit.ratio`).
    max_ratio: u32 = 500,
    /// Most bytes that come out of a compressed file. A file beyond it is read no further (`limit.size`).
    max_unpacked: u64 = 1 << 40,
}

/// The source `jsonl`.
#[derive(Debug)]
pub struct Jsonl {
    intake: Intake,
    options: Options,
}

impl SourceKind for Jsonl {
    const NAME: &'static str = "jsonl";
    const SUMMARY: &'static str =
        "Reads JSON (lines, lists, objects over many lines), one document an object; other fields pass through.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        options.check()?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Jsonl {
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
            return Err(ConfigError::at("text", "names no field").help("name the field that holds the document"));
        }
        for (key, value) in [("max_bytes", self.max_bytes), ("max_line", self.max_line)] {
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
    catalog.source::<Jsonl>();
}
