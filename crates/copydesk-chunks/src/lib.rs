//! Cuts the main text of a document into pieces for retrieval and models. One behind the other they are its `text`, to the
//! byte. The README of `copydesk-export-chunks` says how they are cut.

#[cfg(feature = "split")]
mod pieces;

copydesk_fingerprint::fingerprint!();

use copydesk_document::Document;
use copydesk_record::{Chunk, Record};
use copydesk_stage::{ConfigError, ExportError};
use copydesk_tokenizer::Tokenizer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// How a text is cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
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

impl Default for Options {
    fn default() -> Self {
        Self { max: 2000, unit: Unit::Characters, tokenizer: String::new(), captions: Captions::Apart }
    }
}

/// Cuts texts.
#[derive(Clone, Debug)]
pub struct Chunker {
    max: usize,
    unit: Unit,
    captions: Captions,
    tokenizer: Option<Tokenizer>,
}

impl Chunker {
    /// The error is at the option that is wrong.
    pub fn new(options: Options) -> Result<Self, ConfigError> {
        let Options { max, unit, tokenizer, captions } = options;
        if !cfg!(feature = "split") {
            let error = ConfigError::at("", "this program was built without the feature `corpus`, which cuts texts");
            return Err(error.help("build it with `--features corpus`, or without `--no-default-features`"));
        }
        if max == 0 {
            return Err(ConfigError::at("max", "must be at least 1"));
        }
        let tokenizer = (!tokenizer.is_empty()).then(|| Tokenizer::read(&tokenizer)).transpose();
        let tokenizer = tokenizer.map_err(|message| ConfigError::at("tokenizer", message))?;
        if unit == Unit::Tokens && tokenizer.is_none() {
            let error = ConfigError::at("unit", "tokens are those of a tokenizer, and none is named");
            return Err(error.help("`tokenizer = \"tokenizer.json\"`, the file that stands beside a model"));
        }
        Ok(Self { max, unit, captions, tokenizer })
    }

    /// The pieces of a document, those of captions behind those of the text. `record` is its record.
    #[cfg(feature = "split")]
    pub fn chunks(&self, doc: &Document, record: &Record<'_>) -> Result<Vec<Chunk>, ExportError> {
        pieces::chunks(self, doc, record)
    }

    /// None: without the feature `split` there is nobody to ask.
    #[cfg(not(feature = "split"))]
    pub fn chunks(&self, _: &Document, _: &Record<'_>) -> Result<Vec<Chunk>, ExportError> {
        let Self { max: _, unit: _, captions: _, tokenizer: _ } = self;
        Ok(Vec::new())
    }
}

/// The example of the README is a test.
#[cfg(all(doctest, feature = "split"))]
#[doc = include_str!("../README.md")]
struct Readme;
