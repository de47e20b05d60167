//! What a page says of itself in its markup.

mod head;

use copydesk_document::{Document, ElementId, Evidence};

use super::arena::Arena;

/// Reads an element that carries evidence: `<html>`, `<base>`, `<meta>`, `<link>`, `<title>`, `<script>`.
pub(super) fn read(arena: &Arena, source: &str, id: u32, element: ElementId, evidence: &mut Evidence) {
    head::read(arena, source, id, element, evidence);
}

/// Reads what needs the whole page.
pub(super) fn finish(doc: &mut Document, arena: &Arena, source: &str, elements: &[u32]) {
    let _ = (doc, arena, source, elements);
}
