//! Adding to what is there: what need not be read again, and what a run makes room for.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use copydesk_stage::{DocumentRows, Export, SourceItem};

use crate::{
    Quarantined, Report, RunError,
    checksum::{Key, sum},
    draft,
    earlier::{self, Earlier},
    forgotten::Forgotten,
    index::{self, Fate, Id, Identities, Identity, Indexed, Standpoint},
    layout::Layout,
    lead::Leads,
    manifest::Manifest,
    part::{self, Entry},
    quarantine::sha256,
    reuse::Done,
    storage::{LocalFolder, Storage},
};

/// A document, and the hash of its input. Two records of a container may go by one name, and are told apart by the hash.
type Exact = (Identity, Key);

/// The documents that earlier runs have read, as they were then.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    from: Standpoint,
    /// Those whose results would be the same today.
    documents: Arc<HashSet<Exact>>,
    /// The ids of all of them, and whose they are.
    ids: Arc<HashMap<u64, Identity>>,
    /// Those of them that this run has come to.
    met: Arc<Mutex<HashSet<Exact>>>,
}

impl Seen {
    pub(crate) fn look(folder: &LocalFolder, before: &Manifest, work: Key, place: &str) -> Result<Self, RunError> {
        let (mut documents, mut ids) = (HashSet::new(), HashMap::new());
        for shard in &earlier::shards(folder, before) {
            for Earlier { identity, document } in shard.documents(folder)? {
                ids.extend(document.id.map(|Id(id)| (id, identity)));
                if shard.work == work {
                    documents.insert((identity, document.input));
                }
            }
        }
        let from = Standpoint::new(folder.root(), place);
        Ok(Self { from, documents: Arc::new(documents), ids: Arc::new(ids), met: Arc::default() })
    }

    /// Gives a document that would get the id of another a longer name. In one run no two files are called alike; that of an
    /// earlier run may have the same folder, name and bytes.
    pub(crate) fn tell_apart(&self, item: &mut SourceItem, input: Key) {
        let identity = self.from.of_item(item, input);
        let SourceItem::Input(found) = item else { return };
        let id = copydesk_record::id_number_of(&found.name, &sha256(&found.bytes));
        if self.ids.get(&id).is_none_or(|other| Some(*other) == identity) {
            return;
        }
        let file = found.uri.rsplit_once('#').map_or(&*found.uri, |(file, _)| file);
        let name = match found.name.split_once('#').filter(|_| found.uri.contains('#')) {
            Some((_, own)) => format!("{file}#{own}"),
            None => file.to_owned(),
        };
        found.name = name;
    }

    /// Whether a document is as it was.
    pub(crate) fn has(&self, item: &SourceItem, input: Key) -> bool {
        let Some(identity) = self.from.of_item(item, input) else { return false };
        let known = self.documents.contains(&(identity, input));
        if known {
            self.met.lock().unwrap_or_else(PoisonError::into_inner).insert((identity, input));
        }
        known
    }

    /// Whether this run has come to a document as it was.
    fn has_met(&self, earlier: &Earlier) -> bool {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.contains(&(earlier.identity, earlier.document.input))
    }
}

/// The shards of earlier runs without the documents that newer shards were made of. What the run has come to as it was
/// stays, although another record goes by the same name.
pub(crate) fn make_room(
    folder: &LocalFolder,
    layout: &Layout,
    exports: &[&dyn Export],
    before: Vec<Done>,
    manifest: &Manifest,
    newer: &Identities,
    seen: &Seen,
) -> Result<Vec<Done>, RunError> {
    leave_out(folder, layout, exports, before, manifest, |earlier| {
        newer.contains(&earlier.identity) && !seen.has_met(earlier)
    })
}

/// The shards of an earlier run without the documents that were taken out for good.
pub(crate) fn without_forgotten(
    folder: &LocalFolder,
    layout: &Layout,
    exports: &[&dyn Export],
    before: Vec<Done>,
    manifest: &Manifest,
    forgotten: &Forgotten,
) -> Result<Vec<Done>, RunError> {
    if forgotten.is_empty() {
        return Ok(before);
    }
    leave_out(folder, layout, exports, before, manifest, |earlier| forgotten.has(earlier))
}

/// The shards without some of their documents.
fn leave_out(
    folder: &LocalFolder,
    layout: &Layout,
    exports: &[&dyn Export],
    before: Vec<Done>,
    manifest: &Manifest,
    is_gone: impl Fn(&Earlier) -> bool,
) -> Result<Vec<Done>, RunError> {
    let shards = earlier::shards(folder, manifest);
    let (mut gone, mut set_aside) = (Vec::new(), HashSet::new());
    for (done, shard) in before.iter().zip(&shards) {
        let mut of_shard = Vec::new();
        for (n, earlier) in earlier::of_done(folder, done, &shard.from)?.into_iter().enumerate() {
            if is_gone(&earlier) {
                of_shard.push(n);
            } else if earlier.document.fate == Fate::Quarantined {
                set_aside.insert(earlier.document.uri);
            }
        }
        gone.push(of_shard);
    }
    let mut left = Vec::new();
    for ((done, shard), gone) in before.into_iter().zip(&shards).zip(gone) {
        if gone.is_empty() {
            left.push(done);
            continue;
        }
        let documents = earlier::of_done(folder, &done, &shard.from)?.into_iter().map(|earlier| earlier.document);
        let documents: Vec<Indexed> = documents.collect();
        // That it was tried again is to be known as long as there is what says that it was set aside.
        let retried = done.entry.retried.iter().filter(|uri| set_aside.contains(*uri)).cloned().collect();
        left.push(without(folder, layout, exports, &done, &documents, &gone, retried)?);
    }
    Ok(left)
}

/// A shard without some of its documents, as a part of its own; or a draft, which knows its rows as they were encoded.
fn without(
    folder: &LocalFolder,
    layout: &Layout,
    exports: &[&dyn Export],
    done: &Done,
    documents: &[Indexed],
    gone: &[usize],
    retried: Vec<String>,
) -> Result<Done, RunError> {
    let bug = |error: serde_json::Error| RunError::Bug(error.to_string());
    let key = sum(&serde_json::to_vec(&("without", done.entry.key, gone, &retried)).map_err(bug)?);
    if let Some(entry) = part::read_entry(folder, &part::name(key)).filter(|entry| part::is_whole(folder, entry)) {
        return Ok(Done::in_part(Arc::new(entry)));
    }
    let gone: HashSet<usize> = gone.iter().copied().collect();
    let is_kept = |n: &usize| !gone.contains(n);
    let (mut sections, mut leads) = (Vec::new(), Vec::new());
    let rows_of = |output: usize| -> Vec<DocumentRows> {
        let written = documents.iter().enumerate().filter(|(_, document)| document.fate == Fate::Written);
        let rows = written.map(|(n, document)| DocumentRows {
            bytes: document.rows.get(output).copied().unwrap_or(0),
            stay: is_kept(&n),
        });
        rows.collect()
    };
    if layout.surveyed {
        for section in 0..=layout.summaries() {
            let rows = draft::load(folder, done, section)?;
            let rows = DocumentRows::cut(&rows, &rows_of(section)).map_err(|error| RunError::Bug(error.message))?;
            sections.push(index::compress(rows).map_err(|error| RunError::Bug(error.to_string()))?);
        }
        leads.resize(exports.len(), Leads::default());
    } else {
        for (output, export) in exports.iter().enumerate() {
            let rows = rows_of(output);
            let bytes = part::load(folder, &done.entry.sections[output], &done.places[output])?;
            let section = export.without(bytes, &rows).map_err(|error| RunError::Assemble {
                path: folder.locate(export.file_name()),
                error: error.message,
            })?;
            leads.push(Leads::of(*export, &section, &rows));
            sections.push(section);
        }
    }
    let dropped: HashSet<&str> = gone.iter().map(|n| documents[*n].uri.as_str()).collect();
    // The list of what was set aside stands before the index.
    let quarantine = done.entry.sections.len().saturating_sub(2);
    let listed = part::load(folder, &done.entry.sections[quarantine], &done.places[quarantine])?;
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
    let entry = Entry { derived: true, ..Entry::new(key, &sections, leads, counts, retried) };
    part::put(folder, &entry, &sections)?;
    Ok(Done::in_part(Arc::new(entry)))
}
