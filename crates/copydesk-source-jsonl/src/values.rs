//! The values of a stream, however they are laid out.
//!
//! One a line, over many lines, several in a line, or as the members of one list: each comes as a piece of its own, and
//! what is wrong with one costs that one only, as far as the beginning of the next can be told.

use std::io::{self, Read};

use copydesk_intake::Rewind;
use copydesk_parse::{Charset, Utf, charset_of};
use copydesk_unpack::Stream;
use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::shape::{Fault, Shape, Step};

/// Where a value begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its line, counted from 1. Behind a fault of the stream, as many lines are missing as were lost.
    pub(crate) line: u64,
    /// Which value of that line it is, counted from 1.
    pub(crate) nth: u32,
    /// Bytes of the opened stream before it.
    pub(crate) offset: u64,
}

/// One value, or what is in its place.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A value, or what stands where one should.
    Value { place: Place, bytes: Vec<u8>, after_gap: bool },
    /// One that is longer than allowed.
    TooLong { place: Place, bytes: u64 },
    /// One that does not end as it should.
    Broken { place: Place, fault: Option<Fault>, after_gap: bool },
    /// The list that all others stand in is not closed.
    OpenList { place: Place },
    /// The stream is damaged, or cannot be read. The value that was being read is lost.
    Fault { place: Place, error: io::Error },
}

/// What has to be passed over before the next value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    No,
    /// All up to a line that begins an object no further in than this.
    Lines(usize),
    /// All up to the next member of a list that stands in one line.
    Members,
}

/// Where the next byte stands.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    line: u64,
    /// How many values have begun in this line.
    nth: u32,
    /// Whether nothing but white space stands before it in its line, and how many bytes.
    blank_so_far: bool,
    column: usize,
}

impl Cursor {
    /// Goes on by these bytes.
    fn pass(&mut self, bytes: &[u8]) {
        let Some(feed) = memchr::memrchr(b'\n', bytes) else {
            self.blank_so_far = self.blank_so_far && bytes.iter().all(u8::is_ascii_whitespace);
            self.column += bytes.len();
            return;
        };
        self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.nth = 0;
        self.blank_so_far = bytes[feed..].iter().all(u8::is_ascii_whitespace);
        self.column = bytes.len() - feed - 1;
    }
}

pub(crate) struct Values<R: Read> {
    bytes: Rewind<R>,
    max_bytes: usize,
    at: Cursor,
    in_list: bool,
    /// Whether all values up to here were one line each.
    one_a_line: Option<bool>,
    lost: Lost,
    after_gap: bool,
    ended: bool,
    /// The charset that nothing names, and that fits best.
    guessed: Option<&'static str>,
}

/// So much of the beginning is looked at for the charset.
const HEAD: u64 = 64 << 10;

/// The charset of a file in UTF-16 or UTF-32: its mark tells, or the first bracket.
pub(crate) fn wide(head: &[u8]) -> Option<Charset> {
    match head {
        [0xFF, 0xFE, 0, 0, ..] | [b'{' | b'[', 0, 0, 0, ..] => Some(Charset::Wide(Utf::Le32)),
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, b'{' | b'[', ..] => Some(Charset::Wide(Utf::Be32)),
        [0xFF, 0xFE, ..] | [b'{' | b'[', 0, 1..=0xFF, ..] => Some(Charset::Known(UTF_16LE)),
        [0xFE, 0xFF, ..] | [0, b'{' | b'[', ..] => Some(Charset::Known(UTF_16BE)),
        _ => None,
    }
}

impl<R: Read> Values<R> {
    /// Values of at most so many bytes.
    pub(crate) fn new(stream: Stream<R>, max_bytes: u64) -> Self {
        let mut bytes = Rewind::new(stream);
        let head = bytes.peek(HEAD);
        let (charset, guessed) = if let Some(wide) = wide(&head) {
            (Some(wide), None)
        } else {
            // In the charsets of East Asia a byte of a letter may be `\`, so that values cannot be cut out before.
            let other = Some(charset_of(&head)).filter(|charset| !charset.is_utf8() && charset.is_ascii_compatible());
            (other, other.map(Charset::name))
        };
        if let Some(charset) = charset {
            bytes.decode(charset);
        }
        Self {
            bytes,
            max_bytes: usize::try_from(max_bytes).unwrap_or(usize::MAX),
            at: Cursor { line: 1, nth: 0, blank_so_far: true, column: 0 },
            in_list: false,
            one_a_line: None,
            lost: Lost::No,
            after_gap: false,
            ended: false,
            guessed,
        }
    }

    /// The charset that the values are read in, where it is another than UTF-8 and nothing names it.
    pub(crate) fn guessed(&self) -> Option<&'static str> {
        self.guessed
    }

    /// Whether places are those of the bytes in the file.
    pub(crate) fn is_decoding(&self) -> bool {
        self.bytes.is_decoding()
    }

    fn place(&self) -> Place {
        Place { line: self.at.line, nth: self.at.nth, offset: self.bytes.position() }
    }

    /// Passes over bytes for as long as they are wanted; the first other one, or `None` at the end.
    fn pass(&mut self, wanted: impl Fn(u8) -> bool) -> io::Result<Option<u8>> {
        loop {
            let available = self.bytes.available()?;
            if available.is_empty() {
                return Ok(None);
            }
            let passed = available.iter().take_while(|byte| wanted(**byte)).count();
            let next = available.get(passed).copied();
            self.at.pass(&available[..passed]);
            self.bytes.consume(passed);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Goes on behind these bytes if they come next; whether they do.
    fn pass_word(&mut self, word: &[u8]) -> io::Result<bool> {
        let mut next = Vec::new();
        self.bytes.read_into(&mut next, word.len() as u64)?;
        let is_there = next == word;
        if is_there {
            self.at.pass(word);
        } else {
            self.bytes.put_back(next);
        }
        Ok(is_there)
    }

    /// Passes over what may stand before the first value: a byte order mark, and comments; one that is not closed.
    fn begin(&mut self) -> io::Result<Option<Piece>> {
        if self.pass_word(BOM)? {
            (self.at.blank_so_far, self.at.column) = (true, 0);
        }
        while self.pass(|byte| byte.is_ascii_whitespace())? == Some(b'/') {
            let place = Place { nth: 1, ..self.place() };
            if self.pass_word(b"//")? {
                self.pass(|byte| byte != b'\n')?;
            } else if self.pass_word(b"/*")? {
                while self.pass(|byte| byte != b'*')?.is_some() {
                    self.step()?;
                    if self.bytes.available()?.first() == Some(&b'/') {
                        break;
                    }
                }
                if self.bytes.available()?.is_empty() {
                    return Ok(Some(Piece::Broken { place, fault: None, after_gap: false }));
                }
                self.step()?;
            } else {
                break;
            }
        }
        Ok(None)
    }

    /// Goes on to where the next value may begin; what begins there, `None` at the end.
    fn next_begin(&mut self) -> io::Result<Option<u8>> {
        match self.lost {
            Lost::No => {}
            Lost::Lines(column) => self.pass_lines(column)?,
            Lost::Members => self.pass_members()?,
        }
        self.lost = Lost::No;
        self.pass(is_between)
    }

    /// Passes over lines up to one that begins an object or list no further in than `column`, or ends the list.
    fn pass_lines(&mut self, column: usize) -> io::Result<()> {
        loop {
            let mut next = self.pass(|byte| byte.is_ascii_whitespace())?;
            let begins = self.at.blank_so_far && self.at.column <= column;
            if begins && next == Some(b',') {
                self.step()?;
                next = self.pass(|byte| byte.is_ascii_whitespace())?;
            }
            match next {
                Some(b'{') if begins => return Ok(()),
                Some(b'[') if begins && !self.in_list => return Ok(()),
                Some(b']') if begins && self.in_list => return Ok(()),
                Some(_) => self.pass(|byte| byte != b'\n')?,
                None => return Ok(()),
            };
        }
    }

    /// Passes over all up to `},{`, and stops before its last byte.
    fn pass_members(&mut self) -> io::Result<()> {
        loop {
            if self.pass(|byte| byte != b'}')?.is_none() {
                return Ok(());
            }
            self.step()?;
            match self.pass(|byte| byte.is_ascii_whitespace())? {
                Some(b',') => self.step()?,
                Some(_) => continue,
                None => return Ok(()),
            }
            if self.pass(|byte| byte.is_ascii_whitespace())? == Some(b'{') {
                return Ok(());
            }
        }
    }

    /// Passes over one byte, which is at hand.
    fn step(&mut self) -> io::Result<()> {
        let available = self.bytes.available()?;
        let len = available.len().min(1);
        self.at.pass(&available[..len]);
        self.bytes.consume(len);
        Ok(())
    }

    /// Reads an object or a list.
    fn bracketed(&mut self) -> io::Result<Piece> {
        self.at.nth += 1;
        let (place, column, fresh) = (self.place(), self.at.column, self.at.blank_so_far);
        let after_gap = std::mem::take(&mut self.after_gap);
        let one_a_line = self.one_a_line == Some(true) && !self.in_list;
        let mut shape = Shape::new(one_a_line.then_some(column));
        let (mut held, mut read) = (Vec::new(), 0_u64);
        let fault = loop {
            let available = self.bytes.available()?;
            let (taken, end) = match shape.feed(available) {
                _ if available.is_empty() => break None,
                Step::More => (available.len(), None),
                Step::Done(at) => (at, Some(None)),
                Step::Broken(at, fault) => (at, Some(Some(fault))),
            };
            // One more than allowed tells that it is too long.
            let room = self.max_bytes.saturating_add(1).saturating_sub(held.len());
            held.extend_from_slice(&available[..taken.min(room)]);
            self.at.pass(&available[..taken]);
            self.bytes.consume(taken);
            read += taken as u64;
            match end {
                None => {}
                Some(None) => {
                    self.one_a_line = Some(self.one_a_line.unwrap_or(true) && self.at.line == place.line);
                    let too_long = held.len() > self.max_bytes;
                    return Ok(if too_long {
                        Piece::TooLong { place, bytes: read }
                    } else {
                        Piece::Value { place, bytes: held, after_gap }
                    });
                }
                Some(fault @ Some(_)) => break fault,
            }
        };
        self.lost = if self.in_list && !fresh { Lost::Members } else { Lost::Lines(column) };
        if held.len() > self.max_bytes {
            return Ok(Piece::TooLong { place, bytes: read });
        }
        self.look_back(&held, place);
        Ok(Piece::Broken { place, fault, after_gap })
    }

    /// A value that is none may have run over the next one, which is then read again.
    fn look_back(&mut self, held: &[u8], place: Place) {
        let next = match self.lost {
            Lost::Members => next_member(held),
            Lost::Lines(column) => next_line(held, column),
            Lost::No => None,
        };
        let Some(at) = next.filter(|at| self.bytes.may_read_again(held.len() - at)) else { return };
        self.bytes.put_back(held[at..].to_vec());
        self.at = Cursor { line: place.line, nth: place.nth, blank_so_far: false, column: 0 };
        self.at.pass(&held[..at]);
        self.lost = Lost::No;
    }

    /// Reads what is neither an object nor a list: to the end of its line, or of the member.
    fn other(&mut self) -> io::Result<Piece> {
        self.at.nth += 1;
        let place = self.place();
        let after_gap = std::mem::take(&mut self.after_gap);
        let (mut held, mut read, mut in_text) = (Vec::new(), 0_u64, false);
        loop {
            let available = self.bytes.available()?;
            let mut ends = |byte: u8| {
                in_text ^= byte == b'"';
                byte == b'\n' || (self.in_list && !in_text && matches!(byte, b',' | b']'))
            };
            let taken = available.iter().position(|byte| ends(*byte)).unwrap_or(available.len());
            let at_end = taken < available.len() || available.is_empty();
            let room = self.max_bytes.saturating_add(1).saturating_sub(held.len());
            held.extend_from_slice(&available[..taken.min(room)]);
            self.at.pass(&available[..taken]);
            self.bytes.consume(taken);
            read += taken as u64;
            if at_end {
                break;
            }
        }
        if held.len() > self.max_bytes {
            return Ok(Piece::TooLong { place, bytes: read });
        }
        held.truncate(held.trim_ascii_end().len());
        Ok(Piece::Value { place, bytes: held, after_gap })
    }

    fn read(&mut self) -> io::Result<Option<Piece>> {
        if self.bytes.position() == 0
            && let Some(unclosed) = self.begin()?
        {
            return Ok(Some(unclosed));
        }
        loop {
            match self.next_begin()? {
                Some(b'[') if !self.in_list => {
                    self.in_list = true;
                    self.step()?;
                }
                Some(b']') if self.in_list => {
                    self.in_list = false;
                    self.step()?;
                }
                Some(b'{' | b'[') => return self.bracketed().map(Some),
                Some(_) => return self.other().map(Some),
                None => {
                    self.ended = true;
                    let place = self.place();
                    return Ok(std::mem::take(&mut self.in_list).then_some(Piece::OpenList { place }));
                }
            }
        }
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What may stand between two values: white space, a comma, and the sign that RFC 7464 puts before each.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | 0x1E)
}

/// The next line of `held` that begins an object no further in than `column`.
fn next_line(held: &[u8], column: usize) -> Option<usize> {
    memchr::memchr_iter(b'\n', held).find_map(|feed| {
        let blank = held[feed + 1..].iter().take(column).take_while(|b| matches!(b, b' ' | b'\t')).count();
        let line = &held[feed + 1 + blank..];
        let behind_comma = line.strip_prefix(b",").map(|line| {
            let blank = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            &line[blank..]
        });
        let line = behind_comma.unwrap_or(line);
        line.starts_with(b"{").then(|| held.len() - line.len())
    })
}

/// The next object of `held` that stands between two members of a list.
fn next_member(held: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'}', held).find_map(|close| {
        let rest = held[close + 1..].trim_ascii_start().strip_prefix(b",")?.trim_ascii_start();
        rest.starts_with(b"{").then(|| held.len() - rest.len())
    })
}

impl<R: Read> Iterator for Values<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(piece) => piece,
            Err(error) => {
                let place = Place { nth: 1, ..self.place() };
                match self.bytes.resync() {
                    Ok(true) => (self.after_gap, self.lost) = (true, Lost::No),
                    Ok(false) | Err(_) => self.ended = true,
                }
                (self.at.blank_so_far, self.at.column) = (true, 0);
                Some(Piece::Fault { place, error })
            }
        }
    }
}
