//! Character references.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr3;

/// Where a text stands; attributes read `&copy=1` differently.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Text,
    Attribute,
    /// Titles and other text that keeps its NUL characters visible.
    Raw,
}

/// Whether [`decode`] would change the text.
pub(super) fn is_plain(text: &str) -> bool {
    memchr3(b'&', 0, b'\r', text.as_bytes()).is_none()
}

/// Resolves character references, and does to NUL and CR what browsers do.
pub(super) fn decode(text: &str, place: Place) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = memchr3(b'&', 0, b'\r', &text.as_bytes()[at..]) {
        let i = at + found;
        out.push_str(&text[at..i]);
        at = i + 1;
        match text.as_bytes()[i] {
            0 if place == Place::Text => {}
            0 => out.push('\u{FFFD}'),
            b'\r' => {
                if text.as_bytes().get(at) != Some(&b'\n') {
                    out.push('\n');
                }
            }
            _ => match reference(&text[at..], place) {
                Some((first, second, len)) => {
                    out.push(first);
                    out.extend(second);
                    at += len;
                }
                None => out.push('&'),
            },
        }
    }
    out.push_str(&text[at..]);
    out
}

/// A value out of which a system has made a reference twice (`&amp;#8217;`), with what is left of it resolved. Only whole
/// references count: `a&copy=1` is part of an address.
pub(super) fn decode_again(value: &str) -> Cow<'_, str> {
    let whole = |(at, _): (usize, &str)| {
        let rest = &value[at + 1..];
        let name =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).filter(|length| (2..=10).contains(length));
        name.is_some_and(|length| rest[length..].starts_with(';'))
    };
    if !value.match_indices('&').any(whole) {
        return Cow::Borrowed(value);
    }
    let once = decode(value, Place::Attribute);
    // Whoever writes about markup means it: `Why &amp;lt;br&amp;gt; is not enough`.
    let signs = |text: &str| text.matches(['<', '>']).count();
    if signs(&once) > signs(value) {
        return Cow::Borrowed(value);
    }
    // Some do so three times.
    Cow::Owned(if once.contains("&amp;") || once.contains("&#") { decode(&once, Place::Attribute) } else { once })
}

/// Reads what stands behind an ampersand: one or two characters, and how many bytes they took.
fn reference(text: &str, place: Place) -> Option<(char, Option<char>, usize)> {
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b'#') {
        return numeric(bytes);
    }
    for (name, c) in [("amp;", '&'), ("nbsp;", '\u{A0}'), ("quot;", '"'), ("lt;", '<'), ("gt;", '>')] {
        if bytes.starts_with(name.as_bytes()) {
            return Some((c, None, name.len()));
        }
    }
    let mut found = None;
    for len in 1..=bytes.len() {
        if !bytes[len - 1].is_ascii_alphanumeric() && bytes[len - 1] != b';' {
            break;
        }
        // The table holds every prefix of a name too, so that a text that starts no name is given up at once.
        match NAMED_ENTITIES.get(&text[..len]) {
            Some(&(0, _)) => {}
            Some(&(first, second)) => found = Some((first, second, len)),
            None => break,
        }
    }
    let (first, second, len) = found?;
    if place == Place::Attribute
        && bytes[len - 1] != b';'
        && bytes.get(len).is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric())
    {
        return None;
    }
    Some((char::from_u32(first)?, char::from_u32(second).filter(|c| *c != '\0'), len))
}

fn numeric(bytes: &[u8]) -> Option<(char, Option<char>, usize)> {
    let (radix, digits) = match bytes.get(1) {
        Some(b'x' | b'X') => (16, 2),
        _ => (10, 1),
    };
    let mut at = digits;
    let mut number = 0u32;
    while let Some(digit) = bytes.get(at).and_then(|b| char::from(*b).to_digit(radix)) {
        number = number.saturating_mul(radix).saturating_add(digit);
        at += 1;
    }
    if at == digits {
        return None;
    }
    if bytes.get(at) == Some(&b';') {
        at += 1;
    }
    let c = match number {
        0 => '\u{FFFD}',
        0x80..=0x9F => C1_REPLACEMENTS[number as usize - 0x80].or(char::from_u32(number))?,
        _ => char::from_u32(number).unwrap_or('\u{FFFD}'),
    };
    Some((c, None, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_browsers_read_them() {
        let text = |s| decode(s, Place::Text);
        assert_eq!(text("a &amp; b &lt;c&gt; &eacute;&Eacute;"), "a & b <c> éÉ");
        assert_eq!(text("&notit; &notin; &copy2 &ampx & && &; &foo;"), "¬it; ∉ ©2 &x & && &; &foo;");
        assert_eq!(text("&#65;&#x41;&#x41 &#150; &#0; &#xD800; &#99999999999; &# &#x &#xg"), "AAA – � � � &# &#x &#xg");
        assert_eq!(text("&NotEqualTilde;"), "≂\u{338}");
        assert_eq!(text("a\0b\r\nc\rd"), "ab\nc\nd");
        assert_eq!(decode("?a=1&copy=2&copy;&lt", Place::Attribute), "?a=1&copy=2©<");
    }
}
