//! What all threads of a run share.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::Semaphore;

use crate::{
    Chain, ExportInstance, Progress, Report,
    batch::{Batch, Finished, Message, Shard, Work},
    encode,
    hand::Hands,
    queue::{Queue, Window},
    report,
    skipped::PassedOver,
    waiting::Waiting,
};

/// What all threads share. They own it together, because a thread that hangs in a foreign stage or a read from a
/// terminal must not keep the run from ending.
pub(crate) struct Shared {
    pub(crate) chain: Chain,
    pub(crate) exports: Vec<ExportInstance>,
    pub(crate) queue: Queue<Work>,
    pub(crate) window: Window,
    pub(crate) permits: Semaphore,
    /// Batches with documents that wait.
    pub(crate) waiting: Mutex<Vec<Weak<Waiting>>>,
    /// What the threads have in hand.
    pub(crate) hands: Arc<Hands>,
    /// No more is to be read.
    pub(crate) stop: AtomicBool,
    over: AtomicBool,
    pub(crate) read: AtomicU64,
    skipped: Mutex<(BTreeMap<String, u64>, PassedOver)>,
    /// Batches that were let in, known shards among them.
    pub(crate) admitted: AtomicU64,
}

impl Shared {
    pub(crate) fn new(chain: Chain, exports: Vec<ExportInstance>, window: u64, waiting: usize) -> Self {
        Self {
            chain,
            exports,
            queue: Queue::new(),
            window: Window::new(window),
            permits: Semaphore::new(waiting.clamp(1, Semaphore::MAX_PERMITS)),
            waiting: Mutex::default(),
            hands: Arc::default(),
            stop: AtomicBool::new(false),
            over: AtomicBool::new(false),
            read: AtomicU64::new(0),
            skipped: Mutex::default(),
            admitted: AtomicU64::new(0),
        }
    }

    /// Writes down what the threads have in hand.
    #[must_use]
    pub(crate) fn with_hands(self, hands: Hands) -> Self {
        Self { hands: Arc::new(hands), ..self }
    }

    /// Whether the run has ended, however it did.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Ends the threads.
    pub(crate) fn shut_down(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.over.store(true, Ordering::Relaxed);
        self.queue.close();
        self.window.close();
    }

    /// Waits for room, then queues the batch. `false` once the run has ended.
    pub(crate) fn admit(&self, mut batch: Batch) -> bool {
        let Some(weight) = self.window.enter(batch.weight) else { return false };
        batch.weight = weight;
        let number = self.admitted.fetch_add(1, Ordering::Relaxed);
        self.queue.push(number, Work::Batch(batch));
        true
    }

    /// Counts what the source came across and did not take for a document.
    pub(crate) fn skip(&self, uri: &str, reason: &str) {
        tracing::debug!(uri, "passed over: {reason}");
        // Counting cannot panic, and what a thread that did has counted holds.
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        report::add(&mut skipped.0, reason, 1);
        skipped.1.add(uri, reason);
    }

    pub(crate) fn take_skipped(&self) -> (BTreeMap<String, u64>, PassedOver) {
        std::mem::take(&mut *self.skipped.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn empty_shard(&self, number: u64) -> Shard {
        Shard::new(number, &self.chain, &self.exports)
    }

    pub(crate) fn progress<'p>(&self, report: &Report, total: Option<u64>, current: &'p str) -> Progress<'p> {
        Progress {
            read: self.read.load(Ordering::Relaxed),
            total,
            written: report.written,
            dropped: report.dropped,
            quarantined: report.quarantined,
            bytes: report.bytes,
            current,
        }
    }

    /// The last step on the CPU for a batch: rows for each export, and the counts.
    pub(crate) fn encode(&self, number: u64, batch: Batch) -> Finished {
        encode::batch(&self.chain, &self.exports, number, batch)
    }

    /// The last step on the CPU for a shard: from rows to what is stored.
    pub(crate) fn finish(&self, mut shard: Box<Shard>) -> Message {
        match encode::parts(&self.chain, &self.exports, &mut shard.sections) {
            Ok(()) => Message::Shard(shard),
            Err(error) => Message::Failed(error),
        }
    }
}
