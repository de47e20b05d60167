//! The names of everything in an output folder.

use copydesk_stage::{Assembly, Export};

use crate::{
    checksum::Key,
    manifest::Manifest,
    part::{self, Entry, Place},
};

/// Name of the file that lists what could not be worked on.
pub const QUARANTINE_FILE: &str = "quarantine.jsonl";
/// What the shards have set aside, without regard to what was tried again since.
pub(crate) const QUARANTINE: &str = ".copydesk/quarantine";

/// How outputs lie in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The file of each export; the quarantine is not among them.
    pub(crate) names: Vec<String>,
    pub(crate) headers: Vec<Vec<u8>>,
    /// Whether some export puts its parts together itself, so that its file does not hold them as they are.
    pub(crate) keeps_parts: bool,
    pub(crate) sharded: bool,
    /// What the results depend on besides documents and limits.
    pub(crate) work: Key,
}

impl Layout {
    pub(crate) fn new(exports: &[&dyn Export], sharded: bool, work: Key) -> Self {
        let header = |export: &&dyn Export| {
            let mut header = Vec::new();
            export.header(&mut header);
            header
        };
        Self {
            names: exports.iter().map(|e| e.file_name().to_owned()).collect(),
            headers: exports.iter().map(header).collect(),
            keeps_parts: exports.iter().any(|e| matches!(e.assembly(), Assembly::Built(_))),
            sharded,
            work,
        }
    }

    /// How many sections a shard has: one for each export, and one for the quarantine.
    fn sections(&self) -> usize {
        self.names.len() + 1
    }

    /// The section of the quarantine.
    pub(crate) fn quarantine(&self) -> usize {
        self.names.len()
    }

    /// The file that holds the given shard of an output.
    pub(crate) fn file(&self, output: usize, shard: usize) -> String {
        let name = &self.names[output];
        if self.sharded { shard_file(name, shard) } else { name.clone() }
    }

    /// The folders that outputs stand in.
    pub(crate) fn folders(&self) -> Vec<String> {
        let folder = |name: &String| shard_file(name, 0).rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let shards = self.names.iter().filter(|_| self.sharded).filter_map(folder);
        let mut folders: Vec<String> = std::iter::once(String::new()).chain(shards).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }

    /// Whether a shard has a section for each of these outputs.
    pub(crate) fn fits(&self, entry: &Entry) -> bool {
        entry.sections.len() == self.sections()
    }

    /// Where the sections of the shards of a manifest stand; nowhere, where they are those of other outputs.
    pub(crate) fn places(&self, manifest: &Manifest) -> Vec<Vec<Place>> {
        let mut offsets: Vec<u64> = manifest.files.headers.clone();
        offsets.resize(self.sections(), 0);
        let mut place = |output: usize, shard: usize, bytes: u64| {
            let own_file = manifest.files.sharded && output != self.quarantine();
            let name = match self.names.get(output) {
                None => QUARANTINE.to_owned(),
                Some(name) if own_file => shard_file(name, shard),
                Some(name) => name.clone(),
            };
            let place = Place { name, offset: offsets[output] };
            if !own_file {
                offsets[output] += bytes;
            }
            place
        };
        let shards = manifest.entries.iter().enumerate().map(|(n, entry)| {
            if !self.fits(entry) {
                Vec::new()
            } else if manifest.files.parts {
                part::places(entry)
            } else {
                entry.sections.iter().enumerate().map(|(output, s)| place(output, n, s.bytes)).collect()
            }
        });
        shards.collect()
    }
}

/// `records/part-000003.jsonl` for the fourth shard of `records.jsonl`.
fn shard_file(name: &str, shard: usize) -> String {
    let (stem, extension) = name.split_once('.').map_or((name, String::new()), |(s, e)| (s, format!(".{e}")));
    format!("{stem}/part-{shard:06}{extension}")
}
