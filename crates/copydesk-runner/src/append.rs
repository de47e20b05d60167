//! Adding to what is there: what need not be read again, and what a run makes room for.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use copydesk_stage::{DocumentRows, Export, SourceItem};

use crate::{
    Quarantined, Report, RunError,
    checksum::{Key, sum},
    earlier,
    index::{self, Fate, Identities, Identity, Indexed, Standpoint},
    manifest::Manifest,
    part::{self, Entry},
    reuse::Done,
    storage::{LocalFolder, Storage},
};

/// The documents that earlier runs have read, as they were then.
#[derive(Debug)]
pub(crate) struct Seen {
    from: Standpoint,
    /// The hash of each input; none if its results would be others today.
    documents: HashMap<Identity, Option<Key>>,
}

impl Seen {
    pub(crate) fn look(folder: &LocalFolder, before: &Manifest, work: Key, place: &str) -> Result<Self, RunError> {
        let mut documents = HashMap::new();
        for shard in earlier::shards(folder, before) {
            let same = shard.work == work;
            let read = shard.documents(folder)?.into_iter();
            documents.extend(read.map(|earlier| (earlier.identity, same.then_some(earlier.document.input))));
        }
        Ok(Self { from: Standpoint::new(folder.root(), place), documents })
    }

    /// Whether a document is as it was.
    pub(crate) fn has(&self, item: &SourceItem, input: Key) -> bool {
        let identity = self.from.of_item(item, input);
        identity.and_then(|identity| self.documents.get(&identity)).is_some_and(|then| *then == Some(input))
    }
}

/// The shards of earlier runs without the documents that newer shards were made of.
pub(crate) fn make_room(
    folder: &LocalFolder,
    exports: &[&dyn Export],
    before: Vec<Done>,
    manifest: &Manifest,
    newer: &Identities,
) -> Result<Vec<Done>, RunError> {
    let mut left = Vec::new();
    for (done, shard) in before.into_iter().zip(earlier::shards(folder, manifest)) {
        let (mut documents, mut gone) = (Vec::new(), Vec::new());
        for (n, earlier) in shard.documents(folder)?.into_iter().enumerate() {
            if newer.contains(&earlier.identity) {
                gone.push(n);
            }
            documents.push(earlier.document);
        }
        left.push(if gone.is_empty() { done } else { without(folder, exports, &done, &documents, &gone)? });
    }
    Ok(left)
}

/// A shard without some of its documents, as a part of its own.
fn without(
    folder: &LocalFolder,
    exports: &[&dyn Export],
    done: &Done,
    documents: &[Indexed],
    gone: &[usize],
) -> Result<Done, RunError> {
    let bug = |error: serde_json::Error| RunError::Bug(error.to_string());
    let key = sum(&serde_json::to_vec(&("without", done.entry.key, gone)).map_err(bug)?);
    if let Some(entry) = part::read_entry(folder, &part::name(key)).filter(|entry| part::is_whole(folder, entry)) {
        return Ok(Done::in_part(Arc::new(entry)));
    }
    let gone: HashSet<usize> = gone.iter().copied().collect();
    let is_kept = |n: &usize| !gone.contains(n);
    let mut sections = Vec::new();
    for (output, export) in exports.iter().enumerate() {
        let bytes = part::load(folder, &done.entry.sections[output], &done.places[output])?;
        let written = documents.iter().enumerate().filter(|(_, document)| document.fate == Fate::Written);
        let rows = written.map(|(n, document)| DocumentRows {
            bytes: document.rows.get(output).copied().unwrap_or(0),
            stay: is_kept(&n),
        });
        sections.push(
            export.without(bytes, &rows.collect::<Vec<_>>()).map_err(|error| RunError::Assemble {
                path: folder.locate(export.file_name()),
                error: error.message,
            })?,
        );
    }
    let dropped: HashSet<&str> = gone.iter().map(|n| documents[*n].uri.as_str()).collect();
    let listed = part::load(folder, &done.entry.sections[exports.len()], &done.places[exports.len()])?;
    let listed: Vec<Quarantined> = index::read(&listed).map_err(|error| RunError::Bug(error.to_string()))?;
    let (mut quarantine, mut index, mut counts) = (Vec::new(), Vec::new(), Report::default());
    for entry in listed.iter().filter(|entry| !dropped.contains(entry.uri.as_str())) {
        serde_json::to_writer(&mut quarantine, entry).map_err(bug)?;
        quarantine.push(b'\n');
    }
    for (_, document) in documents.iter().enumerate().filter(|(n, _)| is_kept(n)) {
        serde_json::to_writer(&mut index, document).map_err(bug)?;
        index.push(b'\n');
        counts.read += 1;
        match document.fate {
            Fate::Written => counts.written += 1,
            Fate::Dropped => counts.dropped += 1,
            Fate::Quarantined => counts.quarantined += 1,
        }
    }
    for lines in [quarantine, index] {
        sections.push(index::compress(lines).map_err(|error| RunError::Bug(error.to_string()))?);
    }
    let retried = done.entry.retried.iter().filter(|uri| !dropped.contains(uri.as_str())).cloned().collect();
    let entry = Entry::new(key, &sections, counts, retried);
    part::put(folder, &entry, &sections)?;
    Ok(Done::in_part(Arc::new(entry)))
}
