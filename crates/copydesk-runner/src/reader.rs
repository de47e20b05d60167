//! The thread that reads.

use std::sync::{Arc, atomic::Ordering, mpsc::Sender};

use copydesk_document::Input;
use copydesk_stage::{SourceError, SourceItem};

use crate::{
    append::Seen,
    batch::{Batch, End, Message, Taken},
    checksum::Key,
    forgotten::Forgotten,
    guard::guarded,
    index::{self, Standpoint},
    own_files::OwnFiles,
    retry::SetAside,
    reuse::Known,
    shard::Cutter,
    share::{LargeFiles, Missing, Share},
    shared::Shared,
    skipped,
};

type Items = Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>;

/// The thread that reads: cuts the source into shards, passes over those that are known, and lets the others in, batch
/// by batch, as there is room.
pub(crate) struct Reader {
    pub(crate) shared: Arc<Shared>,
    pub(crate) sender: Sender<Message>,
    pub(crate) known: Known,
    pub(crate) cutter: Cutter,
    pub(crate) own: OwnFiles,
    /// What was taken out for good, and from where it is named.
    pub(crate) forgotten: Forgotten,
    pub(crate) from: Standpoint,
    /// In a retry, what is tried again.
    pub(crate) only: Option<SetAside>,
    /// What need not be read again.
    pub(crate) seen: Option<Seen>,
    pub(crate) batch: usize,
    pub(crate) limit: Option<u64>,
    pub(crate) share: Share,
    pub(crate) large: Arc<LargeFiles>,
    /// Whether the shard that grows is of a large file.
    pub(crate) of_large: bool,
    /// How many shards have been cut that are of none.
    pub(crate) cut: u64,
    /// Those that others should have done.
    pub(crate) missing: Missing,
}

impl Reader {
    pub(crate) fn read_all(mut self, items: Items) {
        let result = guarded(|| self.read(items));
        let result = result.unwrap_or_else(|panic| Err(SourceError::new(format!("the source panicked: {panic}"))));
        let batches = self.shared.admitted.load(Ordering::Relaxed);
        // Nobody listens any more once the run has ended.
        let _ = self.sender.send(Message::SourceEnded { batches, result });
    }

    fn read(&mut self, mut items: Items) -> Result<(), SourceError> {
        let mut shard = Vec::new();
        let mut read = 0;
        while self.limit.is_none_or(|limit| read < limit) {
            let Some(item) = items.next() else { break };
            let mut item = item?;
            if self.large.take_edge() {
                if !shard.is_empty() && !self.send(std::mem::take(&mut shard)) {
                    return Ok(());
                }
                self.of_large = self.large.inside();
            }
            // A shard that is not whole is not begun: it would not be known again.
            if self.shared.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let uri = match &item {
                SourceItem::Input(input) => &input.uri,
                SourceItem::Bad { uri, .. } => uri,
                SourceItem::Skipped { uri, reason } => {
                    // Nothing else leaves out files of a share.
                    let of_another = matches!(self.share, Share::Part(_)) && reason == skipped::NOT_CHANGED;
                    let reason = if of_another { skipped::OF_ANOTHER } else { reason };
                    let reason = if self.own.contains(uri) { skipped::OWN_OUTPUT } else { reason };
                    let is_forgotten = self.forgotten.has_item(&self.from, &item, Key::default());
                    let reason = if is_forgotten { skipped::FORGOTTEN } else { reason };
                    self.shared.skip(uri, reason);
                    continue;
                }
            };
            if self.own.contains(uri) {
                self.shared.skip(uri, skipped::OWN_OUTPUT);
                continue;
            }
            let input = index::hash(&item);
            if self.forgotten.has_item(&self.from, &item, input) {
                self.shared.skip(uri, skipped::FORGOTTEN);
                continue;
            }
            let then = self.only.as_ref().map(|only| only.find(&item, input)).transpose()?;
            // What was not set aside is not tried again.
            if then.as_ref().is_some_and(Option::is_none) {
                continue;
            }
            if self.seen.as_ref().is_some_and(|seen| seen.has(&item, input)) {
                self.shared.skip(uri, skipped::NOT_CHANGED);
                continue;
            }
            if let Some(seen) = &self.seen {
                seen.tell_apart(&mut item, input);
            }
            read += 1;
            self.shared.read.fetch_add(1, Ordering::Relaxed);
            if self.cutter.ends_before(&item) && !self.send(std::mem::take(&mut shard)) {
                return Ok(());
            }
            let ends = self.cutter.add(&item, input);
            shard.push((item, input, then.flatten()));
            if ends && !self.send(std::mem::take(&mut shard)) {
                return Ok(());
            }
        }
        if !shard.is_empty() {
            self.send(shard);
        }
        self.missing.check()?;
        // A folder that is not mounted has no documents, and what the shares have done must outlive that.
        let nothing = match self.share {
            Share::Done if self.shared.read.load(Ordering::Relaxed) == 0 => {
                "no file was made, and what the shares have done is kept"
            }
            Share::Part(_) if self.cut == 0 && !self.large.any() => "no share of them has any work",
            _ => return Ok(()),
        };
        Err(SourceError::new(format!("there is no document among the inputs: {nothing}")))
    }

    /// Leaves a shard to somebody else.
    fn pass_over(&self, items: &[Taken], reason: &str) {
        self.shared.read.fetch_sub(items.len() as u64, Ordering::Relaxed);
        for (item, ..) in items {
            if let SourceItem::Input(Input { uri, .. }) | SourceItem::Bad { uri, .. } = item {
                self.shared.skip(uri, reason);
            }
        }
    }

    /// Sends a shard on its way. `false` once the run has ended.
    fn send(&mut self, items: Vec<Taken>) -> bool {
        let key = self.cutter.end();
        if !self.of_large {
            self.cut += 1;
            if !self.share.has(self.cut - 1) {
                self.pass_over(&items, skipped::OF_ANOTHER);
                return true;
            }
        }
        if let Some(done) = self.known.find(key) {
            let number = self.shared.admitted.fetch_add(1, Ordering::Relaxed);
            return self.sender.send(Message::Known(number, Box::new(done))).is_ok();
        }
        if self.share == Share::Done {
            self.missing.add(&items);
            self.pass_over(&items, skipped::NOT_DONE);
            return true;
        }
        let mut retried = Vec::new();
        let mut batch = Batch::default();
        let count = items.len();
        for (n, (item, input, then)) in items.into_iter().enumerate() {
            batch.add(item, input);
            retried.extend(then);
            let last = n + 1 == count;
            if last {
                batch.ends = Some(End { key, retried: std::mem::take(&mut retried) });
            }
            if (last || batch.is_full(self.batch)) && !self.shared.admit(std::mem::take(&mut batch)) {
                return false;
            }
        }
        true
    }
}
