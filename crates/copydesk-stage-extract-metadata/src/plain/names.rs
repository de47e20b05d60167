//! Names without a label: what says that they are the author's is their place.

use copydesk_date::Hints;
use copydesk_document::{BlockId, BlockKind, Document, InlineKind, Label, Origin};
use copydesk_lexicon::{Byline, Confidence, FieldKind, Lexicon, is_organisation, label_of, read_byline};
use copydesk_text::{Terms, is_han, is_kana, is_unspaced};

use super::head::{HeadLine, Sort};
use crate::{
    Gathered,
    class_words::{is_account, is_no_byline},
    lines::LineLabels,
    vocabulary::{has_outlet_word, is_column_section, is_office, is_section_name},
};

/// Reads the names that stand alone between headline and text, and those beside a date.
pub(super) fn read(
    doc: &Document,
    head: &[HeadLine<'_>],
    title: Option<usize>,
    text: &Terms,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) {
    beside_dates(doc, head, title, text, lexicon, gathered);
    let labelled = gathered.authors.entries.iter().any(|e| matches!(e.origin, Origin::Byline | Origin::LabelLine));
    if labelled {
        return;
    }
    let from = title.map_or(0, |title| title + 1);
    let mut at = from;
    while at < head.len() {
        let line = &head[at];
        at += 1;
        let Some(weight) = place_weight(head, at - 1, title) else { continue };
        // In Markdown a name in bold letters right below the headline reads as a heading.
        let heading = doc.block(line.id).kind == BlockKind::Heading && (doc.block(line.id).level <= 2 || weight < 0.55);
        if !line.is_free() || heading {
            continue;
        }
        // Between headline and date stands the author, also where he speaks in the text: in an interview.
        let nothing = Terms::default();
        let mut people = in_pieces(line.text, if weight >= 0.55 { &nothing } else { text }, lexicon);
        // Two links are two entries of a menu.
        let links = doc.inlines(line.id).iter().filter(|inline| matches!(inline.kind, InlineKind::Link { .. })).count();
        if people.is_empty() && weight >= 0.45 && links < 2 {
            people = japanese_name(doc, line.text).unwrap_or_default();
        }
        if people.is_empty() && makes_pictures(doc, line.text) {
            people = vec![line.text.trim().to_owned()];
        }
        if people.is_empty() {
            continue;
        }
        labels.labels.push((line.id, Label::Byline, "byline-place", "a name between headline and text".to_owned()));
        // Several authors stand one below the other.
        while let Some(next) = head.get(at).filter(|next| next.is_free()) {
            let more = in_pieces(next.text, text, lexicon);
            if more.is_empty() {
                break;
            }
            people.extend(more);
            labels.labels.push((next.id, Label::Byline, "byline-place", "a name below another".to_owned()));
            at += 1;
        }
        let span = Some(doc.block(line.id).span);
        gathered.authors.add(people, Origin::Byline, "name between headline and text", span, weight);
        return;
    }
    if let Some(columnist) = title.and_then(|title| columnist(head, title, text, lexicon)) {
        let (line, people) = columnist;
        labels.labels.push((line, Label::Byline, "byline-place", "a name between section and headline".to_owned()));
        let span = Some(doc.block(line).span);
        gathered.authors.add(people, Origin::Byline, "name between section and headline", span, 0.5);
    }
}

/// `Columnists`, `Ann Lee`, and the headline: who writes the column.
fn columnist(head: &[HeadLine<'_>], title: usize, text: &Terms, lexicon: &Lexicon) -> Option<(BlockId, Vec<String>)> {
    let name = head.get(title.checked_sub(1)?)?;
    let section = head.get(title.checked_sub(2)?)?;
    let named = || bare(name.text, text, lexicon).filter(|byline| byline.people.len() == 1);
    (name.is_free() && is_column_section(section.text)).then(named)?.map(|byline| (name.id, byline.people))
}

/// Whether a picture of the text has a line for its credit, and nobody else: who signs the text made the picture as well.
fn makes_pictures(doc: &Document, line: &str) -> bool {
    let name = line.trim();
    (2..=60).contains(&name.len())
        && doc
            .captions()
            .iter()
            .flat_map(|caption| &caption.credits)
            .any(|credit| credit.agency.is_none() && credit.name.as_deref() == Some(name))
}

/// Agencies, desks and offices sign what they give out, and are no authors.
pub(super) fn drop_organisations(gathered: &mut Gathered, hints: &Hints<'_>, lexicon: &Lexicon) {
    for entry in &mut gathered.authors.entries {
        if matches!(entry.origin, Origin::Byline | Origin::LabelLine) {
            entry.value = entry.value.iter().map(|name| without_word(name, hints).to_owned()).collect();
            entry.value.retain(|name| {
                !is_organisation(name, lexicon) && !is_acronym(name) && !is_office(name) && !is_desk(name, lexicon)
            });
        }
    }
    gathered.authors.entries.retain(|entry| !entry.value.is_empty());
}

/// `ABC Bergen`: the letters of a known agency, and which of its desks.
fn is_desk(name: &str, lexicon: &Lexicon) -> bool {
    let Some((first, rest)) = name.split_once(' ') else { return false };
    let letters = first.chars().count() >= 2 && first.chars().all(char::is_uppercase);
    letters && rest.chars().any(char::is_lowercase) && lexicon.agency(first).is_some()
}

/// `de Ana Pop` in a text in Romanian, whose word for the author is a particle of names elsewhere.
fn without_word<'n>(name: &'n str, hints: &Hints<'_>) -> &'n str {
    let bare = name.strip_prefix("de ").or_else(|| name.strip_prefix("De "));
    bare.filter(|_| hints.language == Some("ro")).unwrap_or(name)
}

/// `ABC`: an agency by its letters. `ABC Oberland`: one of its stations, where the letters are no initials of a name.
fn is_acronym(name: &str) -> bool {
    let capitals = |word: &str| word.chars().all(|c| c.is_uppercase() || c == '.');
    let first = name.split_whitespace().next().unwrap_or_default();
    let station = || {
        first.len() < name.len()
            && (3..=5).contains(&first.chars().count())
            && first.chars().all(char::is_uppercase)
            && name.chars().any(char::is_lowercase)
            && first.bytes().all(|b| b.is_ascii_uppercase())
            && !first.contains(['A', 'E', 'I', 'O', 'U', 'Y'])
    };
    (2..=6).contains(&name.chars().count()) && capitals(name) || station()
}

/// The name in a line of pieces (`Ann Lee • 3 minutes`), of which the others are short.
fn in_pieces(line: &str, text: &Terms, lexicon: &Lexicon) -> Vec<String> {
    let pieces: Vec<&str> = line.split(['•', '|', '·', '@']).map(str::trim).filter(|piece| !piece.is_empty()).collect();
    if pieces.len() > 4 || pieces.iter().any(|piece| piece.split_whitespace().count() > 5) && pieces.len() > 1 {
        return Vec::new();
    }
    let Some(first) = pieces.first() else { return Vec::new() };
    if let Some(mut byline) = bare(first, text, lexicon) {
        // In Arabic a dash parts the name from the place.
        if first.contains(" - ") && first.chars().any(is_arabic) {
            byline.people.truncate(1);
        }
        return byline.people;
    }
    // `Ann Lee, Bergen`, `Ann Lee - The Valley Post`: behind the name a place or the paper.
    let cut = [", ", " - ", " – ", " — ", "، "].iter().find_map(|mark| first.split_once(mark));
    let Some((name, place)) = cut.filter(|(name, _)| name.split_whitespace().count() >= 2) else { return Vec::new() };
    let place = FROM.iter().find_map(|word| place.trim().strip_suffix(word)).unwrap_or(place);
    let words = place.split_whitespace().count();
    let is_place = words == 1 || has_outlet_word(place) || first.contains(" - ") && words <= 4;
    bare(name, text, lexicon).filter(|_| is_place).map(|byline| byline.people).unwrap_or_default()
}

/// `from X`, in languages that put the word behind.
const FROM: [&str; 2] = ["থেকে", "से"];

/// `ANN LEE, BERGEN থেকে`: a name, and from where its bearer reports.
pub(super) fn says_from_where(line: &str) -> bool {
    let line = line.trim();
    let words = line.split_whitespace().count();
    line.contains(", ") && (3..=6).contains(&words) && FROM.iter().any(|word| line.ends_with(word))
}

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{0620}'..='\u{06FF}')
}

/// `byAnn Lee`: the word for the author is glued to the name.
pub(super) fn read_glued(
    doc: &Document,
    id: BlockId,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) -> bool {
    let text = doc.text(id);
    let Some(hump) = text.char_indices().take(12).find(|(_, c)| c.is_uppercase()).map(|(at, _)| at) else {
        return false;
    };
    if !(2..=8).contains(&hump) || text.len() > 120 || !text[..hump].chars().all(char::is_lowercase) {
        return false;
    }
    let parted = format!("{} {}", &text[..hump], &text[hump..]);
    add_labelled(doc, id, &parted, lexicon, gathered, labels)
}

/// `By`, and in the line below the names: `By` / `Ann Lee`.
pub(super) fn read_below(
    doc: &Document,
    id: BlockId,
    next: BlockId,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) -> bool {
    let (label, names) = (doc.text(id).trim_end_matches([':', '：', ' ']), doc.text(next));
    if label.len() > 24 || label.split_whitespace().count() > 2 || names.len() > 120 || names.contains('\n') {
        return false;
    }
    // Only a word that is no name by itself.
    let word = read_byline(label, lexicon).is_none() && !label.contains(|c: char| c.is_ascii_digit());
    // `Ann Lee reporter` says it itself, and what stands above is a button.
    let told = read_byline(names, lexicon).is_some_and(|byline| byline.confidence() == Confidence::Labelled);
    if told {
        return false;
    }
    let both = format!("{label} {names}");
    let labelled = word && add_labelled(doc, next, &both, lexicon, gathered, labels);
    if labelled {
        labels.labels.push((id, Label::Byline, "byline", "the word above the names of the authors".to_owned()));
    }
    labelled
}

fn add_labelled(
    doc: &Document,
    id: BlockId,
    line: &str,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) -> bool {
    let byline = read_byline(line, lexicon).filter(|byline| {
        byline.confidence() == Confidence::Labelled && !byline.people.is_empty() && !is_no_byline(line)
    });
    let Some(byline) = byline.filter(|byline| !byline.people.iter().any(|name| is_account(name))) else { return false };
    gathered.authors.add(byline.people, Origin::Byline, byline.rule, Some(doc.block(id).span), 0.75);
    labels.labels.push((id, Label::Byline, "byline", format!("names the authors ({})", byline.rule)));
    true
}

/// A name weighs by what stands next to it: the headline, a date, the text.
fn place_weight(head: &[HeadLine<'_>], at: usize, title: Option<usize>) -> Option<f32> {
    let date = |line: Option<&HeadLine<'_>>| {
        line.is_some_and(|line| matches!(line.sort, Sort::Date | Sort::Shared(_) | Sort::Field))
    };
    let place = |line: Option<&HeadLine<'_>>| line.is_some_and(|line| line.is_free() && line.words <= 4);
    let beside_date =
        date(head.get(at + 1)) || at > 0 && date(head.get(at - 1)) || place(head.get(at + 1)) && date(head.get(at + 2));
    let below_title = title.is_some_and(|title| at == title + 1);
    // Between the name and the text stand buttons and pictures at most.
    let above_text = head[at + 1..].iter().all(|line| matches!(line.sort, Sort::Control | Sort::Caption));
    match (beside_date, below_title, above_text) {
        (true, true, _) | (true, _, true) => Some(0.55),
        (false, true, _) => Some(0.5),
        (true, false, false) => Some(0.45),
        (false, false, true) if title.is_some() => Some(0.45),
        _ => None,
    }
}

/// A line that is a name and nothing else. The name of somebody whom the text is about is no author's.
pub(super) fn bare<'t>(line: &'t str, text: &Terms, lexicon: &Lexicon) -> Option<Byline<'t>> {
    // `plan_2021.pdf`: the name of a file.
    let file = |word: &str| {
        word.rsplit_once('.').is_some_and(|(name, kind)| {
            name.len() >= 4 && (2..=4).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    };
    if line.len() > 90 || line.split_whitespace().any(file) || is_no_byline(line) || is_section_name(line) {
        return None;
    }
    // `Ann Lee <ann@example.org>`: with the address in brackets.
    let bare = line.strip_suffix('>').and_then(|line| line.rsplit_once(" <")).filter(|(_, mail)| mail.contains('@'));
    let line = bare.map_or(line, |(name, _)| name);
    let byline = read_byline(line, lexicon).filter(|byline| !byline.people.is_empty())?;
    // A letter and a word beside a date are the rest of it: `2027/08/21 م واس`.
    let lettered =
        |name: &String| name.split_whitespace().any(|word| word.chars().count() == 1 && is_unspaced_letter(word));
    if byline.people.iter().any(lettered) {
        return None;
    }
    // The reader of names stops before a weekday or a button, which is a word.
    let words = byline.rest.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count();
    let rest = (words > 1 || byline.rest.contains(is_unspaced))
        && copydesk_date::find(byline.rest, &copydesk_date::Hints::default()).is_empty();
    let known =
        byline.people.iter().any(|name| text.shared(name).0 > 0.4) || byline.people.iter().any(|name| is_account(name));
    (!rest && !known).then_some(byline)
}

/// A letter of Arabic or Hebrew, which have no initials.
fn is_unspaced_letter(word: &str) -> bool {
    word.chars().all(|c| matches!(c, '\u{0590}'..='\u{06FF}'))
}

/// What names of places and offices end in, and given names do not.
const PLACES_AND_OFFICES: [char; 13] = ['市', '区', '町', '村', '県', '都', '府', '道', '部', '課', '局', '社', '室'];

/// `佐倉 真帆`: the two names of somebody in a text in Japanese, with a blank between them.
fn japanese_name(doc: &Document, line: &str) -> Option<Vec<String>> {
    let japanese = doc.languages().main.as_ref().is_some_and(|main| main.tag == "ja");
    let (family, given) = line.trim().split_once([' ', '\u{3000}']).filter(|_| japanese)?;
    let fits = |name: &str| (1..=3).contains(&name.chars().count()) && name.chars().all(|c| is_han(c) || is_kana(c));
    // `北海道 札幌市`, `大阪 本社`: a place, or an office.
    let is_place = family.ends_with(['県', '都', '府', '道', '市']) || given.ends_with(PLACES_AND_OFFICES);
    let fits = fits(family) && fits(given) && family.chars().all(is_han) && !is_place;
    (fits && !is_section_name(family) && !is_section_name(given)).then(|| vec![line.trim().to_owned()])
}

/// Whether a dash in spaces stands right behind a piece of a line.
fn is_dashed(line: &str, piece: &str) -> bool {
    let behind = line.split_once(piece).map_or("", |(_, behind)| behind.trim_start());
    behind.starts_with(['-', '–', '—'])
}

/// The parts of a line that each begin with a label and its colon: `来源: X`, `作者:Y Z`, `点击:`.
fn segments(line: &str) -> impl Iterator<Item = &str> {
    let opens = |word: &str| {
        let label = word.split([':', '：']).next().unwrap_or_default();
        label.len() < word.len() && label.starts_with(char::is_alphabetic)
    };
    let mut starts: Vec<usize> = line
        .split_whitespace()
        .filter(|word| opens(word))
        .map(|word| word.as_ptr() as usize - line.as_ptr() as usize)
        .collect();
    starts.push(line.len());
    let ranges: Vec<(usize, usize)> = starts.windows(2).map(|pair| (pair[0], pair[1])).collect();
    ranges.into_iter().map(|(from, to)| line[from..to].trim())
}

/// `Ann Lee - January 3, 2030`, `Ann Lee - 07:12, 21/06/2027`: names at the beginning of the line of the day, as papers sign.
/// The name of the paper itself stands in its menu or at its foot once more.
fn is_stamped(doc: &Document, line: &str, piece: &str) -> bool {
    let elsewhere = || {
        let outside = doc.iter().filter(|(_, block)| !block.label().is_body() && block.label() != Label::Caption);
        outside.map(|(id, _)| doc.text(id)).filter(|other| *other != line).any(|other| other.contains(piece))
    };
    line.starts_with(piece)
        && !has_outlet_word(piece)
        && (2..=4).contains(&piece.split_whitespace().count())
        && !elsewhere()
}

/// The names that stand on the line of a date.
fn beside_dates(
    doc: &Document,
    head: &[HeadLine<'_>],
    title: Option<usize>,
    text: &Terms,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
) {
    for (at, line) in head.iter().enumerate() {
        let Sort::Shared(shared) = &line.sort else { continue };
        if title.is_some_and(|title| at <= title) {
            continue;
        }
        let signed = segments(line.text)
            .filter(|segment| label_of(segment, lexicon).is_some_and(|field| field.kind == FieldKind::Author))
            .find_map(|segment| read_byline(segment, lexicon).filter(|byline| !byline.people.is_empty()));
        if let Some(byline) = signed {
            let span = Some(doc.block(line.id).span);
            gathered.authors.add(byline.people, Origin::Byline, "a label on the line of the date", span, 0.7);
            continue;
        }
        for piece in &shared.beside {
            let labelled = read_byline(piece, lexicon).filter(|byline| {
                byline.confidence() == Confidence::Labelled
                    && !byline.people.is_empty()
                    && label_of(piece, lexicon).is_none_or(|field| field.kind == FieldKind::Author)
            });
            let (people, weight) = match (labelled, bare(piece, text, lexicon)) {
                (Some(byline), _) => (byline.people, 0.7),
                // `Valley Post - 3 May 2021`: a dash ties the paper to the day as often as the author.
                (None, Some(byline)) => {
                    let told = !is_dashed(line.text, piece) || is_stamped(doc, line.text, piece);
                    (byline.people, if told { 0.45 } else { 0.25 })
                }
                (None, None) => continue,
            };
            gathered.authors.add(people, Origin::Byline, "name beside the date", Some(doc.block(line.id).span), weight);
        }
    }
}
