//! Bytes to documents: charset, format, blocks and evidence for HTML, Markdown and plain text.
//!
//! [`parse`] is the whole of it: it opens compressed bytes, decodes them, tells the format by the content and not by
//! the name, and fills a [`Document`]. Every limit is in [`Limits`]; what cannot become a document is a
//! [`ParseError`], and what is doubtful is a note in the document.

mod error;
pub mod html;
mod limits;

pub use error::ParseError;
pub use limits::Limits;
