//! Writes records as CSV (RFC 4180): one row a document, or one a block, with the columns that the pipeline file
//! chooses. What is not known is an empty cell.

mod column;

copydesk_fingerprint::fingerprint!();

use copydesk_compression::{Compression, Packer};
use copydesk_document::Document;
use copydesk_stage::{Catalog, ConfigError, Export, ExportError, ExportKind, check_file_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::column::{BlockRow, Column};

/// The export `csv`.
#[derive(Debug)]
pub struct Csv {
    config: Config,
    packer: Packer,
    delimiter: u8,
    columns: Vec<Column>,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rows {
    /// A document.
    #[default]
    Documents,
    /// A block; a document without blocks has no row.
    Blocks,
}

/// What a pipeline file may say in its `[[export]]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the file in the output folder. The suffix of the compression is added where it is missing.
    pub file: String,
    /// How the file is compressed: `none`, `gzip` or `zstd`.
    pub compression: Compression,
    /// From 1 to 9 for gzip (usually 6), from 1 to 19 for zstd (usually 3): higher is smaller and slower.
    pub compression_level: Option<u8>,
    /// What a row stands for: `documents` or `blocks`.
    pub rows: Rows,
    /// The columns, in order; an empty list takes the usual ones. A column is a field of the record (`title`,
    /// `source.uri`, `dateline.place`), a field that the input carried beside the text (`fields.NAME`), a finding of a
    /// custom stage (`ext.NAME`), or, for rows of blocks, `block.text` and its kin. Several values in one cell are
    /// joined by `; `, and captions stand one a line.
    pub columns: Vec<String>,
    /// What stands between cells: one ASCII character.
    pub delimiter: String,
    /// Put `'` before a cell that a spreadsheet would take for a formula. Off by default, because it changes the text
    /// for every other reader; turn it on for files that people open in a spreadsheet.
    pub formula_guard: bool,
    /// Begin with a byte order mark, by which Excel knows UTF-8.
    pub excel_bom: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: "records.csv".into(),
            compression: Compression::None,
            compression_level: None,
            rows: Rows::Documents,
            columns: Vec::new(),
            delimiter: ",".into(),
            formula_guard: false,
            excel_bom: false,
        }
    }
}

impl ExportKind for Csv {
    const NAME: &'static str = "csv";
    const SUMMARY: &'static str = "Writes records as CSV, one row a document or one a block.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        let (packer, delimiter, columns) = (packer(&config), delimiter(&config), columns(&config));
        let errors = [packer.as_ref().err(), delimiter.as_ref().err(), columns.as_ref().err()];
        ConfigError::all(errors.into_iter().flatten().cloned())?;
        Ok(Box::new(Self { packer: packer?, delimiter: delimiter?, columns: columns?, config }))
    }
}

fn packer(config: &Config) -> Result<Packer, ConfigError> {
    check_file_name(&config.file)?;
    Packer::new(&config.file, config.compression, config.compression_level)
        .map_err(|error| ConfigError::at(error.option, error.message))
}

fn delimiter(config: &Config) -> Result<u8, ConfigError> {
    match config.delimiter.as_bytes() {
        &[byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Ok(byte),
        _ => Err(ConfigError::at("delimiter", "must be one ASCII character, and no quote or line break")
            .help("usual ones are `,`, `;` and a tab (`\\t`)")),
    }
}

fn columns(config: &Config) -> Result<Vec<Column>, ConfigError> {
    if config.columns.is_empty() {
        return Ok(Column::usual(config.rows));
    }
    let mut columns = Vec::new();
    let mut errors = Vec::new();
    for (i, name) in config.columns.iter().enumerate() {
        match Column::parse(name, config.rows) {
            Ok(column) => columns.push(column),
            Err(error) => errors.push(ConfigError { path: format!("columns[{i}]"), ..error }),
        }
    }
    ConfigError::all(errors)?;
    Ok(columns)
}

impl Csv {
    fn row<'c>(
        &self,
        writer: &mut csv::Writer<&mut Vec<u8>>,
        cells: impl Iterator<Item = std::borrow::Cow<'c, str>>,
    ) -> csv::Result<()> {
        for cell in cells {
            if self.config.formula_guard && looks_like_a_formula(&cell) {
                writer.write_field(format!("'{cell}"))?;
            } else {
                writer.write_field(cell.as_bytes())?;
            }
        }
        writer.write_record(None::<&[u8]>)
    }

    fn writer<'o>(&self, out: &'o mut Vec<u8>) -> csv::Writer<&'o mut Vec<u8>> {
        csv::WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(4096)
            .from_writer(out)
    }

    fn rows(&self, doc: &Document, out: &mut Vec<u8>) -> csv::Result<()> {
        let options = copydesk_record::Options { blocks: false, metadata: false, decisions: false, markdown: None };
        let record = copydesk_record::to_record(doc, options);
        let mut writer = self.writer(out);
        match self.config.rows {
            Rows::Documents => self.row(&mut writer, self.columns.iter().map(|c| c.cell(&record, None)))?,
            Rows::Blocks => {
                for block in BlockRow::all(doc) {
                    self.row(&mut writer, self.columns.iter().map(|c| c.cell(&record, Some(&block))))?;
                }
            }
        }
        Ok(writer.flush()?)
    }
}

impl Export for Csv {
    fn file_name(&self) -> &str {
        self.packer.file_name()
    }

    fn header(&self, out: &mut Vec<u8>) {
        let mut head = if self.config.excel_bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        let mut writer = self.writer(&mut head);
        // Writing to memory does not fail, and neither does compressing there.
        let _ = writer.write_record(self.columns.iter().map(Column::name));
        let _ = writer.flush();
        drop(writer);
        out.extend(self.packer.first(&head).unwrap_or_default());
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        self.rows(doc, out).map_err(|error| ExportError::new(error.to_string()))
    }

    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        self.packer.next(rows).map_err(|error| ExportError::new(error.to_string()))
    }
}

/// White space does not shield a formula: importers trim it. The full-width forms count as well, because spreadsheets
/// set to Chinese or Japanese read them as formulas.
fn looks_like_a_formula(cell: &str) -> bool {
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Csv>();
}
