//! The whole table of scores in one go, and the page that lists every language with its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufRead;
use std::path::Path;

use anyhow::{Context as _, Result};
use copydesk_document::{Document, NewBlock};
use copydesk_langid::{Detector, Lang};
use copydesk_stage::{Context, Stage as _, StageKind as _};
use copydesk_stage_detect_language::DetectLanguage;

use crate::corpus::open;
use crate::score::{ASIA, Answer, CORE, f1_by_language, score};

/// Names, numbers and addresses that must be given no language.
const NAMES: &str = include_str!("../../copydesk-langid/tests/data/names.txt");

/// Reads a set of `ISO 639-3 code<TAB>text` and answers it.
pub(crate) fn answer(detector: &Detector, path: &Path) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for line in open(path)?.lines() {
        let line = line?;
        let Some((gold, text)) = line.split_once('\t') else { continue };
        let guess = detector.best(text);
        answers.push(Answer { gold: gold.to_owned(), got: guess.lang.iso3().to_owned(), confidence: guess.confidence });
    }
    Ok(answers)
}

fn percent(share: f64) -> String {
    format!("{:.2}", 100.0 * share)
}

/// One row of the printed table: what was measured, what is to be reached.
fn row(name: &str, measured: &[String], reach: &str) {
    println!("{name:<34} {:<24} {reach}", measured.join(" / "));
}

/// Prints the table; writes the page of languages if asked to.
pub(crate) fn run(detector: Detector, dev: &Path, page: Option<&Path>) -> Result<()> {
    let set =
        |name: &str| answer(&detector, &dev.join(format!("{name}.tsv.gz"))).context("a development set is missing");
    let (full, five, two) = (set("full")?, set("w5")?, set("w2")?);
    let (credit, upper, stripped) = (set("credit")?, set("upper")?, set("stripped_w5")?);

    row("", &["measured, %".into()], "reach, %");
    for (name, answers, reach) in [
        ("sentences: core / F1 all", &full, "99.8 / 93.0"),
        ("5 words: core / F1 all", &five, "96.5 / 85.0"),
        ("2 words: core / F1 all", &two, "84.5 / 71.0"),
    ] {
        row(name, &[percent(score(answers, CORE).accuracy), percent(score(answers, "").macro_f1)], reach);
    }
    row("6 words and a credit: core", &[percent(score(&credit, CORE).accuracy)], "97.5");
    let (upper, stripped) = (score(&upper, ""), score(&stripped, ""));
    row("upper case / stripped 5 words", &[percent(upper.accuracy), percent(stripped.accuracy)], "98.5 / 88.0");
    let asia = [&full, &five, &two].map(|answers| percent(score(answers, ASIA).accuracy));
    row("asia-12: sentences / 5 / 2 words", &asia, "99.0 / 94.0 / 88.5");
    let names = names_given_a_language(&detector);
    let stage = DetectLanguage::with_detector(detector);
    row("mixed documents", &[percent(mixed(&stage, &dev.join("mixed.jsonl.gz"))?)], "100");
    row("names given a language", &[percent(names)], "under 3");
    println!();
    calibration(&[("sentences", &full), ("5 words", &five), ("2 words", &two)]);
    if let Some(page) = page {
        std::fs::write(page, languages_page(&full, &five, &two))?;
    }
    Ok(())
}

/// The share of documents with lines of two languages whose main language the stage finds, as a pipeline runs it.
fn mixed(stage: &DetectLanguage, path: &Path) -> Result<f64> {
    let (mut right, mut all) = (0_usize, 0_usize);
    for line in open(path)?.lines() {
        let document: serde_json::Value = serde_json::from_str(&line?)?;
        let mut doc = Document::default();
        for text in document["lines"].as_array().into_iter().flatten().filter_map(|line| line.as_str()) {
            doc.push_block(NewBlock { text, ..NewBlock::default() });
        }
        stage.process(&mut doc, &mut Context::new(DetectLanguage::NAME))?;
        let found =
            doc.languages().main.as_ref().and_then(|main| Lang::from_tag(&main.tag)).map_or("nothing", Lang::iso3);
        let is_right = document["language"] == found;
        if !is_right {
            println!("mixed: {} taken for {found}", document["language"]);
        }
        right += usize::from(is_right);
        all += 1;
    }
    Ok(right as f64 / all.max(1) as f64)
}

fn names_given_a_language(detector: &Detector) -> f64 {
    let texts: Vec<&str> = NAMES.lines().filter(|line| !line.starts_with("# ")).collect();
    let named = texts.iter().filter(|text| !detector.detect(text).lang.is_und()).count();
    named as f64 / texts.len() as f64
}

/// Prints how often guesses of each confidence are right: honest numbers are close to each other.
fn calibration(sets: &[(&str, &Vec<Answer>)]) {
    println!("confidence: texts with it, and how many of them are right, %");
    for (name, answers) in sets {
        let mut bins = [(0_usize, 0_usize, 0_f64); 5];
        for answer in *answers {
            let bin = &mut bins[((answer.confidence * 5.0) as usize).min(4)];
            bin.0 += 1;
            bin.1 += usize::from(answer.gold == answer.got);
            bin.2 += f64::from(answer.confidence);
        }
        let shown = bins.iter().map(|&(texts, right, sum)| {
            let texts_or_one = texts.max(1) as f64;
            format!("{:.0}: {texts}, {:.0}", 100.0 * sum / texts_or_one, 100.0 * right as f64 / texts_or_one)
        });
        println!("{name:<12} {}", shown.collect::<Vec<_>>().join("  |  "));
    }
}

fn languages_page(full: &[Answer], five: &[Answer], two: &[Answer]) -> String {
    let mut page = String::from(
        "# Languages\n\nWritten by `cargo run --release -p copydesk-langid-trainer -- eval --page FILE`; do not edit.\n\n\
         F1 in per cent on 60 news sentences a language (NTREX-128, not trained on), on their first five words and on \
         their first two.\nA language without figures has no sentences in that set: it can be named, and how well is not \
         measured; for those in\nLatin letters that are at home in another script see `README.md`. Other varieties told apart by script or \
         characters share the\nfigures of their language.\n\n\
         | tag | language | own name | sentence | 5 words | 2 words |\n|---|---|---|---|---|---|\n",
    );
    let scores = [full, five, two].map(|answers| f1_by_language(&answers.iter().collect::<Vec<_>>()));
    for lang in Lang::all() {
        // The sentences of the set are in the script that a language is at home in.
        let is_there = !lang.name().ends_with("(Latin letters)");
        let cell = |by: &BTreeMap<String, f64>| {
            let f1 = by.get(lang.iso3()).filter(|_| is_there);
            f1.map_or("–".to_owned(), |f1| format!("{:.0}", 100.0 * f1))
        };
        let cells: Vec<String> = scores.iter().map(cell).collect();
        let _ = writeln!(page, "| {lang} | {} | {} | {} |", lang.name(), lang.own_name(), cells.join(" | "));
    }
    page
}

/// Prints the `top` pairs of languages of a set that are taken for each other, most frequent first; every such text if
/// there is no `top`.
pub(crate) fn confusions(detector: &Detector, set: &Path, top: Option<usize>) -> Result<()> {
    let Some(top) = top else {
        for line in open(set)?.lines() {
            let line = line?;
            let Some((gold, text)) = line.split_once('\t') else { continue };
            let guess = detector.best(text);
            if guess.lang.iso3() != gold {
                println!("{gold}\t{}\t{:.2}\t{text}", guess.lang, guess.confidence);
            }
        }
        return Ok(());
    };
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for answer in answer(detector, set)?.into_iter().filter(|answer| answer.gold != answer.got) {
        *counts.entry((answer.gold, answer.got)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let shown = counts.into_iter().take(top).map(|((gold, got), count)| format!("{gold}>{got}:{count}"));
    println!("{}", shown.collect::<Vec<_>>().join(" "));
    Ok(())
}
