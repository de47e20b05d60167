//! A run that was stopped goes on where it was, and one that has nothing to do does nothing.

#[expect(dead_code, reason = "the kit serves other tests too")]
mod kit;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use copydesk_document::{Document, Input};
use copydesk_runner::{
    Chain, Existing, ExportInstance, Limits, LocalFolder, Options, Output, QUARANTINE_FILE, Report, Run, RunError,
    ShardSize, run_shard, shards,
};
use copydesk_stage::{
    AnyStage, Assemble, Assembly, Context, Export, ExportError, Fingerprint, KnownFiles, Source, SourceError,
    SourceItem, Stage, StageError, Verdict,
};
use kit::{Given, Lines, Obedient, Sleepy, export, link, options};

/// Counts the documents that come to it.
#[derive(Debug)]
struct Count(Arc<AtomicU64>);

impl Stage for Count {
    fn process(&self, _: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Verdict::Keep)
    }
}

/// Waits in vain for a document to be mended, for as long as the folder has no file `mended`.
#[derive(Debug)]
struct Mended(PathBuf);

impl Stage for Mended {
    fn process(&self, doc: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        let broken = doc.content().contains("BROKEN") && !self.0.exists();
        if broken { Err(StageError::new("broken", "not mended yet")) } else { Ok(Verdict::Keep) }
    }
}

/// Its file is the number of its rows and then the rows, so that parts cannot be put one behind the other.
#[derive(Debug)]
struct Numbered;

impl Export for Numbered {
    fn file_name(&self) -> &'static str {
        "numbered.txt"
    }

    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        rows.extend_from_slice(format!("{}\n", doc.source.uri).as_bytes());
        Ok(())
    }

    fn part(&self, mut rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        rows.extend_from_slice(b"end of part\n");
        Ok(rows)
    }

    fn assembly(&self) -> Assembly<'_> {
        Assembly::Built(self)
    }
}

impl Assemble for Numbered {
    fn assemble(
        &self,
        parts: &mut dyn Iterator<Item = Result<Vec<u8>, ExportError>>,
        to: &Path,
    ) -> Result<(), ExportError> {
        let mut rows = Vec::new();
        for part in parts {
            let part = String::from_utf8(part?).map_err(|e| ExportError::new(e.to_string()))?;
            let part = part.strip_suffix("end of part\n").ok_or_else(|| ExportError::new("a part is torn"))?;
            rows.extend(part.lines().map(str::to_owned));
        }
        fs::write(to, format!("{}\n{}", rows.len(), rows.join("\n"))).map_err(|e| ExportError::new(e.to_string()))
    }
}

/// Every file below a folder, ours among them.
fn tree(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tree.extend(self::tree(&path));
        } else {
            tree.insert(path.clone(), fs::read(&path).expect("a file"));
        }
    }
    tree
}

fn below(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    tree(dir).into_iter().map(|(path, bytes)| (path.strip_prefix(dir).expect("below").to_owned(), bytes)).collect()
}

fn texts() -> Vec<String> {
    let text = |i: usize| match i % 40 {
        7 => "ERROR".to_owned(),
        13 => "DROP me".to_owned(),
        29 => "BAD".to_owned(),
        _ => format!("text {i}"),
    };
    (0..300).map(text).collect()
}

struct Job {
    dir: PathBuf,
    texts: Vec<String>,
    breaks_after: Option<usize>,
    sharded: bool,
    /// The digest of a stage.
    sources: Option<u128>,
    retry: bool,
    existing: Existing,
    /// With an export whose parts have to be put together.
    built: bool,
}

impl Job {
    fn new(dir: &Path) -> Self {
        Self {
            dir: dir.into(),
            texts: texts(),
            breaks_after: None,
            sharded: false,
            sources: Some(1),
            retry: false,
            existing: Existing::Keep,
            built: true,
        }
    }

    /// Runs, and says how many documents a stage has seen.
    fn run(&self) -> (Result<Report, RunError>, u64) {
        let (chain, seen) = self.chain();
        let Self { retry, existing, .. } = *self;
        let options = Options { shard: SHARD, retry, existing, ..options(2, 4) };
        let output = Output::Folder { folder: self.dir.clone(), sharded: self.sharded };
        let source = Box::new(self.source());
        let result = Run { source, chain, exports: self.exports(), output, options }.execute(&mut ());
        (result, seen.load(Ordering::Relaxed))
    }

    fn chain(&self) -> (Chain, Arc<AtomicU64>) {
        let seen = Arc::new(AtomicU64::new(0));
        let mut count = link("count", AnyStage::cpu(Count(Arc::clone(&seen))));
        count.manifest.fingerprint = Fingerprint::of::<()>(self.sources);
        let chain = Chain::new(Limits::default())
            .then(count)
            .then(link("mended", AnyStage::cpu(Mended(self.dir.join("mended")))))
            .then(link("first", AnyStage::cpu(Obedient)));
        (chain, seen)
    }

    fn source(&self) -> Given {
        Given { texts: self.texts.clone(), breaks_after: self.breaks_after }
    }

    fn exports(&self) -> Vec<ExportInstance> {
        let mut exports: Vec<ExportInstance> = vec![export(Lines("a.txt"))];
        if self.built {
            exports.push(export(Numbered));
        }
        exports
    }
}

const SHARD: ShardSize = ShardSize { documents: 10, bytes: 1 << 20 };

/// Documents of [`texts`] that come to a stage: all but the bad ones.
const ALL: u64 = 300 - 7;

#[test]
fn a_run_that_broke_off_goes_on_and_ends_as_if_nothing_had_been() {
    let (broken, whole) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (result, seen) = Job { breaks_after: Some(170), ..Job::new(broken.path()) }.run();
    assert!(matches!(result, Err(RunError::Source(_))), "{result:?}");
    assert!(seen > 0);
    let (result, seen) = Job::new(broken.path()).run();
    let report = result.expect("it finishes");
    assert!(report.reused > 50 && seen < ALL, "{} reused, {seen} seen", report.reused);
    let (result, _) = Job::new(whole.path()).run();
    let clean = result.expect("it finishes");
    assert_eq!(below(broken.path()), below(whole.path()));
    assert_eq!((report.read, report.written, report.dropped), (clean.read, clean.written, clean.dropped));
    assert_eq!(report.stages[1].documents, clean.stages[1].documents);
}

#[test]
fn the_same_run_again_does_nothing_and_a_change_does_what_it_touches() {
    for (sharded, built) in [(false, false), (true, false), (false, true), (true, true)] {
        let dir = tempfile::tempdir().expect("a folder");
        let job = Job { sharded, built, ..Job::new(dir.path()) };
        let (result, seen) = job.run();
        assert!(!result.expect("it finishes").unchanged);
        assert_eq!(seen, ALL);
        let before = tree(dir.path());
        let (result, seen) = job.run();
        let report = result.expect("it finishes");
        assert_eq!((seen, report.unchanged, report.reused, report.read), (0, true, 300, 300));
        assert_eq!(tree(dir.path()), before);
        // One edited document.
        let mut edited = Job { sharded, built, ..Job::new(dir.path()) };
        edited.texts[150] = "another text".into();
        let (result, seen) = edited.run();
        assert!(!result.expect("it finishes").unchanged);
        assert!((1..=40).contains(&seen), "{seen} documents for one edit");
        let fresh = tempfile::tempdir().expect("a folder");
        edited.dir = fresh.path().into();
        edited.run().0.expect("it finishes");
        assert_eq!(below(dir.path()), below(fresh.path()), "sharded: {sharded}, built: {built}");
        // The code of a stage, which then is not known at all.
        for sources in [Some(2), None] {
            let changed = Job { sharded, sources, built, ..Job::new(dir.path()) };
            let (result, seen) = changed.run();
            result.expect("it finishes");
            assert_eq!(seen, ALL);
            let (result, seen) = changed.run();
            assert_eq!((result.expect("it finishes").unchanged, seen), (true, 0), "the program is the same");
        }
    }
}

#[test]
fn shards_that_were_done_one_by_one_are_those_of_a_run() {
    let (jobs, whole) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let job = Job::new(jobs.path());
    let (chain, _) = job.chain();
    let (exports, storage) = (job.exports(), LocalFolder::new(jobs.path()));
    let cut = || shards(&mut job.source(), SHARD).expect("it opens").map(|shard| shard.expect("a shard"));
    let all: Vec<_> = cut().collect();
    assert!(all.len() > 20, "{} shards", all.len());
    // The last ones first, as jobs may come.
    let reports: Vec<_> = all.into_iter().rev().map(|shard| run_shard(&chain, &exports, shard, &storage)).collect();
    let read: u64 = reports.iter().map(|report| report.as_ref().expect("it is done").counts.read).sum();
    assert_eq!(read, 300);
    let again = run_shard(&chain, &exports, cut().next().expect("a shard"), &storage).expect("it is done");
    assert!(again.reused);
    let (result, seen) = job.run();
    assert_eq!((result.expect("it finishes").reused, seen), (300, 0));
    Job::new(whole.path()).run().0.expect("it finishes");
    assert_eq!(below(jobs.path()), below(whole.path()));
}

/// Documents in files, of which one is large.
#[derive(Debug, Default)]
struct Files {
    known: Option<KnownFiles>,
}

impl Source for Files {
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let known = self.known.clone();
        let files = [("small-1", 100), ("small-2", 100), ("large", 5 << 20), ("small-3", 100)];
        Ok(Box::new(files.into_iter().map(move |(name, size)| {
            let left_out = known.as_ref().is_some_and(|KnownFiles(is_known)| is_known(name, size, UNIX_EPOCH));
            assert!(!left_out, "{name} belongs to whoever asks");
            Ok(SourceItem::Input(Input::new(name, name)))
        })))
    }

    fn leave_out(&mut self, known: KnownFiles) {
        self.known = Some(known);
    }
}

#[test]
fn a_large_file_makes_shards_of_its_own() {
    let size = ShardSize { documents: 1 << 20, bytes: 1 << 40 };
    let shards = shards(&mut Files::default(), size).expect("it opens").map(|shard| shard.expect("a shard").len());
    assert_eq!(shards.collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn what_was_damaged_is_done_again() {
    for built in [false, true] {
        damage_everything(built);
    }
}

fn damage_everything(built: bool) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut job = Job { built, ..Job::new(dir.path()) };
    job.run().0.expect("it finishes");
    let good = tree(dir.path());
    let manifest = dir.path().join(".copydesk/manifest");
    for (path, bytes) in good.iter().filter(|(path, _)| **path != manifest) {
        for damage in ["truncated", "changed", "removed", "longer"] {
            let mut bad = bytes.clone();
            match damage {
                "truncated" => bad.truncate(bytes.len() / 2),
                "changed" => bad[bytes.len() / 3] ^= 1,
                "longer" => bad.push(b'\n'),
                _ => {}
            }
            if damage == "removed" {
                fs::remove_file(path).expect("it goes");
            } else {
                fs::write(path, bad).expect("it is damaged");
            }
            let damaged = tree(dir.path());
            // What is not as we wrote it may be somebody's work. What stands in our own folder is not.
            let ours = path.starts_with(dir.path().join(".copydesk"));
            if damage != "removed" && !ours {
                let error = job.run().0.expect_err("it is refused").to_string();
                assert!(error.contains(&path.display().to_string()) && error.contains("--replace"), "{error}");
                assert!(tree(dir.path()) == damaged, "{} {damage}", path.display());
                job.existing = Existing::Replace;
            }
            job.run().0.expect("it finishes");
            job.existing = Existing::Keep;
            assert!(tree(dir.path()) == good, "{} {damage}", path.display());
        }
    }
}

#[test]
fn without_its_manifest_a_folder_is_not_touched() {
    let dir = tempfile::tempdir().expect("a folder");
    let job = Job::new(dir.path());
    job.run().0.expect("it finishes");
    let manifest = dir.path().join(".copydesk/manifest");
    let bytes = fs::read(&manifest).expect("it is there");
    for bad in [&b""[..], &bytes[..bytes.len() / 2], &bytes[1..]] {
        fs::write(&manifest, bad).expect("it is damaged");
        let before = tree(dir.path());
        for existing in [Existing::Keep, Existing::Replace] {
            let error = Job { existing, ..Job::new(dir.path()) }.run().0.expect_err("it is refused").to_string();
            assert!(error.contains("a.txt was not written by copydesk (its manifest is damaged"), "{error}");
        }
        assert!(tree(dir.path()) == before);
    }
}

#[test]
fn a_retry_works_on_what_was_set_aside() {
    for built in [false, true] {
        retry(built);
    }
}

fn retry(built: bool) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut job = Job { built, ..Job::new(dir.path()) };
    job.texts = (0..60).map(|i| if i % 20 == 3 { "BROKEN".into() } else { format!("text {i}") }).collect();
    job.texts[5] = "ERROR".into();
    assert_eq!(job.run().0.expect("it finishes").quarantined, 4);
    let retry = Job { retry: true, built, texts: job.texts.clone(), ..Job::new(dir.path()) };
    // Nothing was mended: nothing changes for anybody.
    let (result, seen) = retry.run();
    assert_eq!((result.expect("it finishes").quarantined, seen), (4, 4));
    fs::write(dir.path().join("mended"), "").expect("it is mended");
    let (result, seen) = retry.run();
    let report = result.expect("it finishes");
    assert_eq!((report.read, report.written, report.quarantined, seen), (4, 3, 1, 4));
    let files = below(dir.path());
    let rows = String::from_utf8(files[Path::new("a.txt")].clone()).expect("UTF-8");
    let names: Vec<&str> = rows.lines().skip(1).filter_map(|row| row.split(' ').next()).collect();
    assert_eq!(names[names.len() - 3..], ["doc-3", "doc-23", "doc-43"]);
    assert_eq!(names.len(), 59);
    let quarantine = String::from_utf8(files[Path::new(QUARANTINE_FILE)].clone()).expect("UTF-8");
    assert!(quarantine.lines().count() == 1 && quarantine.contains("doc-5"), "{quarantine}");
    // The next run has nothing to do, and one that has loses nothing.
    let before = tree(dir.path());
    let (result, seen) = job.run();
    assert_eq!((result.expect("it finishes").unchanged, seen), (true, 0));
    assert_eq!(tree(dir.path()), before);
    job.texts[30] = "edited".into();
    job.run().0.expect("it finishes");
    let rows = fs::read_to_string(dir.path().join("a.txt")).expect("it is there");
    let quarantine = fs::read_to_string(dir.path().join(QUARANTINE_FILE)).expect("it is there");
    assert_eq!(rows.lines().count() - 1 + quarantine.lines().count(), 60);
    // With other stages a retry would mix two sorts of records.
    let (result, _) = Job { sources: Some(2), ..retry }.run();
    assert!(matches!(result, Err(RunError::Retry(_))), "{result:?}");
}

#[test]
fn a_stage_that_hangs_costs_its_document() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut texts: Vec<String> = (0..40).map(|i| format!("text {i}")).collect();
    texts[3] = "HANG".into();
    texts[30] = "HANG".into();
    // More than there are threads to wait on, in one that a careless stage would need.
    for at in [1, 4, 5, 33] {
        texts[at] = "BLOCK".into();
    }
    let chain = Chain::new(Limits::default())
        .then(link("first", AnyStage::cpu(Obedient)))
        .then(link("sleepy", AnyStage::waiting(Sleepy)))
        .time_limit(Some(Duration::from_millis(300)));
    let output = Output::Folder { folder: dir.path().into(), sharded: false };
    let run = Run {
        source: Box::new(Given { texts, breaks_after: None }),
        chain,
        exports: vec![export(Lines("a.txt"))],
        output,
        options: options(1, 8),
    };
    let report = run.execute(&mut ()).expect("it finishes");
    assert_eq!((report.read, report.written, report.quarantined), (40, 34, 6));
    assert_eq!(report.quarantine["first"]["limit.time"], 2);
    assert_eq!(report.quarantine["sleepy"]["limit.time"], 4);
    let rows = fs::read_to_string(dir.path().join("a.txt")).expect("it is there");
    let numbers: Vec<usize> = rows.lines().skip(1).filter_map(|r| r.split(' ').next()?[4..].parse().ok()).collect();
    assert!(numbers.is_sorted() && numbers.len() == 34, "{numbers:?}");
}
