//! Times of day and zones.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::parser::Parser;
use crate::timestamp::{Clock, Timestamp, Zone};
use crate::token::Kind;
use crate::vocabulary::{Half, Sense};

/// `data/zones.toml`.
#[derive(Deserialize)]
pub(crate) struct ZoneFile {
    pub(crate) zone: Vec<ZoneEntry>,
}

#[derive(Deserialize)]
pub(crate) struct ZoneEntry {
    pub(crate) names: String,
    offset: Option<String>,
    rule: Option<String>,
    #[serde(default, rename = "in")]
    by_language: BTreeMap<String, String>,
}

/// What a zone abbreviation means.
pub(crate) struct NamedZone {
    offset: Option<Zone>,
    rule: Option<TimeZone>,
    by_language: Vec<(String, Zone)>,
}

impl From<ZoneEntry> for NamedZone {
    fn from(entry: ZoneEntry) -> Self {
        let read = |offset: &String| offset_text(offset).expect("data/zones.toml: an offset is like +09:00");
        Self {
            offset: entry.offset.as_ref().map(read),
            rule: entry.rule.map(|rule| TimeZone::posix(&rule).expect("data/zones.toml: a rule is a POSIX rule")),
            by_language: entry.by_language.iter().map(|(language, offset)| (language.clone(), read(offset))).collect(),
        }
    }
}

/// `+09:00`, `-0530`.
fn offset_text(text: &str) -> Option<Zone> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.trim_start_matches('+')), |rest| (-1, rest));
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let value: u32 = digits.parse().ok()?;
    offset(sign, value / 100, value % 100)
}

/// An offset that exists: zones reach from -12:00 to +14:00.
pub(crate) fn offset(sign: i16, hours: u32, minutes: u32) -> Option<Zone> {
    if hours > 14 || minutes > 59 {
        return None;
    }
    let minutes = sign * (hours * 60 + minutes) as i16;
    match minutes {
        0 => Some(Zone::Utc),
        -720..=840 => Some(Zone::Offset(minutes)),
        _ => None,
    }
}

/// A zone as read: fixed, or one that hangs on the date.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ZoneReading {
    Known(Zone),
    /// A rule of the list of zones, by its place.
    Rule(u16),
}

/// A time as read, with its zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeReading {
    pub(crate) clock: Clock,
    pub(crate) zone: ZoneReading,
    /// Whether another time follows as the end of a span (`10:00 - 18:00`): opening hours, a programme.
    pub(crate) range: bool,
    /// The place behind it.
    pub(crate) end: usize,
}

impl Parser<'_> {
    /// Reads a time at this place. A dot between hour and minute counts only where `after_date` says that a date or a
    /// word like `kl.` stands before it.
    pub(crate) fn time(&self, at: usize, after_date: bool) -> Option<TimeReading> {
        let (half, start) = self.half_before(at);
        let hour = self.short_number(start)?;
        // A third number glued to the front or the end makes it something else: 1:02:03:04, 10.20.30.
        if start > 0
            && self.glued(start)
            && matches!(self.mark(start - 1), Some(':'))
            && self.number(start.wrapping_sub(2)).is_some()
        {
            return None;
        }
        let (minute, second, fraction, mut end, dotted) = self.minutes(start, after_date || half.is_some())?;
        let (after, after_end) = match half {
            Some(half) => (Some(half), end),
            None => self.half_after(end).map_or((None, end), |(half, next)| (Some(half), next)),
        };
        end = after_end;
        let mut certain =
            after.is_some() || (minute.is_some() && !dotted) || self.is(start + 1, &["時", "时", "點", "点", "시"]);
        if let Some(next) = self.past(end, Sense::Hour) {
            end = if self.is_mark(next, '.') && self.glued(next) { next + 1 } else { next };
            certain = true;
        }
        if !(certain || dotted && after_date) {
            return None;
        }
        let hour = match after {
            Some(_) if hour > 12 => hour,
            Some(Half::Morning) if hour == 12 => 0,
            Some(Half::Evening) if hour < 12 => hour + 12,
            _ => hour,
        };
        let mut clock = Clock::new(hour, minute, second)?;
        if let Some(place) = fraction {
            let digits: String = self
                .slice(place)
                .chars()
                .filter_map(crate::token::digit)
                .filter_map(|d| char::from_digit(d, 10))
                .collect();
            clock = clock.with_fraction(&digits);
        }
        let (zone, end) = self.zone(end, second.is_some()).unwrap_or((ZoneReading::Known(Zone::Unknown), end));
        let range = self.range_end(end);
        Some(TimeReading { clock, zone, range: range.is_some(), end: range.unwrap_or(end) })
    }

    /// A word for the half of the day before the number: `오전 11:12`, `下午3点`.
    fn half_before(&self, at: usize) -> (Option<Half>, usize) {
        if self.number(at).is_some() {
            return (None, at);
        }
        match self.half(at) {
            // Only scripts that do write it first; in Latin script it would be another word.
            Some((half, end)) if self.number(end).is_some() && !self.slice(at).is_ascii() => (Some(half), end),
            _ => (None, at),
        }
    }

    fn half_after(&self, at: usize) -> Option<(Half, usize)> {
        let (half, end) = self.half(at)?;
        // Bare `am` after a number is a preposition in German, `em` one in Portuguese.
        let end = if self.is_mark(end, '.') && self.glued(end) && self.slice(at).chars().count() == 1 {
            end + 1
        } else {
            end
        };
        Some((half, end))
    }

    fn half(&self, at: usize) -> Option<(Half, usize)> {
        self.phrases_at(at, |phrase, end| {
            let Sense::Half(half) = phrase.sense else { return None };
            let word = self.slice(at);
            let usual = matches!(word, "am" | "pm" | "AM" | "PM" | "Am" | "Pm")
                || phrase.rest().len() == 1
                || word.chars().count() > 2
                || !word.is_ascii();
            (usual || self.native(phrase)).then_some((half, end))
        })
    }

    /// Minute, second, place of the fraction, the place behind, and whether a dot stood between hour and minute.
    #[expect(clippy::type_complexity, reason = "the five parts are taken apart at once by the only caller")]
    fn minutes(&self, at: usize, dot: bool) -> Option<(Option<u8>, Option<u8>, Option<usize>, usize, bool)> {
        let two = |place: usize| self.number(place).filter(|(_, digits)| *digits == 2).map(|(value, _)| value as u8);
        if self.is(at + 1, &["時", "时", "點", "点", "시", "h", "H", "u", "giờ", "uur", "g", "ч"]) {
            let letter = !matches!(self.slice(at + 1), "時" | "时" | "點" | "点" | "시");
            if letter && !self.glued(at + 1) && !matches!(self.slice(at + 1), "h" | "giờ") {
                return None;
            }
            let minute = if letter { two(at + 2) } else { self.short_number(at + 2) };
            let named = self.is(at + 3, &["分", "분", "min", "m", "phút"]);
            return Some(match minute {
                Some(minute) if named && self.is(at + 5, &["秒", "초", "s"]) => {
                    (Some(minute), self.short_number(at + 4), None, at + 6, false)
                }
                Some(minute) if named => (Some(minute), None, None, at + 4, false),
                Some(minute) if letter && (self.glued(at + 2) || !self.glued(at + 1)) => {
                    (Some(minute), None, None, at + 3, false)
                }
                _ if self.is(at + 2, &["半"]) => (Some(30), None, None, at + 3, false),
                // `u` and `g` alone are no hours.
                _ if letter && !matches!(self.slice(at + 1), "h" | "H" | "giờ" | "uur") => return None,
                _ => (None, None, None, at + 2, false),
            });
        }
        let separator = match self.mark(at + 1) {
            Some(':') => ':',
            Some('.') if dot || self.half(at + 3).is_some() || self.past(at + 3, Sense::Hour).is_some() => '.',
            _ => return Some((None, None, None, at + 1, false)),
        };
        let joined = |place: usize| self.glued(place) && self.glued(place + 1);
        let Some(minute) = two(at + 2).filter(|_| joined(at + 1)) else {
            return (separator == '.').then_some((None, None, None, at + 1, false));
        };
        let mut end = at + 3;
        let mut second = None;
        let mut fraction = None;
        if self.is_mark(end, separator) && joined(end) && self.number(end + 1).is_some() {
            second = Some(two(end + 1)?);
            end += 2;
            if self.is_mark(end, '.') && joined(end) && self.number(end + 1).is_some() {
                fraction = Some(end + 1);
                end += 2;
            }
        }
        // One more number in the chain: no time.
        let more = matches!(self.mark(end), Some('.' | ':' | '/')) && joined(end) && self.number(end + 1).is_some();
        (!more).then_some((Some(minute), second, fraction, end, separator == '.'))
    }

    /// The place behind a second time, if the first is the begin of a span: `10:00 - 18:00`.
    fn range_end(&self, at: usize) -> Option<usize> {
        let next = match self.mark(at) {
            Some('-' | '–' | '—' | '~' | '〜') => at + 1,
            _ => self.past(at, Sense::Range)?,
        };
        self.short_number(next)?;
        let minutes = self.number(next + 2).is_some_and(|(_, digits)| digits == 2);
        let chain = self.is_mark(next + 3, '.') && self.glued(next + 3) && self.number(next + 4).is_some();
        let end = match self.mark(next + 1) {
            Some(':' | '.') if minutes && !chain => next + 3,
            None if self.is(next + 1, &["h", "H"]) && self.glued(next + 1) => next + 2 + usize::from(minutes),
            None if self.is(next + 1, &["Uhr"]) => next + 2,
            _ => return None,
        };
        Some(self.past(end, Sense::Hour).unwrap_or(end))
    }

    /// A zone at this place, in brackets or not.
    pub(crate) fn zone(&self, at: usize, seconds_given: bool) -> Option<(ZoneReading, usize)> {
        let bracket = matches!(self.mark(at), Some('(' | '['));
        let start = if bracket { at + 1 } else { at };
        let (mut zone, mut end) = self.bare_zone(start, seconds_given)?;
        // "GMT+0200 (CEST)", "UTC (Z)": the number rules, the name behind it says the same again.
        if bracket {
            if matches!(self.mark(end), Some(')' | ']')) {
                end += 1;
            }
        } else if matches!(self.mark(end), Some('(')) {
            let close = (end + 1..self.tokens.len().min(end + 7)).find(|place| self.is_mark(*place, ')'));
            if let Some(close) = close
                && let Some((inner, _)) = self.bare_zone(end + 1, true).or_else(|| {
                    // A long name, as JavaScript prints it.
                    seconds_given.then_some((zone, end))
                })
            {
                if matches!(zone, ZoneReading::Known(Zone::Unknown)) {
                    zone = inner;
                }
                end = close + 1;
            }
        }
        Some((zone, end))
    }

    fn bare_zone(&self, at: usize, seconds_given: bool) -> Option<(ZoneReading, usize)> {
        if let Some((zone, end)) = self.signed_offset(at, seconds_given, false) {
            return Some((ZoneReading::Known(zone), end));
        }
        let (place, end) = self.sense(at, |sense| match sense {
            Sense::Zone(place) => Some(place),
            _ => None,
        })?;
        if end == at + 1 && !self.any_capitals(at) {
            return None;
        }
        if matches!(self.slice(at), "GMT" | "UTC")
            && let Some((zone, end)) = self.signed_offset(end, true, true)
        {
            return Some((ZoneReading::Known(zone), end));
        }
        let named = self.vocabulary.zones.get(usize::from(place))?;
        let native =
            || named.by_language.iter().find(|(language, _)| self.hints.speaks(language)).map(|(_, zone)| *zone);
        let zone = match (&named.rule, named.offset.or_else(native)) {
            (Some(_), _) => ZoneReading::Rule(place),
            (None, Some(zone)) => ZoneReading::Known(zone),
            (None, None) => ZoneReading::Known(Zone::Unknown),
        };
        Some((zone, end))
    }

    /// `+0900`, `+09:00`, and after `GMT` also `+7`.
    fn signed_offset(&self, at: usize, minus: bool, named: bool) -> Option<(Zone, usize)> {
        let sign = match self.mark(at)? {
            '+' => 1,
            '-' | '–' if minus => -1,
            _ => return None,
        };
        if !self.glued(at + 1) {
            return None;
        }
        let (value, digits) = self.number(at + 1)?;
        if digits <= 2 && self.is_mark(at + 2, ':') && self.glued(at + 2) && self.glued(at + 3) {
            let (minutes, 2) = self.number(at + 3)? else { return None };
            return Some((offset(sign, value, minutes)?, at + 4));
        }
        match digits {
            4 | 3 => Some((offset(sign, value / 100, value % 100)?, at + 2)),
            2 => Some((offset(sign, value, 0)?, at + 2)),
            1 if named => Some((offset(sign, value, 0)?, at + 2)),
            _ => None,
        }
    }

    /// The day at the time, in its zone.
    pub(crate) fn combine(&self, day: Timestamp, time: &TimeReading) -> Timestamp {
        let zone = match time.zone {
            ZoneReading::Known(zone) => zone,
            ZoneReading::Rule(place) => self.rule_zone(day.at(time.clock, Zone::Unknown), place),
        };
        day.at(time.clock, zone)
    }

    fn rule_zone(&self, local: Timestamp, place: u16) -> Zone {
        let rule = self.vocabulary.zones.get(usize::from(place)).and_then(|zone| zone.rule.as_ref());
        let Some((rule, moment)) = rule.zip(local.earliest()) else { return Zone::Unknown };
        let Ok(instant) = rule.to_ambiguous_timestamp(moment).compatible() else { return Zone::Unknown };
        Zone::Offset((rule.to_offset(instant).seconds() / 60) as i16)
    }

    /// Whether a number stands at most a few tokens behind this place: else a look-up is not worth its time.
    pub(crate) fn number_near(&self, at: usize) -> bool {
        self.tokens.iter().skip(at + 1).take(4).any(|token| token.kind == Kind::Number)
    }
}
