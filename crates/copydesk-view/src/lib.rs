//! A page over a run: what came in and what came of it, every document beside its source, and why each line is where it is.
//!
//! [`serve`] answers on 127.0.0.1 alone, to whoever has the token in the address that it prints. Everything that the page
//! needs is in the program; nothing is asked of any other machine. What is shown of documents never runs: pages stand in a
//! frame without scripts, and no policy lets them load anything.
//!
//! The figures and the search come from the `SQLite` database of the run. Where the pipeline wrote none, it is made from
//! `records.jsonl` and kept in the user's cache.

mod database;
mod page;
mod server;

use std::{path::PathBuf, sync::Arc};

use copydesk_explain::Account;

pub use database::{Database, Filter, Order};
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

/// Reads a document of the run again. The program that serves the page knows sources and chains; the page does not.
pub trait Explain: Send + Sync {
    /// The document with this address, or why it cannot be read.
    fn explain(&self, uri: &str) -> Result<Explained, String>;

    /// What the stages that explain are called, and where they come from.
    fn pipeline(&self) -> String;
}

/// What is served, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The output folder of a run.
    pub folder: PathBuf,
    /// The port; 0 for any that is free.
    pub port: u16,
}

/// Serves the page until the process ends. `ready` is called with its address as soon as it can be opened.
pub fn serve(options: &Options, explain: Arc<dyn Explain>, ready: impl FnOnce(&str)) -> Result<(), Error> {
    let database = Database::open(&options.folder)?;
    server::run(options.port, database, explain, ready)
}
