//! How much two texts share, run by run.

use copydesk_stage::{Corpus, SurveyError};
use rustc_hash::FxHashMap;

use crate::{bands::Pair, summary::Written};

/// How many bytes of runs are in memory at once, for each text and at least.
const BYTES_OF_A_TEXT: u64 = 64;
const LEAST_BYTES: u64 = 4 << 20;

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
struct Runs {
    sorted: Vec<u32>,
    is_full: bool,
}

impl Runs {
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

/// What each of these pairs has in common. The summaries are gone through as often as memory asks for.
pub(crate) fn overlaps(corpus: &dyn Corpus, pairs: &[Pair], words: &[u32]) -> Result<Vec<Overlap>, SurveyError> {
    let room = (corpus.documents() * BYTES_OF_A_TEXT).max(LEAST_BYTES);
    let mut found = Vec::with_capacity(pairs.len());
    while found.len() < pairs.len() {
        let mut wanted: FxHashMap<u32, Option<Runs>> = FxHashMap::default();
        let (mut bytes, mut batch) = (0, 0);
        for (one, other) in &pairs[found.len()..] {
            for text in [*one, *other] {
                wanted.entry(text).or_insert_with(|| {
                    // There are about as many runs as words.
                    bytes += 64 + 4 * u64::from(words[text as usize].min(4096));
                    None
                });
            }
            batch += 1;
            if bytes > room {
                break;
            }
        }
        corpus.each(&mut |seen| {
            if let Some(runs) = wanted.get_mut(&(seen.number as u32)) {
                let written = Written::read(seen.summary)?;
                *runs = Some(Runs { sorted: written.runs(), is_full: written.is_full() });
            }
            Ok(())
        })?;
        let runs = |text: &u32| wanted.get(text).and_then(Option::as_ref);
        for (one, other) in &pairs[found.len()..found.len() + batch] {
            found.push(runs(one).zip(runs(other)).map_or_else(Overlap::default, |(one, other)| overlap(one, other)));
        }
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
