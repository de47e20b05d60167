//! Runs a chain of stages over a source.
//!
//! [`Chain::process_one`] takes one document through all stages; [`Run::execute`] does the same for all documents of a
//! source, in batches on a pool of threads, and writes what comes out in the order in which it came in. Both go through
//! the same code, so that a dry run, a test and `explain` show what a run does.
//!
//! One bad document never stops a run: an error, a panic or a stage that hangs puts that document into quarantine. A
//! broken end (source, disk) always stops it, and then nothing stands under a final name that did not stand there
//! before. What was done until then is safe: the source is cut into shards, each shard is made durable as a whole, and
//! the same run goes on where it was stopped.

mod append;
mod archive;
mod batch;
mod chain;
mod checksum;
mod clock;
mod conclude;
#[cfg(unix)]
mod death;
mod draft;
mod earlier;
mod encode;
mod error;
mod export_instance;
mod fail;
mod forget;
mod forgotten;
mod guard;
mod hand;
mod index;
mod layout;
mod lead;
mod losses;
mod manifest;
mod meant;
mod output;
mod own_files;
mod owner;
mod ownership;
mod part;
mod pool;
mod program;
mod publish;
mod quarantine;
mod queue;
mod reader;
mod rebased;
mod report;
mod retry;
mod reuse;
mod run;
mod run_shard;
mod shard;
mod share;
mod shared;
mod signals;
mod skipped;
mod storage;
mod store;
#[cfg(unix)]
mod supervisor;
mod survey;
mod times;
mod waiting;
#[cfg(unix)]
mod wire;
mod work;
#[cfg(unix)]
mod worker;
mod workers;
mod writer;

copydesk_fingerprint::fingerprint!();

/// The README, whose tables say what the names of rules and notes mean.
pub const README: &str = include_str!("../README.md");

pub use chain::{Chain, Outcome, StageInstance};
pub use copydesk_parse::Limits;
pub use error::RunError;
pub use export_instance::ExportInstance;
pub use fail::FAIL_POINTS;
pub use forget::{Forget, Forgot, remember};
pub use layout::QUARANTINE_FILE;
pub use output::{Output, check_output};
pub use owner::{Existing, Owner};
pub use ownership::owner_of;
pub use pool::STACK_BYTES;
pub use quarantine::Quarantined;
pub use report::{Observer, Progress, Report, Slow, StageReport, Written};
pub use run::{Options, Run};
pub use run_shard::{ShardReport, run_shard, shards};
pub use shard::ShardSize;
pub use share::{Part, Share};
pub use skipped::{Kind, SKIPPED_FILE, Skipped};
pub use storage::{LocalFolder, Storage};
#[cfg(unix)]
pub use supervisor::try_alone;
pub use survey::SurveyInstance;
#[cfg(unix)]
pub use worker::Worker;
pub use workers::Workers;
