//! What is masked stands nowhere in what a run leaves behind.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::program::copydesk;

/// Values of all kinds; made up, or reserved for examples.
const VALUES: [&str; 8] = [
    "ada.stroem@quay.example",
    "+49 30 1234567",
    "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111",
    "203.0.113.77",
    "219-09-9999",
    "@ada_stroem",
    "2001:db8::ff00:42:8329",
];

const PIPELINE: &str = r#"
[[stage]]
use = "strip-boilerplate"
[[stage]]
use = "detect-language"
[[stage]]
use = "split-captions"
[[stage]]
use = "extract-metadata"
[[stage]]
use = "mask-personal-data"
[[stage]]
use = "select-documents"
languages = ["en"]
[[export]]
use = "jsonl"
decisions = true
markdown = true
[[export]]
use = "csv"
[[export]]
use = "sqlite"
[[export]]
use = "files"
"#;

/// A page that has the values wherever a page can have a text.
fn page(lang: &str, story: &str) -> String {
    let all = VALUES.join(", ");
    format!(
        r#"<!DOCTYPE html><html lang="{lang}"><head><title>Night ferry: {all}</title>
<meta name="description" content="Ask {all}"><meta name="keywords" content="{all}"><meta name="author" content="{all}">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Night ferry {all}", "email": "{mail}",
"author": {{"@type": "Person", "name": "{mail}"}}}}</script></head><body>
<nav><a href="mailto:{mail}">{all}</a></nav>
<article><h1>Night ferry: {all}</h1><p class="byline">By Ada Stroem, {mail}</p>
<p>{story} Write to <a href="mailto:{mail}?subject=x">{mail}</a> or {all}. {story}</p>
<p>{story} Her card is {all}, and <b>that is {all}</b>. {story}</p>
<figure><img src="ferry.jpg?to={mail}" alt="{all}"><figcaption>The quay, {all}. Photo: {mail}/Reuters</figcaption></figure>
<p hidden>{all}</p><ul><li>{all}</li></ul></article><footer>{all}</footer></body></html>"#,
        mail = VALUES[0]
    )
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the run") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Where a value stands in the files of a run, in its usual form or without spaces.
fn left(folder: &Path) -> Vec<String> {
    let (mut paths, mut left) = (Vec::new(), Vec::new());
    files(folder, &mut paths);
    assert!(paths.len() > 5, "{paths:?}");
    for path in paths {
        let bytes = fs::read(&path).expect("a file of the run");
        let text = String::from_utf8_lossy(&bytes);
        for value in VALUES {
            let compact: String = value.chars().filter(|c| *c != ' ').collect();
            if let Some(at) = text.find(value).or_else(|| text.find(&compact)) {
                let from = text.floor_char_boundary(at.saturating_sub(60));
                let to = text.ceil_char_boundary((at + 60).min(text.len()));
                left.push(format!("{}: {}", path.display(), &text[from..to]));
            }
        }
    }
    left
}

fn run(folder: &Path, pipeline: &str) -> String {
    let at = |name: &str| folder.join(name).to_str().expect("a path of UTF-8").to_owned();
    fs::create_dir(folder.join("pages")).expect("a folder");
    let story = "The council of the town has agreed to let the ferry sail through the night from the first of June.";
    fs::write(folder.join("pages/kept.html"), page("en", story)).expect("a page");
    let german = "Der Rat der Stadt hat beschlossen, dass die Fähre vom ersten Juni an die ganze Nacht hindurch fährt.";
    fs::write(folder.join("pages/dropped.html"), page("de", german)).expect("a page");
    let row = serde_json::json!({ "html": page("en", story), "url": "https://quay.example/a", "note": VALUES.join(" "), "tel": [VALUES[1]] });
    fs::write(folder.join("pages/rows.jsonl"), format!("{row}\n")).expect("rows");
    fs::write(folder.join("p.toml"), pipeline).expect("a pipeline");
    let out = folder.join("out");
    let report = out.join("report.html");
    let args = ["run", &at("p.toml"), &at("pages"), "--out", &at("out"), "--report", report.to_str().unwrap(), "-q"];
    let ended = copydesk(args, "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    fs::read_to_string(out.join("records.jsonl")).expect("records")
}

#[test]
fn what_is_masked_stands_in_no_file_of_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let records = run(folder.path(), PIPELINE);
    let left = left(&folder.path().join("out"));
    assert!(left.is_empty(), "{} places:\n{}", left.len(), left.join("\n"));
    assert!(records.lines().count() == 2 && records.contains("[e-mail]") && records.contains("[national-number]"));
    assert!(records.contains("Ada Stroem"), "names of authors stay");
}

#[test]
fn what_is_dropped_before_it_is_masked_stands_in_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let mask = "[[stage]]\nuse = \"mask-personal-data\"\n";
    let last = PIPELINE.replace(mask, "").replacen("[[export]]", &format!("{mask}[[export]]"), 1);
    assert!(last.find("mask-personal-data") > last.find("select-documents"), "{last}");
    run(folder.path(), &last);
    let left = left(&folder.path().join("out"));
    assert!(left.is_empty(), "{} places:\n{}", left.len(), left.join("\n"));
    let report = fs::read_to_string(folder.path().join("out/report.html")).expect("a report");
    assert!(report.contains("its text is not shown") && report.contains("sail through the night"), "{report}");
}

#[test]
fn what_is_not_masked_is_found_by_this_test() {
    let folder = tempfile::tempdir().expect("a folder");
    let tagged = PIPELINE.replace("use = \"mask-personal-data\"", "use = \"mask-personal-data\"\naction = \"tag\"");
    run(folder.path(), &tagged);
    assert!(left(&folder.path().join("out")).len() > 10);
}
