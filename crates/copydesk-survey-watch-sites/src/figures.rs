//! The figures of a site on a day.

use crate::summary::Summary;

/// What is watched. All but the blocks are shares.
pub(crate) const FIGURES: [Figure; 7] = [
    Figure { name: "kept", says: "of the letters of a page are main text", of: |day| share(day.kept, day.all) },
    Figure { name: "blocks", says: "blocks of main text a document", of: |day| share(day.blocks, day.documents) },
    Figure { name: "empty", says: "of the documents have no main text", of: |day| share(day.empty, day.documents) },
    Figure { name: "title", says: "of the documents have a title", of: |day| share(day.titles, day.documents) },
    Figure { name: "authors", says: "of the documents have authors", of: |day| share(day.authors, day.documents) },
    Figure { name: "published", says: "of the documents have a date", of: |day| share(day.dates, day.documents) },
    Figure {
        name: "quarantined",
        says: "of what was read is in quarantine",
        of: |day| share(day.quarantined, day.documents + day.quarantined),
    },
];

/// A figure of a site on a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// In tables and messages.
    pub(crate) name: &'static str,
    /// What it is, behind the number.
    pub(crate) says: &'static str,
    pub(crate) of: fn(&Day) -> Option<f64>,
}

impl Figure {
    /// Whether it is from 0 to 1.
    pub(crate) fn is_share(&self) -> bool {
        self.name != "blocks"
    }
}

/// `None`, if there is nothing to take a share of.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What was seen of a site on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) documents: u64,
    quarantined: u64,
    all: u64,
    kept: u64,
    blocks: u64,
    empty: u64,
    titles: u64,
    authors: u64,
    dates: u64,
    /// Whether the last run has added to it.
    pub(crate) is_new: bool,
}

impl Day {
    pub(crate) fn add(&mut self, document: &Summary, is_new: bool) {
        self.documents += 1;
        self.all += document.all;
        self.kept += document.kept;
        self.blocks += document.blocks;
        self.empty += u64::from(document.blocks == 0);
        self.titles += u64::from(document.title);
        self.authors += u64::from(document.author);
        self.dates += u64::from(document.date);
        self.is_new |= is_new;
    }

    pub(crate) fn add_quarantined(&mut self, is_new: bool) {
        self.quarantined += 1;
        self.is_new |= is_new;
    }

    /// What was read.
    pub(crate) fn read(&self) -> u64 {
        self.documents + self.quarantined
    }
}
