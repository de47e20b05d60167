//! Cuts text into numbers, words and marks.

use copydesk_text::{is_han, is_kana};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A run of decimal digits of any script.
    Number,
    /// A run of letters with their marks. Split where a small letter meets a capital, for glued text (`NameMay`).
    Word,
    /// One character of a script that writes without spaces (Han, Kana).
    Glyph,
    /// Any other character that shows.
    Mark(char),
}

/// A token with its place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: Kind,
    /// Whether white space stands before it.
    pub(crate) gap: bool,
    /// Of a number: how many digits it has.
    pub(crate) digits: u8,
    /// Of a number: its value, `u32::MAX` if too large.
    pub(crate) value: u32,
}

/// The value of a decimal digit of the scripts in which dates are printed.
pub(crate) fn digit(c: char) -> Option<u32> {
    const ZEROS: [u32; 14] =
        [0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xC66, 0xCE6, 0xE50, 0xED0, 0x1040, 0x17E0, 0xFF10];
    if c.is_ascii() {
        return c.to_digit(10);
    }
    let code = c as u32;
    ZEROS.iter().map(|zero| code.wrapping_sub(*zero)).find(|value| *value < 10)
}

/// Whether the text has any digit: without one there is no date other than a relative one. One pass over bytes.
pub(crate) fn has_digit(text: &str) -> bool {
    // The lead bytes of the scripts whose digits are read; they are rare enough elsewhere to look closer then.
    let suspects = text.bytes().fold(0u8, |seen, byte| {
        seen | u8::from(byte.is_ascii_digit()) | (u8::from(matches!(byte, 0xD9 | 0xDB | 0xE0 | 0xE1 | 0xEF)) << 1)
    });
    suspects & 1 != 0 || (suspects & 2 != 0 && text.chars().any(|c| digit(c).is_some()))
}

/// A character that is a word by itself.
fn is_glyph(c: char) -> bool {
    is_han(c) || is_kana(c)
}

/// Letters, and the marks that stand on letters, which `is_alphabetic` knows only in part.
fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    match c as u32 {
        // Danda and double danda end sentences.
        0x964 | 0x965 => false,
        // Marks, and letters of common scripts: they need no look-up in the tables of Unicode.
        0x300..=0x36F
        | 0x400..=0x481
        | 0x48A..=0x52F
        | 0x620..=0x64A
        | 0xAC00..=0xD7A3
        | 0x200C
        | 0x200D
        | 0x591..=0x5C7
        | 0x610..=0x61A
        | 0x64B..=0x65F
        | 0x900..=0xDFF
        | 0xE01..=0xE3A
        | 0xE40..=0xE4E
        | 0xE81..=0xEBD
        | 0xEC0..=0xECE
        | 0x1000..=0x103F
        | 0x1050..=0x109D
        | 0x1780..=0x17D3 => true,
        0xC0..=0x24F => !matches!(c, '×' | '÷'),
        0x2000..=0x206F => false,
        _ => c.is_alphabetic(),
    }
}

/// Characters that steer the layout and show nothing.
fn is_invisible(c: char) -> bool {
    matches!(c as u32, 0xAD | 0x200B | 0x200E | 0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

/// The tokens of a text, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4 + 4);
    let mut gap = true;
    // Whether the last character of the word under way is a small letter.
    let mut small = false;
    let mut open = false;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        // Most text is runs of ASCII letters: they are taken whole.
        if byte.is_ascii_alphabetic() {
            let rest = bytes.get(at + 1..).unwrap_or(&[]);
            let mut last = byte;
            let more = rest.iter().take_while(|next| {
                let joins = next.is_ascii_alphabetic() && !(last.is_ascii_lowercase() && next.is_ascii_uppercase());
                last = **next;
                joins
            });
            let end = at + 1 + more.count();
            let joins = open && !(small && byte.is_ascii_uppercase());
            match tokens.last_mut() {
                Some(word) if joins && word.kind == Kind::Word => word.end = end as u32,
                _ => {
                    tokens.push(Token {
                        start: at as u32,
                        end: end as u32,
                        kind: Kind::Word,
                        gap,
                        digits: 0,
                        value: 0,
                    });
                }
            }
            small = bytes[end - 1].is_ascii_lowercase();
            (gap, open) = (false, true);
            at = end;
            continue;
        }
        if byte == b' ' {
            (gap, open) = (true, false);
            at += 1;
            continue;
        }
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        let (start, end) = (at as u32, (at + c.len_utf8()) as u32);
        at = end as usize;
        if let Some(value) = digit(c) {
            match tokens.last_mut() {
                Some(last) if open && last.kind == Kind::Number => {
                    last.end = end;
                    last.digits = last.digits.saturating_add(1);
                    last.value = last.value.saturating_mul(10).saturating_add(value);
                }
                _ => tokens.push(Token { start, end, kind: Kind::Number, gap, digits: 1, value }),
            }
            (gap, open) = (false, true);
        } else if c.is_whitespace() {
            (gap, open) = (true, false);
        } else if is_invisible(c) {
            // It neither joins nor parts.
        } else if is_glyph(c) {
            tokens.push(Token { start, end, kind: Kind::Glyph, gap, digits: 0, value: 0 });
            (gap, open) = (false, false);
        } else if is_letter(c) {
            let joins = open && !(small && c.is_uppercase());
            match tokens.last_mut() {
                Some(last) if joins && last.kind == Kind::Word => last.end = end,
                _ => tokens.push(Token { start, end, kind: Kind::Word, gap, digits: 0, value: 0 }),
            }
            small = c.is_lowercase();
            (gap, open) = (false, true);
        } else {
            let mark = match c {
                '：' | '∶' | '﹕' => ':',
                '，' | '،' | '、' | '၊' => ',',
                '（' => '(',
                '）' => ')',
                '．' | '。' => '.',
                '／' | '⁄' => '/',
                '－' | '‐' | '‑' | '−' => '-',
                '’' | '‘' | 'ʼ' | '´' | '`' | '׳' => '\'',
                '｜' => '|',
                other => other,
            };
            tokens.push(Token { start, end, kind: Kind::Mark(mark), gap, digits: 0, value: 0 });
            (gap, open) = (false, false);
        }
    }
    tokens
}

/// A word in the form in which words are compared: lower case, letters that are often exchanged made one. Fixed size,
/// so that a look-up allocates nothing; a longer word is in no list.
pub(crate) struct Folded {
    bytes: [u8; 72],
    length: usize,
}

impl Folded {
    /// Folds a token. `None` if it is too long to be in any list.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut folded = Self { bytes: [0; 72], length: 0 };
        if text.is_ascii() {
            let room = folded.bytes.get_mut(..text.len())?;
            room.copy_from_slice(text.as_bytes());
            room.make_ascii_lowercase();
            folded.length = text.len();
            return Some(folded);
        }
        if text.chars().any(|c| matches!(c as u32, 0x300..=0x36F)) {
            // Rare: text whose accents stand apart.
            use unicode_normalization::UnicodeNormalization;
            text.nfc().flat_map(char::to_lowercase).try_for_each(|c| folded.push(c))?;
        } else {
            text.chars().flat_map(char::to_lowercase).try_for_each(|c| folded.push(c))?;
        }
        Some(folded)
    }

    fn push(&mut self, c: char) -> Option<()> {
        let c = match c {
            'ı' => 'i',
            'ς' => 'σ',
            'ά' => 'α',
            'έ' => 'ε',
            'ή' => 'η',
            'ί' | 'ϊ' | 'ΐ' => 'ι',
            'ό' => 'ο',
            'ύ' | 'ϋ' | 'ΰ' => 'υ',
            'ώ' => 'ω',
            'ё' => 'е',
            'ş' => 'ș',
            'ţ' => 'ț',
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ى' | 'ی' => 'ي',
            'ک' => 'ك',
            'ة' => 'ه',
            '\u{958}'..='\u{95F}' => ['क', 'ख', 'ग', 'ज', 'ड', 'ढ', 'फ', 'य'][(c as usize - 0x958).min(7)],
            '\u{9DC}' => 'ড',
            '\u{9DD}' => 'ঢ',
            '\u{9DF}' => 'য',
            // Accents left over, Arabic vowel signs and stretching, nuktas, joiners.
            '\u{300}'..='\u{36F}'
            | '\u{64B}'..='\u{652}'
            | '\u{640}'
            | '\u{93C}'
            | '\u{9BC}'
            | '\u{200C}'
            | '\u{200D}' => return Some(()),
            other => other,
        };
        let room = self.bytes.get_mut(self.length..self.length + c.len_utf8())?;
        c.encode_utf8(room);
        self.length += c.len_utf8();
        Some(())
    }

    /// The folded text, as bytes of UTF-8.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
