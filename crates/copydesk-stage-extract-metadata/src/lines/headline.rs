//! The headline among the lines of a page's head.

use copydesk_document::{BlockId, Document};
use copydesk_text::key;

use super::labels::LineLabels;
use crate::Gathered;

/// The line that shows one of the titles that the page declares.
pub(super) fn read(doc: &Document, free: &[BlockId], gathered: &Gathered, lines: &mut LineLabels) {
    let declared: Vec<String> = gathered.title.entries.iter().map(|e| key(&e.value)).collect();
    let shown = free.iter().find(|id| {
        let own = key(doc.text(**id));
        own.len() >= 4 && declared.iter().any(|d| *d == own || (own.len() >= 12 && d.starts_with(&own)))
    });
    lines.headlines.extend(shown);
}
