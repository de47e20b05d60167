//! A run: threads, batches, shards and the order of things.
//!
//! ```text
//!  source thread ──► window (bytes) ──► queue ──► CPU threads ──► this thread: reorder, count, store shards
//!    cuts shards,                         ▲            │
//!    passes over known ones               └── tokio ◄──┘  stages that wait
//! ```

use std::{
    collections::{BTreeMap, HashSet},
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use copydesk_stage::{Export, Source, SourceError, SourceItem};
use tokio::{runtime::Runtime, sync::Semaphore};

use crate::{
    Chain, Observer, Outcome, Output, Progress, Quarantined, Report, RunError,
    chain::Passage,
    guard::guarded,
    output::{OwnFiles, Sink},
    pool,
    quarantine::Fault,
    queue::{Queue, Window},
    report,
    shard::{self, Cutter, Key, ShardSize},
    signals::Signals,
    store::{Done, Known},
};

/// How long a signal may go unnoticed.
const TICK: Duration = Duration::from_millis(50);

/// How a run goes about its work. None of it changes a byte of what is written, `limit` and `retry` aside.
#[derive(Clone, Debug)]
pub struct Options {
    /// CPU threads; `None` takes as many as there are cores.
    pub threads: Option<NonZero<usize>>,
    /// Most documents in a batch.
    pub batch: usize,
    /// Most bytes of input between source and output. Documents take several times their size while they are worked on.
    pub window: u64,
    /// Most documents that wait for the world at once.
    pub waiting: usize,
    /// How much is made safe at once.
    pub shard: ShardSize,
    /// Stop after so many documents.
    pub limit: Option<u64>,
    /// Work only on what the last run in the folder has set aside.
    pub retry: bool,
    /// Whether SIGINT and SIGTERM stop the run. A second one ends the process on the spot.
    pub signals: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: None,
            batch: 32,
            window: 64 << 20,
            waiting: 256,
            shard: ShardSize::default(),
            limit: None,
            retry: false,
            signals: true,
        }
    }
}

/// An export in its place at the end of a chain.
#[derive(Debug)]
pub struct Outlet {
    /// Its name in the pipeline file.
    pub name: &'static str,
    /// Version of its bytes.
    pub version: u32,
    /// Its options in full, as [`copydesk_stage::ExportEntry::resolve`] gives them.
    pub config: serde_json::Value,
    /// The export.
    pub export: Box<dyn Export>,
}

/// A chain with its two ends, ready to run.
#[derive(Debug)]
pub struct Run {
    /// Where documents come from.
    pub source: Box<dyn Source>,
    /// What happens to each.
    pub chain: Chain,
    /// How they are written down.
    pub exports: Vec<Outlet>,
    /// Where.
    pub output: Output,
    /// How the work is spread.
    pub options: Options,
}

/// A batch is sent on when it holds this much, so that large documents spread over the threads as well.
const BATCH_BYTES: u64 = 1 << 20;

/// What even an empty document takes of the window.
const DOCUMENT_BYTES: u64 = 4 << 10;

/// What the threads tell the one that writes.
pub(crate) enum Message {
    /// A batch is through.
    Done(Box<Finished>),
    /// A shard was done by an earlier run. It takes a number among the batches.
    Known(u64, Box<Done>),
    /// A shard is ready to be stored.
    Part(Box<Part>),
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
    Part(Box<Part>),
}

/// Documents that go through the chain together.
pub(crate) struct Batch {
    pub(crate) passages: Vec<Passage>,
    weight: u64,
    bytes: u64,
    last: String,
    /// The shard that ends with this batch.
    ends: Option<End>,
}

/// The end of a shard.
#[derive(Clone)]
struct End {
    key: Key,
    /// In a retry, the documents of the shard.
    retried: Vec<String>,
}

/// A batch that is through.
pub(crate) struct Finished {
    number: u64,
    weight: u64,
    rows: Vec<Vec<u8>>,
    quarantined: Vec<Quarantined>,
    counts: Report,
    last: String,
    ends: Option<End>,
}

/// A shard, as it grows; then its parts, ready to be stored.
pub(crate) struct Part {
    shard: u64,
    end: End,
    /// Rows, then sections: one for each export, and one for the quarantine.
    sections: Vec<Vec<u8>>,
    counts: Report,
}

/// What all threads share. They own it together, because a thread that hangs in a foreign stage or a read from a
/// terminal must not keep the run from ending.
pub(crate) struct Shared {
    pub(crate) chain: Chain,
    pub(crate) queue: Queue<Work>,
    pub(crate) waiting: Semaphore,
    exports: Vec<Outlet>,
    window: Window,
    stop: AtomicBool,
    over: AtomicBool,
    read: AtomicU64,
    skipped: Mutex<BTreeMap<String, u64>>,
    /// Batches that were let in, known shards among them.
    admitted: AtomicU64,
}

impl Run {
    /// Runs to the end. Call it from a thread that may block, outside of any async runtime.
    pub fn execute(self, observer: &mut dyn Observer) -> Result<Report, RunError> {
        let start = Instant::now();
        let Self { source, chain, exports, output, options } = self;
        // The source first: its errors are the likelier ones, and they should leave no folder behind.
        let total = source.size_hint().map(|n| options.limit.map_or(n, |limit| n.min(limit)));
        let items = source.open()?;
        let work = work_key(&chain, &exports)?;
        let outlets: Vec<&dyn Export> = exports.iter().map(|outlet| &*outlet.export).collect();
        let (mut sink, mut known) = Sink::open(&output, &outlets, work)?;
        let own = OwnFiles::of(&output, &outlets);
        let mut cutter = Cutter::new(options.shard, key_of(&(work, chain.limits()))?);
        let mut only = None;
        if options.retry {
            let retry = sink.start_retry()?;
            cutter = Cutter::new(options.shard, key_of(&(work, chain.limits(), "retry", retry.before))?);
            only = Some(retry.uris);
            known = Known::default();
        }
        let shared = Arc::new(Shared {
            chain,
            exports,
            queue: Queue::new(),
            window: Window::new(options.window),
            stop: AtomicBool::new(false),
            over: AtomicBool::new(false),
            read: AtomicU64::new(0),
            skipped: Mutex::default(),
            admitted: AtomicU64::new(0),
            waiting: Semaphore::new(options.waiting.clamp(1, Semaphore::MAX_PERMITS)),
        });
        // Whatever happens from here on, the threads are sent home.
        let _home = SendHome(&shared);
        let (sender, receiver) = mpsc::channel();
        // Without a stage that waits there is nothing to wait in.
        let runtime = shared.chain.waits().then(runtime).transpose().map_err(RunError::Start)?;
        let handle = runtime.as_ref().map(|runtime| runtime.handle().clone());
        let _runtime = ShutDown(runtime);
        let signals = options.signals.then(Signals::listen).transpose().map_err(RunError::Start)?;
        let total = total.filter(|_| only.is_none());
        let reader = Reader {
            shared: Arc::clone(&shared),
            sender: sender.clone(),
            known,
            cutter,
            own,
            only,
            batch: options.batch.max(1),
            limit: options.limit,
        };
        pool::spawn("source", move || reader.read_all(items))?;
        let threads = options.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
        pool::start(&shared, threads, handle.as_ref(), &sender)?;
        drop(sender);
        let mut report = write(&shared, &receiver, sink, total, signals.as_ref(), observer)?;
        report.wall = start.elapsed();
        Ok(report)
    }
}

/// What a shard's results depend on besides its documents and the limits.
fn work_key(chain: &Chain, exports: &[Outlet]) -> Result<Key, RunError> {
    let outlets: Vec<_> = exports.iter().map(|outlet| (outlet.name, outlet.version, &outlet.config)).collect();
    key_of(&(env!("CARGO_PKG_VERSION"), copydesk_record::SCHEMA_VERSION, chain.work(), outlets))
}

fn key_of(what: &impl serde::Serialize) -> Result<Key, RunError> {
    serde_json::to_vec(what).map(|bytes| shard::sum(&bytes)).map_err(|error| RunError::Bug(error.to_string()))
}

/// The thread that reads: cuts the source into shards, passes over those that are known, and lets the others in, batch
/// by batch, as there is room.
struct Reader {
    shared: Arc<Shared>,
    sender: Sender<Message>,
    known: Known,
    cutter: Cutter,
    own: OwnFiles,
    only: Option<HashSet<String>>,
    batch: usize,
    limit: Option<u64>,
}

impl Reader {
    fn read_all(mut self, items: Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>) {
        let result = guarded(|| self.read(items));
        let result = result.unwrap_or_else(|panic| Err(SourceError::new(format!("the source panicked: {panic}"))));
        let batches = self.shared.admitted.load(Ordering::Relaxed);
        // Nobody listens any more once the run has ended.
        let _ = self.sender.send(Message::SourceEnded { batches, result });
    }

    fn read(
        &mut self,
        mut items: Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>,
    ) -> Result<(), SourceError> {
        let mut shard = Vec::new();
        let mut read = 0;
        while self.limit.is_none_or(|limit| read < limit) {
            let Some(item) = items.next() else { break };
            let item = item?;
            // A shard that is not whole is not begun: it would not be known again.
            if self.shared.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let uri = match &item {
                SourceItem::Input(input) => &input.uri,
                SourceItem::Bad { uri, .. } => uri,
                SourceItem::Skipped { uri, reason } => {
                    self.skip(uri, reason);
                    continue;
                }
            };
            if self.own.contains(uri) {
                self.skip(uri, "output of this run");
                continue;
            }
            if self.only.as_ref().is_some_and(|only| !only.contains(uri)) {
                continue;
            }
            read += 1;
            self.shared.read.fetch_add(1, Ordering::Relaxed);
            if self.cutter.ends_before(&item) && !self.send(std::mem::take(&mut shard)) {
                return Ok(());
            }
            let ends = self.cutter.add(&item);
            shard.push(item);
            if ends && !self.send(std::mem::take(&mut shard)) {
                return Ok(());
            }
        }
        if !shard.is_empty() {
            self.send(shard);
        }
        Ok(())
    }

    fn skip(&self, uri: &str, reason: &str) {
        tracing::debug!(uri, "passed over: {reason}");
        // Counting cannot panic, and what a thread that did has counted holds.
        let mut skipped = self.shared.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        report::add(&mut skipped, reason, 1);
    }

    /// Sends a shard on its way. `false` once the run has ended.
    fn send(&mut self, items: Vec<SourceItem>) -> bool {
        let key = self.cutter.end();
        if let Some(done) = self.known.find(key) {
            let number = self.shared.admitted.fetch_add(1, Ordering::Relaxed);
            return self.sender.send(Message::Known(number, Box::new(done))).is_ok();
        }
        let mut retried = Vec::new();
        let mut batch = Batch::empty();
        let count = items.len();
        for (n, item) in items.into_iter().enumerate() {
            let (uri, bytes, passage) = match item {
                SourceItem::Input(input) => (input.uri.clone(), input.bytes.len() as u64, Passage::new(input)),
                SourceItem::Skipped { .. } => continue,
                SourceItem::Bad { uri, rule, message } => {
                    (uri.clone(), 0, Passage::bad(Quarantined::bad(uri, rule, message)))
                }
            };
            if self.only.is_some() {
                retried.push(uri.clone());
            }
            batch.add(uri, bytes, passage);
            let last = n + 1 == count;
            if last {
                batch.ends = Some(End { key, retried: std::mem::take(&mut retried) });
            }
            if (last || batch.passages.len() >= self.batch || batch.bytes >= BATCH_BYTES)
                && !self.shared.admit(std::mem::replace(&mut batch, Batch::empty()))
            {
                return false;
            }
        }
        true
    }
}

/// The thread that runs: puts batches back in order, makes shards of them, and has these stored.
fn write(
    shared: &Shared,
    receiver: &Receiver<Message>,
    mut sink: Sink,
    total: Option<u64>,
    signals: Option<&Signals>,
    observer: &mut dyn Observer,
) -> Result<Report, RunError> {
    let mut report = shared.empty_report();
    // Batches that are through before their turn, and shards that are ready before theirs.
    let (mut early, mut ready) = (BTreeMap::new(), BTreeMap::new());
    let (mut next, mut end) = (0, None);
    let (mut next_shard, mut begun) = (0, 0);
    let mut part = shared.empty_part(0);
    let (mut interrupted, mut broken) = (None, None);
    while end != Some(next) || next_shard != begun {
        let message = match receiver.recv_timeout(TICK) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Err(RunError::Bug("all threads have gone".into())),
        };
        if interrupted.is_none()
            && let Some(signal) = signals.and_then(Signals::seen)
        {
            shared.stop.store(true, Ordering::Relaxed);
            tracing::warn!("{signal}: what is under way is brought to its end; a second signal ends it at once");
            end = Some(shared.admitted.load(Ordering::Relaxed).max(next));
            interrupted = Some(signal);
        }
        let Some(message) = message else { continue };
        match message {
            Message::Done(finished) => {
                early.insert(finished.number, Step::Batch(finished));
            }
            Message::Known(number, done) => {
                early.insert(number, Step::Known(done));
            }
            Message::Part(part) => {
                ready.insert(part.shard, Ready::Part(part));
            }
            Message::SourceEnded { batches, result } => {
                // After a signal it is settled already where to end.
                end.get_or_insert(batches);
                // What a source gave before it broke is brought to its end, and is safe.
                broken = result.err();
            }
            Message::Failed(error) => return Err(error),
            Message::Bug(message) => return Err(RunError::Bug(message)),
        }
        while end != Some(next)
            && let Some(step) = early.remove(&next)
        {
            next += 1;
            match step {
                Step::Known(done) => {
                    ready.insert(begun, Ready::Known(done));
                    begun += 1;
                    part.shard = begun;
                }
                Step::Batch(batch) => {
                    shared.window.leave(batch.weight);
                    report.merge(&batch.counts);
                    batch.quarantined.iter().for_each(|entry| observer.quarantined(entry));
                    observer.progress(&shared.progress(&report, total, &batch.last));
                    let ends = batch.ends.clone();
                    part.add(*batch)?;
                    if let Some(ends) = ends {
                        part.end = ends;
                        begun += 1;
                        let whole = std::mem::replace(&mut part, shared.empty_part(begun));
                        shared.queue.push(next - 1, Work::Part(Box::new(whole)));
                    }
                }
            }
        }
        while let Some(shard) = ready.remove(&next_shard) {
            next_shard += 1;
            match shard {
                Ready::Known(done) => {
                    report.reused += done.entry.counts.read;
                    report.merge(&done.entry.counts);
                    observer.progress(&shared.progress(&report, total, ""));
                    sink.reuse(*done);
                }
                Ready::Part(part) => {
                    let Part { end, sections, counts, .. } = *part;
                    if !counts.adds_up() {
                        return Err(RunError::Bug(format!("a shard of {} documents does not add up", counts.read)));
                    }
                    sink.commit(end.key, &sections, counts.without_times(), end.retried)?;
                }
            }
        }
    }
    if let Some(error) = broken {
        return Err(error.into());
    }
    if let Some(signal) = interrupted {
        let read = shared.read.load(Ordering::Relaxed);
        return Err(RunError::Interrupted { signal, read, safe: sink.safe() });
    }
    report.skipped = std::mem::take(&mut *shared.skipped.lock().unwrap_or_else(PoisonError::into_inner));
    let read = shared.read.load(Ordering::Relaxed);
    if report.read != read || !report.adds_up() {
        let through = report.written + report.dropped + report.quarantined;
        return Err(RunError::Bug(format!("{read} documents were read, and {through} are accounted for")));
    }
    let exports: Vec<&dyn Export> = shared.exports.iter().map(|outlet| &*outlet.export).collect();
    let (files, made) = sink.publish(&exports)?;
    (report.files, report.unchanged) = (files, !made);
    Ok(report)
}

/// What comes in the order of the source.
enum Step {
    Batch(Box<Finished>),
    Known(Box<Done>),
}

/// A shard that only waits for its turn.
enum Ready {
    Part(Box<Part>),
    Known(Box<Done>),
}

impl Part {
    fn add(&mut self, batch: Finished) -> Result<(), RunError> {
        for (section, rows) in self.sections.iter_mut().zip(batch.rows) {
            if section.is_empty() {
                *section = rows;
            } else {
                section.extend_from_slice(&rows);
            }
        }
        if let Some(list) = self.sections.last_mut() {
            for entry in &batch.quarantined {
                serde_json::to_writer(&mut *list, entry).map_err(|error| RunError::Bug(error.to_string()))?;
                list.push(b'\n');
            }
        }
        self.counts.merge(&batch.counts);
        Ok(())
    }
}

impl Batch {
    fn empty() -> Self {
        Self { passages: Vec::new(), weight: 0, bytes: 0, last: String::new(), ends: None }
    }

    fn add(&mut self, uri: String, bytes: u64, passage: Passage) {
        self.passages.push(passage);
        self.weight += bytes.max(DOCUMENT_BYTES);
        self.bytes += bytes;
        self.last = uri;
    }
}

impl Shared {
    /// Whether the run has ended, however it did.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Waits for room, then queues the batch. `false` once the run has ended.
    fn admit(&self, mut batch: Batch) -> bool {
        let Some(weight) = self.window.enter(batch.weight) else { return false };
        batch.weight = weight;
        let number = self.admitted.fetch_add(1, Ordering::Relaxed);
        self.queue.push(number, Work::Batch(batch));
        true
    }

    fn empty_report(&self) -> Report {
        Report::new(self.chain.links().iter().map(|link| link.name))
    }

    fn empty_part(&self, shard: u64) -> Part {
        let end = End { key: shard::sum(b""), retried: Vec::new() };
        Part { shard, end, sections: vec![Vec::new(); self.exports.len() + 1], counts: self.empty_report() }
    }

    fn progress<'p>(&self, report: &Report, total: Option<u64>, current: &'p str) -> Progress<'p> {
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
        let mut counts = self.empty_report();
        counts.bytes = batch.bytes;
        counts.read = batch.passages.len() as u64;
        let mut rows = vec![Vec::new(); self.exports.len()];
        let mut quarantined = Vec::new();
        for passage in batch.passages {
            let (outcome, laps) = passage.into_outcome();
            let uri = match &outcome {
                Outcome::Kept(document) | Outcome::Dropped { document, .. } => &document.source.uri,
                Outcome::Quarantined(entry) => &entry.uri,
            };
            counts.count_time(uri, &laps);
            let outcome = match outcome {
                Outcome::Kept(doc) => match encode_one(&self.exports, &doc, &mut rows) {
                    Ok(()) => Outcome::Kept(doc),
                    Err(fault) => Outcome::Quarantined(Quarantined::document(&doc, fault)),
                },
                other => other,
            };
            match outcome {
                Outcome::Kept(doc) => counts.count_written(&doc),
                Outcome::Dropped { document, stage, reason } => {
                    tracing::info!(uri = document.source.uri, stage, "dropped: {reason}");
                    counts.count_dropped(stage, &reason);
                }
                Outcome::Quarantined(entry) => {
                    counts.count_quarantined(&entry);
                    quarantined.push(entry);
                }
            }
        }
        let Batch { weight, last, ends, .. } = batch;
        Finished { number, weight, rows, quarantined, counts, last, ends }
    }

    /// The last step on the CPU for a shard: from rows to what is stored.
    pub(crate) fn finish_part(&self, mut part: Part) -> Message {
        for (outlet, section) in self.exports.iter().zip(&mut part.sections) {
            match outlet.export.part(std::mem::take(section)) {
                Ok(stored) => *section = stored,
                Err(error) => {
                    let path = outlet.export.file_name().into();
                    return Message::Failed(RunError::Assemble { path, error: error.message });
                }
            }
        }
        Message::Part(Box::new(part))
    }
}

/// All exports or none: a document that one of them cannot write stands in no output.
fn encode_one(exports: &[Outlet], doc: &copydesk_document::Document, rows: &mut [Vec<u8>]) -> Result<(), Fault> {
    let before: Vec<usize> = rows.iter().map(Vec::len).collect();
    for (Outlet { export, .. }, piece) in exports.iter().zip(rows.iter_mut()) {
        let fault = match guarded(|| export.encode(doc, piece)) {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => ("export", error.message),
            Err(panic) => ("panic", panic),
        };
        let error = format!("{}: {}", export.file_name(), fault.1);
        for (piece, len) in rows.iter_mut().zip(before) {
            piece.truncate(len);
        }
        return Err(Fault { stage: "export", rule: fault.0.into(), error, span: None });
    }
    Ok(())
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("wait").enable_all().build()
}

/// Ends the threads when the run ends, however it ends.
struct SendHome<'a>(&'a Shared);

impl Drop for SendHome<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
        self.0.over.store(true, Ordering::Relaxed);
        self.0.queue.close();
        self.0.window.close();
    }
}

/// Leaves the runtime without waiting for stages that wait for ever.
struct ShutDown(Option<Runtime>);

impl Drop for ShutDown {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
