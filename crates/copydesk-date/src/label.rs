//! What the words beside a date say that it is the date of.

use std::ops::Range;

use crate::find::Piece;
use crate::parser::Parser;
use crate::vocabulary::Sense;

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

impl Parser<'_> {
    /// The label before a place, looked for back to `floor`. It stands right there, or at the head of a byline.
    pub(crate) fn label_before(&self, start: usize, floor: usize) -> Option<(Label, Range<usize>)> {
        let label_at =
            |place| self.sense(place, |sense| if let Sense::Label(label) = sense { Some(label) } else { None });
        let first = start.saturating_sub(12).max(floor);
        for place in first..start {
            let Some((label, end)) = self.copyright_sign(place).or_else(|| label_at(place)) else { continue };
            if end > start {
                continue;
            }
            let byline = || {
                self.past(end, Sense::By).is_some()
                    && (end..start).all(|place| {
                        !matches!(self.mark(place), Some('.' | '!' | '?' | ';')) && self.number(place).is_none()
                    })
            };
            if (start - place <= 8 && self.filler(end, start)) || byline() {
                return Some((label, place..end));
            }
            if label == Label::Copyright && (end..start).all(|place| !self.is_word(place)) {
                return Some((label, place..end));
            }
        }
        None
    }

    fn copyright_sign(&self, at: usize) -> Option<(Label, usize)> {
        let typed = self.is_mark(at, '(') && self.is(at + 1, &["c", "C"]) && self.is_mark(at + 2, ')');
        let signed = matches!(self.mark(at), Some('©' | '℗'));
        (typed || signed).then_some((Label::Copyright, if typed { at + 3 } else { at + 1 }))
    }

    /// Whether a word of a date is of languages only that write the day first: `Publié le 02/08/2020`.
    pub(crate) fn day_first_words(&self, mut range: Range<usize>) -> bool {
        range.any(|place| {
            self.phrases_at(place, |phrase, _| Some(self.vocabulary.is_day_first(phrase))).unwrap_or(false)
        })
    }

    /// Labels that stand behind their dates (`2020年3月4日 更新`): only if no label stands before the first date and one
    /// stands behind the last, or behind the only one.
    pub(crate) fn label_trailing(&self, pieces: &mut [Piece]) {
        let Some(first) = pieces.first() else { return };
        if first.label_tokens.is_some() {
            return;
        }
        for place in 0..pieces.len() {
            let Some(piece) = pieces.get(place) else { return };
            let end = piece.tokens.end;
            let skip = usize::from(matches!(self.mark(end), Some('(' | '[' | ',' | '-' | '|' | '/')));
            let label =
                self.sense(end + skip, |sense| if let Sense::Label(label) = sense { Some(label) } else { None });
            let Some((label, behind)) = label else { continue };
            let limit = pieces.get(place + 1).map_or(self.tokens.len(), |next| next.tokens.start);
            // A colon ties the label to what follows.
            if behind > limit || self.is_mark(behind, ':') || (place + 1 < pieces.len() && !self.trails_all(pieces)) {
                continue;
            }
            let at_end = self.filler(behind, limit);
            if !at_end {
                continue;
            }
            let range = end + skip..behind;
            let labelled = Labelled { label, span: self.bytes(&range) };
            if let Some(piece) = pieces.get_mut(place)
                && (piece.label_tokens.is_none() || self.is_word(end + skip))
            {
                piece.found.label = Some(labelled);
                piece.label_tokens = Some(range);
            }
        }
    }

    /// Whether a label stands behind the last date.
    fn trails_all(&self, pieces: &[Piece]) -> bool {
        pieces.last().is_some_and(|last| {
            let end = last.tokens.end;
            let skip = usize::from(self.mark(end).is_some());
            self.past_any(end + skip, |sense| matches!(sense, Sense::Label(_))).is_some()
        })
    }
}
