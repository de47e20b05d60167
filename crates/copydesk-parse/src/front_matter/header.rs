//! Names and values before the text, without fences: the metadata of `MultiMarkdown` and Pelican.
//!
//! Scraped texts begin with `Title:` and `Date:`, too, and there these are lines of the text like others. So a header is one
//! only if it has a name that nobody but such a program writes.

use std::ops::Range;

use super::{Entry, line_end};

/// Names of the metadata that say what other texts say as well.
const COMMON: &[&str] = &[
    "abstract",
    "author",
    "authors",
    "copyright",
    "date",
    "description",
    "email",
    "lang",
    "language",
    "modified",
    "subtitle",
    "title",
    "updated",
    "url",
];

/// Names that only such programs have.
const OWN: &[&str] = &[
    "affiliation",
    "base header level",
    "bibtex",
    "category",
    "css",
    "html header",
    "html footer",
    "keywords",
    "latex header",
    "latex input",
    "latex mode",
    "mmd footer",
    "mmd header",
    "quotes language",
    "save_as",
    "slug",
    "status",
    "summary",
    "tags",
    "template",
    "translation",
    "xhtml header",
];

/// No header that was written by hand has more lines.
const MOST_LINES: usize = 40;

struct Field<'s> {
    name: &'s str,
    value: Range<usize>,
}

/// The fields at the start of a text, and where they end; none where a line is something else.
fn fields(content: &str) -> Option<(Vec<Field<'_>>, usize)> {
    let (mut fields, mut at): (Vec<Field<'_>>, usize) = (Vec::new(), 0);
    for _ in 0..MOST_LINES {
        let end = line_end(content, at);
        let line = &content[at..end];
        if line.trim().is_empty() {
            return Some((fields, at));
        }
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.value.end = end,
            _ => {
                let (name, _) = line.split_once(':').filter(|(_, value)| value.starts_with([' ', '\t', '\r', '\n']))?;
                let is_known = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
                if !is_known(COMMON) && !is_known(OWN) {
                    return None;
                }
                fields.push(Field { name, value: at + name.len() + 1..end });
            }
        }
        at = end;
    }
    None
}

/// Where the header ends, if a text begins with one.
pub(super) fn end(content: &str) -> Option<usize> {
    // Most texts end here.
    let (name, _) = content.split('\n').next()?.split_once(':')?;
    if name.len() > 20 || !name.is_ascii() {
        return None;
    }
    let (fields, end) = fields(content)?;
    let is_own = |field: &Field<'_>| OWN.iter().any(|own| own.eq_ignore_ascii_case(field.name));
    let has_title = fields.iter().any(|field| field.name.eq_ignore_ascii_case("title"));
    (has_title && fields.iter().any(is_own) && !content[end..].trim().is_empty()).then_some(end)
}

pub(super) fn entries(source: &str) -> Vec<Entry> {
    let (fields, _) = fields(source).unwrap_or_default();
    let entry = |field: Field<'_>| Entry {
        name: field.name.to_lowercase(),
        value: source[field.value.clone()].split_whitespace().collect::<Vec<_>>().join(" "),
        place: Some(field.value),
    };
    fields.into_iter().map(entry).collect()
}
