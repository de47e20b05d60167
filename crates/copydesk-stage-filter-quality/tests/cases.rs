//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_stage_filter_quality::FilterQuality;
use copydesk_testkit::Kit;

#[test]
fn every_case_gives_what_is_expected() {
    let kit = Kit::for_stage::<FilterQuality>().on_all_text().in_the_language_of_its_first_line();
    kit.run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}
