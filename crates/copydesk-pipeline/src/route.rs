//! `path = "{language}/{site}.jsonl"`: an export whose rows go to many files, by what is known of each document.

use copydesk_document::Document;
use copydesk_export_files::Template;
use copydesk_record::{Options, to_record};
use copydesk_runner::ExportInstance;
use copydesk_stage::{Assembly, Complete, ConfigError, DocumentRows, Export, ExportError, LateField, files, push_file};

use crate::load::PATH;

/// What stands in the place of a value that a document does not have.
const UNKNOWN: &str = "unknown";

/// An export with a file for each name.
#[derive(Debug)]
struct Routed {
    inner: Box<dyn Export>,
    name: Template,
    /// The folder of the files, in the output folder.
    folder: String,
    /// What each file is called at its end.
    ending: String,
    /// What stands first in each.
    header: Vec<u8>,
}

/// An export by its path.
pub(crate) fn routed(export: ExportInstance, path: &str) -> Result<ExportInstance, ConfigError> {
    let ExportInstance { mut manifest, export: inner } = export;
    let wrong = |message: &str| ConfigError::at(PATH, message);
    if !matches!(inner.assembly(), Assembly::Joined) {
        let error = wrong("is for exports whose files are rows one behind the other");
        return Err(error.help("`jsonl` and `csv` are; `files` has a `path` of its own"));
    }
    if inner.part(b"row".to_vec()).is_ok_and(|part| part != b"row") {
        return Err(wrong("is for files that are not compressed").help("leave `compression` out"));
    }
    let (folder, ending) = inner.file_name().split_once('.').unwrap_or((inner.file_name(), ""));
    let ending = if ending.is_empty() { String::new() } else { format!(".{ending}") };
    let name = Template::parse(path.strip_suffix(&ending).unwrap_or(path))?;
    let mut header = Vec::new();
    inner.header(&mut header);
    if let Some(options) = manifest.options.as_object_mut() {
        options.insert(PATH.into(), path.into());
    }
    let folder = folder.to_owned();
    Ok(ExportInstance { manifest, export: Box::new(Routed { inner, name, folder, ending, header }) })
}

impl Export for Routed {
    fn file_name(&self) -> &str {
        &self.folder
    }

    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        let mut own = Vec::new();
        self.inner.encode(doc, &mut own)?;
        let name = self.name.fill_or(&to_record(doc, Options::LEAN), UNKNOWN);
        push_file(rows, &format!("{name}{}", self.ending), &own);
        Ok(())
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        DocumentRows::cut(&part, rows)
    }

    fn ext_stages(&self) -> Vec<(String, &str)> {
        self.inner.ext_stages()
    }

    fn survey_fields(&self) -> Vec<(String, &str)> {
        self.inner.survey_fields()
    }

    fn completion(&self) -> Option<&dyn Complete> {
        self.inner.completion().map(|_| self as &dyn Complete)
    }

    fn assembly(&self) -> Assembly<'_> {
        Assembly::Routed(&self.header)
    }
}

impl Complete for Routed {
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        let Some(completion) = self.inner.completion() else { return Ok(()) };
        for file in files(rows) {
            let (name, own) = file?;
            let mut complete = Vec::new();
            completion.complete(own, late, &mut complete)?;
            push_file(out, name, &complete);
        }
        Ok(())
    }
}
