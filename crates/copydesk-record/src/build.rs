//! How a document becomes a record.

use std::{borrow::Cow, cell::OnceCell};

use copydesk_document::{BlockId, Document, Field, LineIndex, Span, Timestamp, Value};
use sha2::{Digest, Sha256};

use crate::markdown::Markup;
use crate::record::{
    Block, Caption, Decision, FreeJson, Note, Place, Provenance, Record, SCHEMA_VERSION, Source, Translation,
};

/// Which of the longer parts a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Every block, kept or not.
    pub blocks: bool,
    /// Where each field was read.
    pub metadata: bool,
    /// Why each block has its label.
    pub decisions: bool,
    /// The main text once more, as Markdown.
    pub markdown: Option<Markup>,
    /// `ext` and `fields` as objects, and not as their text.
    pub nested: bool,
}

impl Options {
    /// None of them: what is asked for one field, a name or a condition.
    pub const LEAN: Self = Self { blocks: false, metadata: false, decisions: false, markdown: None, nested: false };
}

impl Default for Options {
    fn default() -> Self {
        Self { blocks: true, metadata: true, decisions: false, markdown: None, nested: false }
    }
}

/// The main text of a document: every block of the body begins a line. A line break inside a block (in verse, in code,
/// in an address) is one in the text as well.
pub fn text(doc: &Document) -> String {
    let mut out = String::new();
    for (id, _) in doc.body() {
        let text = doc.text(id);
        if text.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(text);
    }
    out
}

/// The day of a time, where it is known: the day that the document prints, in its own zone.
pub fn day(time: Option<Timestamp>) -> Option<String> {
    Some(time?.day()?.to_string())
}

/// A time as an instant in UTC (`2024-10-25T08:24:49Z`), where the document gives a time of day and its zone. Whole
/// seconds, because readers of tables want one form for all of a column.
pub fn utc(time: Option<Timestamp>) -> Option<String> {
    let text = time?.instant()?.to_string();
    let (seconds, _) = text.split_once(['.', 'Z'])?;
    Some(format!("{seconds}Z"))
}

/// The record of a document, borrowing what it can.
pub fn to_record(doc: &Document, options: Options) -> Record<'_> {
    let places = Places { content: doc.content(), index: OnceCell::new() };
    let meta = doc.metadata();
    Record {
        schema: SCHEMA_VERSION,
        id: id(doc),
        source: Source {
            uri: (&doc.source.uri).into(),
            media_type: (&doc.source.media_type).into(),
            charset: (&doc.source.charset).into(),
            bytes: doc.source.bytes,
            sha256: (&doc.source.sha256).into(),
            url: doc.source.url.as_deref().map(Cow::Borrowed),
            fetched: doc.source.fetched,
            status: doc.source.status,
            content_type: doc.source.content_type.as_deref().map(Cow::Borrowed),
            offset: doc.source.extent.map(|extent| extent.offset),
            length: doc.source.extent.map(|extent| extent.length),
        },
        title: string(meta.title.as_ref()),
        authors: strings(&meta.authors),
        published: meta.published.as_ref().map(|v| v.value),
        modified: meta.modified.as_ref().map(|v| v.value),
        site_name: string(meta.site_name.as_ref()),
        section: string(meta.section.as_ref()),
        tags: strings(&meta.tags),
        description: string(meta.description.as_ref()),
        url: string(meta.url.as_ref()),
        image: string(meta.image.as_ref()),
        language: language(doc).map(Cow::Borrowed),
        languages: doc.languages().shares.clone(),
        dateline: meta.dateline.as_ref().map(|v| v.value.clone()),
        license: string(meta.license.as_ref()),
        paywalled: meta.paywalled.as_ref().map(|v| v.value),
        page_type: meta.page_type.as_ref().map(|v| v.value),
        text_confidence: text_confidence(doc),
        text: text(doc),
        markdown: options.markdown.map(|markup| crate::markdown(doc, markup)),
        captions: doc.captions().iter().map(caption).collect(),
        blocks: options.blocks.then(|| doc.ids().map(|id| block(doc, id, &places)).collect()),
        metadata: options.metadata.then(|| provenance(doc, &places)),
        decisions: options.decisions.then(|| {
            doc.decisions()
                .iter()
                .map(|d| Decision {
                    block: d.block.0,
                    label: d.label,
                    stage: Cow::Borrowed(&d.stage),
                    rule: Cow::Borrowed(&d.rule),
                    detail: Cow::Borrowed(&d.detail),
                })
                .collect()
        }),
        chunks: None,
        notes: doc
            .notes()
            .iter()
            .map(|n| Note {
                stage: Cow::Borrowed(&n.stage),
                code: Cow::Borrowed(&n.code),
                message: (&n.message).into(),
                place: n.span.map(|s| places.of(s)),
            })
            .collect(),
        ext: free_json(doc.ext(), options.nested),
        fields: free_json(&doc.source.fields, options.nested),
        duplicates: None,
        versions: None,
        surveys: None,
    }
}

fn free_json(object: &impl serde::Serialize, nested: bool) -> FreeJson {
    let found = if nested {
        match serde_json::to_value(object) {
            Ok(serde_json::Value::Object(object)) => Some(FreeJson::Object(object)),
            _ => None,
        }
    } else {
        serde_json::to_string(object).ok().map(FreeJson::Text)
    };
    found.unwrap_or_default()
}

/// Places in the source. The lines are counted when the first is asked for: many records ask for none.
struct Places<'a> {
    content: &'a str,
    index: OnceCell<LineIndex<'a>>,
}

impl Places<'_> {
    fn of(&self, span: Span) -> Place {
        let index = self.index.get_or_init(|| LineIndex::new(self.content));
        Place { start: span.start, end: span.end, line: index.line(span.start as usize) as u32 }
    }
}

/// The id of the record of a document, as its record has it.
pub fn id(doc: &Document) -> String {
    format!("{:016x}", id_number(doc))
}

/// The same as a number.
pub fn id_number(doc: &Document) -> u64 {
    id_number_of(&doc.source.name, &doc.source.sha256)
}

/// The same of a document that was not parsed: by its name, and the SHA-256 of its bytes in hexadecimal digits.
pub fn id_number_of(name: &str, sha256: &str) -> u64 {
    let digest = Sha256::new().chain_update(name).chain_update("\n").chain_update(sha256).finalize();
    digest.iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte))
}

/// How much of the main text is to be expected right, in hundredths: more digits would promise more than there is.
pub fn text_confidence(doc: &Document) -> Option<f32> {
    doc.text_confidence().map(|share| (share * 100.0).round() / 100.0)
}

/// The language of a document, as a BCP 47 tag. The vote of the letters counts; the document's own word stands in where there
/// was too little to vote on.
pub fn language(doc: &Document) -> Option<&str> {
    let voted = doc.languages().main.as_ref().map(|guess| guess.tag.as_str()).filter(|tag| *tag != "und");
    voted.or_else(|| doc.metadata().language.as_ref().map(|v| v.value.as_str()))
}

fn string(value: Option<&Value<String>>) -> Option<Cow<'_, str>> {
    value.map(|v| Cow::Borrowed(v.value.as_str()))
}

fn strings(values: &[Value<String>]) -> Vec<Cow<'_, str>> {
    values.iter().map(|v| Cow::Borrowed(v.value.as_str())).collect()
}

fn caption(caption: &copydesk_document::Caption) -> Caption<'_> {
    Caption {
        text: (&caption.text).into(),
        language: caption.language.as_deref().map(Cow::Borrowed),
        credit: caption.credit.as_deref().map(Cow::Borrowed),
        translations: caption
            .translations
            .iter()
            .map(|t| Translation {
                text: (&t.text).into(),
                language: t.language.as_deref().map(Cow::Borrowed),
                credit: t.credit.as_deref().map(Cow::Borrowed),
            })
            .collect(),
        credits: caption.credits.clone(),
        image: caption.image.as_deref().map(Cow::Borrowed),
        kind: caption.kind,
    }
}

fn block<'a>(doc: &'a Document, id: BlockId, places: &Places<'_>) -> Block<'a> {
    let block = doc.block(id);
    Block {
        id: id.0,
        kind: block.kind,
        level: (block.level > 0).then_some(block.level),
        label: block.label(),
        text: doc.text(id).into(),
        language: block.language.as_ref().map(|guess| Cow::Borrowed(guess.tag.as_str())),
        place: places.of(block.span),
    }
}

fn provenance<'a>(doc: &'a Document, places: &Places<'_>) -> Vec<Provenance<'a>> {
    let meta = doc.metadata();
    let mut all = Vec::new();
    let mut put = |field: Field, value: Cow<'a, str>, from: Value<()>| {
        all.push(Provenance {
            field,
            value,
            origin: from.origin,
            name: from.name.into(),
            confidence: from.confidence,
            place: from.span.map(|s| places.of(s)),
        });
    };
    let mut put_string = |field, value: &'a Value<String>| put(field, (&value.value).into(), value.with(()));
    let one = |field, value: &'a Option<Value<String>>| value.as_ref().map(move |v| (field, v));
    let many = |field, values: &'a [Value<String>]| values.iter().map(move |v| (field, v));
    one(Field::Title, &meta.title)
        .into_iter()
        .chain(many(Field::Authors, &meta.authors))
        .chain(one(Field::SiteName, &meta.site_name))
        .chain(one(Field::Section, &meta.section))
        .chain(many(Field::Tags, &meta.tags))
        .chain(one(Field::Description, &meta.description))
        .chain(one(Field::Url, &meta.url))
        .chain(one(Field::Image, &meta.image))
        .chain(one(Field::Language, &meta.language))
        .chain(one(Field::License, &meta.license))
        .for_each(|(field, value)| put_string(field, value));
    for (field, value) in [(Field::Published, &meta.published), (Field::Modified, &meta.modified)] {
        if let Some(value) = value {
            put(field, value.value.to_string().into(), value.with(()));
        }
    }
    if let Some(value) = &meta.paywalled {
        put(Field::Paywalled, value.value.to_string().into(), value.with(()));
    }
    if let Some(value) = &meta.page_type {
        put(Field::PageType, value.value.name().into(), value.with(()));
    }
    if let Some(value) = &meta.dateline {
        let parts = [value.value.place.as_deref(), value.value.agency.as_deref()];
        put(Field::Dateline, parts.into_iter().flatten().collect::<Vec<_>>().join(", ").into(), value.with(()));
    }
    all
}
