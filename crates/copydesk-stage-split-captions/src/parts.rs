//! What a block that is a caption says: its text and its credits.

use copydesk_document::{BlockId, Document, ElementId, InlineKind};
use copydesk_lexicon::{
    CaptionSign, Confidence, Credit, Lexicon, credit::CreditMark, has_caption_sign, split_credit, undouble,
    without_control, without_counter, without_label_behind, without_lead,
};
use copydesk_text::flat;

use crate::{figure::Figures, lines::Lines};

/// What one block gives: text and credits.
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) credits: Vec<Credit>,
    pub(crate) marks: Vec<CreditMark>,
}

pub(crate) fn read(lines: &Lines<'_>, id: BlockId, figures: Option<&Figures<'_>>, figure: Option<ElementId>) -> Piece {
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
    let split = lines.split_as(id, text);
    let labelled = !split.credits.is_empty() && split.confidence == Confidence::Labelled;
    // A caption that was printed twice ends in its credit, whatever its form.
    if text.len() < whole.len()
        && !labelled
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
        // A label and the name again say nothing new.
        if credits.iter().all(|known: &Credit| !credit.printed.ends_with(&known.printed)) {
            credits.push(credit);
        }
    }
    marks.extend(split.marks);
    // Edges inside a word are styling, so they leave no space behind.
    Some(Piece { text: flat(&split.text.replace('\n', "")), credits, marks })
}

/// A text that is a credit by its place, with or without a label.
pub(crate) fn as_credit(text: &str, marks: &mut Vec<CreditMark>, lexicon: &Lexicon) -> Vec<Credit> {
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

/// What stands in brackets at the very end of a text, and where they open.
pub(crate) fn last_brackets(text: &str) -> Option<(usize, &str)> {
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

/// The text of a caption without what a page puts around it for its readers: a label, the counter of a gallery, the
/// control that enlarges the picture.
pub(crate) fn without_frame(text: &str, lexicon: &Lexicon) -> String {
    if has_caption_sign(text, CaptionSign::Rest, lexicon) {
        return String::new();
    }
    let inner = without_control(without_counter(without_lead(text, lexicon)), lexicon);
    let inner = without_label_behind(inner, lexicon);
    if inner.is_empty() { text.to_owned() } else { inner.to_owned() }
}
