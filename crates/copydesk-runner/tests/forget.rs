//! Taking documents out of a folder: every trace goes, and nothing brings them back.

#[expect(dead_code, reason = "the kit serves other tests too")]
mod kit;

use std::{collections::BTreeMap, fs, path::Path};

use copydesk_document::Document;
use copydesk_runner::{
    Chain, Existing, ExportInstance, Forget, Forgot, Limits, Options, Output, Owner, Report, Run, RunError, ShardSize,
    Share, SurveyInstance, remember,
};
use copydesk_stage::{
    AnyStage, Complete, Conclusion, Conclusions, Corpus, Export, ExportError, LateField, LeftOut, Seen, StageError,
    Survey, SurveyError,
};
use kit::{Given, Lines, Obedient, export, files_below, link, manifest, options};
use sha2::{Digest as _, Sha256};

/// Leaves out what says the same as an earlier document.
#[derive(Debug)]
struct Once;

impl Survey for Once {
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        Ok(doc.content().as_bytes().to_vec())
    }

    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError> {
        let (mut first, mut of) = (BTreeMap::new(), Vec::new());
        corpus.each(&mut |Seen { number, summary, .. }| {
            of.push(*first.entry(summary.to_vec()).or_insert(number));
            Ok(())
        })?;
        Ok(Box::new(Firsts(of)))
    }
}

#[derive(Debug)]
struct Firsts(Vec<u64>);

impl Conclusions for Firsts {
    fn of(&self, number: u64) -> Conclusion {
        let of = self.0[number as usize];
        let twin = Some(format!("number-{of}"));
        let left_out = (of != number).then(|| LeftOut { reason: "said before".into(), twin });
        Conclusion { value: of.into(), left_out }
    }
}

/// Lines that take what a survey has found.
#[derive(Debug)]
struct Late(Lines);

impl Export for Late {
    fn file_name(&self) -> &str {
        self.0.file_name()
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        self.0.encode(doc, out)
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }
}

impl Complete for Late {
    fn complete(&self, rows: &[u8], _: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        out.extend_from_slice(rows);
        Ok(())
    }
}

/// A folder, and whether its runs ask a survey.
struct Bench {
    dir: tempfile::TempDir,
    surveyed: bool,
    sharded: bool,
}

impl Bench {
    fn new(surveyed: bool, sharded: bool) -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), surveyed, sharded }
    }

    fn chain(&self) -> Chain {
        let chain = Chain::new(Limits::default()).then(link("obedient", AnyStage::cpu(Obedient)));
        let (manifest, survey, against) = (manifest("once"), Box::new(Once), Vec::new());
        if self.surveyed { chain.survey(SurveyInstance { manifest, field: None, survey, against }) } else { chain }
    }

    fn exports() -> Vec<ExportInstance> {
        vec![export(Late(Lines("a.txt"))), export(Late(Lines("b.txt")))]
    }

    fn at(&self, out: &str) -> std::path::PathBuf {
        self.dir.path().join(out)
    }

    fn run(&self, texts: &[String], out: &str, existing: Existing, place: &str) -> Result<Report, RunError> {
        self.run_with(texts, out, Options { existing, owner: owner(place), ..options(2, 2) })
    }

    fn run_with(&self, texts: &[String], out: &str, options: Options) -> Result<Report, RunError> {
        let source = Box::new(Given { texts: texts.to_vec(), breaks_after: None });
        let output = match options.share {
            Share::Part(_) => Output::Parts { folder: self.at(out) },
            _ => Output::Folder { folder: self.at(out), sharded: self.sharded },
        };
        let options = Options { shard: ShardSize { documents: 3, bytes: 1 << 20 }, ..options };
        Run { source, chain: self.chain(), exports: Self::exports(), output, options }.execute(&mut ())
    }

    fn forget(&self, out: &str, place: &str, documents: &[&str]) -> Result<Forgot, RunError> {
        let documents = documents.iter().map(|&name| name.to_owned()).collect();
        let (chain, exports) = (self.chain(), Self::exports());
        Forget { chain, exports, folder: self.at(out), place: place.into(), documents }.execute()
    }

    /// Every file but the list of what was forgotten, opened where it is compressed.
    fn traces(&self, out: &str, of: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (name, bytes) in files_below(&self.at(out)) {
            if every_text(&bytes).iter().any(|text| holds(text, of.as_bytes())) {
                found.push(name);
            }
        }
        found
    }

    fn rows(&self, out: &str) -> Vec<String> {
        let files = files_below(&self.at(out));
        let rows = files.iter().filter(|(name, _)| name.starts_with("a/") || *name == "a.txt");
        rows.flat_map(|(_, bytes)| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>())
            .filter(|line| !line.starts_with('#'))
            .collect()
    }
}

fn owner(place: &str) -> Owner {
    Owner { place: place.into(), ..Owner::default() }
}

/// The bytes, and whatever in them is compressed.
fn every_text(bytes: &[u8]) -> Vec<Vec<u8>> {
    let begins = |at: &usize| bytes[*at..].starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let mut texts = vec![bytes.to_vec()];
    for at in (0..bytes.len()).filter(begins) {
        // Where a frame ends nobody has told: at the next one, or before something else.
        let mut ends = (at + 1..bytes.len()).filter(begins).chain(at + 1..=bytes.len());
        texts.extend(ends.find_map(|end| copydesk_compression::decompress_zstd(&bytes[at..end]).ok()));
    }
    texts
}

fn holds(text: &[u8], what: &[u8]) -> bool {
    text.windows(what.len()).any(|window| window == what)
}

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = (0..24).map(|n| format!("text {n}")).collect();
    texts[5] = "SECRET story".into();
    texts[9] = "ERROR SECRET".into();
    texts[11] = "DROP SECRET".into();
    texts[20] = "SECRET story".into();
    texts
}

#[test]
fn every_trace_goes_and_no_run_brings_it_back() {
    for (surveyed, sharded) in [(false, false), (false, true), (true, false), (true, true)] {
        let bench = Bench::new(surveyed, sharded);
        let given = texts();
        bench.run(&given, "out", Existing::Keep, "day").expect("it runs");
        for name in ["doc-5", "doc-9", "doc-11"] {
            assert!(!bench.traces("out", &format!("\"{name}\"")).is_empty(), "the test finds {name}");
        }
        let forgot = bench.forget("out", "day", &["doc-5", "doc-9", "doc-11"]).expect("they go");
        assert_eq!((forgot.records, forgot.others, forgot.already), (1, 2, 0));
        let gone = |when: &str| {
            for name in ["doc-5", "doc-9", "doc-11"] {
                assert_eq!(bench.traces("out", &format!("{name} ")), [""; 0], "{when}");
                assert_eq!(bench.traces("out", &format!("\"{name}\"")), [""; 0], "{when}");
            }
        };
        gone("at once");
        // What it stood for is written now.
        let rows = bench.rows("out");
        assert!(rows.iter().any(|row| row.starts_with("doc-20 ")), "{rows:?}");
        assert_eq!(rows.len(), 21, "{rows:?}");
        assert!(!bench.at("out").join("delta").exists());

        // The same again, and the same run again.
        let before = files_below(&bench.at("out"));
        let again = bench.forget("out", "day", &["doc-5", "doc-9"]).expect("nothing is to do");
        assert_eq!((again.records, again.others, again.already), (0, 0, 2));
        assert_eq!(files_below(&bench.at("out")), before);
        let report = bench.run(&given, "out", Existing::Keep, "day").expect("it runs");
        assert_eq!((report.read, report.skipped["forgotten"], report.quarantined), (21, 3, 0));
        gone("after a run");
        assert_eq!(bench.rows("out"), rows);
        bench.run(&given, "out", Existing::Append, "day").expect("it runs");
        gone("after one that adds");
        bench.run(&given, "out", Existing::Replace, "day").expect("it runs");
        gone("after one that replaces");
        assert_eq!(bench.rows("out"), rows);
        for part in ["1/2", "2/2"] {
            let share = Share::Part(part.parse().expect("a share"));
            bench.run_with(&given, "out", Options { share, owner: owner("day"), ..options(2, 2) }).expect("it runs");
        }
        gone("after shares");

        // Taken back, it is read again.
        let documents = ["doc-5".to_owned(), "doc-9".to_owned()];
        assert_eq!(remember(&bench.at("out"), "day", &documents).expect("they are known"), 2);
        assert!(
            remember(&bench.at("out"), "day", &documents).expect_err("no more").to_string().contains("doc-5, doc-9")
        );
        let report = bench.run(&given, "out", Existing::Append, "day").expect("it runs");
        assert_eq!((report.read, report.quarantined), (2, 1));
        // Behind the one that says the same by now.
        assert_eq!(bench.rows("out").iter().any(|row| row.starts_with("doc-5 ")), !surveyed);
    }
}

#[test]
fn what_was_added_is_forgotten_in_the_delta_too_and_a_run_ends_what_was_begun() {
    for surveyed in [false, true] {
        let bench = Bench::new(surveyed, false);
        let given = texts();
        bench.run(&given[..3], "out", Existing::Append, "day-1").expect("it runs");
        bench.run(&given, "out", Existing::Append, "day-2").expect("it runs");
        let begun = bench.at("begun");
        copy(&bench.at("out"), &begun);
        bench.forget("out", "day-2", &["doc-5"]).expect("it goes");
        assert_eq!(bench.traces("out", "doc-5 "), [""; 0]);
        let delta = fs::read_to_string(bench.at("out").join("delta/000002/a.txt")).expect("it is there");
        assert!(delta.contains("doc-6 ") && delta.contains("doc-20 "), "{delta}");
        // The other day has a document of that name, which is another one, and is named from the first.
        let stands = |name: &str| bench.rows("out").iter().any(|row| row.starts_with(name));
        assert_eq!((stands("doc-1 "), stands("../day-2/doc-1 ")), (true, !surveyed), "{:?}", bench.rows("out"));

        // Killed when only the list was there: any run takes it out.
        fs::copy(bench.at("out").join(".copydesk/forgotten"), begun.join(".copydesk/forgotten")).expect("a copy");
        let more = ["something new".to_owned()];
        for existing in [Existing::Append, Existing::Keep] {
            copy(&begun, &bench.at("later"));
            match existing {
                Existing::Append => bench.run(&more, "later", existing, "day-3").expect("it runs"),
                _ => bench.run(&given, "later", existing, "day-2").map(drop).err().map_or_else(
                    Report::default,
                    |error| {
                        // The first day is not among its inputs.
                        assert!(!error.to_string().contains("doc-5"), "{error}");
                        Report::default()
                    },
                ),
            };
            if existing == Existing::Append {
                assert_eq!(bench.traces("later", "doc-5 "), [""; 0]);
            }
        }
    }
}

/// The id that the record of a document has.
fn id_of(name: &str, text: &str) -> String {
    let digest = Sha256::digest(text).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("{:016x}", copydesk_record::id_number_of(name, &digest))
}

#[test]
fn what_was_tried_again_is_one_document() {
    for surveyed in [false, true] {
        for by_id in [false, true] {
            let bench = Bench::new(surveyed, false);
            let mut given = texts();
            bench.run(&given, "out", Existing::Keep, "day").expect("it runs");
            given[9] = "mended at last".into();
            let retry = Options { retry: true, owner: owner("day"), ..options(2, 2) };
            assert_eq!(bench.run_with(&given, "out", retry).expect("it runs").written, 1);
            let id = id_of("doc-9", "mended at last");
            let forgot = bench.forget("out", "day", &[if by_id { &id } else { "doc-9" }]).expect("it goes");
            assert_eq!((forgot.records, forgot.others), (1, 0));
            let gone = || ["doc-9 ", "\"doc-9\""].iter().all(|name| bench.traces("out", name).is_empty());
            assert!(gone(), "{:?}", bench.traces("out", "doc-9"));
            assert!(!bench.at("out").join("quarantine.jsonl").exists());
            // Under its name another text is the same document.
            given[9] = "mended once more".into();
            let report = bench.run(&given, "out", Existing::Append, "day").expect("it runs");
            assert_eq!((report.read, report.skipped["forgotten"]), (0, 1));
            assert!(gone());
            assert_eq!(remember(&bench.at("out"), "day", &["doc-9".into()]).expect("it is known"), 1);
            bench.run(&given, "out", Existing::Append, "day").expect("it runs");
            assert!(bench.rows("out").iter().any(|row| row.starts_with("doc-9 ")));
        }
    }
}

#[test]
fn a_name_is_meant_from_where_it_is_given() {
    let bench = Bench::new(false, false);
    for day in ["day-1", "day-2"] {
        bench.run(&[format!("text of {day}"), "another".into()], "out", Existing::Append, day).expect("it runs");
    }
    // As it is called, from wherever; and as the file is called from there.
    assert_eq!(bench.forget("out", "elsewhere", &["../day-2/doc-0"]).expect("it goes").records, 1);
    let rows = bench.rows("out");
    assert!(rows.len() == 3 && rows.iter().all(|row| !row.contains("text of day-2")), "{rows:?}");
    assert_eq!(bench.forget("out", "elsewhere", &["../day-2/doc-0"]).expect("it is known").already, 1);
    assert_eq!(remember(&bench.at("out"), "elsewhere", &["../day-2/doc-0".into()]).expect("it is known"), 1);
    assert_eq!(bench.forget("out", "day-2", &["doc-1"]).expect("it goes").records, 1);
    let rows = bench.rows("out");
    assert!(rows.len() == 2 && rows.iter().all(|row| row.starts_with("doc-")), "{rows:?}");
    assert_eq!(bench.forget("out", "elsewhere", &["doc-0"]).expect("it goes").records, 1);
}

#[test]
fn work_under_way_is_not_thrown_away() {
    let bench = Bench::new(false, false);
    bench.run(&texts()[..6], "out", Existing::Keep, "day").expect("it runs");
    copy(&bench.at("out"), &bench.at("shares"));
    let size = ShardSize { documents: 3, bytes: 1 << 20 };
    let options = Options { owner: owner("day"), shard: size, ..options(2, 2) };
    let share = Share::Part("1/2".parse().expect("a share"));
    bench.run_with(&texts(), "shares", Options { share, ..options.clone() }).expect("it runs");
    let before = files_below(&bench.at("shares"));
    let error = bench.forget("shares", "day", &["doc-5"]).expect_err("shares").to_string();
    assert!(error.contains("copydesk merge"), "{error}");
    assert_eq!(files_below(&bench.at("shares")), before);

    let source = Box::new(Given { texts: texts(), breaks_after: Some(20) });
    let output = Output::Folder { folder: bench.at("out"), sharded: false };
    let run = Run { source, chain: bench.chain(), exports: Bench::exports(), output, options };
    run.execute(&mut ()).expect_err("it breaks");
    let before = files_below(&bench.at("out"));
    let error = bench.forget("out", "day", &["doc-5"]).expect_err("the run of its owner").to_string();
    assert!(error.contains("was stopped in"), "{error}");
    assert_eq!(files_below(&bench.at("out")), before);
    bench.run(&texts(), "out", Existing::Keep, "day").expect("it runs");
    bench.forget("out", "day", &["doc-5"]).expect("it goes");
}

#[test]
fn what_is_not_there_is_refused_and_nothing_changes() {
    let bench = Bench::new(false, false);
    let error = bench.forget("out", "day", &["doc-5"]).expect_err("no run").to_string();
    assert!(error.contains("no run has ended in"), "{error}");
    assert!(!bench.at("out").exists());
    bench.run(&texts(), "out", Existing::Keep, "day").expect("it runs");
    let before = files_below(&bench.at("out"));
    let error = bench.forget("out", "day", &["doc-5", "doc-77", "0123456789abcdef"]).expect_err("unknown").to_string();
    assert!(error.contains("is called doc-77, 0123456789abcdef. Nothing was changed"), "{error}");
    assert_eq!(files_below(&bench.at("out")), before);
    let forget = Forget {
        chain: bench.chain(),
        exports: vec![export(Late(Lines("a.txt")))],
        folder: bench.at("out"),
        place: "day".into(),
        documents: vec!["doc-5".into()],
    };
    let error = forget.execute().expect_err("other exports").to_string();
    assert!(error.contains("other exports or surveys") && error.contains("Nothing was changed"), "{error}");
    assert_eq!(files_below(&bench.at("out")), before);

    // A run was stopped there.
    let source = Box::new(Given { texts: texts(), breaks_after: Some(20) });
    let (chain, exports) = (bench.chain(), Bench::exports());
    let output = Output::Folder { folder: bench.at("out"), sharded: false };
    let options = Options { existing: Existing::Append, owner: owner("day-2"), ..options(2, 2) };
    let options = Options { shard: ShardSize { documents: 3, bytes: 1 << 20 }, ..options };
    Run { source, chain, exports, output, options }.execute(&mut ()).expect_err("it breaks");
    let error = bench.forget("out", "day", &["doc-5"]).expect_err("it would be lost").to_string();
    assert!(error.contains("was stopped in"), "{error}");
    bench.run(&texts(), "out", Existing::Append, "day-2").expect("it runs");
    bench.forget("out", "day", &["doc-5"]).expect("it goes");

    fs::write(bench.at("out").join(".copydesk/forgotten"), "torn").expect("it is written");
    let error = bench.run(&texts(), "out", Existing::Append, "day").expect_err("it is damaged").to_string();
    assert!(error.contains("may not come back"), "{error}");
}

fn copy(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).expect("it goes");
    }
    for (name, bytes) in files_below(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, bytes).expect("it is written");
    }
}

#[test]
fn one_that_was_killed_before_its_manifest_goes_on() {
    const MANIFEST: &str = ".copydesk/manifest";
    let bench = Bench::new(true, false);
    bench.run(&texts(), "out", Existing::Keep, "day").expect("it runs");
    let before = files_below(&bench.at("out"));
    bench.forget("out", "day", &["doc-5"]).expect("it goes");
    let after = files_below(&bench.at("out"));

    // Its files have their names, its plan is not the manifest yet, and what was there before is not cleared away.
    let mut killed = before.clone();
    killed.extend(after.clone().into_iter().filter(|(name, _)| name != MANIFEST));
    killed.insert(".copydesk/plan".into(), after[MANIFEST].clone());
    assert!(killed.len() > after.len() + 1, "parts of before are left");
    for (name, bytes) in &killed {
        let path = bench.at("killed").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    let forgot = bench.forget("killed", "day", &["doc-5"]).expect("it goes on");
    assert_eq!((forgot.records, forgot.already), (0, 1));
    assert_eq!(files_below(&bench.at("killed")), after);
}
