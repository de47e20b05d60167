//! What is no text, whatever it is called.

use std::sync::LazyLock;

use copydesk_unpack::Codec;
use serde::Deserialize;

use crate::{ParseError, scan};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    r#type: Vec<Type>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    name: String,
    #[serde(default)]
    at: usize,
    #[serde(default)]
    magic: String,
    /// Whether a byte order mark and white space may stand before it, as in files that were saved as text.
    #[serde(default)]
    loose: bool,
    #[serde(default)]
    also: Option<Also>,
    #[serde(default)]
    lines: Option<Lines>,
    #[serde(default)]
    rule: Rule,
}

/// What each line looks like, of files that do not say what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Lines {
    /// An address from its end on, a time, and fields.
    Cdx,
    /// The same, with the fields as JSON.
    Cdxj,
}

impl Lines {
    /// So many lines are looked at.
    const MOST: usize = 5;

    fn of(head: &[u8]) -> Option<Self> {
        let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(Self::MOST).peekable();
        let first = Self::of_line(lines.peek()?)?;
        // The last one may be cut off.
        let mut others = lines.skip(1).take(Self::MOST - 2);
        others.all(|line| Self::of_line(line).is_none_or(|other| other == first)).then_some(first)
    }

    fn of_line(line: &[u8]) -> Option<Self> {
        let mut words = line.splitn(3, |byte| *byte == b' ');
        let (key, time, rest) = (words.next()?, words.next()?, words.next()?);
        // `org,example)/page`
        let is_key = memchr::memmem::find(key, b")/").is_some_and(|at| at > 0) && !key.contains(&b'(');
        let is_time = (12..=17).contains(&time.len()) && time.iter().all(u8::is_ascii_digit);
        if !is_key || !is_time {
            return None;
        }
        let fields = rest.split(|byte| *byte == b' ').count();
        if rest.starts_with(b"{\"") { Some(Self::Cdxj) } else { (fields >= 5).then_some(Self::Cdx) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Also {
    at: usize,
    magic: Vec<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rule {
    #[default]
    Binary,
    Unsupported,
}

struct Magic {
    name: String,
    at: usize,
    bytes: Vec<u8>,
    loose: bool,
    also: Option<(usize, Vec<Vec<u8>>)>,
    lines: Option<Lines>,
    rule: &'static str,
}

static TYPES: LazyLock<Vec<Magic>> = LazyLock::new(|| {
    let data: Data = toml::from_str(include_str!("../data/binary-types.toml")).expect("the data file is tested");
    data.r#type
        .into_iter()
        .map(|t| Magic {
            name: t.name,
            at: t.at,
            bytes: unescape(&t.magic),
            loose: t.loose,
            also: t.also.map(|a| (a.at, a.magic.iter().map(|m| unescape(m)).collect())),
            lines: t.lines,
            rule: match t.rule {
                Rule::Binary => "binary",
                Rule::Unsupported => "unsupported",
            },
        })
        .collect()
});

/// Resolves `\xNN` and `\\`.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'x') => {
                let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).unwrap_or_default() as u8;
                let (high, low) = (digit(bytes.next()), digit(bytes.next()));
                out.push(high << 4 | low);
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// Refuses files that are known by their first bytes.
pub(crate) fn refuse_known(bytes: &[u8]) -> Result<(), ParseError> {
    let starts = |at: usize, magic: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(magic));
    let lines = Lines::of(bytes);
    let printed = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let found = TYPES.iter().find(|t| {
        t.lines == lines.filter(|_| t.lines.is_some())
            && (starts(t.at, &t.bytes) || t.loose && printed.starts_with(&t.bytes))
            && t.also.as_ref().is_none_or(|(at, any)| any.iter().any(|magic| starts(*at, magic)))
    });
    match found {
        Some(t) => Err(ParseError::new(t.rule, format!("this is no text but {}", t.name))),
        None => Ok(()),
    }
}

/// Whether the first bytes of a file say that it is no text, so that the rest of it need not be read. What is compressed
/// has to be opened first.
pub fn is_known_binary(head: &[u8]) -> bool {
    Codec::of(head).is_none() && refuse_known(head).is_err()
}

/// How much of a file is looked at.
const SAMPLE: usize = 64 << 10;

/// Refuses bytes that hold more control characters than any text. Call it for bytes that are not UTF-16 or UTF-32.
pub(crate) fn refuse_controls(bytes: &[u8]) -> Result<(), ParseError> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    // Korean in seven bits shifts out and in at every word.
    let shifts = memchr::memmem::find(sample, crate::charset::ISO_2022_KR).is_some();
    let controls =
        scan::count(sample, |b| matches!(b, 0..=8 | 0x10..=0x1A | 0x1C..=0x1F) || !shifts && matches!(b, 0x0E | 0x0F));
    if controls * 20 > sample.len() && controls > 3 {
        return Err(ParseError::new(
            "binary",
            format!("this is no text ({controls} of its first {} bytes are control characters)", sample.len()),
        ));
    }
    Ok(())
}

/// Refuses a text that is mostly not text: the bytes were something else.
pub(crate) fn refuse_nonsense(text: &str) -> Result<(), ParseError> {
    let sample = &text[..text.floor_char_boundary(SAMPLE)];
    // Most texts have so few bytes that such a character can begin with that nobody need look at the characters: a
    // character has at most four bytes.
    let doubtful = scan::count(sample.as_bytes(), |b| matches!(b, 0..=8 | 0x0E..=0x1F | 0x7F | 0xC2 | 0xEF));
    if doubtful * 40 <= sample.len() * 3 {
        return Ok(());
    }
    let (mut odd, mut all) = (0_usize, 0_usize);
    for c in sample.chars() {
        all += 1;
        odd += usize::from(c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace()));
    }
    if all >= 16 && odd * 10 > all * 3 {
        return Err(ParseError::new(
            "binary",
            format!("this is no text in any charset ({odd} of its first {all} characters cannot be read)"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_files_by_their_first_bytes() {
        let cases: &[(&[u8], Option<&str>)] = &[
            (b"\x89PNG\r\n\x1a\n....", Some("binary")),
            (b"%PDF-1.7\n", Some("binary")),
            (b"\xef\xbb\xbf\r\n \n%PDF-1.7\n", Some("binary")),
            (b"\n\x89PNG\r\n", None),
            (b"PK\x03\x04....", Some("binary")),
            (b"\x7fELF\x02", Some("binary")),
            (b"SQLite format 3\0", Some("binary")),
            (b"\0\0\0\x20ftypisom", Some("binary")),
            (b"RIFF\0\0\0\0WEBP", Some("binary")),
            (b"RIFFRAFF is a word", None),
            (b"BZh91AY&SY....", Some("binary")),
            (b"BZh is no word", None),
            (b"ARROW1\0\0", Some("binary")),
            (b"\xff\xff\xff\xff\x78\x02\0\0\x10\0\0\0", Some("binary")),
            (b"ORC\x11\0\0", Some("binary")),
            (b"ORCHESTRA", None),
            (b"Obj\x01\x04", Some("binary")),
            (b"Objects", None),
            (b"BMx\x01\x02\0\0\0\0\0", Some("binary")),
            (b"BMW and others", None),
            (b"{\\rtf1\\ansi Text}", Some("unsupported")),
            (b"{\"a\": 1}", None),
            (b"org,example)/ 20240102030405 {\"url\": \"https://example.org/\"}\norg,exam", Some("unsupported")),
            (
                b"org,example)/a?b=1 20240102030405 https://example.org/a text/html 200 AB - - 5 7 a.gz\n",
                Some("unsupported"),
            ),
            (b"org,example)/ 20240102030405 is a key", None),
            (b"(see org,example)/ 20240102030405 {\"url\": 1}", None),
            (b"GIF", None),
            (b"Text", None),
            (b"", None),
        ];
        for (bytes, want) in cases {
            assert_eq!(refuse_known(bytes).err().map(|e| e.rule), *want, "{bytes:?}");
        }
    }

    #[test]
    fn tells_bytes_from_text_by_their_controls() {
        let mut state = 1_u64;
        let noise: Vec<u8> = (0..20_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect();
        assert!(refuse_controls(&noise).is_err());
        assert!(refuse_controls(&[0; 64]).is_err());
        assert!(
            refuse_controls(
                b"a \0 text \x01 with \x02 a \x03 few of them, all in all rather more than you would \
            expect in a letter, but the letters are still the greater part of it"
            )
            .is_ok()
        );
        assert!(refuse_controls(b"\x1b$B%F%9%H\x1b(B").is_ok());
        assert!(refuse_controls(b"\x1b$)C\x0eGQ\x0f \x0eGQ\x0f \x0eGQ\x0f").is_ok());
        assert!(refuse_controls(b"\x0eGQ\x0f \x0eGQ\x0f \x0eGQ\x0f").is_err());
        assert!(refuse_controls(b"").is_ok());
        assert!(refuse_nonsense(&"\u{fffd}a".repeat(20)).is_err());
        assert!(refuse_nonsense("fine text with one \u{fffd} in it").is_ok());
    }
}
