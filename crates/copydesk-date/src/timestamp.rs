//! A point in time with exactly the precision and the zone that a document gives.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::civil;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The years that are taken for dates of a document's own time; a number outside of them is no year.
pub(crate) const YEARS: std::ops::RangeInclusive<i16> = 1800..=2100;

/// How far down a [`Timestamp`] is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// The day.
    Day,
    /// The hour of the day, as in `um 14 Uhr`.
    Hour,
    /// Hour and minute.
    Minute,
    /// The second, with its fraction if the document gives one.
    Second,
}

/// What a document says of the zone in which its clock time holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Zone {
    /// Nothing: the time is local to a place that is not named.
    #[default]
    Unknown,
    /// `Z`, `UTC` or `GMT`: printed as `Z`.
    Utc,
    /// Minutes east of UTC: printed as `+09:00`.
    Offset(i16),
}

/// A time of day, down to what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Clock {
    hour: u8,
    minute: Option<u8>,
    second: Option<u8>,
    nanosecond: u32,
    fraction_digits: u8,
}

impl Clock {
    /// A time of day; `None` for one that no clock shows. A second without a minute is refused too.
    pub fn new(hour: u8, minute: Option<u8>, second: Option<u8>) -> Option<Self> {
        let valid = hour < 24
            && minute.is_none_or(|minute| minute < 60)
            && second.is_none_or(|second| second < 60 && minute.is_some());
        valid.then_some(Self { hour, minute, second, nanosecond: 0, fraction_digits: 0 })
    }

    /// The same time with the fraction of its second: decimal digits as written. Digits past the ninth are cut.
    #[must_use]
    pub fn with_fraction(mut self, digits: &str) -> Self {
        if self.second.is_none() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return self;
        }
        self.fraction_digits = digits.len().min(9) as u8;
        self.nanosecond = digits
            .bytes()
            .chain(std::iter::repeat(b'0'))
            .take(9)
            .fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
        self
    }

    /// The hour, 0 to 23.
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, where it is given.
    pub fn minute(self) -> Option<u8> {
        self.minute
    }

    /// The second, where it is given.
    pub fn second(self) -> Option<u8> {
        self.second
    }

    fn precision(self) -> Precision {
        match (self.minute, self.second) {
            (_, Some(_)) => Precision::Second,
            (Some(_), None) => Precision::Minute,
            (None, None) => Precision::Hour,
        }
    }
}

/// A date, or a date and a time, with the precision given and no more.
///
/// It prints as ISO 8601 cut to what is known: `2024`, `2024-10`, `2024-10-25`, `2024-11-10T11:12:00+09:00`,
/// `2024-10-25T08:24:49.057Z`. A clock time always prints down to the second, because readers of ISO 8601 expect it:
/// a time known to the minute prints `:00`, while [`precision`](Self::precision) goes on saying [`Precision::Minute`].
/// Text that is read back therefore counts as known to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    year: i16,
    month: Option<u8>,
    day: Option<u8>,
    clock: Option<Clock>,
    zone: Zone,
}

impl Timestamp {
    /// A year. `None` outside of 1800 to 2100.
    pub fn from_year(year: i16) -> Option<Self> {
        let bare = Self { year, month: None, day: None, clock: None, zone: Zone::Unknown };
        YEARS.contains(&year).then_some(bare)
    }

    /// A month. `None` if there is no such month.
    pub fn from_month(year: i16, month: u8) -> Option<Self> {
        let year = Self::from_year(year)?;
        (1..=12).contains(&month).then_some(Self { month: Some(month), ..year })
    }

    /// A day. `None` if the calendar has no such day.
    pub fn from_day(year: i16, month: u8, day: u8) -> Option<Self> {
        let whole = Self::from_month(year, month)?;
        civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(Self { day: Some(day), ..whole })
    }

    /// This day at a time. Without a day there is nothing for the time to belong to: the value stays as it is.
    #[must_use]
    pub fn at(self, clock: Clock, zone: Zone) -> Self {
        if self.day.is_none() {
            return self;
        }
        Self { clock: Some(clock), zone, ..self }
    }

    /// From an instant: in UTC, to the second.
    pub fn from_instant(instant: jiff::Timestamp) -> Option<Self> {
        let moment = Offset::UTC.to_datetime(instant);
        Self::from_datetime(moment).map(|value| Self { zone: Zone::Utc, ..value })
    }

    pub(crate) fn from_datetime(moment: civil::DateTime) -> Option<Self> {
        let [month, day, hour, minute, second] =
            [moment.month(), moment.day(), moment.hour(), moment.minute(), moment.second()]
                .map(|part| u8::try_from(part).unwrap_or(0));
        let clock = Clock::new(hour, Some(minute), Some(second))?;
        Some(Self::from_day(moment.year(), month, day)?.at(clock, Zone::Unknown))
    }

    /// How far down the value is known.
    pub fn precision(self) -> Precision {
        match (self.clock, self.day, self.month) {
            (Some(clock), ..) => clock.precision(),
            (None, Some(_), _) => Precision::Day,
            (None, None, Some(_)) => Precision::Month,
            (None, None, None) => Precision::Year,
        }
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12, where it is given.
    pub fn month(self) -> Option<u8> {
        self.month
    }

    /// The day of the calendar, where one is given.
    pub fn day(self) -> Option<civil::Date> {
        civil::Date::new(self.year, i8::try_from(self.month?).ok()?, i8::try_from(self.day?).ok()?).ok()
    }

    /// The time of day, where one is given.
    pub fn clock(self) -> Option<Clock> {
        self.clock
    }

    /// The zone of the time of day.
    pub fn zone(self) -> Zone {
        self.zone
    }

    /// The same value, cut to at most this precision.
    #[must_use]
    pub fn cut(self, precision: Precision) -> Self {
        let mut value = self;
        if precision < Precision::Second
            && let Some(clock) = &mut value.clock
        {
            (clock.second, clock.nanosecond, clock.fraction_digits) = (None, 0, 0);
            if precision < Precision::Minute {
                clock.minute = None;
            }
        }
        if precision < Precision::Hour {
            (value.clock, value.zone) = (None, Zone::Unknown);
        }
        if precision < Precision::Day {
            value.day = None;
        }
        if precision < Precision::Month {
            value.month = None;
        }
        value
    }

    pub(crate) fn with_zone(self, zone: Zone) -> Self {
        if self.clock.is_some() { Self { zone, ..self } } else { self }
    }

    /// The local date and time, with what is not given set to its first moment.
    pub fn earliest(self) -> Option<civil::DateTime> {
        let (month, day) = (i8::try_from(self.month.unwrap_or(1)).ok()?, i8::try_from(self.day.unwrap_or(1)).ok()?);
        let date = civil::Date::new(self.year, month, day).ok()?;
        let [hour, minute, second] = self.clock.map_or([0; 3], |clock| {
            [clock.hour, clock.minute.unwrap_or(0), clock.second.unwrap_or(0)]
                .map(|part| i8::try_from(part).unwrap_or(0))
        });
        let nanosecond = self.clock.map_or(0, |clock| i32::try_from(clock.nanosecond).unwrap_or(0));
        Some(date.to_datetime(civil::Time::new(hour, minute, second, nanosecond).ok()?))
    }

    /// The instant, if a time and its zone are given.
    pub fn instant(self) -> Option<jiff::Timestamp> {
        self.clock?;
        let seconds = match self.zone {
            Zone::Unknown => return None,
            Zone::Utc => 0,
            Zone::Offset(minutes) => i32::from(minutes) * 60,
        };
        Offset::from_seconds(seconds).ok()?.to_timestamp(self.earliest()?).ok()
    }

    /// Which of two comes first, by the instants if both are known, else by what both give. Values that do not differ
    /// in what both give are equal here, even if one says more.
    pub fn compare(self, other: Self) -> Ordering {
        if let (Some(one), Some(two)) = (self.instant(), other.instant()) {
            return one.cmp(&two);
        }
        let precision = self.precision().min(other.precision());
        self.cut(precision).earliest().cmp(&other.cut(precision).earliest())
    }

    /// Whether two can be the same moment: nothing that both give differs. Two times with zones are compared as
    /// instants; if only one has its zone, their hours cannot be compared and the days decide.
    pub fn agrees(self, other: Self) -> bool {
        let precision = self.precision().min(other.precision());
        if precision < Precision::Hour || (self.zone == Zone::Unknown) == (other.zone == Zone::Unknown) {
            if let (Some(one), Some(two)) = (self.cut(precision).instant(), other.cut(precision).instant()) {
                return one == two;
            }
            return self.cut(precision).earliest() == other.cut(precision).earliest();
        }
        self.day() == other.day()
    }

    /// Whether the value can be a moment in the life of a web page known at `fetched`: not before 1990 and at most two
    /// days after it was fetched (zones, and pages that are dated ahead). Without a fetch time the end is 2100.
    pub fn plausible(self, fetched: Option<Self>) -> bool {
        if self.year < 1990 {
            return false;
        }
        let (Some(this), Some(limit)) = (self.earliest(), fetched.and_then(Self::earliest)) else { return true };
        limit.checked_add(jiff::Span::new().days(2)).is_ok_and(|limit| this <= limit)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}", self.year)?;
        let Some(month) = self.month else { return Ok(()) };
        write!(out, "-{month:02}")?;
        let Some(day) = self.day else { return Ok(()) };
        write!(out, "-{day:02}")?;
        let Some(clock) = self.clock else { return Ok(()) };
        write!(out, "T{:02}:{:02}:{:02}", clock.hour, clock.minute.unwrap_or(0), clock.second.unwrap_or(0))?;
        if clock.fraction_digits > 0 {
            let digits = format!("{:09}", clock.nanosecond);
            write!(out, ".{}", &digits[..usize::from(clock.fraction_digits.min(9))])?;
        }
        match self.zone {
            Zone::Unknown => Ok(()),
            Zone::Utc => out.write_str("Z"),
            Zone::Offset(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(out, "{sign}{:02}:{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60)
            }
        }
    }
}

/// The text is no date of ISO 8601, or one that the calendar does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTimestamp;

impl fmt::Display for NoTimestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a date in the form 2024, 2024-10, 2024-10-25 or 2024-10-25T08:24:49Z")
    }
}

impl std::error::Error for NoTimestamp {}

impl FromStr for Timestamp {
    type Err = NoTimestamp;

    fn from_str(text: &str) -> Result<Self, NoTimestamp> {
        crate::machine::iso(text).ok_or(NoTimestamp)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
