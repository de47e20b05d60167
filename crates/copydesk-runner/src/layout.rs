//! The names of everything in an output folder.

use copydesk_stage::{Assembly, Export};

use crate::{
    checksum::Key,
    manifest::Manifest,
    part::{self, Elsewhere, Entry, Place},
    work::Keys,
};

/// Name of the file that lists what could not be worked on.
pub const QUARANTINE_FILE: &str = "quarantine.jsonl";
/// What the shards have set aside, without regard to what was tried again since.
pub(crate) const QUARANTINE: &str = ".copydesk/quarantine";

/// Which documents the shards were made of.
pub(crate) const INDEX: &str = ".copydesk/index";

/// What the last run that added something has added, by its number.
pub(crate) const DELTA: &str = "delta";

/// How outputs lie in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The file of each export; the quarantine is not among them.
    pub(crate) names: Vec<String>,
    pub(crate) headers: Vec<Vec<u8>>,
    /// Whether some export puts its parts together itself, so that its file does not hold them as they are.
    pub(crate) keeps_parts: bool,
    /// Whether the output is a folder with a file for each document, or for each name.
    pub(crate) split: Vec<bool>,
    pub(crate) sharded: bool,
    /// Whether shards are stored as drafts until surveys have concluded.
    pub(crate) surveyed: bool,
    /// What the results depend on besides documents and limits.
    pub(crate) work: Key,
    /// How its rows look.
    pub(crate) exports: Key,
}

impl Layout {
    pub(crate) fn new(exports: &[&dyn Export], sharded: bool, surveyed: bool, keys: Keys) -> Self {
        let header = |export: &&dyn Export| {
            let mut header = Vec::new();
            export.header(&mut header);
            header
        };
        Self {
            names: exports.iter().map(|e| e.file_name().to_owned()).collect(),
            headers: exports.iter().map(header).collect(),
            keeps_parts: exports.iter().any(|e| !matches!(e.assembly(), Assembly::Joined)),
            split: exports.iter().map(|e| matches!(e.assembly(), Assembly::Split | Assembly::Routed(_))).collect(),
            sharded,
            surveyed,
            work: keys.work,
            exports: keys.exports,
        }
    }

    /// How many sections a shard has: one for each export, one for the quarantine, and the index.
    fn sections(&self) -> usize {
        self.names.len() + 2
    }

    /// The section of the summaries in a draft; the quarantine and the index stand behind it.
    pub(crate) fn summaries(&self) -> usize {
        self.names.len()
    }

    /// The section of the index.
    pub(crate) fn index(&self) -> usize {
        self.names.len() + 1
    }

    /// Whether that file is named as the shards of an output are.
    pub(crate) fn is_shard_of(&self, output: usize, file: &str) -> bool {
        let (before, after) = shard_name(&self.names[output]);
        let number = file.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&after));
        number.is_some_and(|number| number.len() >= 6 && number.bytes().all(|b| b.is_ascii_digit()))
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

    /// The folder of an output with a file for each document that a file lies in.
    pub(crate) fn split_folder<'f>(&self, file: &'f str) -> Option<&'f str> {
        let added = file.strip_prefix(DELTA).and_then(|rest| rest.strip_prefix('/')?.split_once('/'));
        let (_, own) = added.unwrap_or(("", file));
        let folder = own.split_once('/')?.0;
        let is_split = |(name, split): (&String, &bool)| *split && name == folder;
        let end = file.len() - own.len() + folder.len();
        self.names.iter().zip(&self.split).any(is_split).then(|| &file[..end])
    }

    /// The file that holds what the run of that number has added to an output.
    pub(crate) fn delta(&self, output: usize, run: usize) -> String {
        format!("{DELTA}/{run:06}/{}", self.names[output])
    }

    /// Whether a shard has a section for each of these outputs.
    pub(crate) fn fits(&self, entry: &Entry) -> bool {
        entry.sections.len() == self.sections()
    }

    /// Whether a part is one of a run under way: a draft, where there are surveys.
    pub(crate) fn fits_part(&self, entry: &Entry) -> bool {
        entry.sections.len() == self.sections() + usize::from(self.surveyed)
    }

    /// Where the sections of the shards of a manifest stand; nowhere, where they are those of other outputs.
    pub(crate) fn places(&self, manifest: &Manifest) -> Vec<Vec<Place>> {
        let mut offsets: Vec<u64> = manifest.files.headers.clone();
        offsets.resize(self.sections(), 0);
        let front = |output: usize| manifest.files.leads.get(output).map_or(&[][..], Vec::as_slice);
        // Where the rows that stand at the front are, by output.
        let mut fronts: Vec<Vec<(usize, Elsewhere)>> = Vec::new();
        for (output, offset) in offsets.iter().enumerate() {
            let (name, mut offset) = (self.names.get(output).map_or("", String::as_str), *offset);
            let name = if manifest.files.sharded { shard_file(name, 0) } else { name.to_owned() };
            let rows = front(output).iter().map(|row| {
                let elsewhere = Elsewhere { at: row.at, bytes: row.bytes, name: name.clone(), offset };
                offset += row.bytes;
                (row.shard, elsewhere)
            });
            fronts.push(rows.collect());
        }
        let mut place = |output: usize, shard: usize, bytes: u64| {
            let own_file = manifest.files.sharded && output < self.quarantine();
            let name = match self.names.get(output) {
                None if output == self.index() => INDEX.to_owned(),
                None => QUARANTINE.to_owned(),
                Some(name) if own_file => shard_file(name, shard),
                Some(name) => name.clone(),
            };
            let ahead: u64 = if own_file && shard > 0 { 0 } else { front(output).iter().map(|row| row.bytes).sum() };
            let moved: Vec<_> =
                fronts[output].iter().filter(|(of, _)| *of == shard).map(|(_, row)| row.clone()).collect();
            let place = Place { name, offset: offsets[output] + ahead, moved };
            if !own_file {
                offsets[output] += bytes - place.moved.iter().map(|row| row.bytes).sum::<u64>().min(bytes);
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
    let (before, after) = shard_name(name);
    format!("{before}{shard:06}{after}")
}

/// What stands before and after the number.
fn shard_name(name: &str) -> (String, String) {
    let (stem, extension) = name.split_once('.').map_or((name, String::new()), |(s, e)| (s, format!(".{e}")));
    (format!("{stem}/part-"), extension)
}
