//! Runs the examples of every built-in vocabulary file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
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

/// The tables of a file of boilerplate, by the language that its name says.
fn languages() -> BTreeMap<String, toml::Table> {
    let files = data().into_iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("boilerplate")));
    files
        .map(|path| {
            let table: toml::Table = fs::read_to_string(&path).expect("readable").parse().expect("TOML");
            let labels = table["boilerplate"].as_table().expect("a table for each label").clone();
            (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), labels)
        })
        .collect()
}

fn count(label: &toml::Value, list: &str) -> usize {
    label.get(list).and_then(toml::Value::as_array).map_or(0, Vec::len)
}

#[test]
fn the_labels_of_every_page_are_known_in_44_languages() {
    let languages = languages();
    for name in EVERYWHERE {
        let known = languages.values().filter(|labels| labels.get(name).is_some_and(|label| count(label, "lines") > 0));
        let known = known.count();
        assert!(known >= 44, "`{name}` is known in {known} languages");
    }
    assert!(languages.len() >= 44);
}

/// `LANGUAGES.md` says what is known of each language; `UPDATE_EXPECT=1` writes it.
#[test]
fn the_table_of_languages_is_true() {
    let languages = languages();
    let kinds: BTreeSet<&String> = languages.values().flat_map(toml::Table::keys).collect();
    let months = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../copydesk-date/data/months.toml"));
    let months: toml::Table = months.expect("the dates' data").parse().expect("TOML");
    let mut text = format!(
        "# What is known of which language\n\nMade from the files in `data/boilerplate/` by `UPDATE_EXPECT=1 cargo test -p \
         copydesk-lexicon`. A language is added by adding a file of that form. Labels are of {} kinds; `lines` are whole \
         lines and `starts` beginnings of longer ones. Bylines, credits, datelines and fields stand in files that hold all \
         languages. Names of months are those of `copydesk-date`.\n\n| language | kinds | lines | starts | months | kinds \
         that are missing |\n|---|---|---|---|---|---|\n",
        kinds.len()
    );
    for (language, labels) in &languages {
        let sum = |list: &str| labels.values().map(|label| count(label, list)).sum::<usize>();
        let missing: Vec<&str> =
            kinds.iter().filter(|kind| !labels.contains_key(**kind)).map(|kind| kind.as_str()).collect();
        let dates = if months.contains_key(language) { "yes" } else { "no" };
        writeln!(
            text,
            "| {language} | {} | {} | {} | {dates} | {} |",
            labels.len(),
            sum("lines"),
            sum("starts"),
            missing.join(", ")
        )
        .expect("a string takes it");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("LANGUAGES.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &text).expect("writable");
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), text, "run with UPDATE_EXPECT=1");
}
