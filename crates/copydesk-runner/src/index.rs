//! The index: which documents a shard was made of, what became of each, and where its rows are.

use std::{
    collections::HashSet,
    io,
    path::{Component, Path, PathBuf},
};

use copydesk_compression::{Compression, Packer, decompress_zstd};
use copydesk_document::Input;
use copydesk_stage::{QuarantinedInput, SourceItem};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::{
    checksum::Key,
    owner::{real, way},
    report::Counted,
};

/// A document of a shard: one line of its index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Indexed {
    /// Path or URL of the document.
    pub(crate) uri: String,
    /// What it is called in its container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<String>,
    /// The id of its record; none of what is no document, and in folders that were made before it was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Id>,
    /// A hash of all that is known of the input.
    pub(crate) input: Key,
    /// A hash of its bytes alone, for a record that is called nothing in its container: where it stands is no part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<u64>,
    /// Whether it was written, dropped or quarantined.
    pub(crate) fate: Fate,
    /// Which stage has dropped it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dropped: Option<(String, String)>,
    /// The record that stands for it, where a survey has left it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) twin: Option<String>,
    /// Under what it was counted, if a survey may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counted: Option<Counted>,
    /// From where it came, if it is in quarantine and surveys are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fetched: Option<Fetched>,
    /// The sizes of its rows, by output, and in a draft behind them of its summaries; none if it was not written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rows: Vec<u64>,
}

/// From which site a document was fetched, and on which day, where that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fetched {
    pub(crate) site: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) day: Option<String>,
}

impl Fetched {
    fn of(input: &Input) -> Option<Self> {
        let site = copydesk_text::site(input.url.as_deref().unwrap_or(&input.uri))?;
        Some(Self { site, day: copydesk_record::day(input.fetched) })
    }

    /// As surveys see it, in the first run.
    pub(crate) fn input(&self) -> QuarantinedInput<'_> {
        QuarantinedInput { site: &self.site, day: self.day.as_deref(), run: 0 }
    }
}

/// The id of a record, as its sixteen digits say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) u64);

impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fate {
    Written,
    Dropped,
    Quarantined,
}

/// Which document it is, whatever is in it.
pub(crate) type Identity = u128;

/// From where names are understood: an output folder, and the way from there to where a command was given.
#[derive(Clone, Debug)]
pub(crate) struct Standpoint {
    folder: PathBuf,
    place: PathBuf,
}

impl Standpoint {
    pub(crate) fn new(folder: &Path, place: &str) -> Self {
        Self { folder: real(folder), place: place.into() }
    }

    /// Which document that is, however its path was typed. What comes through standard input has no name of its own: it is
    /// what is in it.
    pub(crate) fn identity(&self, uri: &str, record: Option<&str>, input: Key) -> Identity {
        let (file, own) = uri.rsplit_once('#').map_or((uri, ""), |(file, own)| (file, own));
        let mut hasher = Hasher::default();
        if file == "-" {
            hasher.part(&input.0.to_le_bytes());
        } else if file.contains("://") {
            hasher.part(file.as_bytes());
        } else {
            let path = Path::new(file);
            let path = if path.is_absolute() { way(&self.folder, path) } else { plain(&self.place.join(path)) };
            hasher.part(path.as_os_str().as_encoded_bytes());
        }
        hasher.part(record.unwrap_or(own).as_bytes());
        hasher.0.digest128()
    }

    /// The same for a document of an index.
    pub(crate) fn of_indexed(&self, document: &Indexed) -> Identity {
        self.identity(&document.uri, document.record.as_deref(), document.input)
    }

    /// The same for what a source has handed over.
    pub(crate) fn of_item(&self, item: &SourceItem, input: Key) -> Option<Identity> {
        match item {
            SourceItem::Input(found) => Some(self.identity(&found.uri, record(found), input)),
            SourceItem::Bad { uri, .. } => Some(self.identity(uri, None, input)),
            SourceItem::Skipped { .. } => None,
        }
    }
}

/// What a record of a container is called there, which is steadier than its number. Many are called nothing: they have only
/// a number, and the mark that tells records with the same bytes apart is no name.
pub(crate) fn record(input: &Input) -> Option<&str> {
    let (_, own) = input.uri.contains('#').then(|| input.name.split_once('#')).flatten()?;
    (!own.is_empty() && !own.starts_with('#')).then_some(own)
}

/// What is known of a document beside the document itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Particulars {
    /// The hash of all that is known of it.
    pub(crate) input: Key,
    /// What it is called in its container.
    pub(crate) record: Option<String>,
    /// The hash of its bytes, if it is called nothing there.
    pub(crate) content: Option<u64>,
    /// From where it came.
    pub(crate) fetched: Option<Fetched>,
}

impl Particulars {
    pub(crate) fn of(item: &SourceItem, input: Key) -> Self {
        let known = if let SourceItem::Input(input) = item { Some(input) } else { None };
        let record = known.and_then(record).map(str::to_owned);
        Self { input, record, content: content(item), fetched: known.and_then(Fetched::of) }
    }
}

/// The hash of the bytes of a record that has only its number in its container.
pub(crate) fn content(item: &SourceItem) -> Option<u64> {
    match item {
        SourceItem::Input(input) if input.uri.contains('#') && record(input).is_none() => Some(xxh3_64(&input.bytes)),
        _ => None,
    }
}

/// A path without `.` and without `..` behind a name.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// A hash of all that is known of what a source has handed over.
pub(crate) fn hash(item: &SourceItem) -> Key {
    let mut hasher = Hasher::default();
    match item {
        SourceItem::Input(input) => {
            hasher.0.update(b"input");
            hasher.part(input.uri.as_bytes());
            hasher.part(&input.bytes);
            hasher.part(input.name.as_bytes());
            for part in [&input.content_type, &input.url] {
                hasher.part(part.as_deref().unwrap_or("\0").as_bytes());
            }
            hasher.part(input.fetched.as_ref().map_or_else(String::new, ToString::to_string).as_bytes());
            let beside = (&input.status, &input.extent, &input.declared, &input.notes);
            hasher.part(format!("{beside:?}").as_bytes());
            let fields = if input.fields.is_empty() { String::new() } else { format!("{:?}", input.fields) };
            hasher.part(fields.as_bytes());
        }
        SourceItem::Bad { uri, rule, message } => {
            hasher.0.update(b"bad");
            for part in [uri, rule, message] {
                hasher.part(part.as_bytes());
            }
        }
        SourceItem::Skipped { .. } => {}
    }
    Key(hasher.0.digest128())
}

#[derive(Default)]
struct Hasher(Xxh3);

impl Hasher {
    /// With the length before it, so that no two lists of parts look alike.
    fn part(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }
}

/// An index or a list of what was quarantined, as it is stored: names of files are much alike, and so are faults.
pub(crate) fn compress(lines: Vec<u8>) -> io::Result<Vec<u8>> {
    let packer = Packer::new("index", Compression::Zstd, None).map_err(io::Error::other)?;
    packer.next(lines)
}

/// The lines of what was stored so.
pub(crate) fn read<T: DeserializeOwned>(stored: &[u8]) -> io::Result<Vec<T>> {
    let lines = decompress_zstd(stored)?;
    let read = lines.split_inclusive(|b| *b == b'\n').map(serde_json::from_slice);
    Ok(read.collect::<Result<_, _>>()?)
}

/// The documents that somebody has come across.
pub(crate) type Identities = HashSet<Identity>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::sum;

    #[test]
    fn a_document_is_the_same_however_its_path_is_typed() {
        let from = |place: &str| Standpoint::new(Path::new("/data/out"), place);
        let is = |place: &str, uri: &str| from(place).identity(uri, None, sum(b"x"));
        let same = is("..", "pages/a.html");
        assert_eq!(same, is("..", "./pages/../pages/a.html"));
        assert_eq!(same, is("..", "/data/pages/a.html"));
        assert_eq!(same, is("../pages", "a.html"));
        assert_ne!(same, is("../../elsewhere", "pages/a.html"));
        assert_ne!(is("..", "a.jsonl#line-1"), is("..", "a.jsonl#line-2"));
        assert_eq!(
            from("..").identity("a.jsonl#line-1", Some("id-7"), sum(b"x")),
            from("..").identity("a.jsonl#line-2", Some("id-7"), sum(b"y"))
        );
        let named = |name: &str| {
            let input = Input { name: name.into(), ..Input::new("day/a.jsonl#line-1", "x") };
            record(&input).map(str::to_owned)
        };
        assert_eq!(named("a.jsonl#7").as_deref(), Some("7"));
        assert_eq!(named("a.jsonl#https://example.org/#top").as_deref(), Some("https://example.org/#top"));
        assert_eq!((named("a.jsonl#"), named("a.jsonl##2")), (None, None));
        let stdin = |input: &[u8]| from("..").identity("-", None, sum(input));
        assert_ne!(stdin(b"one"), stdin(b"two"));
    }
}
