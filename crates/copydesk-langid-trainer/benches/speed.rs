//! How fast sentences are told apart, beside two other detectors, in one run.
//!
//! Run with `cargo bench -p copydesk-langid-trainer`.

use std::hint::black_box;
use std::io::Read;
use std::time::Instant;

use copydesk_langid::Detector;

const SENTENCES: &str = "../../../shared/bench/langid/dev/full.tsv.gz";
const ROUNDS: usize = 7;

fn main() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SENTENCES);
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: no sentences at {SENTENCES}");
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("the sentences are gzipped UTF-8");
    let all: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once('\t')?.1)).collect();
    let latin: Vec<&str> =
        all.iter().copied().filter(|text| text.bytes().filter(u8::is_ascii).count() * 10 > text.len() * 8).collect();

    let start = Instant::now();
    let detector = Detector::embedded();
    black_box(detector.best("The model is read at the first question."));
    println!("reading the model and one answer: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);

    for (name, texts) in [("all scripts", &all), ("mostly ASCII", &latin)] {
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        // In turns, and the best round of each: the machine's other work slows all alike.
        let mut best = [f64::MAX; 3];
        for _ in 0..ROUNDS {
            for (index, best) in best.iter_mut().enumerate() {
                let start = Instant::now();
                for text in texts {
                    match index {
                        0 => drop(black_box(detector.best(text))),
                        1 => drop(black_box(whatlang::detect(text))),
                        _ => drop(black_box(whichlang::detect_language(text))),
                    }
                }
                *best = best.min(start.elapsed().as_secs_f64());
            }
        }
        let [own, whatlang, whichlang] = best.map(|seconds| bytes as f64 / 1e6 / seconds);
        println!("{name}: {} texts, {:.1} MB", texts.len(), bytes as f64 / 1e6);
        println!("  copydesk-langid {own:7.1} MB/s");
        println!("  whatlang        {whatlang:7.1} MB/s  ({:.1} times as fast as whatlang)", own / whatlang);
        println!("  whichlang       {whichlang:7.1} MB/s  ({:.2} times as fast as whichlang)", own / whichlang);
    }
}
