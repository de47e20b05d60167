//! Kills runs at random moments and on purpose-made occasions, tears what they leave, resumes them, and compares what
//! comes out with runs that nobody disturbed.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use copydesk_runner::FAIL_POINTS;

use crate::{
    generate::{Shape, small},
    grammar::Random,
    target,
};

/// Arguments of `cargo xtask kill-test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many times a run is killed or its disk fails.
    #[arg(long, default_value_t = 200)]
    runs: u64,
    /// Other seeds kill at other moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the corpora and outputs.
    #[arg(long, default_value = "target/kill-test")]
    scratch: PathBuf,
    /// Build without optimisation.
    #[arg(long)]
    debug: bool,
}

const DOCUMENTS: u64 = 90;
/// A run of so few documents has shards of fewer, so that there is something to lose.
const PIPELINE: &str = include_str!("kill_test.toml");

/// What is done to a run.
#[derive(Clone, Debug)]
enum Blow {
    /// SIGKILL after a share of the time that a run takes, in thousandths.
    After(u64),
    /// At a fail point, for the N-th time: `kill`, `full` or `io`.
    At(&'static str, u64, &'static str),
}

/// Every file of a folder, by its path in there.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

struct Bench {
    program: PathBuf,
    scratch: PathBuf,
    /// The time of an undisturbed run.
    usual: Duration,
}

/// What is taken out of a folder: a document that was written, one that was set aside, and one that stands for others.
const FORGOTTEN: [&str; 3] = ["corpus/000/000/05.txt", "corpus/000/000/30a.html.gz", "corpus/000/000/44.txt"];

/// A corpus, and what an undisturbed run makes of it.
#[derive(Clone)]
struct Case {
    corpus: PathBuf,
    /// What the command is told beside its inputs. A document of an earlier corpus is gone in the second one.
    option: Option<&'static str>,
    /// Whether documents are taken out of what is there, and none is read.
    forgets: bool,
    /// What an earlier run has left.
    from: Option<PathBuf>,
    tree: Tree,
    code: Option<i32>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let program = build(args)?;
    if args.scratch.exists() {
        fs::remove_dir_all(&args.scratch)?;
    }
    fs::create_dir_all(&args.scratch)?;
    let scratch = fs::canonicalize(&args.scratch)?;
    fs::write(scratch.join("pipeline.toml"), PIPELINE)?;
    let mut bench = Bench { program, scratch, usual: Duration::ZERO };
    let first = bench.case("first", None, None, |_| Ok(()))?;
    let finished = bench.scratch.join("finished");
    bench.undisturbed(&first, &finished)?;
    let second = bench.case("second", Some("--replace"), Some(finished.clone()), edit)?;
    let added = bench.case("added", Some("--append"), Some(finished), edit)?;
    let twice = bench.scratch.join("twice");
    copy_tree(&bench.scratch.join("reference"), &twice)?;
    let again = bench.case("again", Some("--append"), Some(twice), |corpus| {
        let file = |name: &str| corpus.join("000/000").join(name);
        fs::write(file("07.txt"), fs::read_to_string(file("05.txt"))?)?;
        Ok(fs::copy(file("44.txt"), file("44a.txt")).map(drop)?)
    })?;
    let forgotten = bench.forgotten(&again)?;
    let cases = [first, second, added, again, forgotten];

    let mut random = Random::of(args.seed, 0);
    let (mut blows, mut rounds, mut by_kind) = (0, 0, BTreeMap::<String, u64>::new());
    while blows < args.runs {
        rounds += 1;
        let out = bench.scratch.join("out");
        // Some runs start from nothing, others from what runs over other corpora have left.
        let case = &cases[random.below(cases.len() as u64) as usize];
        case.start(&out)?;
        let mut old = tree(&out)?;
        let mut history = Vec::new();
        let mut spoiled = false;
        for _ in 0..=random.below(3) {
            let blow = draw(&mut random);
            let ended = bench.disturbed(case, &out, spoiled, &blow, &mut random)?;
            history.push(format!("{blow:?}"));
            if ended == case.code {
                // It was over before the blow came.
                continue;
            }
            blows += 1;
            let kind = match &blow {
                Blow::After(_) => "a random moment".to_owned(),
                Blow::At(point, _, what) => format!("{what} at {point}"),
            };
            *by_kind.entry(kind).or_default() += 1;
            torn(&out, &old, &case.tree).with_context(|| format!("after {}", history.join(", ")))?;
            // What is added to is somebody's, and a spoiled file of it is refused.
            if random.below(3) == 0 && case.option != Some("--append") && !case.forgets {
                history.push(spoil(&out, &mut random)?);
                spoiled = true;
                old = tree(&out)?;
            }
        }
        let code = bench.command(case, &out, spoiled).status()?.code();
        let now = tree(&out)?;
        let difference = difference(&case.tree, &now);
        if code != case.code || difference.is_some() {
            bail!(
                "round {rounds} (seed {}): exit code {code:?} after {}; {}. It lies in {}",
                args.seed,
                history.join(", "),
                difference.unwrap_or_default(),
                out.display()
            );
        }
    }
    for (kind, n) in &by_kind {
        println!("{n:5}  {kind}");
    }
    println!("{blows} blows in {rounds} rounds, 0 bytes of difference");
    Ok(())
}

/// Copydesk with a stage that takes its process down where a document asks for it, and with its fail points.
const PROGRAM: &str = "poisoned-copydesk";

/// What some documents ask that stage for.
const POISON: [&str; 5] = ["ABORT", "OVERFLOW", "EXIT", "KILL", "EAT"];

/// The program.
fn build(args: &Args) -> anyhow::Result<PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--locked", "-p", "copydesk-tests", "--bin", PROGRAM, "--features", "fail-points"]);
    if !args.debug {
        command.arg("--release");
    }
    ensure!(command.status()?.success(), "the program could not be built");
    let built = target().join(if args.debug { "debug" } else { "release" }).join(PROGRAM);
    // Another build may come in between.
    let kept = target().join("copydesk-with-fail-points");
    fs::copy(built, &kept)?;
    Ok(fs::canonicalize(kept)?)
}

fn draw(random: &mut Random) -> Blow {
    if random.below(2) == 0 {
        return Blow::After(random.below(1000));
    }
    let point = FAIL_POINTS[random.below(FAIL_POINTS.len() as u64) as usize];
    // Most points are passed once a run, those of a shard many times.
    let most = if point.starts_with("part") { 15 } else { 4 };
    let what = ["kill", "kill", "full", "io"][random.below(4) as usize];
    Blow::At(point, 1 + random.below(most), what)
}

impl Bench {
    fn case(
        &mut self,
        name: &str,
        option: Option<&'static str>,
        from: Option<PathBuf>,
        edit: impl FnOnce(&Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<Case> {
        let corpus = self.scratch.join(name);
        small(DOCUMENTS, Shape::Tree, &corpus, 1)?;
        for (n, asks) in POISON.iter().enumerate() {
            let text =
                format!("# A report\n\nThe harbour office counted {n} ships last night, and says PLEASE {asks}.\n");
            fs::write(corpus.join(format!("000/000/{n}1a.md")), text)?;
        }
        // One that is no text, one that cannot be read.
        fs::write(corpus.join("000/000/20a.png"), b"\x89PNG\r\n\x1a\n0000")?;
        fs::write(corpus.join("000/000/30a.html.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03torn")?;
        edit(&corpus)?;
        let mut case = Case { corpus, option, forgets: false, from, tree: Tree::new(), code: None };
        let out = self.scratch.join("reference");
        case.start(&out)?;
        let start = Instant::now();
        case.code = self.undisturbed(&case, &out)?;
        self.usual = self.usual.max(start.elapsed());
        case.tree = tree(&out)?;
        ensure!(case.tree.len() >= 6, "the reference run left only {:?}", case.tree.keys());
        Ok(case)
    }

    /// Takes documents out of what another case has left.
    fn forgotten(&mut self, of: &Case) -> anyhow::Result<Case> {
        let from = self.scratch.join("to-forget");
        copy_tree(&self.scratch.join("reference"), &from)?;
        let mut case = Case { option: None, forgets: true, from: Some(from), ..of.clone() };
        let out = self.scratch.join("reference");
        case.start(&out)?;
        case.code = self.undisturbed(&case, &out)?;
        case.tree = tree(&out)?;
        ensure!(case.tree.contains_key(Path::new(".copydesk/forgotten")), "nothing was forgotten");
        Ok(case)
    }

    /// The command. Where a file was spoiled it has to be told to replace it: it could be somebody's work.
    fn command(&self, case: &Case, out: &Path, spoiled: bool) -> Command {
        // All corpora go by one name, so that what they share is known again.
        let corpus = self.scratch.join("corpus");
        let copied = clear(&corpus).and_then(|()| copy_tree(&case.corpus, &corpus));
        debug_assert!(copied.is_ok(), "{copied:?}");
        let mut command = Command::new(&self.program);
        command.current_dir(&self.scratch).stdout(Stdio::null()).stderr(Stdio::null());
        if case.forgets {
            command.args(["forget", "pipeline.toml", "--out"]).arg(out).args(FORGOTTEN);
            return command;
        }
        command.args(["run", "pipeline.toml", "corpus", "--out"]).arg(out);
        let replaces = Some("--replace").filter(|_| spoiled);
        command.args(case.option.or(replaces));
        command
    }

    fn undisturbed(&self, case: &Case, out: &Path) -> anyhow::Result<Option<i32>> {
        let code = self.command(case, out, false).status()?.code();
        ensure!(matches!(code, Some(0 | 1)), "an undisturbed run ended with {code:?}");
        Ok(code)
    }

    /// Runs with a blow. The exit code; none if it was killed.
    fn disturbed(
        &self,
        case: &Case,
        out: &Path,
        spoiled: bool,
        blow: &Blow,
        random: &mut Random,
    ) -> anyhow::Result<Option<i32>> {
        let mut command = self.command(case, out, spoiled);
        if !case.forgets {
            command.arg("--threads").arg((1 + random.below(3)).to_string());
        }
        let status: ExitStatus = match blow {
            Blow::After(share) => {
                let mut child = command.spawn()?;
                let until = self.usual.mul_f64(*share as f64 / 1000.0);
                let start = Instant::now();
                while start.elapsed() < until && child.try_wait()?.is_none() {
                    thread::sleep(Duration::from_micros(500));
                }
                child.kill()?;
                child.wait()?
            }
            Blow::At(point, nth, what) => {
                let status = command.env("COPYDESK_FAIL", format!("{point}:{nth}:{what}")).status()?;
                // A disk that fails ends the run as it should: with an error.
                ensure!(
                    *what == "kill" || status.code() == case.code || status.code() == Some(2),
                    "{what} at {point} ended with {status}"
                );
                status
            }
        };
        Ok(status.code())
    }
}

/// One document edited, one added, one gone.
fn edit(corpus: &Path) -> anyhow::Result<()> {
    let file = |name: &str| corpus.join("000/000").join(name);
    let text = fs::read_to_string(file("05.txt"))?;
    fs::write(file("05.txt"), text + "\n\nA paragraph that was added by hand, long enough to count as text.\n")?;
    fs::copy(file("07.txt"), file("07a.txt"))?;
    Ok(fs::remove_file(file("44.txt"))?)
}

impl Case {
    /// Puts a folder as a run of the case finds it.
    fn start(&self, out: &Path) -> anyhow::Result<()> {
        clear(out)?;
        self.from.iter().try_for_each(|from| copy_tree(from, out))
    }
}

/// A file under its final name must be whole at any time: the one of before, or the one that is to be.
fn torn(out: &Path, old: &Tree, new: &Tree) -> anyhow::Result<()> {
    for (path, bytes) in tree(out)? {
        let name = path.to_string_lossy();
        if name.starts_with(".copydesk") || name.ends_with(".tmp") {
            continue;
        }
        let whole = old.get(&path) == Some(&bytes) || new.get(&path) == Some(&bytes);
        ensure!(whole, "{name} stands there half-written");
    }
    Ok(())
}

/// Tears a part or a file, as a bad disk may.
fn spoil(out: &Path, random: &mut Random) -> anyhow::Result<String> {
    // Without its manifest a folder is somebody else's; a test of the runner looks at that.
    let kept = Path::new(".copydesk/manifest");
    let files: Vec<PathBuf> = tree(out)?.into_keys().filter(|file| file != kept).collect();
    if files.is_empty() {
        return Ok("nothing to spoil".into());
    }
    let any = &files[random.below(files.len() as u64) as usize];
    let part = files.iter().rfind(|file| file.starts_with(".copydesk/parts")).filter(|_| random.below(2) == 0);
    let victim = part.unwrap_or(any);
    let path = out.join(victim);
    let mut bytes = fs::read(&path)?;
    let at = random.below(bytes.len().max(1) as u64) as usize;
    if random.below(2) == 0 {
        OpenOptions::new().write(true).open(&path)?.set_len(at as u64)?;
        return Ok(format!("{} cut to {at} bytes", victim.display()));
    }
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 0x20;
    }
    fs::write(&path, bytes)?;
    Ok(format!("{} changed at {at}", victim.display()))
}

/// The first thing in which two folders differ.
fn difference(expected: &Tree, found: &Tree) -> Option<String> {
    for path in expected.keys().chain(found.keys()) {
        let name = path.display();
        match (expected.get(path), found.get(path)) {
            (Some(_), None) => return Some(format!("{name} is missing")),
            (None, Some(_)) => return Some(format!("{name} should not be there")),
            (Some(a), Some(b)) if a != b => return Some(format!("{name} differs")),
            _ => {}
        }
    }
    None
}

/// Reads a folder.
fn tree(folder: &Path) -> anyhow::Result<Tree> {
    let mut tree = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // The times of files are noted for speed only.
            if path.ends_with(".copydesk/times") {
                continue;
            }
            let bytes = fs::read(&path)?;
            tree.insert(path.strip_prefix(folder)?.to_owned(), bytes);
        }
    }
    Ok(tree)
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    for (path, bytes) in tree(from)? {
        let path = to.join(path);
        fs::create_dir_all(path.parent().context("a file stands in a folder")?)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

fn clear(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found() {
        let tree = |files: &[(&str, &str)]| -> Tree {
            files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect()
        };
        let good = tree(&[("a", "1"), ("b", "2")]);
        assert_eq!(difference(&good, &good), None);
        assert_eq!(difference(&good, &tree(&[("a", "1")])).as_deref(), Some("b is missing"));
        assert_eq!(difference(&tree(&[("a", "1")]), &good).as_deref(), Some("b should not be there"));
        assert_eq!(difference(&good, &tree(&[("a", "1"), ("b", "3")])).as_deref(), Some("b differs"));
    }

    #[test]
    fn a_torn_file_is_found() {
        let out = tempfile::tempdir().expect("a folder");
        fs::write(out.path().join("a"), "12").expect("it is written");
        let whole = |text: &str| Tree::from([(PathBuf::from("a"), text.as_bytes().to_vec())]);
        assert!(torn(out.path(), &whole("12"), &whole("123")).is_ok());
        assert!(torn(out.path(), &whole("1"), &whole("123")).is_err());
    }
}
