//! One stream, however it is compressed.

use std::{
    fmt,
    io::{self, BufRead, Read},
};

use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use zstd::stream::raw::{self, Operation as _};

use crate::{
    Codec, Fault, FaultKind, Limits,
    codec::MAGIC_BYTES,
    lzma::Lzma,
    window::Window,
    zstd_frame::{self, ZstdFrame},
};

/// So much comes out at a time, once it is clear that more than the beginning is asked for.
const CHUNK: usize = 64 << 10;
const FIRST_CHUNK: usize = 4 << 10;

/// Bytes that may be compressed, opened as they are read.
///
/// No piece that [`BufRead::fill_buf`] gives out spans two members, so that [`Stream::member`] says of each byte which
/// one it is from. A gzip member has been proved sound only when a byte after its last one, or the end, has been asked
/// for.
pub struct Stream<R: Read> {
    state: State<R>,
    codec: Option<Codec>,
    limits: Limits,
    /// A decoder of zstd between two frames, and the dictionary of the file.
    zstd: Option<raw::Decoder<'static>>,
    dictionary: Option<Vec<u8>>,
    /// What has come out, up to `len`; made when the first member begins.
    out: Vec<u8>,
    at: usize,
    len: usize,
    /// All that has come out.
    decompressed: u64,
    member: u64,
    /// Where the member begins, in the stored bytes and in what comes out.
    start: u64,
    opened_start: u64,
    /// An error that was met by looking ahead, for the next read to tell.
    pending: Option<io::Error>,
}

/// Where a member begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberBegin {
    /// Stored bytes before it.
    pub stored: u64,
    /// Bytes that come out before it.
    pub opened: u64,
}

enum State<R: Read> {
    Plain(Window<R>),
    /// Before a member, or what should be one.
    Between(Window<R>),
    Inside(Decoder<R>),
    /// After a fault or the end.
    Ended(Window<R>),
    /// Nothing outside of a method sees this.
    Moving,
}

enum Decoder<R: Read> {
    Gzip(Box<GzDecoder<Window<R>>>),
    Zstd(ZstdFrame<R>),
    Bzip2(bzip2::bufread::BzDecoder<Window<R>>),
    Xz(Box<XzReader<Window<R>>>),
    Lzma(Box<Lzma<R>>),
}

impl<R: Read> Decoder<R> {
    /// `zstd` is a decoder of an earlier frame, which is used again.
    fn new(
        codec: Codec,
        window: Window<R>,
        limits: &Limits,
        zstd: &mut Option<raw::Decoder<'static>>,
        dictionary: Option<&[u8]>,
    ) -> Result<Self, (Window<R>, io::Error)> {
        // Decoders of LZMA take a little more than the window.
        let most_kib = (1 << (limits.max_window_log.clamp(10, 31) - 10)) + 1024;
        Ok(match codec {
            Codec::Gzip => Self::Gzip(Box::new(GzDecoder::new(window))),
            Codec::Zstd => match zstd.take() {
                Some(mut decoder) => match decoder.reinit() {
                    Ok(()) => Self::Zstd(ZstdFrame::new(window, decoder)),
                    Err(error) => return Err((window, error)),
                },
                None => match zstd_frame::decoder(dictionary, limits) {
                    Ok(decoder) => Self::Zstd(ZstdFrame::new(window, decoder)),
                    Err(error) => return Err((window, error)),
                },
            },
            Codec::Bzip2 => Self::Bzip2(bzip2::bufread::BzDecoder::new(window)),
            Codec::Xz => Self::Xz(Box::new(XzReader::new_mem_limit(window, false, most_kib))),
            Codec::Lzma => Self::Lzma(Box::new(Lzma::new(window, most_kib))),
        })
    }

    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(out),
            Self::Zstd(decoder) => decoder.read(out),
            Self::Bzip2(decoder) => decoder.read(out),
            Self::Xz(decoder) => decoder.read(out),
            Self::Lzma(decoder) => decoder.read(out),
        }
    }

    fn window(&self) -> &Window<R> {
        match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zstd(frame) => &frame.window,
            Self::Bzip2(decoder) => decoder.get_ref(),
            Self::Xz(decoder) => decoder.inner(),
            Self::Lzma(decoder) => &decoder.window,
        }
    }

    /// What is left to be read; a decoder of zstd is kept for the next frame.
    fn into_window(self, zstd: &mut Option<raw::Decoder<'static>>) -> Window<R> {
        match self {
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(frame) => {
                *zstd = Some(frame.decoder);
                frame.window
            }
            Self::Bzip2(decoder) => decoder.into_inner(),
            Self::Xz(decoder) => decoder.into_inner(),
            Self::Lzma(decoder) => decoder.window,
        }
    }
}

impl<R: Read> Stream<R> {
    /// Looks at the first bytes, and opens what they say. An error is one of reading.
    pub fn open(inner: R, limits: Limits) -> io::Result<Self> {
        let mut window = Window::new(inner);
        let codec = Codec::of(window.want(MAGIC_BYTES)?);
        let dictionary = if codec == Some(Codec::Zstd) { zstd_frame::dictionary(&mut window)? } else { None };
        let state = if codec.is_some() { State::Between(window) } else { State::Plain(window) };
        Ok(Self {
            state,
            codec,
            limits,
            zstd: None,
            dictionary,
            out: Vec::new(),
            at: 0,
            len: 0,
            decompressed: 0,
            member: 0,
            start: 0,
            opened_start: 0,
            pending: None,
        })
    }

    /// What comes next, as far as it is at hand. An error is told by the read that comes to it.
    pub fn look_ahead(&mut self) -> &[u8] {
        if let Err(error) = self.fill_buf() {
            self.pending = Some(error);
            return &[];
        }
        self.fill_buf().unwrap_or_default()
    }

    /// How it is compressed; `None` for plain bytes.
    pub fn codec(&self) -> Option<Codec> {
        self.codec
    }

    /// Whether what comes out is compressed once more. An error on the way is told by the next read, so that a fault in
    /// the first member costs no other.
    pub fn is_compressed_again(&mut self) -> bool {
        match self.fill_buf() {
            Ok(begin) => Codec::of(begin).is_some(),
            Err(error) => {
                self.pending = Some(error);
                false
            }
        }
    }

    /// The member that the bytes at hand are from, counted from 1; 0 for plain bytes.
    pub fn member(&self) -> u64 {
        self.member
    }

    /// Where the member begins that the bytes at hand are from; at the end, where another one would. `None` for plain
    /// bytes.
    pub fn member_begin(&self) -> Option<MemberBegin> {
        self.codec.map(|_| MemberBegin { stored: self.start, opened: self.opened_start })
    }

    /// How many bytes have come out of a compressed stream.
    pub fn opened(&self) -> u64 {
        self.decompressed
    }

    /// How many of the stored bytes have been taken in.
    pub fn stored(&self) -> u64 {
        match &self.state {
            State::Plain(window) | State::Between(window) | State::Ended(window) => window.position(),
            State::Inside(decoder) => decoder.window().position(),
            State::Moving => 0,
        }
    }

    /// After a fault: goes on at the next sound beginning of a member behind that of the faulty one. `false` if there
    /// is none, or the stream has come to the limit of its size or ratio. What came out of the faulty member stays out.
    pub fn resync(&mut self) -> io::Result<bool> {
        let (Some(codec), State::Between(window)) = (self.codec, &mut self.state) else { return Ok(false) };
        // One further than it began, whatever the decoder took in: else the same member would be found for ever.
        window.go_to(self.start + 1);
        loop {
            if let Some(at) = codec.find_member(window.rest()) {
                window.skip(at);
                return Ok(true);
            }
            // A beginning may be half read.
            let passed = window.rest().len().saturating_sub(MAGIC_BYTES - 1);
            window.skip(passed);
            if !window.more()? {
                let rest = window.rest().len();
                window.skip(rest);
                return Ok(false);
            }
        }
    }

    /// Fills the buffer; `false` at the end.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            match std::mem::replace(&mut self.state, State::Moving) {
                State::Between(window) => {
                    if !self.begin(window)? {
                        return Ok(false);
                    }
                }
                State::Inside(mut decoder) => {
                    self.out.resize((2 * self.decompressed as usize).clamp(FIRST_CHUNK, CHUNK), 0);
                    let result = decoder.read(&mut self.out);
                    (self.at, self.len) = (0, *result.as_ref().unwrap_or(&0));
                    match result {
                        Ok(0) => self.state = State::Between(decoder.into_window(&mut self.zstd)),
                        Ok(read) => {
                            self.decompressed += read as u64;
                            self.state = State::Inside(decoder);
                            self.check()?;
                            return Ok(true);
                        }
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => self.state = State::Inside(decoder),
                        Err(error) => {
                            let window = decoder.into_window(&mut self.zstd);
                            return Err(self.fail(window, error));
                        }
                    }
                }
                ended @ (State::Plain(_) | State::Ended(_) | State::Moving) => {
                    self.state = ended;
                    return Ok(false);
                }
            }
        }
    }

    /// Opens the next member; `false` at the end.
    fn begin(&mut self, mut window: Window<R>) -> io::Result<bool> {
        let Some(codec) = self.codec else { return Ok(false) };
        self.pass_fillings(&mut window, codec)?;
        self.start = window.position();
        self.opened_start = self.decompressed;
        let head = window.want(MAGIC_BYTES)?;
        if head.is_empty() {
            self.state = State::Ended(window);
            return Ok(false);
        }
        if Codec::of(head) != Some(codec) {
            self.state = State::Between(window);
            let message = format!("after the end of the {codec} data comes something else");
            return Err(self.fault(FaultKind::Trailing, message).into());
        }
        self.member += 1;
        if zstd_window_log(head).is_some_and(|log| log > self.limits.max_window_log) {
            self.state = State::Between(window);
            return Err(self.window_fault().into());
        }
        match Decoder::new(codec, window, &self.limits, &mut self.zstd, self.dictionary.as_deref()) {
            Ok(decoder) => self.state = State::Inside(decoder),
            Err((window, error)) => return Err(self.fail(window, error)),
        }
        Ok(true)
    }

    /// Passes over what stands between members and holds nothing: zeros, as tapes and tar leave them, frames of zstd that
    /// decoders skip, and empty streams of bzip2, whose decoder costs more than they do.
    fn pass_fillings(&self, window: &mut Window<R>, codec: Codec) -> io::Result<()> {
        loop {
            let head = window.want(MAGIC_BYTES)?;
            if self.member > 0 && head.first() == Some(&0) {
                let zeros = window.rest().iter().take_while(|byte| **byte == 0).count();
                window.skip(zeros);
            } else if let Some(length) = zstd_frame::skippable(head).filter(|_| codec == Codec::Zstd) {
                let mut left = length + 8;
                while left > 0 {
                    let here = window.want(1)?.len();
                    if here == 0 {
                        break;
                    }
                    let passed = here.min(usize::try_from(left).unwrap_or(usize::MAX));
                    window.skip(passed);
                    left -= passed as u64;
                }
            } else if codec == Codec::Bzip2 && is_empty_bzip2(window.want(BZIP2_EMPTY)?) {
                window.skip(BZIP2_EMPTY);
            } else {
                return Ok(());
            }
        }
    }

    fn fail(&mut self, window: Window<R>, error: io::Error) -> io::Error {
        if window.broken {
            self.state = State::Ended(window);
            return error;
        }
        let Some(codec) = self.codec else { return error };
        let fault = match error.kind() {
            io::ErrorKind::UnexpectedEof => self.fault(FaultKind::Cut, format!("the {codec} data is cut off")),
            io::ErrorKind::OutOfMemory => {
                self.state = State::Between(window);
                return self.window_fault().into();
            }
            _ => self.fault(FaultKind::Damaged, format!("the {codec} data is damaged")),
        };
        self.state = State::Between(window);
        fault.into()
    }

    fn check(&mut self) -> io::Result<()> {
        let ratio = self.decompressed / self.stored().max(1);
        let fault = if self.decompressed > self.limits.max_bytes {
            let message = format!("it opens to more than {} bytes", self.limits.max_bytes);
            self.fault(FaultKind::Size, message)
        } else if self.decompressed > Limits::RATIO_FROM && ratio > u64::from(self.limits.max_ratio) {
            let message =
                format!("it grows more than {} times when it is decompressed, as only bombs do", self.limits.max_ratio);
            self.fault(FaultKind::Ratio, message)
        } else {
            return Ok(());
        };
        if let State::Inside(decoder) = std::mem::replace(&mut self.state, State::Moving) {
            self.state = State::Ended(decoder.into_window(&mut self.zstd));
        }
        self.len = 0;
        Err(fault.into())
    }

    fn window_fault(&self) -> Fault {
        let log = self.limits.max_window_log;
        self.fault(FaultKind::Window, format!("it asks for a window of more than 2^{log} bytes"))
    }

    fn fault(&self, kind: FaultKind, message: String) -> Fault {
        let codec = self.codec.unwrap_or(Codec::Gzip);
        Fault { kind, codec, member: self.member, offset: self.start, message }
    }
}

impl<R: Read> BufRead for Stream<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        if !matches!(self.state, State::Plain(_)) {
            if self.at >= self.len {
                (self.at, self.len) = (0, 0);
                self.advance()?;
            }
            return Ok(&self.out[self.at..self.len]);
        }
        match &mut self.state {
            State::Plain(window) => window.fill_buf(),
            _ => Ok(&[]),
        }
    }

    fn consume(&mut self, bytes: usize) {
        match &mut self.state {
            State::Plain(window) => window.consume(bytes),
            _ => self.at = (self.at + bytes).min(self.len),
        }
    }
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let len = available.len().min(out.len());
        out[..len].copy_from_slice(&available[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl<R: Read> fmt::Debug for Stream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("codec", &self.codec).field("member", &self.member).finish_non_exhaustive()
    }
}

/// An empty stream of bzip2: its head, the mark of the end, and a checksum of zero.
const BZIP2_EMPTY: usize = 14;

fn is_empty_bzip2(head: &[u8]) -> bool {
    let Some((magic, rest)) = head.split_at_checked(4) else { return false };
    magic.starts_with(b"BZh") && rest.get(..10) == Some(&[0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0])
}

/// The window that a zstd frame asks for, as a power of two.
fn zstd_window_log(head: &[u8]) -> Option<u32> {
    let (descriptor, window) = (*head.get(4)?, *head.get(5)?);
    let single_segment = descriptor & 0x20 != 0;
    (head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) && !single_segment).then(|| 10 + u32::from(window >> 3))
}
