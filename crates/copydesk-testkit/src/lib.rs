//! Runs the case folders of a stage, and checks with each what every stage must hold.
//!
//! A case is a folder `tests/cases/<what-is-special>/` with `input.*`, an optional `config.toml` (the stage's options)
//! and `expected.json` (what the stage wrote, and nothing else). A new case needs a folder and no code:
//! `UPDATE_EXPECT=1` writes `expected.json`, and its diff is reviewed as code.
//!
//! ```no_run
//! # use copydesk_document::Document;
//! # use copydesk_stage::*;
//! # #[derive(Debug)] struct DropShort;
//! # impl StageKind for DropShort {
//! #     const NAME: &'static str = "drop-short";
//! #     const SUMMARY: &'static str = "";
//! #     const READS: &'static [Facet] = &[];
//! #     const WRITES: &'static [Facet] = &[];
//! #     type Config = ();
//! #     fn build(_: ()) -> Result<AnyStage, ConfigError> { unimplemented!() }
//! # }
//! # fn label_all_as_body(_: &mut Document) {}
//! use copydesk_testkit::Kit;
//!
//! // In tests/cases.rs of the stage's crate, in a #[test] function:
//! Kit::for_stage::<DropShort>().after(label_all_as_body).run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
//! ```
//!
//! For every case, without a word in it:
//!
//! - two runs agree;
//! - the stage reads what its kind declares: where that is taken away or put in that it does not declare, it writes the
//!   same;
//! - the stage writes what its kind declares, and nothing else: no other facet, no block more or less, no text
//!   changed unless it declares [`Facet::Text`](copydesk_stage::Facet::Text), no finding or note under another name;
//! - the input cut short at twenty places makes nobody panic.

mod check;
mod reads;
mod show;

use std::{
    fmt, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use copydesk_document::{Decision, Document, Input, Label, LanguageGuess, Languages};
use copydesk_parse::Limits;
use copydesk_stage::{AnyStage, Catalog, Context, Handed, StageEntry, StageError, StageKind, Verdict};
use serde_json::Value;

/// At how many places an input is cut short.
const CUTS: usize = 20;

type Prepare = Box<dyn Fn(&mut Document)>;

/// The cases of one stage.
pub struct Kit {
    entry: StageEntry,
    prepare: Vec<Prepare>,
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit").field("stage", &self.entry.name).finish_non_exhaustive()
    }
}

impl Kit {
    /// A kit for that stage.
    pub fn for_stage<K: StageKind>() -> Self {
        let catalog = Catalog::default().with(Catalog::stage::<K>);
        let entry = catalog.find_stage(K::NAME).expect("it was added a line above").clone();
        Self { entry, prepare: Vec::new() }
    }

    /// Does something to every document before the stage sees it: what an earlier stage of a chain would have done.
    #[must_use]
    pub fn after(mut self, prepare: impl Fn(&mut Document) + 'static) -> Self {
        self.prepare.push(Box::new(prepare));
        self
    }

    /// Every block is main text, for a stage that works on that: what stands before it may be any stage that finds it.
    #[must_use]
    pub fn on_all_text(self) -> Self {
        self.after(|doc| {
            for block in doc.ids().collect::<Vec<_>>() {
                let (stage, rule, detail) = ("test".into(), "all".into(), "".into());
                doc.decide(Decision { block, label: Label::Body, stage, rule, detail });
            }
        })
    }

    /// The document is in the language that its first line names (`language vi`), and in English without such a line.
    #[must_use]
    pub fn in_the_language_of_its_first_line(self) -> Self {
        self.after(|doc| {
            let first = doc.ids().next().map(|id| doc.text(id).to_owned()).unwrap_or_default();
            let tag = first.strip_prefix("language ").unwrap_or("en").to_owned();
            doc.set_languages(Languages { main: Some(LanguageGuess { tag, confidence: 1.0 }), shares: Vec::new() });
        })
    }

    /// Runs every folder in `cases`. Panics, at the end, with the names of those that fail.
    pub fn run(&self, cases: impl AsRef<Path>) {
        let cases = cases.as_ref();
        let mut folders: Vec<PathBuf> = fs::read_dir(cases)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", cases.display()))
            .map(|entry| entry.expect("a folder can be read to its end").path())
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        assert!(!folders.is_empty(), "there is no case in {}", cases.display());
        let failed: Vec<_> = folders
            .iter()
            .filter(|folder| catch_unwind(AssertUnwindSafe(|| self.case(folder))).is_err())
            .map(|folder| name(folder))
            .collect();
        assert!(failed.is_empty(), "{} of {} cases fail: {}", failed.len(), folders.len(), failed.join(", "));
    }

    fn case(&self, folder: &Path) {
        let name = name(folder);
        let (file, bytes) = input(folder);
        let stage = self.entry.build(&config(folder)).unwrap_or_else(|error| panic!("{name}/config.toml: {error}"));
        let before = self.document(&file, &bytes).unwrap_or_else(|error| panic!("{name}/{file}: {error}"));
        let (after, verdict) = self.process(&stage, before.clone());

        let again = self.document(&file, &bytes).map(|doc| self.process(&stage, doc));
        assert!(again == Ok((after.clone(), verdict.clone())), "{name}: a second run gives something else");
        let faults = check::undeclared(&before, &after, &self.entry);
        assert!(faults.is_empty(), "{name}: `{}` {}", self.entry.name, faults.join("; "));
        let shown = show::written(&before, &after, &verdict, self.entry.name);
        for facet in reads::undeclared(&self.entry) {
            for other in [reads::without(&before, facet), reads::with_decoys(&before, facet)].into_iter().flatten() {
                let (after, verdict) = self.process(&stage, other.clone());
                let same = show::written(&other, &after, &verdict, self.entry.name) == shown;
                let facet = facet.name();
                assert!(same, "{name}: `{}` reads `{facet}` and does not declare it", self.entry.name);
            }
        }
        for cut in cuts(&bytes) {
            // What the test does before the stage may count on the whole input; such a cut says nothing of the stage.
            if let Ok(Ok(doc)) = catch_unwind(AssertUnwindSafe(|| self.document(&file, &bytes[..cut]))) {
                let survived = catch_unwind(AssertUnwindSafe(|| self.process(&stage, doc)));
                assert!(survived.is_ok(), "{name}: panics on the first {cut} bytes of {file}");
            }
        }

        expect_test::expect_file![folder.join("expected.json")].assert_eq(&shown);
    }

    fn document(&self, file: &str, bytes: &[u8]) -> Result<Document, copydesk_parse::ParseError> {
        let mut doc = copydesk_parse::parse(&Input::new(file, bytes), &Limits::default())?;
        self.prepare.iter().for_each(|prepare| prepare(&mut doc));
        Ok(doc)
    }

    fn process(&self, stage: &AnyStage, mut doc: Document) -> (Document, Result<Verdict, StageError>) {
        let mut cx = Context::new(self.entry.name);
        let verdict = match stage {
            AnyStage::Cpu(stage) => stage.process(&mut doc, &mut cx),
            AnyStage::Batch(stage) => {
                let mut handed = [Handed { doc: &mut doc, cx: Context::new(self.entry.name) }];
                stage.process(&mut handed).pop().expect("a verdict for each document")
            }
            AnyStage::Async(stage) => tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime for a stage that waits")
                .block_on(stage.process(&mut doc, &mut cx)),
            other => panic!("the kit knows no such stage: {other:?}"),
        };
        (doc, verdict)
    }
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The one file `input.*` of a case. Its name alone is the document's, so that no expectation depends on a place.
fn input(folder: &Path) -> (String, Vec<u8>) {
    let mut inputs: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a case folder can be read")
        .map(|entry| entry.expect("a folder can be read to its end").path())
        .filter(|path| name(path).starts_with("input."))
        .collect();
    let path = inputs.pop().unwrap_or_else(|| panic!("{}: there is no input.*", name(folder)));
    assert!(inputs.is_empty(), "{}: there is more than one input.*", name(folder));
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (name(&path), bytes)
}

fn config(folder: &Path) -> Value {
    let path = folder.join("config.toml");
    match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Value::Object(serde_json::Map::new()),
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// Places to cut an input: spread evenly, and on character boundaries where it is UTF-8.
fn cuts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let text = std::str::from_utf8(bytes).ok();
    let last = bytes.len();
    (0..CUTS).map(move |n| last * n / CUTS).map(move |at| text.map_or(at, |text| text.floor_char_boundary(at)))
}
