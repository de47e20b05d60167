//! The lines above the text: labels with their values, dates and bylines.

use copydesk_date::{FoundDate, Hints, Label as DateLabel, find, is_date_line};
use copydesk_document::{BlockId, BlockKind, Document, Label, Origin};
use copydesk_lexicon::{Confidence, FieldKind, Lexicon, classify_label, clean_name, is_counter, label_of, read_byline};

use super::{LONGEST_HEAD, labels::LineLabels};
use crate::{
    Gathered,
    class_words::{is_account, is_no_byline},
    visible::Visibility,
    vocabulary::{is_office, is_section_name},
};

/// The lines before the first running text: all of them in a text; in HTML those from a little above the main
/// heading, since a page has its menus there.
pub(super) fn lines(doc: &Document, first: BlockId, visibility: Visibility) -> Vec<BlockId> {
    let start = if doc.tree.is_some() {
        let heading = (0..first.0)
            .rev()
            .map(BlockId)
            .find(|id| doc.block(*id).kind == BlockKind::Heading && doc.block(*id).level == 1);
        heading.map_or(first.0.saturating_sub(12), |h| h.0.saturating_sub(3))
    } else {
        first.0.saturating_sub(LONGEST_HEAD as u32)
    };
    (start..first.0).map(BlockId).filter(|id| !visibility.misses(doc.block(*id))).collect()
}

/// Reads labels with their values, dates and bylines. Returns the lines that are none of these.
pub(super) fn read(
    doc: &Document,
    head: &[BlockId],
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    lines: &mut LineLabels,
) -> Vec<BlockId> {
    let mut free = Vec::new();
    let mut at = 0;
    while at < head.len() {
        let id = head[at];
        let text = doc.text(id);
        let next = head.get(at + 1).copied();
        at += 1;
        if doc.block(id).label() == Label::Caption {
            continue;
        }
        if let Some(taken) = read_field(doc, id, next, hints, lexicon, gathered, lines) {
            at += taken;
        } else if read_dates(doc, id, hints, gathered, lines) {
        } else if let Some(byline) = read_byline(text, lexicon)
            .filter(|b| b.confidence() > Confidence::ShapeOnly && !is_no_byline(text))
            .filter(|b| !b.people.iter().any(|name| is_account(name)))
        {
            let sure = match byline.confidence() {
                Confidence::Labelled if is_foreign(byline.rule, hints) => 0.25,
                Confidence::Labelled => 0.8,
                // A page has menus and credits that look alike, and names the elements of its bylines.
                Confidence::AgencyKnown | Confidence::ShapeOnly if doc.tree.is_some() => 0.25,
                Confidence::AgencyKnown | Confidence::ShapeOnly => 0.5,
            };
            let names = if byline.people.is_empty() { byline.organisations.clone() } else { byline.people.clone() };
            gathered.authors.add(names, Origin::Byline, byline.rule, Some(doc.block(id).span), sure);
            for found in find(byline.rest, hints) {
                add_date(gathered, &found, doc, id, 0.6);
            }
            lines.labels.push((id, Label::Byline, "byline", format!("names the authors ({})", byline.rule)));
        } else if classify_label(text, lexicon).is_none_or(|label| !label.whole) || is_section_name(text) {
            free.push(id);
        }
    }
    free
}

/// Whether a byline's form is one of a language that the text is not in: `Door` is no byline in English.
fn is_foreign(rule: &str, hints: &Hints<'_>) -> bool {
    let form = rule.strip_prefix("byline-").filter(|form| form.len() == 2 && *form != "by");
    form.zip(hints.language).is_some_and(|(form, language)| !language.starts_with(form))
}

/// A label and its value, in one line or two. Returns how many further lines were taken.
fn read_field(
    doc: &Document,
    id: BlockId,
    next: Option<BlockId>,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    lines: &mut LineLabels,
) -> Option<usize> {
    let field = label_of(doc.text(id), lexicon)?;
    let below = field.value.is_empty();
    let value = if below { doc.text(next?) } else { field.value };
    let span = Some(doc.block(if below { next? } else { id }).span);
    let label = match field.kind {
        FieldKind::Published | FieldKind::Updated => {
            let mut found = find(value, hints).into_iter();
            let first = found.next()?;
            let pool = if field.kind == FieldKind::Updated { &mut gathered.modified } else { &mut gathered.published };
            if let Some(value) = first.value() {
                pool.add(value, Origin::LabelLine, "date", span, 0.75);
            }
            // A second label may follow in the same line: `Posted : ... Updated : ...`.
            found.filter(|date| date.label().is_some()).for_each(|date| add_date(gathered, &date, doc, id, 0.75));
            Label::Date
        }
        FieldKind::Views | FieldKind::Number | FieldKind::ReadingTime => {
            is_counter(value).then_some(())?;
            Label::Counter
        }
        FieldKind::Author => {
            let names = clean_name(value, lexicon);
            (!names.is_empty() && value.len() < 120).then_some(())?;
            // Offices sign what they publish; they are no authors.
            if !is_office(value) {
                gathered.authors.add(names, Origin::LabelLine, "author", span, 0.8);
            }
            Label::Byline
        }
        FieldKind::Section => {
            (value.len() < 80).then_some(())?;
            gathered.section.add(value.to_owned(), Origin::LabelLine, "section", span, 0.6);
            Label::Section
        }
        FieldKind::Keywords => {
            for tag in value.split([',', ';', '、', '，']).map(str::trim).filter(|t| !t.is_empty()) {
                gathered.tags.add(tag.to_owned(), Origin::LabelLine, "keywords", span, 0.6);
            }
            Label::Tags
        }
        FieldKind::Editor
        | FieldKind::Department
        | FieldKind::Source
        | FieldKind::Title
        | FieldKind::Attachment
        | FieldKind::Place
        | FieldKind::Contact
        | FieldKind::Language => return None,
    };
    let detail = format!("a label and its value: {}", value.chars().take(40).collect::<String>());
    lines.labels.push((id, label, "label-value", detail.clone()));
    if below {
        lines.labels.push((next?, label, "label-value", detail));
    }
    Some(usize::from(below))
}

/// A line that is a date and nothing else, with or without its label.
fn read_dates(doc: &Document, id: BlockId, hints: &Hints<'_>, gathered: &mut Gathered, lines: &mut LineLabels) -> bool {
    let text = doc.text(id);
    if !is_date_line(text) {
        return false;
    }
    // In a page the dates were gathered with the elements around them.
    let read = if doc.tree.is_none() { find(text, hints) } else { Vec::new() };
    for found in read {
        let weight = if found.label().is_some() { 0.75 } else { 0.55 };
        add_date(gathered, &found, doc, id, weight);
    }
    lines.labels.push((id, Label::Date, "date-line", "a date and nothing else".to_owned()));
    true
}

fn add_date(gathered: &mut Gathered, found: &FoundDate, doc: &Document, id: BlockId, weight: f32) {
    let Some(value) = found.value() else { return };
    let pool = match found.label() {
        None | Some(DateLabel::Published | DateLabel::FirstPublished | DateLabel::Date | DateLabel::Created) => {
            &mut gathered.published
        }
        Some(DateLabel::Updated) => &mut gathered.modified,
        Some(DateLabel::Printed | DateLabel::Accessed | DateLabel::Taken | DateLabel::Event | DateLabel::Copyright) => {
            return;
        }
    };
    pool.add(value, Origin::LabelLine, "date-line", Some(doc.block(id).span), weight);
}
