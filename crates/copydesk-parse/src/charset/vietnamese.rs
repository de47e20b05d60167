//! Vietnamese in encodings that no label names. Its syllables are so regular that the right table gives itself away.

use std::{collections::HashMap, sync::LazyLock};

use encoding_rs::WINDOWS_1252;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::SAMPLE;
use crate::scan;

/// Text that was converted, and the name of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Converted {
    pub(super) name: String,
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    encoding: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: String,
    letters: HashMap<String, String>,
}

/// A table turned round: what is seen, to what is meant.
struct Reader {
    name: String,
    /// Two characters seen.
    pairs: HashMap<(char, char), char>,
    /// One character seen.
    singles: HashMap<char, char>,
}

static READERS: LazyLock<Vec<Reader>> = LazyLock::new(|| {
    let data: Data =
        toml::from_str(include_str!("../../data/vietnamese-encodings.toml")).expect("the data file is tested");
    data.encoding.into_iter().map(Reader::new).collect()
});

impl Reader {
    fn new(table: Table) -> Self {
        let (mut pairs, mut singles) = (HashMap::new(), HashMap::new());
        for (letter, seen) in table.letters {
            let mut seen = seen.chars();
            match (letter.chars().next(), seen.next(), seen.next()) {
                (Some(letter), Some(first), Some(second)) => drop(pairs.insert((first, second), letter)),
                (Some(letter), Some(only), None) => drop(singles.insert(only, letter)),
                _ => {}
            }
        }
        Self { name: table.name, pairs, singles }
    }

    fn convert(&self, seen: &str) -> String {
        let mut out = String::with_capacity(seen.len());
        let mut chars = seen.chars().peekable();
        while let Some(c) = chars.next() {
            if !self.pairs.is_empty()
                && let Some(letter) = chars.peek().and_then(|next| self.pairs.get(&(c, *next)))
            {
                out.push(*letter);
                chars.next();
            } else if c.is_ascii() {
                out.push(c);
            } else {
                out.push(self.singles.get(&c).copied().unwrap_or(c));
            }
        }
        out
    }
}

/// Converts bytes that are Vietnamese in one of the tables, and in no other reading.
pub(super) fn convert(bytes: &[u8]) -> Option<Converted> {
    let (sample, _) = WINDOWS_1252.decode_without_bom_handling(&bytes[..bytes.len().min(SAMPLE)]);
    let reader = reader(&sample)?;
    let (all, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Some(Converted { name: reader.name.clone(), text: reader.convert(&all) })
}

/// The name of the table in which a text, which was decoded as something else long before, would be Vietnamese.
pub(super) fn suspect(text: &str) -> Option<&'static str> {
    let sample = crate::prefix(text, SAMPLE);
    let enough = |accented: usize| accented >= 30 && accented * 25 >= sample.len();
    // Such letters begin with one of two bytes, which most texts have too few of.
    if !enough(scan::count(sample.as_bytes(), |byte| matches!(byte, 0xC2 | 0xC3)))
        || !enough(sample.chars().filter(|c| matches!(*c as u32, 0xA1..=0xFF)).count())
    {
        return None;
    }
    reader(sample).map(|r| r.name.as_str())
}

fn reader(seen: &str) -> Option<&'static Reader> {
    let (as_is, words) = syllables(seen);
    if words < 8 || as_is * 2 > words {
        return None;
    }
    READERS
        .iter()
        .map(|reader| {
            let (good, words) = syllables(&reader.convert(seen));
            (good, words, reader)
        })
        .filter(|(good, words, _)| *words >= 8 && good * 20 >= words * 17)
        .max_by_key(|(good, words, _)| good * 1000 / words)
        .map(|(_, _, reader)| reader)
}

/// How many words with a letter beyond ASCII are Vietnamese syllables, and how many such words there are.
fn syllables(text: &str) -> (usize, usize) {
    let (mut good, mut words) = (0, 0);
    // Symbols stand for letters in these encodings, so that only white space and ASCII punctuation part words.
    let parts = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
    for word in text.split(parts).filter(|w| !w.is_ascii()) {
        words += 1;
        good += usize::from(is_syllable(word));
    }
    (good, words)
}

const ONSETS: &[&str] = &[
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
];
const CODAS: &[&str] = &["", "c", "ch", "m", "n", "ng", "nh", "p", "t"];

/// Whether a word is built as every Vietnamese syllable is: onset, one to three vowels with at most one tone, coda.
fn is_syllable(word: &str) -> bool {
    if word.len() > 24 {
        return false;
    }
    let mut tones = 0;
    let mut plain = String::new();
    for c in word.chars().flat_map(char::to_lowercase).nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tones += 1,
            // Circumflex, breve and horn make other vowels.
            '\u{302}' | '\u{306}' | '\u{31B}' => {}
            c => plain.push(c),
        }
    }
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let Some(first) = plain.find(is_vowel) else { return false };
    let (onset, rest) = plain.split_at(first);
    let (vowels, coda) = rest.split_at(rest.find(|c| !is_vowel(c)).unwrap_or(rest.len()));
    let onset_fits = ONSETS.contains(&onset) || (onset == "q" && vowels.starts_with('u'));
    tones <= 1 && onset_fits && vowels.len() <= 4 && CODAS.contains(&coda)
}

#[cfg(test)]
mod tests {
    use super::*;

    // A made-up notice, in small letters, since capitals with tones came from another font.
    const TEXT: &str = "hội đồng thành phố đã họp hôm thứ ba để bàn về kế hoạch sửa chữa cầu cũ và mở thêm \
        một tuyến phà mới cho người dân trên đảo, cuộc họp kéo dài đến tối.";

    fn encode(name: &str) -> String {
        let data: Data = toml::from_str(include_str!("../../data/vietnamese-encodings.toml")).unwrap();
        let table = data.encoding.into_iter().find(|t| t.name == name).unwrap();
        TEXT.chars().map(|c| table.letters.get(&c.to_string()).cloned().unwrap_or(c.to_string())).collect()
    }

    #[test]
    fn each_table_is_told_from_the_others() {
        for name in ["TCVN3", "VISCII", "VNI"] {
            let seen = encode(name);
            assert_eq!(suspect(&seen), Some(name));
            let (bytes, _, lossy) = WINDOWS_1252.encode(&seen);
            assert!(!lossy);
            assert_eq!(convert(&bytes), Some(Converted { name: name.into(), text: TEXT.into() }));
        }
    }

    #[test]
    fn other_languages_are_left_alone() {
        for text in [
            TEXT,
            "L'équipe a été reçue à l'hôtel où l'été dernier déjà elle avait dîné près du théâtre, là où naît la forêt.",
            "Die Prüfung der Brücke fällt größer aus als früher; für Gäste öffnet das Café über dem Fluß später.",
            "A inspeção da barragem não será concluída até que as chuvas do verão cheguem à região, informou o órgão.",
        ] {
            assert_eq!(suspect(text), None);
            let (bytes, _, _) = WINDOWS_1252.encode(text);
            if text != TEXT {
                assert_eq!(convert(&bytes), None);
            }
        }
    }
}
