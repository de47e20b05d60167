//! Records of a run, found one by one.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use copydesk_intake::json_fault;
use copydesk_record::Record;
use copydesk_runner::{QUARANTINE_FILE, Quarantined, SKIPPED_FILE};
use copydesk_unpack::{Limits, Stream};
use serde::Deserialize;

use crate::terminal::shown;

/// The records of one side: where each stands, and what it is called. The records themselves stay in their files, those of
/// compressed files aside, in which nothing can be found again.
pub(super) struct Records {
    pub(super) entries: Vec<Entry>,
    files: Vec<(PathBuf, RefCell<Option<File>>)>,
    quarantine: HashMap<String, String>,
}

/// A record.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) uri: String,
    /// A hash of its bytes.
    pub(super) sum: u64,
    place: Place,
}

enum Place {
    InFile { file: usize, offset: u64, bytes: usize },
    Here(Vec<u8>),
}

/// What tells a document.
#[derive(Deserialize)]
struct Name {
    #[serde(default)]
    id: String,
    source: SourceName,
}

#[derive(Deserialize)]
struct SourceName {
    uri: String,
}

impl Records {
    /// Looks through the files of an output folder, or through a file of records.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let files = if path.is_dir() { files(path)? } else { vec![path.to_owned()] };
        let mut records = Self { entries: Vec::new(), files: Vec::new(), quarantine: HashMap::new() };
        for file in files {
            records.look(&file).with_context(|| format!("cannot read records from {}", shown(&file)))?;
        }
        if path.is_dir() {
            records.look_at_quarantine(&path.join(QUARANTINE_FILE))?;
        }
        Ok(records)
    }

    fn look(&mut self, path: &Path) -> anyhow::Result<()> {
        let mut magic = Vec::new();
        File::open(path)?.take(1).read_to_end(&mut magic)?;
        let plain = magic.is_empty() || magic == b"{";
        let file = self.files.len();
        self.files.push((path.to_owned(), RefCell::new(None)));
        let stored = File::open(path)?;
        let reader: Box<dyn Read> =
            if plain { Box::new(stored) } else { Box::new(Stream::open(stored, Limits::WINDOW_ONLY)?) };
        let mut reader = BufReader::with_capacity(1 << 20, reader);
        let (mut line, mut offset, mut number) = (Vec::new(), 0, 0);
        while reader.read_until(b'\n', &mut line)? > 0 {
            number += 1;
            let bytes = line.len();
            if !line.trim_ascii().is_empty() {
                let name: Name = serde_json::from_slice(&line)
                    .map_err(|error| anyhow!("line {number} is no record: {}", json_fault(&error)))?;
                let mut hasher = DefaultHasher::new();
                line.trim_ascii_end().hash(&mut hasher);
                let place = if plain { Place::InFile { file, offset, bytes } } else { Place::Here(line.clone()) };
                self.entries.push(Entry { id: name.id, uri: name.source.uri, sum: hasher.finish(), place });
            }
            offset += bytes as u64;
            line.clear();
        }
        Ok(())
    }

    fn look_at_quarantine(&mut self, path: &Path) -> anyhow::Result<()> {
        if !path.is_file() {
            return Ok(());
        }
        for line in BufReader::new(File::open(path)?).lines() {
            let entry: Quarantined = serde_json::from_str(&line?)
                .map_err(|error| anyhow!("cannot read {}: {}", shown(path), json_fault(&error)))?;
            let why = format!("quarantined in {}, {}: {}", entry.stage, entry.rule, entry.error);
            self.quarantine.insert(entry.uri, why);
        }
        Ok(())
    }

    /// A record, read.
    pub(super) fn read(&self, n: usize) -> anyhow::Result<Record<'static>> {
        let wrong = || format!("the record of {} cannot be read; is it of another version?", self.entries[n].uri);
        serde_json::from_slice(&self.line(n).with_context(wrong)?).with_context(wrong)
    }

    /// Takes all of them out of their files.
    pub(super) fn hold(&mut self) -> anyhow::Result<()> {
        for n in 0..self.entries.len() {
            self.entries[n].place = Place::Here(self.line(n)?);
        }
        Ok(())
    }

    /// A record, as it is written.
    fn line(&self, n: usize) -> anyhow::Result<Vec<u8>> {
        Ok(match &self.entries[n].place {
            Place::Here(line) => line.clone(),
            Place::InFile { file, offset, bytes } => {
                let (path, open) = &self.files[*file];
                let mut open = open.borrow_mut();
                if open.is_none() {
                    *open = Some(File::open(path)?);
                }
                let mut line = vec![0; *bytes];
                if let Some(file) = &mut *open {
                    file.seek(SeekFrom::Start(*offset))?;
                    file.read_exact(&mut line)?;
                }
                line
            }
        })
    }

    /// Why there is no record of a document, where that is known.
    pub(super) fn why(&self, uri: &str) -> Option<String> {
        self.quarantine.get(uri).cloned()
    }
}

/// The files of records in an output folder.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let none = || anyhow!("{} holds no records as JSON Lines; the export `jsonl` writes them", shown(folder));
    found(folder)?.ok_or_else(none)
}

/// The same, if there are any.
pub(in crate::commands) fn found(folder: &Path) -> anyhow::Result<Option<Vec<PathBuf>>> {
    let list = |folder: &Path| -> anyhow::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", shown(folder)))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    let is_records = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file()
            && ![QUARANTINE_FILE, SKIPPED_FILE].contains(&&*name)
            && [".jsonl", ".jsonl.gz", ".jsonl.zst"].iter().any(|ending| name.ends_with(ending))
    };
    let own: Vec<PathBuf> = list(folder)?.into_iter().filter(is_records).collect();
    let is_part = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("part-"));
    match own.as_slice() {
        [_] => return Ok(Some(own)),
        all if !all.is_empty() && all.iter().all(is_part) => return Ok(Some(own)),
        [] => {}
        [first, second, ..] => {
            bail!(
                "{} holds several files of records: name one of them, such as {} or {}",
                shown(folder),
                shown(first),
                shown(second)
            )
        }
    }
    // Many files of one output.
    let mut parts: Vec<(PathBuf, Vec<PathBuf>)> = Vec::new();
    for path in list(folder)?.into_iter().filter(|path| path.is_dir()) {
        let found: Vec<PathBuf> = list(&path)?.into_iter().filter(is_records).collect();
        if found.iter().any(is_part) {
            parts.push((path, found));
        }
    }
    if let [(first, _), (second, _), ..] = parts.as_slice() {
        bail!(
            "{} holds several folders of records: name one of them, such as {} or {}",
            shown(folder),
            shown(first),
            shown(second)
        );
    }
    Ok(parts.pop().map(|(_, files)| files))
}
