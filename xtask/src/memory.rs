//! What a run takes: time, processor time and memory, as the system counts them.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};

use crate::{
    generate::{Made, Shape, large, small},
    target,
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
/// The system counts processor time in such parts of a second.
const TICKS: f64 = 100.0;

/// What a run took.
#[derive(Clone, Copy, Debug)]
struct Cost {
    wall: Duration,
    /// Seconds of all cores together.
    processor: f64,
    /// Largest resident set, in bytes.
    resident: u64,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    ensure!(Path::new("/proc/self/status").exists(), "memory is read from /proc, which this system does not have");
    if !args.no_build {
        let built = Command::new(env!("CARGO")).args(["build", "--release", "--locked", "-p", "copydesk"]).status()?;
        ensure!(built.success(), "the release program could not be built");
    }
    let (counts, bytes): (&[u64], u64) =
        if args.quick { (&[1_000, 10_000], 50_000_000) } else { (&[10_000, 100_000, 1_000_000], 5_000_000_000) };
    println!("| corpus | documents | MB | seconds | documents/s | MB/s | documents/s of a core | peak resident MB |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut faults = Vec::new();
    let mut rates = Vec::new();
    for &documents in counts {
        let (made, cost) = measure(args, args.small, |path| small(documents, args.small, path, 1))?;
        report("small documents", made, cost, &mut faults);
        rates.push(made.documents as f64 / cost.processor);
    }
    let (made, cost) = measure(args, Shape::File, |path| large(bytes, path, 1))?;
    report("one large file", made, cost, &mut faults);
    if let ([first, .., last], false) = (&*rates, args.quick) {
        let change = last / first - 1.0;
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
    let program = fs::canonicalize(target().join("release/copydesk")).context("there is no release program")?;
    let mut command = Command::new(program);
    command.args(["run", "pipeline.toml"]).current_dir(&folder);
    if let Some(threads) = args.threads {
        command.args(["--threads", &threads.to_string()]);
    }
    let cost = watch(&mut command, &folder.join("messages.txt"))?;
    let records = fs::metadata(folder.join("out/records.jsonl")).context("the run left no records")?;
    ensure!(records.len() > 0, "the run left no records");
    fs::remove_dir_all(&folder)?;
    Ok((made, cost))
}

/// Runs a program to its end, and reads from `/proc` what it takes. What it says goes into the file `messages`.
fn watch(command: &mut Command, messages: &Path) -> anyhow::Result<Cost> {
    command.stdout(Stdio::null()).stderr(File::create(messages)?);
    let start = Instant::now();
    let mut child = command.spawn().context("the program does not start")?;
    let folder = PathBuf::from(format!("/proc/{}", child.id()));
    let mut resident = 0;
    let mut processor;
    loop {
        // The highest mark does not come down again, so that what passes between two looks is not lost.
        resident = resident.max(highest(&fs::read_to_string(folder.join("status"))?).unwrap_or(0));
        let (state, seconds) =
            times(&fs::read_to_string(folder.join("stat"))?).context("/proc has another form than expected")?;
        processor = seconds;
        // Until it is waited for, a program that has ended keeps its times.
        if state == 'Z' {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let wall = start.elapsed();
    let status = child.wait()?;
    ensure!(status.success(), "the run ended with {status}:\n{}", fs::read_to_string(messages)?);
    Ok(Cost { wall, processor, resident })
}

/// `VmHWM` of `/proc/PID/status`, in bytes.
fn highest(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// State and processor time of `/proc/PID/stat`. The name of the program, in parentheses, may hold anything.
fn times(stat: &str) -> Option<(char, f64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_whitespace();
    let state = words.next()?.chars().next()?;
    let user: f64 = words.nth(10)?.parse().ok()?;
    let system: f64 = words.next()?.parse().ok()?;
    Some((state, (user + system) / TICKS))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        assert_eq!(highest("Name:\tx\nVmHWM:\t    1500 kB\nVmRSS:\t 1 kB\n"), Some(1_536_000));
        assert_eq!(highest("Name:\tx\n"), None);
        let stat = "12 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20";
        assert_eq!(times(stat), Some(('S', 3.0)));
        assert_eq!(times("12"), None);
    }

    #[test]
    fn a_run_is_watched_to_its_end() {
        if !Path::new("/proc/self/status").exists() {
            eprintln!("skipped: there is no /proc");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let messages = folder.path().join("messages.txt");
        let cost = watch(Command::new("sleep").arg("0.1"), &messages).expect("it runs");
        assert!(cost.wall >= Duration::from_millis(100) && cost.resident > 0, "{cost:?}");
        let error = watch(Command::new("ls").arg("no such file"), &messages).expect_err("it fails");
        assert!(error.to_string().contains("no such file"), "{error}");
    }
}
