//! Runs, from the side of Python: on threads of their own, with a queue that Python empties.

use std::{
    io,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use copydesk_pipeline::{BuiltinPipeline, Pipeline, builtin, named_source};
use copydesk_runner::{
    Existing, ExportInstance, Observer, Options, Output, Owner, Progress, Quarantined, Run as Running, RunError,
    ShardSize, Share,
};
use pyo3::{prelude::*, types::PyBytes};
use serde_json::json;

use crate::errors::failed;

/// What a run is asked for.
#[derive(Default)]
pub(crate) struct Orders {
    pub(crate) inputs: Vec<String>,
    pub(crate) limit: Option<u64>,
    pub(crate) threads: usize,
    /// The folder, and the pipeline file or a built-in pipeline; without it, records come to Python.
    pub(crate) into: Option<(PathBuf, Result<BuiltinPipeline, PathBuf>)>,
    pub(crate) existing: Existing,
    pub(crate) share: Share,
}

/// So much is ready before Python has asked for it.
const AHEAD: usize = 4;
/// Records come in pieces of about so many: soon, and few calls.
const PIECE: ShardSize = ShardSize { documents: 16, bytes: 256 << 10 };
/// How often Python hears how far a run is, and is asked whether it was interrupted.
const TICK: Duration = Duration::from_millis(100);

/// What Python is told.
enum Event {
    Rows(Vec<u8>),
    Progress(String),
    Quarantined(String),
    Ended(Result<String, String>),
}

/// A run that goes on until Python has heard all of it, or lets go of it.
#[pyclass(frozen, module = "copydesk._copydesk")]
pub(crate) struct Run(Mutex<Receiver<Event>>);

impl Run {
    pub(crate) fn start(mut pipeline: Pipeline, orders: &Orders) -> PyResult<Self> {
        let catalog = builtin();
        let of_pipeline = pipeline.source.take();
        let source = match of_pipeline {
            Some(source) if orders.inputs.is_empty() => source.source,
            _ if orders.inputs.is_empty() => return Err(failed("the pipeline has no source of its own: name inputs")),
            of_pipeline => {
                let auto = catalog.find_source("auto").ok_or_else(|| failed("the source `auto` is not built in"))?;
                named_source(auto, of_pipeline.as_ref(), &orders.inputs, &[]).map_err(|e| failed(e.message))?
            }
        };
        let mut options = Options {
            threads: NonZero::new(orders.threads),
            limit: orders.limit,
            existing: orders.existing,
            share: orders.share,
            // Python has its own.
            signals: false,
            ..pipeline.run.options()
        };
        let (output, exports) = if let Some((folder, of)) = &orders.into {
            let file = of.as_ref().map_or_else(PathBuf::as_path, |built_in| Path::new(built_in.name));
            options.owner = Owner::here(folder, file, orders.inputs.clone()).map_err(failed)?;
            // It lies nowhere, and the program calls it the same.
            if let Ok(built_in) = of {
                built_in.name.clone_into(&mut options.owner.pipeline);
            }
            let folder = folder.clone();
            let output = match orders.share {
                Share::Part(_) => Output::Parts { folder },
                Share::All | Share::Done => Output::Folder { folder, sharded: pipeline.run.sharded },
            };
            (output, pipeline.exports)
        } else {
            if let Some(survey) = pipeline.chain.surveys().first() {
                return Err(failed(format!(
                    "the survey `{}` looks at all documents together, and records would come before it has: write into a \
                     folder with `write`, or leave it out of the pipeline",
                    survey.name()
                )));
            }
            options.shard = PIECE;
            options.batch = options.batch.min(8);
            (Output::Nowhere, vec![records(&catalog)?])
        };
        let (sender, receiver) = sync_channel(AHEAD);
        let run = Running { source, chain: pipeline.chain, exports, output, options };
        // What goes into a folder are parts of its exports, in their own form.
        let wanted = orders.into.is_none();
        let start = move || {
            let mut teller = Teller { sender, told: Instant::now(), wanted };
            let result = run.execute(&mut teller);
            let ended = match result {
                Ok(report) => Ok(serde_json::to_string(&report).unwrap_or_default()),
                Err(error) => Err(error.to_string()),
            };
            // Nobody listens who has let go of the run.
            let _ = teller.sender.send(Event::Ended(ended));
        };
        thread::Builder::new().name("run".into()).spawn(start).map_err(failed)?;
        Ok(Self(Mutex::new(receiver)))
    }
}

#[pymethods]
impl Run {
    /// What comes next: `("rows", bytes)`, `("progress", json)`, `("quarantined", json)`, and at last `("ended", json)`.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<(&'static str, Bound<'py, PyBytes>)> {
        loop {
            let heard = py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK));
            let (kind, bytes) = match heard {
                Ok(Event::Rows(rows)) => ("rows", rows),
                Ok(Event::Progress(json)) => ("progress", json.into_bytes()),
                Ok(Event::Quarantined(json)) => ("quarantined", json.into_bytes()),
                Ok(Event::Ended(Ok(report))) => ("ended", report.into_bytes()),
                Ok(Event::Ended(Err(error))) => return Err(failed(error)),
                Err(RecvTimeoutError::Timeout) => {
                    py.check_signals()?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(failed("the run has ended already")),
            };
            return Ok((kind, PyBytes::new(py, &bytes)));
        }
    }
}

/// Tells Python.
struct Teller {
    sender: SyncSender<Event>,
    told: Instant,
    /// Whether the rows are records that Python has asked for.
    wanted: bool,
}

impl Teller {
    fn send(&self, event: Event) -> Result<(), RunError> {
        let gone = |_| RunError::Write { path: "Python".into(), error: io::ErrorKind::BrokenPipe.into() };
        self.sender.send(event).map_err(gone)
    }
}

impl Observer for Teller {
    fn rows(&mut self, rows: &[u8]) -> Result<(), RunError> {
        // Without rows it is a question: is anybody there?
        self.send(Event::Rows(if self.wanted { rows.to_vec() } else { Vec::new() }))
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        if self.told.elapsed() < TICK {
            return;
        }
        self.told = Instant::now();
        let Progress { read, total, written, dropped, quarantined, bytes, .. } = progress;
        let json = json!({
            "read": read, "total": total, "written": written, "dropped": dropped, "quarantined": quarantined,
            "bytes": bytes,
        });
        // Whoever does not listen now hears of it later.
        let (Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) =
            self.sender.try_send(Event::Progress(json.to_string()));
    }

    fn quarantined(&mut self, entry: &Quarantined) {
        // The next rows, or the end, tell whether anybody is there.
        let _ = self.sender.send(Event::Quarantined(serde_json::to_string(entry).unwrap_or_default()));
    }
}

/// The export that gives whole records.
fn records(catalog: &copydesk_stage::Catalog) -> PyResult<ExportInstance> {
    let options = json!({ "decisions": true, "nested": true });
    let entry = catalog.find_export("jsonl").ok_or_else(|| failed("the export `jsonl` is not built in"))?;
    let export = entry.build(&options).map_err(|error| failed(error.message))?;
    let options = entry.resolve(&options).map_err(|error| failed(error.message))?;
    Ok(ExportInstance { manifest: entry.manifest(options), export })
}
