//! Reads web archives (WARC and ARC), one document a response.
//!
//! Records of the types `response`, `resource` and `conversion` are documents; all others are skipped, and so are
//! responses that are no success, media types that hold no text, and resources and conversions of a page that has been
//! read as a response. Files may be compressed as gzip, zstd, bzip2 or xz,
//! as a whole or record by record. A document is called `path#record-N`, where all records count.
//!
//! A record that is cut off, damaged or wrong is quarantined, never given out as if it were whole, and reading goes on
//! with the next one that can be found: at the next sound gzip member, or the next line that begins a record.
//!
//! Of an HTTP response the chunks are joined and the content coding undone; its `Content-Type` goes with the document,
//! since its charset counts for more than what the page says.

mod arc;
mod body;
mod fields;
mod http;
mod reader;
mod records;

use copydesk_intake::Intake;
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};
use copydesk_unpack::Limits;

pub use records::{looks_like, records};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

copydesk_intake::source_config! {
    /// Media types that are taken; `text/*` takes all that begin so. What has no media type is taken.
    types: Vec<String> = names(&["text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown"]),
    /// Take responses whose status is no success as well: error pages and redirects.
    errors: bool = false,
    /// Largest record, in bytes, as it stands in the opened file, and largest body after its coding is undone. A larger
    /// one goes to quarantine (`limit.size`).
    max_bytes: u64 = 32 << 20,
    /// Largest header of a record or of its HTTP response, in bytes. A record with a larger one goes to quarantine
    /// (`limit.header`).
    max_header: u64 = 64 << 10,
    /// Largest ratio of what comes out of a compressed file or body to what is stored, once 16 MiB have come out. A
    /// file beyond it is read no further, and a body goes to quarantine (`limit.ratio`).
    max_ratio: u32 = 500,
    /// Most bytes that come out of a compressed file. A file beyond it is read no further (`limit.size`).
    max_unpacked: u64 = 1 << 40,
}

/// The source `warc`.
#[derive(Debug)]
pub struct Warc {
    intake: Intake,
    options: Options,
}

impl SourceKind for Warc {
    const NAME: &'static str = "warc";
    const SUMMARY: &'static str = "Reads web archives (WARC), one document a response.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        options.check()?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Warc {
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
        for (key, value) in [("max_bytes", self.max_bytes), ("max_header", self.max_header)] {
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
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.source::<Warc>();
}
