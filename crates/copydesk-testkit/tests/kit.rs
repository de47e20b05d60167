//! The kit lets a good stage pass and catches each way of not being one.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use copydesk_document::{BlockId, Decision, Document, Label, LanguageGuess};
use copydesk_stage::{AnyStage, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use copydesk_testkit::Kit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Labels everything body, and something else that its config asks for.
#[derive(Debug)]
struct Toy {
    config: Config,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {
    misdeed: String,
}

impl Stage for Toy {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        for id in doc.ids() {
            cx.keep(doc, id, "all", "");
        }
        let first = BlockId(0);
        match self.config.misdeed.as_str() {
            "text" => doc.set_text(first, "rewritten"),
            "label" => cx.label(doc, first, Label::Title, "first", ""),
            "language" => doc.set_language(first, Some(LanguageGuess { tag: "en".into(), confidence: 1.0 })),
            "caption" => doc.add_captions("toy", vec![copydesk_document::Caption::default()]),
            "block" => drop(doc.push_block(copydesk_document::NewBlock::default())),
            "ext" => doc.set_ext("another", 1.into()),
            "name" => doc.decide(Decision {
                block: first,
                label: Label::Body,
                stage: "another".into(),
                rule: "r".into(),
                detail: "".into(),
            }),
            "memory" => doc.set_ext("toy", RUNS.fetch_add(1, Ordering::Relaxed).into()),
            "slice" => drop(doc.content()[..30].to_owned()),
            "peek" if doc.languages().main.is_some() => cx.note(doc, "peek", "somebody knows the language", None),
            "own" => cx.ext(doc, doc.blocks().len()),
            "drop" => return Ok(Verdict::Drop("asked for".into())),
            "error" => return Err(StageError::new("asked", "as the config asks")),
            _ => {}
        }
        Ok(Verdict::Keep)
    }
}

impl StageKind for Toy {
    const NAME: &'static str = "toy";
    const SUMMARY: &'static str = "Labels everything body.";
    const READS: &'static [Facet] = &[];
    const WRITES: &'static [Facet] = &[Facet::Body];
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        Ok(AnyStage::cpu(Self { config }))
    }
}

const INPUT: &str = "The harbour was quiet.\n\nNobody came by all day long.\n";

fn case(dir: &Path, name: &str, misdeed: &str, expected: &str) {
    let folder = dir.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("input.txt"), INPUT).expect("a file");
    fs::write(folder.join("config.toml"), format!("misdeed = \"{misdeed}\"")).expect("a file");
    fs::write(folder.join("expected.json"), expected).expect("a file");
}

const BODY: &str = r#"{
  "blocks": [
    {"line":1,"label":"body","rule":"all","text":"The harbour was quiet."},
    {"line":3,"label":"body","rule":"all","text":"Nobody came by all day long."}
  ]EXTRA
}
"#;

fn expected(extra: &str) -> String {
    BODY.replace("EXTRA", extra)
}

#[test]
fn a_good_stage_passes() {
    let dir = tempfile::tempdir().expect("a folder");
    case(dir.path(), "plain", "", &expected(""));
    case(dir.path(), "ext", "own", &expected(",\n  \"ext\": 2"));
    let dropped =
        BODY.replace("{\n  \"blocks\"", "{\n  \"dropped\": \"asked for\",\n  \"blocks\"").replace("EXTRA", "");
    case(dir.path(), "dropped", "drop", &dropped);
    let error =
        "{\n  \"error\": {\n    \"rule\": \"asked\",\n    \"message\": \"as the config asks\"\n  },\n  \"blocks\"";
    case(dir.path(), "error", "error", &BODY.replace("{\n  \"blocks\"", error).replace("EXTRA", ""));
    Kit::for_stage::<Toy>().run(dir.path());
}

#[test]
fn what_went_before_is_not_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    case(dir.path(), "plain", "", &expected(""));
    let title = |doc: &mut Document| {
        Context::new("before").label(doc, BlockId(0), Label::Title, "first", "");
        doc.add_captions(
            "before",
            vec![copydesk_document::Caption { text: "of another".into(), ..Default::default() }],
        );
    };
    Kit::for_stage::<Toy>().after(title).run(dir.path());
}

#[test]
fn each_misdeed_is_caught() {
    // What is expected is right, so that only the checks can fail.
    for misdeed in ["text", "label", "language", "caption", "block", "ext", "name", "memory", "slice", "peek"] {
        let dir = tempfile::tempdir().expect("a folder");
        case(dir.path(), misdeed, misdeed, &expected(""));
        let run = catch_unwind(AssertUnwindSafe(|| Kit::for_stage::<Toy>().run(dir.path())));
        let message = *run.expect_err(misdeed).downcast::<String>().expect("a message");
        assert_eq!(message, format!("1 of 1 cases fail: {misdeed}"));
    }
}

#[test]
fn another_result_than_expected_fails() {
    let dir = tempfile::tempdir().expect("a folder");
    case(dir.path(), "plain", "", &expected("").replace("\"all\"", "\"most\""));
    assert!(catch_unwind(AssertUnwindSafe(|| Kit::for_stage::<Toy>().run(dir.path()))).is_err());
}

#[test]
fn no_case_is_no_test() {
    let dir = tempfile::tempdir().expect("a folder");
    assert!(catch_unwind(AssertUnwindSafe(|| Kit::for_stage::<Toy>().run(dir.path()))).is_err());
}
