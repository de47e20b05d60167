//! Which shards of a source a run works on, where many runs share the work.

use std::{
    num::NonZero,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use copydesk_document::Input;
use copydesk_stage::{KnownFiles, SourceError, SourceItem};

use crate::{batch::Taken, shard::LARGE};

/// Which shards a run works on. The listing alone says how a source is cut, and what is done is known by the shard: so the work
/// may be shared among another number of runs at any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// All that are not done yet.
    #[default]
    All,
    /// Every so manieth: those of one job of many.
    Part(Part),
    /// None: all must have been done. The files are made of what jobs have left.
    Done,
}

/// One share of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which one, from 0.
    index: u64,
    of: NonZero<u64>,
}

impl FromStr for Part {
    type Err = String;

    /// `1/16` is the first share of 16.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = || format!("a share is like 3/16, the third of sixteen, not `{text}`");
        let (number, of) = text.split_once('/').ok_or_else(form)?;
        let (number, of): (u64, NonZero<u64>) =
            (number.trim().parse().map_err(|_| form())?, of.trim().parse().map_err(|_| form())?);
        match number {
            1.. if number <= of.get() => Ok(Self { index: number - 1, of }),
            _ => Err(format!("shares are counted from 1 to {of}, and there is no {number}")),
        }
    }
}

impl Share {
    /// Whether the shard of that number, from 0, is looked at.
    pub(crate) fn has(self, shard: u64) -> bool {
        match self {
            Self::All | Self::Done => true,
            Self::Part(Part { index, of }) => shard % of == index,
        }
    }
}

/// Where large files begin and end, as the source comes to them: each belongs to one job as a whole, so that the others need
/// not read it. It is told of each file before that is read, by the thread that takes the documents.
#[derive(Debug)]
pub(crate) struct LargeFiles {
    share: Share,
    /// How many there were.
    seen: AtomicU64,
    /// Whether the source is in one.
    inside: AtomicBool,
    /// Whether one has begun or ended since somebody asked.
    edge: AtomicBool,
}

impl LargeFiles {
    pub(crate) fn new(share: Share) -> Arc<Self> {
        Arc::new(Self { share, seen: AtomicU64::new(0), inside: AtomicBool::new(false), edge: AtomicBool::new(false) })
    }

    /// What a source asks about its files: those of other jobs are left out, and those that are known to others who ask.
    pub(crate) fn watch(self: &Arc<Self>, known: Option<KnownFiles>) -> KnownFiles {
        let large = Arc::clone(self);
        KnownFiles(Arc::new(move |name, size, time| {
            let of_another = large.begin(size);
            // All have to be asked: they note what they hear.
            known.as_ref().is_some_and(|KnownFiles(is_known)| is_known(name, size, time)) || of_another
        }))
    }

    /// Whether the file that begins is left to another job.
    fn begin(&self, size: u64) -> bool {
        let is_large = size >= LARGE;
        if self.inside.swap(is_large, Ordering::Relaxed) || is_large {
            self.edge.store(true, Ordering::Relaxed);
        }
        is_large && !self.share.has(self.seen.fetch_add(1, Ordering::Relaxed))
    }

    /// Whether a large file has begun or ended before the item that the source gave last.
    pub(crate) fn take_edge(&self) -> bool {
        self.edge.swap(false, Ordering::Relaxed)
    }

    /// Whether there was any, be it of another job.
    pub(crate) fn any(&self) -> bool {
        self.seen.load(Ordering::Relaxed) > 0 || self.inside()
    }

    /// Whether that item is of one.
    pub(crate) fn inside(&self) -> bool {
        self.inside.load(Ordering::Relaxed)
    }
}

/// Shards that nobody has done.
#[derive(Debug, Default)]
pub(crate) struct Missing {
    shards: u64,
    documents: u64,
    first: Vec<String>,
}

/// So many of them are named.
const NAMED: usize = 5;

impl Missing {
    pub(crate) fn add(&mut self, shard: &[Taken]) {
        self.shards += 1;
        self.documents += shard.len() as u64;
        if self.first.len() < NAMED
            && let Some((SourceItem::Input(Input { uri, .. }) | SourceItem::Bad { uri, .. }, ..)) = shard.first()
        {
            self.first.push(uri.clone());
        }
    }

    /// An error that names them, if there are any.
    pub(crate) fn check(&self) -> Result<(), SourceError> {
        let Self { shards, documents, first } = self;
        if *shards == 0 {
            return Ok(());
        }
        let more = if (first.len() as u64) < *shards { ", ..." } else { "" };
        Err(SourceError::new(format!(
            "{documents} documents in {shards} shards are not done yet; the shards begin with {}{more}\nNo file was made. Give \
             the shares that are missing once more (what is done is not done again), then merge",
            first.join(", ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_apart_and_belongs_to_one_job() {
        let shares = ["1/2", "2/2"].map(|text| Share::Part(text.parse().expect("a share")));
        let jobs = shares.map(LargeFiles::new);
        let sizes = [10, LARGE, LARGE, 10, 10, LARGE - 1, LARGE];
        let told = jobs.map(|job| sizes.map(|size| (job.begin(size), job.take_edge(), job.inside())));
        let edges = told.map(|told| told.map(|(_, edge, _)| edge));
        assert_eq!(edges[0], [false, true, true, true, false, false, true], "before and behind each");
        assert_eq!(edges[0], edges[1]);
        for (n, size) in sizes.into_iter().enumerate() {
            let readers = told.iter().filter(|told| !told[n].0).count();
            assert_eq!((readers, told[0][n].2), if size < LARGE { (2, false) } else { (1, true) }, "file {n}");
        }
    }

    #[test]
    fn a_share_is_a_number_of_many() {
        let part = |text: &str| text.parse::<Part>();
        for bad in ["", "3", "0/4", "5/4", "1/0", "-1/2", "a/b", "1/2/3"] {
            assert!(part(bad).is_err(), "{bad}");
        }
        let shares: Vec<Share> = ["1/3", "2/3", "3/3"].map(|text| Share::Part(part(text).expect("a share"))).into();
        for shard in 0..20 {
            assert_eq!(shares.iter().filter(|share| share.has(shard)).count(), 1, "shard {shard} is in one share");
        }
    }
}
