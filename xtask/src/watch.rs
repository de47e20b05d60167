//! Runs a program, and reads from `/proc` what it takes.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use crate::target;

/// The system counts processor time in such parts of a second.
const TICKS: f64 = 100.0;

/// What a run took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Seconds of all cores together.
    pub(crate) processor: f64,
    /// Largest resident set, in bytes.
    pub(crate) resident: u64,
}

impl Cost {
    /// One run after another.
    pub(crate) fn add(&mut self, other: Self) {
        self.wall += other.wall;
        self.processor += other.processor;
        self.resident = self.resident.max(other.resident);
    }
}

/// The release program with all that it can do, built before unless that is `built` already.
pub(crate) fn release(built: bool) -> anyhow::Result<PathBuf> {
    program(built, &[])
}

/// The release program of the README's first command, which is there where that was given.
pub(crate) fn lean_release(built: bool) -> anyhow::Result<PathBuf> {
    program(built, &["--no-default-features"])
}

fn program(built: bool, features: &[&str]) -> anyhow::Result<PathBuf> {
    ensure!(Path::new("/proc/self/status").exists(), "memory is read from /proc, which this system does not have");
    if !built {
        let mut cargo = Command::new(env!("CARGO"));
        // What is kept for the next build changes what is inlined, and so what a page costs.
        cargo.args(["build", "--release", "--locked", "-p", "copydesk"]).args(features).env("CARGO_INCREMENTAL", "0");
        ensure!(cargo.status()?.success(), "the release program could not be built");
    }
    fs::canonicalize(target().join("release/copydesk")).context("there is no release program")
}

/// Runs a program to its end, or until it has taken `most` seconds of processor time or, if it only waits, of the
/// clock; it is killed then. What it says goes into the file `messages`.
pub(crate) fn watch(command: &mut Command, messages: &Path, most: f64) -> anyhow::Result<(ExitStatus, Cost)> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(messages)?);
    let start = Instant::now();
    let mut child = command.spawn().context("the program does not start")?;
    let folder = PathBuf::from(format!("/proc/{}", child.id()));
    // Of the program and of its workers, each by its folder. What a worker took is known after it has gone, too.
    let mut family: BTreeMap<PathBuf, (u64, f64)> = BTreeMap::new();
    let (mut resident, mut processor);
    let mut pause = Duration::from_millis(1);
    loop {
        for member in workers(&folder).into_iter().chain([folder.clone()]) {
            let read = |name: &str| fs::read_to_string(member.join(name)).unwrap_or_default();
            let (highest, times) = (highest(&read("status")), times(&read("stat")));
            let known = family.entry(member.clone()).or_default();
            // The highest mark does not come down again, so that what passes between two looks is not lost.
            known.0 = known.0.max(highest.unwrap_or(0));
            known.1 = known.1.max(times.map_or(0.0, |(_, seconds)| seconds));
        }
        resident = family.values().map(|(resident, _)| resident).sum();
        processor = family.values().map(|(_, seconds)| seconds).sum::<f64>();
        let (state, _) =
            times(&fs::read_to_string(folder.join("stat"))?).context("/proc has another form than expected")?;
        // Until it is waited for, a program that has ended keeps its times.
        if state == 'Z' {
            break;
        }
        if processor > most || (state == 'S' && start.elapsed().as_secs_f64() > most + 60.0) {
            child.kill()?;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
    let wall = start.elapsed();
    Ok((child.wait()?, Cost { wall, processor, resident }))
}

/// The processes that a program has started.
fn workers(folder: &Path) -> Vec<PathBuf> {
    let Ok(threads) = fs::read_dir(folder.join("task")) else { return Vec::new() };
    let children = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok());
    let children = children.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    children.map(|id| Path::new("/proc").join(id)).collect()
}

/// `VmHWM` of `/proc/PID/status`, in bytes.
pub(crate) fn highest(status: &str) -> Option<u64> {
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
        let (status, cost) = watch(Command::new("sleep").arg("0.1"), &messages, 60.0).expect("it runs");
        assert!(status.success() && cost.wall >= Duration::from_millis(100) && cost.resident > 0, "{cost:?}");
        let (status, _) = watch(Command::new("ls").arg("no such file"), &messages, 60.0).expect("it runs");
        let said = fs::read_to_string(&messages).expect("messages");
        assert!(!status.success() && said.contains("no such file"), "{said}");
        // One that does not end by itself.
        let (status, _) =
            watch(Command::new("sh").args(["-c", "while :; do :; done"]), &messages, 0.1).expect("it runs");
        assert_eq!(status.code(), None);
    }
}
