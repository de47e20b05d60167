//! Rows of fields, none longer than allowed.

use std::io::{self, Read};

use copydesk_intake::Rewind;
use copydesk_unpack::Stream;
use csv_core::{ReadRecordResult, Reader};

/// More fields has no row.
const MOST_FIELDS: usize = 1 << 16;
/// So much of the beginning is looked at for the delimiter.
const FIRST_LINE: usize = 64 << 10;
/// What may stand between fields, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A row as it stands in the file.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The line in which it begins, counted from 1.
    pub(crate) line: u64,
    /// Bytes of the opened stream before it.
    pub(crate) position: u64,
    /// Whether the file ends with it.
    pub(crate) last: bool,
    /// Its fields one after the other, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Its bytes as they stand in the file.
    raw: Vec<u8>,
}

/// What was read.
#[derive(Debug)]
pub(crate) enum Read1 {
    Row(Row),
    /// A row beyond the limit; reading goes on in the middle of it, at the beginning of a line.
    TooLong {
        line: u64,
        position: u64,
    },
    End,
}

impl Row {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Its bytes in the file, without the end of its line.
    pub(crate) fn stored_len(&self) -> u64 {
        self.raw.trim_ascii_end().len() as u64
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }

    /// How long its first line is, if it has more than one.
    fn first_line(&self) -> Option<usize> {
        let text = self.raw.trim_ascii_end();
        memchr::memchr(b'\n', text).map(|at| at + 1)
    }
}

pub(crate) struct Rows<R: Read> {
    bytes: Rewind<R>,
    parser: Reader,
    line: u64,
    max_row: usize,
}

impl<R: Read> Rows<R> {
    /// Rows of a stream, with the delimiter that is given or that its first line shows. UTF-16 gives none.
    pub(crate) fn new(stream: Stream<R>, delimiter: Option<u8>, max_row: u64) -> io::Result<Option<Self>> {
        let mut bytes = Rewind::new(stream);
        let mut head = Vec::new();
        while head.len() < FIRST_LINE && !head.ends_with(b"\n") {
            let before = head.len();
            bytes.read_into(&mut head, 1)?;
            if head.len() == before {
                break;
            }
        }
        if matches!(head.as_slice(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
            return Ok(None);
        }
        let delimiter = delimiter.unwrap_or_else(|| likely_delimiter(&head));
        bytes.put_back(head.strip_prefix(b"\xEF\xBB\xBF").map_or(head.clone(), <[u8]>::to_vec));
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Ok(Some(Self { bytes, parser, line: 1, max_row: usize::try_from(max_row).unwrap_or(usize::MAX) }))
    }

    pub(crate) fn read(&mut self) -> io::Result<Read1> {
        let mut row = Row { line: self.line, position: self.bytes.position(), ..Row::default() };
        let (mut text, mut fields) = (0, 0);
        row.text.resize(1 << 10, 0);
        row.ends.resize(64, 0);
        loop {
            let available = self.bytes.available()?;
            let at_end = available.is_empty();
            // One more than allowed tells that it is too long, however much is at hand.
            let room = self.max_row.saturating_add(1).saturating_sub(row.raw.len());
            let available = &available[..available.len().min(room)];
            let (result, taken, written, ended) =
                self.parser.read_record(available, &mut row.text[text..], &mut row.ends[fields..]);
            row.raw.extend_from_slice(&available[..taken]);
            self.line += memchr::memchr_iter(b'\n', &available[..taken]).count() as u64;
            self.bytes.consume(taken);
            text += written;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => row.text.resize(row.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if row.ends.len() < MOST_FIELDS => {
                    row.ends.resize(row.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => return self.give_up(&row),
                ReadRecordResult::Record => {
                    row.text.truncate(text);
                    row.ends.truncate(fields);
                    row.last = at_end;
                    // The blank lines before a row are none of it.
                    let blank = row.raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                    row.line += memchr::memchr_iter(b'\n', &row.raw[..blank]).count() as u64;
                    row.position += blank as u64;
                    row.raw.drain(..blank);
                    return Ok(Read1::Row(row));
                }
                ReadRecordResult::End => return Ok(Read1::End),
            }
            if row.raw.len() > self.max_row {
                return self.give_up(&row);
            }
        }
    }

    /// Goes to the beginning of a line, out of the row that is being read.
    fn give_up(&mut self, row: &Row) -> io::Result<Read1> {
        let (line, position) = (row.line, row.position);
        // What has been read of it is read again, line by line, as far as that is affordable.
        if !self.read_again(row) {
            let read = self.bytes.line(&mut Vec::new(), 0)?;
            self.line += u64::from(read > 0);
            self.parser.reset();
        }
        Ok(Read1::TooLong { line, position })
    }

    /// Puts all lines of a row back but the first. `false` if it has but one.
    pub(crate) fn read_again(&mut self, row: &Row) -> bool {
        let Some(first) = row.first_line() else { return false };
        if !self.bytes.may_read_again(row.raw.len()) {
            return false;
        }
        let rest = row.raw[first..].to_vec();
        self.line -= memchr::memchr_iter(b'\n', &rest).count() as u64;
        self.bytes.put_back(rest);
        self.parser.reset();
        true
    }

    /// Goes on behind a fault of the stream, at the beginning of a line.
    pub(crate) fn resync(&mut self) -> io::Result<bool> {
        self.parser.reset();
        self.bytes.resync()
    }
}

/// The delimiter of which the first line has most, outside of quotes.
fn likely_delimiter(head: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in head {
        quoted ^= *byte == b'"';
        if let Some(which) = DELIMITERS.iter().position(|delimiter| delimiter == byte).filter(|_| !quoted) {
            counts[which] += 1;
        }
    }
    // Of several with as many, the likeliest.
    let most = counts.iter().max().copied().unwrap_or(0);
    counts.iter().position(|count| *count == most).map_or(b',', |which| DELIMITERS[which])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_shows_the_delimiter() {
        for (line, delimiter) in [
            ("id,text\n", b','),
            ("id;text;\"a,b,c,d\"\n", b';'),
            ("id\ttext\n", b'\t'),
            ("id|text", b'|'),
            ("text\n", b','),
            ("", b','),
        ] {
            assert_eq!(likely_delimiter(line.as_bytes()), delimiter, "{line:?}");
        }
    }
}
