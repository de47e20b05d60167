//! Trains and measures the models of the stage `strip-boilerplate`.
//!
//! - `ceiling`: the best figures that any choice of blocks could reach;
//! - `cv`: the figures of models that have not seen the site of the page they judge;
//! - `train`: the same, and the model over all pages, written where the stage embeds it;
//! - `kinds`: the figures and the forests that tell the kind of a page; with `--save`, what they say takes the place of what
//!   `article --save` left of them;
//! - `article`: the same, and the forests for blocks and for regions of pages with one article, with the figures of all
//!   forests and rules together, by forests that have seen neither the site nor the corpus of a page;
//! - `regions`: the forest for regions alone, with what `article --save` left of the others;
//! - `combine`: these figures from what `article --save` left, without training again;
//! - `choose`: the figures of the choice of blocks from the likelihoods that `cv --save` left, without training again.
//! - `rules`: what the rules drop, and how much of it is main text after all;
//! - `judge`: the figures of the model that is there, on pages that it may have seen;
//! - `keep`: the lines of the texts in the folders of a folder, with those marked that the stage would keep;
//! - `title`: the weights of what tells the title of a text, with `--dumps` and `--files` (marked texts);
//! - `settled`: the forest that has the last word on the lines of texts, with `--files` (marked texts);
//! - `speed`: how long the stage takes against parsing.
//!
//! Everything is deterministic: the same pages give the same bytes.

mod align;
mod boost;
mod calibrate;
mod corpus;
mod cross;
mod dumps;
mod gold;
mod names;
mod report;
mod speed;
mod title;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use boost::Growth;
use copydesk_document::PageType;
use copydesk_stage_strip_boilerplate::{
    Config, Mode,
    kind::{LEARNED, Likely},
    model::{Model, Names},
    training::{Measured, SURE, Sort, article_weight, html, mix},
};
use corpus::{Numbers, Sample, Set, read_set};

const USAGE: &str =
    "usage: copydesk-boilerplate-trainer ceiling|cv|train|kinds|article|regions|combine|choose|rules|judge|keep|speed|title|settled
       [--text [--dumps FILE] [--languages]] [--bench FOLDER] [--out FOLDER] [--every N] [--files FOLDER] [--mixed W]
       [--trees N] [--rate R] [--ridge R] [--page ID] [--worst N] [--mode MODE] [--save FILE]";

struct Options {
    text: bool,
    /// Dumps of the pages by other programs.
    dumps: Option<PathBuf>,
    /// Whole languages are left out instead of sites.
    languages: bool,
    bench: PathBuf,
    out: PathBuf,
    trees: Option<usize>,
    every: usize,
    mixed: Option<f32>,
    rate: f32,
    ridge: f32,
    page: Option<String>,
    worst: usize,
    mode: Mode,
    save: Option<PathBuf>,
    /// Folders of texts.
    files: Vec<PathBuf>,
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let Some(command) = args.next() else { bail!("{USAGE}") };
    let mut options = Options {
        text: false,
        dumps: None,
        languages: false,
        bench: "../shared/bench".into(),
        out: "crates/copydesk-stage-strip-boilerplate/model".into(),
        trees: None,
        every: 1,
        mixed: None,
        rate: 0.1,
        ridge: 12.0,
        page: None,
        worst: 0,
        mode: Mode::Balanced,
        save: None,
        files: Vec::new(),
    };
    while let Some(name) = args.next() {
        if name == "--text" {
            options.text = true;
            continue;
        }
        if name == "--languages" {
            options.languages = true;
            continue;
        }
        let value = args.next().with_context(|| format!("{name} needs a value\n{USAGE}"))?;
        match name.as_str() {
            "--dumps" => options.dumps = Some(value.into()),
            "--bench" => options.bench = value.into(),
            "--out" => options.out = value.into(),
            "--trees" => options.trees = Some(value.parse()?),
            "--mixed" => options.mixed = Some(value.parse()?),
            "--every" => options.every = value.parse::<usize>()?.max(1),
            "--rate" => options.rate = value.parse()?,
            "--ridge" => options.ridge = value.parse()?,
            "--page" => options.page = Some(value),
            "--files" => options.files.push(value.into()),
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
    if command == "settled" {
        return last_word(&options);
    }
    if !options.bench.join("wcxb").exists() {
        println!("skipped: there is no benchmark at {}", options.bench.display());
        return Ok(());
    }
    if let (true, Some(folder)) = (command == "keep", options.files.first()) {
        return keep(folder, &options);
    }
    if command == "title" {
        let out = options.out.join("../../copydesk-stage-extract-metadata/data/headline.toml");
        return title::fit(&options.bench, options.dumps.as_deref(), options.files.first().map(PathBuf::as_path), &out);
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
            let folds =
                if options.languages { cross::by_language(&samples) } else { cross::by_site(&samples, cross::FOLDS) };
            let growths = [growth, Growth { seed: 2, ..growth }];
            let trained = cross::train(&samples, &folds, growths, command == "train", |s| match s.set {
                Set::News => 1.5,
                Set::Mixed => options.mixed.unwrap_or(0.0),
                Set::Pages if s.gold.page_type != "article" => 1.3,
                Set::Marked => 2.5,
                Set::Pages | Set::Text | Set::Dump => 1.0,
                Set::Trimmed | Set::Bare => 0.3,
            });
            let config = Config { mode: options.mode, ..Config::default() };
            let kinds = told(&samples, &options);
            println!("after the first forest:");
            let first = report::choose(&samples, &trained.held_out_first, &kinds, &config);
            report::by_type(&samples, &first);
            println!("after both:");
            let kept = report::choose(&samples, &trained.held_out, &kinds, &config);
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
        "judge" => {
            let path = options.out.join(if options.text { "text.bin" } else { "html.bin" });
            let sort = if options.text { Sort::Text } else { Sort::Html };
            let model = Model::read(&std::fs::read(&path)?, sort)?;
            let probability: Vec<Vec<f32>> = samples.iter().map(|sample| cross::judge(sample, &model)).collect();
            let config = Config { mode: options.mode, ..Config::default() };
            let kept = report::choose(&samples, &probability, &told(&samples, &options), &config);
            show(&samples, &kept, Some(&probability), &options);
        }
        "article" => article(&samples, &options)?,
        "kinds" => {
            let kinds = kinds(&samples, &options)?;
            if let Some(path) = options.save.as_ref().filter(|path| path.exists()) {
                Found { kinds, ..Found::read(&samples, &options, true)? }.write(path)?;
            }
        }
        "regions" => {
            let found = Found::read(&samples, &options, false)?;
            regions(&samples, found.kinds, found.third, &options)?;
        }
        "combine" => combine(&samples, &Found::read(&samples, &options, true)?, &options)?,
        "choose" => {
            let path = options.save.as_ref().context("`choose` needs --save FILE")?;
            let bytes = std::fs::read(path)?;
            let mut values = bytes.chunks_exact(4).filter_map(|b| b.try_into().ok()).map(f32::from_le_bytes);
            let probability: Vec<Vec<f32>> =
                samples.iter().map(|s| values.by_ref().take(s.answers.len()).collect()).collect();
            let config = Config { mode: options.mode, ..Config::default() };
            let kept = report::choose(&samples, &probability, &told(&samples, &options), &config);
            show(&samples, &kept, Some(&probability), &options);
        }
        _ => bail!("{USAGE}"),
    }
    Ok(())
}

/// Trains the forest that has the last word on texts, from marked ones, and prints what it changes.
fn last_word(options: &Options) -> Result<()> {
    ensure!(!options.files.is_empty(), "`settled` needs --files FOLDER: marked texts");
    let mut numbers = Numbers::default();
    let mut samples = Vec::new();
    for folder in &options.files {
        samples.extend(title::marked_samples(folder, &mut numbers)?);
    }
    let model = Model::read(&std::fs::read(options.out.join("text.bin"))?, Sort::Text)?;
    let probability: Vec<Vec<f32>> = samples.iter().map(|sample| cross::judge(sample, &model)).collect();
    let trees = options.trees.unwrap_or(300);
    let growth = Growth { trees, rate: options.rate, ridge: options.ridge, sample: 0.5, ..Growth::default() };
    let (held_out, forest) = cross::last_word(&samples, &probability, growth);
    println!("without the last forest, and with it:");
    let config = Config { mode: options.mode, ..Config::default() };
    report::lines(&samples, &report::choose(&samples, &probability, &vec![Likely::default(); samples.len()], &config));
    let overruled = |((sample, p), likely): ((&Sample, &Vec<f32>), &Vec<f32>)| {
        Measured::read(&sample.doc, &Names::default()).overruled(p, likely, &config)
    };
    let with: Vec<Vec<bool>> = samples.iter().zip(&probability).zip(&held_out).map(overruled).collect();
    report::lines(&samples, &with);
    let trained_on = cross::described(&samples);
    write(&Model { second: forest, trained_on, sort: Sort::Settled, ..Model::default() }, "settled.bin", options)
}

/// What the embedded forests say of the kinds of the pages; of texts nobody asks.
fn told(samples: &[Sample], options: &Options) -> Vec<Likely> {
    if options.text { vec![Likely::default(); samples.len()] } else { report::told(samples) }
}

/// Prints what the model that is there keeps of the texts in a folder of cases.
fn keep(folder: &std::path::Path, options: &Options) -> Result<()> {
    let model = Model::read(&std::fs::read(options.out.join("text.bin"))?, Sort::Text)?;
    let mut numbers = Numbers::default();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    cases.sort();
    for case in cases {
        let Some(file) = ["input.txt", "input.md"].map(|name| case.join(name)).into_iter().find(|f| f.exists()) else {
            continue;
        };
        let gold = gold::Gold { id: file.display().to_string(), ..gold::Gold::default() };
        let sample = Sample::read(gold, Set::Dump, std::fs::read(&file)?, &mut numbers)?;
        let p = cross::judge(&sample, &model);
        let kinds = [Likely::default()];
        let kept = report::choose(std::slice::from_ref(&sample), std::slice::from_ref(&p), &kinds, &Config::default());
        println!("== {}", case.display());
        for (index, kept) in kept[0].iter().enumerate() {
            let text = sample.doc.text(copydesk_document::BlockId(index as u32)).replace('\n', " ");
            println!("{}{:5.2} {text}", if *kept { '+' } else { '-' }, p[index]);
        }
    }
    Ok(())
}

/// The kind of a page, where somebody knows it.
fn known(sample: &Sample) -> Option<PageType> {
    Some(match (sample.set, sample.gold.corpus.as_str(), sample.gold.page_type.as_str()) {
        (Set::News, ..) | (_, "dragnet" | "daniel", _) | (Set::Pages, _, "article") => PageType::Article,
        (_, "harvest", _) | (Set::Pages, _, "forum") => PageType::Thread,
        (Set::Pages, _, "listing") => PageType::Listing,
        (Set::Pages, _, "collection") => PageType::Collection,
        (Set::Pages, _, "product") => PageType::Product,
        (Set::Pages, _, "service") => PageType::Service,
        (Set::Pages, _, "documentation") => PageType::Documentation,
        // All kinds of pages, and nobody says which.
        _ => return None,
    })
}

/// Trains the forests that tell the kind of a page.
fn kinds(samples: &[Sample], options: &Options) -> Result<Vec<Likely>> {
    let growth = Growth { trees: 70, rate: 0.09, ridge: 5.0, pages: 0.9, sample: 1.0, ..Growth::default() };
    let told = cross::kinds(samples, growth, |sample| {
        // The large corpora of news shall not drown the rest.
        let kind = known(sample)?;
        let weight = match kind {
            PageType::Article if sample.set == Set::Mixed => 0.2,
            PageType::Article => 1.0,
            PageType::Thread => 2.5,
            _ => 1.7,
        };
        Some((kind, weight))
    });
    report::kinds(samples, &told.held_out, known);
    let bytes = told.model.write();
    println!("kind.bin: {} bytes", bytes.len());
    std::fs::create_dir_all(&options.out)?;
    std::fs::write(options.out.join("kind.bin"), bytes)?;
    Ok(told.held_out)
}

/// Trains the forest for articles, and prints the figures of the whole combination by forests that have seen neither site
/// nor corpus.
fn article(samples: &[Sample], options: &Options) -> Result<()> {
    let weight = |s: &Sample| if s.set == Set::Mixed { options.mixed.unwrap_or(0.3) } else { 1.0 };
    let growth = Growth {
        trees: options.trees.unwrap_or(180),
        rate: options.rate,
        ridge: options.ridge,
        pages: 0.75,
        sample: 0.12,
        ..Growth::default()
    };
    let kinds = kinds(samples, options)?;
    let (third, forest) = cross::one(samples, growth, |s| {
        let article = known(s) == Some(PageType::Article);
        if article { weight(s) * if s.set == Set::News { 1.5 } else { 1.0 } } else { 0.0 }
    });
    let model = Model { second: forest, trained_on: cross::described(samples), ..Model::default() };
    write(&model, "article.bin", options)?;
    regions(samples, kinds, third, options)
}

/// Trains the forest for regions, and prints the figures of the whole combination.
fn regions(samples: &[Sample], kinds: Vec<Likely>, third: Vec<Vec<f32>>, options: &Options) -> Result<()> {
    let growth = Growth {
        trees: options.trees.unwrap_or(120),
        rate: 0.1,
        ridge: options.ridge,
        pages: 0.75,
        sample: 0.4,
        ..Growth::default()
    };
    let (lowest, forest) = cross::regions(samples, &kinds, growth, |s| match (known(s), s.set) {
        (Some(PageType::Article), Set::Mixed) => options.mixed.unwrap_or(1.0),
        (Some(PageType::Article), Set::News) => 1.5,
        (Some(PageType::Article), _) => 1.0,
        // Of all other kinds too, so that it knows what their regions look like.
        (_, Set::Mixed) => 0.5,
        _ => 1.2,
    });
    let found = Found { kinds, third, lowest };
    if let Some(path) = &options.save {
        found.write(path)?;
    }
    combine(samples, &found, options)?;
    let trained_on = cross::described(samples);
    write(&Model { second: forest, trained_on, sort: Sort::Region, ..Model::default() }, "region.bin", options)
}

/// Writes a model where the stage embeds it.
fn write(model: &Model, name: &str, options: &Options) -> Result<()> {
    let bytes = model.write();
    println!("{name}: {} bytes", bytes.len());
    std::fs::create_dir_all(&options.out)?;
    std::fs::write(options.out.join(name), bytes)?;
    Ok(())
}

/// What the forests say of pages whose site and corpus they have not seen.
struct Found {
    /// How likely each page is of each kind.
    kinds: Vec<Likely>,
    /// What the forest for articles says of each block.
    third: Vec<Vec<f32>>,
    /// How likely the least likely region around each block is.
    lowest: Vec<Vec<f32>>,
}

impl Found {
    /// Leaves all of it in a file: kinds, blocks, regions.
    fn write(&self, path: &std::path::Path) -> Result<()> {
        let blocks = self.third.iter().chain(&self.lowest).flatten().copied();
        let values = self.kinds.iter().flat_map(|kind| kind.0).chain(blocks);
        Ok(std::fs::write(path, values.flat_map(f32::to_le_bytes).collect::<Vec<u8>>())?)
    }

    /// Reads what [`Self::write`] left, with the regions or without.
    fn read(samples: &[Sample], options: &Options, all: bool) -> Result<Self> {
        let bytes = std::fs::read(options.save.as_ref().context("this needs --save FILE, which `article` wrote")?)?;
        let blocks: usize = samples.iter().map(|s| s.answers.len()).sum();
        let fits = |parts: usize| bytes.len() == 4 * (samples.len() * LEARNED.len() + blocks * parts);
        ensure!(
            fits(2) || (!all && fits(1)),
            "the saved likelihoods are of other pages: give the options that they were saved with"
        );
        let mut values = bytes.chunks_exact(4).filter_map(|b| b.try_into().ok()).map(f32::from_le_bytes);
        let kinds =
            samples.iter().map(|_| Likely(std::array::from_fn(|_| values.next().unwrap_or_default()))).collect();
        let mut blocks = || samples.iter().map(|s| values.by_ref().take(s.answers.len()).collect()).collect();
        Ok(Self { kinds, third: blocks(), lowest: blocks() })
    }
}

/// Prints the figures of all forests and rules together.
fn combine(samples: &[Sample], found: &Found, options: &Options) -> Result<()> {
    let Found { kinds, third, lowest } = found;
    let config = Config { mode: options.mode, ..Config::default() };
    let embedded: Vec<Vec<f32>> =
        samples.iter().zip(kinds).map(|(s, kind)| Measured::read(&s.doc, &html().names).embedded(kind)).collect();
    println!("two forests for all kinds of pages, which have seen these but for other corpora:");
    show(samples, &report::choose(samples, &embedded, kinds, &config), None, options);
    let together: Vec<Vec<f32>> = embedded
        .iter()
        .zip(third)
        .zip(kinds)
        .map(|((two, third), kind)| {
            let weight = article_weight(kind);
            two.iter().zip(third).map(|(p, other)| if *p < SURE { *p } else { mix(*p, *other, weight) }).collect()
        })
        .collect();
    println!("with the forest for articles, which has seen neither site nor corpus:");
    show(samples, &report::choose(samples, &together, kinds, &config), None, options);
    let together: Vec<Vec<f32>> = samples
        .iter()
        .zip(&together)
        .zip(lowest)
        .zip(kinds)
        .map(|(((s, p), lowest), kind)| Measured::read(&s.doc, &Names::default()).held_against(p, lowest, kind))
        .collect();
    println!("with the forest for regions, which has seen neither site nor corpus:");
    let (kept, doubts): (Vec<_>, Vec<_>) = samples
        .iter()
        .zip(&together)
        .zip(kinds)
        .map(|((s, p), kind)| Measured::read(&s.doc, &Names::default()).kept_with_doubts(p, kind, &config))
        .unzip();
    show(samples, &kept, Some(&together), options);
    let weights = calibrate::fit(samples, &kept, &doubts);
    // Weights of a part of the pages, or of another mode, are to be looked at and not to be kept.
    if options.every == 1 && options.mode == Config::default().mode {
        std::fs::write(options.out.join("confidence.toml"), toml::to_string(&weights)?)?;
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
    if let (true, Some(dumps)) = (options.text, &options.dumps) {
        // The older dumps all come from one program.
        let mut number = 0;
        samples.retain(|sample| {
            number += 1;
            sample.set == Set::Text && sample.doc.tree.is_none() && number % 3 == 0
        });
        samples.extend(dumps::read_dumps(dumps, &options.bench, &mut numbers)?);
        if options.every > 1 {
            let mut number = 0;
            samples.retain(|_| {
                number += 1;
                number % options.every == 0
            });
        }
        for folder in &options.files {
            samples.extend(title::marked_samples(folder, &mut numbers)?);
        }
        eprintln!("{} pages read", samples.len());
        return Ok(samples);
    }
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
    report::lines(samples, kept);
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
