//! What can be wrong with a vocabulary file.

use thiserror::Error;

/// Why a vocabulary file was refused. The message names the key and says what is allowed there.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LexiconError {
    /// The file is no TOML, or a key or a value is not one that a vocabulary has. The message of the TOML reader
    /// carries line, column and the allowed keys.
    #[error("vocabulary file: {0}")]
    Syntax(String),
    /// A phrase that would match everywhere or nowhere.
    #[error("vocabulary file: {key}: {phrase:?} {reason}")]
    Phrase {
        /// The key whose list holds the phrase, such as `boilerplate.share.lines`.
        key: String,
        /// The phrase as written.
        phrase: String,
        /// What is wrong with it, and what is allowed.
        reason: &'static str,
    },
}
