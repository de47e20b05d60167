//! Which words two texts share, in any script.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};

use crate::script::{is_alphanumeric, is_han, is_hangul, is_kana, is_unspaced};

/// The words of a text, as far as they say what it is about.
#[derive(Debug, Default)]
pub struct Terms {
    known: FxHashSet<u64>,
    pairs: bool,
}

/// Words are compared by so many letters: what follows is most often an ending.
const STEM: usize = 6;
/// Shorter words say little.
const SHORTEST: usize = 4;
/// How many syllables of a Korean word count. Particles are glued to its end.
const SYLLABLES: usize = 2;

impl Terms {
    /// The words of several texts. In a language whose words are written as syllables (`pairs`), two in a row count as one.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>, pairs: bool) -> Self {
        let mut known = FxHashSet::default();
        for text in texts {
            terms(text, pairs, |term| {
                known.insert(term);
            });
        }
        Self { known, pairs }
    }

    /// The share of a line's words that stand in the text, and how many words that is of.
    pub fn shared(&self, line: &str) -> (f32, usize) {
        let (mut found, mut all) = (0_usize, 0_usize);
        terms(line, self.pairs, |term| {
            all += 1;
            found += usize::from(self.known.contains(&term));
        });
        (if all == 0 { 0.0 } else { found as f32 / all as f32 }, all)
    }
}

/// Visits the words of a text that say something, as numbers: the beginnings of longer words, and runs of characters in
/// scripts without spaces.
pub fn terms(text: &str, pairs: bool, mut take: impl FnMut(u64)) {
    let mut last = None;
    let mut letters: Vec<char> = Vec::new();
    for word in text.split(|c: char| !is_alphanumeric(c)).filter(|word| !word.is_empty()) {
        letters.clear();
        letters.extend(word.chars().flat_map(char::to_lowercase));
        let middle = letters[letters.len() / 2];
        if is_hangul(middle) {
            if letters.len() >= SYLLABLES {
                take(hash(&letters[..SYLLABLES]));
            }
        } else if is_unspaced(middle) {
            letters.windows(run(middle)).for_each(|part| take(hash(part)));
        } else if pairs {
            let own = hash(&letters);
            if let Some(last) = last.replace(own) {
                take(hash(&[last, own]));
            }
        } else if letters.len() >= SHORTEST {
            take(hash(&letters[..letters.len().min(STEM)]));
        }
    }
}

/// How many characters in a row say what a word does, in a script without spaces.
fn run(c: char) -> usize {
    if is_han(c) || is_kana(c) { 2 } else { 5 }
}

fn hash<T: Hash>(parts: &[T]) -> u64 {
    let mut hasher = FxHasher::default();
    parts.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shares(text: &str, line: &str, pairs: bool) -> f32 {
        Terms::of([text].into_iter(), pairs).shared(line).0
    }

    #[test]
    fn words_are_shared_in_any_script() {
        assert!(shares("Паромный мост закрыли на ремонт.", "Ремонт паромного моста", false) > 0.4);
        assert!(shares("旧渡船桥将整修，桥墩锈蚀。", "市府整修旧渡船桥", false) > 0.4);
        assert!(shares("항만위원회는 여객선을 운항하기로 했다.", "항만위원회, 여객선 운항", false) > 0.9);
        assert!(shares("Cảng sẽ mở lại bến phà cũ.", "Mở lại bến phà cũ", true) > 0.9);
        assert!(shares("The ferry returns in May.", "Read without advertisements", false) < 0.1);
        assert_eq!(Terms::default().shared(""), (0.0, 0));
    }
}
