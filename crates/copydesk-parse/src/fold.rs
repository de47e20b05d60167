//! The text of a block under construction.

use copydesk_text::joins_without_space;

/// Where white space is owed before the next character. Later ones win over weaker ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Owed {
    #[default]
    Nothing,
    /// A line end that means nothing: a space, or nothing between ideographs.
    Soft,
    Space,
    Line,
    Tabs(u32),
}

/// Text with its white space folded: runs become one space, ends are trimmed, and only a forced break is a `\n`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    text: String,
    owed: Owed,
}

impl Folded {
    /// Adds text.
    pub(crate) fn push(&mut self, text: &str) {
        for (i, word) in text.split(char::is_whitespace).enumerate() {
            if i > 0 {
                self.owed = self.owed.max(Owed::Space);
            }
            if !word.is_empty() {
                self.pay(word);
                self.text.push_str(word);
            }
        }
    }

    /// A line end in the source that a reader does not see.
    pub(crate) fn soft_break(&mut self) {
        self.owed = self.owed.max(Owed::Soft);
    }

    /// A line break that a reader sees.
    pub(crate) fn line_break(&mut self) {
        self.owed = self.owed.max(Owed::Line);
    }

    /// The next cell of a table row begins.
    pub(crate) fn cell(&mut self) {
        self.owed = match self.owed {
            Owed::Tabs(n) => Owed::Tabs(n.saturating_add(1)),
            _ => Owed::Tabs(1),
        };
    }

    /// The text so far, without white space at its end.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Bytes so far.
    pub(crate) fn len(&self) -> u32 {
        self.text.len() as u32
    }

    /// Starts over and hands out the text.
    pub(crate) fn take(&mut self) -> String {
        self.owed = Owed::Nothing;
        std::mem::take(&mut self.text)
    }

    fn pay(&mut self, next: &str) {
        let owed = std::mem::take(&mut self.owed);
        if self.text.is_empty() {
            // A table row may begin with an empty cell, and its columns should still line up.
            if let Owed::Tabs(n) = owed {
                self.text.extend(std::iter::repeat_n('\t', n as usize));
            }
            return;
        }
        match owed {
            Owed::Nothing => {}
            Owed::Soft => {
                let before = self.text.chars().next_back().unwrap_or(' ');
                let after = next.chars().next().unwrap_or(' ');
                if !(joins_without_space(before) && joins_without_space(after)) {
                    self.text.push(' ');
                }
            }
            Owed::Space => self.text.push(' '),
            Owed::Line => self.text.push('\n'),
            Owed::Tabs(n) => self.text.extend(std::iter::repeat_n('\t', n as usize)),
        }
    }
}

/// Folds white space of a whole text.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = Folded::default();
    folded.push(text);
    folded.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_folds_and_breaks_stay() {
        let mut text = Folded::default();
        text.push(" \u{a0} one  two\n\tthree ");
        text.line_break();
        text.push("  four");
        text.soft_break();
        text.push("五");
        text.soft_break();
        text.push("六  ");
        assert_eq!(text.as_str(), "one two three\nfour 五六");
        assert_eq!(fold("  a \n b "), "a b");
    }

    #[test]
    fn empty_cells_keep_their_columns_but_leave_nothing_at_the_end() {
        let mut text = Folded::default();
        text.cell();
        text.cell();
        text.push("b");
        text.cell();
        assert_eq!(text.as_str(), "\t\tb");
    }
}
