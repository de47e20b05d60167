//! A run: threads, batches, shards and the order of things.
//!
//! ```text
//!  source thread ──► window (bytes) ──► queue ──► CPU threads ──► this thread: reorder, count, store shards
//!    cuts shards,                         ▲            │
//!    passes over known ones               └── tokio ◄──┘  stages that wait
//! ```

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::Instant,
};

use copydesk_document::Input;
use copydesk_stage::{Export, Source, SourceItem};
use tokio::runtime::Runtime;

use crate::{
    Chain, ExportInstance, Observer, Output, Report, RunError,
    batch::Message,
    forgotten::Forgotten,
    index::{self, Identities, Standpoint},
    output::Sink,
    own_files::OwnFiles,
    owner::{Existing, Owner},
    ownership, pool,
    reader::Reader,
    rebased::{Places, Rebased},
    reuse::Known,
    shard::{Cutter, ShardSize},
    share::{LargeFiles, Missing, Share},
    shared::Shared,
    signals::Signals,
    storage::{LocalFolder, STATE},
    store::Claim,
    work,
    workers::Workers,
    writer::Writer,
};

#[cfg(unix)]
use crate::supervisor::Supervisor;

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
    /// Work only on what the last run in the folder has quarantined.
    pub retry: bool,
    /// Which shards are worked on.
    pub share: Share,
    /// Who runs: an output folder belongs to somebody.
    pub owner: Owner,
    /// What becomes of records that are in the folder already.
    pub existing: Existing,
    /// Whether a run that adds reads files whose size and time of change are as they were.
    pub careful: bool,
    /// How the source reads its files: files that are as they were are read again when this is not.
    pub reads: String,
    /// Has the chain and the exports work in a process of their own, so that what takes that one down costs its document
    /// only; where the system is no Unix, in this process all the same.
    pub workers: Option<Workers>,
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
            share: Share::default(),
            owner: Owner::default(),
            existing: Existing::default(),
            careful: false,
            reads: String::new(),
            workers: None,
            signals: true,
        }
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
    pub exports: Vec<ExportInstance>,
    /// Where.
    pub output: Output,
    /// How the work is spread.
    pub options: Options,
}

impl Run {
    /// Runs to the end. Call it from a thread that may block, outside of any async runtime.
    pub fn execute(self, observer: &mut dyn Observer) -> Result<Report, RunError> {
        let start = Instant::now();
        let Self { mut source, chain, exports, output, options } = self;
        // The source first: its errors are the likelier ones, and they should leave no folder behind.
        let total = source.size_hint().map(|n| options.limit.map_or(n, |limit| n.min(limit)));
        drop(source.open()?);
        if options.share == Share::Done {
            has_shares(&output)?;
        }
        let keys = work::Keys::new(&chain, &exports)?;
        let work = keys.work;
        let list: Vec<&dyn Export> = exports.iter().map(|instance| &*instance.export).collect();
        let mut owner = Owner { limit: options.limit, ..options.owner.clone() };
        let Options { existing, retry, careful, .. } = options;
        let mut place = PathBuf::new();
        if let Output::Folder { folder, .. } = &output
            && (existing == Existing::Append || retry)
            && let Some(first) = ownership::first_place(&LocalFolder::new(folder))?
        {
            if let Some(places) = Places::new(folder, &first, &owner.place) {
                places.first().clone_into(&mut place);
                source = Box::new(Rebased { source, places });
            }
            owner.place = first;
        }
        let claim = Claim { owner: owner.clone(), existing, retry, careful, forgets: false };
        let own = OwnFiles::of(&output, &list, &place);
        let documents = || documents(&*source, &owner, &output, &own);
        let (mut sink, mut known) = Sink::open(&output, &chain, &list, keys, claim, documents)?;
        let large = LargeFiles::new(options.share);
        source.leave_out(large.watch(sink.watch_files(work::of_files(work, &chain, &options.reads)?)));
        let items = source.open()?;
        // The folder may be there only now.
        let own = OwnFiles::of(&output, &list, &place);
        let (forgotten, from) = (sink.forgotten()?, standpoint(&output, &owner));
        let mut cutter = Cutter::new(options.shard, work::of_run(work, &chain)?);
        let (mut only, mut seen) = (None, None);
        if let Some((documents, segments)) = sink.start_append()? {
            cutter = Cutter::new(options.shard, work::of_append(work, &chain, segments)?);
            seen = Some(documents);
        }
        if options.retry {
            let retry = sink.start_retry(&list)?;
            cutter = Cutter::new(options.shard, work::of_retry(work, &chain, retry.before)?);
            only = Some(retry.only);
            known = Known::default();
        }
        let total = total.filter(|_| only.is_none());
        let shared = Arc::new(Shared::new(chain, exports, options.window, options.waiting));
        // Whatever happens from here on, the threads come to their end.
        let _shutdown = ShutdownGuard(&shared);
        let (sender, receiver) = mpsc::channel();
        let signals = options.signals.then(Signals::listen).transpose().map_err(RunError::Start)?;
        let reader = Reader {
            shared: Arc::clone(&shared),
            sender: sender.clone(),
            known,
            cutter,
            own,
            forgotten,
            from,
            only,
            seen,
            batch: options.batch.max(1),
            limit: options.limit,
            share: options.share,
            large,
            of_large: false,
            cut: 0,
            missing: Missing::default(),
        };
        pool::spawn("source", move || reader.read_all(items))?;
        let _runtime = RuntimeGuard(start_work(&shared, &options, &sender)?);
        drop(sender);
        let mut report = Writer::new(&shared, sink, total).write(&receiver, signals.as_ref(), observer)?;
        report.wall = start.elapsed();
        Ok(report)
    }
}

/// Whether any share has been worked on for a folder: a wrong name is no folder to be made.
fn has_shares(output: &Output) -> Result<(), RunError> {
    match output {
        Output::Folder { folder, .. } if !folder.join(STATE).is_dir() => Err(RunError::Occupied(format!(
            "nothing is there to be merged: no share of a run has been worked on in {}; `copydesk run --shard 1/16` does so",
            folder.display()
        ))),
        _ => Ok(()),
    }
}

/// Starts those who work: a worker process, or threads of this one. Stages that wait do so in the runtime.
fn start_work(
    shared: &Arc<Shared>,
    options: &Options,
    sender: &mpsc::Sender<Message>,
) -> Result<Option<Runtime>, RunError> {
    let threads = options.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
    #[cfg(unix)]
    if let Some(workers) = &options.workers {
        match Supervisor::start(shared, threads, options.waiting, workers, sender) {
            Ok(()) => return Ok(None),
            Err(error) => tracing::warn!("{error}; a stage that crashes takes the whole run down"),
        }
    }
    let runtime = pool::runtime(shared, options.waiting).map_err(RunError::Start)?;
    pool::start(shared, threads, runtime.as_ref().map(Runtime::handle), sender)?;
    Ok(runtime)
}

/// The documents of a run, where its source can be read twice.
fn documents(
    source: &dyn Source,
    owner: &Owner,
    output: &Output,
    own: &OwnFiles,
) -> Result<Option<Identities>, RunError> {
    let Output::Folder { folder, .. } = output else { return Ok(None) };
    if !owner.can_be_listed() {
        return Ok(None);
    }
    let from = standpoint(output, owner);
    let forgotten = Forgotten::read(&LocalFolder::new(folder))?;
    let mut documents = Identities::new();
    let mut read = 0;
    for item in source.open()? {
        if owner.limit.is_some_and(|limit| read >= limit) {
            break;
        }
        let item = item?;
        let (SourceItem::Input(Input { uri, .. }) | SourceItem::Bad { uri, .. }) = &item else { continue };
        let input = index::hash(&item);
        if !own.contains(uri) && !forgotten.has_item(&from, &item, input) {
            documents.extend(from.of_item(&item, input));
            read += 1;
        }
    }
    Ok(Some(documents))
}

/// From where the names of documents are understood.
fn standpoint(output: &Output, owner: &Owner) -> Standpoint {
    let folder = match output {
        Output::Folder { folder, .. } | Output::Parts { folder } => folder.as_path(),
        Output::Stdout | Output::Nowhere => Path::new(""),
    };
    Standpoint::new(folder, &owner.place)
}

/// Ends the threads when the run ends, however it ends.
struct ShutdownGuard<'a>(&'a Shared);

impl Drop for ShutdownGuard<'_> {
    fn drop(&mut self) {
        self.0.shut_down();
    }
}

/// Leaves the runtime without waiting for stages that wait for ever.
struct RuntimeGuard(Option<Runtime>);

impl Drop for RuntimeGuard {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
