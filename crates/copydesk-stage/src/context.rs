//! What a stage is given beside the document.

use std::{borrow::Cow, marker::PhantomData};

use copydesk_document::{BlockId, BoilerplateKind, Decision, Document, Label, Note, Span};

/// Who is speaking. Every label goes through here, so that no decision is made without its reason.
#[derive(Debug)]
pub struct Context<'a> {
    stage: &'static str,
    // Room for what a stage may borrow from the runner one day, without a change to every stage.
    _runner: PhantomData<&'a ()>,
}

impl Context<'_> {
    /// A context for the stage of that name, as the pipeline file has it.
    pub fn new(stage: &'static str) -> Self {
        Self { stage, _runner: PhantomData }
    }

    /// The stage's name.
    pub fn stage(&self) -> &'static str {
        self.stage
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
        doc.decide(Decision { block, label, stage: self.stage.into(), rule: rule.into(), detail: detail.into() });
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

    /// Leaves a note: a doubt that a user may want to know of.
    pub fn note(
        &mut self,
        doc: &mut Document,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        span: Option<Span>,
    ) {
        doc.notes.push(Note { stage: self.stage.into(), code: code.into(), message: message.into(), span });
    }
}
