//! A document as JSON, for stages that are written in another language.

use std::{borrow::Cow, cell::Cell, collections::BTreeMap};

use copydesk_document::{
    BlockId, BlockKind, Caption, CaptionKind, Credit, Document, Field, InlineKind, Label, LanguageShare, Origin,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, ser::SerializeMap};

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
    /// Its blocks, in order.
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
    /// Its number, by which a patch names it: its place among all blocks, from 0.
    pub id: u32,
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
        Self {
            version: PATCH_VERSION,
            uri: (&doc.source.uri).into(),
            media_type: (&doc.source.media_type).into(),
            url: doc.source.url.as_deref().map(Cow::Borrowed),
            fields: Cow::Borrowed(&doc.source.fields),
            blocks: doc.ids().map(|id| BlockView::of(doc, id)).collect(),
            evidence: clues(doc).collect(),
            images: images(doc).collect(),
            facts: facts(doc).collect(),
            captions: doc.captions().iter().map(CaptionView::of).collect(),
            text_confidence: doc.text_confidence(),
            language: doc.languages().main.as_ref().map(|guess| Cow::Borrowed(guess.tag.as_str())),
            languages: Cow::Borrowed(&doc.languages().shares),
            decisions: decisions(doc).collect(),
            notes: notes(doc).collect(),
            ext: Cow::Borrowed(doc.ext()),
        }
    }
}

/// A member of [`DocumentView`] that a stage can ask for or go without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewPart {
    /// What stood beside the document in its container.
    Fields,
    /// Its blocks.
    Blocks,
    /// What it says of itself.
    Evidence,
    /// Its pictures.
    Images,
    /// Every value that was considered for a fact.
    Facts,
    /// The captions that count.
    Captions,
    /// How much of the main text is to be expected right.
    TextConfidence,
    /// Language of the body.
    Language,
    /// Every language of the body.
    Languages,
    /// Why each block has its label.
    Decisions,
    /// Doubts.
    Notes,
    /// Findings of stages under their own names.
    Ext,
}

impl ViewPart {
    /// All of them: a [`DocumentView`].
    pub const ALL: &'static [Self] = &[
        Self::Fields,
        Self::Blocks,
        Self::Evidence,
        Self::Images,
        Self::Facts,
        Self::Captions,
        Self::TextConfidence,
        Self::Language,
        Self::Languages,
        Self::Decisions,
        Self::Notes,
        Self::Ext,
    ];
}

/// A member of [`BlockView`] that a stage can ask for or go without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockPart {
    /// Its form.
    Kind,
    /// Level of a heading, depth of a list item.
    Level,
    /// What it was found to be.
    Label,
    /// Its text as it stands now.
    Text,
    /// Its text as the parser gave it, where that is not the same.
    Original,
    /// BCP 47 tag.
    Language,
    /// Whether the page hides it.
    Hidden,
    /// Addresses of its links.
    Links,
}

/// A [`DocumentView`] of which some members are left out, as are blocks of other labels and members of blocks; so much less is
/// written and read. Version, `uri`, `media_type` and `url` are always there, as is the `id` of a block.
#[derive(Clone, Copy, Debug)]
pub struct PartialView<'a> {
    /// The document.
    pub doc: &'a Document,
    /// The members.
    pub parts: &'a [ViewPart],
    /// The labels of the blocks, where not all are wanted.
    pub labels: Option<&'a [Label]>,
    /// The members of a block, where not all are wanted.
    pub block: Option<&'a [BlockPart]>,
}

impl Serialize for PartialView<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { doc, parts, labels, block } = *self;
        let mut map = serializer.serialize_map(Some(parts.len() + 4))?;
        map.serialize_entry("version", &PATCH_VERSION)?;
        map.serialize_entry("uri", &doc.source.uri)?;
        map.serialize_entry("media_type", &doc.source.media_type)?;
        map.serialize_entry("url", &doc.source.url)?;
        for part in parts {
            match part {
                ViewPart::Fields => map.serialize_entry("fields", &doc.source.fields)?,
                ViewPart::Blocks => {
                    let wanted = |id: &BlockId| labels.is_none_or(|l| l.contains(&doc.block(*id).label()));
                    let blocks =
                        doc.ids().filter(wanted).map(|id| PartialBlock { view: BlockView::of(doc, id), parts: block });
                    map.serialize_entry("blocks", &Listed::new(blocks))?;
                }
                ViewPart::Evidence => map.serialize_entry("evidence", &Listed::new(clues(doc)))?,
                ViewPart::Images => map.serialize_entry("images", &Listed::new(images(doc)))?,
                ViewPart::Facts => map.serialize_entry("facts", &Listed::new(facts(doc)))?,
                ViewPart::Captions => {
                    map.serialize_entry("captions", &Listed::new(doc.captions().iter().map(CaptionView::of)))?;
                }
                ViewPart::TextConfidence => map.serialize_entry("text_confidence", &doc.text_confidence())?,
                ViewPart::Language => {
                    map.serialize_entry("language", &doc.languages().main.as_ref().map(|guess| &guess.tag))?;
                }
                ViewPart::Languages => map.serialize_entry("languages", &doc.languages().shares)?,
                ViewPart::Decisions => map.serialize_entry("decisions", &Listed::new(decisions(doc)))?,
                ViewPart::Notes => map.serialize_entry("notes", &Listed::new(notes(doc)))?,
                ViewPart::Ext => map.serialize_entry("ext", doc.ext())?,
            }
        }
        map.end()
    }
}

/// A block of which some members may be left out.
struct PartialBlock<'a> {
    view: BlockView<'a>,
    parts: Option<&'a [BlockPart]>,
}

impl Serialize for PartialBlock<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { view, parts: Some(parts) } = self else { return self.view.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(parts.len() + 1))?;
        map.serialize_entry("id", &view.id)?;
        for part in *parts {
            match part {
                BlockPart::Kind => map.serialize_entry("kind", &view.kind)?,
                BlockPart::Level => map.serialize_entry("level", &view.level)?,
                BlockPart::Label => map.serialize_entry("label", &view.label)?,
                BlockPart::Text => map.serialize_entry("text", &view.text)?,
                BlockPart::Original => map.serialize_entry("original", &view.original)?,
                BlockPart::Language => map.serialize_entry("language", &view.language)?,
                BlockPart::Hidden => map.serialize_entry("hidden", &view.hidden)?,
                BlockPart::Links => map.serialize_entry("links", &view.links)?,
            }
        }
        map.end()
    }
}

/// What an iterator gives, written as a list without being kept as one.
struct Listed<I>(Cell<Option<I>>);

impl<I> Listed<I> {
    fn new(items: I) -> Self {
        Self(Cell::new(Some(items)))
    }
}

impl<I: Iterator<Item: Serialize>> Serialize for Listed<I> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}

fn clues(doc: &Document) -> impl Iterator<Item = ClueView<'_>> {
    let clues = doc.evidence.clues.iter();
    clues.map(|c| ClueView { origin: c.origin, name: (&c.name).into(), value: (&c.value).into() })
}

fn images(doc: &Document) -> impl Iterator<Item = ImageView<'_>> {
    doc.images.iter().map(|i| ImageView { src: (&i.src).into(), alt: (&i.alt).into(), before: i.before.0 })
}

fn facts(doc: &Document) -> impl Iterator<Item = FactView<'_>> {
    doc.candidates().map(|(stage, c)| FactView {
        stage: stage.into(),
        field: c.field,
        value: (&c.value).into(),
        origin: c.origin,
        name: (&c.name).into(),
        score: c.score,
        won: c.won,
        why: (&c.why).into(),
    })
}

fn decisions(doc: &Document) -> impl Iterator<Item = DecisionView<'_>> {
    doc.decisions().iter().map(|d| DecisionView {
        block: d.block.0,
        label: d.label,
        stage: Cow::Borrowed(&d.stage),
        rule: Cow::Borrowed(&d.rule),
        detail: Cow::Borrowed(&d.detail),
    })
}

fn notes(doc: &Document) -> impl Iterator<Item = NoteView<'_>> {
    doc.notes().iter().map(|n| NoteView {
        stage: Cow::Borrowed(&n.stage),
        code: Cow::Borrowed(&n.code),
        message: (&n.message).into(),
    })
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
            id: id.0,
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

#[cfg(test)]
mod tests {
    use copydesk_document::{Decision, NewBlock};

    use super::*;

    #[test]
    fn a_partial_view_has_the_members_of_a_whole_one() {
        let mut doc = Document::default();
        for text in ["Night ferry", "The quay."] {
            let block = doc.push_block(NewBlock { text, ..NewBlock::default() });
            doc.decide(Decision { block, label: Label::Body, stage: "s".into(), rule: "r".into(), detail: "".into() });
        }
        doc.push_block(NewBlock { text: "Share", ..NewBlock::default() });
        let whole = serde_json::to_value(DocumentView::of(&doc)).unwrap();
        let all = PartialView { doc: &doc, parts: ViewPart::ALL, labels: None, block: None };
        assert_eq!(serde_json::to_value(all).unwrap(), whole);
        let body = PartialView { labels: Some(&[Label::Body]), parts: &[ViewPart::Blocks], ..all };
        let texts = PartialView { block: Some(&[BlockPart::Text]), ..body };
        let body = serde_json::to_value(body).unwrap();
        assert_eq!(body["blocks"], serde_json::json!([whole["blocks"][0], whole["blocks"][1]]));
        assert_eq!((body.get("facts"), &body["version"]), (None, &serde_json::json!(1)));
        let texts = serde_json::to_value(texts).unwrap();
        let texts_alone = serde_json::json!([{ "id": 0, "text": "Night ferry" }, { "id": 1, "text": "The quay." }]);
        assert_eq!(texts["blocks"], texts_alone);
        // Every member of a block can be asked for, and is then as in a whole view.
        let parts = serde_json::to_value(schemars::schema_for!(BlockPart)).unwrap();
        let names = parts["oneOf"].as_array().unwrap().iter().map(|part| part["const"].clone());
        let parts: Vec<BlockPart> = names.map(|name| serde_json::from_value(name).unwrap()).collect();
        assert_eq!(serde_json::to_value(PartialView { block: Some(&parts), ..all }).unwrap(), whole);
    }
}
