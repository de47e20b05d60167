//! Pipelines.

use std::{num::NonZero, path::PathBuf};

use copydesk_document::Input;
use copydesk_pipeline::{BuiltinPipeline, Pipeline as Loaded, builtin, builtin_pipelines, load};
use copydesk_runner::{Existing, Outcome, Share, StageInstance};
use pyo3::{exceptions::PyValueError, prelude::*};
use serde_json::json;

use crate::{
    capsule::{Batch, Columns, Table, batch_of, schema_of, table_of},
    document::Document,
    errors::{failed, of_document, of_pipeline},
    run::{Orders, Run},
    stage::{self, Told},
};

/// A pipeline that is ready to run, and all that it was made of.
#[pyclass(frozen, module = "copydesk._copydesk")]
pub(crate) struct Pipeline {
    /// What messages call the file.
    name: String,
    text: String,
    stages: Vec<Told>,
    loaded: Loaded,
}

/// A document as Python has it.
#[derive(FromPyObject)]
enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

impl Pipeline {
    /// A chain that nobody else has: a run keeps its own.
    fn load(py: Python<'_>, name: &str, text: &str, stages: &[Told]) -> PyResult<Loaded> {
        let built_in = BuiltinPipeline::find(name).filter(|_| text.is_empty());
        let loaded = match built_in {
            Some(pipeline) => pipeline.load(&builtin()),
            None => load(name, text, &builtin()),
        };
        let mut loaded = loaded.map_err(|diagnosis| of_pipeline(py, &diagnosis))?;
        for told in stages {
            let taken: Vec<&str> = loaded.chain.links().iter().map(StageInstance::name).collect();
            let instance = stage::instance(py, told, &taken)?;
            loaded.chain = std::mem::take(&mut loaded.chain).then(instance);
        }
        Ok(loaded)
    }
}

#[pymethods]
impl Pipeline {
    /// `name` is what messages call the text, or, without one, a pipeline that is built in.
    #[new]
    fn new(py: Python<'_>, name: String, text: String, stages: Vec<Told>) -> PyResult<Self> {
        let loaded = Self::load(py, &name, &text, &stages)?;
        Ok(Self { name, text, stages, loaded })
    }

    /// The pipelines that are built in, each with what it is for.
    #[staticmethod]
    fn built_in() -> Vec<(&'static str, String)> {
        builtin_pipelines().iter().map(|pipeline| (pipeline.name, pipeline.summary())).collect()
    }

    /// The stages and exports, and what is allowed and probably not meant, as JSON.
    fn describe(&self) -> String {
        let stages = self.loaded.chain.links().iter().map(|link| &link.manifest);
        let exports = self.loaded.exports.iter().map(|export| &export.manifest);
        json!({
            "stages": stages.collect::<Vec<_>>(),
            "exports": exports.collect::<Vec<_>>(),
            "warnings": self.loaded.warnings.render(false),
        })
        .to_string()
    }

    /// Takes one document through the stages.
    fn extract(
        &self,
        py: Python<'_>,
        content: Content,
        uri: String,
        url: Option<String>,
        content_type: Option<String>,
    ) -> PyResult<Document> {
        let (bytes, content_type) = match content {
            Content::Bytes(bytes) => (bytes, content_type),
            // Whatever the page says of its charset: Python has decoded it.
            Content::Text(text) => {
                let media_type = content_type.as_deref().and_then(|given| given.split(';').next());
                let media_type = media_type.unwrap_or("text/plain");
                (text.into_bytes(), Some(format!("{media_type}; charset=utf-8")))
            }
        };
        let input = Input { url, content_type, ..Input::new(uri, bytes) };
        match py.detach(|| self.loaded.chain.process_one(input)) {
            Outcome::Kept(found) => Ok(Document { found, dropped: None }),
            Outcome::Dropped { document, stage, reason } => {
                Ok(Document { found: document, dropped: Some((stage.to_owned(), reason)) })
            }
            Outcome::Quarantined(entry) => Err(of_document(py, &entry)),
        }
    }

    /// Takes the rows of a batch through the stages.
    fn process(&self, py: Python<'_>, batch: &Bound<'_, PyAny>, threads: usize) -> PyResult<Batch> {
        let (batch, threads) = (batch_of(batch)?, several(threads)?);
        let processed = py.detach(|| copydesk_arrow::process_on(threads, &self.loaded, &batch));
        processed.map(Batch).map_err(failed)
    }

    /// The same for a table of several batches.
    fn process_table(&self, py: Python<'_>, table: &Bound<'_, PyAny>, threads: usize) -> PyResult<Table> {
        let ((schema, batches), threads) = (table_of(table)?, several(threads)?);
        let schema = copydesk_arrow::schema(&schema).map_err(failed)?;
        let process = |batch| copydesk_arrow::process_on(threads, &self.loaded, batch);
        let batches = py.detach(|| batches.iter().map(process).collect::<Result<_, _>>()).map_err(failed)?;
        Ok(Table { schema: schema.into(), batches })
    }

    /// The columns that come out of a batch with those of an object.
    #[staticmethod]
    fn columns(object: &Bound<'_, PyAny>) -> PyResult<Columns> {
        copydesk_arrow::schema(&schema_of(object)?).map(Columns).map_err(failed)
    }

    /// Starts a run whose records come to Python.
    fn run(&self, py: Python<'_>, inputs: Vec<String>, limit: Option<u64>, threads: usize) -> PyResult<Run> {
        let loaded = Self::load(py, &self.name, &self.text, &self.stages)?;
        Run::start(loaded, &Orders { inputs, limit, threads, ..Orders::default() })
    }

    /// Starts a run into a folder, as the program does. `how` is what becomes of records that are there already (`"keep"`,
    /// `"append"`, `"replace"`), or a share of the work (`"3/16"`), or `"merge"`.
    fn write(
        &self,
        py: Python<'_>,
        inputs: Vec<String>,
        out: PathBuf,
        how: &str,
        limit: Option<u64>,
        threads: usize,
    ) -> PyResult<Run> {
        let loaded = Self::load(py, &self.name, &self.text, &self.stages)?;
        let (existing, share) = match how {
            "keep" => (Existing::Keep, Share::All),
            "append" => (Existing::Append, Share::All),
            "replace" => (Existing::Replace, Share::All),
            "merge" => (Existing::Keep, Share::Done),
            part => (Existing::Keep, Share::Part(part.parse().map_err(PyValueError::new_err::<String>)?)),
        };
        let built_in = BuiltinPipeline::find(&self.name).filter(|_| self.text.is_empty());
        let into = Some((out, built_in.ok_or_else(|| self.name.clone().into())));
        Run::start(loaded, &Orders { inputs, limit, threads, into, existing, share })
    }
}

fn several(threads: usize) -> PyResult<NonZero<usize>> {
    let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, NonZero::get) } else { threads };
    NonZero::new(threads).filter(|n| n.get() <= 1024).ok_or_else(|| PyValueError::new_err("at most 1024 threads"))
}
