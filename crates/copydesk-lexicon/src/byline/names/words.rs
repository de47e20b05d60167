//! What a single word is, or the words at the start of a text.

use crate::Lexicon;
use crate::fold::fold;

pub(super) fn has_figure(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// `Y.` and `E.` are initials, not the Spanish and Italian words for "and".
pub(in crate::byline) fn is_initial(word: &str, folded: &str) -> bool {
    folded.chars().count() == 1 && (word.ends_with('.') || word.starts_with(char::is_uppercase))
}

/// `Dan Lee`: a word that is written like a name joins none, whatever it means elsewhere.
pub(in crate::byline) fn is_titled(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
}

pub(in crate::byline) fn is_tail_word(folded: &str, lexicon: &Lexicon) -> bool {
    lexicon.tails.contains(folded.trim_end_matches('.'))
}

/// The length of a role at the start of `rest`, up to the next comma, bar or figure.
pub(super) fn role_at(rest: &str, lexicon: &Lexicon) -> Option<usize> {
    let stop = rest.find([',', '|', '·', '•', '(', '/', ';']).unwrap_or(rest.len());
    let stop = rest[..stop].find(|c: char| c.is_ascii_digit()).unwrap_or(stop);
    let piece = &rest[..stop];
    let first = piece.split_whitespace().next()?;
    let folded = fold(piece.trim());
    // The role begins here: its first word is a role, or the piece is short and holds one.
    let here = lexicon.roles.at_start(&folded).is_some();
    let words = piece.split_whitespace().count();
    let holds = words <= 6
        && first.starts_with(char::is_uppercase)
        && lexicon.roles.all(&folded).any(|(_, end, ())| end == folded.len())
        && lexicon.not_names.contains(&fold(first));
    (here || holds).then_some(stop)
}
