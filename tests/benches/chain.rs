//! How long each stage of the news pipeline takes, against parsing the same pages.
//!
//! `cargo bench -p copydesk-tests` prints it for the pages of the benchmark, in memory and on one core. Of several
//! rounds the fastest counts for each page, which is the one that was disturbed least. Without the benchmark's pages
//! beside the workspace it says so and stops.

use std::path::Path;
use std::time::Instant;

use copydesk_document::Input;
use copydesk_parse::{Limits, parse};
use copydesk_stage::{AnyStage, Context, StageKind};
use copydesk_stage_detect_language::DetectLanguage;
use copydesk_stage_extract_metadata::ExtractMetadata;
use copydesk_stage_split_captions::SplitCaptions;
use copydesk_stage_strip_boilerplate::StripBoilerplate;

const ROUNDS: usize = 5;

fn main() {
    let stages =
        [stage::<StripBoilerplate>(), stage::<DetectLanguage>(), stage::<SplitCaptions>(), stage::<ExtractMetadata>()];
    for (name, count) in [("news", 400), ("wcxb", 300)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/bench").join(name).join("html");
        let pages = pages(&folder, count);
        if pages.is_empty() {
            println!("{name}: no pages in ../shared/bench/{name}/html, skipped");
            continue;
        }
        let mut parsing = 0.0;
        let mut spent = vec![0.0; stages.len()];
        for page in &pages {
            let best = (0..ROUNDS)
                .map(|_| time(page, &stages))
                .reduce(|a, b| a.iter().zip(&b).map(|(a, b)| f64::min(*a, *b)).collect());
            let best = best.unwrap_or_default();
            parsing += best[0];
            spent.iter_mut().zip(&best[1..]).for_each(|(sum, one)| *sum += one);
        }
        println!("{name}: {} pages, parsing {:.0} ms", pages.len(), parsing * 1e3);
        for ((label, _), spent) in stages.iter().zip(spent) {
            println!("  {label:<20}{:6.1} ms {:6.1} % of parsing", spent * 1e3, spent / parsing * 100.0);
        }
    }
}

fn stage<K: StageKind>() -> (&'static str, AnyStage)
where
    K::Config: Default,
{
    match K::build(K::Config::default()) {
        Ok(stage) => (K::NAME, stage),
        Err(error) => panic!("{}: {error:?}", K::NAME),
    }
}

/// The seconds that parsing and each stage took.
fn time(page: &Input, stages: &[(&'static str, AnyStage)]) -> Vec<f64> {
    let mut out = Vec::with_capacity(stages.len() + 1);
    let start = Instant::now();
    let Ok(mut doc) = parse(page, &Limits::default()) else { return vec![0.0; stages.len() + 1] };
    out.push(start.elapsed().as_secs_f64());
    for (name, stage) in stages {
        let AnyStage::Cpu(stage) = stage else { continue };
        let start = Instant::now();
        _ = stage.process(&mut doc, &mut Context::new(name));
        out.push(start.elapsed().as_secs_f64());
    }
    out
}

fn pages(folder: &Path, count: usize) -> Vec<Input> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let compressed = std::fs::read(path).ok()?;
        let mut page = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(compressed.as_slice()), &mut page).ok()?;
        Some(Input::new(path.display().to_string(), page))
    };
    paths.iter().take(count).filter_map(read).collect()
}
