//! `copydesk run`

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, BufRead as _, BufReader, IsTerminal},
    num::NonZero,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use copydesk_document::Input;
use copydesk_pipeline::Pipeline;
use copydesk_runner::{
    Existing, Options, Outcome, Output, Owner, Part, QUARANTINE_FILE, Quarantined, Report, Run, RunError, Share,
    Workers,
};
use copydesk_stage::{Catalog, Facet, Source, SourceItem};
use serde_json::json;

use super::{
    inputs::{KnownName, PathText, source},
    learn_templates::{begin, first_pass},
    open::{Text, built_in, load, read},
    worker::{has_foreign, process, workers},
};
use crate::{
    exit::ExitCode,
    options::LogFormat,
    progress::{DryRun, Watch, summary},
    report::{Failure, Reporter, WITH_QUARANTINE, timestamp},
    run_report::{Pending, Sample, Story},
    terminal::shown,
};

/// Arguments of `copydesk run`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("named").multiple(true)))]
#[command(after_help = "\
Examples:
  copydesk run pipelines/news.toml                     its own source and output folder
  copydesk run pipelines/news.toml pages/ --out out    out/records.jsonl, out/records.csv
  copydesk run pipelines/news.toml 'pages/**/*.html' --limit 100
  copydesk run pipelines/news.toml crawl.warc.gz pages.jsonl.zst list.csv --out out
  copydesk run pipelines/text.toml page.html | jq .text
  find pages -name '*.html' -mtime -1 | copydesk run pipelines/news.toml --files-from - --out out
  curl -s https://example.com | copydesk run pipelines/text.toml -

Outputs appear under their names only when they are complete. A run that was stopped or killed goes on where it was when \
the same command is given again; a run over unchanged documents does nothing, and after a change only what it touches is \
done again.

Documents that could not be worked on are listed in quarantine.jsonl, and the exit code is then 1; it is 0 if there are \
none, 2 if the run could not start or finish, and 130 if Ctrl-C stopped it. `copydesk retry` works on those documents \
only.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Args {
    /// The pipeline: a file, TOML or JSON, or the name of a built-in one.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pipeline: PathBuf,
    /// Files, folders, globs, or - for standard input: pages, JSON, CSV, Parquet and web archives, each told by its
    /// content. They replace the pipeline's source; what it leaves out of folders stays out.
    #[arg(value_name = "INPUT", value_parser = PathText, group = "named")]
    inputs: Vec<String>,
    /// A text file that names one input file a line; - reads the names from standard input.
    #[arg(long, value_name = "LIST", value_parser = PathText, group = "named")]
    files_from: Vec<String>,
    /// Read the inputs by this source, whatever they look like.
    #[arg(long, value_name = "SOURCE", value_parser = KnownName::Source, requires = "named")]
    from: Option<String>,
    /// The folder for the outputs, or - for standard output. It replaces the one in the pipeline.
    #[arg(short, long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    out: Option<PathBuf>,
    /// Make the outputs anew where they would lose records whose inputs are gone, or are those of another pipeline. Only
    /// what copydesk itself has written there is replaced.
    #[arg(long)]
    replace: bool,
    /// Add new and changed documents to what is in the folder, and keep the records of those that are gone. What this run
    /// has added stands in delta/NUMBER/ as well.
    #[arg(long, conflicts_with = "replace")]
    append: bool,
    /// With --append: look into files, too, whose size and time of change are as they were.
    #[arg(long, requires = "append")]
    checksum: bool,
    /// Learn first which lines the pages of a site share, in a pass of its own over the inputs, and write them to this file, which
    /// the pipeline names (`templates` of `strip-boilerplate`). Leave it out with --append and --shard: what is in one folder
    /// was made with the same templates.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["append", "shard", "dry_run"])]
    learn_templates: Option<PathBuf>,
    /// Work on one share of many, such as 3/16, and leave the files to `copydesk merge`: for array jobs. What is done is
    /// known by its documents, so that the work may be cut into another number of shares at any time.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["replace", "append", "limit", "dry_run", "sharded"])]
    shard: Option<Part>,
    /// Stop after so many documents.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Do everything but write.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// How many threads compute. The output does not depend on it.
    #[arg(short = 'j', long, value_name = "N", value_parser = threads)]
    threads: Option<NonZero<usize>>,
    /// How many documents go through the stages together. The output does not depend on it.
    #[arg(long, value_name = "N", value_parser = from_one)]
    batch: Option<NonZero<usize>>,
    /// Write a report of the run: counts by stage, rule, language and site, times, the slowest documents. The name says
    /// the form: .json, .prom (metrics for Prometheus), .html (a page to hand on, with charts and samples), anything else
    /// a table.
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// Write many files (records/part-000000.jsonl) instead of one (records.jsonl).
    #[arg(long)]
    sharded: bool,
}

/// Which of the commands that take these arguments is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `copydesk run`
    Run,
    /// `copydesk retry`: over what the last run has quarantined.
    Retry,
    /// `copydesk merge`: what shares have done becomes files.
    Merge,
}

impl Args {
    /// Runs.
    pub(crate) fn execute(self, mode: Mode, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let text = read(&self.pipeline)?;
        if mode == Mode::Run {
            self.learn_templates(&text, catalog, reporter)?;
        } else if self.learn_templates.is_some() {
            let error =
                "templates are learned by `copydesk run`: leave `--learn-templates` out, and what is there is used";
            return Err(anyhow!(error).into());
        }
        let mut pipeline = load(&text, catalog, reporter)?;
        let (retry, share) = (mode == Mode::Retry, self.share(mode)?);
        let output = self.output(&pipeline)?;
        refuse_address(&output)?;
        let owner = match &output {
            Output::Folder { folder, .. } | Output::Parts { folder } => {
                owner(folder, &self.pipeline, self.inputs(&pipeline))?
            }
            Output::Stdout | Output::Nowhere => Owner::default(),
        };
        let reads = self.reads(&pipeline);
        let workers = Self::workers(&text, &pipeline, reporter)?;
        let source =
            source(&self.inputs, &self.files_from, self.from.as_deref(), &self.pipeline, catalog, &mut pipeline)?;
        hold_open(pipeline.run.open_files)?;
        let of_pipeline = pipeline.run.options();
        let folder = match &output {
            Output::Folder { folder, .. } | Output::Parts { folder } => Some(folder.as_path()),
            Output::Stdout | Output::Nowhere => None,
        };
        let reports = self.report.iter().map(|path| Pending::new(path, folder)).collect::<anyhow::Result<Vec<_>>>()?;
        let options = Options {
            threads: self.threads.or(of_pipeline.threads),
            batch: self.batch.map_or(of_pipeline.batch, NonZero::get),
            limit: self.limit,
            retry,
            share,
            owner,
            existing: self.existing(),
            careful: self.checksum,
            reads,
            workers,
            ..of_pipeline
        };
        let dry = self.dry_run.then_some(DryRun { has_surveys: !pipeline.chain.surveys().is_empty() });
        let run = Run { source, chain: pipeline.chain, exports: pipeline.exports, output, options };
        let shown = !reporter.quiet && reporter.format == LogFormat::Text && io::stderr().is_terminal();
        let mut watch = Watch::new(&reporter.bars, shown);
        let result = run.execute(&mut watch);
        watch.finish();
        let report = result.map_err(failure)?;
        // What a page tells beside the counts may fail; the other reports are there by then.
        let (pages, others): (Vec<_>, Vec<_>) = reports.into_iter().partition(Pending::is_page);
        others.into_iter().try_for_each(|pending| pending.write(&report, None))?;
        let story = (!pages.is_empty()).then(|| self.story(&text, &report, catalog, reporter)).transpose()?;
        pages.into_iter().try_for_each(|pending| pending.write(&report, story.as_ref()))?;
        if !reporter.quiet {
            Self::say(&report, dry, reporter);
        }
        // A run that found nothing to work on has most likely looked in the wrong place.
        let nothing = !retry && share == Share::All && is_empty(&report);
        if nothing {
            tracing::error!("there was no document among the inputs: nothing was read that holds text");
        }
        let is_whole = report.quarantined == 0 && !nothing;
        Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(WITH_QUARANTINE) })
    }

    /// What a page tells beside the counts. A few documents are worked on once more for that, since a run keeps no reasons.
    fn story(&self, told: &Text, report: &Report, catalog: &Catalog, reporter: &Reporter) -> Result<Story, Failure> {
        let quiet = reporter.quieted();
        let mut pipeline = load(told, catalog, &quiet)?;
        let workers = Self::workers(told, &pipeline, &quiet)?;
        let options = |instance: &copydesk_runner::StageInstance| {
            (instance.name().to_owned(), instance.manifest.options.to_string())
        };
        let mut story = Story {
            command: command_line(),
            pipeline: (told.name.clone(), told.content.clone()),
            stages: pipeline.chain.links().iter().map(options).collect(),
            quarantine: first_in_quarantine(report),
            ..Story::default()
        };
        let named = self.inputs.iter().chain(&self.files_from);
        if named.clone().any(|name| name == "-") || self.inputs(&pipeline).iter().any(|name| name == "-") {
            story.no_samples = Some("Standard input can be read once only, so that there are no samples of it.");
            return Ok(story);
        }
        let source =
            source(&self.inputs, &self.files_from, self.from.as_deref(), &self.pipeline, catalog, &mut pipeline)?;
        for input in sampled(&*source)? {
            story.samples.push(match process(&pipeline, workers.as_ref(), input) {
                Outcome::Kept(doc) => Sample::new(&doc, "it went to the exports".to_owned()),
                Outcome::Dropped { document, stage, reason } if is_masked_after(&pipeline, stage) => {
                    let why = "its text is not shown, because it was dropped before what is masked was taken out";
                    Sample::without_text(document.source.uri, format!("dropped by {stage}: {reason}; {why}"))
                }
                Outcome::Dropped { document, stage, reason } => {
                    Sample::new(&document, format!("dropped by {stage}: {reason}"))
                }
                Outcome::Quarantined(entry) => Sample::quarantined(&entry),
            });
        }
        if story.samples.is_empty() {
            story.no_samples = Some("There is no document among the first inputs.");
        }
        Ok(story)
    }

    /// The first pass, where one is asked for. Its file is part of the options of the stage that names it, and so of every key.
    fn learn_templates(&self, text: &Text, catalog: &Catalog, reporter: &Reporter) -> Result<(), Failure> {
        let Some(out) = &self.learn_templates else { return Ok(()) };
        let is_new = begin(out)?;
        let learn = || Ok(first_pass(&*self.source_of_templates(text, out, catalog, reporter)?, self.limit, out)?);
        let said = learn().inspect_err(|_: &Failure| {
            // A file without templates would be taken for what was learned.
            if is_new {
                let _ = fs::remove_file(out);
            }
        })?;
        if !reporter.quiet && reporter.format == LogFormat::Text {
            reporter.write(&said);
        }
        Ok(())
    }

    /// What is read in the first pass, of a pipeline that names the file.
    fn source_of_templates(
        &self,
        text: &Text,
        out: &Path,
        catalog: &Catalog,
        reporter: &Reporter,
    ) -> Result<Box<dyn Source>, Failure> {
        let mut pipeline = load(text, catalog, &reporter.quieted())?;
        if self.files_from.iter().chain(&self.inputs(&pipeline)).any(|name| name == "-") {
            return Err(anyhow!(
                "standard input can be read once only, and templates are learned in a pass of their own"
            )
            .into());
        }
        let there = fs::read_to_string(out).with_context(|| format!("cannot read {}", shown(out)))?;
        let hash = copydesk_pipeline::hash_of_contents(&there);
        let names_it = |link: &copydesk_runner::StageInstance| {
            link.manifest.options.get("templates").and_then(|given| given.as_str()) == Some(&*hash)
        };
        if !pipeline.chain.links().iter().any(names_it) {
            let (pipeline, out) = (shown(&self.pipeline), shown(out));
            return Err(anyhow!(
                "no stage of {pipeline} is given {out}: name it there, as `templates` of `strip-boilerplate`"
            )
            .into());
        }
        Ok(source(&self.inputs, &self.files_from, self.from.as_deref(), &self.pipeline, catalog, &mut pipeline)?)
    }

    /// How a process is started for the chain, where that has stages from outside.
    fn workers(text: &Text, pipeline: &Pipeline, reporter: &Reporter) -> anyhow::Result<Option<Workers>> {
        if has_foreign(pipeline) { workers(text, pipeline, reporter) } else { Ok(None) }
    }

    /// What decides how files are read. The options of the pipeline's source hold for the inputs of the command line, too.
    fn reads(&self, pipeline: &Pipeline) -> String {
        let own = pipeline.source.as_ref().map(|source| (source.kind, source.options.to_string()));
        let named = !self.inputs.is_empty() || !self.files_from.is_empty();
        format!("{:?}", (named, &self.from, own))
    }

    fn existing(&self) -> Existing {
        match (self.append, self.replace) {
            (true, _) => Existing::Append,
            (_, true) => Existing::Replace,
            _ => Existing::Keep,
        }
    }

    /// The inputs as they are named, here or in the pipeline file.
    fn inputs(&self, pipeline: &Pipeline) -> Vec<String> {
        let named: Vec<String> = self.inputs.iter().chain(&self.files_from).cloned().collect();
        if named.is_empty() { inputs_of(pipeline) } else { named }
    }

    /// Which shards are worked on.
    fn share(&self, mode: Mode) -> anyhow::Result<Share> {
        match (mode, self.shard) {
            (Mode::Run, Some(part)) => Ok(Share::Part(part)),
            (Mode::Run | Mode::Retry, None) => Ok(Share::All),
            (Mode::Merge, None) if !self.append && self.limit.is_none() && !self.dry_run => Ok(Share::Done),
            (Mode::Merge, _) => Err(anyhow!(
                "`merge` makes the files of all shares: give it the pipeline, inputs and folder of the runs, without `--shard`, \
                 `--append`, `--limit` and `--dry-run`"
            )),
            (Mode::Retry, Some(_)) => Err(anyhow!("`retry` works on the quarantine as a whole: leave `--shard` out")),
        }
    }

    fn output(&self, pipeline: &Pipeline) -> anyhow::Result<Output> {
        let folder = match &self.out {
            Some(out) if out.as_os_str() == "-" => None,
            Some(out) => Some(out.clone()),
            None => pipeline.run.folder(),
        };
        Ok(match folder {
            _ if self.dry_run => Output::Nowhere,
            Some(folder) if self.shard.is_some() => Output::Parts { folder },
            None if self.shard.is_some() => {
                return Err(anyhow!("a share is kept in a folder for `copydesk merge`: name it with --out"));
            }
            Some(folder) => Output::Folder { folder, sharded: self.sharded || pipeline.run.sharded },
            None => Output::Stdout,
        })
    }

    fn say(report: &Report, dry: Option<DryRun>, reporter: &Reporter) {
        match reporter.format {
            LogFormat::Text => reporter.write(&summary(report, dry, reporter.paint())),
            LogFormat::Json => {
                // A log line per run, whatever the level: it is the summary that was asked for.
                let line =
                    json!({ "timestamp": timestamp(), "level": "INFO", "message": "run finished", "report": report });
                reporter.write(&format!("{line}\n"));
            }
        }
    }
}

/// Whether a stage behind this one takes texts out for good.
fn is_masked_after(pipeline: &Pipeline, stage: &str) -> bool {
    let links = pipeline.chain.links();
    let first = links.iter().position(|link| link.name() == stage).map_or(0, |at| at + 1);
    links[first..].iter().any(|link| Facet::masks(link.manifest.writes))
}

/// So many documents are shown, out of so many at the beginning of the source.
const SAMPLES: usize = 6;
const SAMPLED_FROM: usize = 300;

/// Some documents of a source, the same ones whenever it is read: those whose names have the smallest hashes.
fn sampled(source: &dyn Source) -> anyhow::Result<Vec<Input>> {
    let mut chosen: Vec<(u64, Input)> = Vec::new();
    for item in source.open()?.take(SAMPLED_FROM) {
        let SourceItem::Input(input) = item? else { continue };
        let mut hasher = DefaultHasher::new();
        if input.name.is_empty() { &input.uri } else { &input.name }.hash(&mut hasher);
        chosen.push((hasher.finish(), input));
        if chosen.len() > SAMPLES {
            let last = chosen.iter().enumerate().max_by_key(|(_, (hash, _))| *hash).map_or(0, |(at, _)| at);
            chosen.remove(last);
        }
    }
    Ok(chosen.into_iter().map(|(_, input)| input).collect())
}

/// The first documents in the list of those in quarantine.
fn first_in_quarantine(report: &Report) -> Vec<Quarantined> {
    let list = report.files.iter().find(|file| file.path.file_name().is_some_and(|name| name == QUARANTINE_FILE));
    let Some(file) = list.and_then(|file| File::open(&file.path).ok()) else { return Vec::new() };
    let lines = BufReader::new(file).lines().take(20).map_while(Result::ok);
    lines.filter_map(|line| serde_json::from_str(&line).ok()).collect()
}

/// Whether nothing was read, or only files that hold no text.
fn is_empty(report: &Report) -> bool {
    let no_text = report.stages.iter().filter(|stage| stage.name == "parse").flat_map(|stage| stage.dropped.values());
    let no_text: u64 = no_text.sum();
    let known = ["not changed", "forgotten"].iter().any(|reason| report.skipped.contains_key(*reason));
    let read_nothing = report.written == 0 && report.read == no_text || report.bytes == 0 && report.reused == 0;
    read_nothing && report.quarantined == 0 && !known
}

/// What a run of the pipeline file would refuse before it works on anything.
pub(super) fn check(file: &Path, pipeline: &Pipeline) -> anyhow::Result<()> {
    let output = match pipeline.run.folder() {
        // Where the file names no folder of its own, the command line may; see `without_out`.
        Some(_) if names_no_folder(pipeline) => Output::Nowhere,
        Some(folder) => Output::Folder { folder, sharded: pipeline.run.sharded },
        None => Output::Stdout,
    };
    refuse_address(&output)?;
    // Sources of files alone, which touch nothing when they are opened.
    if let Some(source) = &pipeline.source
        && source.options.get("paths").is_some()
    {
        drop(source.source.open()?);
    }
    let owner = match &output {
        Output::Folder { folder, .. } => owner(folder, file, inputs_of(pipeline))?,
        _ => Owner::default(),
    };
    Ok(copydesk_runner::check_output(&output, &pipeline.chain, &pipeline.exports, &owner)?)
}

/// Why a run would be refused that is given no folder, by a pipeline that names none either.
pub(super) fn without_out(file: &Path, pipeline: &Pipeline) -> Option<anyhow::Error> {
    let folder = pipeline.run.folder().filter(|_| names_no_folder(pipeline))?;
    let owner = match owner(&folder, file, inputs_of(pipeline)) {
        Ok(owner) => owner,
        Err(error) => return Some(error),
    };
    let output = Output::Folder { folder, sharded: pipeline.run.sharded };
    let checked = copydesk_runner::check_output(&output, &pipeline.chain, &pipeline.exports, &owner);
    checked.err().map(anyhow::Error::from)
}

fn names_no_folder(pipeline: &Pipeline) -> bool {
    pipeline.run.out == copydesk_pipeline::Run::default().out
}

fn owner(folder: &Path, pipeline: &Path, inputs: Vec<String>) -> anyhow::Result<Owner> {
    let mut owner = Owner::here(folder, pipeline, inputs).context("the current folder cannot be told")?;
    // A built-in pipeline lies nowhere, and is the same wherever the command is given.
    if let Some(built_in) = built_in(pipeline) {
        built_in.name.clone_into(&mut owner.pipeline);
    }
    Ok(owner)
}

/// The inputs that a pipeline file names.
fn inputs_of(pipeline: &Pipeline) -> Vec<String> {
    let options = pipeline.source.as_ref().map(|source| &source.options);
    let of = |key: &str| options.and_then(|options| options.get(key)?.as_array()).into_iter().flatten();
    of("paths").chain(of("lists")).filter_map(|path| path.as_str().map(str::to_owned)).collect()
}

/// Outputs go to a folder of this machine; an address would become a folder called `s3:`.
fn refuse_address(output: &Output) -> anyhow::Result<()> {
    let (Output::Folder { folder, .. } | Output::Parts { folder }) = output else { return Ok(()) };
    let folder = folder.to_string_lossy();
    if folder.contains("://") {
        return Err(anyhow!(
            "`{folder}` is an address, and outputs are written to a folder of this machine: name one, and copy it there \
             when the run is done"
        ));
    }
    Ok(())
}

/// More threads than this help nobody, and a system may not give them.
const MOST_THREADS: usize = 1024;

fn from_one(given: &str) -> Result<NonZero<usize>, String> {
    given.parse().map_err(|_| "a number from 1 on".to_owned())
}

fn threads(given: &str) -> Result<NonZero<usize>, String> {
    let threads = from_one(given)?;
    if threads.get() > MOST_THREADS {
        return Err(format!("at most {MOST_THREADS} threads"));
    }
    Ok(threads)
}

/// Lets this program hold so many files open, and no more.
#[cfg(unix)]
fn hold_open(files: u64) -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = Some(current.map_or(files, |now| now.min(files)));
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).context("the number of open files cannot be limited")
}

#[cfg(not(unix))]
fn hold_open(_: u64) -> anyhow::Result<()> {
    Ok(())
}

fn failure(error: RunError) -> Failure {
    if error.is_closed_pipe() {
        return Failure::ClosedPipe;
    }
    let goes_on = matches!(error, RunError::Interrupted { safe: 1.., .. });
    // What shells say of a command that a signal ended: 128 and its number.
    let stopped = match &error {
        RunError::Interrupted { signal, .. } if signal.ends_with("TERM") => Some(143),
        RunError::Interrupted { signal, .. } if signal.ends_with("HUP") => Some(129),
        RunError::Interrupted { .. } => Some(130),
        _ => None,
    };
    let error = anyhow::Error::from(error);
    let error = if goes_on { anyhow!("{error:#}\nto go on: {}", command_line()) } else { error };
    match stopped {
        Some(code) => Failure::Stopped(code, error),
        None => Failure::Error(error),
    }
}

/// The command that was given, for a shell.
fn command_line() -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    let quoted = std::env::args().map(|arg| {
        if !arg.is_empty() && arg.chars().all(plain) { arg } else { format!("'{}'", arg.replace('\'', "'\\''")) }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_have_a_bound() {
        assert_eq!(threads("8").map(NonZero::get), Ok(8));
        for bad in ["0", "-1", "x", "20000"] {
            assert!(threads(bad).is_err(), "{bad}");
        }
    }
}
