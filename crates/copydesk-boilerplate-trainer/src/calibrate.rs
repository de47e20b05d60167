//! Fits the confidence of the text to how right it was, and says how far off it is for a corpus that it was not fitted on.

use copydesk_stage_strip_boilerplate::confidence::{DOUBTS, Doubts, Weights};

use crate::corpus::{Sample, Set};

/// A page: its numbers, how right its text is, and how much it counts.
struct Point {
    doubts: Doubts,
    right: f64,
    weight: f64,
    corpus: String,
}

/// Steps of the descent.
const STEPS: usize = 4_000;
/// How fast it goes down.
const RATE: f64 = 0.5;
/// What stands against large weights.
const RIDGE: f64 = 0.002;

/// Fits the weights to all corpora, after printing the calibration error for each of them left out.
pub(crate) fn fit(samples: &[Sample], kept: &[Vec<bool>], doubts: &[Option<Doubts>]) -> Weights {
    let points: Vec<Point> = samples
        .iter()
        .zip(kept)
        .zip(doubts)
        .filter_map(|((sample, kept), doubts)| {
            let doubts = (*doubts)?;
            // The forests for all kinds of pages have seen these.
            let seen = sample.set != Set::Mixed;
            let corpus = if seen { format!("{:?}", sample.set).to_lowercase() } else { sample.gold.corpus.clone() };
            (sample.gold_words > 0).then(|| Point { doubts, right: sample.score(kept).2, weight: 1.0, corpus })
        })
        .collect();
    let mut corpora: Vec<&str> = points.iter().map(|point| point.corpus.as_str()).collect();
    corpora.sort_unstable();
    corpora.dedup();
    println!("{:<16}{:>7}{:>9}{:>9}{:>9}", "confidence", "pages", "said", "right", "error");
    for corpus in &corpora {
        let (out, rest): (Vec<&Point>, Vec<&Point>) = points.iter().partition(|point| point.corpus == **corpus);
        let weights = descend(&balanced(&rest));
        let said: Vec<(f64, f64)> =
            out.iter().map(|point| (f64::from(weights.confidence(&point.doubts)), point.right)).collect();
        let mean = |pick: fn(&(f64, f64)) -> f64| said.iter().map(pick).sum::<f64>() / said.len() as f64;
        println!("{corpus:<16}{:>7}{:>9.4}{:>9.4}{:>9.4}", said.len(), mean(|s| s.0), mean(|s| s.1), error(&said));
    }
    let all: Vec<&Point> = points.iter().collect();
    let mut weights = descend(&balanced(&all));
    weights.fitted_on = corpora.join(", ");
    weights
}

/// Each corpus counts by the root of its pages.
fn balanced<'p>(points: &[&'p Point]) -> Vec<(&'p Point, f64)> {
    let size = |corpus: &str| points.iter().filter(|point| point.corpus == corpus).count() as f64;
    let mut sizes: Vec<(&str, f64)> = Vec::new();
    let mut weighted = Vec::with_capacity(points.len());
    for point in points {
        let known = sizes.iter().find(|(corpus, _)| *corpus == point.corpus).map(|(_, size)| *size);
        let size = known.unwrap_or_else(|| {
            let size = size(&point.corpus);
            sizes.push((&point.corpus, size));
            size
        });
        weighted.push((*point, point.weight / size.sqrt()));
    }
    weighted
}

/// Ten bins of equal width: how far what was said is from what was right, on average.
fn error(said: &[(f64, f64)]) -> f64 {
    let mut bins = [[0.0f64; 2]; 10];
    for (p, right) in said {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        bin[0] += p;
        bin[1] += right;
    }
    bins.iter().map(|[said, right]| (said - right).abs()).sum::<f64>() / said.len().max(1) as f64
}

/// Logistic regression with shares as answers, on numbers brought to mean 0 and spread 1.
fn descend(points: &[(&Point, f64)]) -> Weights {
    const N: usize = DOUBTS.len();
    let total: f64 = points.iter().map(|(_, weight)| weight).sum();
    let (mut mean, mut spread) = ([0.0f64; N], [0.0f64; N]);
    for (point, weight) in points {
        for (mean, value) in mean.iter_mut().zip(point.doubts) {
            *mean += weight * f64::from(value) / total;
        }
    }
    for (point, weight) in points {
        for ((spread, mean), value) in spread.iter_mut().zip(mean).zip(point.doubts) {
            *spread += weight * (f64::from(value) - mean).powi(2) / total;
        }
    }
    let spread = spread.map(|square| square.sqrt().max(1e-6));
    let rows: Vec<([f64; N], f64, f64)> = points
        .iter()
        .map(|(point, weight)| {
            let scaled = std::array::from_fn(|i| (f64::from(point.doubts[i]) - mean[i]) / spread[i]);
            (scaled, point.right, weight / total)
        })
        .collect();
    let (mut bias, mut weights) = (0.0f64, [0.0f64; N]);
    for _ in 0..STEPS {
        let (mut bias_step, mut steps) = (0.0, weights.map(|w| w * RIDGE));
        for (scaled, right, weight) in &rows {
            let sum = bias + scaled.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>();
            let off = (1.0 / (1.0 + (-sum).exp()) - right) * weight;
            bias_step += off;
            for (step, x) in steps.iter_mut().zip(scaled) {
                *step += off * x;
            }
        }
        bias -= RATE * bias_step;
        for (weight, step) in weights.iter_mut().zip(steps) {
            *weight -= RATE * step;
        }
    }
    let bias = bias - (0..N).map(|i| weights[i] * mean[i] / spread[i]).sum::<f64>();
    let named = DOUBTS.iter().zip(0..N).map(|(name, i)| ((*name).to_owned(), (weights[i] / spread[i]) as f32));
    Weights { fitted_on: String::new(), bias: bias as f32, weights: named.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_tells_gets_a_weight_and_the_answers_are_met_on_average() {
        let point = |value: f32, right: f64| Point {
            doubts: std::array::from_fn(|i| if i == 0 { value } else { 1.0 }),
            right,
            weight: 1.0,
            corpus: "a".to_owned(),
        };
        let points: Vec<Point> = (0..40).map(|i| if i % 2 == 0 { point(2.0, 0.9) } else { point(-2.0, 0.4) }).collect();
        let weights = descend(&balanced(&points.iter().collect::<Vec<_>>()));
        let said = |point: &Point| f64::from(weights.confidence(&point.doubts));
        assert!((said(&points[0]) - 0.9).abs() < 0.03 && (said(&points[1]) - 0.4).abs() < 0.03);
        assert!(error(&points.iter().map(|p| (said(p), p.right)).collect::<Vec<_>>()) < 0.03);
        assert!((error(&[(0.9, 0.4), (0.9, 0.4)]) - 0.5).abs() < 1e-9);
    }
}
