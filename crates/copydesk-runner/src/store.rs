//! The output folder of a run that cannot be lost.
//!
//! Beside the outputs stands a folder of our own, `.copydesk`, with
//!
//! - `parts/KEY.part`: what a shard gives to every output; [`part`] says how;
//! - `manifest`: the shards of the last run that ended, in their order, and the files that they made;
//! - `plan`: the next manifest, while files are given their names;
//! - `index`: which documents the shards were made of; it stands in the parts where these are kept;
//! - `run`: whose run is under way;
//! - `forgotten`: hashes of the documents that were taken out for good;
//! - `quarantine`: what the shards have set aside, without regard to what was tried again since;
//! - `drafts/`: files that are not whole yet.

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use copydesk_stage::{Export, KnownFiles};

use crate::{
    Quarantined, RunError,
    append::{self, Seen},
    checksum::Key,
    error::write_error,
    forgotten::Forgotten,
    index::{self, Identities, Standpoint},
    layout::Layout,
    losses,
    manifest::{Asked, Manifest},
    owner::{Existing, Owner},
    ownership::{self, Inspection, RUN, UnderWay},
    part::{self, Entry, PARTS},
    retry::SetAside,
    reuse::{Done, Known},
    storage::{LocalFolder, STATE, Storage},
    times::Times,
};

/// The folder, while a run writes into it.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) folder: LocalFolder,
    pub(crate) layout: Layout,
    /// The manifest of the last run that ended.
    pub(crate) before: Option<Manifest>,
    /// The next manifest of a run that was killed while its files got their names.
    pub(crate) plan: Option<Manifest>,
    pub(crate) claim: Claim,
    /// The run that was stopped here.
    under_way: Option<UnderWay>,
    /// The parts that this run has put.
    pub(crate) put: Vec<String>,
    /// The times of the files that it reads, where it reads all of them.
    pub(crate) times: Option<Times>,
    /// What has been read already, where this run adds to it.
    pub(crate) seen: Option<Seen>,
    /// The shards of this run, in their order; drafts, until surveys have concluded.
    pub(crate) shards: Vec<Done>,
    /// What the shards were made of, once surveys have concluded.
    pub(crate) drafts: Vec<Done>,
    /// The surveys that have concluded, with what they keep by.
    pub(crate) surveys: Vec<Asked>,
    /// What was taken out for good.
    pub(crate) forgotten: Forgotten,
    // Held, not read: it keeps a second run out of the folder.
    _lock: Option<File>,
}

/// What a run asks of a folder.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) owner: Owner,
    pub(crate) existing: Existing,
    /// Whether files are read whose size and time are as they were.
    pub(crate) careful: bool,
    /// Whether only what was quarantined is tried again.
    pub(crate) retry: bool,
    /// Whether documents are taken out, and none is read: what is there is taken over as for a retry.
    pub(crate) forgets: bool,
}

/// What there is to try again.
pub(crate) struct Retry {
    /// The documents.
    pub(crate) only: SetAside,
    /// How many shards there are already. A document that is tried twice gets two keys.
    pub(crate) before: usize,
}

impl Store {
    /// Opens the folder, makes it where it is missing, and looks at what earlier runs have left. What must not be replaced or
    /// lost is refused before anything is changed; `list` gives the documents of this run.
    pub(crate) fn open(
        root: PathBuf,
        layout: Layout,
        claim: Claim,
        list: impl FnMut() -> Result<Option<Identities>, RunError>,
    ) -> Result<Self, RunError> {
        if root.exists() && !root.is_dir() {
            return Err(RunError::no_folder(&root));
        }
        let lock = lock(&root)?;
        let folder = LocalFolder::new(root);
        let inspection = ownership::inspect(&folder, &layout, claim.existing)?;
        let forgotten = Forgotten::read(&folder)?;
        if claim.retry && inspection.last().is_none() {
            let folder = folder.root().display();
            return Err(RunError::Retry(format!("no run has ended in {folder}; `copydesk run` comes first")));
        }
        if claim.existing != Existing::Replace && !claim.retry {
            inspection.admit(&folder, &layout, &claim.owner, claim.existing, &forgotten, list)?;
        }
        // From here on something is changed.
        fs::create_dir_all(folder.root()).map_err(|error| write_error(folder.root(), error))?;
        let lock = if lock.is_none() { self::lock(folder.root())? } else { lock };
        let Inspection { before, plan, under_way } = inspection;
        let (put, shards, drafts) = (Vec::new(), Vec::new(), Vec::new());
        let (times, seen, surveys) = (None, None, Vec::new());
        let store = Self {
            folder,
            layout,
            before,
            plan,
            claim,
            under_way,
            put,
            times,
            seen,
            shards,
            drafts,
            surveys,
            forgotten,
            _lock: lock,
        };
        if !store.claim.forgets {
            store.say_under_way(Some(UnderWay { owner: store.claim.owner.clone(), work: store.layout.work }))?;
        }
        Ok(store)
    }

    /// What earlier runs have left.
    pub(crate) fn known(&self) -> Result<Known, RunError> {
        let manifests = self.before.iter().chain(&self.plan);
        Known::look(Arc::new(self.folder.clone()), &self.layout, manifests)
    }

    /// Says in the folder whose run is under way.
    fn say_under_way(&self, run: Option<UnderWay>) -> Result<(), RunError> {
        match run {
            Some(run) => ownership::write_under_way(&self.folder, &run),
            None => self.folder.remove(RUN).map_err(|error| write_error(self.folder.locate(RUN), error)),
        }
    }

    /// Refuses to lose records, at the end of a run; all is as it was then.
    pub(crate) fn check_losses(&self) -> Result<(), RunError> {
        let Some(before) = &self.before else { return Ok(()) };
        if self.claim.existing != Existing::Keep || self.claim.retry {
            return Ok(());
        }
        let checked =
            losses::check(&self.folder, &self.layout, before, &self.shards, &self.forgotten, &self.claim.owner.place);
        if checked.is_err() {
            self.undo()?;
        }
        checked
    }

    /// Leaves the folder as this run has found it.
    pub(crate) fn undo(&self) -> Result<(), RunError> {
        let undo = || {
            for name in &self.put {
                self.folder.remove(name)?;
            }
            self.folder.remove_drafts()?;
            self.folder.remove_empty_folder(PARTS)
        };
        undo().map_err(|error| write_error(self.folder.locate(STATE), error))?;
        self.say_under_way(self.under_way.clone())
    }

    /// Takes over the shards of the last run, so that what it has set aside is tried again behind them.
    pub(crate) fn start_retry(&mut self, exports: &[&dyn Export]) -> Result<Retry, RunError> {
        let folder = self.folder.root().display();
        let Some(before) = &self.before else {
            return Err(RunError::Retry(format!("the last run in {folder} has not ended; `copydesk run` ends it")));
        };
        if before.files.work != self.layout.work {
            return Err(RunError::Retry(format!(
                "the stages or exports are not those of the run in {folder}; `copydesk run` does all of it again"
            )));
        }
        self.shards = self.taken_over(before, exports)?;
        let only = SetAside::look(&self.folder, before, &self.claim.owner.place)?;
        Ok(Retry { only, before: self.shards.len() })
    }

    /// The shards of an earlier run, as documents came out of the chain, without those that were forgotten since.
    pub(crate) fn taken_over(&self, before: &Manifest, exports: &[&dyn Export]) -> Result<Vec<Done>, RunError> {
        let shards = self.shards_of(before)?;
        append::without_forgotten(&self.folder, &self.layout, exports, shards, before, &self.forgotten)
    }

    fn shards_of(&self, before: &Manifest) -> Result<Vec<Done>, RunError> {
        if !self.layout.surveyed {
            return Ok(Done::of_manifest(&self.layout, before));
        }
        let read = |key: &Key| {
            let name = part::name(*key);
            let entry = part::read_entry(&self.folder, &name).filter(|entry| self.layout.fits_part(entry));
            entry.map(|entry| Done::in_part(Arc::new(entry))).ok_or_else(|| {
                RunError::Occupied(format!(
                    "{} is missing or damaged, and surveys need it to look at all documents together. Nothing was changed.\n\
                     To make the outputs anew: --replace; to write elsewhere: --out",
                    self.folder.locate(&name).display()
                ))
            })
        };
        before.keys().iter().map(read).collect()
    }

    /// What has been read already that this run adds to, and by how many runs; nothing if it adds to none.
    pub(crate) fn start_append(&mut self) -> Result<Option<(Seen, usize)>, RunError> {
        match &self.before {
            Some(before) if self.claim.existing == Existing::Append && !self.claim.retry => {
                let seen = Seen::look(&self.folder, before, self.layout.work, &self.claim.owner.place)?;
                self.seen = Some(seen.clone());
                Ok(Some((seen, before.files.segments.len())))
            }
            _ => Ok(None),
        }
    }

    /// What a source asks about its files, before it reads them. `work` is what results depend on.
    pub(crate) fn watch_files(&mut self, work: Key) -> Option<KnownFiles> {
        let Claim { owner, existing, retry, careful, .. } = &self.claim;
        if *retry || owner.limit.is_some() {
            return None;
        }
        let times = Times::read(&self.folder, work);
        // Without a manifest what was noted means nothing.
        let leaves_out = *existing == Existing::Append && !careful && self.before.is_some();
        let known = times.watch(Standpoint::new(self.folder.root(), &owner.place), leaves_out);
        self.times = Some(times);
        Some(known)
    }

    /// Takes a shard that was done before, as the next one.
    pub(crate) fn reuse(&mut self, done: Done) {
        self.shards.push(done);
    }

    /// Makes a shard durable, as the next one.
    pub(crate) fn commit(&mut self, entry: Entry, sections: &[Vec<u8>]) -> Result<(), RunError> {
        part::put(&self.folder, &entry, sections)?;
        self.put.push(entry.name());
        self.shards.push(Done::in_part(Arc::new(entry)));
        Ok(())
    }

    /// How many documents of this run are safe.
    pub(crate) fn safe(&self) -> u64 {
        self.shards.iter().map(|done| done.entry.counts.read).sum()
    }

    /// All entries of the quarantine, without what a later retry has tried again.
    pub(crate) fn quarantine(&self, mut each: impl FnMut(Quarantined) -> Result<(), RunError>) -> Result<(), RunError> {
        let output = self.layout.quarantine();
        // The last shard that tried a document has the say about it.
        let mut last = HashMap::new();
        for (n, done) in self.shards.iter().enumerate() {
            last.extend(done.entry.retried.iter().map(|uri| (uri.as_str(), n)));
        }
        for (n, done) in self.shards.iter().enumerate() {
            let stored = part::load(&self.folder, &done.entry.sections[output], &done.places[output])?;
            let entries: Vec<Quarantined> = index::read(&stored).map_err(|error| RunError::Bug(error.to_string()))?;
            for entry in entries {
                if last.get(entry.uri.as_str()).is_none_or(|at| *at <= n) {
                    each(entry)?;
                }
            }
        }
        Ok(())
    }
}

/// A lock on the folder itself leaves no file behind, and goes away with the process. Where the system cannot lock a
/// folder the run goes on without.
pub(crate) fn lock(folder: &Path) -> Result<Option<File>, RunError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(RunError::Busy(folder.to_owned())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}
