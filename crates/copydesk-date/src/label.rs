//! What the words beside a date say that it is the date of.

use std::ops::Range;

/// What a date is the date of, by the word beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// Publication: `Published`, `Posted`, `Veröffentlicht am`, `입력`.
    Published,
    /// First publication, where later ones exist: `First published`, `Erstmals erschienen`.
    FirstPublished,
    /// The last change: `Updated`, `Stand`, `수정`.
    Updated,
    /// The making of the text or file: `Created`, `Erstellt`, `Written`.
    Created,
    /// A date of what, the word does not say: `Date`, `Datum`, `Fecha`.
    Date,
    /// The issue in print: `Printed`, `Print edition`.
    Printed,
    /// When somebody looked at it: `Retrieved`, `Abgerufen am`.
    Accessed,
    /// When a picture was taken: `Taken on`, `Aufgenommen am`.
    Taken,
    /// Something other than the page: a deadline, a show, a birth, a membership.
    Event,
    /// The years of a copyright line.
    Copyright,
}

impl Label {
    /// The label of a key in `data/labels.toml`.
    pub(crate) fn named(key: &str) -> Option<Self> {
        Some(match key {
            "published" => Self::Published,
            "first_published" => Self::FirstPublished,
            "updated" => Self::Updated,
            "created" => Self::Created,
            "date" => Self::Date,
            "printed" => Self::Printed,
            "accessed" => Self::Accessed,
            "taken" => Self::Taken,
            "event" => Self::Event,
            "copyright" => Self::Copyright,
            _ => return None,
        })
    }
}

/// A label with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// What the word says.
    pub label: Label,
    /// The bytes of the word or words.
    pub span: Range<usize>,
}
