//! Where a document came from.

use crate::{Note, Timestamp};

/// Where a document stands in the file that holds it: counted in the file as it is stored if the document can be cut out
/// of that (a plain file, or one compressed record by record), else in what the file opens to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Bytes before it.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
}

/// Where a document came from, and what its bytes were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentSource {
    /// The path or URL that the source gave; for a record inside a larger file, with `#record-N` behind it.
    pub uri: String,
    /// What it is called wherever its file lies and whatever stands before it there; its id is made of this.
    pub name: String,
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
    /// The media type that the transfer declared, with its parameters.
    pub content_type: Option<String>,
    /// The status that the server answered with.
    pub status: Option<u16>,
    /// Where it stands in its container.
    pub extent: Option<Extent>,
    /// Fields that stood beside the document in its container (a JSONL record, say), passed through to the record.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// One document as a source hands it over: bytes, and what the source knows about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// The path or URL; for a record inside a larger file, with `#record-N` behind it.
    pub uri: String,
    /// What it is called wherever its file lies and whatever stands before it there. Empty means `uri`.
    pub name: String,
    /// The bytes as they are stored; gzip, zstd, bzip2, xz and lzma are opened by the parser.
    pub bytes: Vec<u8>,
    /// The media type that the transfer declared, with its parameters: `text/html; charset=EUC-KR`.
    pub content_type: Option<String>,
    /// When it was fetched, where the container says so.
    pub fetched: Option<Timestamp>,
    /// The URL it was fetched from, where the container says so.
    pub url: Option<String>,
    /// The status that the server answered with.
    pub status: Option<u16>,
    /// Where it stands in its container.
    pub extent: Option<Extent>,
    /// What its container says of it, by the names that it has there: they become clues.
    pub declared: Vec<(String, String)>,
    /// Doubts of the source.
    pub notes: Vec<Note>,
    /// Fields that stood beside the document in its container.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl Input {
    /// Bytes under a name, and nothing else known.
    pub fn new(uri: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { uri: uri.into(), bytes: bytes.into(), ..Self::default() }
    }
}
