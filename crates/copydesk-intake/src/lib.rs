//! What sources share.
//!
//! - [`Selection`] is which files: paths, folders, globs, lists, standard input. [`Intake::documents`] goes through
//!   them one at a time, and a source only says what is in one file.
//! - [`StoredFile::open`] opens a file, and [`Opened::stream`] how it is compressed.
//! - [`Lines`] cuts a stream into lines without ever holding one that is too long.
//! - [`Rewind`] gives bytes back to a stream, for readers that find out late that a record was none.
//! - [`Columns`] turns a record with named fields into a document.
//! - [`source_config!`] writes the options of a source: those that all share, and its own.

mod columns;
mod config;
mod lines;
mod missing;
mod open;
mod pattern;
mod rewind;
mod selection;
mod walk;

pub use columns::{Columns, Refused};
pub use lines::{Lines, RawLine};
pub use open::{Bytes, Opened, StoredFile, bad, decompress_fault};
pub use rewind::Rewind;
pub use selection::{Documents, Intake, Selection};
