//! Reads mail: one message a file (`.eml`), or many one behind the other (mbox).
//!
//! The HTML part of a message is the document, its text part where it has no HTML; the other of the two passes through,
//! and so do the names of attachments. Subject, sender and date stand among the clues of the document as its title, author
//! and date. A message of an mbox is called `path#message-N`.

mod messages;
mod records;

use copydesk_intake::Intake;
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};
use copydesk_unpack::Limits;

pub use records::{looks_like, records};

copydesk_intake::source_config! {
    /// Largest message, in bytes, with its attachments. A larger one goes to quarantine (`limit.size`).
    max_bytes: u64 = 32 << 20,
    /// Largest ratio of what comes out of a compressed file to what is stored, once 16 MiB have come out. A file beyond
    /// it is read no further (`limit.ratio`).
    max_ratio: u32 = 500,
    /// Most bytes that come out of a compressed file. A file beyond it is read no further (`limit.size`).
    max_unpacked: u64 = 1 << 40,
}

/// The source `mail`.
#[derive(Debug)]
pub struct Mail {
    intake: Intake,
    options: Options,
}

impl SourceKind for Mail {
    const NAME: &'static str = "mail";
    const SUMMARY: &'static str = "Reads mail (.eml, mbox), one document a message.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        options.check()?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Mail {
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
        if self.max_bytes == 0 {
            return Err(ConfigError::at("max_bytes", "must be at least 1"));
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
    catalog.source::<Mail>();
}
