//! What surveys keep of each document.

use std::path::PathBuf;

use copydesk_document::Document;
use copydesk_stage::{Export, Manifest, Survey, SurveyError};

use crate::{
    RunError,
    clock::{Clock, Lap},
    guard::guarded,
    quarantine::Fault,
};

/// A survey in its place behind a chain.
#[derive(Debug)]
pub struct SurveyInstance {
    /// What it is called, and what its results depend on.
    pub manifest: Manifest,
    /// The field of the record that it fills, if it has one of its own.
    pub field: Option<&'static str>,
    /// The survey.
    pub survey: Box<dyn Survey>,
    /// Output folders of other runs, whose documents come before those of this one.
    pub against: Vec<PathBuf>,
}

impl SurveyInstance {
    /// Its name in the pipeline.
    pub fn name(&self) -> &'static str {
        self.manifest.name
    }
}

/// Why these exports cannot stand beside surveys; nothing where they can, or where there are none.
pub(crate) fn check_exports(surveys: &[SurveyInstance], exports: &[&dyn Export]) -> Result<(), RunError> {
    let Some(survey) = surveys.first() else { return Ok(()) };
    match exports.iter().find(|export| export.completion().is_none()) {
        Some(export) => Err(RunError::Outputs(format!(
            "`{}` is written by an export that cannot take what the survey `{}` finds; use another export, or none of \
             the surveys",
            export.file_name(),
            survey.name()
        ))),
        None => Ok(()),
    }
}

/// Appends what each survey keeps of a document, and says how long each took.
pub(crate) fn see(surveys: &[SurveyInstance], doc: &Document, summaries: &mut Vec<u8>) -> Result<Vec<Lap>, Fault> {
    let (before, mut laps) = (summaries.len(), Vec::new());
    let mut clock = Clock::computing();
    for instance in surveys {
        let seen = guarded(|| instance.survey.see(doc));
        laps.push(clock.lap());
        let stage = instance.name();
        let fault = match seen {
            Ok(Ok(summary)) => {
                let Ok(length) = u32::try_from(summary.len()) else {
                    summaries.truncate(before);
                    let error = "a summary has 4 GiB or more".to_owned();
                    return Err(Fault { stage, rule: "limit.summary".into(), error, span: None });
                };
                summaries.extend_from_slice(&length.to_le_bytes());
                summaries.extend_from_slice(&summary);
                continue;
            }
            Ok(Err(error)) => Fault { stage, rule: error.rule, error: error.message, span: error.span },
            Err(panic) => Fault::panic(stage, panic),
        };
        summaries.truncate(before);
        return Err(fault);
    }
    Ok(laps)
}

/// Goes through what one survey of several has kept of the documents of a shard.
pub(crate) fn each_summary(
    stored: &[u8],
    own: usize,
    surveys: usize,
    see: &mut dyn FnMut(&[u8]) -> Result<(), SurveyError>,
) -> Result<(), SurveyError> {
    let mut rest = stored;
    while !rest.is_empty() {
        for survey in 0..surveys {
            let damaged = || SurveyError::new("the summaries of a shard cannot be told apart");
            let summary = next_summary(&mut rest).ok_or_else(damaged)?;
            if survey == own {
                see(summary)?;
            }
        }
    }
    Ok(())
}

/// The next summary of those of a shard.
fn next_summary<'s>(rest: &mut &'s [u8]) -> Option<&'s [u8]> {
    let (length, behind) = rest.split_first_chunk()?;
    let (summary, behind) = behind.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    *rest = behind;
    Some(summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_told_apart() {
        let mut stored = Vec::new();
        for summary in [&b"one"[..], b"", b"three"] {
            stored.extend_from_slice(&(summary.len() as u32).to_le_bytes());
            stored.extend_from_slice(summary);
        }
        let mut rest = &*stored;
        let found: Vec<_> = std::iter::from_fn(|| next_summary(&mut rest)).collect();
        assert_eq!(found, [&b"one"[..], b"", b"three"]);
        let mut torn = &stored[..stored.len() - 1];
        assert_eq!(std::iter::from_fn(|| next_summary(&mut torn)).count(), 2);
    }
}
