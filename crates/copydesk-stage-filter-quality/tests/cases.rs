//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_document::{Decision, Document, Label, LanguageGuess, Languages};
use copydesk_stage_filter_quality::FilterQuality;
use copydesk_testkit::Kit;

fn all_body(doc: &mut Document) {
    for id in doc.ids().collect::<Vec<_>>() {
        let (stage, rule, detail) = ("test".into(), "all".into(), "".into());
        doc.decide(Decision { block: id, label: Label::Body, stage, rule, detail });
    }
}

/// A case in another language than English is a text whose first line names it.
fn in_the_language_of_its_first_line(doc: &mut Document) {
    let first = doc.ids().next().map(|id| doc.text(id).to_owned()).unwrap_or_default();
    let tag = first.strip_prefix("language ").unwrap_or("en").to_owned();
    doc.set_languages(Languages { main: Some(LanguageGuess { tag, confidence: 1.0 }), shares: Vec::new() });
}

#[test]
fn every_case_gives_what_is_expected() {
    let kit = Kit::for_stage::<FilterQuality>().after(all_body).after(in_the_language_of_its_first_line);
    kit.run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}
