//! The manifest: the shards of a run that has ended, in their order, and the files that were made of them.

use std::{
    io::{self, Read},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    RunError,
    checksum::{Key, Sum, checked_line, read_checked_line},
    lead::Moved,
    owner::Owner,
    part::Entry,
    storage::Storage,
    survey::SurveyInstance,
};

/// The manifest of the last run that ended.
pub(crate) const MANIFEST: &str = ".copydesk/manifest";
/// The next manifest, while files are given their names.
pub(crate) const PLAN: &str = ".copydesk/plan";

/// A run that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) files: Files,
}

/// What a manifest says of the files in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Files {
    /// Whose they are.
    pub(crate) owner: Owner,
    /// What the results of the last run depend on besides documents and limits.
    pub(crate) work: Key,
    /// How its rows look: those of others cannot be put behind them.
    pub(crate) exports: Key,
    /// Each run that has added to the folder, with its shards behind those of the one before.
    pub(crate) segments: Vec<Segment>,
    /// One file a shard and output, or one file an output.
    pub(crate) sharded: bool,
    /// Whether the parts were kept, because some file does not hold them as they are.
    pub(crate) parts: bool,
    /// Size of what stands before the first section, by output.
    pub(crate) headers: Vec<u64>,
    /// Of each output, the rows that stand before all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) leads: Vec<Vec<Moved>>,
    /// Of each shard, the draft that it was made of; none where there were no surveys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) drafts: Vec<Key>,
    /// The surveys that were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) surveys: Vec<Asked>,
    /// All files.
    pub(crate) list: Vec<FileEntry>,
}

/// A survey that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Its `use`.
    pub(crate) kind: String,
    /// The options that decide what it keeps of a document.
    pub(crate) sees_by: Map<String, Value>,
}

impl Asked {
    pub(crate) fn of(instance: &SurveyInstance) -> Self {
        Self { kind: instance.manifest.kind.to_owned(), sees_by: instance.survey.sees_by() }
    }

    /// The first option whose value is another one there, as what it is here and what it is there.
    pub(crate) fn difference(&self, there: &Self) -> Option<(String, String)> {
        let options = self.sees_by.keys().chain(there.sees_by.keys());
        let tell = |asked: &Self, option: &str| {
            asked.sees_by.get(option).map_or_else(|| format!("no `{option}`"), |value| format!("`{option} = {value}`"))
        };
        let mut told = options.map(|option| (tell(self, option), tell(there, option)));
        told.find(|(here, there)| here != there)
    }
}

/// The shards of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Segment {
    /// How many.
    pub(crate) shards: usize,
    /// The way from the folder to where the command was given.
    pub(crate) place: String,
    /// What the results depend on besides documents and limits.
    pub(crate) work: Key,
}

/// A file that a run has made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    /// Relative to the folder.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sum: Sum,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Line<E> {
    /// A shard that is done.
    Shard(E),
    /// The end: the files that are made of the shards above it.
    Files(Box<Files>),
}

impl Manifest {
    /// The segment of each shard.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.files.segments.iter().flat_map(|segment| std::iter::repeat_n(segment, segment.shards))
    }

    /// What the shards were known by when documents went through the chain.
    pub(crate) fn keys(&self) -> Vec<Key> {
        if self.files.drafts.is_empty() {
            return self.entries.iter().map(|entry| entry.key).collect();
        }
        self.files.drafts.clone()
    }

    /// As it is stored.
    pub(crate) fn write(&self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        for entry in &self.entries {
            text.extend_from_slice(checked_line(&Line::Shard(&**entry))?.as_bytes());
        }
        text.extend_from_slice(checked_line(&Line::<&Entry>::Files(Box::new(self.files.clone())))?.as_bytes());
        Ok(text)
    }

    /// Reads one. `None` if there is none, or if it is not whole.
    pub(crate) fn read(storage: &dyn Storage, name: &str) -> Result<Option<Self>, RunError> {
        let mut bytes = Vec::new();
        match storage.read(name, 0).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RunError::Read { path: storage.locate(name), error }),
            Ok(_) => {}
        }
        Ok(Self::parse(&bytes))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (mut entries, mut files) = (Vec::new(), None);
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            match (read_checked_line(line)?, &files) {
                (Line::Shard(entry), None) => entries.push(Arc::new(entry)),
                (Line::Files(end), None) => files = Some(*end),
                // Nothing comes behind the end.
                (_, Some(_)) => return None,
            }
        }
        Some(Self { entries, files: files? })
    }
}
