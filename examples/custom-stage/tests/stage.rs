//! The stage alone, on its cases; and the program that has it, on a page.

use copydesk_stage_hold_embargoed::HoldEmbargoed;
use copydesk_testkit::Kit;

/// A case is a folder in `tests/cases`; `UPDATE_EXPECT=1 cargo test` writes what the stage does there.
#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<HoldEmbargoed>().run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}

#[test]
fn the_program_runs_a_pipeline_that_names_the_stage() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_newsroom-copydesk"))
        .args(["run", "pipeline.toml", "--out", "-", "--quiet"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{messages}");
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one record");
    // Free JSON is text in a record, so that every record has the same types.
    let ext = record["ext"].as_str().expect("a text");
    let ext: serde_json::Value = serde_json::from_str(ext).expect("JSON in it");
    assert_eq!(ext["hold-embargoed"]["line"], "EMBARGOED UNTIL 5 May, 06:00");
    assert!(!record["text"].as_str().expect("a text").contains("EMBARGOED"));
}

/// Nobody raises a version: what was done by a program with another build of the stage is done again.
#[test]
fn a_new_build_of_the_program_does_its_work_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("newsroom-copydesk");
    let out = folder.path().join("out");
    let built = env!("CARGO_BIN_EXE_newsroom-copydesk");
    let run = |bytes: &[u8]| {
        std::fs::write(&program, bytes).expect("a program can be written");
        let permissions = std::fs::metadata(built).expect("it was built").permissions();
        std::fs::set_permissions(&program, permissions).expect("it can be started");
        let mut command = std::process::Command::new(&program);
        command.args(["run", "pipeline.toml", "--out"]).arg(&out).current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = command.output().expect("the program starts");
        String::from_utf8_lossy(&output.stderr).contains("nothing to do")
    };
    let mut bytes = std::fs::read(built).expect("it was built");
    assert_eq!((run(&bytes), run(&bytes)), (false, true), "the same program");
    // What a compiler changes when a rule does, without waiting for one.
    bytes.push(0);
    assert_eq!((run(&bytes), run(&bytes)), (false, true), "another build");
}

#[test]
fn a_mistake_in_its_options_is_shown_like_any_other() {
    let catalog = copydesk_stage::Catalog::default().with(copydesk_stage_hold_embargoed::register);
    let stage = catalog.find_stage("hold-embargoed").expect("it is registered");
    let error = stage.build(&serde_json::json!({ "marks": ["embargo:", " "] })).expect_err("it is refused");
    assert_eq!(error.path, "marks[1]");
}
