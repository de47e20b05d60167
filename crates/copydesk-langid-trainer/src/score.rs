//! Scoring answers: accuracy and macro-F1, with macro-languages equal to their main member.

use std::collections::{BTreeMap, BTreeSet};

/// Languages that the common detectors share.
pub(crate) const CORE: &str = "afr ara aze bel ben bul cat ces dan deu ell eng spa est fas fin fra guj heb hin hrv hun hye ind ita jpn \
     kan kat kor lav lit mar mkd nld nob pan pol por ron rus slk slv swe tam tel tgl tha tur ukr urd vie";

/// Twelve languages of East and South-East Asia, English among them.
pub(crate) const ASIA: &str = "eng vie kor ind msa tgl tha lao khm mya zho jpn";

/// An answer beside what would have been right, both as ISO 639-3 codes, and how sure it was.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) gold: String,
    pub(crate) got: String,
    pub(crate) confidence: f32,
}

/// Counts over some answers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    pub(crate) accuracy: f64,
    pub(crate) macro_f1: f64,
}

/// Scores the answers whose gold is in `languages`, a list with blanks; all if it is empty.
pub(crate) fn score(answers: &[Answer], languages: &str) -> Score {
    let wanted: BTreeSet<&str> = languages.split_whitespace().collect();
    let some: Vec<&Answer> =
        answers.iter().filter(|answer| wanted.is_empty() || wanted.contains(answer.gold.as_str())).collect();
    let by_language = f1_by_language(&some);
    let right = some.iter().filter(|answer| answer.gold == answer.got).count();
    Score {
        accuracy: right as f64 / some.len().max(1) as f64,
        macro_f1: by_language.values().sum::<f64>() / by_language.len().max(1) as f64,
    }
}

/// F1 of each language that occurs as gold.
pub(crate) fn f1_by_language(answers: &[&Answer]) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for answer in answers {
        if answer.gold == answer.got {
            counts.entry(&answer.gold).or_default().0 += 1;
        } else {
            counts.entry(&answer.gold).or_default().1 += 1;
            counts.entry(&answer.got).or_default().2 += 1;
        }
    }
    let golds: BTreeSet<&str> = answers.iter().map(|answer| answer.gold.as_str()).collect();
    golds
        .into_iter()
        .map(|code| {
            let (right, missed, wrong) = counts[code];
            let f1 = if right == 0 { 0.0 } else { 2.0 * right as f64 / (2 * right + missed + wrong) as f64 };
            (code.to_owned(), f1)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(pairs: &[(&str, &str)]) -> Vec<Answer> {
        pairs
            .iter()
            .map(|&(gold, got)| Answer { gold: gold.to_owned(), got: got.to_owned(), confidence: 1.0 })
            .collect()
    }

    #[test]
    fn accuracy_and_f1_are_what_they_are_by_hand() {
        let answers = answers(&[("eng", "eng"), ("eng", "fra"), ("fra", "fra"), ("epo", "eng")]);
        let all = score(&answers, "");
        assert!((all.accuracy - 0.5).abs() < 1e-9);
        // eng: 1 right, 1 missed, 1 wrong = 1/2; fra: 1 right, 1 wrong = 2/3; epo: 0.
        assert!((all.macro_f1 - (0.5 + 2.0 / 3.0) / 3.0).abs() < 1e-9);
        // Only the texts of the chosen languages count, with what was wrongly taken for them among those.
        assert!((score(&answers, "fra").accuracy - 1.0).abs() < 1e-9);
        assert!((score(&answers, "eng fra").macro_f1 - 2.0 / 3.0).abs() < 1e-9);
    }
}
