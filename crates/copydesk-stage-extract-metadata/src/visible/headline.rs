//! Headings, and lines that show the title where no heading does.

use copydesk_document::{Block, BlockId, BlockKind, Document, Origin, Tag};
use copydesk_text::key;

use super::{LONGEST, Visibility};
use crate::Gathered;

/// Gathers headings.
pub(crate) fn headings(doc: &Document, visibility: Visibility, gathered: &mut Gathered) {
    let Some(tree) = &doc.tree else { return };
    let in_h1 = |b: &Block| b.element.is_some_and(|e| tree.ancestors(e).any(|a| tree.tag(a) == Tag::H1));
    let all: Vec<_> = doc
        .iter()
        .filter(|(_, b)| b.kind == BlockKind::Heading && b.level == 1 && !visibility.misses(b) && in_h1(b))
        .take(20)
        .collect();
    let keys: Vec<String> = gathered.title.entries.iter().map(|e| key(&e.value)).collect();
    for (id, block) in &all {
        // A line below the headline within the heading is a kicker or a date, where the page has the first line alone.
        let first = doc.text(*id).lines().next().unwrap_or_default();
        let text = if keys.contains(&key(first)) { first.to_owned() } else { doc.text(*id).replace('\n', " ") };
        let own = key(&text);
        // Of several, the one that the head of the page has as well.
        let known = own.len() >= 6 && keys.iter().any(|k| k.contains(&own));
        let weight = match (all.len(), known) {
            (1, _) => 0.93,
            (_, true) => 0.9,
            _ => 0.4,
        };
        gathered.title.add(text, Origin::Heading, "h1", Some(block.span), weight);
    }
}

/// A line before the text that is the title or begins it, on a page that marks no heading as such. It proves what in
/// the title is the headline.
pub(super) fn line_that_shows(
    doc: &Document,
    visibility: Visibility,
    first: Option<BlockId>,
    titles: &[String],
    gathered: &mut Gathered,
) -> Option<BlockId> {
    doc.tree.as_ref()?;
    let end = first.map_or(doc.blocks().len(), BlockId::index).min(400);
    let (id, block) = doc.iter().take(end).find(|(id, block)| {
        let text = doc.text(*id);
        if visibility.misses(block) || !(12..=LONGEST).contains(&text.len()) {
            return false;
        }
        let own = key(text);
        own.len() >= 12 && titles.iter().any(|t| t.starts_with(&own) && own.len() * 2 >= t.len())
    })?;
    gathered.title.add(
        doc.text(id).replace('\n', " "),
        Origin::Heading,
        "line that shows the title",
        Some(block.span),
        0.6,
    );
    Some(id)
}
