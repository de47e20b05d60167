//! What personal data looks like, as `data/patterns.toml` has it.

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use copydesk_text::{HANGUL, UNSPACED};
use regex::{Regex, RegexSet};
use serde::{Deserialize, Serialize};

use crate::checksum;

/// A kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An e-mail address, in its usual form or as `(at)`.
    EMail,
    /// An international bank account number.
    Iban,
    /// The number of a credit card.
    Card,
    /// An address of the Internet, version 4 or 6.
    IpAddress,
    /// A number that a state gives to a person.
    NationalNumber,
    /// A telephone number.
    Phone,
    /// A name on a social network, with its `@`.
    Handle,
}

impl Kind {
    /// The name that it has in options and findings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EMail => "e-mail",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::IpAddress => "ip-address",
            Self::NationalNumber => "national-number",
            Self::Phone => "phone",
            Self::Handle => "handle",
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) country: Option<&'static str>,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Kind,
    country: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    regex: String,
    check: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    no_endings: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests"))]
    yes: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the tests"))]
    no: Vec<String>,
}

#[derive(Deserialize)]
struct Iban {
    lengths: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Date {
    regex: String,
}

#[derive(Deserialize)]
struct File {
    pattern: Vec<Entry>,
    iban: Iban,
    date: Date,
}

struct Pattern {
    entry: Entry,
    regex: Regex,
    check: Option<fn(&str) -> bool>,
}

struct Patterns {
    all: Vec<Pattern>,
    any: RegexSet,
    iban_lengths: BTreeMap<String, usize>,
    date: Regex,
}

/// Words of JSON-LD and of style sheets, which most pages have in their source.
const KEYWORDS: [&str; 15] = [
    "@context",
    "@type",
    "@id",
    "@graph",
    "@value",
    "@list",
    "@language",
    "@reverse",
    "@media",
    "@import",
    "@charset",
    "@font-face",
    "@keyframes",
    "@supports",
    "@layer",
];
/// What stands in an address before the name of a package, where elsewhere an account has its own.
const PACKAGES: [&str; 5] = ["unpkg.com/", "jsdelivr.net/npm/", "esm.sh/", "npmjs.com/package/", "node_modules/"];

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let mut file: File = toml::from_str(include_str!("../data/patterns.toml")).expect("it is part of the program");
    let unspaced: String = UNSPACED.iter().chain(&KOREAN).flat_map(|(first, last)| [*first, '-', *last]).collect();
    file.pattern.iter_mut().for_each(|entry| entry.regex = entry.regex.replace("UNSPACED", &unspaced));
    let any = RegexSet::new(file.pattern.iter().map(|entry| &entry.regex)).expect("they are part of the program");
    let read = |entry: Entry| {
        let check = entry.check.as_deref().map(|name| checksum::named(name).expect("a check of the program"));
        Pattern { regex: Regex::new(&entry.regex).expect("it is part of the program"), check, entry }
    };
    let date = Regex::new(&file.date.regex).expect("it is part of the program");
    Patterns { all: file.pattern.into_iter().map(read).collect(), any, iban_lengths: file.iban.lengths, date }
});

/// So many characters before a number may have its label.
const LABEL_WITHIN: usize = 24;

/// The countries whose numbers are known.
pub(crate) fn countries() -> impl Iterator<Item = &'static str> {
    PATTERNS.all.iter().filter_map(|pattern| pattern.entry.country.as_deref())
}

/// Everything in a text that is of one of these kinds, in order and apart. Two that overlap are one, of the kind of the one that begins
/// first, then the longer, then the one that stands first in the table.
pub(crate) fn find(text: &str, wanted: impl Fn(Kind, Option<&str>) -> bool) -> Vec<Found> {
    let may_hold = text.contains('@') || text.contains("%40") || text.contains("(at)") || text.contains("[at]");
    if !may_hold && text.bytes().filter(u8::is_ascii_digit).take(4).count() < 4 {
        return Vec::new();
    }
    let mut found = Vec::new();
    for at in PATTERNS.any.matches(text) {
        let pattern = &PATTERNS.all[at];
        if wanted(pattern.entry.kind, pattern.entry.country.as_deref()) {
            pattern.find(text, &mut found);
        }
    }
    // Stable, so that what stands first in the table comes first among equals.
    found.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end)));
    found.dedup_by(|next, kept: &mut Found| {
        let overlaps = next.range.start < kept.range.end;
        kept.range.end = if overlaps { kept.range.end.max(next.range.end) } else { kept.range.end };
        overlaps
    });
    found
}

impl Pattern {
    fn find(&'static self, text: &str, found: &mut Vec<Found>) {
        let mut from = 0;
        while let Some(matched) = self.regex.find_at(text, from) {
            let whole = self.cut(text, matched.range());
            let mut shorter = std::iter::successors(Some(whole), |range| self.without_last_group(text, range));
            let held = if self.may_begin(text, matched.start()) {
                shorter.find(|range| self.holds(text, range))
            } else {
                None
            };
            if let Some(range) = held {
                from = range.end;
                found.push(Found { kind: self.entry.kind, country: self.entry.country.as_deref(), range });
            } else {
                // What is none may begin one: the next is looked for one character on. No number is longer than some dozens;
                // an address may be, and none begins inside of one.
                let first = text[matched.start()..].chars().next().map_or(1, char::len_utf8);
                let is_address = self.entry.kind == Kind::EMail;
                from = if is_address { matched.end() } else { matched.start() + first };
            }
        }
    }

    /// An IBAN is as long as its country says, whatever stands behind it.
    fn cut(&self, text: &str, range: Range<usize>) -> Range<usize> {
        let matched = &text[range.clone()];
        if self.entry.kind != Kind::Iban {
            return range;
        }
        let Some(length) = matched.get(..2).and_then(|country| PATTERNS.iban_lengths.get(country)) else {
            return range.start..range.start;
        };
        let last = matched.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).nth(length - 1);
        range.start..last.map_or(range.start, |(at, c)| range.start + at + c.len_utf8())
    }

    /// A telephone number without its last group of digits, as long as it is one by its form: behind a number there may stand
    /// another, or an hour.
    fn without_last_group(&self, text: &str, range: &Range<usize>) -> Option<Range<usize>> {
        if self.entry.kind != Kind::Phone {
            return None;
        }
        let head = text[range.clone()].trim_end_matches(|c: char| c.is_ascii_digit());
        let head = head.trim_end_matches(|c: char| !c.is_ascii_digit());
        let is_one = self.regex.find(head).is_some_and(|matched| matched.range() == (0..head.len()));
        is_one.then(|| range.start..range.start + head.len())
    }

    /// Whether the labels before it allow one here.
    fn may_begin(&self, text: &str, start: usize) -> bool {
        (self.entry.labels.is_empty() || labelled(text, start, &self.entry.labels, |_| true))
            // What has a number between it and this one speaks of that.
            && !labelled(text, start, &self.entry.unless, |between| !between.contains(|c: char| c.is_ascii_digit()))
    }

    fn holds(&self, text: &str, range: &Range<usize>) -> bool {
        let matched = &text[range.clone()];
        let compact: String = if self.entry.kind == Kind::IpAddress {
            matched.to_owned()
        } else {
            matched.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
        };
        let signed = self.entry.check.as_deref() == Some("fi-hetu");
        let checked = if signed { matched } else { &compact };
        self.stands_alone(text, range)
            && self.check.is_none_or(|check| check(checked))
            && !self
                .entry
                .no_endings
                .iter()
                .any(|ending| matched.rsplit_once('.').is_some_and(|(_, last)| last.eq_ignore_ascii_case(ending)))
            && !(self.entry.kind == Kind::Phone && is_in_date(text, range))
            && !(self.entry.kind == Kind::Handle && KEYWORDS.contains(&matched))
    }

    /// Whether it is no part of a longer word or number.
    fn stands_alone(&self, text: &str, range: &Range<usize>) -> bool {
        let mut before = text[..range.start].chars().rev();
        let mut after = text[range.end..].chars();
        let (last, next) = (before.next(), after.next());
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
        let colons = self.entry.kind == Kind::IpAddress && text[range.clone()].contains(':');
        if joins(last) || joins(next) || colons && (last == Some(':') || next == Some(':')) {
            return false;
        }
        // A package of npm, `@babel/core`.
        if self.entry.kind == Kind::Handle
            && next == Some('/')
            && after.clone().next().is_some_and(char::is_alphanumeric)
            && (last != Some('/') || PACKAGES.iter().any(|host| text[..range.start].ends_with(host)))
        {
            return false;
        }
        let signs = match self.entry.kind {
            Kind::EMail | Kind::Handle | Kind::Phone => "",
            Kind::IpAddress => ".",
            _ => ".,-",
        };
        let goes_on = |sign: Option<char>, digit: Option<char>| {
            sign.is_some_and(|sign| signs.contains(sign)) && digit.is_some_and(|digit| digit.is_ascii_digit())
        };
        !goes_on(last, before.next()) && !goes_on(next, after.next())
    }
}

/// Korean glues particles to the ends of words; syllables, and the letters that they may be written in.
const KOREAN: [(char, char); 2] = [HANGUL, ('\u{1100}', '\u{11ff}')];

/// Whether a character is of a script in which a number or an address stands beside a word without a space.
pub(crate) fn is_unspaced(c: char) -> bool {
    copydesk_text::is_unspaced(c) || KOREAN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// So many bytes has a date at most.
const LONGEST_DATE: usize = 10;

/// Whether a part of these digits is one of a date.
fn is_in_date(text: &str, range: &Range<usize>) -> bool {
    let from = text.floor_char_boundary(range.start.saturating_sub(LONGEST_DATE));
    let to = text.ceil_char_boundary((range.end + LONGEST_DATE).min(text.len()));
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || "-/".contains(c));
    PATTERNS.date.find_iter(&text[from..to]).any(|date| {
        let (start, end) = (from + date.start(), from + date.end());
        let is_whole = !goes_on(text[..start].chars().next_back()) && !goes_on(text[end..].chars().next());
        is_whole && start < range.end && range.start < end
    })
}

/// Whether one of the labels stands shortly before the place, as a word of its own, with something fitting between the two.
fn labelled(text: &str, at: usize, labels: &[String], fits: impl Fn(&str) -> bool) -> bool {
    if labels.is_empty() {
        return false;
    }
    let from = text[..at].char_indices().rev().nth(LABEL_WITHIN - 1).map_or(0, |(from, _)| from);
    let before = text[from..at].to_lowercase();
    labels.iter().any(|label| {
        before.match_indices(label.as_str()).any(|(at, _)| {
            let (head, tail) = (&before[..at], &before[at + label.len()..]);
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !is_unspaced(c));
            !joins(head.chars().next_back()) && !joins(tail.chars().next()) && fits(tail)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_finds_what_it_must_and_nothing_else() {
        let mut faults = Vec::new();
        for pattern in &PATTERNS.all {
            let finds = |text: &str| {
                let mut found = Vec::new();
                pattern.find(text, &mut found);
                !found.is_empty()
            };
            let name = (pattern.entry.kind.name(), pattern.entry.country.as_deref());
            for text in &pattern.entry.yes {
                // In a sentence as well as alone.
                faults.extend((!finds(text)).then(|| format!("{name:?} does not find {text:?}")));
                let sentence = format!("So: {text}, she wrote.");
                faults.extend((!finds(&sentence)).then(|| format!("{name:?} does not find {sentence:?}")));
            }
            for text in &pattern.entry.no {
                faults.extend(finds(text).then(|| format!("{name:?} finds something in {text:?}")));
            }
            assert!(!pattern.entry.yes.is_empty() && !pattern.entry.no.is_empty(), "{name:?} has no examples");
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        let mut known: Vec<_> = countries().collect();
        known.sort_unstable();
        known.dedup();
        assert!(known.len() >= 12, "{known:?}");
    }

    #[test]
    fn what_is_only_like_it_is_none() {
        for text in [
            "It was 2024-05-06 at 12:30:45, 1,234,567.89 euros.",
            "ISBN 978-3-16-148410-0, ISSN 0378-5955, DOI 10.1000/182",
            "Version 10.4.11.2 of 21.03.2019, 0:1, 100 000 000 people",
            "Flights 1234567 and 12345678901234567890 of 2019/2020",
            "05/06/2024 12:30",
            "05-06-2024 12:30",
            "ISSN 0378-5955 2019",
            "Earnings call 2024-05-06",
            "a call of 100 000 000 euros, mobile sales of 1 200 000",
            "hero@2x.png, logo@3x.WebP",
            "unpkg.com/@babel/core, @types/node",
        ] {
            assert_eq!(find(text, |_, _| true), [], "{text}");
        }
    }

    #[test]
    fn of_two_that_overlap_one_counts() {
        // Nothing of the second stays.
        let found = find("+49 30 1234567 203.0.113.77.", |_, _| true);
        assert_eq!(found, [Found { kind: Kind::Phone, country: None, range: 0..27 }]);
        let found = find("ada.stroem@quay.example, @ada_stroem", |_, _| true);
        let kinds: Vec<_> = found.iter().map(|found| (found.kind, found.range.clone())).collect();
        assert_eq!(kinds, [(Kind::EMail, 0..23), (Kind::Handle, 25..36)]);
    }

    fn values(text: &str) -> Vec<&str> {
        find(text, |_, _| true).into_iter().map(|found| &text[found.range]).collect()
    }

    #[test]
    fn a_number_ends_where_another_begins() {
        for (text, number) in [
            ("Call +49 30 1234567 3pm", "+49 30 1234567"),
            ("+44 20 7946 0958 2nd floor", "+44 20 7946 0958"),
            ("Tel. 1234567 3rd floor", "1234567"),
            ("030 1234567 05-06-2024", "030 1234567"),
            ("+49 30 1234567 05/06/2024", "+49 30 1234567"),
            ("ISSN 0378-5955. Tel. 030 1234567", "030 1234567"),
            ("mobile: 555 0147 22", "555 0147 22"),
            // The first hour may be one of its groups: rather too much than too little.
            ("030 1234567 10-18 Uhr", "030 1234567 10"),
        ] {
            assert_eq!(values(text), [number], "{text}");
        }
    }

    #[test]
    fn an_address_takes_nothing_of_a_word_beside_it() {
        for (before, after) in [
            ("请写信到", "谢谢"),
            ("メールは", "まで"),
            ("サーバー", "ー"),
            ("문의는", "로"),
            ("ติดต่อ", "ครับ"),
            ("ຕິດຕໍ່", "ເດີ"),
            ("ទាក់ទង", "បាន"),
            ("ဆက်သွယ်ရန်", "သို့"),
        ] {
            let text = format!("{before}ada.stroem@quay.example{after}");
            assert_eq!(values(&text), ["ada.stroem@quay.example"], "{text}");
        }
        assert_eq!(
            values("Пишите на почта@пример.рф, Ångström@öl.example"),
            ["почта@пример.рф", "Ångström@öl.example"]
        );
    }

    #[test]
    fn a_long_row_of_digits_takes_no_longer_than_its_length() {
        let text = "1 ".repeat(200_000);
        assert_eq!(find(&text, |_, _| true).len(), 0);
    }
}
