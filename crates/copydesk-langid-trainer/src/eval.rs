//! The whole table of scores in one go.

use std::io::BufRead;
use std::path::Path;

use anyhow::{Context, Result};
use copydesk_langid::Detector;

use crate::corpus::open;
use crate::score::{ASIA, Answer, CORE, score};

/// Reads a set of `ISO 639-3 code<TAB>text` and answers it.
pub(crate) fn answer(detector: &Detector, path: &Path) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for line in open(path)?.lines() {
        let line = line?;
        let Some((gold, text)) = line.split_once('\t') else { continue };
        answers.push(Answer { gold: gold.to_owned(), got: detector.best(text).lang.iso3().to_owned() });
    }
    Ok(answers)
}

/// Prints the table.
pub(crate) fn run(detector: &Detector, dev: &Path) -> Result<()> {
    println!("{:<24} {:>8} {:>8} {:>8} {:>8} {:>8}", "set", "core", "all", "F1 all", "asia-12", "texts");
    for set in ["full", "w5", "w2", "credit", "upper", "stripped_w5"] {
        let answers = answer(detector, &dev.join(format!("{set}.tsv.gz"))).context("the dev set is incomplete")?;
        let (core, all, asia) = (score(&answers, CORE), score(&answers, ""), score(&answers, ASIA));
        println!(
            "{set:<24} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8}",
            100.0 * core.accuracy,
            100.0 * all.accuracy,
            100.0 * all.macro_f1,
            100.0 * asia.accuracy,
            all.texts
        );
    }
    Ok(())
}

/// Prints the confusions of one set, most frequent first.
pub(crate) fn confusions(detector: &Detector, set: &Path, top: usize) -> Result<()> {
    let mut counts = std::collections::BTreeMap::new();
    for answer in answer(detector, set)?.into_iter().filter(|answer| answer.gold != answer.got) {
        *counts.entry((answer.gold, answer.got)).or_insert(0_usize) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    for ((gold, got), count) in counts.into_iter().take(top) {
        print!("{gold}>{got}:{count} ");
    }
    println!();
    Ok(())
}
