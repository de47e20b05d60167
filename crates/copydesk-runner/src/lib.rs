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

mod chain;
mod clock;
mod error;
mod fail;
mod guard;
mod journal;
mod output;
mod pool;
mod quarantine;
mod queue;
mod report;
mod run;
mod shard;
mod signals;
mod store;

pub use chain::{Chain, Link, Outcome};
pub use copydesk_parse::Limits;
pub use error::RunError;
pub use fail::FAIL_POINTS;
pub use output::{Output, QUARANTINE_FILE, Written};
pub use quarantine::Quarantined;
pub use report::{Observer, Progress, Report, Slow, StageReport};
pub use run::{Options, Outlet, Run};
pub use shard::ShardSize;
