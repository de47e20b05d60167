//! The stored bytes, read in pieces, with the last of them kept.

use std::io::{self, BufRead, Read};

/// So much of what was read is kept, so that the beginning of a member can be found that a decoder has run over. A
/// decoder notices damage within a few kilobytes, or at the end of a stored block of 64 KiB.
const HISTORY: usize = 256 << 10;
/// So much is read at a time.
const CHUNK: usize = 64 << 10;

/// A reader that remembers.
pub(crate) struct Window<R> {
    inner: R,
    buffer: Vec<u8>,
    /// Where in the buffer the next byte is.
    at: usize,
    /// Where in the stored bytes the buffer begins.
    base: u64,
    /// Whether the reader itself has failed.
    pub(crate) broken: bool,
}

impl<R: Read> Window<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, buffer: Vec::new(), at: 0, base: 0, broken: false }
    }

    /// Where in the stored bytes the next byte is.
    pub(crate) fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// What is at hand from here on.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Goes to a position among what is at hand, or as near as can be.
    pub(crate) fn go_to(&mut self, position: u64) {
        self.at = self.buffer.len().min(position.saturating_sub(self.base) as usize);
    }

    pub(crate) fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.buffer.len());
    }

    /// Makes so many bytes available, unless the end comes before.
    pub(crate) fn want(&mut self, bytes: usize) -> io::Result<&[u8]> {
        while self.rest().len() < bytes && self.more()? {}
        Ok(self.rest())
    }

    /// Reads another piece; `false` at the end.
    pub(crate) fn more(&mut self) -> io::Result<bool> {
        if self.at > 2 * HISTORY {
            let forget = self.at - HISTORY;
            self.buffer.drain(..forget);
            self.at = HISTORY;
            self.base += forget as u64;
        }
        let len = self.buffer.len();
        self.buffer.resize(len + CHUNK, 0);
        let result = loop {
            match self.inner.read(&mut self.buffer[len..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        self.buffer.truncate(len + *result.as_ref().unwrap_or(&0));
        self.broken |= result.is_err();
        Ok(result? > 0)
    }
}

impl<R: Read> Read for Window<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let len = available.len().min(out.len());
        out[..len].copy_from_slice(&available[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl<R: Read> BufRead for Window<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.want(1)
    }

    fn consume(&mut self, bytes: usize) {
        self.skip(bytes);
    }
}
