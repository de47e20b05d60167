//! Loading pipeline files. The wording of the messages is tested where the program is; here it is what is refused.

use std::fmt::Write as _;

use copydesk_document::{BlockId, Document, Input};
use copydesk_pipeline::{Severity, builtin, json_schema, load};
use copydesk_runner::{Outcome, StageInstance};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use serde_json::Value;

/// Stages that do nothing, and say what they read and write.
macro_rules! stages {
    ($($type:ident = $name:literal, reads $reads:expr, writes $writes:expr;)*) => {
        $(
            #[derive(Debug)]
            struct $type;

            impl Stage for $type {
                fn process(&self, _: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
                    Ok(Verdict::Keep)
                }
            }

            impl StageKind for $type {
                const NAME: &'static str = $name;
                const SUMMARY: &'static str = "Does nothing.";
                const READS: &'static [Facet] = $reads;
                const WRITES: &'static [Facet] = $writes;
                type Config = Empty;

                fn build(_: Empty) -> Result<AnyStage, ConfigError> {
                    Ok(AnyStage::cpu(Self))
                }
            }
        )*
        fn register(catalog: &mut Catalog) {
            $(catalog.stage::<$type>();)*
        }
    };
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Empty {}

stages! {
    Makes = "makes", reads &[], writes &[Facet::Body];
    Refines = "refines", reads &[Facet::Body], writes &[Facet::Body];
    RefinesToo = "refines-too", reads &[Facet::Body], writes &[Facet::Body];
    Reads = "reads", reads &[Facet::Body, Facet::Text], writes &[Facet::Captions];
    Rewrites = "rewrites", reads &[Facet::Captions], writes &[Facet::Text];
}

/// Loads a chain of these stages, and says how many errors and warnings there are.
fn chain(names: &[&str]) -> (usize, usize) {
    let catalog = builtin().with(register);
    let stages = names.iter().fold(String::new(), |text, name| text + "[[stage]]\nuse = \"" + name + "\"\n");
    match load("chain.toml", &format!("{stages}[[export]]\nuse = \"jsonl\"\n"), &catalog) {
        Ok(pipeline) => {
            let built: Vec<&str> = pipeline.chain.links().iter().map(StageInstance::name).collect();
            assert_eq!(built, names, "the order of the file is the order of the run");
            (0, pipeline.warnings.items().len())
        }
        Err(d) => (d.count(Severity::Error), d.count(Severity::Warning)),
    }
}

#[test]
fn a_reader_stands_behind_its_writer() {
    assert_eq!(chain(&["makes", "reads", "rewrites"]), (0, 0));
    assert_eq!(chain(&["reads", "makes"]), (1, 0));
    assert_eq!(chain(&["rewrites", "reads", "makes"]), (2, 0));
}

#[test]
fn a_stage_that_refines_waits_for_the_one_that_makes() {
    assert_eq!(chain(&["makes", "refines"]), (0, 0));
    assert_eq!(chain(&["refines", "makes"]), (1, 0));
    assert_eq!(chain(&["refines", "refines-too"]), (0, 0), "two that refine stand in any order");
}

#[test]
fn conditions_over_what_may_be_known_are_not_warned_of() {
    let warnings = |stages: &[(&str, &str)], export: &str| {
        let mut text = String::new();
        for (at, (stage, when)) in stages.iter().enumerate() {
            let _ = write!(text, "[[stage]]\nuse = \"{stage}\"\nname = \"s{at}\"\nwhen = '{when}'\n");
        }
        let _ = write!(text, "[[export]]\nuse = \"jsonl\"\nwhen = '{export}'\n");
        let warnings = load("when.toml", &text, &builtin()).unwrap_or_else(|e| panic!("{e}")).warnings.to_string();
        warnings.lines().filter(|line| line.starts_with("warning: `when`")).collect::<Vec<_>>().join("\n")
    };
    let (strip, metadata) = (("strip-boilerplate", "true"), ("extract-metadata", "true"));
    let german = "language == \"de\"";
    assert_eq!(warnings(&[strip, metadata], german), "", "what a page says of its language stands in");
    assert!(warnings(&[("mask-personal-data", "true")], german).contains("asks for languages"));
    let again = ("extract-metadata", "title == \"\"");
    assert_eq!(warnings(&[strip, metadata, again], "true"), "", "a second pass");
    assert!(warnings(&[strip, again], "true").contains("before `s1` has written its part"));
}

#[test]
fn what_nobody_writes_is_a_warning_and_the_text_is_always_there() {
    assert_eq!(chain(&["reads"]), (0, 1));
    assert_eq!(chain(&["makes", "reads", "rewrites", "refines"]), (0, 0), "the parser writes the text");
}

#[test]
fn where_nobody_tells_the_main_text_all_of_it_is_kept() {
    let text = "[[stage]]\nuse = \"detect-language\"\n[[export]]\nuse = \"jsonl\"\n";
    let pipeline = load("all.toml", text, &builtin()).unwrap_or_else(|e| panic!("{e}"));
    assert!(pipeline.warnings.to_string().contains("all text that is shown"), "{}", pipeline.warnings);
    let page = "<nav>Home</nav><p>Boats leave at night.</p><p hidden>Unseen</p>";
    let Outcome::Kept(doc) = pipeline.chain.process_one(Input::new("a.html", page)) else { panic!("it is kept") };
    let kept: Vec<&str> = doc.body().map(|(id, _)| doc.text(id)).collect();
    assert_eq!(kept, ["Home", "Boats leave at night."]);
}

#[test]
fn what_a_condition_keeps_from_the_stage_that_tells_the_main_text_is_kept_whole() {
    let text = "[[stage]]\nuse = \"strip-boilerplate\"\nwhen = 'source.media_type == \"text/html\"'\n\
        [[export]]\nuse = \"jsonl\"\n";
    let pipeline = load("some.toml", text, &builtin()).unwrap_or_else(|e| panic!("{e}"));
    let body = |name: &str, text: &str| {
        let Outcome::Kept(doc) = pipeline.chain.process_one(Input::new(name, text)) else { panic!("it is kept") };
        assert!(doc.ids().all(|id| doc.decisions().iter().any(|decision| decision.block == id)), "each has a label");
        doc.body().map(|(id, _)| doc.text(id).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(body("a.md", "# Night boats\n\nBoats leave at night.\n"), ["Night boats", "Boats leave at night."]);
    let sentence = "The night boats leave the northern quay at ten, and the harbour office sells tickets until nine. ";
    let page = format!(
        "<nav><a href=/a>Home</a> <a href=/b>Contact</a></nav><main><article><h1>Night boats</h1><p>{0}</p><p>{0}</p></article></main>",
        sentence.repeat(3)
    );
    let kept = body("a.html", &page);
    assert!(kept.iter().any(|text| text.contains("northern quay")), "{kept:?}");
    assert!(!kept.iter().any(|text| text.contains("Contact")), "what looks at a page still tells: {kept:?}");
}

#[test]
fn the_same_stage_stands_twice_under_two_names() {
    let text = "[[stage]]\nuse = \"strip-boilerplate\"\n\
        [[stage]]\nuse = \"strip-boilerplate\"\nname = \"again\"\nmode = \"recall\"\n\
        [[export]]\nuse = \"jsonl\"\n";
    let pipeline = load("twice.toml", text, &builtin()).unwrap_or_else(|e| panic!("{e}"));
    let manifests: Vec<_> = pipeline.chain.links().iter().map(|link| &link.manifest).collect();
    assert_eq!(
        manifests.iter().map(|m| (m.name, m.kind)).collect::<Vec<_>>(),
        [("strip-boilerplate", "strip-boilerplate"), ("again", "strip-boilerplate")]
    );
    assert_eq!(manifests[1].options["mode"], "recall");
    let page = "<h1>Night ferry</h1><p>Boats will leave every forty minutes, all through the night.</p>";
    let Outcome::Kept(doc) = pipeline.chain.process_one(Input::new("a.html", page)) else { panic!("it is kept") };
    let stages: Vec<&str> = doc.decisions_on(BlockId(1)).map(|decision| &*decision.stage).collect();
    assert_eq!(stages, ["strip-boilerplate", "again"], "a decision carries the name of the instance");
}

#[test]
fn the_results_of_the_house_are_bound_to_its_sources_and_not_to_the_program() {
    let catalog = builtin();
    for entry in catalog.stages() {
        assert!(!entry.fingerprint.is_foreign(), "`{}` lacks a FINGERPRINT", entry.name);
    }
    for entry in catalog.exports() {
        assert!(!entry.fingerprint.is_foreign(), "`{}` lacks a FINGERPRINT", entry.name);
    }
    let of = |name: &str| catalog.find_stage(name).expect("the house has it").fingerprint;
    assert_ne!(of("split-captions"), of("extract-metadata"));
    let with_own = builtin().with(register);
    assert!(with_own.find_stage("makes").expect("registered").fingerprint.is_foreign());
}

#[test]
fn json_and_toml_say_the_same() {
    let toml =
        "[[stage]]\nuse = \"strip-boilerplate\"\nmode = \"recall\"\n[[export]]\nuse = \"jsonl\"\n[run]\nbatch = 3\n";
    let json = r#"{ "$schema": "x.json", "run": { "batch": 3 }, "export": [{ "use": "jsonl" }],
        "stage": [{ "use": "strip-boilerplate", "mode": "recall" }] }"#;
    for (path, text) in [("a.toml", toml), ("a.json", json), ("-", json), ("-", toml)] {
        let pipeline = load(path, text, &builtin()).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(pipeline.chain.links()[0].manifest.options["mode"], "recall");
        assert_eq!(pipeline.chain.links()[0].manifest.options["tables"], true, "defaults are filled in");
        assert_eq!((pipeline.exports[0].manifest.name, pipeline.run.batch), ("jsonl", 3));
    }
}

#[test]
fn no_text_makes_it_panic() {
    let good = include_str!("../pipelines/news.toml");
    let catalog = builtin();
    for end in (0..good.len()).filter(|i| good.is_char_boundary(*i)) {
        let _ = load("cut.toml", &good[..end], &catalog).map_err(|d| d.render(true));
    }
    let deep = "[".repeat(100_000);
    for text in
        ["\u{feff}", "é = 1", "\u{0}", "[[stage]]\nuse = \"\u{202e}x\"", "{\"stage\": null}", "{", deep.as_str()]
    {
        for path in ["a.toml", "a.json"] {
            if let Err(diagnosis) = load(path, text, &catalog) {
                assert!(diagnosis.render(false).contains(path));
            }
        }
    }
}

#[test]
fn every_reference_of_the_schema_leads_somewhere() {
    let schema = json_schema(&builtin());
    let mut references = Vec::new();
    collect(&schema, &mut references);
    for reference in &references {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads outside"));
        assert!(schema.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    assert!(!references.is_empty());
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|v| collect(v, references));
        }
        Value::Array(items) => items.iter().for_each(|v| collect(v, references)),
        _ => {}
    }
}

#[test]
fn the_schema_knows_every_name_and_option() {
    let catalog = builtin();
    let schema = json_schema(&catalog);
    for entry in catalog.stages() {
        let stages = schema["properties"]["stage"]["items"]["oneOf"].as_array().expect("a list");
        let own = stages.iter().find(|s| s["properties"]["use"]["const"] == entry.name).expect("every stage");
        for option in entry.defaults().as_object().expect("a table").keys() {
            assert!(own["properties"].get(option).is_some(), "{} lacks {option}", entry.name);
        }
    }
}

/// In a lean build with the way out; where the feature is on, a catalog that lacks the export was made so by somebody.
#[test]
fn what_is_not_built_in_is_told_with_its_feature() {
    let lean = Catalog::default().with(copydesk_export_jsonl::register);
    for (name, is_built_in) in [("parquet", cfg!(feature = "parquet")), ("sqlite", cfg!(feature = "sqlite"))] {
        let text = format!("[[stage]]\nuse = \"x\"\n[[export]]\nuse = \"{name}\"\n");
        let diagnosis = load("lean.toml", &text, &lean).expect_err("it has no such export");
        let message = diagnosis.to_string();
        let told = message.contains(&format!("export `{name}` is not built into this program"));
        assert_eq!(told && message.contains(&format!("`--features {name}`")), !is_built_in, "{message}");
    }
}

/// What a built-in pipeline expects of itself.
#[test]
fn every_built_in_pipeline_passes_its_own_tests() {
    for pipeline in copydesk_pipeline::builtin_pipelines() {
        let loaded = pipeline.load(&builtin()).unwrap_or_else(|error| panic!("{error}"));
        assert!(!loaded.tests.is_empty(), "{} has no test", pipeline.name);
        for test in &loaded.tests {
            let input = test.input(std::path::Path::new("")).expect("its document is at hand");
            let wrong = test.judge(&loaded.chain.process_one(input));
            let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            assert!(wrong.is_empty(), "{}: {}:\n{}", pipeline.name, test.name, wrong.join("\n"));
        }
    }
}
