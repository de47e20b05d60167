//! Trains and measures the models of the stage `strip-boilerplate`.
//!
//! - `ceiling`: the best figures that any choice of blocks could reach;
//! - `cv`: the figures of models that have not seen the site of the page they judge;
//! - `train`: the same, and the model over all pages, written where the stage embeds it;
//! - `choose`: the figures of the choice of blocks from the likelihoods that `cv --save` left, without training again.
//! - `rules`: what the rules drop, and how much of it is main text after all;
//! - `speed`: how long the stage takes against parsing.
//!
//! Everything is deterministic: the same pages give the same bytes.

mod align;
mod boost;
mod corpus;
mod cross;
mod gold;
mod names;
mod report;
mod speed;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use boost::Growth;
use copydesk_stage_strip_boilerplate::{Config, Mode};
use corpus::{Numbers, Sample, Set, read_set};

const USAGE: &str =
    "usage: copydesk-boilerplate-trainer ceiling|cv|train|choose|rules|speed [--text] [--bench FOLDER] [--out FOLDER] [--every N]
       [--trees N] [--rate R] [--ridge R] [--page ID] [--worst N] [--mode MODE] [--save FILE]";

struct Options {
    text: bool,
    bench: PathBuf,
    out: PathBuf,
    trees: Option<usize>,
    every: usize,
    mixed: f32,
    rate: f32,
    ridge: f32,
    page: Option<String>,
    worst: usize,
    mode: Mode,
    save: Option<PathBuf>,
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let Some(command) = args.next() else { bail!("{USAGE}") };
    let mut options = Options {
        text: false,
        bench: "../shared/bench".into(),
        out: "crates/copydesk-stage-strip-boilerplate/model".into(),
        trees: None,
        every: 1,
        mixed: 0.6,
        rate: 0.1,
        ridge: 12.0,
        page: None,
        worst: 0,
        mode: Mode::Balanced,
        save: None,
    };
    while let Some(name) = args.next() {
        if name == "--text" {
            options.text = true;
            continue;
        }
        let value = args.next().with_context(|| format!("{name} needs a value\n{USAGE}"))?;
        match name.as_str() {
            "--bench" => options.bench = value.into(),
            "--out" => options.out = value.into(),
            "--trees" => options.trees = Some(value.parse()?),
            "--mixed" => options.mixed = value.parse()?,
            "--every" => options.every = value.parse::<usize>()?.max(1),
            "--rate" => options.rate = value.parse()?,
            "--ridge" => options.ridge = value.parse()?,
            "--page" => options.page = Some(value),
            "--save" => options.save = Some(value.into()),
            "--worst" => options.worst = value.parse()?,
            "--mode" => {
                options.mode = match value.as_str() {
                    "precision" => Mode::Precision,
                    "recall" => Mode::Recall,
                    _ => Mode::Balanced,
                }
            }
            _ => bail!("unknown option {name}\n{USAGE}"),
        }
    }
    if !options.bench.join("wcxb").exists() {
        println!("skipped: there is no benchmark at {}", options.bench.display());
        return Ok(());
    }
    if command == "speed" {
        return speed::measure(&options.bench);
    }
    let samples = samples(&options)?;
    match command.as_str() {
        "rules" => report::rules(&samples, options.worst),
        "ceiling" => {
            let kept: Vec<Vec<bool>> = samples.iter().map(report::ceiling).collect();
            show(&samples, &kept, None, &options);
        }
        "cv" | "train" => {
            let trees = options.trees.unwrap_or(if options.text { 150 } else { 260 });
            let growth = Growth { trees, rate: options.rate, ridge: options.ridge, ..Growth::default() };
            let trained =
                cross::train(&samples, growth, Growth { seed: 2, ..growth }, command == "train", |s| match s.set {
                    Set::News => 1.5,
                    Set::Mixed => options.mixed,
                    Set::Pages if s.gold.page_type != "article" => 1.3,
                    Set::Pages | Set::Text => 1.0,
                    Set::Trimmed | Set::Bare => 0.3,
                });
            let config = Config { mode: options.mode, ..Config::default() };
            println!("after the first forest:");
            let first = report::choose(&samples, &trained.held_out_first, &config);
            report::by_type(&samples, &first);
            println!("after both:");
            let kept = report::choose(&samples, &trained.held_out, &config);
            show(&samples, &kept, Some(&trained.held_out), &options);
            if let Some(path) = &options.save {
                let bytes: Vec<u8> = trained.held_out.iter().flatten().flat_map(|p| p.to_le_bytes()).collect();
                std::fs::write(path, bytes)?;
            }
            if let Some(model) = trained.model {
                std::fs::create_dir_all(&options.out)?;
                let path = options.out.join(if options.text { "text.bin" } else { "html.bin" });
                let bytes = model.write();
                println!("{}: {} bytes", path.display(), bytes.len());
                std::fs::write(path, bytes)?;
            }
        }
        "choose" => {
            let path = options.save.as_ref().context("`choose` needs --save FILE")?;
            let bytes = std::fs::read(path)?;
            let mut values = bytes.chunks_exact(4).filter_map(|b| b.try_into().ok()).map(f32::from_le_bytes);
            let probability: Vec<Vec<f32>> =
                samples.iter().map(|s| values.by_ref().take(s.answers.len()).collect()).collect();
            let kept = report::choose(&samples, &probability, &Config { mode: options.mode, ..Config::default() });
            show(&samples, &kept, Some(&probability), &options);
        }
        _ => bail!("{USAGE}"),
    }
    Ok(())
}

fn samples(options: &Options) -> Result<Vec<Sample>> {
    let mut numbers = Numbers::default();
    let pages = options.bench.join("wcxb");
    let mut samples = if options.text {
        read_set(&pages, Set::Text, options.every, &mut numbers)?
    } else {
        read_set(&pages, Set::Pages, options.every, &mut numbers)?
    };
    let news = options.bench.join("news");
    if news.exists() {
        let set = if options.text { Set::Bare } else { Set::News };
        samples.extend(read_set(&news, set, options.every, &mut numbers)?);
    }
    let mixed = options.bench.join("mixed");
    if mixed.exists() && !options.text {
        samples.extend(read_set(&mixed, Set::Mixed, options.every, &mut numbers)?);
    }
    if options.text {
        samples.extend(read_set(&pages, Set::Bare, options.every, &mut numbers)?);
    }
    eprintln!("{} pages read", samples.len());
    Ok(samples)
}

fn show(samples: &[Sample], kept: &[Vec<bool>], probability: Option<&[Vec<f32>]>, options: &Options) {
    report::by_type(samples, kept);
    report::news(samples, kept);
    if options.worst > 0 {
        let mut worst: Vec<(f64, usize)> = samples.iter().enumerate().map(|(i, s)| (s.score(&kept[i]).2, i)).collect();
        worst.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (f, i) in worst.iter().take(options.worst) {
            let (p, r, _) = samples[*i].score(&kept[*i]);
            let gold = &samples[*i].gold;
            println!("  {} {}: F1 {f:.3} P {p:.3} R {r:.3}  {}", gold.id, gold.page_type, gold.url);
        }
    }
    let Some(id) = &options.page else { return };
    for (at, sample) in samples.iter().enumerate().filter(|(_, s)| s.gold.id == *id) {
        println!("{} {:?} {:?}", sample.gold.id, sample.set, sample.score(&kept[at]));
        for (index, (block, answer)) in sample.doc.blocks().iter().zip(&sample.answers).enumerate() {
            let text: String = sample.doc.text(copydesk_document::BlockId(index as u32)).chars().take(110).collect();
            let p = probability.map_or(0.0, |p| p[at][index]);
            let mark = if kept[at][index] { '+' } else { ' ' };
            let hidden = if block.hidden { 'h' } else { ' ' };
            println!("{mark}{hidden}{answer:5.2} {p:5.2} {:?}{} {}", block.kind, block.level, text.replace('\n', "⏎"));
        }
    }
}
