//! A part: what one shard gives to every output, one section behind the other, and an entry that says what it is.
//!
//! A part is put as a whole, and its name is the key of the shard, so that the list of parts is the journal of a run.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::{
    Report, RunError,
    checksum::{Key, Sum, Summer, checked_line, read_checked_line, sum},
    error::write_error,
    lead::{Lead, Leads},
    storage::Storage,
};

/// The folder of parts.
pub(crate) const PARTS: &str = ".copydesk/parts";

/// The entry stands at the end, and behind it how long it is: so many hexadecimal digits and a line feed.
const TAIL: u64 = 17;

/// What a part is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// What its results depend on.
    pub(crate) key: Key,
    /// Its section of every output, in the order of the exports; the last one is of the quarantine.
    pub(crate) sections: Vec<Section>,
    /// Of each output, the rows that show types; see [`crate::lead`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) leads: Vec<Vec<Lead>>,
    /// Its counts, without times.
    pub(crate) counts: Report,
    /// The documents in quarantine that were tried again in this shard; empty for a shard of a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) retried: Vec<String>,
    /// Whether it was made of another shard, and no document was worked on for it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) derived: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(is: &bool) -> bool {
    !is
}

/// Bytes of one shard for one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) bytes: u64,
    pub(crate) sum: Sum,
}

/// Where a section stands: in a part, or in a file that was made of parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) offset: u64,
    /// What of it stands elsewhere, in order.
    pub(crate) moved: Vec<Elsewhere>,
}

/// A row that was taken out of its section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// Where it begins in the section.
    pub(crate) at: u64,
    pub(crate) bytes: u64,
    pub(crate) name: String,
    pub(crate) offset: u64,
}

impl Place {
    pub(crate) fn new(name: impl Into<String>, offset: u64) -> Self {
        Self { name: name.into(), offset, moved: Vec::new() }
    }

    /// The pieces of a section of so many bytes: file, place and size.
    fn pieces(&self, bytes: u64) -> Vec<(&str, u64, u64)> {
        let (mut pieces, mut done, mut offset) = (Vec::new(), 0, self.offset);
        for row in &self.moved {
            let before = row.at.saturating_sub(done);
            pieces.push((self.name.as_str(), offset, before));
            pieces.push((row.name.as_str(), row.offset, row.bytes));
            offset += before;
            done = row.at + row.bytes;
        }
        pieces.push((self.name.as_str(), offset, bytes.saturating_sub(done)));
        pieces.retain(|(_, _, bytes)| *bytes > 0);
        pieces
    }
}

impl Entry {
    pub(crate) fn new(key: Key, sections: &[Vec<u8>], leads: Vec<Leads>, counts: Report, retried: Vec<String>) -> Self {
        let sections = sections.iter().map(|s| Section { bytes: s.len() as u64, sum: sum(s) }).collect();
        let mut leads: Vec<Vec<Lead>> = leads.into_iter().map(Leads::into_rows).collect();
        if leads.iter().all(Vec::is_empty) {
            leads.clear();
        }
        Self { key, sections, leads, counts, retried, derived: false }
    }

    /// The name of the part that it belongs to.
    pub(crate) fn name(&self) -> String {
        name(self.key)
    }
}

/// The name of the part with that key.
pub(crate) fn name(key: Key) -> String {
    format!("{PARTS}/{key}.part")
}

/// Whether a name is one that a part may have.
pub(crate) fn is_name(name: &str) -> bool {
    let key = name.strip_prefix(PARTS).and_then(|name| name.strip_prefix('/')).and_then(|n| n.strip_suffix(".part"));
    key.is_some_and(|key| key.len() == 32 && key.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f')))
}

/// Puts a part. One that is there already is kept if it is whole: the same key means the same bytes.
pub(crate) fn put(storage: &dyn Storage, entry: &Entry, sections: &[Vec<u8>]) -> Result<(), RunError> {
    let name = entry.name();
    let put = || -> io::Result<()> {
        let line = checked_line(entry)?;
        let tail = format!("{:016x}\n", line.len());
        let pieces: Vec<&[u8]> = sections.iter().map(Vec::as_slice).chain([line.as_bytes(), tail.as_bytes()]).collect();
        if !storage.put_if_absent(&name, &pieces)? && !is_whole(storage, entry) {
            storage.remove(&name)?;
            storage.put_if_absent(&name, &pieces)?;
        }
        Ok(())
    };
    put().map_err(|error| write_error(storage.locate(&name), error))
}

/// What the part of that name is; `None` if it is none, or torn.
pub(crate) fn read_entry(storage: &dyn Storage, name: &str) -> Option<Entry> {
    let size = storage.size(name).ok()?;
    let read = |from: u64, bytes: u64| {
        let mut read = Vec::new();
        storage.read(name, from).ok()?.take(bytes).read_to_end(&mut read).ok()?;
        Some(read)
    };
    let end = size.checked_sub(TAIL)?;
    let tail = read(end, TAIL)?;
    let length = u64::from_str_radix(std::str::from_utf8(tail.strip_suffix(b"\n")?).ok()?, 16).ok()?;
    let begin = end.checked_sub(length)?;
    let entry: Entry = read_checked_line(&read(begin, length)?)?;
    let sections: u64 = entry.sections.iter().map(|section| section.bytes).sum();
    (sections == begin && entry.name() == name).then_some(entry)
}

/// Whether the part of that entry is there, as it was put.
pub(crate) fn is_whole(storage: &dyn Storage, entry: &Entry) -> bool {
    read_entry(storage, &entry.name()).as_ref() == Some(entry)
        && entry.sections.iter().zip(places(entry)).all(|(s, place)| copy(storage, s, &place, &mut io::sink()).is_ok())
}

/// Where the sections of a part stand.
pub(crate) fn places(entry: &Entry) -> Vec<Place> {
    let mut offset = 0;
    let places = entry.sections.iter().map(|section| {
        let place = Place::new(entry.name(), offset);
        offset += section.bytes;
        place
    });
    places.collect()
}

/// Why a section could not be copied.
pub(crate) enum CopyError {
    Read(io::Error),
    Changed,
    Write(io::Error),
}

impl CopyError {
    pub(crate) fn into_run_error(self, storage: &dyn Storage, place: &Place, to: &str) -> RunError {
        let path = storage.locate(&place.name);
        match self {
            Self::Read(error) => RunError::Read { path, error },
            Self::Changed => RunError::Damaged(path),
            Self::Write(error) => write_error(storage.locate(to), error),
        }
    }
}

/// Copies a section, and looks at its checksum on the way.
pub(crate) fn copy(
    storage: &dyn Storage,
    section: &Section,
    place: &Place,
    to: &mut dyn Write,
) -> Result<(), CopyError> {
    if section.bytes == 0 {
        return Ok(());
    }
    let mut summer = Summer::default();
    let mut buffer = vec![0; usize::try_from(section.bytes).unwrap_or(usize::MAX).min(256 << 10)];
    for (name, offset, mut left) in place.pieces(section.bytes) {
        let mut from = storage.read(name, offset).map_err(CopyError::Read)?;
        while left > 0 {
            let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let n = from.read(&mut buffer[..most]).map_err(CopyError::Read)?;
            if n == 0 {
                return Err(CopyError::Changed);
            }
            summer.update(&buffer[..n]);
            to.write_all(&buffer[..n]).map_err(CopyError::Write)?;
            left -= n as u64;
        }
    }
    if summer.finish() == section.sum { Ok(()) } else { Err(CopyError::Changed) }
}

/// A section, whole.
pub(crate) fn load(storage: &dyn Storage, section: &Section, place: &Place) -> Result<Vec<u8>, RunError> {
    let mut bytes = Vec::new();
    copy(storage, section, place, &mut bytes).map_err(|error| error.into_run_error(storage, place, &place.name))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::storage::LocalFolder;

    #[test]
    fn a_section_is_put_together_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = LocalFolder::new(dir.path());
        fs::write(dir.path().join("first"), "headTWOsix.one.").expect("a file");
        fs::write(dir.path().join("other"), "head.three.").expect("a file");
        let elsewhere = |at, bytes, offset| Elsewhere { at, bytes, name: "first".into(), offset };
        let mut place = Place { moved: vec![elsewhere(0, 3, 4), elsewhere(10, 3, 7)], ..Place::new("other", 4) };
        let section = Section { bytes: 13, sum: sum(b"TWO.three.six") };
        assert_eq!(load(&folder, &section, &place).ok().as_deref(), Some(&b"TWO.three.six"[..]));
        place.moved[1].offset = 8;
        assert!(load(&folder, &section, &place).is_err(), "other bytes");
    }

    #[test]
    fn a_part_that_is_torn_or_changed_is_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = LocalFolder::new(dir.path());
        let sections = vec![b"rows".to_vec(), Vec::new(), b"more".to_vec()];
        let entry = Entry::new(sum(b"key"), &sections, Vec::new(), Report::default(), vec!["a".into()]);
        put(&folder, &entry, &sections).expect("it is put");
        let name = entry.name();
        assert!(is_name(&name) && !is_name("../x.part") && !is_name(".copydesk/parts/x.part"));
        let path = dir.path().join(&name);
        let good = fs::read(&path).expect("it is there");
        assert!(is_whole(&folder, &entry));
        assert_eq!(load(&folder, &entry.sections[2], &places(&entry)[2]).expect("it reads"), b"more");
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, bad).expect("it is changed");
            assert!(!is_whole(&folder, &entry), "changed at {at}");
            fs::write(&path, &good[..at]).expect("it is cut");
            assert_eq!(read_entry(&folder, &name), None, "cut at {at}");
        }
        put(&folder, &entry, &sections).expect("it is put again");
        assert_eq!(fs::read(&path).expect("it is there"), good);
    }
}
