//! Blocks: pieces of text that a reader would see as one unit.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{ElementId, LanguageGuess, Span};

/// Index of a block in its document, in document order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockId(pub u32);

impl BlockId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a block is by its form, before anything is said about its worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BlockKind {
    /// A heading; [`Block::level`] is 1 to 6.
    Heading,
    /// Running text.
    #[default]
    Paragraph,
    /// An entry of a list; [`Block::level`] is its depth, from 1.
    ListItem,
    /// Quoted text.
    Quote,
    /// A row of a table, its cells joined by tabs.
    TableRow,
    /// Preformatted text; line breaks count.
    Code,
    /// A remark set apart by a mark such as `※`.
    Note,
    /// The caption of a figure or table, by its markup.
    Caption,
    /// A term or a definition of a definition list.
    Definition,
    /// The label of a control: button, option, form field.
    Control,
}

/// Which kind of boilerplate a dropped block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BoilerplateKind {
    /// Menus, breadcrumbs, skip links, language switchers, pagers.
    Navigation,
    /// Buttons and lines that share, print, like, follow or save.
    Share,
    /// Teasers of other texts.
    Related,
    /// Advertisements and promotions.
    Advertisement,
    /// Newsletter and subscription boxes.
    Newsletter,
    /// Cookie and consent walls.
    Consent,
    /// Readers' comments.
    Comments,
    /// Footers, imprints, copyright and standing notices.
    Footer,
    /// Text that the page does not show.
    Hidden,
    /// Forms and controls.
    Form,
    /// Lines that many pages of the site share.
    Template,
    /// Boilerplate of no particular kind.
    Other,
}

/// What a block has been found to be. Changed only through [`crate::Document::decide`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Label {
    /// Nothing has been said yet.
    #[default]
    Unlabelled,
    /// Main text. The only label whose blocks stand in the record's `text`.
    Body,
    /// The headline.
    Title,
    /// Names of the authors.
    Byline,
    /// A remark about the author or the standing of the text.
    AuthorNote,
    /// Publication or modification date, with or without its label.
    Date,
    /// A counter of views, comments and the like, with or without its label.
    Counter,
    /// Name of the site.
    SiteName,
    /// Name of the section.
    Section,
    /// Tags.
    Tags,
    /// A caption, or the credit that belongs to it.
    Caption,
    /// Boilerplate.
    #[serde(untagged)]
    Boilerplate(BoilerplateKind),
}

impl Label {
    /// Whether blocks with this label stand in the text of the record.
    pub fn is_body(self) -> bool {
        self == Self::Body
    }
}

/// A piece of text that a reader would see as one unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Its form.
    pub kind: BlockKind,
    /// Level of a heading, depth of a list item; 0 otherwise.
    pub level: u8,
    /// Where it stands in the source, markup included from its first to its last visible character.
    pub span: Span,
    /// The innermost element that holds all of it, where the format has elements.
    pub element: Option<ElementId>,
    /// How many characters of its text are inside links.
    pub linked: u32,
    /// Whether the page hides it (`hidden`, `display:none`, `<noscript>`, `<template>` and the like).
    pub hidden: bool,
    /// Whether the source sets the whole of it in bold.
    pub bold: bool,
    /// How many blank lines, line breaks or block edges stand before it in a plain text; 0 elsewhere.
    pub gap: u8,
    /// Its language, where a stage has said.
    pub language: Option<LanguageGuess>,
    pub(crate) text: Range<u32>,
    pub(crate) original: Range<u32>,
    pub(crate) inlines: Range<u32>,
    pub(crate) label: Label,
}

impl Block {
    /// What it has been found to be.
    pub fn label(&self) -> Label {
        self.label
    }
}

/// The kinds of inline markup that are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InlineKind {
    /// A link to that address, as written.
    Link(String),
    /// Strong or bold.
    Strong,
    /// Emphasis or italics.
    Emphasis,
    /// Code.
    Code,
    /// A part of a caption that has an element of its own, such as a credit in a `<span>`.
    Part(ElementId),
}

/// Markup inside a block's original text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// Bytes of [`crate::Document::original_text`] that it covers.
    pub range: Range<u32>,
    /// Which markup.
    pub kind: InlineKind,
}

/// A picture or video that the document shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Its address as written; the best of `src`, lazy-loading attributes and `srcset`.
    pub src: String,
    /// Its alternative text.
    pub alt: String,
    /// Its `title` attribute.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// The first block that stands after it; one past the last block at the end of a document.
    pub before: BlockId,
    /// Its element.
    pub element: Option<ElementId>,
    /// Whether it is a moving picture.
    pub video: bool,
}
