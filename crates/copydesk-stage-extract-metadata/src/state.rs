//! Dates in the state that scripts leave in a page: weak evidence, for pages that give no other.

use copydesk_date::Hints;
use copydesk_document::{Document, Origin, Span};

use crate::{Gathered, class_words::STATE_NAMES, dates};

/// Enough to be given where nothing else is, too little to stand against anything.
const WEIGHT: f32 = 0.35;
/// A page with more of them holds those of several texts.
const MOST: usize = 24;
/// No date is longer.
const LONGEST: usize = 40;

/// Gathers the date that all values of such names agree on, where the page gives no other.
pub(crate) fn dates(doc: &Document, hints: &Hints<'_>, gathered: &mut Gathered) {
    if doc.tree.is_none() || gathered.published.entries.iter().any(|e| e.weight >= WEIGHT) {
        return;
    }
    // What says of itself that it is a site, and no article, has the dates of what it shows.
    if doc.evidence.value(Origin::Meta, "og:type").is_some_and(|kind| kind.eq_ignore_ascii_case("website")) {
        return;
    }
    let content = doc.content();
    let mut stated: Vec<Span> = doc.evidence.items.iter().filter_map(|item| item.span).collect();
    stated.dedup();
    let mut found = Vec::new();
    for name in *STATE_NAMES {
        for at in memchr::memmem::find_iter(content.as_bytes(), name.as_bytes()) {
            // What structured data says has been heard, for what it is worth.
            if stated.iter().any(|span| (span.start as usize..span.end as usize).contains(&at)) {
                continue;
            }
            let Some((value, span)) = value(content, at, name) else { continue };
            let Some(date) = dates::declared(value, hints) else { continue };
            if found.len() == MOST {
                return;
            }
            found.push((date, name, span));
        }
    }
    let Some(&(first, name, span)) = found.first() else { return };
    if first.day().is_some() && found.iter().all(|(date, ..)| date.day() == first.day()) {
        gathered.published.add(first, Origin::EmbeddedState, name, Some(span), WEIGHT);
    }
}

/// The text value behind a name: `"name": "value"`, also inside a text, where the quotes are escaped.
fn value<'d>(content: &'d str, at: usize, name: &str) -> Option<(&'d str, Span)> {
    content[..at].ends_with('"').then_some(())?;
    let rest = content[at + name.len()..].trim_start_matches('\\').strip_prefix('"')?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().trim_start_matches('\\').strip_prefix('"')?;
    let end = rest.find(['"', '\\']).filter(|end| *end <= LONGEST)?;
    let start = content.len() - rest.len();
    Some((&rest[..end], Span::new(start, start + end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_any_quotes() {
        let read = |text: &str| value(text, text.find("name")?, "name").map(|(value, _)| value.to_owned());
        assert_eq!(read(r#"{"name" : "2021-03-09"}"#).as_deref(), Some("2021-03-09"));
        assert_eq!(read(r#"{\"name\":\"2021-03-09\"}"#).as_deref(), Some("2021-03-09"));
        assert_eq!(read(r#"{"name": null}"#), None);
        assert_eq!(read("a name: \"2021-03-09\""), None);
    }
}
