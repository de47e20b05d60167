//! Writes records as CSV (RFC 4180): one row a document, or one a block, with the columns that the pipeline file
//! chooses. What is not known is an empty cell.

mod cell;
mod column;

copydesk_fingerprint::fingerprint!();

use copydesk_compression::{Compression, Packer};
use copydesk_document::Document;
use copydesk_stage::{
    Catalog, Complete, ConfigError, DocumentRows, Export, ExportError, ExportKind, LateField, check_file_name,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::cell::LongCells;
use crate::{
    cell::guarded,
    column::{BlockRow, Column},
};

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
    /// `source.uri`, `dateline.place`), a field that the input carried beside the text (`fields.NAME`), what a stage has
    /// found (`ext.STAGE.KEY`, or `ext.STAGE` whole), what a survey has found (`duplicates.of`, `versions.number`, `surveys.NAME.KEY`), or, for rows of blocks, `block.text` and its kin. Several values in one cell are
    /// joined by `; `, and captions stand one a line.
    pub columns: Vec<String>,
    /// What stands between cells: one ASCII character.
    pub delimiter: String,
    /// Put `'` before a cell that a spreadsheet would take for a formula. It changes the text for every other reader: turn
    /// it off for files that nobody opens in a spreadsheet.
    pub formula_guard: bool,
    /// What becomes of a cell longer than the 32,767 characters that a cell of Excel holds, which breaks the rest of the
    /// row there: `cut` (it ends with `[cut: N characters]`, N being those of the whole), `refuse` (its document goes to
    /// quarantine) or `keep`.
    pub long_cells: LongCells,
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
            formula_guard: true,
            long_cells: LongCells::Cut,
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
        cells: impl Iterator<Item = std::borrow::Cow<'c, str>>,
        out: &mut Vec<u8>,
    ) -> Result<(), ExportError> {
        let mut fitted = Vec::with_capacity(self.columns.len());
        for (cell, column) in cells.zip(&self.columns) {
            let cell = if self.config.formula_guard { guarded(cell) } else { cell };
            fitted.push(self.config.long_cells.fit(cell).map_err(|length| {
                ExportError::new(format!(
                    "`{}` has {length} characters: more than a cell of Excel holds",
                    column.name()
                ))
            })?);
        }
        self.write(fitted.iter().map(|cell| &**cell), out).map_err(|error| ExportError::new(error.to_string()))
    }

    fn write<'c>(&self, cells: impl Iterator<Item = &'c str> + Clone, out: &mut Vec<u8>) -> csv::Result<()> {
        // Whenever its buffer is full, the writer looks for a quote in all that is left of a cell: so the buffer holds
        // the longest, with all of its quotes doubled.
        let longest = cells.clone().map(str::len).max().unwrap_or(0);
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(4096 + 2 * longest)
            .from_writer(out);
        writer.write_record(cells)?;
        Ok(writer.flush()?)
    }

    fn rows(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        let options =
            copydesk_record::Options { blocks: false, metadata: false, decisions: false, markdown: None, nested: true };
        let record = copydesk_record::to_record(doc, options);
        match self.config.rows {
            Rows::Documents => self.row(self.columns.iter().map(|c| c.cell(&record, None)), out),
            Rows::Blocks => BlockRow::all(doc)
                .try_for_each(|block| self.row(self.columns.iter().map(|c| c.cell(&record, Some(&block))), out)),
        }
    }
}

impl Export for Csv {
    fn file_name(&self) -> &str {
        self.packer.file_name()
    }

    fn header(&self, out: &mut Vec<u8>) {
        let mut head = if self.config.excel_bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        // Writing to memory does not fail, and neither does compressing there.
        let _ = self.write(self.columns.iter().map(Column::name), &mut head);
        out.extend(self.packer.first(&head).unwrap_or_default());
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        self.rows(doc, out)
    }

    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        self.packer.next(rows).map_err(|error| ExportError::new(error.to_string()))
    }

    fn ext_stages(&self) -> Vec<(String, &str)> {
        let stages = self.columns.iter().enumerate();
        stages.filter_map(|(i, column)| Some((format!("columns[{i}]"), column.ext_stage()?))).collect()
    }

    fn survey_fields(&self) -> Vec<(String, &str)> {
        let columns = self.columns.iter().enumerate();
        columns.filter_map(|(i, column)| Some((format!("columns[{i}]"), column.survey()?))).collect()
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        let opened = self.packer.open(part).map_err(|error| ExportError::new(error.to_string()))?;
        self.part(DocumentRows::cut(&opened, rows)?)
    }
}

impl Csv {
    /// What stands in a column that surveys fill.
    fn late_cell(&self, column: &Column, late: &[LateField<'_>]) -> Option<String> {
        let Column::Late(column) = column else { return None };
        let found = column.cell(late).into();
        let found = if self.config.formula_guard { guarded(found) } else { found };
        // What is too long now can only be cut: its document has been written.
        let long_cells = match self.config.long_cells {
            LongCells::Refuse => LongCells::Cut,
            other => other,
        };
        long_cells.fit(found).ok().map(std::borrow::Cow::into_owned)
    }
}

impl Complete for Csv {
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        if self.columns.iter().all(|column| column.survey().is_none()) {
            out.extend_from_slice(rows);
            return Ok(());
        }
        let wrong = |error: csv::Error| ExportError::new(error.to_string());
        let mut reader = csv::ReaderBuilder::new().delimiter(self.delimiter).has_headers(false).from_reader(rows);
        // The same in all rows of a document.
        let found: Vec<Option<String>> = self.columns.iter().map(|column| self.late_cell(column, late)).collect();
        for row in reader.records() {
            let row = row.map_err(wrong)?;
            let cells = row.iter().zip(&found).map(|(cell, found)| found.as_deref().unwrap_or(cell));
            self.write(cells, out).map_err(wrong)?;
        }
        Ok(())
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Csv>();
}
