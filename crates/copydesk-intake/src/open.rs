//! Opening one file.

use std::{
    fs::{self, File, Metadata},
    io::{self, BufRead as _, Read},
    path::{Path, PathBuf},
};

use copydesk_stage::{KnownFiles, SourceItem};
use copydesk_unpack::{Fault, FaultKind, Limits, Stream, names_codec};

use crate::{archive_fault::ArchiveFault, path_text};

/// What a file is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// Its path as it was given or come across, without `./` before it; `-` for standard input.
    pub uri: String,
    /// Its name wherever it lies and however its path was typed: what the ids of its documents are made of.
    pub name: String,
}

impl From<&str> for FileName {
    fn from(name: &str) -> Self {
        Self { uri: name.into(), name: name.into() }
    }
}

/// A file that was named or come across, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    name: FileName,
    path: Option<PathBuf>,
}

/// A file that is being read.
pub struct Opened {
    /// The name under which it goes.
    pub name: FileName,
    /// Its size as the system tells it; 0 where that is not known. It may be wrong for a file that grows.
    pub size: u64,
    /// Its bytes, as stored.
    pub reader: Box<dyn Read + Send>,
}

/// What is in a file, however it is compressed.
pub type Bytes = Stream<Box<dyn Read + Send>>;

/// So many layers of compression, one inside of the other, are opened.
const LAYERS: usize = 2;

impl StoredFile {
    pub(crate) fn at(path: &Path, name: String) -> Self {
        Self { name: FileName { uri: uri(path), name }, path: Some(path.to_owned()) }
    }

    pub(crate) fn stdin() -> Self {
        Self { name: "-".into(), path: None }
    }

    /// Its path; none for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The name under which it goes.
    pub fn name(&self) -> &FileName {
        &self.name
    }

    /// Whether it need not be read.
    pub(crate) fn is_known(&self, known: &KnownFiles) -> bool {
        let metadata = self.path.as_ref().and_then(|path| fs::metadata(path).ok()).filter(Metadata::is_file);
        metadata.is_some_and(|m| m.modified().is_ok_and(|changed| (known.0)(&self.name.uri, m.len(), changed)))
    }

    /// Opens it. What cannot be opened comes back as what the run is told of it.
    pub fn open(self) -> Result<Opened, Box<SourceItem>> {
        let Some(path) = self.path else {
            return Ok(Opened { name: self.name, size: 0, reader: Box::new(io::stdin()) });
        };
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) => return Err(Box::new(unreadable(self.name.uri, &error))),
        };
        if metadata.is_dir() {
            return Err(Box::new(bad(self.name.uri, "folder", "is a folder where a file is needed")));
        }
        // Before it is opened: opening a pipe that nobody writes to waits for ever.
        if !metadata.is_file() {
            let message = "is a pipe, socket or device, not a file; pipe it in with `-`";
            return Err(Box::new(bad(self.name.uri, "special-file", message)));
        }
        match File::open(&path) {
            Ok(file) => Ok(Opened { name: self.name, size: metadata.len(), reader: Box::new(file) }),
            Err(error) => Err(Box::new(unreadable(self.name.uri, &error))),
        }
    }
}

impl Opened {
    /// What is in it, compression undone. The error is what the run is told of it.
    pub fn stream(self, limits: Limits) -> Result<Bytes, Box<SourceItem>> {
        let named_compressed = names_codec(&self.name.uri);
        let open = || {
            let mut stream = Stream::open(self.reader, limits)?;
            for _ in 1..LAYERS {
                // Only a stream that is not wrapped in another can go on behind a damaged member.
                if stream.codec().is_none() || !stream.is_compressed_again() {
                    break;
                }
                stream = Stream::open(Box::new(stream) as Box<dyn Read + Send>, limits)?;
            }
            if named_compressed && stream.codec().is_none() && stream.fill_buf()?.is_empty() {
                return Ok(None);
            }
            Ok(Some(stream))
        };
        match open() {
            Ok(Some(stream)) => Ok(stream),
            Ok(None) => {
                let message = "the file is empty, and its name says that it is compressed; fetch it again";
                Err(Box::new(bad(self.name.uri, "decompress", message)))
            }
            Err(error) => {
                let (rule, message) = read_fault(&error);
                Err(Box::new(bad(self.name.uri, rule, message)))
            }
        }
    }
}

/// The rule and the message for an error of reading, whether the file, what it is compressed by, or the archive around it is
/// at fault.
pub fn read_fault(error: &io::Error) -> (&'static str, String) {
    if let Some(fault) = ArchiveFault::of(error) {
        return (fault.rule, fault.to_string());
    }
    match Fault::of(error) {
        Some(fault) => {
            let (member, offset) = (fault.member.max(1), fault.offset);
            let doubt = match fault.kind {
                FaultKind::Damaged => "; what came out of that member before may be wrong too",
                _ => "",
            };
            let place = format!("in member {member}, which begins at byte {offset} of the file");
            (fault.kind.rule(), format!("{}, {place}{doubt}", fault.message))
        }
        None => ("unreadable", format!("cannot be read: {error}")),
    }
}

/// A document that cannot be had.
pub fn bad(uri: impl Into<String>, rule: &str, message: impl Into<String>) -> SourceItem {
    SourceItem::Bad { uri: uri.into(), rule: rule.into(), message: message.into() }
}

/// An entry that cannot be read.
pub(crate) fn unreadable(uri: String, error: &io::Error) -> SourceItem {
    let rule = if error.kind() == io::ErrorKind::NotFound { "not-found" } else { "unreadable" };
    bad(uri, rule, format!("cannot be read: {error}"))
}

/// The name under which a file goes.
pub(crate) fn uri(path: &Path) -> String {
    path_text::shown(path.strip_prefix(".").unwrap_or(path))
}
