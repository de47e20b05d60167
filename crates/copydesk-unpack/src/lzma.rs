//! A stream of LZMA without a frame around it.

use std::io::{self, BufRead, Read};

use lzma_rust2::{Action, LzmaStream, Status};

use crate::window::Window;

/// One stream that is being read.
pub(crate) struct Lzma<R: Read> {
    pub(crate) window: Window<R>,
    decoder: LzmaStream,
    ended: bool,
}

impl<R: Read> Lzma<R> {
    pub(crate) fn new(window: Window<R>, most_kib: u32) -> Self {
        Self { window, decoder: LzmaStream::new_mem_limit(most_kib, None), ended: false }
    }

    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let stored = self.window.fill_buf()?;
            let at_end = stored.is_empty();
            let step = self.decoder.process(stored, out, if at_end { Action::Finish } else { Action::Run })?;
            self.window.consume(step.bytes_consumed);
            self.ended = step.status == Status::StreamEnd;
            if self.ended {
                // The decoder takes all that it is given.
                let unused = self.decoder.unused_input().len() as u64;
                self.window.go_to(self.window.position().saturating_sub(unused));
            }
            if step.bytes_produced > 0 {
                return Ok(step.bytes_produced);
            }
            if at_end && !self.ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}
