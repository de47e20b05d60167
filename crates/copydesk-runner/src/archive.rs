//! Folders of other runs, whose documents surveys compare those of this one with.

use std::{path::Path, sync::Arc};

use copydesk_stage::{QuarantinedInput, Seen, SurveyError};

use crate::{
    RunError, draft,
    earlier::{self, Shard},
    forgotten::Forgotten,
    index::{Fate, Standpoint},
    manifest::{Asked, MANIFEST, Manifest},
    part,
    reuse::Done,
    storage::LocalFolder,
    survey::{SurveyInstance, each_summary},
};

/// What a survey has kept of the documents of another folder.
#[derive(Debug)]
pub(crate) struct Archive {
    folder: LocalFolder,
    forgotten: Forgotten,
    kept: Vec<Kept>,
    /// How many runs have added to it.
    runs: usize,
    /// Which of its surveys it was, and of how many.
    own: usize,
    surveys: usize,
}

/// What was kept of the documents of a shard.
#[derive(Debug)]
struct Kept {
    draft: Done,
    /// Which run of the folder has added it.
    run: usize,
    /// Of each document that was seen, whether its record stands in the outputs.
    stands: Vec<bool>,
    /// From where the names of its documents are understood.
    from: Standpoint,
}

impl Kept {
    /// `None` if the index of the shard is not that of its draft.
    fn look(
        folder: &LocalFolder,
        forgotten: &Forgotten,
        shard: &Shard,
        draft: Done,
        run: usize,
    ) -> Result<Option<Self>, RunError> {
        let seen = earlier::of_done(folder, &draft, &shard.from)?;
        let now = shard.documents(folder)?;
        let is_same = seen.len() == now.len();
        let stands = seen.iter().zip(&now).filter(|(seen, _)| seen.document.fate == Fate::Written);
        let stands = stands.map(|(_, now)| now.document.fate == Fate::Written && !forgotten.has(now)).collect();
        Ok(is_same.then(|| Self { draft, run, stands, from: shard.from.clone() }))
    }
}

impl Archive {
    /// Opens the folder of a run that has ended and has asked the same survey.
    pub(crate) fn open(path: &Path, instance: &SurveyInstance, out: &LocalFolder) -> Result<Self, RunError> {
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
        let asked = Asked::of(instance);
        let own = surveys.iter().position(|survey| survey.kind == asked.kind);
        let own = own.ok_or_else(|| wrong(&format!("was made without the survey `{}`", asked.kind)))?;
        if let Some((here, there)) = surveys.get(own).and_then(|survey| asked.difference(survey)) {
            return Err(wrong(&format!("was made with {there}, and this run has {here}")));
        }
        let read = |key| {
            let entry = part::read_entry(&folder, &part::name(key));
            let entry = entry.filter(|entry| entry.sections.len() >= 3);
            entry.map(|entry| Done::in_part(Arc::new(entry))).ok_or_else(|| wrong("has lost what surveys have kept"))
        };
        let shards = earlier::shards(&folder, &manifest);
        let segments = manifest.files.segments.iter().enumerate();
        let runs = segments.flat_map(|(run, segment)| std::iter::repeat_n(run, segment.shards));
        let (mut kept, forgotten) = (Vec::new(), Forgotten::read(&folder)?);
        for ((key, shard), run) in manifest.files.drafts.iter().zip(&shards).zip(runs) {
            let found = Kept::look(&folder, &forgotten, shard, read(*key)?, run).ok().flatten();
            kept.push(found.ok_or_else(|| wrong("has lost which documents its records were made of"))?);
        }
        Ok(Self { kept, runs: manifest.files.segments.len(), own, surveys: surveys.len(), folder, forgotten })
    }

    /// How many records stand there.
    pub(crate) fn documents(&self) -> u64 {
        self.kept.iter().flat_map(|kept| &kept.stands).filter(|stands| **stands).count() as u64
    }

    /// The documents of it that are in quarantine, read shard by shard: there may be many.
    pub(crate) fn each_quarantined(
        &self,
        see: &mut dyn FnMut(QuarantinedInput<'_>) -> Result<(), SurveyError>,
    ) -> Result<(), SurveyError> {
        for Kept { draft, run, from, .. } in &self.kept {
            let seen =
                earlier::of_done(&self.folder, draft, from).map_err(|error| SurveyError::new(error.to_string()))?;
            for seen in seen.iter().filter(|seen| !self.forgotten.has(seen)) {
                if let Some(fetched) = &seen.document.fetched {
                    see(QuarantinedInput { run: *run, ..fetched.input() })?;
                }
            }
        }
        Ok(())
    }

    /// How many runs have added to it.
    pub(crate) fn runs(&self) -> usize {
        self.runs
    }

    /// What was kept of each document whose record stands there, in their order, with the run that has added it. A record
    /// that was left out can stand for no other.
    pub(crate) fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
        let mut number = 0;
        for Kept { draft, run, stands, .. } in &self.kept {
            // Behind the summaries stand what was set aside, and the index.
            let stored = draft::load(&self.folder, draft, draft.entry.sections.len().saturating_sub(3));
            let stored = stored.map_err(|error| SurveyError::new(error.to_string()))?;
            let mut stands = stands.iter();
            each_summary(&stored, self.own, self.surveys, &mut |summary| match stands.next() {
                Some(true) => {
                    number += 1;
                    see(Seen { number: number - 1, run: *run, summary })
                }
                Some(false) => Ok(()),
                None => Err(SurveyError::new("a shard has more summaries than documents")),
            })?;
        }
        Ok(())
    }
}
