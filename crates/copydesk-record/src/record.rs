//! The types of a record.

use std::borrow::Cow;

use copydesk_document::{
    BlockKind, CaptionKind, Credit, Dateline, Field, Label, LanguageShare, Origin, PageType, Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Raised when a field changes its meaning or goes away; new fields do not raise it.
pub const SCHEMA_VERSION: u32 = 1;

/// One document, cleaned, structured and explained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record<'a> {
    /// Version of this layout, 1.
    pub schema: u32,
    /// A stable name: 16 hexadecimal digits of a hash of the bytes and of the names of file and record. How the path was
    /// typed, where the file lies and what stands before the record in it change nothing; equal bytes elsewhere have an id of
    /// their own.
    pub id: String,
    /// Where the document came from.
    pub source: Source<'a>,
    /// Headline, without the site's name.
    pub title: Option<Cow<'a, str>>,
    /// People, and agencies or desks where no person is named, in printed order.
    pub authors: Vec<Cow<'a, str>>,
    /// First publication: ISO 8601, as precise as the document gives (`2024`, `2024-10-25`, `2024-10-25T08:24:49Z`).
    #[schemars(with = "Option<String>")]
    pub published: Option<Timestamp>,
    /// Last change, likewise.
    #[schemars(with = "Option<String>")]
    pub modified: Option<Timestamp>,
    /// Name of the site or publication.
    pub site_name: Option<Cow<'a, str>>,
    /// Section.
    pub section: Option<Cow<'a, str>>,
    /// Tags, in order.
    pub tags: Vec<Cow<'a, str>>,
    /// Description or teaser.
    pub description: Option<Cow<'a, str>>,
    /// Canonical URL.
    pub url: Option<Cow<'a, str>>,
    /// URL of the lead image.
    pub image: Option<Cow<'a, str>>,
    /// Language of the main text, a BCP 47 tag; that which the document declares where the text is too short to tell.
    pub language: Option<Cow<'a, str>>,
    /// Languages of the main text with their share of its letters, largest first.
    pub languages: Vec<LanguageShare>,
    /// Place and agency that open the text.
    pub dateline: Option<Dateline>,
    /// Licence, a URL or a name.
    pub license: Option<Cow<'a, str>>,
    /// Whether the document declares that it is behind a paywall.
    pub paywalled: Option<bool>,
    /// What kind of page it is.
    pub page_type: Option<PageType>,
    /// How much of `text` is to be expected right, from 0 to 1.
    pub text_confidence: Option<f32>,
    /// The main text. Every block begins a line, and line breaks inside a block stay.
    pub text: String,
    /// The main text as Markdown, with its headings, lists, tables, links and emphasis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
    /// Captions, in document order.
    pub captions: Vec<Caption<'a>>,
    /// Every block of the document, kept or not, in document order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<Block<'a>>>,
    /// For each field that has a value: where it was read, and how sure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Vec<Provenance<'a>>>,
    /// Why each block has its label, oldest decision first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decisions: Option<Vec<Decision<'a>>>,
    /// The main text in pieces, on the way into a table of them: no record that is written has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub chunks: Option<Vec<Chunk>>,
    /// Doubts.
    pub notes: Vec<Note<'a>>,
    /// Findings of stages that the house does not know, each under its stage's name.
    pub ext: FreeJson,
    /// Fields that stood beside the document in its container.
    pub fields: FreeJson,
    /// Whether the document says again what another says; `null` if it does not. Only where `find-duplicates` has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<Duplicates>,
    /// Which version of the page at its address the document is; `null` if the address is not known. Only where
    /// `follow-versions` has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Versions>,
    /// What other surveys have found, each under its name. Only where there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surveys: Option<FreeJson>,
}

/// A piece of a main text, for retrieval and models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Chunk {
    /// What it is.
    pub kind: ChunkKind,
    /// The headings that it stands under, outermost first.
    pub headings: Vec<String>,
    /// The piece. Those of a text, one behind the other, are the `text` of the record: a line break at an end belongs to it.
    pub text: String,
    /// First byte in the `text` of the record; `null` for a caption.
    pub start: Option<u64>,
    /// One past its last byte there.
    pub end: Option<u64>,
    /// Its blocks.
    pub blocks: Vec<u32>,
    /// Where its blocks stand in the decoded source, from the first to the last as a whole.
    pub place: Option<Place>,
    /// BCP 47 tag: that of most of its letters.
    pub language: Option<String>,
    /// How many characters it has.
    pub characters: u64,
    /// How many words between spaces.
    pub words: u64,
    /// How many tokens, by the tokenizer, if there is one.
    pub tokens: Option<u64>,
    /// Captions of pictures that follow on it, with their credits, where they are asked for here.
    pub captions: Vec<String>,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChunkKind {
    /// Of the main text.
    Text,
    /// A table of the main text, or rows of one that is too long.
    Table,
    /// Code of the main text, or a part of it.
    Code,
    /// A caption.
    Caption,
}

/// How a document stands to others that say the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Duplicates {
    /// The id of the first record of those that say the same: the same for all of them.
    pub cluster: String,
    /// The id of the record that stands for them, which may be this one.
    pub of: String,
    /// How much of what this record says stands in that one, from 0 to 1.
    pub share: f32,
    /// In which way.
    pub kind: DuplicateKind,
}

/// Which version of the page at its address a document is, and what has changed since the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Versions {
    /// The id of the record of the first version: the same for all of them.
    pub first: String,
    /// The id of the record of the version before; `null` for the first one.
    pub previous: Option<String>,
    /// Which version it is, from 1.
    pub number: u32,
    /// The fields that are others than in the version before.
    pub changed: Vec<String>,
    /// The numbers of the blocks of its main text that the version before does not have.
    pub added: Vec<u32>,
    /// The numbers that the blocks have in the version before which are in this one no more.
    pub removed: Vec<u32>,
    /// How much of its main text stands in the version before, from 0 to 1; `null` for the first one.
    pub share: Option<f32>,
}

/// In which way a document says again what another says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicateKind {
    /// It stands for the others.
    Representative,
    /// Its main text is the same to the byte.
    Exact,
    /// Its main text has the same letters and digits.
    Normalised,
    /// Nearly all of its main text is the same.
    Near,
    /// Most of the paragraphs of the shorter stand in the longer.
    Contained,
}

/// A JSON object of any shape.
///
/// Two documents may have the same key with different types, and no table has a column for that: so it is the text of
/// the object, unless the object itself is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FreeJson {
    /// The object as text, `{}` where it has no keys.
    Text(String),
    /// The object.
    Object(serde_json::Map<String, serde_json::Value>),
}

impl FreeJson {
    /// The text of an object that has keys.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => (text != EMPTY).then_some(text.into()),
            Self::Object(object) if object.is_empty() => None,
            Self::Object(object) => serde_json::to_string(object).ok().map(Cow::Owned),
        }
    }

    /// The value at a key. A text is not looked into.
    pub fn get(&self, key: &str) -> Option<&serde_json::Value> {
        match self {
            Self::Text(_) => None,
            Self::Object(object) => object.get(key),
        }
    }
}

impl Default for FreeJson {
    fn default() -> Self {
        Self::Text(EMPTY.into())
    }
}

/// An object without keys, as text.
const EMPTY: &str = "{}";

/// Where a document came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source<'a> {
    /// Path or URL.
    pub uri: Cow<'a, str>,
    /// What it was read as: `text/html`, `text/markdown` or `text/plain`.
    pub media_type: Cow<'a, str>,
    /// WHATWG name of its charset.
    pub charset: Cow<'a, str>,
    /// Size in bytes, as stored.
    pub bytes: u64,
    /// SHA-256 of those bytes, in hexadecimal.
    pub sha256: Cow<'a, str>,
    /// The address that it was fetched from, where the container says so.
    pub url: Option<Cow<'a, str>>,
    /// When it was fetched, where the container says so.
    #[schemars(with = "Option<String>")]
    pub fetched: Option<Timestamp>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// The media type that came with it, with its parameters.
    pub content_type: Option<Cow<'a, str>>,
    /// Bytes before it in the file that holds it, with `length` for its bytes: in the file as stored where the document
    /// can be cut out of that (a plain file, or one compressed record by record), else in what the file opens to.
    pub offset: Option<u64>,
    /// Its bytes there.
    pub length: Option<u64>,
}

/// What is printed with a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Caption<'a> {
    /// The text without the credit.
    pub text: Cow<'a, str>,
    /// BCP 47 tag.
    pub language: Option<Cow<'a, str>>,
    /// The credit as printed, without its label.
    pub credit: Option<Cow<'a, str>>,
    /// The same text in other languages.
    pub translations: Vec<Translation<'a>>,
    /// The credit taken apart: maker and agency.
    pub credits: Vec<Credit>,
    /// URL of the picture.
    pub image: Option<Cow<'a, str>>,
    /// What the caption belongs to.
    pub kind: CaptionKind,
}

/// A caption in another language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Translation<'a> {
    /// The text without the credit.
    pub text: Cow<'a, str>,
    /// BCP 47 tag.
    pub language: Option<Cow<'a, str>>,
    /// The credit as printed, without its label.
    pub credit: Option<Cow<'a, str>>,
}

/// A place in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// First byte in the decoded source.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Line of the first byte, from 1.
    pub line: u32,
}

/// A piece of text that a reader would see as one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Block<'a> {
    /// Number in the document, from 0.
    pub id: u32,
    /// Its form.
    pub kind: BlockKind,
    /// Level of a heading, depth of a list item.
    pub level: Option<u8>,
    /// What it was found to be; `body` blocks make up the record's `text`.
    pub label: Label,
    /// Its text; a line feed is a forced line break.
    pub text: Cow<'a, str>,
    /// BCP 47 tag.
    pub language: Option<Cow<'a, str>>,
    /// Where it stands.
    pub place: Place,
}

/// Where the value of a field was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance<'a> {
    /// The field.
    pub field: Field,
    /// The value, as in the field itself.
    pub value: Cow<'a, str>,
    /// What kind of evidence it was.
    pub origin: Origin,
    /// The name it had there, or the rule that found it.
    pub name: Cow<'a, str>,
    /// From 0 to 1.
    pub confidence: f32,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A label that a block was given, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision<'a> {
    /// Number of the block.
    pub block: u32,
    /// The label.
    pub label: Label,
    /// The stage.
    pub stage: Cow<'a, str>,
    /// The rule.
    pub rule: Cow<'a, str>,
    /// What the rule saw.
    pub detail: Cow<'a, str>,
}

/// Something that a user may want to know of, and that is no error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note<'a> {
    /// Who noted it.
    pub stage: Cow<'a, str>,
    /// A stable name.
    pub code: Cow<'a, str>,
    /// One sentence.
    pub message: Cow<'a, str>,
    /// Where.
    pub place: Option<Place>,
}
