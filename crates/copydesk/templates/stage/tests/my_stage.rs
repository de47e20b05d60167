//! The stage on its cases: a folder in `tests/cases` each.

use copydesk_stage_my_stage::MyStage;
use copydesk_testkit::Kit;

/// `UPDATE_EXPECT=1 cargo test` writes `expected.json` for a new case; read it before you keep it.
#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<MyStage>().run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}

#[test]
fn an_empty_mark_is_refused() {
    let catalog = copydesk_stage::Catalog::default().with(copydesk_stage_my_stage::register);
    let stage = catalog.find_stage("my-stage").expect("it is registered");
    let error = stage
        .build(&serde_json::json!({ "marks": ["note:", " "] }))
        .expect_err("it is refused");
    assert_eq!(error.path, "marks[1]");
}
