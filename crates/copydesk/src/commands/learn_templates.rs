//! `copydesk learn-templates`

use std::{fmt::Write as _, fs, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Catalog, SourceItem};
use copydesk_stage_strip_boilerplate::templates::Learner;

use super::{inputs::source, open::open};
use crate::{
    report::{Failure, Reporter},
    terminal::{count, thousands},
};

/// Arguments of `copydesk learn-templates`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk learn-templates pipelines/news.toml pages/ --out templates.json

Then name the file in the pipeline, and run it:
  [[stage]]
  use = \"strip-boilerplate\"
  templates = \"templates.json\"

Lines that stand on many pages of a site (menus, footers, standing notices) are dropped from then on,
and `explain` says on how many pages they stand. A sentence that a few stories share is not boilerplate.")]
pub(crate) struct Args {
    /// The pipeline file, TOML or JSON. Only its source is used.
    pipeline: PathBuf,
    /// Files, folders or globs. They replace the pipeline's source.
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Stop after so many documents.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let mut pipeline = open(&self.pipeline, catalog, reporter)?;
        let source = source(&self.inputs, &[], None, &self.pipeline, catalog, &mut pipeline)?;
        let mut learner = Learner::default();
        let (mut read, mut bad) = (0u64, 0u64);
        let items = source.open().map_err(anyhow::Error::from)?;
        for item in items.take(self.limit.unwrap_or(usize::MAX)) {
            // A document that cannot be read says nothing of its site; the run itself will report it.
            match item.map_err(anyhow::Error::from)? {
                SourceItem::Input(input) => match parse(&input, &Limits::default()) {
                    Ok(doc) => {
                        learner.read(&doc);
                        read += 1;
                    }
                    Err(_) => bad += 1,
                },
                SourceItem::Bad { .. } => bad += 1,
                SourceItem::Skipped { .. } => {}
            }
        }
        let templates = learner.finish();
        self.write(&templates.write())?;
        if !reporter.quiet {
            let (sites, lines) = templates.counts();
            let mut line = format!(
                "{} read: {} shared on {}\n",
                count(read as usize, "document"),
                count(lines, "line"),
                count(sites, "site")
            );
            if bad > 0 {
                let _ = writeln!(line, "{} could not be read", thousands(bad));
            }
            reporter.write(&line);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Writes the file under another name first, so that it is there as a whole or not at all.
    fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut draft = self.out.clone().into_os_string();
        draft.push(".part");
        let what = || format!("cannot write {}", self.out.display());
        fs::write(&draft, text).with_context(what)?;
        fs::rename(&draft, &self.out).with_context(what)
    }
}
