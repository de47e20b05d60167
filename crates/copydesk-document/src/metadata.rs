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
    /// What kind of page it is.
    PageType,
}

/// What kind of page a document is: what it is for, and so what its text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageType {
    /// A story, a post, an essay: one text by one hand.
    Article,
    /// Posts of several people: a forum, questions and answers.
    Thread,
    /// Things of one sort, each with its own text or facts: jobs, recipes, search results.
    Listing,
    /// A way to other pages: a category of a shop or of a magazine.
    Collection,
    /// A thing that is sold.
    Product,
    /// What somebody offers: a firm, a course, an institution.
    Service,
    /// Instructions and reference.
    Documentation,
    /// The front page of a site.
    HomePage,
    /// Updates on one event, the latest first or last.
    LiveBlog,
    /// Letters of readers.
    Letters,
    /// A person.
    Profile,
}

impl PageType {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Article,
        Self::Thread,
        Self::Listing,
        Self::Collection,
        Self::Product,
        Self::Service,
        Self::Documentation,
        Self::HomePage,
        Self::LiveBlog,
        Self::Letters,
        Self::Profile,
    ];

    /// The name that it has in a record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Thread => "thread",
            Self::Listing => "listing",
            Self::Collection => "collection",
            Self::Product => "product",
            Self::Service => "service",
            Self::Documentation => "documentation",
            Self::HomePage => "home_page",
            Self::LiveBlog => "live_blog",
            Self::Letters => "letters",
            Self::Profile => "profile",
        }
    }

    /// The type of schema.org that means the same, where there is one.
    pub fn schema_org(self) -> Option<&'static str> {
        Some(match self {
            Self::Article => "Article",
            Self::Thread => "DiscussionForumPosting",
            Self::Listing => "ItemList",
            Self::Collection => "CollectionPage",
            Self::Product => "Product",
            Self::Service => "Service",
            Self::Documentation => "TechArticle",
            Self::HomePage => "WebSite",
            Self::LiveBlog => "LiveBlogPosting",
            Self::Profile => "ProfilePage",
            Self::Letters => return None,
        })
    }
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
    /// What kind of page it is.
    pub page_type: Option<Value<PageType>>,
    /// Every value that was considered.
    pub candidates: Vec<Candidate>,
}
