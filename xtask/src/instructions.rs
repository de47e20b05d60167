//! What parsing and each stage cost, in instructions: they are the same on a busy machine as on an idle one.
//!
//! The release program runs under callgrind, once over all pages and once over these and a copy of each: the difference is
//! what the pages cost, without anything that is made once, whichever page needs it first.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail, ensure};

use crate::{profile::Profile, target, watch::lean_release};

/// Arguments of `cargo xtask instructions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Count over the documents of `corpus/news`, and fail where a row costs more than `xtask/instructions.toml` says.
    #[arg(long)]
    short: bool,
    /// With `--short`: write what was counted into `xtask/instructions.toml`.
    #[arg(long, requires = "short")]
    write: bool,
    /// Folder with the pages that are counted over if not with `--short`.
    #[arg(long, default_value = "../shared/bench/news/html")]
    pages: PathBuf,
    /// Count another program, such as one of an earlier commit.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Print so many of the functions that cost most by themselves.
    #[arg(long, default_value_t = 0)]
    functions: usize,
}

/// By how much a row may grow.
const GROWTH: f64 = 0.03;
/// Rows below this share of the whole are not judged: they change with the order in which threads come to work.
const SMALL: f64 = 0.01;
const BASELINE: &str = "xtask/instructions.toml";

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let program = match &args.program {
        Some(program) => fs::canonicalize(program).with_context(|| program.display().to_string())?,
        None => lean_release(false)?,
    };
    let pages = if args.short { corpus()? } else { sorted(&args.pages)? };
    ensure!(!pages.is_empty(), "there are no pages");
    let mut doubled = pages.clone();
    doubled.extend(copies(&pages)?);
    let once = count(&program, &pages)?;
    let twice = count(&program, &doubled)?;
    let rows = Rows::of(&once, &twice, pages.len());
    rows.print(pages.len());
    if !args.short {
        print_crates(&once, &twice, pages.len());
    }
    for (name, cost) in twice.functions().into_iter().take(args.functions) {
        println!("{:6.2} % {name}", cost as f64 / twice.total() as f64 * 100.0);
    }
    if args.write {
        return rows.write();
    }
    if args.short { rows.judge() } else { Ok(()) }
}

fn corpus() -> anyhow::Result<Vec<PathBuf>> {
    let mut inputs = Vec::new();
    for case in sorted("corpus/news".as_ref())? {
        inputs.extend(sorted(&case)?.into_iter().filter(|path| path.file_stem().is_some_and(|stem| stem == "input")));
    }
    Ok(inputs)
}

fn sorted(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// A second of every page: the program reads the same file once only.
fn copies(pages: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let folder = target().join("instructions-copies");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut copies = Vec::with_capacity(pages.len());
    for (number, page) in pages.iter().enumerate() {
        let place = folder.join(number.to_string());
        fs::create_dir_all(&place)?;
        let copy = place.join(page.file_name().context("a page is a file")?);
        fs::copy(page, &copy).with_context(|| page.display().to_string())?;
        copies.push(copy);
    }
    Ok(copies)
}

/// Runs the news pipeline over pages, on one thread and under callgrind.
fn count(program: &Path, pages: &[PathBuf]) -> anyhow::Result<Profile> {
    let scratch = target().join("instructions");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    fs::create_dir_all(&scratch)?;
    let counts = scratch.join("callgrind.out");
    let mut flag = OsString::from("--callgrind-out-file=");
    flag.push(&counts);
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet"]).arg(flag).arg(program);
    command.args(["run", "pipelines/news.toml", "--quiet", "--threads", "1", "--out"]).arg(scratch.join("out"));
    let output = command.args(pages).output().context("valgrind does not start; is it installed?")?;
    // 1 says that documents were put into quarantine, as the corpus means some to be.
    let ended = output.status.code().is_some_and(|code| code <= 1);
    ensure!(ended, "under callgrind the program ends with {}: {}", output.status, tail(&output.stderr));
    let text = fs::read_to_string(&counts).context("callgrind has written nothing")?;
    Profile::read(&text).context("callgrind has written something that is not understood")
}

fn tail(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.reverse();
    lines.join("\n")
}

/// What a function stands for, if it is a part of a page's way.
fn row(function: &str) -> Option<String> {
    if function == "copydesk_parse::parse" {
        return Some("parse".to_owned());
    }
    let owner = function.strip_prefix('<')?.split("::").next()?;
    let (kind, name) = owner.strip_prefix("copydesk_")?.split_once('_')?;
    let entry = match kind {
        "stage" => "::Stage>::process",
        "export" => "::Export>::encode",
        _ => return None,
    };
    function.ends_with(entry).then(|| name.replace('_', "-"))
}

/// Instructions a page, by what they are spent on.
struct Rows(BTreeMap<String, u64>);

impl Rows {
    fn of(once: &Profile, twice: &Profile, pages: usize) -> Self {
        let pages = pages as u64;
        let a_page = |once: u64, twice: u64| twice.saturating_sub(once) / pages;
        let known = once.with_callees(row);
        let mut rows: BTreeMap<String, u64> = twice
            .with_callees(row)
            .into_iter()
            .map(|(name, cost)| (name.clone(), a_page(known.get(&name).copied().unwrap_or(0), cost)))
            .collect();
        let known: u64 = rows.values().sum();
        let page = a_page(once.total(), twice.total());
        rows.insert("everything else".to_owned(), page.saturating_sub(known));
        rows.insert("start".to_owned(), once.total().saturating_sub(page * pages));
        Self(rows)
    }

    /// All of a page, without what is spent once.
    fn page(&self) -> u64 {
        self.0.iter().filter(|(name, _)| *name != "start").map(|(_, cost)| cost).sum()
    }

    fn print(&self, pages: usize) {
        println!("| instructions a page ({pages} pages) | thousands | % |\n|---|---|---|");
        let mut rows: Vec<_> = self.0.iter().filter(|(name, _)| *name != "start").collect();
        rows.sort_by_key(|(_, cost)| std::cmp::Reverse(**cost));
        for (name, cost) in rows {
            println!("| {name} | {} | {:.1} |", cost / 1_000, *cost as f64 / self.page() as f64 * 100.0);
        }
        println!("| **all** | {} | 100 |", self.page() / 1_000);
        println!("| once, at the start | {} | |", self.0.get("start").copied().unwrap_or(0) / 1_000);
    }

    fn write(&self) -> anyhow::Result<()> {
        let mut text = String::from(
            "# Instructions a page over the documents of `corpus/news`, counted by `cargo xtask instructions --short`.\n\
             # `--write` writes them anew: whoever makes a row grow by more than 3 % says so by changing this file.\n\n",
        );
        for (name, cost) in &self.0 {
            text.extend(["\"", name, "\" = ", &cost.to_string(), "\n"]);
        }
        fs::write(BASELINE, text).context(BASELINE)
    }

    /// Fails where a row costs more than it did.
    fn judge(&self) -> anyhow::Result<()> {
        let text = fs::read_to_string(BASELINE).context(BASELINE)?;
        let known: BTreeMap<String, u64> = toml::from_str(&text).context(BASELINE)?;
        let faults = self.faults(&known);
        if faults.is_empty() {
            return Ok(());
        }
        bail!(
            "{}\nIf that is worth it: `cargo xtask instructions --short --write`, and say why in the commit.",
            faults.join("\n")
        )
    }

    fn faults(&self, known: &BTreeMap<String, u64>) -> Vec<String> {
        let least = self.page() as f64 * SMALL;
        let mut faults = Vec::new();
        for (name, cost) in &self.0 {
            match known.get(name) {
                None => faults.push(format!("`{name}` is not in {BASELINE}")),
                Some(before) => {
                    let growth = *cost as f64 / *before as f64 - 1.0;
                    if growth > GROWTH && *cost as f64 > least {
                        faults.push(format!("`{name}` costs {cost} instructions a page, {:+.1} %", growth * 100.0));
                    }
                }
            }
        }
        let gone = known.keys().filter(|name| !self.0.contains_key(*name));
        faults.extend(gone.map(|name| format!("`{name}` of {BASELINE} was not found among what ran")));
        faults
    }
}

fn print_crates(once: &Profile, twice: &Profile, pages: usize) {
    let known = once.by_crate();
    let mut rows: Vec<(String, u64)> = twice
        .by_crate()
        .into_iter()
        .map(|(name, cost)| {
            let more = cost.saturating_sub(known.get(&name).copied().unwrap_or(0)) / pages as u64;
            (name, more)
        })
        .collect();
    rows.sort_by_key(|(_, cost)| std::cmp::Reverse(*cost));
    println!("\n| by crate, without what it calls | thousands |\n|---|---|");
    for (name, cost) in rows.iter().take(24) {
        println!("| {name} | {} |", cost / 1_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_told_by_what_they_stand_for() {
        let name = "<copydesk_stage_split_captions::SplitCaptions as copydesk_stage::stage::Stage>::process";
        assert_eq!(row(name).as_deref(), Some("split-captions"));
        let name = "<copydesk_export_jsonl::Jsonl as copydesk_stage::export::Export>::encode";
        assert_eq!(row(name).as_deref(), Some("jsonl"));
        assert_eq!(row("copydesk_parse::parse").as_deref(), Some("parse"));
        assert_eq!(row("<copydesk_stage_split_captions::lines::Lines>::split"), None);
        assert_eq!(row("copydesk_parse::html::parse"), None);
    }

    #[test]
    fn what_is_made_once_is_no_cost_of_a_page() {
        let profile = |parse: u64, main: u64| {
            let text = format!("fn=(1) copydesk_parse::parse\n1 {parse}\n\nfn=(2) main\n1 {main}\n");
            Profile::read(&text).expect("it is a profile")
        };
        // 1,000 for a table that parsing makes, 5,000 for the start; 300 a page to parse and 40 for the rest.
        let rows = Rows::of(&profile(1_000 + 300 * 4, 5_000 + 40 * 4), &profile(1_000 + 300 * 8, 5_000 + 40 * 8), 4);
        let expected = [("everything else", 40), ("parse", 300), ("start", 6_000)];
        assert_eq!(rows.0, expected.map(|(name, cost)| (name.to_owned(), cost)).into());
    }

    #[test]
    fn a_row_that_grows_is_a_fault() {
        let rows = |parse, captions| BTreeMap::from([("parse".to_owned(), parse), ("captions".to_owned(), captions)]);
        let now = Rows(rows(1_040, 100));
        assert_eq!(now.faults(&rows(1_039, 99)), Vec::<String>::new());
        assert_eq!(now.faults(&rows(1_000, 100)), ["`parse` costs 1040 instructions a page, +4.0 %"]);
        assert_eq!(now.faults(&BTreeMap::from([("parse".to_owned(), 1_040)])).len(), 1);
        let mut more = rows(1_040, 100);
        more.insert("csv".to_owned(), 3);
        assert_eq!(now.faults(&more).len(), 1);
    }
}
