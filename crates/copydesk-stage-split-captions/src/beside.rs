//! Captions of HTML pages that no markup names: a short line right behind a picture, set apart from the text.

use copydesk_document::{Attr, BlockId, BlockKind, Document, ElementId, InlineKind, Tag, Tree};
use copydesk_lexicon::{CaptionSign, Confidence, classify_label, has_caption_sign, read_byline};
use copydesk_text::{letters, sentences, weight};

use crate::{
    elements,
    figure::Figures,
    find::{LONGEST_BARE, Reason, is_italic},
    lines::Lines,
    measure::is_above_the_text,
};

/// How far up the tree the element may be that holds picture and line.
const CLIMB: usize = 4;
/// Longest line in italics that is a caption, in letters.
const LONGEST_ITALIC: usize = 320;
/// Longest line above the text that is a caption without a credit: a longer one may be the standfirst.
const LONGEST_OPENING: usize = 90;
/// Most blocks of an element that sets its text apart: where it holds more, the page is set so.
const MOST_APART: usize = 2;

/// A line right behind a picture that is set in italics or small letters, centred, named for it, or alone with it in a
/// table.
pub(crate) fn captions(lines: &Lines<'_>, id: BlockId, figures: &Figures<'_>) -> Option<Reason> {
    let doc = lines.doc;
    let block = doc.block(id);
    let plain = matches!(block.kind, BlockKind::Paragraph | BlockKind::TableRow | BlockKind::Caption);
    // Most blocks have no picture right before them.
    let picture = picture_right_before(doc, id)?;
    if !plain || block.hidden || !stands_in_the_story(doc, figures, id) {
        return None;
    }
    let (image, own) = (doc.images[picture].element?, block.element?);
    let common = common_ancestor(figures.tree, own, image)?;
    let apart = set_apart(doc, id, figures, common, image)?;
    // A name or the middle of the page says less than italics: the line must stand in the text.
    let body = |id: u32| doc.blocks().get(id as usize).is_some_and(|block| block.label().is_body());
    let inside = || block.label().is_body() || id.0 > 0 && body(id.0 - 1) && body(id.0 + 1);
    if matches!(apart, Apart::Named | Apart::Centred) && !inside() {
        return None;
    }
    is_like_a_caption(lines, id, apart).then(|| {
        let mut reason = Reason::new("beside-picture", format!("right behind a picture, and {}", apart.print()), 0.75);
        reason.image = Some(doc.images[picture].src.clone()).filter(|src| !src.is_empty());
        reason.figure = figures.figure(id).or_else(|| figures.around(id));
        reason
    })
}

/// How a page sets a line apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Apart {
    Italic,
    Small,
    Centred,
    Named,
    Table,
}

impl Apart {
    fn print(self) -> &'static str {
        match self {
            Self::Italic => "in italics",
            Self::Small => "in small letters",
            Self::Centred => "centred",
            Self::Named => "named for what belongs to it",
            Self::Table => "alone with it in a table",
        }
    }
}

/// Whether the story goes on behind the line, and it is part of it or close to it.
fn stands_in_the_story(doc: &Document, figures: &Figures<'_>, id: BlockId) -> bool {
    let body = |id: u32| doc.blocks().get(id as usize).is_some_and(|block| block.label().is_body());
    let last = figures.last_body.map_or(0, |id| id.0);
    id.0 < last && (body(id.0) || body(id.0 + 1) || body(id.0 + 2) || id.0 > 0 && body(id.0 - 1))
}

/// The last picture with nothing between it and the block.
fn picture_right_before(doc: &Document, id: BlockId) -> Option<usize> {
    let end = doc.images.partition_point(|image| image.before <= id);
    end.checked_sub(1).filter(|at| doc.images[*at].before == id)
}

/// The innermost element around both, if it is close to them.
fn common_ancestor(tree: &Tree, own: ElementId, image: ElementId) -> Option<ElementId> {
    let common = tree.ancestors(own).take(CLIMB + 1).find(|a| tree.contains(*a, image))?;
    tree.ancestors(image).take(CLIMB + 1).any(|a| a == common).then_some(common)
}

fn set_apart(doc: &Document, id: BlockId, figures: &Figures<'_>, common: ElementId, image: ElementId) -> Option<Apart> {
    let tree = figures.tree;
    let few = |element: ElementId| figures.has_few_blocks(element, id, MOST_APART);
    if is_italic(doc, id) || is_whole_emphasis(doc, id) {
        return Some(Apart::Italic);
    }
    let element = doc.block(id).element?;
    for at in tree.ancestors(element).take(CLIMB) {
        let around_both = at == common || tree.contains(at, image);
        if let Some(apart) = style_of(tree, at, around_both).filter(|_| few(at)) {
            return Some(apart);
        }
        if matches!(tree.tag(at), Tag::Table) && around_both && few(at) {
            return Some(Apart::Table);
        }
        if at != common && tree.tag(at) != Tag::P && elements::beside_name(tree, at).is_some() && few(at) {
            return Some(Apart::Named);
        }
    }
    None
}

/// Whether emphasis covers all of the letters of a block, in one piece or in several.
fn is_whole_emphasis(doc: &Document, id: BlockId) -> bool {
    let text = doc.original_text(id);
    let mut covered = 0;
    let mut inside = 0;
    for inline in doc.inlines(id).iter().filter(|inline| inline.kind == InlineKind::Emphasis) {
        let range = (inline.range.start as usize).max(covered)..inline.range.end as usize;
        inside += text.get(range).map_or(0, letters);
        covered = covered.max(inline.range.end as usize);
    }
    inside > 0 && inside == letters(text)
}

/// What the tag or the style of an element says of the text in it. What an element around the picture is centred for
/// is the picture.
fn style_of(tree: &Tree, element: ElementId, around_both: bool) -> Option<Apart> {
    let style = tree.attr(element, Attr::Style).unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    match tree.tag(element) {
        Tag::Em | Tag::I | Tag::Cite => return Some(Apart::Italic),
        Tag::Small => return Some(Apart::Small),
        Tag::Font if tree.attr_named(element, "size").is_some_and(is_small_font) => return Some(Apart::Small),
        Tag::Center if !around_both => return Some(Apart::Centred),
        _ => {}
    }
    let centred = style.contains("text-align:center")
        || tree.attr_named(element, "align").is_some_and(|align| align.eq_ignore_ascii_case("center"));
    if style.contains("font-style:italic") {
        Some(Apart::Italic)
    } else if style.split(';').any(is_small_style) {
        Some(Apart::Small)
    } else if centred && !around_both {
        Some(Apart::Centred)
    } else {
        None
    }
}

/// `size="1"`, `size="2"`, `size="-1"`.
fn is_small_font(size: &str) -> bool {
    let size = size.trim();
    size.starts_with('-') || matches!(size, "1" | "2")
}

/// A declaration such as `font-size:11px`, `font-size:.8em`, `font-size:small`.
fn is_small_style(declaration: &str) -> bool {
    let Some(size) = declaration.strip_prefix("font-size:") else { return false };
    let number = size.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let Ok(value) = number.parse::<f32>() else {
        return matches!(size, "small" | "x-small" | "xx-small" | "smaller");
    };
    match &size[number.len()..] {
        "px" => value <= 13.0,
        "pt" => value <= 10.0,
        "em" | "rem" => value <= 0.9,
        "%" => value <= 90.0,
        _ => false,
    }
}

/// Whether a line that stands so reads like a caption: not a byline, a label, a date, or a paragraph of the story.
fn is_like_a_caption(lines: &Lines<'_>, id: BlockId, apart: Apart) -> bool {
    let (doc, lexicon) = (lines.doc, lines.lexicon);
    let text = doc.text(id).trim();
    let credited = !lines.split(id).credits.is_empty();
    let numbered = has_caption_sign(text, CaptionSign::Numbered, lexicon);
    let most = match apart {
        Apart::Italic | Apart::Small | Apart::Table => LONGEST_ITALIC,
        Apart::Named | Apart::Centred => LONGEST_BARE,
    };
    let size = weight(text);
    // A longer line above the text may as well be its standfirst.
    let placed = has_caption_sign(text, CaptionSign::Position, lexicon);
    if !credited && !numbered && !placed && size > LONGEST_OPENING && is_above_the_text(doc, id) {
        return false;
    }
    let short = size <= most && sentences(text) <= if credited || numbered { 4 } else { 2 };
    let linked = doc.block(id).linked as usize * 10 >= text.chars().count() * 5;
    // A name below a portrait is no caption of it, and a word or two are a control.
    let enough = text.split_whitespace().count() >= 3 || size >= 24 || credited || numbered;
    short
        && enough
        && !text.ends_with([':', '：'])
        && (!linked || credited)
        && !copydesk_date::is_date_line(text)
        && classify_label(text, lexicon).is_none_or(|label| !label.whole)
        && read_byline(text, lexicon).is_none_or(|b| credited || b.confidence() != Confidence::Labelled)
}
