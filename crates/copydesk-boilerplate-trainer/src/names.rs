//! Learns what words in `class` and `id` are worth.

use copydesk_stage_strip_boilerplate::{model::Names, training};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::corpus::Sample;

/// Sites that must use a word before it is believed.
const SITES: usize = 4;

/// What the names on one page say: for each word, main text and other text under it, in words.
pub(crate) fn count(sample: &Sample) -> FxHashMap<u32, (f32, f32)> {
    let mut counts: FxHashMap<u32, (f32, f32)> = FxHashMap::default();
    let mut seen = FxHashSet::default();
    for (index, answer) in sample.answers.iter().enumerate() {
        seen.clear();
        training::names_near(&sample.doc, index, &mut |word| {
            seen.insert(word);
        });
        // A long paragraph says more than a label, but not as much more as it is longer.
        let weight = sample.sizes[index].sqrt();
        for &word in &seen {
            let count = counts.entry(word).or_default();
            count.0 += weight * answer;
            count.1 += weight * (1.0 - answer);
        }
    }
    counts
}

/// A table of weights from the pages `of`; every site has one voice for each word.
pub(crate) fn learn(samples: &[Sample], of: &[usize]) -> Names {
    let mut sites: FxHashMap<u32, FxHashMap<&str, (f32, f32)>> = FxHashMap::default();
    let (mut body, mut rest) = (0.0f64, 0.0f64);
    for &at in of {
        let sample = &samples[at];
        let page: f32 = sample.names.values().map(|c| c.0 + c.1).sum();
        if page == 0.0 {
            continue;
        }
        for (word, (yes, no)) in &sample.names {
            let site = sites.entry(*word).or_default().entry(&sample.site).or_default();
            site.0 += yes;
            site.1 += no;
            body += f64::from(yes / page);
            rest += f64::from(no / page);
        }
    }
    let prior = (body / (body + rest)) as f32;
    let words = sites.into_iter().filter(|(_, s)| s.len() >= SITES).filter_map(|(word, sites)| {
        let voices = sites.len() as f32;
        let mut shares: Vec<f32> = sites.values().map(|(yes, no)| yes / (yes + no).max(1e-6)).collect();
        // Sums of floats depend on their order, and a hash map has none to speak of.
        shares.sort_unstable_by(f32::total_cmp);
        let share = (shares.iter().sum::<f32>() + 3.0 * prior) / (voices + 3.0);
        let odds = (share / (1.0 - share)).ln() - (prior / (1.0 - prior)).ln();
        let weight = (odds * 32.0).round().clamp(-127.0, 127.0) as i8;
        (weight.abs() > 8).then_some((word, weight))
    });
    Names::new(words)
}
