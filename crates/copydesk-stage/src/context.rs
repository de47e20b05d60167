//! What a stage is given beside the document.

use std::{borrow::Cow, marker::PhantomData};

use copydesk_document::{
    BlockId, BlockKind, BoilerplateKind, Caption, Decision, Document, Fact, Find, Label, LanguageGuess, Languages,
    Metadata, Note, Span, Value,
};

use crate::{Facet, Manifest, StageError, Verdict};

/// Who is speaking. Every change of a document goes through here, so that none is made without its reason, in another's
/// name, or beyond what the stage declares to write.
#[derive(Debug)]
pub struct Context<'a> {
    stage: &'static str,
    writes: &'static [Facet],
    /// The first facet that the stage meant to write without having declared it.
    undeclared: Option<Facet>,
    // Room for what a stage may borrow from the runner one day, without a change to every stage.
    _runner: PhantomData<&'a ()>,
}

impl Context<'_> {
    /// A context for a test: for the stage of that name, which may write everything.
    pub fn new(stage: &'static str) -> Self {
        Self { stage, writes: Facet::ALL, undeclared: None, _runner: PhantomData }
    }

    /// A context for an instance of a stage, which may write what it declares.
    pub fn of(manifest: &Manifest) -> Self {
        Self { writes: manifest.writes, ..Self::new(manifest.name) }
    }

    /// Ends the work on a document with the stage's verdict, or with an error where the stage meant to write what it does
    /// not declare. Such a change was not made.
    pub fn finish(self, verdict: Result<Verdict, StageError>) -> Result<Verdict, StageError> {
        let Some(facet) = self.undeclared.filter(|_| verdict.is_ok()) else { return verdict };
        let message = format!(
            "the stage writes `{}` and does not declare it; add it to what it declares (`WRITES` in Rust, `writes` elsewhere)",
            facet.name()
        );
        Err(StageError::new("undeclared-write", message))
    }

    /// The stage's name.
    pub fn stage(&self) -> &'static str {
        self.stage
    }

    fn may(&mut self, facet: Facet) -> bool {
        let declared = self.writes.contains(&facet);
        if !declared {
            self.undeclared.get_or_insert(facet);
        }
        declared
    }

    /// Gives a block a label. `rule` is a stable name that the stage's README explains; `detail` is what it saw.
    pub fn label(
        &mut self,
        doc: &mut Document,
        block: BlockId,
        label: Label,
        rule: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) {
        if self.may(Facet::of_label(label)) {
            doc.decide(Decision { block, label, stage: self.stage.into(), rule: rule.into(), detail: detail.into() });
        }
    }

    /// Labels a block as main text.
    pub fn keep(
        &mut self,
        doc: &mut Document,
        block: BlockId,
        rule: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) {
        self.label(doc, block, Label::Body, rule, detail);
    }

    /// Labels a block as boilerplate.
    pub fn drop_block(
        &mut self,
        doc: &mut Document,
        block: BlockId,
        what: BoilerplateKind,
        rule: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) {
        self.label(doc, block, Label::Boilerplate(what), rule, detail);
    }

    /// Adds a fact: where it was read, by which name or rule, and how sure that is. Other stages' findings stay, and the
    /// surer wins, whoever comes first; stages that say the same add up.
    pub fn fact(&mut self, doc: &mut Document, fact: Value<Fact>) {
        self.facts(doc, fact.into());
    }

    /// Adds many facts at once, with all that was considered for them.
    pub fn facts(&mut self, doc: &mut Document, found: Metadata) {
        if self.may(Facet::Metadata) {
            doc.add_facts(self.stage, found);
        }
    }

    /// Adds captions. Other stages' findings stay; of two with the same text the surer one counts.
    pub fn captions(&mut self, doc: &mut Document, captions: Vec<Caption>) {
        if self.may(Facet::Captions) {
            doc.add_captions(self.stage, captions);
        }
    }

    /// Says how much of the main text is to be expected right, from 0 to 1.
    pub fn text_confidence(&mut self, doc: &mut Document, confidence: f32) {
        if self.may(Facet::Body) {
            doc.set_text_confidence(Some(confidence.clamp(0.0, 1.0)));
        }
    }

    /// Says which languages the body is in.
    pub fn languages(&mut self, doc: &mut Document, languages: Languages) {
        if self.may(Facet::Languages) {
            doc.set_languages(languages);
        }
    }

    /// Says which language a block is in.
    pub fn block_language(&mut self, doc: &mut Document, block: BlockId, language: Option<LanguageGuess>) {
        if self.may(Facet::Languages) {
            doc.set_language(block, language);
        }
    }

    /// Replaces the text of a block. The original stays readable.
    pub fn text(&mut self, doc: &mut Document, block: BlockId, text: &str) {
        if self.may(Facet::Text) {
            doc.set_text(block, text);
        }
    }

    /// Takes texts out of the document for good, wherever they stand: what `find` finds is replaced in every text that it holds,
    /// the source, what other stages found and what they said among them ([`Document::redact`]). It is the one change that takes
    /// something back, and for what nobody may keep.
    pub fn redact(&mut self, doc: &mut Document, find: &mut Find<'_>) {
        if self.may(Facet::Redaction) {
            doc.redact(find);
        }
    }

    /// Says what form a block has, where the stage knows better than the parser.
    pub fn kind(&mut self, doc: &mut Document, block: BlockId, kind: BlockKind) {
        if self.may(Facet::Text) {
            doc.set_kind(block, kind);
        }
    }

    /// Keeps a finding that the house has no word for, under the stage's own name.
    pub fn ext(&mut self, doc: &mut Document, value: impl Into<serde_json::Value>) {
        doc.set_ext(self.stage, value.into());
    }

    /// Leaves a note: a doubt that a user may want to know of.
    pub fn note(
        &mut self,
        doc: &mut Document,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        span: Option<Span>,
    ) {
        doc.add_note(Note { stage: self.stage.into(), code: code.into(), message: message.into(), span });
    }
}
