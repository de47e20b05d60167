//! Dumps of pages, as `dumps/make.py` writes them: one line of JSON for each.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    corpus::{Numbers, Sample, Set},
    gold::{Gold, read_gold},
};

#[derive(Deserialize)]
struct Dump {
    id: String,
    folder: String,
    kind: Kind,
    by: String,
    text: String,
}

/// Whether a program rendered the whole page or looked for the main text.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Whole,
    Main,
}

/// Of a dump that holds less of the main text than this there is little to learn but what the program lost.
const FOUND: f64 = 0.6;
/// Longer dumps are cut around the story.
const LONGEST: usize = 160;

/// Calls with the gold, the program and the text of every dump in a file.
pub(crate) fn for_each_dump(
    file: &Path,
    bench: &Path,
    mut each: impl FnMut(Gold, String, String) -> Result<()>,
) -> Result<()> {
    let mut gold: HashMap<(String, String), Gold> = HashMap::new();
    for folder in ["wcxb", "news", "mixed"] {
        for row in read_gold(&bench.join(folder))? {
            gold.insert((folder.to_owned(), row.id.clone()), row);
        }
    }
    let opened = std::fs::File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    for line in BufReader::new(flate2::read::MultiGzDecoder::new(opened)).lines() {
        let dump: Dump = serde_json::from_str(&line?).with_context(|| file.display().to_string())?;
        if let Some(gold) = gold.get(&(dump.folder, dump.id)) {
            each(gold.clone(), dump.by, dump.text)?;
        }
    }
    Ok(())
}

/// Reads a file of dumps; the pages' main text stands in the benchmark.
pub(crate) fn read_dumps(file: &Path, bench: &Path, numbers: &mut Numbers) -> Result<Vec<Sample>> {
    let mut gold: HashMap<(String, String), Gold> = HashMap::new();
    for folder in ["wcxb", "news", "mixed"] {
        for row in read_gold(&bench.join(folder))? {
            gold.insert((folder.to_owned(), row.id.clone()), row);
        }
    }
    let opened = std::fs::File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let mut samples = Vec::new();
    for (number, line) in BufReader::new(flate2::read::MultiGzDecoder::new(opened)).lines().enumerate() {
        let dump: Dump = serde_json::from_str(&line?).with_context(|| file.display().to_string())?;
        let Some(gold) = gold.get(&(dump.folder.clone(), dump.id.clone())) else { continue };
        let mut gold = gold.clone();
        gold.page_type.clone_from(&dump.by);
        let Ok(sample) = Sample::read(gold, Set::Dump, dump.text.into_bytes(), numbers) else { continue };
        let sample = if dump.kind == Kind::Whole { cropped(sample, number, numbers)? } else { sample };
        let found: f64 = sample.blocks.iter().zip(&sample.answers).map(|(b, a)| b.len() as f64 * f64::from(*a)).sum();
        // A page about HTML may be read as HTML.
        let is_text = sample.doc.tree.is_none();
        if is_text && found >= FOUND * sample.gold_words as f64 && sample.blocks.len() <= 2 * LONGEST {
            samples.push(sample);
        }
    }
    Ok(samples)
}

/// Two of three whole pages are cut to the story and some lines around it, as scrapers that were written for one site
/// leave it.
fn cropped(sample: Sample, number: usize, numbers: &mut Numbers) -> Result<Sample> {
    let around = match number % 3 {
        0 if sample.blocks.len() <= LONGEST => return Ok(sample),
        1 => 5,
        _ => 14,
    };
    let Some(span) = sample.story(around, around) else { return Ok(sample) };
    let bytes = sample.doc.content()[span.range()].as_bytes().to_vec();
    Sample::read(sample.gold, Set::Dump, bytes, numbers)
}
