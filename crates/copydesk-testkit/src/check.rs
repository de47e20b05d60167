//! What a stage may not do.

use copydesk_document::Document;
use copydesk_stage::{Facet, StageEntry};

/// Everything that a stage wrote without having declared it, in words that follow the stage's name.
pub(crate) fn undeclared(before: &Document, after: &Document, stage: &StageEntry) -> Vec<String> {
    let mut faults = Vec::new();
    // A redaction goes behind everything; what it may not do is make another document of it.
    if stage.writes.contains(&Facet::Redaction) && !stage.writes.contains(&Facet::Metadata) {
        let same_blocks = before.blocks().len() == after.blocks().len();
        let kept = before.decisions().len() <= after.decisions().len() && before.notes().len() <= after.notes().len();
        faults.extend((!same_blocks).then(|| "adds or removes blocks".to_owned()));
        faults.extend((!kept).then(|| "takes decisions or notes back".to_owned()));
        return faults;
    }
    let mut forbid = |changed: bool, what: &str| {
        if changed {
            faults.push(what.to_owned());
        }
    };
    forbid(before.content() != after.content() || before.source != after.source, "changes the source");
    forbid(before.tree != after.tree, "changes the element tree");
    forbid(before.evidence != after.evidence, "changes the evidence");
    forbid(before.images != after.images, "changes the images");
    let same_blocks = before.blocks().len() == after.blocks().len();
    forbid(!same_blocks, "adds or removes blocks");
    forbid(same_blocks && fixed_parts_differ(before, after), "changes what the parser knows of a block");
    forbid(!after.decisions().starts_with(before.decisions()), "takes decisions back");
    forbid(!after.notes().starts_with(before.notes()), "takes notes back");
    let new_decisions = after.decisions().iter().skip(before.decisions().len());
    forbid(new_decisions.clone().any(|d| d.stage != stage.name), "decides in another's name");
    let new_notes = after.notes().iter().skip(before.notes().len());
    forbid(new_notes.clone().any(|n| n.stage != stage.name), "notes in another's name");
    let own = |name: &String| name == stage.name;
    let foreign = |doc: &Document| doc.ext().clone().into_iter().filter(|(n, _)| !own(n)).collect::<Vec<_>>();
    forbid(foreign(before) != foreign(after), "writes another's `ext`");
    forbid(new_decisions.clone().any(|d| d.rule.is_empty()), "decides without a rule");

    for facet in Facet::ALL.iter().filter(|facet| !stage.writes.contains(facet)) {
        let labels = new_decisions.clone().any(|d| Facet::of_label(d.label) == *facet);
        if labels || (same_blocks && differ(before, after, *facet)) {
            faults.push(format!("writes `{}` and does not declare it", facet.name()));
        }
    }
    faults
}

fn differ(before: &Document, after: &Document, facet: Facet) -> bool {
    let blocks = || before.blocks().iter().zip(after.blocks());
    match facet {
        // Labels change with a decision only, and those are looked at one by one.
        Facet::Body => before.text_confidence() != after.text_confidence(),
        Facet::Languages => before.languages() != after.languages() || blocks().any(|(b, a)| b.language != a.language),
        Facet::Captions => before.captions() != after.captions(),
        Facet::Metadata => before.metadata() != after.metadata(),
        Facet::Redaction => before.content() != after.content(),
        Facet::Text => {
            blocks().any(|(b, a)| b.kind != a.kind) || before.ids().any(|id| before.text(id) != after.text(id))
        }
    }
}

fn fixed_parts_differ(before: &Document, after: &Document) -> bool {
    before.iter().zip(after.blocks()).any(|((id, b), a)| {
        let fixed = |x: &copydesk_document::Block| (x.level, x.span, x.element, x.linked, x.hidden, x.bold, x.gap);
        fixed(b) != fixed(a)
            || before.original_text(id) != after.original_text(id)
            || before.inlines(id) != after.inlines(id)
    })
}
