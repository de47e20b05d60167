//! Pages ready for training: parsed, aligned with their gold, measured.

use std::path::Path;

use anyhow::{Result, anyhow};
use copydesk_document::{BlockKind, Document, Input, Span};
use copydesk_parse::{Limits, parse};
use copydesk_stage_strip_boilerplate::{model::Names, training::Measured};
use rustc_hash::FxHashMap;

use crate::{
    align::align,
    gold::{Gold, pieces, read_gold, read_page, words},
    names,
};

/// A page and its answers.
pub(crate) struct Sample {
    pub gold: Gold,
    pub site: String,
    /// Which benchmark it comes from.
    pub set: Set,
    pub doc: Document,
    /// The words of each block, by their number.
    pub blocks: Vec<Vec<u32>>,
    /// The bag of gold words.
    pub bag: FxHashMap<u32, u32>,
    pub gold_words: usize,
    /// For each block, the share of its words that are main text.
    pub answers: Vec<f32>,
    /// Length of each block in word equivalents.
    pub sizes: Vec<f32>,
    /// Blocks of which corpora say different things: headlines, bylines, dates, captions. Nothing is learned from them.
    pub masked: Vec<bool>,
    pub names: FxHashMap<u32, (f32, f32)>,
    /// Blocks of which the gold says nothing sure.
    pub unsure: Vec<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    Pages,
    News,
    /// Pages of other corpora, whose conventions differ.
    Mixed,
    Text,
    /// Pages without their elements, as Markdown is.
    Bare,
    /// Texts without their indentation, as other scrapers leave them.
    Trimmed,
    /// Dumps of pages by other programs.
    Dump,
    /// Texts whose lines are marked.
    Marked,
}

/// Gives every word a number.
#[derive(Default)]
pub(crate) struct Numbers(FxHashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: &str, set: Set) -> Vec<u32> {
        let mut number = |word: String| {
            let next = self.0.len() as u32;
            *self.0.entry(word).or_insert(next)
        };
        if matches!(set, Set::Dump | Set::Marked) {
            pieces(text).map(&mut number).collect()
        } else {
            words(text).map(&mut number).collect()
        }
    }
}

impl Sample {
    pub(crate) fn read(gold: Gold, set: Set, bytes: Vec<u8>, numbers: &mut Numbers) -> Result<Self> {
        let input = Input::new(gold.id.clone(), bytes);
        let mut doc = parse(&input, &Limits::default()).map_err(|e| anyhow!("{}: {e}", gold.id))?;
        if set == Set::Bare {
            doc.tree = None;
        }
        let blocks: Vec<Vec<u32>> = doc.ids().map(|id| numbers.of(doc.text(id), set)).collect();
        let mut gold_words = Vec::new();
        let mut lines = Vec::new();
        let paragraphs: Vec<&str> = if gold.text.is_empty() || set == Set::News {
            gold.paragraphs.iter().map(String::as_str).collect()
        } else {
            gold.text.split('\n').collect()
        };
        for line in paragraphs {
            let start = gold_words.len();
            gold_words.extend(numbers.of(line, set));
            lines.push(start..gold_words.len());
        }
        let counts = align(&blocks, &gold_words, &lines);
        let mut answers: Vec<f32> = blocks
            .iter()
            .zip(counts)
            .map(|(b, c)| if b.is_empty() { 0.0 } else { c as f32 / b.len() as f32 })
            .collect();
        for (answer, block) in answers.iter_mut().zip(doc.blocks()) {
            if block.kind == BlockKind::Control {
                *answer = 0.0;
            }
        }
        let mut bag = FxHashMap::default();
        for word in &gold_words {
            *bag.entry(*word).or_default() += 1;
        }
        let measured = Measured::read(&doc, &Names::default());
        let sizes = measured.sizes();
        let masked = if set == Set::Mixed { measured.conventional() } else { Vec::new() };
        let mut sample = Self {
            site: site(&gold, &doc),
            gold,
            set,
            doc,
            blocks,
            bag,
            gold_words: gold_words.len(),
            answers,
            sizes,
            masked,
            names: FxHashMap::default(),
            unsure: Vec::new(),
        };
        sample.unsure = sample.unsure();
        sample.names = names::count(&sample);
        Ok(sample)
    }

    /// Where the main text stands, with some blocks above and below it.
    pub(crate) fn story(&self, above: usize, below: usize) -> Option<Span> {
        let first = self.answers.iter().position(|a| *a > 0.5)?;
        let last = self.answers.iter().rposition(|a| *a > 0.5)?;
        let blocks = self.doc.blocks();
        let end = (last + below).min(blocks.len() - 1);
        Some(blocks[first.saturating_sub(above)].span.union(blocks[end].span))
    }

    /// Some corpora count headline, byline and date as main text; above the first paragraph they are not learned from.
    fn unsure(&self) -> Vec<bool> {
        let mut unsure = vec![false; self.blocks.len()];
        if self.set != Set::Dump {
            return unsure;
        }
        let paragraph = |i: usize| self.answers[i] > 0.5 && self.sizes[i] >= 12.0;
        let first = (0..unsure.len()).find(|i| paragraph(*i)).unwrap_or(0);
        for (index, unsure) in unsure.iter_mut().enumerate() {
            let answer = self.answers[index];
            *unsure = (0.2..0.8).contains(&answer) || (self.gold.counts_headline && index < first && answer > 0.5);
        }
        unsure
    }

    /// How much each block counts in training: every page the same in all, long blocks more than short ones.
    pub(crate) fn weights(&self) -> Vec<f32> {
        let raw: Vec<f32> = self.blocks.iter().map(|b| (b.len() as f32 + 1.0).powf(0.75)).collect();
        let body: f32 = raw.iter().zip(&self.answers).map(|(w, a)| w * a).sum();
        let total: f32 = raw.iter().sum();
        // A page with a short text and much boilerplate shall not be lost against one with a long text.
        let unit = 2.0 * body.max(total * 0.02) + 0.1 * total;
        let masked = |index: usize| self.masked.get(index).is_some_and(|masked| *masked) || self.unsure[index];
        raw.iter().enumerate().map(|(i, w)| if masked(i) { 0.0 } else { w / unit.max(1e-3) }).collect()
    }

    /// Precision, recall and F1 of a choice of blocks, as bags of words.
    pub(crate) fn score(&self, kept: &[bool]) -> (f64, f64, f64) {
        let mut left = self.bag.clone();
        let (mut got, mut both) = (0usize, 0usize);
        for (block, _) in self.blocks.iter().zip(kept).filter(|(_, k)| **k) {
            got += block.len();
            for word in block {
                if let Some(count) = left.get_mut(word)
                    && *count > 0
                {
                    *count -= 1;
                    both += 1;
                }
            }
        }
        prf(both, got, self.gold_words)
    }
}

/// What pages are kept apart by: the site that the gold or the page names, or else the page itself.
fn site(gold: &Gold, doc: &Document) -> String {
    let declared = || {
        let names = ["canonical", "og:url"];
        let clue = doc.evidence.clues.iter().find(|clue| names.contains(&clue.name.as_str()))?;
        copydesk_text::site(&clue.value)
    };
    match gold.site() {
        "" => declared().unwrap_or_else(|| gold.id.clone()),
        site => site.to_owned(),
    }
}

pub(crate) fn prf(both: usize, got: usize, want: usize) -> (f64, f64, f64) {
    if want == 0 {
        return if got == 0 { (1.0, 1.0, 1.0) } else { (0.0, 0.0, 0.0) };
    }
    if got == 0 || both == 0 {
        return (0.0, 0.0, 0.0);
    }
    let (p, r) = (both as f64 / got as f64, both as f64 / want as f64);
    (p, r, 2.0 * p * r / (p + r))
}

/// Reads the pages of a benchmark folder.
pub(crate) fn read_set(folder: &Path, set: Set, every: usize, numbers: &mut Numbers) -> Result<Vec<Sample>> {
    let (mut samples, mut more) = (Vec::new(), Vec::new());
    for (number, gold) in read_gold(folder)?.into_iter().enumerate() {
        if (set == Set::Bare && number % 2 == 1) || number % every != 0 {
            continue;
        }
        let path = match set {
            Set::Text => folder.join("text").join(format!("{}.txt.gz", gold.id)),
            _ => folder.join("html").join(format!("{}.html.gz", gold.id)),
        };
        if !path.exists() {
            continue;
        }
        let bytes = read_page(&path)?;
        let sample = Sample::read(gold, set, bytes, numbers);
        if let (Set::Text, Ok(sample)) = (set, &sample) {
            let content = sample.doc.content();
            let kept = |content: &str| content.lines().map(str::trim_start).collect::<Vec<_>>().join("\n").into_bytes();
            let variant = match samples.len() % 4 {
                0 => Some(kept(content)),
                2 => sample.story(4, 0).map(|span| kept(&content[span.range()])),
                _ => None,
            };
            if let Some(bytes) = variant {
                more.push(Sample::read(sample.gold.clone(), Set::Trimmed, bytes, numbers)?);
            }
        }
        match sample {
            Ok(sample) => samples.push(sample),
            Err(error) => eprintln!("left out: {error}"),
        }
    }
    samples.append(&mut more);
    Ok(samples)
}
