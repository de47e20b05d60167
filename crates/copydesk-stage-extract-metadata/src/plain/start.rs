//! Where the story begins, below what a page has above its headline.

use copydesk_date::{Hints, is_date_line};
use copydesk_document::{BlockId, Document};
use copydesk_lexicon::{Confidence, Lexicon, read_byline, read_dateline};
use copydesk_text::{key, weight};

use super::shared_date;
use crate::lines::{LONGEST_HEAD, is_closed, is_prose};

/// A sentence of the story has so many letters.
const SENTENCE: usize = 60;
/// More paragraphs than this above a headline are a text of their own.
const MOST_ABOVE: usize = 4;

/// The first block of the story. A box above the headline (a blurb, a notice, a form) has sentences of its own, and ends
/// where nothing above them dates or signs a text and something below them does, or the head repeats a line.
pub(super) fn of_story(doc: &Document, first: BlockId, hints: &Hints<'_>, lexicon: &Lexicon) -> BlockId {
    let signed = |id: BlockId| is_signed(doc, id, hints, lexicon);
    if let Some(below) = below_deck(doc, first, &signed, lexicon).or_else(|| below_signed_deck(doc, first, &signed)) {
        return below;
    }
    let above = first.0.saturating_sub(LONGEST_HEAD as u32)..first.0;
    let stands_twice = |id: BlockId| {
        let own = key(doc.text(id));
        let next = BlockId(id.0 + 1);
        weight(doc.text(id)) >= 24 && next.index() < doc.blocks().len() && key(doc.text(next)) == own
    };
    if above.map(BlockId).any(|id| signed(id) || stands_twice(id)) {
        return first;
    }
    let end = (doc.blocks().len() as u32).min(first.0 + LONGEST_HEAD as u32);
    let mut paragraphs = 0;
    for at in first.0..end {
        let id = BlockId(at);
        let text = doc.text(id);
        let dispatched = || is_prose(text) && at > first.0 && paragraphs > 0 && read_dateline(text, lexicon).is_some();
        if dispatched() {
            return id;
        }
        if is_prose(text) || doc.block(id).label().is_body() && text.ends_with(['.', '。', '!', '?']) {
            paragraphs += 1;
            if paragraphs > MOST_ABOVE {
                return first;
            }
        } else if at > first.0 && (signed(id) || stands_twice(id)) {
            let prose = |id: &BlockId| is_text(doc, *id);
            let below: Vec<BlockId> = (at + 1..doc.blocks().len() as u32).map(BlockId).filter(prose).take(3).collect();
            // The story is the longer part; a last line with a date ends it.
            return if below.len() >= 2.min(paragraphs + 1) { below[0] } else { first };
        }
    }
    first
}

/// Whether a block is a sentence of the text.
fn is_text(doc: &Document, id: BlockId) -> bool {
    let text = doc.text(id);
    let long = is_prose(text) || weight(text) >= SENTENCE && is_closed(text);
    long && doc.block(id).label().is_body()
}

/// A deck of one sentence stands above name or date; the text begins below these.
fn below_deck(doc: &Document, first: BlockId, signed: &impl Fn(BlockId) -> bool, lexicon: &Lexicon) -> Option<BlockId> {
    let blocks = doc.blocks().len() as u32;
    let exists = |id: &BlockId| id.0 < blocks;
    if is_prose(doc.text(first)) {
        return None;
    }
    let (line, below) = (BlockId(first.0 + 1), BlockId(first.0 + 2));
    let prose = exists(&below) && is_text(doc, below);
    let name = || {
        read_byline(doc.text(line), lexicon)
            .is_some_and(|byline| !byline.people.is_empty() && doc.text(line).split_whitespace().count() <= 4)
    };
    (prose && (signed(line) || name())).then_some(below)
}

/// A deck of one paragraph or two stands between the headline and a block of lines of which one dates or signs the text: the
/// text begins below these.
fn below_signed_deck(doc: &Document, first: BlockId, signed: &impl Fn(BlockId) -> bool) -> Option<BlockId> {
    const LONGEST_DECK: u32 = 2;
    const LONGEST_BLOCK: u32 = 10;
    /// So near above the deck date or byline would stand, if they stood there.
    const ABOVE: u32 = 5;
    let blocks = doc.blocks().len() as u32;
    if (first.0.saturating_sub(ABOVE)..first.0).map(BlockId).any(signed) {
        return None;
    }
    let text = |at: u32| is_text(doc, BlockId(at));
    let block = (first.0 + 1..blocks).take(LONGEST_DECK as usize).find(|at| !text(*at))?;
    let below = (block..blocks).take(LONGEST_BLOCK as usize).find(|at| text(*at))?;
    let paragraphs = (below..blocks).filter(|at| text(*at)).take(3).count() as u32;
    ((block..below).map(BlockId).any(signed) && paragraphs > block - first.0).then_some(BlockId(below))
}

/// Whether a line is the date or the byline of a text.
fn is_signed(doc: &Document, id: BlockId, hints: &Hints<'_>, lexicon: &Lexicon) -> bool {
    let text = doc.text(id);
    if doc.block(id).hidden || text.len() > 200 {
        return false;
    }
    let dated = || is_date_line(text) || shared_date::read(text, hints, lexicon).is_some_and(|shared| shared.stamped);
    let full = || {
        copydesk_date::find(text, hints).iter().any(|found| found.value().is_some_and(|value| value.day().is_some()))
    };
    let by = || {
        read_byline(text, lexicon)
            .is_some_and(|byline| byline.confidence() == Confidence::Labelled && !byline.people.is_empty())
    };
    dated() && full() || by()
}
