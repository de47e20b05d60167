//! Every rule, note and limit that the program can name is explained where `copydesk explain --rule` looks.

use std::{collections::BTreeSet, fs, path::Path};

use copydesk_explain::rule_texts;
use regex::Regex;
use serde_json::Value;

use crate::metadata::root;

/// How names of rules and notes stand in the code.
const IN_CODE: [&str; 6] = [
    r#""(limit\.[a-z-]+|(?:csv|json|warc|feed|mail|parquet|record)\.[a-z]+)""#,
    r#"code: "([a-z.-]+)""#,
    r#"rule: "([a-z.-]+)""#,
    r#"\bnote\((?:doc, )?\s*"([a-z.-]+)""#,
    r#"(?:ParseError|StageError)::(?:new|ending_run)\(\s*"([a-z.-]+)""#,
    r#"\bbad\([^"]{0,40}"([a-z.-]+)""#,
];

/// These look like names of rules, and are none: fields of records and of data.
const NO_RULES: [&str; 2] = ["record.id", "record.text-field"];

/// Where `explain --rule` looks, beside the stages.
const ASKED: [&str; 4] = ["copydesk-parse", "copydesk-intake", "copydesk-pipeline", "copydesk-runner"];

fn documented() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join("crates")).expect("the crates") {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with("copydesk-stage-") && !ASKED.contains(&&*name) {
            continue;
        }
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        names.extend(rule_texts(&readme).into_iter().flat_map(|rule| rule.names));
    }
    names
}

/// Code without its tests.
fn code(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() {
            code(&entry, look);
        } else if entry.extension().is_some_and(|ending| ending == "rs") && !name.ends_with("tests.rs") {
            let text = fs::read_to_string(&entry).expect("code");
            look(&entry, text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
}

#[test]
fn every_name_in_the_code_is_explained() {
    let documented = documented();
    let patterns = IN_CODE.map(|pattern| Regex::new(pattern).expect("a pattern"));
    let mut missing = BTreeSet::new();
    for entry in fs::read_dir(root().join("crates")).expect("the crates").map(|entry| entry.expect("an entry").path()) {
        let krate = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // What trains and tests names no rule to anybody, and the model of languages is a file with words of its own.
        if ["copydesk-testkit", "copydesk-langid-trainer", "copydesk-boilerplate-trainer", "copydesk-langid"]
            .contains(&&*krate)
        {
            continue;
        }
        code(&entry.join("src"), &mut |file, text| {
            for found in patterns.iter().flat_map(|pattern| pattern.captures_iter(text)) {
                let name = &found[1];
                if !documented.contains(name) && !NO_RULES.contains(&name) {
                    missing.insert(format!("{name} ({})", file.display()));
                }
            }
        });
    }
    assert!(
        missing.is_empty(),
        "no table of a README explains:\n{}",
        missing.into_iter().collect::<Vec<_>>().join("\n")
    );
}

/// Decisions, as the cases of the whole pipeline and of each stage expect them.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            names.extend(object.get("rule").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, names)),
        _ => {}
    }
}

fn cases(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            cases(&entry, names);
        } else if entry.file_name().is_some_and(|name| name == "expected.json") {
            let text = fs::read_to_string(&entry).expect("a case");
            collect(&serde_json::from_str(&text).expect("JSON"), names);
        }
    }
}

#[test]
fn every_rule_that_a_case_meets_is_explained() {
    let mut met = BTreeSet::new();
    cases(&root().join("corpus"), &mut met);
    for entry in fs::read_dir(root().join("crates")).expect("the crates").map(|entry| entry.expect("an entry").path()) {
        // The rules of a program that does the work of a stage are its own.
        if !entry.ends_with("copydesk-stage-exec") {
            cases(&entry.join("tests/cases"), &mut met);
        }
    }
    assert!(met.len() > 40, "only {} rules are met: {met:?}", met.len());
    let documented = documented();
    let missing: Vec<&String> = met.iter().filter(|name| !documented.contains(*name)).collect();
    assert!(missing.is_empty(), "no table of a README explains {missing:?}");
}
