//! Golden documents: `corpus/<pipeline>/<case>/{input.*, expected.json}`, through `pipelines/<pipeline>.toml`.
//!
//! A new one is a folder with an input; `UPDATE_EXPECT=1` writes what is expected, and the diff is reviewed as code.

use std::{
    fs,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use copydesk_document::Input;
use copydesk_pipeline::Pipeline;
use copydesk_record::{Markup, Options, to_record};
use copydesk_runner::{Outcome, Output, Run};
use copydesk_stage::{Assembly, DocumentView};
use serde_json::json;

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn pipeline(name: &str) -> Pipeline {
    let path = format!("pipelines/{name}.toml");
    let text = fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    copydesk_pipeline::load(&path, &text, &copydesk_pipeline::builtin()).unwrap_or_else(|error| panic!("{error}"))
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let paths = entries.map(|e| e.expect("it can be read").path());
    // Texts whose lines are marked have a test of their own.
    let marked = |path: &Path| ["scraped", "learned", "unseen"].contains(&name(path).as_str());
    let mut folders: Vec<_> = paths.filter(|path| path.is_dir() && !marked(path)).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The one `input.*` of a case.
fn input(case: &Path) -> PathBuf {
    let entries = fs::read_dir(case).expect("a case folder can be read").map(|e| e.expect("it can be read").path());
    let inputs: Vec<_> = entries.filter(|path| name(path).starts_with("input.")).collect();
    assert!(inputs.len() == 1, "{} has {} files input.*", case.display(), inputs.len());
    inputs[0].clone()
}

/// What the record says, short of what can be read off the input and of what moves with every tuning.
fn shown(outcome: &Outcome) -> String {
    let value = match outcome {
        Outcome::Kept(doc) => {
            let options = Options { blocks: false, metadata: false, decisions: false, markdown: None, nested: true };
            serde_json::to_value(to_record(doc, options)).expect("a record is JSON")
        }
        Outcome::Dropped { stage, reason, .. } => json!({ "dropped": { "stage": stage, "reason": reason } }),
        Outcome::Quarantined(entry) => {
            json!({ "quarantined": { "stage": entry.stage, "rule": entry.rule, "error": entry.error } })
        }
    };
    serde_json::to_string_pretty(&value).expect("it is JSON") + "\n"
}

#[test]
fn every_golden_document_gives_its_record() {
    let mut failed = Vec::new();
    let mut cases = 0;
    for folder in folders(&root().join("corpus")) {
        let pipeline_name = name(&folder);
        let chain = pipeline(&pipeline_name).chain;
        for case in folders(&folder) {
            cases += 1;
            let path = input(&case);
            let uri = format!("corpus/{pipeline_name}/{}/{}", name(&case), name(&path));
            let bytes = fs::read(&path).expect("an input can be read");
            let shown = shown(&chain.process_one(Input::new(uri.clone(), bytes)));
            let expected = case.canonicalize().expect("it is there").join("expected.json");
            let same = || expect_test::expect_file![expected].assert_eq(&shown);
            if catch_unwind(AssertUnwindSafe(same)).is_err() {
                failed.push(uri);
            }
        }
    }
    assert!(cases > 0, "corpus/ holds documents");
    assert!(failed.is_empty(), "{} of {cases} documents give something else:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_record_and_view_fits_the_schema_in_the_repository() {
    let schema_at = |path: &str| {
        let text = fs::read(root().join(path)).expect("the schema can be read");
        let schema: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        jsonschema::draft202012::new(&schema).expect("it is a schema")
    };
    let schema = schema_at("crates/copydesk-record/schema/record-v1.json");
    let view_schema = schema_at("crates/copydesk-stage/schema/document-view-v1.json");
    let options =
        Options { blocks: true, metadata: true, decisions: true, markdown: Some(Markup::default()), nested: true };
    let mut records = 0;
    for folder in folders(&root().join("corpus")) {
        let chain = pipeline(&name(&folder)).chain;
        for case in folders(&folder) {
            let bytes = fs::read(input(&case)).expect("an input can be read");
            let Outcome::Kept(doc) = chain.process_one(Input::new(name(&case), bytes)) else { continue };
            let mut record = serde_json::to_value(to_record(&doc, options)).expect("a record is JSON");
            let errors: Vec<String> =
                schema.iter_errors(&record).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", case.display());
            // The check can fail: a text that is a number is no record.
            record["text"] = json!(1);
            assert!(!schema.is_valid(&record));
            let view = serde_json::to_value(DocumentView::of(&doc)).expect("a view is JSON");
            let errors: Vec<String> =
                view_schema.iter_errors(&view).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", case.display());
            records += 1;
        }
    }
    assert!(records > 0, "corpus/ holds documents");
}

#[test]
fn every_export_takes_every_document() {
    let documents: Vec<_> = folders(&root().join("corpus"))
        .iter()
        .flat_map(|folder| {
            let chain = pipeline(&name(folder)).chain;
            folders(folder).into_iter().filter_map(move |case| {
                let bytes = fs::read(input(&case)).expect("an input can be read");
                match chain.process_one(Input::new(name(&case), bytes)) {
                    Outcome::Kept(doc) => Some(doc),
                    _ => None,
                }
            })
        })
        .collect();
    assert!(!documents.is_empty(), "corpus/ holds documents");
    let catalog = copydesk_pipeline::builtin();
    let tables = ["documents", "blocks", "captions", "decisions"].map(|table| ("parquet", json!({ "table": table })));
    let usual = catalog.exports().iter().map(|entry| (entry.name, json!({})));
    let folder = tempfile::tempdir().expect("a folder");
    for (kind, config) in usual.chain(tables) {
        let export = catalog.find_export(kind).expect("the house has it").build(&config).expect("valid");
        let mut parts = Vec::new();
        for shard in documents.chunks(10) {
            let mut rows = Vec::new();
            for doc in shard {
                export.encode(doc, &mut rows).unwrap_or_else(|error| panic!("{kind}: {}: {error}", doc.source.uri));
            }
            parts.push(export.part(rows).unwrap_or_else(|error| panic!("{kind}: {error}")));
        }
        if let Assembly::Built(assemble) = export.assembly() {
            let to = folder.path().join("file");
            assemble.assemble(&mut parts.into_iter().map(Ok), &to).unwrap_or_else(|error| panic!("{kind}: {error}"));
            fs::remove_file(to).expect("it was written");
        }
    }
}

#[test]
fn threads_change_no_byte_of_the_corpus() {
    let run = |threads: usize, batch: usize| {
        let Pipeline { chain, exports, .. } = pipeline("news");
        let catalog = copydesk_pipeline::builtin();
        let files = catalog.find_source("files").expect("the house reads files");
        let paths = json!({ "paths": [root().join("corpus")], "include": ["**/input.*"] });
        let out = tempfile::tempdir().expect("a folder");
        let run = Run {
            source: files.build(&paths).expect("a valid source"),
            chain,
            exports,
            output: Output::Folder { folder: out.path().into(), sharded: false },
            options: copydesk_runner::Options {
                threads: NonZero::new(threads),
                batch,
                signals: false,
                ..Default::default()
            },
        };
        let report = run.execute(&mut ()).expect("it finishes");
        assert!(report.read > 0, "corpus/ holds documents");
        let files = fs::read_dir(out.path()).expect("a folder").map(|e| e.expect("it can be read").path());
        // The run's own notes stand in a folder beside its output.
        let mut files: Vec<_> =
            files.filter(|path| path.is_file()).map(|path| (name(&path), fs::read(path).expect("a file"))).collect();
        files.sort();
        files
    };
    let one = run(1, 1);
    for (threads, batch) in [(2, 32), (4, 3), (3, 128)] {
        assert!(run(threads, batch) == one, "{threads} threads, batches of {batch}");
    }
}

#[test]
fn a_document_cut_short_makes_nobody_panic() {
    for folder in folders(&root().join("corpus")) {
        let chain = pipeline(&name(&folder)).chain;
        for case in folders(&folder) {
            let bytes = fs::read(input(&case)).expect("an input can be read");
            for part in 0..8 {
                let cut = bytes[..bytes.len() * part / 8].to_vec();
                if let Outcome::Quarantined(entry) = chain.process_one(Input::new("cut", cut)) {
                    assert_ne!(entry.rule, "panic", "{}, cut at {part}/8: {}", case.display(), entry.error);
                }
            }
        }
    }
}
