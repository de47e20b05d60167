//! Charsets that the WHATWG does not have: `data/old-charsets.toml`, and ISO-2022-KR.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use encoding_rs::{EUC_KR, Encoding, UTF_8};
use serde::Deserialize;

use super::utf::Utf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    charset: Vec<OldCharset>,
    aliases: BTreeMap<String, String>,
    unread: BTreeMap<String, Vec<String>>,
}

/// A charset of one byte a letter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldCharset {
    pub(super) name: String,
    labels: Vec<String>,
    upper: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is tested"))]
    example: (String, String),
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static OLD: LazyLock<Data> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/old-charsets.toml")).expect("the data file is tested"));

/// The charset of the WHATWG that goes by a label there, or elsewhere.
pub fn encoding_of(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    let known = OLD.aliases.get(&label).unwrap_or(&label);
    Encoding::for_label(known.as_bytes())
}

/// What `iconv` calls the charset of that label, which is not read here.
pub(super) fn unread(label: &str) -> Option<&'static str> {
    let is =
        |(_, labels): &(&String, &Vec<String>)| labels.iter().any(|known| known.eq_ignore_ascii_case(label.trim()));
    OLD.unread.iter().find(is).map(|(name, _)| name.as_str())
}

impl OldCharset {
    /// The charset that goes by a label.
    pub(super) fn by_label(label: &str) -> Option<&'static Self> {
        OLD.charset.iter().find(|charset| charset.labels.iter().any(|known| known.eq_ignore_ascii_case(label.trim())))
    }

    pub(super) fn all() -> &'static [Self] {
        &OLD.charset
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> String {
        let upper: Vec<char> = self.upper.chars().collect();
        let letter = |byte: &u8| match byte.checked_sub(0x80) {
            None => char::from(*byte),
            Some(at) => upper.get(usize::from(at)).copied().unwrap_or('\u{FFFD}'),
        };
        bytes.iter().map(letter).collect()
    }
}

/// A charset: one that browsers know, or an older one.
#[derive(Clone, Copy, Debug)]
pub enum Charset {
    /// As the WHATWG has it.
    Known(&'static Encoding),
    /// One of `data/old-charsets.toml`, with a byte a letter.
    Old(&'static OldCharset),
    /// UTF-32, which browsers have given up.
    Wide(Utf),
}

impl Charset {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known(encoding) => encoding.name(),
            Self::Old(charset) => &charset.name,
            Self::Wide(utf) => utf.name(),
        }
    }

    /// Whether it is UTF-8.
    pub fn is_utf8(self) -> bool {
        matches!(self, Self::Known(encoding) if encoding == UTF_8)
    }

    /// Whether its bytes below 0x80 are ASCII.
    pub fn is_ascii_compatible(self) -> bool {
        matches!(self, Self::Old(_)) || matches!(self, Self::Known(encoding) if encoding.is_ascii_compatible())
    }

    /// Whether each byte is a letter.
    pub fn is_single_byte(self) -> bool {
        matches!(self, Self::Old(_)) || matches!(self, Self::Known(encoding) if encoding.is_single_byte())
    }

    /// The text; what cannot be read is U+FFFD, and a byte order mark a character.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Known(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Self::Old(charset) => charset.decode(bytes).into(),
            Self::Wide(utf) => utf.decode(bytes).into(),
        }
    }
}

/// What announces Korean in ISO-2022-KR, at the beginning of a line.
pub(crate) const ANNOUNCER: &[u8] = b"\x1B$)C";
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;

/// Decodes ISO-2022-KR: EUC-KR without its upper bits, between a shift out and a shift in. `None` for what is not.
pub(super) fn iso_2022_kr(bytes: &[u8]) -> Option<String> {
    memchr::memmem::find(bytes, ANNOUNCER)?;
    memchr::memchr(SHIFT_OUT, bytes)?;
    if !bytes.is_ascii() {
        return None;
    }
    let mut euc = Vec::with_capacity(bytes.len());
    let (mut at, mut shifted) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            _ if bytes[at..].starts_with(ANNOUNCER) => at += ANNOUNCER.len() - 1,
            SHIFT_OUT => shifted = true,
            SHIFT_IN => shifted = false,
            b'\n' => {
                // A line begins unshifted, whatever the one before forgot.
                shifted = false;
                euc.push(b'\n');
            }
            byte if shifted && (0x21..=0x7E).contains(&byte) => euc.push(byte | 0x80),
            byte => euc.push(byte),
        }
        at += 1;
    }
    Some(EUC_KR.decode_without_bom_handling(&euc).0.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_charset_knows_its_example() {
        for charset in OldCharset::all() {
            assert_eq!(charset.upper.chars().count(), 128, "{}", charset.name);
            let (text, hex) = &charset.example;
            let bytes: Vec<u8> = (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
                .collect();
            assert_eq!(&charset.decode(&bytes), text);
            assert!(OldCharset::by_label(&charset.labels[0].to_uppercase()).is_some());
        }
        assert!(OldCharset::by_label("utf-8").is_none());
        for (alias, label) in &OLD.aliases {
            assert!(Encoding::for_label(alias.as_bytes()).is_none(), "{alias} is known");
            assert_eq!(encoding_of(&alias.to_uppercase()), Encoding::for_label(label.as_bytes()), "{alias}");
            assert!(encoding_of(alias).is_some(), "{label}");
        }
        let unread = OLD.unread.values().flatten();
        assert!(unread.clone().all(|label| encoding_of(label).is_none_or(|found| found.name() == "replacement")));
    }

    #[test]
    fn korean_is_shifted() {
        assert_eq!(iso_2022_kr(b"\x1B$)C\nA \x0EGQ1[\x0F b\n\x0EGQ1[\nc").as_deref(), Some("\nA 한글 b\n한글\nc"));
        assert_eq!(iso_2022_kr(b"plain"), None);
    }
}
