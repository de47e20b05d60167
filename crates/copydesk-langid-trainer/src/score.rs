//! Scoring answers: accuracy and macro-F1, with macro-languages equal to their main member.

use std::collections::{BTreeMap, BTreeSet};

/// Languages that the common detectors share.
pub(crate) const CORE: &str = "afr ara aze bel ben bul cat ces dan deu ell eng spa est fas fin fra guj heb hin hrv hun hye ind ita jpn \
     kan kat kor lav lit mar mkd nld nob pan pol por ron rus slk slv swe tam tel tgl tha tur ukr urd vie";

/// Twelve languages of East and South-East Asia, English among them.
pub(crate) const ASIA: &str = "eng vie kor ind msa tgl tha lao khm mya zho jpn";

/// An answer beside what would have been right, both as ISO 639-3 codes.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) gold: String,
    pub(crate) got: String,
}

/// Counts over some answers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    pub(crate) accuracy: f64,
    pub(crate) macro_f1: f64,
    pub(crate) texts: usize,
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
        texts: some.len(),
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
