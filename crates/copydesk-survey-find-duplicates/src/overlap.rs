//! How much two texts share, run by run.

use copydesk_stage::{Corpus, Picked, SurveyError};

use crate::{
    bands::Pair,
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

fn overlap(one: &Runs, other: &Runs) -> Overlap {
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
    let share = |of: usize| if of == 0 { 0.0 } else { both as f64 / of as f64 };
    Overlap {
        similarity: share(one.len() + other.len() - both),
        of_first: share(one.len()),
        of_second: share(other.len()),
        is_sure: is_whole || one.len().min(other.len()) >= LEAST_SAMPLE,
    }
}

/// What each of these pairs has in common. The summaries are gone through once; the runs of texts that are in a pair wait on
/// disk.
pub(crate) fn overlaps(corpus: &dyn Corpus, pairs: &[Pair]) -> Result<Vec<Overlap>, SurveyError> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let texts = pairs.iter().flat_map(|(one, other)| [u64::from(*one), u64::from(*other)]).collect();
    let mut picked = Picked::of(corpus, texts, &mut |summary, out| {
        out.extend_from_slice(Written::read(summary)?.runs);
        Ok(())
    })?;
    let mut read = |text: u32, runs: &mut Runs, bytes: &mut Vec<u8>| -> Result<(), SurveyError> {
        picked.read(text.into(), bytes)?;
        runs.take(bytes);
        Ok(())
    };
    let (mut first, mut second, mut bytes) = (Runs::default(), Runs::default(), Vec::new());
    let (mut found, mut before) = (Vec::with_capacity(pairs.len()), None);
    for (one, other) in pairs {
        if before != Some(*one) {
            read(*one, &mut first, &mut bytes)?;
            before = Some(*one);
        }
        read(*other, &mut second, &mut bytes)?;
        found.push(overlap(&first, &second));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_counted_and_of_long_texts_what_is_kept_of_both() {
        let runs = |sorted: &[u32], is_full| Runs { sorted: sorted.to_vec(), is_full };
        let found = overlap(&runs(&[1, 2, 3, 4], false), &runs(&[2, 4, 6], false));
        assert_eq!((found.similarity, found.of_first, found.of_second), (0.4, 0.5, 2.0 / 3.0));
        let found = overlap(&runs(&[1, 2, 3], true), &runs(&[1, 2, 3, 4, 5, 6], false));
        assert_eq!((found.similarity, found.of_first, found.of_second, found.is_sure), (1.0, 1.0, 1.0, false));
        let long: Vec<u32> = (0..4096).collect();
        let found = overlap(&runs(&long, true), &runs(&long[..LEAST_SAMPLE], false));
        assert_eq!((found.of_second, found.is_sure), (1.0, true));
        assert!(!overlap(&runs(&long, true), &runs(&long[1..LEAST_SAMPLE], false)).is_sure);
        let nothing = Overlap { is_sure: true, ..Overlap::default() };
        assert_eq!(overlap(&runs(&[], false), &runs(&[], false)), nothing);
    }
}
