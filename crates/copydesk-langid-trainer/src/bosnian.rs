//! Bosnian from Serbian: there is little free text in Bosnian, and most of what there is could as well be Croatian.
//!
//! Bosnian news shares its words with Serbian more often than with Croatian, and writes one old vowel as Croatian does:
//! where Serbian has `mleko` and `reka`, Bosnian has `mlijeko` and `rijeka`. So Serbian lines become Bosnian ones by
//! writing that vowel as it is written in words that Bosnian and Croatian lines have.

use std::collections::HashMap;

use copydesk_langid::{Lang, Script};

use crate::corpus::Lines;

/// A word must have been met this often to be taken for one.
const A_WORD: u32 = 3;
/// So many times more often must the other spelling be met, for a word that is one as it stands.
const FAR_MORE: u32 = 8;

/// Adds Serbian lines that were rewritten; returns how many. A line with a word that is known in neither spelling stays out.
pub(crate) fn add_rewritten(lines: &mut Lines) -> usize {
    let entry = |tag| Lang::from_tag(tag).map(|lang| (Script::Latin, lang));
    let (Some(serbian), Some(croatian), Some(bosnian)) = (entry("sr-Latn"), entry("hr"), entry("bs")) else { return 0 };
    let mut known: HashMap<String, u32> = HashMap::new();
    for line in [croatian, bosnian].iter().filter_map(|entry| lines.get(entry)).flatten() {
        for word in line.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
            *known.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    let stems: Vec<(&str, &str)> = include_str!("../data/bosnian.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let Some(from) = lines.get(&serbian) else { return 0 };
    let rewritten: Vec<String> = from.iter().filter_map(|line| rewrite(line, &known, &stems)).collect();
    let added = rewritten.len();
    lines.entry(bosnian).or_default().extend(rewritten);
    added
}

/// The line in Bosnian; `None` if it has a word that would have to be rewritten, and it is not known how.
fn rewrite(line: &str, known: &HashMap<String, u32>, stems: &[(&str, &str)]) -> Option<String> {
    let mut written = String::with_capacity(line.len() + 8);
    let mut rest = line;
    while let Some(start) = rest.find(char::is_alphabetic) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c: char| !c.is_alphabetic()).unwrap_or(from.len()));
        written.push_str(before);
        written.push_str(&rewrite_word(word, known, stems)?);
        rest = after;
    }
    written.push_str(rest);
    Some(written)
}

fn rewrite_word(word: &str, known: &HashMap<String, u32>, stems: &[(&str, &str)]) -> Option<String> {
    let lower = word.to_lowercase();
    let by_stem = stems.iter().find_map(|(serbian, bosnian)| match serbian.strip_suffix('$') {
        Some(whole) => (lower == whole).then(|| (*bosnian).to_owned()),
        None => lower.strip_prefix(serbian).map(|end| format!("{bosnian}{end}")),
    });
    if let Some(found) = by_stem {
        return Some(as_written(word, found));
    }
    if !lower.contains('e') {
        return Some(word.to_owned());
    }
    let often = |word: &str| known.get(word).copied().unwrap_or(0);
    let as_it_stands = often(&lower);
    let best = spellings(&lower).into_iter().map(|other| (often(&other), other)).max().unwrap_or_default();
    if best.0 >= A_WORD && best.0 >= as_it_stands * FAR_MORE {
        return Some(as_written(word, best.1));
    }
    // Names and words from elsewhere have other vowels.
    (as_it_stands > 0).then(|| word.to_owned())
}

/// With one `e` written in the other ways that it may have.
fn spellings(word: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, _) in word.match_indices('e') {
        let (before, after) = (&word[..at], &word[at + 1..]);
        for vowel in ["je", "ije"] {
            all.push(format!("{before}{vowel}{after}"));
        }
        if after == "o" {
            all.push(format!("{before}io"));
        }
    }
    all
}

/// With a capital if the word had one.
fn as_written(word: &str, lower: String) -> String {
    let mut letters = lower.chars();
    match letters.next() {
        Some(first) if word.starts_with(char::is_uppercase) => first.to_uppercase().chain(letters).collect(),
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serbian_lines_become_bosnian_ones() {
        let lang = |tag| Lang::from_tag(tag).unwrap();
        let mut lines = Lines::new();
        let known = "Mlijeko je bijelo, rijeka i vjetar, ljeto, htio je reći: sjever more".to_owned();
        lines.insert((Script::Latin, lang("hr")), vec![known; 8]);
        let serbian = ["Mleko je belo, takođe.", "Hteo je reći: reka i vetar", "More!", "Nepoznat klijent"];
        lines.insert((Script::Latin, lang("sr-Latn")), serbian.map(str::to_owned).to_vec());
        assert_eq!(add_rewritten(&mut lines), 3);
        assert_eq!(
            lines[&(Script::Latin, lang("bs"))],
            ["Mlijeko je bijelo, također.", "Htio je reći: rijeka i vjetar", "More!"]
        );
    }
}
