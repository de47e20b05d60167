//! `copydesk diff`

mod html;
mod records;
mod show;
mod side;

use std::{collections::HashMap, path::PathBuf};

use anyhow::anyhow;
use copydesk_explain::{Comparison, Counts, Gone};
use copydesk_stage::Catalog;

use self::records::Records;
pub(super) use self::{
    records::found,
    show::print,
    side::{Job, Made, Side},
};
use super::inputs::PathText;
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{self, Paint, shown},
};

/// Exit code of two that differ more than they may.
const DIFFERENT: u8 = 1;

/// Arguments of `copydesk diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk diff monday/ tuesday/                            two output folders
  copydesk diff old.toml new.toml pages/                    two pipelines over the same pages
  copydesk diff ./copydesk-1 ./copydesk-2 pages/ -p my.toml two programs with the same pipeline
  copydesk diff before.jsonl after.jsonl --fail-over 1%     exit code 1 if more than that of the documents differ
  copydesk diff monday/ tuesday/ --format html > diff.html  a page to hand on

Documents are told by their `id`, or else by their path. Blocks are grouped by the rules that decided before and now, where
the records have them: pipelines and programs are run so that they do, and an export has the option `decisions`.")]
pub(crate) struct Args {
    /// What was: an output folder, a file of records, a pipeline file, or a program.
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// What is.
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// The documents, for pipelines and programs; else those of the pipeline's source.
    #[arg(value_name = "INPUT", value_parser = PathText)]
    inputs: Vec<String>,
    /// The pipeline that programs run.
    #[arg(short, long, value_hint = clap::ValueHint::FilePath)]
    pipeline: Option<PathBuf>,
    /// Stop after so many documents.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// How many samples of each kind of change to show.
    #[arg(long, value_name = "N", default_value_t = 3)]
    samples: usize,
    /// How to print it.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    /// End with exit code 1 if more than so many documents differ: a number, or a share such as 0.5%.
    #[arg(long, value_name = "N|SHARE", value_parser = tolerance)]
    fail_over: Option<Tolerance>,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// All of it, for programs.
    Json,
    /// A page that needs nothing else.
    Html,
}

/// How many documents may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tolerance {
    Documents(u64),
    Percent(f64),
}

impl Tolerance {
    fn is_exceeded(self, counts: Counts) -> bool {
        match self {
            Self::Documents(most) => counts.different() > most,
            Self::Percent(most) => counts.different() as f64 * 100.0 > most * counts.all() as f64,
        }
    }
}

fn tolerance(text: &str) -> Result<Tolerance, String> {
    let wrong = || "a number of documents, or a share of them such as 0.5%".to_owned();
    match text.strip_suffix('%') {
        None => text.parse().map(Tolerance::Documents).map_err(|_| wrong()),
        Some(share) => {
            let share: f64 = share.trim().parse().map_err(|_| wrong())?;
            if (0.0..=100.0).contains(&share) { Ok(Tolerance::Percent(share)) } else { Err(wrong()) }
        }
    }
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let sides = [Side::of(&self.before)?, Side::of(&self.after)?];
        if !sides.iter().any(|side| matches!(side, Side::Program(_) | Side::Pipeline(_))) && !self.inputs.is_empty() {
            return Err(anyhow!("records are compared as they are; inputs are for pipelines and programs").into());
        }
        if !sides.iter().any(|side| matches!(side, Side::Program(_))) && self.pipeline.is_some() {
            return Err(anyhow!("--pipeline is for programs; two pipeline files are compared by naming both").into());
        }
        let [before, after] = sides;
        let job =
            Job { pipeline: self.pipeline.as_deref(), inputs: &self.inputs, limit: self.limit, catalog, reporter };
        let (before, after) = (before.records(&job)?, after.records(&job)?);
        let difference = compare(&before, &after, self.samples)?;
        if difference.documents.all() == 0 {
            return Err(anyhow!("there is no document in either of the two").into());
        }
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&difference).map_err(anyhow::Error::from)? + "\n",
            Format::Html => html::page(&difference, [&shown(&self.before), &shown(&self.after)]),
            Format::Text => print(&difference, Paint::stdout(reporter.color), terminal::width()),
        };
        terminal::print(&text)?;
        let failed = self.fail_over.is_some_and(|most| most.is_exceeded(difference.documents));
        Ok(if failed { ExitCode::from(DIFFERENT) } else { ExitCode::SUCCESS })
    }
}

/// Compares all records, in the order of the second.
pub(super) fn compare(before: &Made, after: &Made, samples: usize) -> anyhow::Result<copydesk_explain::Difference> {
    of_records(&before.records, &after.records, samples)
}

fn of_records(before: &Records, after: &Records, samples: usize) -> anyhow::Result<copydesk_explain::Difference> {
    let mut comparison = Comparison::new(samples);
    // An id or an address may stand twice, in a file that was joined of two.
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, entry) in before.entries.iter().enumerate().filter(|(_, entry)| !entry.id.is_empty()) {
        by_id.entry(&entry.id).or_default().push(n);
    }
    let new_ids: std::collections::HashSet<&str> =
        after.entries.iter().map(|entry| entry.id.as_str()).filter(|id| !id.is_empty()).collect();
    // A document whose bytes have changed has another id; it is still read at the same place.
    let left = before.entries.iter().enumerate().filter(|(_, entry)| !new_ids.contains(entry.id.as_str()));
    let mut by_uri: HashMap<&str, Vec<usize>> = HashMap::new();
    left.for_each(|(n, entry)| by_uri.entry(&entry.uri).or_default().push(n));
    // The first is taken first.
    by_id.values_mut().chain(by_uri.values_mut()).for_each(|list| list.reverse());
    let mut met = vec![false; before.entries.len()];
    let mut pairs = Vec::new();
    for (n, entry) in after.entries.iter().enumerate() {
        let found = by_id.get_mut(entry.id.as_str()).and_then(Vec::pop);
        let found = found.or_else(|| by_uri.get_mut(entry.uri.as_str()).and_then(Vec::pop));
        let found = found.filter(|at| !std::mem::replace(&mut met[*at], true));
        pairs.push((found, n));
    }
    for (found, n) in pairs {
        let entry = &after.entries[n];
        match found {
            Some(at) if before.entries[at].sum == entry.sum => comparison.equal(),
            Some(at) => {
                comparison.both(&before.read(at)?, &after.read(n)?);
            }
            None => {
                let record = after.read(n)?;
                let title = record.title.map(std::borrow::Cow::into_owned);
                comparison.gained(Gone { uri: entry.uri.clone(), title, why: before.why(&entry.uri) });
            }
        }
    }
    for (n, entry) in before.entries.iter().enumerate().filter(|(n, _)| !met[*n]) {
        let title = before.read(n)?.title.map(std::borrow::Cow::into_owned);
        comparison.lost(Gone { uri: entry.uri.clone(), title, why: after.why(&entry.uri) });
    }
    Ok(comparison.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_a_number_or_a_share() {
        let counts = Counts { same: 98, changed: 1, gained: 1, ..Counts::default() };
        for (text, exceeded) in [("0", true), ("1", true), ("2", false), ("1.9%", true), ("2%", false)] {
            assert_eq!(tolerance(text).expect(text).is_exceeded(counts), exceeded, "{text}");
        }
        for bad in ["", "x", "-1", "101%", "%", "NaN%"] {
            assert!(tolerance(bad).is_err(), "{bad}");
        }
    }
}
