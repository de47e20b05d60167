//! `copydesk worker`: the process that works on documents for `run`, `explain`, `view` and `test`, so that a stage that crashes does not take
//! these down.

use copydesk_document::Input;
use copydesk_pipeline::Pipeline;
use copydesk_runner::{Outcome, Workers};
use copydesk_stage::Catalog;
use serde::{Deserialize, Serialize};

use super::open::Text;
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
};

/// What it is called on the command line. It stands in no list: nobody but the program itself calls it.
const NAME: &str = "worker";

/// What a worker is told of the pipeline: the file may change while a run goes on.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    name: String,
    text: String,
    included: Vec<(String, String)>,
}

/// Whether a stage or an export of a pipeline comes from outside. Those of the house keep to their limits, which tests and
/// fuzzing hold them to, and need no process of their own.
pub(crate) fn has_foreign(pipeline: &Pipeline) -> bool {
    let house = copydesk_pipeline::builtin();
    let stages = pipeline.chain.links().iter().map(|link| house.find_stage(link.manifest.kind).is_none());
    let surveys = pipeline.chain.surveys().iter().map(|survey| house.find_survey(survey.manifest.kind).is_none());
    let exports = pipeline.exports.iter().map(|export| house.find_export(export.manifest.kind).is_none());
    stages.chain(surveys).chain(exports).any(|is_foreign| is_foreign)
}

/// Takes one document through a chain. A stage from outside has it first in a process of its own, where it can do no harm: it
/// may hang, or take its process down.
pub(crate) fn process(pipeline: &Pipeline, workers: Option<&Workers>, input: Input) -> Outcome {
    #[cfg(unix)]
    if let Some(workers) = workers.filter(|_| has_foreign(pipeline)) {
        match copydesk_runner::try_alone(&pipeline.chain, &pipeline.exports, workers, input.clone()) {
            Ok(None) => {}
            Ok(Some(entry)) => return Outcome::Quarantined(entry),
            Err(error) => tracing::warn!("{error:#}"),
        }
    }
    #[cfg(not(unix))]
    let _ = workers;
    pipeline.chain.process_one(input)
}

/// How workers are started that have the chain and the exports of a pipeline; not at all where the running program is
/// another one.
pub(crate) fn workers(text: &Text, pipeline: &Pipeline, reporter: &Reporter) -> anyhow::Result<Option<Workers>> {
    if !reporter.is_program {
        return Ok(None);
    }
    let Text { name, content: text, .. } = text.clone();
    let told = Told { name, text, included: pipeline.included.clone() };
    let memory = pipeline.run.memory_per_document();
    let args = std::iter::once(NAME.into()).chain(reporter.passed_on.iter().cloned()).collect();
    Ok(Some(Workers { args, program: serde_json::to_string(&told)?, memory }))
}

/// Arguments of `copydesk worker`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Args {
    #[cfg(unix)]
    pub(crate) fn execute(self, catalog: &Catalog) -> Result<ExitCode, Failure> {
        use anyhow::Context as _;

        let Self {} = self;
        let nobody = "`worker` is called by the program itself, and by nobody else";
        let worker = copydesk_runner::Worker::take_over().context(nobody)?;
        let Told { name, text, included } = serde_json::from_str(worker.program()).context(nobody)?;
        match copydesk_pipeline::load(&name, &text, catalog) {
            Ok(pipeline) if pipeline.included != included => {
                let what =
                    "a file that the pipeline includes was changed while the run went on: run it again".to_owned();
                worker.fail(what).context("cannot say so")?;
            }
            Ok(pipeline) => worker.work(pipeline.chain, pipeline.exports).map_err(anyhow::Error::from)?,
            // The run has just read the same text; so a file is another that it names.
            Err(diagnosis) => {
                let what = format!("the pipeline can be read no more:\n{}", diagnosis.render(false));
                worker.fail(what).context("cannot say so")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    #[cfg(not(unix))]
    pub(crate) fn execute(self, _: &Catalog) -> Result<ExitCode, Failure> {
        Err(anyhow::anyhow!("there is no `worker` on this system").into())
    }
}
