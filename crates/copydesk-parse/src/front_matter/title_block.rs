//! The title block of pandoc: up to three fields, each behind a `%`, for the title, the authors and the date.

use std::ops::Range;

use copydesk_text::ends_sentence;

use super::{Entry, line_end};

/// What the fields say, in their order.
const FIELDS: [&str; 3] = ["title", "author", "date"];

/// No field that was written by hand has more lines.
const MOST_LINES: usize = 40;

/// The fields at the start of a text, each with its lines, and where the block ends.
fn fields(content: &str) -> (Vec<Range<usize>>, usize) {
    let (mut fields, mut at): (Vec<Range<usize>>, usize) = (Vec::new(), 0);
    for _ in 0..MOST_LINES {
        let end = line_end(content, at);
        let line = &content[at..end];
        let goes_on = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        if line.starts_with('%') && fields.len() < FIELDS.len() {
            fields.push(at..end);
        } else if let Some(field) = fields.last_mut().filter(|_| goes_on) {
            field.end = end;
        } else {
            break;
        }
        at = end;
    }
    (fields, at)
}

/// Where the block ends, if a text begins with one: a blank line stands behind it. A single field is a title only if it does
/// not read like a sentence, and comments of TeX are none.
pub(super) fn end(content: &str) -> Option<usize> {
    if !content.starts_with("% ") && !content.starts_with("%\n") {
        return None;
    }
    let (fields, end) = fields(content);
    let of_pandoc = |field: &Range<usize>| {
        let line = content[field.start + 1..].lines().next().unwrap_or_default();
        line.trim().is_empty() || line.starts_with([' ', '\t'])
    };
    let next = &content[end..line_end(content, end)];
    let body = content[end..].trim_start();
    let is_text = next.trim().is_empty() && !body.is_empty() && !body.starts_with(['\\', '%']);
    let title = fields.first().map_or("", |field| content[field.start + 1..field.end].trim());
    let is_title = fields.len() > 1 || (!title.is_empty() && !ends_sentence(title));
    (is_text && is_title && fields.iter().all(of_pandoc)).then_some(end)
}

pub(super) fn entries(source: &str) -> Vec<Entry> {
    let (fields, _) = fields(source);
    let mut entries = Vec::new();
    for (name, field) in FIELDS.into_iter().zip(fields) {
        let text = &source[field.start + 1..field.end];
        let mut push = |value: String| {
            entries.push(Entry { name: name.to_owned(), value, place: Some(field.clone()) });
        };
        if name == "author" {
            text.split([';', '\n']).map(str::trim).filter(|author| !author.is_empty()).for_each(|a| push(a.to_owned()));
        } else {
            push(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    entries
}
