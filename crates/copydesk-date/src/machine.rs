//! Dates as machines write them: in attributes, metadata and JSON.

use crate::clock;
use crate::find::{Reading, find};
use crate::line::is_date_line;
use crate::order::Hints;
use crate::timestamp::{Clock, Timestamp, YEARS, Zone};

/// Reads a value that is meant for machines: ISO 8601 in the shapes of real pages, RFC 2822, JavaScript's date text,
/// seconds or milliseconds since 1970, and text for people that stands where a machine's value should.
///
/// The values that programs write when they know no date (`0001-01-01`, the first second of 1970) are no dates.
pub fn machine(text: &str) -> Option<Timestamp> {
    machine_with(text, &Hints::default())
}

/// Like [`machine`], with what is known of the document for text that was written for people.
pub fn machine_with(text: &str, hints: &Hints) -> Option<Timestamp> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    if text.len() > 128 || !crate::token::has_digit(text) {
        return None;
    }
    let value = iso(text).or_else(|| epoch(text)).or_else(|| written(text, hints))?;
    (!is_sentinel(value)).then_some(value)
}

/// Text for people: nothing but one date.
fn written(text: &str, hints: &Hints) -> Option<Timestamp> {
    let found = find(text, hints);
    let [one] = found.as_slice() else { return None };
    let Reading::Known(value) = one.reading else { return None };
    (!one.relative && !one.range && is_date_line(text)).then_some(value)
}

/// What programs write for "no date": the start of 1970 in any zone, and the ends of number ranges.
fn is_sentinel(value: Timestamp) -> bool {
    let epoch = match value.instant() {
        Some(instant) => instant.as_second() == 0,
        None => {
            value.year() == 1970
                && value.earliest().is_some_and(|moment| moment == jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0))
        }
    };
    let first_of_century = value.year() == 1900
        && value.earliest().is_some_and(|moment| moment == jiff::civil::date(1900, 1, 1).at(0, 0, 0, 0));
    epoch || first_of_century
}

/// Digits since 1970: nine or ten for seconds, twelve or thirteen for milliseconds. Only the years 1990 to 2100, so
/// that an arbitrary number is not taken for a moment.
fn epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) || fraction.len() > 9 {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let seconds = match whole.len() {
        9 | 10 => number,
        12 | 13 => number / 1000,
        _ => return None,
    };
    let value = Timestamp::from_instant(jiff::Timestamp::from_second(seconds).ok()?)?;
    (1990..=2100).contains(&value.year()).then_some(value)
}

/// A reader of bytes from left to right.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let length = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if length < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(digits)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u16> {
        self.digits(least, most)?.parse().ok()
    }

    fn byte(&mut self, any: &[u8]) -> Option<u8> {
        let first = *self.rest.as_bytes().first()?;
        if !any.contains(&first) {
            return None;
        }
        self.rest = self.rest.get(1..)?;
        Some(first)
    }
}

/// ISO 8601 and what is taken for it. The whole text must be read; text of another kind behind a `T` costs only the
/// time.
pub(crate) fn iso(text: &str) -> Option<Timestamp> {
    let mut cursor = Cursor { rest: text };
    let year = i16::try_from(cursor.number(4, 4)?).ok().filter(|year| YEARS.contains(year))?;
    let separator = cursor.byte(b"-/.");
    if separator.is_none() && cursor.rest.is_empty() {
        return Timestamp::from_year(year);
    }
    let (least, most) = if separator.is_some() { (1, 2) } else { (2, 2) };
    let month = cursor.number(least, most)? as u8;
    if cursor.rest.is_empty() {
        // Six digits alone are some other number more often than a month.
        separator.filter(|separator| *separator != b'.')?;
        return Timestamp::from_month(year, month);
    }
    if let Some(separator) = separator {
        cursor.byte(&[separator])?;
    }
    let day = Timestamp::from_day(year, month, cursor.number(least, most)? as u8)?;
    let rest = cursor.rest.trim_start_matches(['.', ',']);
    if rest.trim().is_empty() {
        return Some(day);
    }
    let spaced = rest.trim_start().trim_start_matches(['T', 't', ',']).trim_start();
    let marked = spaced.len() < rest.len() || (separator.is_none() && rest.starts_with(|c: char| c.is_ascii_digit()));
    if !marked {
        return None;
    }
    if let Some(value) = time_and_zone(day, spaced) {
        return Some(value);
    }
    // `2020-08-27T??`: the day stands for itself.
    rest.starts_with(['T', 't']).then_some(day).filter(|_| separator.is_some())
}

fn time_and_zone(day: Timestamp, text: &str) -> Option<Timestamp> {
    let mut cursor = Cursor { rest: text };
    let hour = cursor.number(1, 2)? as u8;
    let colon = cursor.byte(b":").is_some();
    let minute = cursor.number(2, 2)? as u8;
    let more = if colon { cursor.byte(b":").is_some() } else { cursor.rest.starts_with(|c: char| c.is_ascii_digit()) };
    let second = if more { Some(cursor.number(2, 2)? as u8) } else { None };
    // Some programs write :60 for a leap second, and 24:00 for the end of a day; neither is worth a loss.
    let mut clock = Clock::new(hour, Some(minute), second.map(|second| second.min(59)))?;
    if second.is_some() && cursor.byte(b".,").is_some() {
        clock = clock.with_fraction(cursor.digits(1, 18)?);
    }
    Some(day.at(clock, zone(cursor.rest)?))
}

/// `Z`, `+09:00`, ` +0900`, `+09`, `+09:00[Asia/Seoul]`, ` UTC`, nothing. A space alone before an offset was a plus
/// that a URL lost.
fn zone(text: &str) -> Option<Zone> {
    let text = text.split('[').next().unwrap_or("");
    let bare = text.trim();
    if bare.is_empty() {
        return Some(Zone::Unknown);
    }
    if matches!(bare, "Z" | "z" | "UTC" | "GMT") {
        return Some(Zone::Utc);
    }
    let bare = bare
        .strip_prefix("UTC")
        .or_else(|| bare.strip_prefix("GMT"))
        .or_else(|| bare.strip_prefix('Z'))
        .unwrap_or(bare);
    let mut cursor = Cursor { rest: bare };
    let sign = match cursor.byte(b"+-") {
        Some(b'-') => -1,
        Some(_) => 1,
        None if bare.starts_with('\u{2212}') => {
            cursor.rest = bare.get('\u{2212}'.len_utf8()..)?;
            -1
        }
        None if text.starts_with(' ') => 1,
        None => return None,
    };
    let hours = cursor.number(1, 2)?;
    cursor.byte(b":");
    let minutes = if cursor.rest.is_empty() { 0 } else { cursor.number(2, 2)? };
    // Seconds of an offset are always zero.
    let tail = cursor.rest;
    (tail.is_empty() || tail == ":00").then_some(())?;
    clock::offset(sign, u32::from(hours), u32::from(minutes))
}
