//! Dates counted back from the moment of reading: `2 hours ago`, `yesterday`.

use jiff::Span;

use crate::parser::Parser;
use crate::timestamp::{Precision, Timestamp};
use crate::vocabulary::Sense;

/// The unit in which a relative date counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    /// The unit of a key in `data/relative.toml`.
    pub(crate) fn named(key: &str) -> Option<Self> {
        Some(match key {
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// The moment so long before `fetched`, to the precision that the unit gives. `None` if the fetch time is not
    /// known well enough.
    pub(crate) fn before(self, fetched: Timestamp, count: u32) -> Option<Timestamp> {
        let count = i64::from(count.min(100_000));
        let (span, precision) = match self {
            Self::Minute => (Span::new().try_minutes(count).ok()?, Precision::Minute),
            Self::Hour => (Span::new().try_hours(count).ok()?, Precision::Hour),
            Self::Day => (Span::new().try_days(count).ok()?, Precision::Day),
            Self::Week => (Span::new().try_weeks(count).ok()?, Precision::Day),
            Self::Month => (Span::new().try_months(count).ok()?, Precision::Month),
            Self::Year => (Span::new().try_years(count.min(2000)).ok()?, Precision::Year),
        };
        if fetched.precision() < precision {
            return None;
        }
        let moment = fetched.earliest()?.checked_sub(span).ok()?;
        Some(Timestamp::from_datetime(moment)?.with_zone(fetched.zone()).cut(precision))
    }
}

/// A relative date as read: which tokens, and how far back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RelativeReading {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) unit: Unit,
    pub(crate) count: u32,
}

impl Parser<'_> {
    /// A relative date of which the number (or a word for one) stands at this place.
    pub(crate) fn relative(&self, at: usize) -> Option<RelativeReading> {
        let (count, behind) = match self.number(at) {
            Some((value, digits)) => (value, (digits <= 3).then_some(at + 1)?),
            None => (1, self.past(at, Sense::One)?),
        };
        if self.number(at).is_some() && at > 0 && self.glued(at) && self.number(at.wrapping_sub(2)).is_some() {
            return None;
        }
        self.phrases_at(behind, |phrase, end| {
            let Sense::Relative(place) = phrase.sense else { return None };
            let pattern = self.vocabulary.ago.get(usize::from(place))?;
            let start = self.preceded_by(at, &pattern.before)?;
            Some(RelativeReading { start, end, unit: pattern.unit, count })
        })
    }

    /// `yesterday` and the like: how many days back, and the place behind it.
    pub(crate) fn days_ago(&self, at: usize) -> Option<(u8, usize)> {
        self.sense(at, |sense| if let Sense::DaysAgo(days) = sense { Some(days) } else { None })
    }
}
