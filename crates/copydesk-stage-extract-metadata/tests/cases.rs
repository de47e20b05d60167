//! A case is a folder; `UPDATE_EXPECT=1` writes what is expected.

use copydesk_document::{BoilerplateKind, Decision, Document, Label, Tag};
use copydesk_stage_extract_metadata::ExtractMetadata;
use copydesk_testkit::Kit;

/// What the stages before this one say, without them: every visible block is body, but for navigation and footer.
fn prepare(doc: &mut Document) {
    for id in doc.ids().filter(|id| !doc.block(*id).hidden).collect::<Vec<_>>() {
        let within = |tag: Tag| {
            let element = doc.block(id).element;
            doc.tree.as_ref().zip(element).is_some_and(|(tree, e)| tree.ancestors(e).any(|a| tree.tag(a) == tag))
        };
        let label = if within(Tag::Nav) {
            Label::Boilerplate(BoilerplateKind::Navigation)
        } else if within(Tag::Footer) {
            Label::Boilerplate(BoilerplateKind::Footer)
        } else if within(Tag::Aside) {
            Label::Boilerplate(BoilerplateKind::Related)
        } else {
            Label::Body
        };
        doc.decide(Decision { block: id, label, stage: "test".into(), rule: "visible".into(), detail: "".into() });
    }
}

#[test]
fn every_case_gives_what_is_expected() {
    Kit::for_stage::<ExtractMetadata>().after(prepare).run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"));
}
