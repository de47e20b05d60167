//! Trains, scores and times the language model of `copydesk-langid`.

mod corpus;
mod eval;
mod random;
mod score;
mod train;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use copydesk_langid::Detector;

use crate::corpus::{Lines, Snippets};
use crate::train::{Class, Plan};

#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    train: Training,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Args)]
struct Training {
    /// Lines of `ISO 639-3 code<TAB>text`, gzipped or not; may be given more than once.
    #[arg(long)]
    train: Vec<PathBuf>,
    /// Where the model goes.
    #[arg(long, default_value = "langid.cdl")]
    out: PathBuf,
    /// Start of the random numbers; the same seed and text give the same model.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Millions of snippets shown for Latin script; the other scripts get their share of it.
    #[arg(long, default_value_t = 20.0)]
    millions: f32,
    #[arg(long, default_value_t = 0.3)]
    rate: f32,
    #[arg(long, default_value_t = 0.25)]
    skew: f32,
    #[arg(long, default_value_t = 200_000)]
    buckets: usize,
    /// Only this script, for experiments.
    #[arg(long)]
    only: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the table of scores.
    Eval {
        /// The folder of the development sets.
        #[arg(long, default_value = "../shared/bench/langid/dev")]
        dev: PathBuf,
        /// Another model than the embedded one.
        #[arg(long)]
        model: Option<PathBuf>,
    },
    /// Print which languages are taken for which.
    Confusions {
        set: PathBuf,
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long, default_value_t = 60)]
        top: usize,
    },
}

fn detector(model: Option<PathBuf>) -> Result<Detector> {
    Ok(match model {
        Some(path) => Detector::from_model(std::fs::read(path)?)?,
        None => Detector::restricted(&copydesk_langid::Lang::all().collect::<Vec<_>>()),
    })
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.command {
        None => train_all(&arguments.train),
        Some(Command::Eval { dev, model }) => eval::run(&detector(model)?, &dev),
        Some(Command::Confusions { set, model, top }) => eval::confusions(&detector(model)?, &set, top),
    }
}

fn train_all(arguments: &Training) -> Result<()> {
    let mut lines = Lines::new();
    for path in &arguments.train {
        eprintln!("{}: {} lines", path.display(), corpus::read_lines(path, &mut lines)?);
    }
    let snippets = Snippets::new();
    let scripts = [
        ("Latn", 1.0, 1.0),
        ("Cyrl", 0.12, 0.1),
        ("Arab", 0.12, 0.1),
        ("Deva", 0.04, 0.04),
        ("Beng", 0.02, 0.02),
        ("Ethi", 0.02, 0.02),
        ("Hebr", 0.02, 0.02),
        ("Tibt", 0.02, 0.02),
        ("Hani", 0.06, 0.06),
    ];
    let mut groups = Vec::new();
    for (code, buckets, samples) in scripts {
        if arguments.only.as_ref().is_some_and(|only| only != code) {
            continue;
        }
        let script = copydesk_langid::Script::from_code(code).expect("a script of the table");
        let classes: Vec<Class<'_>> = lines
            .iter()
            .filter(|((of, _), _)| *of == script)
            .map(|(&(_, lang), lines)| Class { lang, lines: lines.iter().map(String::as_str).collect(), weight: 1.0 })
            .collect();
        if classes.is_empty() {
            continue;
        }
        let plan = Plan {
            script,
            buckets: (arguments.buckets as f32 * buckets) as usize,
            samples: (arguments.millions * 1e6 * samples) as usize,
            rate: arguments.rate,
            skew: arguments.skew,
            seed: arguments.seed,
        };
        groups.push(train::train(&plan, &classes, &snippets));
    }
    let bytes = copydesk_langid::model::to_bytes(&groups, "");
    std::fs::write(&arguments.out, &bytes)?;
    eprintln!("{}: {} bytes", arguments.out.display(), bytes.len());
    Ok(())
}
