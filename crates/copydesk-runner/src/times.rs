//! The times of change of files that were read, for speed only: they say which files need not be read to know that they are
//! as they were. Their file is no part of what a run makes, and differs between machines.

use std::{
    collections::BTreeMap,
    io::Read,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use copydesk_stage::KnownFiles;
use serde::{Deserialize, Serialize};

use crate::{
    RunError,
    checksum::{Key, checked_line, read_checked_line},
    error::write_error,
    index::Standpoint,
    storage::{LocalFolder, Storage},
};

pub(crate) const TIMES: &str = ".copydesk/times";

/// A file that was changed so soon before it is read may be changed again in the same tick of its clock, and is not noted.
const TICK: Duration = Duration::from_secs(2);

/// Size, and nanoseconds since 1970.
type Stamp = (u64, u64);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Noted {
    /// What the results of these files depend on.
    work: Key,
    files: BTreeMap<Key, Stamp>,
}

/// The times of files.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    folder: LocalFolder,
    work: Key,
    noted: Arc<BTreeMap<Key, Stamp>>,
    seen: Arc<Mutex<BTreeMap<Key, Stamp>>>,
}

impl Times {
    /// What was noted when results depended on the same.
    pub(crate) fn read(folder: &LocalFolder, work: Key) -> Self {
        let mut text = Vec::new();
        let read = folder.read(TIMES, 0).and_then(|mut file| file.read_to_end(&mut text)).ok();
        let noted: Option<Noted> = read.and_then(|_| read_checked_line(&text));
        let files = noted.filter(|noted| noted.work == work).map(|noted| noted.files).unwrap_or_default();
        Self { folder: folder.clone(), work, noted: Arc::new(files), seen: Arc::default() }
    }

    /// Notes the files of a source, and leaves out those that are known if it is to.
    pub(crate) fn watch(&self, from: Standpoint, leaves_out: bool) -> KnownFiles {
        let Self { noted, seen, .. } = self.clone();
        KnownFiles(Arc::new(move |uri, size, changed| {
            let file = Key(from.identity(uri, None, Key::default()));
            let since = changed.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let stamp = (size, u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
            if changed + TICK < SystemTime::now() {
                seen.lock().unwrap_or_else(PoisonError::into_inner).insert(file, stamp);
            }
            leaves_out && noted.get(&file) == Some(&stamp)
        }))
    }

    /// Writes down what was seen, and what was noted before, if what came of that is still there.
    pub(crate) fn write(&self, adds: bool) -> Result<(), RunError> {
        let mut files = if adds { (*self.noted).clone() } else { BTreeMap::new() };
        files.append(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        if files == *self.noted {
            return Ok(());
        }
        let noted = Noted { work: self.work, files };
        let written = checked_line(&noted).and_then(|line| self.folder.replace(TIMES, line.as_bytes()));
        written.map_err(|error| write_error(self.folder.locate(TIMES), error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_size_and_time_once_it_has_settled() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = LocalFolder::new(dir.path());
        let from = || Standpoint::new(dir.path(), "..");
        let now = SystemTime::now();
        let (old, young) = (now - Duration::from_mins(1), now);
        let ask = |times: &Times, leaves_out, file: (&str, u64, SystemTime)| {
            (times.watch(from(), leaves_out).0)(file.0, file.1, file.2)
        };
        let times = Times::read(&folder, Key(1));
        for file in [("a", 5, old), ("b", 5, young)] {
            assert!(!ask(&times, true, file));
        }
        times.write(true).expect("it is written");
        let again = Times::read(&folder, Key(1));
        assert!(ask(&again, true, ("a", 5, old)));
        assert!(!ask(&again, false, ("a", 5, old)), "the careful read it");
        assert!(!ask(&again, true, ("a", 6, old)) && !ask(&again, true, ("a", 5, old + TICK)));
        assert!(!ask(&again, true, ("b", 5, young)), "it may have changed since");
        assert!(!ask(&Times::read(&folder, Key(2)), true, ("a", 5, old)), "results would be others");
    }
}
