//! The forms of a date without its time: numbers with marks between them, months by name, East Asian forms.

use crate::calendar::{buddhist_year, is_solar_year, solar_to_gregorian};
use crate::order::Order;
use crate::parser::Parser;
use crate::timestamp::{Timestamp, YEARS};
use crate::token::Kind;
use crate::vocabulary::Sense;
use copydesk_text::{is_han, is_hangul, is_kana};

/// A date as read, and the place behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Core {
    pub(crate) day: Day,
    pub(crate) end: usize,
    /// The year was given by its last two digits.
    pub(crate) short_year: bool,
    /// The form proves an order of day and month.
    pub(crate) proves: Option<Order>,
    /// Where a time stands inside of the date (`Feb 18 10:27:24 2022`).
    pub(crate) time: Option<usize>,
    /// One of a span of days: `3-5 May 2020`.
    pub(crate) range: bool,
}

/// What was read of a day.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Day {
    /// One reading, to the day, the month or the year.
    Known(Timestamp),
    /// Two readings: with the day first and with the month first.
    Open(Timestamp, Timestamp),
    /// A day without its year.
    Yearless(u8, u8),
}

#[derive(Clone, Copy)]
struct Month {
    number: u8,
    /// What else the same word means in another language.
    other: Option<u8>,
    solar: bool,
    start: usize,
    end: usize,
}

impl Core {
    fn new(day: Day, end: usize) -> Self {
        Self { day, end, short_year: false, proves: None, time: None, range: false }
    }
}

impl Parser<'_> {
    /// A date that begins at this place.
    pub(crate) fn date(&self, at: usize) -> Option<Core> {
        match self.token(at)?.kind {
            Kind::Number => {
                let (value, digits) = self.number(at)?;
                match digits {
                    4 => {
                        self.year_first(at).or_else(|| self.year_of_other_calendar(at)).or_else(|| self.year_apart(at))
                    }
                    3 => self.minguo(at),
                    1 | 2 if value > 0 => self.day_first(at).or_else(|| self.east_asian(at, None)),
                    _ => None,
                }
            }
            Kind::Word | Kind::Glyph if self.number_near(at) => self.era_first(at).or_else(|| self.month_first(at)),
            _ => None,
        }
    }

    // ---- years

    /// A Gregorian year of four digits.
    fn plain_year(&self, at: usize) -> Option<i16> {
        let (value, digits) = self.number(at)?;
        let year = i16::try_from(value).ok().filter(|year| digits == 4 && YEARS.contains(year))?;
        // 2020s, 2020er, 2020%, 2020ff.
        let glued_word = self.glued(at + 1) && self.is_word(at + 1) && self.slice(at + 1).is_ascii();
        let tail = glued_word
            && self.slice(at + 1).len() <= 3
            && !self.capital(at + 1)
            && self.past(at + 1, Sense::YearMark).is_none()
            && self.past(at + 1, Sense::At).is_none();
        let percent = matches!(self.mark(at + 1), Some('%' | '€' | '$' | '£'));
        (!tail && !percent).then_some(year)
    }

    /// A year behind day and month: four digits, two behind an apostrophe, or of another calendar if the month or the
    /// language says so. Returns the place behind it and its marks.
    fn year(&self, at: usize, thai: bool, solar: bool) -> Option<(i32, usize, bool)> {
        let (era, at) = match self.sense(at, |sense| if let Sense::Era(years) = sense { Some(years) } else { None }) {
            Some((years, end)) => (Some(years), if self.is_mark(end, '.') { end + 1 } else { end }),
            None => (None, at),
        };
        let (value, digits) = self.number(at)?;
        let marked = |end: usize| {
            let past = self.past(end, Sense::YearMark);
            past.map_or(end, |end| if self.is_mark(end, '.') && self.glued(end) { end + 1 } else { end })
        };
        if let Some(years) = era {
            return Some((i32::try_from(value).ok()?.checked_add(i32::from(years))?, marked(at + 1), false));
        }
        if solar {
            let year = i32::try_from(value).ok().filter(|_| is_solar_year(value))?;
            return Some((year, marked(at + 1), false));
        }
        if let Some(year) = self.plain_year(at) {
            return Some((i32::from(year), marked(at + 1), false));
        }
        if digits == 4
            && (thai || self.hints.speaks("th"))
            && let Some(year) = buddhist_year(value)
        {
            return Some((i32::from(year), marked(at + 1), false));
        }
        // `6 พ.ย. 67`: the year of the Buddhist era without its century, behind a month in Thai.
        let clock = self.is_mark(at + 1, ':') || self.is_mark(at + 1, '.') && self.number(at + 2).is_some();
        if digits == 2
            && thai
            && (50..100).contains(&value)
            && !clock
            && let Some(year) = buddhist_year(2500 + value)
        {
            return Some((i32::from(year), marked(at + 1), true));
        }
        let apostrophe = at > 0 && self.is_mark(at - 1, '\'') && self.glued(at);
        (digits == 2 && apostrophe).then(|| (i32::from(century(value)), at + 1, true))
    }

    fn timestamp(year: i32, month: u8, day: u8, solar: bool) -> Option<Timestamp> {
        if solar {
            let (year, month, day) = solar_to_gregorian(year, month, day)?;
            return Timestamp::from_day(year, month, day);
        }
        Timestamp::from_day(i16::try_from(year).ok()?, month, day)
    }

    // ---- numbers only

    /// `2020-08-27`, `2020.08.27.`, `2020年8月27日`, `2020. május 9.`, `2020-Nov-09`.
    fn year_first(&self, at: usize) -> Option<Core> {
        if let Some(core) = self.east_asian(at, None) {
            return Some(core);
        }
        let year = self.plain_year(at)?;
        if let Some(separator @ ('-' | '/' | '.' | '–')) = self.mark(at + 1)
            && let Some(core) = self.three_numbers(at, separator)
        {
            let (month, day) = core;
            let end = if separator == '.' && self.is_mark(at + 5, '.') && self.glued(at + 5) { at + 6 } else { at + 5 };
            let value = Timestamp::from_day(year, month, day)?;
            return self.ends(end, separator).then_some(Core::new(Day::Known(value), end));
        }
        // The year, then a month by name.
        let past_mark = |at| at + usize::from(matches!(self.mark(at), Some('.' | '-' | '/' | ',')));
        let next = past_mark(at + 1);
        let next = self.past(next, Sense::YearMark).map_or(next, past_mark);
        let named = if self.short_number(next).is_some() { self.day_month(next) } else { self.month_day(next) }?;
        let (month, day, end) = named;
        if month.solar {
            return None;
        }
        let value = Timestamp::from_day(year, month.number, day)?;
        // The year that follows is the year: `1976 12 May 2020` is no date of 1976.
        let followed = (end..end + 2).any(|place| self.plain_year(place).is_some());
        (!followed).then(|| Core::new(Day::Known(value), end))
    }

    /// `2020 03/17`: the year stands apart, before month and day.
    fn year_apart(&self, at: usize) -> Option<Core> {
        let year = self.plain_year(at)?;
        let tight = !self.glued(at + 1) && self.glued(at + 2) && self.glued(at + 3) && self.is_mark(at + 2, '/');
        let two_digits = |at| self.number(at).filter(|(_, digits)| *digits == 2).map(|(value, _)| value as u8);
        let (month, day) = (two_digits(at + 1)?, two_digits(at + 3)?);
        let value = Timestamp::from_day(year, month, day).filter(|_| tight && self.ends(at + 4, '/'))?;
        Some(Core::new(Day::Known(value), at + 4))
    }

    /// Month and day behind a year, both with the same separator.
    fn three_numbers(&self, at: usize, separator: char) -> Option<(u8, u8)> {
        let gaps = separator == '.';
        let month = self.short_number(at + 2)?;
        let day = self.short_number(at + 4)?;
        let tight = gaps || (1..=4).all(|step| self.glued(at + step));
        (tight && self.glued(at + 1) && self.is_mark(at + 3, separator) && self.glued(at + 3)).then_some((month, day))
    }

    /// Whether a chain of numbers ends here: `1.2.2020.4` is no date. A time may be glued on.
    fn ends(&self, at: usize, separator: char) -> bool {
        let behind = if self.mark(at) == Some(separator) && self.glued(at) { at + 1 } else { at };
        let more = self.number(behind).is_some() && self.glued(behind);
        !more || self.is_mark(behind + 1, ':')
    }

    /// Whether the number stands in the middle of a chain: then a date does not begin with it.
    fn chained(&self, at: usize) -> bool {
        at >= 2
            && self.glued(at)
            && matches!(self.mark(at - 1), Some('.' | '/' | '-' | ':'))
            && self.glued(at - 1)
            && self.number(at - 2).is_some()
    }

    /// A year of the Persian or the Buddhist calendar before month and day, all in numbers.
    fn year_of_other_calendar(&self, at: usize) -> Option<Core> {
        let (value, _) = self.number(at)?;
        if is_solar_year(value) {
            // `1402, weekday 22 آذر`: the month says which calendar it is.
            let next = at + 1 + usize::from(matches!(self.mark(at + 1), Some(',' | '،' | '-' | '/')));
            let next = self.past_any(next, |sense| matches!(sense, Sense::Weekday(_))).unwrap_or(next);
            if let Some((month, day, end)) = self.day_month(next).filter(|(month, ..)| month.solar) {
                let day = Self::timestamp(i32::try_from(value).ok()?, month.number, day, true)?;
                return Some(Core::new(Day::Known(day), end));
            }
        }
        let separator = self.mark(at + 1).filter(|mark| matches!(mark, '/' | '-' | '.'))?;
        let (month, day) = self.three_numbers(at, separator)?;
        let native_digits = !self.slice(at).is_ascii();
        let value = if is_solar_year(value) && (native_digits || self.hints.speaks("fa") || self.hints.speaks("ps")) {
            Self::timestamp(i32::try_from(value).ok()?, month, day, true)?
        } else {
            let year = buddhist_year(value).filter(|_| native_digits || self.hints.speaks("th"))?;
            Timestamp::from_day(year, month, day)?
        };
        self.ends(at + 5, separator).then(|| Core::new(Day::Known(value), at + 5))
    }

    /// `27.08.2020`, `27/08/20`, `27. 8. 2020`, `27. August 2020`, `27th of August, 2020`.
    fn day_first(&self, at: usize) -> Option<Core> {
        if let Some((month, day, end)) = self.day_month(at) {
            // `No. 12, March 2019`: the number of an issue.
            let apart = month.start > at + 1 && self.is_mark(month.start - 1, ',');
            if apart && (self.not_a_date_before(at) || self.has_before(at, Sense::Issue)) {
                return None;
            }
            return self.with_year(month, day, end).map(|core| Core { range: self.range_before(at), ..core });
        }
        if self.chained(at) {
            return None;
        }
        let separator = self.mark(at + 1).filter(|mark| matches!(mark, '.' | '/' | '-' | '–'))?;
        let (first, second) = (self.short_number(at)?, self.short_number(at + 2)?);
        let spaced = separator == '.' || (self.token(at + 1)?.gap && self.token(at + 2)?.gap);
        let tight = (1..=4).all(|step| self.glued(at + step));
        if !(tight || spaced) || !self.is_mark(at + 3, separator) {
            return None;
        }
        let (value, digits) = self.number(at + 4)?;
        let persian = !self.slice(at + 4).is_ascii() || self.hints.speaks("fa") || self.hints.speaks("ps");
        if digits == 4 && persian && is_solar_year(value) {
            let day = Self::timestamp(i32::try_from(value).ok()?, second, first, true)?;
            return self.ends(at + 5, separator).then(|| Core::new(Day::Known(day), at + 5));
        }
        let own_digits = !self.slice(at).is_ascii() && (self.hints.speaks("fa") || self.hints.speaks("ps"));
        if digits == 2 && tight && separator == '/' && own_digits {
            // `۰۲/۰۷/۰۳`: the year of the Persian calendar without its century stands first.
            let (year, _) = self.number(at)?;
            let year = if year < 60 { 1400 } else { 1300 } + i32::try_from(year).ok()?;
            let day = u8::try_from(value).ok().and_then(|day| Self::timestamp(year, second, day, true));
            if let Some(day) = day.filter(|_| self.ends(at + 5, separator)) {
                return Some(Core { short_year: true, ..Core::new(Day::Known(day), at + 5) });
            }
        }
        let (year, short_year) = if let Some(year) = self.plain_year(at + 4) {
            (year, false)
        } else if digits == 4 && (self.hints.speaks("th") || !self.slice(at + 4).is_ascii()) {
            (buddhist_year(value)?, false)
        } else if digits == 2 && tight && !self.not_a_date_before(at) && (self.number(at + 2)?.1 == 2 || self.alone(at))
        {
            (century(value), true)
        } else {
            return None;
        };
        let end = at + 5;
        if !self.ends(end, separator) {
            return None;
        }
        if short_year && separator != '/' && self.is_year_first_land(at) {
            // `작성일22-12-10`: where dates begin with the year, so do those of two digits.
            let day = u8::try_from(value).ok().and_then(|day| Timestamp::from_day(century(first.into()), second, day));
            return day.map(|day| Core { short_year: true, ..Core::new(Day::Known(day), end) });
        }
        let (day_first, month_first) =
            (Timestamp::from_day(year, second, first), Timestamp::from_day(year, first, second));
        let mut core = match (day_first, month_first) {
            (None, None) => return None,
            (Some(value), None) => Core { proves: Some(Order::DayFirst), ..Core::new(Day::Known(value), end) },
            (None, Some(value)) => Core { proves: Some(Order::MonthFirst), ..Core::new(Day::Known(value), end) },
            (Some(value), Some(other)) if value == other => Core::new(Day::Known(value), end),
            // Dots between numbers mean the day first nearly everywhere that they are used.
            (Some(value), Some(_)) if separator == '.' && self.hints.order != Some(Order::MonthFirst) => {
                Core::new(Day::Known(value), end)
            }
            (Some(value), Some(other)) => match self.hints.order() {
                Some(Order::DayFirst) => Core::new(Day::Known(value), end),
                Some(Order::MonthFirst) => Core::new(Day::Known(other), end),
                None => Core::new(Day::Open(value, other), end),
            },
        };
        if separator == '.' {
            core.proves = None;
        }
        Some(Core { short_year, ..core })
    }

    /// A word before the number that makes it a version, a section or a telephone number.
    fn not_a_date_before(&self, at: usize) -> bool {
        self.has_before(at, Sense::NotADate)
    }

    /// Whether a word of such a sense stands before the number, with or without a point or a colon between.
    fn has_before(&self, at: usize, sense: Sense) -> bool {
        let before = if at > 0 && matches!(self.mark(at - 1), Some('.' | ':')) { at - 1 } else { at };
        before > 0 && self.past(before - 1, sense).is_some()
    }

    /// Whether the language, or the word that the number is glued to, is one of East Asia.
    fn is_year_first_land(&self, at: usize) -> bool {
        let sign = |c: char| is_han(c) || is_kana(c) || is_hangul(c);
        let glued = at > 0 && self.glued(at) && self.slice(at - 1).ends_with(sign);
        glued || ["ko", "ja", "zh"].iter().any(|language| self.hints.speaks(language))
    }

    /// Whether no word stands before the number other than one of dates: then `5.4.24` is a date.
    fn alone(&self, at: usize) -> bool {
        let before = (0..at).rev().find(|place| self.mark(*place).is_none());
        let Some(before) = before else { return true };
        let dated = |sense| matches!(sense, Sense::Label(_) | Sense::On | Sense::Weekday(_) | Sense::By);
        self.past_any(before, dated).is_some()
    }

    // ---- months by name

    fn month(&self, at: usize) -> Option<Month> {
        let mut month: Option<Month> = None;
        let mut native = false;
        self.phrases_at(at, |phrase, end| {
            let Sense::Month { number, solar } = phrase.sense else { return None };
            let mine = self.native(phrase);
            match &mut month {
                None => month = Some(Month { number, other: None, solar, start: at, end }),
                Some(known) if end < known.end => return Some(()),
                // The same word for two months, in two languages: the text's own wins.
                Some(known) if mine && !native => (known.number, known.solar) = (number, solar),
                Some(known) if !native && number != known.number => known.other = Some(number),
                Some(_) => {}
            }
            native |= mine;
            None
        });
        if native && let Some(month) = &mut month {
            month.other = None;
        }
        month
    }

    /// The place behind the marks and words that may stand between the parts of a date.
    fn between(&self, mut at: usize) -> usize {
        for _ in 0..3 {
            if matches!(self.mark(at), Some('.' | ',' | '-' | '/' | '\'')) {
                at += 1;
            } else if let Some(end) = self.past(at, Sense::Of) {
                at = end;
            } else {
                break;
            }
        }
        at
    }

    /// A day number with what may be glued to it: `3rd`, `1er`, `21-го`.
    fn day_number(&self, at: usize) -> Option<(u8, usize)> {
        let day = self.short_number(at).filter(|day| (1..=31).contains(day))?;
        let short = |place: usize| {
            self.token(place).is_some_and(|token| token.kind == Kind::Word)
                && self.glued(place)
                && self.slice(place).chars().count() <= 3
                && self.month(place).is_none()
        };
        let end = if short(at + 1) {
            at + 2
        } else if matches!(self.mark(at + 1), Some('-' | ':' | '\'')) && self.glued(at + 1) && short(at + 2) {
            at + 3
        } else if matches!(self.mark(at + 1), Some('°' | 'º' | 'ª')) {
            at + 2
        } else {
            at + 1
        };
        Some((day, end))
    }

    /// A month by name, perhaps by both of its Arabic names: `نيسان / أبريل`.
    fn month_twice(&self, at: usize) -> Option<Month> {
        let month = self.month(at)?;
        let again =
            self.month(month.end + 1).filter(|again| again.number == month.number && self.is_mark(month.end, '/'));
        Some(again.unwrap_or(month))
    }

    /// Whether a number of five or six digits is the year of a date with something glued to it.
    pub(crate) fn is_glued_year(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let year = self.slice(at).get(..4).and_then(|year| year.parse().ok());
        if !year.is_some_and(|year: i16| (1990..=2099).contains(&year)) {
            return false;
        }
        let before = if matches!(self.mark(before), Some('.' | ',' | '/')) { before.saturating_sub(1) } else { before };
        let month = |place| self.month(place).is_some();
        let numbers = self.short_number(before).is_some() && before >= 2;
        let begins = matches!(self.mark(at + 1), Some('.' | '/' | ':' | '-')) || month(at + 1);
        begins
            && (month(before)
                || (numbers && (month(before - 1) || month(before - 2) || self.short_number(before - 2).is_some())))
    }

    /// Whether a number behind a month is a day and a year that a page shows below each other: `Apr 042013`.
    pub(crate) fn is_day_glued_to_year(&self, at: usize) -> bool {
        let text = self.slice(at);
        let parts = text.len().checked_sub(4).and_then(|middle| Some((text.get(..middle)?, text.get(middle..)?)));
        let Some((Ok(day), Ok(year))) = parts.map(|(day, year)| (day.parse::<u8>(), year.parse::<i16>())) else {
            return false;
        };
        let before = at.checked_sub(1).is_some_and(|before| self.is_word(before) && self.month(before).is_some());
        before && (1..=31).contains(&day) && (1990..=2099).contains(&year)
    }

    fn day_month(&self, at: usize) -> Option<(Month, u8, usize)> {
        let (day, end) = self.day_number(at)?;
        let end = self.past(end, Sense::DayMark).unwrap_or(end);
        let month = self.month_twice(self.between(end))?;
        Some((month, day, month.end))
    }

    fn month_day(&self, at: usize) -> Option<(Month, u8, usize)> {
        let month = self.month(at)?;
        let (day, end) = self.day_number(self.between(month.end))?;
        if self.is_mark(end, ':') && self.glued(end) {
            return None;
        }
        let end = self.past(end, Sense::DayMark).unwrap_or(end);
        let end = if self.is_mark(end, '.') && self.glued(end) { end + 1 } else { end };
        Some((month, day, end))
    }

    /// Day and month, with the year if one follows.
    fn with_year(&self, month: Month, day: u8, end: usize) -> Option<Core> {
        let thai = self.slice(month.end.saturating_sub(1)).chars().all(|c| matches!(c as u32, 0xE00..=0xE7F | 0x2E));
        let at = self.between(end);
        if let Some((year, behind, short_year)) = self.year(at, thai, month.solar) {
            let value = Self::timestamp(year, month.number, day, month.solar)?;
            let day = match month.other.and_then(|other| Self::timestamp(year, other, day, month.solar)) {
                Some(other) => Day::Open(value, other),
                None => Day::Known(value),
            };
            return Some(Core { short_year, ..Core::new(day, behind) });
        }
        // 7-Nov-20: two digits only where hyphens or slashes hold the three parts together.
        if let Some((value, 2)) = self.number(at)
            && at == end + 1
            && end == month.end
            && matches!(self.mark(end), Some('-' | '/' | '.'))
            && self.mark(end) == self.mark(month.start.wrapping_sub(1))
            && self.glued(end)
            && self.glued(at)
        {
            let value = Timestamp::from_day(century(value), month.number, day)?;
            return Some(Core { short_year: true, ..Core::new(Day::Known(value), at + 1) });
        }
        // (Bergen, 7 November 20): two digits that end the line or its brackets are no time of the day.
        if let Some((value, 2)) = self.number(at)
            && month.end - month.start == 1
            && end == month.end
            && self.slice(month.start).chars().count() > 3
            && month.other.is_none()
            && !month.solar
            && (at + 1 == self.tokens.len() || matches!(self.mark(at + 1), Some(')' | ']')))
        {
            let value = Timestamp::from_day(century(value), month.number, day)?;
            return Some(Core { short_year: true, ..Core::new(Day::Known(value), at + 1) });
        }
        // A small word of three letters is a month of some language, and another word of many: `23 mas`.
        let word = self.slice(month.end - 1);
        let doubtful =
            word.is_ascii() && word.len() <= 3 && !self.capital(month.end - 1) && !self.is_mark(month.end, '.');
        let possible = !doubtful
            && month.other.is_none()
            && !month.solar
            && Timestamp::from_day(2000, month.number, day).is_some();
        possible.then(|| Core::new(Day::Yearless(month.number, day), end))
    }

    /// `August 27, 2020`, `Aug 27`, `August 2020`, `Feb 18 10:27:24 2022`.
    fn month_first(&self, at: usize) -> Option<Core> {
        let month = self.month(at)?;
        let thai = self.slice(at).chars().all(|c| matches!(c as u32, 0xE00..=0xE7F));
        if let Some((_, day, end)) = self.month_day(at) {
            if let Some(core) = self.year_behind_time(month, day, end) {
                return Some(core);
            }
            // `May 3-5, 2020`: the first day of the span.
            let last = matches!(self.mark(end), Some('-' | '–' | '—')).then(|| self.day_number(end + 1)).flatten();
            if let Some((later, behind)) = last.filter(|(later, _)| *later > day)
                && let Some(core) = self.with_year(month, later, behind)
            {
                let first = match core.day {
                    Day::Known(value) => Day::Known(Timestamp::from_day(value.year(), value.month()?, day)?),
                    Day::Yearless(number, _) => Day::Yearless(number, day),
                    open @ Day::Open(..) => open,
                };
                return Some(Core { day: first, range: true, ..core });
            }
            let core = self.with_year(month, day, end)?;
            if matches!(core.day, Day::Yearless(..)) {
                let latin = self.slice(at).is_ascii();
                let ordinary = self.is_mark(end, '%') || (latin && !self.capital(at));
                return (!ordinary).then_some(core);
            }
            return Some(core);
        }
        // The month alone with its year; a number before it was no day of it.
        let before = at - usize::from(at > 0 && self.is_mark(at - 1, '.'));
        if before > 0 && self.short_number(before - 1).is_some() {
            return None;
        }
        let (year, end, short_year) = self.year(self.between(month.end), thai, false)?;
        let long = self.slice(at).chars().count() > 3 || self.capital(at) || !self.slice(at).is_ascii();
        let value = Timestamp::from_month(i16::try_from(year).ok()?, month.number)?;
        let known = month.other.is_none() && !month.solar && long && !short_year;
        known.then(|| Core::new(Day::Known(value), end))
    }

    /// The form of `date` and `ctime`: the year behind the time, perhaps with a zone before it.
    fn year_behind_time(&self, month: Month, day: u8, end: usize) -> Option<Core> {
        if !self.is_mark(end + 1, ':') {
            return None;
        }
        let time = self.time(end, false)?;
        let at = if self.is_word(time.end) && self.any_capitals(time.end) { time.end + 1 } else { time.end };
        let value = Timestamp::from_day(self.plain_year(at)?, month.number, day)?;
        Some(Core { time: Some(end), ..Core::new(Day::Known(value), at + 1) })
    }

    /// Whether the day ends a span of days: `3-5 May`, `3. bis 5. Mai`.
    fn range_before(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let dash = matches!(self.mark(before), Some('-' | '–' | '—'));
        let word = self.past(before, Sense::Range) == Some(at);
        let number = |place: Option<usize>| place.is_some_and(|place| self.short_number(place).is_some());
        (dash || word)
            && (number(before.checked_sub(1))
                || (self.is_mark(before.wrapping_sub(1), '.') && number(before.checked_sub(2))))
    }

    // ---- East Asia

    /// `2020年8月27日`, `8月27日`, `2020년 8월 27일`; with `era` years already counted from elsewhere.
    fn east_asian(&self, at: usize, era: Option<i16>) -> Option<Core> {
        // `令和元年`: the first year of an era.
        let (value, digits) = if era.is_some() && self.is(at, &["元"]) { (1, 1) } else { self.number(at)? };
        if self.is(at + 1, &["年", "년"]) {
            let year = match era {
                Some(years) => i16::try_from(value).ok()?.checked_add(years)?,
                None if digits == 4 => i16::try_from(value).ok()?,
                None => return None,
            };
            let month = self.short_number(at + 2).filter(|_| self.is(at + 3, &["月", "월"]));
            let month = month?;
            if let Some(day) = self.short_number(at + 4)
                && self.is_day_sign(at + 5)
            {
                return Some(Core::new(Day::Known(Timestamp::from_day(year, month, day)?), at + 6));
            }
            return Some(Core::new(Day::Known(Timestamp::from_month(year, month)?), at + 4));
        }
        if digits <= 2 && self.is(at + 1, &["月", "월"]) && self.is_day_sign(at + 3) {
            let (month, day) = (self.short_number(at)?, self.short_number(at + 2)?);
            Timestamp::from_day(2000, month, day)?;
            return Some(Core::new(Day::Yearless(month, day), at + 4));
        }
        // `1月 18, 2018`: month and day in the order of another language.
        if digits <= 2
            && self.is(at + 1, &["月", "월"])
            && self.is_mark(at + 3, ',')
            && let (Some(month), Some(day), Some(year)) =
                (self.short_number(at), self.short_number(at + 2), self.plain_year(at + 4))
        {
            return Some(Core::new(Day::Known(Timestamp::from_day(year, month, day)?), at + 5));
        }
        None
    }

    /// `101/05/25` in Taiwan: years are counted from 1912.
    fn minguo(&self, at: usize) -> Option<Core> {
        let (value, _) = self.number(at).filter(|(value, _)| (60..200).contains(value))?;
        let taiwan = self.hints.region.is_some_and(|region| region.eq_ignore_ascii_case("tw"))
            || self.hints.language.is_some_and(|tag| tag.to_ascii_lowercase().ends_with("tw"));
        let separator = self.mark(at + 1).filter(|mark| matches!(mark, '/' | '-' | '.'))?;
        let (month, day) = self.three_numbers(at, separator)?;
        let value = Timestamp::from_day(1911 + i16::try_from(value).ok()?, month, day)?;
        (taiwan && !self.chained(at) && self.ends(at + 5, separator)).then(|| Core::new(Day::Known(value), at + 5))
    }

    fn is_day_sign(&self, at: usize) -> bool {
        self.is(at, &["日", "号", "號"]) || (self.is_word(at) && self.slice(at).starts_with('일') && self.glued(at))
    }

    /// `令和6年4月1日`, `民國109年8月27日`.
    fn era_first(&self, at: usize) -> Option<Core> {
        let (years, end) = self.sense(at, |sense| if let Sense::Era(years) = sense { Some(years) } else { None })?;
        self.east_asian(end, Some(years))
    }
}

/// The year that two digits stand for: 70 to 99 are of the last century.
fn century(short: u32) -> i16 {
    let short = i16::try_from(short % 100).unwrap_or(0);
    if short >= 70 { 1900 + short } else { 2000 + short }
}
