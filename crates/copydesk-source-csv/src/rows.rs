//! Rows of fields, none longer than allowed.

use std::io::{self, Read};

use copydesk_intake::Rewind;
use copydesk_parse::charset_of;
use copydesk_unpack::Stream;
use csv_core::{ReadRecordResult, Reader};
use encoding_rs::UTF_8;

/// More fields has no row.
const MOST_FIELDS: usize = 1 << 16;
/// So much of the beginning is looked at for the delimiter, and so many rows of that; so much for the charset.
const HEAD: u64 = 64 << 10;
const FIRST_ROWS: usize = 20;
const CHARSET_HEAD: u64 = 1 << 20;
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
    /// Whether the file ends inside of a quote of it.
    pub(crate) open: bool,
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

    /// Leaves out fields at its end that are empty, as far as it has more than so many.
    pub(crate) fn trim(&mut self, fields: usize) {
        while self.ends.len() > fields && self.ends.len() > 1 {
            let [.., before, last] = self.ends[..] else { return };
            if before != last {
                return;
            }
            self.ends.pop();
        }
    }

    /// Its bytes as they stand in the file.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
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
    /// Rows of a stream, with the delimiter that is given or that its beginning shows. `text` are the names of which one
    /// should be a column. A charset that is not read gives none.
    pub(crate) fn new(
        stream: Stream<R>,
        delimiter: Option<u8>,
        text: &[String],
        max_row: u64,
    ) -> io::Result<Option<Self>> {
        let mut bytes = Rewind::new(stream);
        let head = bytes.peek(CHARSET_HEAD);
        match charset_of(&head) {
            Some(charset) if charset == UTF_8 => {}
            Some(charset) => bytes.decode(charset),
            None => return Ok(None),
        }
        if bytes.peek(3) == b"\xEF\xBB\xBF" {
            bytes.pass_over(3)?;
        }
        let head = bytes.peek(HEAD);
        let mut line = 1;
        let told = separator_line(&head);
        if let Some((_, len)) = told {
            bytes.pass_over(len as u64)?;
            line += 1;
        }
        let head = &head[told.map_or(0, |(_, len)| len)..];
        let delimiter =
            delimiter.or(told.map(|(delimiter, _)| delimiter)).unwrap_or_else(|| likely_delimiter(head, text));
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Ok(Some(Self { bytes, parser, line, max_row: usize::try_from(max_row).unwrap_or(usize::MAX) }))
    }

    /// Whether positions are those of the bytes in the file.
    pub(crate) fn is_decoding(&self) -> bool {
        self.bytes.is_decoding()
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
            // At the end the parser closes a quote by itself and says nothing. One more line feed tells: it ends any row
            // but one that stands inside of a quote, where it is text.
            let available = if at_end && !row.last { b"\n" } else { &available[..available.len().min(room)] };
            let (result, mut taken, written, ended) =
                self.parser.read_record(available, &mut row.text[text..], &mut row.ends[fields..]);
            if at_end {
                row.last |= taken > 0;
                row.open |= written > 0;
                taken = 0;
            }
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

/// The delimiter that a first line `sep=;` names, as Excel writes it, and the length of the line.
fn separator_line(head: &[u8]) -> Option<(u8, usize)> {
    let len = memchr::memchr(b'\n', head)? + 1;
    let line = head[..len].trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    // A tab is no part of the line once its end is trimmed.
    if head[..len].trim_ascii().eq_ignore_ascii_case(b"sep=") && head[..len].contains(&b'\t') {
        return Some((b'\t', len));
    }
    match line {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && delimiter.is_ascii() => {
            Some((*delimiter, len))
        }
        _ => None,
    }
}

/// The delimiter by which the header has a column with one of these names; of several or none, the one by which most of
/// the first rows have as many fields as the header, and then the one that gives most.
fn likely_delimiter(head: &[u8], text: &[String]) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let (mut out, mut ends) = (vec![0; head.len() + 1], vec![0; head.len() + 1]);
        let (mut rest, mut counts, mut named) = (head, Vec::new(), false);
        while counts.len() < FIRST_ROWS {
            let (result, read, _, fields) = reader.read_record(rest, &mut out, &mut ends);
            // A row that is cut off by the end of what is looked at says nothing.
            if result != ReadRecordResult::Record {
                if counts.is_empty() && fields > 0 {
                    counts.push(fields + 1);
                }
                break;
            }
            if counts.is_empty() {
                let starts = std::iter::once(0).chain(ends[..fields].iter().copied());
                let mut header = starts.zip(&ends[..fields]).map(|(start, end)| out[start..*end].trim_ascii());
                named = header.any(|name| text.iter().any(|text| text.as_bytes().eq_ignore_ascii_case(name)));
            }
            counts.push(fields);
            rest = &rest[read..];
        }
        let columns = counts.first().copied().unwrap_or(0);
        let alike = counts.iter().filter(|count| **count == columns).count();
        (named && columns > 1, if columns > 1 { alike * 100 / counts.len().max(1) } else { 0 }, columns)
    };
    // Of several that are as good, the likeliest, which is the last maximum of the reversed list.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_shows_the_delimiter() {
        for (line, delimiter) in [
            ("url;Share, in %, of all;text\nx;1,5;a, b, c\n", b';'),
            ("url,\"a;b;c;d\",text\n", b','),
            ("a|b|c\n1|2|x, y, z\n", b'|'),
            ("id,text\n", b','),
            ("id;text;\"a,b,c,d\"\n", b';'),
            ("id\ttext\n", b'\t'),
            ("id|text", b'|'),
            ("text\n", b','),
            ("", b','),
        ] {
            assert_eq!(likely_delimiter(line.as_bytes(), &["text".to_owned()]), delimiter, "{line:?}");
        }
    }
}
