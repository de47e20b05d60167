//! Finds the blocks that are captions.

use std::borrow::Cow;

use copydesk_document::{BlockId, BlockKind, Document, ElementId, InlineKind, Label, Tag};
use copydesk_lexicon::{
    Confidence, Credit, Lexicon, classify_label, credit::CreditMark, may_be_credit_line, may_look_like_caption,
    read_byline, split_credit, undouble,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{figure::Figures, lines::Lines};

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
    /// The block of the caption that this one translates.
    pub(crate) translates: Option<BlockId>,
}

/// Why a block is a caption.
struct Reason {
    rule: &'static str,
    detail: Cow<'static, str>,
    confidence: f32,
    figure: Option<ElementId>,
    image: Option<String>,
}

impl Reason {
    fn new(rule: &'static str, detail: impl Into<Cow<'static, str>>, confidence: f32) -> Self {
        Self { rule, detail: detail.into(), confidence, figure: None, image: None }
    }
}

/// Longest text that can be a caption by its form or place alone, in letters. Longer ones need markup that says so.
const LONGEST: usize = 900;
/// Longest line below a picture that is a caption without a credit, in letters.
const LONGEST_BARE: usize = 160;
/// Fewest letters of a text that can be a caption because it repeats another.
pub(crate) const FEWEST_TO_REPEAT: usize = 24;
/// Longest sentence below a picture that is a caption without a credit, in letters.
const LONGEST_SENTENCE: usize = 45;
/// How many levels above a block an element may be named for captions.
const NAMED_WITHIN: usize = 4;

/// All captions, in document order.
pub(crate) fn captions(doc: &Document, lexicon: &Lexicon) -> Vec<FoundCaption> {
    let lines = Lines::of(doc, lexicon);
    let figures = Figures::of(doc);
    let alternatives = figures.as_ref().map(|_| alternatives(doc)).unwrap_or_default();
    let last_body = doc.body().next_back().map(|(id, _)| id);
    let mut found: Vec<FoundCaption> = Vec::new();
    for id in doc.ids() {
        let block = doc.block(id);
        if matches!(block.kind, BlockKind::Heading | BlockKind::Code | BlockKind::Control) {
            continue;
        }
        let reason = match &figures {
            Some(figures) => by_structure(&lines, id, figures, last_body)
                .filter(|_| !block.hidden)
                .or_else(|| by_alternative(&lines, id, figures, &alternatives)),
            None => by_form(&lines, id),
        };
        let Some(reason) = reason else { continue };
        let piece = read(&lines, id, figures.as_ref(), reason.figure);
        let image = match &figures {
            Some(figures) => reason.image.or_else(|| figures.address(reason.figure?)),
            None => picture_above(doc, id),
        };
        let one = FoundCaption {
            blocks: vec![id],
            text: piece.text,
            credits: piece.credits,
            marks: piece.marks,
            image,
            rule: reason.rule,
            detail: reason.detail,
            confidence: reason.confidence,
            figure: reason.figure,
            translates: None,
        };
        match found.last_mut() {
            Some(last) if belongs(last, &one) => last.absorb(one),
            _ => found.push(one),
        }
    }
    if let Some(figures) = &figures {
        beside_credits(doc, &mut found, figures, lexicon);
    }
    found.retain(|one| !one.text.is_empty() || !one.credits.is_empty());
    found
}

/// What the pictures of a page say for readers who cannot see them, as keys.
#[derive(Default)]
struct Alternatives {
    all: FxHashMap<String, usize>,
    /// How they begin.
    starts: FxHashSet<String>,
}

fn alternatives(doc: &Document) -> Alternatives {
    let mut found = Alternatives::default();
    for (at, image) in doc.images.iter().enumerate() {
        for text in [&image.alt, &image.title] {
            if letters(text) >= FEWEST_TO_REPEAT {
                found.starts.insert(start_of(text));
                found.all.entry(key(text)).or_insert(at);
            }
        }
    }
    found
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

/// A line that repeats the alternative text of a picture word for word, with or without a credit, is its caption.
fn by_alternative(
    lines: &Lines<'_>,
    id: BlockId,
    figures: &Figures<'_>,
    alternatives: &Alternatives,
) -> Option<Reason> {
    let doc = lines.doc;
    let text = doc.text(id);
    if alternatives.all.is_empty() || (!begins_with_credit(text) && !alternatives.starts.contains(&start_of(text))) {
        return None;
    }
    if !(FEWEST_TO_REPEAT..=LONGEST).contains(&letters(text)) || figures.is_teaser(id) {
        return None;
    }
    let own = key(text);
    let all = &alternatives.all;
    // What is left of a line without its credit is a part of it.
    let holds_one = || all.keys().any(|key| key.len() < own.len() && own.contains(key));
    let whole = all.get(&own).or_else(|| holds_one().then(|| all.get(&key(lines.split(id).text)))?)?;
    let mut reason = Reason::new("alternative-text", "repeats the alternative text of a picture", 0.85);
    reason.figure = figures.around(id);
    reason.image = Some(doc.images[*whole].src.clone());
    // The text of a teaser repeats the alternative text of its picture as well, but has a page of its own to lead to.
    let heading_near = doc.ids().skip(id.index() + 1).take(1).any(|next| doc.block(next).kind == BlockKind::Heading);
    (!heading_near).then_some(reason)
}

/// A short text that shares a figure with a credit alone is the caption that the credit belongs to.
fn beside_credits(doc: &Document, found: &mut [FoundCaption], figures: &Figures<'_>, lexicon: &Lexicon) {
    let taken: Vec<BlockId> = found.iter().flat_map(|one| one.blocks.clone()).collect();
    for one in found.iter_mut().filter(|one| one.text.is_empty()) {
        let Some(figure) = one.figure else { continue };
        let others: Vec<BlockId> = figures.blocks_in(figure, one.blocks[0]).filter(|id| !taken.contains(id)).collect();
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

/// Whether a piece goes on where the last one left off: both stand in one figure, and one of them has what the other
/// lacks.
fn belongs(last: &FoundCaption, next: &FoundCaption) -> bool {
    last.figure.is_some()
        && last.figure == next.figure
        && (next.text.is_empty() || last.text.is_empty() || (last.credits.is_empty() && last.rule == next.rule))
}

impl FoundCaption {
    fn absorb(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
        if !other.text.is_empty() && self.text != other.text {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(&other.text);
        }
        for credit in other.credits {
            if self.credits.iter().all(|known| known.printed != credit.printed) {
                self.credits.push(credit);
            }
        }
        self.marks.extend(other.marks);
        self.confidence = self.confidence.max(other.confidence);
    }
}

/// What markup says: a caption element, or one that is named for captions, with a picture close by.
fn by_structure(lines: &Lines<'_>, id: BlockId, figures: &Figures<'_>, last_body: Option<BlockId>) -> Option<Reason> {
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

/// What the form of a line says, in a text without markup.
fn by_form(lines: &Lines<'_>, id: BlockId) -> Option<Reason> {
    let doc = lines.doc;
    let whole = doc.text(id);
    let half = undouble(whole);
    let text = half.unwrap_or(whole);
    if letters(text) > LONGEST {
        return None;
    }
    let split = || lines.split_as(id, text);
    let credited = || !split().credits.is_empty();
    if half.is_some() && (last_brackets(text).is_some() || credited()) {
        return Some(Reason::new("printed-twice", "the same text twice in one line, with a credit", 0.9));
    }
    if may_look_like_caption(text) && split().is_caption() {
        return Some(Reason::new("credit-line", "ends in a credit that only pictures carry", 0.9));
    }
    picture_above(doc, id)?;
    let split = split();
    if !split.credits.is_empty() {
        let sure = if split.confidence == Confidence::ShapeOnly { 0.8 } else { 0.9 };
        return Some(Reason::new("below-picture", "right below a picture, with a credit", sure));
    }
    // Without a credit, a line that ends like a sentence may as well be the lead, unless it is very short or set apart.
    let sentence = text.trim_end().ends_with(['.', '。', '!', '?', '"', '”']);
    let most = if sentence && !is_italic(doc, id) { LONGEST_SENTENCE } else { LONGEST_BARE };
    (letters(text) <= most && doc.block(id).label() != Label::Title)
        .then(|| Reason::new("below-picture", "right below a picture, and short", 0.6))
}

/// Whether the source sets the whole of a block in italics.
fn is_italic(doc: &Document, id: BlockId) -> bool {
    let end = doc.original_text(id).len() as u32;
    doc.inlines(id).iter().any(|i| i.kind == InlineKind::Emphasis && i.range.start <= 1 && i.range.end + 1 >= end)
}

/// What stands in brackets at the very end of a text, and where they open.
fn last_brackets(text: &str) -> Option<(usize, &str)> {
    let inside = text.trim_end().strip_suffix([')', '）'])?;
    let mut depth = 1;
    for (at, c) in inside.char_indices().rev() {
        match c {
            ')' | '）' => depth += 1,
            '(' | '（' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let content = inside[at + c.len_utf8()..].trim();
            return (at > 0 && !content.is_empty() && content.len() <= 160).then_some((at, content));
        }
    }
    None
}

/// The picture that stands right above a block, with nothing but other pictures between them.
fn picture_above(doc: &Document, id: BlockId) -> Option<String> {
    doc.images.iter().rev().find(|image| image.before == id).map(|image| image.src.clone())
}

/// What one block gives: text and credits.
struct Piece {
    text: String,
    credits: Vec<Credit>,
    marks: Vec<CreditMark>,
}

fn read(lines: &Lines<'_>, id: BlockId, figures: Option<&Figures<'_>>, figure: Option<ElementId>) -> Piece {
    let (doc, lexicon) = (lines.doc, lines.lexicon);
    let whole = doc.text(id);
    let text = undouble(whole).unwrap_or(whole);
    if let Some(figures) = figures {
        if figures.named(id, figure, 2, Figures::credit_name).is_some()
            && figures.named(id, figure, 1, Figures::caption_name).is_none()
        {
            let mut marks = Vec::new();
            let credits = as_credit(text, &mut marks, lexicon);
            return Piece { text: String::new(), credits, marks };
        }
        if let Some(piece) = by_parts(doc, id, figures, lexicon) {
            return piece;
        }
    }
    // A caption that was printed twice ends in its credit, whatever its form.
    if text.len() < whole.len()
        && let Some((at, inside)) = last_brackets(text)
    {
        let mut marks = Vec::new();
        let mut credits = as_credit(inside, &mut marks, lexicon);
        if credits.iter().map(|c| c.printed.len()).sum::<usize>() < inside.len() {
            let parts = vec![inside.to_owned()];
            let names = credits.iter().flat_map(|c| c.names.clone()).collect();
            let agencies = credits.iter().flat_map(|c| c.agencies.clone()).collect();
            credits = vec![Credit { printed: inside.to_owned(), names, agencies, parts, provided: false }];
        }
        return Piece { text: flat(&text[..at]), credits, marks };
    }
    let split = lines.split_as(id, text);
    Piece { text: flat(split.text), credits: split.credits.clone(), marks: split.marks.clone() }
}

/// Takes a caption apart where its markup does: an element that is named for credits holds the credit; any other
/// element's edge is a place where a credit may begin.
fn by_parts(doc: &Document, id: BlockId, figures: &Figures<'_>, lexicon: &Lexicon) -> Option<Piece> {
    let text = doc.original_text(id);
    let parts: Vec<(std::ops::Range<usize>, ElementId)> = doc
        .inlines(id)
        .iter()
        .filter_map(|inline| match inline.kind {
            InlineKind::Part(element) => Some((inline.range.start as usize..inline.range.end as usize, element)),
            _ => None,
        })
        .collect();
    if parts.is_empty() {
        return None;
    }
    let mut marks = Vec::new();
    let mut credits = Vec::new();
    let mut cut = vec![false; text.len()];
    for (range, element) in &parts {
        let whole = range.start == 0 && range.end == text.len();
        if !whole && figures.credit_name(*element).is_some() && figures.caption_name(*element).is_none() {
            credits.extend(as_credit(&text[range.clone()], &mut marks, lexicon));
            cut[range.clone()].fill(true);
        }
    }
    // A line feed marks the edge of a part for the reader of credits; a real one is only a space here.
    let mut rest = String::with_capacity(text.len() + parts.len());
    for (at, c) in text.char_indices() {
        if parts.iter().any(|(range, _)| range.start == at || range.end == at) && !rest.ends_with('\n') {
            rest.push('\n');
        }
        if !cut[at] {
            rest.push(if c == '\n' { ' ' } else { c });
        }
    }
    let split = split_credit(rest.trim(), lexicon);
    for credit in split.credits {
        if credits.iter().all(|known: &Credit| known.printed != credit.printed) {
            credits.push(credit);
        }
    }
    marks.extend(split.marks);
    // Edges inside a word are styling, so they leave no space behind.
    Some(Piece { text: flat(&split.text.replace('\n', "")), credits, marks })
}

/// A text that is a credit by its place, with or without a label.
fn as_credit(text: &str, marks: &mut Vec<CreditMark>, lexicon: &Lexicon) -> Vec<Credit> {
    let text = flat(text);
    if text.ends_with(':') {
        return Vec::new();
    }
    let mut split = split_credit(&text, lexicon);
    let labelled;
    if split.credits.is_empty() || !split.text.is_empty() {
        // The markup says what the words do not.
        labelled =
            format!("Photo: {}", text.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']') || c.is_whitespace()));
        split = split_credit(&labelled, lexicon);
    }
    marks.extend(split.marks);
    split.credits
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Letters and figures only, in lower case: how texts are compared.
pub(crate) fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    text.chars().for_each(|c| push_key(c, &mut key));
    key
}

fn push_key(c: char, key: &mut String) {
    if c.is_ascii() {
        if c.is_ascii_alphanumeric() {
            key.push(c.to_ascii_lowercase());
        }
    } else if c.is_alphanumeric() {
        key.extend(c.to_lowercase());
    }
}

/// The text on one line, with single spaces.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
