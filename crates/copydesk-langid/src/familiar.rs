//! Whether a text looks like the language that it is taken for at all.
//!
//! The model only tells languages from each other: it must take one, also for a language that it does not know, a cipher or
//! what somebody types without looking. So the share of a text's pieces of three letters that are among the most frequent of
//! the language is held against the share in sentences of it. The pieces stand in `data/pieces.tsv`, which the trainer writes.

use std::sync::{LazyLock, OnceLock};

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
    pieces: Numbers,
}

/// Numbers of pieces, each at the first free place from one that it is sent to. Most places are free, so that a question
/// is answered by one look or two.
struct Numbers {
    places: Vec<u64>,
    /// By how much the product of a number is shifted for its place.
    shift: u32,
}

/// No piece has this number.
const FREE: u64 = u64::MAX;

impl Numbers {
    fn of(numbers: &[u64]) -> Self {
        let size = (numbers.len() * 4).next_power_of_two().max(2);
        let mut this = Self { places: vec![FREE; size], shift: u64::BITS - size.trailing_zeros() };
        for number in numbers {
            let place = this.place_of(*number);
            this.places[place] = *number;
        }
        this
    }

    /// Where a number is, or would be.
    #[inline]
    fn place_of(&self, number: u64) -> usize {
        let mut place = (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize;
        while self.places[place] != number && self.places[place] != FREE {
            place = (place + 1) % self.places.len();
        }
        place
    }

    #[inline]
    fn contain(&self, number: u64) -> bool {
        self.places[self.place_of(number)] == number
    }
}

/// The line of a language, and what is read from it when it is first asked for: a run meets few languages.
#[derive(Default)]
struct Entry {
    line: Option<&'static str>,
    known: OnceLock<Option<Known>>,
}

/// By the index of the language.
static KNOWN: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut all: Vec<_> = (0..=Lang::all().count()).map(|_| Entry::default()).collect();
    for line in include_str!("../data/pieces.tsv").lines().filter(|line| !line.starts_with('#')) {
        if let Some(lang) = line.split('\t').next().and_then(Lang::from_tag) {
            all[lang.index()].line = Some(line);
        }
    }
    all
});

/// `None` where its pieces tell nothing.
fn known(lang: Lang) -> Option<&'static Known> {
    let Entry { line, known } = KNOWN.get(lang.index())?;
    known.get_or_init(|| read(line.as_ref()?)).as_ref()
}

fn read(line: &str) -> Option<Known> {
    let mut columns = line.split('\t').skip(1);
    let share = columns.next()?.parse().ok()?;
    let piece = |text: &str| {
        let mut letters = text.chars().map(|c| if c == '_' { ' ' } else { c });
        Some(number([letters.next()?, letters.next()?, letters.next()?]))
    };
    let pieces: Vec<u64> = columns.next()?.split(' ').filter_map(piece).collect();
    Some(Known { share, pieces: Numbers::of(&pieces) })
}

/// A character has 21 bits.
fn number(piece: Piece) -> u64 {
    piece.into_iter().fold(0, |number, c| number << 21 | u64::from(c))
}

/// The pieces of three letters of a text, in lower case, with one blank for all that stands between two words.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece> {
    windows(letters(text.nfc()))
}

fn letters(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    chars.flat_map(char::to_lowercase).map(|c| if c.is_alphabetic() { c } else { ' ' })
}

/// Whether a text of such characters alone is in composed form: none of them has another form or joins the one before it.
fn is_composed(c: char) -> bool {
    matches!(c,
        '\0'..'\u{300}' | '\u{400}'..'\u{483}' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FC}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

fn windows(letters: impl Iterator<Item = char>) -> impl Iterator<Item = Piece> {
    let mut window = [' '; 3];
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
    let (all, found) = if text.is_ascii() {
        let letter = |b: u8| if b.is_ascii_alphabetic() { char::from(b.to_ascii_lowercase()) } else { ' ' };
        known.count(windows(text.bytes().map(letter)))
    } else if text.chars().all(is_composed) {
        known.count(windows(letters(text.chars())))
    } else {
        known.count(pieces(text))
    };
    (all >= FEWEST).then(|| found as f32 / all as f32 / known.share)
}

impl Known {
    /// How many pieces there are, as far as they are looked at, and how many of them are known.
    fn count(&self, pieces: impl Iterator<Item = Piece>) -> (usize, usize) {
        pieces
            .take(MOST)
            .fold((0, 0), |(all, found), piece| (all + 1, found + usize::from(self.pieces.contain(number(piece)))))
    }
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
            assert!(line.split('\t').next().and_then(Lang::from_tag).is_some(), "{line}");
            let known = read(line).unwrap_or_else(|| panic!("{line}"));
            assert!(
                known.share > 0.2
                    && known.share <= 1.0
                    && known.pieces.places.iter().filter(|place| **place != FREE).count() >= 200,
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_taken_for_composed_is() {
        for c in ('\0'..=char::MAX).filter(|c| is_composed(*c)) {
            assert!([c].into_iter().nfc().eq([c]), "{c:?}");
            assert_eq!(
                unicode_normalization::is_nfc_quick([c].into_iter()),
                unicode_normalization::IsNormalized::Yes,
                "{c:?}"
            );
        }
    }

    #[test]
    fn letters_without_marks_are_read_in_a_shorter_way_to_the_same_end() {
        let english = Lang::from_tag("en").expect("it is known");
        let text =
            "The harbour office opened the OLD quay on Monday, after 2 years of work; boats came in at once from Ash.";
        let known = known(english).expect("it has pieces");
        let (all, found) = known.count(pieces(text));
        assert_eq!(likeness(text, english), Some(found as f32 / all as f32 / known.share));
    }
}
