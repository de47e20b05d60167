//! Captions: what is printed with a picture.

use serde::{Deserialize, Serialize};

use crate::{BlockId, Origin, Span};

/// What a caption belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CaptionKind {
    /// A photograph, or a picture of a kind that the document does not tell.
    #[default]
    Photo,
    /// A moving picture.
    Video,
    /// A drawing, chart, map or other graphic.
    Graphic,
    /// A picture from the archive, or one that only stands for the subject.
    Archive,
}

/// Who made or supplied a picture, taken apart as far as the printed form allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Credit {
    /// The photographer or other maker.
    pub name: Option<String>,
    /// The agency, archive or organisation.
    pub agency: Option<String>,
}

/// A caption: its text, apart from its credit, with the same caption in other languages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caption {
    /// The text without the credit, as printed. Empty where a picture has a credit alone.
    pub text: String,
    /// BCP 47 tag of the text.
    pub language: Option<String>,
    /// The credit as printed, without its label (`Reuters` for `Photo: Reuters`).
    pub credit: Option<String>,
    /// The credit taken apart.
    pub credits: Vec<Credit>,
    /// URL of the picture, where the document shows which one it is.
    pub image: Option<String>,
    /// What it belongs to.
    pub kind: CaptionKind,
    /// The same caption in other languages.
    pub translations: Vec<Caption>,
    /// The blocks that it was read from; empty for a caption that stands only in attributes or structured data.
    pub blocks: Vec<BlockId>,
    /// What kind of evidence it was read from.
    pub origin: Origin,
    /// Where it stands.
    pub span: Option<Span>,
    /// From 0 to 1: how sure it is that this is a caption.
    pub confidence: f32,
}
