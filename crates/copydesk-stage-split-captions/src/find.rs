//! Finds the blocks that are captions.

use std::borrow::Cow;

use copydesk_document::{BlockId, BlockKind, Document, ElementId, InlineKind, Tag};
use copydesk_lexicon::{CaptionSign, Credit, Lexicon, credit::CreditMark, has_caption_sign, names_picture_file};
use copydesk_text::{key, push_key};
use rustc_hash::FxHashSet;

use crate::{
    below, beside,
    figure::Figures,
    lines::Lines,
    parts::{self, Piece},
    plain::{self, Claim},
    story::Story,
    structure,
};

/// A caption, before the ones that belong together are joined.
#[derive(Debug)]
pub(crate) struct FoundCaption {
    pub(crate) blocks: Vec<BlockId>,
    pub(crate) text: String,
    pub(crate) credits: Vec<Credit>,
    pub(crate) marks: Vec<CreditMark>,
    pub(crate) image: Option<String>,
    pub(crate) rule: &'static str,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) confidence: f32,
    /// The element that holds the picture and its caption.
    pub(crate) figure: Option<ElementId>,
    /// What is left of its block, where a part of it is no caption.
    pub(crate) rest: Option<String>,
    /// The block of the caption that this one translates.
    pub(crate) translates: Option<BlockId>,
}

/// Why a block is a caption.
pub(crate) struct Reason {
    pub(crate) rule: &'static str,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) confidence: f32,
    pub(crate) figure: Option<ElementId>,
    pub(crate) image: Option<String>,
}

impl Reason {
    pub(crate) fn new(rule: &'static str, detail: impl Into<Cow<'static, str>>, confidence: f32) -> Self {
        Self { rule, detail: detail.into(), confidence, figure: None, image: None }
    }
}

/// Longest text that can be a caption by its form or place alone, in letters. Longer ones need markup that says so.
pub(crate) const LONGEST: usize = 900;
/// Longest line below a picture that is a caption without a credit, in letters.
pub(crate) const LONGEST_BARE: usize = 160;
/// Fewest letters of a text that can be a caption because it repeats another.
pub(crate) const FEWEST_TO_REPEAT: usize = 24;

/// All captions, in document order.
pub(crate) fn captions(doc: &Document, lexicon: &Lexicon) -> Vec<FoundCaption> {
    let lines = Lines::of(doc, lexicon);
    let mut found = match Figures::of(doc) {
        Some(figures) => of_page(&lines, &figures),
        None => of_text(&lines),
    };
    found.retain(|one| !one.text.is_empty() || !one.credits.is_empty());
    found
}

fn may_be_caption(doc: &Document, id: BlockId) -> bool {
    !matches!(doc.block(id).kind, BlockKind::Heading | BlockKind::Code | BlockKind::Control) && !is_of_text(doc, id)
}

/// Whether a block of the main text is the caption of a table, or names the source of a quotation: both are text.
fn is_of_text(doc: &Document, id: BlockId) -> bool {
    let block = doc.block(id);
    let formed = matches!(block.kind, BlockKind::Caption | BlockKind::Quote) && block.label().is_body();
    let (true, Some(tree), Some(element)) = (formed, &doc.tree, block.element) else { return false };
    let around = |wanted: Tag| tree.ancestors(element).take(8).find(|e| tree.tag(*e) == wanted);
    if block.kind == BlockKind::Quote {
        return around(Tag::Figcaption).is_some();
    }
    let holds = |figure, wanted| tree.descendants(figure).any(|e| tree.tag(e) == wanted);
    around(Tag::Caption).is_some()
        || around(Tag::Figure).is_some_and(|figure| holds(figure, Tag::Table) && !holds(figure, Tag::Img))
}

/// Those of a page with elements.
fn of_page(lines: &Lines<'_>, figures: &Figures<'_>) -> Vec<FoundCaption> {
    let doc = lines.doc;
    let alternatives = structure::alternatives(doc);
    let last_body = doc.body().next_back().map(|(id, _)| id);
    let mut found: Vec<FoundCaption> = Vec::new();
    for id in doc.ids().filter(|id| may_be_caption(doc, *id)) {
        let reason = structure::by_markup(lines, id, figures, last_body)
            .filter(|_| !doc.block(id).hidden)
            .or_else(|| structure::by_alternative(lines, id, figures, &alternatives))
            .or_else(|| beside::captions(lines, id, figures));
        let Some(mut reason) = reason else { continue };
        let piece = parts::read(lines, id, Some(figures), reason.figure);
        reason.image = reason.image.or_else(|| figures.address(reason.figure?));
        let one = FoundCaption::new(vec![id], piece, reason, lines.lexicon);
        match found.last_mut() {
            Some(last) if belongs(last, &one) => last.absorb(one),
            _ => found.push(one),
        }
    }
    structure::beside_credits(lines, &mut found, figures);
    found
}

/// Those of a text without elements: plain text and Markdown.
fn of_text(lines: &Lines<'_>) -> Vec<FoundCaption> {
    let doc = lines.doc;
    let story = Story::of(lines);
    let mut found: Vec<FoundCaption> = Vec::new();
    let mut taken: FxHashSet<BlockId> = FxHashSet::default();
    for id in doc.ids().filter(|id| may_be_caption(doc, *id)) {
        if taken.contains(&id) {
            continue;
        }
        let shortcode =
            || below::shortcode(lines, id).map(|(reason, piece)| Claim { piece: Some(piece), ..reason.into() });
        let claim = shortcode()
            .or_else(|| plain::captions(lines, &story, id))
            .or_else(|| below::picture(lines, id).map(Claim::from))
            .or_else(|| plain::credit_alone(lines, id).map(Claim::from));
        let Some(Claim { mut reason, piece, more, rest, twin }) = claim else { continue };
        let piece = piece.unwrap_or_else(|| parts::read(lines, id, None, None));
        reason.image = reason.image.or_else(|| picture_above(doc, id));
        taken.extend(&more);
        let blocks = std::iter::once(id).chain(more).collect();
        let mut one = FoundCaption::new(blocks, piece, reason, lines.lexicon);
        one.rest = rest;
        let (rule, confidence) = (one.rule, one.confidence);
        // `Image source, X` above `Image caption, …`.
        if let Some(above) = found.last_mut().filter(|above| is_credit_above(lines, above, &one)) {
            one.blocks.splice(0..0, above.blocks.drain(..));
            one.credits = std::mem::take(&mut above.credits);
            found.pop();
        }
        found.push(one);
        if let Some(twin) = twin {
            taken.insert(twin);
            let reason = Reason::new(rule, "says the same as the line before it in another language", confidence);
            found.push(FoundCaption::new(vec![twin], parts::read(lines, twin, None, None), reason, lines.lexicon));
        }
    }
    found
}

/// Whether what was found last is nothing but a credit right above a line with the label of captions.
fn is_credit_above(lines: &Lines<'_>, above: &FoundCaption, one: &FoundCaption) -> bool {
    let (Some(last), Some(first)) = (above.blocks.last(), one.blocks.first()) else { return false };
    above.text.is_empty()
        && one.credits.is_empty()
        && last.0 + 1 == first.0
        && (one.rule == "credit-above" || has_caption_sign(lines.doc.text(*first), CaptionSign::Lead, lines.lexicon))
}

/// The lines of a text that are all that is left of a picture: names of its file, and others beside a caption.
pub(crate) fn rests(doc: &Document, found: &[FoundCaption], lexicon: &Lexicon) -> Vec<BlockId> {
    if doc.tree.is_some() {
        return Vec::new();
    }
    let captions: FxHashSet<u32> = found.iter().flat_map(|one| &one.blocks).map(|id| id.0).collect();
    let beside = |id: u32| captions.contains(&(id + 1)) || id > 0 && captions.contains(&(id - 1));
    let is_rest = |id: &BlockId| {
        let text = doc.text(*id);
        has_caption_sign(text, CaptionSign::Rest, lexicon) && (beside(id.0) || names_picture_file(text))
    };
    let plain = doc.body().filter(|(_, block)| block.kind == BlockKind::Paragraph).map(|(id, _)| id);
    plain.filter(|id| !captions.contains(&id.0)).filter(is_rest).collect()
}

/// The first bytes of the key of a text: texts that begin alike are looked at more closely.
pub(crate) fn start_of(text: &str) -> String {
    let mut start = String::with_capacity(FEWEST_TO_REPEAT + 4);
    for c in text.chars() {
        push_key(c, &mut start);
        if start.len() > FEWEST_TO_REPEAT {
            start.truncate(start.floor_char_boundary(FEWEST_TO_REPEAT));
            break;
        }
    }
    start
}

/// Whether a credit may stand before the text of a caption.
pub(crate) fn begins_with_credit(text: &str) -> bool {
    let head = text.char_indices().take(60).last().map_or(0, |(at, _)| at);
    text.starts_with(['(', '[', '（', '［', '©']) || text[..head].contains([':', '：', '|', '\n'])
}

/// Whether a piece goes on where the last one left off: both stand in one figure, and one of them has what the other
/// lacks.
fn belongs(last: &FoundCaption, next: &FoundCaption) -> bool {
    last.figure.is_some()
        && last.figure == next.figure
        && (next.text.is_empty() || last.text.is_empty() || (last.credits.is_empty() && last.rule == next.rule))
}

impl FoundCaption {
    fn new(blocks: Vec<BlockId>, piece: Piece, reason: Reason, lexicon: &Lexicon) -> Self {
        Self {
            blocks,
            text: parts::without_frame(&piece.text, lexicon),
            credits: piece.credits,
            marks: piece.marks,
            image: reason.image,
            rule: reason.rule,
            detail: reason.detail,
            confidence: reason.confidence,
            figure: reason.figure,
            rest: None,
            translates: None,
        }
    }

    fn absorb(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
        if !other.text.is_empty() && self.text != other.text {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(&other.text);
        }
        for credit in other.credits {
            let own = key(&credit.printed);
            if self.credits.iter().all(|known| !key(&known.printed).contains(&own)) {
                self.credits.push(credit);
            }
        }
        self.marks.extend(other.marks);
        self.confidence = self.confidence.max(other.confidence);
    }
}

/// Whether the source sets the whole of a block in italics.
pub(crate) fn is_italic(doc: &Document, id: BlockId) -> bool {
    let end = doc.original_text(id).len() as u32;
    doc.inlines(id).iter().any(|i| i.kind == InlineKind::Emphasis && i.range.start <= 1 && i.range.end + 1 >= end)
}

/// The picture that stands right above a block, with nothing but other pictures between them.
fn picture_above(doc: &Document, id: BlockId) -> Option<String> {
    // They stand in document order.
    let behind = doc.images.partition_point(|image| image.before <= id);
    doc.images[..behind].last().filter(|image| image.before == id).map(|image| image.src.clone())
}
