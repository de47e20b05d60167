//! HTML to blocks, tree and evidence.

use copydesk_document::Document;

use crate::{Limits, ParseError};

/// Reads the document's content as HTML.
pub fn parse(_doc: &mut Document, _limits: &Limits) -> Result<(), ParseError> {
    Err(ParseError::new("unsupported", "HTML is not read yet"))
}
