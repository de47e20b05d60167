//! From the summaries of all documents to the versions of each address.

use copydesk_stage::{Conclusion, Conclusions, Corpus, LeftOut, Picked, SurveyError};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::{
    Keep, packed,
    summary::{Block, FIELDS, Head, Summary, TEXT},
};

/// A document with a known address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    address: u64,
    fetched: i64,
    id: u64,
    number: u32,
    run: u32,
}

/// Which version of its address a document is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Version {
    document: u32,
    number: u32,
    /// The id of the first one.
    first: u64,
    /// Where in [`Found::since`] it stands what has changed; [`FIRST`], if it is that one.
    since: u64,
}

const FIRST: u64 = u64::MAX;

/// How a version differs from the one before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Since {
    pub(crate) previous: u64,
    pub(crate) change: Change,
    pub(crate) goes: bool,
}

/// What has changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// A bit for each of [`FIELDS`].
    pub(crate) fields: u16,
    pub(crate) added: Vec<u32>,
    pub(crate) removed: Vec<u32>,
    pub(crate) share: f32,
}

/// What was found: 24 bytes of each document, and of one that has an earlier version some 20 more and one or two of each block
/// that came or went.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// By document.
    versions: Vec<Version>,
    /// Packed, one behind the other.
    since: Vec<u8>,
}

impl Conclusions for Found {
    fn of(&self, number: u64) -> Conclusion {
        let found = self.versions.binary_search_by_key(&number, |version| version.document.into()).ok();
        let Some(version) = found.and_then(|at| self.versions.get(at)) else { return Conclusion::default() };
        let name = |id: u64| format!("{id:016x}");
        let (first, number) = (name(version.first), version.number);
        let since = usize::try_from(version.since).ok().and_then(|at| packed::read(self.since.get(at..)?));
        let Some(Since { previous, change, goes }) = since else {
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
            "first": first, "previous": name(previous), "number": number, "changed": changed, "added": change.added,
            "removed": change.removed, "share": share,
        });
        let reason = "says what the version before says".to_owned();
        let left_out = goes.then(|| LeftOut { reason, twin: Some(name(previous)) });
        Conclusion { value, left_out }
    }
}

pub(crate) fn conclude(corpus: &dyn Corpus, keep: Keep) -> Result<Found, SurveyError> {
    let count = corpus.documents();
    if u32::try_from(count).is_err() {
        return Err(SurveyError::new(format!("{count} documents are more than it can tell apart")));
    }
    let mut entries = Vec::with_capacity(count as usize);
    corpus.each(&mut |seen| {
        let (Head { id, address, fetched }, _) = Head::read(seen.summary)?;
        let (number, run) = (seen.number as u32, u32::try_from(seen.run).unwrap_or(u32::MAX));
        entries.extend(address.map(|address| Entry { address, fetched, id, number, run }));
        Ok(())
    })?;
    entries.sort_unstable_by_key(|entry| (entry.address, entry.run, entry.fetched, entry.number));
    let chains = || entries.chunk_by(|one, other| one.address == other.address);
    let several = chains().filter(|chain| chain.len() > 1).flatten().map(|entry| entry.number.into()).collect();
    let mut picked = Picked::of(corpus, several, &mut |summary, out| {
        out.extend_from_slice(summary);
        Ok(())
    })?;
    let mut found = Found { versions: Vec::with_capacity(entries.len()), since: Vec::new() };
    let mut bytes = Vec::new();
    for chain in chains() {
        let mut last: Option<Last> = None;
        for entry in chain {
            if chain.len() == 1 {
                found.add(entry, None);
                continue;
            }
            picked.read(entry.number.into(), &mut bytes)?;
            last = Some(found.follow(entry, Summary::read(&bytes)?, last, keep));
        }
    }
    found.versions.sort_unstable_by_key(|version| version.document);
    Ok(found)
}

/// The last version that is written.
struct Last {
    id: u64,
    first: u64,
    number: u32,
    summary: Summary,
}

impl Found {
    /// A version behind another one, if there is one.
    fn add(&mut self, entry: &Entry, last: Option<(&Last, Since)>) {
        let mut version = Version { document: entry.number, number: 1, first: entry.id, since: FIRST };
        if let Some((last, since)) = last {
            (version.first, version.number) = (last.first, last.number.saturating_add(1));
            version.since = self.since.len() as u64;
            packed::write(&since, &mut self.since);
        }
        self.versions.push(version);
    }

    /// Adds what becomes of a document behind the last version of its address, and says which is the last one then.
    fn follow(&mut self, entry: &Entry, summary: Summary, last: Option<Last>, keep: Keep) -> Last {
        let Some(last) = last else {
            self.add(entry, None);
            return Last { id: entry.id, first: entry.id, number: 1, summary };
        };
        let change = Change::between(&last.summary, &summary);
        let goes = keep == Keep::Changed && change.fields == 0;
        self.add(entry, Some((&last, Since { previous: last.id, change, goes })));
        let (first, number) = (last.first, last.number.saturating_add(1));
        if goes { last } else { Last { id: entry.id, first, number, summary } }
    }
}

impl Change {
    fn between(before: &Summary, after: &Summary) -> Self {
        let changed = (0..FIELDS.len()).filter(|at| before.fields[*at] != after.fields[*at]);
        let fields = changed.fold(0, |fields, at| fields | 1 << at);
        if fields >> TEXT & 1 == 0 {
            return Self { fields, added: Vec::new(), removed: Vec::new(), share: 1.0 };
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
