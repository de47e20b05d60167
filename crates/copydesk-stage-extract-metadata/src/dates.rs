//! Dates: what the words and places around them say that they are.

use copydesk_date::{Hints, machine_with};
use copydesk_document::{Document, Timestamp};

/// What is known of a document that helps to read its dates.
pub(crate) fn hints(doc: &Document) -> Hints<'_> {
    Hints {
        language: doc.languages.main.as_ref().map(|l| l.tag.as_str()),
        fetched: doc.source.fetched,
        ..Hints::default()
    }
}

/// A date from a place that is meant for machines. A date after the fetch is no date of this document.
pub(crate) fn declared(value: &str, hints: &Hints<'_>) -> Option<Timestamp> {
    machine_with(value.trim(), hints).filter(|at| at.plausible(hints.fetched))
}
