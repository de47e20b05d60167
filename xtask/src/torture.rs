//! Hostile and broken input: every file of the torture set must have the outcome that its manifest states, within the
//! seconds and megabytes that it states.
//!
//! The set is made by `torture.py`, which stands beside the repository; without it, or without Python, there is nothing
//! to do.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use crate::watch::{Cost, lean_release, watch};

/// Arguments of `cargo xtask torture`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of `torture.py`.
    #[arg(long, default_value = "../shared/torture")]
    set: PathBuf,
    /// Giants too: they need 1.5 GB in the scratch folder.
    #[arg(long)]
    big: bool,
    /// Only cases whose name has this in it.
    #[arg(long, default_value = "")]
    only: String,
    /// Folder for the files and outputs.
    #[arg(long, default_value = "target/torture")]
    scratch: PathBuf,
    /// Do not build the release program first.
    #[arg(long)]
    no_build: bool,
}

/// Rows whose stated outcome is not ours, and why.
const OTHERWISE: &[(&str, &str)] = &[
    ("warc_length_negative", "the record behind the one with a negative length is found, and the manifest gives it up"),
    (
        "comments_trailing_commas",
        "the comment above the first value is passed over; one between values is a line that is no JSON",
    ),
    ("pretty_printed", "one helpful error, as its reason asks for; the count beside it is that of its lines"),
    ("no_permission", "whoever runs this as root may read it"),
    ("afe_bomb_400x400", "its 160,000 nodes are within the limit of 500,000, so that nothing is cut off"),
    ("symlink_self_dir", "the links are skipped, and the page that stands beside them is read"),
    ("utf7_xss", "it is not decoded, and what stands there is no sentence but scraps, which go"),
    ("hr_first_line", "the line is not taken for front matter; it is a label of press releases, which goes"),
    ("nan_infinity", "what Python writes for no number is read as null"),
    ("lone_surrogates", "half a character is read as U+FFFD, with a note"),
    ("bad_utf8_line", "a line that is not in UTF-8 is read in the charset that fits best, with a note"),
    ("concatenated", "objects one behind the other are read, each as a record"),
    ("wrong_shapes", "an id that is none costs the id, not the text beside it; an empty list holds no record"),
    ("zip_named_html", "archives are opened, so that a damaged one is an error and not skipped"),
    ("yaml_body_has_fence", "the lines are not taken for front matter; a heading with nothing below it goes"),
];
/// A document that takes more processor time hangs; the table of the peers counts so.
const HANGS: f64 = 10.0;
/// One that takes more is slow.
const SLOW: f64 = 2.0;

#[derive(Debug, Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    group: String,
    kind: String,
    path: Option<String>,
    /// How the peers were given the file, which only single documents were.
    #[serde(default)]
    feed: Option<String>,
    expect: Expect,
}

#[derive(Debug, Deserialize)]
struct Expect {
    outcome: String,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    records: Option<usize>,
    bad_records: Option<usize>,
    max_s: Option<f64>,
    max_mb: Option<f64>,
}

/// What became of all documents in a file or folder.
#[derive(Debug, Default)]
struct Fate {
    texts: Vec<String>,
    notes: usize,
    /// The rules of those in quarantine.
    quarantined: Vec<String>,
    /// The run's exit code; none if it was killed for the time it took.
    code: Option<i32>,
}

/// A line of the table that stands beside the peers'.
#[derive(Debug, Default)]
struct Tally {
    hangs: u32,
    slow: u32,
    panics: u32,
    resident: u64,
    /// Right and all, of text checks and of encodings.
    text: (u32, u32),
    encodings: (u32, u32),
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let Some(manifest) = make(args)? else { return Ok(()) };
    let program = lean_release(args.no_build)?;
    let cases: Vec<&Case> = manifest
        .cases
        .iter()
        .filter(|case| case.id.contains(&args.only) && (case.kind != "big" || args.big))
        .filter(|case| case.path.is_some())
        .collect();
    ensure!(!cases.is_empty(), "no case has {:?} in its name", args.only);
    let (mut faults, mut tally) = (Vec::new(), Tally::default());
    for case in &cases {
        let (fate, cost) = fate(args, &program, case).with_context(|| case.id.clone())?;
        let found = fault(case, &fate, cost);
        tally.add(case, &fate, cost);
        if let Some(found) = found {
            match OTHERWISE.iter().find(|(id, _)| *id == case.id) {
                Some((_, why)) => println!("{}: {found}; on purpose: {why}", case.id),
                None => faults.push(format!("{}: {found}", case.id)),
            }
        }
    }
    peers(&args.set)?;
    println!("{}", tally.row());
    println!("{} of {} cases end as they should", cases.len() - faults.len(), cases.len());
    if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join("\n")) }
}

/// Prints what the peers do with the set, as its README tells.
fn peers(set: &Path) -> anyhow::Result<()> {
    let readme = fs::read_to_string(set.join("README.md"))?;
    readme.lines().filter(|line| line.starts_with('|')).for_each(|line| println!("{line}"));
    Ok(())
}

/// The set, made anew; none if it cannot be made here.
fn make(args: &Args) -> anyhow::Result<Option<Manifest>> {
    let maker = args.set.join("torture.py");
    if !maker.exists() {
        println!("skipped: there is no {}", maker.display());
        return Ok(None);
    }
    let files = args.scratch.join("files");
    if files.exists() {
        fs::remove_dir_all(&files)?;
    }
    fs::create_dir_all(&files)?;
    let mut command = Command::new("python3");
    command.arg(&maker).arg(&files).arg("--fs");
    if args.big {
        command.arg("--big");
    }
    let Ok(made) = command.output() else {
        println!("skipped: there is no python3");
        return Ok(None);
    };
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let manifest = fs::read(files.join("manifest.json"))?;
    Ok(Some(serde_json::from_slice(&manifest).context("the manifest has another form than expected")?))
}

/// Runs the program over one case, in one thread, and reads what it leaves.
fn fate(args: &Args, program: &Path, case: &Case) -> anyhow::Result<(Fate, Cost)> {
    let out = args.scratch.join("out");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let path = args.scratch.join("files").join(case.path.as_deref().unwrap_or_default());
    let mut command = Command::new(program);
    command.args(["run", "pipelines/news.toml"]).arg(path).arg("--out").arg(&out).args(["--threads", "1", "--quiet"]);
    let most = case.expect.max_s.unwrap_or(HANGS).max(HANGS) * 2.0;
    let messages = args.scratch.join("messages.txt");
    let (status, cost) = watch(&mut command, &messages, most)?;
    let mut fate = Fate { code: status.code(), ..Fate::default() };
    if !matches!(fate.code, Some(0 | 1)) {
        println!("{}: {status}: {}", case.id, fs::read_to_string(messages)?.trim());
    }
    for record in lines(&out.join("records.jsonl"))? {
        fate.texts.push(record["text"].as_str().unwrap_or_default().to_owned());
        fate.notes += record["notes"].as_array().map_or(0, Vec::len);
    }
    for entry in lines(&out.join("quarantine.jsonl"))? {
        fate.quarantined.push(entry["rule"].as_str().unwrap_or_default().to_owned());
    }
    Ok((fate, cost))
}

/// Each line of a file, read as JSON; none if there is no such file.
fn lines(path: &Path) -> anyhow::Result<Vec<serde_json::Value>> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    text.lines().map(|line| serde_json::from_str(line).with_context(|| path.display().to_string())).collect()
}

impl Fate {
    fn panicked(&self) -> bool {
        !matches!(self.code, Some(0..=2)) || self.quarantined.iter().any(|rule| rule == "panic")
    }

    fn text(&self) -> String {
        self.texts.join("\n")
    }
}

/// What is wrong with what became of a case.
fn fault(case: &Case, fate: &Fate, cost: Cost) -> Option<String> {
    let Expect { outcome, contains, absent, records, bad_records, max_s, max_mb } = &case.expect;
    if fate.panicked() {
        return Some(format!("it panicked or was killed after {:.1} s", cost.processor));
    }
    if let Some(most) = max_s.filter(|most| cost.processor > *most) {
        return Some(format!("it takes {:.2} s of {most}", cost.processor));
    }
    if let Some(most) = max_mb.filter(|most| cost.resident as f64 > most * 1e6) {
        return Some(format!("it takes {} MB of {most}", cost.resident / 1_000_000));
    }
    let (kept, bad) = (fate.texts.len(), fate.quarantined.len());
    if let (Some(records), Some(bad_records)) = (records, bad_records) {
        // What may be empty may be quarantined as well.
        let may_fail = outcome == "ok_or_empty" && kept + bad == *records;
        if (kept, bad) != (*records, *bad_records) && !may_fail {
            return Some(format!("{kept} records and {bad} bad ones, not {records} and {bad_records}"));
        }
    }
    let text = fate.text();
    if let Some(missing) = contains.iter().find(|part| !text.contains(*part)) {
        return Some(format!("its text lacks {missing:?}"));
    }
    if let Some(there) = absent.iter().find(|part| text.contains(*part)) {
        return Some(format!("its text has {there:?}"));
    }
    let right = match outcome.as_str() {
        "ok" => kept > 0 && (case.kind != "fs" || bad == 0),
        // Of a file of many documents the counts say it.
        "ok_partial" => records.is_some() || fate.notes > 0 || bad > 0,
        "ok_or_empty" => true,
        "empty" => text.trim().is_empty() && bad == 0,
        "skip" => kept == 0 && bad == 0,
        "error" => kept == 0 && bad > 0,
        "limit" => fate.quarantined.iter().any(|rule| rule.starts_with("limit.")),
        other => return Some(format!("the outcome {other:?} is not known")),
    };
    (!right).then(|| {
        let (notes, rules) = (fate.notes, &fate.quarantined);
        format!("it should be {outcome}: {kept} kept with {notes} notes, in quarantine {rules:?}")
    })
}

impl Tally {
    fn add(&mut self, case: &Case, fate: &Fate, cost: Cost) {
        if case.feed.is_none() {
            return;
        }
        self.panics += u32::from(fate.panicked());
        self.hangs += u32::from(cost.processor > HANGS);
        self.slow += u32::from(cost.processor > SLOW && cost.processor <= HANGS);
        self.resident = self.resident.max(cost.resident);
        if !case.expect.contains.is_empty() {
            let text = fate.text();
            let right = case.expect.contains.iter().all(|part| text.contains(part))
                && !case.expect.absent.iter().any(|part| text.contains(part));
            let (good, all) = if case.group == "encoding" { &mut self.encodings } else { &mut self.text };
            *good += u32::from(right);
            *all += 1;
        }
    }

    /// The last line of the peers' table: of the same columns, counted by the same rules.
    fn row(&self) -> String {
        let Self { hangs, slow, panics, resident, text, encodings } = self;
        format!(
            "| copydesk | {hangs} | {slow} | {panics} | {} | {} of {} | {} of {} |",
            resident / 1_000_000,
            text.0,
            text.1,
            encodings.0,
            encodings.1,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const CHEAP: Cost = Cost { wall: Duration::from_secs(1), processor: 0.1, resident: 1_000_000 };

    fn case(outcome: &str) -> Case {
        let row = serde_json::json!({
            "id": "a", "group": "text", "kind": "html", "path": "a.html", "feed": "html",
            "expect": {"outcome": outcome, "max_s": 2.0, "max_mb": 256}
        });
        serde_json::from_value(row).expect("a row")
    }

    fn ended(texts: &[&str], rules: &[&str]) -> Fate {
        let owned = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect();
        Fate { texts: owned(texts), quarantined: owned(rules), code: Some(0), notes: 0 }
    }

    #[test]
    fn outcomes_are_told_apart() {
        let outcomes = ["ok", "empty", "skip", "error", "limit", "ok_partial"];
        let right = |fate: &Fate| -> Vec<&str> {
            outcomes.into_iter().filter(|outcome| fault(&case(outcome), fate, CHEAP).is_none()).collect()
        };
        assert_eq!(right(&ended(&["a"], &[])), ["ok"]);
        assert_eq!(right(&ended(&[""], &[])), ["ok", "empty"]);
        assert_eq!(right(&ended(&[], &[])), ["empty", "skip"]);
        assert_eq!(right(&ended(&[], &["torn"])), ["error", "ok_partial"]);
        assert_eq!(right(&ended(&[], &["limit.size"])), ["error", "limit", "ok_partial"]);
        assert_eq!(right(&ended(&["a"], &["torn"])), ["ok", "ok_partial"]);
    }

    #[test]
    fn a_fault_is_found() {
        let fault = |change: &dyn Fn(&mut Case, &mut Fate, &mut Cost)| {
            let (mut case, mut fate, mut cost) = (case("ok"), ended(&["a text"], &[]), CHEAP);
            change(&mut case, &mut fate, &mut cost);
            fault(&case, &fate, cost).unwrap_or_default()
        };
        assert_eq!(fault(&|_, _, _| ()), "");
        assert!(fault(&|_, _, cost| cost.processor = 2.1).contains("2.10 s of 2"));
        assert!(fault(&|_, _, cost| cost.resident = 300_000_000).contains("300 MB of 256"));
        assert!(fault(&|_, fate, _| fate.code = None).contains("panicked"));
        assert!(fault(&|_, fate, _| fate.quarantined.push("panic".into())).contains("panicked"));
        assert!(fault(&|case, _, _| case.expect.contains.push("b text".into())).contains("lacks"));
        assert!(fault(&|case, _, _| case.expect.absent.push("a text".into())).contains("has"));
        assert!(
            fault(&|case, _, _| (case.expect.records, case.expect.bad_records) = (Some(2), Some(0))).contains("not 2")
        );
    }
}
