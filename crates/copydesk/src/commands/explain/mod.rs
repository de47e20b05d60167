//! `copydesk explain`

mod facts;
mod find;
mod lines;
mod rules;

use self::find::{Needle, find};
pub(crate) use self::lines::label_name;

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use anyhow::{anyhow, bail};
use copydesk_document::Input;
use copydesk_explain::Account;
use copydesk_intake::read_path;
use copydesk_pipeline::Pipeline;
use copydesk_runner::{Outcome, Quarantined, StageInstance, SurveyInstance};
use copydesk_stage::{Catalog, SourceItem};

use super::{
    inputs::{self, KnownName},
    of_run::OfRun,
    open::{Text, load, read},
    worker::{process, workers},
};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter, WITH_QUARANTINE},
    terminal::{self, Paint, Tone, one_line, thousands},
};

/// What `explain` runs when no pipeline is named: the house's own news pipeline.
pub(super) const NEWS: &str = "news";

/// The exit code where no line holds the words of `--find`, as `grep` has it.
const NOT_FOUND: u8 = 1;

/// Languages with less of the text than this are slips of detection over a few words.
const LEAST_SHARE: f32 = 0.01;

/// Arguments of `copydesk explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk explain page.html                             with the built-in news pipeline
  copydesk explain page.html --pipeline my.toml --full   with another one, and all text
  copydesk explain page.html --color always | less -R
  copydesk explain page.html --only lines | grep ' - '   what was dropped
  copydesk explain page.html --find 'the missing words'  only the lines that hold them
  copydesk explain --run out --find 'the missing words'  in all documents of a run
  copydesk explain --run out b2296baa66532a4c            a document by the id of its record
  copydesk explain --rule navigation                     what a rule looks at

Each entry has its line and column in the source, what it was found to be, its text, and below it each decision:
the stage, the rule, and what the rule saw.")]
pub(crate) struct Args {
    /// The document; - for standard input; crawl.warc.gz#record-3, pages.jsonl#line-7 or pages.zip/a.html for one of many in a
    /// file. With `--find` any number of files, folders or globs; with `--run` the id of a record, too.
    #[arg(value_name = "FILE", value_parser = inputs::PathText, required_unless_present_any = ["rule", "run"])]
    files: Vec<String>,
    /// Print what a rule, a note or a limit means, instead of explaining a document.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["files", "from", "pipeline", "full", "only", "format", "find", "run"])]
    rule: Option<String>,
    /// Show only the lines that hold these words, and what became of them. Case, marks and spaces do not count.
    #[arg(long, value_name = "WORDS", conflicts_with_all = ["only", "format"])]
    find: Option<String>,
    /// The output folder of a run: its own pipeline explains, as its file is today, and documents are found where that run
    /// found them.
    #[arg(long, value_name = "OUT", value_hint = clap::ValueHint::DirPath)]
    run: Option<PathBuf>,
    /// Read the file by this source, whatever it looks like.
    #[arg(long, value_name = "SOURCE", value_parser = KnownName::Source)]
    from: Option<String>,
    /// The pipeline whose stages are explained, a file or the name of a built-in one; `news` if left out.
    #[arg(short, long, value_hint = clap::ValueHint::FilePath)]
    pipeline: Option<PathBuf>,
    /// Print all text, not only as much as fits on a line.
    #[arg(long)]
    full: bool,
    /// Only a part of the account.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    only: Vec<Section>,
    /// Print the account for people, or all of it as JSON.
    #[arg(long, value_enum, value_name = "FORM", default_value = "text", conflicts_with_all = ["only", "full"])]
    format: Format,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

/// The parts of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Section {
    /// How the document was read, and what became of it.
    Summary,
    /// Every line.
    Lines,
    /// Every value that was considered for a fact.
    Metadata,
    /// Captions with credits and translations.
    Captions,
    /// Doubts.
    Notes,
    /// What stages have added under their own names.
    Ext,
}

/// How to print.
#[derive(Debug, Clone, Copy)]
struct Style {
    paint: Paint,
    width: usize,
    full: bool,
}

impl Style {
    fn heading(self, text: &str) -> String {
        format!("\n{}\n", self.paint.paint(Tone::Strong, text))
    }

    /// Text from the document in so many columns: cut, or wrapped with `--full`.
    fn text(self, text: &str, columns: usize) -> Vec<String> {
        let line = one_line(text);
        let columns = columns.max(20);
        if self.full { terminal::wrap(&line, columns) } else { vec![terminal::cut(&line, columns)] }
    }
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let style = Style { paint: Paint::stdout(reporter.color), width: terminal::width(), full: self.full };
        if let Some(rule) = &self.rule {
            terminal::print(&rules::print(rule, catalog, style)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        let Meant { name, text, pipeline, files } = self.meant(catalog, reporter)?;
        let workers = workers(&text, &pipeline, reporter)?;
        if let Some(words) = &self.find {
            let needle = Needle::new(words).ok_or_else(|| anyhow!("--find takes words: `{}`", one_line(words)))?;
            let source = inputs::named(catalog, pipeline.source.as_ref(), self.from.as_deref(), &files, &[])?;
            let style = Style { full: true, ..style };
            let found = find(&needle, source.as_ref(), &pipeline, workers.as_ref(), style, reporter)?;
            return Ok(if found { ExitCode::SUCCESS } else { ExitCode::from(NOT_FOUND) });
        }
        let [file] = files.as_slice() else {
            return Err(anyhow!("explain takes one document; to look for words in many: --find").into());
        };
        let input = input(file, self.from.as_deref(), catalog, &pipeline)?;
        let (doc, outcome, code) = match process(&pipeline, workers.as_ref(), input) {
            Outcome::Kept(doc) => (doc, "it goes to the exports".to_owned(), ExitCode::SUCCESS),
            Outcome::Dropped { document, stage, reason } => {
                (document, format!("dropped by {stage}: {reason}"), ExitCode::SUCCESS)
            }
            Outcome::Quarantined(entry) => {
                terminal::print(&quarantined(file, &entry, style))?;
                return Ok(ExitCode::from(WITH_QUARANTINE));
            }
        };
        let account = Account::of(&doc);
        if self.format == Format::Json {
            let stages: Vec<&str> = pipeline.chain.links().iter().map(StageInstance::name).collect();
            let all = serde_json::json!({ "pipeline": name, "stages": stages, "outcome": outcome, "account": account });
            terminal::print(&format!("{all:#}\n"))?;
            return Ok(code);
        }
        let mut out = String::new();
        if self.wants(Section::Summary) {
            out.push_str(&summary(file, &account, &name, &pipeline, &outcome, style));
        }
        if self.wants(Section::Lines) {
            out.push_str(&style.heading("Lines"));
            out.push_str(&lines::print(&account, style));
        }
        if self.wants(Section::Metadata) {
            out.push_str(&style.heading("Metadata"));
            out.push_str(&facts::metadata(&account, style));
        }
        if self.wants(Section::Captions) {
            out.push_str(&style.heading("Captions"));
            out.push_str(&facts::captions(&account, style));
        }
        if self.wants(Section::Notes) {
            out.push_str(&style.heading("Notes"));
            out.push_str(&facts::notes(&account, style));
        }
        if self.wants(Section::Ext) && !account.ext.is_empty() {
            out.push_str(&style.heading("Added by stages (ext)"));
            out.push_str(&facts::ext(&account, style));
        }
        terminal::print(out.trim_start_matches('\n'))?;
        Ok(code)
    }

    fn wants(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }

    /// Which pipeline explains which documents.
    fn meant(&self, catalog: &Catalog, reporter: &Reporter) -> Result<Meant, Failure> {
        let run = self.run.as_deref().map(|folder| {
            let found = OfRun::find(folder)?;
            found.ok_or_else(|| anyhow!("no run of copydesk has ended in {}", terminal::shown(folder)))
        });
        let run = run.transpose()?;
        let meant = |path: &Path, name: String| -> Result<Meant, Failure> {
            let text = read(path)?;
            let pipeline = load(&text, catalog, reporter)?;
            Ok(Meant { name, text, pipeline, files: self.files.clone() })
        };
        // What is named here is understood from here, and the rest from where the run was started.
        let own = self.pipeline.as_deref().map(|path| meant(path, terminal::shown(path))).transpose()?;
        let Some(run) = run else {
            return own.map_or_else(|| meant(Path::new(NEWS), format!("{NEWS} (built in)")), Ok);
        };
        run.enter();
        let path = if own.is_none() { run.pipeline()? } else { PathBuf::new() };
        let mut all = own.map_or_else(|| meant(&path, terminal::shown(&path)), Ok)?;
        all.files = match self.files.as_slice() {
            [] if self.find.is_some() => run.inputs().to_vec(),
            [] => {
                let what = "name a document of that run, by the id of its record or its address; or words: --find";
                return Err(anyhow!(what).into());
            }
            files => files.iter().map(|file| of_id(run.folder(), file)).collect::<anyhow::Result<_>>()?,
        };
        Ok(all)
    }
}

/// What explains, and what is explained.
struct Meant {
    /// What the pipeline is called.
    name: String,
    text: Text,
    pipeline: Pipeline,
    files: Vec<String>,
}

fn quarantined(file: &str, entry: &Quarantined, style: Style) -> String {
    let line = entry.line.map(|l| format!(", line {l}")).unwrap_or_default();
    let what = format!("quarantined in {}, rule {}{line}", entry.stage, entry.rule);
    format!(
        "{}\n  {}\n  {}\n",
        style.paint.paint(Tone::Strong, &one_line(file)),
        style.paint.paint(Tone::Bad, &what),
        one_line(&entry.error)
    )
}

fn summary(file: &str, account: &Account, name: &str, pipeline: &Pipeline, outcome: &str, style: Style) -> String {
    let mut out = String::new();
    let mut fact = |key: &str, value: &str| {
        let _ = writeln!(out, "  {} {value}", style.paint.paint(Tone::Quiet, &terminal::pad(key, 9)));
    };
    let source = &account.source;
    let read_as = [source.media_type.as_str(), &source.charset];
    let read_as = read_as.iter().filter(|part| !part.is_empty()).fold(String::new(), |all, part| all + part + ", ");
    fact("read as", &format!("{read_as}{} bytes", thousands(source.bytes)));
    let stages: Vec<&str> = pipeline.chain.links().iter().map(StageInstance::name).collect();
    fact("pipeline", &format!("{name}: {}", stages.join(" > ")));
    let surveys: Vec<&str> = pipeline.chain.surveys().iter().map(SurveyInstance::name).collect();
    if !surveys.is_empty() {
        fact("surveys", &format!("{}: not asked, since they look at all documents together", surveys.join(", ")));
    }
    fact("language", &language(account));
    fact("blocks", &blocks(account));
    fact("lines", &lines::count_kinds(account.lines));
    fact("outcome", outcome);
    format!("{}\n{out}", style.paint.paint(Tone::Strong, &one_line(file)))
}

/// The file that holds a document, and what that is called in there: `#record-3`, or `/page.html` in an archive. A name that
/// a file has is that file's, whatever marks are in it.
fn place(named: &str) -> Option<(&str, &str)> {
    if read_path(named).exists() {
        return None;
    }
    let mut ends = named.rmatch_indices(['#', '/']).map(|(at, _)| named.split_at(at));
    let found = ends.find(|(file, _)| *file == "-" || read_path(file).is_file());
    // One that is not there is told of by the source.
    found.or_else(|| named.rfind('#').map(|at| named.split_at(at)))
}

/// The address of the record with this id, or what was named if no record has it.
fn of_id(folder: &Path, named: &str) -> anyhow::Result<String> {
    #[cfg(feature = "view")]
    if named.len() == 16 && named.bytes().all(|b| b.is_ascii_hexdigit()) && !read_path(named).exists() {
        let found = copydesk_view::Index::open(folder, &super::house::indices(), &|told| tracing::info!("{told}"))?
            .address(named)?;
        return found.ok_or_else(|| anyhow!("no record in {} has the id {named}", terminal::shown(folder)));
    }
    let _ = folder;
    Ok(named.to_owned())
}

/// The document, by the same source as a run.
pub(super) fn input(named: &str, from: Option<&str>, catalog: &Catalog, pipeline: &Pipeline) -> anyhow::Result<Input> {
    let place = place(named);
    let file = place.map_or(named, |(file, _)| file);
    let source = inputs::named(catalog, pipeline.source.as_ref(), from, &[file.to_owned()], &[])?;
    let items = source.open()?;
    if let Some((_, within)) = place {
        let whole = format!("{}{within}", file.trim_start_matches("./"));
        for item in items {
            let item = item?;
            if matches!(&item, SourceItem::Input(Input { uri, .. })
                | SourceItem::Bad { uri, .. }
                | SourceItem::Skipped { uri, .. }
                if *uri == whole)
            {
                return had(item);
            }
        }
        bail!("{file} holds no document `{}`", within.trim_start_matches(['#', '/']));
    }
    let mut items = items.filter(|item| !matches!(item, Ok(SourceItem::Skipped { .. })));
    let first = items.next().ok_or_else(|| anyhow!("{named} holds no document"))??;
    if let (SourceItem::Input(Input { uri, .. }), Some(_)) = (&first, items.next()) {
        bail!("{named} holds more than one document; explain takes one, such as {uri}");
    }
    had(first)
}

fn had(item: SourceItem) -> anyhow::Result<Input> {
    match item {
        SourceItem::Input(input) => Ok(input),
        SourceItem::Bad { uri, rule, message } => bail!("cannot read {uri}: {message} ({rule})"),
        SourceItem::Skipped { uri, reason } => bail!("{uri} is no document to the source: {reason}"),
    }
}

fn language(account: &Account) -> String {
    let Some((main, confidence)) = &account.language else { return "not known".into() };
    let others: Vec<String> = account
        .languages
        .iter()
        .filter(|(tag, share)| tag != main && *share >= LEAST_SHARE)
        .map(|(tag, share)| format!("{tag} {:.0} %", share * 100.0))
        .collect();
    let others = if others.is_empty() { String::new() } else { format!("; also {}", others.join(", ")) };
    format!("{main} (confidence {confidence:.2}){others}")
}

fn blocks(account: &Account) -> String {
    let parts: Vec<String> =
        account.labels.iter().map(|(label, n)| format!("{n} {}", lines::label_name(*label))).collect();
    let all: usize = account.labels.iter().map(|(_, n)| n).sum();
    if all == 0 { "none".into() } else { format!("{}: {}", thousands(all as u64), parts.join(", ")) }
}
