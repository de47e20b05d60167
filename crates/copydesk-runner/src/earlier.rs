//! The documents of earlier runs, by the indices of their shards.

use std::sync::Arc;

use crate::{
    RunError,
    checksum::Key,
    index::{self, Fate, Identity, Indexed, Standpoint},
    layout::INDEX,
    manifest::Manifest,
    part::{self, Entry, Place},
    reuse::Done,
    storage::{LocalFolder, Storage},
};

/// A document of an earlier run.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) identity: Identity,
    pub(crate) document: Indexed,
}

/// A shard of an earlier run.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) entry: Arc<Entry>,
    /// What its results depend on besides documents and limits.
    pub(crate) work: Key,
    /// Where its index stands.
    at: Place,
    /// From where the names of its documents are understood.
    pub(crate) from: Standpoint,
}

impl Shard {
    /// What it was made of.
    pub(crate) fn documents(&self, folder: &LocalFolder) -> Result<Vec<Earlier>, RunError> {
        load(folder, &self.entry, &self.at, &self.from)
    }
}

/// The shards that a manifest tells of.
pub(crate) fn shards(folder: &LocalFolder, manifest: &Manifest) -> Vec<Shard> {
    let mut offset = 0;
    let shards = manifest.entries.iter().zip(manifest.segments()).map(|(entry, segment)| {
        let joined = Place::new(INDEX, offset);
        offset += entry.sections.last().map_or(0, |section| section.bytes);
        let at = if manifest.files.parts { part::places(entry).pop().unwrap_or(joined) } else { joined };
        let from = Standpoint::new(folder.root(), &segment.place);
        Shard { entry: Arc::clone(entry), work: segment.work, at, from }
    });
    shards.collect()
}

/// All documents whose records are in the files of a run.
pub(crate) fn written(folder: &LocalFolder, manifest: &Manifest) -> Result<Vec<Earlier>, RunError> {
    let mut all = Vec::new();
    for shard in shards(folder, manifest) {
        let documents = shard.documents(folder)?.into_iter();
        all.extend(documents.filter(|earlier| earlier.document.fate == Fate::Written));
    }
    Ok(all)
}

/// All documents that a part was made of.
pub(crate) fn of_part(folder: &LocalFolder, entry: &Entry, from: &Standpoint) -> Result<Vec<Earlier>, RunError> {
    match part::places(entry).pop() {
        Some(index) => load(folder, entry, &index, from),
        None => Ok(Vec::new()),
    }
}

/// All documents that a shard was made of.
pub(crate) fn of_done(folder: &LocalFolder, done: &Done, from: &Standpoint) -> Result<Vec<Earlier>, RunError> {
    match done.places.last() {
        Some(index) => load(folder, &done.entry, index, from),
        None => Ok(Vec::new()),
    }
}

/// The documents of an index.
fn load(folder: &LocalFolder, entry: &Entry, at: &Place, from: &Standpoint) -> Result<Vec<Earlier>, RunError> {
    let Some(section) = entry.sections.last() else { return Ok(Vec::new()) };
    let damaged = || {
        RunError::Occupied(format!(
            "{} is damaged, so that it cannot be told which documents the records were made of. Nothing was changed.\n\
             To make the outputs anew: --replace; to write elsewhere: --out",
            folder.locate(&at.name).display()
        ))
    };
    let bytes = part::load(folder, section, at).map_err(|_| damaged())?;
    let documents = index::read(&bytes).map_err(|_| damaged())?.into_iter();
    Ok(documents.map(|document| Earlier { identity: from.of_indexed(&document), document }).collect())
}
