//! What a run takes: time, processor time and memory, as the system counts them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail, ensure};

use crate::{
    generate::{Made, Shape, large, small},
    watch::{Cost, release, watch},
};

/// Arguments of `cargo xtask memory`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Small corpora only: for CI, and to see that it works. The throughput is then not judged.
    #[arg(long)]
    quick: bool,
    /// Folder for the corpora and outputs. Full runs need 15 GB there.
    #[arg(long, default_value = "target/memory")]
    scratch: PathBuf,
    /// Leave out the one large file.
    #[arg(long)]
    small_only: bool,
    /// How the small documents are stored.
    #[arg(long, value_enum, default_value_t = Shape::File)]
    small: Shape,
    /// How many threads compute; as many as there are cores if not given.
    #[arg(long)]
    threads: Option<u32>,
    /// Do not build the release program first.
    #[arg(long)]
    no_build: bool,
}

/// No run may have more of its pages in memory than this.
const MOST_RESIDENT: u64 = 500_000_000;
/// The throughput of the largest run of small documents against the smallest.
const FLAT: f64 = 0.10;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let program = release(args.no_build)?;
    let (counts, bytes): (&[u64], u64) =
        if args.quick { (&[1_000, 10_000], 50_000_000) } else { (&[10_000, 100_000, 1_000_000], 5_000_000_000) };
    println!("| corpus | documents | MB | seconds | documents/s | MB/s | documents/s of a core | peak resident MB |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut faults = Vec::new();
    let mut rates = Vec::new();
    // The smallest comes once more at the end, so that a machine that gets busier is not taken for a rate that falls.
    for &documents in counts.iter().chain(counts.first().filter(|_| !args.quick)) {
        let (made, cost) = measure(args, &program, args.small, |path| small(documents, args.small, path, 1))?;
        report("small documents", made, cost, &mut faults);
        rates.push(made.documents as f64 / cost.processor);
    }
    if !args.small_only {
        let (made, cost) = measure(args, &program, Shape::File, |path| large(bytes, path, 1))?;
        report("one large file", made, cost, &mut faults);
    }
    if let ([first, .., largest, again], false) = (&*rates, args.quick) {
        let change = largest / f64::midpoint(*first, *again) - 1.0;
        println!(
            "\nFrom the smallest to the largest corpus the throughput of a core changes by {:+.1} %.",
            change * 100.0
        );
        if change < -FLAT {
            faults.push(format!("the throughput falls by more than {:.0} %", FLAT * 100.0));
        }
    }
    if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join("; ")) }
}

/// Makes a corpus, runs over it, and removes both.
fn measure(
    args: &Args,
    program: &Path,
    shape: Shape,
    corpus: impl FnOnce(&Path) -> anyhow::Result<Made>,
) -> anyhow::Result<(Made, Cost)> {
    let folder = args.scratch.join("run");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let (source, name) = match shape {
        Shape::File => ("jsonl", "corpus.jsonl"),
        Shape::Files => ("jsonl", "corpus"),
        Shape::Tree => ("files", "corpus"),
    };
    let source = format!("[source]\nuse = \"{source}\"\npaths = [\"{name}\"]\n\n");
    fs::write(folder.join("pipeline.toml"), source + include_str!("pipeline.toml"))?;
    let made = corpus(&folder.join(name))?;
    let mut command = Command::new(program);
    command.args(["run", "pipeline.toml"]).current_dir(&folder);
    if let Some(threads) = args.threads {
        command.args(["--threads", &threads.to_string()]);
    }
    let messages = folder.join("messages.txt");
    let (status, cost) = watch(&mut command, &messages, f64::INFINITY)?;
    ensure!(status.success(), "the run ended with {status}:\n{}", fs::read_to_string(messages)?);
    let records = fs::metadata(folder.join("out/records.jsonl")).context("the run left no records")?;
    ensure!(records.len() > 0, "the run left no records");
    fs::remove_dir_all(&folder)?;
    Ok((made, cost))
}

fn report(name: &str, made: Made, cost: Cost, faults: &mut Vec<String>) {
    let seconds = cost.wall.as_secs_f64();
    let megabytes = made.bytes as f64 / 1e6;
    println!(
        "| {name} | {} | {megabytes:.0} | {seconds:.1} | {:.0} | {:.1} | {:.0} | {:.0} |",
        made.documents,
        made.documents as f64 / seconds,
        megabytes / seconds,
        made.documents as f64 / cost.processor,
        cost.resident as f64 / 1e6,
    );
    if cost.resident > MOST_RESIDENT {
        faults.push(format!("{name}: {} documents take {} MB", made.documents, cost.resident / 1_000_000));
    }
}
