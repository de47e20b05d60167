//! Which words two texts share, in any script.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashSet, FxHasher};

/// The words of a text, as far as they say what it is about.
#[derive(Debug, Default)]
pub(super) struct Grams {
    known: FxHashSet<u64>,
    pairs: bool,
}

/// Words are compared by so many letters: what follows is most often an ending.
const STEM: usize = 6;
/// Shorter words say little.
const SHORTEST: usize = 4;

impl Grams {
    /// The words of several texts. In a language whose words are written as syllables (`pairs`), two in a row count as one.
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>, pairs: bool) -> Self {
        let mut grams = Self { known: FxHashSet::default(), pairs };
        for text in texts {
            visit(text, pairs, |gram| {
                grams.known.insert(gram);
            });
        }
        grams
    }

    /// The share of a line's words that stand in the text, and how many words that is of.
    pub(super) fn shared(&self, line: &str) -> (f32, usize) {
        let (mut found, mut all) = (0_usize, 0_usize);
        visit(line, self.pairs, |gram| {
            all += 1;
            found += usize::from(self.known.contains(&gram));
        });
        (if all == 0 { 0.0 } else { found as f32 / all as f32 }, all)
    }
}

fn visit(text: &str, pairs: bool, mut take: impl FnMut(u64)) {
    let mut last = None;
    let mut letters: Vec<char> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        letters.clear();
        letters.extend(word.chars().flat_map(char::to_lowercase));
        let middle = letters[letters.len() / 2];
        let window = window_of(middle);
        if window == STEM && !is_hangul(middle) {
            if pairs {
                let own = hash(&letters);
                if let Some(last) = last.replace(own) {
                    take(hash(&[last, own]));
                }
            } else if letters.len() >= SHORTEST {
                take(hash(&letters[..letters.len().min(STEM)]));
            }
        } else if is_hangul(middle) {
            // Particles are glued to the end of a Korean word.
            if letters.len() >= HANGUL {
                take(hash(&letters[..HANGUL]));
            }
        } else {
            letters.windows(window).for_each(|part| take(hash(part)));
        }
    }
}

/// How many syllables of a Korean word count.
const HANGUL: usize = 2;

fn is_hangul(letter: char) -> bool {
    ('가'..='힣').contains(&letter)
}

/// How many signs in a row make up a word, in a script without spaces.
fn window_of(letter: char) -> usize {
    match letter as u32 {
        0x3040..=0x9FFF => 2,
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF => 5,
        _ => STEM,
    }
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
        Grams::of([text].into_iter(), pairs).shared(line).0
    }

    #[test]
    fn words_are_shared_in_any_script() {
        assert!(shares("Паромный мост закрыли на ремонт.", "Ремонт паромного моста", false) > 0.4);
        assert!(shares("旧渡船桥将整修，桥墩锈蚀。", "市府整修旧渡船桥", false) > 0.4);
        assert!(shares("항만위원회는 여객선을 운항하기로 했다.", "항만위원회, 여객선 운항", false) > 0.9);
        assert!(shares("Cảng sẽ mở lại bến phà cũ.", "Mở lại bến phà cũ", true) > 0.9);
        assert!(shares("The ferry returns in May.", "Read without advertisements", false) < 0.1);
        assert_eq!(Grams::default().shared(""), (0.0, 0));
    }
}
