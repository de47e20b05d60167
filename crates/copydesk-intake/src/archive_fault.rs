//! What is wrong with an archive, as it travels through readers of what is in it.

use std::{error::Error, fmt, io};

/// A fault inside of an [`io::Error`], so that whoever reads on tells an archive that is damaged from a file that cannot be read.
#[derive(Debug)]
pub(crate) struct ArchiveFault {
    pub(crate) rule: &'static str,
    message: String,
}

impl ArchiveFault {
    pub(crate) fn damaged(rule: &'static str, message: String) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Self { rule, message })
    }

    pub(crate) fn unsupported(rule: &'static str, message: String) -> io::Error {
        io::Error::new(io::ErrorKind::Unsupported, Self { rule, message })
    }

    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl fmt::Display for ArchiveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ArchiveFault {}
