//! How to run: the `[run]` table.

use std::{num::NonZero, path::PathBuf, time::Duration};

use copydesk_runner::{Options, ShardSize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How to run a pipeline. None of it changes a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Run {
    /// The folder that the outputs are put into, or `-` for the standard output. `--out` overrides it.
    #[schemars(length(min = 1))]
    pub out: String,
    /// How many threads compute; 0 is one for each core. `--threads` overrides it.
    #[schemars(range(max = 1024))]
    pub threads: usize,
    /// How many documents go through the stages together.
    #[schemars(range(min = 1, max = 4096))]
    pub batch: usize,
    /// How many seconds of the processor a document may take before it is quarantined, or ten times as many by the clock; 0
    /// is no limit.
    #[schemars(range(min = 0, max = 86400))]
    pub seconds_per_document: f64,
    /// How many bytes of memory the work on a document may take before the document is quarantined, where the system can
    /// limit that; 0 is no limit.
    #[schemars(range(max = 1_099_511_627_776_u64))]
    pub memory_per_document: u64,
    /// Write many files, `records/part-000000.jsonl` and so on, instead of one, `records.jsonl`.
    pub sharded: bool,
    /// How many documents are made safe together, on average; a run that is killed does the last few of such shards
    /// again. Files that hold many documents, and large documents, make shards of their own.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub shard_documents: u64,
    /// How many bytes of input are made safe together, on average.
    #[schemars(range(min = 1, max = 268_435_456))]
    pub shard_bytes: u64,
    /// How many bytes of input may be between source and output at once. Memory grows with it: documents take several
    /// times their size while they are worked on.
    #[schemars(range(min = 1))]
    pub window_bytes: u64,
    /// How many documents may wait for the world at once, in stages that do.
    #[schemars(range(min = 1, max = 100_000))]
    pub waiting: usize,
    /// How many files the program may hold open at once, where the system does not allow fewer. A run needs fewer than
    /// 40, whatever its threads and inputs; the rest is for stages of your own, whose documents are quarantined beyond
    /// it.
    #[schemars(range(min = 40, max = 1_048_576))]
    pub open_files: u64,
}

impl Default for Run {
    fn default() -> Self {
        let Options { batch, window, waiting, shard, .. } = Options::default();
        Self {
            out: "out".into(),
            threads: 0,
            batch,
            seconds_per_document: 60.0,
            memory_per_document: 2 << 30,
            sharded: false,
            shard_documents: shard.documents,
            shard_bytes: shard.bytes,
            window_bytes: window,
            waiting,
            open_files: 1024,
        }
    }
}

impl Run {
    /// The folder for the outputs; `None` for the standard output.
    pub fn folder(&self) -> Option<PathBuf> {
        (self.out != "-").then(|| PathBuf::from(&self.out))
    }

    /// How to go about the work.
    pub fn options(&self) -> Options {
        Options {
            threads: NonZero::new(self.threads),
            batch: self.batch,
            window: self.window_bytes,
            waiting: self.waiting,
            shard: ShardSize { documents: self.shard_documents, bytes: self.shard_bytes },
            ..Options::default()
        }
    }

    /// The limit of memory for a document, where there is one.
    pub fn memory_per_document(&self) -> Option<u64> {
        Some(self.memory_per_document).filter(|bytes| *bytes > 0)
    }

    /// The time limit of a document, where there is one.
    pub fn seconds_per_document(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.seconds_per_document).ok().filter(|d| !d.is_zero())
    }
}
