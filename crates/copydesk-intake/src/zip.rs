//! The files of a ZIP, found by its directory at the end and read one after the other.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use flate2::read::DeflateDecoder;

/// One file of a ZIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipEntry {
    /// Its path in the ZIP.
    pub name: String,
    /// Its size when it is opened, as the directory has it.
    pub size: u64,
    method: u16,
    encrypted: bool,
    stored: u64,
    /// Where its own header begins.
    header: u64,
}

/// What a ZIP begins with.
pub const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

const END: &[u8] = b"PK\x05\x06";
const END_64_LOCATOR: &[u8] = b"PK\x06\x07";
const END_64: &[u8] = b"PK\x06\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
/// The end record, and the longest comment behind it.
const MOST_END: u64 = 22 + 65_535;
/// A directory is no larger: some millions of files.
const MOST_DIRECTORY: u64 = 256 << 20;

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the ZIP is damaged: {what}"))
}

fn number(bytes: &[u8], at: usize, len: usize) -> io::Result<u64> {
    let digits = bytes.get(at..at + len).ok_or_else(|| damaged("its directory is cut off"))?;
    Ok(digits.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// The files of a ZIP, in the order of its directory.
pub fn zip_entries(path: &Path) -> io::Result<Vec<ZipEntry>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let from = size.saturating_sub(MOST_END);
    let tail = read_at(&mut file, from, size - from)?;
    let end = memchr::memmem::rfind(&tail, END).ok_or_else(|| damaged("its end is missing"))?;
    let (mut length, mut start) = (number(&tail, end + 12, 4)?, number(&tail, end + 16, 4)?);
    let locator = end.checked_sub(20).filter(|at| tail[*at..].starts_with(END_64_LOCATOR));
    if let Some(at) = locator {
        let record = read_at(&mut file, number(&tail, at + 8, 8)?, 56)?;
        if record.starts_with(END_64) {
            (length, start) = (number(&record, 40, 8)?, number(&record, 48, 8)?);
        }
    }
    if length > MOST_DIRECTORY.min(size) {
        return Err(damaged("its directory is larger than it can be"));
    }
    let directory = read_at(&mut file, start, length)?;
    let mut entries = Vec::new();
    let mut rest = &directory[..];
    while rest.starts_with(ENTRY) {
        let (entry, len) = entry(rest)?;
        entries.push(entry);
        rest = rest.get(len..).unwrap_or_default();
    }
    Ok(entries)
}

fn read_at(file: &mut File, at: u64, len: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first entry of a directory, and how long it is.
fn entry(bytes: &[u8]) -> io::Result<(ZipEntry, usize)> {
    let field = |at, len| number(bytes, at, len);
    let (name_len, extra_len, comment_len) = (field(28, 2)? as usize, field(30, 2)? as usize, field(32, 2)? as usize);
    let name = bytes.get(46..46 + name_len).ok_or_else(|| damaged("its directory is cut off"))?;
    let extra = bytes.get(46 + name_len..46 + name_len + extra_len).unwrap_or_default();
    let (mut stored, mut size, mut header) = (field(20, 4)?, field(24, 4)?, field(42, 4)?);
    // What does not fit into four bytes stands in an extra field, in this order.
    let mut large = large_numbers(extra);
    for value in [&mut size, &mut stored, &mut header] {
        if *value == u64::from(u32::MAX) {
            *value = large.next().unwrap_or(*value);
        }
    }
    let entry = ZipEntry {
        name: String::from_utf8_lossy(name).into_owned(),
        size,
        method: field(10, 2)? as u16,
        encrypted: field(8, 2)? & 1 == 1,
        stored,
        header,
    };
    Ok((entry, 46 + name_len + extra_len + comment_len))
}

/// The numbers of eight bytes in the extra field that holds them.
fn large_numbers(mut extra: &[u8]) -> impl Iterator<Item = u64> {
    let mut found: &[u8] = &[];
    while let [id_low, id_high, len_low, len_high, rest @ ..] = extra {
        let len = usize::from(u16::from_le_bytes([*len_low, *len_high])).min(rest.len());
        if u16::from_le_bytes([*id_low, *id_high]) == 1 {
            found = &rest[..len];
        }
        extra = &rest[len..];
    }
    found.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes))
}

impl ZipEntry {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Its bytes.
    pub fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let unsupported = |what: &str| Err(io::Error::new(io::ErrorKind::Unsupported, what.to_owned()));
        if self.encrypted {
            return unsupported("it is encrypted");
        }
        let mut file = File::open(path)?;
        let header = read_at(&mut file, self.header, 30)?;
        if !header.starts_with(ZIP_MAGIC) {
            return Err(damaged("a file is not where the directory says"));
        }
        let names = number(&header, 26, 2)? + number(&header, 28, 2)?;
        file.seek(SeekFrom::Start(self.header + 30 + names))?;
        let stored = file.take(self.stored);
        match self.method {
            0 => Ok(Box::new(stored)),
            8 => Ok(Box::new(DeflateDecoder::new(stored))),
            method => unsupported(&format!("it is compressed by method {method}, which is not read")),
        }
    }
}
