//! The commands, one module each.

mod build;
mod check;
mod clean;
mod completions;
mod detect;
mod dev;
mod diff;
mod eval;
mod explain;
mod forget;
mod house;
mod init;
mod inputs;
mod learn_templates;
mod man;
mod new;
mod of_run;
mod open;
mod pipelines;
mod profile;
mod run;
mod schema;
mod stages;
mod test;
#[cfg_attr(not(feature = "view"), path = "view_left_out.rs")]
mod view;
mod worker;

use std::sync::OnceLock;

use clap::Subcommand;
use copydesk_stage::Catalog;

pub(crate) use self::explain::label_name;
use self::run::Mode;
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
};

const RETRY_HELP: &str = "\
Examples:
  copydesk run   pipelines/news.toml pages/ --out out      some documents are quarantined
  copydesk retry pipelines/news.toml pages/ --out out      they are tried again

Give the pipeline, inputs and folder of the run. Its limits may have been raised since, and files mended; with other \
stages, exports or options everything has to be done again, by `copydesk run`. Records of documents that succeed are \
added at the end of the outputs, and their entries leave quarantine.jsonl. The next run keeps them, unless it finds work \
to do.";

const MERGE_HELP: &str = "\
Examples:
  copydesk run   news pages/ --out out --shard 1/2      on one machine
  copydesk run   news pages/ --out out --shard 2/2      on another one, into the same folder
  copydesk merge news pages/ --out out                  when both are done

Give the pipeline, inputs and folder of the runs. The inputs are read once more, and each document is looked for among what was \
done; if any is missing, no file is made, and the exit code is 2. The files are those of one run over all, to the byte.";

/// The names that completions offer: those of the program that runs, its own stages too.
static OFFERED: OnceLock<Offered> = OnceLock::new();

#[derive(Debug, Default)]
struct Offered {
    sources: Vec<&'static str>,
    all: Vec<&'static str>,
}

/// Tells which names there are, before arguments are read.
pub(crate) fn offer(catalog: &Catalog) {
    let sources: Vec<_> = catalog.sources().iter().map(|entry| entry.name).collect();
    let mut all = sources.clone();
    all.extend(catalog.stages().iter().map(|entry| entry.name));
    all.extend(catalog.surveys().iter().map(|entry| entry.name));
    all.extend(catalog.exports().iter().map(|entry| entry.name));
    all.sort_unstable();
    all.dedup();
    // Only the first counts: a test may call this again.
    let _ = OFFERED.set(Offered { sources, all });
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a pipeline over its source, or over the inputs given here.
    Run(run::Args),
    /// Work once more on the documents in quarantine, and on no others.
    #[command(after_help = RETRY_HELP)]
    Retry(run::Args),
    /// Make the files of what all shares of a run have done; refuse while any of it is missing.
    #[command(after_help = MERGE_HELP)]
    Merge(run::Args),
    /// Take documents out of a folder for good: records, lists, indices, and all that was kept of them.
    Forget(forget::Args),
    /// Check pipeline files without running them: every mistake at once, with its line and the way out.
    Check(check::Args),
    /// Run the tests that stand in pipeline files: documents, and what is expected to become of them.
    Test(test::Args),
    /// Show, line by line, what became of one document, and why.
    Explain(explain::Args),
    /// Look at a run in the browser: its figures, and every document beside its source, with the reasons.
    View(view::Args),
    /// Say what a corpus is made of: by language, site, day and kind; lengths, duplicates, doubts, what is missing.
    Profile(profile::Args),
    /// Compare two runs, two pipelines or two programs: what was gained, lost and changed, by rule.
    Diff(diff::Args),
    /// Begin a crate with a stage, source, export or survey of your own, or a pipeline file.
    New(new::Args),
    /// Write a commented pipeline file for what stands in this folder.
    Init(init::Args),
    /// Build and run a stage of your own whenever a file is saved, and show what has changed in the records.
    Dev(dev::Args),
    /// Make a program that has the stages, sources and exports of other crates beside the house's own.
    Build(build::Args),
    /// Clear what `build`, `dev` and `view` keep in the cache.
    Clean(clean::Args),
    /// Learn which lines the pages of a site share, for the option `templates` of `strip-boilerplate`.
    LearnTemplates(learn_templates::Args),
    /// Compare records with what is right: a table of quality, by group, with the worst pages.
    Eval(eval::Args),
    /// Say which language a text, a document or each line of a file is in.
    Detect(detect::Args),
    /// List the stages, sources and exports, or the options of one.
    Stages(stages::Args),
    /// List the built-in pipelines, or print one, as a beginning of your own.
    Pipelines(pipelines::Args),
    /// Print a JSON Schema: of pipeline files, of a record, or of one stage's options.
    Schema(schema::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
    /// Print the manual page, or write one for each command.
    Man(man::Args),
    /// Work on documents for another process of the program.
    #[command(hide = true)]
    Worker(worker::Args),
}

impl Command {
    pub(crate) fn execute(self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        match self {
            Self::Run(args) => args.execute(Mode::Run, catalog, reporter),
            Self::Retry(args) => args.execute(Mode::Retry, catalog, reporter),
            Self::Merge(args) => args.execute(Mode::Merge, catalog, reporter),
            Self::Forget(args) => args.execute(catalog, reporter),
            Self::Check(args) => args.execute(catalog, reporter),
            Self::Test(args) => args.execute(catalog, reporter),
            Self::Explain(args) => args.execute(catalog, reporter),
            Self::View(args) => args.execute(catalog, reporter),
            Self::Profile(args) => args.execute(catalog, reporter),
            Self::Diff(args) => args.execute(catalog, reporter),
            Self::New(args) => args.execute(catalog, reporter),
            Self::Init(args) => args.execute(reporter),
            Self::Dev(args) => args.execute(catalog, reporter),
            Self::Build(args) => args.execute(reporter),
            Self::Clean(args) => args.execute(reporter),
            Self::LearnTemplates(args) => args.execute(catalog, reporter),
            Self::Eval(args) => args.execute(reporter),
            Self::Detect(args) => args.execute(reporter),
            Self::Stages(args) => args.execute(catalog, reporter),
            Self::Pipelines(args) => args.execute(reporter),
            Self::Schema(args) => args.execute(catalog),
            Self::Completions(args) => args.execute(),
            Self::Man(args) => args.execute(),
            Self::Worker(args) => args.execute(catalog),
        }
    }
}
