//! Compressed streams, told by content and not by name.
//!
//! [`Stream`] reads plain bytes, gzip (with any number of members), zstd (frames), bzip2, xz (streams) and lzma, and
//! gives out what is in them. It holds a few hundred kilobytes, whatever the size of the file. What is wrong is a [`Fault`]
//! inside of an [`std::io::Error`]; after one, [`Stream::resync`] goes on at the next member that begins soundly.

mod codec;
mod fault;
mod lzma;
mod stream;
#[cfg(test)]
mod tests;
mod window;
mod zstd_frame;

copydesk_fingerprint::fingerprint!();

// What `flate2` uses: here for the feature that lets it ask what the processor can do.
use zlib_rs as _;

pub use codec::{Codec, names_codec};
pub use fault::{Fault, FaultKind};
pub use stream::{MemberBegin, Stream};

/// How much a compressed stream may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes that come out of one stream.
    pub max_bytes: u64,
    /// Largest ratio of what came out to what went in. It is looked at once [`Limits::RATIO_FROM`] bytes have come out.
    pub max_ratio: u32,
    /// Largest window, as a power of two: what a zstd frame or an xz block makes a reader hold in memory.
    pub max_window_log: u32,
}

impl Limits {
    /// So much comes out of a stream before its ratio is looked at: a bomb of this size does no harm.
    pub const RATIO_FROM: u64 = 16 << 20;

    /// Nothing is refused but a window that is larger than the usual ones.
    pub const WINDOW_ONLY: Self = Self { max_bytes: u64::MAX, max_ratio: u32::MAX, max_window_log: 27 };
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 1 << 40, max_ratio: 500, max_window_log: 27 }
    }
}
