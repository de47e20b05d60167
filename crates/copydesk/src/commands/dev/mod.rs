//! `copydesk dev`

mod files;
mod program;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use copydesk_stage::Catalog;

use self::files::Watch;
use super::{
    diff::{self, Job, Made, Side},
    house::Named,
    inputs::PathText,
    test,
};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{self, Paint},
};

/// So often it looks whether a file has changed; a change counts once nothing has changed for as long.
const LOOK: Duration = Duration::from_millis(200);

/// Arguments of `copydesk dev`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cd mark-releases && copydesk dev          what `copydesk new` has begun, in Rust or in Python
  copydesk dev pipeline.toml ../pages/      the same on other pages

In the folder of a crate its program is built; elsewhere the pipeline is run as it is, with the programs that it names. Whenever a \
file of the folder, the pipeline, or a file that it names is saved, that is done again over the same documents, and what has changed in the records is \
shown, by the rules that decided; then the tests in the pipeline are run. Ctrl-C ends it.")]
pub(crate) struct Args {
    /// The pipeline that has the stage.
    #[arg(default_value = "pipeline.toml", value_hint = clap::ValueHint::FilePath)]
    pipeline: PathBuf,
    /// The documents; else those of the pipeline's source.
    #[arg(value_name = "INPUT", value_parser = PathText)]
    inputs: Vec<String>,
    /// Take so many documents at most.
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: u64,
    /// How many samples of each kind of change to show.
    #[arg(long, value_name = "N", default_value_t = 3)]
    samples: usize,
    #[command(flatten)]
    named: Named,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        if !self.pipeline.is_file() {
            let shown = terminal::shown(&self.pipeline);
            return Err(
                anyhow::anyhow!("there is no {shown} here: go to the folder of a stage, or name its pipeline").into()
            );
        }
        if Path::new("Cargo.toml").is_file() {
            self.named.say_place(&env::current_dir().context("there is no current folder")?)?;
        } else if self.named.is_given() {
            return Err(anyhow::anyhow!("--copydesk is for a crate, and there is no Cargo.toml here").into());
        }
        let mut watch = Watch::new(&self.pipeline);
        let mut before: Option<Made> = None;
        loop {
            watch.begin();
            let told = self.attempt(catalog, reporter).and_then(|(side, now)| {
                terminal::print(&self.told(before.as_ref(), &now, reporter)?)?;
                before = Some(now);
                self.test(&side, catalog, reporter)
            });
            match told {
                Ok(()) | Err(Failure::Said) => {}
                // Whoever is typing has not made the last mistake: it is said, and the next try is compared with what went well.
                Err(Failure::Error(error)) => reporter.error(&error),
                Err(other) => return Err(other),
            }
            for path in watch.end() {
                let shown = terminal::shown(&path);
                tracing::warn!("{shown} is changed by every run, and starts none of them from now on");
            }
            watch.wait();
        }
    }

    /// Builds what there is to build, and runs the pipeline.
    fn attempt(&self, catalog: &Catalog, reporter: &Reporter) -> Result<(Side, Made), Failure> {
        let side = if Path::new("Cargo.toml").is_file() {
            Side::Program(program::built(reporter)?)
        } else {
            Side::of(&self.pipeline)?
        };
        if matches!(side, Side::Records(_)) {
            return Err(anyhow::anyhow!("{} is no pipeline file", terminal::shown(&self.pipeline)).into());
        }
        let (pipeline, inputs, limit) = (Some(self.pipeline.as_path()), self.inputs.as_slice(), Some(self.limit));
        // Ctrl-C ends it while it waits.
        let made = side.records(&Job { pipeline, inputs, limit, catalog, reporter })?.held()?;
        Ok((side, made))
    }

    /// Judges the pipeline by the tests that it has.
    fn test(&self, side: &Side, catalog: &Catalog, reporter: &Reporter) -> Result<(), Failure> {
        if !files::has_tests(&self.pipeline) {
            return Ok(());
        }
        let Side::Program(program) = side else {
            return test::Args::of(&self.pipeline).execute(catalog, reporter).map(|_| ());
        };
        let mut command = Command::new(program);
        command.args(&reporter.passed_on).arg("test").arg(&self.pipeline);
        command.status().with_context(|| format!("cannot run {}", terminal::shown(program)))?;
        Ok(())
    }

    fn told(&self, before: Option<&Made>, now: &Made, reporter: &Reporter) -> anyhow::Result<String> {
        let Some(before) = before else {
            let count = now.documents();
            if count == 0 {
                bail!("the pipeline has read no document: name some behind it, or give it a [source]");
            }
            let noun = if count == 1 { "document" } else { "documents" };
            return Ok(format!("{count} {noun} read. Change a file and save it to see what becomes of them then.\n"));
        };
        let difference = diff::compare(before, now, self.samples)?;
        Ok(format!("\n{}", diff::print(&difference, Paint::stdout(reporter.color), terminal::width())))
    }
}

/// Waits as long as the poll of files does.
fn wait() {
    thread::sleep(LOOK);
}
