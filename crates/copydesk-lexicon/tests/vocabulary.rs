//! Runs the examples of every built-in vocabulary file.

use std::path::{Path, PathBuf};

use copydesk_lexicon::{Lexicon, examples};

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("the data folder stands beside the tests") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "toml") {
            out.push(path);
        }
    }
}

fn data() -> Vec<PathBuf> {
    let mut out = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data"), &mut out);
    out.sort();
    out
}

#[test]
fn every_example_of_every_file_holds() {
    let mut failed = Vec::new();
    for path in data() {
        let source = std::fs::read_to_string(&path).expect("readable");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match examples::failures(&source, Lexicon::builtin()) {
            Ok(list) => failed.extend(list.into_iter().map(|f| format!("{name}: {f}"))),
            Err(e) => failed.push(format!("{name}: {e}")),
        }
    }
    assert!(failed.is_empty(), "{} examples fail:\n{}", failed.len(), failed.join("\n"));
}
