//! How workers are started.

use std::ffi::OsString;

/// How a process of this very program is started that works for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workers {
    /// Its arguments: a command that calls [`crate::Worker::take_over`].
    pub args: Vec<OsString>,
    /// What it has to be told to make the same chain and exports.
    pub program: String,
    /// How many bytes of memory the work on one document may take; `None` is no limit.
    pub memory: Option<u64>,
}
