//! Why bytes could not become a document.

/// Bytes that cannot become a document. The document goes to quarantine; the run goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// A stable name: `limit.size`, `limit.ratio`, `limit.window`, `limit.blocks`, `limit.nodes`, `decompress`,
    /// `binary`, `unsupported`.
    pub rule: &'static str,
    /// One sentence for a person: what is wrong, where, and the way out.
    pub message: String,
}

impl ParseError {
    /// An error by its stable name and its sentence.
    pub fn new(rule: &'static str, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }
}
