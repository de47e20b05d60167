//! The vocabulary of `class`, `id` and `role` attributes, read from `data/class-words.toml`.

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

/// The vocabulary: the words, by their numbers.
pub(crate) fn vocabulary() -> impl Iterator<Item = (u32, Senses)> {
    words().into_iter().map(|(word, senses)| (number(&word), senses))
}

fn words() -> FxHashMap<String, Senses> {
    let lists: FxHashMap<Sense, Vec<String>> = toml::from_str(include_str!("../data/class-words.toml"))
        .unwrap_or_else(|e| unreachable!("the built-in list is tested to be sound: {e}"));
    let mut words: FxHashMap<String, Senses> = FxHashMap::default();
    for (sense, list) in lists {
        for word in list {
            *words.entry(word).or_default() |= sense.bit();
        }
    }
    words
}

/// The number under which a word is kept: its FNV-1a hash, which can be taken letter by letter.
pub(crate) fn number(word: &str) -> u32 {
    word.bytes().fold(EMPTY, add)
}

/// The number of no letters.
const EMPTY: u32 = 0x811c_9dc5;

fn add(number: u32, byte: u8) -> u32 {
    (number ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

/// Calls `each` with the number of every word of a name list such as `entry-content relatedPosts`, in lower case, and
/// with that of every whole name that has more than one word.
pub(crate) fn for_each_word(names: &str, mut each: impl FnMut(u32)) {
    // Generated names (`css-1x2y3z`, inlined data) can be very long and say nothing past their start.
    for name in names.split_ascii_whitespace().take(24) {
        let (mut whole, mut word) = (EMPTY, EMPTY);
        // Letters in the word, and letters and marks in the name.
        let (mut letters, mut length) = (0, 0);
        let mut parts = 0;
        let mut small = false;
        for byte in name.bytes().take(60) {
            let split = byte.is_ascii_uppercase() && small;
            if (split || !byte.is_ascii_alphabetic()) && letters > 0 {
                each(word);
                parts += 1;
                (word, letters) = (EMPTY, 0);
            }
            small = byte.is_ascii_lowercase();
            let lower = byte.to_ascii_lowercase();
            if byte.is_ascii_alphabetic() {
                word = add(word, lower);
                letters += 1;
            }
            if !byte.is_ascii_digit() {
                whole = add(whole, lower);
                length += 1;
            }
        }
        if letters > 0 {
            each(word);
        }
        if parts > 0 && length > letters {
            each(whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Names;

    #[test]
    fn names_are_split_at_marks_and_capitals() {
        let mut found = Vec::new();
        for_each_word("entry-content relatedPosts nav css-1x2", |word| found.push(word));
        let words =
            ["entry", "content", "entry-content", "related", "posts", "relatedposts", "nav", "css", "x", "css-x"];
        assert_eq!(found, words.map(number));
    }

    #[test]
    fn the_vocabulary_reads_and_no_word_has_two_senses() {
        let words = words();
        assert!(words.len() > 200);
        for (word, senses) in &words {
            assert_eq!(senses.count_ones(), 1, "{word} stands in two lists");
            assert!(word.chars().all(|c| c.is_ascii_lowercase()), "{word} can never be met");
        }
        let numbers: rustc_hash::FxHashSet<u32> = vocabulary().map(|(number, _)| number).collect();
        assert_eq!(numbers.len(), words.len(), "two words have one number");
        let senses = |names| Names::default().read(names).0;
        assert!(Sense::Related.within(senses("relatedPosts")) && Sense::Content.within(senses("entry-content")));
        assert_eq!(senses("zzz"), 0);
    }
}
