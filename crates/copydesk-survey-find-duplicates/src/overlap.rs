//! How much two texts share, run by run.

use copydesk_stage::{Corpus, Picked, SurveyError};

use crate::{
    bands::Pair,
    conclude::Texts,
    reading::{Block, runs_of},
    site_blocks::SiteBlocks,
    summary::{self, Written},
};

/// Shares of a sample with fewer runs of either text say little.
const LEAST_SAMPLE: usize = 256;

/// What two texts have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Overlap {
    /// Of the runs in either, those in both.
    pub(crate) similarity: f64,
    /// Of the runs of the first, those in the second.
    pub(crate) of_first: f64,
    /// Of the runs of the second, those in the first.
    pub(crate) of_second: f64,
    /// Whether enough was compared: all runs, or a sample that holds enough of either text.
    pub(crate) is_sure: bool,
}

/// The runs of a text, and whether there may be more than are kept.
#[derive(Debug, Default)]
struct Runs {
    sorted: Vec<u32>,
    is_full: bool,
}

impl Runs {
    /// Those that are written in a summary, in the place of what is there.
    fn take(&mut self, written: &[u8]) {
        self.sorted.clear();
        self.sorted.extend(summary::runs(written));
        self.is_full = self.sorted.len() == summary::MOST_RUNS;
    }

    /// The largest number up to which all are there.
    fn end(&self) -> u32 {
        if self.is_full { self.sorted.last().copied().unwrap_or(u32::MAX) } else { u32::MAX }
    }
}

/// What two texts have in common besides so many runs that are none of theirs.
fn overlap(one: &Runs, other: &Runs, foreign: usize) -> Overlap {
    // Of texts with more runs than are kept a sample is compared, the same one of both.
    let end = one.end().min(other.end());
    let is_whole = !one.is_full && !other.is_full;
    let within = |runs: &Runs| runs.sorted.partition_point(|run| *run <= end);
    let (one, other) = (&one.sorted[..within(one)], &other.sorted[..within(other)]);
    let (mut both, mut rest) = (0_usize, other);
    for run in one {
        rest = &rest[rest.partition_point(|next| next < run)..];
        both += usize::from(rest.first() == Some(run));
    }
    // Of long texts it is not known which of them are in the sample; there they are few.
    let foreign = if is_whole { foreign.min(both) } else { 0 };
    let own = both - foreign;
    let share = |of: usize| if of <= foreign { 0.0 } else { own as f64 / (of - foreign) as f64 };
    Overlap {
        similarity: share(one.len() + other.len() - both),
        of_first: share(one.len()),
        of_second: share(other.len()),
        is_sure: is_whole || one.len().min(other.len()) >= LEAST_SAMPLE,
    }
}

/// What is compared of a text: its runs, and its blocks for those that are none of its own.
#[derive(Debug, Default)]
struct Compared {
    runs: Runs,
    blocks: Vec<Block>,
}

/// What each of these pairs has in common, besides blocks that are a site's. The summaries are gone through once; what is
/// compared waits on disk.
pub(crate) fn overlaps(
    corpus: &dyn Corpus,
    texts: &Texts,
    site_blocks: &SiteBlocks,
    pairs: &[Pair],
) -> Result<Vec<Overlap>, SurveyError> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = pairs.iter().flat_map(|(one, other)| [u64::from(*one), u64::from(*other)]).collect();
    let mut picked = Picked::of(corpus, wanted, &mut |summary, out| {
        let written = Written::read(summary)?;
        out.extend((written.blocks.len() as u32).to_le_bytes());
        out.extend_from_slice(written.blocks);
        out.extend_from_slice(written.runs);
        Ok(())
    })?;
    let mut bytes = Vec::new();
    let mut read = |text: u32, into: &mut Compared| -> Result<(), SurveyError> {
        picked.read(text.into(), &mut bytes)?;
        let torn = || SurveyError::new("what was set aside on disk has changed");
        let (length, rest) = bytes.split_first_chunk().ok_or_else(torn)?;
        let (blocks, runs) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(torn)?;
        into.blocks.clear();
        into.blocks.extend(summary::blocks(blocks));
        into.runs.take(runs);
        Ok(())
    };
    let (mut first, mut second) = (Compared::default(), Compared::default());
    let (mut found, mut before) = (Vec::with_capacity(pairs.len()), None);
    for pair in pairs {
        let (one, other) = *pair;
        if before != Some(one) {
            read(one, &mut first)?;
            before = Some(one);
        }
        read(other, &mut second)?;
        let run = texts.run_of_pair(*pair);
        let foreign = if site_blocks.stand_in(one, run) || site_blocks.stand_in(other, run) {
            let sites = [one, other].map(|text| texts.sites[text as usize]);
            let common = site_blocks.common(sites, run, &first.blocks, &second.blocks);
            common.into_iter().map(runs_of).sum()
        } else {
            0
        };
        found.push(overlap(&first.runs, &second.runs, foreign));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_counted_and_of_long_texts_what_is_kept_of_both() {
        let runs = |sorted: &[u32], is_full| Runs { sorted: sorted.to_vec(), is_full };
        let found = overlap(&runs(&[1, 2, 3, 4], false), &runs(&[2, 4, 6], false), 0);
        assert_eq!((found.similarity, found.of_first, found.of_second), (0.4, 0.5, 2.0 / 3.0));
        let found = overlap(&runs(&[1, 2, 3], true), &runs(&[1, 2, 3, 4, 5, 6], false), 0);
        assert_eq!((found.similarity, found.of_first, found.of_second, found.is_sure), (1.0, 1.0, 1.0, false));
        let long: Vec<u32> = (0..4096).collect();
        let found = overlap(&runs(&long, true), &runs(&long[..LEAST_SAMPLE], false), 0);
        assert_eq!((found.of_second, found.is_sure), (1.0, true));
        assert!(!overlap(&runs(&long, true), &runs(&long[1..LEAST_SAMPLE], false), 0).is_sure);
        let besides = overlap(&runs(&[1, 2, 3, 4], false), &runs(&[2, 3, 4, 6], false), 2);
        assert_eq!((besides.similarity, besides.of_first), (1.0 / 3.0, 0.5), "two of the three are a site's");
        let nothing_left = overlap(&runs(&[1], false), &runs(&[1], false), 9);
        assert_eq!((nothing_left.similarity, nothing_left.of_first), (0.0, 0.0), "nothing is their own");
        let nothing = Overlap { is_sure: true, ..Overlap::default() };
        assert_eq!(overlap(&runs(&[], false), &runs(&[], false), 0), nothing);
    }
}
