//! Inputs of every kind, as a user names them.

use std::fs;

use crate::program::copydesk;
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
