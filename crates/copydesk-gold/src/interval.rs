//! How far a mean of a sample of pages can be trusted: the pages are drawn again and again, as many as there are, and the
//! middle 95 % of what comes out is the interval (a bootstrap). The same pages in the same order give the same interval.

/// How often the pages are drawn.
const DRAWS: usize = 2_000;
/// The first number of the draws.
const SEED: u64 = 0x5EED;

/// A mean, with its interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Below it is the mean of 2.5 % of the draws.
    pub low: f64,
    /// Above it is the mean of 2.5 % of the draws.
    pub high: f64,
    /// On how many pages it stands.
    pub pages: usize,
}

impl Estimate {
    /// Whether the interval leaves out 0: a change that chance alone would hardly make.
    pub fn is_sure(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The mean of what pages score; none where there is no page.
pub fn mean(values: &[f64]) -> Option<Estimate> {
    let pages = values.len();
    if pages == 0 {
        return None;
    }
    let mut draws = Draws(SEED);
    let mut means: Vec<f64> =
        (0..DRAWS).map(|_| (0..pages).map(|_| values[draws.below(pages)]).sum::<f64>() / pages as f64).collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((DRAWS - 1) as f64 * share).round() as usize];
    Some(Estimate { mean: values.iter().sum::<f64>() / pages as f64, low: at(0.025), high: at(0.975), pages })
}

/// By how much pages score more the second time, each compared with itself.
pub fn change(pairs: &[(f64, f64)]) -> Option<Estimate> {
    mean(&pairs.iter().map(|(before, after)| after - before).collect::<Vec<_>>())
}

/// `SplitMix64`: the same numbers on every machine.
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        ((u128::from(z) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_as_wide_as_theory_has_it() {
        // Half of 400 pages score 1: the mean has a standard error of 0.025, so that 95 % lie within 0.049 of it.
        let values: Vec<f64> = (0..400).map(|n| f64::from(n % 2)).collect();
        let found = mean(&values).expect("pages");
        assert_eq!((found.mean, found.pages), (0.5, 400));
        assert!((found.high - 0.549).abs() < 0.006 && (found.low - 0.451).abs() < 0.006, "{found:?}");
        assert_eq!(mean(&values), Some(found));
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[0.25]), Some(Estimate { mean: 0.25, low: 0.25, high: 0.25, pages: 1 }));
    }

    #[test]
    fn a_small_change_on_every_page_is_surer_than_the_pages_are() {
        let pairs: Vec<(f64, f64)> = (0..100).map(|n| (f64::from(n) / 200.0, f64::from(n) / 200.0 + 0.01)).collect();
        let found = change(&pairs).expect("pages");
        assert!(found.is_sure() && (found.mean - 0.01).abs() < 1e-9, "{found:?}");
        let noise: Vec<(f64, f64)> = (0..100).map(|n| (0.5, 0.5 + f64::from(n % 2) * 0.2 - 0.1)).collect();
        assert!(!change(&noise).expect("pages").is_sure());
    }
}
