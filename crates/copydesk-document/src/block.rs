//! Blocks: pieces of text that a reader would see as one unit.

use std::{borrow::Cow, ops::Range};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
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

/// Every label by its name.
const LABELS: [(&str, Label); 23] = [
    ("unlabelled", Label::Unlabelled),
    ("body", Label::Body),
    ("title", Label::Title),
    ("byline", Label::Byline),
    ("author-note", Label::AuthorNote),
    ("date", Label::Date),
    ("counter", Label::Counter),
    ("site-name", Label::SiteName),
    ("section", Label::Section),
    ("tags", Label::Tags),
    ("caption", Label::Caption),
    ("navigation", Label::Boilerplate(BoilerplateKind::Navigation)),
    ("share", Label::Boilerplate(BoilerplateKind::Share)),
    ("related", Label::Boilerplate(BoilerplateKind::Related)),
    ("advertisement", Label::Boilerplate(BoilerplateKind::Advertisement)),
    ("newsletter", Label::Boilerplate(BoilerplateKind::Newsletter)),
    ("consent", Label::Boilerplate(BoilerplateKind::Consent)),
    ("comments", Label::Boilerplate(BoilerplateKind::Comments)),
    ("footer", Label::Boilerplate(BoilerplateKind::Footer)),
    ("hidden", Label::Boilerplate(BoilerplateKind::Hidden)),
    ("form", Label::Boilerplate(BoilerplateKind::Form)),
    ("template", Label::Boilerplate(BoilerplateKind::Template)),
    ("other", Label::Boilerplate(BoilerplateKind::Other)),
];

/// Their names.
const NAMES: [&str; LABELS.len()] = {
    let mut names = [""; LABELS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = LABELS[at].0;
        at += 1;
    }
    names
};

/// Written out, so that a label that there is not is told of with those that there are.
impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        let found = LABELS.iter().find(|(known, _)| *known == name);
        found.map(|(_, label)| *label).ok_or_else(|| D::Error::unknown_variant(&name, &NAMES))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_by_the_name_that_it_is_written_by() {
        for (name, label) in LABELS {
            assert_eq!(serde_json::to_value(label).unwrap(), name);
            assert_eq!(serde_json::from_value::<Label>(name.into()).unwrap(), label);
        }
        let schema = schemars::schema_for!(Label).to_value().to_string();
        assert_eq!(schema.matches("\"const\"").count(), LABELS.len(), "{schema}");
        let error = serde_json::from_str::<Label>("\"othr\"").unwrap_err().to_string();
        assert!(error.contains("unknown variant `othr`, expected one of `unlabelled`, `body`"), "{error}");
    }
}
