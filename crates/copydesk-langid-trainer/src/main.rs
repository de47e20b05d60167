//! Trains, scores and times the language model of `copydesk-langid`.

mod bosnian;
mod corpus;
mod eval;
mod familiar;
mod family;
mod ngrams;
mod random;
mod score;
mod train;
mod vocabulary;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use copydesk_langid::{Detector, Lang, Script};

use crate::corpus::{Lines, Snippets};
use crate::random::Random;
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
    /// The folder of the n-gram models from which words are drawn.
    #[arg(long)]
    ngrams: Option<PathBuf>,
    /// Where the model goes.
    #[arg(long, default_value = "langid.cdl")]
    out: PathBuf,
    /// Start of the random numbers; the same seed and text give the same model.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Millions of snippets shown for Latin script; the other scripts get their share of it.
    #[arg(long, default_value_t = 8.0)]
    millions: f32,
    /// Size of the first steps; they shrink to nothing towards the end.
    #[arg(long, default_value_t = 0.3)]
    rate: f32,
    /// How far languages with much text are shown more often: 0 is not at all, 1 is by number of lines.
    #[arg(long, default_value_t = 0.2)]
    skew: f32,
    /// How far a language's weight counts once more when languages are compared.
    #[arg(long, default_value_t = 1.4)]
    tilt: f32,
    /// Divides all scores, so that the confidence is honest on text unlike the training text.
    #[arg(long, default_value_t = 1.4)]
    temperature: f32,
    /// Take the main model from this file, and train the families alone.
    #[arg(long)]
    base: Option<PathBuf>,
    /// Millions of snippets shown to each family.
    #[arg(long, default_value_t = 0.25)]
    family_millions: f32,
    /// Size of the first steps of the families.
    #[arg(long, default_value_t = 0.2)]
    family_rate: f32,
    /// How far a language's weight counts once more among its family.
    #[arg(long, default_value_t = 0.7)]
    family_tilt: f32,
    /// Divides what the families say, so that their confidence is honest.
    #[arg(long, default_value_t = 1.3)]
    family_temperature: f32,
    /// Rows of the table for Latin script; the other scripts get their share of it.
    #[arg(long, default_value_t = 92_000)]
    rows: usize,
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
        /// Write the page of languages with their scores here.
        #[arg(long)]
        page: Option<PathBuf>,
    },
    /// Write the most frequent pieces of each language, by which texts in none of them are known.
    Familiar {
        /// Lines of `ISO 639-3 code<TAB>text`, gzipped or not; may be given more than once.
        #[arg(long)]
        train: Vec<PathBuf>,
        /// Sentences unlike the training text.
        #[arg(long, default_value = "../shared/bench/langid/dev/full.tsv.gz")]
        dev: PathBuf,
        /// Where they go.
        #[arg(long, default_value = "crates/copydesk-langid/data/pieces.tsv")]
        out: PathBuf,
    },
    /// Print which languages are taken for which.
    Confusions {
        /// A development set.
        set: PathBuf,
        /// Another model than the embedded one.
        #[arg(long)]
        model: Option<PathBuf>,
        /// How many pairs of languages to print.
        #[arg(long, default_value_t = 60)]
        top: usize,
        /// Print every text that was answered wrongly, with its gold and its answer, instead.
        #[arg(long)]
        texts: bool,
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
        Some(Command::Eval { dev, model, page }) => eval::run(detector(model)?, &dev, page.as_deref()),
        Some(Command::Familiar { train, dev, out }) => familiar::run(&train, &dev, &out),
        Some(Command::Confusions { set, model, top, texts }) => {
            eval::confusions(&detector(model)?, &set, (!texts).then_some(top))
        }
    }
}

/// How often a language is shown, compared with others, by its tag or by its tag and script: from `data/weights.tsv`.
fn weights() -> Result<BTreeMap<&'static str, f32>> {
    include_str!("../data/weights.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (tag, weight) = line.split_once('\t').with_context(|| format!("weights.tsv: no tab in `{line}`"))?;
            Ok((tag, weight.parse()?))
        })
        .collect()
}

fn weight_of(weights: &BTreeMap<&str, f32>, lang: Lang, script: Script) -> f32 {
    let in_script = weights.get(format!("{lang}-{}", script.code()).as_str());
    in_script.or_else(|| weights.get(lang.tag())).copied().unwrap_or(1.0)
}

/// How the table and the snippets are shared out among the scripts that several languages share, Latin being 1.
const SCRIPTS: [(Script, f32, f32); 9] = [
    (Script::Latin, 1.0, 1.0),
    (Script::Cyrillic, 0.12, 0.1),
    (Script::Arabic, 0.12, 0.1),
    (Script::Devanagari, 0.04, 0.04),
    (Script::Bengali, 0.02, 0.02),
    (Script::Ethiopic, 0.02, 0.02),
    (Script::Hebrew, 0.02, 0.02),
    (Script::Tibetan, 0.02, 0.02),
    (Script::Han, 0.1, 0.08),
];

fn train_all(arguments: &Training) -> Result<()> {
    ensure!(!arguments.train.is_empty(), "no training text: give at least one --train FILE");
    let mut lines = Lines::new();
    let mut notes = format!("seed {}\n", arguments.seed);
    let _ = match &arguments.base {
        Some(_) => writeln!(notes, "main part of an earlier model; families added to it"),
        None => writeln!(notes, "snippets {}", arguments.millions * 1e6),
    };
    for path in &arguments.train {
        let read = corpus::read_lines(path, &mut lines)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        eprintln!("{name}: {read} lines");
        let sum = corpus::checksum(path)?;
        let _ = writeln!(notes, "trained-on {name}: {read} lines, crc32 {sum:08x}; sources and licences in NOTICE.md");
    }
    corpus::drop_mislabelled(&mut lines);
    eprintln!("Bosnian from Serbian: {} lines", bosnian::add_rewritten(&mut lines));
    if let Some(folder) = &arguments.ngrams {
        let drawn = ngrams::add_words(folder, &mut lines, &corpus::entries(), arguments.seed)?;
        eprintln!("n-gram models: {drawn} lines");
        let _ = writeln!(notes, "trained-on words drawn from lingua's n-gram models: {drawn} lines; see NOTICE.md");
    }
    corpus::add_contrast(&mut lines, &mut Random::new(arguments.seed));

    let (snippets, weights) = (Snippets::new(), weights()?);
    let mut groups = Vec::new();
    for (script, rows, samples) in SCRIPTS {
        if arguments.base.is_some() {
            break;
        }
        let classes: Vec<Class<'_>> = lines
            .iter()
            .filter(|((of, _), _)| *of == script)
            .map(|(&(_, lang), lines)| Class {
                lang,
                lines: lines.iter().map(String::as_str).collect(),
                weight: weight_of(&weights, lang, script),
            })
            .collect();
        if classes.len() < 2 {
            continue;
        }
        let plan = Plan {
            script,
            rows: (arguments.rows as f32 * rows) as usize,
            samples: (arguments.millions * 1e6 * samples) as usize,
            rate: arguments.rate,
            skew: arguments.skew,
            tilt: arguments.tilt,
            temperature: arguments.temperature,
            seed: arguments.seed,
        };
        groups.push(train::train(&plan, &classes, &snippets));
    }
    if let Some(base) = &arguments.base {
        groups = copydesk_langid::model::GroupParts::of_file(&std::fs::read(base)?)?;
    }
    let mut families = Vec::new();
    for listed in family::listed()? {
        let Some(main) = groups.iter().find(|group| group.script == listed.script) else { continue };
        let classes: Vec<Class<'_>> = listed
            .members
            .iter()
            .filter_map(|&lang| Some((lang, lines.get(&(listed.script, lang))?)))
            .map(|(lang, lines)| Class {
                lang,
                lines: lines.iter().map(String::as_str).collect(),
                weight: weight_of(&weights, lang, listed.script),
            })
            .collect();
        let plan = Plan {
            script: listed.script,
            rows: listed.rows,
            samples: (arguments.family_millions * 1e6) as usize,
            rate: arguments.family_rate,
            skew: 0.0,
            tilt: arguments.family_tilt,
            temperature: arguments.family_temperature,
            seed: arguments.seed,
        };
        if classes.len() == listed.members.len() {
            families.push(family::train(&plan, &classes, &snippets, main));
        }
    }
    let bytes = copydesk_langid::model::to_bytes(&groups, &families, &notes);
    std::fs::write(&arguments.out, &bytes)?;
    eprintln!("{}: {} bytes", arguments.out.display(), bytes.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A training of everything, of seconds: main part, families, words of contrast, notes.
    #[test]
    fn the_same_text_and_seed_give_the_same_file() {
        let folder = std::env::temp_dir().join(format!("langid-trainer-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let text = folder.join("text.tsv");
        std::fs::write(
            &text,
            "swe\tFiskebåtarna kom tillbaka innan stormen nådde kusten\nswe\tHon sade att det inte var så illa\n\
             fin\tKalastusveneet palasivat ennen kuin myrsky saavutti rannikon\n\
             rus\tРыбацкие лодки вернулись до того, как шторм достиг берега\n\
             ukr\tРибальські човни повернулися до того, як шторм досяг узбережжя\n",
        )
        .unwrap();
        let model = |name: &str| {
            let out = folder.join(name);
            let small = ["--millions", "0.001", "--family-millions", "0.0002", "--rows", "3000"];
            let files = ["--train".as_ref(), text.as_os_str(), "--out".as_ref(), out.as_os_str()];
            let arguments = std::iter::once("trainer".as_ref()).chain(files).chain(small.map(AsRef::as_ref));
            train_all(&Arguments::parse_from(arguments).train).unwrap();
            std::fs::read(out).unwrap()
        };
        let once = model("once.cdl");
        assert_eq!(once, model("again.cdl"));
        let header = Detector::from_model(once).unwrap().model_header().to_owned();
        for part in ["group Latn", "group Cyrl", "family Latn", "seed 1", "trained-on text.tsv: 5 lines, crc32"] {
            assert!(header.contains(part), "{part} in {header}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
