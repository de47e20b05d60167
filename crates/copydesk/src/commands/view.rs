//! `copydesk view`

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use copydesk_document::Input;
use copydesk_explain::{Account, Comparison, Gone};
use copydesk_pipeline::Pipeline;
use copydesk_record::{Options as RecordOptions, to_record};
use copydesk_runner::{Outcome, StageInstance, Workers};
use copydesk_stage::{Catalog, SourceItem};
use copydesk_view::{Explain, Explained, Options, Place, Replay, serve};

use super::{
    explain::{NEWS, input},
    house::indices,
    inputs,
    of_run::OfRun,
    open::{Text, load, read},
    worker::{process, workers},
};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter, without_numbers},
    terminal,
};

/// Arguments of `copydesk view`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk view out                          the run in out/, explained by its own pipeline
  copydesk view out --pipeline my.toml       by another one
  copydesk view out --gold ann               mark what is right and wrong; ann/gold.jsonl is for `copydesk eval`
  copydesk view out --gold ann --beside bo   the same, and how far Bo agrees

In a document `j` and `k` go from block to block, `w` says that what became of one is wrong, `t`, `a` and `d` go to title,
authors and day, and `Enter` says that the page is done and goes to the next. The page is served on this machine and to nobody else; open the address that is printed. Ctrl-C ends it. Sources are read \
again where the run found them.")]
pub(crate) struct Args {
    /// The output folder of a run.
    folder: PathBuf,
    /// The pipeline whose stages explain documents; the one of the run if left out.
    #[arg(short, long)]
    pipeline: Option<PathBuf>,
    /// The folder for what is marked as right and wrong, which is made if there is none.
    #[arg(long, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    gold: Option<PathBuf>,
    /// A folder with the marks of somebody else, for the agreement of the two.
    #[arg(long, value_name = "FOLDER", requires = "gold", value_hint = clap::ValueHint::DirPath)]
    beside: Vec<PathBuf>,
    /// The port; any that is free if left out.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let run = OfRun::find(&self.folder)?;
        // What is named here is understood from here, and the rest from where the run was started.
        let meant = |path: &Path, name: String| -> Result<_, Failure> {
            let text = Text { name, ..read(path)? };
            let pipeline = load(&text, catalog, reporter)?;
            Ok((text, pipeline))
        };
        let absolute = |path: &PathBuf| std::path::absolute(path).with_context(|| terminal::shown(path));
        let gold = self.gold.as_ref().map(absolute).transpose()?;
        let beside = self.beside.iter().map(absolute).collect::<anyhow::Result<_>>()?;
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
        let (text, pipeline) = match own {
            Some(own) => own,
            None => match of_run() {
                Some(path) => meant(&path, terminal::shown(&path))?,
                None => meant(Path::new(NEWS), format!("{NEWS} (built in)"))?,
            },
        };
        let workers = workers(&text, &pipeline, reporter)?;
        let explain = Arc::new(Again { text, catalog: catalog.clone(), pipeline, workers, reporter: reporter.clone() });
        let folder = run.map_or_else(|| self.folder.clone(), |run| run.folder().to_owned());
        let options = Options { folder, cache: indices(), port: self.port, gold, beside };
        let told = |told: &str| {
            if !reporter.quiet {
                reporter.write(&format!("{told}\n"));
            }
        };
        let ready = |address: &str| {
            // Who reads the address from a pipe waits for this line.
            let _ = terminal::print(&format!("{address}\n"));
        };
        serve(&options, explain, &told, ready).map_err(anyhow::Error::from)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads documents of a run again.
struct Again {
    text: Text,
    catalog: Catalog,
    pipeline: Pipeline,
    workers: Option<Workers>,
    /// How workers of another pipeline are started: as those of this one.
    reporter: Reporter,
}

/// No document is cut out of its file if it is longer; it is looked for from the beginning of that.
const CUT: u64 = 64 << 20;
/// So long another pipeline is tried.
const PATIENCE: Duration = Duration::from_secs(20);
/// So many samples of each kind of change are shown.
const SAMPLES: usize = 5;
/// Stages that reach out of the program.
const REACHING_OUT: [&str; 2] = ["exec", "http"];

impl Again {
    /// The document, cut out of its file where the run had it. None where what stands there is something else.
    fn cut(&self, place: &Place) -> Option<Input> {
        let (offset, length) = (place.offset?, place.length.filter(|length| *length <= CUT)?);
        let (path, _) = place.uri.split_once('#')?;
        let mut file = File::open(path).ok()?;
        let _ = file.seek(SeekFrom::Start(offset)).ok()?;
        let mut bytes = Vec::new();
        let _ = file.take(length).read_to_end(&mut bytes).ok()?;
        // A file of that name and of this document alone.
        let folder = tempfile::tempdir().ok()?;
        let alone = folder.path().join(Path::new(path).file_name()?);
        fs::write(&alone, bytes).ok()?;
        let source =
            inputs::named(&self.catalog, self.pipeline.source.as_ref(), None, &[alone.to_str()?.to_owned()], &[]);
        let source = source.ok()?;
        let mut items = source.open().ok()?.filter(|item| !matches!(item, Ok(SourceItem::Skipped { .. })));
        let (Some(Ok(SourceItem::Input(mut input))), None) = (items.next(), items.next()) else { return None };
        input.uri.clone_from(&place.uri);
        Some(input)
    }

    fn read(&self, place: &Place) -> Result<Input, String> {
        input(&place.uri, None, &self.catalog, &self.pipeline).map_err(|error| format!("{error:#}"))
    }
}

impl Explain for Again {
    fn explain(&self, place: &Place) -> Result<Explained, String> {
        let explained = |input| {
            let (doc, outcome) = match process(&self.pipeline, self.workers.as_ref(), input) {
                Outcome::Kept(doc) => (doc, "it goes to the exports".to_owned()),
                Outcome::Dropped { document, stage, reason } => (document, format!("dropped by {stage}: {reason}")),
                Outcome::Quarantined(entry) => {
                    return Err(format!("{} ({}, {})", entry.error, entry.stage, entry.rule));
                }
            };
            Ok(Explained {
                account: Account::of(&doc),
                content: doc.content().to_owned(),
                sha256: doc.source.sha256.clone(),
                html: doc.tree.is_some(),
                outcome,
            })
        };
        // What was cut out is another document if the file has changed: then it is looked for.
        let cut = self.cut(place).map(explained).and_then(Result::ok).filter(|cut| cut.sha256 == place.sha256);
        cut.map_or_else(|| explained(self.read(place)?), Ok)
    }

    fn pipeline(&self) -> String {
        let stages: Vec<&str> = self.pipeline.chain.links().iter().map(StageInstance::name).collect();
        format!("{}: {}", self.text.name, stages.join(" > "))
    }

    fn text(&self) -> String {
        self.text.content.clone()
    }

    fn replay(&self, text: &str, places: &[Place]) -> Result<Replay, String> {
        let text = Text { name: self.text.name.clone(), content: text.to_owned(), built_in: None };
        // To load such a stage is to start its program: it is looked for before.
        let own = reaching_out(&self.text.content)?;
        if reaching_out(&text.content)?.iter().any(|stage| !own.contains(stage)) {
            return Err(format!(
                "a stage that is included, or reaches out of the program ({}), can only be tried here as the pipeline of the run \
                 has it; use `copydesk diff` for others",
                REACHING_OUT.join(", ")
            ));
        }
        let other = copydesk_pipeline::load(&text.name, &text.content, &self.catalog)
            .map_err(|diagnosis| without_numbers(&diagnosis.render(false)))?;
        let workers = workers(&text, &other, &self.reporter).map_err(|error| format!("{error:#}"))?;
        let begun = Instant::now();
        let mut comparison = Comparison::new(SAMPLES);
        let (mut tried, mut unread) = (0, Vec::new());
        for place in places {
            if begun.elapsed() > PATIENCE {
                break;
            }
            tried += 1;
            let input = match self.cut(place).map_or_else(|| self.read(place), Ok) {
                Ok(input) => input,
                Err(error) => {
                    unread.push((place.uri.clone(), error));
                    continue;
                }
            };
            let before = process(&self.pipeline, self.workers.as_ref(), input.clone());
            let after = process(&other, workers.as_ref(), input);
            compare(&mut comparison, &place.uri, &before, &after);
        }
        Ok(Replay { difference: comparison.finish(), tried, unread })
    }
}

/// The stages of a pipeline that reach out of the program, or may, since they stand in another file.
fn reaching_out(text: &str) -> Result<Vec<serde_json::Value>, String> {
    let pipeline: serde_json::Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        toml::from_str(text).map_err(|error| error.to_string())?
    };
    let stages = pipeline.get("stage").and_then(serde_json::Value::as_array).into_iter().flatten();
    let reaches_out = |stage: &&serde_json::Value| {
        let kind = stage.get("use").and_then(serde_json::Value::as_str);
        stage.get("include").is_some() || kind.is_some_and(|kind| REACHING_OUT.contains(&kind))
    };
    Ok(stages.filter(reaches_out).cloned().collect())
}

/// Compares what became of a document twice.
fn compare(comparison: &mut Comparison, uri: &str, before: &Outcome, after: &Outcome) {
    let options = RecordOptions { decisions: true, ..RecordOptions::default() };
    let kept = |outcome: &Outcome| matches!(outcome, Outcome::Kept(_));
    let why = |outcome: &Outcome| match outcome {
        Outcome::Kept(_) => None,
        Outcome::Dropped { stage, reason, .. } => Some(format!("dropped by {stage}: {reason}")),
        Outcome::Quarantined(entry) => Some(format!("quarantined in {}, {}: {}", entry.stage, entry.rule, entry.error)),
    };
    let gone = |other: &Outcome| Gone { uri: uri.to_owned(), title: None, why: why(other) };
    match (before, after) {
        (Outcome::Kept(before), Outcome::Kept(after)) => {
            let _ = comparison.both(&to_record(before, options), &to_record(after, options));
        }
        (before, after) if kept(before) => comparison.lost(gone(after)),
        (before, after) if kept(after) => comparison.gained(gone(before)),
        _ => comparison.equal(),
    }
}
