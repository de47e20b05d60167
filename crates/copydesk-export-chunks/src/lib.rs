//! Writes the main text in pieces for retrieval and models, one a line of JSON or CSV: as long as they may be, cut where the text is cut.
//!
//! The pieces of a document, one behind the other, are its `text`, to the byte. `README.md` says what a line holds.

mod cells;
mod pieces;

use copydesk_compression::{Compression, Packer};
use copydesk_document::{Document, LineIndex, Span};
use copydesk_record::Place;
use copydesk_stage::{
    Catalog, Complete, ConfigError, DocumentRows, Export, ExportError, ExportKind, LateField, check_file_name,
};
use copydesk_tokenizer::Tokenizer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

copydesk_fingerprint::fingerprint!();

use crate::pieces::{Measure, Piece, pieces};

/// The export `chunks`.
#[derive(Debug)]
pub struct Chunks {
    config: Config,
    packer: Packer,
    tokenizer: Option<Tokenizer>,
    is_csv: bool,
}

/// In what the length of a piece is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Characters, as Unicode counts them.
    #[default]
    Characters,
    /// Words between spaces. Scripts without spaces have hardly any: count characters there.
    Words,
    /// Tokens of the `tokenizer`.
    Tokens,
}

/// Where captions stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Captions {
    /// In pieces of their own, behind those of the text.
    #[default]
    Apart,
    /// With the piece that stands before their picture, in its `captions`.
    Attached,
    /// Nowhere.
    None,
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

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Of the main text.
    Text,
    /// A table of the main text, or rows of one that is too long.
    Table,
    /// Code of the main text, or a part of it.
    Code,
    /// A caption.
    Caption,
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
    /// What the piece is.
    pub kind: Kind,
    /// The headings that it stands under, outermost first.
    pub headings: Vec<String>,
    /// The piece. Those of a text, one behind the other, are the `text` of the record: a line break at an end belongs to it.
    pub text: String,
    /// First byte in the `text` of the record; `None` for a caption.
    pub start: Option<u64>,
    /// One past its last byte there.
    pub end: Option<u64>,
    /// Its blocks.
    pub blocks: Vec<u32>,
    /// Where its blocks stand in the decoded source, from the first to the last as a whole.
    pub place: Option<Place>,
    /// BCP 47 tag: that of most of its letters.
    pub language: Option<String>,
    /// How many characters it has.
    pub characters: u64,
    /// How many words between spaces.
    pub words: u64,
    /// How many tokens, by the tokenizer, if there is one.
    pub tokens: Option<u64>,
    /// Captions of pictures that follow on it, with their credits, where they are asked for here.
    pub captions: Vec<String>,
}

impl ExportKind for Chunks {
    const NAME: &'static str = "chunks";
    const SUMMARY: &'static str = "Writes main texts in pieces for retrieval, one a line of JSON or CSV.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        check_file_name(&config.file)?;
        if config.max == 0 {
            return Err(ConfigError::at("max", "must be at least 1"));
        }
        let tokenizer = (!config.tokenizer.is_empty()).then(|| Tokenizer::read(&config.tokenizer)).transpose();
        let tokenizer = tokenizer.map_err(|message| ConfigError::at("tokenizer", message))?;
        if config.unit == Unit::Tokens && tokenizer.is_none() {
            let error = ConfigError::at("unit", "tokens are those of a tokenizer, and none is named");
            return Err(error.help("`tokenizer = \"tokenizer.json\"`, the file that stands beside a model"));
        }
        let packer = Packer::new(&config.file, config.compression, config.compression_level)
            .map_err(|error| ConfigError::at(error.option, error.message))?;
        let is_csv = [".csv", ".csv.gz", ".csv.zst"].iter().any(|ending| config.file.ends_with(ending));
        Ok(Box::new(Self { config, packer, tokenizer, is_csv }))
    }
}

impl Chunks {
    /// The rows of a document.
    fn rows(&self, doc: &Document) -> Result<Vec<Row>, ExportError> {
        let options =
            copydesk_record::Options { blocks: false, metadata: false, ..copydesk_record::Options::default() };
        let record = copydesk_record::to_record(doc, options);
        let lines = LineIndex::new(doc.content());
        let place =
            |span: Span| Place { start: span.start, end: span.end, line: lines.line(span.start as usize) as u32 };
        let base = |kind: Kind, text: String, span: Option<Span>| Row {
            schema: 1,
            id: String::new(),
            document: record.id.clone(),
            uri: record.source.uri.clone().into_owned(),
            url: record.url.as_deref().or(record.source.url.as_deref()).map(str::to_owned),
            title: record.title.as_deref().map(str::to_owned),
            kind,
            headings: Vec::new(),
            start: None,
            end: None,
            blocks: Vec::new(),
            place: span.map(place),
            language: None,
            characters: text.chars().count() as u64,
            words: text.split_whitespace().count() as u64,
            text,
            tokens: None,
            captions: Vec::new(),
        };
        let measure = Measure::new(self.config.unit, self.tokenizer.as_ref());
        let cut = pieces(doc, &record.text, self.config.max, &measure);
        let of_piece = |piece: &Piece| Row {
            headings: piece.headings.clone(),
            start: Some(piece.range.start as u64),
            end: Some(piece.range.end as u64),
            blocks: piece.blocks.iter().map(|id| id.0).collect(),
            language: language(doc, piece).or_else(|| record.language.as_deref().map(str::to_owned)),
            ..base(piece.kind, record.text[piece.range.clone()].to_owned(), piece.span)
        };
        let mut rows: Vec<Row> = cut.iter().map(of_piece).collect();
        for caption in doc.captions() {
            let text = [Some(caption.text.as_str()), caption.credit.as_deref()];
            let text = text.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            if text.is_empty() || self.config.captions == Captions::None {
                continue;
            }
            let at = caption.span.map_or(0, |span| span.start);
            let before = cut.iter().rposition(|piece| piece.span.is_some_and(|span| span.start <= at));
            match rows
                .get_mut(before.unwrap_or(0))
                .filter(|_| self.config.captions == Captions::Attached && !cut.is_empty())
            {
                Some(row) => row.captions.push(text),
                None => rows.push(Row {
                    blocks: caption.blocks.iter().map(|id| id.0).collect(),
                    headings: before.map(|before| cut[before].headings.clone()).unwrap_or_default(),
                    language: caption.language.clone(),
                    ..base(Kind::Caption, text, caption.span)
                }),
            }
        }
        for (at, row) in rows.iter_mut().enumerate() {
            row.id = format!("{}-{at}", row.document);
            let tokens = self.tokenizer.as_ref().map(|tokenizer| tokenizer.count(&row.text)).transpose();
            row.tokens = tokens.map_err(ExportError::new)?.map(|tokens| tokens as u64);
        }
        Ok(rows)
    }
}

/// The language of most letters of a piece, by its blocks.
fn language(doc: &Document, piece: &Piece) -> Option<String> {
    let mut letters: Vec<(&str, usize)> = Vec::new();
    for id in &piece.blocks {
        let Some(guess) = doc.block(*id).language.as_ref().filter(|guess| guess.tag != "und") else { continue };
        let length = doc.text(*id).len();
        match letters.iter_mut().find(|(tag, _)| *tag == guess.tag) {
            Some((_, sum)) => *sum += length,
            None => letters.push((&guess.tag, length)),
        }
    }
    letters.into_iter().rev().max_by_key(|(_, sum)| *sum).map(|(tag, _)| tag.to_owned())
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
