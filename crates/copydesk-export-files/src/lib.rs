//! Writes each document as a file of its own, in a folder: Markdown or text with front matter, TEI, or ninjs.
//!
//! `README.md` says what stands where.

mod front_matter;
mod name;
mod ninjs;
mod tei;

copydesk_fingerprint::fingerprint!();

use copydesk_document::Document;
use copydesk_record::{Markup, Options, Record};
use copydesk_stage::{
    Assembly, Catalog, Complete, ConfigError, Export, ExportError, ExportKind, LateField, check_file_name, files,
    push_file,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::name::Template;

/// The export `files`.
#[derive(Debug)]
pub struct Files {
    config: Config,
    name: Template,
}

/// What a pipeline file may say in its `[[export]]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The folder for the files, in the output folder.
    pub folder: String,
    /// What is written: `markdown`, `text`, `tei` or `ninjs`.
    pub format: Format,
    /// How a file is called, without its ending: any of `{id}`, `{title}`, `{site}`, `{day}`, `{language}` and `{source}`
    /// (the name of the file that was read). A `/` begins a folder. Two documents never share a file.
    pub path: String,
    /// Put what is known of the document before Markdown and text, as YAML.
    pub front_matter: bool,
    /// What the Markdown carries beside headings, lists, tables and code.
    pub markup: Markup,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `CommonMark`.
    #[default]
    Markdown,
    /// The text alone, a block a paragraph.
    Text,
    /// TEI P5, laid out as trafilatura does it.
    Tei,
    /// ninjs 3.1 of the IPTC, as JSON.
    Ninjs,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Text => "txt",
            Self::Tei => "xml",
            Self::Ninjs => "json",
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            folder: "documents".into(),
            format: Format::default(),
            path: "{title}-{id}".into(),
            front_matter: true,
            markup: Markup::default(),
        }
    }
}

impl ExportKind for Files {
    const NAME: &'static str = "files";
    const SUMMARY: &'static str = "Writes each document as a file of its own: Markdown, text, TEI or ninjs.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        check_file_name(&config.folder).map_err(|error| ConfigError { path: "folder".into(), ..error })?;
        let name = Template::parse(&config.path)?;
        Ok(Box::new(Self { config, name }))
    }
}

impl Export for Files {
    fn file_name(&self) -> &str {
        &self.config.folder
    }

    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        let Config { format, front_matter, markup, .. } = self.config;
        let markdown = (format == Format::Markdown).then_some(markup);
        let options = Options { blocks: false, metadata: false, decisions: false, markdown, nested: false };
        let record = copydesk_record::to_record(doc, options);
        let content = match format {
            Format::Markdown | Format::Text => text(&record, front_matter),
            Format::Tei => tei::write(doc, &record),
            Format::Ninjs => ninjs::write(&record).map_err(|error| ExportError::new(error.to_string()))?,
        };
        push_file(rows, &format!("{}.{}", self.name.fill(&record), format.ending()), content.as_bytes());
        Ok(())
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }

    fn assembly(&self) -> Assembly<'_> {
        Assembly::Split
    }
}

impl Complete for Files {
    /// Front matter has room for what surveys find. The other formats have not: TEI and ninjs have no words for it.
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        let Config { format, front_matter, .. } = self.config;
        if !front_matter || !matches!(format, Format::Markdown | Format::Text) {
            out.extend_from_slice(rows);
            return Ok(());
        }
        for file in files(rows) {
            let (name, content) = file?;
            let content = std::str::from_utf8(content).map_err(|error| ExportError::new(error.to_string()))?;
            let content = front_matter::complete(content, late)
                .ok_or_else(|| ExportError::new(format!("{name} has no front matter for what surveys find")))?;
            push_file(out, name, content.as_bytes());
        }
        Ok(())
    }
}

fn text(record: &Record<'_>, front_matter: bool) -> String {
    let mut out = if front_matter { front_matter::write(record) } else { String::new() };
    // A line break inside a block stays; blocks are parted by an empty line only in Markdown, where they have to be.
    out.push_str(record.markdown.as_deref().unwrap_or(&record.text));
    out.push('\n');
    out
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Files>();
}
