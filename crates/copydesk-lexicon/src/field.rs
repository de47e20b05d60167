//! Label/value lines: `Date` / `2023-06-20`, `Views: 6094`, `입력 2024.11.10`.

use serde::Deserialize;

use crate::fold::{Folded, fold, head, is_unspaced};
use crate::{Lexicon, Line};

/// What a label/value line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Publication date, or a date without further word.
    Published,
    /// Date of the last change.
    Updated,
    /// Views, hits, reads.
    Views,
    /// Author or reporter.
    Author,
    /// Editor.
    Editor,
    /// Department, office or desk that publishes.
    Department,
    /// Where the text comes from.
    Source,
    /// Category or section.
    Section,
    /// Title.
    Title,
    /// Keywords or tags.
    Keywords,
    /// Attached files.
    Attachment,
    /// Place.
    Place,
    /// Telephone, mail and other contact.
    Contact,
    /// A running number.
    Number,
    /// Language.
    Language,
    /// Reading time.
    ReadingTime,
}

/// A label/value line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'t> {
    /// What the label says.
    pub kind: FieldKind,
    /// The value in the same line; empty when the line is the label alone.
    pub value: &'t str,
}

/// The label of a label/value line, and the value when it stands in the same line.
pub fn label_of<'t>(line: &'t str, lexicon: &Lexicon) -> Option<Field<'t>> {
    Line::new(line).field(lexicon)
}

/// The labels of a line that has several, each with what stands behind it: `저자 X 발간번호 12 발간일 2019.12.30`. None
/// where the line does not begin with one, or has only one.
pub fn labels_of<'t>(line: &'t str, lexicon: &Lexicon) -> Vec<Field<'t>> {
    let line = without_bullets(line.trim());
    if !may_be_field(line, lexicon) {
        return Vec::new();
    }
    let folded = Folded::new(line);
    let text = folded.text();
    // A label stands at the start of the line or behind white space.
    let mut labels: Vec<(usize, usize, FieldKind)> =
        lexicon.fields.all(text).filter(|(start, ..)| *start == 0 || text[..*start].ends_with([' ', '|'])).collect();
    // Two labels side by side are one: `Date Created`.
    labels.dedup_by(|next, last| text[last.1..next.0].trim().is_empty());
    let starts: Vec<usize> = labels.iter().skip(1).map(|label| label.0).chain([text.len()]).collect();
    let fields: Vec<Field<'t>> = labels
        .into_iter()
        .zip(starts)
        .map(|((_, from, kind), to)| {
            let value = &line[folded.origin(from)..folded.origin(to)];
            let marks = |c: char| c.is_whitespace() || matches!(c, ':' | '：' | '|' | '=' | '-' | '/');
            Field { kind, value: value.trim_matches(marks) }
        })
        .collect();
    let short = fields.len() > 1 && fields.iter().all(|field| field.value.chars().count() <= LONGEST_OF_ROW);
    if short { fields } else { Vec::new() }
}

/// The value of one of several labels in a line has no more characters.
const LONGEST_OF_ROW: usize = 60;

/// A line without the signs before its words.
pub(crate) fn without_bullets(line: &str) -> &str {
    line.trim_start_matches(|c: char| matches!(c, '•' | '·' | '-' | '*' | '▶' | '■' | '[') || c.is_whitespace())
}

/// Most lines begin with no label, which their first letters show.
pub(crate) fn may_be_field(line: &str, lexicon: &Lexicon) -> bool {
    if line.is_empty() || line.len() > 400 {
        return false;
    }
    let start = head(line, lexicon.fields.longest() * 2 + 8);
    // What is ASCII folds letter by letter, and need not be folded to see how it begins.
    (!start.is_ascii() || lexicon.fields.may_begin_like(start)) && lexicon.fields.at_start(&fold(start)).is_some()
}

/// Reads a line and its folded form as label and value.
pub(crate) fn read<'t>(line: &'t str, folded: &Folded, lexicon: &Lexicon) -> Option<Field<'t>> {
    let text = folded.text();
    let (end, kind) = lexicon.fields.at_start(text)?;
    let rest = &text[end..];
    let after = rest.trim_start();
    if after.is_empty() {
        return Some(Field { kind, value: "" });
    }
    let blank = rest.len() - after.len();
    let separator = after.chars().next().filter(|c| matches!(c, ':' | '=' | '|' | ']' | '︰' | '│' | '៖'));
    let from = match separator {
        Some(c) => end + blank + c.len_utf8(),
        // Without a separator the value must be a figure: `Updated 3 May 2024`, `조회 1,234`.
        None if after.starts_with(|c: char| c.is_numeric()) && (blank > 0 || text[..end].ends_with(is_unspaced)) => {
            end + blank
        }
        None => return None,
    };
    let value = line[folded.origin(from)..].trim();
    Some(Field { kind, value })
}

/// Whether a value is a count: `6094`, `15,506`, `1.2K`, `1 234 просмотра`.
pub fn is_counter(value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() || value.len() > 40 {
        return false;
    }
    let folded = fold(value);
    let figure = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end =
        figure.find(|c: char| !(c.is_numeric() || matches!(c, '.' | ',' | ' ' | '\'' | '+'))).unwrap_or(figure.len());
    let (number, unit) = figure.split_at(end);
    let digits = number.chars().filter(|c| c.is_numeric()).count();
    // `2023.06.20` and `1. 2. 3` are no counts: groups of a count have three digits.
    let groups: Vec<&str> = number.trim().trim_end_matches(['.', ',', '+']).split(['.', ',', ' ', '\'']).collect();
    let grouped = groups.len() == 1
        || groups[1..].iter().all(|g| g.len() == 3)
        || (groups.len() == 2 && groups[1].len() <= 2 && !unit.is_empty());
    let unit = unit.trim_matches(|c: char| !c.is_alphanumeric());
    digits > 0
        && digits <= 12
        && grouped
        && unit.chars().count() <= 14
        && unit.split_whitespace().count() <= 1
        && !unit.contains(|c: char| c.is_numeric())
}
