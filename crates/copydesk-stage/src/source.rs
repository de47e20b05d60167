//! Sources.

use std::{
    fmt::{self, Debug},
    sync::Arc,
    time::SystemTime,
};

use copydesk_document::Input;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::ConfigError;

/// What a source hands over.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every item is a document")]
pub enum SourceItem {
    /// A document.
    Input(Input),
    /// One document that cannot be had: it is counted and quarantined, and the source goes on.
    Bad {
        /// Which one.
        uri: String,
        /// A stable name, such as `unreadable`.
        rule: String,
        /// One sentence for a person.
        message: String,
    },
    /// What the source came across and does not take for a document: a hidden file, a picture in a web archive. It is
    /// counted by its reason, and leaves nothing else.
    Skipped {
        /// Which one.
        uri: String,
        /// A few words for a person, the same for all of a sort, such as `hidden`.
        reason: String,
    },
}

/// A source that is broken as a whole; the run stops.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What is wrong, with the path or address and the way out.
    pub message: String,
}

impl SourceError {
    /// An error by its sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// Where documents come from. It may block: it runs on a thread of its own.
pub trait Source: Debug + Send + Sync {
    /// Starts from the beginning. The order is the same for every call over the same input.
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError>;

    /// Leaves out the files that are known, and says so ([`SourceItem::Skipped`], `not changed`). What reads no files has
    /// nothing to leave out.
    fn leave_out(&mut self, known: KnownFiles) {
        let _ = known;
    }

    /// How many documents there are, where that is known without reading them.
    fn size_hint(&self) -> Option<u64> {
        None
    }
}

/// Tells files that need not be read: by the name that they go by, their size and the time of their last change. A source
/// asks it about each of its files before it reads it.
#[derive(Clone)]
pub struct KnownFiles(pub Arc<IsKnown>);

/// Whether a file is known, by name, size and time.
type IsKnown = dyn Fn(&str, u64, SystemTime) -> bool + Send + Sync;

impl Debug for KnownFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownFiles")
    }
}

/// What a source is, before there is one.
pub trait SourceKind: 'static {
    /// The name in a pipeline file: `use = "files"`.
    const NAME: &'static str;
    /// One line for lists.
    const SUMMARY: &'static str;
    /// Its options, as for [`crate::StageKind::Config`].
    type Config: DeserializeOwned + Serialize + JsonSchema + Default;

    /// Builds a source from its options.
    fn build(config: Self::Config) -> Result<Box<dyn Source>, ConfigError>;
}
