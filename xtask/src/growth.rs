//! Looks for work that grows faster than its input: makes documents of random pieces, each of three sizes, and compares what
//! the release program takes of the processor for them.
//!
//! It is a search and no test: every seed makes other documents. What it finds is mended, and the document's kind becomes a
//! case of the torture set or of a crate's own tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::{
    grammar::Random,
    watch::{release, watch},
};

/// Arguments of `cargo xtask growth`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many documents are made, each of three sizes.
    #[arg(long, default_value_t = 60)]
    inputs: u64,
    /// Other seeds make other documents.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Bytes of the largest size; the others are a half and a quarter.
    #[arg(long, default_value_t = 1 << 20)]
    bytes: usize,
    /// Folder for the documents and outputs.
    #[arg(long, default_value = "target/growth")]
    scratch: PathBuf,
    /// Do not build the release program first.
    #[arg(long)]
    no_build: bool,
}

/// Linear work has 1, squares have 2. What the program takes for anything at all is taken off before.
const STEEPEST: f64 = 1.4;
/// Seconds below which nothing is said of growth: the system counts hundredths.
const LEAST: f64 = 0.4;
/// No document of these sizes takes longer, or it does not end.
const MOST: f64 = 40.0;

const PIPELINE: &str = include_str!("kill_test.toml");

#[derive(Debug, Deserialize)]
struct Forms {
    form: Vec<Form>,
}

/// A form of documents: what they begin with, and what they repeat.
#[derive(Debug, Deserialize)]
struct Form {
    name: String,
    extension: String,
    before: String,
    pieces: Vec<String>,
}

/// How pieces are put together.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// All in turn.
    InTurn,
    /// Each as often as there is room for, one kind behind the other.
    Apart,
    /// Half of the first, then the others in turn.
    After,
}

/// A document of any size.
struct Recipe<'f> {
    form: &'f Form,
    pieces: Vec<&'f str>,
    shape: Shape,
}

impl<'f> Recipe<'f> {
    fn draw(forms: &'f Forms, random: &mut Random) -> Self {
        let any = |list: usize, random: &mut Random| random.below(list as u64) as usize;
        let form = &forms.form[any(forms.form.len(), random)];
        let count = 1 + any(4, random);
        let pieces = (0..count).map(|_| form.pieces[any(form.pieces.len(), random)].as_str()).collect();
        let shape = [Shape::InTurn, Shape::InTurn, Shape::Apart, Shape::After][any(4, random)];
        Self { form, pieces, shape }
    }

    fn make(&self, bytes: usize) -> String {
        let mut text = self.form.before.clone();
        let mut n = 0_u64;
        let mut add = |text: &mut String, piece: &str| {
            n += 1;
            text.push_str(&piece.replace("{n}", &n.to_string()));
        };
        match self.shape {
            Shape::Apart => {
                for (at, piece) in self.pieces.iter().enumerate() {
                    let end = bytes * (at + 1) / self.pieces.len();
                    while text.len() < end {
                        add(&mut text, piece);
                    }
                }
            }
            Shape::After => {
                while text.len() < bytes / 2 {
                    add(&mut text, self.pieces[0]);
                }
            }
            Shape::InTurn => {}
        }
        for piece in self.pieces.iter().cycle() {
            if text.len() >= bytes {
                break;
            }
            add(&mut text, piece);
        }
        text
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let program = release(args.no_build)?;
    if args.scratch.exists() {
        fs::remove_dir_all(&args.scratch)?;
    }
    fs::create_dir_all(&args.scratch)?;
    let scratch = fs::canonicalize(&args.scratch)?;
    fs::write(scratch.join("pipeline.toml"), pipeline())?;
    let forms: Forms = toml::from_str(include_str!("growth.toml"))?;
    let mut random = Random::of(args.seed, 0);
    let nothing = cost(&program, &scratch, "txt", "A line.\n")?;
    let mut steep = 0;
    for number in 0..args.inputs {
        let recipe = Recipe::draw(&forms, &mut random);
        let mut seconds = Vec::new();
        for part in [4, 2, 1] {
            seconds.push(cost(&program, &scratch, &recipe.form.extension, &recipe.make(args.bytes / part))? - nothing);
        }
        let growth = growth(&seconds);
        if growth.is_some_and(|growth| growth > STEEPEST) || seconds[2] > MOST / 2.0 {
            steep += 1;
            println!(
                "{:12} {:>5.2} {seconds:.2?} {:?} {:?}",
                recipe.form.name,
                growth.unwrap_or(f64::NAN),
                recipe.shape,
                recipe.pieces
            );
        }
        if number % 20 == 19 {
            eprintln!("{} of {}", number + 1, args.inputs);
        }
    }
    ensure!(steep == 0, "{steep} of {} documents take more than linear time (seed {})", args.inputs, args.seed);
    println!("{} documents of three sizes, none takes more than linear time", args.inputs);
    Ok(())
}

/// That of the kill test, with shards as people have them: those of six documents cost more than what is in them.
fn pipeline() -> String {
    PIPELINE.replace("[[stage]]\nuse = \"poison\"\n", "").replace("shard_documents = 6\n", "")
}

/// How steep it is from the smallest to the largest size; `None` where there is too little to be measured.
fn growth(seconds: &[f64]) -> Option<f64> {
    let (first, last) = (seconds.first()?.max(0.02), *seconds.last()?);
    (last >= LEAST).then(|| (last / first).log2() / (seconds.len() - 1) as f64)
}

/// Seconds of the processor for a run over one document.
fn cost(program: &Path, scratch: &Path, extension: &str, text: &str) -> anyhow::Result<f64> {
    let (document, out) = (scratch.join(format!("document.{extension}")), scratch.join("out"));
    fs::write(&document, text)?;
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let mut command = Command::new(program);
    command.args(["run", "pipeline.toml"]).arg(&document).args(["-q", "-o", "out"]).current_dir(scratch);
    let (status, cost) =
        watch(&mut command, &scratch.join("messages.txt"), MOST).context("the program does not run")?;
    let ended = cost.processor > MOST || status.code().is_some_and(|code| code <= 1);
    ensure!(ended, "the program ends with {status}: see messages.txt");
    Ok(cost.processor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_steep_and_lines_are_not() {
        assert!(growth(&[0.1, 0.2, 0.4]).is_some_and(|growth| (growth - 1.0).abs() < 0.01));
        assert!(growth(&[0.1, 0.4, 1.6]).is_some_and(|growth| growth > STEEPEST));
        assert_eq!(growth(&[0.01, 0.02, 0.04]), None);
    }

    #[test]
    fn a_document_has_the_size_that_is_asked_for() {
        let forms: Forms = toml::from_str(include_str!("growth.toml")).expect("the data");
        let mut random = Random::of(7, 0);
        for _ in 0..50 {
            let recipe = Recipe::draw(&forms, &mut random);
            let text = recipe.make(10_000);
            assert!((10_000..10_400).contains(&text.len()), "{} {:?} {:?}", text.len(), recipe.shape, recipe.pieces);
        }
    }
}
