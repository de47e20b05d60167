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

#[test]
fn a_missing_paragraph_is_found_by_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, PAGE).unwrap();
    let find = |words: &str| copydesk(["explain", file.to_str().unwrap(), "--find", words], "");
    let dropped = find("SPORT");
    assert_eq!(dropped.code, 0, "{}", dropped.stderr);
    assert!(dropped.stdout.contains("- navigation") && !dropped.stdout.contains("council"), "{}", dropped.stdout);
    let kept = find("“we stopped counting\nthe letters”");
    assert!(kept.stdout.contains("+ body") && kept.stdout.contains("model"), "{}", kept.stdout);
    // Words that a reader sees in one piece may stand in two.
    let apart = find("from the first of June. Boats will leave every thirty minutes");
    assert_eq!((apart.code, apart.stdout.as_str()), (1, ""));
    assert!(apart.stderr.contains("line 13 has: from the first of June. Boats will leave every"), "{}", apart.stderr);
    assert_eq!(find("—").code, 2);
}

#[test]
fn documents_of_a_run_are_explained_by_its_own_pipeline() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir_all(path("work/pages")).unwrap();
    fs::write(path("work/pages/ferry.html"), PAGE).unwrap();
    fs::write(path("work/pages/other.html"), PAGE.replace("ferry", "tram")).unwrap();
    let own = "[[stage]]\nuse = \"strip-boilerplate\"\nname = \"own\"\n\n[[export]]\nuse = \"jsonl\"\n";
    fs::write(path("work/own.toml"), own).unwrap();
    let at = |place: &str, args: &[&str]| {
        let ended = crate::program::command(args.iter().copied())
            .current_dir(place)
            .env("COPYDESK_CACHE", path("cache"))
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (ended.status.code(), text(ended.stdout), text(ended.stderr))
    };
    let ran = at(&path("work"), &["run", "own.toml", "pages", "-q", "-o", "out"]);
    assert_eq!(ran.0, Some(0), "{}", ran.2);

    // From elsewhere, and about all documents.
    let found = at(folder.path().to_str().unwrap(), &["explain", "--run", "work/out", "--find", "tickets will cost"]);
    assert_eq!(found.0, Some(0), "{}", found.2);
    assert!(found.1.contains("pages/ferry.html") && found.1.contains("pages/other.html"), "{}", found.1);
    assert!(found.1.contains("own / model"), "{}", found.1);

    let record: serde_json::Value =
        serde_json::from_str(fs::read_to_string(path("work/out/records.jsonl")).unwrap().lines().next().unwrap())
            .unwrap();
    let id = record["id"].as_str().unwrap();
    let one = at(folder.path().to_str().unwrap(), &["explain", "--run", "work/out", id, "--only", "summary"]);
    assert_eq!(one.0, Some(0), "{}", one.2);
    assert!(one.1.contains("own.toml: own"), "{}", one.1);
    let none = at(folder.path().to_str().unwrap(), &["explain", "--run", "work/out", "0123456789abcdef"]);
    assert!(none.0 == Some(2) && none.2.contains("no record"), "{}", none.2);
    let no_run = at(folder.path().to_str().unwrap(), &["explain", "--run", "work/pages", id]);
    assert!(no_run.0 == Some(2) && no_run.2.contains("no run"), "{}", no_run.2);

    fs::remove_file(path("work/own.toml")).unwrap();
    let gone = at(&path("work"), &["explain", "--run", "out", id]);
    assert!(gone.0 == Some(2) && gone.2.contains("--pipeline"), "{}", gone.2);
}
