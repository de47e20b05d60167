//! What a document shows line by line: in the head, where the text begins, and at its end.
//!
//! - [`head`]: labels with their values, date lines and bylines above the text;
//! - [`headline`]: the headline among them, and what stands around it;
//! - [`opening`]: the dateline and the byline by which the text opens;
//! - [`tail`]: names, mail addresses and remarks about the author below it;
//! - [`labels`]: the labels that the lines get once the winners are known.

pub(crate) mod head;
mod headline;
mod labels;
pub(crate) mod opening;
pub(crate) mod tail;

use copydesk_date::Hints;
use copydesk_document::{BlockId, BlockKind, Document, Label};
use copydesk_lexicon::{Confidence, Lexicon, classify_label, read_dateline};
use copydesk_text::{ends_sentence, weight};

use crate::{Gathered, visible::Visibility};
pub(crate) use labels::LineLabels;

/// From so many letters on, a block that ends like a sentence is text and not a line of the head.
pub(crate) const PROSE: usize = 110;
/// A block of so many letters that ends like a sentence is one.
const SENTENCE: usize = 60;
/// In a text without markup, of so many below another line.
const SHORT_SENTENCE: usize = 30;
/// A head of more lines than this is no head of a text but a page of lines.
pub(crate) const LONGEST_HEAD: usize = 60;

/// Reads the visible lines of a page.
pub(crate) fn read(
    doc: &Document,
    first: Option<BlockId>,
    visibility: Visibility,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
) -> LineLabels {
    let mut lines = LineLabels::default();
    let head: Vec<BlockId> = match first {
        Some(first) => head::lines(doc, first, visibility),
        None => doc.ids().take(LONGEST_HEAD).collect(),
    };
    let free = head::read(doc, &head, hints, lexicon, gathered, &mut lines);
    headline::read(doc, &free, gathered, &mut lines);
    if let Some(first) = first {
        opening::read(doc, first, hints, lexicon, gathered, &mut lines);
    }
    tail::read(doc, lexicon, gathered, &mut lines);
    lines
}

/// The first block of the body that is running text; in a short text, the first that reads like a sentence. In a text
/// without markup a dateline says it as well, and so does the first sentence below another line.
pub(crate) fn first_prose(doc: &Document, lexicon: &Lexicon) -> Option<BlockId> {
    // Some pages set their paragraphs as headings.
    let paragraph = |id: BlockId| is_prose(doc.text(id)) && is_closed(doc.text(id));
    let texts = || doc.body().filter(|(id, b)| b.kind != BlockKind::Heading || paragraph(*id)).map(|(id, _)| id);
    let sentence = |id: &BlockId, least: usize| {
        let text = doc.text(*id);
        weight(text) >= least && is_closed(text)
    };
    if doc.tree.is_some() {
        return texts().find(|id| is_prose(doc.text(*id))).or_else(|| texts().find(|id| sentence(id, SENTENCE)));
    }
    let dated = doc.ids().take(LONGEST_HEAD).find(|id| {
        let block = doc.block(*id);
        let text = doc.text(*id);
        !block.hidden
            && block.label() != Label::Caption
            && weight(text) >= SHORT_SENTENCE
            && read_dateline(text, lexicon).is_some_and(|d| d.confidence > Confidence::ShapeOnly)
    });
    let above = |id: &BlockId| (0..id.0).map(BlockId).any(|id| classify_label(doc.text(id), lexicon).is_none());
    // `The hours in March are as follows:`
    let announces = |id: &BlockId| {
        let text = doc.text(*id).trim_end();
        weight(text) >= SENTENCE && text.ends_with([':', '：'])
    };
    let running = texts()
        .find(|id| is_prose(doc.text(*id)) || (sentence(id, SHORT_SENTENCE) || announces(id)) && above(id))
        // Verses, lists and tables have no such line: what the body begins with.
        .or_else(|| texts().next());
    match (dated, running) {
        (Some(dated), Some(running)) => Some(dated.min(running)),
        (dated, running) => dated.or(running),
    }
}

/// Whether a text ends as a sentence or a quotation does.
pub(crate) fn is_closed(text: &str) -> bool {
    ends_sentence(text) || text.trim_end().ends_with(['"', '”'])
}

pub(crate) fn is_prose(text: &str) -> bool {
    weight(text) >= PROSE
}
