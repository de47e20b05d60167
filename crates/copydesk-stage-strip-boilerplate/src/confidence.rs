//! How much of the main text is to be expected right.
//!
//! The forests say of each block how likely it is; summed up, that is what they expect of themselves. They expect too much
//! where a page is of a kind that they have not seen. So a few numbers of the page as a whole correct it: a logistic
//! regression, fitted to how right the text of pages was whose corpus nobody had learned from.

use std::sync::LazyLock;

use copydesk_document::PageType;
use serde::{Deserialize, Serialize};

use crate::{judge::Verdict, kind::Likely, page::Page};

/// What is asked of a page, in the order of the weights.
pub const DOUBTS: [&str; 10] = [
    "expected",
    "length",
    "unsure-kept",
    "unsure-dropped",
    "article",
    "thread",
    "kind",
    "prose-kept",
    "linked",
    "no-headline",
];

/// The numbers of a page.
pub type Doubts = [f32; DOUBTS.len()];

/// Weights of the numbers, as `model/confidence.toml` has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Where and on what they were fitted.
    pub fitted_on: String,
    /// What is added whatever the page.
    pub bias: f32,
    /// One for each of [`DOUBTS`], by its name.
    pub weights: std::collections::BTreeMap<String, f32>,
}

impl Weights {
    /// How much of the text is to be expected right, from 0 to 1.
    pub fn confidence(&self, doubts: &Doubts) -> f32 {
        let weight = |name: &str| self.weights.get(name).copied().unwrap_or_default();
        let sum: f32 = DOUBTS.iter().zip(doubts).map(|(name, value)| weight(name) * value).sum();
        1.0 / (1.0 + (-(self.bias + sum)).exp())
    }

    pub(crate) fn embedded() -> &'static Self {
        static READ: LazyLock<Weights> = LazyLock::new(|| {
            toml::from_str(include_str!("../model/confidence.toml"))
                .unwrap_or_else(|e| unreachable!("the built-in weights are tested to be sound: {e}"))
        });
        &READ
    }
}

/// The numbers of a page. `None` where nothing of it stays.
pub(crate) fn doubts(page: &Page<'_>, kind: &Likely, probability: &[f32], verdicts: &[Verdict]) -> Option<Doubts> {
    let (mut kept, mut right, mut expected) = (0.0f32, 0.0f32, 0.0f32);
    let (mut unsure_kept, mut unsure_dropped, mut prose, mut linked) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
    for (index, (p, verdict)) in probability.iter().zip(verdicts).enumerate() {
        let shape = &page.shapes[index];
        let words = shape.words;
        if matches!(verdict, Verdict::Rule(_)) {
            continue;
        }
        expected += p * words;
        if verdict.stays() {
            kept += words;
            right += p * words;
            linked += words * page.linked[index];
            unsure_kept += if *p < 0.8 { words } else { 0.0 };
            prose += if shape.is_prose() { words } else { 0.0 };
        } else if *p >= 0.15 {
            unsure_dropped += words;
        }
    }
    if kept <= 0.0 {
        return None;
    }
    let f = (2.0 * right / (kept + expected).max(1.0)).clamp(0.02, 0.98);
    let flag = |yes: bool| f32::from(u8::from(yes));
    Some([
        (f / (1.0 - f)).ln(),
        kept.ln_1p() / 5.0,
        unsure_kept / kept,
        (unsure_dropped / kept).min(2.0),
        kind.is(PageType::Article),
        kind.is(PageType::Thread),
        kind.best().1,
        (prose / page.prose_before[page.len()].max(1.0)).min(1.0),
        linked / kept,
        flag(page.headline.is_none()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_weight_and_no_weight_is_without_a_number() {
        let weights = Weights::embedded();
        let names: Vec<&str> = weights.weights.keys().map(String::as_str).collect();
        let mut wanted = DOUBTS.to_vec();
        wanted.sort_unstable();
        assert_eq!(names, wanted);
    }

    #[test]
    fn what_the_forests_doubt_is_less_to_be_expected() {
        let weights = Weights::embedded();
        let sure = [3.5, 1.2, 0.02, 0.02, 0.95, 0.01, 0.95, 0.9, 0.02, 0.0];
        let doubtful = [0.5, 0.8, 0.8, 0.9, 0.3, 0.3, 0.3, 0.4, 0.3, 1.0];
        assert!(weights.confidence(&sure) > 0.85, "{}", weights.confidence(&sure));
        assert!(weights.confidence(&doubtful) < 0.75, "{}", weights.confidence(&doubtful));
    }
}
