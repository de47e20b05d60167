//! Wrong pipeline files and the exact messages that people get for them.
//!
//! A case is a file in `tests/pipelines/invalid` with the message beside it, under the same name with `.stderr`. A new
//! case needs no code: add the file, run with `UPDATE_EXPECT=1`, and read the message as a user would.

use std::{fs, path::PathBuf};

use crate::program::{copydesk, root};

#[test]
fn every_wrong_file_gets_its_message() {
    let folder = root().join("tests/pipelines/invalid");
    let mut cases: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of wrong files")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml" || e == "json"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 12, "only {} cases", cases.len());
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.strip_prefix(root()).expect("inside the root").to_string_lossy().replace('\\', "/");
        let mut outcome = copydesk(["check", &name], "");
        outcome.stderr = without_lists(&outcome.stderr);
        if outcome.code != 2 {
            wrong.push(format!("{name}: exit code {} instead of 2", outcome.code));
        }
        let beside = case.with_extension("stderr");
        if update {
            fs::write(&beside, &outcome.stderr).expect("writable");
            continue;
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if outcome.stderr != expected {
            wrong.push(format!("{name}: expected\n{expected}\ngot\n{}", outcome.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}\n(UPDATE_EXPECT=1 takes the messages as they are)", wrong.join("\n"));
}

#[test]
fn the_house_s_own_pipelines_are_good() {
    for name in ["pipelines/news.toml", "pipelines/text.toml"] {
        let outcome = copydesk(["check", name], "");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{name}");
    }
}

/// A new stage or export is no reason to change a message: their lists are replaced by a name.
fn without_lists(message: &str) -> String {
    let catalog = copydesk_pipeline::builtin();
    let stages: Vec<String> = catalog.stages().iter().map(|e| format!("`{}`", e.name)).collect();
    let exports: Vec<String> = catalog.exports().iter().map(|e| format!("`{}`", e.name)).collect();
    let mut message = message.to_owned();
    for (names, name) in [(stages, "{every stage}"), (exports, "{every export}")] {
        let (last, first) = names.split_last().expect("the house has some");
        for word in ["and", "or"] {
            message = message.replace(&format!("{} {word} {last}", first.join(", ")), name);
        }
    }
    message
}
