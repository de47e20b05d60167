//! The formats, and how each begins.

use std::fmt;

use memchr::memmem;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// gzip: members one after the other.
    Gzip,
    /// zstd: frames one after the other.
    Zstd,
    /// bzip2: streams one after the other.
    Bzip2,
    /// xz: streams one after the other, perhaps with zeros between them.
    Xz,
    /// LZMA as it was before xz: one stream, without a checksum.
    Lzma,
}

/// So many bytes tell how a stream is compressed, and whether a member begins at them.
pub(crate) const MAGIC_BYTES: usize = 14;

const XZ: &[u8] = b"\xFD7zXZ\0";
/// What a block of bzip2 begins with, and what an empty stream has in its place.
const BZIP2_BLOCK: &[u8] = &[0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const BZIP2_END: &[u8] = &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

/// The properties that everybody writes, and a dictionary of whole 64 KiB. Nothing else tells LZMA, so that all that stands
/// before the data has to be as programs write it.
const LZMA: &[u8] = &[0x5D, 0, 0];

fn is_lzma(bytes: &[u8]) -> bool {
    let Some((dictionary, rest)) = bytes.strip_prefix(&[0x5D]).and_then(|rest| rest.split_first_chunk::<4>()) else {
        return false;
    };
    let Some((size, rest)) = rest.split_first_chunk::<8>() else { return false };
    let (dictionary, size) = (u32::from_le_bytes(*dictionary), u64::from_le_bytes(*size));
    // A power of two, or half as much again.
    let is_usual = dictionary >= 1 << 16 && (dictionary.is_power_of_two() || (dictionary / 3).is_power_of_two());
    is_usual && (size == u64::MAX || size < 1 << 48) && rest.first() == Some(&0)
}

impl Codec {
    /// What the first bytes say. `BZh` alone may begin a word, so that bzip2 is told by its first block.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A frame, or one of the sixteen marks of a frame that decoders skip.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
                if rest.starts_with(BZIP2_BLOCK) || rest.starts_with(BZIP2_END) =>
            {
                Some(Self::Bzip2)
            }
            _ if bytes.starts_with(XZ) => Some(Self::Xz),
            _ => is_lzma(bytes).then_some(Self::Lzma),
        }
    }

    /// Where the next sound beginning of a member is. Stricter than [`Codec::of`]: inside of compressed data, two or
    /// three bytes come by chance.
    pub(crate) fn find_member(self, bytes: &[u8]) -> Option<usize> {
        let first: &[u8] = match self {
            Self::Gzip => &[0x1F, 0x8B, 8],
            Self::Zstd => &[0x28, 0xB5, 0x2F, 0xFD],
            Self::Bzip2 => b"BZh",
            Self::Xz => XZ,
            Self::Lzma => LZMA,
        };
        memmem::find_iter(bytes, first).find(|at| self.is_member(&bytes[*at..]))
    }

    fn is_member(self, bytes: &[u8]) -> bool {
        match self {
            // No reserved flag; a level and a system that exist.
            Self::Gzip => {
                matches!(bytes, [_, _, _, flags, _, _, _, _, 0 | 2 | 4, system, ..]
                    if flags & 0xE0 == 0 && (*system <= 13 || *system == 255))
            }
            // No reserved bit.
            Self::Zstd => bytes.get(4).is_some_and(|descriptor| descriptor & 0x08 == 0),
            Self::Bzip2 | Self::Lzma => Self::of(bytes) == Some(self),
            // The stream's flags: a zero, and a check that exists.
            Self::Xz => matches!(bytes.get(6..8), Some([0, 0 | 1 | 4 | 10])),
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
        })
    }
}

/// Whether a name promises compressed data. Only where there is no content to tell does a name count.
pub fn names_codec(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default();
    ["gz", "zst", "bz2", "xz", "lzma"].iter().any(|known| end.eq_ignore_ascii_case(known))
}
