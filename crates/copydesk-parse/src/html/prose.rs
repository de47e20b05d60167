//! Prose that stands in `<pre>`: press releases, mails, requests for comments. It is read as the plain text that it is.

use std::ops::Range;

use copydesk_document::{BlockKind, Inline, InlineKind};

use crate::plain;

/// Shorter texts are signatures, addresses and lines of a terminal, in bytes.
const SHORTEST: usize = 300;
/// The share of letters and spaces that running text has at least, in percent.
const LETTERS: usize = 88;

/// A paragraph of such a text.
pub(super) struct Paragraph {
    pub(super) kind: BlockKind,
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) linked: u32,
    pub(super) inlines: Vec<Inline>,
}

/// Whether a preformatted text is prose: letters, sentences, and lines long enough to have been filled. Verse has none
/// of these, and code has marks.
pub(super) fn is_prose(text: &str, inlines: &[Inline]) -> bool {
    if text.len() < SHORTEST || inlines.iter().any(|inline| inline.kind == InlineKind::Code) {
        return false;
    }
    let (mut letters, mut all, mut braces) = (0, 0, 0);
    for c in text.chars() {
        all += 1;
        letters += usize::from(c.is_alphanumeric() || c.is_whitespace());
        braces += usize::from(matches!(c, '{' | '}' | ';' | '=' | '<' | '>' | '|' | '\\' | '$' | '_'));
    }
    let (mut lines, mut filled, mut set_in) = (0, 0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        lines += 1;
        filled += usize::from(line.trim().chars().count() >= 45 || line.trim_end().ends_with(['.', '。']));
        set_in += usize::from(line.starts_with("        ") || line.starts_with('\t'));
    }
    let sentences = text.matches(". ").count() + text.matches(".\n").count() + text.matches('。').count();
    letters * 100 >= all * LETTERS && braces * 200 <= all && sentences >= 2 && filled * 2 > lines && set_in * 4 <= lines
}

/// The paragraphs, their lines joined where a program or a typist has cut them, with the markup inside them.
pub(super) fn paragraphs(text: &str, inlines: &[Inline]) -> Vec<Paragraph> {
    let paragraphs = plain::paragraphs(text);
    let mut markup: Vec<Vec<&Inline>> = vec![Vec::new(); paragraphs.len()];
    for inline in inlines {
        let (from, to) = (inline.range.start as usize, inline.range.end as usize);
        let first = paragraphs.partition_point(|paragraph| range_of(paragraph).end <= from);
        let inside = paragraphs[first..].iter().take_while(|paragraph| range_of(paragraph).start < to).count();
        markup[first..first + inside].iter_mut().for_each(|own| own.push(inline));
    }
    paragraphs.into_iter().zip(markup).map(|(paragraph, own)| with_markup(paragraph, &own)).collect()
}

/// Where a paragraph stands in the text that it was made of.
fn range_of(paragraph: &plain::Paragraph) -> Range<usize> {
    let start = paragraph.pieces.first().map_or(0, |(range, _)| range.start);
    start..paragraph.pieces.last().map_or(start, |(range, _)| range.end)
}

fn with_markup(paragraph: plain::Paragraph, inlines: &[&Inline]) -> Paragraph {
    let plain::Paragraph { kind, level, text, pieces } = paragraph;
    let mut own = Vec::new();
    let mut linked = 0;
    for inline in inlines {
        // Where the first and the last byte of it went that are in this paragraph.
        let inside = |from: u32, to: u32| {
            let (from, to) = (from.max(inline.range.start), to.min(inline.range.end));
            (from < to).then_some((from, to))
        };
        let placed = pieces.iter().filter_map(|(old, new)| {
            let (from, to) = inside(old.start as u32, old.end as u32)?;
            Some((from - old.start as u32 + *new, to - old.start as u32 + *new))
        });
        let Some((start, end)) = placed.reduce(|all, next| (all.0, next.1)) else { continue };
        if matches!(inline.kind, InlineKind::Link(_)) {
            linked += text[start as usize..end as usize].chars().count() as u32;
        }
        own.push(Inline { range: start..end, kind: inline.kind.clone() });
    }
    Paragraph { kind, level, text, linked, inlines: own }
}
