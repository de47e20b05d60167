//! The commands, one module each.

mod check;
mod completions;
mod detect;
mod eval;
mod explain;
mod inputs;
mod learn_templates;
mod open;
mod run;
mod schema;
mod stages;
mod view;

use clap::Subcommand;
use copydesk_stage::Catalog;

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

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a pipeline over its source, or over the inputs given here.
    Run(run::Args),
    /// Work once more on the documents in quarantine, and on no others.
    #[command(after_help = RETRY_HELP)]
    Retry(run::Args),
    /// Check pipeline files without running them: every mistake at once, with its line and the way out.
    Check(check::Args),
    /// Show, line by line, what became of one document, and why.
    Explain(explain::Args),
    /// Look at a run in the browser: its figures, and every document beside its source, with the reasons.
    View(view::Args),
    /// Learn which lines the pages of a site share, for the option `templates` of `strip-boilerplate`.
    LearnTemplates(learn_templates::Args),
    /// Compare records with what is right: a table of quality, by group, with the worst pages.
    Eval(eval::Args),
    /// Say which language a text, a document or each line of a file is in.
    Detect(detect::Args),
    /// List the stages, sources and exports, or the options of one.
    Stages(stages::Args),
    /// Print a JSON Schema: of pipeline files, of a record, or of one stage's options.
    Schema(schema::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
}

impl Command {
    pub(crate) fn execute(self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        match self {
            Self::Run(args) => args.execute(false, catalog, reporter),
            Self::Retry(args) => args.execute(true, catalog, reporter),
            Self::Check(args) => args.execute(catalog, reporter),
            Self::Explain(args) => args.execute(catalog, reporter),
            Self::View(args) => args.execute(catalog, reporter),
            Self::LearnTemplates(args) => args.execute(catalog, reporter),
            Self::Eval(args) => args.execute(reporter),
            Self::Detect(args) => args.execute(reporter),
            Self::Stages(args) => args.execute(catalog, reporter),
            Self::Schema(args) => args.execute(catalog),
            Self::Completions(args) => args.execute(),
        }
    }
}
