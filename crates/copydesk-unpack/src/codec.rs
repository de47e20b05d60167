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
}

/// So many bytes tell how a stream is compressed, and whether a member begins at them.
pub(crate) const MAGIC_BYTES: usize = 12;

const XZ: &[u8] = b"\xFD7zXZ\0";
/// What a block of bzip2 begins with, and what an empty stream has in its place.
const BZIP2_BLOCK: &[u8] = &[0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const BZIP2_END: &[u8] = &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

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
            _ => None,
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
            Self::Bzip2 => Self::of(bytes) == Some(Self::Bzip2),
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
        })
    }
}

/// Whether a name promises compressed data. Only where there is no content to tell does a name count.
pub fn names_codec(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default();
    ["gz", "zst", "bz2", "xz"].iter().any(|known| end.eq_ignore_ascii_case(known))
}
