//! The thread that writes: puts batches back in order, makes shards of them, and has these stored.

use std::{
    collections::BTreeMap,
    sync::{
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use copydesk_stage::{Export, SourceError};

use crate::{
    Observer, Report, RunError,
    batch::{Finished, Message, Shard, Work},
    output::{Published, Sink},
    part::Entry,
    reuse::Done,
    shared::Shared,
    signals::Signals,
};

/// How long a signal may go unnoticed.
const TICK: Duration = Duration::from_millis(50);

pub(crate) struct Writer<'r> {
    shared: &'r Shared,
    sink: Sink,
    total: Option<u64>,
    report: Report,
    /// Batches that are through before their turn.
    early: BTreeMap<u64, Step>,
    /// The next batch.
    next: u64,
    /// How many batches there are, once that is known.
    end: Option<u64>,
    /// Shards that are ready before their turn.
    ready: BTreeMap<u64, Ready>,
    /// The next shard.
    next_shard: u64,
    /// Shards that have begun to be ready: all before the one that grows.
    begun: u64,
    growing: Shard,
    interrupted: Option<&'static str>,
    broken: Option<SourceError>,
}

/// What comes in the order of the source.
enum Step {
    Batch(Box<Finished>),
    Known(Box<Done>),
}

/// A shard that only waits for its turn.
enum Ready {
    Shard(Box<Shard>),
    Known(Box<Done>),
}

impl<'r> Writer<'r> {
    pub(crate) fn new(shared: &'r Shared, sink: Sink, total: Option<u64>) -> Self {
        Self {
            shared,
            sink,
            total,
            report: shared.chain.empty_report(),
            early: BTreeMap::new(),
            next: 0,
            end: None,
            ready: BTreeMap::new(),
            next_shard: 0,
            begun: 0,
            growing: shared.empty_shard(0),
            interrupted: None,
            broken: None,
        }
    }

    /// Takes what the threads send, to the end of the run.
    pub(crate) fn write(
        mut self,
        receiver: &Receiver<Message>,
        signals: Option<&Signals>,
        observer: &mut dyn Observer,
    ) -> Result<Report, RunError> {
        while self.end != Some(self.next) || self.next_shard != self.begun {
            let message = match receiver.recv_timeout(TICK) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Err(RunError::Bug("all threads have gone".into())),
            };
            if let Some(signal) = signals.and_then(Signals::seen) {
                self.interrupt(signal);
            }
            if let Some(message) = message {
                self.sort(message)?;
                self.take_batches(observer)?;
                self.take_shards(observer)?;
            }
        }
        self.finish()
    }

    fn interrupt(&mut self, signal: &'static str) {
        if self.interrupted.replace(signal).is_none() {
            self.shared.stop.store(true, Ordering::Relaxed);
            tracing::warn!("{signal}: what is under way is brought to its end; a second signal ends it at once");
            self.end = Some(self.shared.admitted.load(Ordering::Relaxed).max(self.next));
        }
    }

    fn sort(&mut self, message: Message) -> Result<(), RunError> {
        match message {
            Message::Done(finished) => {
                self.early.insert(finished.number, Step::Batch(finished));
            }
            Message::Known(number, done) => {
                self.early.insert(number, Step::Known(done));
            }
            Message::Shard(shard) => {
                self.ready.insert(shard.number, Ready::Shard(shard));
            }
            Message::SourceEnded { batches, result } => {
                // After a signal it is settled already where to end.
                self.end.get_or_insert(batches);
                // What a source gave before it broke is brought to its end, and is safe.
                self.broken = result.err();
            }
            Message::Failed(error) => return Err(error),
            Message::Bug(message) => return Err(RunError::Bug(message)),
        }
        Ok(())
    }

    /// Takes the batches whose turn it is.
    fn take_batches(&mut self, observer: &mut dyn Observer) -> Result<(), RunError> {
        while self.end != Some(self.next)
            && let Some(step) = self.early.remove(&self.next)
        {
            self.next += 1;
            match step {
                Step::Known(done) => {
                    self.ready.insert(self.begun, Ready::Known(done));
                    self.begun += 1;
                    self.growing.number = self.begun;
                }
                Step::Batch(batch) => self.take_batch(*batch, observer)?,
            }
        }
        Ok(())
    }

    fn take_batch(&mut self, batch: Finished, observer: &mut dyn Observer) -> Result<(), RunError> {
        self.shared.window.leave(batch.weight);
        self.report.merge(&batch.counts);
        batch.quarantined.iter().for_each(|entry| observer.quarantined(entry));
        observer.progress(&self.shared.progress(&self.report, self.total, &batch.last));
        let ends = batch.ends.clone();
        self.growing.add(batch)?;
        if let Some(end) = ends {
            self.begun += 1;
            let whole = std::mem::replace(&mut self.growing, self.shared.empty_shard(self.begun));
            self.shared.queue.push(self.next - 1, Work::Shard(Box::new(Shard { end, ..whole })));
        }
        Ok(())
    }

    /// Takes the shards whose turn it is.
    fn take_shards(&mut self, observer: &mut dyn Observer) -> Result<(), RunError> {
        while let Some(shard) = self.ready.remove(&self.next_shard) {
            self.next_shard += 1;
            match shard {
                Ready::Known(done) => {
                    self.report.reused += done.entry.counts.read;
                    self.report.merge(&done.entry.counts);
                    observer.progress(&self.shared.progress(&self.report, self.total, ""));
                    self.sink.reuse(*done);
                }
                Ready::Shard(shard) => {
                    let Shard { end, sections, leads, counts, .. } = *shard;
                    counts.check_sum()?;
                    // A draft has no rows to show yet.
                    let drafts = !self.shared.chain.surveys().is_empty();
                    observer.rows(sections.first().filter(|_| !drafts).map_or(&[], Vec::as_slice))?;
                    let entry = Entry::new(end.key, &sections, leads, counts.without_times(), end.retried);
                    self.sink.commit(entry, &sections)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Report, RunError> {
        if let Some(error) = self.broken {
            return Err(error.into());
        }
        let read = self.shared.read.load(Ordering::Relaxed);
        if let Some(signal) = self.interrupted {
            return Err(RunError::Interrupted { signal, read, safe: self.sink.safe() });
        }
        let (counts, passed_over) = self.shared.take_skipped();
        self.report.skipped = counts;
        if self.report.read != read {
            let message = format!("{read} documents were read, and {} are accounted for", self.report.read);
            return Err(RunError::Bug(message));
        }
        self.report.check_sum()?;
        let exports: Vec<&dyn Export> = self.shared.exports.iter().map(|instance| &*instance.export).collect();
        let Published { files, made, corrections } = self.sink.publish(&self.shared.chain, &exports, &passed_over)?;
        for (before, after) in &corrections.counts {
            self.report.correct(before, after);
        }
        self.report.corpus = corrections.of_corpus;
        self.report.check_sum()?;
        (self.report.files, self.report.unchanged) = (files, !made);
        Ok(self.report)
    }
}
