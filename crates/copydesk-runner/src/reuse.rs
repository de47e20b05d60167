//! What earlier runs have left, and what of it is used again.
//!
//! A shard is not done again if its bytes are still there, whole: in a part, or in the file that was made of it.
//! Whatever a crash leaves behind, one of the two is true of every shard that was done.

use std::{collections::HashMap, io, sync::Arc};

use crate::{
    RunError,
    checksum::Key,
    error::write_error,
    layout::Layout,
    manifest::Manifest,
    part::{self, Entry, PARTS, Place},
    storage::Storage,
};

/// A shard that is done, with the places of its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) entry: Arc<Entry>,
    pub(crate) places: Vec<Place>,
}

impl Done {
    /// In a part of its own.
    pub(crate) fn in_part(entry: Arc<Entry>) -> Self {
        Self { places: part::places(&entry), entry }
    }

    /// The shards of a run that has ended, where its manifest says that they are.
    pub(crate) fn of_manifest(layout: &Layout, manifest: &Manifest) -> Vec<Self> {
        let shards = manifest.entries.iter().zip(layout.places(manifest)).filter(|(entry, _)| layout.fits(entry));
        shards.map(|(entry, places)| Self { entry: Arc::clone(entry), places }).collect()
    }

    /// Whether its bytes are as they were written. They are read for that.
    pub(crate) fn is_whole(&self, storage: &dyn Storage) -> bool {
        if self.places.iter().any(|place| part::is_name(&place.name)) {
            return part::is_whole(storage, &self.entry);
        }
        let mut sections = self.entry.sections.iter().zip(&self.places);
        sections.all(|(section, place)| part::copy(storage, section, place, &mut io::sink()).is_ok())
    }
}

/// What earlier runs have left, by key. It is read by the thread that reads the source.
#[derive(Debug, Default)]
pub(crate) struct Known {
    shards: HashMap<Key, Vec<Done>>,
    storage: Option<Arc<dyn Storage>>,
}

impl Known {
    /// Looks at the parts and at what manifests tell of.
    pub(crate) fn look<'m>(
        storage: Arc<dyn Storage>,
        layout: &Layout,
        manifests: impl Iterator<Item = &'m Manifest>,
    ) -> Result<Self, RunError> {
        let mut shards: HashMap<Key, Vec<Done>> = HashMap::new();
        let mut add = |done: Done| shards.entry(done.entry.key).or_default().push(done);
        // Where there are surveys the shards of files are no drafts, and nobody looks for them by a key of a draft.
        for manifest in manifests.filter(|_| !layout.surveyed) {
            Done::of_manifest(layout, manifest).into_iter().for_each(&mut add);
        }
        let names = storage.list(PARTS).map_err(|error| write_error(storage.locate(PARTS), error))?;
        for name in names.iter().filter(|name| part::is_name(name)) {
            // One that is torn is done again.
            if let Some(entry) = part::read_entry(&*storage, name).filter(|entry| layout.fits_part(entry)) {
                add(Done::in_part(Arc::new(entry)));
            }
        }
        Ok(Self { shards, storage: Some(storage) })
    }

    /// A shard that need not be done again: its bytes were read just now, and are as they were written.
    pub(crate) fn find(&self, key: Key) -> Option<Done> {
        let storage = self.storage.as_deref()?;
        let mut done = self.shards.get(&key)?.iter().rev();
        done.find(|done| done.entry.retried.is_empty() && done.is_whole(storage)).cloned()
    }
}
