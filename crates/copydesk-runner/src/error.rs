//! Why a run did not finish.

use std::{io, path::PathBuf};

use copydesk_stage::SourceError;

/// A run that could not start or finish. Nothing stands under a final name that did not stand there before.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The source is broken as a whole.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The outputs cannot work together.
    #[error("{0}")]
    Outputs(String),
    /// An output cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    Write {
        /// Which one; `standard output` for that.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another run is writing into the same folder.
    #[error("another run is writing into {}; wait for it to end, or give this one another folder with --out", .0.display())]
    Busy(PathBuf),
    /// A signal asked the run to stop.
    #[error("stopped by {signal} after {read} documents; earlier output was left as it was")]
    Interrupted {
        /// Name of the signal.
        signal: &'static str,
        /// How many documents had been read.
        read: u64,
    },
    /// The system gave no thread or runtime.
    #[error("cannot start: {0}")]
    Start(io::Error),
    /// A bug in the runner itself.
    #[error("this is a bug in copydesk: {0}")]
    Bug(String),
}

impl RunError {
    /// Whether the reader of standard output has gone, as in `copydesk run ... | head`. That is no failure of ours.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
