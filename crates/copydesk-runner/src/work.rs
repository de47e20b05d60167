//! What the results of a shard depend on besides its documents.

use copydesk_stage::{Fingerprint, Manifest};

use crate::{
    Chain, ExportInstance, RunError,
    checksum::{Key, sum},
    program,
};

/// What the stages and exports are, without the program.
#[cfg(unix)]
pub(crate) fn instances(chain: &Chain, exports: &[ExportInstance]) -> Result<Key, RunError> {
    of(&(manifests(chain, exports), chain.limits(), chain.time()))
}

/// The runner with the parser and the record, which lie below it; every stage and export; and the whole program, where
/// one of these is from outside.
pub(crate) fn key(chain: &Chain, exports: &[ExportInstance]) -> Result<Key, RunError> {
    let runner = Fingerprint::of::<Chain>(Some(crate::FINGERPRINT));
    let manifests = manifests(chain, exports);
    let foreign = manifests.iter().any(|manifest| manifest.fingerprint.is_foreign());
    let program = foreign.then(program::digest).transpose()?;
    of(&(runner, manifests, exports.len(), chain.surveys().len(), program.map(|digest| digest.to_string())))
}

/// All that results depend on: stages, surveys and exports.
fn manifests<'m>(chain: &'m Chain, exports: &'m [ExportInstance]) -> Vec<&'m Manifest> {
    let stages = chain.links().iter().map(|stage| &stage.manifest);
    let surveys = chain.surveys().iter().map(|survey| &survey.manifest);
    stages.chain(surveys).chain(exports.iter().map(|export| &export.manifest)).collect()
}

/// What decides whether rows can stand behind those of an earlier run: what the exports are, and how they were asked to
/// write. A new build of the program may add to what an old one has written.
fn exports(chain: &Chain, exports: &[ExportInstance]) -> Result<Key, RunError> {
    let list: Vec<_> = exports.iter().map(|e| (&e.manifest.kind, e.export.file_name(), &e.manifest.options)).collect();
    // What is concluded holds for all of a folder.
    let surveys: Vec<_> = chain.surveys().iter().map(|s| (s.name(), &s.manifest.kind, &s.manifest.options)).collect();
    of(&(copydesk_record::SCHEMA_VERSION, list, surveys))
}

/// What a folder remembers of a chain and its exports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    pub(crate) work: Key,
    pub(crate) exports: Key,
}

impl Keys {
    pub(crate) fn new(chain: &Chain, exports: &[ExportInstance]) -> Result<Self, RunError> {
        Ok(Self { work: key(chain, exports)?, exports: self::exports(chain, exports)? })
    }
}

/// With the limits: what the keys of all shards of a run begin with.
pub(crate) fn of_run(work: Key, chain: &Chain) -> Result<Key, RunError> {
    of(&(work, chain.limits()))
}

/// The same for files that need not be read: it depends on how they are read, too, and on the program that reads them.
pub(crate) fn of_files(work: Key, chain: &Chain, reads: &str) -> Result<Key, RunError> {
    of(&(work, chain.limits(), "files", reads, program::stamp()?))
}

/// The same for a retry behind so many shards: a document that is tried twice gets two keys.
pub(crate) fn of_retry(work: Key, chain: &Chain, before: usize) -> Result<Key, RunError> {
    of(&(work, chain.limits(), "retry", before))
}

/// The same for a run that adds to so many others.
pub(crate) fn of_append(work: Key, chain: &Chain, segments: usize) -> Result<Key, RunError> {
    of(&(work, chain.limits(), "append", segments))
}

fn of(what: &impl serde::Serialize) -> Result<Key, RunError> {
    serde_json::to_vec(what).map(|bytes| sum(&bytes)).map_err(|error| RunError::Bug(error.to_string()))
}
