//! Reads files, folders, globs and standard input, one document a file.
//!
//! The source streams: it holds one file at a time, and looks into a folder only when it comes to it. Files come in
//! the order of `paths`; within a folder, names are in the order of their bytes, so that every machine sees the same
//! order. Nothing is skipped for its name, except what starts with a dot.

use std::io::Read;

use copydesk_document::Input;
use copydesk_intake::{FileName, Intake, Opened, StoredFile, bad, read_fault};
use copydesk_parse::is_known_binary;
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};

copydesk_intake::source_config! {
    /// Largest file, in bytes, as stored. A larger one is not read, and goes to quarantine (`limit.size`).
    // The default is the parser's own limit, which counts what comes out of a compressed file.
    max_bytes: u64 = 32 << 20,
}

/// The source `files`.
#[derive(Debug)]
pub struct Files {
    intake: Intake,
    options: Options,
}

impl SourceKind for Files {
    const NAME: &'static str = "files";
    const SUMMARY: &'static str = "Reads files, folders, globs and standard input, one document a file.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        options.check()?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Files {
    fn leave_out(&mut self, known: KnownFiles) {
        self.intake.leave_out(known);
    }

    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let options = self.options.clone();
        self.intake.documents(move |file| Box::new(std::iter::once(read(file, &options))))
    }

    fn size_hint(&self) -> Option<u64> {
        self.intake.count()
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
}

fn read(file: StoredFile, options: &Options) -> SourceItem {
    match file.open() {
        Ok(opened) => whole(opened, options),
        Err(item) => *item,
    }
}

/// So much of a file tells whether it is one of those that are no text.
const HEAD: u64 = 4 << 10;

/// Reads a file that is one document.
pub fn whole(opened: Opened, options: &Options) -> SourceItem {
    let Opened { name: FileName { uri, name }, size, reader } = opened;
    let max_bytes = options.max_bytes;
    // The size that the system tells may be wrong (a file that grows, one under /proc), so that the reader has a limit too.
    let most = if size > max_bytes { HEAD.min(max_bytes) } else { max_bytes.saturating_add(1) };
    let mut bytes = Vec::with_capacity(size.min(most) as usize + 1);
    match reader.take(most).read_to_end(&mut bytes) {
        Ok(_) if size > max_bytes || bytes.len() as u64 > max_bytes => {
            // What is no text is told of as that, however large it is; parsing names it by its beginning.
            bytes.truncate(HEAD as usize);
            if is_known_binary(&bytes) {
                return SourceItem::Input(Input { name, ..Input::new(uri, bytes) });
            }
            too_large(uri, max_bytes)
        }
        Ok(_) => SourceItem::Input(Input { name, ..Input::new(uri, bytes) }),
        Err(error) => {
            let (rule, message) = read_fault(&error);
            bad(uri, rule, message)
        }
    }
}

fn too_large(uri: String, max_bytes: u64) -> SourceItem {
    bad(uri, "limit.size", format!("is larger than {max_bytes} bytes; raise `max_bytes` to read it"))
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.source::<Files>();
}
