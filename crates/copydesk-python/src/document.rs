//! A document that has gone through a pipeline.

use copydesk_document::Document as Found;
use copydesk_explain::Account;
use copydesk_record::Options;
use pyo3::prelude::*;

use crate::errors::failed;

/// A document with all that was found in it, until Python asks for it.
#[pyclass(frozen, module = "copydesk._copydesk")]
pub(crate) struct Document {
    pub(crate) found: Box<Found>,
    /// The stage that took it out, and why.
    #[pyo3(get)]
    pub(crate) dropped: Option<(String, String)>,
}

#[pymethods]
impl Document {
    /// The main text.
    fn text(&self) -> String {
        copydesk_record::text(&self.found)
    }

    /// The main text as Markdown.
    fn markdown(&self, links: bool, emphasis: bool, images: bool) -> String {
        let markup = copydesk_record::Markup { links, emphasis, images };
        copydesk_record::markdown(&self.found, markup)
    }

    /// The record as JSON, with the longer parts or without.
    fn record(&self, py: Python<'_>, whole: bool) -> PyResult<String> {
        let options = Options { blocks: whole, metadata: whole, decisions: whole, nested: true, ..Options::default() };
        let json = || serde_json::to_string(&copydesk_record::to_record(&self.found, options));
        py.detach(json).map_err(failed)
    }

    /// What stands in every line, what became of it, and why; and every value that was considered for a fact. As JSON.
    fn account(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| serde_json::to_string(&Account::of(&self.found))).map_err(failed)
    }
}
