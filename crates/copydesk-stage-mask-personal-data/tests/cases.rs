//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_stage_mask_personal_data::MaskPersonalData;
use copydesk_testkit::Kit;

#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<MaskPersonalData>().run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}
