//! What one page scores.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::{Answer, Gold, Names};

#[expect(clippy::expect_used, reason = "a constant pattern, which every test uses")]
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}_]+").expect("a valid pattern"));

#[expect(clippy::expect_used, reason = "a constant pattern, which every test uses")]
static BETWEEN_NAMES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*(?:[,;&]|\b(?:and|und|et)\b)\s*").expect("a valid pattern"));

/// Scores from 0 to 1; `None` where the gold does not say.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Scores {
    pub(super) missing: bool,
    pub(super) f1: Option<f64>,
    pub(super) precision: Option<f64>,
    pub(super) recall: Option<f64>,
    pub(super) have: Option<f64>,
    pub(super) clean: Option<f64>,
    pub(super) title: Option<f64>,
    pub(super) authors: Option<f64>,
    pub(super) date: Option<f64>,
    pub(super) dated: Option<f64>,
}

impl Scores {
    pub(super) fn of(gold: &Gold, answer: Option<&Answer>) -> Self {
        let text = answer.and_then(|a| a.text.as_deref()).unwrap_or_default();
        let low = text.to_lowercase();
        let mut scores = Self { missing: answer.is_none(), ..Self::default() };
        if let Some(want) = gold.text.as_deref().filter(|t| !t.is_empty()) {
            let (precision, recall, f1) = compare(&bag(&low), &bag(&want.to_lowercase()));
            (scores.precision, scores.recall, scores.f1) = (Some(precision), Some(recall), Some(f1));
        }
        let share = |snippets: &[String], wanted: bool| {
            let hits = snippets.iter().filter(|s| low.contains(&s.to_lowercase()) == wanted).count();
            (!snippets.is_empty()).then(|| hits as f64 / snippets.len() as f64)
        };
        scores.have = share(&gold.must_have, true);
        scores.clean = share(&gold.must_not_have, false);
        if let Some(want) = gold.title.as_deref().filter(|t| !t.is_empty()) {
            let got = answer.and_then(|a| a.title.as_deref()).unwrap_or_default();
            scores.title = Some(f64::from(u8::from(normal(got) == normal(want))));
        }
        if let Some(want) = gold.authors.as_ref().or(gold.author.as_ref()).map(names).filter(|n| !n.is_empty()) {
            let got = answer.and_then(|a| a.authors.as_ref()).map(names).unwrap_or_default();
            scores.authors = Some(compare(&got, &want).2);
        }
        if let Some(want) = gold.published.as_deref().filter(|t| !t.is_empty()) {
            let got = answer.and_then(|a| a.published.as_deref()).unwrap_or_default();
            scores.date = Some(f64::from(u8::from(day(got) == day(want))));
            scores.dated = Some(f64::from(u8::from(!got.is_empty())));
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
    fn what_the_gold_does_not_say_is_not_scored() {
        let got = scores(r#"{"id":1}"#, r#"{"id":"1","text":"x"}"#);
        assert_eq!(got, Scores::default());
        let none = Scores::of(&serde_json::from_str(r#"{"id":1,"text":"x"}"#).expect("gold"), None);
        assert_eq!((none.missing, none.f1), (true, Some(0.0)));
    }
}
