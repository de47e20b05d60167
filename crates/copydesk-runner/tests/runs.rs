//! What a run promises, on stages that do as the documents say.

#[expect(dead_code, reason = "the kit serves other tests too")]
mod kit;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use copydesk_document::Input;
use copydesk_runner::{
    Chain, Limits, Options, Outcome, Output, QUARANTINE_FILE, Quarantined, Run, RunError, SKIPPED_FILE,
};
use copydesk_stage::{AnyStage, Facet};
use kit::{Given, Lines, Nap, Obedient, Sleepy, Watcher, export, folder, link, options, run, run_watched};
use proptest::prelude::*;

const MIXED: [&str; 9] =
    ["plain", "one\nERROR here", "BAD", "PANIC now", "DROP me", "two\nlines", "LATE", "UNWRITABLE", ""];

fn files(dir: &Path) -> BTreeMap<String, String> {
    fs::read_dir(dir)
        .expect("a folder")
        .map(|e| e.expect("an entry"))
        .filter(|e| e.file_name() != ".copydesk")
        .map(|e| (e.file_name().to_string_lossy().into_owned(), fs::read_to_string(e.path()).expect("a file")))
        .collect()
}

fn entries(text: &str) -> Vec<Quarantined> {
    text.lines().map(|line| serde_json::from_str(line).expect("an entry")).collect()
}

#[test]
fn a_bad_document_costs_itself_only() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut watcher = Watcher::default();
    let report = run_watched(&MIXED, folder(dir.path()), options(2, 2), &mut watcher).expect("it finishes");
    assert_eq!((report.read, report.written, report.dropped, report.quarantined), (9, 3, 1, 5));
    assert_eq!(watcher.last, (9, 3, 1, 5));
    let files = files(dir.path());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.txt", "b.txt", QUARANTINE_FILE, SKIPPED_FILE]);
    assert_eq!(
        files[SKIPPED_FILE],
        "{\"uri\":\"doc-4\",\"kind\":\"dropped\",\"stage\":\"first\",\"reason\":\"asked for\"}\n"
    );
    assert_eq!(
        files["a.txt"],
        "# header\ndoc-0 [\"plain\"] Some(Number(0))\ndoc-5 [\"two\", \"lines\"] Some(Number(5))\ndoc-8 [] Some(Number(8))\n"
    );
    assert_eq!(files["a.txt"], files["b.txt"]);
    let entries = entries(&files[QUARANTINE_FILE]);
    assert_eq!(entries, watcher.entries);
    let seen: Vec<_> = entries.iter().map(|e| (e.uri.as_str(), e.stage.as_str(), e.rule.as_str(), e.line)).collect();
    assert_eq!(
        seen,
        [
            ("doc-1", "first", "asked", Some(2)),
            ("doc-2", "source", "unreadable", None),
            ("doc-3", "first", "panic", None),
            ("doc-6", "sleepy", "panic", None),
            ("doc-7", "export", "export", None),
        ]
    );
    assert!(entries[2].error.starts_with("as the document asked ("), "{}", entries[2].error);
    assert_eq!(report.stages[1].dropped["asked for"], 1);
    assert_eq!(report.stages[1].rules["all"], 3);
    assert_eq!(report.quarantine["first"]["panic"], 1);
}

#[test]
fn threads_and_batches_change_no_byte() {
    let texts: Vec<&str> = MIXED.iter().copied().cycle().take(150).collect();
    let run_with = |threads, batch, window| {
        let dir = tempfile::tempdir().expect("a folder");
        let options = Options { window, ..options(threads, batch) };
        let report = run(&texts, folder(dir.path()), options).expect("it finishes");
        (files(dir.path()), report.written)
    };
    let one = run_with(1, 1, 1 << 20);
    for (threads, batch, window) in [(4, 32, 1 << 20), (2, 7, 1), (3, 128, 1 << 30)] {
        assert!(run_with(threads, batch, window) == one, "{threads} threads, batches of {batch}, window {window}");
    }
}

#[test]
fn one_document_alone_fares_as_in_a_run() {
    let chain = kit::chain();
    assert!(matches!(chain.process_one(Input::new("doc-5", "fine")), Outcome::Kept(doc) if doc.ext()["sleepy"] == 5));
    assert!(matches!(chain.process_one(Input::new("d", "DROP")), Outcome::Dropped { stage: "first", .. }));
    for (text, stage) in [("PANIC", "first"), ("LATE", "sleepy")] {
        let Outcome::Quarantined(entry) = chain.process_one(Input::new("d", text)) else { panic!("{text}") };
        assert_eq!((entry.stage.as_str(), entry.rule.as_str()), (stage, "panic"));
    }
}

#[test]
fn a_stage_writes_what_it_declares_and_nothing_else() {
    let mut first = link("first", AnyStage::cpu(Obedient));
    first.manifest.writes = &[Facet::Languages];
    let chain = Chain::new(Limits::default()).then(first);
    let Outcome::Quarantined(entry) = chain.process_one(Input::new("d", "fine")) else { panic!("it labelled") };
    assert_eq!((entry.stage.as_str(), entry.rule.as_str()), ("first", "undeclared-write"));
    assert!(entry.error.contains("`body`"), "{}", entry.error);
}

#[test]
fn what_a_stage_says_before_the_one_that_masks_is_in_no_output() {
    for (writes, quotes) in [(&[Facet::Redaction][..], false), (&[Facet::Body][..], true)] {
        let mut masks = link("masks", AnyStage::cpu(Obedient));
        masks.manifest.writes = writes;
        let chain = Chain::new(Limits::default()).then(link("first", AnyStage::cpu(Obedient))).then(masks);
        let Outcome::Quarantined(entry) = chain.process_one(Input::new("d", "PANIC")) else { panic!("it went on") };
        assert_eq!((entry.stage.as_str(), entry.rule.as_str()), ("first", "panic"));
        assert_eq!(entry.error.contains("the document asked"), quotes, "{}", entry.error);
        assert_eq!(entry.error.contains("has not come to `masks`"), !quotes, "{}", entry.error);
    }
}

#[test]
fn a_stage_that_waits_too_long_costs_its_document() {
    let chain = Chain::new(Limits::default())
        .then(link("sleepy", AnyStage::waiting(Sleepy)))
        .time_limit(Some(Duration::from_millis(50)));
    let Outcome::Quarantined(entry) = chain.process_one(Input::new("doc-9", "FOREVER")) else { panic!("it waited") };
    assert_eq!((entry.stage.as_str(), entry.rule.as_str()), ("sleepy", "limit.time"));
}

#[derive(Debug)]
struct Slow;

impl copydesk_stage::Stage for Slow {
    fn process(
        &self,
        _: &mut copydesk_document::Document,
        _: &mut copydesk_stage::Context<'_>,
    ) -> Result<copydesk_stage::Verdict, copydesk_stage::StageError> {
        (0..100_000_000_u64).for_each(|n| {
            std::hint::black_box(n);
        });
        Ok(copydesk_stage::Verdict::Keep)
    }
}

#[test]
fn a_document_that_takes_too_long_goes_no_further() {
    let chain = Chain::new(Limits::default())
        .then(link("slow", AnyStage::cpu(Slow)))
        .then(link("next", AnyStage::cpu(Obedient)))
        .time_limit(Some(Duration::from_millis(20)));
    let Outcome::Quarantined(entry) = chain.process_one(Input::new("d", "x")) else { panic!("it went on") };
    assert_eq!((entry.stage.as_str(), entry.rule.as_str()), ("slow", "limit.time"));
}

/// Waits for longer than a document may take by the clock on the wall, as for a program that others have.
#[derive(Debug)]
struct Queues;

impl copydesk_stage::BatchStage for Queues {
    fn process(
        &self,
        documents: &mut [copydesk_stage::Handed<'_>],
    ) -> Vec<Result<copydesk_stage::Verdict, copydesk_stage::StageError>> {
        std::thread::sleep(Duration::from_millis(50) * 14);
        vec![Ok(copydesk_stage::Verdict::Keep); documents.len()]
    }
}

#[test]
fn what_a_stage_of_many_waits_is_charged_to_no_document() {
    let chain = || {
        Chain::new(Limits::default())
            .then(link("queues", AnyStage::batch(Queues)))
            .then(link("next", AnyStage::cpu(Obedient)))
            .time_limit(Some(Duration::from_millis(50)))
    };
    let outcome = chain().process_one(Input::new("d", "x"));
    assert!(matches!(outcome, Outcome::Kept(_)), "{outcome:?}");
    let source = Given { texts: vec!["x".into(); 2], breaks_after: None };
    let exports = vec![export(Lines("a.txt"))];
    let run =
        Run { source: Box::new(source), chain: chain(), exports, output: Output::Nowhere, options: options(2, 1) };
    let report = run.execute(&mut ()).expect("it finishes");
    assert_eq!((report.written, report.quarantined), (2, 0));
}

#[test]
fn a_broken_source_leaves_earlier_output_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let output = folder(dir.path());
    run(&["first run"], output.clone(), options(2, 4)).expect("it finishes");
    let before = files(dir.path());
    let source = Given { texts: vec!["x".into(); 100], breaks_after: Some(60) };
    let exports = vec![export(Lines("a.txt"))];
    let broken = Run { source: Box::new(source), chain: kit::chain(), exports, output, options: options(2, 4) };
    let error = broken.execute(&mut ()).expect_err("the source breaks");
    assert_eq!(error.to_string(), "the cable is cut");
    assert_eq!(files(dir.path()), before);
}

#[test]
fn a_list_of_faults_without_end_has_an_end() {
    let dir = tempfile::tempdir().expect("a folder");
    let bad = vec!["BAD"; 10_020];
    let report = run(&bad, folder(dir.path()), options(2, 64)).expect("it finishes");
    assert_eq!(report.quarantined, 10_020);
    let entries = entries(&files(dir.path())[QUARANTINE_FILE]);
    assert_eq!(entries.len(), 10_001);
    assert_eq!(entries[10_000].error, "this and 19 more of the same rule are not listed; `retry` takes them all");
    // What is kept for a retry is compressed.
    let own = fs::metadata(dir.path().join(".copydesk/quarantine")).expect("it is there").len();
    assert!(own < 200_000, "{own} bytes");
    let retry = run(&bad, folder(dir.path()), Options { retry: true, ..options(2, 64) });
    assert_eq!(retry.expect("it finishes").read, 10_020);
}

#[test]
fn what_was_mended_leaves_the_quarantine() {
    let dir = tempfile::tempdir().expect("a folder");
    let output = folder(dir.path());
    run(&["old", "PANIC"], output.clone(), options(1, 1)).expect("it finishes");
    assert!(dir.path().join(QUARANTINE_FILE).exists());
    run(&["new"], output, options(1, 1)).expect("it finishes");
    let files = files(dir.path());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.txt", "b.txt"]);
    assert!(files["a.txt"].contains("new") && !files["a.txt"].contains("old"));
}

#[test]
fn a_dry_run_writes_nothing_and_counts_the_same() {
    let report = run(&MIXED, Output::Nowhere, options(2, 3)).expect("it finishes");
    assert_eq!((report.read, report.written, report.dropped, report.quarantined), (9, 3, 1, 5));
    assert!(report.files.is_empty());
}

#[test]
fn a_limit_stops_the_reading() {
    let report = run(&["x"; 50], Output::Nowhere, Options { limit: Some(7), ..options(2, 3) }).expect("it finishes");
    assert_eq!((report.read, report.written), (7, 7));
}

#[test]
fn no_documents_leave_the_headers() {
    let dir = tempfile::tempdir().expect("a folder");
    run(&[], folder(&dir.path().join("new/out")), options(2, 3)).expect("it finishes");
    assert_eq!(files(&dir.path().join("new/out"))["a.txt"], "# header\n");
}

#[test]
fn outputs_that_cannot_work_together_are_refused() {
    let run = |names: [&'static str; 2], output| {
        let exports = names.into_iter().map(|n| export(Lines(n))).collect();
        let source = Box::new(Given::default());
        let run = Run { source, chain: kit::chain(), exports, output, options: options(1, 1) };
        run.execute(&mut ()).expect_err("refused").to_string()
    };
    assert!(run(["x", "x"], Output::Nowhere).contains("two exports write `x`"));
    assert!(run(["x", "../y"], Output::Nowhere).contains("`../y` is no plain file name"));
    assert!(run(["x", QUARANTINE_FILE], Output::Nowhere).contains("could not be worked on"));
    assert!(run(["x", SKIPPED_FILE], Output::Nowhere).contains("dropped or passed over"));
    assert!(run(["x", "y"], Output::Stdout).contains("takes one export"));
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("x")).expect("a folder");
    assert!(run(["x", "y"], folder(dir.path())).contains("is a folder"));
    fs::write(dir.path().join("file"), "").expect("a file");
    assert!(run(["x", "y"], folder(&dir.path().join("file"))).contains("is no folder"));
}

#[test]
fn two_runs_do_not_share_a_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let other = fs::File::open(dir.path()).expect("a folder opens");
    other.lock().expect("a lock");
    let error = run(&["x"], folder(dir.path()), options(1, 1)).expect_err("refused");
    assert!(matches!(error, RunError::Busy(_)), "{error}");
}

#[test]
fn a_source_that_meets_the_output_passes_it_over() {
    #[derive(Debug)]
    struct Reads(Vec<String>);
    impl copydesk_stage::Source for Reads {
        fn open(
            &self,
        ) -> Result<
            Box<dyn Iterator<Item = Result<copydesk_stage::SourceItem, copydesk_stage::SourceError>> + Send>,
            copydesk_stage::SourceError,
        > {
            let inputs =
                self.0.clone().into_iter().map(|uri| Ok(copydesk_stage::SourceItem::Input(Input::new(uri, "x"))));
            Ok(Box::new(inputs))
        }
    }
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("sub")).expect("a folder");
    fs::write(dir.path().join("sub/a.txt"), "a document of the same name").expect("a file");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let run = |names: &[String]| {
        let source = Box::new(Reads(names.to_vec()));
        let exports = vec![export(Lines("a.txt"))];
        let output = folder(dir.path());
        let run = Run { source, chain: kit::chain(), exports, output, options: options(1, 1) };
        run.execute(&mut ()).expect("it finishes")
    };
    let others = [path("sub/a.txt"), "http://example.org/a.txt".into()];
    assert_eq!(run(&others).read, 2);
    let [a, b] = others;
    let report = run(&[path("sub/../a.txt"), a, b]);
    assert_eq!((report.read, report.written), (2, 2));
    assert_eq!(report.skipped, BTreeMap::from([("output of this run".into(), 1)]));
}

#[test]
fn documents_wait_together() {
    let source = Box::new(Given { texts: vec!["x".into(); 64], breaks_after: None });
    let chain = Chain::new(Limits::default()).then(link("nap", AnyStage::waiting(Nap)));
    let exports = vec![export(Lines("a.txt"))];
    let run = Run { source, chain, exports, output: Output::Nowhere, options: options(1, 32) };
    let start = Instant::now();
    run.execute(&mut ()).expect("it finishes");
    // One after the other they would take 3.2 s.
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_document_is_accounted_for(
        texts in proptest::collection::vec(proptest::sample::select(&MIXED[..]), 0..80),
        threads in 1..4_usize,
        batch in 1..40_usize,
    ) {
        let report = run(&texts, Output::Nowhere, options(threads, batch)).expect("it finishes");
        prop_assert_eq!(report.read, texts.len() as u64);
        prop_assert_eq!(report.read, report.written + report.dropped + report.quarantined);
        let written = texts.iter().filter(|t| matches!(**t, "plain" | "two\nlines" | "")).count();
        prop_assert_eq!(report.written, written as u64);
    }
}
