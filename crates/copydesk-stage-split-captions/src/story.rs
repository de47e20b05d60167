//! What is asked of a text without markup as a whole before its lines are looked at.

use copydesk_document::{BlockId, BlockKind, Document};
use copydesk_lexicon::{Split, may_look_like_caption};
use copydesk_text::{ends_sentence, weight};

use crate::{lines::Lines, measure::RUNNING, plain::SHORTEST, unlabelled};

/// So many lines can stand above the first running text.
pub(crate) const LONGEST_HEAD: usize = 40;
/// In longer texts the style of one caption says nothing of the others.
const LONGEST_STYLED: usize = 200;
/// A text of more lines, or with more that are no sentences, has headings.
const LONGEST_PLAIN: usize = 50;
const MOST_OPEN: usize = 2;

/// What all lines of a text share.
#[expect(clippy::struct_excessive_bools, reason = "each is one observation; the rules combine them freely")]
pub(crate) struct Story {
    /// The first block of running text without a credit.
    pub(crate) first_running: Option<BlockId>,
    pub(crate) last: BlockId,
    /// The language of most of the text.
    pub(crate) main: Option<String>,
    /// Whether a caption with a sure credit is a phrase, as those without one are likely to be then.
    pub(crate) phrases: bool,
    /// Whether it is a short text with hardly a line in it that is no sentence: such a line is no heading then.
    pub(crate) plain: bool,
    /// Whether paragraphs end in the agency that they are from.
    signed: bool,
    /// Whether sentences end in names in brackets, again and again, as in news in brief.
    pub(crate) briefs: bool,
    /// Whether credits are cut at their slashes, and stand in lines of their own.
    pub(crate) slashed: bool,
}

impl Story {
    pub(crate) fn of(lines: &Lines<'_>) -> Self {
        let doc = lines.doc;
        let running = |id: &BlockId| is_running(doc, *id) && lines.split(*id).credits.is_empty();
        // Where no line is that long, the text begins with the first line of the body.
        let begins = || doc.body().map(|(id, _)| id).find(|id| lines.split(*id).credits.is_empty());
        let first_running = doc.ids().take(LONGEST_HEAD).find(running).or_else(begins);
        let last = doc.body().next_back().map_or(BlockId(0), |(id, _)| id);
        let main = doc.languages().main.as_ref().map(|main| main.tag.clone());
        let main = main.or_else(|| Some(doc.block(first_running?).language.as_ref()?.tag.clone()));
        let phrase = |id: BlockId| {
            let split = lines.split(id);
            split.is_caption() && !ends_sentence(split.text) && weight(split.text) >= SHORTEST
        };
        let phrases = doc.blocks().len() <= LONGEST_STYLED
            && doc.ids().any(|id| may_look_like_caption(doc.text(id)) && phrase(id));
        let agency = |id: BlockId| is_bare_agency(lines.split(id));
        let signed = doc.body().any(|(id, _)| is_running_text(doc, id) && agency(id));
        let briefs =
            doc.body().filter(|(id, _)| unlabelled::is_name_in_brackets(lines.split(*id))).take(2).count() == 2;
        let open = |id: &BlockId| {
            let text = doc.text(*id);
            !ends_sentence(text) && weight(text) >= SHORTEST / 2 && lines.split(*id).credits.is_empty()
        };
        let plain = doc.blocks().len() <= LONGEST_PLAIN
            && doc
                .body()
                .map(|(id, _)| id)
                .filter(|id| first_running.is_some_and(|first| *id > first))
                .filter(open)
                .count()
                <= MOST_OPEN;
        let story = Self { first_running, last, main, phrases, plain, signed, briefs, slashed: false };
        let slashed = doc.ids().any(|id| unlabelled::slashed_below(lines, id, &story).is_some());
        Self { slashed, ..story }
    }

    /// Whether a bare agency behind a sentence may be the credit of a picture.
    pub(crate) fn takes_agencies(&self, text: &str) -> bool {
        !self.signed && weight(text) < RUNNING
    }

    /// Whether a line stands above the story.
    pub(crate) fn is_above(&self, id: BlockId) -> bool {
        self.first_running.is_some_and(|first| id < first)
    }

    /// Whether a line stands in the story, and not at its end.
    pub(crate) fn is_inside(&self, id: BlockId) -> bool {
        self.first_running.is_some_and(|first| id > first) && id < self.last
    }
}

/// As long as running text, with or without the end of a sentence.
fn is_running_text(doc: &Document, id: BlockId) -> bool {
    doc.block(id).kind != BlockKind::Heading && weight(doc.text(id)) >= RUNNING
}

/// `… . (AP)`, `… . Reuters`: the name of an agency that ends paragraphs as well.
pub(crate) fn is_bare_agency(split: &Split<'_>) -> bool {
    !split.credits.is_empty()
        && !split.picture_only
        && matches!(split.rule, "paren-agency" | "paren-agency-lower" | "tail-wire-bare" | "tail-dash-name")
}

pub(crate) fn is_running(doc: &Document, id: BlockId) -> bool {
    let text = doc.text(id);
    doc.block(id).kind != BlockKind::Heading && weight(text) >= RUNNING && ends_sentence(text)
}
