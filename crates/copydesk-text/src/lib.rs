//! What is known about text of any language, with one answer for all who ask.
//!
//! - [`is_unspaced`] and its kin: which scripts are written without spaces, and how wide their characters are;
//! - [`ends_sentence`], [`sentences`]: where sentences end;
//! - [`letters`], [`weight`]: how much a text says;
//! - [`key`], [`flat`]: the forms in which texts are compared and printed;
//! - [`OneOf`]: whether a text holds one of some signs;
//! - [`Terms`]: how many of a text's words another one has;
//! - [`host`], [`site`], [`path`]: the parts of an address.
//!
//! Nothing here knows of documents, dates or languages. Vocabularies stand in `copydesk-lexicon`.

mod address;
mod compared;
mod one_of;
mod script;
mod sentence;
mod terms;

copydesk_fingerprint::fingerprint!();

pub use address::{host, is_domain, path, site, without_www};
pub use compared::{flat, key, letters, push_key, weight};
pub use one_of::OneOf;
pub use script::{
    HANGUL, UNSPACED, columns, is_alphabetic, is_alphanumeric, is_caseless, is_han, is_hangul, is_kana, is_unspaced,
    joins_without_space,
};
pub use sentence::{ends_sentence, is_stop, sentences};
pub use terms::{Terms, terms};
