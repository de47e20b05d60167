//! `copydesk run --shard` and `copydesk merge`: many runs, and the files of one.

use std::{collections::BTreeMap, fs, path::Path, thread};

use tempfile::TempDir;

use crate::program::{Ended, copydesk};

const PIPELINE: &str = "\
[[stage]]
use = \"strip-boilerplate\"
[[stage]]
use = \"extract-metadata\"
[[export]]
use = \"jsonl\"
[[export]]
use = \"csv\"
columns = [\"source.uri\", \"title\", \"text\"]
[run]
shard_documents = 4
";

/// A pipeline with small shards, many pages in files of their own, and some in one file.
fn work() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: String| folder.path().join(name);
    fs::write(at("p.toml".into()), PIPELINE).unwrap();
    fs::create_dir(at("pages".into())).unwrap();
    let text =
        |n: usize| format!("Ferry {n} was late again. It left the quay at noon, and nobody knew why it had waited.");
    for n in 0..60 {
        fs::write(at(format!("pages/{n:02}.txt")), format!("# Ferry {n}\n\n{}\n", text(n))).unwrap();
    }
    let lines: Vec<String> = (60..90).map(|n| format!("{{\"id\":{n},\"text\":\"{}\"}}\n", text(n))).collect();
    fs::write(at("pages/more.jsonl".into()), lines.concat()).unwrap();
    // Two files that belong to one job each as a whole.
    for (file, first) in [("pages/30-large.jsonl", 1000), ("pages/large.jsonl", 2000)] {
        let pad = "Boats on the sound had to wait for fog to lift. ".repeat(6000);
        let lines = (first..first + 16).map(|n| format!("{{\"id\":{n},\"text\":\"{}\",\"log\":\"{pad}\"}}\n", text(n)));
        fs::write(at(file.into()), lines.collect::<String>()).unwrap();
    }
    fs::write(at("pages/torn.html.gz".into()), b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff").unwrap();
    folder
}

fn run(command: &str, folder: &TempDir, out: &str, more: &[&str]) -> Ended {
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let given = [command.to_owned(), path("p.toml"), path("pages"), "--out".into(), path(out)];
    copydesk(given.iter().map(String::as_str).chain(more.iter().copied()), "")
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())).collect()
}

#[test]
fn shares_come_to_the_files_of_one_run_even_if_their_number_changes() {
    let folder = work();
    let nothing = run("merge", &folder, "nowhere", &[]);
    assert!(nothing.code == 2 && nothing.stderr.contains("no share of a run"), "{}", nothing.stderr);
    assert!(!folder.path().join("nowhere").exists(), "a wrong name makes no folder");
    assert_eq!(run("run", &folder, "whole", &[]).code, 1, "one page is torn");
    // Two of three shares, at once; the third is never done.
    thread::scope(|scope| {
        for share in ["1/3", "3/3"] {
            let folder = &folder;
            scope.spawn(move || assert!(run("run", folder, "out", &["--shard", share]).code <= 1, "{share}"));
        }
    });
    let out = folder.path().join("out");
    assert!(files(&out).is_empty(), "shares make no files");
    let early = run("merge", &folder, "out", &[]);
    assert_eq!(early.code, 2, "{}", early.stderr);
    assert!(early.stderr.contains("are not done yet") && early.stderr.contains(".txt"), "{}", early.stderr);
    assert!(files(&out).is_empty(), "nothing is made of a part");
    // The rest is cut in another way; what is done is not done again.
    let mut again = 0;
    for share in ["2/2", "1/2"] {
        let job = run("run", &folder, "out", &["--shard", share]);
        again += usize::from(job.stderr.contains("done before and not done again"));
        assert!(job.code <= 1, "{}", job.stderr);
    }
    assert_eq!(again, 2);
    let merged = run("merge", &folder, "out", &[]);
    assert_eq!(merged.code, 1, "{}", merged.stderr);
    assert!(merged.stderr.contains("done before and not done again: 123\n"), "{}", merged.stderr);
    assert_eq!(files(&out), files(&folder.path().join("whole")));
    assert_eq!(run("merge", &folder, "out", &[]).code, 1, "once more changes nothing");
    // A page that has come since belongs to somebody first.
    fs::write(folder.path().join("pages/99.txt"), "# New\n\nA page that has come since then, with a sentence in it.\n")
        .unwrap();
    let late = run("merge", &folder, "out", &[]);
    assert_eq!((late.code, files(&out)), (2, files(&folder.path().join("whole"))), "{}", late.stderr);
}

#[test]
fn what_makes_no_sense_with_a_share_is_refused() {
    let folder = work();
    for (command, more, says) in [
        ("run", vec!["--shard", "4/3"], "there is no 4"),
        ("run", vec!["--shard", "1/2", "--append"], "cannot be used with"),
        ("merge", vec!["--shard", "1/2"], "without `--shard`"),
        ("retry", vec!["--shard", "1/2"], "leave `--shard` out"),
    ] {
        let refused = run(command, &folder, "out", &more);
        assert_eq!(refused.code, 2, "{command} {more:?}");
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
    fs::create_dir(folder.path().join("empty")).unwrap();
    let (empty, out) =
        (folder.path().join("empty").display().to_string(), folder.path().join("out").display().to_string());
    let unmounted = copydesk(["run", "pipelines/news.toml", &empty, "-o", &out, "--shard", "2/2"], "");
    assert!(unmounted.code == 2 && unmounted.stderr.contains("no document among the inputs"), "{}", unmounted.stderr);
    let nowhere = copydesk(["run", "pipelines/news.toml", "a.html", "--out", "-", "--shard", "1/2"], "");
    assert!(nowhere.stderr.contains("name it with --out"), "{}", nowhere.stderr);
}
