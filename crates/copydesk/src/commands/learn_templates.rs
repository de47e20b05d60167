//! `copydesk learn-templates`

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Catalog, Source, SourceItem};
use copydesk_stage_strip_boilerplate::templates::{Learner, Templates};

use super::{
    inputs::{PathText, source},
    open::open,
};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{count, shown, thousands},
};

/// No file of templates is larger, and what is larger is not read.
const LARGEST: u64 = 64 << 20;

/// Arguments of `copydesk learn-templates`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk learn-templates pipelines/news.toml pages/ --out templates.json

Then name the file in the pipeline, and run it:
  [[stage]]
  use = \"strip-boilerplate\"
  templates = \"templates.json\"

Both in one command, learned anew where documents have changed:
  copydesk run my-pipeline.toml pages/ --out out --learn-templates templates.json

Lines that stand on many pages of a site (menus, footers, standing notices) are dropped from then on,
and `explain` says on how many pages they stand. A sentence that a few stories share is not boilerplate.")]
pub(crate) struct Args {
    /// The pipeline: a file, TOML or JSON, or the name of a built-in one. Only its source is used.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pipeline: PathBuf,
    /// Files, folders or globs. They replace the pipeline's source.
    #[arg(value_name = "INPUT", value_parser = PathText)]
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
        check_out(&self.out)?;
        let mut pipeline = open(&self.pipeline, catalog, reporter)?;
        let source = source(&self.inputs, &[], None, &self.pipeline, catalog, &mut pipeline)?;
        let learned = Learned::from(&*source, self.limit)?;
        write(&self.out, &learned.templates.write())?;
        if !reporter.quiet {
            reporter.write(&learned.summary());
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What was learned, and of how many documents.
#[derive(Debug)]
pub(super) struct Learned {
    templates: Templates,
    read: u64,
    bad: u64,
}

impl Learned {
    /// Reads all documents of a source.
    fn from(source: &dyn Source, limit: Option<usize>) -> anyhow::Result<Self> {
        let mut learner = Learner::default();
        let (mut read, mut bad) = (0, 0);
        for item in source.open()?.take(limit.unwrap_or(usize::MAX)) {
            // A document that cannot be read says nothing of its site; the run itself will report it.
            match item? {
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
        if read == 0 {
            bail!("there was no document among the inputs: nothing was read that templates could be learned from");
        }
        Ok(Self { templates: learner.finish(), read, bad })
    }

    fn summary(&self) -> String {
        let (sites, lines) = self.templates.counts();
        let mut line = format!(
            "{} read: {} shared on {}\n",
            count(self.read as usize, "document"),
            count(lines, "line"),
            count(sites, "site")
        );
        if self.bad > 0 {
            let _ = writeln!(line, "{} could not be read", thousands(self.bad));
        }
        line
    }
}

/// Has a pipeline something to read where it names a file that is still to be learned. Whether it had to be made.
pub(super) fn begin(out: &Path) -> anyhow::Result<bool> {
    check_out(out)?;
    let is_new = !out.exists();
    if is_new {
        write(out, &Learner::default().finish().write())?;
    }
    Ok(is_new)
}

/// The first pass of a run: learns from the documents of its source, and says what.
pub(super) fn first_pass(source: &dyn Source, limit: Option<u64>, out: &Path) -> anyhow::Result<String> {
    let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let learned = Learned::from(source, limit)?;
    write(out, &learned.templates.write())?;
    Ok(learned.summary())
}

/// Only templates are replaced by templates: a page that is named here by a slip stays.
fn check_out(out: &Path) -> anyhow::Result<()> {
    let read = || -> io::Result<String> {
        let mut text = String::new();
        File::open(out)?.take(LARGEST).read_to_string(&mut text)?;
        Ok(text)
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(text) if Templates::read(&text).is_ok() => Ok(()),
        _ => bail!("{} is there already, and holds no templates; give another name", shown(out)),
    }
}

/// Writes the file under another name first, so that it is there as a whole or not at all.
fn write(out: &Path, text: &str) -> anyhow::Result<()> {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let draft = out.with_file_name(format!(".{name}.{}.part", std::process::id()));
    fs::write(&draft, text).with_context(|| format!("cannot write {}", draft.display()))?;
    fs::rename(&draft, out).with_context(|| format!("cannot write {}", out.display()))
}
