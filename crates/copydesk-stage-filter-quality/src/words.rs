//! Words and sentences, as `spaCy`'s tokenizers for spaced languages tell them.

use std::sync::LazyLock;

use copydesk_text::is_alphabetic;
use serde::Deserialize;

use crate::tables::TERMINAL;

/// What is cut off from words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cuts {
    edges: String,
    fronts: String,
    ends: Vec<String>,
    keep_hyphens: Vec<String>,
    keep_stops: Vec<String>,
    elisions: Vec<String>,
    contractions: Vec<String>,
    units: Vec<String>,
    abbreviations: Vec<String>,
}

static CUTS: LazyLock<Cuts> = LazyLock::new(|| {
    let mut cuts: Cuts = toml::from_str(include_str!("../data/words.toml")).expect("the table is part of the program");
    cuts.units.sort_by_key(|unit| std::cmp::Reverse(unit.len()));
    cuts
});

/// How words are cut in a language.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
struct Manner {
    contractions: bool,
    keeps_hyphens: bool,
    keeps_stops: bool,
    elisions: bool,
}

impl Manner {
    fn of(tag: &str) -> Self {
        let lists = |list: &[String]| list.iter().any(|known| known == tag);
        Self {
            contractions: tag == "en",
            keeps_hyphens: lists(&CUTS.keep_hyphens),
            keeps_stops: lists(&CUTS.keep_stops),
            elisions: lists(&CUTS.elisions),
        }
    }
}

/// The words of a text in a language, punctuation among them, in order. Linear in the text: each cut looks at both ends of
/// what is left of a run without spaces.
pub(crate) fn words<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let (manner, mut words) = (Manner::of(language), Vec::with_capacity(text.len() / 5));
    for run in text.split_whitespace() {
        cut(run, manner, &mut words);
    }
    words
}

/// How many sentences these words make: one ends with a mark, and the next begins with what is no punctuation.
pub(crate) fn sentences(words: &[&str]) -> usize {
    let (mut sentences, mut ended) = (usize::from(!words.is_empty()), false);
    for word in words {
        let mut chars = word.chars();
        let is_mark = matches!((chars.next(), chars.next()), (Some(c), None) if TERMINAL.contains(&c));
        if is_mark {
            ended = true;
        } else if ended && !is_punctuation(word) {
            sentences += 1;
            ended = false;
        }
    }
    sentences
}

/// Whether a word is punctuation alone; signs of currencies and of arithmetic are none.
fn is_punctuation(word: &str) -> bool {
    word.chars().all(|c| !c.is_alphanumeric() && !c.is_whitespace() && !"$+<=>^`|~€£¥¢§©®°".contains(c))
}

/// Cuts a run without spaces into words.
fn cut<'t>(run: &'t str, manner: Manner, words: &mut Vec<&'t str>) {
    let (mut left, mut behind) = (run, Vec::new());
    while !left.is_empty() && !CUTS.abbreviations.iter().any(|known| known == left) {
        if let Some(at) = front(left).filter(|at| *at < left.len()) {
            words.push(&left[..at]);
            left = &left[at..];
        } else if let Some(at) = end(left, manner).filter(|at| *at > 0) {
            behind.push(&left[at..]);
            left = &left[..at];
        } else {
            break;
        }
    }
    if CUTS.abbreviations.iter().any(|known| known == left) || is_address(left) {
        words.push(left);
    } else if !left.is_empty() {
        inside(left, manner, words);
    }
    words.extend(behind.into_iter().rev());
}

/// Where what is cut off from the front ends.
fn front(word: &str) -> Option<usize> {
    let first = word.chars().next()?;
    let dots = word.len() - word.trim_start_matches('.').len();
    if dots > 1 {
        return Some(dots);
    }
    let next = word[first.len_utf8()..].chars().next();
    let cut = CUTS.edges.contains(first)
        || CUTS.fronts.contains(first) && !(first == '+' && next.is_some_and(|c| c.is_ascii_digit()));
    cut.then_some(first.len_utf8())
}

/// Where what is cut off from the end begins.
fn end(word: &str, manner: Manner) -> Option<usize> {
    let last = word.chars().next_back()?;
    let at = word.len() - last.len_utf8();
    let before = word[..at].chars().next_back();
    let dots = word.len() - word.trim_end_matches('.').len();
    if dots > 1 {
        return Some(word.len() - dots);
    }
    let after = |ends: &[String], fits: fn(char) -> bool| {
        let end = ends.iter().find(|end| word.ends_with(end.as_str()))?;
        let at = word.len() - end.len();
        word[..at].chars().next_back().is_some_and(fits).then_some(at)
    };
    if let Some(at) = after(&CUTS.ends, |_| true) {
        return Some(at);
    }
    if manner.contractions
        && let Some(at) = after(&CUTS.contractions, char::is_alphabetic)
    {
        return Some(at);
    }
    if let Some(at) = after(&CUTS.units, |c| c.is_ascii_digit()) {
        return Some(at);
    }
    let stop = last == '.'
        && before.is_some_and(|c| {
            let capitals = || word[..at].chars().rev().take(2).filter(|c| c.is_uppercase()).count() == 2;
            c.is_lowercase()
                || c.is_ascii_digit() && !manner.keeps_stops
                || "%²-+…".contains(c)
                || CUTS.edges.contains(c)
                || is_alphabetic(c) && !c.is_uppercase()
                || capitals()
        });
    (stop || CUTS.edges.contains(last) || last == '+' && before.is_some_and(|c| c.is_ascii_digit())).then_some(at)
}

/// Whether it is an address, which is one word whatever stands in it.
fn is_address(word: &str) -> bool {
    let domain = |word: &str| copydesk_text::is_domain(word);
    word.contains("://")
        || word.starts_with("www.")
        || word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && domain(host))
        || word.split('/').next().is_some_and(|host| host.contains('.') && domain(host))
}

/// Cuts at hyphens, dots and signs between letters.
fn inside<'t>(word: &'t str, manner: Manner, words: &mut Vec<&'t str>) {
    let (mut from, mut skip) = (0, 0);
    for (at, c) in word.char_indices() {
        if at < skip || c.is_alphanumeric() {
            continue;
        }
        let before = word[from..at].chars().next_back();
        let rest = &word[at..];
        let length = match c {
            '.' if rest.starts_with("..") => rest.len() - rest.trim_start_matches('.').len(),
            '-' => rest.len() - rest.trim_start_matches('-').len(),
            _ => c.len_utf8(),
        };
        let next = rest[length..].chars().next();
        let between =
            |left: fn(char) -> bool, right: fn(char) -> bool| before.is_some_and(left) && next.is_some_and(right);
        // The apostrophe goes with the article.
        if matches!(c, '\'' | '’') && manner.elisions && between(is_alphabetic, is_alphabetic) {
            words.push(&word[from..at + length]);
            (from, skip) = (at + length, at + length);
            continue;
        }
        let cut = match c {
            '…' => true,
            '.' if length > 1 => true,
            '.' => between(|c| is_alphabetic(c) && !c.is_uppercase(), char::is_uppercase),
            '-' if between(|c| c.is_ascii_digit(), |c| c.is_ascii_digit() || c == '-') => true,
            '-' | '–' | '—' | '~' => {
                length <= 3 && !(manner.keeps_hyphens && c == '-') && between(is_alphabetic, is_alphabetic)
            }
            ',' => between(is_alphabetic, is_alphabetic),
            ':' | '<' | '>' | '=' | '/' => between(|c| is_alphabetic(c) || c.is_ascii_digit(), is_alphabetic),
            '+' | '*' | '^' => between(|c| c.is_ascii_digit(), |c| c.is_ascii_digit() || c == '-'),
            _ => false,
        };
        if cut {
            if from < at {
                words.push(&word[from..at]);
            }
            words.push(&word[at..at + length]);
            from = at + length;
        }
        skip = at + length;
    }
    if from < word.len() {
        words.push(&word[from..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_as_by_the_tokenizer_that_the_thresholds_were_found_with() {
        for (text, expected) in [
            ("The ferry, it seems, sails.", "The|ferry|,|it|seems|,|sails|."),
            ("Don't they've \"said\" Ada's?", "Do|n't|they|'ve|\"|said|\"|Ada|'s|?"),
            ("well-known 1-2 10km at 3pm...", "well|-|known|1|-|2|10|km|at|3pm|..."),
            (
                "see https://quay.example/a-b,c or ada@quay.example.",
                "see|https://quay.example/a-b,c|or|ada@quay.example|.",
            ),
            ("Mr. Maas of the U.S. (NATO.)", "Mr.|Maas|of|the|U.S.|(|NATO|.|)"),
            ("end.Next and/or 1,000.50", "end|.|Next|and|/|or|1,000.50"),
            ("… ... !!", "…|...|!|!"),
        ] {
            assert_eq!(words(text, "en").join("|"), expected);
        }
        assert!(words(" \n\t", "en").is_empty());
        for (language, text, expected) in [
            ("de", "Am 3. Mai, Nord-Süd 2024.", "Am|3.|Mai|,|Nord-Süd|2024."),
            ("fr", "L'eau d’ici, peut-être.", "L'|eau|d’|ici|,|peut|-|être|."),
            ("pl", "don't 3.", "don't|3|."),
        ] {
            assert_eq!(words(text, language).join("|"), expected);
        }
    }

    #[test]
    fn a_sentence_begins_behind_a_mark_and_what_closes_it() {
        let count = |text| sentences(&words(text, "en"));
        assert_eq!(count("The ferry sails. \"Soon?\" she asked. 1.5 hours!"), 4);
        assert_eq!(count("No end"), 1);
        assert_eq!(count(""), 0);
    }
}
