//! Reads RSS and Atom, one document an entry, and articles in XML (NITF, `NewsML`, TEI).
//!
//! The content of an entry is the document, its summary where it has no content; title, authors, dates, address and tags
//! stand among its clues, and the name and language of the feed with them. A document is called `path#entry-N`. XML that
//! is broken costs the entry that it is in, and reading goes on with the next.
//!
//! Of an article in XML the body is the document, as HTML; what an element is there, and where the facts stand, is data
//! (`data/articles.toml`). An item without a text is skipped.

mod articles;
mod entries;
mod fault;
mod records;

use copydesk_intake::Intake;
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};
use copydesk_unpack::Limits;

pub use records::{looks_like, records};

copydesk_intake::source_config! {
    /// Largest feed, in bytes, opened. A larger one goes to quarantine (`limit.size`).
    max_bytes: u64 = 64 << 20,
    /// Largest ratio of what comes out of a compressed file to what is stored, once 16 MiB have come out. A file beyond
    /// it is read no further (`limit.ratio`).
    max_ratio: u32 = 500,
}

/// The source `feed`.
#[derive(Debug)]
pub struct Feed {
    intake: Intake,
    options: Options,
}

impl SourceKind for Feed {
    const NAME: &'static str = "feed";
    const SUMMARY: &'static str = "Reads RSS and Atom, one document an entry, and NITF, NewsML and TEI.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        options.check()?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Feed {
    fn leave_out(&mut self, known: KnownFiles) {
        self.intake.leave_out(known);
    }

    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let options = self.options.clone();
        self.intake.documents(move |file| {
            let name = file.name().clone();
            match file.open().and_then(|opened| opened.stream(options.limits())) {
                Ok(stream) => Box::new(records(&name, stream, &options)),
                Err(item) => Box::new(std::iter::once(*item)),
            }
        })
    }
}

impl Options {
    /// Checks what a schema cannot say.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.max_bytes == 0 {
            return Err(ConfigError::at("max_bytes", "must be at least 1"));
        }
        Ok(())
    }

    /// How much a compressed file may ask for.
    pub fn limits(&self) -> Limits {
        Limits { max_bytes: self.max_bytes.saturating_add(1), max_ratio: self.max_ratio, ..Limits::default() }
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.source::<Feed>();
}
