//! What stands below the text: who wrote it, when it was given out.

use copydesk_date::{FoundDate, Hints, find, is_date_line};
use copydesk_document::{BlockId, Document, Label, Origin};
use copydesk_lexicon::{
    Confidence, FieldKind, Lexicon, PageLabelKind, classify_label, has_role, label_of, read_byline,
};
use copydesk_text::{Terms, is_han, is_kana, weight};

use super::{names, opens_other_texts, shared_date, story};
use crate::{
    Gathered,
    class_words::is_account,
    lines::{self, LineLabels, is_closed, is_prose},
    vocabulary::{before_copula, is_broadcast_note},
};

/// A sentence of the text has so many letters.
const SHORT_SENTENCE: usize = 25;
/// So many lines below the text belong to it.
const LONGEST: usize = 8;
/// More letters before the sign of copyright are a caption, and the holder is that of its picture.
const MOST_BEFORE_HOLDER: usize = 20;

/// Reads the last paragraph's end and the lines below it.
pub(super) fn read(
    doc: &Document,
    first: Option<BlockId>,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) {
    // The text ends with its last sentence, or where it has none with the last line of the body.
    let signs = |text: &str| role_signature(text, lexicon).is_some() || is_broadcast_note(text);
    let sentence = |text: &str| (is_prose(text) || weight(text) >= SHORT_SENTENCE && is_closed(text)) && !signs(text);
    let last = doc.body().rfind(|(id, _)| sentence(doc.text(*id))).or_else(|| doc.body().next_back());
    let Some(last) = last.map(|(id, _)| id).or(first) else { return };
    // The line of copyright may read as a sentence itself.
    let long = doc.body().rfind(|(id, _)| is_prose(doc.text(*id))).map(|(id, _)| id).or(first).unwrap_or(last);
    copyright(doc, long.min(last), lexicon, gathered);
    end_of_text(doc, last, hints, lexicon, gathered);
    let text = story(doc, first);
    let unsigned = !gathered.authors.entries.iter().any(|entry| entry.weight >= 0.4);
    let mut below = true;
    let undated = !gathered.published.entries.iter().any(|entry| entry.weight >= 0.4);
    for id in (last.0 + 1..doc.blocks().len() as u32).map(BlockId).filter(|id| !doc.block(*id).hidden).take(LONGEST) {
        let line = doc.text(id);
        if opens_other_texts(line, lexicon) {
            // `Read also: The bridge opens`: one other story, and not a list of them.
            if classify_label(line, lexicon).is_some_and(|label| label.kind == PageLabelKind::Related && !label.whole) {
                below = false;
                continue;
            }
            break;
        }
        if doc.block(id).label() == Label::Caption || weight(line) > 120 {
            continue;
        }
        let last_of_body =
            id.0.checked_sub(1).is_some_and(|above| doc.body().next_back().is_some_and(|(last, _)| last.0 == above));
        let right_below = (std::mem::replace(&mut below, false) || last_of_body) && unsigned;
        if let Some((people, weight)) = signature(doc, id, &text, lexicon)
            .or_else(|| bare_signature(doc, id, &text, lexicon).filter(|_| right_below))
        {
            gathered.authors.add(people, Origin::Byline, "name below the text", Some(doc.block(id).span), weight);
            labels.labels.push((id, Label::Byline, "byline-place", "a name below the text".to_owned()));
        } else if undated && add_dates(doc, id, hints, lexicon, gathered) {
            labels.labels.push((id, Label::Date, "date-below", "the date, below the text".to_owned()));
        }
    }
    if let Some((people, span)) = biography(doc, last, lexicon) {
        gathered.authors.add(people, Origin::Byline, "name above a biography", Some(span), 0.5);
    }
}

/// `© 2021 Valley Herald. All rights reserved`: the site, by the line that says whose the page is.
fn copyright(doc: &Document, last: BlockId, lexicon: &Lexicon, gathered: &mut Gathered) {
    let below = (last.0 + 1..doc.blocks().len() as u32).map(BlockId);
    for id in below.rev().take(20) {
        let line = doc.text(id);
        let Some((before, behind)) = line.split_once(['©', 'ⓒ']).filter(|_| line.len() <= 160) else { continue };
        if weight(before) > MOST_BEFORE_HOLDER || doc.block(id).label() == Label::Caption {
            continue;
        }
        let name = behind.split(['.', '|', ',', '(', '©', '-', '–']).next().unwrap_or_default();
        let name =
            name.trim_matches(|c: char| !c.is_alphabetic()).trim_start_matches("by ").trim_start_matches("Copyright ");
        let name = name.trim_matches(|c: char| !c.is_alphabetic());
        let short = (1..=5).contains(&name.split_whitespace().count()) && weight(name) >= 4;
        if short && classify_label(name, lexicon).is_none() && name.starts_with(|c: char| !c.is_lowercase()) {
            gathered.site_name.add(name.to_owned(), Origin::Text, "copyright line", Some(doc.block(id).span), 0.4);
            return;
        }
    }
}

/// What a line below the text says of its author: labelled, in brackets, or two names with a dash.
fn signature(doc: &Document, id: BlockId, text: &Terms, lexicon: &Lexicon) -> Option<(Vec<String>, f32)> {
    let line = doc.text(id).trim();
    if line.len() > 120 {
        return None;
    }
    // `（山田花子）` below the text, in Japanese.
    let japanese = || doc.languages().main.as_ref().is_some_and(|main| main.tag == "ja");
    let enclosed =
        [('（', '）'), ('【', '】')].iter().find_map(|(open, close)| line.strip_prefix(*open)?.strip_suffix(*close));
    if let Some(name) = enclosed.filter(|name| is_japanese_name(name) && japanese()) {
        return Some((vec![name.trim().to_owned()], 0.5));
    }
    if let Some(name) = role_signature(line, lexicon) {
        return Some((vec![name.to_owned()], 0.45));
    }
    let inside = [('(', ')'), ('（', '）'), ('[', ']'), ('【', '】')]
        .iter()
        .find_map(|(open, close)| line.strip_prefix(*open)?.strip_suffix(*close));
    let kind = label_of(inside.unwrap_or(line), lexicon).map(|field| field.kind);
    if kind.is_some_and(|kind| kind != FieldKind::Author) {
        return None;
    }
    let byline = read_byline(inside.unwrap_or(line), lexicon).filter(|byline| !byline.people.is_empty())?;
    if byline.confidence() == Confidence::Labelled {
        return Some((byline.people, 0.6));
    }
    let whole = inside.is_some_and(|inside| inside.split_whitespace().count() >= 2);
    let bare = || names::bare(inside.unwrap_or(line), text, lexicon);
    (whole && byline.rest.is_empty()).then(bare).flatten().map(|byline| (byline.people, 0.45))
}

/// `О. Штраус, специалист отдела благоустройства.`: a name, and in small letters what its bearer is, as offices sign in
/// Cyrillic letters. Elsewhere such a line says whom to ask, or who was quoted.
fn role_signature<'t>(line: &'t str, lexicon: &Lexicon) -> Option<&'t str> {
    let (name, role) = line.trim().split_once(", ")?;
    let words: Vec<&str> = name.split_whitespace().collect();
    let capital = |word: &&str| word.starts_with(char::is_uppercase) && !word.contains(|c: char| c.is_numeric());
    let cyrillic = name.contains(|c| matches!(c, '\u{400}'..='\u{52F}'));
    let short = cyrillic && (2..=3).contains(&words.len()) && words.iter().all(capital) && line.len() <= 160;
    let first = role.split_whitespace().next().unwrap_or_default();
    let occupied =
        role.starts_with(char::is_lowercase) && has_role(first, lexicon) && !role.contains([',', ':', '"', '«']);
    let one = !role.trim_end_matches('.').contains(". ");
    (short && occupied && one && role.split_whitespace().count() <= 9).then_some(name)
}

/// A name alone in the line right below the last paragraph, as papers in Vietnam and elsewhere sign. Where more lines of
/// names follow it is a list of tags.
fn bare_signature(doc: &Document, id: BlockId, text: &Terms, lexicon: &Lexicon) -> Option<(Vec<String>, f32)> {
    // `Ngọc Lan (tổng hợp)`: what the author did stands in brackets behind the name.
    // `Ngọc Lan (AGENCY)`: whom the author writes for.
    let agency = |inside: &str| inside.split(['/', '+', ',']).any(|name| lexicon.agency(name.trim()).is_some());
    let bare_line = |line: &'_ str| -> String {
        let line = line.trim();
        let cut = line.strip_suffix(')').and_then(|inside| inside.rsplit_once(" ("));
        let cut = cut.filter(|(_, inside)| inside.starts_with(char::is_lowercase) || agency(inside));
        cut.map_or(line, |(name, _)| name).to_owned()
    };
    let is_name = |id: BlockId| {
        let line = bare_line(doc.text(id));
        let line = line.as_str();
        let marked = line.contains(|c: char| c.is_numeric() || matches!(c, '_' | '/' | ':' | '.'));
        let capitals =
            line.split_whitespace().all(|word| !word.starts_with(|c: char| c.is_alphabetic() && !c.is_uppercase()));
        (2..=5).contains(&line.split_whitespace().count())
            && !marked
            && capitals
            && names::bare(line, text, lexicon).is_some()
    };
    let next = BlockId(id.0 + 1);
    let listed = next.index() < doc.blocks().len() && is_name(next);
    let line = bare_line(doc.text(id));
    let byline = names::bare(&line, text, lexicon).filter(|_| is_name(id) && !listed)?;
    Some((byline.people, 0.42))
}

/// `... said the mayor. NAME기자`, `... 2017. 11. 14.`: what stands behind the last sentence.
fn end_of_text(doc: &Document, last: BlockId, hints: &Hints<'_>, lexicon: &Lexicon, gathered: &mut Gathered) {
    let text = doc.text(last).trim_end();
    let span = Some(doc.block(last).span);
    let cut = text.trim_end_matches(['.', ' ']);
    let from = cut
        .rfind(['.', '。', '!', '?', '”', '"'])
        .map_or(0, |at| at + cut[at..].chars().next().map_or(1, char::len_utf8));
    let tail = text[from..].trim();
    if from > 0 && (4..=80).contains(&tail.len()) {
        let byline = read_byline(tail, lexicon).filter(|byline| byline.confidence() == Confidence::Labelled);
        if let Some(byline) = byline.filter(|byline| !byline.people.is_empty()) {
            gathered.authors.add(byline.people, Origin::Byline, "behind the last sentence", span, 0.6);
        }
    }
    // In Japanese papers the author's name stands in brackets behind the last sentence.
    let inside = text.strip_suffix('）').and_then(|text| text.rsplit_once('（'));
    let japanese = hints.language.is_some_and(|tag| tag.split('-').next() == Some("ja"));
    if let Some((before, name)) = inside.filter(|_| japanese) {
        let nobody = classify_label(name, lexicon).is_some();
        if is_japanese_name(name) && !nobody && before.ends_with(['。', '」']) {
            let name = vec![name.trim().to_owned()];
            gathered.authors.add(name, Origin::Byline, "in brackets behind the last sentence", span, 0.5);
        }
    }
    // The date may have full stops itself.
    let window = &text[text.floor_char_boundary(text.len().saturating_sub(60))..];
    let found = find(window, hints).into_iter().last();
    let Some(found) = found.filter(|found| found.value().is_some_and(|value| value.day().is_some())) else { return };
    let ends = window[found.span.end..].chars().all(|c| !c.is_alphanumeric());
    let sentence = window[..found.span.start].trim_end().ends_with(['.', '。', '!', '?', ')', '”']);
    if ends && sentence && !found.range && gathered.published.entries.is_empty() {
        lines::head::add_date(gathered, &found, doc, last, 0.42);
    }
}

/// What stands in brackets where Japanese papers put the author's name: three to six signs, the first of them Chinese.
fn is_japanese_name(name: &str) -> bool {
    let signs = name.chars().all(|c| is_han(c) || is_kana(c) || c == ' ' || c == '\u{3000}');
    (3..=6).contains(&name.chars().count()) && name.starts_with(is_han) && signs && !is_account(name)
}

/// The date of a release or a police report, below its text.
fn add_dates(doc: &Document, id: BlockId, hints: &Hints<'_>, lexicon: &Lexicon, gathered: &mut Gathered) -> bool {
    let line = doc.text(id);
    let dates: Vec<FoundDate> = if is_date_line(line) || is_broadcast_note(line) {
        find(line, hints)
    } else {
        shared_date::read(line, hints, lexicon).map(|shared| shared.dates).unwrap_or_default()
    };
    let full = dates.iter().filter(|found| found.value().is_some_and(|value| value.day().is_some()));
    let mut some = false;
    for found in full {
        lines::head::add_date(gathered, found, doc, id, 0.45);
        some = true;
    }
    some
}

/// `Ann Lee` above `Ann writes about boats ...`: a name, and below it a paragraph about its bearer.
fn biography(doc: &Document, last: BlockId, lexicon: &Lexicon) -> Option<(Vec<String>, copydesk_document::Span)> {
    // What the text says of the bearer is no reason against the name here.
    let text = Terms::default();
    let from = last.0.saturating_sub(4);
    for at in from..(doc.blocks().len() as u32).saturating_sub(1).min(from + 30) {
        let (id, next) = (BlockId(at), doc.text(BlockId(at + 1)));
        let Some(byline) = names::bare(doc.text(id), &text, lexicon) else { continue };
        let [name] = &byline.people[..] else { continue };
        let Some(first) = name.split_whitespace().next().filter(|first| first.chars().count() >= 3) else { continue };
        let about = next.strip_prefix(name.as_str()).or_else(|| next.strip_prefix(first));
        let says_what = before_copula(next).is_some_and(|before| before == name || before == first)
            || next.split_inclusive(['.', ',']).take(2).any(|part| has_role(part, lexicon));
        if says_what && about.is_some_and(|rest| rest.starts_with([' ', ',', '\'', '’']) && weight(rest) >= 30) {
            return Some((byline.people, doc.block(id).span));
        }
    }
    None
}
