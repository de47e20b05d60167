//! Finds dates in running text.

use std::ops::Range;

use crate::clock::TimeReading;
use crate::grammar::{Core, Day};
use crate::label::{Label, Labelled};
use crate::order::{Hints, Order};
use crate::parser::Parser;
use crate::timestamp::{Clock, Timestamp};
use crate::token::{Kind, Token, digit, has_digit, tokens};
use crate::vocabulary::{Sense, VOCABULARY};

/// A text without a digit is looked at for `yesterday` only if it is no longer than this: in prose such a word dates
/// what is told, not the page.
pub(crate) const SHORT: usize = 64;

/// A longer text is read only around its digits.
const LONG: usize = 320;

/// How many bytes before and behind a digit are read with it: room for a label, a weekday, a time and a zone.
const AROUND: usize = 112;

/// What was read at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A date, with what else is given.
    Known(Timestamp),
    /// A date that has two readings, and nothing tells which holds: one of numbers, or one with a word that is the
    /// name of two months in two languages (`listopad`; then in no order).
    Open {
        /// The reading with the day first.
        day_first: Timestamp,
        /// The reading with the month first.
        month_first: Timestamp,
    },
    /// A day without its year.
    Yearless {
        /// The month, 1 to 12.
        month: u8,
        /// The day of the month.
        day: u8,
        /// The time beside it.
        clock: Option<Clock>,
    },
    /// A time without a day.
    Time(Clock),
    /// A relative date, where the fetch time is not known.
    Relative,
}

/// A date found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDate {
    /// The bytes of the date with its weekday, time and zone, without its label.
    pub span: Range<usize>,
    /// What it says.
    pub reading: Reading,
    /// The label word beside it.
    pub label: Option<Labelled>,
    /// It was counted back from the fetch time (`2 hours ago`), so it is approximate.
    pub relative: bool,
    /// It is one end of a span of days or times: an event more often than a publication.
    pub range: bool,
    /// Its year was given by two digits.
    pub short_year: bool,
    /// What its form proves about the order of day and month in the document.
    pub proves: Option<Order>,
}

impl FoundDate {
    /// The date, if there is one reading of it.
    pub fn value(&self) -> Option<Timestamp> {
        match self.reading {
            Reading::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The same, in a text in which the one that was read begins at `offset`.
    fn moved(mut self, offset: usize) -> Self {
        let shift = |span: &Range<usize>| span.start + offset..span.end + offset;
        self.span = shift(&self.span);
        if let Some(labelled) = &mut self.label {
            labelled.span = shift(&labelled.span);
        }
        self
    }

    /// What the label says, if there is one.
    pub fn label(&self) -> Option<Label> {
        self.label.as_ref().map(|labelled| labelled.label)
    }
}

/// All dates of a text, in order. Takes time in proportion to the text, and next to none if it has no digit.
pub fn find(text: &str, hints: &Hints) -> Vec<FoundDate> {
    if !worth_reading(text) {
        return Vec::new();
    }
    if text.len() <= LONG {
        return find_in(text, hints);
    }
    let mut all = Vec::new();
    for window in windows(text) {
        let Some(part) = text.get(window.clone()) else { continue };
        all.extend(find_in(part, hints).into_iter().map(|found| found.moved(window.start)));
    }
    all
}

fn find_in(text: &str, hints: &Hints) -> Vec<FoundDate> {
    let tokens = date_tokens(text);
    let parser = Parser::new(text, &tokens, hints);
    scan(&parser).into_iter().map(|piece| piece.found).collect()
}

/// The parts of a text around its digits, in order and apart from one another. They are cut between words where there
/// are spaces.
fn windows(text: &str) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices() {
        if digit(c).is_none() {
            continue;
        }
        let end = (at + AROUND).min(text.len());
        match windows.last_mut() {
            Some(last) if at <= last.end + AROUND => last.end = end,
            _ => windows.push(at.saturating_sub(AROUND)..end),
        }
    }
    for window in &mut windows {
        window.start = text.floor_char_boundary(window.start);
        window.end = text.ceil_char_boundary(window.end);
        let part = text.get(window.clone()).unwrap_or("");
        // A word cut in two could be read as another word.
        if window.start > 0 {
            window.start += part.bytes().take(AROUND / 2).position(|byte| byte == b' ').unwrap_or(0);
        }
        if window.end < text.len() {
            window.end -= part.bytes().rev().take(AROUND / 2).position(|byte| byte == b' ').unwrap_or(0);
        }
    }
    windows
}

/// Whether a text can hold a date at all: it has a digit, or it is short and its first word is one of dates.
pub(crate) fn worth_reading(text: &str) -> bool {
    has_digit(text) || (text.len() <= SHORT && VOCABULARY.knows_first_word(text))
}

/// The tokens of a text, with a year parted from what a page glued to it: `20 May 202021 May 2020`, `Apr 042013`.
pub(crate) fn date_tokens(text: &str) -> Vec<Token> {
    let tokens = tokens(text);
    let glued = |token: &Token| {
        token.kind == Kind::Number
            && matches!(token.digits, 5 | 6)
            && token.end - token.start == u32::from(token.digits)
    };
    if !tokens.iter().any(glued) {
        return tokens;
    }
    let hints = Hints::default();
    let parser = Parser::new(text, &tokens, &hints);
    let mut parted = Vec::with_capacity(tokens.len() + 4);
    for (at, token) in tokens.iter().enumerate() {
        let head = match token.digits {
            _ if !glued(token) => 0,
            _ if parser.is_glued_year(at) => 4,
            digits if parser.is_day_glued_to_year(at) => digits - 4,
            _ => 0,
        };
        if head == 0 {
            parted.push(*token);
            continue;
        }
        let tail = token.digits - head;
        let behind = 10u32.pow(u32::from(tail));
        let middle = token.start + u32::from(head);
        parted.push(Token { end: middle, digits: head, value: token.value / behind, ..*token });
        // The rest counts as set apart: it begins something new.
        parted.push(Token { start: middle, gap: true, digits: tail, value: token.value % behind, ..*token });
    }
    parted
}

/// A date with the tokens that it and its label take up.
pub(crate) struct Piece {
    pub(crate) found: FoundDate,
    pub(crate) tokens: Range<usize>,
    pub(crate) label_tokens: Option<Range<usize>>,
}

/// All dates of a text, with their tokens.
pub(crate) fn scan(parser: &Parser) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < parser.tokens.len() {
        if let Some(mut piece) = parser.piece(at, pieces.last()) {
            at = piece.tokens.end.max(at + 1);
            piece.found.range |= pieces.last().is_some_and(|last| parser.ends_span(last, &piece));
            pieces.push(piece);
        } else {
            at = parser.skip(at);
        }
    }
    parser.label_trailing(&mut pieces);
    pieces
}

impl Parser<'_> {
    /// The place behind a token at which nothing begins. A number that is glued to Latin letters before it takes the
    /// chain that it begins with it: `v1.2.2020` holds no date at `2.2020` either.
    fn skip(&self, at: usize) -> usize {
        if !self.tainted(at) {
            return at + 1;
        }
        let mut end = at + 1;
        while self.glued(end) && (self.number(end).is_some() || matches!(self.mark(end), Some('.' | '-' | '/' | '_'))) {
            end += 1;
        }
        end
    }

    /// Whether a number is glued to letters before it that are no words of dates.
    fn tainted(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        if self.number(at).is_none() || !self.glued(at) {
            return false;
        }
        match self.token(before).map(|token| token.kind) {
            // `Posted2020-10-11`, `am12.3.2020`, and the `T` before a time.
            Some(Kind::Word) => {
                let known = |sense| {
                    matches!(
                        sense,
                        Sense::Label(_)
                            | Sense::Weekday(_)
                            | Sense::On
                            | Sense::At
                            | Sense::Half(_)
                            | Sense::Month { .. }
                    )
                };
                let word = self.slice(before);
                // `Anderson2020-02-20`: a name, glued on by the page.
                if word.len() >= 3 && self.capital(before) && word.ends_with(|c: char| c.is_ascii_lowercase()) {
                    return false;
                }
                word.is_ascii() && word != "T" && (word.len() == 1 || self.past_any(before, known).is_none())
            }
            Some(Kind::Mark('_' | '#' | '$' | '€' | '£' | '+' | '=')) => true,
            _ => false,
        }
    }

    /// The date that begins at this place.
    fn piece(&self, at: usize, last: Option<&Piece>) -> Option<Piece> {
        let token = self.token(at)?;
        let floor = last.map_or(0, |piece| piece.tokens.end);
        match token.kind {
            Kind::Mark(_) => return None,
            Kind::Number if self.tainted(at) => return None,
            Kind::Number => {}
            Kind::Word | Kind::Glyph if self.number_near(at) => {}
            Kind::Word | Kind::Glyph => return self.wordy(at, floor),
        }
        if let Some(relative) = self.relative(at)
            && relative.start >= floor
        {
            let value = self.hints.fetched.and_then(|fetched| relative.unit.before(fetched, relative.count));
            let reading = value.map_or(Reading::Relative, Reading::Known);
            return Some(self.finish(relative.start..relative.end, reading, floor, |found| found.relative = true));
        }
        if let Some(core) = self.date(at) {
            return Some(self.dated(at, at, &core, None, floor));
        }
        if let Some(time) = self.time(at, false) {
            return Some(self.timed(at, time, floor));
        }
        self.wordy(at, floor).or_else(|| self.copyright_year(at, floor))
    }

    /// A date with what stands around it: weekday before, time behind.
    fn dated(&self, start: usize, at: usize, core: &Core, before: Option<TimeReading>, floor: usize) -> Piece {
        let mut end = core.end;
        let time = match (before, core.time) {
            (Some(time), _) => Some(time),
            (None, Some(place)) => self.time(place, false).map(|time| {
                let zone = self.zone(time.end, true);
                TimeReading { zone: zone.map_or(time.zone, |(zone, _)| zone), ..time }
            }),
            (None, None) => self.time_behind(core.end).inspect(|time| end = time.end),
        };
        if before.is_some() {
            // `21:17 18.11.2019 (KST)`: the zone behind the date belongs to the time before it.
            end = self.weekday_behind(end);
        } else if time.is_none() {
            end = self.weekday_behind(end);
        }
        let label_at = start;
        let start = if start == at { self.weekday_before(start, floor) } else { start };
        let place = |day: Timestamp| time.as_ref().map_or(day, |time| self.combine(day, time));
        let reading = match self.settled(core.day, start..at, core.end..end) {
            Day::Known(day) => Reading::Known(place(day)),
            Day::Open(one, two) => Reading::Open { day_first: place(one), month_first: place(two) },
            Day::Yearless(month, day) => Reading::Yearless { month, day, clock: time.map(|time| time.clock) },
        };
        let range = core.range || time.is_some_and(|time| time.range) || self.days_follow(core.end);
        self.finish_labelled(start..end, label_at, reading, floor, |found| {
            found.range = range;
            found.short_year = core.short_year;
            found.proves = core.proves;
        })
    }

    /// A time: with the date behind it, or alone.
    fn timed(&self, at: usize, time: TimeReading, floor: usize) -> Piece {
        let mut next = time.end;
        for _ in 0..5 {
            if let Some(core) = self.date(next).filter(|_| self.number(next).is_some() || self.is_word(next)) {
                if matches!(core.day, Day::Yearless(..)) && self.time_behind(core.end).is_some() {
                    break;
                }
                return self.dated(at, next, &core, Some(time), floor);
            }
            if matches!(self.mark(next), Some(',' | '-' | '–' | '|' | '/' | '·' | '•' | '(' | '.')) {
                next += 1;
            } else if let Some(end) =
                self.past_any(next, |sense| matches!(sense, Sense::Weekday(_) | Sense::On | Sense::Of))
            {
                next = end;
            } else {
                break;
            }
        }
        // With `yesterday` before it.
        if let Some(before) = at.checked_sub(1).filter(|before| *before >= floor)
            && let Some(piece) = self.day_word_before(before, at, &time, floor)
        {
            return piece;
        }
        // Digits before a colon can be a score, a ratio or a verse; the caller only learns that it may be a time.
        self.finish(at..time.end, Reading::Time(time.clock), floor, |found| found.range = time.range)
    }

    /// `yesterday, 17:46`.
    fn day_word_before(&self, before: usize, at: usize, time: &TimeReading, floor: usize) -> Option<Piece> {
        for start in (before.saturating_sub(4).max(floor)..=before).rev() {
            let Some((days, end)) = self.days_ago(start) else { continue };
            if self.filler(end, at) {
                let reading =
                    self.days_before(days).map_or(Reading::Relative, |day| Reading::Known(self.combine(day, time)));
                return Some(self.finish(start..time.end, reading, floor, |found| found.relative = true));
            }
        }
        None
    }

    fn days_before(&self, days: u8) -> Option<Timestamp> {
        crate::relative::Unit::Day.before(self.hints.fetched?, u32::from(days))
    }

    /// Relative dates without a number, in short texts: `an hour ago`, `yesterday`.
    fn wordy(&self, at: usize, floor: usize) -> Option<Piece> {
        if !self.opens {
            return None;
        }
        if let Some(relative) = self.relative(at).filter(|_| self.is_word(at))
            && relative.start >= floor
        {
            let value = self.hints.fetched.and_then(|fetched| relative.unit.before(fetched, relative.count));
            let reading = value.map_or(Reading::Relative, Reading::Known);
            return Some(self.finish(relative.start..relative.end, reading, floor, |found| found.relative = true));
        }
        let (days, end) = self.days_ago(at)?;
        // Only as the whole of a line, at most with a label before it; with a time behind it the time finds it.
        let rest_is_empty = self.filler(end, self.tokens.len());
        if !rest_is_empty || self.time_behind(end).is_some() {
            return None;
        }
        let reading = self.days_before(days).map_or(Reading::Relative, Reading::Known);
        let piece = self.finish(at..end, reading, floor, |found| found.relative = true);
        let first = piece.label_tokens.as_ref().map_or(at, |label| label.start);
        self.filler(0, first).then_some(piece)
    }

    /// The year of a copyright line.
    fn copyright_year(&self, at: usize, floor: usize) -> Option<Piece> {
        let year = |at| match self.number(at)? {
            (value, 4) => Timestamp::from_year(i16::try_from(value).ok()?),
            _ => None,
        };
        let first = year(at)?;
        // Of `2012-2020` the last year.
        let last = self.mark(at + 1).filter(|mark| matches!(mark, '-' | '–')).and_then(|_| year(at + 2));
        let (value, end) = last.map_or((first, at + 1), |last| (last, at + 3));
        let piece = self.finish(at..end, Reading::Known(value), floor, |_| {});
        (piece.found.label() == Some(Label::Copyright)).then_some(piece)
    }

    // ---- around a date

    /// A time behind a date, with what may stand between them.
    fn time_behind(&self, mut at: usize) -> Option<TimeReading> {
        for _ in 0..6 {
            if let Some(time) = self.time(at, true) {
                return Some(time);
            }
            if matches!(
                self.mark(at),
                Some(',' | '-' | '–' | '—' | '|' | '/' | '·' | '•' | ':' | '(' | ')' | '.' | ';' | '@' | '[')
            ) || self.is(at, &["T"])
            {
                at += 1;
            } else if let Some(end) =
                self.past_any(at, |sense| matches!(sense, Sense::At | Sense::Weekday(_) | Sense::YearMark | Sense::On))
            {
                at = end;
            } else {
                return None;
            }
        }
        None
    }

    /// A date with two readings, of which only one falls on the weekday that stands beside it.
    fn settled(&self, day: Day, before: Range<usize>, behind: Range<usize>) -> Day {
        let Day::Open(one, two) = day else { return day };
        let named = |date: Timestamp| {
            let weekday = date.day().and_then(|day| u8::try_from(day.weekday().to_monday_one_offset()).ok());
            before.clone().chain(behind.clone()).any(|place| {
                self.past_any(place, |sense| matches!(sense, Sense::Weekday(number) if Some(number) == weekday))
                    .is_some()
            })
        };
        match (named(one), named(two)) {
            (true, false) => Day::Known(one),
            (false, true) => Day::Known(two),
            _ => day,
        }
    }

    fn past_weekday(&self, at: usize) -> Option<usize> {
        self.past_any(at, |sense| matches!(sense, Sense::Weekday(_)))
    }

    fn weekday_before(&self, start: usize, floor: usize) -> usize {
        for back in 1..=4 {
            let Some(place) = start.checked_sub(back).filter(|place| *place >= floor) else { break };
            if let Some(end) = self.past_weekday(place)
                // 日 before a date is the end of a word for a day.
                && (end > place + 1 || self.token(place).is_some_and(|token| token.kind == Kind::Word))
                && self.filler(end, start)
                && end + 2 >= start
            {
                // A longer phrase may begin one word earlier.
                let longer =
                    place.checked_sub(1).filter(|place| *place >= floor && self.past_weekday(*place) == Some(end));
                return longer.unwrap_or(place);
            }
        }
        start
    }

    fn weekday_behind(&self, end: usize) -> usize {
        let open = matches!(self.mark(end), Some('(' | '[' | '<'));
        let place = if open || self.is_mark(end, ',') { end + 1 } else { end };
        match self.past_weekday(place) {
            Some(behind) if open && self.mark(behind).is_some() => behind + 1,
            Some(behind) if !open => behind,
            _ => end,
        }
    }

    /// Whether the end of a span of days follows: `3 May - 5 May 2020`, `1.5.2020 bis 3.5.2020`.
    fn days_follow(&self, end: usize) -> bool {
        let behind = match self.mark(end) {
            Some('-' | '–' | '—') => Some(end + 1),
            _ => self.past(end, Sense::Range),
        };
        behind.is_some_and(|next| {
            self.number(next).is_some() && self.time(next, true).is_none() && self.date(next).is_some()
        })
    }

    /// Whether a date is the other end of the span that the one before it begins.
    fn ends_span(&self, first: &Piece, second: &Piece) -> bool {
        let end = first.tokens.end;
        let behind = match self.mark(end) {
            Some('-' | '–' | '—') => Some(end + 1),
            _ => self.past(end, Sense::Range),
        };
        first.found.range && behind == Some(second.tokens.start)
    }

    /// Whether the tokens say nothing: marks and the small words of dates.
    pub(crate) fn filler(&self, mut from: usize, to: usize) -> bool {
        while from < to {
            from = match self.token(from).map(|token| token.kind) {
                None => return true,
                Some(Kind::Mark(_)) => from + 1,
                Some(Kind::Number) => return false,
                Some(_) => {
                    let small = |sense| {
                        matches!(
                            sense,
                            Sense::At | Sense::On | Sense::Of | Sense::Hour | Sense::YearMark | Sense::Weekday(_)
                        )
                    };
                    match self.past_any(from, small) {
                        Some(end) if end <= to => end,
                        _ => return false,
                    }
                }
            };
        }
        true
    }

    /// The bytes of a range of tokens.
    pub(crate) fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.token(range.start).map_or(self.text.len(), |token: &Token| token.start as usize);
        let end = range.end.checked_sub(1).and_then(|last| self.token(last)).map_or(start, |token| token.end as usize);
        start..end.max(start)
    }

    fn finish(&self, range: Range<usize>, reading: Reading, floor: usize, set: impl FnOnce(&mut FoundDate)) -> Piece {
        let start = range.start;
        self.finish_labelled(range, start, reading, floor, set)
    }

    /// Puts a date together; its label is looked for before `label_at`.
    fn finish_labelled(
        &self,
        range: Range<usize>,
        label_at: usize,
        reading: Reading,
        floor: usize,
        set: impl FnOnce(&mut FoundDate),
    ) -> Piece {
        let label = self.label_before(label_at, floor);
        let mut range = range;
        // What looked like a weekday was the end of the label: `do 14.5.`.
        if let Some((_, place)) = &label
            && place.end > range.start
        {
            range.start = (place.end..label_at).find(|place| self.mark(*place).is_none()).unwrap_or(label_at);
        }
        let words = label.as_ref().map_or(range.start, |(_, place)| place.start)..range.end;
        let reading = match reading {
            // Not where the doubt is over a month word: then both readings have the same day of the month.
            Reading::Open { day_first, month_first }
                if day_first.day().map(jiff::civil::Date::day) != month_first.day().map(jiff::civil::Date::day)
                    && self.hints.order().is_none()
                    && self.day_first_words(words) =>
            {
                Reading::Known(day_first)
            }
            other => other,
        };
        let mut found = FoundDate {
            span: self.bytes(&range),
            reading,
            label: label.as_ref().map(|(label, place)| Labelled { label: *label, span: self.bytes(place) }),
            relative: false,
            range: false,
            short_year: false,
            proves: None,
        };
        set(&mut found);
        Piece { found, tokens: range, label_tokens: label.map(|(_, place)| place) }
    }
}
