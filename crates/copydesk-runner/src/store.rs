//! The output folder of a run that cannot be lost.
//!
//! Beside the outputs stands a folder of our own, `.copydesk`, with
//!
//! - `parts/KEY.part`: what a shard gives to every output; [`part`] says how;
//! - `manifest`: the shards of the last run that ended, in their order, and the files that they made;
//! - `plan`: the next manifest, while files are given their names;
//! - `quarantine`: what the shards have set aside, without regard to what was tried again since;
//! - `drafts/`: files that are not whole yet.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    Quarantined, Report, RunError,
    checksum::Key,
    error::write_error,
    layout::Layout,
    manifest::{MANIFEST, Manifest, PLAN},
    part::{self, Entry},
    reuse::{Done, Known},
    storage::LocalFolder,
};

/// The folder, while a run writes into it.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) folder: LocalFolder,
    pub(crate) layout: Layout,
    /// The manifest of the last run that ended.
    pub(crate) before: Option<Manifest>,
    /// The shards of this run, in their order.
    pub(crate) shards: Vec<Done>,
    // Held, not read: it keeps a second run out of the folder.
    _lock: Option<File>,
}

/// What there is to try again.
pub(crate) struct Retry {
    /// The documents.
    pub(crate) uris: HashSet<String>,
    /// How many shards there are already. A document that is tried twice gets two keys.
    pub(crate) before: usize,
}

impl Store {
    /// Opens the folder, makes it where it is missing, and looks at what earlier runs have left.
    pub(crate) fn open(root: PathBuf, layout: Layout) -> Result<(Self, Known), RunError> {
        if root.exists() && !root.is_dir() {
            return Err(RunError::Outputs(format!("{} is no folder; `--out` takes a folder", root.display())));
        }
        fs::create_dir_all(&root).map_err(|error| write_error(&root, error))?;
        let lock = lock(&root)?;
        for name in &layout.names {
            let path = root.join(name);
            if !layout.sharded && path.is_dir() {
                return Err(RunError::Outputs(format!("{} is a folder; an output needs that name", path.display())));
            }
        }
        let folder = LocalFolder::new(root);
        let before = Manifest::read(&folder, MANIFEST)?;
        let plan = Manifest::read(&folder, PLAN)?;
        let known = Known::look(Arc::new(folder.clone()), &layout, before.iter().chain(&plan))?;
        Ok((Self { folder, layout, before, shards: Vec::new(), _lock: lock }, known))
    }

    /// Takes over the shards of the last run, so that what it has set aside is tried again behind them.
    pub(crate) fn start_retry(&mut self) -> Result<Retry, RunError> {
        let folder = self.folder.root().display();
        let Some(before) = &self.before else {
            return Err(RunError::Retry(format!("no run has ended in {folder}; `copydesk run` comes first")));
        };
        if before.files.work != self.layout.work {
            return Err(RunError::Retry(format!(
                "the stages or exports are not those of the run in {folder}; `copydesk run` does all of it again"
            )));
        }
        self.shards = Done::of_manifest(&self.layout, before);
        let mut uris = HashSet::new();
        self.quarantine(|entry, _| {
            uris.insert(entry.uri);
            Ok(())
        })?;
        Ok(Retry { uris, before: self.shards.len() })
    }

    /// Takes a shard that was done before, as the next one.
    pub(crate) fn reuse(&mut self, done: Done) {
        self.shards.push(done);
    }

    /// Makes a shard durable, as the next one.
    pub(crate) fn commit(
        &mut self,
        key: Key,
        sections: &[Vec<u8>],
        counts: Report,
        retried: Vec<String>,
    ) -> Result<(), RunError> {
        let entry = Entry::new(key, sections, counts, retried);
        part::put(&self.folder, &entry, sections)?;
        self.shards.push(Done::in_part(Arc::new(entry)));
        Ok(())
    }

    /// How many documents of this run are safe.
    pub(crate) fn safe(&self) -> u64 {
        self.shards.iter().map(|done| done.entry.counts.read).sum()
    }

    /// All entries of the quarantine, without what a later retry has tried again.
    pub(crate) fn quarantine(
        &self,
        mut each: impl FnMut(Quarantined, &[u8]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let output = self.layout.quarantine();
        // The last shard that tried a document has the say about it.
        let mut last = HashMap::new();
        for (n, done) in self.shards.iter().enumerate() {
            last.extend(done.entry.retried.iter().map(|uri| (uri.as_str(), n)));
        }
        for (n, done) in self.shards.iter().enumerate() {
            let entries = part::load(&self.folder, &done.entry.sections[output], &done.places[output])?;
            for line in entries.split_inclusive(|b| *b == b'\n') {
                let entry: Quarantined =
                    serde_json::from_slice(line).map_err(|error| RunError::Bug(error.to_string()))?;
                if last.get(entry.uri.as_str()).is_none_or(|at| *at <= n) {
                    each(entry, line)?;
                }
            }
        }
        Ok(())
    }
}

/// A lock on the folder itself leaves no file behind, and goes away with the process. Where the system cannot lock a
/// folder the run goes on without.
fn lock(folder: &Path) -> Result<Option<File>, RunError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(RunError::Busy(folder.to_owned())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}
