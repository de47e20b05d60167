//! Records as they stand in the file.
//!
//! A record is given out only when what comes behind it proves its length: blank lines and the next record, or the end.
//! Asking for what comes behind also proves the checksum of the gzip member that the record stands in.

use std::io::{self, Read};

use copydesk_document::Extent;
use copydesk_intake::{Rewind, read_fault};
use copydesk_unpack::{Fault, FaultKind, MemberBegin, Stream};
use memchr::memmem;

use crate::fields::Fields;

/// A record that was read whole.
#[derive(Debug)]
pub(crate) struct Record {
    /// Counted from 1; all records count, and so does what should have been one.
    pub(crate) number: u64,
    pub(crate) extent: Extent,
    pub(crate) fields: Fields,
    pub(crate) block: Vec<u8>,
}

/// A record that cannot be had.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) number: u64,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
}

/// What every record begins with.
const MAGIC: &[u8] = b"WARC/";

/// The line with the version is no longer than this.
const VERSION_LINE: usize = 64;

/// So many blank bytes between two records are remembered, for the case that they are none.
const MOST_BLANKS: usize = 4 << 10;

/// Why there is no record.
enum Stop {
    /// The data is wrong, and reading goes on from where it is.
    Wrong { rule: &'static str, message: String },
    /// The stream is damaged or broken.
    Fault(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Fault(error)
    }
}

fn wrong<T>(rule: &'static str, message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Wrong { rule, message: message.into() })
}

/// The header of a record.
struct Head {
    fields: Fields,
    length: u64,
    /// Whether its lines end in bare line feeds.
    bare: bool,
    /// What is wrong with it, although its length is known.
    fault: Option<(&'static str, String)>,
}

pub(crate) struct Reader<R: Read> {
    bytes: Rewind<R>,
    /// What [`Reader::behind`] has skipped last.
    blanks: Vec<u8>,
    number: u64,
    max_bytes: u64,
    max_header: usize,
    /// A fault behind the record that was given out.
    fault: Option<io::Error>,
    /// Whether the next record has to be looked for.
    lost: bool,
    ended: bool,
}

impl<R: Read> Reader<R> {
    pub(crate) fn new(stream: Stream<R>, max_bytes: u64, max_header: u64) -> Self {
        Self {
            bytes: Rewind::new(stream),
            blanks: Vec::new(),
            number: 0,
            max_bytes,
            max_header: usize::try_from(max_header).unwrap_or(usize::MAX),
            fault: None,
            lost: false,
            ended: false,
        }
    }

    /// Skips blank lines and padding; what comes then, as much as is needed to know it: none at the end.
    fn behind(&mut self) -> io::Result<Vec<u8>> {
        self.blanks.clear();
        loop {
            let available = self.bytes.available()?;
            if available.is_empty() {
                return Ok(Vec::new());
            }
            let blank = available.iter().take_while(|byte| matches!(byte, b'\r' | b'\n' | 0)).count();
            let all = blank == available.len();
            let blanks = available[..blank].to_vec();
            self.blanks.truncate(MOST_BLANKS);
            self.blanks.extend(blanks);
            self.bytes.consume(blank);
            if !all {
                let mut next = Vec::new();
                self.bytes.read_into(&mut next, MAGIC.len() as u64)?;
                self.bytes.put_back(next.clone());
                return Ok(next);
            }
        }
    }

    /// Goes to the next line that begins a record; `false` if there is none.
    fn look_for_record(&mut self) -> io::Result<bool> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = self.bytes.line(&mut line, VERSION_LINE)?;
            if read == 0 {
                return Ok(false);
            }
            if read == line.len() as u64 && begins_record(&line) {
                self.bytes.put_back(line);
                return Ok(true);
            }
        }
    }

    /// Reads the header of a record.
    fn head(&mut self) -> Result<Head, Stop> {
        let mut lines = Vec::new();
        let first = self.bytes.line(&mut lines, self.max_header)?;
        let mut over = first > self.max_header as u64;
        let version = lines.clone();
        let bare = !lines.ends_with(b"\r\n");
        // A length that stands behind what is too long is still good for finding the next record.
        let mut length_line = Vec::new();
        loop {
            let before = lines.len();
            let room = self.max_header.saturating_sub(before);
            let mut line = Vec::new();
            let read = self.bytes.line(&mut line, room.max(VERSION_LINE))?;
            if read == 0 {
                return wrong("warc.truncated", "the file ends inside of the header of the record");
            }
            if line.trim_ascii().is_empty() && read <= 2 {
                break;
            }
            if read == line.len() as u64 && begins_record(&line) {
                self.bytes.put_back(line);
                self.lost = true;
                return wrong("warc.truncated", "the header of the record is cut off by the next record");
            }
            if line.len() >= 15 && line[..15].eq_ignore_ascii_case(b"content-length:") {
                length_line.clone_from(&line);
            }
            over |= read > room as u64;
            if !over {
                lines.extend_from_slice(&line);
            }
        }
        let fields = Fields::read(&lines[version.len().min(lines.len())..]);
        let length_field = Fields::read(&length_line);
        let Some(length) = length_field.get("content-length") else {
            return wrong("warc.length", "the record has no Content-Length");
        };
        let Ok(length) = length.parse::<u64>() else {
            return wrong("warc.length", format!("`{}` is no length of a record", shortened(length)));
        };
        let fault = if over {
            Some(("limit.header", format!("the header has more than {} bytes; raise `max_header`", self.max_header)))
        } else if !is_known_version(&version) {
            let version = String::from_utf8_lossy(version.trim_ascii()).into_owned();
            Some(("warc.version", format!("`{}` is no known version", shortened(&version))))
        } else if fields.get("warc-type").is_none() {
            Some(("warc.header", "the record has no WARC-Type".into()))
        } else if fields.count("warc-type") > 1 {
            Some(("warc.header", "the headers of two records run into each other".into()))
        } else {
            None
        };
        Ok(Head { fields, length, bare, fault })
    }

    /// Reads the record that begins here.
    fn record(&mut self) -> Result<(Fields, Vec<u8>), Stop> {
        let Head { fields, length, bare, fault } = self.head()?;
        if length > self.max_bytes {
            let missing = self.bytes.pass_over(length)?;
            if missing > 0 {
                let message = format!("the record should have {length} bytes, and the file ends {missing} before");
                return wrong("warc.length", message);
            }
            let message = format!("the record has {length} bytes, and may have {}; raise `max_bytes`", self.max_bytes);
            let too_large = fault.unwrap_or(("limit.size", message));
            return wrong(too_large.0, too_large.1);
        }
        let mut block = Vec::with_capacity(length.min(64 << 10) as usize);
        self.bytes.read_into(&mut block, length)?;
        let missing = length - block.len() as u64;
        if missing > 0 && !(bare && missing <= lost_returns(&block)) {
            self.search_again(&block);
            return wrong(
                "warc.truncated",
                format!("the record should have {length} bytes, and {missing} are missing"),
            );
        }
        let member = self.bytes.member();
        match self.behind() {
            // The file may end inside of the next one; and where a member ends, so does the record, whatever comes
            // then.
            Ok(next) if MAGIC.starts_with(&next) || self.bytes.member() > member => {}
            Ok(_) => {
                // A longer gap is padding, and no part of a record.
                if self.blanks.len() <= MOST_BLANKS {
                    block.append(&mut self.blanks);
                    self.search_again(&block);
                } else {
                    self.lost = true;
                }
                let message = format!("the record does not end after the {length} bytes that it should have");
                return wrong("warc.length", message);
            }
            // Proved wrong by the checksum, or a fault of the next one.
            Err(error) if Fault::of(&error).is_none_or(|fault| spoils(fault, member)) => return Err(error.into()),
            Err(error) => self.fault = Some(error),
        }
        match fault {
            Some((rule, message)) => wrong(rule, message),
            None => Ok((fields, block)),
        }
    }

    /// Where the record is that has been read: its own member of the compressed file, if it has one.
    fn extent(&self, begin: u64, member: Option<MemberBegin>) -> Extent {
        let next = self.bytes.member_begin();
        match (member, next) {
            (Some(member), Some(next)) if member.opened == begin && next.stored > member.stored => {
                Extent { offset: member.stored, length: next.stored - member.stored }
            }
            _ => Extent { offset: begin, length: self.bytes.position() - begin },
        }
    }

    /// A record that is not what it should be may have run over the next one.
    fn search_again(&mut self, block: &[u8]) {
        self.lost = true;
        let whole = || memmem::find_iter(block, b"\nWARC/").find(|at| begins_record(&block[at + 1..]));
        // Its last line may be the beginning of one.
        let part = || memchr::memrchr(b'\n', block).filter(|at| may_begin(&block[at + 1..]));
        if self.bytes.may_read_again(block.len())
            && let Some(at) = whole().or_else(part)
        {
            self.bytes.put_back(block[at + 1..].to_vec());
        }
    }

    fn fail(&mut self, error: &io::Error) -> Lost {
        match self.bytes.resync() {
            Ok(true) => self.lost = true,
            Ok(false) | Err(_) => self.ended = true,
        }
        let (rule, message) = read_fault(error);
        self.lose(rule, message)
    }

    fn lose(&self, rule: &'static str, message: String) -> Lost {
        Lost { number: self.number, rule, message }
    }

    /// The next record; `None` at the end.
    fn step(&mut self) -> Result<Option<Result<Record, Lost>>, io::Error> {
        if let Some(error) = self.fault.take() {
            self.number += 1;
            return Err(error);
        }
        if std::mem::take(&mut self.lost) {
            if !self.look_for_record()? {
                self.ended = true;
                return Ok(None);
            }
        } else {
            let begin = self.behind().inspect_err(|_| self.number += 1)?;
            if begin.is_empty() {
                self.ended = true;
                return Ok(None);
            }
            if begin != MAGIC {
                self.number += 1;
                self.lost = true;
                let message =
                    format!("at byte {} no record begins: this is no WARC, or a part of one", self.bytes.position());
                return Ok(Some(Err(self.lose("warc.magic", message))));
            }
        }
        self.number += 1;
        let begin = self.bytes.position();
        let member = self.bytes.member_begin();
        match self.record() {
            Ok((fields, block)) => {
                let extent = self.extent(begin, member);
                Ok(Some(Ok(Record { number: self.number, extent, fields, block })))
            }
            Err(Stop::Wrong { rule, message }) => {
                // Where its length is not known, neither is where the next one begins.
                self.lost |= rule == "warc.length";
                let message = format!("{message} (it begins at byte {begin} of the opened file)");
                Ok(Some(Err(self.lose(rule, message))))
            }
            Err(Stop::Fault(error)) => Err(error),
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, Lost>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.step() {
            Ok(item) => item,
            Err(error) => Some(Err(self.fail(&error))),
        }
    }
}

/// Whether a fault behind a record leaves in doubt what is in it.
fn spoils(fault: &Fault, member: u64) -> bool {
    fault.member == member && matches!(fault.kind, FaultKind::Cut | FaultKind::Damaged)
}

/// Whether bytes begin a record: `WARC/` and a version.
pub(crate) fn begins_record(bytes: &[u8]) -> bool {
    bytes.strip_prefix(MAGIC).is_some_and(|rest| matches!(rest, [b'0'..=b'9', b'.', b'0'..=b'9', ..]))
}

/// Whether bytes are the beginning of the beginning of a record.
fn may_begin(bytes: &[u8]) -> bool {
    MAGIC.starts_with(bytes) || (bytes.starts_with(MAGIC) && bytes.len() < VERSION_LINE)
}

fn is_known_version(line: &[u8]) -> bool {
    let version = line.trim_ascii().strip_prefix(MAGIC).unwrap_or_default();
    version.starts_with(b"1.") || version.starts_with(b"0.")
}

/// A writer that leaves out carriage returns may still count them: in the header of the response, and at the end of the
/// record.
fn lost_returns(block: &[u8]) -> u64 {
    let head = memmem::find(block, b"\n\n").map_or(0, |end| end + 2);
    memchr::memchr_iter(b'\n', &block[..head]).count() as u64
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(40)]
}
