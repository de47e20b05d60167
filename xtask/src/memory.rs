//! What a run takes: time, processor time and memory, as the system counts them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use anyhow::{Context, anyhow, bail, ensure};

use crate::{
    generate::{Made, Shape, large, small},
    watch::{Cost, lean_release, watch},
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
/// How many small documents are many, and few.
const MANY: u64 = 1_000_000;
const FEW: u64 = 10_000;
/// The throughput on many against that on few may be lower by no more than this.
const FLAT: f64 = 0.10;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let program = lean_release(args.no_build)?;
    let (counts, bytes): (&[u64], u64) =
        if args.quick { (&[1_000, 10_000], 50_000_000) } else { (&[10_000, 100_000], 5_000_000_000) };
    println!("| corpus | documents | MB | seconds | documents/s | MB/s | documents/s of a core | peak resident MB |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut faults = Vec::new();
    let corpus = |documents| move |path: &Path| small(documents, args.small, path, 1);
    let all = Setting { args, program: &program, folder: "run", threads: args.threads };
    for &documents in counts {
        let (made, cost) = all.measure(args.small, corpus(documents))?;
        report("small documents", made, cost, &mut faults);
    }
    if !args.small_only {
        let (made, cost) = all.measure(Shape::File, |path| large(bytes, path, 1))?;
        report("one large file", made, cost, &mut faults);
    }
    if !args.quick {
        let change = many_beside_few(args, &program, corpus(MANY), corpus(FEW), &mut faults)?;
        println!(
            "\nFrom {FEW} documents to {MANY} the throughput of a core changes by {:+.1} %, measured side by side.",
            change * 100.0
        );
        if change < -FLAT {
            faults.push(format!("the throughput falls by more than {:.0} %", FLAT * 100.0));
        }
    }
    if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join("; ")) }
}

/// The throughput of a core on many documents against that on few: both run on one thread at the same time, the few
/// again and again, since the speed of a machine with other work changes by more than what is looked for.
fn many_beside_few(
    args: &Args,
    program: &Path,
    many: impl Fn(&Path) -> anyhow::Result<Made> + Send,
    few: impl Fn(&Path) -> anyhow::Result<Made>,
    faults: &mut Vec<String>,
) -> anyhow::Result<f64> {
    let setting = |folder| Setting { args, program, folder, threads: Some(1) };
    let (many, few) = thread::scope(|scope| {
        let many = scope.spawn(|| setting("run").measure(args.small, many));
        let mut sum: Option<(Made, Cost)> = None;
        while sum.is_none() || !many.is_finished() {
            let (made, cost) = setting("beside").measure(args.small, &few)?;
            let (all, total) = sum.get_or_insert((Made::default(), Cost::default()));
            all.add(made);
            total.add(cost);
        }
        let many = many.join().map_err(|_| anyhow!("a thread came to an end"))??;
        anyhow::Ok((many, sum.context("it ran at least once")?))
    })?;
    report("small documents, one thread", many.0, many.1, faults);
    report("the few again and again beside them", few.0, few.1, faults);
    let rate = |(made, cost): (Made, Cost)| made.documents as f64 / cost.processor;
    Ok(rate(many) / rate(few) - 1.0)
}

/// Where and how a program runs over a corpus.
struct Setting<'a> {
    args: &'a Args,
    program: &'a Path,
    folder: &'a str,
    threads: Option<u32>,
}

impl Setting<'_> {
    /// Makes a corpus, runs over it, and removes both.
    fn measure(
        &self,
        shape: Shape,
        corpus: impl FnOnce(&Path) -> anyhow::Result<Made>,
    ) -> anyhow::Result<(Made, Cost)> {
        let folder = self.args.scratch.join(self.folder);
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
        let mut command = Command::new(self.program);
        command.args(["run", "pipeline.toml"]).current_dir(&folder);
        if let Some(threads) = self.threads {
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
