//! The lines above the text: labels with their values, dates and bylines.

use copydesk_date::{FoundDate, Hints, Label as DateLabel, find, is_date_line};
use copydesk_document::{BlockId, BlockKind, Document, Label, Origin, Span};
use copydesk_lexicon::{
    Confidence, Field, FieldKind, Lexicon, classify_label, clean_name, is_counter, label_of, labels_of, read_byline,
};
use copydesk_text::weight;

use super::labels::LineLabels;
use crate::{
    Gathered,
    class_words::{is_account, is_no_byline},
    plain::tails,
    visible::Visibility,
    vocabulary::{is_office, is_section_name},
};

/// The lines before the first running text, from a little above the main heading: a page has its menus there.
pub(super) fn lines(doc: &Document, first: BlockId, visibility: Visibility) -> Vec<BlockId> {
    let heading = (0..first.0)
        .rev()
        .map(BlockId)
        .find(|id| doc.block(*id).kind == BlockKind::Heading && doc.block(*id).level == 1);
    let start = heading.map_or(first.0.saturating_sub(12), |h| h.0.saturating_sub(3));
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
        // In other scripts a bar or a count of comments may stand between labels.
        if text.contains('：') && read_label_row(doc, id, hints, lexicon, gathered, lines) {
            continue;
        }
        if let Some(taken) = read_field(doc, id, next, hints, lexicon, gathered, lines) {
            at += taken;
        } else if !read_dates(doc, id, hints, lexicon, lines)
            && !read_author(doc, id, hints, lexicon, gathered, lines)
            && (classify_label(text, lexicon).is_none_or(|label| !label.whole) || is_section_name(text))
        {
            free.push(id);
        }
    }
    free
}

/// A line that names who wrote it, by a label, a role or a known agency. Without elements around it a role or an agency
/// says too little: there the place must speak for the name as well.
pub(crate) fn read_author(
    doc: &Document,
    id: BlockId,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    lines: &mut LineLabels,
) -> bool {
    let text = doc.text(id);
    let Some(byline) = read_byline(text, lexicon)
        .filter(|b| b.confidence() > Confidence::ShapeOnly && !is_no_byline(text))
        .filter(|b| !b.people.iter().any(|name| is_account(name)))
    else {
        return false;
    };
    let page = doc.tree.is_some();
    if !page && byline.confidence() < Confidence::Labelled {
        return false;
    }
    let edited = || label_of(text, lexicon).is_some_and(|field| field.kind == FieldKind::Editor);
    let sure = match byline.confidence() {
        Confidence::Labelled if is_foreign(byline.rule, text, hints) => 0.25,
        Confidence::Labelled if !page && edited() => 0.25,
        Confidence::Labelled => 0.8,
        // A page has menus and credits that look alike, and names the elements of its bylines.
        Confidence::AgencyKnown | Confidence::ShapeOnly => 0.25,
    };
    let names = if byline.people.is_empty() { byline.organisations.clone() } else { byline.people.clone() };
    gathered.authors.add(names, Origin::Byline, byline.rule, Some(doc.block(id).span), sure);
    // In a text the day may stand before the name as well.
    for found in find(if page { byline.rest } else { text }, &crate::dates::hints_of_line(text, hints)) {
        add_date(gathered, &found, doc, id, 0.6);
    }
    lines.labels.push((id, Label::Byline, "byline", format!("names the authors ({})", byline.rule)));
    true
}

/// Whether a byline's form is one of a language that the text is not in: `Door` is no byline in English. A line in
/// another script than the text speaks for itself: `X 기자` is one in any text.
fn is_foreign(rule: &str, line: &str, hints: &Hints<'_>) -> bool {
    if line.chars().any(|c| c.is_alphabetic() && c as u32 >= 0x370) {
        return false;
    }
    let form = rule.strip_prefix("byline-").filter(|form| form.len() == 2 && *form != "by");
    // Malay and Indonesian have one form, and Filipino is Tagalog.
    let language = hints.language.map(|language| match language {
        "ms" => "id",
        "fil" => "tl",
        other => other,
    });
    form.zip(language).is_some_and(|(form, language)| !language.starts_with(form))
}

/// A label and its value, in one line or two. Returns how many further lines were taken.
pub(crate) fn read_field(
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
    let label = read_value(doc, id, &Field { value, ..field }, span, hints, lexicon, gathered)?;
    // Others may stand behind it: `时间: 2021-05-03 来源: X 作者: Y`.
    if !below && label == Label::Date && doc.tree.is_none() {
        for author in labels_of(doc.text(id), lexicon).into_iter().filter(|other| other.kind == FieldKind::Author) {
            read_value(doc, id, &author, span, hints, lexicon, gathered);
        }
    }
    let detail = format!("a label and its value: {}", value.chars().take(40).collect::<String>());
    lines.labels.push((id, label, "label-value", detail.clone()));
    if below {
        lines.labels.push((next?, label, "label-value", detail));
    }
    Some(usize::from(below))
}

/// A line with several labels, each with its value: `저자 X 발간번호 12 발간일 2019.12.30`.
pub(crate) fn read_label_row(
    doc: &Document,
    id: BlockId,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    lines: &mut LineLabels,
) -> bool {
    let span = Some(doc.block(id).span);
    let mut label = None;
    for field in labels_of(doc.text(id), lexicon) {
        label = label.or(read_value(doc, id, &field, span, hints, lexicon, gathered));
    }
    if let Some(label) = label {
        lines.labels.push((id, label, "label-value", "several labels with their values".to_owned()));
    }
    label.is_some()
}

/// The value of a label; what the line that shows it is, if it is what the label says.
fn read_value(
    doc: &Document,
    id: BlockId,
    field: &Field<'_>,
    span: Option<Span>,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
) -> Option<Label> {
    let value = field.value;
    Some(match field.kind {
        FieldKind::Published | FieldKind::Updated => {
            let hints = &crate::dates::hints_of_line(doc.text(id), hints);
            let mut found = find(value, hints).into_iter();
            let first = found.next()?;
            let pool = if field.kind == FieldKind::Updated { &mut gathered.modified } else { &mut gathered.published };
            if let Some(value) = first.value() {
                pool.add(value, Origin::LabelLine, "date", span, 0.75);
            }
            // `Posted on 3 May 2021 by Ann`: a label on both sides says that one word is a name as well.
            let behind = value.get(first.span.end..).unwrap_or_default().trim();
            let signed = behind.starts_with(char::is_lowercase) && behind.split_whitespace().count() <= 4;
            if let Some(byline) = read_byline(behind, lexicon).filter(|_| signed && doc.tree.is_none())
                && !byline.people.is_empty()
            {
                gathered.authors.add(byline.people, Origin::Byline, "name behind the date", span, 0.6);
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
            // `作者：X 2021-05-03 08:20`: the day stands behind the name.
            let days = if doc.tree.is_none() { find(value, hints) } else { Vec::new() };
            let value = days.first().map_or(value, |day| match value[..day.span.start].trim_end() {
                "" => value[day.span.end..].trim_start(),
                name => name,
            });
            // The whole line may read as a byline, with a date behind the names.
            let byline = read_byline(doc.text(id), lexicon)
                .filter(|byline| doc.tree.is_none() && byline.confidence() == Confidence::Labelled)
                .filter(|byline| !byline.people.is_empty() && byline.rest.chars().any(|c| c.is_ascii_digit()));
            let names = byline.map_or_else(|| clean_name(value, lexicon), |byline| byline.people);
            (!names.is_empty() && value.len() < 120).then_some(())?;
            // In the line below the label may stand anything, where there are no elements that tie the two together.
            let tied = doc.tree.is_some() || span == Some(doc.block(id).span);
            (tied || read_byline(value, lexicon).is_some_and(|byline| !byline.people.is_empty())).then_some(())?;
            for found in &days {
                add_date(gathered, found, doc, id, 0.6);
            }
            // Offices sign what they publish; they are no authors.
            if !is_office(value) {
                gathered.authors.add(names, Origin::LabelLine, "author", span, 0.8);
            }
            Label::Byline
        }
        FieldKind::Section => {
            (value.len() < 80 && !is_date_line(value)).then_some(())?;
            gathered.section.add(value.to_owned(), Origin::LabelLine, "section", span, 0.6);
            Label::Section
        }
        FieldKind::Keywords => {
            for tag in value.split([',', ';', '、', '，']).map(str::trim).filter(|t| !t.is_empty()) {
                gathered.tags.add(tag.to_owned(), Origin::LabelLine, "keywords", span, 0.6);
            }
            Label::Tags
        }
        // In a page the headline has an element of its own.
        FieldKind::Title if doc.tree.is_none() => {
            // Below `Headline` as a button of the page stands its slogan.
            let below = span != Some(doc.block(id).span);
            (weight(value) >= 10 && !(below && super::is_closed(value))).then_some(())?;
            // `… - Life - The Valley Post`: the title of a page has its section and its site behind it.
            let cut = tails::outlet(value).map_or(value, |(title, _)| title);
            let section = cut.rsplit_once(" - ").filter(|(_, last)| cut.len() < value.len() && is_section_name(last));
            let title = section.map_or(cut, |(title, _)| title).trim();
            gathered.title.add(title.to_owned(), Origin::LabelLine, "title", span, 0.7);
            Label::Title
        }
        FieldKind::Editor
        | FieldKind::Department
        | FieldKind::Source
        | FieldKind::Title
        | FieldKind::Attachment
        | FieldKind::Place
        | FieldKind::Contact
        | FieldKind::Language => return None,
    })
}

/// A line that is a date and nothing else, with or without its label. In a page the dates were gathered with the elements
/// around them.
fn read_dates(doc: &Document, id: BlockId, hints: &Hints<'_>, lexicon: &Lexicon, lines: &mut LineLabels) -> bool {
    let text = doc.text(id);
    let is_date = is_date_line(text) || is_date_with_source(text, hints, lexicon);
    if is_date {
        lines.labels.push((id, Label::Date, "date-line", "a date and nothing else".to_owned()));
    }
    is_date
}

/// `2024-03-05 来源：海港日报`: a date, and who had the text before.
fn is_date_with_source(text: &str, hints: &Hints<'_>, lexicon: &Lexicon) -> bool {
    if text.len() > 160 || !text.starts_with(char::is_numeric) {
        return false;
    }
    let Some(first) = find(text, hints).into_iter().next().filter(|date| date.span.start == 0) else { return false };
    let rest = text[first.span.end..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '·' | ','));
    label_of(rest, lexicon).is_some_and(|field| {
        let short = !field.value.is_empty() && field.value.chars().count() <= 40;
        short && matches!(field.kind, FieldKind::Source | FieldKind::Editor)
    })
}

pub(crate) fn add_date(gathered: &mut Gathered, found: &FoundDate, doc: &Document, id: BlockId, weight: f32) {
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
