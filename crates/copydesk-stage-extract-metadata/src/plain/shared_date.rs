//! Dates that share their line with a name, an office, a count or a label.

use copydesk_date::{FoundDate, Hints, Reading, Timestamp, find};
use copydesk_lexicon::{Lexicon, PageLabelKind, classify_label, is_counter, label_of};

use copydesk_text::weight;

use super::head::is_control;

/// A line that says when, and beside that only who, where or how often.
#[derive(Debug)]
pub(super) struct SharedDate<'t> {
    /// Its dates.
    pub(super) dates: Vec<FoundDate>,
    /// What stands beside them, piece by piece.
    pub(super) beside: Vec<&'t str>,
    /// Whether a time of day, a label or a mark between the pieces says that the line is no headline.
    pub(super) stamped: bool,
    /// Whether the words beside the date and the date make a phrase: `The fire of 14 April 1912`.
    pub(super) phrase: bool,
}

/// A longer line is text, in bytes.
const LONGEST: usize = 220;
/// What stands beside a date is short: in letters, as [`weight`] counts them.
const LONGEST_PIECE: usize = 44;
/// And in words.
const MOST_WORDS: usize = 5;
/// Of so many pieces at most.
const MOST_PIECES: usize = 6;

/// Reads a line with one full date, or with one of publication and one of change.
pub(super) fn read<'t>(line: &'t str, hints: &Hints<'_>, lexicon: &Lexicon) -> Option<SharedDate<'t>> {
    if line.len() > LONGEST || line.ends_with(['?', '!', '。', '।']) {
        return None;
    }
    let dates = find(line, &crate::dates::hints_of_line(line, hints));
    if dates.is_empty()
        && let Some(at) = glued_date(line)
    {
        let mut shared = read(&line[at..], hints, lexicon)?;
        shared.stamped = true;
        return Some(shared);
    }
    let full: Vec<&FoundDate> = dates.iter().filter(|found| is_full(found)).collect();
    let (first, others) = full.split_first()?;
    let day = |found: &FoundDate| found.value().and_then(Timestamp::day);
    let other_days = others.iter().filter(|other| day(other) != day(first));
    if other_days.clone().any(|other| other.label().is_none() && !in_brackets(line, other)) || other_days.count() > 1 {
        return None;
    }
    // `Updated 2 years ago` behind the day says nothing against it.
    let relative = |found: &FoundDate| found.relative && !matches!(found.label(), Some(copydesk_date::Label::Updated));
    if dates.iter().any(|found| found.range || relative(found)) {
        return None;
    }
    let beside = pieces(line, &dates);
    if beside.len() > MOST_PIECES || !beside.iter().all(|piece| is_small(piece, lexicon)) {
        return None;
    }
    let stamped = first.label().is_some()
        || beside.len() > 1
        || dates.iter().any(|found| matches!(found.reading, Reading::Time(_)) || has_clock(found))
        || beside.iter().any(|piece| label_of(piece, lexicon).is_some() || piece.contains(['@', '/']));
    // `Concert on 3 May 2030: the organ plays again`.
    // `会議（令和9年6月26日）の概要`: the day of what the title is about stands in brackets inside of it.
    let enclosed = first.label().is_none()
        && !has_clock(first)
        && !line[..first.span.start].contains([':', '：', '|'])
        && line[..first.span.start].ends_with(['（', '('])
        && weight(&line[..first.span.start]) >= 18
        && line[first.span.end..].starts_with(['）', ')'])
        && line.ends_with(char::is_alphabetic);
    let announced =
        first.label().is_none() && line[first.span.end..].trim_start().starts_with(':') && !has_clock(first);
    let phrase = announced || enclosed || !stamped && is_phrase(line, first);
    Some(SharedDate { dates, beside, stamped, phrase })
}

/// Where a figure begins that is glued to a word: `The Valley PostThe Valley Post11/07/2025`.
fn glued_date(line: &str) -> Option<usize> {
    let at = line.find(|c: char| c.is_ascii_digit())?;
    let date = line[at..].bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'/' | b'.' | b'-')).count() >= 8;
    (date && line[..at].ends_with(char::is_alphabetic) && weight(&line[..at]) <= 2 * LONGEST_PIECE).then_some(at)
}

/// Whether a date is tied to the words around it: by a word in small letters next to it, or because there are too many
/// words for a name and no mark parts them from it.
fn is_phrase(line: &str, found: &FoundDate) -> bool {
    let (before, behind) = (line[..found.span.start].trim_end(), line[found.span.end..].trim_start());
    let small = |word: Option<&str>| word.is_some_and(|word| word.starts_with(char::is_lowercase));
    let last = before.split_whitespace().next_back();
    let marked = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let parted = marked(before.chars().next_back()) && marked(behind.chars().next());
    let words = before.split_whitespace().count() + behind.split_whitespace().count();
    small(last) && !last.is_some_and(|word| word.ends_with([',', ':', ';']))
        || small(behind.split_whitespace().next())
        || !parted && words >= 4
        || !before.is_empty() && !behind.is_empty() && !parted && weight(before) + weight(behind) >= 24
}

fn is_full(found: &FoundDate) -> bool {
    found.value().is_some_and(|value| value.day().is_some()) || matches!(found.reading, Reading::Open { .. })
}

fn has_clock(found: &FoundDate) -> bool {
    found.value().is_some_and(|value| value.clock().is_some())
}

fn in_brackets(line: &str, found: &FoundDate) -> bool {
    line[..found.span.start].trim_end().ends_with(['(', '（', '[']) || line[..found.span.start].contains(['(', '（'])
}

/// What stands between the dates, cut at the marks between pieces.
fn pieces<'t>(line: &'t str, dates: &[FoundDate]) -> Vec<&'t str> {
    let mut from = 0;
    let mut out = Vec::new();
    let mut cut = |part: &'t str| {
        let parts = part.split(['|', '｜', '•', '·', '●', '/', ',', '，', '،', '\t', '(', ')', '（', '）', '[', ']']);
        for piece in parts
            .flat_map(|part| part.split("  "))
            .flat_map(|part| part.split(" - "))
            .flat_map(|part| part.split(" – "))
        {
            let piece = piece.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '.'));
            if piece.chars().any(char::is_alphabetic) {
                out.push(piece);
            }
        }
    };
    for found in dates {
        let label = found.label.as_ref().map(|labelled| labelled.span.clone());
        let start = label.as_ref().map_or(found.span.start, |label| label.start.min(found.span.start));
        let end = label.map_or(found.span.end, |label| label.end.max(found.span.end));
        cut(line.get(from..start).unwrap_or_default());
        from = end.max(from);
    }
    cut(line.get(from..).unwrap_or_default());
    out
}

/// Whether a piece beside a date is one that may stand there: a name, a place, an office, a label with its value.
fn is_small(piece: &str, lexicon: &Lexicon) -> bool {
    let words = piece.split_whitespace().count();
    if label_of(piece, lexicon).is_some() || is_counter(piece) || is_address(piece) {
        return weight(piece) <= 2 * LONGEST_PIECE;
    }
    if classify_label(piece, lexicon).is_some_and(|label| label.kind != PageLabelKind::AuthorNote)
        || is_control(piece, lexicon)
    {
        return weight(piece) <= LONGEST_PIECE;
    }
    // A sentence goes on after a stop.
    let sentence = piece.ends_with(['.', '。', '!', '?']) && words > 3;
    words <= MOST_WORDS && weight(piece) <= LONGEST_PIECE && !sentence
}

/// A web or mail address, or a handle.
fn is_address(piece: &str) -> bool {
    !piece.contains(char::is_whitespace)
        && (piece.contains(['@']) || piece.contains("://") || piece.starts_with("www."))
}
