//! The lines below the text: a name, a mail address, a remark about the author.

use copydesk_document::{BlockId, Document, InlineKind, Label, Origin};
use copydesk_lexicon::{Byline, Confidence, Lexicon, PageLabelKind, classify_label, clean_name, read_byline};
use copydesk_text::{is_unspaced, key, weight};

use super::{is_closed, labels::LineLabels};
use crate::{Gathered, class_words::is_no_byline, vocabulary::before_copula};

/// How many blocks at the end can be remarks about the author.
const TAIL: usize = 3;

/// The last lines: a name that stands alone, a remark about the author.
pub(crate) fn read(doc: &Document, lexicon: &Lexicon, gathered: &mut Gathered, lines: &mut LineLabels) {
    let tail: Vec<BlockId> = doc.body().rev().take(TAIL).map(|(id, _)| id).collect();
    for (back, &id) in tail.iter().enumerate() {
        let text = doc.text(id);
        let span = Some(doc.block(id).span);
        if back == 0 && text.len() < 60 && !is_no_byline(text) && !lines.headlines.contains(&id) {
            let own = key(text);
            let known = gathered.authors.entries.iter().any(|e| e.value.iter().any(|name| key(name) == own));
            // A page ends in buttons and lists as often as in a name; there the form or a date must say that it is one.
            let told = |b: &Byline<'_>| {
                doc.tree.is_none()
                    || b.confidence() > Confidence::ShapeOnly
                    || b.rest.contains(|c: char| c.is_ascii_digit())
            };
            // In scripts without blanks the rest is what the line goes on to say.
            let goes_on = |b: &Byline<'_>| {
                b.confidence() == Confidence::ShapeOnly && b.rest.chars().filter(|c| is_unspaced(*c)).count() > 4
            };
            let byline = read_byline(text, lexicon).filter(|b| !b.people.is_empty() && told(b) && !goes_on(b));
            if known {
                lines.labels.push((
                    id,
                    Label::Byline,
                    "byline-repeated",
                    "the author's name again, as the last line".to_owned(),
                ));
            } else if let Some(byline) = byline {
                gathered.authors.add(byline.people.clone(), Origin::Byline, "last line", span, 0.45);
                lines.labels.push((id, Label::Byline, "byline-place", "a name alone, as the last line".to_owned()));
            }
        }
        if doc.tree.is_none() && is_mail_address(text) {
            lines.labels.push((id, Label::Byline, "mail-line", "a mail address and nothing else".to_owned()));
        }
        if let Some((end, people)) = wire_tail(text, lexicon) {
            gathered.authors.add(people, Origin::Byline, "reporters in brackets at the end", span, 0.6);
            lines.wire_tail = Some((id, end));
            continue;
        }
        let set_apart = back == 0 && is_set_apart(doc, id);
        if let Some(name) = author_note(text, set_apart, lexicon) {
            let names = name.map(|name| clean_name(name, lexicon)).unwrap_or_default();
            if !names.is_empty() {
                gathered.authors.add(names, Origin::Byline, "remark about the author", span, 0.5);
            }
            lines.labels.push((
                id,
                Label::AuthorNote,
                "author-note",
                "a remark about the author or the text's standing".to_owned(),
            ));
        }
    }
}

/// `... the mayor said. (Reporting by Ann Lee; editing by Bo Chan)`: where the text ends, and who reported.
fn wire_tail(text: &str, lexicon: &Lexicon) -> Option<(usize, Vec<String>)> {
    let text = text.trim_end();
    let inside = text.trim_end_matches('.').strip_suffix(')')?;
    let open = inside.rfind('(').filter(|open| weight(&text[..*open]) > 0 && text.len() - open <= 300)?;
    let first = inside[open + 1..].split(';').next()?;
    // `(A - autor: X, editor: Y)`: the letter of a desk before the labels.
    let desk = first.split_once(" - ").filter(|(desk, _)| (1..=2).contains(&desk.chars().count()));
    let first = desk.map_or(first, |(_, labels)| labels);
    let byline = read_byline(first, lexicon).filter(|byline| {
        byline.confidence() == Confidence::Labelled && !byline.people.is_empty() && byline.rest.is_empty()
    })?;
    Some((without_agency(&text[..open], lexicon).len(), byline.people))
}

/// `… closed. AGENCY /`: the text without the agency that a stroke parts from its reporters.
fn without_agency<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let text = text.trim_end();
    let Some((before, agency)) = text.strip_suffix('/').and_then(|text| text.trim_end().rsplit_once(' ')) else {
        return text;
    };
    if is_closed(before) && lexicon.agency(agency).is_some() { before.trim_end() } else { text }
}

/// `name@example.org`, with or without brackets around it.
fn is_mail_address(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>' | '[' | ']'));
    text.len() <= 80
        && !text.contains(char::is_whitespace)
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

/// Whether the source sets a whole paragraph in italics, or begins it in bold: as remarks about authors are.
fn is_set_apart(doc: &Document, id: BlockId) -> bool {
    let end = doc.original_text(id).len() as u32;
    doc.inlines(id).iter().any(|inline| match inline.kind {
        InlineKind::Emphasis => inline.range.start <= 2 && inline.range.end + 3 >= end,
        InlineKind::Strong => inline.range.start <= 2,
        _ => false,
    })
}

/// Whether a paragraph is a remark about its author (`The views expressed ...`), and whom it names. A last paragraph
/// that is set apart needs only the name and what its bearer is.
#[expect(clippy::option_option, reason = "no remark, a remark that names nobody, and one that names somebody")]
fn author_note<'t>(text: &'t str, set_apart: bool, lexicon: &Lexicon) -> Option<Option<&'t str>> {
    if weight(text) > 500 {
        return None;
    }
    let capital = |word: &str| word.chars().next().is_some_and(|c| !c.is_lowercase());
    let name = before_copula(text)
        .filter(|name| (2..=7).contains(&name.split_whitespace().count()))
        .filter(|name| name.split_whitespace().all(|word| capital(word) || word == "and"));
    let standing = text
        .split_inclusive(". ")
        .any(|sentence| classify_label(sentence, lexicon).is_some_and(|label| label.kind == PageLabelKind::AuthorNote));
    (standing || (set_apart && name.is_some())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reporters_in_brackets_end_a_text() {
        let read = |text: &'static str| {
            wire_tail(text, Lexicon::builtin()).map(|(end, people)| (&text[..end], people.join("; ")))
        };
        let text = "The pier opens in May. (Reporting by Ann Lee; editing by Bo Chan)";
        assert_eq!(read(text), Some(("The pier opens in May.", "Ann Lee".to_owned())));
        let text = "Podul se deschide luni. AGERPRES / (B - autor: Ana Pop, editor: Ion Lup, editor online: Eva Rus)";
        assert_eq!(read(text), Some(("Podul se deschide luni.", "Ana Pop".to_owned())));
        assert_eq!(read("The pier opens in May (or in June)."), None);
    }
}
