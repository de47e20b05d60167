//! Frames of zstd, one at a time, with one decoder for all of them: a decoder costs more than a small frame.

use std::io::{self, BufRead, Read};

use zstd::stream::raw::{self, InBuffer, Operation, OutBuffer};

use crate::{Limits, window::Window};

/// The first byte of a frame that decoders skip, of sixteen; then come three that all share, and four with its length.
const SKIPPABLE: std::ops::RangeInclusive<u8> = 0x50..=0x5F;
const SKIPPABLE_REST: [u8; 3] = [0x2A, 0x4D, 0x18];
const FRAME: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// The skippable frame that holds the dictionary of a `.warc.zst`; it may be compressed itself.
const DICTIONARY: u8 = 0x5D;
/// A dictionary is no larger.
const MOST_DICTIONARY: usize = 16 << 20;

/// The length of what follows the eight bytes of a frame that is to be skipped, if these begin one.
pub(crate) fn skippable(head: &[u8]) -> Option<u64> {
    let [first, rest @ ..] = head.first_chunk::<4>()?;
    let length = head.get(4..8)?.try_into().ok()?;
    (SKIPPABLE.contains(first) && *rest == SKIPPABLE_REST).then(|| u64::from(u32::from_le_bytes(length)))
}

/// The dictionary that a file begins with, as web archives do that share one among their records. What is at hand of the
/// file is looked at, nothing is taken.
pub(crate) fn dictionary<R: Read>(window: &mut Window<R>) -> io::Result<Option<Vec<u8>>> {
    let head = window.want(8)?;
    let Some(length) = skippable(head).filter(|_| head[0] == DICTIONARY) else { return Ok(None) };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > MOST_DICTIONARY {
        return Ok(None);
    }
    let Some(stored) = window.want(8 + length)?.get(8..8 + length) else { return Ok(None) };
    if !stored.starts_with(&FRAME) {
        return Ok(Some(stored.to_vec()));
    }
    let mut opened = Vec::new();
    let read = zstd::stream::read::Decoder::new(stored)
        .and_then(|decoder| decoder.take(MOST_DICTIONARY as u64).read_to_end(&mut opened));
    Ok(read.is_ok().then_some(opened))
}

/// A decoder, with the dictionary of the file if it has one.
pub(crate) fn decoder(dictionary: Option<&[u8]>, limits: &Limits) -> io::Result<raw::Decoder<'static>> {
    let mut decoder = raw::Decoder::with_dictionary(dictionary.unwrap_or_default())?;
    decoder.set_parameter(raw::DParameter::WindowLogMax(limits.max_window_log.clamp(10, 31)))?;
    Ok(decoder)
}

/// One frame that is being read.
pub(crate) struct ZstdFrame<R: Read> {
    pub(crate) window: Window<R>,
    pub(crate) decoder: raw::Decoder<'static>,
    ended: bool,
}

impl<R: Read> ZstdFrame<R> {
    pub(crate) fn new(window: Window<R>, decoder: raw::Decoder<'static>) -> Self {
        Self { window, decoder, ended: false }
    }

    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let stored = self.window.fill_buf()?;
            let at_end = stored.is_empty();
            let mut input = InBuffer::around(stored);
            let mut output = OutBuffer::around(&mut *out);
            let hint = self.decoder.run(&mut input, &mut output)?;
            let (read, written) = (input.pos(), output.pos());
            self.window.consume(read);
            self.ended = hint == 0;
            if written > 0 {
                return Ok(written);
            }
            if at_end && !self.ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}
