//! A stage that is a function of Python.

use std::sync::{Mutex, PoisonError};

use copydesk_document::Document;
use copydesk_stage::{
    AnyStage, Context, DocumentView, Facet, Fingerprint, Manifest, Patch, Stage, StageError, Verdict,
};
use pyo3::{exceptions::PyValueError, prelude::*};
use serde_json::json;

use copydesk_runner::StageInstance;

/// A function of Python in a chain. It takes the view of a document as JSON, and gives a patch.
#[derive(Debug)]
struct PythonStage {
    function: Py<PyAny>,
}

impl Stage for PythonStage {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let error = |rule: &str, message: String| StageError::new(rule, message);
        let view = serde_json::to_string(&DocumentView::of(doc)).map_err(|e| error("view", e.to_string()))?;
        let called = Python::try_attach(|py| -> PyResult<Vec<u8>> {
            let patch: String = self.function.call1(py, (view,))?.extract(py)?;
            Ok(patch.into_bytes())
        });
        let patch = match called {
            Some(Ok(patch)) => patch,
            Some(Err(raised)) => return Err(error("python", raised.to_string())),
            None => return Err(error("python", "Python is shutting down".into())),
        };
        Patch::read(&patch)?.apply(doc, cx)
    }
}

/// What Python tells of a stage.
#[derive(FromPyObject)]
pub(crate) struct Told {
    name: String,
    function: Py<PyAny>,
    reads: Vec<String>,
    writes: Vec<String>,
    /// Equal results are used again for an equal version only.
    version: String,
}

/// The function as a stage, at the end of a chain with these names.
pub(crate) fn instance(py: Python<'_>, told: &Told, taken: &[&str]) -> PyResult<StageInstance> {
    if taken.contains(&told.name.as_str()) {
        return Err(PyValueError::new_err(format!("there is a stage `{}` already: give this one a name", told.name)));
    }
    let manifest = Manifest {
        name: "python",
        kind: "python",
        reads: facets(&told.reads)?,
        writes: facets(&told.writes)?,
        fingerprint: Fingerprint::of::<PythonStage>(None),
        options: json!({ "version": told.version }),
    };
    let manifest = manifest
        .named(&told.name)
        .map_err(|error| PyValueError::new_err(format!("the name of a stage {}: `{}`", error.message, told.name)))?;
    Ok(StageInstance { manifest, stage: AnyStage::cpu(PythonStage { function: told.function.clone_ref(py) }) })
}

/// Facets by their names. There are few sets of them, and each is kept once.
fn facets(names: &[String]) -> PyResult<&'static [Facet]> {
    static SETS: Mutex<Vec<&'static [Facet]>> = Mutex::new(Vec::new());
    let known = |name: &String| {
        Facet::ALL.iter().copied().find(|facet| facet.name() == name).ok_or_else(|| {
            let all: Vec<&str> = Facet::ALL.iter().map(|facet| facet.name()).collect();
            PyValueError::new_err(format!("a stage reads and writes {}, and not `{name}`", all.join(", ")))
        })
    };
    let mut set = names.iter().map(known).collect::<PyResult<Vec<_>>>()?;
    set.sort_unstable();
    set.dedup();
    let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = sets.iter().find(|kept| **kept == set) {
        return Ok(kept);
    }
    let kept: &'static [Facet] = Vec::leak(set);
    sets.push(kept);
    Ok(kept)
}
