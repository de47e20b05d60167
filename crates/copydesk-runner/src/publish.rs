//! From shards to files: what is made, in which order it gets its names, and what goes away then.
//!
//! The files are made as drafts and made durable; then the plan of the next manifest is; then the drafts get their names,
//! then the plan becomes the manifest, then what nobody needs any more goes.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use copydesk_stage::{Assembly, Export, ExportError};

use crate::{
    RunError,
    checksum::{Sum, Summer},
    error::write_error,
    fail,
    layout::{QUARANTINE, QUARANTINE_FILE},
    manifest::{FileEntry, Files, MANIFEST, Manifest, PLAN},
    part::{self, PARTS},
    report::Written,
    reuse::Done,
    storage::{Draft, STATE, Storage},
    store::Store,
};

/// A file that waits for its name.
struct Ready {
    draft: PathBuf,
    file: FileEntry,
}

impl Store {
    /// Makes the files of the shards and gives them their names. The files and whether they had to be made.
    pub(crate) fn publish(mut self, exports: &[&dyn Export]) -> Result<(Vec<Written>, bool), RunError> {
        self.keep_retries();
        if self.is_published() {
            let files = self.before.take().map(|manifest| manifest.files.list).unwrap_or_default();
            self.clean_up()?;
            return Ok((self.written(&files), false));
        }
        if self.layout.keeps_parts {
            self.keep_parts()?;
        }
        let ready = self.assemble_all(exports)?;
        let entries = self.shards.iter().map(|done| Arc::clone(&done.entry)).collect();
        let manifest = Manifest { entries, files: self.files(&ready) };
        let text = manifest.write().map_err(|error| self.failed(PLAN, error))?;
        let planned = fail::point("plan-write").and_then(|()| self.folder.replace(PLAN, &text));
        planned.map_err(|error| self.failed(PLAN, error))?;
        for Ready { draft, file } in &ready {
            let named = fail::point("file-rename").and_then(|()| self.folder.publish(draft, &file.name));
            named.map_err(|error| self.failed(&file.name, error))?;
        }
        self.remove_stale(&manifest.files.list)?;
        for folder in self.layout.folders() {
            if self.folder.locate(&folder).is_dir() {
                self.folder.sync_folder(&folder).map_err(|error| self.failed(&folder, error))?;
            }
        }
        let replaced = fail::point("manifest-write").and_then(|()| self.folder.replace(MANIFEST, &text));
        replaced.map_err(|error| self.failed(MANIFEST, error))?;
        self.clean_up()?;
        Ok((self.written(&manifest.files.list), true))
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
            size && sum_of(&path).is_ok_and(|now| now == file.sum)
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

    fn assemble_all(&self, exports: &[&dyn Export]) -> Result<Vec<Ready>, RunError> {
        let mut ready = Vec::new();
        for (output, export) in exports.iter().enumerate() {
            let count = if self.layout.sharded { self.shards.len() } else { 1 };
            for n in 0..count {
                let shards = if self.layout.sharded { &self.shards[n..=n] } else { &self.shards[..] };
                ready.push(self.assemble(*export, output, self.layout.file(output, n), shards)?);
            }
        }
        ready.extend(self.assemble_quarantine()?);
        Ok(ready)
    }

    /// Makes one file as a draft, durable.
    fn assemble(&self, export: &dyn Export, output: usize, name: String, shards: &[Done]) -> Result<Ready, RunError> {
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
        Ok(Ready { draft, file: FileEntry { name, bytes, sum } })
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
    fn assemble_quarantine(&self) -> Result<Vec<Ready>, RunError> {
        let output = self.layout.quarantine();
        if self.shards.iter().all(|done| done.entry.sections[output].bytes == 0) {
            return Ok(Vec::new());
        }
        let wrong = |error| self.failed(QUARANTINE_FILE, error);
        let open = |name: &str| {
            let draft = self.folder.draft(name)?;
            let file = Draft::create(&draft)?;
            Ok((draft, file))
        };
        let ready = |name: &str, draft: PathBuf, file: Draft| {
            let (bytes, sum) = file.finish()?;
            Ok(Ready { draft, file: FileEntry { name: name.to_owned(), bytes, sum } })
        };
        let (draft, mut file) = open(QUARANTINE).map_err(wrong)?;
        self.copy_sections(output, &self.shards, &mut file, QUARANTINE)?;
        let own = ready(QUARANTINE, draft, file).map_err(wrong)?;
        let (draft, mut file) = open(QUARANTINE_FILE).map_err(wrong)?;
        self.quarantine(|_, line| file.write_all(line).map_err(wrong))?;
        let shown = ready(QUARANTINE_FILE, draft, file).map_err(wrong)?;
        Ok([own, shown].into_iter().filter(|ready| ready.file.bytes > 0).collect())
    }

    fn files(&self, ready: &[Ready]) -> Files {
        Files {
            work: self.layout.work,
            sharded: self.layout.sharded,
            parts: self.layout.keeps_parts,
            headers: self.header_sizes(),
            list: ready.iter().map(|ready| ready.file.clone()).collect(),
        }
    }

    fn header_sizes(&self) -> Vec<u64> {
        self.layout.headers.iter().map(|header| header.len() as u64).collect()
    }

    /// Removes the files of the run before that this one has not made.
    fn remove_stale(&self, now: &[FileEntry]) -> Result<(), RunError> {
        let before = self.before.iter().flat_map(|manifest| &manifest.files.list).map(|file| file.name.as_str());
        for name in before.chain([QUARANTINE_FILE]).filter(|name| now.iter().all(|file| file.name != *name)) {
            self.folder.remove(name).map_err(|error| self.failed(name, error))?;
        }
        Ok(())
    }

    /// Removes what only a run under way needs, and what one that was killed has left.
    fn clean_up(&self) -> Result<(), RunError> {
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
            self.folder.remove_empty_folder(PARTS)
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

fn sum_of(path: &Path) -> io::Result<Sum> {
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
