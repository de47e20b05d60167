//! Which texts are worth comparing: those whose signatures agree in some band.
//!
//! A signature is cut into bands; two texts of similarity s agree in one of b bands of r bytes with a probability of
//! 1 - (1 - s^r)^b (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4). The bands are as long as they
//! can be while that is nearly certain at the similarity that is asked for.

use xxhash_rust::xxh3::xxh3_64;

use crate::signature::{self, LENGTH};

/// How certain it is that two texts of the similarity asked for meet.
const CERTAIN: f64 = 0.995;

/// The longest band, in bytes.
const LONGEST: u8 = 16;

/// So many texts that are unlike each other are compared with those that share a band with them.
const MOST_LEADERS: usize = 8;

/// An estimate this far from the similarity asked for decides; what is nearer is compared run by run. Three standard
/// deviations.
const DOUBT: f64 = 0.1;

/// Two texts, the earlier first.
pub(crate) type Pair = (u32, u32);

/// Pairs that are near, and those for which the estimate is too close to call.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) near: Vec<Pair>,
    pub(crate) doubtful: Vec<Pair>,
}

/// The length of bands.
fn rows(similarity: f64) -> usize {
    (1..=LONGEST).rev().find(|rows| meets(similarity, *rows) >= CERTAIN).unwrap_or(1).into()
}

/// How likely it is that two texts meet in a band of that length.
fn meets(similarity: f64, rows: u8) -> f64 {
    let bands = (LENGTH / usize::from(rows)) as f64;
    1.0 - (1.0 - similarity.powi(rows.into())).powf(bands)
}

/// Finds pairs among texts with signatures, which stand one behind the other.
pub(crate) fn candidates(texts: &[u32], signatures: &[u8], similarity: f64) -> Candidates {
    let rows = rows(similarity);
    let signature = |at: u32| {
        let at = at as usize * LENGTH;
        &signatures[at..at + LENGTH]
    };
    let mut found = Candidates::default();
    // A key of 32 bits and a text in one number: eight bytes of each text. Keys that are the same by chance cost a comparison.
    let mut keyed: Vec<u64> = Vec::with_capacity(texts.len());
    for band in 0..LENGTH / rows {
        keyed.clear();
        keyed.extend((0..texts.len() as u32).map(|at| {
            let key = xxh3_64(&signature(at)[band * rows..(band + 1) * rows]) >> 32;
            (key << 32) | u64::from(at)
        }));
        keyed.sort_unstable();
        for group in keyed.chunk_by(|a, b| a >> 32 == b >> 32).filter(|group| group.len() > 1) {
            let mut leaders: Vec<u32> = Vec::new();
            for at in group.iter().map(|keyed| *keyed as u32) {
                let mut alone = true;
                for leader in &leaders {
                    let share = signature::similarity(signature(*leader), signature(at));
                    if share < similarity - DOUBT {
                        continue;
                    }
                    let pair = (texts[*leader as usize], texts[at as usize]);
                    if share >= similarity + DOUBT { &mut found.near } else { &mut found.doubtful }.push(pair);
                    alone = false;
                    break;
                }
                if alone && leaders.len() < MOST_LEADERS {
                    leaders.push(at);
                }
            }
        }
        for pairs in [&mut found.near, &mut found.doubtful] {
            pairs.sort_unstable();
            pairs.dedup();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_longer_for_texts_that_are_nearer() {
        assert_eq!((rows(0.5), rows(0.8), rows(0.95)), (3, 6, 14));
        for similarity in [0.5, 0.7, 0.8, 0.9, 1.0] {
            assert!(meets(similarity, rows(similarity) as u8) >= CERTAIN);
        }
    }

    #[test]
    fn near_texts_meet_and_others_do_not() {
        let run = |n: u32| (xxh3_64(&n.to_le_bytes()) >> 32) as u32;
        let text = |from: u32, to: u32| signature::of(&(from..to).map(run).collect::<Vec<_>>());
        let signatures = [text(0, 400), text(5000, 5400), text(4, 400), text(100, 500), text(5000, 5400)].concat();
        let found = candidates(&[10, 20, 30, 40, 50], &signatures, 0.8);
        assert_eq!((found.near, found.doubtful), (vec![(10, 30), (20, 50)], vec![]));
    }
}
