//! Every limit can be set in the pipeline file, and does what it says.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::program::copydesk;

/// Under which option, a document over it, and the rule or the note that must come of it.
struct Case {
    limit: &'static str,
    document: String,
    says: &'static str,
}

fn case(limit: &'static str, document: impl Into<String>, says: &'static str) -> Case {
    Case { limit, document: document.into(), says }
}

/// What a run says of a document: the rule of its entry in the quarantine, or the codes of its record's notes.
fn said(limit: &str, document: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let pipeline = format!(
        "{limit}\n[[stage]]\nuse = \"strip-boilerplate\"\n[[export]]\nuse = \"jsonl\"\n[run]\nout = {:?}\n",
        file("out")
    );
    fs::write(file("pipeline.toml"), pipeline).expect("it is written");
    fs::write(file("document"), document).expect("it is written");
    let ended = copydesk(["run", &file("pipeline.toml"), &file("document"), "-q"], "");
    assert!((0..=1).contains(&ended.code), "{limit}: {}", ended.stderr);
    let lines = |name: &str| fs::read_to_string(file(name)).unwrap_or_default();
    let value = |line: &str| -> Value { serde_json::from_str(line).expect("JSON") };
    let rules = lines("out/quarantine.jsonl");
    let rules = rules.lines().map(|line| value(line)["rule"].as_str().expect("a rule").to_owned());
    let records = lines("out/records.jsonl");
    let notes = records.lines().flat_map(|line| {
        let notes = value(line)["notes"].as_array().cloned().unwrap_or_default();
        notes.into_iter().map(|note| note["code"].as_str().expect("a code").to_owned())
    });
    rules.chain(notes).collect()
}

#[test]
fn what_is_over_a_limit_is_named_and_what_is_below_passes() {
    let page = |inside: &str| format!("<!doctype html><title>t</title><body>{inside}</body>");
    let paragraphs = page(&"<p>One of many paragraphs.</p>".repeat(100));
    let markdown = |n: usize| format!("# A heading\n\n{}", "A *short* paragraph.\n\n".repeat(n));
    let front = format!("---\ntitle: T\ndescription: {}\n---\n\nText of the page.\n", "long ".repeat(100));
    let attributes = (0..200).fold(String::new(), |all, i| format!("{all} data-{i}=\"1\""));
    let cases = [
        case("max_bytes = 1000", "A line of text.\n".repeat(100), "limit.size"),
        case("max_blocks = 50", &*paragraphs, "limit.blocks"),
        case("max_nodes = 100", &*paragraphs, "limit.nodes"),
        case("max_depth = 20", page(&format!("{}<p>deep</p>", "<div>".repeat(40))), "limit.depth"),
        case("max_open_elements = 60", page(&"<div>".repeat(3000)), "limit.open-elements"),
        case("max_attributes = 50", page(&format!("<p{attributes}>text</p>")), "limit.attributes"),
        case("max_markdown = 500", markdown(100), "limit.markdown"),
        case("max_depth = 8", format!("---\ntitle: T\n---\n\n{}quoted\n", "> ".repeat(30)), "limit.depth"),
        case("max_front_matter = 200", &*front, "front-matter-refused"),
    ];
    for Case { limit, document, says } in cases {
        let without = said("", &document);
        assert!(!without.iter().any(|code| code == says), "without {limit}: {without:?}");
        let with = said(&format!("[limits]\n{limit}"), &document);
        assert!(with.iter().any(|code| code == says), "{limit}: {with:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_needs_few_open_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut deep = folder.path().join("corpus");
    for i in 0..60 {
        deep = deep.join(format!("f{i}"));
        fs::create_dir_all(&deep).expect("a folder");
        fs::write(deep.join("a.txt"), format!("The {i}th text of this corpus.\n")).expect("a file");
    }
    let mut pipeline = "[[stage]]\nuse = \"detect-language\"\n[run]\nout = \"out\"\nshard_documents = 1\n".to_owned();
    for export in ["jsonl", "csv", "parquet", "sqlite"] {
        let _ = writeln!(pipeline, "[[export]]\nuse = {export:?}");
    }
    fs::write(folder.path().join("pipeline.toml"), pipeline).expect("a file");
    let run = |files: u32| {
        let program = env!("CARGO_BIN_EXE_copydesk");
        let script = format!("ulimit -n {files}; exec {program:?} run pipeline.toml corpus --threads 32");
        Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().expect("it starts")
    };
    let ended = run(40);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let records = fs::read_to_string(folder.path().join("out/records.jsonl")).expect("records");
    assert_eq!(records.lines().count(), 60);
    // With far too few it says what is wrong, or does its work.
    fs::remove_dir_all(folder.path().join("out")).expect("it goes");
    let ended = run(8);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() || said.contains("open files"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_limits_its_open_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipeline = |files: u32| {
        let text = format!(
            "[source]\nuse = \"files\"\npaths = [\"-\"]\n[[export]]\nuse = \"jsonl\"\n[run]\nout = \"out\"\nopen_files = {files}\n"
        );
        fs::write(folder.path().join("pipeline.toml"), text).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command.args(["run", "pipeline.toml"]).current_dir(folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    };
    let refused = pipeline(39).wait_with_output().expect("it ends");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("open_files"));

    // The run waits for its input meanwhile.
    let mut running = pipeline(64);
    let limits = format!("/proc/{}/limits", running.id());
    let limited = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let limits = fs::read_to_string(&limits).expect("it runs");
        limits.lines().any(|line| line.starts_with("Max open files") && line.split_whitespace().nth(3) == Some("64"))
    });
    running.stdin.take().expect("a pipe").write_all(b"A text.\n").expect("it reads");
    assert!(running.wait().expect("it ends").success());
    assert!(limited);
}
