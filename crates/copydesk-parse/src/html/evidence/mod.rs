//! What a page says of itself in its markup.

mod head;
mod json;
mod jsonld;
mod microdata;
mod state;

use copydesk_document::{Attr, Document, ElementId, Evidence, Span, Tag};

use super::arena::{Arena, NONE};

/// Reads an element that carries evidence: `<html>`, `<base>`, `<meta>`, `<link>`, `<title>`, `<script>`.
pub(super) fn read(arena: &Arena, source: &str, id: u32, element: ElementId, evidence: &mut Evidence) {
    let node = arena.node(id);
    if node.tag != Tag::Script {
        return head::read(arena, source, id, element, evidence);
    }
    let kind = arena.attr(id, Attr::Type).unwrap_or_default();
    if node.first != NONE && kind.to_ascii_lowercase().contains("ld+json") {
        let span = Span::new(node.start as usize, arena.node(node.first).end as usize);
        jsonld::read(arena.text(node.first, source), span, evidence);
    }
}

/// Reads what needs the whole page.
pub(super) fn finish(doc: &mut Document, arena: &Arena, source: &str, elements: &[u32]) {
    jsonld::resolve(&mut doc.evidence.items);
    if let Some(tree) = &doc.tree
        && arena.has_microdata
    {
        microdata::read(arena, source, elements, tree, &mut doc.evidence);
    }
    if state::is_wanted(doc) {
        state::read(arena, source, &mut doc.evidence);
    }
}
