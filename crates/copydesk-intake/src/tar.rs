//! The files of a tar, one after the other, as they come.

use std::{
    io::{self, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::archive_fault::ArchiveFault;

const BLOCK: usize = 512;
/// A name or a header of names is no longer.
const MOST_NAME: u64 = 64 << 10;

/// Whether the beginning of a file is that of a tar.
pub fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar") && head.len() >= BLOCK && checksum_fits(&head[..BLOCK])
}

/// A tar that is being read. The reader of a file is to be read before the next file is asked for; what is left of it is
/// passed over.
pub struct Tar<R>(Arc<Mutex<Shared<R>>>);

struct Shared<R> {
    inner: R,
    /// What is left of the file, and of the padding behind it.
    left: u64,
    padding: u64,
}

/// One file of a tar.
pub struct TarEntry<R> {
    /// Its path in the tar.
    pub name: String,
    /// Its size.
    pub size: u64,
    /// Its bytes.
    pub reader: TarReader<R>,
}

/// The bytes of a file in a tar.
pub struct TarReader<R>(Arc<Mutex<Shared<R>>>);

fn lock<R>(shared: &Mutex<Shared<R>>) -> MutexGuard<'_, Shared<R>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R: Read> Shared<R> {
    fn pass_over(&mut self) -> io::Result<()> {
        let (left, padding) = (std::mem::take(&mut self.left), std::mem::take(&mut self.padding));
        let passed = io::copy(&mut self.inner.by_ref().take(left + padding), &mut io::sink())?;
        // Some programs leave out the padding behind the last file.
        if passed < left { Err(damaged("it is cut off")) } else { Ok(()) }
    }

    /// The next header; `None` at the end, which blocks of zeros mark. Behind them there may be another tar.
    fn header(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        self.pass_over()?;
        let mut marked = false;
        loop {
            match self.block()? {
                Some(header) if header == [0; BLOCK] => marked = true,
                Some(header) if marked && !checksum_fits(&header) => {
                    return Err(damaged("what stands behind its end is no tar"));
                }
                None if !marked => return Err(damaged("its end is not marked; if it was cut off, files are missing")),
                block => return Ok(block),
            }
        }
    }

    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut header = [0; BLOCK];
        let mut read = 0;
        while read < BLOCK {
            match self.inner.read(&mut header[read..]) {
                Ok(0) if read == 0 => return Ok(None),
                Ok(0) => return Err(damaged("it is cut off")),
                Ok(len) => read += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(header))
    }

    /// The text that stands in the place of a file: a long name.
    fn text(&mut self) -> io::Result<Vec<u8>> {
        if self.left > MOST_NAME {
            return Err(damaged("a name in it is too long"));
        }
        let mut text = Vec::new();
        self.inner.by_ref().take(self.left).read_to_end(&mut text)?;
        self.left = 0;
        Ok(text)
    }
}

fn damaged(what: &str) -> io::Error {
    ArchiveFault::damaged("tar.damaged", format!("the tar is damaged: {what}"))
}

impl<R: Read> Tar<R> {
    /// Reads from the beginning of a tar.
    pub fn new(inner: R) -> Self {
        Self(Arc::new(Mutex::new(Shared { inner, left: 0, padding: 0 })))
    }

    /// The next plain file.
    pub fn next_file(&mut self) -> io::Result<Option<TarEntry<R>>> {
        let mut long_name = None;
        loop {
            let mut shared = lock(&self.0);
            let Some(header) = shared.header()? else { return Ok(None) };
            if !checksum_fits(&header) {
                return Err(damaged("a header in it is wrong"));
            }
            let size = number(&header[124..136]).ok_or_else(|| damaged("a size in it is no number"))?;
            let end = size.checked_next_multiple_of(BLOCK as u64).ok_or_else(|| damaged("a size in it is no size"))?;
            (shared.left, shared.padding) = (size, end - size);
            match header[156] {
                b'L' => long_name = Some(text(&shared.text()?)),
                b'x' => long_name = pax_path(&shared.text()?).or(long_name),
                0 | b'0' | b'7' => {
                    let name = long_name.unwrap_or_else(|| name(&header));
                    return Ok(Some(TarEntry { name, size, reader: TarReader(Arc::clone(&self.0)) }));
                }
                _ => long_name = None,
            }
        }
    }
}

impl<R: Read> Read for TarReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut shared = lock(&self.0);
        let most = out.len().min(usize::try_from(shared.left).unwrap_or(usize::MAX));
        let read = shared.inner.read(&mut out[..most])?;
        if read == 0 && most > 0 {
            return Err(damaged("it is cut off"));
        }
        shared.left -= read as u64;
        Ok(read)
    }
}

fn checksum_fits(header: &[u8]) -> bool {
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| u64::from(if (148..156).contains(&at) { b' ' } else { *byte }))
        .sum();
    number(&header[148..156]) == Some(sum)
}

/// A number in octal digits, or in bytes where the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        return Some(field[1..].iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte)));
    }
    let digits = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(digits, 8).ok()
}

fn text(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn name(header: &[u8]) -> String {
    let (prefix, name) = (text(&header[345..500]), text(&header[..100]));
    let name = if prefix.is_empty() || &header[257..262] != b"ustar" { name } else { format!("{prefix}/{name}") };
    name.trim_start_matches("./").to_owned()
}

/// The path in a header of POSIX: lines `LENGTH path=NAME`.
fn pax_path(header: &[u8]) -> Option<String> {
    let header = String::from_utf8_lossy(header);
    header.lines().find_map(|line| line.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, size: &str, content: &[u8]) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..124 + size.len()].copy_from_slice(size.as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        header.extend(content);
        header.resize(header.len().next_multiple_of(BLOCK), 0);
        header
    }

    fn names(tar: &[u8]) -> io::Result<Vec<String>> {
        let mut tar = Tar::new(tar);
        let mut names = Vec::new();
        while let Some(file) = tar.next_file()? {
            names.push(file.name);
        }
        Ok(names)
    }

    #[test]
    fn a_tar_that_is_cut_off_says_so_whatever_is_read_of_it() {
        let end = vec![0; 2 * BLOCK];
        let files = [entry("a.html", "3", b"one"), entry("b.html", "3", b"two")].concat();
        let whole = [&files[..], &end].concat();
        assert!(is_tar(&whole));
        assert_eq!(names(&whole).expect("it is whole"), ["a.html", "b.html"]);
        assert_eq!(names(&whole[..5 * BLOCK]).expect("half of an end is one"), ["a.html", "b.html"]);
        for cut in [BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 9, 3 * BLOCK + 2, 3 * BLOCK + 3, files.len()] {
            assert!(names(&whole[..cut]).expect_err("it is cut off").to_string().contains("cut off"), "{cut}");
        }
        // One behind the other, as `cat` puts them.
        let two = [&whole[..], &entry("c.html", "5", b"three"), &end].concat();
        assert_eq!(names(&two).expect("both are whole"), ["a.html", "b.html", "c.html"]);
        let odd = [&whole[..], &[b'x'; BLOCK]].concat();
        assert!(names(&odd).expect_err("what is that?").to_string().contains("behind its end"));
        let mut text = String::new();
        let mut tar = Tar::new(&whole[..]);
        let mut file = tar.next_file().expect("it is whole").expect("a file");
        file.reader.read_to_string(&mut text).expect("it is whole");
        assert_eq!(text, "one");
    }

    #[test]
    fn a_size_beyond_all_measure_is_damage() {
        let mut huge = entry("a.html", "", b"");
        huge[124..136].fill(0xFF);
        huge[148..156].fill(b' ');
        let sum: u32 = huge.iter().map(|byte| u32::from(*byte)).sum();
        huge[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        assert!(names(&huge).is_err());
    }
}
