//! Inputs of every kind, as a user names them.

use std::fs;

use crate::program::{command, copydesk};
use serde_json::Value;
use tempfile::TempDir;

const TEXT: &str = "The city council has agreed to let the harbour ferry sail through the night from the first of June. Boats \
    will leave every forty minutes, and tickets will cost the same as by day.";

fn warc(name: &str) -> String {
    let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>{name}</h1><p>{TEXT}</p>");
    let length = block.len();
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/{name}\r\n\
         Content-Length: {length}\r\n\r\n{block}\r\n\r\n"
    )
}

fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("crawl"), warc("archived") + &warc("archived-too")).unwrap();
    fs::write(at("lines.jsonl"), format!("{{\"id\":\"l1\",\"body\":\"{TEXT}\"}}\nno JSON\n")).unwrap();
    fs::write(at("list.csv"), format!("id;text\nc1;\"{TEXT}\"\n")).unwrap();
    fs::write(at("page.html"), format!("<h1>Ferry</h1><p>{TEXT}</p>")).unwrap();
    fs::write(at("answer.json"), "{\n  \"error\": \"none\"\n}\n").unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

fn records(out: &str) -> Vec<Value> {
    let text = fs::read_to_string(format!("{out}/records.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn files_of_all_kinds_are_read_side_by_side() {
    let (_folder, path) = folder();
    let out = format!("{path}/out");
    let run = || copydesk(["run", "pipelines/news.toml", &path, "-o", &out], "");
    let ended = run();
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let found = records(&out);
    let uris: Vec<&str> =
        found.iter().map(|r| r["source"]["uri"].as_str().unwrap().strip_prefix(&path).unwrap()).collect();
    let expected = ["/crawl#record-1", "/crawl#record-2", "/lines.jsonl#line-1", "/list.csv#record-1", "/page.html"];
    assert_eq!(uris, expected);
    assert_eq!(found[2]["fields"], "{\"id\":\"l1\"}");
    assert_eq!(found[0]["url"], "https://example.org/archived");
    assert!(found[0]["text"].as_str().unwrap().contains("The city council"), "{}", found[0]["text"]);
    let quarantine = fs::read_to_string(format!("{out}/quarantine.jsonl")).unwrap();
    assert!(quarantine.contains("lines.jsonl#line-2") && quarantine.contains("line 2, from byte"), "{quarantine}");
    // The answer of an interface holds no document, and is told of rather than taken for one.
    assert!(quarantine.contains("answer.json#line-1") && quarantine.contains("record.text"), "{quarantine}");
    // What the run itself has written there is none of its inputs, although it is JSON Lines too.
    assert_eq!(run().code, 1);
    assert_eq!(records(&out).len(), 5);
}

#[test]
fn a_source_can_be_named_and_keeps_the_options_of_the_pipeline() {
    let (_folder, path) = folder();
    let pipeline = format!("{path}/p.toml");
    let rest = "[[stage]]\nuse = \"strip-boilerplate\"\n[[export]]\nuse = \"jsonl\"\n";
    fs::write(&pipeline, format!("[source]\nuse = \"jsonl\"\npaths = [\"x\"]\ntext = [\"story\"]\n{rest}")).unwrap();
    fs::write(format!("{path}/own"), format!("{{\"story\":\"{TEXT}\",\"text\":\"other\"}}\n")).unwrap();
    let own = format!("{path}/own");
    for from in [&["--from", "jsonl"][..], &[]] {
        let ended = copydesk([&["run", &pipeline, &own, "-q", "-o", "-"], from].concat(), "");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let record: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(record["source"]["uri"].as_str().unwrap().ends_with("own#line-1"));
        assert_eq!(record["fields"], "{\"text\":\"other\"}");
    }
    let ended = copydesk(["run", &pipeline, &own, "-q", "-o", "-", "--from", "files"], "");
    assert!(!ended.stdout.contains("#line"), "{}", ended.stdout);
    let ended = copydesk(["run", &pipeline, &own, "--from", "jsonn"], "");
    assert!(ended.code == 2 && ended.stderr.contains("did you mean `jsonl`?"), "{}", ended.stderr);
}

#[test]
fn lines_come_from_a_pipe() {
    let lines = format!("{{\"text\":\"{TEXT}\"}}\n{{\"text\":\"{TEXT}\"}}\n");
    let ended = copydesk(["run", "pipelines/text.toml", "-", "-q"], &lines);
    assert_eq!((ended.code, ended.stdout.lines().count()), (0, 2), "{}", ended.stderr);
    assert!(ended.stdout.contains("-#line-2"), "{}", ended.stdout);
}

#[test]
fn one_of_many_is_explained() {
    let (_folder, path) = folder();
    let ended = copydesk(["explain", &format!("{path}/crawl#record-2")], "");
    assert!(ended.code == 0 && ended.stdout.contains("archived-too"), "{}{}", ended.stdout, ended.stderr);
    let ended = copydesk(["explain", &format!("{path}/crawl"), "-q"], "");
    assert!(ended.code == 2 && ended.stderr.contains("crawl#record-1"), "{}", ended.stderr);
    let ended = copydesk(["explain", &format!("{path}/lines.jsonl#line-2"), "-q"], "");
    assert!(ended.code == 2 && ended.stderr.contains("line 2"), "{}", ended.stderr);
    let ended = copydesk(["explain", &format!("{path}/lines.jsonl#line-9"), "-q"], "");
    assert!(ended.code == 2 && ended.stderr.contains("holds no document `line-9`"), "{}", ended.stderr);
}

#[test]
fn a_list_of_files_is_not_taken_for_a_document() {
    let (_folder, path) = folder();
    let list = format!("{path}/list.txt");
    fs::write(&list, format!("{path}/page.html\n{path}/crawl\n")).unwrap();
    let ended = copydesk(["run", "news", &list, "-n"], "");
    assert!(ended.code == 2 && ended.stderr.contains(&format!("--files-from {list}")), "{}", ended.stderr);
    let ended = copydesk(["run", "news", &format!("@{list}"), "-n"], "");
    assert!(ended.code == 2 && ended.stderr.contains(&format!("--files-from {list}")), "{}", ended.stderr);
    let ended = copydesk(["run", "news", "--files-from", &list, "-n"], "");
    assert!(ended.code == 0 && ended.stderr.contains("3 read"), "{}", ended.stderr);
    // In a folder it is a file like others, and whoever pipes it in means it.
    let ended = copydesk(["run", "news", "-", "-n"], &fs::read_to_string(&list).unwrap());
    assert!(ended.stderr.contains("1 read"), "{}", ended.stderr);
}

#[test]
fn what_stands_in_the_place_of_a_file_is_no_document() {
    let (_folder, path) = folder();
    let (data, out) = (format!("{path}/data"), format!("{path}/out"));
    fs::create_dir(&data).unwrap();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 90210\n";
    fs::write(format!("{data}/train.parquet"), pointer).unwrap();
    fs::write(format!("{data}/page.html"), pointer).unwrap();
    fs::write(format!("{data}/lines.jsonl"), pointer).unwrap();
    fs::write(format!("{data}/crawl.wacz"), "").unwrap();
    let ended = copydesk(["run", "news", &data, "-o", &out, "-q"], "");
    assert_eq!((ended.code, records(&out).len()), (1, 0), "{}", ended.stderr);
    let listed = fs::read_to_string(format!("{out}/quarantine.jsonl")).unwrap();
    let listed = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let rules: Vec<String> = listed.map(|entry| entry["rule"].as_str().unwrap().to_owned()).collect();
    assert_eq!(rules, ["empty-archive", "lfs-pointer", "lfs-pointer", "lfs-pointer"]);
}

#[test]
fn a_field_that_is_called_html_holds_html() {
    let (_folder, path) = folder();
    let (lines, out) = (format!("{path}/html.jsonl"), format!("{path}/out"));
    let line = |name: &str, text: &str| serde_json::json!({ "id": text, name: text }).to_string();
    let of = format!("Tide &amp; wind. <b>{TEXT}</b>");
    fs::write(&lines, [line("html", &of), line("text", &of), line("html", TEXT)].join("\n")).unwrap();
    let ended = copydesk(["run", "news", &lines, "-o", &out, "-q"], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let of_records = records(&out);
    let found: Vec<(&str, bool)> = of_records
        .iter()
        .map(|r| (r["source"]["media_type"].as_str().unwrap(), r["text"].as_str().unwrap().contains(['<', '&'])))
        .collect();
    // What is called text stays as it is, tags and all, and so does HTML without any.
    assert_eq!(found, [("text/html", true), ("text/plain", true), ("text/plain", false)]);
    assert!(of_records[0]["text"].as_str().unwrap().starts_with("Tide & wind."), "{}", of_records[0]["text"]);
}

#[test]
fn days_that_are_told_from_the_fetch_are_read() {
    let (_folder, path) = folder();
    let (lines, out) = (format!("{path}/ago.jsonl"), format!("{path}/out"));
    let page = |ago: &str| {
        let title = "A pier for the ferry";
        format!("<title>{title}</title><article><h1>{title}</h1>{ago}<p>{TEXT}</p><p>{TEXT}</p></article>")
    };
    let line = |ago: &str, fetched: Option<&str>| {
        serde_json::json!({ "id": ago, "html": page(ago), "fetched": fetched }).to_string()
    };
    let fetched = Some("2023-11-09T18:30:00Z");
    let rows = [
        line("<p>4 hours ago</p>", fetched),
        line("<time>Yesterday</time>", fetched),
        line("<span>vor 3 Tagen</span>", fetched),
        line("<p>4 hours ago</p><p>November 2, 2023</p>", fetched),
        line("<p>4 hours ago</p> ", None),
        line("<p>The boats left 4 hours ago.</p>", fetched),
    ];
    fs::write(&lines, rows.join("\n")).unwrap();
    let ended = copydesk(["run", "news", &lines, "-o", &out, "-q"], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let days: Vec<Value> = records(&out).iter().map(|record| record["published"].clone()).collect();
    let expected = serde_json::json!(["2023-11-09T14:00:00Z", "2023-11-08", "2023-11-06", "2023-11-02", null, null]);
    assert_eq!(Value::from(days), expected);
}

#[test]
fn check_tells_of_a_folder_that_no_run_without_out_could_use() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("mine.toml");
    fs::write(&pipeline, "[[stage]]\nuse = \"strip-boilerplate\"\n[[export]]\nuse = \"jsonl\"\n").unwrap();
    let check = || {
        let ended = command(["check", "mine.toml"]).current_dir(folder.path()).output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    assert_eq!(check(), (Some(0), String::new()));
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/records.jsonl"), "mine").unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(0), "most runs name a folder: {said}");
    assert!(said.contains("without --out") && said.contains("was not written by copydesk"), "{said}");
}

#[test]
fn check_refuses_what_run_refuses() {
    let (_folder, path) = folder();
    let at = |name: &str| format!("{path}/{name}");
    fs::create_dir(at("taken")).unwrap();
    fs::write(at("taken/records.jsonl"), "mine").unwrap();
    let list = at("names.txt");
    fs::write(&list, format!("{}\n", at("page.html"))).unwrap();
    let page = at("page.html");
    let (source, out) = ("[source]\nuse = \"files\"\n", "[run]\nout = ");
    let survey = "[[survey]]\nuse = \"find-duplicates\"\nagainst = [\"no-such-folder\"]\n";
    for (name, head, says) in [
        ("address", format!("{source}paths = [\"https://example.org/a\"]\n"), "nothing is fetched"),
        ("store", format!("{source}lists = [\"s3://bucket/list.txt\"]\n"), "nothing is fetched"),
        ("missing", format!("{source}paths = [\"{page}\", \"no-such-file\"]\n"), "there is no `no-such-file`"),
        ("no-list", format!("{source}lists = [\"no-such-list\"]\n"), "there is no `no-such-list`"),
        ("folder", format!("{source}lists = [\"{path}\"]\n"), "is a folder, and a list is a text file"),
        ("list", format!("{source}paths = [\"{list}\"]\n"), "--files-from"),
        ("glob", format!("{source}paths = [\"{page}\", \"{path}/*.none\"]\n"), "no file matches"),
        ("home", format!("{source}paths = [\"~/no-such-file\"]\n"), "write the path out"),
        ("jsonl", "[source]\nuse = \"jsonl\"\npaths = [\"no-such-file\"]\n".into(), "there is no `no-such-file`"),
        ("occupied", format!("{source}paths = [\"{page}\"]\n{out}\"{path}/taken\"\n"), "was not written by copydesk"),
        ("below-file", format!("{source}paths = [\"{page}\"]\n{out}\"{page}/out\"\n"), "is no folder"),
        ("against", format!("{source}paths = [\"{page}\"]\n{out}\"{path}/out\"\n{survey}"), "no-such-folder"),
    ] {
        let pipeline = at(&format!("{name}.toml"));
        let chain = "[[stage]]\nuse = \"strip-boilerplate\"\n[[export]]\nuse = \"jsonl\"\n";
        fs::write(&pipeline, format!("{head}{chain}")).unwrap();
        for command in ["check", "run"] {
            let ended = copydesk([command, &pipeline], "");
            assert!(ended.code == 2 && ended.stderr.contains(says), "{name}: {command}: {}", ended.stderr);
        }
    }
    assert!(!fs::exists(at("out")).unwrap(), "nothing was made");
    // What it needs no files for is good without any, and so is a folder that is still to be made.
    let good = at("good.toml");
    let rest =
        format!("{out}\"{path}/new/out\"\n[[stage]]\nuse = \"strip-boilerplate\"\n[[export]]\nuse = \"jsonl\"\n");
    for head in [String::new(), format!("{source}paths = [\"-\"]\n"), format!("{source}paths = [\"{page}\"]\n")] {
        fs::write(&good, format!("{head}{rest}")).unwrap();
        let ended = copydesk(["check", &good], "");
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{head}");
    }
    // A folder of another pipeline is refused before a run begins.
    assert_eq!(copydesk(["run", &good], "").code, 0);
    let other = at("other.toml");
    fs::write(&other, format!("{source}paths = [\"{page}\"]\n{rest}").replace("strip-boilerplate", "detect-language"))
        .unwrap();
    for command in ["check", "run"] {
        let ended = copydesk([command, &other], "");
        assert!(ended.code == 2 && ended.stderr.contains("another pipeline"), "{command}: {}", ended.stderr);
    }
    assert_eq!(copydesk(["check", &good], "").code, 0, "its own folder");
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf_8_are_taken_everywhere() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join(OsStr::from_bytes(b"page-\xE9.html"));
    let out = folder.path().join(OsStr::from_bytes(b"out-\xE9"));
    fs::write(&page, format!("<h1>Ferry</h1><p>{TEXT}</p>")).unwrap();
    let ended = command(["run", "news", "-q", "--out"]).args([&out, &page]).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(out.join("records.jsonl").is_file());
    let ended = command(["detect"]).arg(&page).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.starts_with("en "), "{said}{}", String::from_utf8_lossy(&ended.stderr));
    let ended = command(["detect"]).arg(folder.path().join(OsStr::from_bytes(b"no-\xE9.html"))).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.code() == Some(2) && said.contains("no-\\xE9.html"), "{said}");
}
