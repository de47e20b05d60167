//! Signatures: how much two texts share, told from 128 bytes of each.
//!
//! Each byte is what is left of the smallest of all runs of a text after a permutation of their numbers. Two texts have the
//! same smallest run with a probability that is the share of runs that they have in common (Broder, "On the resemblance and
//! containment of documents", 1997). A byte of it is enough (Li and König, "b-Bit minwise hashing", 2010): chance makes one of
//! 256 agree, which is taken off.

/// How many permutations there are.
pub(crate) const LENGTH: usize = 128;

/// What is known of a text.
pub(crate) type Signature = [u8; LENGTH];

/// Odd factors and summands of permutations modulo 2^32.
const PERMUTATIONS: [(u32, u32); LENGTH] = permutations();

const fn permutations() -> [(u32, u32); LENGTH] {
    let mut list = [(0, 0); LENGTH];
    let (mut at, mut state) = (0, 0x9e37_79b9_7f4a_7c15_u64);
    while at < LENGTH {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        list[at] = ((mixed >> 32) as u32 | 1, mixed as u32);
        at += 1;
    }
    list
}

/// The signature of a text with these runs.
pub(crate) fn of(runs: &[u32]) -> Signature {
    let mut least = [u32::MAX; LENGTH];
    for run in runs {
        for (least, (factor, summand)) in least.iter_mut().zip(&PERMUTATIONS) {
            *least = (*least).min(run.wrapping_mul(*factor).wrapping_add(*summand));
        }
    }
    // The upper byte of a product depends on all of its bits.
    least.map(|least| (least.wrapping_mul(0x9e37_79b1) >> 24) as u8)
}

/// The share of runs that two texts have in common, estimated; the standard deviation is 0.035 at 0.8.
pub(crate) fn similarity(one: &[u8], other: &[u8]) -> f64 {
    let same = one.iter().zip(other).filter(|(a, b)| a == b).count();
    let (same, chance) = (same as f64 / LENGTH as f64, 1.0 / 256.0);
    ((same - chance) / (1.0 - chance)).max(0.0)
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    #[test]
    fn the_share_is_near_the_true_one() {
        let run = |n: u32| (xxh3_64(&n.to_le_bytes()) >> 32) as u32;
        for share in [0.2, 0.5, 0.8, 0.9, 1.0] {
            let mut wrong = 0.0_f64;
            for text in 0..40 {
                let first = text * 10_000;
                // Of 2n runs in all, so many are shared.
                let own = (300.0 * (1.0 - share)) as u32;
                let one: Vec<u32> = (first..first + 600 - own).map(run).collect();
                let other: Vec<u32> = (first + own..first + 600).map(run).collect();
                let truth = f64::from(600 - 2 * own) / 600.0;
                wrong += (similarity(&of(&one), &of(&other)) - truth) / 40.0;
            }
            assert!(wrong.abs() < 0.025, "{share}: wrong by {wrong} on average");
        }
    }
}
