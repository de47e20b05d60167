//! Surveys: what is concluded of all documents gets into the rows, whoever was killed, and however the work was spread.

#[expect(dead_code, reason = "the kit serves other tests too")]
mod kit;

use std::{collections::BTreeMap, fs, path::Path};

use copydesk_document::Document;
use copydesk_runner::{
    Chain, Existing, ExportInstance, Limits, Options, Output, Owner, Report, Run, RunError, ShardSize, Share,
    SurveyInstance,
};
use copydesk_stage::{
    AnyStage, Complete, Conclusion, Conclusions, Corpus, Export, ExportError, LateField, LeftOut, Seen, StageError,
    Survey, SurveyError,
};
use kit::{Given, Lines, Obedient, export, files_below, link, manifest, options};
use serde_json::{Map, Value, json};

/// Finds documents with the text of an earlier one.
#[derive(Debug)]
struct Echoes {
    leave_out: bool,
}

impl Survey for Echoes {
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        assert!(!doc.content().contains("UNSEEN"), "as the document asked");
        Ok(doc.content().as_bytes().to_vec())
    }

    fn sees_by(&self) -> Map<String, Value> {
        Map::from_iter([("leave_out".to_owned(), self.leave_out.into())])
    }

    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError> {
        let (mut first, mut found) = (BTreeMap::new(), Vec::new());
        corpus.each(&mut |Seen { number, run, summary }| {
            assert_eq!(number, found.len() as u64);
            if summary == b"NONSENSE" {
                return Err(SurveyError::new("as the document asked"));
            }
            let of = *first.entry(summary.to_vec()).or_insert(number);
            found.push((of, run, self.leave_out));
            if summary.ends_with(b"SENSELESS") {
                found[number as usize].0 = u64::MAX;
            }
            Ok(())
        })?;
        assert_eq!(corpus.documents(), found.len() as u64);
        Ok(Box::new(Found(found)))
    }
}

/// Of each document the first one with its text, and the run that has added it.
#[derive(Debug)]
struct Found(Vec<(u64, usize, bool)>);

impl Conclusions for Found {
    fn of(&self, number: u64) -> Conclusion {
        let (of, run, leave_out) = self.0[number as usize];
        assert_ne!(of, u64::MAX, "as the document asked");
        let value = if of == number { Value::Null } else { json!({ "of": of, "run": run }) };
        let out = LeftOut { reason: "said before".into(), twin: Some(format!("number-{of}")) };
        Conclusion { value, left_out: (leave_out && of != number).then_some(out) }
    }
}

/// A line a document, with what surveys have found behind it.
#[derive(Debug)]
struct Late(Lines);

impl Export for Late {
    fn file_name(&self) -> &str {
        self.0.file_name()
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        self.0.encode(doc, out)
    }

    fn part(&self, mut rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        // A part that is not its rows, so that these have to be kept elsewhere.
        if self.file_name() == "b.txt" {
            rows.extend_from_slice(b"--\n");
        }
        Ok(rows)
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }
}

impl Complete for Late {
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        out.extend_from_slice(rows.strip_suffix(b"\n").unwrap_or(rows));
        for field in late {
            out.extend_from_slice(format!(" {}={}", field.name, field.value).as_bytes());
        }
        out.push(b'\n');
        Ok(())
    }
}

fn chain(leave_out: bool) -> Chain {
    let survey = |name, field, leave_out| SurveyInstance {
        manifest: copydesk_stage::Manifest { options: json!({ "leave_out": leave_out }), ..manifest(name) },
        field,
        survey: Box::new(Echoes { leave_out }),
        against: Vec::new(),
    };
    Chain::new(Limits::default())
        .then(link("obedient", AnyStage::cpu(Obedient)))
        .survey(survey("echoes", Some("echo"), leave_out))
        .survey(survey("others", None, false))
}

fn exports() -> Vec<ExportInstance> {
    vec![export(Late(Lines("a.txt"))), export(Late(Lines("b.txt")))]
}

fn small() -> Options {
    Options { shard: ShardSize { documents: 3, bytes: 1 << 20 }, ..options(2, 2) }
}

fn run_with(texts: &[String], out: &Path, options: Options, leave_out: bool) -> Result<Report, RunError> {
    let source = Given { texts: texts.to_vec(), breaks_after: None };
    let output = match options.share {
        Share::Part(_) => Output::Parts { folder: out.into() },
        _ => Output::Folder { folder: out.into(), sharded: false },
    };
    Run { source: Box::new(source), chain: chain(leave_out), exports: exports(), output, options }.execute(&mut ())
}

fn run(texts: &[String], out: &Path, options: Options) -> Report {
    run_with(texts, out, options, true).expect("it runs")
}

/// Texts of which some say the same, a shard or more apart.
fn texts(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("text {}", if n % 5 == 4 { n / 7 } else { n + 1000 })).collect()
}

fn same(left: &Path, right: &Path) {
    let (left, right) = (files_below(left), files_below(right));
    let names = |folder: &BTreeMap<String, Vec<u8>>| folder.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&left), names(&right));
    for (name, bytes) in &left {
        assert!(*bytes == right[name], "{name}: {} or {}", text(bytes), text(&right[name]));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_is_concluded_is_in_the_rows_and_what_is_left_out_in_the_list() {
    let dir = tempfile::tempdir().expect("a folder");
    let given: Vec<String> = ["one", "two", "one", "DROP", "two", "three"].map(str::to_owned).into();
    let report = run_with(&given, &dir.path().join("kept"), small(), false).expect("it runs");
    assert_eq!((report.written, report.dropped), (5, 1));
    let kept = text(&files_below(&dir.path().join("kept"))["a.txt"]);
    let lines: Vec<&str> = kept.lines().collect();
    assert!(lines[0].starts_with("doc-0 ") && lines[0].ends_with(r#" echo=null surveys="{}""#), "{}", lines[0]);
    assert!(lines[2].contains(r#"echo={"of":0,"run":0}"#), "{kept}");
    assert!(lines[3].contains(r#"surveys="{\"others\":{\"of\":1,\"run\":0}}""#), "{kept}");

    let report = run(&given, &dir.path().join("out"), small());
    assert_eq!((report.read, report.written, report.dropped), (6, 3, 3));
    let survey = report.stages.iter().find(|stage| stage.name == "echoes").expect("a line of its own");
    assert_eq!((survey.documents, survey.dropped.get("said before")), (5, Some(&2)));
    let files = files_below(&dir.path().join("out"));
    assert_eq!(text(&files["a.txt"]).lines().count(), 3);
    let skipped = text(&files["skipped.jsonl"]);
    let line = r#"{"uri":"doc-4","kind":"dropped","stage":"echoes","reason":"said before","twin":"number-1"}"#;
    assert!(skipped.contains(line), "{skipped}");
    assert!(skipped.contains(r#""uri":"doc-3","kind":"dropped","stage":"obedient","reason":"asked for"}"#));
}

#[test]
fn threads_shares_and_broken_runs_make_no_difference() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name);
    let given = texts(60);
    let whole = run(&given, &at("whole"), small());
    assert!(whole.dropped >= 3, "{whole:?}");
    let one = run(&given, &at("one"), Options { threads: std::num::NonZero::new(1), batch: 32, ..small() });
    same(&at("whole"), &at("one"));
    assert_eq!((one.written, one.dropped, &one.sites), (whole.written, whole.dropped, &whole.sites));

    // The cable is cut again and again.
    for cut in [7, 23, 58] {
        let source = Given { texts: given.clone(), breaks_after: Some(cut) };
        let output = Output::Folder { folder: at("cut"), sharded: false };
        let broken = Run { source: Box::new(source), chain: chain(true), exports: exports(), output, options: small() };
        broken.execute(&mut ()).expect_err("it breaks");
        assert!(!at("cut").join("a.txt").exists());
    }
    let resumed = run(&given, &at("cut"), small());
    assert!(resumed.reused > 0);
    assert_eq!((resumed.written, resumed.dropped), (whole.written, whole.dropped));
    same(&at("whole"), &at("cut"));

    // Nothing is to do.
    let again = run(&given, &at("cut"), small());
    assert!(again.unchanged && again.reused == 60, "{again:?}");
    same(&at("whole"), &at("cut"));

    for part in ["2/2", "1/2"] {
        let share = Share::Part(part.parse().expect("a share"));
        run(&given, &at("shared"), Options { share, ..small() });
    }
    let merged = run(&given, &at("shared"), Options { share: Share::Done, ..small() });
    assert_eq!((merged.written, merged.reused), (whole.written, 60));
    same(&at("whole"), &at("shared"));
}

#[test]
fn an_edit_changes_what_is_concluded_of_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name);
    let mut given = texts(40);
    given[1] = "again".into();
    given[30] = "again".into();
    run(&given, &at("out"), small());
    assert!(!text(&files_below(&at("out"))["a.txt"]).contains("doc-30 "));
    given[1] = "otherwise".into();
    let report = run(&given, &at("out"), small());
    assert!(report.reused > 20 && !report.unchanged, "{report:?}");
    assert!(text(&files_below(&at("out"))["a.txt"]).contains("doc-30 "));
    run(&given, &at("new"), small());
    same(&at("out"), &at("new"));
}

#[test]
fn what_is_added_is_compared_with_all_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name);
    let owner = |place: &str| Owner { place: place.into(), ..Owner::default() };
    let append = |place: &str| Options { existing: Existing::Append, owner: owner(place), ..small() };
    let (first, mut second) = (texts(30), texts(12));
    second[3] = "new today".into();
    second[7] = "new today".into();
    for out in ["out", "other"] {
        run(&first, &at(out), append("day-1"));
        if out == "other" {
            let source = Given { texts: second.clone(), breaks_after: Some(9) };
            let output = Output::Folder { folder: at(out), sharded: false };
            let chain = chain(true);
            let broken = Run { source: Box::new(source), chain, exports: exports(), output, options: append("day-2") };
            broken.execute(&mut ()).expect_err("it breaks");
        }
        let report = run(&second, &at(out), append("day-2"));
        assert_eq!((report.read, report.written, report.dropped), (12, 1, 11), "{report:?}");
    }
    same(&at("out"), &at("other"));
    let files = files_below(&at("out"));
    assert_eq!(text(&files["delta/000002/a.txt"]).lines().count(), 1);
    assert!(text(&files["skipped.jsonl"]).contains("number-"));

    // An edit of a document that others repeat: they are written now.
    let mut edited = first.clone();
    let echoed = first.iter().position(|text| first.iter().filter(|other| *other == text).count() > 1);
    let echoed = echoed.expect("some are said twice");
    edited[echoed] = "an edit".into();
    let report = run(&edited, &at("out"), append("day-1"));
    assert_eq!((report.read, report.written), (1, 1));
    let rows = text(&files_below(&at("out"))["a.txt"]);
    let written = rows.lines().filter(|line| line.contains(&format!("[\"{}\"]", first[echoed]))).count();
    assert_eq!(written, 1, "{rows}");
    assert!(run(&edited, &at("out"), append("day-1")).unchanged);
}

#[test]
fn what_cannot_work_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let given = texts(5);
    let error = |output, exports| {
        let source = Given { texts: given.clone(), breaks_after: None };
        let run = Run { source: Box::new(source), chain: chain(true), exports, output, options: small() };
        run.execute(&mut ()).expect_err("refused").to_string()
    };
    assert!(error(Output::Stdout, vec![export(Late(Lines("a.txt")))]).contains("standard output cannot wait"));
    let folder = || Output::Folder { folder: dir.path().join("no"), sharded: false };
    assert!(error(folder(), vec![export(Lines("a.txt"))]).contains("cannot take what the survey `echoes` finds"));
    assert!(!dir.path().join("no").exists());

    // The state of earlier runs is missing.
    let out = dir.path().join("out");
    run(&given, &out, small());
    fs::remove_dir_all(out.join(".copydesk/parts")).expect("it is there");
    let before = fs::read(out.join("a.txt")).expect("it is there");
    let append = Options { existing: Existing::Append, ..small() };
    let error = run_with(&["more".into()], &out, append, true).expect_err("refused").to_string();
    assert!(error.contains("missing or damaged") && error.contains("--replace"), "{error}");
    assert_eq!(fs::read(out.join("a.txt")).expect("it is there"), before);
    // A run mends it.
    run(&given, &out, small());
    assert!(out.join(".copydesk/parts").exists());
}

#[test]
fn a_document_that_cannot_be_seen_costs_itself_and_a_survey_without_conclusion_the_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut given = texts(20);
    given[3] = "UNSEEN".into();
    let report = run(&given, &dir.path().join("out"), small());
    assert_eq!((report.quarantined, report.quarantine["echoes"]["panic"]), (1, 1));
    assert!(!text(&files_below(&dir.path().join("out"))["a.txt"]).contains("UNSEEN"));
    let before = files_below(&dir.path().join("out"));
    given[4] = "NONSENSE".into();
    let error = run_with(&given, &dir.path().join("out"), small(), true).expect_err("no conclusion").to_string();
    assert_eq!(error, "the survey `echoes` cannot conclude: as the document asked");
    let after = files_below(&dir.path().join("out"));
    assert_eq!((&before["a.txt"], &before["skipped.jsonl"]), (&after["a.txt"], &after["skipped.jsonl"]));
    given[4] = "SENSELESS".into();
    let error = run_with(&given, &dir.path().join("out"), small(), true).expect_err("no conclusion").to_string();
    assert!(
        error.starts_with("the survey `echoes` cannot conclude: ") && error.contains("as the document asked"),
        "{error}"
    );
    assert_eq!(before["a.txt"], files_below(&dir.path().join("out"))["a.txt"]);
    given[4] = "sense".into();
    run(&given, &dir.path().join("out"), small());
    run(&given, &dir.path().join("new"), small());
    same(&dir.path().join("out"), &dir.path().join("new"));
}

#[test]
fn documents_are_compared_with_those_of_other_folders() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name);
    let given = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    run(&given(&["old", "older"]), &at("archive"), small());
    let against = |out: &str, texts: &[&str], folder: &str| {
        let echoes = SurveyInstance {
            manifest: manifest("echoes"),
            field: Some("echo"),
            survey: Box::new(Echoes { leave_out: true }),
            against: vec![at(folder)],
        };
        let chain = Chain::new(Limits::default()).then(link("obedient", AnyStage::cpu(Obedient))).survey(echoes);
        let source = Box::new(Given { texts: given(texts), breaks_after: None });
        let output = Output::Folder { folder: at(out), sharded: false };
        Run { source, chain, exports: exports(), output, options: small() }.execute(&mut ())
    };
    let report = against("out", &["new", "old", "new"], "archive").expect("it runs");
    assert_eq!((report.written, report.dropped), (1, 2));
    let listed = text(&files_below(&at("out"))["skipped.jsonl"]);
    assert!(listed.contains(r#""uri":"doc-1","kind":"dropped""#) && listed.contains("number-0"), "{listed}");
    assert!(listed.contains("number-2"), "its own come behind the two of the archive: {listed}");
    assert!(against("out", &["new", "old", "new"], "archive").expect("it runs").unchanged);
    let refused = |folder: &str| against("new", &["new"], folder).expect_err("refused").to_string();
    assert!(refused("nowhere").contains("holds no run that has ended"));
    assert!(against("out", &["new"], "out").expect_err("refused").to_string().contains("is the folder of this run"));
    let plain = Run {
        source: Box::new(Given { texts: given(&["a"]), breaks_after: None }),
        chain: Chain::new(Limits::default()).then(link("obedient", AnyStage::cpu(Obedient))),
        exports: exports(),
        output: Output::Folder { folder: at("plain"), sharded: false },
        options: small(),
    };
    plain.execute(&mut ()).expect("it runs");
    assert!(refused("plain").contains("was made without the survey `echoes`"));
    run_with(&given(&["old"]), &at("kept"), small(), false).expect("it runs");
    let told = refused("kept");
    assert!(told.contains("was made with `leave_out = false`, and this run has `leave_out = true`"), "{told}");
    assert!(!at("new").exists());
}

/// A survey that says which documents it was shown, and of which runs, and that leaves out what begins with `LEAVE`.
#[derive(Debug)]
struct Shown;

impl Survey for Shown {
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        Ok(doc.content().as_bytes().to_vec())
    }

    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError> {
        let mut all = Vec::new();
        corpus.each(&mut |Seen { number, run, summary }| {
            assert_eq!(number, all.len() as u64);
            all.push(format!("{run}:{}", text(summary)));
            Ok(())
        })?;
        assert_eq!(corpus.documents(), all.len() as u64);
        Ok(Box::new(All(all)))
    }
}

#[derive(Debug)]
struct All(Vec<String>);

impl Conclusions for All {
    fn of(&self, number: u64) -> Conclusion {
        let out = LeftOut { reason: "asked for".into(), twin: None };
        let left_out = self.0[number as usize].contains(":LEAVE").then_some(out);
        Conclusion { value: json!(self.0), left_out }
    }
}

#[test]
fn of_other_folders_a_survey_sees_what_stands_in_their_outputs_run_by_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name);
    let run = |out: &str, texts: &[&str], place: &str, against: &[&str]| {
        let shown = SurveyInstance {
            manifest: manifest("shown"),
            field: Some("all"),
            survey: Box::new(Shown),
            against: against.iter().map(|folder| at(folder)).collect(),
        };
        let chain = Chain::new(Limits::default()).then(link("obedient", AnyStage::cpu(Obedient))).survey(shown);
        let source = Box::new(Given { texts: texts.iter().map(|text| (*text).into()).collect(), breaks_after: None });
        let output = Output::Folder { folder: at(out), sharded: false };
        let owner = Owner { place: place.into(), ..Owner::default() };
        let options = Options { existing: Existing::Append, owner, ..small() };
        Run { source, chain, exports: exports(), output, options }.execute(&mut ()).expect("it runs");
    };
    run("one", &["a", "LEAVE b", "DROP c", "d", "e"], "day-1", &[]);
    run("one", &["LEAVE f", "g"], "day-2", &[]);
    run("two", &["h"], "day-1", &["one"]);
    run("out", &["i"], "day-1", &["one", "two"]);
    let rows = text(&files_below(&at("out"))["a.txt"]);
    assert!(rows.contains(r#"all=["0:a","0:d","0:e","1:g","2:h","3:i"]"#), "{rows}");
}
