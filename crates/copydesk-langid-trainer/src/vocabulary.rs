//! Which features get a row: those that tell most about the language, often enough to matter.

use std::collections::HashMap;

use copydesk_langid::features::{features, places};

use crate::corpus::strip_marks;
use crate::train::{Class, Plan};

/// Text without its accents is met this much less often than text with them.
const STRIPPED_WEIGHT: f32 = 0.18;
/// A feature must be met more often than this in a language to speak for it: what is met once may be anything.
const CHANCE: f32 = 1.0;

/// The check byte of every row, 0 where it is empty: the features that tell most are each given one of their two rows,
/// as long as one is free.
pub(crate) fn choose(plan: &Plan, classes: &[Class<'_>], cumulative: &[f32]) -> Vec<u8> {
    // How often each class, when it is its turn, has a feature.
    let mut found: Vec<(u32, u16, f32)> = Vec::new();
    for (index, class) in classes.iter().enumerate() {
        let mut counts: HashMap<u32, f32> = HashMap::new();
        let mut total = 0.0_f64;
        for line in &class.lines {
            features(line, plan.script, |feature| {
                *counts.entry(feature).or_default() += 1.0;
                total += 1.0;
            });
            let stripped = strip_marks(line);
            if stripped != *line {
                features(&stripped, plan.script, |feature| *counts.entry(feature).or_default() += STRIPPED_WEIGHT);
            }
        }
        let often = counts.into_iter().filter(|&(_, count)| count > CHANCE);
        found.extend(
            often.map(|(feature, count)| (feature, index as u16, ((f64::from(count - CHANCE * 0.75)) / total) as f32)),
        );
    }
    found.sort_unstable_by_key(|&(feature, class, _)| (feature, class));

    let share = |class: usize| cumulative[class] - if class == 0 { 0.0 } else { cumulative[class - 1] };
    let mut told: Vec<(f32, u32)> = found
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| {
            let total: f32 = same.iter().map(|&(_, class, rate)| rate * share(usize::from(class))).sum();
            let bits: f32 = same
                .iter()
                .map(|&(_, class, rate)| {
                    let p = rate * share(usize::from(class)) / total;
                    p * (p / share(usize::from(class)).max(1e-6)).ln()
                })
                .sum();
            (total * bits, same[0].0)
        })
        .collect();
    told.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));

    let mut checks = vec![0_u8; plan.rows];
    let mut kept = 0;
    for &(_, feature) in told.iter().take(plan.rows * 3) {
        let (rows, check) = places(feature, plan.rows);
        if rows.iter().any(|&row| checks[row] == check) {
            continue;
        }
        if let Some(&row) = rows.iter().find(|&&row| checks[row] == 0) {
            checks[row] = check;
            kept += 1;
        }
    }
    eprintln!("{} {kept} of {} features kept", plan.script.code(), told.len());
    checks
}
