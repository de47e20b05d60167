//! How fast Copydesk is beside other extractors, over the same pages, in memory, on one core.
//!
//! `cargo run --release --manifest-path peers/Cargo.toml [-- --rounds N] [--python PROGRAM]`
//!
//! In every round each extractor reads each page once, one extractor after the other, so that a busy moment of the
//! machine meets all of them. Processor time of the thread is counted, and for each page the fastest of the rounds.
//! Extractors for Python are driven through `peers.py`, which counts in the same way; those that are not installed are
//! left out. Without the benchmark's pages beside the repository only the growth of the cost is measured.

mod growth;
mod python;

use std::{io::Read as _, path::Path};

use anyhow::{Result, bail};
use copydesk_document::Input;
use copydesk_parse::{Limits, parse};
use copydesk_stage::{AnyStage, Context, StageKind};
use copydesk_stage_extract_metadata::ExtractMetadata;
use copydesk_stage_split_captions::SplitCaptions;
use copydesk_stage_strip_boilerplate::StripBoilerplate;
use cpu_time::ThreadTime;
use html5ever::tendril::TendrilSink as _;

/// Takes one page and gives the length of its main text.
type Extractor = Box<dyn FnMut(&Page) -> usize>;

/// A page as bytes, and as text for those that take nothing else.
pub(crate) struct Page {
    pub input: Input,
    pub text: String,
}

/// What one extractor took.
struct Timing {
    name: String,
    seconds: Vec<f64>,
}

fn main() -> Result<()> {
    let (mut rounds, mut python) = (3usize, "python3".to_owned());
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        match (name.as_str(), args.next()) {
            ("--rounds", Some(value)) => rounds = value.parse()?,
            ("--python", Some(value)) => python = value,
            _ => bail!("usage: copydesk-peers [--rounds N] [--python PROGRAM]"),
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/bench/news/html");
    let pages = pages(&folder);
    if pages.is_empty() {
        println!("skipped the peers: there are no pages in ../shared/bench/news/html");
    } else {
        compare(&folder, &pages, rounds, &python)?;
    }
    growth::measure(rounds)
}

fn compare(folder: &Path, pages: &[Page], rounds: usize, python: &str) -> Result<()> {
    let mut timings = Vec::new();
    let mut extractors = extractors();
    for (name, _) in &extractors {
        timings.push(Timing { name: (*name).to_owned(), seconds: vec![f64::MAX; pages.len()] });
    }
    let mut others = python::start(python, folder)?;
    for name in others.names() {
        timings.push(Timing { name: format!("{name} (Python)"), seconds: vec![f64::MAX; pages.len()] });
    }
    for _ in 0..rounds {
        for ((_, extract), timing) in extractors.iter_mut().zip(&mut timings) {
            for (page, best) in pages.iter().zip(&mut timing.seconds) {
                let start = ThreadTime::now();
                std::hint::black_box(extract(page));
                *best = best.min(start.elapsed().as_secs_f64());
            }
        }
        for (name, timing) in others.names().iter().zip(&mut timings[extractors.len()..]) {
            for (best, seconds) in timing.seconds.iter_mut().zip(others.round(name)?) {
                *best = best.min(seconds);
            }
        }
    }
    let megabytes = pages.iter().map(|p| p.input.bytes.len()).sum::<usize>() as f64 / 1e6;
    println!("{} pages, {megabytes:.1} MB, the fastest of {rounds} rounds", pages.len());
    println!("{:<34}{:>9}{:>10}{:>22}", "", "MB/s", "pages/s", "Copydesk is faster by");
    let house: f64 = timings[0].seconds.iter().sum();
    for timing in &timings {
        let seconds: f64 = timing.seconds.iter().sum();
        println!(
            "{:<34}{:>9.1}{:>10.0}{:>20.2} x",
            timing.name,
            megabytes / seconds,
            pages.len() as f64 / seconds,
            seconds / house
        );
    }
    shares(&timings);
    Ok(())
}

/// What the stages take beside parsing: the own, and that of html5ever into a tree.
fn shares(timings: &[Timing]) {
    let seconds = |name: &str| timings.iter().filter(|t| t.name == name).flat_map(|t| &t.seconds).sum::<f64>();
    let (parsing, labelled) = (seconds(PARSING), seconds(LABELLED));
    println!("\n{:<34}{:>18}{:>18}", "in % of", "own parsing", "html5ever's tree");
    for (name, own) in [("main text", labelled - parsing), ("captions and metadata", seconds(METADATA) - labelled)] {
        println!("{name:<34}{:>18.1}{:>18.1}", own / parsing * 100.0, own / seconds(HTML5EVER) * 100.0);
    }
}

const LABELLED: &str = "Copydesk: labelled blocks";
const METADATA: &str = "Copydesk: captions and metadata";
const PARSING: &str = "Copydesk: parsing alone";
const HTML5EVER: &str = "html5ever: a tree and no text";

fn stage<K: StageKind>() -> AnyStage
where
    K::Config: Default,
{
    K::build(K::Config::default()).unwrap_or_else(|error| panic!("{}: {error:?}", K::NAME))
}

/// The main text of a page after these stages.
fn chain(page: &Page, stages: &[(&'static str, AnyStage)]) -> usize {
    let Ok(mut doc) = parse(&page.input, &Limits::default()) else { return 0 };
    for (name, stage) in stages {
        let AnyStage::Cpu(stage) = stage else { continue };
        _ = stage.process(&mut doc, &mut Context::new(name));
    }
    doc.body().map(|(id, _)| doc.text(id).len()).sum()
}

/// The house first: everything else is compared with it.
fn extractors() -> Vec<(&'static str, Extractor)> {
    let labelled = [("strip-boilerplate", stage::<StripBoilerplate>())];
    let metadata = [
        ("strip-boilerplate", stage::<StripBoilerplate>()),
        ("split-captions", stage::<SplitCaptions>()),
        ("extract-metadata", stage::<ExtractMetadata>()),
    ];
    vec![
        (LABELLED, Box::new(move |page| chain(page, &labelled))),
        (METADATA, Box::new(move |page| chain(page, &metadata))),
        (PARSING, Box::new(|page| parse(&page.input, &Limits::default()).map_or(0, |doc| doc.blocks().len()))),
        (
            HTML5EVER,
            Box::new(|page| {
                let sink = markup5ever_rcdom::RcDom::default();
                let tree = html5ever::parse_document(sink, html5ever::ParseOpts::default()).one(page.text.as_str());
                tree.document.children.borrow().len()
            }),
        ),
        (
            "dom_smoothie",
            Box::new(|page| {
                let read = dom_smoothie::Readability::new(page.text.as_str(), None, None);
                read.and_then(|mut r| r.parse()).map_or(0, |article| article.text_content.len())
            }),
        ),
        (
            "rs-trafilatura",
            Box::new(|page| rs_trafilatura::extract_bytes(&page.input.bytes).map_or(0, |r| r.content_text.len())),
        ),
    ]
}

fn pages(folder: &Path) -> Vec<Page> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let compressed = std::fs::read(path).ok()?;
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(compressed.as_slice()).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Some(Page { input: Input::new(path.display().to_string(), bytes), text })
    };
    paths.iter().filter_map(read).collect()
}
