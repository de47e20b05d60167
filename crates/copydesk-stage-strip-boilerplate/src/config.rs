//! The options of the stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which error costs more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Lost text and left-over boilerplate cost the same.
    #[default]
    Balanced,
    /// Rather lose a doubtful paragraph than keep boilerplate.
    Precision,
    /// Rather keep boilerplate than lose a paragraph.
    Recall,
}

impl Mode {
    /// How much more a lost word costs than a word too many: the beta of the F measure.
    pub(crate) fn beta(self) -> f32 {
        match self {
            Self::Balanced => 1.0,
            Self::Precision => 0.5,
            Self::Recall => 2.0,
        }
    }
}

/// Options of `strip-boilerplate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the pipeline file")]
pub struct Config {
    /// Which error costs more: `balanced`, `precision` (rather lose a doubtful paragraph) or `recall` (rather keep
    /// boilerplate).
    pub mode: Mode,
    /// Keep rows of tables that belong to the main text.
    pub tables: bool,
    /// Keep lists that belong to the main text.
    pub lists: bool,
    /// Keep code and preformatted text that belongs to the main text.
    pub code: bool,
    /// Keep quotes that belong to the main text.
    pub quotes: bool,
    /// Keep the headings inside the main text. The headline is never part of it.
    pub headings: bool,
    /// Keep readers' comments below an article. Posts of a forum are main text in any case.
    pub comments: bool,
    /// Keep text that the page hides until a reader acts: closed accordions, tabs, folded text. What no reader ever
    /// sees is dropped in any case.
    pub folded: bool,
    /// A file of lines that the pages of a site share, written by `copydesk learn-templates`; they are dropped. (In a
    /// program of your own: its contents.)
    #[schemars(extend("format" = "file-contents"))]
    pub templates: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            mode: Mode::Balanced,
            tables: true,
            lists: true,
            code: true,
            quotes: true,
            headings: true,
            comments: false,
            folded: true,
            templates: String::new(),
        }
    }
}
