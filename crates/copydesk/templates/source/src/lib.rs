//! The source `my-source`: text files in which documents stand one behind the other, with a line between them.

use std::io::Read as _;

use copydesk_document::Input;
use copydesk_intake::{Intake, StoredFile, bad};
use copydesk_stage::{
    Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind,
};

copydesk_intake::source_config! {
    /// The line between two documents.
    separator: String = "-----".into(),
    /// Largest file, in bytes. A larger one goes to quarantine (`limit.size`).
    max_bytes: u64 = 32 << 20,
}

/// The source `my-source`.
#[derive(Debug)]
pub struct MySource {
    intake: Intake,
    options: Options,
}

impl SourceKind for MySource {
    const NAME: &'static str = "my-source";
    const SUMMARY: &'static str = "Reads text files with many documents, a line between them.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        if options.separator.trim().is_empty() {
            return Err(ConfigError::at(
                "separator",
                "is empty, and would cut at every empty line",
            ));
        }
        Ok(Box::new(Self {
            intake: selection.check()?,
            options,
        }))
    }
}

impl Source for MySource {
    fn leave_out(&mut self, known: KnownFiles) {
        self.intake.leave_out(known);
    }

    fn open(
        &self,
    ) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let options = self.options.clone();
        self.intake
            .documents(move |file| Box::new(documents(file, &options).into_iter()))
    }
}

/// The documents of a file. What is wrong costs that file only.
fn documents(file: StoredFile, options: &Options) -> Vec<SourceItem> {
    let opened = match file.open() {
        Ok(opened) => opened,
        Err(item) => return vec![*item],
    };
    let (uri, name) = (opened.name.uri, opened.name.name);
    let mut bytes = Vec::new();
    match opened
        .reader
        .take(options.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
    {
        Ok(_) if bytes.len() as u64 > options.max_bytes => {
            return vec![bad(
                uri,
                "limit.size",
                format!("is larger than {} bytes", options.max_bytes),
            )];
        }
        Ok(_) => {}
        Err(error) => return vec![bad(uri, "unreadable", format!("cannot be read: {error}"))],
    }
    let mut parts = vec![Vec::new()];
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii() == options.separator.trim().as_bytes() {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.extend_from_slice(line);
        }
    }
    let numbered = parts
        .into_iter()
        .enumerate()
        .filter(|(_, part)| !part.trim_ascii().is_empty());
    let inputs = numbered.map(|(at, part)| {
        let place = format!("#document-{}", at + 1);
        Input {
            name: format!("{name}{place}"),
            ..Input::new(format!("{uri}{place}"), part)
        }
    });
    inputs.map(SourceItem::Input).collect()
}

/// What a program passes to `Catalog::with`, and `copydesk build` looks for.
pub fn register(catalog: &mut Catalog) {
    catalog.source::<MySource>();
}
