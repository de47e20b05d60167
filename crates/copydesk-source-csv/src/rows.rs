//! Rows of fields, none longer than allowed.

use std::io::{self, Read};

use copydesk_intake::{Rewind, Usual};
use copydesk_parse::charset_of;
use copydesk_unpack::Stream;
use csv_core::{ReadRecordResult, Reader};

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
    /// The charset that nothing names, and that fits best.
    guessed: Option<&'static str>,
}

impl<R: Read> Rows<R> {
    /// Rows of a stream, with the delimiter that is given or that its beginning shows. `text` are the names of which one
    /// should be a column.
    pub(crate) fn new(stream: Stream<R>, delimiter: Option<u8>, text: &[String], max_row: u64) -> io::Result<Self> {
        let mut bytes = Rewind::new(stream);
        let head = bytes.peek(CHARSET_HEAD);
        let mut guessed = None;
        let charset = charset_of(&head);
        if !charset.is_utf8() {
            // Of Unicode the bytes leave no doubt.
            guessed = charset.is_ascii_compatible().then(|| charset.name());
            bytes.decode(charset);
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
        let max_row = usize::try_from(max_row).unwrap_or(usize::MAX);
        Ok(Self { bytes, parser, line, max_row, guessed })
    }

    /// The charset that the rows are read in, where nothing names it.
    pub(crate) fn guessed(&self) -> Option<&'static str> {
        self.guessed
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
        let rows = FirstRows::of(head, delimiter);
        let columns = rows.columns();
        (rows.has(text) && columns > 1, if columns > 1 { rows.alike() } else { 0 }, columns)
    };
    // Of several that are as good, the likeliest, which is the last maximum of the reversed list.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// The first rows of a file, as one delimiter parts them.
struct FirstRows {
    /// The fields of the first.
    header: Vec<Vec<u8>>,
    /// How many fields each has, the first too.
    counts: Vec<usize>,
    /// How many the row has, so far, that what is looked at cuts off.
    cut: Option<usize>,
}

impl FirstRows {
    fn of(head: &[u8], delimiter: u8) -> Self {
        let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let (mut out, mut ends) = (vec![0; head.len() + 1], vec![0; head.len() + 1]);
        let (mut rest, mut rows) = (head, Self { header: Vec::new(), counts: Vec::new(), cut: None });
        while rows.counts.len() < FIRST_ROWS {
            let (result, read, _, fields) = reader.read_record(rest, &mut out, &mut ends);
            // A row that is cut off by the end of what is looked at says nothing.
            if result != ReadRecordResult::Record {
                if rows.counts.is_empty() && fields > 0 {
                    rows.counts.push(fields + 1);
                } else if fields > 0 {
                    rows.cut = Some(fields + 1);
                }
                break;
            }
            if rows.counts.is_empty() {
                let starts = std::iter::once(0).chain(ends[..fields].iter().copied());
                rows.header =
                    starts.zip(&ends[..fields]).map(|(from, to)| out[from..*to].trim_ascii().to_vec()).collect();
            }
            rows.counts.push(fields);
            rest = &rest[read..];
        }
        rows
    }

    /// Whether a column is called by one of these names.
    fn has(&self, names: &[String]) -> bool {
        self.header.iter().any(|name| names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)))
    }

    /// How many fields the first has, though it be cut off.
    fn columns(&self) -> usize {
        self.counts.first().copied().unwrap_or(0)
    }

    /// How many rows of a hundred have as many fields as the header.
    fn alike(&self) -> usize {
        let columns = self.columns();
        let alike = self.counts.iter().filter(|count| **count == columns).count();
        alike * 100 / self.counts.len().max(1)
    }
}

/// Whether a line has a name of these between delimiters, whichever they are.
fn may_be_header(line: &[u8], names: &[String]) -> bool {
    let mut fields = line.split(|byte| DELIMITERS.contains(byte)).map(|field| {
        let field = field.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(field).trim_ascii();
        field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
    });
    line.iter().any(|byte| DELIMITERS.contains(byte))
        && fields.any(|field| names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(field)))
}

fn is_wide(head: &[u8]) -> bool {
    [&b"\xFF\xFE"[..], b"\xFE\xFF", b"\0\0\xFE\xFF"].iter().any(|mark| head.starts_with(mark))
}

/// More characters has no name of a column.
const LONGEST_NAME: usize = 60;

/// Whether the beginning of a file looks like a table with documents in it: a header of names, one of them that of a column
/// that may hold a document, and rows of as many fields. `whole` says that there is no more to it.
pub fn looks_like(head: &[u8], whole: bool, text: &[String]) -> bool {
    // Nearly all files are none, which their first lines show.
    if !is_wide(head) && !head.split(|byte| *byte == b'\n').take(3).any(|line| may_be_header(line, text)) {
        return false;
    }
    let charset = charset_of(head);
    // Of a charset of two bytes a letter, the last letter may be cut off.
    let head = charset.decode(head);
    let head = head.trim_start_matches('\u{feff}').as_bytes();
    let told = separator_line(head);
    let head = &head[told.map_or(0, |(_, len)| len)..];
    let rows = FirstRows::of(head, told.map_or_else(|| likely_delimiter(head, text), |(delimiter, _)| delimiter));
    let is_name = |name: &Vec<u8>| (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(&b'\n');
    if rows.columns() < 2 || !rows.has(text) || !rows.header.iter().all(is_name) {
        return false;
    }
    // Prose has a blank line below its first, and Markdown a rule.
    let mut below = head.split(|byte| *byte == b'\n').skip(1);
    let below = below.next().unwrap_or_default();
    let is_rule = below.contains(&b'-') && below.iter().all(|byte| b"-:| \t\r".contains(byte));
    if is_rule || below.trim_ascii().is_empty() {
        return false;
    }
    let is_known = rows.has(&Usual::names().beside);
    let fits = |cut: usize| if whole { cut == rows.columns() } else { cut <= rows.columns() };
    match rows.counts.len() {
        1 => is_known && rows.cut.is_some_and(fits),
        2 | 3 => is_known && rows.alike() == 100,
        _ => rows.alike() >= 80 && (is_known || rows.header.iter().all(|name| !name.contains(&b' '))),
    }
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

    #[test]
    fn a_table_is_told_by_its_header_and_rows() {
        let text = ["text".to_owned(), "body".to_owned()];
        let wide: Vec<u8> = "\u{feff}url\ttext\r\nx\ty\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(looks_like(&wide, true, &text));
        for (head, expected) in [
            ("url,text\nx,\"One, two.\"\n", true),
            ("sep=;\nurl;Text\nx;y\nz;\"a\nb\"\n", true),
            ("url,text\nx,y", true),
            ("n,text\n1,x\n2,y\n3,z\n", true),
            ("url,text\n", false),
            ("Mind, body, spirit\n\nEat well, sleep well, and walk.\n", false),
            ("Text, by Ann Lee\nThe harbour opened, said the town.\n", false),
            ("title | text\n--- | ---\nx | y\n", false),
            ("url,title\nx,y\n", false),
            ("text\nx\n", false),
            ("| url | text |\n|---|---|\n| x | y |\n", false),
            ("Body, text and soul\n\nThe harbour is open again.\nIt rains, as ever, on Monday.\n", false),
        ] {
            assert_eq!(looks_like(head.as_bytes(), true, &text), expected, "{head:?}");
        }
        // A page may be longer than what is looked at.
        assert!(
            looks_like(b"url,text\nx,\"<p>a page", false, &text) && !looks_like(b"a,text\nx,\"<p>a page", false, &text)
        );
    }
}
