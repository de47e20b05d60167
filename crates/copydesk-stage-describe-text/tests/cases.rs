//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_stage::Catalog;
use copydesk_stage_describe_text::{DescribeText, register};
use copydesk_testkit::Kit;
use serde_json::json;

#[test]
fn every_case_gives_what_is_expected() {
    let kit = Kit::for_stage::<DescribeText>().on_all_text();
    kit.run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}

#[test]
fn what_is_no_tokenizer_is_refused() {
    let catalog = Catalog::default().with(register);
    let entry = catalog.find_stage("describe-text").expect("registered");
    let refused = entry.build(&json!({ "tokenizer": "# A page" })).map(|_| ()).expect_err("it is none");
    assert_eq!(refused.path, "tokenizer");
}
