//! From shards to files: what is made, in which order it gets its names, and what goes away then.
//!
//! The files are made as drafts and made durable; then the plan of the next manifest is; then the drafts get their names,
//! then the plan becomes the manifest, then what nobody needs any more goes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map::Entry},
    fs::File,
    io::{self, Read, Write},
    iter,
    ops::Range,
    path::Path,
    sync::Arc,
};

use copydesk_stage::{Assembly, Export, ExportError};

use crate::{
    Chain, Quarantined, RunError, append,
    checksum::Key,
    conclude::Corrections,
    earlier,
    error::write_error,
    fail,
    index::{self, Identities, Indexed, Standpoint},
    layout::{DELTA, INDEX, QUARANTINE, QUARANTINE_FILE},
    lead::{self, Moved, Without},
    manifest::{FileEntry, Files, MANIFEST, Manifest, PLAN, Segment},
    output::Published,
    owner::Existing,
    ownership::RUN,
    part::{self, PARTS},
    report::Written,
    reuse::Done,
    skipped::{Kind, List, PassedOver, SKIPPED_FILE, Skipped},
    storage::{Draft, STATE, Storage, sum_of},
    store::Store,
};

/// So many documents of one stage and rule are listed for everybody. A file that is read by the wrong rule has as many faults
/// as lines, and a list of them all would be larger than the file.
const MOST_LISTED: u64 = 10_000;

/// How large a file is that is made of parts which are kept, where an output is spread over several.
const BUILT_BYTES: u64 = 128 << 20;

/// The rows that stand before all others in a file of these shards.
fn front(shards: &[Done], output: usize) -> Vec<Moved> {
    lead::select(shards.iter().map(|done| done.entry.leads.get(output).map_or(&[][..], Vec::as_slice)))
}

/// A name that no other file has, on systems either that take `A` and `a` for the same: with a number, if it is taken.
fn free_name(name: &str, taken: &mut HashMap<String, u64>) -> String {
    let mut free = name.to_owned();
    loop {
        match taken.entry(free.to_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(1);
                return free;
            }
            // How far the numbers of this name have come, so that a thousand of the same take no million steps.
            Entry::Occupied(mut entry) => {
                *entry.get_mut() += 1;
                let number = entry.get();
                let (stem, ending) = name.rsplit_once('.').filter(|(_, e)| !e.contains('/')).unwrap_or((name, ""));
                free = if ending.is_empty() { format!("{name}-{number}") } else { format!("{stem}-{number}.{ending}") };
                if taken.contains_key(&free.to_lowercase()) {
                    name.clone_into(&mut free);
                }
            }
        }
    }
}

/// A file that is made of shards.
struct Made<'a> {
    output: usize,
    name: String,
    /// All shards of the output, of which the file holds its own.
    shards: &'a [Done],
    own: Range<usize>,
    /// The rows that stand before all others, in the first file.
    front: &'a [Moved],
}

impl<'a> Made<'a> {
    fn whole(output: usize, name: String, shards: &'a [Done], front: &'a [Moved]) -> Self {
        Self { output, name, shards, own: 0..shards.len(), front }
    }

    /// Whether anything of the shards stands in it.
    fn has_rows(&self) -> bool {
        let moved = |shard| self.front.iter().filter(move |row| row.shard == shard).map(|row| row.bytes).sum::<u64>();
        let own = |shard: usize| self.shards[shard].entry.sections[self.output].bytes > moved(shard);
        self.own.start == 0 && !self.front.is_empty() || self.own.clone().any(own)
    }
}

fn write_line(file: &mut Draft, entry: &Quarantined) -> io::Result<()> {
    serde_json::to_writer(&mut *file, entry)?;
    file.write_all(b"\n")
}

impl Store {
    /// Makes the files of the shards and gives them their names. The files and whether they had to be made.
    pub(crate) fn publish(
        mut self,
        chain: &Chain,
        exports: &[&dyn Export],
        passed_over: &PassedOver,
    ) -> Result<Published, RunError> {
        let all = self.shards.len();
        self.keep_retries(exports);
        self.check_losses()?;
        let segments = self.take_over(exports)?;
        let runs: Vec<usize> =
            segments.iter().enumerate().flat_map(|(n, segment)| iter::repeat_n(n, segment.shards)).collect();
        let corrections = if self.layout.surveyed {
            self.conclude(chain.surveys(), exports, self.own_shards(all), &runs, segments.len())?
        } else {
            Corrections::default()
        };
        let skipped = self.assemble_skipped(passed_over, &segments)?;
        if self.is_published(skipped.as_ref()) {
            let files = self.before.take().map(|manifest| manifest.files.list).unwrap_or_default();
            self.clean_up()?;
            return Ok(Published { files: self.written(&files), made: false, corrections });
        }
        if self.layout.keeps_parts {
            self.keep_parts()?;
        }
        let mut list = self.assemble_all(exports, &segments)?;
        list.extend(skipped);
        let entries = self.shards.iter().map(|done| Arc::clone(&done.entry)).collect();
        let manifest = Manifest { entries, files: self.files(exports, list, segments) };
        self.check_names(&manifest.files.list)?;
        let text = manifest.write().map_err(|error| self.failed(PLAN, error))?;
        let planned = fail::point("plan-write").and_then(|()| self.folder.replace(PLAN, &text));
        planned.map_err(|error| self.failed(PLAN, error))?;
        self.name_files(&manifest, &manifest.files.list)?;
        self.clean_up()?;
        Ok(Published { files: self.written(&manifest.files.list), made: true, corrections })
    }

    /// Ends what a run had planned that was killed while its files got their names, if all of them are there. Otherwise the
    /// shards are as good as any that were done, and the files are made again.
    pub(crate) fn roll_forward(&mut self) -> Result<(), RunError> {
        let Some(plan) = &self.plan else { return Ok(()) };
        let is = |path: &Path, file: &FileEntry| {
            path.metadata().is_ok_and(|m| m.len() == file.bytes) && sum_of(path).is_ok_and(|sum| sum == file.sum)
        };
        let (named, unnamed): (Vec<_>, Vec<_>) =
            plan.files.list.iter().partition(|file| is(&self.folder.locate(&file.name), file));
        if unnamed.iter().all(|file| is(&self.folder.draft_path(&file.name), file)) {
            tracing::debug!(named = named.len(), unnamed = unnamed.len(), "the files of the last run get their names");
            self.name_files(plan, unnamed)?;
            self.folder.remove(PLAN).map_err(|error| self.failed(PLAN, error))?;
            self.before = self.plan.take();
        }
        Ok(())
    }

    /// Gives the files their names and then makes the plan the manifest.
    fn name_files<'f>(
        &self,
        plan: &Manifest,
        unnamed: impl IntoIterator<Item = &'f FileEntry>,
    ) -> Result<(), RunError> {
        let list = &plan.files.list;
        for file in unnamed {
            let draft = self.folder.draft_path(&file.name);
            let named = fail::point("file-rename").and_then(|()| self.folder.publish(&draft, &file.name));
            named.map_err(|error| self.failed(&file.name, error))?;
        }
        self.remove_stale(list)?;
        let folders: BTreeSet<&str> =
            list.iter().map(|file| file.name.rsplit_once('/').map_or("", |(f, _)| f)).collect();
        for folder in folders {
            self.folder.sync_folder(folder).map_err(|error| self.failed(folder, error))?;
        }
        let text = plan.write().map_err(|error| self.failed(MANIFEST, error))?;
        let replaced = fail::point("manifest-write").and_then(|()| self.folder.replace(MANIFEST, &text));
        replaced.map_err(|error| self.failed(MANIFEST, error))
    }

    /// Sees to it that no name is taken that was free when the run began.
    fn check_names(&self, files: &[FileEntry]) -> Result<(), RunError> {
        let ours = self.before.iter().chain(&self.plan).flat_map(|manifest| &manifest.files.list);
        let ours: HashSet<&str> = ours.map(|file| file.name.as_str()).collect();
        let free = |name: &str| !name.starts_with(STATE) && !ours.contains(name);
        match files.iter().find(|file| free(&file.name) && self.folder.locate(&file.name).exists()) {
            Some(file) => Err(RunError::Occupied(format!(
                "{} was put there while the run went on, and an output needs that name. Move it away and run again",
                self.folder.locate(&file.name).display()
            ))),
            None => Ok(()),
        }
    }

    /// Which of the shards are of this run, which came to so many, those that it tries again among them.
    fn own_shards(&self, all: usize) -> Range<usize> {
        let before = self.before.as_ref().map_or(0, |manifest| manifest.entries.len());
        if self.claim.retry {
            before.min(all)..all
        } else if self.claim.existing == Existing::Append {
            self.shards.len() - all..self.shards.len()
        } else {
            0..all
        }
    }

    /// Puts the shards of this run behind those that it adds to, without the documents that it has read anew.
    fn take_over(&mut self, exports: &[&dyn Export]) -> Result<Vec<Segment>, RunError> {
        let own = |shards| Segment { shards, place: self.claim.owner.place.clone(), work: self.layout.work };
        let Some(before) = self.before.as_ref().filter(|_| self.claim.retry || self.claim.existing == Existing::Append)
        else {
            return Ok(vec![own(self.shards.len())]);
        };
        let mut segments = before.files.segments.clone();
        if self.claim.retry {
            if let Some(last) = segments.last_mut() {
                last.shards += self.shards.len().saturating_sub(before.entries.len());
            }
            return Ok(segments);
        }
        if !self.shards.is_empty() {
            segments.push(own(self.shards.len()));
        }
        let from = Standpoint::new(self.folder.root(), &self.claim.owner.place);
        let mut newer = Identities::new();
        for done in &self.shards {
            newer.extend(earlier::of_done(&self.folder, done, &from)?.into_iter().map(|earlier| earlier.identity));
        }
        let mut shards = self.taken_over(before, exports).inspect_err(|_| drop(self.undo()))?;
        if let Some(seen) = &self.seen {
            shards = append::make_room(&self.folder, &self.layout, exports, shards, before, &newer, seen).inspect_err(
                |_| {
                    // What cannot be undone is at least no part of any manifest.
                    let _ = self.undo();
                },
            )?;
        }
        shards.append(&mut self.shards);
        self.shards = shards;
        Ok(segments)
    }

    /// The shards of a retry stay behind those of the run that they belong to, as long as that has not changed.
    fn keep_retries(&mut self, exports: &[&dyn Export]) {
        let Some(before) = &self.before else { return };
        if self.shards.iter().any(|done| !done.entry.retried.is_empty()) {
            return;
        }
        let keys = before.entries.iter().zip(before.keys());
        let run = keys.filter(|(entry, _)| entry.retried.is_empty()).map(|(_, key)| key);
        if run.eq(self.shards.iter().map(|done| done.entry.key)) {
            // A draft that is lost or torn costs the retries only: their documents are set aside again.
            let Ok(mut retries) = self.taken_over(before, exports) else { return };
            retries.retain(|done| !done.entry.retried.is_empty());
            if retries.iter().all(|done| done.is_whole(&self.folder)) {
                self.shards.extend(retries);
            }
        }
    }

    /// Whether the files in the folder are those of these very shards already.
    fn is_published(&self, skipped: Option<&FileEntry>) -> bool {
        let Some(before) = &self.before else { return false };
        let files = &before.files;
        let same_files = files.headers == self.header_sizes()
            && files.sharded == self.layout.sharded
            && files.parts == self.layout.keeps_parts;
        let keys = before.entries.iter().map(|e| (e.key, e.retried.len()));
        let same_shards = keys.eq(self.shards.iter().map(|done| (done.entry.key, done.entry.retried.len())));
        let whole = |file: &FileEntry| {
            let path = self.folder.locate(&file.name);
            let size = path.metadata().is_ok_and(|m| m.is_file() && m.len() == file.bytes);
            // Who has read what was added may have taken it away.
            let taken = file.name.starts_with(DELTA) && !path.exists();
            taken || (size && sum_of(&path).is_ok_and(|now| now == file.sum))
        };
        let in_place = || {
            let places = self.layout.places(before);
            places.iter().zip(&self.shards).all(|(then, now)| {
                let pairs = then.iter().zip(&now.places).zip(&now.entry.sections);
                pairs.into_iter().all(|((then, now), section)| then == now || section.bytes == 0)
            })
        };
        let quarantine = || {
            let listed = files.list.iter().any(|file| file.name == QUARANTINE_FILE);
            listed || !self.folder.locate(QUARANTINE_FILE).exists()
        };
        let same_skipped = files.list.iter().find(|file| file.name == SKIPPED_FILE) == skipped;
        same_files && same_shards && same_skipped && in_place() && files.list.iter().all(whole) && quarantine()
    }

    /// Sees to it that every shard has a part of its own, whole or taken from wherever it stands.
    fn keep_parts(&mut self) -> Result<(), RunError> {
        for done in &mut self.shards {
            let own = Done::in_part(Arc::clone(&done.entry));
            if own.places != done.places {
                let sections = done.entry.sections.iter().zip(&done.places);
                let sections = sections.map(|(section, place)| part::load(&self.folder, section, place));
                let sections = sections.collect::<Result<Vec<_>, _>>()?;
                part::put(&self.folder, &done.entry, &sections)?;
                *done = own;
            }
        }
        Ok(())
    }

    fn assemble_all(&self, exports: &[&dyn Export], segments: &[Segment]) -> Result<Vec<FileEntry>, RunError> {
        let mut files = Vec::new();
        for (output, export) in exports.iter().enumerate() {
            let rows = front(&self.shards, output);
            if !self.layout.sharded {
                let made = Made::whole(output, self.layout.file(output, 0), &self.shards, &rows);
                self.assemble(*export, &made, &mut files)?;
                continue;
            }
            // All rows that stand at the front in the first file: who reads many takes the types from that.
            let groups = self.groups(*export, output).into_iter().enumerate();
            let made = groups
                .map(|(n, own)| Made { own, ..Made::whole(output, self.layout.file(output, n), &self.shards, &rows) });
            let (mut full, mut empty): (Vec<_>, Vec<_>) = made.partition(Made::has_rows);
            // Loaders stumble over a file without rows that stands beside others. Of a run without rows there is one all the
            // same, so that whoever looks for the output finds it.
            if full.is_empty() {
                full.extend(empty.drain(..).take(1));
            }
            for made in &full {
                self.assemble(*export, made, &mut files)?;
            }
        }
        if let Some(last) = segments.last().filter(|_| self.makes_delta()) {
            let added = &self.shards[self.shards.len().saturating_sub(last.shards)..];
            for (output, export) in exports.iter().enumerate() {
                let (name, rows) = (self.layout.delta(output, segments.len()), front(added, output));
                self.assemble(*export, &Made::whole(output, name, added, &rows), &mut files)?;
            }
        }
        files.extend(self.assemble_quarantine()?);
        if !self.layout.keeps_parts {
            files.push(self.assemble_state(INDEX, self.layout.index())?);
        }
        Ok(files)
    }

    /// Which shards stand together in a file of a sharded output. Where the next run finds them in the files, each has one of
    /// its own; where it finds them in parts, files can be as large as their readers like them.
    fn groups(&self, export: &dyn Export, output: usize) -> Vec<Range<usize>> {
        if !matches!(export.assembly(), Assembly::Built(_)) {
            return (0..self.shards.len()).map(|n| n..n + 1).collect();
        }
        let (mut groups, mut start, mut bytes) = (Vec::new(), 0, 0);
        for (n, done) in self.shards.iter().enumerate() {
            bytes += done.entry.sections[output].bytes;
            if bytes >= BUILT_BYTES || n + 1 == self.shards.len() {
                groups.push(start..n + 1);
                (start, bytes) = (n + 1, 0);
            }
        }
        groups
    }

    /// Whether what was added is put down on its own: by every run that adds, and by a retry behind one.
    fn makes_delta(&self) -> bool {
        let mut before = self.before.iter().flat_map(|manifest| &manifest.files.list);
        let retry = self.claim.retry && before.any(|file| file.name.starts_with(DELTA));
        retry || (self.claim.existing == Existing::Append && !self.claim.retry)
    }

    /// Makes one file as a draft, durable; or one for each document.
    fn assemble(&self, export: &dyn Export, made: &Made<'_>, files: &mut Vec<FileEntry>) -> Result<(), RunError> {
        let Made { output, name, shards, own, .. } = made;
        let wrong = |error| self.failed(name, error);
        fail::point("assemble").map_err(wrong)?;
        if matches!(export.assembly(), Assembly::Split) {
            return self.split(made, files);
        }
        if let Assembly::Routed(header) = export.assembly() {
            return self.routed(made, header, files);
        }
        let draft = self.folder.draft(name).map_err(wrong)?;
        let (bytes, sum) = match export.assembly() {
            Assembly::Joined | Assembly::Split | Assembly::Routed(_) => {
                let mut file = Draft::create(&draft).map_err(wrong)?;
                file.write_all(&self.layout.headers[*output]).map_err(wrong)?;
                self.copy_rows(made, &mut file)?;
                file.finish().map_err(wrong)?
            }
            Assembly::Built(assemble) => {
                let mut parts = shards[own.clone()].iter().map(|done| {
                    part::load(&self.folder, &done.entry.sections[*output], &done.places[*output])
                        .map_err(|error| ExportError::new(error.to_string()))
                });
                assemble
                    .assemble(&mut parts, &draft)
                    .map_err(|error| RunError::Assemble { path: self.folder.locate(name), error: error.message })?;
                let synced = File::options().write(true).open(&draft).and_then(|file| {
                    fail::point("file-sync")?;
                    file.sync_all()?;
                    Ok((file.metadata()?.len(), sum_of(&draft)?))
                });
                synced.map_err(wrong)?
            }
        };
        files.push(FileEntry { name: name.clone(), bytes, sum });
        Ok(())
    }

    /// Makes a file for each document as a draft, durable.
    fn split(&self, made: &Made<'_>, files: &mut Vec<FileEntry>) -> Result<(), RunError> {
        let Made { output, name: folder, shards, own, .. } = made;
        let mut taken = HashMap::new();
        for done in &shards[own.clone()] {
            let part = part::load(&self.folder, &done.entry.sections[*output], &done.places[*output])?;
            for file in copydesk_stage::files(&part) {
                let wrong =
                    |error: ExportError| RunError::Assemble { path: self.folder.locate(folder), error: error.message };
                let (own, content) = file.map_err(wrong)?;
                let name = format!("{folder}/{}", free_name(own, &mut taken));
                let write = || {
                    let mut draft = Draft::create(&self.folder.draft(&name)?)?;
                    draft.write_all(content)?;
                    draft.finish()
                };
                let (bytes, sum) = write().map_err(|error| self.failed(&name, error))?;
                files.push(FileEntry { name, bytes, sum });
            }
        }
        Ok(())
    }

    /// Makes a file for each name as a draft, durable: the rows of all shards that go there, in their order. Names that differ
    /// in case alone are one, since not every system tells them apart.
    fn routed(&self, made: &Made<'_>, header: &[u8], files: &mut Vec<FileEntry>) -> Result<(), RunError> {
        let Made { output, name: folder, shards, own, .. } = made;
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for done in &shards[own.clone()] {
            let part = part::load(&self.folder, &done.entry.sections[*output], &done.places[*output])?;
            let mut by_name: BTreeMap<String, (&str, Vec<u8>)> = BTreeMap::new();
            for file in copydesk_stage::files(&part) {
                let wrong =
                    |error: ExportError| RunError::Assemble { path: self.folder.locate(folder), error: error.message };
                let (name, rows) = file.map_err(wrong)?;
                by_name.entry(name.to_lowercase()).or_insert((name, Vec::new())).1.extend_from_slice(rows);
            }
            for (key, (name, rows)) in by_name {
                let is_new = !names.contains_key(&key);
                let name = &*names.entry(key).or_insert_with(|| format!("{folder}/{name}"));
                let write = || {
                    if is_new {
                        // What a run that was killed has left there goes.
                        let mut first = Draft::create(&self.folder.draft(name)?)?;
                        first.write_all(header)?;
                        first.flush()?;
                    }
                    File::options().append(true).open(self.folder.draft_path(name))?.write_all(&rows)
                };
                write().map_err(|error| self.failed(name, error))?;
            }
        }
        for name in names.into_values() {
            let synced = || {
                let draft = self.folder.draft_path(&name);
                let file = File::options().write(true).open(&draft)?;
                fail::point("file-sync")?;
                file.sync_all()?;
                Ok((file.metadata()?.len(), sum_of(&draft)?))
            };
            let (bytes, sum) = synced().map_err(|error| self.failed(&name, error))?;
            files.push(FileEntry { name, bytes, sum });
        }
        Ok(())
    }

    /// The rows that stand before all others, then the sections without them.
    fn copy_rows(&self, made: &Made<'_>, to: &mut Draft) -> Result<(), RunError> {
        let Made { output, name, shards, own, front } = made;
        if own.start == 0 {
            for row in *front {
                let done = &shards[row.shard];
                let section = part::load(&self.folder, &done.entry.sections[*output], &done.places[*output])?;
                let range = usize::try_from(row.at).unwrap_or(usize::MAX)..;
                let bytes = section.get(range).and_then(|rest| rest.get(..usize::try_from(row.bytes).ok()?));
                let bytes = bytes.ok_or_else(|| RunError::Damaged(self.folder.locate(&done.places[*output].name)))?;
                to.write_all(bytes).map_err(|error| self.failed(name, error))?;
            }
        }
        for shard in own.clone() {
            let done = &shards[shard];
            let gone = front.iter().filter(|row| row.shard == shard).copied().collect();
            let mut rest = Without { to, gone, at: 0 };
            let (section, place) = (&done.entry.sections[*output], &done.places[*output]);
            part::copy(&self.folder, section, place, &mut rest)
                .map_err(|error| error.into_run_error(&self.folder, place, name))?;
        }
        Ok(())
    }

    fn copy_sections(&self, output: usize, shards: &[Done], to: &mut Draft, name: &str) -> Result<(), RunError> {
        for done in shards {
            let (section, place) = (&done.entry.sections[output], &done.places[output]);
            part::copy(&self.folder, section, place, to)
                .map_err(|error| error.into_run_error(&self.folder, place, name))?;
        }
        Ok(())
    }

    /// What the shards have set aside, for ourselves; and the list of it without what a later retry has tried again, for
    /// everybody, unless nothing is left.
    fn assemble_quarantine(&self) -> Result<Vec<FileEntry>, RunError> {
        let output = self.layout.quarantine();
        if self.shards.iter().all(|done| done.entry.sections[output].bytes == 0) {
            return Ok(Vec::new());
        }
        let wrong = |error| self.failed(QUARANTINE_FILE, error);
        let mut files = Vec::new();
        if !self.layout.keeps_parts {
            files.push(self.assemble_state(QUARANTINE, output)?);
        }
        let draft = self.folder.draft(QUARANTINE_FILE).map_err(wrong)?;
        let mut file = Draft::create(&draft).map_err(wrong)?;
        let mut listed = BTreeMap::new();
        self.quarantine(|entry| {
            let (count, first) = listed.entry((entry.stage.clone(), entry.rule.clone())).or_insert((0, None));
            *count += 1;
            if *count > MOST_LISTED {
                first.get_or_insert(entry);
                return Ok(());
            }
            write_line(&mut file, &entry).map_err(wrong)
        })?;
        for (count, mut first) in listed.into_values().filter_map(|(count, first)| Some((count, first?))) {
            first.error = format!(
                "this and {} more of the same rule are not listed; `retry` takes them all",
                count - MOST_LISTED - 1
            );
            write_line(&mut file, &first).map_err(wrong)?;
        }
        let (bytes, sum) = file.finish().map_err(wrong)?;
        if bytes > 0 {
            files.push(FileEntry { name: QUARANTINE_FILE.to_owned(), bytes, sum });
        }
        Ok(files)
    }

    /// The list of what is in no output though nothing is wrong with it, unless there is no such thing. A run that adds keeps
    /// what earlier ones have passed over: their inputs are not among its own.
    fn assemble_skipped(&self, passed_over: &PassedOver, segments: &[Segment]) -> Result<Option<FileEntry>, RunError> {
        let wrong = |error| self.failed(SKIPPED_FILE, error);
        let draft = self.folder.draft(SKIPPED_FILE).map_err(wrong)?;
        let mut list = List::new(Draft::create(&draft).map_err(wrong)?);
        for done in self.shards.iter().filter(|done| done.entry.counts.dropped > 0) {
            let (Some(section), Some(place)) = (done.entry.sections.last(), done.places.last()) else { continue };
            let stored = part::load(&self.folder, section, place)?;
            let documents: Vec<Indexed> = index::read(&stored).map_err(|error| RunError::Bug(error.to_string()))?;
            for Indexed { uri, dropped, twin, .. } in documents {
                let Some((stage, reason)) = dropped else { continue };
                list.add(Skipped { uri, kind: Kind::Dropped, stage, reason, twin }).map_err(wrong)?;
            }
        }
        if self.claim.existing == Existing::Append || self.claim.retry {
            self.passed_over_before(passed_over, segments)?
                .into_iter()
                .try_for_each(|entry| list.add(entry))
                .map_err(wrong)?;
        }
        list.add_all(passed_over).map_err(wrong)?;
        let (bytes, sum) = list.finish().and_then(Draft::finish).map_err(wrong)?;
        if bytes == 0 {
            self.folder.remove_drafts().map_err(wrong)?;
            return Ok(None);
        }
        Ok(Some(FileEntry { name: SKIPPED_FILE.to_owned(), bytes, sum }))
    }

    /// What earlier runs have passed over and this one has not come to, as far as it is listed.
    fn passed_over_before(&self, now: &PassedOver, segments: &[Segment]) -> Result<Vec<Skipped>, RunError> {
        let listed = self.before.iter().flat_map(|manifest| &manifest.files.list);
        if !listed.into_iter().any(|file| file.name == SKIPPED_FILE) {
            return Ok(Vec::new());
        }
        let mut text = Vec::new();
        let read = self.folder.read(SKIPPED_FILE, 0).and_then(|mut file| file.read_to_end(&mut text));
        match read {
            // Somebody has taken it away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(|error| RunError::Read { path: self.folder.locate(SKIPPED_FILE), error })?,
        };
        let lines = text.split(|byte| *byte == b'\n');
        let entries = lines.filter_map(|line| serde_json::from_slice::<Skipped>(line).ok());
        let now = now.names();
        let from = Standpoint::new(self.folder.root(), &self.claim.owner.place);
        let is_forgotten = |uri: &str| self.forgotten.has_name(from.identity(uri, None, Key::default()));
        let entries = entries.filter(|entry| entry.kind == Kind::Skipped && !now.contains(entry.uri.as_str()));
        let mut entries: Vec<_> = entries.filter(|entry| !is_forgotten(&entry.uri)).collect();
        if !entries.is_empty() {
            let read = self.read_since(&entries.iter().map(|entry| entry.uri.as_str()).collect(), segments)?;
            entries.retain(|entry| !read.contains(&entry.uri));
        }
        Ok(entries)
    }

    /// Which of those names are documents that this run has added, or files of such documents.
    fn read_since(&self, names: &HashSet<&str>, segments: &[Segment]) -> Result<HashSet<String>, RunError> {
        let before = self.before.as_ref().map_or(0, |manifest| manifest.files.segments.len());
        let added: usize = segments.iter().skip(before).map(|segment| segment.shards).sum();
        let mut read = HashSet::new();
        for done in self.shards.iter().rev().take(added) {
            let (Some(section), Some(place)) = (done.entry.sections.last(), done.places.last()) else { continue };
            let documents = index::read(&part::load(&self.folder, section, place)?);
            for Indexed { uri, .. } in documents.map_err(|error| RunError::Bug(error.to_string()))? {
                let file = uri.rsplit_once('#').map(|(file, _)| file);
                read.extend(file.into_iter().chain([uri.as_str()]).filter(|n| names.contains(n)).map(str::to_owned));
            }
        }
        Ok(read)
    }

    /// Makes a file of our own, of the sections that all shards have for it.
    fn assemble_state(&self, name: &str, section: usize) -> Result<FileEntry, RunError> {
        let wrong = |error| self.failed(name, error);
        let draft = self.folder.draft(name).map_err(wrong)?;
        let mut file = Draft::create(&draft).map_err(wrong)?;
        self.copy_sections(section, &self.shards, &mut file, name)?;
        let (bytes, sum) = file.finish().map_err(wrong)?;
        Ok(FileEntry { name: name.to_owned(), bytes, sum })
    }

    fn files(&self, exports: &[&dyn Export], list: Vec<FileEntry>, segments: Vec<Segment>) -> Files {
        Files {
            owner: self.claim.owner.clone(),
            work: self.layout.work,
            exports: self.layout.exports,
            segments,
            sharded: self.layout.sharded,
            parts: self.layout.keeps_parts,
            headers: self.header_sizes(),
            leads: self.leads(exports),
            drafts: self.drafts.iter().map(|draft| draft.entry.key).collect(),
            surveys: self.surveys.clone(),
            list,
        }
    }

    /// Of each output, the rows that stand before all others. Where parts are kept nobody has to know.
    fn leads(&self, exports: &[&dyn Export]) -> Vec<Vec<Moved>> {
        let outputs = 0..exports.len();
        let leads: Vec<_> = outputs.map(|output| front(&self.shards, output)).collect();
        if leads.iter().all(Vec::is_empty) { Vec::new() } else { leads }
    }

    fn header_sizes(&self) -> Vec<u64> {
        self.layout.headers.iter().map(|header| header.len() as u64).collect()
    }

    /// Removes the files of the run before that this one has not made.
    fn remove_stale(&self, now: &[FileEntry]) -> Result<(), RunError> {
        let before = self.before.iter().flat_map(|manifest| &manifest.files.list).map(|file| file.name.as_str());
        let now: HashSet<&str> = now.iter().map(|file| file.name.as_str()).collect();
        for name in before.filter(|name| !now.contains(name)) {
            self.folder.remove(name).map_err(|error| self.failed(name, error))?;
            // Its folders go with the last file.
            let mut name = name;
            while let Some((folder, _)) = name.rsplit_once('/') {
                self.folder.remove_empty_folder(folder).map_err(|error| self.failed(folder, error))?;
                name = folder;
            }
        }
        Ok(())
    }

    /// Removes what only a run under way needs, and what one that was killed has left.
    fn clean_up(&self) -> Result<(), RunError> {
        if let Some(times) = &self.times {
            times.write(self.claim.existing == Existing::Append)?;
        }
        let clean = || {
            fail::point("clean-up")?;
            self.folder.remove(PLAN)?;
            self.folder.remove_drafts()?;
            let mut wanted: HashSet<String> = self.drafts.iter().map(|draft| draft.entry.name()).collect();
            if self.layout.keeps_parts {
                wanted.extend(self.shards.iter().map(|done| done.entry.name()));
            }
            for name in self.folder.list(PARTS)? {
                if part::is_name(&name) && !wanted.contains(&name) {
                    self.folder.remove(&name)?;
                }
            }
            self.folder.remove_empty_folder(PARTS)?;
            // The last of all: until then it is the same run.
            self.folder.remove(RUN)
        };
        clean().map_err(|error| self.failed(STATE, error))
    }

    fn written(&self, files: &[FileEntry]) -> Vec<Written> {
        let mut written: Vec<Written> = Vec::new();
        for file in files.iter().filter(|file| !file.name.starts_with(STATE)) {
            // Of files of documents, which may be many, their folder.
            let path = self.folder.locate(self.layout.split_folder(&file.name).unwrap_or(&file.name));
            match written.last_mut().filter(|last| last.path == path) {
                Some(last) => last.bytes += file.bytes,
                None => written.push(Written { path, bytes: file.bytes }),
            }
        }
        written
    }

    fn failed(&self, name: &str, error: io::Error) -> RunError {
        write_error(self.folder.locate(name), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_files_have_the_same_name() {
        let mut taken = HashMap::new();
        let names = ["a.md", "A.md", "a-2.md", "a.md", "x/a.md", "b", "b", "c.d/e", "c.d/e"];
        let free: Vec<_> = names.iter().map(|name| free_name(name, &mut taken)).collect();
        assert_eq!(free, ["a.md", "A-2.md", "a-2-2.md", "a-3.md", "x/a.md", "b", "b-2", "c.d/e", "c.d/e-2"]);
    }
}
