//! Training one script's part of the model: a bag of feature rows, a linear layer, and plain gradient descent.

use copydesk_langid::features::{features, find};
use copydesk_langid::model::{DIM, GroupParts, share_of_feature};
use copydesk_langid::{Lang, Script};

use crate::corpus::Snippets;
use crate::random::Random;
use crate::vocabulary;

/// Keeps the first steps of a row from being huge.
const START_MOVED: f32 = 1e-4;

/// After the first quarter, a snippet whose label the model finds less likely than this is taken to be mislabelled and
/// passed over: web text has Nynorsk among its Bokmål and Indonesian among its Malay.
const NOT_BELIEVED: f32 = 0.03;

/// How many of a snippet's features are left out, other ones each time: what is learnt must not lean on the few words that
/// say it best in the training text, since other text has other words.
const LEFT_OUT: f32 = 0.25;
/// A snippet with fewer features, of two or three words, has none to spare.
const NONE_TO_SPARE: usize = 80;

/// Leaves out some of a snippet's features; returns what each of the others is worth.
pub(crate) fn leave_out(seen: &mut Vec<usize>, random: &mut Random) -> f32 {
    let norm = share_of_feature(seen.len().max(1) as u32);
    if seen.len() < NONE_TO_SPARE {
        return norm;
    }
    seen.retain(|_| !random.chance(LEFT_OUT));
    norm / (1.0 - LEFT_OUT)
}

/// How a script's part is trained.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) script: Script,
    /// Features that are kept.
    pub(crate) rows: usize,
    /// Snippets shown in all.
    pub(crate) samples: usize,
    pub(crate) rate: f32,
    /// How far languages with much text are shown more often than others: 0 is not at all, 1 is by number of lines.
    pub(crate) skew: f32,
    /// How far a language's weight counts once more when languages are compared: the weights say how often a newsroom
    /// meets a language, and training alone has more of the rare ones than it meets.
    pub(crate) tilt: f32,
    /// Divides all scores in the end: news is not the text that was learnt, so the model is surer than it should be.
    pub(crate) temperature: f32,
    pub(crate) seed: u64,
}

/// The languages of a script with their lines and how often each is shown.
pub(crate) struct Class<'a> {
    pub(crate) lang: Lang,
    pub(crate) lines: Vec<&'a str>,
    pub(crate) weight: f32,
}

pub(crate) fn train(plan: &Plan, classes: &[Class<'_>], snippets: &Snippets) -> GroupParts {
    let mut random = Random::new(plan.seed);
    let shares = cumulative_shares(classes, plan.skew);
    let checks = vocabulary::choose(plan, classes, &shares);
    let mut table: Vec<f32> = (0..plan.rows * DIM).map(|_| (random.share() - 0.5) * 0.2).collect();
    let mut weights = vec![[0_f32; DIM]; classes.len()];
    let mut biases = vec![0_f32; classes.len()];

    // Adagrad: the more a row has moved, the smaller its steps, so that rare features learn as well as frequent ones.
    let mut moved = vec![START_MOVED; plan.rows];
    let mut weights_moved = vec![[START_MOVED; DIM]; classes.len()];
    let mut biases_moved = vec![START_MOVED; classes.len()];
    let mut seen = Vec::new();
    let mut scores = vec![0_f32; classes.len()];
    let (mut loss, mut right) = (0.0_f64, 0_usize);
    let report = (plan.samples / 10).max(1);
    for sample in 0..plan.samples {
        let draw = random.share();
        let wanted = shares.partition_point(|&share| share < draw).min(classes.len() - 1);
        let text = snippets.cut(&classes[wanted].lines, plan.script, &mut random);
        seen.clear();
        features(&text, plan.script, |feature| seen.extend(find(feature, &checks).map(|row| row * DIM)));
        if seen.is_empty() {
            continue;
        }
        let norm = leave_out(&mut seen, &mut random);
        let mut hidden = [0_f32; DIM];
        for &at in &seen {
            for (sum, value) in hidden.iter_mut().zip(&table[at..at + DIM]) {
                *sum += value;
            }
        }
        let hidden = hidden.map(|value| value * norm);

        for (score, (row, bias)) in scores.iter_mut().zip(weights.iter().zip(&biases)) {
            *score = bias + row.iter().zip(&hidden).map(|(w, h)| w * h).sum::<f32>();
        }
        let top = scores.iter().copied().fold(f32::MIN, f32::max);
        right += usize::from(scores[wanted] >= top);
        let total: f32 = scores.iter().map(|score| (score - top).exp()).sum();
        if sample > plan.samples / 4 && (scores[wanted] - top).exp() < NOT_BELIEVED * total {
            continue;
        }
        loss += f64::from(total.ln() + top - scores[wanted]);

        let rate = plan.rate * (1.0 - sample as f32 / plan.samples as f32);
        let mut pull = [0_f32; DIM];
        for class in 0..classes.len() {
            let error = (scores[class] - top).exp() / total - f32::from(u8::from(class == wanted));
            let rows = weights[class].iter_mut().zip(&mut weights_moved[class]);
            for (((weight, moved), value), pull) in rows.zip(&hidden).zip(&mut pull) {
                *pull += error * *weight;
                let slope = error * value;
                *moved += slope * slope;
                *weight -= rate * slope / moved.sqrt();
            }
            biases_moved[class] += error * error;
            biases[class] -= rate * error / biases_moved[class].sqrt();
        }
        let size = pull.iter().map(|pull| pull * pull).sum::<f32>() * norm * norm / DIM as f32;
        for &at in &seen {
            let moved = &mut moved[at / DIM];
            *moved += size;
            let step = rate * norm / moved.sqrt();
            for (value, pull) in table[at..at + DIM].iter_mut().zip(&pull) {
                *value -= step * pull;
            }
        }
        if (sample + 1) % report == 0 {
            let share = 1.0 / report as f64;
            eprintln!(
                "{} {:3} %  loss {:.4}  right {:.4}",
                plan.script.code(),
                (sample + 1) * 100 / plan.samples,
                loss * share,
                right as f64 * share
            );
            (loss, right) = (0.0, 0);
        }
    }
    for ((bias, row), class) in biases.iter_mut().zip(&mut weights).zip(classes) {
        *bias = (*bias + plan.tilt * class.weight.ln()) / plan.temperature;
        *row = row.map(|weight| weight / plan.temperature);
    }
    let (scale, table) = quantise(&table);
    let classes = classes.iter().zip(weights).zip(biases).map(|((class, row), bias)| (class.lang.tag(), row, bias));
    GroupParts { script: plan.script, scale, checks, table, classes: classes.collect() }
}

pub(crate) fn cumulative_shares(classes: &[Class<'_>], skew: f32) -> Vec<f32> {
    let weights: Vec<f32> = classes.iter().map(|class| class.weight * (class.lines.len() as f32).powf(skew)).collect();
    let total: f32 = weights.iter().sum();
    let mut sum = 0.0;
    weights
        .iter()
        .map(|weight| {
            sum += weight / total;
            sum
        })
        .collect()
}

/// Signed bytes, with the rare extreme value cut off so that the others keep their precision.
pub(crate) fn quantise(table: &[f32]) -> (f32, Vec<i8>) {
    let mut sizes: Vec<f32> = table.iter().step_by(7).map(|value| value.abs()).collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let limit = sizes[sizes.len() - 1 - sizes.len() / 20_000].max(1e-6);
    let scale = limit / 127.0;
    (scale, table.iter().map(|value| (value / scale).round().clamp(-127.0, 127.0) as i8).collect())
}

#[cfg(test)]
mod tests {
    use copydesk_langid::Detector;
    use copydesk_langid::model::to_bytes;

    use super::*;

    #[test]
    fn a_long_snippet_loses_features_and_a_short_one_none() {
        let mut random = Random::new(4);
        let mut short: Vec<usize> = (0..NONE_TO_SPARE - 1).collect();
        let norm = leave_out(&mut short, &mut random);
        assert_eq!(short.len(), NONE_TO_SPARE - 1);
        assert!((norm - share_of_feature(short.len() as u32)).abs() < 1e-6);
        let mut long: Vec<usize> = (0..4000).collect();
        let norm = leave_out(&mut long, &mut random);
        assert!(long.len().abs_diff(3000) < 200, "{}", long.len());
        // All together are worth as much as before.
        assert!((norm * 3000.0 / (share_of_feature(4000) * 4000.0) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn two_invented_languages_are_learnt() {
        let class = |tag, line| Class { lang: Lang::from_tag(tag).unwrap(), lines: vec![line], weight: 1.0 };
        let classes =
            [class("fi", "mokolo tikala venomi sutola kilo"), class("da", "strandgh wejfk brunst gkrald spyfr")];
        let plan = Plan {
            script: Script::Latin,
            rows: 500,
            samples: 2000,
            rate: 0.3,
            skew: 0.0,
            tilt: 0.0,
            temperature: 1.0,
            seed: 5,
        };
        let groups = [train(&plan, &classes, &Snippets::new())];
        let bytes = to_bytes(&groups, &[], "seed 5\n");
        assert_eq!(bytes, to_bytes(&[train(&plan, &classes, &Snippets::new())], &[], "seed 5\n"));
        let detector = Detector::from_model(bytes).unwrap();
        assert_eq!(detector.best("tikala sutola").lang.tag(), "fi");
        assert_eq!(detector.best("WEJFK GKRALD").lang.tag(), "da");
        assert!(detector.model_header().contains("seed 5"));
    }
}
