//! `copydesk learn-templates`

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, anyhow, bail};
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Catalog, SourceItem};
use copydesk_stage_strip_boilerplate::templates::{Learner, Templates};

use super::{inputs::source, open::open};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{count, thousands},
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

Lines that stand on many pages of a site (menus, footers, standing notices) are dropped from then on,
and `explain` says on how many pages they stand. A sentence that a few stories share is not boilerplate.")]
pub(crate) struct Args {
    /// The pipeline: a file, TOML or JSON, or the name of a built-in one. Only its source is used.
    #[arg(value_hint = clap::ValueHint::FilePath)]
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
        self.check_out()?;
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
        if read == 0 {
            let message =
                "there was no document among the inputs: nothing was read that templates could be learned from";
            return Err(anyhow!(message).into());
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

    /// Only templates are replaced by templates: a page that is named here by a slip stays.
    fn check_out(&self) -> anyhow::Result<()> {
        let out = self.out.display();
        let read = || -> io::Result<String> {
            let mut text = String::new();
            File::open(&self.out)?.take(LARGEST).read_to_string(&mut text)?;
            Ok(text)
        };
        match read() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Ok(text) if Templates::read(&text).is_ok() => Ok(()),
            _ => bail!("{out} is there already, and holds no templates; give --out another name"),
        }
    }

    /// Writes the file under another name first, so that it is there as a whole or not at all.
    fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut draft = self.out.clone().into_os_string();
        draft.push(".part");
        let draft = PathBuf::from(draft);
        let written = File::create_new(&draft).and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {}", draft.display()))?;
        fs::rename(&draft, &self.out).with_context(|| format!("cannot write {}", self.out.display()))
    }
}
