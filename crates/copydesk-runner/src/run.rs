//! A run: threads, batches and the order of things.
//!
//! ```text
//!  source thread ──► window (bytes) ──► queue ──► CPU threads ──► this thread: reorder, write, count
//!                                         ▲            │
//!                                         └── tokio ◄──┘  stages that wait
//! ```

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Instant,
};

use copydesk_stage::{Export, Source, SourceError, SourceItem};
use futures_util::{StreamExt, stream};
use tokio::{
    runtime::{Handle, Runtime},
    sync::Semaphore,
};

use crate::{
    Chain, Observer, Outcome, Output, Progress, Quarantined, Report, RunError,
    chain::Passage,
    guard::guarded,
    output::{OwnFiles, Sink},
    quarantine::Fault,
    queue::{Queue, Window},
};

/// How a run goes about its work. None of it changes a byte of what is written, `limit` aside.
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
    /// Stop after so many documents.
    pub limit: Option<u64>,
    /// Whether SIGINT and SIGTERM stop the run. A second one ends the process on the spot.
    pub signals: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: None, batch: 32, window: 64 << 20, waiting: 256, limit: None, signals: true }
    }
}

/// A chain with its two ends, ready to run.
#[derive(Debug)]
pub struct Run {
    /// Where documents come from.
    pub source: Box<dyn Source>,
    /// What happens to each.
    pub chain: Chain,
    /// How they are written down.
    pub exports: Vec<Box<dyn Export>>,
    /// Where.
    pub output: Output,
    /// How the work is spread.
    pub options: Options,
}

/// A batch is sent on when it holds this much, so that large documents spread over the threads as well.
const BATCH_BYTES: u64 = 1 << 20;

/// What even an empty document takes of the window.
const DOCUMENT_BYTES: u64 = 4 << 10;

/// As much as a main thread has, so that a run stands what `explain` stands.
const STACK_BYTES: usize = 8 << 20;

/// What the threads tell the one that writes.
enum Message {
    Done(Box<Finished>),
    SourceEnded { batches: u64, result: Result<(), SourceError> },
    Signal(&'static str),
    Bug(String),
}

struct Batch {
    passages: Vec<Passage>,
    weight: u64,
    bytes: u64,
    last: String,
}

struct Finished {
    number: u64,
    weight: u64,
    pieces: Vec<Vec<u8>>,
    quarantined: Vec<Quarantined>,
    counts: Report,
    last: String,
}

/// What all threads share. They own it together, because a thread that hangs in a foreign stage or a read from a
/// terminal must not keep the run from ending.
struct Shared {
    chain: Chain,
    exports: Vec<Box<dyn Export>>,
    queue: Queue<Batch>,
    window: Window,
    stop: AtomicBool,
    read: AtomicU64,
    skipped: AtomicU64,
    waiting: Semaphore,
}

impl Run {
    /// Runs to the end. Call it from a thread that may block, outside of any async runtime.
    pub fn execute(self, observer: &mut dyn Observer) -> Result<Report, RunError> {
        let start = Instant::now();
        let Self { source, chain, exports, output, options } = self;
        // The source first: its errors are the likelier ones, and they should leave no folder behind.
        let total = source.size_hint().map(|n| options.limit.map_or(n, |limit| n.min(limit)));
        let items = source.open()?;
        let sink = Sink::open(&output, &exports)?;
        let own = OwnFiles::of(&output, &exports);
        let shared = Arc::new(Shared {
            chain,
            exports,
            queue: Queue::new(),
            window: Window::new(options.window),
            stop: AtomicBool::new(false),
            read: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            waiting: Semaphore::new(options.waiting.clamp(1, Semaphore::MAX_PERMITS)),
        });
        // Whatever happens from here on, the threads are sent home.
        let _home = SendHome(&shared);
        let (sender, receiver) = mpsc::channel();
        let runtime = runtime().map_err(RunError::Start)?;
        let handle = runtime.handle().clone();
        let _runtime = ShutDown(Some(runtime));
        if options.signals {
            listen(&handle, &sender).map_err(RunError::Start)?;
        }
        spawn("source", {
            let (shared, sender, batch, limit) = (Arc::clone(&shared), sender.clone(), options.batch, options.limit);
            move || read(&shared, items, &own, batch.max(1), limit, &sender)
        })?;
        let threads = options.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
        for n in 0..threads {
            let (shared, sender, handle) = (Arc::clone(&shared), sender.clone(), handle.clone());
            spawn(&format!("cpu-{n}"), move || work(&shared, &handle, &sender))?;
        }
        drop(sender);
        let mut report = write(&shared, &receiver, sink, total, observer)?;
        report.wall = start.elapsed();
        Ok(report)
    }
}

/// The source thread: forms batches and lets them in as there is room.
fn read(
    shared: &Shared,
    items: Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>,
    own: &OwnFiles,
    batch_size: usize,
    limit: Option<u64>,
    sender: &Sender<Message>,
) {
    let mut batches = 0;
    let result = guarded(|| {
        let mut items = items;
        let mut batch = Batch::empty();
        let mut read = 0;
        while limit.is_none_or(|limit| read < limit) && !shared.stop.load(Ordering::Relaxed) {
            let Some(item) = items.next() else { break };
            let (uri, bytes, passage) = match item? {
                SourceItem::Input(input) => (input.uri.clone(), input.bytes.len() as u64, Passage::new(input)),
                SourceItem::Bad { uri, rule, message } => {
                    (uri.clone(), 0, Passage::bad(Quarantined::bad(uri, rule, message)))
                }
            };
            if own.contains(&uri) {
                tracing::debug!(uri, "passed over: this run writes it");
                shared.skipped.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            read += 1;
            shared.read.fetch_add(1, Ordering::Relaxed);
            batch.add(uri, bytes, passage);
            if batch.passages.len() >= batch_size || batch.bytes >= BATCH_BYTES {
                let full = std::mem::replace(&mut batch, Batch::empty());
                if !shared.admit(batches, full) {
                    return Ok(());
                }
                batches += 1;
            }
        }
        if !batch.passages.is_empty() && shared.admit(batches, batch) {
            batches += 1;
        }
        Ok(())
    });
    let result = result.unwrap_or_else(|panic| Err(SourceError::new(format!("the source panicked: {panic}"))));
    // Nobody listens any more once the run has ended.
    let _ = sender.send(Message::SourceEnded { batches, result });
}

/// A CPU thread: takes batches up to where they wait, or to their end.
fn work(shared: &Arc<Shared>, handle: &Handle, sender: &Sender<Message>) {
    while let Some((number, mut batch)) = shared.queue.pop() {
        for passage in &mut batch.passages {
            shared.chain.compute(passage);
        }
        if batch.passages.iter().all(Passage::is_done) {
            let message = guarded(|| Box::new(shared.encode(number, batch))).map_or_else(Message::Bug, Message::Done);
            let _ = sender.send(message);
        } else {
            let shared = Arc::clone(shared);
            handle.spawn(async move {
                stream::iter(batch.passages.iter_mut().filter(|p| !p.is_done()))
                    .for_each_concurrent(None, |passage| async {
                        // It fails only when closed, which it never is.
                        let _permit = shared.waiting.acquire().await;
                        shared.chain.wait(passage).await;
                    })
                    .await;
                shared.queue.push(number, batch);
            });
        }
    }
}

/// The thread that runs: puts batches back in order, writes and counts them.
fn write(
    shared: &Shared,
    receiver: &Receiver<Message>,
    mut sink: Sink,
    total: Option<u64>,
    observer: &mut dyn Observer,
) -> Result<Report, RunError> {
    let mut report = Report::new(shared.chain.links().iter().map(|link| link.name));
    let mut early = BTreeMap::new();
    let (mut next, mut end) = (0, None);
    while end != Some(next) {
        match receiver.recv().map_err(|_| RunError::Bug("all threads have gone".into()))? {
            Message::Done(finished) => {
                early.insert(finished.number, finished);
            }
            Message::SourceEnded { batches, result } => {
                result?;
                end = Some(batches);
            }
            Message::Signal(signal) => {
                return Err(RunError::Interrupted { signal, read: shared.read.load(Ordering::Relaxed) });
            }
            Message::Bug(message) => return Err(RunError::Bug(message)),
        }
        while let Some(batch) = early.remove(&next) {
            next += 1;
            sink.write(&batch.pieces, &batch.quarantined)?;
            shared.window.leave(batch.weight);
            report.merge(&batch.counts);
            batch.quarantined.iter().for_each(|entry| observer.quarantined(entry));
            observer.progress(&Progress {
                read: shared.read.load(Ordering::Relaxed),
                total,
                written: report.written,
                dropped: report.dropped,
                quarantined: report.quarantined,
                bytes: report.bytes,
                current: &batch.last,
            });
        }
    }
    report.read = shared.read.load(Ordering::Relaxed);
    report.skipped = shared.skipped.load(Ordering::Relaxed);
    let through = report.written + report.dropped + report.quarantined;
    if report.read != through {
        return Err(RunError::Bug(format!("{} documents were read, and {through} are accounted for", report.read)));
    }
    report.files = sink.commit()?;
    Ok(report)
}

impl Batch {
    fn empty() -> Self {
        Self { passages: Vec::new(), weight: 0, bytes: 0, last: String::new() }
    }

    fn add(&mut self, uri: String, bytes: u64, passage: Passage) {
        self.passages.push(passage);
        self.weight += bytes.max(DOCUMENT_BYTES);
        self.bytes += bytes;
        self.last = uri;
    }
}

impl Shared {
    /// Waits for room, then queues the batch. `false` once the run has ended.
    fn admit(&self, number: u64, mut batch: Batch) -> bool {
        let Some(weight) = self.window.enter(batch.weight) else { return false };
        batch.weight = weight;
        self.queue.push(number, batch);
        true
    }

    /// The last step on the CPU: bytes for each export, and the counts.
    fn encode(&self, number: u64, batch: Batch) -> Finished {
        let mut counts = Report::new(self.chain.links().iter().map(|link| link.name));
        counts.bytes = batch.bytes;
        let mut pieces = vec![Vec::new(); self.exports.len()];
        let mut quarantined = Vec::new();
        for passage in batch.passages {
            let (outcome, laps) = passage.into_outcome();
            counts.count_time(&laps);
            let outcome = match outcome {
                Outcome::Kept(doc) => match encode_one(&self.exports, &doc, &mut pieces) {
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
        Finished { number, weight: batch.weight, pieces, quarantined, counts, last: batch.last }
    }
}

/// All exports or none: a document that one of them cannot write stands in no output.
fn encode_one(
    exports: &[Box<dyn Export>],
    doc: &copydesk_document::Document,
    pieces: &mut [Vec<u8>],
) -> Result<(), Fault> {
    let before: Vec<usize> = pieces.iter().map(Vec::len).collect();
    for (export, piece) in exports.iter().zip(pieces.iter_mut()) {
        let fault = match guarded(|| export.encode(doc, piece)) {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => ("export", error.message),
            Err(panic) => ("panic", panic),
        };
        let error = format!("{}: {}", export.file_name(), fault.1);
        for (piece, len) in pieces.iter_mut().zip(before) {
            piece.truncate(len);
        }
        return Err(Fault { stage: "export", rule: fault.0.into(), error, span: None });
    }
    Ok(())
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("wait").enable_all().build()
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), RunError> {
    thread::Builder::new().name(name.into()).stack_size(STACK_BYTES).spawn(body).map(drop).map_err(RunError::Start)
}

/// The first signal asks the run to stop. The second ends the process, for a run that hangs in a foreign stage.
fn listen(handle: &Handle, sender: &Sender<Message>) -> std::io::Result<()> {
    let sender = sender.clone();
    let _inside = handle.enter();
    let mut signals = signals()?;
    handle.spawn(async move {
        if let Some(name) = signals.next().await {
            let _ = sender.send(Message::Signal(name));
        }
        if signals.next().await.is_some() {
            std::process::exit(2);
        }
    });
    Ok(())
}

#[cfg(unix)]
fn signals() -> std::io::Result<impl futures_util::Stream<Item = &'static str> + Unpin + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(stream::poll_fn(move |cx| {
        if interrupt.poll_recv(cx).is_ready() {
            return std::task::Poll::Ready(Some("SIGINT"));
        }
        terminate.poll_recv(cx).map(|_| Some("SIGTERM"))
    }))
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<impl futures_util::Stream<Item = &'static str> + Unpin + Send> {
    Ok(Box::pin(stream::once(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    })))
}

/// Ends the threads when the run ends, however it ends.
struct SendHome<'a>(&'a Shared);

impl Drop for SendHome<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
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
