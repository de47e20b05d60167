//! A stream that takes bytes back.

use std::{
    fmt,
    io::{self, BufRead, Read},
};

use copydesk_parse::{Charset, OldCharset, Utf};
use copydesk_unpack::{MemberBegin, Stream};
use encoding_rs::Decoder;

/// What is read once more may be so many times what has been read, and this much besides: records that all claim to go
/// on to the end of the file would else cost their number times its size.
const AGAIN_SHARE: u64 = 4;
const AGAIN_BYTES: u64 = 64 << 20;

/// A stream to which bytes can be given back, for readers that find out late that a record was none.
#[derive(Debug)]
pub struct Rewind<R: Read> {
    stream: Stream<R>,
    ahead: Vec<u8>,
    at: usize,
    position: u64,
    again: u64,
    charset: Option<Decoding>,
    /// An error that was met by looking ahead, for the read that comes to it.
    pending: Option<io::Error>,
}

/// A charset that is being decoded.
enum Decoding {
    Known {
        decoder: Decoder,
        ended: bool,
    },
    Old(&'static OldCharset),
    /// What has come of a character that is not whole.
    Wide {
        utf: Utf,
        part: Vec<u8>,
    },
}

impl fmt::Debug for Decoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Decoding").finish_non_exhaustive()
    }
}

impl Decoding {
    /// Decodes a piece; nothing comes out of one that is but a part of a character. An empty one is the end.
    fn decode(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (decoder, ended) = match self {
            Self::Known { decoder, ended } => (decoder, ended),
            Self::Old(charset) => return Charset::Old(charset).decode(bytes).into_owned().into_bytes(),
            Self::Wide { utf, part } => {
                part.extend_from_slice(bytes);
                let rest = part.split_off(part.len() & !3);
                let text = utf.decode(&std::mem::replace(part, rest));
                return text.into_bytes();
            }
        };
        let last = bytes.is_empty();
        if std::mem::replace(ended, last) && last {
            return Vec::new();
        }
        let most = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 4 + 16);
        let mut text = String::with_capacity(most);
        let _ = decoder.decode_to_string(bytes, &mut text, last);
        text.into_bytes()
    }
}

impl<R: Read> Rewind<R> {
    /// Reads from the stream.
    pub fn new(stream: Stream<R>) -> Self {
        Self { stream, ahead: Vec::new(), at: 0, position: 0, again: 0, charset: None, pending: None }
    }

    /// Bytes of the opened stream before the next one.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The member that was read last, as [`Stream::member`] has it.
    pub fn member(&self) -> u64 {
        self.stream.member()
    }

    /// Where the member begins that was read last, as [`Stream::member_begin`] has it.
    pub fn member_begin(&self) -> Option<MemberBegin> {
        self.stream.member_begin()
    }

    /// What is at hand; nothing at the end.
    pub fn available(&mut self) -> io::Result<&[u8]> {
        if self.at < self.ahead.len() {
            return Ok(&self.ahead[self.at..]);
        }
        self.ahead = Vec::new();
        self.at = 0;
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        if self.charset.is_some() {
            return self.decoded();
        }
        while let Err(error) = self.stream.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        self.stream.fill_buf()
    }

    fn decoded(&mut self) -> io::Result<&[u8]> {
        let Some(charset) = &mut self.charset else { return Ok(&[]) };
        loop {
            let bytes = match self.stream.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            };
            let (len, text) = (bytes.len(), charset.decode(bytes));
            self.stream.consume(len);
            if !text.is_empty() || len == 0 {
                self.ahead = text;
                return Ok(&self.ahead);
            }
        }
    }

    /// Up to so many bytes of what comes, without going on. An error on the way is told by the read that comes to it.
    pub fn peek(&mut self, bytes: u64) -> Vec<u8> {
        let mut ahead = Vec::new();
        let error = self.read_into(&mut ahead, bytes).err();
        self.put_back(ahead.clone());
        self.pending = error.or(self.pending.take());
        ahead
    }

    /// Decodes all that comes. Positions count UTF-8 from here on. To be called before anything is read.
    pub fn decode(&mut self, charset: Charset) {
        let mut charset = match charset {
            Charset::Known(encoding) => Decoding::Known { decoder: encoding.new_decoder(), ended: false },
            Charset::Old(charset) => Decoding::Old(charset),
            Charset::Wide(utf) => Decoding::Wide { utf, part: Vec::new() },
        };
        let ahead = std::mem::take(&mut self.ahead);
        self.ahead = charset.decode(&ahead[self.at..]);
        self.at = 0;
        self.charset = Some(charset);
    }

    /// Whether a charset is being decoded.
    pub fn is_decoding(&self) -> bool {
        self.charset.is_some()
    }

    /// Goes on by so many of the bytes at hand.
    pub fn consume(&mut self, bytes: usize) {
        self.position += bytes as u64;
        if self.at < self.ahead.len() {
            self.at += bytes;
        } else {
            self.stream.consume(bytes);
        }
    }

    /// Takes bytes back that were read last.
    pub fn put_back(&mut self, mut bytes: Vec<u8>) {
        self.position = self.position.saturating_sub(bytes.len() as u64);
        bytes.extend_from_slice(&self.ahead[self.at..]);
        self.ahead = bytes;
        self.at = 0;
    }

    /// Whether so many bytes may be read again.
    pub fn may_read_again(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        let may = self.again + bytes <= self.position * AGAIN_SHARE + AGAIN_BYTES;
        self.again += if may { bytes } else { 0 };
        may
    }

    /// Reads up to so many bytes more into `out`; fewer only at the end.
    pub fn read_into(&mut self, out: &mut Vec<u8>, mut bytes: u64) -> io::Result<()> {
        while bytes > 0 {
            let available = self.available()?;
            let len = available.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
            if len == 0 {
                break;
            }
            out.extend_from_slice(&available[..len]);
            self.consume(len);
            bytes -= len as u64;
        }
        Ok(())
    }

    /// Skips so many bytes; how many were missing.
    pub fn pass_over(&mut self, mut bytes: u64) -> io::Result<u64> {
        while bytes > 0 {
            let len = self.available()?.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
            if len == 0 {
                break;
            }
            self.consume(len);
            bytes -= len as u64;
        }
        Ok(bytes)
    }

    /// Reads a line with its line feed into `out`, as much of it as there is room for; the length of all of it, 0 at
    /// the end.
    pub fn line(&mut self, out: &mut Vec<u8>, room: usize) -> io::Result<u64> {
        let mut read = 0;
        loop {
            let available = self.available()?;
            let end = memchr::memchr(b'\n', available).map(|at| at + 1);
            let len = end.unwrap_or(available.len());
            let fits = len.min(room.saturating_sub(usize::try_from(read).unwrap_or(usize::MAX)));
            out.extend_from_slice(&available[..fits]);
            self.consume(len);
            read += len as u64;
            if end.is_some() || len == 0 {
                return Ok(read);
            }
        }
    }

    /// Goes on at the next sound member after a fault, as [`Stream::resync`] has it. What was given back is forgotten.
    pub fn resync(&mut self) -> io::Result<bool> {
        self.ahead = Vec::new();
        self.at = 0;
        let goes_on = self.stream.resync()?;
        self.position = self.stream.opened();
        Ok(goes_on)
    }
}
