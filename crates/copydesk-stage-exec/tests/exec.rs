//! The stage with programs that work, and with one that does everything wrong. Without `python3` these tests say that they
//! were skipped.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests write programs and time them, which no stage may"
)]

use std::{fs, process::Command, time::Instant};

use copydesk_document::{Document, Input};
use copydesk_stage::{
    AnyStage, BlockPart, Catalog, ConfigError, Context, Facet, Handed, Manifest, PartialView, StageError, Verdict,
    ViewPart,
};
use copydesk_stage_exec::Exec;
use copydesk_testkit::Kit;
use serde_json::{Value, json};

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: there is no {program}");
    }
    found
}

const ODD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/odd.py");
const MARK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/mark_releases.py");

fn build(config: &Value) -> Result<(AnyStage, Manifest), ConfigError> {
    let catalog = Catalog::default().with(copydesk_stage_exec::register);
    let kind = catalog.find_stage("exec").expect("it is registered");
    let stage = kind.build(config)?;
    let manifest = stage.manifest(kind.manifest(kind.resolve(config)?));
    Ok((stage, manifest))
}

fn odd(more: &Value) -> Result<(AnyStage, Manifest), ConfigError> {
    let mut config = json!({ "command": ["python3", ODD], "seconds_per_document": 0.7, "seconds_to_start": 30 });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    build(&config)
}

/// What becomes of documents with these texts that the stage takes together.
fn work((stage, manifest): &(AnyStage, Manifest), texts: &[&str]) -> Vec<(Document, Result<Verdict, StageError>)> {
    let AnyStage::Batch(stage) = stage else { panic!("it takes many documents") };
    let read = |text: &&str| {
        copydesk_parse::parse(&Input::new("a.txt", text.as_bytes().to_vec()), &copydesk_parse::Limits::default())
    };
    let mut docs: Vec<_> = texts.iter().map(|text| read(text).expect("a text")).collect();
    let mut handed: Vec<_> = docs.iter_mut().map(|doc| Handed { doc, cx: Context::of(manifest) }).collect();
    let verdicts = stage.process(&mut handed);
    let verdicts: Vec<_> =
        handed.into_iter().zip(verdicts).map(|(handed, verdict)| handed.cx.finish(verdict)).collect();
    docs.into_iter().zip(verdicts).collect()
}

#[test]
fn every_case_gives_what_is_expected() {
    if has("python3") {
        Kit::for_stage::<Exec>().run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
    }
}

#[test]
fn an_instance_is_what_its_program_says() {
    if !has("python3") {
        return;
    }
    let (_, manifest) = build(&json!({ "command": ["python3", MARK], "batch": 7 })).expect("it is good");
    assert_eq!((manifest.reads, manifest.writes), (&[][..], &[Facet::Body][..]));
    assert_eq!(manifest.options["options"]["marks"][0], "note to editors:");
    assert_eq!(manifest.options.get("batch"), None, "how work is spread is in no key");
    assert!(manifest.options["program"]["version"].as_str().unwrap().contains("3."), "{}", manifest.options);
    // Another program is other work, and the same is the same.
    let folder = tempfile::tempdir().unwrap();
    let program = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let module = program("copydesk_stage.py", copydesk_stage_exec::PYTHON_MODULE);
    let code = "import rules\nfrom copydesk_stage import stage\n@stage(reads=[], writes=[])\ndef nothing(document): ...\nnothing.run()\n";
    let main = program("nothing.py", code);
    let digest = || build(&json!({ "command": ["python3", main] })).expect("it is good").1.options["program"].clone();
    program("rules.py", "N = 1\n");
    let first = digest();
    assert_eq!(digest(), first);
    program("rules.py", "N = 2\n");
    let second = digest();
    assert!(second != first, "a module that the program imports counts");
    fs::write(&main, format!("{code}# changed\n")).unwrap();
    assert!(digest() != second && fs::metadata(module).is_ok());
}

#[test]
fn a_program_that_cannot_be_worked_with_is_refused_with_the_way_out() {
    if !has("python3") {
        return;
    }
    let slow = json!({ "options": { "start": "hang" }, "seconds_to_start": 0.3 });
    for (config, path, message) in [
        (json!({ "command": [] }), "command", "names no program (write the program and its arguments"),
        (json!({ "command": ["no-such-python"] }), "command[0]", "there is no program `no-such-python` on the PATH"),
        (json!({ "command": ["./no-such"] }), "command[0]", "there is no file `./no-such`"),
        (json!({ "command": ["python3", "no-such.py"] }), "command", "can't open file"),
        (json!({ "command": ["python3", ODD], "files": ["no-such"] }), "files[0]", "cannot read `no-such`"),
        (json!({ "command": ["python3", ODD], "seconds_to_start": 0 }), "seconds_to_start", "is from 0.001"),
        (json!({ "options": { "start": "garbage" } }), "command", "its first line is no JSON: `loading the model ...`"),
        (json!({ "options": { "start": "version" } }), "command", "it speaks version 2 of the protocol"),
        (
            json!({ "options": { "start": "exit" } }),
            "command",
            "ended (exit status: 1); its last words: there is no model",
        ),
        (
            json!({ "options": { "start": "no-writes" } }),
            "command",
            "introduces itself wrongly: missing field `writes`",
        ),
        (json!({ "options": { "start": "facet" } }), "command", "unknown variant `bodies`, expected one of `body`, "),
        (json!({ "options": { "start": "refuse" } }), "options.limit", "is no number"),
        (slow, "command", "said nothing for 0.3 s, and did not introduce itself"),
    ] {
        let built = if config.get("command").is_some() { build(&config) } else { odd(&config) };
        let error = built.map(|_| ()).expect_err(message);
        assert!(error.path == path && error.to_string().contains(message), "{message}\n{error}");
    }
    for (options, path, message) in [
        (json!({ "mark": [] }), "options.mark", "did you mean `marks`?"),
        (json!({ "marks": "x" }), "options.marks", "is text, and has to be a list"),
        (json!({ "marks": ["x", " "] }), "options.marks[1]", "is empty"),
    ] {
        let error = build(&json!({ "command": ["python3", MARK], "options": options })).expect_err(message);
        assert!(error.path == path && error.to_string().contains(message), "{error}");
    }
}

#[test]
fn what_goes_wrong_costs_its_document_alone() {
    if !has("python3") {
        return;
    }
    let stage = odd(&json!({})).expect("it is good");
    for (text, rule, message) in [
        ("exit", "crash", "ended (exit status: 1); its last words: could not go on"),
        ("close", "crash", "ended (exit status: 1); its last words: nobody listens"),
        ("kill", "crash", "signal: 9"),
        ("hang", "limit.time", "said nothing for 0.7 s"),
        ("garbage", "bad-answer", "said what is no answer"),
        ("half", "crash", "in the middle of a line: `{\"id\": 0, \"patch\": {\"ver`"),
        ("other-id", "bad-answer", "which it does not have in hand"),
        ("no-block", "bad-patch", "there is no block 99"),
        ("no-label", "bad-patch", "unknown variant `othr`, expected one of `unlabelled`, `body`"),
        ("unknown-change", "bad-patch", "unknown variant `sing`"),
        ("undeclared", "undeclared-write", "writes `metadata` and does not declare it"),
    ] {
        let done = work(&stage, &["one", text, "two", "three"]);
        for (at, word) in [(0, "one"), (2, "two"), (3, "three")] {
            assert_eq!(done[at].1, Ok(Verdict::Keep), "{text}");
            assert_eq!(done[at].0.notes()[0].message, word, "each document has its own answer, once");
            assert_eq!(done[at].0.notes().len(), 1);
        }
        let error = done[1].1.clone().expect_err(text);
        assert!(error.rule == rule && error.message.contains(message) && !error.ends_run, "{text}: {error:?}");
    }
    assert_eq!(work(&stage, &["drop"])[0].1, Ok(Verdict::Drop("asked for".into())));
}

#[test]
fn a_document_that_is_no_cause_comes_through_at_the_second_attempt() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seen");
    let stage = odd(&json!({ "options": { "file": file } })).expect("it is good");
    let done = work(&stage, &["one", "once", "two"]);
    assert!(done.iter().all(|(doc, verdict)| *verdict == Ok(Verdict::Keep) && doc.notes().len() == 1));
    assert!(file.exists(), "the first attempt ended the program");
}

#[test]
fn a_program_that_fails_on_everything_ends_the_run() {
    if !has("python3") {
        return;
    }
    let stage = odd(&json!({ "batch": 1 })).expect("it is good");
    let texts = vec!["kill"; 40];
    let done = work(&stage, &texts);
    let last = done[39].1.clone().expect_err("it fails");
    assert!(last.ends_run && last.message.contains("has failed 64 times in a row"), "{last:?}");
    assert!(!done[0].1.clone().expect_err("it fails").ends_run);
}

#[test]
fn a_program_that_is_changed_during_a_run_ends_it() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("odd.py");
    fs::copy(ODD, &program).unwrap();
    let stage = odd(&json!({ "command": ["python3", program] })).expect("it is good");
    fs::write(&program, fs::read_to_string(ODD).unwrap() + "# another\n").unwrap();
    let error = work(&stage, &["kill"])[0].1.clone().expect_err("it ends");
    assert!(error.ends_run && error.message.contains("was changed while the run went on"), "{error:?}");
}

#[test]
fn documents_larger_than_a_pipe_go_both_ways() {
    if !has("python3") {
        return;
    }
    let stage = odd(&json!({ "seconds_per_document": 30 })).expect("it is good");
    let texts: Vec<String> = (0..40).map(|n| format!("{n} {}", "word ".repeat(30_000 * (n % 3)))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for (text, (doc, verdict)) in texts.iter().zip(work(&stage, &texts)) {
        assert_eq!((verdict, doc.notes()[0].message.as_str()), (Ok(Verdict::Keep), text.trim()));
    }
}

#[test]
fn a_stage_that_is_dropped_leaves_no_process() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("stays.py");
    let ended = folder.path().join("ended");
    let code = "import sys\nsys.stdin.readline()\nprint('{\"protocol\":1,\"reads\":[],\"writes\":[]}', flush=True)\nsys.stdin.read()\nopen(sys.argv[1], 'w').close()\n";
    fs::write(&program, code).unwrap();
    let since = Instant::now();
    drop(build(&json!({ "command": ["python3", program, ended] })).expect("it is good"));
    assert!(ended.exists() && since.elapsed().as_secs() < 20, "its input ends, and it has time to end by itself");
}

#[test]
fn many_processes_end_at_once() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("lingers.py");
    let code = "import json, os, sys, time\nsys.stdin.readline()\n\
        print('{\"protocol\":1,\"reads\":[],\"writes\":[]}', flush=True)\n\
        for line in sys.stdin:\n    time.sleep(1)\n    \
        print(json.dumps({'id': json.loads(line)['id'], 'patch': {'version': 1, 'changes': []}}), flush=True)\n\
        heard = time.time()\ntime.sleep(0.6)\n\
        open(os.path.join(sys.argv[1], f'{os.getpid()}.times'), 'w').write(f'{heard} {time.time()}')\n";
    fs::write(&program, code).unwrap();
    let stage = build(&json!({ "command": ["python3", program, folder.path()] })).expect("it is good");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(work(&stage, &["x"])[0].1, Ok(Verdict::Keep)));
        }
    });
    drop(stage);
    let files = fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path());
    let times: Vec<(f64, f64)> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "times"))
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let (heard, ended) = text.split_once(' ').expect("two times");
            (heard.parse().unwrap(), ended.parse().unwrap())
        })
        .collect();
    assert_eq!(times.len(), 3, "each had a process of its own, and time to end by itself");
    let last_heard = times.iter().map(|(heard, _)| *heard).fold(f64::MIN, f64::max);
    assert!(times.iter().all(|(_, ended)| last_heard < *ended), "nobody had to wait for another: {times:?}");
}

#[test]
fn a_member_that_is_not_there_is_told_of_where_it_was_asked_for() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("asks.py");
    fs::write(folder.path().join("copydesk_stage.py"), copydesk_stage_exec::PYTHON_MODULE).unwrap();
    let code = "from copydesk_stage import stage\n\n@stage(reads=[], writes=[], view=['blocks'], block=['text'])\n\
        def asks(document):\n    \
        for block in document.blocks:\n        block.links if 'links' in block.text else document.facts\n\nasks.run()\n";
    fs::write(&program, code).unwrap();
    let stage = build(&json!({ "command": ["python3", program] })).expect("it is good");
    let done = work(&stage, &["links", "facts"]);
    for ((_, verdict), message) in done.iter().zip([
        "NoSuchMember: there is no 'links' in it: id, text (`view` and `block` of the stage say what is sent) (asks.py, line 6)",
        "AttributeError: there is no 'facts' in the view: version, uri, media_type, url, blocks (`view` of the stage says what \
         is sent) (asks.py, line 6)",
    ]) {
        let error = verdict.clone().expect_err(message);
        assert!(error.rule == "exception" && error.message == message, "{error:?}");
    }
}

#[test]
fn an_option_that_is_not_there_is_told_of_as_one() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("mistaken.py");
    fs::write(folder.path().join("copydesk_stage.py"), copydesk_stage_exec::PYTHON_MODULE).unwrap();
    let code = "from copydesk_stage import stage\n\n@stage(reads=[], writes=[], view=[], options={'words': [], 'least': {'lines': 2}})\n\
        def mistaken(document, options):\n    return options.least.line if options.words else options.word\n\nmistaken.run()\n";
    fs::write(&program, code).unwrap();
    for (words, message) in [
        (json!([]), "there is no 'word' in it: words, least (an option is declared in `@stage(options=...)`)"),
        (json!(["tide"]), "there is no 'line' in it: lines (an option is declared in `@stage(options=...)`)"),
    ] {
        let stage =
            build(&json!({ "command": ["python3", program], "options": { "words": words } })).expect("it is good");
        let error = work(&stage, &["any"])[0].1.clone().expect_err(message);
        assert_eq!(error.message, format!("NoSuchMember: {message} (mistaken.py, line 5)"));
    }
}

#[test]
fn rules_of_the_module_for_python_stand_in_the_readme() {
    let rules: Vec<&str> = copydesk_stage_exec::PYTHON_MODULE
        .split("\"rule\": \"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"').map(|(rule, _)| rule))
        .collect();
    assert!(rules.contains(&"exception"), "{rules:?}");
    for rule in rules {
        assert!(<Exec as copydesk_stage::StageKind>::README.contains(&format!("\n| `{rule}` | ")), "{rule}");
    }
}

#[test]
fn lines_are_what_the_schema_says() {
    let schema = copydesk_stage_exec::Messages::json_schema().to_value();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let input = Input::new("a.md", b"# Night ferry\n\nThe [quay](https://example.org/quay).".to_vec());
    let doc = copydesk_parse::parse(&input, &copydesk_parse::Limits::default()).expect("a text");
    let all = PartialView { doc: &doc, parts: ViewPart::ALL, labels: None, block: None };
    let blocks = PartialView { parts: &[ViewPart::Blocks], ..all };
    let texts = PartialView { block: Some(&[BlockPart::Text]), ..blocks };
    let view = |view: &PartialView<'_>| serde_json::to_value(view).expect("a view");
    for line in [
        json!({ "protocol": 1, "options": {} }),
        json!({ "protocol": 1, "reads": ["body"], "writes": [], "view": ["blocks"], "labels": ["body"], "files": [] }),
        json!({ "protocol": 1, "reads": ["body"], "writes": [], "view": ["blocks"], "block": ["text", "links"] }),
        json!({ "id": 0, "view": view(&all) }),
        json!({ "id": 0, "view": view(&blocks) }),
        json!({ "id": 0, "view": view(&texts) }),
        json!({ "error": "is no number", "option": "limit" }),
        json!({ "id": 1, "patch": { "version": 1, "changes": [] } }),
    ] {
        assert!(validator.is_valid(&line), "{line}");
    }
    for line in [
        json!({ "id": 1, "changes": [] }),
        json!({ "protocol": 1, "reads": [], "writes": [], "block": ["words"] }),
        json!({ "id": 0, "view": { "version": 1, "uri": "a.txt", "media_type": "text/plain", "url": null, "blocks": [{}] } }),
    ] {
        assert!(!validator.is_valid(&line), "{line}");
    }
}
