//! Whether a text looks like the language that it is taken for at all.
//!
//! The model only tells languages from each other: it must take one, also for a language that it does not know, a cipher or
//! what somebody types without looking. So the share of a text's pieces of three letters that are among the most frequent of
//! the language is held against the share in sentences of it. The pieces stand in `data/pieces.tsv`, which the trainer writes.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

use crate::lang::Lang;

/// A text with fewer pieces says too little.
const FEWEST: usize = 60;
/// So many pieces are looked at.
const MOST: usize = 160;

/// Three letters, or blanks for what stands between words.
pub type Piece = [char; 3];

/// What is known of one language.
struct Known {
    /// The share of the pieces of a sentence that are among those below.
    share: f32,
    /// In order.
    pieces: Vec<Piece>,
}

/// The most frequent pieces of each language, by its index; `None` where they tell nothing.
static KNOWN: OnceLock<Vec<Option<Known>>> = OnceLock::new();

fn known(lang: Lang) -> Option<&'static Known> {
    let all = KNOWN.get_or_init(|| {
        let mut all: Vec<Option<Known>> = (0..=Lang::all().count()).map(|_| None).collect();
        for line in include_str!("../data/pieces.tsv").lines().filter(|line| !line.starts_with('#')) {
            if let Some((lang, known)) = read(line) {
                all[lang.index()] = Some(known);
            }
        }
        all
    });
    all.get(lang.index())?.as_ref()
}

fn read(line: &str) -> Option<(Lang, Known)> {
    let mut columns = line.split('\t');
    let lang = Lang::from_tag(columns.next()?)?;
    let share = columns.next()?.parse().ok()?;
    let piece = |text: &str| {
        let mut letters = text.chars().map(|c| if c == '_' { ' ' } else { c });
        Some([letters.next()?, letters.next()?, letters.next()?])
    };
    let mut pieces: Vec<Piece> = columns.next()?.split(' ').filter_map(piece).collect();
    pieces.sort_unstable();
    Some((lang, Known { share, pieces }))
}

/// The pieces of three letters of a text, in lower case, with one blank for all that stands between two words.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece> {
    let mut window = [' '; 3];
    let letters = text.nfc().flat_map(char::to_lowercase).map(|c| if c.is_alphabetic() { c } else { ' ' });
    letters
        .filter_map(move |c| {
            if c == ' ' && window[2] == ' ' {
                return None;
            }
            window = [window[1], window[2], c];
            Some(window)
        })
        .skip(1)
}

/// How like a language a text is: 1 for a usual sentence of it, less for others. `None` where the text is too short, or too
/// little is known of the language.
pub fn likeness(text: &str, lang: Lang) -> Option<f32> {
    let known = known(lang)?;
    let (mut all, mut found) = (0usize, 0usize);
    for piece in pieces(text).take(MOST) {
        all += 1;
        found += usize::from(known.pieces.binary_search(&piece).is_ok());
    }
    (all >= FEWEST).then(|| found as f32 / all as f32 / known.share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_of_letters_with_one_blank_between_words() {
        let printed: Vec<String> = pieces("A bé,  4c").map(|piece| piece.iter().collect()).collect();
        assert_eq!(printed, [" a ", "a b", " bé", "bé ", "é c"]);
    }

    #[test]
    fn every_line_of_the_file_can_be_read() {
        let lines = || include_str!("../data/pieces.tsv").lines().filter(|line| !line.starts_with('#'));
        assert!(lines().count() > 60);
        for line in lines() {
            let (_, known) = read(line).unwrap_or_else(|| panic!("{line}"));
            assert!(known.share > 0.2 && known.share <= 1.0 && known.pieces.len() >= 200, "{line}");
        }
    }
}
