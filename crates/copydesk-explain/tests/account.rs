//! The account of a document that stages of two authors have worked on.

use copydesk_document::{Caption, Decision, Document, DocumentSource, Label, NewBlock, Span};
use copydesk_explain::{Account, Fate, What};

fn caption(text: &str, confidence: f32) -> Caption {
    Caption { text: text.into(), confidence, span: Some(Span::new(0, 5)), ..Caption::default() }
}

#[test]
fn what_lost_and_what_stages_add_is_told() {
    let mut doc = Document::new(DocumentSource::default(), "The quay\n\nrest\n".into());
    let id = doc.push_block(NewBlock { text: "The quay", span: Span::new(0, 8), ..NewBlock::default() });
    for (stage, label) in [("first", Label::Body), ("second", Label::Caption)] {
        doc.decide(Decision { block: id, label, stage: stage.into(), rule: "own".into(), detail: "seen".into() });
    }
    doc.add_captions("first", vec![caption("The quay", 0.4)]);
    doc.add_captions("second", vec![caption("The quay", 0.9)]);
    doc.set_ext("first", serde_json::json!({ "score": 3 }));

    let account = Account::of(&doc);
    let found: Vec<_> =
        account.captions.iter().map(|c| (c.counts, c.stage.as_deref().unwrap_or_default(), c.line)).collect();
    assert_eq!(found, [(true, "second", Some(1)), (false, "first", Some(1))]);
    assert_eq!(account.ext["first"]["score"], 3);
    let What::Block(block) = &account.entries[0].what else { panic!("{:?}", account.entries) };
    assert_eq!((block.fate, block.decisions.len()), (Fate::Taken, 2));
    assert_eq!(block.decisions[0].label, Label::Body);
    assert_eq!((account.lines.total, account.lines.blocks, account.lines.missing), (3, 1, 0));
}
