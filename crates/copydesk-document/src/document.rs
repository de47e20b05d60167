//! The document itself.

mod redact;

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    Block, BlockId, BlockKind, Candidate, Caption, Decision, DocumentSource, ElementId, Evidence, Image, Inline,
    InlineKind, Label, Languages, Metadata, Note, Span, Tree, caption_ledger::CaptionLedger, facts::Ledger,
};

pub use redact::{Find, Replacement};

/// A document on its way through a chain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Where it came from.
    pub source: DocumentSource,
    /// The element tree of an HTML document.
    pub tree: Option<Tree>,
    /// What the document says of itself.
    pub evidence: Evidence,
    /// Pictures, in document order.
    pub images: Vec<Image>,
    facts: Ledger,
    captions: CaptionLedger,
    languages: Languages,
    text_confidence: Option<f32>,
    notes: Vec<Note>,
    ext: BTreeMap<String, serde_json::Value>,
    content: String,
    text: String,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    decisions: Vec<Decision>,
}

/// A block that a parser is about to add with [`Document::push_block`].
#[derive(Clone, Copy, Debug, Default)]
pub struct NewBlock<'a> {
    /// Its form.
    pub kind: BlockKind,
    /// Level of a heading, depth of a list item.
    pub level: u8,
    /// Its text: markup resolved, white space folded, trimmed. A `\n` stands for a forced line break.
    pub text: &'a str,
    /// Where it stands.
    pub span: Span,
    /// The innermost element that holds all of it.
    pub element: Option<ElementId>,
    /// How many characters are inside links.
    pub linked: u32,
    /// Whether the page hides it.
    pub hidden: bool,
    /// Whether all of it is bold.
    pub bold: bool,
    /// Blank lines before it.
    pub gap: u8,
    /// Markup inside it, as byte ranges of `text`.
    pub inlines: &'a [Inline],
}

impl Document {
    /// An empty document over a decoded source.
    pub fn new(source: DocumentSource, content: String) -> Self {
        Self { source, content, ..Self::default() }
    }

    /// The decoded source, which spans point into.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// All blocks, in document order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// All blocks with their ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (BlockId, &Block)> + ExactSizeIterator {
        self.blocks.iter().enumerate().map(|(i, b)| (BlockId(i as u32), b))
    }

    /// The ids of all blocks.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = BlockId> + use<> {
        (0..self.blocks.len() as u32).map(BlockId)
    }

    /// One block.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// The text of a block as it stands now.
    pub fn text(&self, id: BlockId) -> &str {
        let range = &self.blocks[id.index()].text;
        &self.text[range.start as usize..range.end as usize]
    }

    /// The text of a block as the parser gave it.
    pub fn original_text(&self, id: BlockId) -> &str {
        let range = &self.blocks[id.index()].original;
        &self.text[range.start as usize..range.end as usize]
    }

    /// The inline markup of a block; ranges count in [`Self::original_text`].
    pub fn inlines(&self, id: BlockId) -> &[Inline] {
        let range = &self.blocks[id.index()].inlines;
        &self.inlines[range.start as usize..range.end as usize]
    }

    /// The blocks of the main text.
    pub fn body(&self) -> impl DoubleEndedIterator<Item = (BlockId, &Block)> {
        self.iter().filter(|(_, b)| b.label.is_body())
    }

    /// Adds a block at the end.
    pub fn push_block(&mut self, new: NewBlock<'_>) -> BlockId {
        let start = self.text.len() as u32;
        self.text.push_str(new.text);
        let text = start..self.text.len() as u32;
        let first = self.inlines.len() as u32;
        self.inlines.extend_from_slice(new.inlines);
        self.blocks.push(Block {
            kind: new.kind,
            level: new.level,
            span: new.span,
            element: new.element,
            linked: new.linked,
            hidden: new.hidden,
            bold: new.bold,
            gap: new.gap,
            language: None,
            original: text.clone(),
            text,
            inlines: first..self.inlines.len() as u32,
            label: Label::Unlabelled,
        });
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Replaces the text of a block: a dateline taken out, say. The original stays readable.
    pub fn set_text(&mut self, id: BlockId, text: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        self.blocks[id.index()].text = start..self.text.len() as u32;
    }

    /// Says what form a block has, where a stage knows better than the parser.
    pub fn set_kind(&mut self, id: BlockId, kind: BlockKind) {
        self.blocks[id.index()].kind = kind;
    }

    /// Says which language a block is in.
    pub fn set_language(&mut self, id: BlockId, language: Option<crate::LanguageGuess>) {
        self.blocks[id.index()].language = language;
    }

    /// Gives a block its label, with the reason. The last decision about a block counts; all of them stay.
    pub fn decide(&mut self, decision: Decision) {
        self.blocks[decision.block.index()].label = decision.label;
        self.decisions.push(decision);
    }

    /// The facts that count: of all that stages found, what won.
    pub fn metadata(&self) -> &Metadata {
        self.facts.metadata()
    }

    /// Every value that was considered for a fact, with the stage that found it.
    pub fn candidates(&self) -> impl Iterator<Item = (&str, &Candidate)> {
        self.facts.candidates()
    }

    /// Adds what a stage found: its choice for each field, and all that it considered. What others found stays, and who
    /// wins is settled between them.
    pub fn add_facts(&mut self, stage: impl Into<Cow<'static, str>>, found: Metadata) {
        self.facts.add(stage.into(), found);
    }

    /// The captions that count, in document order.
    pub fn captions(&self) -> &[Caption] {
        self.captions.captions()
    }

    /// Every caption that a stage found, with the stage.
    pub fn all_captions(&self) -> impl Iterator<Item = (&str, &Caption)> {
        self.captions.all()
    }

    /// Adds captions that a stage found. What others found stays; of two with the same text the surer one counts.
    pub fn add_captions(&mut self, stage: impl Into<Cow<'static, str>>, captions: Vec<Caption>) {
        self.captions.add(stage.into(), captions);
    }

    /// The languages of the body.
    pub fn languages(&self) -> &Languages {
        &self.languages
    }

    /// Says which languages the body is in.
    pub fn set_languages(&mut self, languages: Languages) {
        self.languages = languages;
    }

    /// How much of the main text is to be expected right, from 0 to 1; `None` where no stage has said.
    pub fn text_confidence(&self) -> Option<f32> {
        self.text_confidence
    }

    /// Says how much of the main text is to be expected right.
    pub fn set_text_confidence(&mut self, confidence: Option<f32>) {
        self.text_confidence = confidence;
    }

    /// Doubts, oldest first.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Adds a doubt.
    pub fn add_note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Findings of stages that the house has no words for, each under the stage's own name.
    pub fn ext(&self) -> &BTreeMap<String, serde_json::Value> {
        &self.ext
    }

    /// Keeps what a stage found under its name.
    pub fn set_ext(&mut self, stage: impl Into<String>, value: serde_json::Value) {
        self.ext.insert(stage.into(), value);
    }

    /// The document as if nobody had given these labels: for tests of what a stage reads.
    pub fn forget_labels(&mut self, which: impl Fn(Label) -> bool) {
        self.decisions.retain(|decision| !which(decision.label));
        self.blocks.iter_mut().for_each(|block| block.label = Label::Unlabelled);
        for decision in &self.decisions {
            self.blocks[decision.block.index()].label = decision.label;
        }
    }

    /// The document as if nobody had found a fact.
    pub fn forget_facts(&mut self) {
        self.facts = Ledger::default();
    }

    /// The document as if nobody had found a caption.
    pub fn forget_captions(&mut self) {
        self.captions = CaptionLedger::default();
    }

    /// The document as if nobody had looked at its languages.
    pub fn forget_languages(&mut self) {
        self.languages = Languages::default();
        self.blocks.iter_mut().for_each(|block| block.language = None);
    }

    /// All decisions, oldest first.
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The decisions about one block, oldest first.
    pub fn decisions_on(&self, id: BlockId) -> impl DoubleEndedIterator<Item = &Decision> {
        self.decisions.iter().filter(move |d| d.block == id)
    }

    /// Links of a block: address and text.
    pub fn links(&self, id: BlockId) -> impl Iterator<Item = (&str, &str)> {
        let text = self.original_text(id);
        self.inlines(id).iter().filter_map(move |inline| match &inline.kind {
            InlineKind::Link(href) => {
                Some((href.as_str(), text.get(inline.range.start as usize..inline.range.end as usize)?))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_leaves_its_decision_and_a_rewrite_its_original() {
        let mut doc = Document::new(DocumentSource::default(), "One. Two.".into());
        let id = doc.push_block(NewBlock { text: "One.", span: Span::new(0, 4), ..NewBlock::default() });
        doc.push_block(NewBlock { text: "Two.", span: Span::new(5, 9), ..NewBlock::default() });
        doc.set_text(id, "1.");
        doc.decide(Decision {
            block: id,
            label: Label::Body,
            stage: "test".into(),
            rule: "always".into(),
            detail: "".into(),
        });
        assert_eq!((doc.text(id), doc.original_text(id)), ("1.", "One."));
        assert_eq!(doc.body().map(|(id, _)| id).collect::<Vec<_>>(), [id]);
        assert_eq!(doc.decisions_on(id).count(), 1);
        assert_eq!(doc.decisions_on(BlockId(1)).count(), 0);
    }
}
