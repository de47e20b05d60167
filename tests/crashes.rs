//! A stage that takes its process down costs the document that it worked on, and nothing else: tests with real processes.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// What documents ask for, and the rule by which they are set aside.
const POISON: [(&str, &str); 7] = [
    ("ABORT", "crash"),
    ("EXIT", "crash"),
    ("OVERFLOW", "limit.stack"),
    ("KILL", "crash"),
    ("EAT", "limit.memory"),
    ("HANG", "limit.time"),
    ("SPIN", "limit.time"),
];

const PIPELINE: &str = "\
[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\nuse = \"STAGE\"\n[[export]]\nuse = \"jsonl\"\n[[export]]\nuse = \"csv\"\n
[run]\nshard_documents = 4\nseconds_per_document = 0.3\nmemory_per_document = 268435456\n";

fn text(n: usize, asks: &str) -> String {
    format!("# The {n}th report\n\nThe harbour office counted {n} ships last night, and says PLEASE {asks}.\n")
}

/// A folder with a pipeline and documents, of which some are poison.
fn bench(stage: &str, poison: &[(&str, usize)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("p.toml"), PIPELINE.replace("STAGE", stage)).expect("a pipeline");
    fs::create_dir(folder.path().join("in")).expect("a folder");
    for n in 0..40 {
        let asks = poison.iter().find(|(_, at)| *at == n).map_or("nothing", |(asks, _)| asks);
        fs::write(folder.path().join(format!("in/{n:02}.md")), text(n, asks)).expect("a document");
    }
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poisoned-copydesk"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().expect("the program starts")
}

fn lines(file: PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The rules by which documents were set aside, by name.
fn quarantine(out: &Path) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    lines(out.join("quarantine.jsonl")).iter().map(|entry| (text(&entry["uri"]), text(&entry["rule"]))).collect()
}

/// All files of a folder, but for the times that serve speed only.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(".copydesk/times") {
                let name = path.strip_prefix(folder).expect("it is below").to_owned();
                tree.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    tree
}

fn each_costs_itself(stage: &str) {
    let poison: Vec<(&str, usize)> = POISON.iter().enumerate().map(|(n, (asks, _))| (*asks, n * 5 + 2)).collect();
    let folder = bench(stage, &poison);
    let ended = run(folder.path(), &["run", "p.toml", "in", "-o", "out", "-j", "2"]);
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    let out = folder.path().join("out");
    let expected = POISON.iter().enumerate().map(|(n, (_, rule))| (format!("in/{:02}.md", n * 5 + 2), (*rule).into()));
    assert_eq!(quarantine(&out), expected.collect(), "{said}");
    assert_eq!(lines(out.join("records.jsonl")).len(), 40 - POISON.len());
    let entries = lines(out.join("quarantine.jsonl"));
    for (asks, signal) in [("ABORT", "SIGABRT"), ("KILL", "SIGKILL"), ("OVERFLOW", "SIGABRT"), ("EXIT", "exit code 7")]
    {
        let at = poison.iter().find(|(poison, _)| *poison == asks).expect("it is there").1;
        let entry = entries.iter().find(|entry| entry["uri"] == format!("in/{at:02}.md")).expect("it is set aside");
        assert!(entry["error"].as_str().expect("a sentence").contains(signal), "{entry}");
        assert_eq!(entry["stage"], *stage);
        assert!(entry["sha256"].is_string());
    }
}

#[test]
fn poison_costs_itself() {
    each_costs_itself("poison");
}

#[test]
fn poison_costs_itself_where_stages_wait() {
    each_costs_itself("slow-poison");
}

#[test]
fn a_run_over_poison_that_is_killed_comes_to_the_same() {
    let folder = bench("poison", &[("ABORT", 3), ("OVERFLOW", 20), ("SPIN", 34)]);
    let run_with =
        |out: &str, threads: &str| command(folder.path(), &["run", "p.toml", "in", "-o", out, "-q", "-j", threads]);
    let run_to = |out: &str| run_with(out, "2");
    let start = Instant::now();
    assert_eq!(run_with("whole", "1").status().expect("it ends").code(), Some(1));
    let usual = start.elapsed();
    for share in [2, 5_u32] {
        let mut child = run_to("torn").spawn().expect("it starts");
        std::thread::sleep(usual * share / 7);
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        assert_eq!(run_to("torn").status().expect("it ends").code(), Some(1));
        assert!(tree(&folder.path().join("whole")) == tree(&folder.path().join("torn")), "killed after {share}/7");
        fs::remove_dir_all(folder.path().join("torn")).expect("it goes");
    }
}

#[test]
fn nobody_is_left_behind() {
    let folder = bench("poison", &[("HANG", 3)]);
    // A hang without a limit, so that the worker would go on for ever.
    let text = fs::read_to_string(folder.path().join("p.toml")).expect("the pipeline");
    fs::write(folder.path().join("p.toml"), text.replace("document = 0.3", "document = 0")).expect("the pipeline");
    let mut child = command(folder.path(), &["run", "p.toml", "in", "-o", "out", "-q"]).spawn().expect("it starts");
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let wait_for = |what: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !what() && start.elapsed() < Duration::from_mins(1) {
            std::thread::sleep(Duration::from_millis(20));
        }
        what()
    };
    let worker = || fs::read_to_string(&children).unwrap_or_default().trim().to_owned();
    let told = Path::new(&children).exists();
    let found = told && wait_for(&|| !worker().is_empty());
    let worker = PathBuf::from(format!("/proc/{}", worker()));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    if !told {
        eprintln!("skipped: this system does not tell the children of a process");
        return;
    }
    assert!(found, "there is no worker");
    assert!(wait_for(&|| !worker.exists()), "the worker lives on");
}

#[test]
fn what_a_stage_prints_and_reads_is_not_ours() {
    let folder = bench("poison", &[]);
    let pipeline = fs::read_to_string(folder.path().join("p.toml")).expect("the pipeline");
    let pipeline = pipeline.replace("[[export]]\nuse = \"csv\"\n", "");
    fs::write(folder.path().join("p.toml"), pipeline).expect("the pipeline");
    let mut command = command(folder.path(), &["run", "p.toml", "-", "-o", "-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
    let documents = ["PRINT", "READ", "ABORT", "nothing"].iter().enumerate().fold(String::new(), |all, (n, asks)| {
        let document = serde_json::json!({ "text": text(n, asks) });
        format!("{all}{document}\n")
    });
    child.stdin.take().expect("a pipe").write_all(documents.as_bytes()).expect("it reads");
    let ended = child.wait_with_output().expect("it ends");
    let printed = String::from_utf8(ended.stdout).expect("UTF-8");
    let uris: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON only")["source"]["uri"].clone())
        .collect();
    assert_eq!(uris, ["-#line-1", "-#line-2", "-#line-4"], "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn explain_says_what_becomes_of_poison() {
    let folder = bench("poison", &[("ABORT", 0), ("SPIN", 1)]);
    for (file, says) in [("in/00.md", "rule crash"), ("in/01.md", "rule limit.time")] {
        let ended = run(folder.path(), &["explain", file, "-p", "p.toml"]);
        let printed = String::from_utf8_lossy(&ended.stdout);
        assert!(printed.contains("quarantined in poison") && printed.contains(says), "{printed}");
        assert_eq!(ended.status.code(), Some(1));
    }
    assert_eq!(run(folder.path(), &["explain", "in/02.md", "-p", "p.toml"]).status.code(), Some(0));
}

#[test]
fn a_pipeline_s_own_tests_outlive_poison() {
    let folder = bench("poison", &[("ABORT", 0)]);
    let tests = "[[test]]\nname = \"the worst\"\nfile = \"in/00.md\"\noutcome = \"quarantined\"\nrule = \"crash\"\n\n\
                 [[test]]\nname = \"the next\"\nfile = \"in/01.md\"\nrecord.language = \"fr\"\n";
    let pipeline = fs::read_to_string(folder.path().join("p.toml")).expect("the pipeline");
    fs::write(folder.path().join("p.toml"), pipeline + tests).expect("the pipeline");
    let ended = run(folder.path(), &["test", "p.toml"]);
    let printed = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(printed.contains("ok   the worst") && printed.contains("FAIL the next"), "{printed}");
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn a_worker_is_nobodys_command() {
    let folder = bench("poison", &[]);
    let ended = run(folder.path(), &["worker"]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("called by the program itself"));
}
