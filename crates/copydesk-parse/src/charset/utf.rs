//! UTF-16 and UTF-32, by their marks and by the pattern of their zero bytes.

use encoding_rs::{UTF_16BE, UTF_16LE};

/// A form of Unicode that is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Utf {
    /// UTF-16, the lower byte first.
    Le16,
    /// UTF-16, the upper byte first.
    Be16,
    /// UTF-32, the lowest byte first.
    Le32,
    /// UTF-32, the uppermost byte first.
    Be32,
}

impl Utf {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Le16 => "UTF-16LE",
            Self::Be16 => "UTF-16BE",
            Self::Le32 => "UTF-32LE",
            Self::Be32 => "UTF-32BE",
        }
    }

    /// Decodes, with U+FFFD for what is no character. Odd bytes at the end are cut off characters and are left out.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Le16 => UTF_16LE.decode_without_bom_handling(&bytes[..bytes.len() & !1]).0.into_owned(),
            Self::Be16 => UTF_16BE.decode_without_bom_handling(&bytes[..bytes.len() & !1]).0.into_owned(),
            Self::Le32 => wide(bytes, u32::from_le_bytes),
            Self::Be32 => wide(bytes, u32::from_be_bytes),
        }
    }
}

fn wide(bytes: &[u8], read: fn([u8; 4]) -> u32) -> String {
    let units = bytes.as_chunks::<4>().0;
    units.iter().map(|unit| char::from_u32(read(*unit)).unwrap_or('\u{FFFD}')).collect()
}

/// The form that a byte order mark names, and the length of the mark.
pub(super) fn by_mark(bytes: &[u8]) -> Option<(Utf, usize)> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Some((Utf::Le32, 4)),
        [0, 0, 0xFE, 0xFF, ..] => Some((Utf::Be32, 4)),
        [0xFF, 0xFE, ..] => Some((Utf::Le16, 2)),
        [0xFE, 0xFF, ..] => Some((Utf::Be16, 2)),
        _ => None,
    }
}

/// The form that zero bytes betray: every text has spaces and line ends, whose other bytes are zero, and they all
/// stand on the same side.
pub(super) fn by_pattern(bytes: &[u8]) -> Option<Utf> {
    let sample = &bytes[..bytes.len().min(4096) & !3];
    if sample.len() < 8 || memchr::memchr(0, sample).is_none() {
        return None;
    }
    let mut zeros = [0_usize; 4];
    for unit in sample.as_chunks::<4>().0 {
        for (count, byte) in zeros.iter_mut().zip(unit) {
            *count += usize::from(*byte == 0);
        }
    }
    let units = sample.len() / 4;
    let nearly_all = |count: usize| count * 10 >= units * 9;
    let hardly_any = |count: usize| count * 50 <= units;
    let some = |count: usize| count * 20 >= units;
    let kind = match zeros {
        [a, _, c, d] if hardly_any(a) && nearly_all(c) && nearly_all(d) => Utf::Le32,
        [a, b, _, d] if hardly_any(d) && nearly_all(a) && nearly_all(b) => Utf::Be32,
        [a, b, c, d] if hardly_any(a) && hardly_any(c) && some(b) && some(d) => Utf::Le16,
        [a, b, c, d] if hardly_any(b) && hardly_any(d) && some(a) && some(c) => Utf::Be16,
        _ => return None,
    };
    // Tables of small numbers look the same; text has no controls and nothing that is no character.
    let text = kind.decode(sample);
    let odd = text.chars().filter(|c| *c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace())).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (odd * 50 <= text.chars().count() && letters > 2).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, kind: Utf) -> Vec<u8> {
        match kind {
            Utf::Le16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Utf::Be16 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Utf::Le32 => text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            Utf::Be32 => text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
        }
    }

    #[test]
    fn every_form_is_known_by_mark_and_by_pattern() {
        for text in ["<p>The dam was inspected.</p>", "Плотину осмотрели во вторник, воды мало.", "<p>댐 점검</p>\n"]
        {
            for kind in [Utf::Le16, Utf::Be16, Utf::Le32, Utf::Be32] {
                let bytes = units(text, kind);
                assert_eq!(by_pattern(&bytes), Some(kind), "{text}");
                assert_eq!(kind.decode(&bytes), text);
                let marked = units(&format!("\u{feff}{text}"), kind);
                let (found, skip) = by_mark(&marked).expect("has a mark");
                assert_eq!((found, found.decode(&marked[skip..]).as_str()), (kind, text));
            }
        }
    }

    #[test]
    fn other_bytes_are_not_taken_for_it() {
        assert_eq!(by_pattern(&[0; 4096]), None);
        assert_eq!(by_pattern(b"plain text that goes on"), None);
        assert_eq!(by_pattern(b"text with \0 one zero \0 or two in it, here and there, as files have"), None);
        let numbers: Vec<u8> = (0..1000_u16).flat_map(|n| (n % 30).to_le_bytes()).collect();
        assert_eq!(by_pattern(&numbers), None);
    }
}
