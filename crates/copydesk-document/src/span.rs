//! Places in the source.

use serde::{Deserialize, Serialize};

/// A range of bytes in the decoded source, [`crate::Document::content`].
///
/// The decoded source is UTF-8, so for a UTF-8 input without a byte order mark these are the offsets of the file
/// itself; for other charsets they count in the decoded text, and [`LineIndex`] gives the line, which is the same in
/// both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to, not including, `end`; an inverted pair becomes empty at `start`.
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { start, end: end.max(start) }
    }

    /// Bytes covered.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span as a range for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

/// Turns offsets into lines and columns. Build it once for a text, then ask in logarithmic time.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Reads the line starts of `text`.
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { text, starts }
    }

    /// The line number of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).max(1)
    }

    /// The place of a byte offset; offsets past the end give the end.
    pub fn place(&self, offset: usize) -> Place {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset);
        Place { line, column: self.text[self.starts[line - 1]..offset].chars().count() + 1 }
    }

    /// How many lines the text has; a final line break opens no further line.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let index = LineIndex::new("one\nzwölf\n");
        assert_eq!(index.place(0), Place { line: 1, column: 1 });
        assert_eq!(index.place(4), Place { line: 2, column: 1 });
        assert_eq!(index.place(4 + "zwö".len()), Place { line: 2, column: 4 });
        assert_eq!(index.place(999).line, 3);
        assert_eq!(index.lines(), 2);
    }

    #[test]
    fn an_inverted_span_is_empty() {
        assert!(Span::new(5, 3).is_empty());
        assert_eq!(Span::new(1, 3).union(Span::new(7, 9)), Span::new(1, 9));
    }
}
