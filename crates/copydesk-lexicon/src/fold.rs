//! Folding: the form in which text and vocabulary are compared.
//!
//! Folded text is in lower case and in composed form (NFC), full-width letters and punctuation become ASCII, every
//! kind of space is one blank, curly apostrophes are straight, and characters without width are gone. A map leads
//! from each folded byte back to the source, because the caller's ranges are ranges of *its* text, which may well
//! be in decomposed form.

use copydesk_text::is_hangul;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded text and the way back to its source.
#[derive(Debug)]
pub(crate) struct Folded {
    text: String,
    /// For every folded byte the source byte its cluster starts at, and one entry for the end. `None`: identical.
    origin: Option<Vec<u32>>,
}

impl Folded {
    pub(crate) fn new(source: &str) -> Self {
        if source.is_ascii() {
            let mut text = source.to_ascii_lowercase();
            if text.bytes().any(|b| b.is_ascii_control()) {
                text = text.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect();
            }
            return Self { text, origin: None };
        }
        let mut text = String::with_capacity(source.len() + 8);
        let mut origin: Vec<u32> = Vec::with_capacity(source.len() + 9);
        let mut cluster = String::new();
        let mut chars = source.char_indices().peekable();
        while let Some((at, first)) = chars.next() {
            let start = text.len();
            // The common letters need no look ahead: marks that join them are looked for only before other signs.
            if first.is_ascii() && chars.peek().is_none_or(|&(_, next)| next.is_ascii()) {
                text.push(if first.is_ascii_control() { ' ' } else { first.to_ascii_lowercase() });
                origin.push(at as u32);
                continue;
            }
            if chars.peek().is_some_and(|&(_, next)| joins(next)) {
                cluster.clear();
                cluster.push(first);
                // A bounded cluster: text with thousands of marks on one letter is an attack, not a language.
                while let Some(&(_, next)) = chars.peek() {
                    if !joins(next) || cluster.len() > 64 {
                        break;
                    }
                    cluster.push(next);
                    chars.next();
                }
                for c in cluster.nfc() {
                    push_folded(c, &mut text);
                }
            } else {
                push_folded(first, &mut text);
            }
            origin.resize(origin.len() + (text.len() - start), at as u32);
        }
        origin.push(source.len() as u32);
        Self { text, origin: Some(origin) }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The source offset that a folded offset stands for: the start of the cluster there.
    pub(crate) fn origin(&self, at: usize) -> usize {
        match &self.origin {
            None => at.min(self.text.len()),
            Some(map) => map.get(at).copied().map_or_else(|| map.last().map_or(0, |&e| e as usize), |o| o as usize),
        }
    }
}

/// The folded form of a phrase or a short text, without the way back.
pub(crate) fn fold(source: &str) -> String {
    Folded::new(source).text
}

/// Whether `c` belongs to the character before it: a combining mark, or a Hangul vowel or final in jamo form.
fn joins(c: char) -> bool {
    // Everything below U+0300 stands alone; this keeps the table lookup off the common path.
    c >= '\u{300}' && (is_combining_mark(c) || ('\u{1160}'..='\u{11FF}').contains(&c))
}

fn push_folded(c: char, out: &mut String) {
    match c {
        'A'..='Z' => out.push(c.to_ascii_lowercase()),
        ' '..='~' => out.push(c),
        '\u{AD}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => {}
        '\u{2018}' | '\u{2019}' | '\u{2BC}' | '\u{2032}' | '\u{B4}' => out.push('\''),
        '\u{FF01}'..='\u{FF5E}' => {
            let ascii = char::from_u32(c as u32 - 0xFEE0).unwrap_or(c);
            out.push(ascii.to_ascii_lowercase());
        }
        'İ' => out.push('i'),
        'ς' => out.push('σ'),
        c if c.is_whitespace() || c.is_control() => out.push(' '),
        // Scripts without capitals, and the small letters of the others.
        '\u{E00}'..='\u{109F}' | '\u{3040}'..='\u{D7FF}' | 'à'..='ö' | 'ø'..='ÿ' | 'а'..='я' => out.push(c),
        c => out.extend(c.to_lowercase()),
    }
}

/// Whether a phrase needs no word boundary beside `c`: its script puts no space between words, or glues particles to them.
pub(crate) fn is_unspaced(c: char) -> bool {
    // Parts of syllables stand in decomposed text.
    copydesk_text::is_unspaced(c) || is_hangul(c) || matches!(c, '\u{1100}'..='\u{11FF}')
}

/// Whether a phrase match in `text` (folded) ending at `end` stops at a word's end.
pub(crate) fn ends_word(text: &str, end: usize) -> bool {
    let before = text[..end].chars().next_back();
    let after = text[end..].chars().next();
    match (before, after) {
        (Some(b), Some(a)) => !(b.is_alphanumeric() && a.is_alphanumeric()) || is_unspaced(b) || is_unspaced(a),
        _ => true,
    }
}

/// Whether a phrase match in `text` (folded) starting at `start` begins at a word's start.
pub(crate) fn starts_word(text: &str, start: usize) -> bool {
    ends_word(text, start)
}

/// The last `limit` bytes of `text` or a little less, cut at a character boundary; the offset is returned.
pub(crate) fn tail_start(text: &str, limit: usize) -> usize {
    let mut at = text.len().saturating_sub(limit);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// The first `limit` bytes of `text` or a little less, cut at a character boundary.
pub(crate) fn head(text: &str, limit: usize) -> &str {
    let mut at = text.len().min(limit);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[..at]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_fold_alike_and_lead_back() {
        let composed = "Ảnh：Ｃ\u{a0}’Ấ";
        let decomposed: String = composed.nfd().collect();
        assert_ne!(composed, decomposed);
        let (a, b) = (Folded::new(composed), Folded::new(&decomposed));
        assert_eq!(a.text(), "ảnh:c 'ấ");
        assert_eq!(b.text(), a.text());
        let at = a.text().find(':').unwrap();
        assert!(composed[a.origin(at)..].starts_with('：'));
        assert!(decomposed[b.origin(at)..].starts_with('：'));
        assert_eq!(b.origin(b.text().len()), decomposed.len());
    }

    #[test]
    fn hangul_in_jamo_folds_to_syllables() {
        let decomposed: String = "사진".nfd().collect();
        assert_eq!(fold(&decomposed), "사진");
    }

    #[test]
    fn a_flood_of_marks_is_bounded() {
        let flood: String = std::iter::once('a').chain(std::iter::repeat_n('\u{301}', 10_000)).collect();
        let folded = Folded::new(&flood);
        assert!(folded.origin(folded.text().len()) == flood.len());
    }
}
