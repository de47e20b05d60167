//! `copydesk check`

use std::path::PathBuf;

use copydesk_runner::StageInstance;
use copydesk_stage::Catalog;

use super::open::open;
use crate::{
    exit::ExitCode,
    report::{COULD_NOT, Failure, Reporter},
    terminal::{self, count},
};

/// Arguments of `copydesk check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Pipeline files, TOML or JSON.
    #[arg(required = true, value_name = "PIPELINE", value_hint = clap::ValueHint::FilePath)]
    pipelines: Vec<PathBuf>,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let mut code = ExitCode::SUCCESS;
        for path in &self.pipelines {
            match open(path, catalog, reporter) {
                Ok(pipeline) => {
                    // What a run refuses before it works on anything, in the words of the run.
                    if let Err(error) = super::run::check(path, &pipeline) {
                        reporter.error(&error.context(terminal::shown(path)));
                        code = ExitCode::from(COULD_NOT);
                        continue;
                    }
                    let stages: Vec<&str> = pipeline.chain.links().iter().map(StageInstance::name).collect();
                    let surveys = pipeline.chain.surveys().iter().map(|survey| format!("{} > ", survey.name()));
                    let surveys: String = surveys.collect();
                    let exports: Vec<&str> = pipeline.exports.iter().map(|e| e.export.file_name()).collect();
                    let source = pipeline.source.as_ref().map_or("inputs on the command line", |s| s.kind);
                    let summary = format!(
                        "{}: good: {source} > {} > {surveys}{}\n",
                        terminal::shown(path),
                        if stages.is_empty() { count(0, "stage") } else { stages.join(" > ") },
                        exports.join(", ")
                    );
                    if !reporter.quiet {
                        terminal::print(&summary)?;
                    }
                    // The pipeline is good all the same: most runs name a folder.
                    if let Some(error) = super::run::without_out(path, &pipeline) {
                        let out = &pipeline.run.out;
                        tracing::warn!("without --out, a run writes to `{out}`, and would be refused: {error:#}");
                    }
                }
                Err(Failure::Said) => code = ExitCode::from(COULD_NOT),
                // An unreadable file is one of many; the others are still worth checking.
                Err(Failure::Error(error)) => {
                    reporter.error(&error);
                    code = ExitCode::from(COULD_NOT);
                }
                Err(ended @ (Failure::ClosedPipe | Failure::Stopped(..))) => return Err(ended),
            }
        }
        Ok(code)
    }
}
