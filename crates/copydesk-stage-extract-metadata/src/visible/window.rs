//! Where the headline stands, and which blocks belong to it.

use copydesk_document::{BlockId, BlockKind, Document, ElementId, Origin, Span};
use copydesk_text::key;

use super::{Visibility, headline::line_that_shows};
use crate::Gathered;

/// So many blocks before the headline and behind it can hold a byline or a date.
const BEFORE: u32 = 8;
const BEHIND: u32 = 30;
/// So many blocks from the last one of the text on can hold the line below it.
const FOOT: u32 = 5;
/// So many right behind the headline belong to it, and the two before it.
const BESIDE: u32 = 4;

/// Where the head of the text is: from a little above the headline to the second paragraph.
pub(crate) struct Window {
    pub(super) visibility: Visibility,
    pub(super) headline: Option<BlockId>,
    start: u32,
    end: u32,
    /// The last block of the text and those right below it.
    pub(super) foot: std::ops::Range<u32>,
}

/// The block that the text goes on with where its first one stands apart, as a standfirst does: byline and date stand between.
fn behind_a_standfirst(mut body: impl Iterator<Item = BlockId>, first: BlockId, end: u32) -> BlockId {
    let second = body.find(|id| id.0 > first.0);
    second.filter(|second| second.0 > first.0 + 1 && second.0 < end).unwrap_or(first)
}

impl Window {
    pub(crate) fn new(
        doc: &Document,
        visibility: Visibility,
        first_prose: Option<BlockId>,
        gathered: &mut Gathered,
    ) -> Self {
        // A heading is no proof of itself: the logo and the menu of many pages are headings of the first level as well.
        let stated = gathered.title.entries.iter().filter(|e| e.origin != Origin::Heading);
        let titles: Vec<String> = stated.map(|e| key(&e.value)).collect();
        let shows_title = |text: &str| {
            let own = key(text);
            own.len() >= 8
                && titles
                    .iter()
                    .any(|t| t.starts_with(&own) || own.len() >= 16 && own.starts_with(t.as_str()) && t.len() >= 12)
        };
        let candidates = || doc.iter().filter(|(_, b)| !visibility.misses(b) && b.kind == BlockKind::Heading);
        let headline = candidates()
            .find(|(id, b)| b.level == 1 && shows_title(doc.text(*id)))
            .or_else(|| candidates().find(|(id, b)| b.level <= 3 && shows_title(doc.text(*id))))
            .map(|(id, _)| id)
            .or_else(|| line_that_shows(doc, visibility, first_prose, &titles, gathered))
            .or_else(|| candidates().find(|(_, b)| b.level == 1).map(|(id, _)| id));
        let last = doc.blocks().len() as u32;
        let anchor = headline.map_or(first_prose.map_or(0, |p| p.0), |h| h.0);
        let mut end = anchor + BEHIND;
        if let Some(first) = first_prose.filter(|p| p.0 >= anchor) {
            end = end.min(behind_a_standfirst(doc.body().map(|(id, _)| id), first, end).0 + 3);
        }
        let foot = doc.body().next_back().map_or(0..0, |(id, _)| id.0..(id.0 + FOOT).min(last));
        Self { visibility, headline, start: anchor.saturating_sub(BEFORE), end: end.min(last), foot }
    }

    /// The element of the headline.
    pub(super) fn headline_element(&self, doc: &Document) -> Option<ElementId> {
        doc.block(self.headline?).element
    }

    /// Where the head of the text stands in the source.
    pub(super) fn span(&self, doc: &Document) -> Option<Span> {
        doc.blocks().get(self.start as usize..self.end as usize)?.iter().map(|block| block.span).reduce(Span::union)
    }

    pub(super) fn holds(&self, id: BlockId) -> bool {
        (self.start..self.end).contains(&id.0)
    }

    /// Whether a block stands above the head of the text, where pages show the day of the visit.
    pub(super) fn is_far_above(&self, id: BlockId) -> bool {
        self.headline.is_some() && id.0 < self.start
    }

    /// Whether a block is one of the few right at the headline.
    pub(super) fn is_beside_headline(&self, id: BlockId) -> bool {
        self.headline.is_some_and(|headline| (headline.0.saturating_sub(2)..=headline.0 + BESIDE).contains(&id.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_a_standfirst_byline_and_date_may_follow() {
        let text = |first, end| behind_a_standfirst([4, 8, 9].map(BlockId).into_iter(), BlockId(first), end).0;
        assert_eq!(text(4, 30), 8);
        assert_eq!(text(4, 8), 4, "that is too far off");
        assert_eq!(text(8, 30), 8, "the text goes on at once");
        assert_eq!(text(9, 30), 9, "there is no more");
    }
}
