//! JSON that is one line for everybody.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

/// Appends a value as a line.
pub(crate) fn write(value: &impl Serialize, out: &mut Vec<u8>) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, OneLine))?;
    out.push(b'\n');
    Ok(())
}

/// JSON lets U+0085, U+2028 and U+2029 stand in a string as they are; but `str.splitlines()` of Python, and JavaScript
/// before 2019, end a line there. Escaped they mean the same to every parser.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, mut fragment: &str) -> io::Result<()> {
        while let Some(at) = line_end(fragment) {
            let (before, rest) = fragment.split_at(at);
            let mut behind = rest.chars();
            let escaped = behind.next().map_or(0, u32::from);
            write!(writer, "{before}\\u{escaped:04x}")?;
            fragment = behind.as_str();
        }
        writer.write_all(fragment.as_bytes())
    }
}

/// Where the first of the three stands, told by its bytes: nearly all text has none.
fn line_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // What they begin with begins other characters as well, and stands nowhere else.
    memchr::memchr2_iter(0xC2, 0xE2, bytes)
        .find(|at| matches!(bytes[*at..], [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_three_are_told_from_characters_that_begin_alike() {
        assert_eq!(line_end("café “quoted” – 5\u{a0}€ \u{80}\u{86}\u{2027}\u{202a}"), None);
        for sign in ["\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(line_end(&format!("é—{sign}é")), Some(5));
        }
    }

    #[test]
    fn nothing_inside_a_string_ends_a_line() {
        let value = json!({ "a\u{2028}": "\u{85}b\u{2029}\u{2029}c – d\r\n\u{c}" });
        let mut line = Vec::new();
        write(&value, &mut line).expect("it can be written");
        let text = String::from_utf8(line).expect("UTF-8");
        let ends: &[char] =
            &['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
        assert_eq!(text.find(ends), Some(text.len() - 1), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
    }
}
