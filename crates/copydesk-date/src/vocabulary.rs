//! The words of dates, read once from the files in `data/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::clock::{NamedZone, ZoneFile};
use crate::label::Label;
use crate::order::{Order, OrderFile};
use crate::relative::Unit;
use crate::token::{Folded, Kind, tokens};

/// What a word or phrase means in a date. One phrase can mean several things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// A month, 1 to 12; of the Persian solar year if `solar`.
    Month { number: u8, solar: bool },
    /// A day of the week, from 1 for Monday.
    Weekday(u8),
    /// The half of the day.
    Half(Half),
    /// Between a date and a time: `at`, `um`, `kl.`
    At,
    /// Between day, month and year: `of`, `de`.
    Of,
    /// Between a label and a date: `on`, `am`, `le`.
    On,
    /// After a time: `Uhr`.
    Hour,
    /// After a year: `г.`, `року`.
    YearMark,
    /// A day mark after the number of the day: `d.` in Lithuanian.
    DayMark,
    /// Between the two ends of a range: `to`, `bis`.
    Range,
    /// Between a label and a name: `by`, `von`.
    By,
    /// Makes the number behind it something other than a date: `version`, `Tel.`
    NotADate,
    /// Before the number of an issue, or the day on which it appeared.
    Issue,
    /// Years are counted from another year: `พ.ศ.`, `令和`. What to add to the number.
    Era(i16),
    /// A label word.
    Label(Label),
    /// A zone, by its place in the list.
    Zone(u16),
    /// What follows the number in a relative date, by its place in the list of patterns.
    Relative(u16),
    /// Days before the fetch time.
    DaysAgo(u8),
    /// A word for the number one.
    One,
}

/// The half of the day that a word names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Morning,
    Evening,
}

/// A phrase without its first word, with one of its meanings.
pub(crate) struct Phrase {
    rest: Box<[Box<[u8]>]>,
    pub(crate) sense: Sense,
    /// The languages that use it so, by their place in `Vocabulary::languages`.
    languages: u128,
}

/// How a language says that something was so long ago: words before and after the number.
pub(crate) struct Ago {
    pub(crate) before: Box<[Box<[u8]>]>,
    pub(crate) unit: Unit,
}

/// All words of all languages.
pub(crate) struct Vocabulary {
    phrases: FxHashMap<Box<[u8]>, Vec<Phrase>>,
    languages: Vec<String>,
    /// Those of `languages` that write the day before the month.
    day_first: u128,
    /// Patterns of relative dates.
    pub(crate) ago: Vec<Ago>,
    /// Zones by name.
    pub(crate) zones: Vec<NamedZone>,
    /// Which languages and countries write the day first.
    pub(crate) orders: OrderFile,
}

type Tables = BTreeMap<String, BTreeMap<String, Words>>;

/// One list of phrases, or a list of lists (months, weekdays).
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<String>),
}

/// The vocabulary of the files in `data/`.
pub(crate) static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::embedded);

impl Vocabulary {
    fn embedded() -> Self {
        let mut this = Self {
            phrases: FxHashMap::default(),
            languages: Vec::new(),
            day_first: 0,
            ago: Vec::new(),
            zones: Vec::new(),
            orders: parse(include_str!("../data/orders.toml")),
        };
        for file in [
            include_str!("../data/months.toml"),
            include_str!("../data/weekdays.toml"),
            include_str!("../data/clock.toml"),
            include_str!("../data/relative.toml"),
            include_str!("../data/words.toml"),
            include_str!("../data/labels.toml"),
        ] {
            this.add_tables(&parse(file));
        }
        let zones: ZoneFile = parse(include_str!("../data/zones.toml"));
        for (place, zone) in zones.zone.into_iter().enumerate() {
            for name in split(&zone.names) {
                this.add(0, name, Sense::Zone(place as u16));
            }
            this.zones.push(zone.into());
        }
        for phrases in this.phrases.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        for (place, language) in this.languages.iter().enumerate() {
            let primary = language.split('-').next().unwrap_or(language);
            if this.orders.languages.get(primary) == Some(&Order::DayFirst) {
                this.day_first |= 1 << place;
            }
        }
        this
    }

    fn add_tables(&mut self, tables: &Tables) {
        for (language, entries) in tables {
            let (code, solar) = language.strip_suffix("-solar").map_or((language.as_str(), false), |code| (code, true));
            let code = self.language_bit(code);
            for (key, words) in entries {
                match words {
                    Words::Many(lines) => {
                        for (place, line) in lines.iter().enumerate() {
                            let number = place as u8 + 1;
                            let weekday = Sense::Weekday(number);
                            let sense = if key == "months" { Sense::Month { number, solar } } else { weekday };
                            split(line).for_each(|phrase| self.add(code, phrase, sense));
                        }
                    }
                    Words::One(line) => split(line).for_each(|phrase| self.add_entry(code, key, phrase)),
                }
            }
        }
    }

    fn add_entry(&mut self, language: u128, key: &str, phrase: &str) {
        let sense = match key {
            "am" => Sense::Half(Half::Morning),
            "pm" => Sense::Half(Half::Evening),
            "at" => Sense::At,
            "of" => Sense::Of,
            "on" => Sense::On,
            "hour_mark" => Sense::Hour,
            "year_mark" => Sense::YearMark,
            "day_mark" => Sense::DayMark,
            "range" => Sense::Range,
            "by" => Sense::By,
            "not_a_date" => Sense::NotADate,
            "issue" => Sense::Issue,
            "one" => Sense::One,
            "today" => Sense::DaysAgo(0),
            "yesterday" => Sense::DaysAgo(1),
            "day_before_yesterday" => Sense::DaysAgo(2),
            _ => {
                if let Some(unit) = Unit::named(key) {
                    self.add_ago(language, unit, phrase);
                } else if let Some(years) = key.strip_prefix("era_") {
                    // `era_minus_543`, `era_plus_2018`.
                    let (sign, years) = years.strip_prefix("minus_").map_or((1, years), |years| (-1, years));
                    let years = years.trim_start_matches("plus_").parse::<i16>().expect("an era names its years");
                    self.add(language, phrase, Sense::Era(sign * years));
                } else {
                    let label = Label::named(key).unwrap_or_else(|| panic!("data/*.toml: no such key as `{key}`"));
                    self.add(language, phrase, Sense::Label(label));
                }
                return;
            }
        };
        self.add(language, phrase, sense);
    }

    fn add_ago(&mut self, language: u128, unit: Unit, pattern: &str) {
        let (before, after) = pattern.split_once("{n}").expect("a relative pattern has {n}");
        let place = self.ago.len() as u16;
        let before = words(before);
        if let Some(first) = before.first() {
            self.phrases.entry(first.clone()).or_default();
        }
        self.ago.push(Ago { before: before.into(), unit });
        self.add(language, after, Sense::Relative(place));
    }

    /// Adds what a phrase means in the language of that bit.
    fn add(&mut self, language: u128, phrase: &str, sense: Sense) {
        let mut parts = words(phrase).into_iter();
        let Some(first) = parts.next() else { return };
        let rest: Box<[Box<[u8]>]> = parts.collect();
        let entries = self.phrases.entry(first).or_default();
        if let Some(known) = entries.iter_mut().find(|known| known.sense == sense && known.rest == rest) {
            known.languages |= language;
        } else {
            entries.push(Phrase { rest, sense, languages: language });
        }
    }

    fn language_bit(&mut self, language: &str) -> u128 {
        if language.is_empty() {
            return 0;
        }
        let place = self.languages.iter().position(|known| known == language).unwrap_or_else(|| {
            self.languages.push(language.to_owned());
            self.languages.len() - 1
        });
        1u128.checked_shl(place as u32).unwrap_or(0)
    }

    /// The phrases that begin with this word, longest first.
    pub(crate) fn phrases(&self, first: &[u8]) -> &[Phrase] {
        self.phrases.get(first).map_or(&[], Vec::as_slice)
    }

    /// Whether the first word of a text is the first word of any phrase: a cheap test that most texts fail.
    pub(crate) fn knows_first_word(&self, text: &str) -> bool {
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        let end = text.char_indices().map(|(at, _)| at).nth(40).unwrap_or(text.len());
        let head = text.get(..end).unwrap_or("");
        tokens(head)
            .first()
            .and_then(|token| Folded::new(head.get(token.start as usize..token.end as usize)?))
            .is_some_and(|word| self.phrases.contains_key(word.as_bytes()))
    }

    /// Whether the phrase is used so in the language: `zh-TW` counts as `zh`.
    pub(crate) fn speaks(&self, phrase: &Phrase, language: &str) -> bool {
        let primary = language.split(['-', '_']).next().unwrap_or(language);
        self.languages.iter().enumerate().any(|(place, known)| {
            let known = known.split('-').next().unwrap_or(known);
            place < 128 && phrase.languages & (1 << place) != 0 && known.eq_ignore_ascii_case(primary)
        })
    }

    /// Whether all languages that use the phrase write the day before the month.
    pub(crate) fn is_day_first(&self, phrase: &Phrase) -> bool {
        phrase.languages != 0 && phrase.languages & !self.day_first == 0
    }
}

impl Phrase {
    /// The words after the first.
    pub(crate) fn rest(&self) -> &[Box<[u8]>] {
        &self.rest
    }
}

/// The embedded files are part of the program: one that cannot be read is a bug, which any test finds.
fn parse<T: for<'a> Deserialize<'a>>(file: &str) -> T {
    toml::from_str(file).unwrap_or_else(|error| panic!("a data file of the date reader is broken: {error}"))
}

fn split(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(str::trim).filter(|phrase| !phrase.is_empty())
}

/// The words of a phrase as the tokenizer cuts them, folded; marks between them do not count.
pub(crate) fn words(phrase: &str) -> Vec<Box<[u8]>> {
    tokens(phrase)
        .iter()
        .filter(|token| !matches!(token.kind, Kind::Mark(_)))
        .filter_map(|token| phrase.get(token.start as usize..token.end as usize))
        .filter_map(Folded::new)
        .map(|folded| folded.as_bytes().into())
        .collect()
}
