//! Writes records as Parquet: scalars as columns, blocks and captions as lists of structs, and blocks, captions,
//! decisions or chunks as tables of their own. One export is one file; `README.md` lists the columns.
//!
//! The documents of a shard become a row group, and the file is made of the row groups of all shards, so that an
//! interrupted run writes the same file as any other.

mod file;

copydesk_fingerprint::fingerprint!();

use copydesk_chunks::Chunker;
use copydesk_document::Document;
use copydesk_record::{Markup, write_line};
use copydesk_stage::{
    Assembly, Catalog, Complete, ConfigError, DocumentRows, Export, ExportError, ExportKind, LateField, check_file_name,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::file::Layout;
pub use copydesk_columns::Table;

/// The export `parquet`.
#[derive(Debug)]
pub struct Parquet {
    config: Config,
    file: String,
    layout: Layout,
    chunker: Option<Chunker>,
}

/// What a pipeline file may say in its `[[export]]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the file in the output folder. Without one it is called after the table: `documents.parquet`.
    pub file: Option<String>,
    /// What a row stands for: `documents`, `blocks`, `captions`, `decisions` or `chunks`.
    pub table: Table,
    /// In a table of documents, a column with every block of a document, kept or not.
    pub blocks: bool,
    /// In a table of documents, a column that tells where each field was read, and how sure that is.
    pub metadata: bool,
    /// In a table of documents, a column with the main text as Markdown.
    pub markdown: bool,
    /// What the Markdown carries beside headings, lists, tables and code.
    pub markup: Markup,
    /// In a table of chunks, how the main text is cut: `[export.chunks]`, with the options of the export `chunks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunks: Option<copydesk_chunks::Options>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: None,
            table: Table::Documents,
            blocks: true,
            metadata: true,
            markdown: false,
            markup: Markup::default(),
            chunks: None,
        }
    }
}

impl ExportKind for Parquet {
    const NAME: &'static str = "parquet";
    const SUMMARY: &'static str = "Writes records as Parquet: documents, blocks, captions, decisions or chunks.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        let file = config.file.clone().unwrap_or_else(|| format!("{}.parquet", config.table.name()));
        check_file_name(&file)?;
        let Config { table, blocks, metadata, markdown, .. } = config;
        let chunker = match (table, &config.chunks) {
            (Table::Chunks, options) => {
                let chunker = Chunker::new(options.clone().unwrap_or_default());
                Some(chunker.map_err(|error| error.below("chunks"))?)
            }
            (_, Some(_)) => {
                let error = ConfigError::at("chunks", "is for a table of chunks, and this is another one");
                return Err(error.help("`table = \"chunks\"`, in an export of its own"));
            }
            _ => None,
        };
        let columns = copydesk_columns::Options { blocks, metadata, markdown };
        let layout = Layout::new(table, columns).map_err(|error| ConfigError::at("", error.message))?;
        Ok(Box::new(Self { config, file, layout, chunker }))
    }
}

impl Export for Parquet {
    fn file_name(&self) -> &str {
        &self.file
    }

    /// A row is the record as JSON, until its shard is complete: columns want many rows at once.
    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        let Config { table, blocks, metadata, markdown, markup, .. } = self.config;
        let documents = table == Table::Documents;
        let mut record = copydesk_record::to_record(
            doc,
            copydesk_record::Options {
                blocks: (documents && blocks) || table == Table::Blocks,
                metadata: documents && metadata,
                decisions: table == Table::Decisions,
                markdown: (documents && markdown).then_some(markup),
                nested: false,
            },
        );
        if let Some(chunker) = &self.chunker {
            record.chunks = Some(chunker.chunks(doc, &record)?);
        }
        if !documents {
            record.text = String::new();
        }
        write_line(&record, rows).map_err(|error| ExportError::new(error.to_string()))
    }

    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        self.layout.part(&rows)
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        self.layout.without(part, rows)
    }

    fn assembly(&self) -> Assembly<'_> {
        Assembly::Built(&self.layout)
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }
}

impl Complete for Parquet {
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        let fields = late.iter().map(|field| (field.name, &field.value));
        copydesk_record::complete_line(rows, fields, out).map_err(|error| ExportError::new(error.to_string()))
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Parquet>();
}
