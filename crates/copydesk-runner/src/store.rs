//! The output folder of a run that cannot be lost.
//!
//! Beside the outputs stands a folder of our own, `.copydesk`, with
//!
//! - `parts/KEY.part`: what a shard gives to every output, one section behind the other;
//! - `journal`: a line for each shard whose part is safe on disk; it goes away when the run has ended;
//! - `manifest`: the shards of the last run that ended, in their order, and the files that they made;
//! - `plan.journal`: the next manifest, while files are given their final names;
//! - `quarantine`: what the shards have set aside, without regard to what was tried again since.
//!
//! A shard that any of them knows is not done again, provided that its bytes are still there, whole: in a part, or in
//! the file that was made of it. Whatever a crash leaves behind, one of the two is true of every shard that was done.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use copydesk_stage::{Assembly, Export, ExportError};

use crate::{
    Quarantined, RunError, fail,
    journal::{self, Entry, Files, Journal, Line, Section},
    output::{QUARANTINE_FILE, Written, write_error},
    report::Report,
    shard::{Key, Summer, sum},
};

/// Our own folder in the output folder.
pub(crate) const STATE: &str = ".copydesk";
const JOURNAL: &str = "journal";
const MANIFEST: &str = "manifest";
const PLAN: &str = "plan.journal";
const PARTS: &str = "parts";
const QUARANTINE: &str = "quarantine";

/// The names and places of everything in an output folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    folder: PathBuf,
    /// The file of each export; the quarantine is not among them.
    names: Vec<String>,
    headers: Vec<Vec<u8>>,
    /// Whether the export puts its parts together itself.
    built: Vec<bool>,
    sharded: bool,
    /// What the results depend on besides documents and limits.
    work: Key,
}

/// A shard that is done, with the places of its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) entry: Arc<Entry>,
    places: Vec<Place>,
}

/// Where a section stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    path: PathBuf,
    offset: u64,
}

/// What earlier runs have left, by key. It is read by the thread that reads the source.
#[derive(Debug, Default)]
pub(crate) struct Known {
    shards: HashMap<Key, Vec<Done>>,
}

impl Known {
    fn add(&mut self, done: Done) {
        self.shards.entry(done.entry.key).or_default().push(done);
    }

    /// A shard that need not be done again: its bytes were read just now, and are as they were written.
    pub(crate) fn find(&self, key: Key) -> Option<Done> {
        let found =
            self.shards.get(&key)?.iter().rev().find(|done| done.entry.retried.is_empty() && done.is_whole())?;
        Some(found.clone())
    }
}

impl Done {
    fn is_whole(&self) -> bool {
        let mut sink = io::sink();
        self.entry.sections.iter().zip(&self.places).all(|(section, place)| copy(section, place, &mut sink).is_ok())
    }

    fn in_part(entry: Arc<Entry>, path: &Path) -> Self {
        let mut offset = 0;
        let places = entry.sections.iter().map(|section| {
            let place = Place { path: path.to_owned(), offset };
            offset += section.bytes;
            place
        });
        Self { places: places.collect(), entry }
    }
}

/// The folder, while a run writes into it.
#[derive(Debug)]
pub(crate) struct Store {
    layout: Layout,
    journal: Journal,
    /// The manifest of the last run that ended.
    before: Option<Manifest>,
    /// The shards of this run, in their order.
    shards: Vec<Done>,
    // Held, not read: it keeps a second run out of the folder.
    _lock: Option<File>,
}

/// What there is to try again.
pub(crate) struct Retry {
    /// The documents.
    pub(crate) uris: HashSet<String>,
    /// How many shards there are already. A document that is tried twice gets two keys.
    pub(crate) before: usize,
}

/// The last run that ended.
#[derive(Debug)]
struct Manifest {
    entries: Vec<Arc<Entry>>,
    files: Files,
    /// Whether nothing else stands in it.
    whole: bool,
}

impl Layout {
    pub(crate) fn new(folder: &Path, exports: &[&dyn Export], sharded: bool, work: Key) -> Self {
        let header = |export: &&dyn Export| {
            let mut header = Vec::new();
            export.header(&mut header);
            header
        };
        Self {
            folder: folder.to_owned(),
            names: exports.iter().map(|e| e.file_name().to_owned()).collect(),
            headers: exports.iter().map(header).collect(),
            built: exports.iter().map(|e| matches!(e.assembly(), Assembly::Built(_))).collect(),
            sharded,
            work,
        }
    }

    fn state(&self, name: &str) -> PathBuf {
        self.folder.join(STATE).join(name)
    }

    fn part(&self, key: Key) -> PathBuf {
        self.state(PARTS).join(format!("{key}.part"))
    }

    /// The file, relative to the folder, that holds the given shard of an output.
    fn file(&self, output: usize, shard: usize) -> String {
        let name = &self.names[output];
        if self.sharded { shard_file(name, shard) } else { name.clone() }
    }

    /// Where the sections of a finished run stand.
    fn places(&self, manifest: &Manifest) -> Vec<Done> {
        let mut offsets: Vec<u64> = manifest.files.headers.clone();
        offsets.resize(self.names.len() + 1, 0);
        let mut all = Vec::new();
        for (n, entry) in manifest.entries.iter().enumerate() {
            if manifest.files.parts {
                all.push(Done::in_part(Arc::clone(entry), &self.part(entry.key)));
                continue;
            }
            let mut places = Vec::new();
            for (output, section) in entry.sections.iter().enumerate() {
                let quarantine = output == self.names.len();
                let path = if quarantine {
                    self.state(QUARANTINE)
                } else if manifest.files.sharded {
                    self.folder.join(shard_file(&self.names[output], n))
                } else {
                    self.folder.join(&self.names[output])
                };
                places.push(Place { path, offset: offsets[output] });
                if quarantine || !manifest.files.sharded {
                    offsets[output] += section.bytes;
                }
            }
            all.push(Done { entry: Arc::clone(entry), places });
        }
        all
    }

    fn read_manifest(&self, name: &str) -> Result<Option<Manifest>, RunError> {
        let path = self.state(name);
        let (lines, whole) = journal::read(&path).map_err(|error| write_error(&path, error))?;
        let whole = fs::metadata(&path).is_ok_and(|m| m.len() == whole);
        let (mut entries, mut files) = (Vec::new(), None);
        for line in lines {
            match line {
                Line::Shard(entry) if entry.sections.len() == self.names.len() + 1 => entries.push(Arc::new(entry)),
                Line::Shard(_) => {}
                Line::Files(end) => files = Some(end),
            }
        }
        Ok(files.map(|files| Manifest { entries, files, whole }))
    }
}

/// `records/part-000003.jsonl` for the fourth shard of `records.jsonl`.
fn shard_file(name: &str, shard: usize) -> String {
    let (stem, extension) = name.split_once('.').map_or((name, String::new()), |(s, e)| (s, format!(".{e}")));
    format!("{stem}/part-{shard:06}{extension}")
}

impl Store {
    /// Opens the folder, makes it where it is missing, and looks at what earlier runs have left.
    pub(crate) fn open(layout: Layout) -> Result<(Self, Known), RunError> {
        let folder = &layout.folder;
        if folder.exists() && !folder.is_dir() {
            return Err(RunError::Outputs(format!("{} is no folder; `--out` takes a folder", folder.display())));
        }
        fs::create_dir_all(folder).map_err(|error| write_error(folder, error))?;
        let lock = lock(folder)?;
        for name in &layout.names {
            let path = folder.join(name);
            if !layout.sharded && path.is_dir() {
                return Err(RunError::Outputs(format!("{} is a folder; an output needs that name", path.display())));
            }
        }
        let parts = layout.state(PARTS);
        fs::create_dir_all(&parts).map_err(|error| write_error(&parts, error))?;
        let before = layout.read_manifest(MANIFEST)?;
        let plan = layout.read_manifest(PLAN)?;
        let path = layout.state(JOURNAL);
        let (journal, lines) = Journal::open(&path).map_err(|error| write_error(&path, error))?;
        let mut known = Known::default();
        for manifest in [&before, &plan].into_iter().flatten() {
            layout.places(manifest).into_iter().for_each(|done| known.add(done));
        }
        for line in lines {
            match line {
                Line::Shard(entry) if entry.sections.len() == layout.names.len() + 1 => {
                    let path = layout.part(entry.key);
                    known.add(Done::in_part(Arc::new(entry), &path));
                }
                _ => {}
            }
        }
        Ok((Self { layout, journal, before, shards: Vec::new(), _lock: lock }, known))
    }

    /// Takes over the shards of the last run, so that what it has set aside is tried again behind them.
    pub(crate) fn start_retry(&mut self) -> Result<Retry, RunError> {
        let folder = self.layout.folder.display();
        let Some(before) = &self.before else {
            return Err(RunError::Retry(format!("no run has ended in {folder}; `copydesk run` comes first")));
        };
        if before.files.work != self.layout.work {
            return Err(RunError::Retry(format!(
                "the stages or exports are not those of the run in {folder}; `copydesk run` does all of it again"
            )));
        }
        self.shards = self.layout.places(before);
        let mut uris = HashSet::new();
        self.quarantine(|entry, _| {
            uris.insert(entry.uri);
            Ok(())
        })?;
        Ok(Retry { uris, before: self.shards.len() })
    }

    /// Takes a shard that was done before, as the next one.
    pub(crate) fn reuse(&mut self, done: Done) {
        self.shards.push(done);
    }

    /// Makes a shard durable, as the next one.
    pub(crate) fn commit(
        &mut self,
        key: Key,
        sections: &[Vec<u8>],
        counts: Report,
        retried: Vec<String>,
    ) -> Result<(), RunError> {
        let path = self.layout.part(key);
        write_part(&path, sections).map_err(|error| write_error(&path, error))?;
        let sections = sections.iter().map(|s| Section { bytes: s.len() as u64, sum: sum(s) }).collect();
        let entry = Entry { key, sections, counts, retried };
        let line = Line::Shard(entry);
        let journal = self.layout.state(JOURNAL);
        self.journal.append(&line).map_err(|error| write_error(&journal, error))?;
        let Line::Shard(entry) = line else { return Err(RunError::Bug("a shard has changed its kind".into())) };
        self.shards.push(Done::in_part(Arc::new(entry), &path));
        Ok(())
    }

    /// How many documents of this run are safe.
    pub(crate) fn safe(&self) -> u64 {
        self.shards.iter().map(|done| done.entry.counts.read).sum()
    }

    /// Makes the files of the shards and gives them their names. The files and whether they had to be made.
    pub(crate) fn publish(mut self, exports: &[&dyn Export]) -> Result<(Vec<Written>, bool), RunError> {
        // The shards of a retry stay behind those of the run that they belong to, as long as that has not changed.
        if let Some(before) = &self.before
            && !self.shards.iter().any(|done| !done.entry.retried.is_empty())
        {
            let runs = before.entries.iter().filter(|e| e.retried.is_empty()).map(|e| e.key);
            if runs.eq(self.shards.iter().map(|done| done.entry.key)) {
                let retries = self.layout.places(before).into_iter().filter(|done| !done.entry.retried.is_empty());
                let retries: Vec<Done> = retries.collect();
                if retries.iter().all(Done::is_whole) {
                    self.shards.extend(retries);
                }
            }
        }
        if self.is_published() {
            let files = self.before.take().map(|manifest| manifest.files.files).unwrap_or_default();
            self.clean_up()?;
            return Ok((self.written(files), false));
        }
        let keep_parts = self.layout.built.contains(&true);
        if keep_parts {
            self.keep_parts()?;
        }
        let mut files = Files {
            work: self.layout.work,
            sharded: self.layout.sharded,
            parts: keep_parts,
            headers: self.layout.headers.iter().map(|h| h.len() as u64).collect(),
            files: Vec::new(),
            sums: Vec::new(),
        };
        let mut renames = Vec::new();
        for (output, export) in exports.iter().enumerate() {
            let count = if self.layout.sharded { self.shards.len() } else { 1 };
            for n in 0..count {
                let name = self.layout.file(output, n);
                let shards = if self.layout.sharded { &self.shards[n..=n] } else { &self.shards[..] };
                let hidden = self.assemble(*export, output, &name, shards)?;
                renames.push((name, hidden, keep_parts));
            }
        }
        if let Some((own, shown)) = self.assemble_quarantine()? {
            renames.push((format!("{STATE}/{QUARANTINE}"), own, keep_parts));
            renames.extend(shown.map(|shown| (QUARANTINE_FILE.to_owned(), shown, true)));
        }
        for (name, hidden, with_sum) in &renames {
            let known = fs::metadata(hidden).and_then(|m| Ok((m.len(), with_sum.then(|| sum_of(hidden)).transpose()?)));
            let (bytes, sum) = known.map_err(|error| write_error(self.layout.folder.join(name), error))?;
            files.files.push((name.clone(), bytes));
            files.sums.extend(sum.map(|sum| (name.clone(), sum)));
        }
        self.write_plan(&files)?;
        for (name, hidden, _) in renames {
            let path = self.layout.folder.join(name);
            let moved = fail::point("file-rename").and_then(|()| fs::rename(&hidden, &path));
            moved.map_err(|error| write_error(&path, error))?;
        }
        let stale = self.before.as_ref().map(|manifest| manifest.files.files.clone()).unwrap_or_default();
        let kept = |name: &str| files.files.iter().any(|(file, _)| file == name);
        let mut gone: Vec<String> = stale.into_iter().map(|(name, _)| name).filter(|name| !kept(name)).collect();
        if !kept(QUARANTINE_FILE) {
            gone.push(QUARANTINE_FILE.to_owned());
        }
        for name in gone {
            remove(&self.layout.folder.join(name))?;
        }
        self.sync_folders(&files)?;
        let (plan, manifest) = (self.layout.state(PLAN), self.layout.state(MANIFEST));
        let moved = fail::point("manifest-rename").and_then(|()| fs::rename(&plan, &manifest));
        moved.map_err(|error| write_error(&manifest, error))?;
        sync_folder(&self.layout.folder.join(STATE))?;
        self.clean_up()?;
        Ok((self.written(files.files), true))
    }

    /// Whether the files in the folder are those of these very shards already.
    fn is_published(&self) -> bool {
        let Some(before) = &self.before else { return false };
        let files = &before.files;
        let layout = &self.layout;
        let same_files = || {
            let headers = layout.headers.iter().map(|h| h.len() as u64).eq(files.headers.iter().copied());
            headers && files.sharded == layout.sharded && files.parts == layout.built.contains(&true)
        };
        let same_shards = || {
            let keys = before.entries.iter().map(|e| (e.key, e.retried.len()));
            keys.eq(self.shards.iter().map(|done| (done.entry.key, done.entry.retried.len())))
        };
        // Sections that stand in files have just been read; what is around them is looked at here.
        let in_place = || {
            files.parts
                || layout.places(before).iter().zip(&self.shards).all(|(then, now)| {
                    let pairs = then.places.iter().zip(&now.places).zip(&now.entry.sections);
                    pairs.into_iter().all(|((then, now), section)| then == now || section.bytes == 0)
                })
        };
        let whole = |(name, bytes): &(String, u64)| {
            let path = layout.folder.join(name);
            let size = fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() == *bytes);
            let known = files.sums.iter().find(|(file, _)| file == name);
            size && known.is_none_or(|(_, sum)| sum_of(&path).is_ok_and(|now| now == *sum))
        };
        let header = |output: usize| {
            let header = &layout.headers[output];
            let count = if layout.sharded { self.shards.len() } else { 1 };
            layout.built[output]
                || header.is_empty()
                || (0..count).all(|n| starts_with(&layout.folder.join(layout.file(output, n)), header))
        };
        let quarantine = || {
            let listed = files.files.iter().any(|(name, _)| name == QUARANTINE_FILE);
            listed || !layout.folder.join(QUARANTINE_FILE).exists()
        };
        before.whole
            && same_files()
            && same_shards()
            && in_place()
            && files.files.iter().all(whole)
            && (0..layout.names.len()).all(header)
            && quarantine()
    }

    /// Sees to it that every shard has a part of its own, whole or taken from wherever it stands.
    fn keep_parts(&mut self) -> Result<(), RunError> {
        for done in &mut self.shards {
            let path = self.layout.part(done.entry.key);
            let own = Done::in_part(Arc::clone(&done.entry), &path);
            if own.places != done.places {
                let mut sections = Vec::new();
                for (section, place) in done.entry.sections.iter().zip(&done.places) {
                    sections.push(load(section, place)?);
                }
                write_part(&path, &sections).map_err(|error| write_error(&path, error))?;
                *done = own;
            }
        }
        Ok(())
    }

    /// Makes one file under a hidden name, durable.
    fn assemble(&self, export: &dyn Export, output: usize, name: &str, shards: &[Done]) -> Result<PathBuf, RunError> {
        let path = self.layout.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| write_error(parent, error))?;
        }
        let hidden = hidden(&path);
        let wrong = |error| write_error(&path, error);
        fail::point("assemble").map_err(wrong)?;
        match export.assembly() {
            Assembly::Joined => {
                let mut file = Counted::create(&hidden).map_err(wrong)?;
                file.write_all(&self.layout.headers[output]).map_err(wrong)?;
                for done in shards {
                    let (section, place) = (&done.entry.sections[output], &done.places[output]);
                    copy(section, place, &mut file).map_err(|error| error.into_run_error(place, &path))?;
                }
                file.finish().map_err(wrong)?;
            }
            Assembly::Built(assemble) => {
                remove(&hidden)?;
                let mut parts = shards.iter().map(|done| {
                    load(&done.entry.sections[output], &done.places[output])
                        .map_err(|error| ExportError::new(error.to_string()))
                });
                assemble
                    .assemble(&mut parts, &hidden)
                    .map_err(|error| RunError::Assemble { path: path.clone(), error: error.message })?;
                let synced = File::options().write(true).open(&hidden).and_then(|file| {
                    fail::point("file-sync")?;
                    file.sync_all()
                });
                synced.map_err(wrong)?;
            }
        }
        Ok(hidden)
    }

    /// What the shards have set aside, for ourselves; and the list of it without what a later retry has tried again, for
    /// everybody, unless nothing is left. `None` if nothing was set aside.
    fn assemble_quarantine(&self) -> Result<Option<(PathBuf, Option<PathBuf>)>, RunError> {
        let output = self.layout.names.len();
        if self.shards.iter().all(|done| done.entry.sections[output].bytes == 0) {
            return Ok(None);
        }
        let path = self.layout.state(QUARANTINE);
        let own = hidden(&path);
        let mut file = Counted::create(&own).map_err(|error| write_error(&path, error))?;
        for done in &self.shards {
            let (section, place) = (&done.entry.sections[output], &done.places[output]);
            copy(section, place, &mut file).map_err(|error| error.into_run_error(place, &path))?;
        }
        file.finish().map_err(|error| write_error(&path, error))?;
        let path = self.layout.folder.join(QUARANTINE_FILE);
        let wrong = |error| write_error(&path, error);
        let shown = hidden(&path);
        let mut file = Counted::create(&shown).map_err(wrong)?;
        self.quarantine(|_, line| file.write_all(line).map_err(wrong))?;
        let bytes = file.bytes;
        file.finish().map_err(wrong)?;
        if bytes == 0 {
            remove(&shown)?;
        }
        Ok(Some((own, (bytes > 0).then_some(shown))))
    }

    /// All entries of the quarantine, without what a later retry has tried again.
    fn quarantine(&self, mut each: impl FnMut(Quarantined, &[u8]) -> Result<(), RunError>) -> Result<(), RunError> {
        let output = self.layout.names.len();
        // The last shard that tried a document has the say about it.
        let mut last = HashMap::new();
        for (n, done) in self.shards.iter().enumerate() {
            last.extend(done.entry.retried.iter().map(|uri| (uri.as_str(), n)));
        }
        for (n, done) in self.shards.iter().enumerate() {
            for line in load(&done.entry.sections[output], &done.places[output])?.split_inclusive(|b| *b == b'\n') {
                let entry: Quarantined =
                    serde_json::from_slice(line).map_err(|error| RunError::Bug(error.to_string()))?;
                if last.get(entry.uri.as_str()).is_none_or(|at| *at <= n) {
                    each(entry, line)?;
                }
            }
        }
        Ok(())
    }

    fn write_plan(&self, files: &Files) -> Result<(), RunError> {
        let path = self.layout.state(PLAN);
        let write = || {
            let hidden = hidden(&path);
            let mut file = Counted::create(&hidden)?;
            for done in &self.shards {
                let line = journal::text(&Line::Shard(Entry::clone(&done.entry)))?;
                file.write_all(line.as_bytes())?;
            }
            fail::point("plan-write")?;
            file.write_all(journal::text(&Line::Files(files.clone()))?.as_bytes())?;
            file.finish()?;
            fs::rename(&hidden, &path)
        };
        write().map_err(|error| write_error(&path, error))?;
        sync_folder(&self.layout.folder.join(STATE))
    }

    fn sync_folders(&self, files: &Files) -> Result<(), RunError> {
        let mut folders = vec![self.layout.folder.clone()];
        if files.sharded {
            for name in &self.layout.names {
                let folder = self.layout.folder.join(shard_file(name, 0)).parent().map(Path::to_owned);
                folders.extend(folder.filter(|folder| folder.is_dir()));
            }
            folders.dedup();
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    /// Removes what only a run under way needs, and what one that was killed has left.
    fn clean_up(&self) -> Result<(), RunError> {
        let at = |error| write_error(self.layout.folder.join(STATE), error);
        fail::point("clean-up").map_err(at)?;
        remove(&self.layout.state(JOURNAL))?;
        remove(&self.layout.state(PLAN))?;
        remove(&hidden(&self.layout.state(PLAN)))?;
        remove(&hidden(&self.layout.state(QUARANTINE)))?;
        for (output, name) in self.layout.names.iter().enumerate() {
            let count = if self.layout.sharded { self.shards.len() } else { 1 };
            for n in 0..count {
                remove(&hidden(&self.layout.folder.join(self.layout.file(output, n))))?;
            }
            remove(&hidden(&self.layout.folder.join(name)))?;
        }
        remove(&hidden(&self.layout.folder.join(QUARANTINE_FILE)))?;
        let mut wanted = HashSet::new();
        if self.layout.built.contains(&true) {
            wanted.extend(self.shards.iter().map(|done| self.layout.part(done.entry.key)));
        }
        let parts = self.layout.state(PARTS);
        for file in fs::read_dir(&parts).map_err(at)? {
            let path = file.map_err(at)?.path();
            if !wanted.contains(&path) {
                remove(&path)?;
            }
        }
        if wanted.is_empty() {
            fs::remove_dir(&parts).map_err(at)?;
        }
        Ok(())
    }

    fn written(&self, files: Vec<(String, u64)>) -> Vec<Written> {
        let shown = files.into_iter().filter(|(name, _)| !name.starts_with(STATE));
        shown.map(|(name, bytes)| Written { path: self.layout.folder.join(name), bytes }).collect()
    }
}

/// Why a section could not be copied.
enum CopyError {
    Read(io::Error),
    Changed,
    Write(io::Error),
}

impl CopyError {
    fn into_run_error(self, place: &Place, to: &Path) -> RunError {
        match self {
            Self::Read(error) => RunError::Read { path: place.path.clone(), error },
            Self::Changed => RunError::Damaged(place.path.clone()),
            Self::Write(error) => write_error(to, error),
        }
    }
}

/// Copies a section, and looks at its checksum on the way.
fn copy(section: &Section, place: &Place, to: &mut impl Write) -> Result<(), CopyError> {
    if section.bytes == 0 {
        return Ok(());
    }
    let mut file = File::open(&place.path).map_err(CopyError::Read)?;
    file.seek(SeekFrom::Start(place.offset)).map_err(CopyError::Read)?;
    let mut left = section.bytes;
    let mut summer = Summer::default();
    let mut buffer = vec![0; usize::try_from(left).unwrap_or(usize::MAX).min(256 << 10)];
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let n = file.read(&mut buffer[..most]).map_err(CopyError::Read)?;
        if n == 0 {
            return Err(CopyError::Changed);
        }
        summer.update(&buffer[..n]);
        to.write_all(&buffer[..n]).map_err(CopyError::Write)?;
        left -= n as u64;
    }
    if summer.finish() == section.sum { Ok(()) } else { Err(CopyError::Changed) }
}

fn load(section: &Section, place: &Place) -> Result<Vec<u8>, RunError> {
    let mut bytes = Vec::new();
    copy(section, place, &mut bytes).map_err(|error| error.into_run_error(place, &place.path))?;
    Ok(bytes)
}

fn sum_of(path: &Path) -> io::Result<Key> {
    let mut file = File::open(path)?;
    let mut summer = Summer::default();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(summer.finish()),
            n => summer.update(&buffer[..n]),
        }
    }
}

fn starts_with(path: &Path, start: &[u8]) -> bool {
    let mut read = vec![0; start.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut read)).is_ok() && read == start
}

fn write_part(path: &Path, sections: &[Vec<u8>]) -> io::Result<()> {
    let hidden = hidden(path);
    let mut file = File::create(&hidden)?;
    for section in sections {
        fail::point("part-write")?;
        file.write_all(section)?;
    }
    fail::point("part-sync")?;
    file.sync_all()?;
    fail::point("part-rename")?;
    fs::rename(&hidden, path)
}

/// A buffered file that knows its size.
struct Counted {
    file: io::BufWriter<File>,
    bytes: u64,
}

impl Counted {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: io::BufWriter::with_capacity(256 << 10, File::create(path)?), bytes: 0 })
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        fail::point("file-sync")?;
        self.file.get_ref().sync_all()
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The name of a file until it is whole.
fn hidden(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

/// Removes a file, where there is one.
fn remove(path: &Path) -> Result<(), RunError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(write_error(path, error)),
        _ => Ok(()),
    }
}

/// A lock on the folder itself leaves no file behind, and goes away with the process. Where the system cannot lock a
/// folder the run goes on without.
fn lock(folder: &Path) -> Result<Option<File>, RunError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(RunError::Busy(folder.to_owned())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn sync_folder(folder: &Path) -> Result<(), RunError> {
    // Only Unix makes a rename durable this way, and only there can a folder be opened.
    if cfg!(unix) {
        let sync = || {
            fail::point("folder-sync")?;
            File::open(folder)?.sync_all()
        };
        sync().map_err(|error| write_error(folder, error))?;
    }
    Ok(())
}
