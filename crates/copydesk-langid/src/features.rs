//! What the model sees of a text: hashed character n-grams and whole words.
//!
//! Shared with the trainer, so that both see the same. A word is an unbroken run of letters of one script, in lower
//! case, with its accents composed and apostrophes kept inside; digits, punctuation and the letters of other scripts
//! end it. Between a start and an end mark, every run of 1 to 5 characters is a feature, and so is a whole word that is
//! longer than that. Chinese has no spaces: there, runs of 1 to 3 characters are the features.

use crate::script::{APOSTROPHE, Chars, Class, Script};

/// The longest run of characters that is a feature.
const MAX_RUN: usize = 5;
/// Longer words are cut into pieces of this size: bounded work, and nothing of a real word is lost.
const MAX_WORD: usize = 48;
/// No word has more features than this.
pub(crate) const MOST_FEATURES: usize = (MAX_WORD + 1) * MAX_RUN + 1;
const EDGE: u32 = 0x20;
const RUN_SEED: u32 = 0x2545_F491;
const WORD_SEED: u32 = 0x85EB_CA6B;

/// One step of the hash: mixes a character in.
#[inline]
fn step(hash: u32, c: u32) -> u32 {
    (hash.rotate_left(5) ^ c).wrapping_mul(0x9E37_79B1)
}

#[inline]
fn mix(feature: u32) -> u32 {
    let mixed = (feature ^ (feature >> 15)).wrapping_mul(0x2C1B_3C6D);
    let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0x297A_2D39);
    mixed ^ (mixed >> 16)
}

#[inline]
fn row(hash: u32, rows: usize) -> usize {
    ((u64::from(hash) * rows as u64) >> 32) as usize
}

#[inline]
fn second(feature: u32) -> u32 {
    mix(feature ^ 0x5BD1_E995)
}

/// The check byte, never 0. The row comes from the high bits of the hash, so the low ones are free for it.
#[inline]
fn check(hash: u32) -> u8 {
    (hash as u8).max(1)
}

/// Where a feature may be kept in a table of `rows` rows: one of two, marked with a check byte.
pub fn places(feature: u32, rows: usize) -> ([usize; 2], u8) {
    let hash = mix(feature);
    ([row(hash, rows), row(second(feature), rows)], check(hash))
}

/// The row of a feature in a table, given the check byte of each row; `None` if the table does not keep it.
#[inline]
pub fn find(feature: u32, checks: &[u8]) -> Option<usize> {
    let hash = mix(feature);
    let wanted = check(hash);
    let one = row(hash, checks.len());
    if checks.get(one) == Some(&wanted) {
        return Some(one);
    }
    let other = row(second(feature), checks.len());
    (checks.get(other) == Some(&wanted)).then_some(other)
}

/// Calls `emit` with the hash of every feature of the words of `text` that are written in `script`.
#[inline]
pub fn features(text: &str, script: Script, mut emit: impl FnMut(u32)) {
    words(text, script, |word| word_features(word, script, &mut emit));
}

/// Calls `each` with every word of `text` that is written in `script`, between its edges, in the form that is hashed.
#[inline]
pub(crate) fn words(text: &str, script: Script, mut each: impl FnMut(&[u32])) {
    let chars = Chars::get();
    let mut word = Word::new();
    for c in text.chars() {
        match chars.class(c) {
            Class::Letter(of) if of == script => {
                if word.is_full() {
                    word.end(&mut each);
                }
                word.push(chars.fold(c));
            }
            Class::Mark => word.accent(c),
            Class::Apostrophe => word.push_inside(APOSTROPHE),
            Class::Ignored => {}
            Class::Letter(_) | Class::Break => word.end(&mut each),
        }
    }
    word.end(&mut each);
}

/// Calls `emit` with the hash of every feature of one word, as [`words`] gives it.
#[inline]
pub(crate) fn word_features(word: &[u32], script: Script, emit: &mut impl FnMut(u32)) {
    let letters = word.len() - 2;
    if script == Script::Han {
        let word = &word[1..=letters];
        for start in 0..letters {
            let mut hash = RUN_SEED;
            for &c in &word[start..letters.min(start + 3)] {
                hash = step(hash, c);
                emit(hash);
            }
        }
        return;
    }
    for start in 0..=letters {
        let mut hash = RUN_SEED;
        let run = &word[start..word.len().min(start + MAX_RUN)];
        for (i, &c) in run.iter().enumerate() {
            hash = step(hash, c);
            // An edge alone says nothing.
            if start + i > 0 {
                emit(hash);
            }
        }
    }
    if letters + 2 > MAX_RUN {
        emit(word[1..=letters].iter().fold(WORD_SEED, |hash, &c| step(hash, c)));
    }
}

/// A word being read, between its edges.
struct Word {
    chars: [u32; MAX_WORD + 2],
    /// Characters so far, the start mark included.
    len: usize,
}

impl Word {
    fn new() -> Word {
        Word { chars: [EDGE; MAX_WORD + 2], len: 1 }
    }

    fn is_full(&self) -> bool {
        self.len > MAX_WORD
    }

    fn push(&mut self, c: char) {
        self.chars[self.len] = c as u32;
        self.len += 1;
    }

    /// An apostrophe counts inside a word and at its end, not before it: there it is a quotation mark more often.
    fn push_inside(&mut self, c: char) {
        if self.len > 1 && !self.is_full() {
            self.push(c);
        }
    }

    /// Composes an accent with the letter before it, so that both ways to write an accented letter are one.
    fn accent(&mut self, mark: char) {
        if self.len == 1 {
            return;
        }
        let last = &mut self.chars[self.len - 1];
        let composed = char::from_u32(*last).and_then(|base| unicode_normalization::char::compose(base, mark));
        match composed {
            Some(c) => *last = c as u32,
            None if !self.is_full() => self.push(mark),
            None => {}
        }
    }

    #[inline]
    fn end(&mut self, each: &mut impl FnMut(&[u32])) {
        // A quotation mark that closes is no apostrophe.
        while self.len > 1 && self.chars[self.len - 1] == APOSTROPHE as u32 {
            self.len -= 1;
        }
        let letters = self.len - 1;
        self.len = 1;
        if letters > 0 {
            self.chars[letters + 1] = EDGE;
            each(&self.chars[..letters + 2]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, script: Script) -> Vec<u32> {
        let mut all = Vec::new();
        features(text, script, |feature| all.push(feature));
        all
    }

    #[test]
    fn case_accents_and_digits_do_not_change_what_is_seen() {
        assert_eq!(of("CAFÉ 12 déjà", Script::Latin), of("cafe\u{301} de\u{301}ja\u{300}", Script::Latin));
        assert_eq!(of("harbour, 7 boats", Script::Latin), of("Harbour (boats)", Script::Latin));
        assert_eq!(of("«Утро» in port", Script::Cyrillic), of("утро", Script::Cyrillic));
    }

    #[test]
    fn a_word_gives_its_runs_and_itself() {
        // ^a ^ab ^ab$ a ab ab$ b b$, and the lone end mark that closes every word; short words are a run already.
        assert_eq!(of("ab", Script::Latin).len(), 8);
        let long = of("abcdef", Script::Latin);
        assert_eq!(long.len(), of("abcde", Script::Latin).len() + MAX_RUN);
    }

    #[test]
    fn endless_words_are_cut() {
        assert!(of(&"x".repeat(100_000), Script::Latin).len() < 600_000);
    }
}
