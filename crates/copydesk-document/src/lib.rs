//! The words of the house: what a document is, and what is said of it.
//!
//! Nothing is deleted; everything is labelled. A parser turns every input, of whatever format, into one flat list of
//! [`Block`]s with a [`Span`] into the source, and a list of [`Evidence`] (what the document says of itself). Stages
//! label blocks, add facts and say why; exports choose what to show. HTML keeps its element [`Tree`] beside the
//! blocks; other formats have none, and no stage may need it.
//!
//! Three invariants live in the types:
//!
//! - a block's label changes only through [`Document::decide`], which takes the [`Decision`] that explains it;
//! - a block's text changes only through [`Document::set_text`], and the text that the parser gave stays readable
//!   as [`Document::original_text`];
//! - facts and captions are only ever added. [`Document::metadata`] and [`Document::captions`] say what counts of all that
//!   stages found, and [`Document::candidates`] and [`Document::all_captions`] show everything.
//!
//! One call goes behind all three, because it has to: [`Document::redact`] takes a text out for good.
//!
//! This crate does no I/O and holds no rules.

mod address;
mod block;
mod caption;
mod caption_ledger;
mod decision;
mod document;
mod evidence;
mod facts;
mod language;
mod metadata;
mod notes;
mod source;
mod span;
mod tree;

copydesk_fingerprint::fingerprint!();

pub use address::absolute;
pub use block::{Block, BlockId, BlockKind, BoilerplateKind, Image, Inline, InlineKind, Label};
pub use caption::{Caption, CaptionKind, Credit};
pub use copydesk_date::Timestamp;
pub use decision::{Decision, Note};
pub use document::{Document, Find, NewBlock, Replacement};
pub use evidence::{Clue, Evidence, Item, ItemId, ItemValue, Origin, Syntax};
pub use facts::Fact;
pub use language::{LanguageGuess, LanguageShare, Languages};
pub use metadata::{Candidate, Dateline, Field, Metadata, PageType, Value};
pub use notes::{NoteTarget, note_mark};
pub use source::{DocumentSource, Extent, Input};
pub use span::{LineIndex, Place, Span};
pub use tree::{Attr, Element, ElementId, Tag, Tree};
