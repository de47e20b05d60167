//! What a change of a rule alters: the decisions about every block of the development pages, beside those of a baseline.
//!
//! The baseline (`xtask/baseline.zst`) holds of each page its name, a hash of each fact, and for each block its label and the
//! rule that gave it; no text of anybody.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::{target, watch::lean_release};

/// Arguments of `cargo xtask baseline`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with the sets of pages.
    #[arg(long, default_value = "../shared/bench")]
    pages: PathBuf,
    /// Write what comes out as the new baseline.
    #[arg(long)]
    write: bool,
    /// How many pages are named for each change.
    #[arg(long, default_value_t = 5)]
    named: usize,
}

const BASELINE: &str = "xtask/baseline.zst";
const SETS: &[&str] = &["news", "dates", "wcxb"];
const FACTS: &[&str] = &[
    "title",
    "authors",
    "published",
    "modified",
    "site_name",
    "section",
    "tags",
    "description",
    "url",
    "image",
    "language",
    "page_type",
    "text",
    "captions",
];
/// What stands for a fact that a record does not have.
const NONE: &str = "-";

/// Label and rule of a block, as `navigation strip-boilerplate/model`.
type Decision = String;

/// A page, as the baseline knows it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    facts: Vec<String>,
    blocks: Vec<Decision>,
}

type Pages = BTreeMap<String, Page>;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let now = work(args)?;
    if args.write {
        let packed = zstd::encode_all(write(&now).as_bytes(), 19)?;
        return fs::write(BASELINE, packed).context(BASELINE);
    }
    let packed = File::open(BASELINE).with_context(|| format!("{BASELINE}; `--write` makes it"))?;
    let before = read(BufReader::new(zstd::Decoder::new(packed)?)).context(BASELINE)?;
    print!("{}", difference(&before, &now, args.named));
    Ok(())
}

/// Runs the release program over the pages.
fn work(args: &Args) -> anyhow::Result<Pages> {
    let program = lean_release(false)?;
    let scratch = target().join("baseline");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    let mut command = Command::new(program);
    command.args(["run", "xtask/src/baseline.toml", "--quiet", "--out"]).arg(&scratch);
    command.args(SETS.iter().map(|set| args.pages.join(set).join("html")));
    ensure!(command.status()?.code().is_some_and(|code| code <= 1), "the run has failed");
    let mut pages = Pages::new();
    for line in BufReader::new(File::open(scratch.join("records.jsonl"))?).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let uri = record["source"]["uri"].as_str().context("a record without an address")?;
        pages.insert(name(Path::new(uri)), page(&record));
    }
    fs::remove_dir_all(&scratch)?;
    Ok(pages)
}

/// `news/a.html.gz` of `../shared/bench/news/html/a.html.gz`.
fn name(path: &Path) -> String {
    let mut parts = path.iter().rev().map(|part| part.to_string_lossy());
    let (file, set) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
    format!("{set}/{file}")
}

fn page(record: &Value) -> Page {
    let mut rules: HashMap<u64, String> = HashMap::new();
    for decision in record["decisions"].as_array().into_iter().flatten() {
        let text = |key: &str| decision[key].as_str().unwrap_or_default();
        rules.insert(decision["block"].as_u64().unwrap_or_default(), format!("{}/{}", text("stage"), text("rule")));
    }
    let blocks = record["blocks"].as_array().into_iter().flatten().map(|block| {
        let rule = block["id"].as_u64().and_then(|id| rules.get(&id)).map_or(NONE, String::as_str);
        format!("{} {rule}", block["label"].as_str().unwrap_or(NONE))
    });
    Page { facts: FACTS.iter().map(|fact| hash(&record[*fact])).collect(), blocks: blocks.collect() }
}

/// Six digits that tell a value from most others.
fn hash(value: &Value) -> String {
    let is_empty =
        value.is_null() || value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty);
    if is_empty {
        NONE.to_owned()
    } else {
        format!("{:06x}", xxhash_rust::xxh3::xxh3_64(value.to_string().as_bytes()) >> 40)
    }
}

/// A line for each decision that there is, then one for each page: name, facts, and decisions by number, with how often
/// each stands in a row.
fn write(pages: &Pages) -> String {
    let decisions: BTreeSet<&Decision> = pages.values().flat_map(|page| &page.blocks).collect();
    let numbers: HashMap<&Decision, usize> =
        decisions.iter().enumerate().map(|(at, decision)| (*decision, at)).collect();
    let mut text: String = decisions.iter().flat_map(|decision| [decision.as_str(), "\n"]).collect();
    text.push('\n');
    for (name, page) in pages {
        let rows = page.blocks.chunk_by(|one, next| one == next);
        let rows: Vec<String> = rows.map(|row| format!("{}*{}", numbers[&row[0]], row.len())).collect();
        let _ = writeln!(text, "{name}\t{}\t{}", page.facts.join(" "), rows.join(" "));
    }
    text
}

fn read(text: impl BufRead) -> anyhow::Result<Pages> {
    let (mut decisions, mut pages, mut in_pages) = (Vec::new(), Pages::new(), false);
    for line in text.lines() {
        let line = line?;
        if !in_pages {
            in_pages = line.is_empty();
            decisions.push(line);
            continue;
        }
        let mut parts = line.split('\t');
        let mut part = || parts.next().context("a line is too short");
        let (name, facts, rows) = (part()?, part()?, part()?);
        let mut blocks = Vec::new();
        for row in rows.split(' ').filter(|row| !row.is_empty()) {
            let (number, count) = row.split_once('*').context("a row without a count")?;
            let decision: &Decision = decisions.get(number.parse::<usize>()?).context("an unknown decision")?;
            blocks.extend(std::iter::repeat_n(decision.clone(), count.parse()?));
        }
        pages.insert(name.to_owned(), Page { facts: facts.split(' ').map(str::to_owned).collect(), blocks });
    }
    Ok(pages)
}

/// What changed, the most frequent first.
fn difference(before: &Pages, now: &Pages, named: usize) -> String {
    let mut changes: BTreeMap<String, (usize, BTreeSet<&str>)> = BTreeMap::new();
    let mut add = |what: String, page: &'_ str| {
        let name = now.get_key_value(page).or_else(|| before.get_key_value(page)).map_or("", |(name, _)| name.as_str());
        let (count, pages) = changes.entry(what).or_default();
        *count += 1;
        pages.insert(name);
    };
    for (name, page) in now {
        let Some(then) = before.get(name) else {
            add("page: new".to_owned(), name);
            continue;
        };
        for (fact, (then, own)) in FACTS.iter().zip(then.facts.iter().zip(&page.facts)) {
            let what = match (then.as_str(), own.as_str()) {
                (then, own) if then == own => continue,
                (NONE, _) => "found",
                (_, NONE) => "lost",
                _ => "changed",
            };
            add(format!("{fact}: {what}"), name);
        }
        if then.blocks.len() == page.blocks.len() {
            for (then, own) in then.blocks.iter().zip(&page.blocks).filter(|(then, own)| then != own) {
                add(format!("block: {then} -> {own}"), name);
            }
        } else {
            add("page: parsed into another number of blocks".to_owned(), name);
        }
    }
    for name in before.keys().filter(|name| !now.contains_key(*name)) {
        add("page: gone".to_owned(), name);
    }
    if changes.is_empty() {
        return format!("{} pages, and nothing differs from the baseline\n", now.len());
    }
    let mut rows: Vec<_> = changes.into_iter().collect();
    rows.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let mut text = String::from("| what | how often | pages | such as |\n|---|---|---|---|\n");
    for (what, (count, pages)) in rows {
        let such: Vec<&str> = pages.iter().take(named).copied().collect();
        let _ = writeln!(text, "| {what} | {count} | {} | {} |", pages.len(), such.join(", "));
    }
    text.push_str("\nIf that is meant: `cargo xtask baseline --write`, in the same commit.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(rule: &str, title: &str) -> Pages {
        let block = |label: &str, rule: &str| format!("{label} strip-boilerplate/{rule}");
        let page = |rule: &str, title: &str| Page {
            facts: FACTS.iter().map(|fact| if *fact == "title" { title.to_owned() } else { NONE.to_owned() }).collect(),
            blocks: vec![block("body", "model"), block("body", "model"), block("navigation", rule)],
        };
        Pages::from([("news/a".to_owned(), page(rule, title)), ("news/b".to_owned(), page("label", "00ff00"))])
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all = pages("label", "123abc");
        assert_eq!(read(write(&all).as_bytes()).expect("it is whole"), all);
        assert!(read(&b"x\n\nname\tfacts\t7*2\n"[..]).is_err());
    }

    #[test]
    fn a_change_names_its_rule_and_its_pages() {
        let (before, now) = (pages("label", "123abc"), pages("edge", NONE));
        assert!(difference(&before, &before, 5).contains("2 pages, and nothing differs"));
        let text = difference(&before, &now, 5);
        assert!(
            text.contains(
                "| block: navigation strip-boilerplate/label -> navigation strip-boilerplate/edge | 1 | 1 | news/a |"
            ) && text.contains("| title: lost | 1 | 1 | news/a |")
                && !text.contains("news/b"),
            "{text}"
        );
        assert_eq!(name(Path::new("../shared/bench/news/html/a.html.gz")), "news/a.html.gz");
    }
}
