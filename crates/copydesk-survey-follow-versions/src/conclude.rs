//! From the summaries of all documents to the versions of each address.

use copydesk_stage::{Conclusion, Conclusions, Corpus, LeftOut, SurveyError};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::{
    Keep,
    summary::{Block, FIELDS, Head, Summary, TEXT},
};

/// So many bytes of summaries are in memory at once, and one more. All are read once for each such portion.
const PORTION: usize = 64 << 20;

/// A document with a known address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    address: u64,
    run: usize,
    fetched: i64,
    number: u64,
    id: u64,
    /// Of its summary.
    bytes: usize,
}

/// What its record gets.
#[derive(Clone, Debug, PartialEq)]
struct Version {
    first: u64,
    number: u32,
    /// Nothing of the first one.
    since: Option<Since>,
    goes: bool,
}

/// How a version differs from the one before.
#[derive(Clone, Debug, PartialEq)]
struct Since {
    previous: u64,
    change: Change,
}

/// What has changed.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    /// A bit for each of [`FIELDS`].
    fields: u16,
    added: Box<[u32]>,
    removed: Box<[u32]>,
    share: f32,
}

/// What was found, by the numbers of documents.
#[derive(Debug)]
pub(crate) struct Found {
    versions: Vec<(u64, Version)>,
}

impl Conclusions for Found {
    fn of(&self, number: u64) -> Conclusion {
        let found = self.versions.binary_search_by_key(&number, |(number, _)| *number).ok();
        let Some((_, version)) = found.and_then(|at| self.versions.get(at)) else { return Conclusion::default() };
        let name = |id: u64| format!("{id:016x}");
        let (first, number) = (name(version.first), version.number);
        let Some(Since { previous, change }) = &version.since else {
            let nothing: [u32; 0] = [];
            let value = json!({
                "first": first, "previous": Value::Null, "number": number, "changed": nothing, "added": nothing,
                "removed": nothing, "share": Value::Null,
            });
            return Conclusion { value, left_out: None };
        };
        let changed: Vec<_> =
            FIELDS.iter().enumerate().filter(|(at, _)| change.fields >> at & 1 == 1).map(|(_, name)| name).collect();
        // More digits would promise more than there is.
        let share = (f64::from(change.share) * 100.0).round() / 100.0;
        let value = json!({
            "first": first, "previous": name(*previous), "number": number, "changed": changed, "added": change.added,
            "removed": change.removed, "share": share,
        });
        let reason = "says what the version before says".to_owned();
        let left_out = version.goes.then(|| LeftOut { reason, twin: Some(name(*previous)) });
        Conclusion { value, left_out }
    }
}

pub(crate) fn conclude(corpus: &dyn Corpus, keep: Keep) -> Result<Found, SurveyError> {
    let mut entries = Vec::new();
    corpus.each(&mut |seen| {
        let (Head { id, address, fetched }, _) = Head::read(seen.summary)?;
        let (run, number, bytes) = (seen.run, seen.number, seen.summary.len());
        entries.extend(address.map(|address| Entry { address, run, fetched, number, id, bytes }));
        Ok(())
    })?;
    entries.sort_unstable_by_key(|entry| (entry.address, entry.run, entry.fetched, entry.number));
    let (mut versions, mut chains) = (Vec::with_capacity(entries.len()), Vec::new());
    for chain in entries.chunk_by(|one, other| one.address == other.address) {
        match chain {
            [alone] => versions.push((alone.number, Version::first(alone))),
            chain => chains.extend_from_slice(chain),
        }
    }
    drop(entries);
    let (mut before, mut rest) = (None, chains.as_slice());
    while !rest.is_empty() {
        let (portion, behind) = rest.split_at(portion(rest));
        let summaries = load(corpus, portion)?;
        for (entry, summary) in portion.iter().zip(summaries) {
            let last = before.take().filter(|last: &Last| last.entry.address == entry.address);
            let (version, last) = follow(*entry, summary, last, keep);
            versions.push((entry.number, version));
            before = Some(last);
        }
        rest = behind;
    }
    versions.sort_unstable_by_key(|(number, _)| *number);
    Ok(Found { versions })
}

/// How many of these are in memory at once.
fn portion(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let fits = |entry: &&Entry| {
        bytes += entry.bytes;
        bytes <= PORTION
    };
    entries.iter().take_while(fits).count().max(1)
}

/// The summaries of these, in their order.
fn load(corpus: &dyn Corpus, entries: &[Entry]) -> Result<Vec<Summary>, SurveyError> {
    let places: FxHashMap<u64, usize> = entries.iter().enumerate().map(|(at, entry)| (entry.number, at)).collect();
    let mut found = vec![None; entries.len()];
    corpus.each(&mut |seen| {
        if let Some(at) = places.get(&seen.number) {
            found[*at] = Some(Summary::read(seen.summary)?);
        }
        Ok(())
    })?;
    found
        .into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| SurveyError::new("the documents changed while they were read"))
}

/// The last version that is written.
struct Last {
    entry: Entry,
    first: u64,
    number: u32,
    summary: Summary,
}

impl Version {
    fn first(entry: &Entry) -> Self {
        Self { first: entry.id, number: 1, since: None, goes: false }
    }
}

/// What becomes of a document behind the last version of its address, and which is the last one then.
fn follow(entry: Entry, summary: Summary, last: Option<Last>, keep: Keep) -> (Version, Last) {
    let Some(last) = last else {
        return (Version::first(&entry), Last { entry, first: entry.id, number: 1, summary });
    };
    let change = Change::between(&last.summary, &summary);
    let goes = keep == Keep::Changed && change.fields == 0;
    let (first, number) = (last.first, last.number.saturating_add(1));
    let version = Version { first, number, since: Some(Since { previous: last.entry.id, change }), goes };
    (version, if goes { last } else { Last { entry, first, number, summary } })
}

impl Change {
    fn between(before: &Summary, after: &Summary) -> Self {
        let changed = (0..FIELDS.len()).filter(|at| before.fields[*at] != after.fields[*at]);
        let fields = changed.fold(0, |fields, at| fields | 1 << at);
        if fields >> TEXT & 1 == 0 {
            return Self { fields, added: Box::default(), removed: Box::default(), share: 1.0 };
        }
        let added = without(after, before);
        let removed = without(before, after);
        let weight =
            |blocks: &mut dyn Iterator<Item = &Block>| blocks.map(|block| u64::from(block.weight)).sum::<u64>();
        let (new, all) = (weight(&mut added.iter()), weight(&mut after.blocks.iter()));
        let share = if all == 0 { 0.0 } else { 1.0 - new as f32 / all as f32 };
        let numbers = |blocks: Vec<Block>| blocks.into_iter().map(|block| block.number).collect();
        Self { fields, added: numbers(added), removed: numbers(removed), share }
    }
}

/// The blocks of one that the other does not have. A block that stands twice has to stand there twice, too; one that has only
/// moved is there.
fn without(one: &Summary, other: &Summary) -> Vec<Block> {
    let mut there: FxHashMap<u64, u32> = FxHashMap::default();
    for block in &other.blocks {
        *there.entry(block.hash).or_default() += 1;
    }
    let is_new = |block: &&Block| match there.get_mut(&block.hash) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    one.blocks.iter().filter(is_new).copied().collect()
}
