//! Why a run did not finish.

use std::{
    io,
    path::{Path, PathBuf},
};

use copydesk_stage::SourceError;

/// A run that could not start or finish. What stood under a final name before stands there still, and what was done is
/// not done again when the same run starts anew.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The source is broken as a whole.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The outputs cannot work together.
    #[error("{0}")]
    Outputs(String),
    /// An output cannot be written.
    #[error("cannot write {}: {error}{}", path.display(), way_out(error))]
    Write {
        /// Which one; `standard output` for that.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// What an earlier run wrote cannot be read any more.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// What an earlier run wrote was changed while this one relied on it.
    #[error("{} was changed by somebody else while the run went on; run again to have it done anew", .0.display())]
    Damaged(PathBuf),
    /// An export cannot make its file.
    #[error("cannot make {}: {error}", path.display())]
    Assemble {
        /// Which file.
        path: PathBuf,
        /// What the export said.
        error: String,
    },
    /// A survey came to no conclusion.
    #[error("the survey `{0}` cannot conclude: {1}")]
    Survey(String, String),
    /// The output folder holds what this run would replace or lose, and must not.
    #[error("{0}")]
    Occupied(String),
    /// There is nothing to try again.
    #[error("{0}")]
    Retry(String),
    /// Another run is writing into the same folder.
    #[error("another run is writing into {}; wait for it to end, or give this one another folder with --out", .0.display())]
    Busy(PathBuf),
    /// A signal asked the run to stop.
    #[error(
        "stopped by {signal}: {safe} of the {read} documents read are done and safe, and the files under their \
        final names are as they were"
    )]
    Interrupted {
        /// Name of the signal.
        signal: &'static str,
        /// How many documents had been read.
        read: u64,
        /// How many need not be worked on again.
        safe: u64,
    },
    /// Stages hang on document after document.
    #[error("{0} threads hang, the last one in `{1}` over {2}; a stage does not come back")]
    Hung(usize, String, String),
    /// The system gave no thread or runtime.
    #[error("cannot start: {0}")]
    Start(io::Error),
    /// A stage has said that no document would fare better.
    #[error("{0}; what is done is kept, and the same command goes on from there")]
    Stopped(String),
    /// The process that works on documents does not start, or ends again and again.
    #[error("{0}")]
    Worker(String),
    /// The running program cannot be read, and results depend on all of it.
    #[error(
        "cannot read the running program, which tells finished work from work that another build has done: {0}; a stage \
        or an export from outside of copydesk needs that, unless its kind has a FINGERPRINT"
    )]
    Program(io::Error),
    /// A bug in the runner itself.
    #[error("this is a bug in copydesk: {0}")]
    Bug(String),
}

impl RunError {
    pub(crate) fn no_folder(path: &Path) -> Self {
        Self::Outputs(format!("{} is no folder; `--out` takes a folder", path.display()))
    }

    /// Whether the reader of standard output has gone, as in `copydesk run ... | head`. That is no failure of ours.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What a person can do about a disk that does not take more.
fn way_out(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room and give the same command again, what is done is kept"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "; `--out` takes another folder",
        _ => "",
    }
}

pub(crate) fn write_error(path: impl AsRef<Path>, error: io::Error) -> RunError {
    RunError::Write { path: path.as_ref().to_owned(), error }
}
