//! Writes the main text in pieces for retrieval and models, one a line of JSON or CSV: as long as they may be, cut where the text is cut.
//!
//! The pieces of a document, one behind the other, are its `text`, to the byte. `README.md` says what a line holds.

mod cells;

use copydesk_chunks::{Chunker, Options};
use copydesk_compression::{Compression, Packer};
use copydesk_document::Document;
use copydesk_record::Chunk;
use copydesk_stage::{
    Catalog, Complete, ConfigError, DocumentRows, Export, ExportError, ExportKind, LateField, check_file_name,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use copydesk_chunks::{Captions, Unit};
pub use copydesk_record::ChunkKind as Kind;

copydesk_fingerprint::fingerprint!();

/// The export `chunks`.
#[derive(Debug)]
pub struct Chunks {
    packer: Packer,
    chunker: Chunker,
    is_csv: bool,
}

/// What a pipeline file may say in its `[[export]]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the file in the output folder: JSON Lines, or CSV if it ends in `.csv`. The suffix of the compression is added
    /// where it is missing.
    pub file: String,
    /// How the file is compressed: `none`, `gzip` or `zstd`.
    pub compression: Compression,
    /// From 1 to 9 for gzip (usually 6), from 1 to 19 for zstd (usually 3): higher is smaller and slower.
    pub compression_level: Option<u8>,
    /// How long a piece may be.
    pub max: usize,
    /// In what that is counted.
    pub unit: Unit,
    /// The tokenizer file of a model, `tokenizer.json`, by which tokens are counted. (In a program of your own: its contents.)
    #[schemars(extend("format" = "file-contents"))]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tokenizer: String,
    /// Where captions stand.
    pub captions: Captions,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: "chunks.jsonl".into(),
            compression: Compression::None,
            compression_level: None,
            max: 2000,
            unit: Unit::Characters,
            tokenizer: String::new(),
            captions: Captions::Apart,
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// Version of this layout, 1.
    pub schema: u32,
    /// The id of the document's record, a dash, and the number of the piece from 0.
    pub id: String,
    /// The id of the document's record.
    pub document: String,
    /// Path or URL of the document.
    pub uri: String,
    /// Its address, where it is known.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// The piece.
    #[serde(flatten)]
    pub chunk: Chunk,
}

impl ExportKind for Chunks {
    const NAME: &'static str = "chunks";
    const SUMMARY: &'static str = "Writes main texts in pieces for retrieval, one a line of JSON or CSV.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        check_file_name(&config.file)?;
        let packer = Packer::new(&config.file, config.compression, config.compression_level)
            .map_err(|error| ConfigError::at(error.option, error.message))?;
        let is_csv = [".csv", ".csv.gz", ".csv.zst"].iter().any(|ending| config.file.ends_with(ending));
        let Config { max, unit, tokenizer, captions, .. } = config;
        let chunker = Chunker::new(Options { max, unit, tokenizer, captions })?;
        Ok(Box::new(Self { packer, chunker, is_csv }))
    }
}

impl Chunks {
    /// The rows of a document.
    fn rows(&self, doc: &Document) -> Result<Vec<Row>, ExportError> {
        let record = copydesk_record::to_record(doc, copydesk_record::Options::LEAN);
        let chunks = self.chunker.chunks(doc, &record)?;
        let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let row = |(at, chunk): (usize, Chunk)| Row {
            schema: 1,
            id: format!("{}-{at}", record.id),
            document: record.id.clone(),
            uri: record.source.uri.clone().into_owned(),
            url: owned(&record.url).or_else(|| owned(&record.source.url)),
            title: owned(&record.title),
            chunk,
        };
        Ok(chunks.into_iter().enumerate().map(row).collect())
    }
}

impl Export for Chunks {
    fn file_name(&self) -> &str {
        self.packer.file_name()
    }

    fn header(&self, out: &mut Vec<u8>) {
        // Compressing in memory does not fail.
        let header = if self.is_csv { cells::header() } else { Vec::new() };
        out.extend(self.packer.first(&header).unwrap_or_default());
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        for row in self.rows(doc)? {
            if self.is_csv {
                out.extend(cells::row(&row)?);
            } else {
                serde_json::to_writer(&mut *out, &row).map_err(|error| ExportError::new(error.to_string()))?;
                out.push(b'\n');
            }
        }
        Ok(())
    }

    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        self.packer.next(rows).map_err(|error| ExportError::new(error.to_string()))
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        let opened = self.packer.open(part).map_err(|error| ExportError::new(error.to_string()))?;
        self.part(DocumentRows::cut(&opened, rows)?)
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }
}

/// Pieces of documents that surveys leave out are left out with them; what is found of the others stands in their records.
impl Complete for Chunks {
    fn complete(&self, rows: &[u8], _: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        out.extend_from_slice(rows);
        Ok(())
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Chunks>();
}
