//! Training the families: a linear model for each group of close neighbours, beside the main model.

use copydesk_langid::features::{features, find};
use copydesk_langid::model::{FamilyParts, GroupParts};
use copydesk_langid::{Lang, Script};

use anyhow::{Context, Result};

use crate::corpus::Snippets;
use crate::random::Random;
use crate::train::{Class, Plan, cumulative_shares, leave_out, quantise};
use crate::vocabulary;

/// Keeps the first steps of a weight from being huge.
const START_MOVED: f32 = 1e-3;

/// What is left of the main model's scores. It has seen the same text, and is surer of it than it will be of other text.
const CARRY: f32 = 0.5;

/// A family of `data/families.tsv`.
pub(crate) struct Listed {
    pub(crate) script: Script,
    pub(crate) rows: usize,
    pub(crate) members: Vec<Lang>,
}

pub(crate) fn listed() -> Result<Vec<Listed>> {
    let lines = include_str!("../data/families.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut columns = line.split('\t');
            let mut next = || columns.next().with_context(|| format!("families.tsv: a column is missing in `{line}`"));
            let script = Script::from_code(next()?).with_context(|| format!("families.tsv: no script in `{line}`"))?;
            let rows = next()?.parse()?;
            let members: Option<_> = next()?.split(' ').map(Lang::from_tag).collect();
            Ok(Listed {
                script,
                rows,
                members: members.with_context(|| format!("families.tsv: no language in `{line}`"))?,
            })
        })
        .collect()
}

/// Trains one family on the lines of its members, with the finished main model beside it.
pub(crate) fn train(plan: &Plan, classes: &[Class<'_>], snippets: &Snippets, main: &GroupParts) -> FamilyParts {
    let mut random = Random::new(plan.seed);
    let shares = cumulative_shares(classes, plan.skew);
    let checks = vocabulary::choose(plan, classes, &shares);
    let size = classes.len();
    let places: Vec<usize> =
        classes.iter().filter_map(|class| main.classes.iter().position(|(tag, ..)| *tag == class.lang.tag())).collect();
    let mut table = vec![0_f32; plan.rows * size];
    let mut moved = vec![START_MOVED; plan.rows * size];
    let mut biases = vec![0_f32; size];
    let mut biases_moved = vec![START_MOVED; size];
    let mut seen = Vec::new();
    let mut scores = vec![0_f32; size];
    let (mut right, mut right_before, mut counted) = (0_usize, 0_usize, 0_usize);
    for sample in 0..plan.samples {
        let draw = random.share();
        let wanted = shares.partition_point(|&share| share < draw).min(size - 1);
        let text = snippets.cut(&classes[wanted].lines, plan.script, &mut random);
        let Some(before) = main.score(&text) else { continue };
        seen.clear();
        features(&text, plan.script, |feature| seen.extend(find(feature, &checks).map(|row| row * size)));
        let norm = leave_out(&mut seen, &mut random);
        for (at, score) in scores.iter_mut().enumerate() {
            let sum: f32 = seen.iter().map(|&row| table[row + at]).sum();
            *score = CARRY * before[places[at]] + biases[at] + norm * sum;
        }
        let top = scores.iter().copied().fold(f32::MIN, f32::max);
        if sample > plan.samples * 9 / 10 {
            counted += 1;
            right += usize::from(scores[wanted] >= top);
            let best = places.iter().map(|&place| before[place]).fold(f32::MIN, f32::max);
            right_before += usize::from(before[places[wanted]] >= best);
        }
        let total: f32 = scores.iter().map(|score| (score - top).exp()).sum();
        let rate = plan.rate * (1.0 - sample as f32 / plan.samples as f32);
        for at in 0..size {
            let error = (scores[at] - top).exp() / total - f32::from(u8::from(at == wanted));
            biases_moved[at] += error * error;
            biases[at] -= rate * error / biases_moved[at].sqrt();
            let slope = error * norm;
            for &row in &seen {
                let moved = &mut moved[row + at];
                *moved += slope * slope;
                table[row + at] -= rate * slope / moved.sqrt();
            }
        }
    }
    let names: Vec<&str> = classes.iter().map(|class| class.lang.tag()).collect();
    let share = |of: usize| of as f64 / counted.max(1) as f64;
    eprintln!("{}: right {:.4}, {:.4} without the family", names.join(" "), share(right), share(right_before));
    let (scale, table) = quantise(&table);
    let heat = plan.temperature;
    let bias = |(class, bias): (&Class<'_>, f32)| (class.lang.tag(), (bias + plan.tilt * class.weight.ln()) / heat);
    let members = classes.iter().zip(biases).map(bias).collect();
    FamilyParts { script: plan.script, scale: scale / heat, checks, table, carry: CARRY / heat, members }
}
