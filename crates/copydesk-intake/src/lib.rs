//! What sources share.
//!
//! - [`Selection`] is which files: paths, folders, globs, lists, standard input. [`Intake::documents`] goes through them
//!   one at a time, and a source only says what is in one file.
//! - [`StoredFile::open`] opens a file, and [`Opened::stream`] undoes its compression.
//! - [`Rewind`] gives bytes back to a stream, for readers that find out late that a record was none.
//! - [`Columns`] turns a record with named fields into a document, [`Usual`] is the names that fields usually have, and
//!   [`Names`] what its records are called.
//! - [`json_fault`] says for a person what is wrong with JSON.
//! - [`zip_entries`] and [`Tar`] give the files of an archive.
//! - [`source_config!`] writes the options of a source: those that all share, and its own.

mod archive_fault;
mod columns;
mod config;
mod fields;
mod json_fault;
mod labels;
mod literal;
mod missing;
mod names;
mod open;
mod path_text;
mod pattern;
mod rewind;
mod selection;
mod tar;
mod walk;
mod zip;

/// The README, whose tables say what the names of rules and notes mean.
pub const README: &str = include_str!("../README.md");

pub use columns::{Columns, Refused, Standing};
pub use fields::Usual;
pub use json_fault::json_fault;
pub use names::Names;
pub use open::{Bytes, FileName, Opened, StoredFile, bad, read_fault};
pub use path_text::{read as read_path, shown as shown_path};
pub use rewind::Rewind;
pub use selection::{Documents, Intake, Selection};
pub use tar::{Tar, TarEntry, TarReader, is_tar};
pub use zip::{ZIP_MAGIC, ZipEntry, zip_entries};
