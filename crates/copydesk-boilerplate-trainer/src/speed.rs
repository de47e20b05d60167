//! How long the stage takes, against parsing the same page.

use std::{path::Path, time::Instant};

use anyhow::{Result, anyhow};
use copydesk_document::Input;
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Context, Stage};
use copydesk_stage_strip_boilerplate::StripBoilerplate;

use crate::gold::{read_gold, read_page};

/// Times each page this often; the fastest time counts, which is the one that was disturbed least.
const TIMES: usize = 5;

/// Prints the time for the pages of the news benchmark.
pub(crate) fn measure(bench: &Path) -> Result<()> {
    let stage = StripBoilerplate::default();
    let (mut bytes, mut blocks, mut parsing, mut judging) = (0usize, 0usize, 0.0, 0.0);
    for gold in read_gold(&bench.join("news"))? {
        let page = read_page(&bench.join("news/html").join(format!("{}.html.gz", gold.id)))?;
        bytes += page.len();
        let input = Input::new(gold.id, page);
        let (mut parse_best, mut judge_best) = (f64::MAX, f64::MAX);
        for time in 0..TIMES {
            let start = Instant::now();
            let mut doc = parse(&input, &Limits::default()).map_err(|e| anyhow!("{e}"))?;
            parse_best = f64::min(parse_best, start.elapsed().as_secs_f64());
            let start = Instant::now();
            stage.process(&mut doc, &mut Context::new("strip-boilerplate")).map_err(|e| anyhow!("{e}"))?;
            judge_best = f64::min(judge_best, start.elapsed().as_secs_f64());
            blocks += if time == 0 { doc.blocks().len() } else { 0 };
        }
        parsing += parse_best;
        judging += judge_best;
    }
    let megabytes = bytes as f64 / 1e6;
    println!("{megabytes:.1} MB, {blocks} blocks");
    println!("parsing {:.1} MB/s, both {:.1} MB/s", megabytes / parsing, megabytes / (parsing + judging));
    println!(
        "the stage takes {:.1} % of parsing, {:.2} µs a block",
        judging / parsing * 100.0,
        judging / blocks as f64 * 1e6
    );
    Ok(())
}
