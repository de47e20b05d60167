//! Words drawn from the n-gram models of lingua, which were counted on news text of the web.
//!
//! Such a model says how likely a letter is after up to four others inside a word. What is left after all letters that
//! can follow is the chance that the word ends there, and the runs that are more frequent than they can be after another
//! letter start words. That is enough to draw words: the short ones are words of the language, as frequent as they are in
//! the news, and the long ones are made of its parts. A bag of character runs cannot tell them from real text.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use fst::{Map, Streamer};

use crate::corpus::{Entries, Lines, add_line};
use crate::random::Random;

/// How many lines are drawn for each language.
const LINES: usize = 16_000;
/// Words in a line.
const LINE_WORDS: usize = 10;
/// The model sees this many letters back.
const CONTEXT: usize = 4;
/// Longer than any word that is worth learning: a chain that has not found its end by now has lost its way.
const LONGEST: usize = 24;

/// Names of the models beside the ISO 639-3 code of their language.
fn models() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("../data/ngram-models.tsv").lines();
    lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// Adds lines of drawn words for every model in the folder; returns how many.
pub(crate) fn add_words(folder: &Path, into: &mut Lines, entries: &Entries, seed: u64) -> Result<usize> {
    let mut added = 0;
    for (name, code) in models() {
        let path = folder.join(format!("lingua-{name}-language-model/models/ngrams.fst"));
        let file = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let words = Words::read(&file).with_context(|| format!("cannot read {}", path.display()))?;
        let mut random = Random::new(seed);
        for _ in 0..LINES {
            let line: Vec<String> = (0..LINE_WORDS).map(|_| words.draw(&mut random)).collect();
            added += add_line(&format!("{code}\t{}", line.join(" ")), entries, into);
        }
    }
    ensure!(added > 0, "no n-gram models");
    Ok(added)
}

/// What can follow some letters, and how often.
#[derive(Debug, Default)]
struct Next {
    letters: Vec<(char, f64)>,
    /// How often all of this and the end of the word come.
    total: f64,
}

/// A model, ready to draw words from.
#[derive(Debug)]
struct Words {
    /// After the first letters of a word.
    first: HashMap<String, Next>,
    /// After letters inside a word.
    inside: HashMap<String, Next>,
}

impl Words {
    fn read(file: &[u8]) -> Result<Words> {
        let map = Map::new(file)?;
        let mut conditional = Vec::new();
        let mut stream = map.stream();
        while let Some((run, bits)) = stream.next() {
            let run = std::str::from_utf8(run)?.to_owned();
            conditional.push((run.chars().count(), run, f64::from_bits(bits).exp()));
        }
        Ok(Words::from_runs(conditional))
    }

    /// From runs of letters: length, run, and the chance of its last letter after the ones before.
    fn from_runs(mut runs: Vec<(usize, String, f64)>) -> Words {
        runs.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let mut frequency: HashMap<&str, f64> = HashMap::from([("", 1.0)]);
        let mut inside: HashMap<String, Next> = HashMap::new();
        for (length, run, chance) in &runs {
            let Some(last) = run.chars().next_back() else { continue };
            let before = &run[..run.len() - last.len_utf8()];
            let Some(&often) = frequency.get(before) else { continue };
            frequency.insert(run, often * chance);
            if *length == CONTEXT + 1 {
                let next = inside.entry(before.to_owned()).or_default();
                next.letters.push((last, *chance));
                next.total = 1.0;
            }
        }
        // How often a run stands behind another letter; the rest of its frequency is at the start of a word.
        let mut behind: HashMap<&str, f64> = HashMap::new();
        for (_, run, _) in &runs {
            if let (Some(start), Some(often)) = (run.chars().next(), frequency.get(run.as_str())) {
                *behind.entry(&run[start.len_utf8()..]).or_default() += often;
            }
        }
        let at_start = |run: &str| (frequency[run] - behind.get(run).copied().unwrap_or(0.0)).max(0.0);
        let mut first: HashMap<String, Next> = HashMap::new();
        for (length, run, _) in runs.iter().filter(|(length, ..)| *length <= CONTEXT) {
            let Some(last) = run.chars().next_back().filter(|_| frequency.contains_key(run.as_str())) else { continue };
            let before = &run[..run.len() - last.len_utf8()];
            let next = first.entry(before.to_owned()).or_default();
            next.letters.push((last, at_start(run)));
            // A word of no letters is none; any other may end here.
            next.total = if *length == 1 { 0.0 } else { at_start(before) };
        }
        for next in first.values_mut().chain(inside.values_mut()) {
            next.letters.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            next.total = next.total.max(next.letters.iter().map(|(_, often)| often).sum());
        }
        Words { first, inside }
    }

    fn draw(&self, random: &mut Random) -> String {
        let mut word = String::new();
        let mut length = 0;
        while length < LONGEST {
            let next = if length < CONTEXT {
                self.first.get(&word)
            } else {
                let (at, _) = word.char_indices().nth_back(CONTEXT - 1).expect("the word is long enough");
                self.inside.get(&word[at..])
            };
            let Some(next) = next else { break };
            let mut draw = f64::from(random.share()) * next.total;
            let letter = next.letters.iter().find(|(_, often)| {
                draw -= often;
                draw < 0.0
            });
            let Some((letter, _)) = letter else { break };
            word.push(*letter);
            length += 1;
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_come_as_often_as_they_were_counted() {
        // Counted on: `to` three times, `toe` once, `of` four times.
        let chance = |run: &str, of: f64, among: f64| (run.chars().count(), run.to_owned(), of / among);
        let runs = vec![
            chance("t", 4.0, 17.0),
            chance("o", 8.0, 17.0),
            chance("e", 1.0, 17.0),
            chance("f", 4.0, 17.0),
            chance("to", 4.0, 4.0),
            chance("oe", 1.0, 8.0),
            chance("of", 4.0, 8.0),
            chance("toe", 1.0, 4.0),
        ];
        let words = Words::from_runs(runs);
        let mut random = Random::new(9);
        let mut counts: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for _ in 0..8000 {
            *counts.entry(words.draw(&mut random)).or_default() += 1;
        }
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["of", "to", "toe"]);
        for (word, often) in [("of", 4000), ("to", 3000), ("toe", 1000)] {
            assert!(counts[word].abs_diff(often) < 200, "{counts:?}");
        }
    }
}
