//! `copydesk run` and its kin, as a user sees them: exit codes, files, what is printed where.

use std::{fs, path::Path, process::Stdio};

use crate::program::{command, copydesk};
use serde_json::Value;
use tempfile::TempDir;

const ARTICLE: &str = "\
# Night ferry starts in June

By Ada Stroem

The city council has agreed to let the harbour ferry sail through the night from the first of June. Boats will leave
every forty minutes, and tickets will cost the same as by day.

Residents of the northern shore had asked for the service for nine years. \"We stopped counting the letters,\" said the
head of their association, who has lived there for thirty years.
";

/// A gzip header, and then nothing that could follow it.
const TORN_GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// The files of a run, without what it keeps for itself.
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != ".copydesk").collect();
    names.sort();
    names
}

#[test]
fn the_same_run_again_does_nothing_and_a_retry_needs_a_run() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.html", b"<p>".repeat(3).as_slice())]);
    let (a, out) = (path(&files, "a.md"), path(&files, "out"));
    let none = copydesk(["retry", "pipelines/news.toml", &a, "-o", &out], "");
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("no run has ended in"), "{}", none.stderr);
    let args = ["run", "pipelines/news.toml", &a, "-o", &out];
    assert_eq!(copydesk(args, "").code, 0);
    let again = copydesk(args, "");
    assert_eq!(again.code, 0);
    assert!(again.stderr.contains("done before and not done again: 1\n"), "{}", again.stderr);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    let retry = copydesk(["retry", "pipelines/news.toml", &a, "-o", &out], "");
    assert_eq!(retry.code, 0, "{}", retry.stderr);
    assert!(retry.stderr.contains("0 read"), "{}", retry.stderr);
}

#[test]
fn a_retry_of_a_file_that_was_cut_says_that_it_holds_more() {
    let line = |i: u32| format!("{{\"text\":\"The harbour opens gate {i} in spring, said the town.\"}}");
    let all = (0..9).map(line).collect::<Vec<_>>().join("\n");
    let files = folder(&[("a.jsonl", &all.as_bytes()[..all.len() / 2])]);
    let (a, out) = (path(&files, "a.jsonl"), path(&files, "out"));
    assert_eq!(copydesk(["run", "text", &a, "-o", &out], "").code, 1);
    let before = fs::read(path(&files, "out/records.jsonl")).unwrap();
    fs::write(&a, &all).unwrap();
    let retry = copydesk(["retry", "text", &a, "-o", &out], "");
    assert_eq!(retry.code, 2, "{}", retry.stderr);
    assert!(retry.stderr.contains("worked on; `copydesk run` reads it anew"), "{}", retry.stderr);
    assert_eq!(fs::read(path(&files, "out/records.jsonl")).unwrap(), before);
    assert_eq!(copydesk(["run", "text", &a, "-o", &out], "").code, 0);
    assert_eq!(fs::read_to_string(path(&files, "out/records.jsonl")).unwrap().lines().count(), 9);
}

#[test]
fn standard_input_is_told_by_content_and_may_not_be_empty() {
    let table =
        "url,text\nhttp://a.example/1,\"It opens, said the town.\"\nhttp://a.example/2,\"It closes, said the town.\"\n";
    let ended = copydesk(["run", "text", "-"], table);
    assert_eq!((ended.code, ended.stdout.lines().count()), (0, 2), "{}", ended.stderr);
    let ended = copydesk(["run", "text", "-"], "");
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("there was no document"), "{}", ended.stderr);
}

#[test]
fn a_piece_of_a_page_has_text() {
    let ended =
        copydesk(["run", "text", "-"], "<p>The council said on Monday that the new terminal opens in spring.</p>");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let record: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(record["text"], "The council said on Monday that the new terminal opens in spring.");
}

/// A new build of the program differs in its bytes, and in nothing that a chain of the house's stages depends on.
#[test]
fn a_new_build_with_the_same_rules_does_nothing_again() {
    let files = folder(&[("a.md", ARTICLE.as_bytes())]);
    let (a, out, rebuilt) = (path(&files, "a.md"), path(&files, "out"), path(&files, "copydesk"));
    let args = ["run", "pipelines/news.toml", &a, "-o", &out];
    assert_eq!(copydesk(args, "").code, 0);
    let mut program = fs::read(env!("CARGO_BIN_EXE_copydesk")).unwrap();
    program.push(0);
    fs::write(&rebuilt, program).unwrap();
    fs::set_permissions(&rebuilt, fs::metadata(env!("CARGO_BIN_EXE_copydesk")).unwrap().permissions()).unwrap();
    let again = std::process::Command::new(&rebuilt).args(args).current_dir(crate::program::root()).output().unwrap();
    let stderr = String::from_utf8_lossy(&again.stderr);
    assert!(stderr.contains("nothing to do"), "{stderr}");
}

#[test]
fn a_run_leaves_its_records_and_nothing_else() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.md", ARTICLE.as_bytes())]);
    let out = path(&files, "out");
    let ended = copydesk(["run", "pipelines/news.toml", &path(&files, "a.md"), &path(&files, "b.md"), "-o", &out], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(names(Path::new(&out)), ["records.csv", "records.jsonl"]);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.starts_with("2 read = 2 written + 0 dropped + 0 quarantined\n"), "{}", ended.stderr);
    let records = fs::read_to_string(Path::new(&out).join("records.jsonl")).unwrap();
    let records: Vec<Value> = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["title"], "Night ferry starts in June");
    assert_eq!(records[0]["authors"], serde_json::json!(["Ada Stroem"]));
}

#[test]
fn what_a_pipeline_leaves_out_of_folders_stays_out_of_those_on_the_command_line() {
    // pipelines/news.toml leaves out `expected.json`.
    let files = folder(&[("input.md", ARTICLE.as_bytes()), ("expected.json", b"{}")]);
    let ended = copydesk(["run", "pipelines/news.toml", &path(&files, ""), "-o", &path(&files, "out")], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.starts_with("1 read = 1 written"), "{}", ended.stderr);
}

#[test]
fn a_bad_document_is_set_aside_and_told_of() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.html.gz", TORN_GZIP)]);
    let out = path(&files, "out");
    let ended = copydesk(["run", "pipelines/news.toml", &path(&files, ""), "-o", &out], "");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert_eq!(names(Path::new(&out)), ["quarantine.jsonl", "records.csv", "records.jsonl"]);
    assert!(ended.stderr.contains("2 read = 1 written + 0 dropped + 1 quarantined"), "{}", ended.stderr);
    let entry = fs::read_to_string(Path::new(&out).join("quarantine.jsonl")).unwrap();
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert_eq!(entry["stage"], "parse");
    assert!(entry["uri"].as_str().unwrap().ends_with("b.html.gz"), "{entry}");
}

#[test]
fn what_cannot_start_ends_with_two_and_one_sentence() {
    for (args, says) in [
        (["run", "no-such-pipeline.toml", "x"], "there is no pipeline file no-such-pipeline.toml"),
        (["run", "pipelines/news.toml", "no-such-input.html"], "no-such-input.html"),
        (["run", "pipelines/text.toml", "--quiet"], "name inputs on the command line"),
        (["run", "pipelines", "x"], "pipelines is a folder"),
        (["stages", "strip-boilerplat", "-q"], "did you mean `strip-boilerplate`?"),
        (["explain", "no-such-input.html", "-q"], "no-such-input.html"),
        (["run", "pipelines/news.toml", "--out=README.md"], "README.md is no folder"),
    ] {
        let ended = copydesk(args, "");
        assert_eq!(ended.code, 2, "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(says), "{args:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("panicked") && ended.stdout.is_empty(), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn one_document_goes_from_pipe_to_pipe() {
    let ended = copydesk(["run", "pipelines/text.toml", "-", "-q"], ARTICLE);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let record: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(record["language"], "en");
    assert!(record["text"].as_str().unwrap().starts_with("The city council has agreed"), "{record}");
}

#[test]
fn a_dry_run_reads_all_and_writes_nothing() {
    let files = folder(&[("a.md", ARTICLE.as_bytes())]);
    let out = path(&files, "out");
    let ended = copydesk(["run", "pipelines/news.toml", &path(&files, "a.md"), "-o", &out, "--dry-run"], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(!Path::new(&out).exists());
    assert!(ended.stderr.contains("1 read = 1 written"), "{}", ended.stderr);
}

#[test]
fn threads_and_batches_change_no_byte() {
    let many: Vec<(String, String)> =
        (0..40).map(|i| (format!("{i:02}.md"), ARTICLE.replace("nine years", &format!("{i} years")))).collect();
    let files: Vec<(&str, &[u8])> = many.iter().map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
    let files = folder(&files);
    let pages = path(&files, "");
    let run = |threads: &str, batch: &str| {
        let out = tempfile::tempdir().unwrap();
        let to = out.path().to_str().unwrap().to_owned();
        let args = ["run", "pipelines/news.toml", &pages, "-q", "-j", threads, "--batch", batch, "-o", &to];
        let ended = copydesk(args, "");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ["records.jsonl", "records.csv"].map(|name| fs::read(out.path().join(name)).unwrap())
    };
    let one = run("1", "1");
    assert_eq!(String::from_utf8_lossy(&one[0]).lines().count(), 40);
    assert!(one == run("2", "7"), "two threads wrote something else");
    assert!(one == run("2", "128"), "another batch wrote something else");
}

#[test]
fn limit_stops_early() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.md", ARTICLE.as_bytes())]);
    let ended = copydesk(["run", "pipelines/text.toml", &path(&files, ""), "--limit", "1"], "");
    assert_eq!((ended.code, ended.stdout.lines().count()), (0, 1));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let many = ARTICLE.repeat(120);
    let files = folder(&[("a.md", many.as_bytes())]);
    for args in [
        vec!["run", "pipelines/text.toml", "a", "-q"],
        vec!["explain", "a"],
        vec!["schema"],
        vec!["stages"],
        vec!["completions", "bash"],
        vec!["--help"],
    ] {
        let file = path(&files, "a.md");
        let args: Vec<&str> = args.into_iter().map(|a| if a == "a" { file.as_str() } else { a }).collect();
        let mut child = command(&args).stdin(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && stderr.is_empty(), "{args:?}: {:?} {stderr}", output.status);
    }
}

#[test]
fn with_json_logs_every_line_on_standard_error_is_json() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.html.gz", TORN_GZIP)]);
    let pages = path(&files, "");
    for args in [
        vec!["run", "pipelines/text.toml", &pages, "--log-format", "json"],
        vec!["run", "pipelines/text.toml", "no-such-input", "--log-format", "json"],
        vec!["check", "tests/pipelines/invalid/unknown-stage.toml", "--log-format", "json"],
    ] {
        let ended = copydesk(&args, "");
        assert!(ended.code > 0 && !ended.stderr.is_empty(), "{args:?}");
        for line in ended.stderr.lines() {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{args:?}: {e}: {line}"));
            assert!(value["level"].is_string() && value["timestamp"].is_string(), "{line}");
        }
    }
}

#[test]
fn colour_is_used_when_asked_for_and_not_in_a_pipe() {
    let colour = |args: &[&str]| copydesk(args, "").stdout.contains('\u{1b}');
    assert!(colour(&["stages", "--color", "always"]));
    assert!(!colour(&["stages"]));
    assert!(!colour(&["stages", "--color", "never"]));
}

#[test]
fn schemas_and_completions_are_printed_whole() {
    for args in [vec!["schema"], vec!["schema", "record"], vec!["schema", "stage", "detect-language"]] {
        let ended = copydesk(&args, "");
        let schema: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(schema["properties"].is_object(), "{args:?}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(copydesk(["completions", shell], "").stdout.contains("copydesk"), "{shell}");
    }
}

#[test]
fn every_option_of_every_stage_has_a_doc() {
    let stages = copydesk(["schema"], "").stdout;
    let schema: Value = serde_json::from_str(&stages).unwrap();
    for part in ["stage", "export"] {
        for entry in schema["properties"][part]["items"]["oneOf"].as_array().unwrap() {
            for (name, option) in entry["properties"].as_object().unwrap() {
                assert!(option["description"].is_string(), "{name} of {}", entry["properties"]["use"]["const"]);
            }
        }
    }
}

#[test]
fn an_output_folder_is_somebodys() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.md", ARTICLE.as_bytes()), ("c.md", ARTICLE.as_bytes())]);
    let (a, b, c, out) = (path(&files, "a.md"), path(&files, "b.md"), path(&files, "c.md"), path(&files, "out"));
    assert_eq!(copydesk(["run", "pipelines/news.toml", &a, &b, "-o", &out], "").code, 0);
    let records = || fs::read_to_string(files.path().join("out/records.jsonl")).unwrap().lines().count();
    let refused = |args: &[&str], word: &str| {
        let done = copydesk([&["run"], args, &["-o", &out]].concat(), "");
        assert_eq!((done.code, records()), (2, 2), "{}", done.stderr);
        for word in [word, "--replace", "--out", "Nothing was changed"] {
            assert!(done.stderr.contains(word), "`{word}` is not in {}", done.stderr);
        }
    };
    refused(&["pipelines/news.toml", &c], "b.md");
    refused(&["pipelines/news.toml", &a], "a record whose input is not among those of this run");
    refused(&["pipelines/news.toml", &a, &b, "--limit", "1"], "b.md");
    refused(&["pipelines/text.toml", &a, &b], "another pipeline");
    // More inputs lose nothing.
    let more = copydesk(["run", "pipelines/news.toml", &a, &b, &c, "-o", &out], "");
    assert_eq!((more.code, records()), (0, 3), "{}", more.stderr);
    let replaced = copydesk(["run", "pipelines/news.toml", &c, "-o", &out, "--replace"], "");
    assert_eq!((replaced.code, records()), (0, 1), "{}", replaced.stderr);
    // What is somebody else's is not replaced at all.
    fs::write(files.path().join("out/mine.txt"), "mine").unwrap();
    fs::remove_dir_all(files.path().join("out/.copydesk")).unwrap();
    let foreign = copydesk(["run", "pipelines/news.toml", &c, "-o", &out, "--replace"], "");
    assert_eq!((foreign.code, records()), (2, 1));
    assert!(foreign.stderr.contains("was not written by copydesk"), "{}", foreign.stderr);
}

#[test]
fn a_built_in_pipeline_goes_by_its_name_wherever_the_command_is_given() {
    let files = folder(&[("a.md", ARTICLE.as_bytes())]);
    let (a, out) = (path(&files, "a.md"), path(&files, "deep/out"));
    assert_eq!(copydesk(["run", "news", &a, "-o", &out], "").code, 0);
    let refused = copydesk(["run", "text", &a, "-o", &out], "");
    assert!(refused.code == 2 && refused.stderr.contains("another pipeline (news)"), "{}", refused.stderr);
}

#[test]
fn threads_have_a_bound() {
    let done = copydesk(["run", "pipelines/news.toml", "README.md", "-j", "20000", "-n"], "");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("at most 1024 threads"), "{}", done.stderr);
}

#[test]
fn a_log_that_nobody_reads_does_not_end_a_run() {
    let pages: Vec<(String, &[u8])> = (0..40).map(|i| (format!("{i}.md"), ARTICLE.as_bytes())).collect();
    let pages: Vec<(&str, &[u8])> = pages.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let files = folder(&pages);
    let (pages, out) = (path(&files, "."), path(&files, "out"));
    let mut child = command(["run", "pipelines/news.toml", &pages, "-o", &out, "--trace", "-vvv"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As `head` does when it has seen enough.
    drop(child.stderr.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_to_string(files.path().join("out/records.jsonl")).unwrap().lines().count(), 40);
}

#[test]
fn what_is_appended_stands_behind() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.md", ARTICLE.as_bytes())]);
    let (a, b, out) = (path(&files, "a.md"), path(&files, "b.md"), path(&files, "out"));
    let uris = |name: &str| -> Vec<String> {
        let text = fs::read_to_string(files.path().join("out").join(name)).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| record["source"]["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    };
    let append = |input: &str| copydesk(["run", "pipelines/news.toml", input, "-o", &out, "--append"], "");
    assert_eq!(append(&a).code, 0);
    assert_eq!(append(&b).code, 0);
    assert_eq!(uris("records.jsonl"), ["a.md", "b.md"]);
    assert_eq!(uris("delta/000002/records.jsonl"), ["b.md"]);
    fs::write(files.path().join("a.md"), ARTICLE.replace("forty", "thirty")).unwrap();
    assert_eq!(append(&a).code, 0);
    assert_eq!(
        (uris("records.jsonl"), uris("delta/000003/records.jsonl")),
        (vec!["b.md".into(), "a.md".into()], vec!["a.md".to_owned()])
    );
    let both = copydesk(["run", "pipelines/news.toml", &a, "-o", &out, "--append", "--replace"], "");
    assert_eq!(both.code, 2);
}

#[test]
fn rows_without_a_name_or_with_the_same_name_stay_when_others_are_appended() {
    let files = folder(&[]);
    let (list, out) = (path(&files, "list.jsonl"), path(&files, "out"));
    let row = |id: Option<u64>, ferries: &str| {
        let text = ARTICLE.replace("forty", ferries);
        let row =
            id.map_or_else(|| serde_json::json!({ "text": text }), |id| serde_json::json!({ "id": id, "text": text }));
        format!("{row}\n")
    };
    let mut rows = vec![row(None, "ten"), row(None, "eleven"), row(Some(7), "twelve"), row(Some(7), "thirteen")];
    let mut append = |more: Vec<String>| {
        rows.extend(more);
        fs::write(&list, rows.concat()).unwrap();
        let done = copydesk(["run", "pipelines/news.toml", &list, "-o", &out, "--append"], "");
        assert_eq!(done.code, 0, "{}", done.stderr);
        fs::read_to_string(files.path().join("out/records.jsonl")).unwrap().lines().count()
    };
    assert_eq!(append(Vec::new()), 4);
    assert_eq!(append(vec![row(None, "fourteen"), row(Some(7), "fifteen")]), 6);
    assert_eq!(append(vec![row(None, "sixteen")]), 7);
}

#[test]
fn files_that_are_as_they_were_are_not_read_and_the_careful_read_them() {
    let files = folder(&[("a.md", ARTICLE.as_bytes()), ("b.md", ARTICLE.as_bytes())]);
    let (a, b, out) = (path(&files, "a.md"), path(&files, "b.md"), path(&files, "out"));
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    let age = |name: &str| fs::File::options().write(true).open(name).unwrap().set_modified(long_ago).unwrap();
    age(&a);
    age(&b);
    let append = |more: &[&str]| {
        let done = copydesk([&["run", "pipelines/news.toml", &a, &b, "-o", &out, "--append"], more].concat(), "");
        assert_eq!(done.code, 0, "{}", done.stderr);
        done.stderr
    };
    assert!(append(&[]).contains("2 read"));
    // Another text of the same size and time of change: only a look into the file tells.
    fs::write(&a, ARTICLE.replace("forty", "fifty")).unwrap();
    age(&a);
    assert!(append(&[]).contains("skipped: not changed 2"));
    assert!(append(&["--checksum"]).contains("1 read"));
}

#[test]
fn files_that_are_read_in_another_way_are_not_as_they_were() {
    let files = folder(&[("list.jsonl", &br#"{"a": "The ferry is late.", "b": "The train is early."}"#[..])]);
    let (list, out, pipeline) = (path(&files, "list.jsonl"), path(&files, "out"), path(&files, "p.toml"));
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    fs::File::options().write(true).open(&list).unwrap().set_modified(long_ago).unwrap();
    let append = |field: &str| {
        let source = format!("[source]\nuse = \"jsonl\"\npaths = [{list:?}]\ntext = [{field:?}]\n");
        let rest = "[[stage]]\nuse = \"strip-boilerplate\"\n[[export]]\nuse = \"jsonl\"\n";
        fs::write(&pipeline, source + rest).unwrap();
        let done = copydesk(["run", &pipeline, "-o", &out, "--append"], "");
        assert_eq!(done.code, 0, "{}", done.stderr);
        done.stderr
    };
    assert!(append("a").contains("1 read"));
    assert!(append("a").contains("skipped: not changed 1"));
    assert!(append("b").contains("1 read"));
}

#[test]
fn what_is_dropped_or_passed_over_is_listed() {
    let pages = folder(&[("a.md", ARTICLE.as_bytes()), ("b.pdf", b"%PDF-1.4\n"), (".c.md", ARTICLE.as_bytes())]);
    let (a, inside, out) = (path(&pages, "a.md"), path(&pages, ""), path(&pages, "out"));
    let ended = copydesk(["run", "pipelines/news.toml", &inside, &a, "-o", &out], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let list = fs::read_to_string(format!("{out}/skipped.jsonl")).unwrap();
    let list: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |name: &str| {
        let entry = list.iter().find(|entry| entry["uri"].as_str().is_some_and(|uri| uri.ends_with(name)));
        let entry = entry.unwrap_or_else(|| panic!("{name} is not listed"));
        let of = |key: &str| entry[key].as_str().unwrap().to_owned();
        (of("kind"), of("stage"), of("reason"))
    };
    assert_eq!(list.len(), 3, "{list:?}");
    let (kind, stage, reason) = said("/b.pdf");
    assert!(kind == "dropped" && stage == "parse" && reason.contains("pdftotext"), "{kind} {stage} {reason}");
    assert_eq!(said("/.c.md"), ("skipped".into(), "source".into(), "hidden".into()));
    assert!(said("/a.md").2.contains("read already"));
    // What another run reads is skipped no more.
    let ended = copydesk(["run", "pipelines/news.toml", &path(&pages, ".c.md"), "-o", &out, "--append"], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let list = fs::read_to_string(format!("{out}/skipped.jsonl")).unwrap();
    assert!(list.contains("/b.pdf") && list.contains("/a.md") && !list.contains("/.c.md"), "{list}");
    // A folder of nothing else is no success.
    fs::remove_file(a).unwrap();
    let ended = copydesk(["run", "pipelines/news.toml", &inside, "-o", &path(&pages, "other")], "");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
}

#[test]
fn a_retry_tries_no_other_record_for_the_one_that_was_set_aside() {
    let line = |n: u32| format!("{{\"text\": \"The harbour office counted {n} ships last night.\"}}\n");
    let good = [line(1), line(2), line(3)];
    let files = folder(&[("a.jsonl", format!("{}{{broken\n{}", good[0], good[2]).as_bytes())]);
    let (a, out) = (path(&files, "a.jsonl"), path(&files, "out"));
    let run = |command: &str| copydesk([command, "pipelines/news.toml", &a, "-o", &out], "");
    assert_eq!(run("run").code, 1);
    fs::write(&a, format!("{}{}{}{}", line(0), good[0], good[1], good[2])).unwrap();
    let shifted = run("retry");
    assert_eq!(shifted.code, 2, "{}", shifted.stderr);
    assert!(shifted.stderr.contains("has changed in other places"), "{}", shifted.stderr);
    fs::write(&a, good.concat()).unwrap();
    let mended = run("retry");
    assert_eq!(mended.code, 0, "{}", mended.stderr);
    assert_eq!(fs::read_to_string(format!("{out}/records.jsonl")).unwrap().lines().count(), 3);
    assert!(!Path::new(&out).join("quarantine.jsonl").exists());
}
