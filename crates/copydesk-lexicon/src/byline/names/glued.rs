//! A name and what a page has glued to it.

use super::is_tail_word;
use crate::Lexicon;
use crate::fold::fold;

/// `SmithFeb 21`: a name and the word of a date glued together.
pub(super) fn glued_tail(word: &str, figure_next: bool, lexicon: &Lexicon) -> Option<usize> {
    let (at, _) = word
        .char_indices()
        .skip(2)
        .zip(word.chars().skip(1))
        .filter(|((_, c), before)| c.is_uppercase() && before.is_lowercase())
        .map(|(c, _)| c)
        .last()?;
    let tail = fold(word[at..].trim_end_matches([':', ',', '.']));
    let tail_word = is_tail_word(&tail, lexicon) && (figure_next || tail.len() > 3);
    (tail_word || lexicon.controls.whole(&tail).is_some()).then_some(at)
}

/// A mail address glued to a name keeps the name: `Ann Leeann.lee@example.org`.
pub(super) fn glued_mail(word: &str, current: &mut Vec<String>) {
    let local = word.split('@').next().unwrap_or("");
    if !local.starts_with(char::is_uppercase) {
        return;
    }
    let folded = local.to_lowercase();
    if folded.len() != local.len() {
        return;
    }
    // The address begins where the first name, its initial, or a small letter after capitals begins again.
    let first = current.first().map(|f| f.to_lowercase()).unwrap_or_default();
    if first.is_empty() {
        return;
    }
    let at = local.char_indices().skip(2).map(|(i, _)| i).find(|&i| folded[i..].starts_with(&first));
    if let Some(at) = at {
        current.push(local[..at].to_owned());
    }
}
