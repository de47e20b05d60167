//! What is wrong with a compressed stream.

use std::io;

use crate::Codec;

/// What is wrong with a compressed stream. It comes inside of an [`io::Error`]; [`Fault::of`] takes it out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What kind of wrong.
    pub kind: FaultKind,
    /// How the stream is compressed.
    pub codec: Codec,
    /// The member in which it is, counted from 1.
    pub member: u64,
    /// Where that member begins in the stored bytes.
    pub offset: u64,
    /// One clause for a person.
    pub message: String,
}

/// The kinds of [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The stored bytes end before the member does.
    Cut,
    /// The member is wrong: its data, its checksum or its length.
    Damaged,
    /// After the end of a member comes what is neither another one nor padding.
    Trailing,
    /// It asks for a larger window than is allowed.
    Window,
    /// It grows more than is allowed.
    Ratio,
    /// It opens to more bytes than are allowed.
    Size,
}

impl FaultKind {
    /// A stable name for reports: `decompress`, or the limit.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Cut | Self::Damaged | Self::Trailing => "decompress",
            Self::Window => "limit.window",
            Self::Ratio => "limit.ratio",
            Self::Size => "limit.size",
        }
    }
}

impl Fault {
    /// The fault inside of an error, unless that is one of reading.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        let kind = match fault.kind {
            FaultKind::Cut => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, fault)
    }
}
