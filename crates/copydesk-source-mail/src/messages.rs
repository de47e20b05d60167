//! The messages of a file, as bytes.

use std::io::{self, Read};

use copydesk_intake::Rewind;
use copydesk_unpack::Stream;

/// A message that was cut out.
#[derive(Debug)]
pub(crate) struct Raw {
    /// Where it begins, behind the line that an mbox has before it.
    pub(crate) offset: u64,
    /// How long it is.
    pub(crate) length: u64,
    /// Its bytes; none if it is longer than allowed.
    pub(crate) bytes: Option<Vec<u8>>,
    /// How long it should be, where the file ends before that.
    pub(crate) cut_from: Option<u64>,
}

pub(crate) struct Messages<R: Read> {
    bytes: Rewind<R>,
    max_bytes: usize,
    is_mbox: bool,
    /// How long the message is, where a line before it says so (`.emlx`).
    counted: Option<u64>,
    ended: bool,
}

/// No line is looked at further than this to tell whether it begins a message.
const LINE: usize = 1 << 10;

/// Whether bytes begin an mbox.
pub(crate) fn is_mbox(head: &[u8]) -> bool {
    let mut lines = head.splitn(3, |byte| *byte == b'\n');
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
    begins_message(first) && is_header(second)
}

/// The line with the length of a message that Apple's program for mail writes before it, and what it says.
pub(crate) fn counted(head: &[u8]) -> Option<(usize, u64)> {
    let end = head.iter().take(LINE).position(|byte| *byte == b'\n')? + 1;
    let length = std::str::from_utf8(head[..end].trim_ascii()).ok()?;
    let is_number = (1..=10).contains(&length.len()) && length.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && is_header(&head[end..])).then(|| length.parse().ok().map(|length| (end, length))).flatten()
}

/// A line `From SENDER DATE`, with a time in it.
fn begins_message(line: &[u8]) -> bool {
    let has_time = |line: &[u8]| {
        line.windows(3).any(|three| three[1] == b':' && three[0].is_ascii_digit() && three[2].is_ascii_digit())
    };
    line.starts_with(b"From ") && has_time(line)
}

/// A line `Name: value`, as a message begins.
pub(crate) fn is_header(line: &[u8]) -> bool {
    let name = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    name > 0 && line.get(name) == Some(&b':')
}

impl<R: Read> Messages<R> {
    pub(crate) fn new(stream: Stream<R>, max_bytes: u64) -> Self {
        let mut bytes = Rewind::new(stream);
        let head = bytes.peek(2 * LINE as u64);
        let (is_mbox, counted) = (is_mbox(&head), counted(&head).map(|(_, length)| length));
        let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        Self { bytes, max_bytes, is_mbox, counted, ended: false }
    }

    pub(crate) fn is_mbox(&self) -> bool {
        self.is_mbox
    }

    pub(crate) fn read(&mut self) -> io::Result<Option<Raw>> {
        if self.ended {
            return Ok(None);
        }
        if self.is_mbox || self.counted.is_some() {
            self.bytes.line(&mut Vec::new(), 0)?;
        }
        if let Some(length) = self.counted {
            // What is known of the message beside it comes behind.
            let offset = self.bytes.position();
            let mut held = Vec::new();
            self.bytes.read_into(&mut held, length.min(self.max_bytes as u64 + 1))?;
            self.ended = true;
            let there = self.bytes.position() - offset;
            if held.len() > self.max_bytes {
                return Ok(Some(Raw { offset, length, bytes: None, cut_from: None }));
            }
            let cut_from = (there < length).then_some(length);
            return Ok(Some(Raw { offset, length: there, bytes: Some(held), cut_from }));
        }
        let offset = self.bytes.position();
        let mut held = Vec::new();
        let mut blank_before = false;
        loop {
            let mut line = Vec::new();
            let room = self.max_bytes.saturating_add(1).saturating_sub(held.len()).max(LINE);
            let read = self.bytes.line(&mut line, room)?;
            if read == 0 {
                self.ended = true;
                break;
            }
            // A line of the text that looks so has no header behind it, or a `>` before it.
            if self.is_mbox && blank_before && begins_message(&line) {
                let next = self.bytes.peek(LINE as u64);
                if is_header(&next) {
                    self.bytes.put_back(line);
                    break;
                }
            }
            blank_before = line.trim_ascii().is_empty();
            let room = self.max_bytes.saturating_add(1).saturating_sub(held.len());
            let line = if self.is_mbox && is_quoted(&line) { &line[1..] } else { &line[..] };
            held.extend_from_slice(&line[..line.len().min(room)]);
        }
        let length = self.bytes.position() - offset;
        if length == 0 {
            return Ok(None);
        }
        let bytes = (held.len() <= self.max_bytes).then_some(held);
        Ok(Some(Raw { offset, length, bytes, cut_from: None }))
    }
}

/// Whether a line begins with `From ` behind the marks that mailboxes put before such a line.
fn is_quoted(line: &[u8]) -> bool {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    marks > 0 && line[marks..].starts_with(b"From ")
}
