//! Whether `03/04/2020` is the third of April or the fourth of March.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::find::{Reading, find};
use crate::timestamp::Timestamp;
use crate::vocabulary::VOCABULARY;

/// The order of day and month in a date of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `25/12/2020`.
    DayFirst,
    /// `12/25/2020`.
    MonthFirst,
}

/// What is known of a document before its dates are read. All of it is optional; a reading that hangs on something
/// unknown is reported as open and not guessed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'a> {
    /// The language of the text, as ISO 639-1 or BCP 47 (`en`, `pt-BR`).
    pub language: Option<&'a str>,
    /// The country of the publisher, as ISO 3166 or as the last part of its host name (`us`, `uk`, `au`).
    pub region: Option<&'a str>,
    /// When the page was fetched. Relative dates (`2 hours ago`) are read against it, and only against it.
    pub fetched: Option<Timestamp>,
    /// The order that other dates of the document prove: see [`OrderEvidence`].
    pub order: Option<Order>,
}

/// `data/orders.toml`.
#[derive(Deserialize)]
pub(crate) struct OrderFile {
    regions: BTreeMap<String, Order>,
    pub(crate) languages: BTreeMap<String, Order>,
}

impl Hints<'_> {
    /// The order of day and month, where the hints tell: proof in the document, then the country, then the language.
    pub(crate) fn order(&self) -> Option<Order> {
        let orders = &VOCABULARY.orders;
        let lower = |text: &str| text.to_ascii_lowercase().replace('_', "-");
        let tagged = || {
            let tag = lower(self.language?);
            tag.split('-').skip(1).find_map(|part| orders.regions.get(part).copied())
        };
        let spoken = || orders.languages.get(lower(self.language?).split('-').next()?).copied();
        let region = || orders.regions.get(&lower(self.region?)).copied();
        self.order.or_else(region).or_else(tagged).or_else(spoken)
    }

    /// Whether the text is known to be in this language.
    pub(crate) fn speaks(&self, language: &str) -> bool {
        self.language
            .is_some_and(|known| known.split(['-', '_']).next().is_some_and(|l| l.eq_ignore_ascii_case(language)))
    }
}

/// Collects, from the texts of one document, what its dates of numbers prove about their order: `25/12/2020` can only
/// be day first.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderEvidence {
    day_first: u32,
    month_first: u32,
}

impl OrderEvidence {
    /// Takes in the dates of one text.
    pub fn observe(&mut self, text: &str) {
        for found in find(text, &Hints::default()) {
            self.count(found.proves, 1);
        }
    }

    /// Takes in an open date of the document of which the day is known from elsewhere, say from its metadata.
    pub fn observe_known(&mut self, reading: Reading, known: Timestamp) {
        if let Reading::Open { day_first, month_first } = reading {
            match (day_first.day() == known.day(), month_first.day() == known.day()) {
                (true, false) => self.count(Some(Order::DayFirst), 1),
                (false, true) => self.count(Some(Order::MonthFirst), 1),
                _ => {}
            }
        }
    }

    fn count(&mut self, order: Option<Order>, by: u32) {
        match order {
            Some(Order::DayFirst) => self.day_first += by,
            Some(Order::MonthFirst) => self.month_first += by,
            None => {}
        }
    }

    /// The order, if the dates that prove one all prove the same.
    pub fn order(self) -> Option<Order> {
        match (self.day_first, self.month_first) {
            (1.., 0) => Some(Order::DayFirst),
            (0, 1..) => Some(Order::MonthFirst),
            _ => None,
        }
    }
}
