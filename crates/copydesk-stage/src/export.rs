//! Exports.

use std::fmt::Debug;

use copydesk_document::Document;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::ConfigError;

/// A document that an export cannot write.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ExportError {
    /// What is wrong.
    pub message: String,
}

/// A format of output. It turns documents into bytes; the runner owns the file and its commit.
pub trait Export: Debug + Send + Sync {
    /// The name of its file in the output folder, `records.jsonl`.
    fn file_name(&self) -> &str;

    /// Appends what stands before the first document: a CSV header.
    fn header(&self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// Appends one document. The runner calls it on many threads at once and writes the pieces in order.
    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError>;
}

/// What an export is, before there is one.
pub trait ExportKind: 'static {
    /// The name in a pipeline file: `use = "jsonl"`.
    const NAME: &'static str;
    /// One line for lists.
    const SUMMARY: &'static str;
    /// Raised whenever the bytes for the same document and config change.
    const VERSION: u32 = 1;
    /// Its options, as for [`crate::StageKind::Config`].
    type Config: DeserializeOwned + Serialize + JsonSchema + Default;

    /// Builds an export from its options.
    fn build(config: Self::Config) -> Result<Box<dyn Export>, ConfigError>;
}
