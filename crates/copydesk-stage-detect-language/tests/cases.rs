//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_document::{Decision, Document, Label};
use copydesk_stage_detect_language::DetectLanguage;
use copydesk_testkit::Kit;

fn all_body(doc: &mut Document) {
    for id in doc.ids().collect::<Vec<_>>() {
        doc.decide(Decision {
            block: id,
            label: Label::Body,
            stage: "test".into(),
            rule: "all".into(),
            detail: "".into(),
        });
    }
}

#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<DetectLanguage>().after(all_body).run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}
