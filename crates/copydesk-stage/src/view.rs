//! A document as JSON, for stages that are written in another language.

use std::{borrow::Cow, collections::BTreeMap};

use copydesk_document::{
    BlockId, BlockKind, Caption, CaptionKind, Credit, Document, Field, InlineKind, Label, LanguageShare, Origin,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PATCH_VERSION;

/// What can be read of a document: text, labels and their reasons, what it says of itself, and all that stages found. The
/// element tree stays behind, because it is most of the bytes and stages for every format do without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentView<'a> {
    /// 1.
    pub version: u32,
    /// Path or URL.
    pub uri: Cow<'a, str>,
    /// What it was read as.
    pub media_type: Cow<'a, str>,
    /// Where it was fetched from.
    pub url: Option<Cow<'a, str>>,
    /// What stood beside it in its container.
    pub fields: Cow<'a, serde_json::Map<String, serde_json::Value>>,
    /// Its blocks, in order; a patch names them by their place in this list, from 0.
    pub blocks: Vec<BlockView<'a>>,
    /// What it says of itself.
    pub evidence: Vec<ClueView<'a>>,
    /// Its pictures.
    pub images: Vec<ImageView<'a>>,
    /// Every value that was considered for a fact.
    pub facts: Vec<FactView<'a>>,
    /// The captions that count.
    pub captions: Vec<CaptionView<'a>>,
    /// How much of the main text is to be expected right, from 0 to 1.
    pub text_confidence: Option<f32>,
    /// BCP 47 tag of the body.
    pub language: Option<Cow<'a, str>>,
    /// Every language of the body.
    pub languages: Cow<'a, [LanguageShare]>,
    /// Why each block has its label, oldest first.
    pub decisions: Vec<DecisionView<'a>>,
    /// Doubts.
    pub notes: Vec<NoteView<'a>>,
    /// Findings of stages under their own names.
    pub ext: Cow<'a, BTreeMap<String, serde_json::Value>>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlockView<'a> {
    /// Its form.
    pub kind: BlockKind,
    /// Level of a heading, depth of a list item.
    pub level: u8,
    /// What it was found to be.
    pub label: Label,
    /// Its text as it stands now.
    pub text: Cow<'a, str>,
    /// Its text as the parser gave it, where that is not the same.
    pub original: Option<Cow<'a, str>>,
    /// BCP 47 tag.
    pub language: Option<Cow<'a, str>>,
    /// Whether the page hides it.
    pub hidden: bool,
    /// Addresses of its links.
    pub links: Vec<Cow<'a, str>>,
}

/// One thing that the document says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClueView<'a> {
    /// Where it was read.
    pub origin: Origin,
    /// Its name there.
    pub name: Cow<'a, str>,
    /// Its value.
    pub value: Cow<'a, str>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageView<'a> {
    /// Its address.
    pub src: Cow<'a, str>,
    /// Its alternative text.
    pub alt: Cow<'a, str>,
    /// The first block that stands after it.
    pub before: u32,
}

/// A value that was considered for a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FactView<'a> {
    /// The stage that found it.
    pub stage: Cow<'a, str>,
    /// For which field.
    pub field: Field,
    /// As it would stand in the record.
    pub value: Cow<'a, str>,
    /// Where it was read.
    pub origin: Origin,
    /// The name it had there, or the rule.
    pub name: Cow<'a, str>,
    /// Comparable within one field.
    pub score: f32,
    /// Whether it won.
    pub won: bool,
    /// Why.
    pub why: Cow<'a, str>,
}

/// A caption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaptionView<'a> {
    /// Its text without the credit.
    pub text: Cow<'a, str>,
    /// The credit as printed.
    pub credit: Option<Cow<'a, str>>,
    /// The credit taken apart.
    pub credits: Cow<'a, [Credit]>,
    /// BCP 47 tag.
    pub language: Option<Cow<'a, str>>,
    /// Address of the picture.
    pub image: Option<Cow<'a, str>>,
    /// What it belongs to.
    pub kind: CaptionKind,
    /// The blocks that it was read from.
    pub blocks: Vec<u32>,
    /// From 0 to 1.
    pub confidence: f32,
    /// The same in other languages.
    pub translations: Vec<Self>,
}

/// A label with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionView<'a> {
    /// The block.
    pub block: u32,
    /// The label.
    pub label: Label,
    /// Who gave it.
    pub stage: Cow<'a, str>,
    /// The rule.
    pub rule: Cow<'a, str>,
    /// What the rule saw.
    pub detail: Cow<'a, str>,
}

/// A doubt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteView<'a> {
    /// Who noted it.
    pub stage: Cow<'a, str>,
    /// A stable name.
    pub code: Cow<'a, str>,
    /// One sentence.
    pub message: Cow<'a, str>,
}

impl<'a> DocumentView<'a> {
    /// The JSON Schema of views, draft 2020-12.
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(DocumentView<'static>)
    }

    /// The view of a document, borrowing what it can.
    pub fn of(doc: &'a Document) -> Self {
        let facts = doc.candidates().map(|(stage, c)| FactView {
            stage: stage.into(),
            field: c.field,
            value: (&c.value).into(),
            origin: c.origin,
            name: (&c.name).into(),
            score: c.score,
            won: c.won,
            why: (&c.why).into(),
        });
        let decisions = doc.decisions().iter().map(|d| DecisionView {
            block: d.block.0,
            label: d.label,
            stage: Cow::Borrowed(&d.stage),
            rule: Cow::Borrowed(&d.rule),
            detail: Cow::Borrowed(&d.detail),
        });
        let notes = doc.notes().iter().map(|n| NoteView {
            stage: Cow::Borrowed(&n.stage),
            code: Cow::Borrowed(&n.code),
            message: (&n.message).into(),
        });
        let clues = doc.evidence.clues.iter();
        let images = doc.images.iter();
        Self {
            version: PATCH_VERSION,
            uri: (&doc.source.uri).into(),
            media_type: (&doc.source.media_type).into(),
            url: doc.source.url.as_deref().map(Cow::Borrowed),
            fields: Cow::Borrowed(&doc.source.fields),
            blocks: doc.ids().map(|id| BlockView::of(doc, id)).collect(),
            evidence: clues
                .map(|c| ClueView { origin: c.origin, name: (&c.name).into(), value: (&c.value).into() })
                .collect(),
            images: images
                .map(|i| ImageView { src: (&i.src).into(), alt: (&i.alt).into(), before: i.before.0 })
                .collect(),
            facts: facts.collect(),
            captions: doc.captions().iter().map(CaptionView::of).collect(),
            text_confidence: doc.text_confidence(),
            language: doc.languages().main.as_ref().map(|guess| Cow::Borrowed(guess.tag.as_str())),
            languages: Cow::Borrowed(&doc.languages().shares),
            decisions: decisions.collect(),
            notes: notes.collect(),
            ext: Cow::Borrowed(doc.ext()),
        }
    }
}

impl<'a> BlockView<'a> {
    fn of(doc: &'a Document, id: BlockId) -> Self {
        let block = doc.block(id);
        let (text, original) = (doc.text(id), doc.original_text(id));
        let links = doc.inlines(id).iter().filter_map(|inline| match &inline.kind {
            InlineKind::Link(address) => Some(Cow::Borrowed(address.as_str())),
            _ => None,
        });
        Self {
            kind: block.kind,
            level: block.level,
            label: block.label(),
            text: text.into(),
            original: (original != text).then_some(original.into()),
            language: block.language.as_ref().map(|guess| Cow::Borrowed(guess.tag.as_str())),
            hidden: block.hidden,
            links: links.collect(),
        }
    }
}

impl<'a> CaptionView<'a> {
    fn of(caption: &'a Caption) -> Self {
        Self {
            text: (&caption.text).into(),
            credit: caption.credit.as_deref().map(Cow::Borrowed),
            credits: Cow::Borrowed(&caption.credits),
            language: caption.language.as_deref().map(Cow::Borrowed),
            image: caption.image.as_deref().map(Cow::Borrowed),
            kind: caption.kind,
            blocks: caption.blocks.iter().map(|id| id.0).collect(),
            confidence: caption.confidence,
            translations: caption.translations.iter().map(Self::of).collect(),
        }
    }
}
