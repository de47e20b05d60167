//! The marks at the start of a line: bullets, numbers, remarks.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Marks {
    bullets: Vec<String>,
    bullets_spaced: Vec<String>,
    bullets_kept: Vec<String>,
    bullets_letter: Vec<String>,
    notes: Vec<String>,
}

static MARKS: LazyLock<Marks> =
    LazyLock::new(|| toml::from_str(include_str!("../data/plain-text.toml")).expect("the data file is tested"));

/// What the start of a line says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A bullet; the text starts that many bytes into the line, and with a bullet that is part of it at 0.
    Bullet(usize),
    /// A remark; its mark is part of the text.
    Note,
    /// A number such as `3.` or `(3)`.
    Number(u32),
    /// Nothing.
    None,
}

/// Reads the mark of a trimmed line.
pub(crate) fn mark(line: &str) -> Mark {
    let first = line.as_bytes().first().copied().unwrap_or(0);
    if first.is_ascii_digit() || first == b'(' {
        return number(line).map_or(Mark::None, Mark::Number);
    }
    // Nearly every line of a text begins with a letter.
    if first.is_ascii_alphabetic() && first != b'o' {
        return Mark::None;
    }
    let marks = &*MARKS;
    if marks.notes.iter().any(|m| line.starts_with(m.as_str())) {
        return Mark::Note;
    }
    if marks.bullets_kept.iter().any(|bullet| line.starts_with(bullet.as_str())) {
        return Mark::Bullet(0);
    }
    for bullet in &marks.bullets {
        if let Some(rest) = line.strip_prefix(bullet.as_str()) {
            return Mark::Bullet(line.len() - rest.trim_start().len());
        }
    }
    for bullet in &marks.bullets_spaced {
        if let Some(rest) = line.strip_prefix(bullet.as_str()).filter(|r| r.starts_with(char::is_whitespace)) {
            return Mark::Bullet(line.len() - rest.trim_start().len());
        }
    }
    for letter in &marks.bullets_letter {
        if let Some(rest) = line.strip_prefix(letter.as_str()).filter(|r| r.starts_with(char::is_whitespace)) {
            let text = rest.trim_start();
            if text.starts_with(|c: char| !c.is_lowercase() && (c.is_alphanumeric() || "\"“‘'«(「『".contains(c)))
            {
                return Mark::Bullet(line.len() - text.len());
            }
        }
    }
    Mark::None
}

/// The number of a numbered line: `12. Text`, `12) Text`, `(12) Text`.
fn number(line: &str) -> Option<u32> {
    let (open, rest) = line.strip_prefix('(').map_or((false, line), |r| (true, r));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let (value, rest) = rest.split_at(digits);
    let rest = match rest.as_bytes().first()? {
        b')' => &rest[1..],
        b'.' if !open => &rest[1..],
        _ => return None,
    };
    rest.starts_with(char::is_whitespace).then(|| value.parse().ok()).flatten()
}

/// Whether a line is only drawn: three or more of the same few signs, as `-----` or `* * *`.
pub(crate) fn is_ruler(line: &str) -> bool {
    let mut count = 0;
    for c in line.chars() {
        match c {
            '-' | '=' | '_' | '*' | '~' | '#' | '+' | '—' | '─' | '━' | '═' | '·' | '•' | '.' => count += 1,
            ' ' | '\t' => {}
            _ => return false,
        }
    }
    count >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_marks_of_lines() {
        let cases = [
            ("• Item", Mark::Bullet(4)),
            ("•Item", Mark::Bullet(3)),
            ("•", Mark::Bullet(3)),
            ("- Item", Mark::Bullet(2)),
            ("-5 degrees", Mark::None),
            ("-- a dash", Mark::None),
            ("* Item", Mark::Bullet(2)),
            ("*emphasis* here", Mark::None),
            ("o The dialogue goes on", Mark::Bullet(2)),
            ("o que dizem", Mark::None),
            ("on the other hand", Mark::None),
            ("ㅇ 회의 결과", Mark::Bullet(0)),
            ("□ A point", Mark::Bullet(0)),
            ("※ A remark", Mark::Note),
            ("1. Text", Mark::Number(1)),
            ("12) Text", Mark::Number(12)),
            ("(3) Text", Mark::Number(3)),
            ("(3 of them)", Mark::None),
            ("1.5 million", Mark::None),
            ("2024. A year", Mark::None),
            ("3 items", Mark::None),
            ("Plain", Mark::None),
            ("", Mark::None),
        ];
        for (line, want) in cases {
            assert_eq!(mark(line), want, "{line:?}");
        }
    }

    #[test]
    fn knows_rulers() {
        assert!(["---", "* * *", "=====", "• • •", "________"].iter().all(|l| is_ruler(l)));
        assert!(["--", "a---", "", "- item"].iter().all(|l| !is_ruler(l)));
    }
}
