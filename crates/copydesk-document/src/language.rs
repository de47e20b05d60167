//! What language a text is in.

use serde::{Deserialize, Serialize};

/// A language with a degree of belief.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageGuess {
    /// BCP 47 tag, such as `en`, `zh-Hant` or `sr-Latn`; `und` where nothing can be said.
    pub tag: String,
    /// From 0 to 1.
    pub confidence: f32,
}

/// The part of the body that is in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LanguageShare {
    /// BCP 47 tag.
    pub tag: String,
    /// Share of the letters of the body, from 0 to 1.
    pub share: f32,
}

/// The languages of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Languages {
    /// The language of the body, by a vote of its letters.
    pub main: Option<LanguageGuess>,
    /// Every language of the body, most letters first.
    pub shares: Vec<LanguageShare>,
}
