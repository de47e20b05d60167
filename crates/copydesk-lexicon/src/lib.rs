//! Word lists and label patterns in many languages, as data, and the readers that use them.
//!
//! Everything here is a pure function of a line of text and a [`Lexicon`]. Nothing knows of documents, blocks or
//! stages; the callers decide where a form may be trusted. Each reader therefore says *how* it knew:
//! a label that names the thing, a known agency, or the shape alone (see [`Confidence`]).
//!
//! - [`credit`]: caption lines into caption text and picture credits;
//! - [`has_caption_sign`]: what captions say of themselves beside their credits;
//! - [`byline`]: `By Ann Lee`, `Von X und Y`, `X 기자`, names out of metadata;
//! - [`dateline`]: `SEOUL, Nov. 10 (Yonhap) --`;
//! - [`boilerplate`]: share bars, "read more", copyright lines and other labels that are not the story;
//! - [`field`]: label/value lines such as `Date`, `Views`, `Author`.
//!
//! The vocabularies are the files under `data/`. A user's own file has the same form and extends them, see
//! [`Lexicon::with`].

mod agency;
pub mod boilerplate;
pub mod byline;
mod caption;
pub mod credit;
pub mod dateline;
mod error;
pub mod examples;
pub mod field;
mod fold;
mod lexicon;
mod line;
mod name;
mod phrases;
mod vocabulary;

copydesk_fingerprint::fingerprint!();

pub use agency::{Agency, AgencyKind};
pub use boilerplate::{PageLabel, PageLabelKind, classify_label, labels_in_row};
pub use byline::{Byline, clean_name, has_role, is_organisation, names_commenter, read_byline};
pub use caption::{
    CaptionSign, alternative_number, has_caption_sign, names_picture_file, without_control, without_counter,
    without_label_behind, without_lead, without_rest,
};
pub use credit::{
    Credit, CreditMark, Split, is_credit_line, looks_like_caption, may_be_credit_line, may_look_like_caption,
    split_credit, undouble,
};
pub use dateline::{Dateline, read_dateline, read_reporter};
pub use error::LexiconError;
pub use field::{Field, FieldKind, is_counter, label_of, labels_of};
pub use lexicon::Lexicon;
pub use line::Line;

/// How a reader knew what it found, from weakest to strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Only the shape speaks for it (a bare acronym after a full stop, two capitalised words). To be trusted only
    /// where the place in the document already says what the line is.
    ShapeOnly,
    /// A known agency, outlet or role word stands in it.
    AgencyKnown,
    /// A label names it (`Photo:`, `By`, `(Foto: …)`).
    Labelled,
}
