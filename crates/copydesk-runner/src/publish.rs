//! From shards to files: what is made, in which order it gets its names, and what goes away then.
//!
//! The files are made as drafts and made durable; then the plan of the next manifest is; then the drafts get their names,
//! then the plan becomes the manifest, then what nobody needs any more goes.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::File,
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use copydesk_stage::{Assembly, Export, ExportError};

use crate::{
    Quarantined, RunError, append, earlier,
    error::write_error,
    fail,
    index::{Identities, Standpoint},
    layout::{DELTA, INDEX, QUARANTINE, QUARANTINE_FILE},
    manifest::{FileEntry, Files, MANIFEST, Manifest, PLAN, Segment},
    owner::Existing,
    ownership::RUN,
    part::{self, PARTS},
    report::Written,
    reuse::Done,
    storage::{Draft, STATE, Storage, sum_of},
    store::Store,
};

/// So many documents of one stage and rule are listed for everybody. A file that is read by the wrong rule has as many faults
/// as lines, and a list of them all would be larger than the file.
const MOST_LISTED: u64 = 10_000;

fn write_line(file: &mut Draft, entry: &Quarantined) -> io::Result<()> {
    serde_json::to_writer(&mut *file, entry)?;
    file.write_all(b"\n")
}

impl Store {
    /// Makes the files of the shards and gives them their names. The files and whether they had to be made.
    pub(crate) fn publish(mut self, exports: &[&dyn Export]) -> Result<(Vec<Written>, bool), RunError> {
        self.keep_retries();
        self.check_losses()?;
        let segments = self.take_over(exports)?;
        if self.is_published() {
            let files = self.before.take().map(|manifest| manifest.files.list).unwrap_or_default();
            self.clean_up()?;
            return Ok((self.written(&files), false));
        }
        if self.layout.keeps_parts {
            self.keep_parts()?;
        }
        let list = self.assemble_all(exports, &segments)?;
        let entries = self.shards.iter().map(|done| Arc::clone(&done.entry)).collect();
        let manifest = Manifest { entries, files: self.files(list, segments) };
        self.check_names(&manifest.files.list)?;
        let text = manifest.write().map_err(|error| self.failed(PLAN, error))?;
        let planned = fail::point("plan-write").and_then(|()| self.folder.replace(PLAN, &text));
        planned.map_err(|error| self.failed(PLAN, error))?;
        self.name_files(&manifest, &manifest.files.list)?;
        self.clean_up()?;
        Ok((self.written(&manifest.files.list), true))
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
        let mut shards = Done::of_manifest(&self.layout, before);
        if let Some(seen) = &self.seen {
            shards = append::make_room(&self.folder, exports, shards, before, &newer, seen).inspect_err(|_| {
                // What cannot be undone is at least no part of any manifest.
                let _ = self.undo();
            })?;
        }
        shards.append(&mut self.shards);
        self.shards = shards;
        Ok(segments)
    }

    /// The shards of a retry stay behind those of the run that they belong to, as long as that has not changed.
    fn keep_retries(&mut self) {
        let Some(before) = &self.before else { return };
        if self.shards.iter().any(|done| !done.entry.retried.is_empty()) {
            return;
        }
        let run = before.entries.iter().filter(|e| e.retried.is_empty()).map(|e| e.key);
        if run.eq(self.shards.iter().map(|done| done.entry.key)) {
            let mut retries = Done::of_manifest(&self.layout, before);
            retries.retain(|done| !done.entry.retried.is_empty());
            if retries.iter().all(|done| done.is_whole(&self.folder)) {
                self.shards.extend(retries);
            }
        }
    }

    /// Whether the files in the folder are those of these very shards already.
    fn is_published(&self) -> bool {
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
        same_files && same_shards && in_place() && files.list.iter().all(whole) && quarantine()
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
            let count = if self.layout.sharded { self.shards.len() } else { 1 };
            for n in 0..count {
                let shards = if self.layout.sharded { &self.shards[n..=n] } else { &self.shards[..] };
                files.push(self.assemble(*export, output, self.layout.file(output, n), shards)?);
            }
        }
        if let Some(last) = segments.last().filter(|_| self.makes_delta()) {
            let added = &self.shards[self.shards.len().saturating_sub(last.shards)..];
            for (output, export) in exports.iter().enumerate() {
                files.push(self.assemble(*export, output, self.layout.delta(output, segments.len()), added)?);
            }
        }
        files.extend(self.assemble_quarantine()?);
        if !self.layout.keeps_parts {
            files.push(self.assemble_state(INDEX, self.layout.index())?);
        }
        Ok(files)
    }

    /// Whether what was added is put down on its own: by every run that adds, and by a retry behind one.
    fn makes_delta(&self) -> bool {
        let mut before = self.before.iter().flat_map(|manifest| &manifest.files.list);
        let retry = self.claim.retry && before.any(|file| file.name.starts_with(DELTA));
        retry || (self.claim.existing == Existing::Append && !self.claim.retry)
    }

    /// Makes one file as a draft, durable.
    fn assemble(
        &self,
        export: &dyn Export,
        output: usize,
        name: String,
        shards: &[Done],
    ) -> Result<FileEntry, RunError> {
        let wrong = |error| self.failed(&name, error);
        fail::point("assemble").map_err(wrong)?;
        let draft = self.folder.draft(&name).map_err(wrong)?;
        let (bytes, sum) = match export.assembly() {
            Assembly::Joined => {
                let mut file = Draft::create(&draft).map_err(wrong)?;
                file.write_all(&self.layout.headers[output]).map_err(wrong)?;
                self.copy_sections(output, shards, &mut file, &name)?;
                file.finish().map_err(wrong)?
            }
            Assembly::Built(assemble) => {
                let mut parts = shards.iter().map(|done| {
                    part::load(&self.folder, &done.entry.sections[output], &done.places[output])
                        .map_err(|error| ExportError::new(error.to_string()))
                });
                assemble
                    .assemble(&mut parts, &draft)
                    .map_err(|error| RunError::Assemble { path: self.folder.locate(&name), error: error.message })?;
                let synced = File::options().write(true).open(&draft).and_then(|file| {
                    fail::point("file-sync")?;
                    file.sync_all()?;
                    Ok((file.metadata()?.len(), sum_of(&draft)?))
                });
                synced.map_err(wrong)?
            }
        };
        Ok(FileEntry { name, bytes, sum })
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

    /// Makes a file of our own, of the sections that all shards have for it.
    fn assemble_state(&self, name: &str, section: usize) -> Result<FileEntry, RunError> {
        let wrong = |error| self.failed(name, error);
        let draft = self.folder.draft(name).map_err(wrong)?;
        let mut file = Draft::create(&draft).map_err(wrong)?;
        self.copy_sections(section, &self.shards, &mut file, name)?;
        let (bytes, sum) = file.finish().map_err(wrong)?;
        Ok(FileEntry { name: name.to_owned(), bytes, sum })
    }

    fn files(&self, list: Vec<FileEntry>, segments: Vec<Segment>) -> Files {
        Files {
            owner: self.claim.owner.clone(),
            work: self.layout.work,
            exports: self.layout.exports,
            segments,
            sharded: self.layout.sharded,
            parts: self.layout.keeps_parts,
            headers: self.header_sizes(),
            list,
        }
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
            if let Some((run, _)) = name.rsplit_once('/').filter(|_| name.starts_with(DELTA)) {
                let removed = [run, DELTA].iter().try_for_each(|folder| self.folder.remove_empty_folder(folder));
                removed.map_err(|error| self.failed(run, error))?;
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
            let mut wanted = HashSet::new();
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
        let shown = files.iter().filter(|file| !file.name.starts_with(STATE));
        shown.map(|file| Written { path: self.folder.locate(&file.name), bytes: file.bytes }).collect()
    }

    fn failed(&self, name: &str, error: io::Error) -> RunError {
        write_error(self.folder.locate(name), error)
    }
}
