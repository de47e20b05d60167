//! The vocabulary of `class`, `id` and `role` attributes, read from `data/class-words.toml`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

/// A set of [`Sense`]s.
pub(crate) type Senses = u32;

/// What a class name says that a part of a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub(crate) enum Sense {
    Content,
    Lead,
    Navigation,
    Share,
    Related,
    Advertisement,
    Newsletter,
    Consent,
    Comments,
    Footer,
    Hidden,
    Form,
    Aside,
    Card,
    Meta,
    Caption,
    Heading,
}

impl Sense {
    pub(crate) const ALL: [Self; 17] = [
        Self::Content,
        Self::Lead,
        Self::Navigation,
        Self::Share,
        Self::Related,
        Self::Advertisement,
        Self::Newsletter,
        Self::Consent,
        Self::Comments,
        Self::Footer,
        Self::Hidden,
        Self::Form,
        Self::Aside,
        Self::Card,
        Self::Meta,
        Self::Caption,
        Self::Heading,
    ];

    pub(crate) const fn bit(self) -> Senses {
        1 << self as u8
    }

    pub(crate) fn within(self, senses: Senses) -> bool {
        senses & self.bit() != 0
    }
}

fn vocabulary() -> &'static FxHashMap<String, Senses> {
    static BUILT: LazyLock<FxHashMap<String, Senses>> = LazyLock::new(|| {
        let lists: FxHashMap<Sense, Vec<String>> = toml::from_str(include_str!("../data/class-words.toml"))
            .unwrap_or_else(|e| unreachable!("the built-in list is tested to be sound: {e}"));
        let mut words: FxHashMap<String, Senses> = FxHashMap::default();
        for (sense, list) in lists {
            for word in list {
                *words.entry(word).or_default() |= sense.bit();
            }
        }
        words
    });
    &BUILT
}

/// Calls `each` with every word of a name list such as `entry-content relatedPosts`, in lower case, and with every
/// whole name that has more than one word.
pub(crate) fn for_each_word(names: &str, mut each: impl FnMut(&str)) {
    let mut whole = String::new();
    let mut word = String::new();
    // Generated names (`css-1x2y3z`, inlined data) can be very long and say nothing past their start.
    for name in names.split_ascii_whitespace().take(24) {
        whole.clear();
        word.clear();
        let mut parts = 0;
        let mut small = false;
        for c in name.chars().take(60) {
            let split = c.is_ascii_uppercase() && small;
            if (split || !c.is_ascii_alphabetic()) && !word.is_empty() {
                each(&word);
                parts += 1;
                word.clear();
            }
            small = c.is_ascii_lowercase();
            if c.is_ascii_alphabetic() {
                word.push(c.to_ascii_lowercase());
            }
            if !c.is_ascii_digit() {
                whole.push(c.to_ascii_lowercase());
            }
        }
        if !word.is_empty() {
            each(&word);
        }
        if parts > 0 && whole.len() > word.len() {
            each(&whole);
        }
    }
}

/// The senses of a name list.
pub(crate) fn senses(names: &str) -> Senses {
    let vocabulary = vocabulary();
    let mut found = 0;
    for_each_word(names, |word| found |= vocabulary.get(word).copied().unwrap_or(0));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_marks_and_capitals() {
        let mut words = Vec::new();
        for_each_word("entry-content relatedPosts nav css-1x2", |w| words.push(w.to_owned()));
        assert_eq!(
            words,
            ["entry", "content", "entry-content", "related", "posts", "relatedposts", "nav", "css", "x", "css-x"]
        );
    }

    #[test]
    fn the_vocabulary_reads_and_no_word_has_two_senses() {
        assert!(vocabulary().len() > 200);
        for (word, senses) in vocabulary() {
            assert_eq!(senses.count_ones(), 1, "{word} stands in two lists");
            assert!(word.chars().all(|c| c.is_ascii_lowercase()), "{word} can never be met");
        }
        assert!(Sense::Related.within(senses("relatedPosts")) && Sense::Content.within(senses("entry-content")));
        assert_eq!(senses("zzz"), 0);
    }
}
