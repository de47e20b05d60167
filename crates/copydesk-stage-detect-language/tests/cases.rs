//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_stage_detect_language::DetectLanguage;
use copydesk_testkit::Kit;

#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<DetectLanguage>().on_all_text().run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}
