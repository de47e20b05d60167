//! What a stage may not read: the same document with and without what it does not declare.

use copydesk_document::{BlockId, Caption, Document, Fact, LanguageGuess, Languages, Origin, Value};
use copydesk_stage::{Facet, StageEntry};

/// What a stage declares neither to read nor to write. What it writes it may look at: that is how it finds its way.
pub(crate) fn undeclared(stage: &StageEntry) -> impl Iterator<Item = Facet> {
    // Whoever takes a text out wherever it stands has read it wherever it stands.
    let all = stage.writes.contains(&Facet::Redaction);
    let known = move |facet: &Facet| {
        all || stage.reads.contains(facet)
            || stage.writes.contains(facet)
            || matches!(facet, Facet::Text | Facet::Redaction)
    };
    Facet::ALL.iter().copied().filter(move |facet| !known(facet))
}

/// The document as if no stage had written that. `None` where none has.
pub(crate) fn without(doc: &Document, facet: Facet) -> Option<Document> {
    let mut blank = doc.clone();
    blank.forget_labels(|label| Facet::of_label(label) == facet);
    match facet {
        Facet::Languages => blank.forget_languages(),
        Facet::Captions => blank.forget_captions(),
        Facet::Metadata => blank.forget_facts(),
        Facet::Body => blank.set_text_confidence(None),
        Facet::Text | Facet::Redaction => {}
    }
    (blank != *doc).then_some(blank)
}

/// The document as if a stage before had written that, and been wrong. `None` where nothing can be put in without a label,
/// of which every block has one.
pub(crate) fn with_decoys(doc: &Document, facet: Facet) -> Option<Document> {
    let mut doc = doc.clone();
    let first = doc.ids().next()?;
    let text = doc.text(first).to_owned();
    match facet {
        Facet::Languages => {
            let guess = LanguageGuess { tag: "cy".into(), confidence: 1.0 };
            doc.ids().for_each(|id: BlockId| doc.set_language(id, Some(guess.clone())));
            doc.set_languages(Languages { main: Some(guess), shares: Vec::new() });
        }
        Facet::Captions => {
            let blocks = vec![first];
            doc.add_captions("decoy", vec![Caption { text, blocks, confidence: 1.0, ..Caption::default() }]);
        }
        Facet::Metadata => {
            let value = Fact::Title(text);
            let found = Value { value, origin: Origin::Text, name: "decoy".into(), span: None, confidence: 1.0 };
            doc.add_facts("decoy", found.into());
        }
        Facet::Body | Facet::Text | Facet::Redaction => return None,
    }
    Some(doc)
}
