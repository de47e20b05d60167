//! A signal ends a run, even one whose source never gives anything. Alone in its binary: signals are for a whole process.
#![cfg(unix)]

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use copydesk_document::{Document, Input};
use copydesk_runner::{Chain, ExportInstance, Limits, Options, Output, Run, RunError};
use copydesk_stage::{Export, ExportError, Fingerprint, Manifest, Source, SourceError, SourceItem};

/// One document, and then nothing, like a terminal at which nobody types.
#[derive(Debug)]
struct Terminal;

impl Source for Terminal {
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let first = std::iter::once(Ok(SourceItem::Input(Input::new("doc-1", "x"))));
        Ok(Box::new(first.chain(std::iter::from_fn(|| {
            thread::sleep(Duration::from_mins(10));
            None
        }))))
    }
}

/// One line a document.
#[derive(Debug)]
struct Lines;

impl Export for Lines {
    fn file_name(&self) -> &'static str {
        "a.txt"
    }

    fn encode(&self, _: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        out.push(b'\n');
        Ok(())
    }
}

#[test]
fn a_signal_ends_a_run_and_leaves_earlier_output_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("mine.txt"), "of somebody else").expect("a file");
    let killer = thread::spawn(|| {
        thread::sleep(Duration::from_millis(300));
        let id = std::process::id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    });
    let fingerprint = Fingerprint::of::<Lines>(Some(1));
    let (name, options) = ("lines", serde_json::Value::Null);
    let manifest = Manifest { name, kind: name, reads: &[], writes: &[], fingerprint, options };
    let exports = vec![ExportInstance { manifest, export: Box::new(Lines) }];
    let options = Options { batch: 1, signals: true, ..Options::default() };
    let output = Output::Folder { folder: dir.path().into(), sharded: false };
    let run = Run { source: Box::new(Terminal), chain: Chain::new(Limits::default()), exports, output, options };
    let start = Instant::now();
    let error = run.execute(&mut ()).expect_err("it was stopped");
    killer.join().expect("the signal was sent");
    assert!(matches!(error, RunError::Interrupted { signal: "SIGTERM", read: 1, safe: 0 }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(fs::read_to_string(dir.path().join("mine.txt")).expect("a file"), "of somebody else");
    let names = fs::read_dir(dir.path()).expect("a folder").map(|e| e.expect("an entry").file_name());
    let others: Vec<_> = names.filter(|name| name != "mine.txt" && name != ".copydesk").collect();
    assert!(others.is_empty(), "left behind: {others:?}");
}
