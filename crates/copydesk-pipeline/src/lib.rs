//! From a pipeline file to a chain that runs.
//!
//! [`load`] reads TOML or JSON and checks all of it before anything runs: syntax, names, every option against the JSON
//! Schema of its stage, the typed build, and the order of the stages. Everything that is wrong comes back at once as a
//! [`Diagnosis`], each mistake with its line, a caret and the way out. [`builtin`] is the only place of the house that
//! names every stage.

mod auto;
mod builtin;
mod diagnosis;
mod features;
mod load;
mod named_source;
mod node;
mod order;
mod pipeline_test;
mod pipelines;
mod read_json;
mod read_toml;
mod route;
mod run;
mod schema;
mod schema_check;
mod suggest;
#[cfg_attr(not(feature = "conditions"), path = "when_left_out.rs")]
mod when;

/// The README, one table of which says what the names of faults of sources mean.
pub const README: &str = include_str!("../README.md");

pub use builtin::builtin;
pub use copydesk_stage::closest;
pub use diagnosis::{Diagnosis, Diagnostic, Severity};
pub use features::left_out;
pub use load::{BuiltSource, Pipeline, hash_of_contents, load};
pub use named_source::named_source;
pub use pipeline_test::{ExpectedBlock, ExpectedOutcome, Mismatch, PipelineTest};
pub use pipelines::{BuiltinPipeline, builtin_pipelines};
pub use run::Run;
pub use schema::json_schema;
