//! How elements are shown: which make blocks, which hold no text for readers.

use copydesk_document::Tag;

/// How an element takes part in the flow of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Display {
    /// In the line.
    Inline,
    /// Starts and ends a block.
    Block,
    /// A part of a table: `tr`.
    Row,
    /// A cell of a table.
    Cell,
    /// Its text is not for readers.
    Nothing,
    /// Shown only where something else cannot be.
    Fallback,
}

pub(super) fn display(tag: Tag) -> Display {
    match tag {
        Tag::Address
        | Tag::Article
        | Tag::Aside
        | Tag::Blockquote
        | Tag::Body
        | Tag::Button
        | Tag::Caption
        | Tag::Center
        | Tag::Dd
        | Tag::Details
        | Tag::Dialog
        | Tag::Dir
        | Tag::Div
        | Tag::Dl
        | Tag::Dt
        | Tag::Fieldset
        | Tag::Figcaption
        | Tag::Figure
        | Tag::Footer
        | Tag::Form
        | Tag::Frameset
        | Tag::H1
        | Tag::H2
        | Tag::H3
        | Tag::H4
        | Tag::H5
        | Tag::H6
        | Tag::Header
        | Tag::Hgroup
        | Tag::Hr
        | Tag::Html
        | Tag::Label
        | Tag::Legend
        | Tag::Li
        | Tag::Main
        | Tag::Marquee
        | Tag::Menu
        | Tag::Nav
        | Tag::Noframes
        | Tag::Noscript
        | Tag::Ol
        | Tag::Optgroup
        | Tag::Option
        | Tag::P
        | Tag::Pre
        | Tag::Search
        | Tag::Section
        | Tag::Select
        | Tag::Summary
        | Tag::Table
        | Tag::Tbody
        | Tag::Template
        | Tag::Tfoot
        | Tag::Thead
        | Tag::Ul => Display::Block,
        Tag::Tr => Display::Row,
        Tag::Td | Tag::Th => Display::Cell,
        Tag::Head | Tag::Iframe | Tag::Script | Tag::Style | Tag::Svg | Tag::Title => Display::Nothing,
        Tag::Applet | Tag::Audio | Tag::Canvas | Tag::Datalist | Tag::Object | Tag::Video => Display::Fallback,
        _ => Display::Inline,
    }
}

/// Whether an element stands for a control: its text is a label and no prose.
pub(super) fn is_control(tag: Tag) -> bool {
    matches!(tag, Tag::Button | Tag::Label | Tag::Legend | Tag::Optgroup | Tag::Option | Tag::Select)
}

/// The level of a heading.
pub(super) fn heading_level(tag: Tag) -> Option<u8> {
    match tag {
        Tag::H1 => Some(1),
        Tag::H2 => Some(2),
        Tag::H3 => Some(3),
        Tag::H4 => Some(4),
        Tag::H5 => Some(5),
        Tag::H6 => Some(6),
        _ => None,
    }
}

/// Whether an element is one that pages are laid out with, and what a script sets is not: formulas and lines of code stand in
/// `<div>` and `<pre>`.
pub(super) fn is_part_of_page(tag: Tag) -> bool {
    matches!(display(tag), Display::Block | Display::Row) && !matches!(tag, Tag::Div | Tag::Pre)
}
