//! Errors as exceptions.

use pyo3::{create_exception, exceptions::PyException, prelude::*};

create_exception!(copydesk, CopydeskError, PyException, "What copydesk could not do.");
create_exception!(
    copydesk,
    PipelineError,
    CopydeskError,
    "A pipeline that cannot run; `diagnostics` lists each mistake."
);
create_exception!(
    copydesk,
    DocumentError,
    CopydeskError,
    "A document that could not be worked on: `uri`, `stage`, `rule` and `reason` tell which and why."
);
create_exception!(copydesk, RunError, CopydeskError, "A run that could not start or finish.");

/// A pipeline file with its mistakes, each with its place.
pub(crate) fn of_pipeline(py: Python<'_>, diagnosis: &copydesk_pipeline::Diagnosis) -> PyErr {
    let error = PipelineError::new_err(diagnosis.render(false).trim_end().to_owned());
    let diagnostics: Vec<_> = diagnosis
        .places()
        .map(|(d, place)| {
            let severity = match d.severity {
                copydesk_pipeline::Severity::Error => "error",
                copydesk_pipeline::Severity::Warning => "warning",
            };
            serde_json::json!({
                "severity": severity, "message": d.message, "line": place.line, "column": place.column,
                "label": d.label, "help": d.help,
            })
        })
        .collect();
    with(py, error, "diagnostics", &serde_json::Value::from(diagnostics))
}

/// A document that is in quarantine.
pub(crate) fn of_document(py: Python<'_>, entry: &copydesk_runner::Quarantined) -> PyErr {
    let text = format!("{}: {} ({}, in {})", entry.uri, entry.error, entry.rule, entry.stage);
    let values = [("uri", &entry.uri), ("stage", &entry.stage), ("rule", &entry.rule), ("reason", &entry.error)];
    values.into_iter().fold(DocumentError::new_err(text), |error, (name, value)| {
        with(py, error, name, &serde_json::Value::from(value.as_str()))
    })
}

/// The same with an attribute.
fn with(py: Python<'_>, error: PyErr, name: &str, value: &serde_json::Value) -> PyErr {
    let set = || error.value(py).setattr(name, loads(py, &value.to_string())?);
    match set() {
        Ok(()) => error,
        Err(other) => other,
    }
}

/// JSON as objects of Python.
pub(crate) fn loads<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (json,))
}

/// What went wrong in a run, or in a batch.
pub(crate) fn failed(error: impl std::fmt::Display) -> PyErr {
    RunError::new_err(error.to_string())
}
