//! `copydesk explain` accounts for every line of a file.

use std::{collections::BTreeSet, fs, path::Path};

use crate::program::{copydesk, root};

/// The line numbers that the account names.
fn accounted(output: &str) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    for entry in output.lines() {
        // The place stands in the first columns; what is below an entry is indented further.
        let place = entry.chars().take(11).collect::<String>();
        let place = place.split_whitespace().next().unwrap_or("");
        let Some(first) = place.split([':', '-']).next().and_then(|n| n.parse::<usize>().ok()) else { continue };
        let last = place.split_once('-').and_then(|(_, n)| n.parse().ok()).unwrap_or(first);
        lines.extend(first..=last);
    }
    lines
}

fn check(file: &Path) {
    let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    let ended = copydesk(["explain", file.to_str().unwrap(), "--only", "summary,lines"], "");
    assert_eq!(ended.code, 0, "{}: {}", file.display(), ended.stderr);
    let expected: BTreeSet<usize> = (1..=text.lines().count()).collect();
    assert_eq!(accounted(&ended.stdout), expected, "{}", file.display());
    assert!(!ended.stdout.contains("NOT ACCOUNTED FOR"), "{}", ended.stdout);
}

#[test]
fn every_line_of_the_seeds_is_accounted_for() {
    let seeds = root().join("../shared/seeds");
    if !seeds.exists() {
        assert!(std::env::var_os("COPYDESK_SHARED").is_none(), "there is no ../shared/seeds");
        eprintln!("skipped: there is no ../shared/seeds");
        return;
    }
    let mut files = 0;
    for entry in fs::read_dir(seeds).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|e| e == "txt") {
            check(&file);
            files += 1;
        }
    }
    assert_eq!(files, 5);
}

#[test]
fn every_line_of_a_page_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("page.html", PAGE),
        (
            "post.md",
            "---\ntitle: A walk\ntags: [a, b]\n---\n\n# A walk\n\n![](a.png)\n\n* one\n* two\n\n```\ncode\n\nmore\n```\n",
        ),
        ("plain.txt", "Title\r\n\r\nA line of text that is long enough to be one.\r\n\r\n\r\n"),
        ("empty.txt", ""),
        ("blank.txt", "\n\n\n"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        check(&file);
    }
}

#[test]
fn decisions_are_shown_with_stage_rule_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, PAGE).unwrap();
    let output = copydesk(["explain", file.to_str().unwrap()], "").stdout;
    let lines: Vec<&str> = output.lines().collect();
    let at = |text: &str| lines.iter().position(|l| l.contains(text)).unwrap_or_else(|| panic!("{text} in {output}"));
    let sport = at("Sport");
    assert!(lines[sport].trim_start().starts_with("8:") && lines[sport].contains("- navigation"), "{}", lines[sport]);
    assert!(lines[sport + 1].contains("· strip-boilerplate / "), "{}", lines[sport + 1]);
    assert!(lines[at("The city council")].contains("+ body"));
    assert!(output.contains("Ole Berg"), "{output}");
    assert!(output.contains("the document does not say: "), "{output}");
}

#[test]
fn a_document_cannot_steer_the_terminal() {
    let output = copydesk(["explain", "-"], "Title \u{1b}[31m\u{202e}red\u{7}\n\nA line.\n").stdout;
    assert!(!output.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{output:?}");
}

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<title>Night ferry starts in June</title>
<style>
body { color: black }
</style></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a> <a href="/sport">Sport</a></nav>

<article>
<h1>Night ferry starts in June</h1>
<figure><img src="/ferry.jpg" alt=""><figcaption>The ferry at the pier. Photo: Ole Berg/Reuters</figcaption></figure>
<p>The city council has agreed to let the harbour ferry sail through the night from the first of June. Boats will
leave every forty minutes, and tickets will cost the same as by day.</p>
<p>Residents of the northern shore had asked for the service for nine years. "We stopped counting the letters," said
the head of their association, who has lived there for thirty years.</p>
</article>
</body>
</html>
"#;

#[test]
fn an_account_is_given_as_json_and_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, PAGE).unwrap();
    let ended = copydesk(["explain", file.to_str().unwrap(), "--format", "json"], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let all: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let account = &all["account"];
    assert_eq!(account["version"], 1);
    assert_eq!(account["lines"]["missing"], 0);
    assert_eq!(account["lines"]["total"], PAGE.lines().count());
    let entries = account["entries"].as_array().unwrap();
    let caption = entries.iter().find(|entry| entry["label"] == "caption").unwrap();
    assert_eq!(
        (&caption["what"], &caption["fate"], &caption["place"]["line"]),
        (&"block".into(), &"taken".into(), &12.into())
    );
    let decisions = caption["decisions"].as_array().unwrap();
    assert_eq!(decisions.last().unwrap()["stage"], "split-captions");
    assert_eq!(account["captions"][0]["credit"], "Ole Berg/Reuters");
    assert!(account["captions"][0]["counts"].as_bool().unwrap());
    let title = &account["facts"][0];
    assert_eq!((&title["field"], &title["candidates"][0]["won"]), (&"title".into(), &true.into()));
}

#[test]
fn a_page_in_an_archive_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pages.tar");
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(b"d/a.html");
    let page = b"<p>The ferry sails through the night from the first of June on.</p>";
    header[124..135].copy_from_slice(format!("{:011o}", page.len()).as_bytes());
    header[156] = b'0';
    header[257..262].copy_from_slice(b"ustar");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    let mut tar = [&header[..], page].concat();
    tar.resize(2048, 0);
    std::fs::write(&path, tar).expect("it is written");
    let explain = |within: &str| copydesk(["explain", &format!("{}{within}", path.display())], "");
    let ended = explain("/d/a.html");
    assert!(ended.code == 0 && ended.stdout.contains("The ferry sails"), "{}{}", ended.stdout, ended.stderr);
    let ended = explain("/a.html");
    assert!(ended.code == 2 && ended.stderr.contains("holds no document `a.html`"), "{}", ended.stderr);
}

#[test]
fn a_rule_is_explained_by_its_name() {
    let told = |name: &str| copydesk(["explain", "--rule", name], "");
    let known = told("navigation");
    assert_eq!(known.code, 0, "{}", known.stderr);
    assert!(
        known.stdout.contains("navigation (strip-boilerplate)") && known.stdout.contains("<nav>"),
        "{}",
        known.stdout
    );
    assert!(told("limit.time").stdout.contains("seconds_per_document"));
    assert!(told("charset-guessed").stdout.contains("(parse)"));
    let unknown = told("navigatoin");
    assert!(unknown.code == 2 && unknown.stderr.contains("did you mean `navigation`?"), "{}", unknown.stderr);
    let neither = copydesk(["explain"], "");
    assert_eq!(neither.code, 2);
}
