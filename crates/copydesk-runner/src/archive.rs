//! Folders of other runs, whose documents surveys compare those of this one with.

use std::{path::Path, sync::Arc};

use copydesk_stage::SurveyError;

use crate::{
    RunError, draft,
    manifest::{MANIFEST, Manifest},
    part,
    reuse::Done,
    storage::LocalFolder,
    survey::each_summary,
};

/// What a survey has kept of the documents of another folder.
#[derive(Debug)]
pub(crate) struct Archive {
    folder: LocalFolder,
    drafts: Vec<Done>,
    /// Which of its surveys it was, and of how many.
    own: usize,
    surveys: usize,
}

impl Archive {
    /// Opens the folder of a run that has ended and has asked the same survey. `kind` is its `use`.
    pub(crate) fn open(path: &Path, kind: &str, out: &LocalFolder) -> Result<Self, RunError> {
        let shown = path.display();
        let wrong = |what: &str| {
            let way = "`against` takes output folders of runs with the same survey";
            RunError::Outputs(format!("{shown} {what}; {way}"))
        };
        if path.canonicalize().is_ok_and(|path| out.root().canonicalize().is_ok_and(|out| out == path)) {
            return Err(RunError::Outputs(format!(
                "{shown} is the folder of this run, whose documents are compared with each other anyway"
            )));
        }
        let folder = LocalFolder::new(path);
        let manifest = Manifest::read(&folder, MANIFEST)?.ok_or_else(|| wrong("holds no run that has ended"))?;
        let surveys = &manifest.files.surveys;
        let own = surveys.iter().position(|survey| survey == kind);
        let own = own.ok_or_else(|| wrong(&format!("was made without the survey `{kind}`")))?;
        let read = |key| {
            let entry = part::read_entry(&folder, &part::name(key));
            let entry = entry.filter(|entry| entry.sections.len() >= 3);
            entry.map(|entry| Done::in_part(Arc::new(entry))).ok_or_else(|| wrong("has lost what surveys have kept"))
        };
        let drafts = manifest.files.drafts.iter().map(|key| read(*key)).collect::<Result<_, _>>()?;
        Ok(Self { drafts, own, surveys: surveys.len(), folder })
    }

    /// How many documents were seen there.
    pub(crate) fn documents(&self) -> u64 {
        self.drafts.iter().map(|done| done.entry.counts.written).sum()
    }

    /// What was kept of each, in their order.
    pub(crate) fn each(&self, see: &mut dyn FnMut(&[u8]) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
        for done in &self.drafts {
            // Behind the summaries stand what was set aside, and the index.
            let stored = draft::load(&self.folder, done, done.entry.sections.len().saturating_sub(3));
            let stored = stored.map_err(|error| SurveyError::new(error.to_string()))?;
            each_summary(&stored, self.own, self.surveys, see)?;
        }
        Ok(())
    }
}
