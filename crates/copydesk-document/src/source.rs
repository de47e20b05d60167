//! Where a document came from.

use crate::Timestamp;

/// Where a document came from, and what its bytes were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentSource {
    /// The path or URL that the source gave; for a record inside a larger file, with `#record-N` behind it.
    pub uri: String,
    /// What the content was read as: `text/html`, `text/markdown` or `text/plain`.
    pub media_type: String,
    /// WHATWG name of the charset it was decoded from, such as `UTF-8` or `EUC-KR`.
    pub charset: String,
    /// Size of the input in bytes, as given (before decompression).
    pub bytes: u64,
    /// SHA-256 of the input as given, in lower-case hexadecimal.
    pub sha256: String,
    /// When it was fetched, where the input says so (WARC-Date, a field of a record). Never today's date.
    pub fetched: Option<Timestamp>,
    /// The URL it was fetched from, where the input says so and `uri` is not already that.
    pub url: Option<String>,
    /// Fields that stood beside the document in its container (a JSONL record, say), passed through to the record.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// One document as a source hands it over: bytes, and what the source knows about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// The path or URL; for a record inside a larger file, with `#record-N` behind it.
    pub uri: String,
    /// The bytes as they are stored; gzip, zstd, bzip2 and xz are opened by the parser.
    pub bytes: Vec<u8>,
    /// The media type that the transfer declared, with its parameters: `text/html; charset=EUC-KR`.
    pub content_type: Option<String>,
    /// When it was fetched, where the container says so.
    pub fetched: Option<Timestamp>,
    /// The URL it was fetched from, where the container says so.
    pub url: Option<String>,
    /// Fields that stood beside the document in its container.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl Input {
    /// Bytes under a name, and nothing else known.
    pub fn new(uri: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { uri: uri.into(), bytes: bytes.into(), ..Self::default() }
    }
}
