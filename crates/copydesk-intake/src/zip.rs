//! The files of a ZIP, found by its directory at the end and read one after the other.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use flate2::{Crc, read::DeflateDecoder};

use crate::archive_fault::ArchiveFault;

/// One file of a ZIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipEntry {
    /// Its path in the ZIP.
    pub name: String,
    /// Its size when it is opened, as the directory has it.
    pub size: u64,
    method: u16,
    encrypted: bool,
    /// The CRC of its bytes when it is opened.
    crc: u32,
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
    ArchiveFault::damaged("zip.damaged", format!("the ZIP is damaged: {what}"))
}

fn number(bytes: &[u8], at: usize, len: usize) -> io::Result<u64> {
    let digits = bytes.get(at..at + len).ok_or_else(|| damaged("its directory is cut off"))?;
    Ok(digits.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// What the record at the end of a ZIP says of its directory.
struct End {
    /// Where the record itself stands.
    at: u64,
    count: u64,
    /// Two bytes hold the count, and some writers let more files than that run over.
    wraps: bool,
    length: u64,
    start: u64,
}

/// The files of a ZIP, in the order of its directory.
pub fn zip_entries(path: &Path) -> io::Result<Vec<ZipEntry>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let end = end_of(&mut file, size)?;
    if end.length > MOST_DIRECTORY.min(size) {
        return Err(damaged("its directory is larger than it can be"));
    }
    let directory = read_at(&mut file, end.start, end.length)?;
    let mut entries = Vec::new();
    let mut rest = &directory[..];
    while rest.starts_with(ENTRY) {
        let (entry, len) = entry(rest)?;
        entries.push(entry);
        rest = rest.get(len..).unwrap_or_default();
    }
    if end.is_of(entries.len() as u64) { Ok(entries) } else { Err(damaged("its end does not fit its directory")) }
}

fn end_of(file: &mut File, size: u64) -> io::Result<End> {
    let from = size.saturating_sub(MOST_END);
    let tail = read_at(file, from, size - from)?;
    let at = memchr::memmem::rfind(&tail, END).ok_or_else(|| damaged("its end is missing"))?;
    let field = |offset, len| number(&tail, at + offset, len);
    let end =
        End { at: from + at as u64, count: field(10, 2)?, wraps: true, length: field(12, 4)?, start: field(16, 4)? };
    let Some(locator) = at.checked_sub(20).filter(|at| tail[*at..].starts_with(END_64_LOCATOR)) else {
        return Ok(end);
    };
    let at = number(&tail, locator + 8, 8)?;
    let record = read_at(file, at, 56)?;
    if !record.starts_with(END_64) {
        return Ok(end);
    }
    let field = |offset| number(&record, offset, 8);
    Ok(End { at, count: field(32)?, wraps: false, length: field(40)?, start: field(48)? })
}

impl End {
    /// Whether it is that of a directory with so many files. In a ZIP that is cut off, the last end may be that of another
    /// ZIP inside, which counts its places from its own beginning: they lead to no directory, and the files would be
    /// missing without a word.
    fn is_of(&self, files: u64) -> bool {
        let counted = if self.wraps { files & 0xFFFF } else { files };
        counted == self.count && (files > 0 || self.at == self.start)
    }
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
        crc: field(16, 4)? as u32,
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

/// What compresses the files of a ZIP besides what is read, by their numbers.
const METHODS: [(u16, &str); 7] =
    [(1, "shrinking"), (6, "imploding"), (9, "deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "zstd"), (95, "xz")];

impl ZipEntry {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Its bytes.
    pub fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let unsupported = |what: String| Err(ArchiveFault::unsupported("zip.unsupported", what));
        if self.encrypted {
            return unsupported("it is encrypted".to_owned());
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
            0 => Ok(Box::new(Checked::new(stored, self.crc))),
            8 => Ok(Box::new(Checked::new(DeflateDecoder::new(stored), self.crc))),
            method => {
                let known = METHODS.iter().find(|(number, _)| *number == method).map(|(_, name)| *name);
                let name = known.map_or_else(|| format!("method {method}"), str::to_owned);
                unsupported(format!("it is compressed by {name}, which is not read in a ZIP; unpack it"))
            }
        }
    }
}

/// A file that is compared with its CRC when it has been read to its end.
struct Checked<R> {
    reader: R,
    read: Crc,
    expected: u32,
}

impl<R> Checked<R> {
    fn new(reader: R, expected: u32) -> Self {
        Self { reader, read: Crc::new(), expected }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => damaged("a file cannot be decompressed"),
            io::ErrorKind::UnexpectedEof => damaged("a file is cut off"),
            _ => error,
        });
        let len = read?;
        self.read.update(&buffer[..len]);
        if len == 0 && !buffer.is_empty() && self.read.sum() != self.expected {
            return Err(damaged("a file is not what its checksum says"));
        }
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A ZIP whose files are stored as they are.
    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut zip, mut directory) = (Vec::new(), Vec::new());
        for (name, body) in files {
            let mut crc = Crc::new();
            crc.update(body);
            let len = (body.len() as u32).to_le_bytes();
            let name_len = (name.len() as u16).to_le_bytes();
            let shared =
                [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0], &crc.sum().to_le_bytes()[..], &len, &len, &name_len].concat();
            let header = (zip.len() as u32).to_le_bytes();
            directory.extend([ENTRY, &[20, 0], &shared, &[0; 12], &header, name.as_bytes()].concat());
            zip.extend([ZIP_MAGIC, &shared, &[0; 2], name.as_bytes(), body].concat());
        }
        let count = (files.len() as u16).to_le_bytes();
        let (length, start) = ((directory.len() as u32).to_le_bytes(), (zip.len() as u32).to_le_bytes());
        [&zip, &directory, END, &[0; 4], &count, &count, &length, &start, &[0; 2]].concat()
    }

    /// The files of a ZIP and what is in them, or what is wrong.
    fn contents(zip: &[u8]) -> Result<Vec<(String, String)>, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), zip).expect("it is written");
        let entries = zip_entries(file.path()).map_err(|error| error.to_string())?;
        let read = |entry: ZipEntry| {
            let mut text = String::new();
            entry.open(file.path())?.read_to_string(&mut text)?;
            Ok((entry.name, text))
        };
        entries.into_iter().map(|entry| read(entry).map_err(|error: io::Error| error.to_string())).collect()
    }

    #[test]
    fn the_files_of_a_zip_are_read() {
        let two = [("a.txt", &b"The ferry sails."[..]), ("b.txt", b"The ferry waits.")];
        let expected = two.map(|(name, body)| (name.to_owned(), String::from_utf8_lossy(body).into_owned()));
        assert_eq!(contents(&zip(&two)), Ok(expected.to_vec()));
        assert_eq!(contents(&zip(&[])), Ok(vec![]));
    }

    #[test]
    fn a_zip_that_is_cut_off_is_not_taken_for_the_one_inside() {
        for inner in [zip(&[("inner.txt", b"Tides.")]), zip(&[])] {
            let outer = zip(&[("a.txt", b"The ferry sails."), ("inner.zip", &inner), ("b.txt", b"It waits.")]);
            let inner_end = memchr::memmem::find(&outer, END).expect("the end of the inner one") + 22;
            for cut in [inner_end, inner_end + 20] {
                let expected = "the ZIP is damaged: its end does not fit its directory";
                assert_eq!(contents(&outer[..cut]), Err(expected.to_owned()));
            }
        }
    }

    #[test]
    fn a_file_that_is_not_what_its_checksum_says_is_an_error() {
        let mut torn = zip(&[("a.txt", b"The ferry sails.")]);
        let at = memchr::memmem::find(&torn, b"ferry").expect("the text");
        torn[at] = b'F';
        assert_eq!(contents(&torn), Err("the ZIP is damaged: a file is not what its checksum says".to_owned()));
    }
}
