//! Drafts: shards whose rows wait for what surveys conclude.

use crate::{RunError, part, reuse::Done, storage::Storage};

/// A section of a draft, opened.
pub(crate) fn load(storage: &dyn Storage, done: &Done, section: usize) -> Result<Vec<u8>, RunError> {
    let stored = part::load(storage, &done.entry.sections[section], &done.places[section])?;
    copydesk_compression::decompress_zstd(&stored).map_err(|error| RunError::Bug(error.to_string()))
}
