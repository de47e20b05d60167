//! Dates in addresses.

use copydesk_text::path;

use crate::timestamp::Timestamp;

/// The day or month that the path of an address gives: `/2020/08/27/`, `/2020/08/`, `-20200827-`, `2020-08-27`. Only
/// years from 1990 on, since older numbers in paths are identifiers. `None` if the path gives two that differ.
pub fn from_url(url: &str) -> Option<Timestamp> {
    let path = path(url);
    if path.is_empty() || path.len() > 2048 {
        return None;
    }
    let runs = runs(path);
    let mut days: Vec<Timestamp> = Vec::new();
    let mut months: Vec<Timestamp> = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        let next = |step: usize| runs.get(place + step);
        if let Some(day) = run.compact() {
            days.push(day);
        }
        let Some(year) = run.year() else { continue };
        let (Some(month), after) = (next(1).filter(|month| month.follows(run)), next(2)) else { continue };
        let Some(month_value) = month.short().and_then(|number| Timestamp::from_month(year, number)) else { continue };
        let day = after.filter(|day| day.follows(month) && day.separator == month.separator).and_then(|day| {
            let ends = matches!(day.behind, None | Some(b'/' | b'-' | b'_' | b'.'));
            Timestamp::from_day(year, month_value.month()?, day.short().filter(|_| ends)?)
        });
        match day {
            Some(day) => days.push(day),
            // A month alone only between slashes; `2020-08` is as often a season or a number.
            None if month.separator == Some(b'/') && month.behind == Some(b'/') && run.before_year() => {
                months.push(month_value);
            }
            None => {}
        }
    }
    let found = if days.is_empty() { months } else { days };
    let (first, rest) = found.split_first()?;
    rest.iter().all(|other| other == first).then_some(*first)
}

/// A run of digits in a path, with what stands around it.
struct Run<'a> {
    digits: &'a str,
    /// The byte before it.
    separator: Option<u8>,
    behind: Option<u8>,
    start: usize,
}

impl Run<'_> {
    fn year(&self) -> Option<i16> {
        let year = self.digits.parse().ok().filter(|_| self.digits.len() == 4)?;
        let free = self.separator.is_none_or(|byte| !byte.is_ascii_alphabetic());
        (free && (1990..=2100).contains(&year)).then_some(year)
    }

    fn before_year(&self) -> bool {
        self.separator == Some(b'/')
    }

    fn short(&self) -> Option<u8> {
        self.digits.parse().ok().filter(|_| self.digits.len() <= 2)
    }

    fn compact(&self) -> Option<Timestamp> {
        let edge = |byte: Option<u8>| matches!(byte, None | Some(b'/' | b'-' | b'_' | b'.'));
        if self.digits.len() != 8 || !edge(self.separator) || !edge(self.behind) {
            return None;
        }
        let part = |range: std::ops::Range<usize>| self.digits.get(range)?.parse::<u8>().ok();
        let year = self.digits.get(..4)?.parse().ok().filter(|year| (1990..=2100).contains(year))?;
        Timestamp::from_day(year, part(4..6)?, part(6..8)?)
    }

    /// Whether only one separator stands between the two runs.
    fn follows(&self, other: &Run) -> bool {
        self.start == other.start + other.digits.len() + 1 && matches!(self.separator, Some(b'/' | b'-' | b'_' | b'.'))
    }
}

fn runs(path: &str) -> Vec<Run<'_>> {
    let bytes = path.as_bytes();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let separator = at.checked_sub(1).and_then(|before| bytes.get(before)).copied();
        runs.push(Run {
            digits: &path[at..at + length],
            separator,
            behind: bytes.get(at + length).copied(),
            start: at,
        });
        at += length;
    }
    runs
}
