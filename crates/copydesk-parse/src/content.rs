//! The decoded source as spans see it: text, and nothing that is not text.

use copydesk_document::Note;

use crate::scan;

/// Takes out what no reader sees and no format needs: control characters, byte order marks and noncharacters.
///
/// A lone carriage return becomes a line feed, as do form feeds, vertical tabs and NEL, so that lines count as people
/// count them. Joiners, directional marks and soft hyphens stay: they are spelling.
pub(crate) fn clean(text: String, notes: &mut Vec<Note>) -> String {
    let text = match scan::position(text.as_bytes(), needs_a_look) {
        None => text,
        Some(at) => scrub(text, at, notes),
    };
    let holds = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if holds("\u{202D}") || holds("\u{202E}") {
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

/// Whether what begins with a byte may have to go: control characters, and what the lead bytes 0xC2 (C1 controls), 0xEF
/// (the byte order mark and noncharacters) and 0xF0 onwards (noncharacters) begin.
#[expect(clippy::needless_bitwise_bool, reason = "without a branch a block of bytes is looked at as one")]
fn needs_a_look(byte: u8) -> bool {
    ((byte < 0x20) & (byte != b'\t') & (byte != b'\n')) | (byte == 0x7F) | (byte == 0xC2) | (byte >= 0xEF)
}

/// `at` is the first byte that needs a second look. What needs none is copied in runs.
fn scrub(text: String, mut at: usize, notes: &mut Vec<Note>) -> String {
    // Made when the first character has to go: most texts have none, and need no copy.
    let mut out = String::new();
    let mut removed = 0_usize;
    // Up to where all is in `out`, or is meant not to be.
    let mut done = 0;
    while let Some(c) = text[at..].chars().next() {
        let end = at + c.len_utf8();
        let instead = match c {
            '\r' if text[end..].starts_with('\n') => None,
            '\r' | '\u{B}' | '\u{C}' | '\u{85}' => Some("\n"),
            '\u{FEFF}' => Some(""),
            c if c.is_control() || is_noncharacter(c) => {
                removed += 1;
                Some("")
            }
            _ => None,
        };
        if let Some(instead) = instead {
            out.reserve(if done == 0 { text.len() } else { 0 });
            out.push_str(&text[done..at]);
            out.push_str(instead);
            done = end;
        }
        // Where a character begins a byte that follows within it is plain.
        let Some(plain) = scan::position(&text.as_bytes()[end..], needs_a_look) else { break };
        at = end + plain;
    }
    if done == 0 {
        return text;
    }
    out.push_str(&text[done..]);
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

    proptest::proptest! {
        #[test]
        fn runs_are_copied_as_single_characters_would_be(
            text in "[a\n\r\t \u{0}\u{b}\u{7f}\u{85}\u{a0}\u{ad}é한\u{feff}\u{fdd0}\u{ffff}👩\u{1fffe}]{0,40}"
        ) {
            let mut want = String::new();
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                match c {
                    '\r' if chars.peek() == Some(&'\n') => want.push('\r'),
                    '\r' | '\u{B}' | '\u{C}' | '\u{85}' => want.push('\n'),
                    '\t' | '\n' => want.push(c),
                    '\u{FEFF}' => {}
                    c if c.is_control() || is_noncharacter(c) => {}
                    c => want.push(c),
                }
            }
            proptest::prop_assert_eq!(clean(text, &mut Vec::new()), want);
        }
    }
}
