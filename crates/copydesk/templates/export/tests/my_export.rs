//! The export on a document.

use copydesk_document::{BlockId, Document, Input};
use copydesk_stage::Catalog;

/// A document as the first stage of a chain would leave it.
fn document(text: &str) -> Document {
    let input = Input::new("ferry.md", text);
    let mut doc =
        copydesk_parse::parse(&input, &copydesk_parse::Limits::default()).expect("plain text");
    let ids: Vec<BlockId> = doc.ids().collect();
    let mut cx = copydesk_stage::Context::new("test");
    for id in ids {
        cx.label(&mut doc, id, copydesk_document::Label::Body, "all", "");
    }
    doc
}

#[test]
fn a_document_is_a_line() {
    let catalog = Catalog::default().with(copydesk_export_my_export::register);
    let kind = catalog.find_export("my-export").expect("it is registered");
    let export = kind
        .build(&serde_json::json!({ "characters": 9 }))
        .expect("good options");
    let mut rows = Vec::new();
    export
        .encode(&document("The ferry\nsails at night."), &mut rows)
        .expect("it can be written");
    assert_eq!(String::from_utf8_lossy(&rows), "ferry.md\tThe ferry\n");
}
