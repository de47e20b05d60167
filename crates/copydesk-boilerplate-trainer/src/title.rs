//! The weights by which a line of a text's head is told to be its title: a choice between the lines of one head, fitted
//! by logistic regression.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};
use copydesk_document::{Document, Input};
use copydesk_parse::{Limits, parse};
use copydesk_stage::{AnyStage, Context, StageKind};
use copydesk_stage_detect_language::DetectLanguage;
use copydesk_stage_extract_metadata::training::title_lines;
use copydesk_stage_split_captions::SplitCaptions;
use copydesk_stage_strip_boilerplate::StripBoilerplate;

use crate::{
    corpus::{Numbers, Sample, Set},
    dumps::for_each_dump,
    gold::{Gold, read_gold, read_page},
};

/// A head, with its lines that may be the title and those that are.
struct Head {
    site: String,
    group: String,
    lines: Vec<Vec<(usize, f32)>>,
    right: Vec<bool>,
    /// How much is learned from it.
    weight: f64,
}

/// Numbers for the names of measures.
#[derive(Default)]
struct Names(BTreeMap<&'static str, usize>);

/// Weights: that of no title at all, and those of the measures.
#[derive(Clone)]
struct Weights {
    none: f64,
    measures: Vec<f64>,
}

/// What each weight is drawn to zero with.
const RIDGE: f64 = 0.5;
const ROUNDS: usize = 400;
/// A line with a smaller share is not given.
const LEAST: f64 = 0.3;
/// Texts in many languages count so much more than one of many pages in English.
const MARKED: f64 = 4.0;
const FOLDS: usize = 5;

/// Fits the weights, prints what they reach on sites left out, and writes them.
pub(crate) fn fit(bench: &Path, dumps: Option<&Path>, marked: Option<&Path>, out: &Path) -> Result<()> {
    let mut names = Names::default();
    let mut heads = Vec::new();
    for gold in read_gold(&bench.join("wcxb"))? {
        let path = bench.join("wcxb/text").join(format!("{}.txt.gz", gold.id));
        if path.exists() && gold.page_type == "article" {
            let bytes = read_page(&path)?;
            heads.extend(head(&gold, "text".to_owned(), bytes, &mut names)?);
        }
    }
    if let Some(file) = dumps {
        for_each_dump(file, bench, |gold, by, text| {
            if gold.page_type.is_empty() || gold.page_type == "article" {
                heads.extend(head(&gold, by, text.into_bytes(), &mut names)?);
            }
            Ok(())
        })?;
    }
    if let Some(folder) = marked {
        heads.extend(marked_heads(folder, &mut names)?);
    }
    println!("{} heads, {} measures", heads.len(), names.0.len());
    let fold = |head: &Head| head.site.bytes().fold(7_usize, |h, b| h.wrapping_mul(31) + usize::from(b)) % FOLDS;
    let mut held_out: BTreeMap<String, [usize; 6]> = BTreeMap::new();
    for left_out in 0..FOLDS {
        let seen: Vec<&Head> = heads.iter().filter(|head| fold(head) != left_out).collect();
        let weights = learn(&seen, names.0.len());
        for head in heads.iter().filter(|head| fold(head) == left_out) {
            judge(head, &weights, held_out.entry(head.group.clone()).or_default());
        }
    }
    println!("sites left out: group, heads, with a title, right, given, given at .9, of these right");
    for (group, sums) in &held_out {
        println!("{group:24}{sums:?}");
    }
    let weights = learn(&heads.iter().collect::<Vec<_>>(), names.0.len());
    let mut text = String::from(
        "# What speaks for a line of the head as the title, and what against: written by `copydesk-boilerplate-trainer title`.\n\n",
    );
    writeln!(text, "none = {:.3}\n\n[measures]", weights.none)?;
    for (name, at) in &names.0 {
        writeln!(text, "{name} = {:.3}", weights.measures[*at])?;
    }
    std::fs::write(out, text).with_context(|| out.display().to_string())
}

fn head(gold: &Gold, group: String, bytes: Vec<u8>, names: &mut Names) -> Result<Option<Head>> {
    let Ok(doc) = parse(&Input::new(gold.id.clone(), bytes), &Limits::default()) else { return Ok(None) };
    if gold.title.is_empty() || doc.tree.is_some() {
        return Ok(None);
    }
    read(doc, &gold.title, gold.site().to_owned(), group, names).map(Some)
}

fn read(mut doc: Document, title: &str, site: String, group: String, names: &mut Names) -> Result<Head> {
    before::<StripBoilerplate>(&mut doc)?;
    before::<DetectLanguage>(&mut doc)?;
    before::<SplitCaptions>(&mut doc)?;
    let title = key(title);
    let mut head = Head { site, group, lines: Vec::new(), right: Vec::new(), weight: 1.0 };
    for line in title_lines(&doc) {
        let own = key(&line.text);
        // What follows a mark is most often the name of the site, which is cut off later.
        let cut = || {
            [" | ", " - ", " – ", " — "]
                .iter()
                .any(|mark| line.text.split_once(mark).is_some_and(|(before, _)| key(before) == title))
        };
        head.right.push(own == title || cut());
        head.lines.push(line.measures.iter().map(|(name, value)| (names.of(name), *value)).collect());
    }
    Ok(head)
}

/// Runs one of the stages that come before this one.
fn before<S: StageKind>(doc: &mut Document) -> Result<()> {
    if let AnyStage::Cpu(stage) = S::build(S::Config::default())? {
        stage.process(doc, &mut Context::new(S::NAME))?;
    }
    Ok(())
}

/// The texts of a folder whose title stands in a header, and whose lines are marked.
fn marked_heads(folder: &Path, names: &mut Names) -> Result<Vec<Head>> {
    let mut heads = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "txt")) {
        let marked = Marked::read(path)?;
        let Some(title) = &marked.title else { continue };
        let name = marked.name.clone();
        let Ok(doc) = parse(&Input::new(name.clone(), marked.content), &Limits::default()) else { continue };
        let mut head = read(doc, title, name, "marked texts".to_owned(), names)?;
        if !head.right.contains(&true) {
            println!("{}: its title is none of the lines", head.site);
        }
        head.weight = MARKED;
        heads.push(head);
    }
    Ok(heads)
}

/// A text whose lines are marked: a header, a line `---`, and the lines behind `+`, `-` and `?`.
struct Marked {
    name: String,
    title: Option<String>,
    content: String,
    /// The lines behind `+`.
    text: Vec<String>,
    /// The lines behind `?`, and captions, which a later stage takes.
    unsure: Vec<String>,
}

impl Marked {
    fn read(path: &Path) -> Result<Self> {
        let file = std::fs::read_to_string(path)?;
        let (header, lines) = file.split_once("\n---\n").with_context(|| path.display().to_string())?;
        let title = header.lines().find_map(|line| line.strip_prefix("title: ")).map(str::to_owned);
        let captions = header.lines().filter_map(|line| line.strip_prefix("caption: "));
        let mut unsure: Vec<String> =
            captions.map(|caption| caption.split("||").next().unwrap_or_default().trim().to_owned()).collect();
        let (mut content, mut text) = (String::new(), Vec::new());
        for line in lines.lines() {
            let unmarked = ["+ ", "- ", "? "].iter().find_map(|mark| line.strip_prefix(mark));
            let unmarked = unmarked.unwrap_or(if matches!(line, "+" | "-" | "?") { "" } else { line });
            if line.starts_with('+') {
                text.push(unmarked.to_owned());
            } else if line.starts_with('?') {
                unsure.push(unmarked.trim().to_owned());
            }
            content.push_str(unmarked);
            content.push('\n');
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        unsure.retain(|line| !line.is_empty());
        Ok(Self { name, title, content, text, unsure })
    }
}

/// The texts of a folder as pages to learn from.
pub(crate) fn marked_samples(folder: &Path, numbers: &mut Numbers) -> Result<Vec<Sample>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "txt" || end == "md"))
        .map(|path| {
            let marked = Marked::read(path)?;
            let gold = Gold {
                id: marked.name.clone(),
                domain: marked.name,
                page_type: "marked".to_owned(),
                paragraphs: marked.text,
                ..Gold::default()
            };
            let mut sample = Sample::read(gold, Set::Marked, marked.content.into_bytes(), numbers)?;
            for (unsure, id) in sample.unsure.iter_mut().zip(sample.doc.ids()) {
                let own = sample.doc.text(id).trim();
                *unsure = marked.unsure.iter().any(|line| line == own || own.contains(line.as_str()));
            }
            Ok(sample)
        })
        .collect()
}

impl Names {
    fn of(&mut self, name: &'static str) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }
}

/// Letters and figures only, in lower case.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The share of every line, and that of no line at all.
fn shares(head: &Head, weights: &Weights) -> (Vec<f64>, f64) {
    let scores: Vec<f64> = head
        .lines
        .iter()
        .map(|line| line.iter().map(|(at, value)| weights.measures[*at] * f64::from(*value)).sum())
        .collect();
    let most = scores.iter().copied().fold(weights.none, f64::max);
    let all: f64 = scores.iter().map(|score| (score - most).exp()).sum::<f64>() + (weights.none - most).exp();
    (scores.iter().map(|score| (score - most).exp() / all).collect(), (weights.none - most).exp() / all)
}

/// Follows the gradient, each weight with a step of its own.
fn learn(heads: &[&Head], measures: usize) -> Weights {
    let mut weights = Weights { none: 0.0, measures: vec![0.0; measures] };
    let mut steps = vec![1e-6; measures + 1];
    for _ in 0..ROUNDS {
        let mut gradient: Vec<f64> = weights.measures.iter().map(|weight| -RIDGE * weight).collect();
        gradient.push(0.0);
        for head in heads {
            let (shares, none) = shares(head, &weights);
            let right: f64 = head.right.iter().zip(&shares).filter(|(right, _)| **right).map(|(_, share)| share).sum();
            let any = head.right.contains(&true);
            for ((line, share), is) in head.lines.iter().zip(&shares).zip(&head.right) {
                let wanted = if any && *is { share / right.max(1e-9) } else { 0.0 };
                for (at, value) in line {
                    gradient[*at] += head.weight * (wanted - share) * f64::from(*value);
                }
            }
            gradient[measures] += head.weight * if any { -none } else { 1.0 - none };
        }
        for (at, slope) in gradient.iter().enumerate() {
            steps[at] += slope * slope;
            let step = 0.5 * slope / f64::sqrt(steps[at]);
            match weights.measures.get_mut(at) {
                Some(weight) => *weight += step,
                None => weights.none += step,
            }
        }
    }
    weights
}

/// Heads, those with a title, right, given, given at .9, and of these right.
fn judge(head: &Head, weights: &Weights, sums: &mut [usize; 6]) {
    let (shares, _) = shares(head, weights);
    let best = (0..shares.len()).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).filter(|at| shares[*at] >= LEAST);
    let right = best.is_some_and(|at| head.right[at]);
    let sure = best.is_some_and(|at| shares[at] >= 0.9);
    let counts = [true, head.right.contains(&true), right, best.is_some(), sure, sure && right];
    for (sum, is) in sums.iter_mut().zip(counts) {
        *sum += usize::from(is);
    }
}
