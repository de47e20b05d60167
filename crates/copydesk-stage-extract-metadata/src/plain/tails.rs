//! What is glued to a title: the day of its change, its author, the number of a picture, the name of a file.

use copydesk_date::{FoundDate, Hints, find};
use copydesk_lexicon::{Confidence, Lexicon, read_byline};
use copydesk_text::{is_unspaced, weight};

use crate::vocabulary::{has_outlet_word, picture_tail};

/// A title without its tail, and what the tail says.
#[derive(Debug, Default)]
pub(super) struct Trimmed<'t> {
    pub(super) title: &'t str,
    pub(super) dates: Vec<FoundDate>,
    pub(super) authors: Vec<String>,
}

impl Trimmed<'_> {
    /// Whether the tail says who wrote it, or when.
    pub(super) fn is_signed(&self) -> bool {
        !self.authors.is_empty() || !self.dates.is_empty()
    }
}

/// `… timetable - The Sound Herald`: the name of a publication behind the last dash or bar.
pub(crate) fn outlet(title: &str) -> Option<(&str, &str)> {
    const MOST_WORDS: usize = 4;
    let (before, site) = [" - ", " | ", " – ", " — "].iter().find_map(|mark| title.rsplit_once(mark))?;
    let capital = site.split_whitespace().all(|word| word.starts_with(|c: char| c.is_uppercase() || is_unspaced(c)));
    // A name in Chinese or Korean is one word.
    let least = if site.starts_with(is_unspaced) { 1 } else { 2 };
    let named = has_outlet_word(site) && capital && (least..=MOST_WORDS).contains(&site.split_whitespace().count());
    (named && weight(before) >= 2 * SHORTEST).then(|| (before.trim(), site.trim()))
}

/// A title has so many letters left, at least.
const SHORTEST: usize = 12;

pub(super) fn trim<'t>(text: &'t str, hints: &Hints<'_>, lexicon: &Lexicon) -> Trimmed<'t> {
    // `= Title`: as AsciiDoc marks it.
    let marked = text.trim().strip_prefix("= ").unwrap_or(text);
    let mut trimmed = Trimmed { title: marked.trim(), ..Trimmed::default() };
    if let Some(at) = picture_tail(trimmed.title).filter(|at| weight(&trimmed.title[..*at]) >= SHORTEST) {
        trimmed.title = clean(&trimmed.title[..at]);
    }
    without_file_name(&mut trimmed);
    without_date(&mut trimmed, hints);
    without_byline(&mut trimmed, lexicon);
    trimmed
}

/// A title without the marks that parted it from its tail.
fn clean(title: &str) -> &str {
    title.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '|' | '-' | '–' | '—' | '·' | '•' | ',' | '(' | '[' | '/')
    })
}

/// `... plan_20200710.hwp`: the attachment that bears the title's name.
fn without_file_name(trimmed: &mut Trimmed<'_>) {
    const KINDS: [&str; 12] =
        [".hwp", ".hwpx", ".pdf", ".docx", ".doc", ".xlsx", ".zip", ".jpg", ".jpeg", ".png", ".gif", ".webp"];
    let lower = trimmed.title.to_ascii_lowercase();
    let Some(at) = trimmed.title.rfind(char::is_whitespace) else { return };
    if KINDS.iter().any(|kind| lower.ends_with(kind)) && weight(&trimmed.title[..at]) >= SHORTEST {
        trimmed.title = clean(&trimmed.title[..at]);
    }
}

/// The date at the very end, where a label, a time of day or a gap says that it is no part of the title.
fn without_date(trimmed: &mut Trimmed<'_>, hints: &Hints<'_>) {
    let title = trimmed.title;
    let dates: Vec<FoundDate> = find(title, hints).into_iter().filter(|found| found.value().is_some()).collect();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return };
    let behind = title[last.span.end..].trim_matches(|c: char| !c.is_alphanumeric());
    let is_glued = |at: usize| title[..at].chars().next_back().is_some_and(|c| !c.is_ascii() && c.is_alphanumeric());
    // A label that is glued to a word is the end of that word.
    let label = first.label.as_ref().map(|label| label.span.start).filter(|start| !is_glued(*start));
    let start = label.map_or(first.span.start, |label| label.min(first.span.start));
    let before = &title[..start];
    let zone = behind.len() <= 5 && behind.chars().all(|c| c.is_ascii_uppercase());
    let clocked = first.value().is_some_and(|value| value.clock().is_some());
    let spaced = before.ends_with("  ") || before.ends_with('\u{3000}') || before.trim_end().ends_with(['|', '・']);
    let unspaced =
        before.trim_end().chars().next_back().is_some_and(is_unspaced) && before.ends_with(char::is_whitespace);
    let apart = label.is_some() || clocked || spaced || unspaced;
    if zone
        && apart
        && !is_glued(start)
        && weight(before) >= SHORTEST
        && first.value().is_some_and(|value| value.day().is_some())
    {
        trimmed.title = clean(before);
        trimmed.dates = dates;
    }
}

/// `... timetableBy Ann Lee`, `... timetable By : Ann Lee (Institute)`: glued on, or with a colon.
fn without_byline(trimmed: &mut Trimmed<'_>, lexicon: &Lexicon) {
    let title = trimmed.title;
    let starts = title.char_indices().zip(title.chars().skip(1)).filter_map(|((at, before), next)| {
        let start = at + before.len_utf8();
        (next.is_uppercase() && (before.is_lowercase() || before == ' ')).then_some((start, before))
    });
    for (start, before) in starts {
        if weight(&title[..start]) < SHORTEST {
            continue;
        }
        let tail = &title[start..];
        let head = tail.split_once(['(', '（']).map_or(tail, |(head, _)| head);
        let Some(byline) = read_byline(head, lexicon) else { continue };
        let colon = head.split_whitespace().nth(1) == Some(":")
            || head.split_whitespace().next().is_some_and(|word| word.ends_with(':'));
        let sure = byline.confidence() == Confidence::Labelled && byline.people.iter().any(|name| name.contains(' '));
        if sure && (before != ' ' || colon) {
            trimmed.title = clean(&title[..start]);
            trimmed.authors = byline.people;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::outlet;

    #[test]
    fn the_name_of_a_paper_stands_behind_a_dash() {
        assert_eq!(
            outlet("Ferries return to the old pier in May - The Sound Herald"),
            Some(("Ferries return to the old pier in May", "The Sound Herald"))
        );
        assert_eq!(outlet("老窯重燃柴火燒出百只茶碗 - 北岸時報"), Some(("老窯重燃柴火燒出百只茶碗", "北岸時報")));
        assert_eq!(outlet("Ferries return to the old pier - with a new captain"), None);
        assert_eq!(outlet("老窯重燃柴火燒出百只茶碗 - 一只也不賣"), None);
    }
}
