//! `copydesk view`

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use copydesk_explain::Account;
use copydesk_pipeline::Pipeline;
use copydesk_runner::{Outcome, StageInstance, Workers};
use copydesk_stage::Catalog;
use copydesk_view::{Explain, Explained, Options, serve};

use super::{
    explain::{NEWS, input},
    of_run::OfRun,
    open::{load, read},
    worker::{process, workers},
};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal,
};

/// Arguments of `copydesk view`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk view out                          the run in out/, explained by its own pipeline
  copydesk view out --pipeline my.toml       by another one

The page is served on this machine and to nobody else; open the address that is printed. Ctrl-C ends it. Sources are read \
again where the run found them.")]
pub(crate) struct Args {
    /// The output folder of a run.
    folder: PathBuf,
    /// The pipeline whose stages explain documents; the one of the run if left out.
    #[arg(short, long)]
    pipeline: Option<PathBuf>,
    /// The port; any that is free if left out.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let run = OfRun::find(&self.folder)?;
        // What is named here is understood from here, and the rest from where the run was started.
        let meant = |path: &Path, name: String| -> Result<_, Failure> {
            let text = read(path)?;
            let pipeline = load(&text, catalog, reporter)?;
            Ok((name, text, pipeline))
        };
        let own = self.pipeline.as_deref().map(|path| meant(path, terminal::shown(path))).transpose()?;
        if let Some(run) = &run {
            run.enter();
        }
        let of_run = || {
            run.as_ref().map(OfRun::pipeline).transpose().unwrap_or_else(|error| {
                tracing::warn!("{error}; documents are explained by the built-in {NEWS} pipeline");
                None
            })
        };
        let (name, text, pipeline) = match own {
            Some(own) => own,
            None => match of_run() {
                Some(path) => meant(&path, terminal::shown(&path))?,
                None => meant(Path::new(NEWS), format!("{NEWS} (built in)"))?,
            },
        };
        let workers = workers(&text, &pipeline, reporter)?;
        let explain = Arc::new(Again { name, catalog: catalog.clone(), pipeline, workers });
        let folder = run.map_or_else(|| self.folder.clone(), |run| run.folder().to_owned());
        let options = Options { folder, port: self.port };
        let ready = |address: &str| {
            // Who reads the address from a pipe waits for this line.
            let _ = terminal::print(&format!("{address}\n"));
        };
        serve(&options, explain, ready).map_err(anyhow::Error::from)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads documents of a run again.
struct Again {
    name: String,
    catalog: Catalog,
    pipeline: Pipeline,
    workers: Option<Workers>,
}

impl Explain for Again {
    fn explain(&self, uri: &str) -> Result<Explained, String> {
        let input = input(uri, None, &self.catalog, &self.pipeline).map_err(|error| format!("{error:#}"))?;
        let (doc, outcome) = match process(&self.pipeline, self.workers.as_ref(), input) {
            Outcome::Kept(doc) => (doc, "it goes to the exports".to_owned()),
            Outcome::Dropped { document, stage, reason } => (document, format!("dropped by {stage}: {reason}")),
            Outcome::Quarantined(entry) => return Err(format!("{} ({}, {})", entry.error, entry.stage, entry.rule)),
        };
        Ok(Explained {
            account: Account::of(&doc),
            content: doc.content().to_owned(),
            sha256: doc.source.sha256.clone(),
            html: doc.tree.is_some(),
            outcome,
        })
    }

    fn pipeline(&self) -> String {
        let stages: Vec<&str> = self.pipeline.chain.links().iter().map(StageInstance::name).collect();
        format!("{}: {}", self.name, stages.join(" > "))
    }
}
