//! Runs the examples of every built-in vocabulary file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use copydesk_lexicon::{Lexicon, examples};

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("the data folder stands beside the tests") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "toml") {
            out.push(path);
        }
    }
}

fn data() -> Vec<PathBuf> {
    let mut out = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data"), &mut out);
    out.sort();
    out
}

#[test]
fn every_example_of_every_file_holds() {
    let mut failed = Vec::new();
    for path in data() {
        let source = std::fs::read_to_string(&path).expect("readable");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match examples::failures(&source, Lexicon::builtin()) {
            Ok(list) => failed.extend(list.into_iter().map(|f| format!("{name}: {f}"))),
            Err(e) => failed.push(format!("{name}: {e}")),
        }
    }
    assert!(failed.is_empty(), "{} examples fail:\n{}", failed.len(), failed.join("\n"));
}

/// What pages of every language carry beside their text.
const EVERYWHERE: [&str; 12] = [
    "share",
    "read_more",
    "advertisement",
    "related",
    "subscribe",
    "copyright",
    "skip_navigation",
    "cookie",
    "comments",
    "print",
    "login",
    "menu",
];

#[test]
fn the_labels_of_every_page_are_known_in_25_languages() {
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for path in data().iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("boilerplate"))) {
        let source = std::fs::read_to_string(path).expect("readable");
        let table: toml::Table = source.parse().expect("TOML");
        let labels = table["boilerplate"].as_table().expect("a table for each label");
        for name in EVERYWHERE {
            let lines = labels.get(name).and_then(|label| label.get("lines")).and_then(toml::Value::as_array);
            *languages.entry(name).or_default() += usize::from(lines.is_some_and(|lines| !lines.is_empty()));
        }
    }
    let few: Vec<_> = languages.iter().filter(|(_, count)| **count < 25).collect();
    assert!(few.is_empty() && languages.len() == EVERYWHERE.len(), "in fewer than 25 languages: {few:?}");
}
