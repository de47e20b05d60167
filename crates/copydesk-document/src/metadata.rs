//! The facts about a document, each with its origin and confidence.

use serde::{Deserialize, Serialize};

use crate::{Origin, Span, Timestamp};

/// A fact: what it is, where it was read, how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Value<T> {
    /// The fact.
    pub value: T,
    /// Where it was read.
    pub origin: Origin,
    /// The name it had there, such as `og:title` or `headline`, or the rule that found it.
    pub name: String,
    /// Where it stands in the source.
    pub span: Option<Span>,
    /// From 0 to 1.
    pub confidence: f32,
}

impl<T> Value<T> {
    /// The same provenance for another value.
    pub fn with<U>(&self, value: U) -> Value<U> {
        Value { value, origin: self.origin, name: self.name.clone(), span: self.span, confidence: self.confidence }
    }
}

/// The fields of [`Metadata`], by the name that they have in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Headline.
    Title,
    /// Authors.
    Authors,
    /// First publication.
    Published,
    /// Last change.
    Modified,
    /// Name of the site or publication.
    SiteName,
    /// Section.
    Section,
    /// Tags.
    Tags,
    /// Description.
    Description,
    /// Canonical URL.
    Url,
    /// Lead image.
    Image,
    /// Declared language.
    Language,
    /// Licence.
    License,
    /// Whether the text is behind a paywall.
    Paywalled,
    /// Place and agency at the head of the text.
    Dateline,
}

/// The place and agency that open a news text: `SEOUL, Nov. 10 (Yonhap) --`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Dateline {
    /// The place as printed.
    pub place: Option<String>,
    /// The agency or publication as printed.
    pub agency: Option<String>,
}

/// A value that was considered for a field: the winner and the others, for `explain`.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// For which field.
    pub field: Field,
    /// The value as it would stand in the record.
    pub value: String,
    /// Where it was read.
    pub origin: Origin,
    /// The name it had there.
    pub name: String,
    /// Where it stands.
    pub span: Option<Span>,
    /// Comparable within one field of one document only.
    pub score: f32,
    /// Whether it won.
    pub won: bool,
    /// Why it has that score, in words.
    pub why: String,
}

/// The facts about a document. `None` and empty mean that the document does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// Headline, without the site's name.
    pub title: Option<Value<String>>,
    /// People, and agencies or desks where no person is named, in printed order.
    pub authors: Vec<Value<String>>,
    /// First publication, as precise as the document gives and no more.
    pub published: Option<Value<Timestamp>>,
    /// Last change.
    pub modified: Option<Value<Timestamp>>,
    /// Name of the site or publication.
    pub site_name: Option<Value<String>>,
    /// Section.
    pub section: Option<Value<String>>,
    /// Tags, in order, without duplicates.
    pub tags: Vec<Value<String>>,
    /// Description or teaser.
    pub description: Option<Value<String>>,
    /// Canonical URL.
    pub url: Option<Value<String>>,
    /// Lead image.
    pub image: Option<Value<String>>,
    /// Language that the document declares, BCP 47.
    pub language: Option<Value<String>>,
    /// Licence, a URL or a name.
    pub license: Option<Value<String>>,
    /// Whether the document declares that it is behind a paywall.
    pub paywalled: Option<Value<bool>>,
    /// Dateline.
    pub dateline: Option<Value<Dateline>>,
    /// Every value that was considered.
    pub candidates: Vec<Candidate>,
}
