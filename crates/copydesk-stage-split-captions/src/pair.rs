//! Translations: a line next to a caption that says the same in another language.

use copydesk_document::{BlockId, Document};
use copydesk_lexicon::{Lexicon, label_of, split_credit};
use copydesk_text::{flat, weight};
use rustc_hash::FxHashSet;

use crate::{before, find::FoundCaption};

/// Marks captions that translate the one before them, and adds lines without a credit that can only be the other half
/// of a caption. The half that is printed first is the caption, the others are its translations.
pub(crate) fn add_translations(doc: &Document, found: &mut Vec<FoundCaption>, lexicon: &Lexicon) {
    let mut taken: FxHashSet<BlockId> = found.iter().flat_map(|caption| caption.blocks.iter().copied()).collect();
    let pictured: FxHashSet<BlockId> = doc.images.iter().map(|image| image.before).collect();
    let mut all: Vec<FoundCaption> = Vec::with_capacity(found.len());
    let mut rest = std::mem::take(found).into_iter();
    let mut second = None;
    while let Some(mut caption) = second.take().or_else(|| rest.next()) {
        let id = caption.blocks[0];
        let mut half_at = |at: BlockId| {
            (at.index() < doc.blocks().len() && !taken.contains(&at) && is_half(doc, at, id, lexicon)).then(|| {
                taken.insert(at);
                half(doc, at, caption.image.clone(), lexicon)
            })
        };
        // The line before may be the first half, not yet known as a caption because it carries no credit.
        all.extend(before(id).and_then(&mut half_at));
        second = half_at(BlockId(id.0 + 1));
        if let Some(first) = all.last() {
            let earlier = first.blocks[0];
            let together =
                doc.tree.is_some() && caption.figure == first.figure || doc.tree.is_none() && !pictured.contains(&id);
            if together
                && earlier.0 + 1 == id.0
                && caption.blocks.len() == 1
                && is_translation(doc, earlier, id, lexicon)
            {
                caption.translates = Some(first.translates.unwrap_or(earlier));
                caption.detail = format!("{}; says the same as the caption before it", caption.detail).into();
            }
        }
        all.push(caption);
    }
    *found = all;
}

fn half(doc: &Document, id: BlockId, image: Option<String>, lexicon: &Lexicon) -> FoundCaption {
    let split = split_credit(doc.text(id), lexicon);
    FoundCaption {
        blocks: vec![id],
        text: flat(split.text),
        marks: split.marks.clone(),
        credits: split.credits,
        image,
        rule: "translation",
        detail: "stands beside a caption, and says the same in another language".into(),
        confidence: 0.8,
        figure: None,
        rest: None,
        translates: None,
    }
}

/// Whether a block that is no caption by itself is the other half of one: printed in the same paragraph, in another
/// language.
fn is_half(doc: &Document, id: BlockId, caption: BlockId, lexicon: &Lexicon) -> bool {
    doc.tree.is_none()
        && label_of(doc.text(id), lexicon).is_none()
        && in_one_paragraph(doc, id.min(caption), id.max(caption))
        && is_translation(doc, id, caption, lexicon)
}

/// Whether nothing but a line break stands between two blocks of a text.
fn in_one_paragraph(doc: &Document, first: BlockId, second: BlockId) -> bool {
    let between = doc.block(first).span.end as usize..doc.block(second).span.start as usize;
    doc.content().get(between).is_some_and(|text| text.trim().is_empty() && text.matches('\n').count() <= 1)
}

/// Whether two neighbouring texts say the same in two languages: the languages differ, the lengths are alike, and
/// what every language writes alike (figures, names) is shared where there is any.
pub(crate) fn is_translation(doc: &Document, a: BlockId, b: BlockId, lexicon: &Lexicon) -> bool {
    let language = |id| doc.block(id).language.as_ref().filter(|l| l.tag != "und").map(|l| l.tag.as_str());
    let (Some(language_a), Some(language_b)) = (language(a), language(b)) else { return false };
    // A line too short to tell the script is in the language of its neighbour.
    let bare = |tag: &str| !tag.contains('-');
    let primary = |tag: &'_ str| tag.split('-').next().map(str::to_owned);
    let same = primary(language_a) == primary(language_b) && (bare(language_a) || bare(language_b));
    if language_a == language_b || same {
        return false;
    }
    let (text_a, text_b) = (split_credit(doc.text(a), lexicon).text, split_credit(doc.text(b), lexicon).text);
    let (size_a, size_b) = (weight(text_a), weight(text_b));
    if size_a.max(size_b) > 3 * size_a.min(size_b) {
        return false;
    }
    // The day of the story says nothing of a picture.
    let dated = |text: &str| {
        let full = |found: &copydesk_date::FoundDate| found.value().is_some_and(|value| value.day().is_some());
        text.len() <= 80 && copydesk_date::find(text, &copydesk_date::Hints::default()).iter().any(full)
            || text.trim_end().ends_with(|c: char| c.is_ascii_digit()) && figures(text).len() >= 3
    };
    let (figures_a, figures_b) = (figures(text_a), figures(text_b));
    if figures_a.is_empty() != figures_b.is_empty() && (dated(text_a) || dated(text_b)) {
        return false;
    }
    figures_a.is_empty() || figures_b.is_empty() || figures_a.iter().any(|f| figures_b.contains(f))
}

fn figures(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|f| f.len() >= 2).collect()
}
