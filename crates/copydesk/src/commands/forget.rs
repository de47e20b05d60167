//! `copydesk forget`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use copydesk_runner::{Forget, Forgot, Owner, remember};
use copydesk_stage::Catalog;

use super::{
    inputs::PathText,
    open::{load, read},
    profile::cards,
};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{count, shown},
};

/// Arguments of `copydesk forget`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk forget news 91f8a6e0c2d45b17 --out out          the record with that id
  copydesk forget news pages/a.html --out out              a document, dropped and quarantined ones too
  copydesk forget news --ids-from gone.txt --out out       an id or a name a line
  copydesk forget news pages/a.html --out out --undo       the next run may read it again

Give the pipeline and folder of the run. All files are made anew: those of every export, the search index, delta, the lists \
of what was quarantined and skipped, and what surveys have kept; where a record stood for others, these are compared anew. \
All that are named are taken out, or none. Later runs into the folder leave them out, whatever their options: by their \
name, or, moved elsewhere, by what is in them. The folder keeps hashes for that, and no names.

What copydesk does not have in its hands stays: the inputs themselves, the files of --report, README.md and croissant.json \
of `copydesk profile` (make them anew), copies, folders of other runs \
(name them one by one), the answers that the stage `http` keeps, and what a disk holds of files that were replaced.")]
pub(crate) struct Args {
    /// The pipeline of the run: a file, or the name of a built-in one.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pipeline: PathBuf,
    /// Ids of records, or names of documents as `source.uri` and quarantine.jsonl have them.
    #[arg(value_name = "ID", value_parser = PathText, required_unless_present = "ids_from")]
    documents: Vec<String>,
    /// A text file with one of them a line.
    #[arg(long, value_name = "LIST")]
    ids_from: Vec<PathBuf>,
    /// The output folder of the run. It replaces the one in the pipeline.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Let later runs read these again.
    #[arg(long)]
    undo: bool,
}

impl Args {
    pub(crate) fn execute(self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let text = read(&self.pipeline)?;
        let pipeline = load(&text, catalog, reporter)?;
        let folder = self.out.or_else(|| pipeline.run.folder());
        let folder = folder.ok_or_else(|| anyhow!("name the folder of the run with --out"))?;
        let mut documents = self.documents;
        for list in &self.ids_from {
            let text = std::fs::read_to_string(list).with_context(|| format!("cannot read {}", shown(list)))?;
            documents.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
        }
        if documents.is_empty() {
            return Err(anyhow!("the list names no document").into());
        }
        let owner = Owner::here(&folder, &self.pipeline, Vec::new()).context("the current folder cannot be told")?;
        let said = if self.undo {
            let known = remember(&folder, &owner.place, &documents).map_err(anyhow::Error::from)?;
            format!("the next run into {} may read {} again\n", shown(&folder), documents_of(known))
        } else {
            let (chain, exports) = (pipeline.chain, pipeline.exports);
            let place = owner.place;
            let forget = Forget { chain, exports, folder: folder.clone(), place, documents };
            let done = forget.execute().map_err(anyhow::Error::from)?;
            format!("{} {}\n{}", shown(&folder), said(&done), stale(&folder))
        };
        if !reporter.quiet {
            reporter.write(&said);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What tells of the records as they were.
fn stale(folder: &Path) -> String {
    let cards = cards(folder);
    if cards.is_empty() {
        return String::new();
    }
    format!(
        "{} in {} may still tell of what was forgotten; `copydesk profile` makes such files anew\n",
        cards.join(" and "),
        shown(folder)
    )
}

fn documents_of(n: u64) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX), "document")
}

fn said(forgot: &Forgot) -> String {
    let Forgot { records, others, already, .. } = forgot;
    let records = count(usize::try_from(*records).unwrap_or(usize::MAX), "record");
    let others =
        if *others > 0 { format!(" and {} that stood in no output", documents_of(*others)) } else { String::new() };
    let already =
        if *already > 0 { format!("; {already} of those named had been forgotten before") } else { String::new() };
    format!("has forgotten {records}{others}{already}")
}
