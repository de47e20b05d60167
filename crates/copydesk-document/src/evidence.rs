//! What a document says of itself.

use serde::{Deserialize, Serialize};

use crate::{BlockId, ElementId, Span};

/// Where a value was read.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// A JSON-LD block.
    JsonLd,
    /// Microdata or `RDFa` attributes.
    Microdata,
    /// YAML or TOML before a Markdown text.
    FrontMatter,
    /// A `<meta>` element.
    Meta,
    /// A `<link>` element.
    Link,
    /// The `<title>` element.
    TitleElement,
    /// A `<time>` element.
    Time,
    /// The attributes of `<html>` or another element.
    Attribute,
    /// State that a script leaves in the page.
    EmbeddedState,
    /// A header of the transfer (HTTP, WARC).
    Header,
    /// A field beside the document in its container.
    Record,
    /// The address of the document.
    Url,
    /// A heading.
    Heading,
    /// A line that names the authors.
    Byline,
    /// A label and its value, in one line or two.
    LabelLine,
    /// A caption element or line.
    Caption,
    /// Other visible text.
    #[default]
    Text,
    /// A copyright line.
    Copyright,
    /// Statistics over the text.
    Model,
}

/// One thing that the document says of itself: `og:title` is such-and-such.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clue {
    /// Where it was read.
    pub origin: Origin,
    /// Its name there, lower-cased: `og:title`, `canonical`, `date`, `lang`. Nested front matter joins names with `.`.
    pub name: String,
    /// Its value, character references resolved and white space trimmed. A list gives one clue for each entry.
    pub value: String,
    /// Where it stands.
    pub span: Option<Span>,
    /// The block that shows it, where it is visible.
    pub block: Option<BlockId>,
    /// The element that carries it.
    pub element: Option<ElementId>,
}

/// Index of an [`Item`] in [`Evidence::items`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

/// How an item was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `<script type="application/ld+json">`.
    JsonLd,
    /// `itemscope`, `itemprop`.
    Microdata,
}

/// A value of an item's property.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemValue {
    /// Text; numbers and booleans as they were written.
    Text(String),
    /// Another item.
    Item(ItemId),
}

/// A schema.org item: types and properties, whatever syntax it was written in. `@graph` is flattened and references
/// by `@id` are resolved, so that an author is either a text or an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// How it was written down.
    pub syntax: Syntax,
    /// Type names without their vocabulary: `NewsArticle`.
    pub types: Vec<String>,
    /// Properties in order; a list gives one entry for each member. `@id` is kept as the property `@id`.
    pub properties: Vec<(String, ItemValue)>,
    /// Whether it stands by itself rather than inside a property of another item.
    pub top_level: bool,
    /// Where it stands (for JSON-LD, the script element).
    pub span: Option<Span>,
    /// The element that carries it (microdata).
    pub element: Option<ElementId>,
}

impl Item {
    /// Whether it is of that type.
    pub fn is(&self, name: &str) -> bool {
        self.types.iter().any(|t| t == name)
    }

    /// All values of a property.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a ItemValue> {
        self.properties.iter().filter(move |(n, _)| n == name).map(|(_, v)| v)
    }

    /// The first text value of a property.
    pub fn text<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.values(name).find_map(|v| match v {
            ItemValue::Text(text) => Some(text.as_str()),
            ItemValue::Item(_) => None,
        })
    }
}

/// All that a document says of itself, in document order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Names and values.
    pub clues: Vec<Clue>,
    /// schema.org items.
    pub items: Vec<Item>,
}

impl Evidence {
    /// An item by its index.
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    /// All clues of one origin and name.
    pub fn named<'a>(&'a self, origin: Origin, name: &'a str) -> impl Iterator<Item = &'a Clue> {
        self.clues.iter().filter(move |c| c.origin == origin && c.name == name)
    }

    /// The first value of one origin and name.
    pub fn value<'a>(&'a self, origin: Origin, name: &'a str) -> Option<&'a str> {
        self.named(origin, name).next().map(|c| c.value.as_str())
    }
}
