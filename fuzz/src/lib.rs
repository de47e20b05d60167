//! What the fuzz targets share: a panic anywhere is a find, whoever catches it.

use std::{fs, sync::LazyLock};

use copydesk_document::Input;
use copydesk_runner::{Chain, Outcome};
use copydesk_stage::SourceItem;
use serde_json::json;

static CHAIN: LazyLock<Chain> = LazyLock::new(|| {
    let path = "pipelines/news.toml";
    let text = include_str!("../../pipelines/news.toml");
    copydesk_pipeline::load(path, text, &copydesk_pipeline::builtin()).expect("a pipeline of the house").chain
});

/// Takes a document through all stages of the news pipeline.
pub fn document(uri: &str, before: &[u8], data: &[u8]) {
    let outcome = CHAIN.process_one(Input::new(uri, [before, data].concat()));
    if let Outcome::Quarantined(entry) = outcome {
        assert_ne!(entry.rule, "panic", "{}: {}", entry.stage, entry.error);
    }
}

/// Reads a file that holds many documents to its end.
pub fn container(source: &str, data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("input");
    fs::write(&path, data).expect("a file");
    let catalog = copydesk_pipeline::builtin();
    let kind = catalog.find_source(source).expect("a source of the house");
    let source = kind.build(&json!({ "paths": [path] })).expect("a good config");
    let mut bytes = 0;
    let Ok(items) = source.open() else { return };
    for item in items {
        match item {
            Ok(SourceItem::Input(input)) => bytes += input.bytes.len(),
            Ok(SourceItem::Bad { .. } | SourceItem::Skipped { .. }) => {}
            Err(_) => break,
        }
    }
    assert!(bytes <= 64 << 20, "{bytes} bytes of documents in {} bytes of file", data.len());
}

/// Reads a pipeline file: what is wrong with it is said, and never a panic.
pub fn pipeline(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for path in ["fuzz.toml", "fuzz.json"] {
        if let Err(diagnosis) = copydesk_pipeline::load(path, text, &copydesk_pipeline::builtin()) {
            assert!(!diagnosis.to_string().is_empty());
        }
    }
}
