//! The program with a model that it starts, one that is busy at first, and none.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

const OWN: &str = env!("CARGO_MANIFEST_DIR");

fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no python3");
    }
    found
}

/// A model that answers 503 so often at first, and where it is.
fn model(port: &str, busy: u32) -> (Child, String) {
    let mut command = Command::new("python3");
    command.args(["service.py", "--port", port, "--busy", &busy.to_string()]).current_dir(OWN).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut url = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut url).expect("it says where it is");
    (child, url.trim().to_owned())
}

/// The exit code of a run, and what it says.
fn run(folder: &Path, out: &str, url: Option<&str>, inputs: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_topics-copydesk"));
    command.args(["run", "pipeline.toml"]).args(inputs).arg("--out").arg(folder.join(out)).current_dir(OWN);
    command.env("TOPICS_CACHE", folder.join("cache")).env_remove("TOPICS_URL");
    if let Some(url) = url {
        command.env("TOPICS_URL", url);
    }
    let output = command.output().expect("the program starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn records(folder: &Path, out: &str) -> String {
    fs::read_to_string(folder.join(out).join("records.jsonl")).expect("records")
}

#[test]
fn the_program_starts_its_model_and_tags_documents() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (code, said) = run(folder.path(), "out", None, &[]);
    assert_eq!(code, Some(0), "{said}");
    let records = records(folder.path(), "out");
    assert!(records.contains("\"tags\":[\"transport\"]") && records.contains("\"markets\""), "{records}");
    // Another model that is started is at another address, and the same: nothing is done or asked again.
    let answers = || fs::read_dir(folder.path().join("cache")).expect("a cache").count();
    let kept = answers();
    let (_, said) = run(folder.path(), "out", None, &[]);
    assert!(said.contains("nothing to do"), "{said}");
    let (code, said) = run(folder.path(), "again", None, &[]);
    assert!(code == Some(0) && kept > 0 && answers() == kept, "{said}");
}

#[test]
fn a_model_ends_with_whoever_has_started_it_and_is_not_started_for_nothing() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_topics-copydesk"));
    let output = command.arg("--version").env("PATH", "").env_remove("TOPICS_URL").output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut command = Command::new(env!("CARGO_BIN_EXE_topics-copydesk"));
    let output = command.args(["check", "pipeline.toml"]).env("PATH", "").env_remove("TOPICS_URL").output();
    let said = String::from_utf8_lossy(&output.expect("it starts").stderr).into_owned();
    assert!(said.contains("python3") && said.contains("TOPICS_URL"), "{said}");
    if !has_python() {
        return;
    }
    let mut command = Command::new("python3");
    command.args(["service.py", "--port", "0", "--until-eof"]).current_dir(OWN);
    let mut model = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut url = String::new();
    BufReader::new(model.stdout.take().expect("a pipe")).read_line(&mut url).expect("it says where it is");
    assert!(model.try_wait().expect("it can be asked").is_none(), "it waits for questions");
    drop(model.stdin.take());
    assert!(model.wait().expect("it ends").success());
}

#[test]
fn a_busy_model_is_asked_again_and_one_that_is_gone_ends_the_run() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (mut child, url) = model("0", 3);
    let (code, said) = run(folder.path(), "busy", Some(&url), &[]);
    child.kill().and_then(|()| child.wait()).expect("it ends");
    assert_eq!(code, Some(0), "503 passes: {said}");
    // What was answered is kept: another run needs no model.
    let (code, said) = run(folder.path(), "again", Some(&url), &[]);
    assert_eq!((code, records(folder.path(), "again")), (Some(0), records(folder.path(), "busy")), "{said}");
    // What was not ends the run, which quarantines no more than it must, and goes on from there once there is a model.
    for n in 0..20 {
        fs::write(
            folder.path().join(format!("{n}.md")),
            format!("# Tram {n}\n\nThe tram number {n} runs to the lake.\n"),
        )
        .expect("a page");
    }
    let pages = folder.path().display().to_string();
    let new: Vec<String> = (0..20).map(|n| format!("{pages}/{n}.md")).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    let (code, said) = run(folder.path(), "new", Some(&url), &new);
    assert!(code == Some(2) && said.contains("has stopped the run") && said.contains("in a row"), "{said}");
    let port = url.rsplit([':', '/']).nth(1).expect("a port");
    let (mut child, url) = model(port, 0);
    let (code, said) = run(folder.path(), "new", Some(&url), &new);
    child.kill().and_then(|()| child.wait()).expect("it ends");
    assert!(code == Some(0) && records(folder.path(), "new").lines().count() == 20, "{said}");
}
