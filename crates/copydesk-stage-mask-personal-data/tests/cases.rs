//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_document::{Document, Fact, Origin, Value};
use copydesk_stage_mask_personal_data::MaskPersonalData;
use copydesk_testkit::Kit;

#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<MaskPersonalData>().run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}

#[test]
fn names_of_authors_are_masked_as_words() {
    let by_ann_and_li = |doc: &mut Document| {
        let value = Fact::Authors(vec!["Ann".into(), "Li".into()]);
        let fact = Value { value, origin: Origin::Text, name: "by".into(), span: None, confidence: 0.9 };
        doc.add_facts("extract-metadata", fact.into());
    };
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/authors");
    Kit::for_stage::<MaskPersonalData>().after(by_ann_and_li).run(cases);
}
