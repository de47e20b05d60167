//! A stream, line by line.

use std::io::{self, BufRead, Read};

use copydesk_unpack::{Fault, FaultKind, Stream};

/// The lines of a stream. A line that is too long is skipped as it is read; behind a damaged member reading goes on
/// with the next sound one.
#[derive(Debug)]
pub struct Lines<R: Read> {
    stream: Stream<R>,
    max_bytes: usize,
    line: Vec<u8>,
    number: u64,
    /// Bytes of the opened stream before the current line.
    offset: u64,
    after_gap: bool,
    ended: bool,
    /// A fault that comes after the last line before it.
    fault: Option<io::Error>,
}

/// One line, or what is in its place.
#[derive(Debug)]
pub enum RawLine {
    /// A line without its line feed; a `\r` before that stays.
    Text {
        /// Counted from 1. Behind a fault, as many lines are missing as were lost.
        number: u64,
        /// Bytes of the opened stream before it.
        offset: u64,
        /// What stands in it.
        bytes: Vec<u8>,
        /// Whether data was lost right before it, so that it may be the end of a longer line.
        after_gap: bool,
    },
    /// A line that is longer than allowed.
    TooLong {
        /// Counted from 1.
        number: u64,
        /// Bytes of the opened stream before it.
        offset: u64,
        /// How long it is.
        bytes: u64,
    },
    /// The stream is damaged, or cannot be read. The line that was being read is lost.
    Fault {
        /// The line.
        number: u64,
        /// What is wrong.
        error: io::Error,
    },
}

impl<R: Read> Lines<R> {
    /// Lines of at most so many bytes.
    pub fn new(stream: Stream<R>, max_bytes: u64) -> Self {
        let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        Self { stream, max_bytes, line: Vec::new(), number: 0, offset: 0, after_gap: false, ended: false, fault: None }
    }

    /// Reads up to and with the next line feed. The length of the line with it; `false` if the stream ended before.
    fn read(&mut self) -> io::Result<(u64, bool)> {
        let mut read = 0;
        loop {
            let available = match self.stream.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if is_trailing(&error) && read > 0 => {
                    self.fault = Some(error);
                    return Ok((read, false));
                }
                result => result?,
            };
            if available.is_empty() {
                return Ok((read, false));
            }
            let end = memchr::memchr(b'\n', available);
            let part = &available[..end.unwrap_or(available.len())];
            // One more than allowed tells that it is too long.
            let room = self.max_bytes.saturating_add(1).saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let used = part.len() + usize::from(end.is_some());
            read += used as u64;
            self.stream.consume(used);
            if end.is_some() {
                return Ok((read, true));
            }
        }
    }

    fn fail(&mut self, error: io::Error) -> RawLine {
        self.line.clear();
        match self.stream.resync() {
            Ok(true) => self.after_gap = true,
            Ok(false) | Err(_) => self.ended = true,
        }
        RawLine::Fault { number: self.number, error }
    }
}

/// Whether the data before the fault is whole.
fn is_trailing(error: &io::Error) -> bool {
    Fault::of(error).is_some_and(|fault| fault.kind == FaultKind::Trailing)
}

impl<R: Read> Iterator for Lines<R> {
    type Item = RawLine;

    fn next(&mut self) -> Option<RawLine> {
        if let Some(error) = self.fault.take() {
            return Some(self.fail(error));
        }
        if self.ended {
            return None;
        }
        self.number += 1;
        let (read, closed) = match self.read() {
            Ok(read) => read,
            Err(error) => return Some(self.fail(error)),
        };
        if read == 0 {
            self.ended = true;
            return None;
        }
        let (number, offset) = (self.number, self.offset);
        self.offset += read;
        let after_gap = std::mem::take(&mut self.after_gap);
        if self.line.len() > self.max_bytes {
            // The room of a long line is given back.
            self.line = Vec::new();
            return Some(RawLine::TooLong { number, offset, bytes: read - u64::from(closed) });
        }
        Some(RawLine::Text { number, offset, bytes: std::mem::take(&mut self.line), after_gap })
    }
}

#[cfg(test)]
mod tests {
    use copydesk_unpack::Limits;
    use proptest::prelude::*;

    use super::*;

    fn lines(bytes: &[u8], max: u64) -> Vec<(u64, u64, Result<Vec<u8>, u64>)> {
        let stream = Stream::open(bytes, Limits::default()).expect("it can be read");
        Lines::new(stream, max)
            .map(|line| match line {
                RawLine::Text { number, offset, bytes, .. } => (number, offset, Ok(bytes)),
                RawLine::TooLong { number, offset, bytes } => (number, offset, Err(bytes)),
                RawLine::Fault { error, .. } => panic!("{error}"),
            })
            .collect()
    }

    #[test]
    fn a_long_line_is_skipped_and_the_next_is_read() {
        let long = "x".repeat(200_000);
        let text = format!("one\n{long}\n\ntwo");
        let expected = vec![
            (1, 0, Ok(b"one".to_vec())),
            (2, 4, Err(200_000)),
            (3, 200_005, Ok(Vec::new())),
            (4, 200_006, Ok(b"two".to_vec())),
        ];
        assert_eq!(lines(text.as_bytes(), 10), expected);
        assert_eq!(lines(b"0123456789\n01234567890\n", 10)[1].2, Err(11));
        assert_eq!(lines(b"", 10), []);
    }

    proptest! {
        #[test]
        fn lines_are_what_stands_between_line_feeds(text in "[ab\n]{0,60}", max in 0_u64..6) {
            let mut expected: Vec<&str> = text.split('\n').collect();
            if expected.last() == Some(&"") {
                expected.pop();
            }
            let found = lines(text.as_bytes(), max);
            prop_assert_eq!(found.len(), expected.len());
            for ((_, offset, got), want) in found.iter().zip(expected) {
                prop_assert!(text[*offset as usize..].starts_with(want));
                match got {
                    Ok(bytes) => prop_assert!(bytes == want.as_bytes() && bytes.len() as u64 <= max),
                    Err(len) => prop_assert!(*len == want.len() as u64 && *len > max),
                }
            }
        }
    }
}
