//! What the results of a shard depend on besides its documents.

use crate::{
    Chain, ExportInstance, RunError,
    checksum::{Key, sum},
};

/// The stages and exports, with their options and versions.
pub(crate) fn key(chain: &Chain, exports: &[ExportInstance]) -> Result<Key, RunError> {
    let exports: Vec<_> = exports.iter().map(|export| (export.name, export.version, &export.config)).collect();
    of(&(env!("CARGO_PKG_VERSION"), copydesk_record::SCHEMA_VERSION, chain.work(), exports))
}

/// With the limits: what the keys of all shards of a run begin with.
pub(crate) fn of_run(work: Key, chain: &Chain) -> Result<Key, RunError> {
    of(&(work, chain.limits()))
}

/// The same for a retry behind so many shards: a document that is tried twice gets two keys.
pub(crate) fn of_retry(work: Key, chain: &Chain, before: usize) -> Result<Key, RunError> {
    of(&(work, chain.limits(), "retry", before))
}

fn of(what: &impl serde::Serialize) -> Result<Key, RunError> {
    serde_json::to_vec(what).map(|bytes| sum(&bytes)).map_err(|error| RunError::Bug(error.to_string()))
}
