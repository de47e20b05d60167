//! What goes from thread to thread: documents in batches, batches in shards.

use copydesk_stage::{SourceError, SourceItem};

use crate::{
    Chain, ExportInstance, Quarantined, Report, RunError,
    chain::{Passage, Untouched},
    checksum::Key,
    index::{Indexed, Particulars},
    lead::Leads,
    reuse::Done,
};

/// A batch is sent on when it holds this much, so that large documents spread over the threads as well.
const BATCH_BYTES: u64 = 1 << 20;

/// What even an empty document takes of the window.
const DOCUMENT_BYTES: u64 = 4 << 10;

/// What a source has handed over, the hash of it, and in a retry the name that it had when it was set aside.
pub(crate) type Taken = (SourceItem, Key, Option<String>);

/// What the threads tell the one that writes.
pub(crate) enum Message {
    /// A batch is through.
    Done(Box<Finished>),
    /// A shard was done by an earlier run. It takes a number among the batches.
    Known(u64, Box<Done>),
    /// A shard is ready to be stored.
    Shard(Box<Shard>),
    SourceEnded {
        batches: u64,
        result: Result<(), SourceError>,
    },
    Failed(RunError),
    Bug(String),
}

/// What the CPU threads are given.
pub(crate) enum Work {
    Batch(Batch),
    Shard(Box<Shard>),
}

/// Documents that go through the chain together.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) passages: Vec<Passage>,
    /// What is known of each beside.
    pub(crate) inputs: Vec<Particulars>,
    pub(crate) weight: u64,
    pub(crate) bytes: u64,
    pub(crate) last: String,
    /// The shard that ends with this batch.
    pub(crate) ends: Option<End>,
}

/// The end of a shard.
#[derive(Clone, Default)]
pub(crate) struct End {
    pub(crate) key: Key,
    /// In a retry, the documents of the shard.
    pub(crate) retried: Vec<String>,
}

/// A batch that is through.
pub(crate) struct Finished {
    pub(crate) number: u64,
    pub(crate) weight: u64,
    pub(crate) rows: Vec<Vec<u8>>,
    pub(crate) leads: Vec<Leads>,
    pub(crate) quarantined: Vec<Quarantined>,
    pub(crate) index: Vec<Indexed>,
    pub(crate) counts: Report,
    pub(crate) last: String,
    pub(crate) ends: Option<End>,
}

/// A shard, as it grows; then ready to be stored.
pub(crate) struct Shard {
    pub(crate) number: u64,
    pub(crate) end: End,
    /// Rows, then sections: one for each export, one for the summaries if there are surveys, one for the quarantine, and the
    /// index.
    pub(crate) sections: Vec<Vec<u8>>,
    pub(crate) leads: Vec<Leads>,
    pub(crate) counts: Report,
}

impl Batch {
    /// Adds what a source has handed over, with the hash of it.
    pub(crate) fn add(&mut self, item: SourceItem, hash: Key) {
        let particulars = Particulars::of(&item, hash);
        let (uri, bytes, passage) = match item {
            SourceItem::Input(input) => (input.uri.clone(), input.bytes.len() as u64, Passage::new(input)),
            SourceItem::Bad { uri, rule, message } => {
                (uri.clone(), 0, Passage::bad(Quarantined::bad(uri, rule, message)))
            }
            SourceItem::Skipped { .. } => return,
        };
        self.passages.push(passage);
        self.inputs.push(particulars);
        self.weight += bytes.max(DOCUMENT_BYTES);
        self.bytes += bytes;
        self.last = uri;
    }

    /// One of its documents in a batch of its own, set aside: with that entry, or as it is set aside already.
    pub(crate) fn only(&self, at: usize, entry: Option<Quarantined>) -> Self {
        let passage = &self.passages[at];
        let (entry, bytes) = match passage.untouched() {
            Some(Untouched::Bad(own)) => (Some(own.clone()), 0),
            Some(Untouched::Input(input)) => (entry, input.bytes.len() as u64),
            None => (entry, 0),
        };
        let passages = entry.map(Passage::bad).into_iter().collect();
        Self { passages, inputs: vec![self.inputs[at].clone()], bytes, ..Self::default() }
    }

    pub(crate) fn is_full(&self, documents: usize) -> bool {
        self.passages.len() >= documents || self.bytes >= BATCH_BYTES
    }
}

impl Shard {
    pub(crate) fn new(number: u64, chain: &Chain, exports: &[ExportInstance]) -> Self {
        let sections = vec![Vec::new(); exports.len() + usize::from(!chain.surveys().is_empty()) + 2];
        let leads = vec![Leads::default(); exports.len()];
        Self { number, end: End::default(), sections, leads, counts: chain.empty_report() }
    }

    pub(crate) fn add(&mut self, batch: Finished) -> Result<(), RunError> {
        for (leads, (section, behind)) in self.leads.iter_mut().zip(self.sections.iter().zip(&batch.leads)) {
            leads.append(behind, section.len());
        }
        for (section, rows) in self.sections.iter_mut().zip(batch.rows) {
            if section.is_empty() {
                *section = rows;
            } else {
                section.extend_from_slice(&rows);
            }
        }
        if let [.., quarantine, index] = &mut self.sections[..] {
            batch.quarantined.iter().try_for_each(|entry| push_line(quarantine, entry))?;
            batch.index.iter().try_for_each(|document| push_line(index, document))?;
        }
        self.counts.merge(&batch.counts);
        Ok(())
    }
}

fn push_line(lines: &mut Vec<u8>, what: &impl serde::Serialize) -> Result<(), RunError> {
    serde_json::to_writer(&mut *lines, what).map_err(|error| RunError::Bug(error.to_string()))?;
    lines.push(b'\n');
    Ok(())
}
