//! Captions of HTML pages by their markup: caption elements, elements named for captions, figures, and lines that repeat
//! the alternative text of a picture.

use std::cell::OnceCell;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use copydesk_document::{BlockId, BlockKind, Document, ElementId, Tag};
use copydesk_lexicon::{Confidence, classify_label, may_be_credit_line, may_look_like_caption, read_byline};
use copydesk_text::{flat, is_alphanumeric, key, letters};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    figure::Figures,
    find::{FEWEST_TO_REPEAT, FoundCaption, LONGEST, LONGEST_BARE, Reason, begins_with_credit, start_of},
    lines::Lines,
};

/// An element with more blocks is no figure, whatever its tag.
const MOST_IN_FIGURE: usize = 64;
/// How many levels above a block an element may be named for captions.
const NAMED_WITHIN: usize = 4;

/// What markup says: a caption element, or one that is named for captions, with a picture close by.
pub(crate) fn by_markup(
    lines: &Lines<'_>,
    id: BlockId,
    figures: &Figures<'_>,
    last_body: Option<BlockId>,
) -> Option<Reason> {
    let doc = lines.doc;
    let text = doc.text(id);
    let figure = figures.around(id);
    let element = figures.named(id, None, NAMED_WITHIN, Figures::caption_element);
    let named = || figures.named(id, None, NAMED_WITHIN, Figures::caption_name);
    // Most blocks have no picture near them, and no sign of a credit.
    let signed = may_look_like_caption(text);
    let credited = || signed && letters(text) <= LONGEST && lines.split(id).is_caption();
    let mut reason = if let Some(name) = element {
        Reason::new("caption-element", format!("inside a {name}"), 0.98)
    } else if doc.tree.is_some() && doc.block(id).element.is_none() && doc.block(id).kind == BlockKind::Caption {
        Reason::new("caption-element", "a caption in the markup of a text that stands in a script", 0.95)
    } else if let Some(name) = figure.and_then(|_| named()) {
        Reason::new("caption-class", format!("inside an element named `{name}`, with a picture"), 0.9)
    } else if let Some(name) = (figure.is_none() && signed).then(named).flatten().filter(|_| credited()) {
        Reason::new("caption-class", format!("inside an element named `{name}`, with a credit"), 0.9)
    } else if figure.is_some() && credited() {
        Reason::new("credit-line", "beside a picture, and ends in a credit that only pictures carry", 0.9)
    } else if figure.is_some() && is_credit(lines, id, figures, figure) {
        Reason::new("credit-line", "beside a picture, and nothing but a credit", 0.8)
    } else if figures.figure(id).is_some() && figure.is_some() {
        Reason::new("figure", "inside a figure, beside its picture", 0.8)
    } else {
        return None;
    };
    if doc.block(id).element.is_some_and(|e| figures.tree.tag(e) == Tag::Caption) && figure.is_none() {
        return None;
    }
    reason.figure = figures.figure(id).or(figure);
    is_no_boilerplate(lines, id, figures, last_body).then_some(reason)
}

/// A figure can also hold the author, the date, a teaser of another text or a button.
fn is_no_boilerplate(lines: &Lines<'_>, id: BlockId, figures: &Figures<'_>, last_body: Option<BlockId>) -> bool {
    let (text, lexicon) = (lines.doc.text(id), lines.lexicon);
    let after_the_text = last_body.is_some_and(|last| id.0 > last.0 + 2);
    let byline = || read_byline(text, lexicon).is_some_and(|b| b.confidence() == Confidence::Labelled);
    // Some pages link the whole figure to its picture or to a gallery; a credit is something that teasers lack.
    let teaser = || after_the_text || (figures.is_teaser(id) && lines.split(id).credits.is_empty());
    let label = || classify_label(text, lexicon).is_some_and(|label| label.whole);
    let credit = may_be_credit_line(text) && lines.split(id).as_credit_line().is_some();
    !teaser() && (credit || (!byline() && !label() && !copydesk_date::is_date_line(text)))
}

fn is_credit(lines: &Lines<'_>, id: BlockId, figures: &Figures<'_>, figure: Option<ElementId>) -> bool {
    let text = lines.doc.text(id);
    may_be_credit_line(text) && lines.split(id).as_credit_line().is_some_and(|sure| sure > Confidence::ShapeOnly)
        || (letters(text) <= 80 && figures.named(id, figure, 2, Figures::credit_name).is_some())
}

/// What the pictures of a page say for readers who cannot see them, as keys.
#[derive(Default)]
pub(crate) struct Alternatives {
    all: FxHashMap<String, usize>,
    /// How they begin.
    starts: FxHashSet<String>,
    /// With which characters.
    firsts: Vec<char>,
    /// All of them, to be looked for at once.
    search: OnceCell<Option<AhoCorasick>>,
}

impl Alternatives {
    /// Whether one of them is a part of that key.
    fn are_in(&self, key: &str) -> bool {
        // Of the automata the one that is made fastest: it is for one page, and few lines are looked through.
        let kind = Some(AhoCorasickKind::NoncontiguousNFA);
        let search = || AhoCorasick::builder().kind(kind).build(self.all.keys()).ok();
        self.search.get_or_init(search).as_ref().is_some_and(|search| search.is_match(key))
    }

    /// Whether one of them begins as a text does. Most are told by their first letter.
    fn begin_like(&self, text: &str) -> bool {
        let first = text.chars().find(|c| is_alphanumeric(*c)).and_then(|c| c.to_lowercase().next());
        first.is_some_and(|first| self.firsts.contains(&first)) && self.starts.contains(&start_of(text))
    }
}

pub(crate) fn alternatives(doc: &Document) -> Alternatives {
    let mut found = Alternatives::default();
    for (at, image) in doc.images.iter().enumerate() {
        for text in [&image.alt, &image.title] {
            if letters(text) >= FEWEST_TO_REPEAT {
                let start = start_of(text);
                found.firsts.extend(start.chars().next().filter(|first| !found.firsts.contains(first)));
                found.starts.insert(start);
                found.all.entry(key(text)).or_insert(at);
            }
        }
    }
    found
}

/// A line that repeats the alternative text of a picture word for word, with or without a credit, is its caption.
pub(crate) fn by_alternative(
    lines: &Lines<'_>,
    id: BlockId,
    figures: &Figures<'_>,
    alternatives: &Alternatives,
) -> Option<Reason> {
    let doc = lines.doc;
    let text = doc.text(id);
    if alternatives.all.is_empty() || (!begins_with_credit(text) && !alternatives.begin_like(text)) {
        return None;
    }
    if !(FEWEST_TO_REPEAT..=LONGEST).contains(&letters(text)) || figures.is_teaser(id) {
        return None;
    }
    let own = key(text);
    let all = &alternatives.all;
    // What is left of a line without its credit is a part of it.
    let whole = all.get(&own).or_else(|| alternatives.are_in(&own).then(|| all.get(&key(lines.split(id).text)))?)?;
    let mut reason = Reason::new("alternative-text", "repeats the alternative text of a picture", 0.85);
    reason.figure = figures.around(id);
    reason.image = Some(doc.images[*whole].src.clone());
    // The text of a teaser repeats the alternative text of its picture as well, but has a page of its own to lead to.
    let heading_near = doc.ids().skip(id.index() + 1).take(1).any(|next| doc.block(next).kind == BlockKind::Heading);
    (!heading_near).then_some(reason)
}

/// A short text that shares a figure with a credit alone is the caption that the credit belongs to.
pub(crate) fn beside_credits(lines: &Lines<'_>, found: &mut [FoundCaption], figures: &Figures<'_>) {
    let (doc, lexicon) = (lines.doc, lines.lexicon);
    let taken: FxHashSet<BlockId> = found.iter().flat_map(|one| one.blocks.clone()).collect();
    for one in found.iter_mut().filter(|one| one.text.is_empty()) {
        let Some(figure) = one.figure else { continue };
        if !figures.has_few_blocks(figure, one.blocks[0], MOST_IN_FIGURE) {
            continue;
        }
        let others = figures.around_block(figure, one.blocks[0]).filter(|id| !taken.contains(id));
        let others: Vec<BlockId> = others.take(2).collect();
        let [only] = others[..] else { continue };
        let block = doc.block(only);
        let text = doc.text(only);
        let plain = matches!(block.kind, BlockKind::Paragraph) && !block.hidden && letters(text) <= LONGEST_BARE * 2;
        if plain && !figures.is_teaser(only) && classify_label(text, lexicon).is_none() {
            one.text = flat(text);
            one.blocks.push(only);
            one.blocks.sort_unstable();
            one.detail = "a text and a credit beside a picture".into();
        }
    }
}
