//! What Python calls: pipelines, documents, runs and the program. The classes that people see are written in Python, in
//! `python/copydesk`; here is what they stand on.

mod capsule;
mod document;
mod errors;
mod pipeline;
mod run;

mod stage;

use pyo3::prelude::*;

/// The module `copydesk._copydesk`.
#[pymodule]
mod _copydesk {
    #[pymodule_export]
    use crate::{
        capsule::{Batch, Columns, Table},
        document::Document,
        errors::{CopydeskError, DocumentError, PipelineError, RunError},
        pipeline::Pipeline,
        program,
        run::Run,
    };
}

/// Runs the program, with its arguments behind its name. Its exit code.
#[pyfunction]
fn program(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| copydesk::run(arguments, |catalog| catalog))
}
