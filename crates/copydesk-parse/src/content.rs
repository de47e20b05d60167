//! The decoded source as spans see it: text, and nothing that is not text.

use copydesk_document::Note;

/// Takes out what no reader sees and no format needs: control characters, byte order marks and noncharacters.
///
/// A lone carriage return becomes a line feed, as do form feeds, vertical tabs and NEL, so that lines count as people
/// count them. Joiners, directional marks and soft hyphens stay: they are spelling.
pub(crate) fn clean(text: String, notes: &mut Vec<Note>) -> String {
    let text = if text.bytes().all(is_plain_byte) { text } else { scrub(&text, notes) };
    if text.contains(['\u{202D}', '\u{202E}']) {
        notes.push(note(
            "bidi-override",
            "the text forces its reading direction, so what is shown may not be what is read",
        ));
    }
    text
}

/// A note of the parser.
pub(crate) fn note(code: &'static str, message: impl Into<String>) -> Note {
    Note { stage: "parse".into(), code: code.into(), message: message.into(), span: None }
}

/// Bytes that need no second look: printable ASCII, tabs, line feeds and most of UTF-8. The lead bytes of the rest
/// (0xC2 for C1 controls, 0xEF for the byte order mark and noncharacters, 0xF0.. for noncharacters) do.
fn is_plain_byte(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x20..=0x7E | 0x80..=0xC1 | 0xC3..=0xEE)
}

fn scrub(text: &str, notes: &mut Vec<Note>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut removed = 0_usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => out.push('\r'),
            '\r' | '\u{B}' | '\u{C}' | '\u{85}' => out.push('\n'),
            '\t' | '\n' => out.push(c),
            '\u{FEFF}' => {}
            c if c.is_control() || is_noncharacter(c) => removed += 1,
            c => out.push(c),
        }
    }
    if removed > 0 {
        notes.push(note("controls-removed", format!("{removed} control characters were taken out of the text")));
    }
    out
}

fn is_noncharacter(c: char) -> bool {
    let code = c as u32;
    code & 0xFFFE == 0xFFFE || matches!(code, 0xFDD0..=0xFDEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_spelling_and_drops_controls() {
        let cases = [
            ("plain\ntext\r\nhere", "plain\ntext\r\nhere", None),
            ("mac\rline\r\rend", "mac\nline\n\nend", None),
            ("a\0b\u{1b}[2Jc\u{9b}d\u{7f}", "ab[2Jcd", Some("controls-removed")),
            ("\u{feff}x\u{feff}y", "xy", None),
            ("می\u{200c}خواهم 👩\u{200d}👧 ins\u{ad}pect", "می\u{200c}خواهم 👩\u{200d}👧 ins\u{ad}pect", None),
            ("a\u{c}b\u{85}c", "a\nb\nc", None),
            ("x\u{ffff}\u{fdd0}\u{1fffe}y", "xy", Some("controls-removed")),
            ("paid to \u{202e}eeciohc\u{202c}", "paid to \u{202e}eeciohc\u{202c}", Some("bidi-override")),
        ];
        for (given, want, code) in cases {
            let mut notes = Vec::new();
            assert_eq!(clean(given.to_owned(), &mut notes), want);
            assert_eq!(notes.first().map(|n| n.code.as_ref()), code, "{given:?}");
        }
    }
}
