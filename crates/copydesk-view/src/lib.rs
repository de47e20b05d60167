//! A page over a run: what came in and what came of it, every document beside its source, and why each line is where it is.
//!
//! [`serve`] answers on 127.0.0.1 alone, to whoever has the token in the address that it prints. Everything that the page
//! needs is in the program; nothing is asked of any other machine. What is shown of documents never runs: pages stand in a
//! frame without scripts, and no policy lets them load anything.
//!
//! The figures and the search come from an index that is made once and kept in the user's cache ([`Index`]); records are read
//! where they stand. What somebody marks as right and wrong goes to a folder of theirs ([`Book`]).

mod columns;
mod gold;
mod index;
mod page;
mod server;

use std::{path::PathBuf, sync::Arc};

use copydesk_explain::{Account, Difference};
use copydesk_record::Record;
use serde::Serialize;

pub use columns::{Filter, Order};
pub use gold::{Book, Said};
pub use index::Index;
pub use page::{annotated, lines_as_page};

/// Why a page could not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder holds nothing to look at.
    #[error("{0} holds neither records.sqlite nor records.jsonl; is it the folder that was given as `--out`?")]
    NoRecords(String),
    /// The records cannot be read.
    #[error("cannot read the records: {0}")]
    Records(String),
    /// What is marked cannot be read or kept.
    #[error("cannot keep the marks: {0}")]
    Gold(String),
    /// The network does not let it.
    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(std::io::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Records(error.to_string())
    }
}

/// A document that was read again.
#[derive(Debug)]
pub struct Explained {
    /// What became of it.
    pub account: Account,
    /// Its source, decoded.
    pub content: String,
    /// The hash of its source as it is today.
    pub sha256: String,
    /// Whether it is HTML.
    pub html: bool,
    /// Where it went.
    pub outcome: String,
}

/// Where a run has read a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub uri: String,
    /// The hash of its bytes.
    pub sha256: String,
    /// Where it begins in its file, and how long it is there, where that is known.
    pub offset: Option<u64>,
    /// See `offset`.
    pub length: Option<u64>,
}

impl Place {
    /// The place that a record tells.
    pub fn of(record: &Record<'_>) -> Self {
        let source = &record.source;
        let (uri, sha256) = (source.uri.to_string(), source.sha256.to_string());
        Self { uri, sha256, offset: source.offset, length: source.length }
    }
}

/// Reads a document of the run again. The program that serves the page knows sources and chains; the page does not.
pub trait Explain: Send + Sync {
    /// The document at this place, or why it cannot be read.
    fn explain(&self, place: &Place) -> Result<Explained, String>;

    /// What the stages that explain are called, and where they come from.
    fn pipeline(&self) -> String;

    /// The pipeline as it is written.
    fn text(&self) -> String;

    /// What becomes of these documents by another pipeline, or what is wrong with that.
    fn replay(&self, text: &str, places: &[Place]) -> Result<Replay, String>;
}

/// What another pipeline does with some documents.
#[derive(Clone, Debug, Serialize)]
pub struct Replay {
    /// How it differs from the one that explains.
    pub difference: Difference,
    /// How many documents were tried: less than were asked for where the time was up.
    pub tried: usize,
    /// Those of them that could not be read, and why.
    pub unread: Vec<(String, String)>,
}

/// What is served, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The output folder of a run.
    pub folder: PathBuf,
    /// The folder where the index of its records is kept.
    pub cache: PathBuf,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// The folder for what is marked as right and wrong; without one nothing can be marked.
    pub gold: Option<PathBuf>,
    /// Folders with the marks of others, to be compared with.
    pub beside: Vec<PathBuf>,
}

/// Serves the page until the process ends. `told` hears of what takes its time; `ready` is called with the address as soon as
/// it can be opened.
pub fn serve(
    options: &Options,
    explain: Arc<dyn Explain>,
    told: &dyn Fn(&str),
    ready: impl FnOnce(&str),
) -> Result<(), Error> {
    let book = options.gold.as_deref().map(|folder| Book::open(folder, &options.beside)).transpose()?;
    let index = Index::open(&options.folder, &options.cache, told)?;
    server::run(options.port, index, book, explain, ready)
}
