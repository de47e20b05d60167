//! What of a document is compared: the words of its main text, in runs and in blocks.

use std::hash::Hasher;

use copydesk_document::Document;
use copydesk_lexicon::{Lexicon, is_credit_line, may_be_credit_line, read_dateline};
use copydesk_text::{is_alphanumeric, is_unspaced, push_key, sentences, weight};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// So many words in a row are compared; in scripts without spaces, so many characters.
const RUN: usize = 3;
const RUN_UNSPACED: usize = 5;

/// A block that says less is no sign of a common origin: letters and figures, as [`weight`] counts.
const LEAST_BLOCK: usize = 40;

/// So many blocks of a document are remembered.
const MOST_BLOCKS: usize = 2000;

/// A block of the main text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Of its letters and figures.
    pub(crate) hash: u64,
    pub(crate) words: u16,
}

/// The main text of a document, without dateline and credits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// A hash of the text.
    pub(crate) exact: u64,
    /// A hash of its letters and figures.
    pub(crate) normalised: u64,
    pub(crate) words: u32,
    /// Its runs of words, sorted, each once. None, where the text is too short to be compared in parts.
    pub(crate) runs: Vec<u32>,
    /// Its larger blocks.
    pub(crate) blocks: Vec<Block>,
}

impl Reading {
    /// Texts of fewer words are compared as a whole only.
    pub(crate) fn of(doc: &Document, min_words: u32) -> Self {
        let (mut exact, mut normalised) = (Xxh3::new(), Xxh3::new());
        let mut reading = Self::default();
        let (mut tokens, mut key) = (Vec::new(), String::new());
        let mut first = true;
        for (id, _) in doc.body() {
            let text = doc.text(id);
            let text = if std::mem::take(&mut first) { without_dateline(text) } else { text };
            if text.is_empty() || is_credit(text) {
                continue;
            }
            exact.update(text.as_bytes());
            exact.update(b"\n");
            tokens.clear();
            key.clear();
            read(text, &mut tokens, &mut key);
            normalised.update(key.as_bytes());
            reading.words = reading.words.saturating_add(u32::try_from(tokens.len()).unwrap_or(u32::MAX));
            push_runs(&tokens, &mut reading.runs);
            if reading.blocks.len() < MOST_BLOCKS && weight(text) >= LEAST_BLOCK {
                let words = u16::try_from(tokens.len()).unwrap_or(u16::MAX);
                reading.blocks.push(Block { hash: xxh3_64(key.as_bytes()), words });
            }
        }
        (reading.exact, reading.normalised) = (exact.digest(), normalised.digest());
        if reading.words < min_words {
            reading.runs.clear();
            reading.blocks.clear();
        }
        reading.runs.sort_unstable();
        reading.runs.dedup();
        reading.blocks.sort_unstable_by_key(|block| block.hash);
        reading.blocks.dedup_by_key(|block| block.hash);
        reading
    }
}

/// How many runs a block of so many words has, about: in scripts without spaces a few less.
pub(crate) fn runs_of(words: u16) -> usize {
    (usize::from(words) + 1).saturating_sub(RUN).max(1)
}

/// A paragraph without the place and the agency that open it.
fn without_dateline(text: &str) -> &str {
    read_dateline(text, Lexicon::builtin()).and_then(|found| text.get(found.end..)).map_or(text, str::trim_start)
}

/// What is longer and has several sentences is prose: no credit, and asking for one costs more than all else here.
const SHORT: usize = 160;
const SENTENCES: usize = 3;

fn is_credit(text: &str) -> bool {
    let may_be = may_be_credit_line(text) && (text.len() <= SHORT || sentences(text) < SENTENCES);
    may_be && is_credit_line(text, Lexicon::builtin()).is_some()
}

/// A word, or a character of a script without spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    hash: u64,
    unspaced: bool,
}

/// The words of a text, and its letters and figures in one.
fn read(text: &str, tokens: &mut Vec<Token>, key: &mut String) {
    let mut begin = key.len();
    let mut end_word = |key: &str, begin: usize, unspaced| {
        if key.len() > begin {
            tokens.push(Token { hash: xxh3_64(&key.as_bytes()[begin..]), unspaced });
        }
    };
    for c in text.chars() {
        let unspaced = is_unspaced(c);
        if unspaced || !is_alphanumeric(c) {
            end_word(key, begin, false);
            begin = key.len();
        }
        push_key(c, key);
        if unspaced {
            end_word(key, begin, true);
            begin = key.len();
        }
    }
    end_word(key, begin, false);
}

/// The runs of a block. Runs over its ends would change with its neighbours.
fn push_runs(tokens: &[Token], runs: &mut Vec<u32>) {
    let run = |tokens: &[Token]| {
        let mut hasher = Xxh3::new();
        for token in tokens {
            hasher.write_u64(token.hash);
        }
        (hasher.digest() >> 32) as u32
    };
    let length = |token: &Token| if token.unspaced { RUN_UNSPACED } else { RUN };
    let before = runs.len();
    for (at, token) in tokens.iter().enumerate() {
        if let Some(window) = tokens.get(at..at + length(token)) {
            runs.push(run(window));
        }
    }
    if runs.len() == before && !tokens.is_empty() {
        runs.push(run(tokens));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_told_from_prose_of_any_length() {
        let prose = "The boat left at ten in the evening, as the council had said that it would. ".repeat(3);
        for (text, expected) in
            [("Photo: Ada Lund/Reuters", true), (prose.as_str(), false), ("The boat left at ten.", false)]
        {
            assert_eq!(is_credit(text), expected, "{text}");
        }
    }
}
