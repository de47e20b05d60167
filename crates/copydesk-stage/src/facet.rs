//! The parts of a document that stages declare to read and write.

use copydesk_document::Label;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a document. The loader uses the declarations to refuse a chain whose order cannot work, and the testkit
/// fails a stage that writes what it does not declare. Notes and a stage's own `ext` entry are always allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Facet {
    /// Which blocks are main text and which are boilerplate.
    Body,
    /// Languages of the document and its blocks.
    Languages,
    /// Captions, and the label `caption`.
    Captions,
    /// Facts, and the labels of the blocks that show them (title, byline, date, ...).
    Metadata,
    /// The text and the kind of blocks.
    Text,
    /// Everything at once, the source included: what [`Context::redact`](crate::Context::redact) takes out for good. A stage
    /// that does so stands behind all that add texts.
    Redaction,
}

impl Facet {
    /// Every facet.
    pub const ALL: &'static [Self] =
        &[Self::Body, Self::Languages, Self::Captions, Self::Metadata, Self::Text, Self::Redaction];

    /// Whether a stage that writes these takes texts out for good. One that may write anything is not known to.
    pub fn masks(writes: &[Self]) -> bool {
        writes.contains(&Self::Redaction) && writes.len() < Self::ALL.len()
    }

    /// The name in kebab-case, as docs and messages print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Languages => "languages",
            Self::Captions => "captions",
            Self::Metadata => "metadata",
            Self::Text => "text",
            Self::Redaction => "redaction",
        }
    }

    /// The facet that a stage writes when it gives a block that label.
    pub fn of_label(label: Label) -> Self {
        match label {
            Label::Unlabelled | Label::Body | Label::Boilerplate(_) => Self::Body,
            Label::Caption => Self::Captions,
            // All others are of lines that show facts.
            _ => Self::Metadata,
        }
    }
}
