//! Finds the blocks that are captions.

use std::borrow::Cow;

use copydesk_document::{Attr, BlockId, BlockKind, Document, ElementId, Tag, Tree};
use copydesk_lexicon::{Confidence, Credit, Lexicon, Split, credit::Mark, looks_like_caption, split_credit, undouble};

/// A caption, before the ones that belong together are joined.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) blocks: Vec<BlockId>,
    pub(crate) text: String,
    pub(crate) credits: Vec<Credit>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) image: Option<String>,
    pub(crate) rule: &'static str,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) confidence: f32,
    /// The block of the caption that this one translates.
    pub(crate) translates: Option<BlockId>,
}

/// Longest text that can be a caption by its form or place alone, in letters. Longer ones need markup that says so.
const LONGEST: usize = 900;
/// Longest line below a picture that is a caption without a credit, in letters.
const LONGEST_BARE: usize = 160;

/// All captions, in document order.
pub(crate) fn captions(doc: &Document) -> Vec<Found> {
    let lexicon = Lexicon::builtin();
    doc.ids().filter_map(|id| caption(doc, id, lexicon)).collect()
}

fn caption(doc: &Document, id: BlockId, lexicon: &Lexicon) -> Option<Found> {
    let block = doc.block(id);
    if block.hidden || matches!(block.kind, BlockKind::Heading | BlockKind::Code | BlockKind::Control) {
        return None;
    }
    let whole = doc.text(id);
    let text = undouble(whole);
    let doubled = text.is_some();
    let text = text.unwrap_or(whole);
    let image = picture_above(doc, id);

    let by_markup = doc.tree.as_ref().zip(block.element).and_then(|(tree, element)| markup(tree, element));
    let (rule, detail, confidence): (_, Cow<'static, str>, _) = if block.kind == BlockKind::Caption {
        ("caption-element", "a figcaption or table caption".into(), 0.98)
    } else if let Some(class) = by_markup {
        ("caption-class", format!("inside an element named `{class}`").into(), 0.9)
    } else if letters(text) > LONGEST {
        return None;
    } else if doubled && !split_credit(text, lexicon).credits.is_empty() {
        ("printed-twice", "the same text twice in one line, with a credit".into(), 0.9)
    } else if looks_like_caption(text, lexicon) {
        ("credit-line", "ends in a credit that only pictures carry".into(), 0.9)
    } else if image.is_some() {
        below_picture(text, lexicon)?
    } else {
        return None;
    };

    let split = split_credit(text, lexicon);
    Some(Found {
        blocks: vec![id],
        text: flat(split.text),
        image,
        rule,
        detail,
        confidence,
        translates: None,
        marks: split.marks.clone(),
        credits: split.credits,
    })
}

/// A line right below a picture: a caption if it carries a credit of any form, or is too short for a paragraph.
fn below_picture(text: &str, lexicon: &Lexicon) -> Option<(&'static str, Cow<'static, str>, f32)> {
    let Split { credits, confidence, .. } = split_credit(text, lexicon);
    if !credits.is_empty() {
        let sure = if confidence == Confidence::ShapeOnly { 0.8 } else { 0.9 };
        Some(("below-picture", "right below a picture, with a credit".into(), sure))
    } else if letters(text) <= LONGEST_BARE {
        Some(("below-picture", "right below a picture, and short".into(), 0.6))
    } else {
        None
    }
}

/// The picture that stands right above a block, with nothing but other pictures between them.
fn picture_above(doc: &Document, id: BlockId) -> Option<String> {
    // HTML says by its elements which caption belongs to which picture; the order alone says too little there.
    if doc.tree.is_some() {
        return None;
    }
    doc.images.iter().rev().find(|image| image.before == id).map(|image| image.src.clone())
}

/// Whether an element is, or stands closely inside, one that is named for captions. Returns that name.
fn markup(tree: &Tree, element: ElementId) -> Option<&str> {
    for ancestor in tree.ancestors(element).take(4) {
        if tree.tag(ancestor) == Tag::Figcaption {
            return Some("figcaption");
        }
        let names = tree.attr(ancestor, Attr::Class).into_iter().flat_map(str::split_ascii_whitespace);
        for name in names.chain(tree.attr(ancestor, Attr::Itemprop)) {
            if is_caption_name(name) {
                return Some(name);
            }
        }
    }
    None
}

fn is_caption_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower
        .split(['-', '_'])
        .any(|part| matches!(part, "caption" | "captions" | "figcaption" | "imgcaption" | "bildunterschrift"))
        || lower.ends_with("caption")
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
