//! What stands in the full-text index, so that the `SQLite` of anybody finds words of every language in it.
//!
//! A tokenizer of our own would have to be loaded by everyone who asks. So the built-in one reads a text that is made for
//! it, and `search.sql` does the same to what somebody asks for:
//!
//! - **Scripts without spaces** (the table `search_scripts` names them): every letter is a word of its own, `u` and its
//!   number (`u653f`). What is asked for becomes a phrase of letters, and is found at any place.
//! - **Korean** has spaces, and particles behind its words: what is asked for is the beginning of a word.
//! - **Letters that are typed as several** (NFD: `e` and a mark, the parts of a Korean syllable) are put together in what is
//!   asked for, by the table `search_letters` and by counting; the index has them composed.
//! - **Marks** that many people leave out (`đường`, `résumé`, vowels of Arabic and Hebrew): a line that has such marks
//!   stands in the index twice, as it is and without them. Whoever types the marks finds the words that have them, and
//!   whoever leaves them out finds both.
//! - **Ends of clauses**: a phrase must not run over the end of a line or sentence, which the tokenizer does not see. A
//!   word that nobody asks for ([`BREAK`]) stands there.

use std::{fmt::Write as _, ops::RangeInclusive};

use copydesk_text::{HANGUL, UNSPACED, is_hangul, is_unspaced};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

/// Stands where a phrase ends. It has the form of a letter's number, so that no word of a text is like it.
const BREAK: &str = "u0";
/// The same between letters.
const CLAUSE_END: &str = " u0 ";

/// The statements that make the index and what `search.sql` needs, and keep that query in the database.
pub fn tables() -> String {
    let row = |(first, last): &(char, char), rule: &str| {
        format!("INSERT INTO search_scripts VALUES ({}, {}, '{rule}');\n", u32::from(*first), u32::from(*last))
    };
    let letters = UNSPACED.iter().map(|range| row(range, "letters"));
    let query = include_str!("search.sql").replace('\'', "''");
    std::iter::once(include_str!("search_tables.sql").to_owned())
        .chain(letters)
        .chain([row(&HANGUL, "prefix")])
        .chain(composed(SCRIPTS_WITH_MARKS.into_iter().flatten()).into_iter().map(|(typed, letter)| {
            format!("INSERT INTO search_letters (typed, letter) VALUES ('{typed}', '{letter}');\n")
        }))
        .chain([format!("CREATE VIEW how_to_search (query) AS SELECT '{query}';\n")])
        .collect()
}

/// What the index is asked for words as somebody types them, in the words of FTS5, as the query that the database has with it
/// makes it: that fits how its texts were put into the index.
pub fn phrase(connection: &rusqlite::Connection, words: &str) -> rusqlite::Result<String> {
    let query: String = connection.query_row("SELECT query FROM how_to_search", [], |row| row.get(0))?;
    let made = query.split_once("MATCH (").and_then(|(_, behind)| behind.rsplit_once(')'));
    let (made, _) = made.ok_or(rusqlite::Error::InvalidQuery)?;
    connection.query_row(&format!("WITH asked (words) AS (SELECT ?) SELECT ({made})"), [words], |row| row.get(0))
}

/// Where letters stand that can be taken apart, but for Korean.
const SCRIPTS_WITH_MARKS: [RangeInclusive<char>; 2] = ['\u{c0}'..='\u{31ff}', '\u{10000}'..='\u{16fff}'];

/// Letters that may be typed as a letter and a mark, those with fewer marks first: `ê` before `ế`.
fn composed(letters: impl Iterator<Item = char>) -> Vec<(String, char)> {
    let mut pairs: Vec<(usize, String, char)> = letters
        .filter(|c| !is_hangul(*c) && std::iter::once(*c).nfc().eq([*c]))
        .filter_map(|c| {
            let parts: Vec<char> = std::iter::once(c).nfd().collect();
            let (mark, base) = parts.split_last().filter(|(_, base)| !base.is_empty())?;
            let typed = base.iter().copied().nfc().chain([*mark]).collect();
            Some((parts.len(), typed, c))
        })
        .collect();
    pairs.sort();
    pairs.into_iter().map(|(_, typed, c)| (typed, c)).collect()
}

/// Appends a text to what the index is given: composed, and as it is where that differs. What somebody asks for comes from
/// a keyboard, which composes, or out of the text itself; and in the older spelling of Burmese the order differs too.
pub(crate) fn add(text: &str, out: &mut String) {
    for line in text.lines() {
        add_line(line.nfc(), out);
        if !is_nfc(line) {
            add_line(line.chars(), out);
        }
    }
}

/// Appends those lines of a text that have marks to leave out, without the marks.
pub(crate) fn add_unmarked(text: &str, out: &mut String) {
    for line in text.lines().filter(|line| !line.is_ascii()) {
        let composed: String = line.nfc().collect();
        let mut unmarked = String::with_capacity(composed.len());
        composed.chars().for_each(|c| add_without_marks(c, &mut unmarked));
        if unmarked != composed {
            add_line(unmarked.nfc(), out);
        }
    }
}

/// One line, and the end of phrases.
fn add_line(line: impl Iterator<Item = char>, out: &mut String) {
    let mut behind_letter = false;
    let mut behind_hangul = false;
    let mut gap = Gap::default();
    for c in line.filter(|c| !is_ignored(*c)) {
        if !c.is_alphanumeric() && !is_combining_mark(c) && !is_unspaced(c) {
            gap.add(c);
            continue;
        }
        gap.close(behind_letter, out);
        behind_letter = is_unspaced(c);
        // A particle is no part of the foreign word, or the number, that it stands behind.
        if std::mem::replace(&mut behind_hangul, is_hangul(c)) != behind_hangul {
            out.push(' ');
        }
        if behind_letter {
            let _ = write!(out, " u{:x} ", u32::from(c));
        } else {
            out.push(c);
        }
    }
    let _ = writeln!(out, " {BREAK}");
}

/// What stands between two letters.
#[derive(Debug, Default)]
struct Gap {
    space: bool,
    /// A full stop, a hyphen, a bracket.
    mark: bool,
    /// Something that nobody sees: some write it between the words of scripts without spaces.
    invisible: bool,
}

impl Gap {
    fn add(&mut self, c: char) {
        match c {
            '\u{200b}'..='\u{200f}' => self.invisible = true,
            c if c.is_whitespace() => self.space = true,
            _ => self.mark = true,
        }
    }

    /// Writes what the gap is worth: a space alone, or a hyphen alone, parts words and ends no phrase.
    fn close(&mut self, behind_letter: bool, out: &mut String) {
        match *self {
            Self { space: true, mark: true, .. } => out.push_str(CLAUSE_END),
            Self { space, mark, .. } if behind_letter && (space || mark) => out.push_str(CLAUSE_END),
            Self { space: false, mark: false, invisible: false } => {}
            Self { .. } => out.push(' '),
        }
        *self = Self::default();
    }
}

/// What has no meaning for a search: soft hyphens, joiners, variants of a shape.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Letters that Unicode does not take apart, and what they are without their marks.
const BASES: &[(char, &str)] = &[
    ('đ', "d"),
    ('Đ', "D"),
    ('ð', "d"),
    ('Ð', "D"),
    ('ł', "l"),
    ('Ł', "L"),
    ('ø', "o"),
    ('Ø', "O"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ı', "i"),
    ('þ', "th"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('Æ', "AE"),
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ё', "е"),
    ('Ё', "Е"),
];

/// Marks that have found no letter to be one with, points of Hebrew, vowels of Arabic and the line that stretches it.
const OPTIONAL_MARKS: &[(char, char)] = &[
    ('\u{300}', '\u{36f}'),
    ('\u{591}', '\u{5bd}'),
    ('\u{5bf}', '\u{5bf}'),
    ('\u{5c1}', '\u{5c2}'),
    ('\u{5c7}', '\u{5c7}'),
    ('\u{640}', '\u{640}'),
    ('\u{64b}', '\u{65f}'),
    ('\u{670}', '\u{670}'),
];

fn is_optional_mark(c: char) -> bool {
    OPTIONAL_MARKS.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// A character of a composed text without the marks that many people leave out, and in its usual width and form. Marks
/// that make another letter (`й`, `が`, vowels of Hindi) stay.
fn add_without_marks(c: char, out: &mut String) {
    if c.is_ascii() || !c.is_alphanumeric() && !is_optional_mark(c) {
        out.push(c);
    } else if let Some((_, base)) = BASES.iter().find(|(letter, _)| *letter == c) {
        out.push_str(base);
    } else if !is_optional_mark(c) {
        let base = std::iter::once(c).nfkd().next().unwrap_or(c);
        // Latin and Greek.
        if base.is_ascii_alphabetic() || matches!(base, '\u{80}'..='\u{24f}' | '\u{370}'..='\u{3ff}') {
            out.extend(std::iter::once(c).nfkd().filter(|c| !is_optional_mark(*c)));
        } else {
            out.extend(std::iter::once(c).nfkc());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_that_can_be_taken_apart_is_known() {
        let all = composed('\0'..=char::MAX);
        let known = composed(SCRIPTS_WITH_MARKS.into_iter().flatten());
        let missing: Vec<_> = all.iter().filter(|pair| !known.contains(pair)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let place = |letter: char| all.iter().position(|(_, known)| *known == letter);
        assert!(all.len() > 900 && place('ê').is_some() && place('ê') < place('ế'));
        assert!(all.iter().all(|(typed, letter)| typed.nfc().eq([*letter]) && typed.chars().count() == 2));
    }

    fn indexed(text: &str) -> String {
        let mut out = String::new();
        add(text, &mut out);
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn unmarked(text: &str) -> String {
        let mut out = String::new();
        add_unmarked(text, &mut out);
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn letters_without_spaces_become_words() {
        assert_eq!(indexed("NHK受信 fee"), "NHK u53d7 u4fe1 u0 fee u0");
        assert_eq!(indexed("ກາ\u{200b}ນ"), "u0e81 u0eb2 u0e99 u0".replace("u0e", "ue"));
        // A comma ends a phrase, and so does a space where none stands between words.
        assert_eq!(indexed("其中，国家"), "u5176 u4e2d u0 u56fd u5bb6 u0");
        assert_eq!(indexed("中 国"), "u4e2d u0 u56fd u0");
    }

    #[test]
    fn a_particle_is_parted_from_the_foreign_word_before_it() {
        assert_eq!(indexed("BTS가 2024년에"), "BTS 가 2024 년에 u0");
        assert_eq!(indexed("K-pop은"), "K pop 은 u0");
    }

    #[test]
    fn what_is_not_composed_stands_there_in_both_forms() {
        assert_eq!(indexed("e\u{301}t"), "ét u0 e\u{301}t u0");
        assert_eq!(indexed("\u{1037}\u{1039}").matches("u0").count(), 1);
        assert_eq!(indexed("\u{1039}\u{1037}"), "u1037 u1039 u0 u1039 u1037 u0");
    }

    #[test]
    fn phrases_end_with_clauses_and_lines() {
        assert_eq!(indexed("North-east wind, e.g. a storm\n(today)"), "North east wind u0 e g u0 a storm u0 today u0");
        assert_eq!(indexed("می\u{200c}شود"), "می شود u0");
        assert_eq!(indexed("Donau\u{ad}dampf"), "Donaudampf u0");
    }

    #[test]
    fn marks_are_left_out_where_people_leave_them_out() {
        for (text, without) in [
            ("đường sắt Hàn Quốc", "duong sat Han Quoc u0"),
            ("Größe, œuvre, Łódź, Άνοιξη", "Grosse u0 oeuvre u0 Lodz u0 Ανοιξη u0"),
            ("ещё", "еще u0"),
            ("قَالَ", "قال u0"),
            ("ＮＨＫ", "NHK u0"),
            // These marks make other letters, and an unmarked line is in the index already.
            ("мой край", ""),
            ("हिन्दी が 가다", ""),
            ("plain", ""),
        ] {
            assert_eq!(unmarked(text), without, "{text}");
            assert_eq!(unmarked(&text.nfd().collect::<String>()), without, "{text}, decomposed");
        }
    }
}
