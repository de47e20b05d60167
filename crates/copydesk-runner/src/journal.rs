//! The journal: one line for every shard that is safe on disk, with a checksum of the line before it.
//!
//! A line counts only if all of it is there. What a crash left half-written is cut off when the journal is opened.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    fail,
    report::Report,
    shard::{Key, Sum},
};

/// What stands in a journal or manifest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "among all the shards there is one line of files")]
pub(crate) enum Line {
    /// A shard that is done.
    Shard(Entry),
    /// The end of a manifest: the files that are made of the shards above it.
    Files(Files),
}

/// A shard that is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// What its results depend on.
    pub(crate) key: Key,
    /// Its part of every output, in the order of the exports; the last one is of the quarantine.
    pub(crate) sections: Vec<Section>,
    /// Its counts, without times.
    pub(crate) counts: Report,
    /// The documents in quarantine that were tried again in this shard; empty for a shard of a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) retried: Vec<String>,
}

/// Bytes of one shard for one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) bytes: u64,
    pub(crate) sum: Sum,
}

/// What a manifest says of the files in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "`files` is what they are")]
pub(crate) struct Files {
    /// What the results depend on besides documents and limits.
    pub(crate) work: Key,
    /// One file a shard and output, or one file an output.
    pub(crate) sharded: bool,
    /// Whether the parts were kept, because some file does not hold them as they are.
    pub(crate) parts: bool,
    /// Size of what stands before the first section, by output.
    pub(crate) headers: Vec<u64>,
    /// All files, relative to the folder, with their sizes.
    pub(crate) files: Vec<(String, u64)>,
    /// Checksums of the files that are not sections one behind the other.
    pub(crate) sums: Vec<(String, Sum)>,
}

/// A journal that is being written.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens a journal, cuts off what is not whole, and gives its lines.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Line>)> {
        let (lines, whole) = read(path)?;
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        if file.metadata()?.len() > whole {
            file.set_len(whole)?;
            file.sync_all()?;
        }
        file.seek(SeekFrom::Start(whole))?;
        Ok((Self { file }, lines))
    }

    /// Adds a line, and comes back when it is on disk.
    pub(crate) fn append(&mut self, line: &Line) -> io::Result<()> {
        let line = text(line)?;
        fail::point("journal-write")?;
        self.file.write_all(line.as_bytes())?;
        fail::point("journal-sync")?;
        self.file.sync_data()
    }
}

/// The whole lines of a journal, and how many bytes they take. One that is not there has none.
pub(crate) fn read(path: &Path) -> io::Result<(Vec<Line>, u64)> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut lines = Vec::new();
    let mut whole = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let Some(parsed) = parse(line) else { break };
        lines.push(parsed);
        whole += line.len() as u64;
    }
    Ok((lines, whole))
}

fn parse(line: &[u8]) -> Option<Line> {
    let line = line.strip_suffix(b"\n")?;
    let (check, json) = line.split_at_checked(17)?;
    (check == format!("{:016x} ", xxh3_64(json)).as_bytes()).then_some(())?;
    serde_json::from_slice(json).ok()
}

/// A line as it is stored.
pub(crate) fn text(line: &Line) -> io::Result<String> {
    let json = serde_json::to_string(line)?;
    Ok(format!("{:016x} {json}\n", xxh3_64(json.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shard::sum;

    fn entry(n: u8) -> Line {
        let sections = vec![Section { bytes: n.into(), sum: sum(&[n]) }];
        Line::Shard(Entry { key: sum(&[n, n]), sections, counts: Report::default(), retried: Vec::new() })
    }

    #[test]
    fn a_torn_tail_is_cut_wherever_it_tears() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("journal");
        let (mut journal, lines) = Journal::open(&path).expect("it opens");
        assert!(lines.is_empty());
        for n in 1..=3 {
            journal.append(&entry(n)).expect("it is written");
        }
        let whole = fs::read(&path).expect("it is there");
        let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1).collect();
        // At every border between lines and close to it, and here and there.
        let close = |cut: &usize| cut.is_multiple_of(97) || ends.iter().any(|end| end.abs_diff(*cut) < 3);
        for cut in (0..=whole.len()).filter(close) {
            fs::write(&path, &whole[..cut]).expect("it is cut");
            let (mut journal, lines) = Journal::open(&path).expect("it opens");
            assert_eq!(lines.len(), ends.iter().filter(|end| **end <= cut).count(), "cut at {cut}");
            journal.append(&entry(9)).expect("it goes on");
            assert_eq!(read(&path).expect("it reads").0.len(), lines.len() + 1, "cut at {cut}");
        }
    }

    #[test]
    fn a_line_that_was_changed_does_not_count() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("journal");
        let good = text(&entry(1)).expect("it is a line");
        for at in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[at] ^= 1;
            fs::write(&path, bad).expect("it is written");
            assert!(read(&path).expect("it reads").0.is_empty(), "changed at {at}");
        }
    }
}
