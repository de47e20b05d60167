//! The reference in `docs/reference/` is made of what the program says of itself, and the book lists every page.
//! `UPDATE_EXPECT=1` writes it anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use copydesk_explain::rule_texts;
use regex::Regex;
use serde_json::Value;

use crate::program::{copydesk, root};

const MADE: &str = "<!-- Made from the program: UPDATE_EXPECT=1 cargo test -p copydesk --test cli reference -->\n";

fn says<const N: usize>(arguments: [&str; N]) -> String {
    let ended = copydesk(arguments, "");
    assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
    ended.stdout.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// Holds a page to what it should be, or writes it.
fn is(name: &str, text: &str) {
    let path = root().join("docs/reference").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let differs = there.lines().zip(text.lines()).position(|(there, made)| there != made);
    assert!(
        there == text,
        "docs/reference/{name} is not what the program says, from line {} on: UPDATE_EXPECT=1 writes it",
        differs.map_or(there.lines().count().min(text.lines().count()), |line| line) + 1
    );
}

#[test]
fn commands_are_those_of_the_program() {
    let mut page = format!("# Commands\n\n{MADE}");
    let names: Vec<String> = {
        let help = says(["--help"]);
        let list = help.split("Commands:\n").nth(1).expect("a list of commands");
        let list = list.split("\n\n").next().unwrap_or_default();
        let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
        list.lines().filter(is_name).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    assert!(names.len() > 15 && names.contains(&"run".to_owned()), "{names:?}");
    for name in names.iter().filter(|name| *name != "help") {
        let _ = write!(page, "\n## copydesk {name}\n\n```text\n{}\n```\n", says([name, "--help"]));
    }
    is("commands.md", &page);
}

#[test]
fn parts_are_those_of_the_program() {
    let list = says(["stages"]);
    let mut page = format!("# Sources, stages, surveys and exports\n\n{MADE}\n```text\n{list}\n```\n");
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let names: BTreeSet<&str> =
        list.lines().filter(is_name).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 15 && names.contains("strip-boilerplate"), "{names:?}");
    for name in names {
        let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", says(["stages", name]));
    }
    is("parts.md", &page);
}

#[test]
fn rules_are_those_that_can_be_asked_for() {
    let mut by_crate: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let asked = ["copydesk-parse", "copydesk-intake", "copydesk-pipeline", "copydesk-runner"];
        if !name.starts_with("copydesk-stage-") && !asked.contains(&&*name) {
            continue;
        }
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        let part = name.trim_start_matches("copydesk-").trim_start_matches("stage-").to_owned();
        for rule in rule_texts(&readme) {
            by_crate.entry(part.clone()).or_default().push((rule.names.join("`, `"), rule.text.clone()));
        }
    }
    let mut page = format!(
        "# Rules and notes\n\n{MADE}\nWhat a decision, a note or an entry in `quarantine.jsonl` names. `copydesk explain --rule NAME` \
         says the same.\n"
    );
    // Links lead from the README of the crate.
    let link = Regex::new(r"\[([^\]]*)\]\([^)]*\)").unwrap();
    for (part, rules) in &by_crate {
        let _ = write!(page, "\n## {part}\n\n");
        for (names, text) in rules {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(page, "- `{names}`: {}", link.replace_all(&text, "$1"));
        }
    }
    assert!(by_crate.values().map(Vec::len).sum::<usize>() > 100, "{by_crate:?}");
    is("rules.md", &page);
}

#[test]
fn the_record_is_that_of_the_schema() {
    let schema: Value = serde_json::from_str(&says(["schema", "record"])).unwrap();
    let mut page = format!(
        "# The record\n\n{MADE}\nOne for each document; the option in brackets is what an export needs to write it.\n"
    );
    let mut table = |title: &str, of: &Value| {
        let Some(properties) = of["properties"].as_object() else { return };
        let _ = write!(page, "\n## {title}\n\n| field | meaning |\n|---|---|\n");
        for (name, property) in properties {
            let meaning = property["description"].as_str().unwrap_or_default();
            let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
            let _ = writeln!(page, "| `{name}` | {meaning} |");
        }
    };
    table("A record", &schema);
    for (name, of) in schema["$defs"].as_object().expect("definitions") {
        table(name, of);
    }
    assert!(page.contains("| `text_confidence` |") && page.contains("## Caption"), "{page}");
    is("record.md", &page);
}

fn sources(folder: &Path, look: &mut dyn FnMut(&str)) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, look);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            // What tests ask of the environment is nobody's business.
            look(fs::read_to_string(&path).unwrap().split("#[cfg(test)]\nmod ").next().unwrap_or_default());
        }
    }
}

#[test]
fn every_variable_of_the_environment_is_named() {
    // Those that cargo sets, and those of tests.
    let not_told =
        ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_TARGET_DIR", "COPYDESK_SHARED", "COPYDESK_FAIL", "PATH", "OUT_DIR"];
    let page = fs::read_to_string(root().join("docs/reference/environment.md")).unwrap();
    let read = Regex::new(r#"(?:env::var(?:_os)?|from_env)\("([A-Z_]+)"|"(COPYDESK_[A-Z]+)""#).unwrap();
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path().join("src");
        if folder.is_dir() {
            sources(&folder, &mut |code| {
                found.extend(
                    read.captures_iter(code).filter_map(|name| Some(name.get(1).or(name.get(2))?.as_str().to_owned())),
                );
            });
        }
    }
    found.retain(|name| !not_told.contains(&name.as_str()));
    assert!(found.contains("COPYDESK_LOG") && found.contains("NO_COLOR"), "{found:?}");
    let named = |name: &str| page.contains(&format!("| `{name}` |"));
    let missing: Vec<_> = found.iter().filter(|name| !named(name)).collect();
    assert!(missing.is_empty(), "docs/reference/environment.md lacks {missing:?}");
    let told = Regex::new(r"(?m)^\| `([A-Z_]+)` \|").unwrap();
    let more: Vec<_> =
        told.captures_iter(&page).map(|name| name[1].to_owned()).filter(|name| !found.contains(name)).collect();
    assert!(more.is_empty(), "docs/reference/environment.md names {more:?}, which nothing reads");
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

#[test]
fn the_book_has_every_page_and_every_link_leads_somewhere() {
    let docs = root().join("docs");
    let link = Regex::new(r"\]\(([^)#:]+)(?:#[^)]*)?\)").unwrap();
    let mut all = Vec::new();
    pages(&docs, &mut all);
    let mut faults = Vec::new();
    let samples = docs.join("sample");
    for page in all.iter().filter(|page| !page.starts_with(&samples)) {
        let text = fs::read_to_string(page).unwrap();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            if !page.parent().unwrap().join(&target).exists() {
                faults.push(format!("{}: {target}", page.display()));
            }
        }
    }
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let listed: BTreeSet<PathBuf> = link.captures_iter(&summary).map(|found| docs.join(&found[1])).collect();
    for page in all.iter().filter(|page| !page.starts_with(&samples) && !page.ends_with("SUMMARY.md")) {
        if !listed.contains(page) {
            faults.push(format!("docs/SUMMARY.md does not list {}", page.display()));
        }
    }
    let book: toml::Table = fs::read_to_string(root().join("book.toml")).unwrap().parse().unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("docs"));
    assert!(faults.is_empty() && listed.len() > 12, "{}", faults.join("\n"));
}
