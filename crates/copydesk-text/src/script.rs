//! Scripts: which of them put no space between words, and how wide their characters are.

/// The first and last character of scripts that put no space between words.
pub const UNSPACED: &[(char, char)] = &[
    ('\u{0e00}', '\u{0fff}'),   // Thai, Lao, Tibetan
    ('\u{1000}', '\u{109f}'),   // Burmese
    ('\u{1780}', '\u{17ff}'),   // Khmer
    ('\u{1950}', '\u{19ff}'),   // Tai Le, New Tai Lue
    ('\u{1a20}', '\u{1aaf}'),   // Tai Tham
    ('\u{2e80}', '\u{2fdf}'),   // radicals
    ('\u{3005}', '\u{3007}'),   // marks that stand for Chinese characters
    ('\u{3021}', '\u{3029}'),   // numerals
    ('\u{3031}', '\u{303c}'),   // marks that stand for kana
    ('\u{3041}', '\u{312f}'),   // kana, bopomofo
    ('\u{31a0}', '\u{31ff}'),   // more of both
    ('\u{3400}', '\u{4dbf}'),   // Chinese characters
    ('\u{4e00}', '\u{a4cf}'),   // Chinese characters, Yi
    ('\u{a980}', '\u{a9ff}'),   // Javanese, more Burmese
    ('\u{aa60}', '\u{aadf}'),   // more Burmese, Tai Viet
    ('\u{f900}', '\u{faff}'),   // Chinese characters
    ('\u{ff66}', '\u{ff9f}'),   // half-width kana
    ('\u{1b000}', '\u{1b16f}'), // old kana
    ('\u{20000}', '\u{3fffd}'), // Chinese characters
];

/// The first and last syllable of Korean.
pub const HANGUL: (char, char) = ('\u{ac00}', '\u{d7a3}');

/// Whether a character is of a script that puts no space between words. Korean does, see [`is_hangul`].
pub fn is_unspaced(c: char) -> bool {
    match c {
        // By far the most common ones.
        '\0'..'\u{0e00}' | HANGUL_FIRST..=HANGUL_LAST => false,
        '\u{3041}'..='\u{312f}' | '\u{4e00}'..='\u{a4cf}' => true,
        _ => UNSPACED.iter().any(|(first, last)| (*first..=*last).contains(&c)),
    }
}

const HANGUL_FIRST: char = HANGUL.0;
const HANGUL_LAST: char = HANGUL.1;

/// Whether a character is a syllable of Korean, which puts spaces between words and glues particles to their ends.
pub fn is_hangul(c: char) -> bool {
    (HANGUL.0..=HANGUL.1).contains(&c)
}

/// Whether a character is Chinese, in whatever language, or a mark that stands for one.
pub fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Whether a character is one of the two syllabaries of Japanese.
pub fn is_kana(c: char) -> bool {
    matches!(c as u32, 0x3041..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F)
}

/// What [`char::is_alphabetic`] says. The letters of common scripts need no look into the tables of Unicode, which costs
/// hundreds of instructions.
#[inline]
pub fn is_alphabetic(c: char) -> bool {
    match c {
        'a'..='z'
        | 'A'..='Z'
        | 'À'..='Ö'
        | 'Ø'..='ö'
        | 'ø'..='\u{2c1}'
        | '\u{400}'..='\u{481}'
        | '\u{48a}'..='\u{52f}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | HANGUL_FIRST..=HANGUL_LAST => true,
        // Signs of ASCII, general punctuation, and that of Chinese and Japanese.
        '\0'..='\u{7f}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' => false,
        _ => c.is_alphabetic(),
    }
}

/// What [`char::is_alphanumeric`] says, as fast.
#[inline]
pub fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_alphabetic(c) || c.is_numeric() }
}

/// Whether a character is a letter of a script that has no capitals, so that capitals cannot mark a name.
pub fn is_caseless(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// Whether a line end between two such characters is no space: Chinese and Japanese, with their punctuation.
pub fn joins_without_space(c: char) -> bool {
    matches!(c as u32,
        0x2E80..=0x303F | 0x3040..=0x30FF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0xFF01..=0xFF60 | 0x20000..=0x3FFFF)
}

/// Columns that a character takes in a fixed-width font.
pub fn columns(c: char) -> usize {
    let wide = joins_without_space(c) || matches!(c as u32, 0x1100..=0x115F | 0xAC00..=0xD7A3 | 0xFFE0..=0xFFE6);
    if wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_without_spaces_are_told() {
        for c in "船ふなフナเรือສະເລືອကူးទូក〇々ﾌﾅ\u{20000}".chars().filter(|c| c.is_alphanumeric())
        {
            assert!(is_unspaced(c), "{c}");
        }
        for c in "ship корабль πλοίο سفينة जहाज 배 tàu,。「・１".chars().filter(|c| *c != '・')
        {
            assert!(!is_unspaced(c), "{c}");
        }
    }

    #[test]
    fn the_short_ways_through_tables_say_what_the_tables_say() {
        for c in '\0'..='\u{3ffff}' {
            let listed = UNSPACED.iter().any(|(first, last)| (*first..=*last).contains(&c));
            assert_eq!(is_unspaced(c), listed, "{:x}", u32::from(c));
            assert_eq!(is_alphabetic(c), c.is_alphabetic(), "{:x}", u32::from(c));
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{:x}", u32::from(c));
        }
    }

    #[test]
    fn characters_of_chinese_take_two_columns() {
        assert_eq!("船 배 ship ａ".chars().map(columns).sum::<usize>(), 2 + 1 + 2 + 1 + 4 + 1 + 2);
        assert!(joins_without_space('。') && !joins_without_space('배'));
    }
}
