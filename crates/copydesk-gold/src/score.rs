//! What one page scores.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::{Answer, Gold, Names};

#[expect(clippy::expect_used, reason = "a constant pattern, which every test uses")]
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}_]+").expect("a valid pattern"));

#[expect(clippy::expect_used, reason = "a constant pattern, which every test uses")]
static BETWEEN_NAMES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*(?:[,;&]|\b(?:and|und|et)\b)\s*").expect("a valid pattern"));

/// A measure: its name, and its value among the scores of a page.
pub type Measure = (&'static str, fn(&Scores) -> Option<f64>);

/// All measures, in the order in which people look at them.
pub const MEASURES: [Measure; 9] = [
    ("F1", |s| s.f1),
    ("P", |s| s.precision),
    ("R", |s| s.recall),
    ("have", |s| s.have),
    ("clean", |s| s.clean),
    ("title", |s| s.title),
    ("authors", |s| s.authors),
    ("date", |s| s.date),
    ("dated", |s| s.dated),
];

/// Scores from 0 to 1; `None` where the gold does not say.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Whether there is no record.
    pub missing: bool,
    /// F1 of the words of the text.
    pub f1: Option<f64>,
    /// The share of its words that are right.
    pub precision: Option<f64>,
    /// The share of the right words that it has.
    pub recall: Option<f64>,
    /// The share of the snippets that must be in it.
    pub have: Option<f64>,
    /// The share of the snippets that must not be in it and are not.
    pub clean: Option<f64>,
    /// The title is right.
    pub title: Option<f64>,
    /// F1 of the names.
    pub authors: Option<f64>,
    /// The day is right.
    pub date: Option<f64>,
    /// There is a day.
    pub dated: Option<f64>,
}

impl Scores {
    /// What an answer scores.
    pub fn of(gold: &Gold, answer: Option<&Answer>) -> Self {
        let text = answer.and_then(|a| a.text.as_deref()).unwrap_or_default();
        let low = text.to_lowercase();
        let mut scores = Self { missing: answer.is_none(), ..Self::default() };
        let is_absent = |field: &str| gold.absent.iter().any(|name| name == field);
        let nothing = |is_empty: bool| Some(f64::from(u8::from(is_empty)));
        if let Some(want) = gold.text.as_deref().filter(|t| !t.is_empty()) {
            let (precision, recall, f1) = compare(&bag(&low), &bag(&want.to_lowercase()));
            (scores.precision, scores.recall, scores.f1) = (Some(precision), Some(recall), Some(f1));
        } else if is_absent("text") {
            (scores.precision, scores.f1) = (nothing(low.is_empty()), nothing(low.is_empty()));
        }
        let share = |snippets: &[String], wanted: bool| {
            let hits = snippets.iter().filter(|s| low.contains(&s.to_lowercase()) == wanted).count();
            (!snippets.is_empty()).then(|| hits as f64 / snippets.len() as f64)
        };
        scores.have = share(&gold.must_have, true);
        scores.clean = share(&gold.must_not_have, false);
        let title = answer.and_then(|a| a.title.as_deref()).unwrap_or_default();
        if let Some(want) = gold.title.as_deref().filter(|t| !t.is_empty()) {
            scores.title = Some(f64::from(u8::from(normal(title) == normal(want))));
        } else if is_absent("title") {
            scores.title = nothing(title.is_empty());
        }
        let authors = answer.and_then(|a| a.authors.as_ref()).map(names).unwrap_or_default();
        if let Some(want) = gold.authors.as_ref().or(gold.author.as_ref()).map(names).filter(|n| !n.is_empty()) {
            scores.authors = Some(compare(&authors, &want).2);
        } else if is_absent("authors") {
            scores.authors = nothing(authors.is_empty());
        }
        let published = answer.and_then(|a| a.published.as_deref()).unwrap_or_default();
        if let Some(want) = gold.published.as_deref().filter(|t| !t.is_empty()) {
            scores.date = Some(f64::from(u8::from(day(published) == day(want))));
            scores.dated = Some(f64::from(u8::from(!published.is_empty())));
        } else if is_absent("published") {
            scores.date = nothing(published.is_empty());
        }
        scores
    }
}

fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}

fn bag(text: &str) -> HashMap<String, usize> {
    let mut bag = HashMap::new();
    for word in WORD.find_iter(text) {
        *bag.entry(word.as_str().to_owned()).or_default() += 1;
    }
    bag
}

fn normal(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    WORD.find_iter(&text).map(|word| word.as_str()).collect::<Vec<_>>().join(" ")
}

fn names(names: &Names) -> HashMap<String, usize> {
    let list: Vec<String> = match names {
        Names::List(list) => list.iter().map(|name| normal(name)).collect(),
        Names::One(text) => BETWEEN_NAMES.split(text).map(normal).collect(),
    };
    list.into_iter().filter(|name| !name.is_empty()).map(|name| (name, 1)).collect()
}

/// Precision, recall and F1 of two bags.
fn compare(got: &HashMap<String, usize>, want: &HashMap<String, usize>) -> (f64, f64, f64) {
    let (all_got, all_want): (usize, usize) = (got.values().sum(), want.values().sum());
    if all_got == 0 && all_want == 0 {
        return (1.0, 1.0, 1.0);
    }
    let both: usize = got.iter().map(|(word, n)| *n.min(want.get(word).unwrap_or(&0))).sum();
    if both == 0 {
        return (0.0, 0.0, 0.0);
    }
    let (precision, recall) = (both as f64 / all_got as f64, both as f64 / all_want as f64);
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(gold: &str, answer: &str) -> Scores {
        Scores::of(&serde_json::from_str(gold).expect("gold"), Some(&serde_json::from_str(answer).expect("an answer")))
    }

    #[test]
    fn counts_words_snippets_and_facts() {
        let got = scores(
            r#"{"id":"1","text":"The harbour opens again.","title":"Harbour opens","author":"Ann Lee and Bo Chan",
                "published":"2020-05-01","must_have":["opens again"],"must_not_have":["cookies","menu"]}"#,
            r#"{"id":"1","text":"the harbour opens again we use cookies","title":"HARBOUR, opens","authors":["Ann Lee"],
                "published":"2020-05-01T10:00:00Z"}"#,
        );
        assert_eq!(got.recall, Some(1.0));
        assert!((got.precision.unwrap() - 4.0 / 7.0).abs() < 1e-9);
        assert_eq!((got.have, got.clean), (Some(1.0), Some(0.5)));
        assert_eq!((got.title, got.date, got.dated), (Some(1.0), Some(1.0), Some(1.0)));
        assert!((got.authors.unwrap() - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_a_document_does_not_have_must_not_be_given() {
        let gold = r#"{"id":"1","absent":["title","authors","published","text"]}"#;
        let got = scores(gold, r#"{"id":"1","title":"Menu","published":"2020-05-01","text":"Home"}"#);
        assert_eq!((got.title, got.authors, got.date, got.dated), (Some(0.0), Some(1.0), Some(0.0), None));
        assert_eq!((got.f1, got.precision, got.recall), (Some(0.0), Some(0.0), None));
        assert_eq!(scores(gold, r#"{"id":"1"}"#).f1, Some(1.0));
    }

    #[test]
    fn what_the_gold_does_not_say_is_not_scored() {
        let got = scores(r#"{"id":1}"#, r#"{"id":"1","text":"x"}"#);
        assert_eq!(got, Scores::default());
        let none = Scores::of(&serde_json::from_str(r#"{"id":1,"text":"x"}"#).expect("gold"), None);
        assert_eq!((none.missing, none.f1), (true, Some(0.0)));
    }
}
