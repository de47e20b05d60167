//! The most frequent pieces of three letters of every language, and how many of a sentence's are among them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use copydesk_langid::Lang;
use copydesk_langid::{
    LEAST_LIKE,
    familiar::{Piece, pieces},
};

use crate::corpus::open;

/// So many pieces of each language are kept.
const KEPT: usize = 300;
/// So many lines of the training text stand in for sentences.
const SAMPLE: usize = 200;
/// So many lines of each language are read.
const LINES: usize = 4_000;
/// So many sentences in a hundred may be unlike their language.
const UNLIKE_OF_HUNDRED: usize = 2;
/// What sentences have of the share of the training text, where there are none to count it in.
const OF_TRAINING: f32 = 0.8;

/// Writes `data/pieces.tsv` of `copydesk-langid`: the pieces from the training text, the shares from sentences unlike it.
pub(crate) fn run(train: &[PathBuf], dev: &Path, out: &Path) -> Result<()> {
    // Of the varieties of a language the first is the language itself.
    let mut tags: BTreeMap<&str, &str> = BTreeMap::new();
    for lang in Lang::all() {
        tags.entry(lang.iso3()).or_insert(lang.tag());
    }
    let mut counts: BTreeMap<String, HashMap<Piece, u32>> = BTreeMap::new();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let mut samples: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in train {
        for line in open(path)?.lines() {
            let line = line?;
            let Some((code, text)) = line.split_once('\t') else { continue };
            let seen = lines.entry(code.to_owned()).or_default();
            *seen += 1;
            if *seen <= SAMPLE {
                samples.entry(code.to_owned()).or_default().push(text.to_owned());
            }
            if *seen <= LINES {
                let count = counts.entry(code.to_owned()).or_default();
                pieces(text).for_each(|piece| *count.entry(piece).or_default() += 1);
            }
        }
    }
    let kept: BTreeMap<String, Vec<Piece>> =
        counts.into_iter().map(|(code, count)| (code, most_frequent(count))).collect();
    let mut shares: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    for line in open(dev)?.lines() {
        let line = line?;
        let Some((code, text)) = line.split_once('\t') else { continue };
        let Some(known) = kept.get(code) else { continue };
        shares.entry(code.to_owned()).or_default().extend(share(text, known));
    }
    let tested: BTreeSet<String> = shares.keys().cloned().collect();
    for (code, lines) in samples.iter().filter(|(code, _)| !tested.contains(*code)) {
        let own = lines.iter().filter_map(|text| share(text, &kept[code]));
        shares.insert(code.clone(), own.map(|share| share * OF_TRAINING).collect());
    }
    shares.retain(|_, shares| !shares.is_empty());
    let mut page = String::from(
        "# The most frequent pieces of three letters of each language, `_` for a blank. Columns, separated by tabs: tag, the \
         share of a sentence's pieces that are among them, the pieces. Written by `copydesk-langid-trainer familiar`.\n",
    );
    for (code, shares) in &shares {
        let Some(tag) = tags.get(code.as_str()) else { continue };
        let mean = shares.iter().sum::<f32>() / shares.len() as f32;
        let unlike = shares.iter().filter(|share| **share < mean * LEAST_LIKE).count();
        let doubtful = tested.contains(code) && unlike * 100 > shares.len() * UNLIKE_OF_HUNDRED;
        if mean < 0.25 || doubtful || kept[code].len() < KEPT {
            println!("{tag}: left out, {unlike} of {} unlike, mean {mean:.3}", shares.len());
            continue;
        }
        let printed: Vec<String> =
            kept[code].iter().map(|piece| piece.iter().collect::<String>().replace(' ', "_")).collect();
        writeln!(page, "{tag}\t{mean:.3}\t{}", printed.join(" "))?;
    }
    std::fs::write(out, page)?;
    Ok(())
}

/// The share of the pieces of a text that are among those known; `None` for a short one.
fn share(text: &str, known: &[Piece]) -> Option<f32> {
    let all: Vec<Piece> = pieces(text).collect();
    let found = all.iter().filter(|piece| known.contains(piece)).count();
    (all.len() >= 40).then(|| found as f32 / all.len() as f32)
}

fn most_frequent(count: HashMap<Piece, u32>) -> Vec<Piece> {
    let mut all: Vec<(Piece, u32)> = count.into_iter().collect();
    all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(KEPT);
    all.into_iter().map(|(piece, _)| piece).collect()
}
