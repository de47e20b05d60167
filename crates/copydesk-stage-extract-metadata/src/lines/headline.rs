//! The headline among the lines of the head, and what the lines around it are.

use copydesk_document::{BlockId, BlockKind, Document, Label, Origin};
use copydesk_lexicon::{Lexicon, read_byline};

use super::{ENDS, PROSE, labels::LineLabels, weight};
use crate::{
    Gathered,
    candidates::key,
    vocabulary::{has_outlet_word, is_section_name},
};

/// The headline among the lines of the head, and what the lines around it are.
pub(super) fn read(
    doc: &Document,
    free: &[BlockId],
    has_text: bool,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    lines: &mut LineLabels,
) {
    let declared: Vec<String> = gathered.title.entries.iter().map(|e| key(&e.value)).collect();
    let shown = free.iter().position(|id| {
        let own = key(doc.text(*id));
        own.len() >= 4 && declared.iter().any(|d| *d == own || (own.len() >= 12 && d.starts_with(&own)))
    });
    let place = shown.or_else(|| if doc.tree.is_none() && has_text { guess_headline(doc, free) } else { None });
    let Some(place) = place else { return };
    let id = free[place];
    lines.headlines.push(id);
    if doc.tree.is_none() {
        gathered.title.add(doc.text(id).replace('\n', " "), Origin::Heading, "headline", Some(doc.block(id).span), 0.6);
    }
    if doc.tree.is_some() {
        return;
    }
    for &id in &free[..place] {
        let text = doc.text(id);
        let span = Some(doc.block(id).span);
        if is_section_name(text) {
            gathered.section.add(text.to_owned(), Origin::Text, "line above the headline", span, 0.5);
            lines.labels.push((id, Label::Section, "section-line", "names a section, above the headline".to_owned()));
        } else if text.len() <= 60 && has_outlet_word(text) {
            gathered.site_name.add(text.to_owned(), Origin::Text, "line above the headline", span, 0.5);
            lines.labels.push((id, Label::SiteName, "site-line", "names a publication, above the headline".to_owned()));
        }
    }
    // Two or three capitalised words say that they are a name only where a name is expected.
    let labelled = gathered.authors.entries.iter().any(|e| e.origin == Origin::Byline);
    if let Some(&id) = free.get(place + 1).filter(|_| !labelled)
        && let Some(byline) = read_byline(doc.text(id), lexicon)
        && doc.block(id).kind != BlockKind::Heading
    {
        gathered.authors.add(
            byline.people.clone(),
            Origin::Byline,
            "line below the headline",
            Some(doc.block(id).span),
            0.5,
        );
        lines.labels.push((id, Label::Byline, "byline-place", "a name right below the headline".to_owned()));
    }
}

/// The headline of a text that declares none: the first line before the first paragraph that reads like one. Lines of
/// a few words, and lines in another language than the text, come last: they name sections and sites.
fn guess_headline(doc: &Document, free: &[BlockId]) -> Option<usize> {
    let main = doc.languages.main.as_ref().map(|main| main.tag.as_str());
    let plausible = |id: &BlockId| {
        let text = doc.text(*id);
        let weight = weight(text);
        let paragraph =
            text.ends_with(ENDS) && (weight >= PROSE || (doc.block(*id).label().is_body() && text.ends_with('.')));
        let site = text.split_whitespace().count() <= 5 && has_outlet_word(text);
        let other = paragraph || site || is_section_name(text) || ends_in_time(text);
        (10..=400).contains(&weight) && !other
    };
    let own_language = |id: &BlockId| {
        let tag = doc.block(*id).language.as_ref().map(|guess| guess.tag.as_str()).filter(|tag| *tag != "und");
        main.is_none() || tag.is_none() || tag == main
    };
    let long = |id: &BlockId| doc.text(*id).split_whitespace().count() >= 4 || weight(doc.text(*id)) >= 30;
    let heading = |id: &BlockId| doc.block(*id).kind == BlockKind::Heading && doc.block(*id).level == 1;
    let first = |fits: &dyn Fn(&BlockId) -> bool| free.iter().position(|id| plausible(id) && fits(id));
    first(&heading)
        .or_else(|| first(&|id| long(id) && own_language(id)))
        .or_else(|| first(&|id| own_language(id) && !is_scrap(doc.text(*id))))
        .or_else(|| first(&long))
}

/// `Ann Lee 13:38`, `NAME DATE_MASKED 08:05`: what ends in a time of day is no headline.
fn ends_in_time(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let digits = last.bytes().filter(u8::is_ascii_digit).count();
    (3..=4).contains(&digits) && last.len() == digits + 1 && last.contains(':')
}

/// One short word, such as a handle.
fn is_scrap(text: &str) -> bool {
    weight(text) < 24 && text.split_whitespace().count() < 2
}
