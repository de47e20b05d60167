//! ARC, the format of web archives before WARC: records as they stand in the file.
//!
//! A record is a line (`URL IP-address date media-type length`, with more fields before the length in version 2) and as
//! many bytes as it says: for an address of the web, the HTTP response.

use std::io::{self, Read};

use copydesk_document::Extent;
use copydesk_intake::{Rewind, read_fault};
use copydesk_unpack::Stream;

use crate::{
    fields::Fields,
    reader::{Lost, Record},
};

/// What the first record of a file begins with.
const MAGIC: &[u8] = b"filedesc:";

/// Whether the beginning of a file is that of an ARC.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The line before a record.
struct Head {
    url: String,
    /// As WARC writes it.
    date: String,
    media_type: String,
    length: u64,
}

impl Head {
    fn read(line: &[u8]) -> Option<Self> {
        let line = String::from_utf8_lossy(line);
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let ([url, _, date, media_type, length] | [url, _, date, media_type, _, _, _, _, _, length]) = fields[..]
        else {
            return None;
        };
        let is_date = (12..=14).contains(&date.len()) && date.bytes().all(|byte| byte.is_ascii_digit());
        if !is_date || !url.contains(':') {
            return None;
        }
        let part = |from: usize, to: usize| date.get(from..to).unwrap_or("00");
        let date =
            format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14));
        Some(Self { url: url.to_owned(), date, media_type: media_type.to_owned(), length: length.parse().ok()? })
    }

    /// The fields that a WARC has for the same.
    fn fields(&self) -> Fields {
        let Self { url, date, media_type, .. } = self;
        let is_page = url.starts_with("http:") || url.starts_with("https:");
        let kind = if is_page { "response" } else { url.split(':').next().unwrap_or_default() };
        let lines =
            format!("WARC-Type: {kind}\nWARC-Target-URI: {url}\nWARC-Date: {date}\nContent-Type: {media_type}\n");
        Fields::read(lines.as_bytes())
    }
}

pub(crate) struct ArcReader<R: Read> {
    bytes: Rewind<R>,
    number: u64,
    max_bytes: u64,
    max_header: usize,
    /// Whether the next record has to be looked for.
    lost: bool,
    /// A fault behind the record that was given out.
    fault: Option<io::Error>,
    ended: bool,
}

impl<R: Read> ArcReader<R> {
    pub(crate) fn new(stream: Stream<R>, max_bytes: u64, max_header: u64) -> Self {
        let max_header = usize::try_from(max_header).unwrap_or(usize::MAX);
        Self { bytes: Rewind::new(stream), number: 0, max_bytes, max_header, lost: false, fault: None, ended: false }
    }

    fn lose(&self, rule: &'static str, message: String) -> Lost {
        Lost { number: self.number, rule, message }
    }

    /// The line of the next record, and where it begins. The error is what stands in its place.
    fn head(&mut self) -> io::Result<Option<Result<(Head, u64), Lost>>> {
        loop {
            let begin = self.bytes.position();
            let mut line = Vec::new();
            let read = self.bytes.line(&mut line, self.max_header)?;
            if read == 0 {
                return Ok(None);
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            if let Some(head) = Head::read(&line) {
                self.lost = false;
                self.number += 1;
                return Ok(Some(Ok((head, begin))));
            }
            if !std::mem::replace(&mut self.lost, true) {
                self.number += 1;
                let message = format!("at byte {begin} no record begins: the length of the one before may be wrong");
                return Ok(Some(Err(self.lose("arc.header", message))));
            }
        }
    }

    fn step(&mut self) -> io::Result<Option<Result<Record, Lost>>> {
        let (head, begin) = match self.head()? {
            None => return Ok(None),
            Some(Err(lost)) => return Ok(Some(Err(lost))),
            Some(Ok(found)) => found,
        };
        let length = head.length;
        if length > self.max_bytes {
            self.bytes.pass_over(length)?;
            let most = self.max_bytes;
            let message = format!("the record has {length} bytes, and may have {most}; raise `max_bytes`");
            return Ok(Some(Err(self.lose("limit.size", message))));
        }
        let mut block = Vec::with_capacity(length.min(64 << 10) as usize);
        self.bytes.read_into(&mut block, length)?;
        let missing = length - block.len() as u64;
        if missing > 0 {
            let message = format!("the record should have {length} bytes, and {missing} are missing");
            return Ok(Some(Err(self.lose("arc.truncated", message))));
        }
        let extent = Extent { offset: begin, length: self.bytes.position() - begin };
        if !self.ends_here() {
            self.lost = true;
            let message = format!("the record does not end after the {length} bytes that it should have");
            return Ok(Some(Err(self.lose("arc.length", message))));
        }
        let fields = head.fields();
        Ok(Some(Ok(Record { number: self.number, extent, fields, block })))
    }

    /// Whether a record, or the end, is what comes next. A fault of the stream that comes first is of the next record.
    fn ends_here(&mut self) -> bool {
        loop {
            let mut line = Vec::new();
            match self.bytes.line(&mut line, self.max_header) {
                Ok(0) => return true,
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => {
                    let is_head = Head::read(&line).is_some();
                    self.bytes.put_back(line);
                    return is_head;
                }
                Err(error) => {
                    self.fault = Some(error);
                    return true;
                }
            }
        }
    }
}

impl<R: Read> Iterator for ArcReader<R> {
    type Item = Result<Record, Lost>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.fault.take().map_or_else(|| self.step(), Err) {
            Ok(item) => {
                self.ended = item.is_none();
                item
            }
            Err(error) => {
                self.number += 1;
                match self.bytes.resync() {
                    Ok(true) => self.lost = true,
                    Ok(false) | Err(_) => self.ended = true,
                }
                let (rule, message) = read_fault(&error);
                Some(Err(self.lose(rule, message)))
            }
        }
    }
}
