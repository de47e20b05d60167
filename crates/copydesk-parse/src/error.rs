//! Why bytes could not become a document.

/// Bytes that cannot become a document. The run goes on: what holds no text is dropped, all else goes to quarantine.
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

    /// Whether the input holds no text at all (a picture, an archive, a format of some other program), so that there
    /// is nothing to be mended in it.
    pub fn is_no_text(&self) -> bool {
        matches!(self.rule, "binary" | "unsupported")
    }
}
