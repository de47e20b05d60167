//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_document::{Decision, Document, Label, LanguageGuess};
use copydesk_langid::Detector;
use copydesk_stage_split_captions::SplitCaptions;
use copydesk_testkit::Kit;

/// What the stages before this one say, without them: every visible block is body, and in the language it reads as.
fn prepare(doc: &mut Document) {
    for id in doc.ids().filter(|id| !doc.block(*id).hidden).collect::<Vec<_>>() {
        let guess = Detector::embedded().detect(doc.text(id));
        doc.set_language(id, Some(LanguageGuess { tag: guess.lang.tag().to_owned(), confidence: guess.confidence }));
        doc.decide(Decision {
            block: id,
            label: Label::Body,
            stage: "test".into(),
            rule: "visible".into(),
            detail: "".into(),
        });
    }
}

#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<SplitCaptions>().after(prepare).run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}
