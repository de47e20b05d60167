//! Reading text before the model does: web addresses out, names and codes told from sentences.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::script::{Census, Chars, Class, Script};

/// The text without web addresses, mail addresses, handles and hashtags: their letters are of no language.
pub(crate) fn without_addresses(text: &str) -> Cow<'_, str> {
    let suspicious = text.contains("://") || text.contains("www.") || text.contains('@') || text.contains('#');
    if !suspicious {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split_whitespace().filter(|word| !is_address(word)).collect();
    Cow::Owned(words.join(" "))
}

fn is_address(word: &str) -> bool {
    word.contains("://") || word.contains("www.") || word.contains('@') || word.starts_with('#')
}

/// A longer text is not read whole: its language shows in less.
const READ_WHOLE: usize = 2 * 1024;
/// So many pieces are read of a longer text, from its start to its end, because it may begin in another language.
const PIECES: usize = 6;
const PIECE: usize = 256;
/// How far from where a piece would be cut a blank is looked for, so that no half words are read.
const TO_BLANK: usize = 32;

/// The text, or pieces of a text that is longer than a few paragraphs, so that the work is bounded.
pub(crate) fn sample(text: &str) -> Cow<'_, str> {
    if text.len() <= READ_WHOLE {
        return Cow::Borrowed(text);
    }
    let mut sampled = String::with_capacity(PIECES * (PIECE + 1));
    for piece in 0..PIECES {
        let start = text.ceil_char_boundary((text.len() - PIECE) / (PIECES - 1) * piece);
        let piece = &text[start..text.floor_char_boundary(start + PIECE)];
        let head = &piece[..piece.floor_char_boundary(TO_BLANK)];
        let tail = piece.ceil_char_boundary(piece.len() - TO_BLANK);
        let from = if start == 0 { 0 } else { head.find(char::is_whitespace).unwrap_or(0) };
        let to = piece[tail..].rfind(char::is_whitespace).map_or(piece.len(), |at| tail + at);
        sampled.push_str(&piece[from..to]);
        sampled.push('\n');
    }
    Cow::Owned(sampled)
}

/// Whether a text is a single word of an alphabet that many languages share.
pub(crate) fn is_lone_word(text: &str, script: Script) -> bool {
    matches!(script, Script::Latin | Script::Cyrillic) && !text.trim().contains(char::is_whitespace)
}

/// More words than this are no name.
const LONGEST_NAME: usize = 4;

/// Small words inside names, in lower case.
static PARTICLES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    include_str!("../data/particles.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// Whether a text could be a name as well as language: a few words, each with a capital, as people, places and firms
/// are written (`Anna de Vries`, `São Paulo`, `NATO`, `F.C. København`). Only scripts with two cases can tell.
pub(crate) fn looks_like_name(text: &str, script: Script, census: &Census) -> bool {
    let cased = matches!(script, Script::Latin | Script::Cyrillic | Script::Greek | Script::Armenian);
    if !cased || census.total() > 60 {
        return false;
    }
    let chars = Chars::get();
    let mut words = 0;
    let mut ends_in_particle = false;
    for word in text.split(|c: char| c.is_whitespace() || c == '/' || c == '-' || c == '–') {
        let word = word.trim_matches(|c| !matches!(chars.class(c), Class::Letter(_)));
        let Some(first) = word.chars().next() else { continue };
        words += 1;
        ends_in_particle = !first.is_uppercase();
        if ends_in_particle && (words == 1 || !PARTICLES.contains(&word)) {
            return false;
        }
    }
    (1..=LONGEST_NAME).contains(&words) && !ends_in_particle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> bool {
        let census = Census::of(text);
        census.main().is_some_and(|script| looks_like_name(text, script, &census))
    }

    #[test]
    fn addresses_are_taken_out() {
        assert_eq!(without_addresses("read https://example.org/a?b now"), "read now");
        assert_eq!(without_addresses("write to desk@example.org #harbour"), "write to");
        assert_eq!(without_addresses("nothing here"), "nothing here");
    }

    #[test]
    fn a_long_text_is_read_in_pieces_from_start_to_end() {
        let short = "ö".repeat(READ_WHOLE / 2);
        assert_eq!(sample(&short), short);
        let words = "harbour ".repeat(READ_WHOLE);
        assert!(sample(&words).split_whitespace().all(|word| word == "harbour"));
        let long = "ö".repeat(READ_WHOLE) + &"ß".repeat(READ_WHOLE) + "end";
        let sampled = sample(&long);
        assert!(sampled.len() <= PIECES * (PIECE + 1));
        let of = |wanted: char| sampled.chars().filter(|&c| c == wanted).count();
        assert!(of('ö').abs_diff(of('ß')) <= PIECE);
    }

    #[test]
    fn names_are_told_from_language() {
        for text in ["Anna de Vries", "São Paulo", "NATO", "Reuters/Jane Doe", "Новак Петров", "Guðrún Jónsdóttir"]
        {
            assert!(name(text), "{text}");
        }
        for text in [
            "The old harbour",
            "in Berlin",
            "Hun er",
            "Dijo que",
            "Утро в порту",
            "ONE TWO THREE FOUR FIVE",
            "12:30",
            "港口",
        ] {
            assert!(!name(text), "{text}");
        }
    }
}
