//! Writing for people: colour, width, and text from documents that must not steer the terminal.

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{options::When, report::Failure};

/// Widths for a pipe or file, where nothing says how wide a line may be.
const DEFAULT_WIDTH: usize = 120;
/// Below this nothing is readable, above it lines are hard to follow.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=160;

/// Styles, or none of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    on: bool,
}

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Strong,
    Quiet,
    Good,
    Bad,
    Fact,
    Caption,
    Warning,
}

impl Paint {
    pub(crate) fn stdout(when: When) -> Self {
        Self { on: wants_color(when, io::stdout().is_terminal()) }
    }

    pub(crate) fn stderr(when: When) -> Self {
        Self { on: wants_color(when, io::stderr().is_terminal()) }
    }

    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { on: false };

    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.on || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Strong => Style::new().bold(),
            Tone::Quiet => Style::new().dimmed(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
            Tone::Fact => AnsiColor::Cyan.on_default(),
            Tone::Caption => AnsiColor::Magenta.on_default(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
        };
        format!("{style}{text}{style:#}")
    }
}

fn wants_color(when: When, terminal: bool) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
            terminal && !no_color && !dumb
        }
    }
}

/// How many columns a line may have.
pub(crate) fn width() -> usize {
    let given = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
    let seen = || terminal_size::terminal_size_of(io::stdout()).map(|(w, _)| usize::from(w.0));
    given.or_else(seen).unwrap_or(DEFAULT_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// Writes to standard output. A reader that has gone away ends the program quietly.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::from_output)
}

/// Text from a document, on one line: control and direction characters are made visible, white space is folded.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.trim().chars() {
        match c {
            '\n' => {
                out.push_str(if space { "⏎ " } else { " ⏎ " });
                space = true;
            }
            c if c.is_whitespace() => {
                if !space {
                    out.push(' ');
                }
                space = true;
            }
            c => {
                out.push(if steers(c) { '\u{fffd}' } else { c });
                space = false;
            }
        }
    }
    out
}

/// Whether a character does something to the terminal, to the order of the text or to nobody's eyes, instead of being
/// shown. Joiners are none of these: Persian words, Indic letters and emoji are made with them.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A message with control and direction characters made visible, its line breaks aside.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|c| if c != '\n' && steers(c) { '\u{fffd}' } else { c }).collect()
}

/// What is about to be written to a terminal, whoever has made it: nothing in it steers the terminal but line ends, tabs
/// and, where `coloured`, the escapes that colours are made of.
pub(crate) fn guarded(text: &str, coloured: bool) -> Cow<'_, str> {
    let stays = |c: char| matches!(c, '\n' | '\t') || (coloured && c == '\u{1b}') || !steers(c);
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if stays(c) { c } else { '\u{fffd}' }).collect::<String>().into()
}

/// A path in a message, on one line.
pub(crate) fn shown(path: &std::path::Path) -> String {
    path.to_string_lossy().chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// The text cut to so many columns, with an ellipsis where something is left out.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let mut out: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect();
    out.push('…');
    out
}

/// The text filled up with spaces to so many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The text in lines of at most so many columns, broken at spaces.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("starts with one");
        if last.is_empty() {
            last.push_str(word);
        } else if last.width() + 1 + word.width() <= columns {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A count with its noun: `1 block`, `2,345 blocks`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(n as u64), if n == 1 { "" } else { "s" })
}

/// A number with commas between thousands.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\u{1b}[31mb\u{202e}c\n d\t e"), "a\u{fffd}[31mb\u{fffd}c ⏎ d e");
    }

    #[test]
    fn what_nobody_sees_is_made_visible_and_words_stay_whole() {
        assert_eq!(one_line("a\u{61c}b\u{e0041}c"), "a\u{fffd}b\u{fffd}c");
        let message = "\u{1b}[31ma\u{1}b\u{202e}\u{e0041}\tc\n";
        assert_eq!(guarded(message, false), "\u{fffd}[31ma\u{fffd}b\u{fffd}\u{fffd}\tc\n");
        assert_eq!(guarded(message, true), "\u{1b}[31ma\u{fffd}b\u{fffd}\u{fffd}\tc\n");
        assert_eq!(one_line("می\u{200c}شود 👩\u{200d}🌾"), "می\u{200c}شود 👩\u{200d}🌾");
        assert_eq!(shown(std::path::Path::new("a\n\u{1b}b.toml")), "a\u{fffd}\u{fffd}b.toml");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut("바로가기 메뉴", 9), "바로가기…");
        assert_eq!(cut("short", 9), "short");
        assert_eq!(pad("메뉴", 6), "메뉴  ");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            (thousands(0), thousands(1234), thousands(1_234_567)),
            ("0".into(), "1,234".into(), "1,234,567".into())
        );
        assert_eq!(count(1, "block"), "1 block");
    }
}
