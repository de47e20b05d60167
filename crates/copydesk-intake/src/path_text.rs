//! Paths as text, and back. A name that is no UTF-8 has its odd bytes written as `\xFF`, so that two names that differ
//! in such bytes alone stay two.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// A path as text. Where it could be taken for another one, backslashes are doubled.
pub fn shown(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains("\\x") && !text.contains("\\\\") => text.to_owned(),
        _ => bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
            text.push_str(&chunk.valid().replace('\\', "\\\\"));
            for byte in chunk.invalid() {
                let _ = write!(text, "\\x{byte:02X}");
            }
            text
        }),
    }
}

/// The path that a text stands for: that very file, or else what [`shown`] writes for it.
pub fn read(text: &str) -> PathBuf {
    let plain = PathBuf::from(text);
    if !text.contains('\\') || plain.symlink_metadata().is_ok() {
        return plain;
    }
    match unescape(text.as_bytes()) {
        Some(bytes) if os_path(&bytes).symlink_metadata().is_ok() => os_path(&bytes),
        _ => plain,
    }
}

/// The path that the bytes of a line stand for.
pub(crate) fn read_bytes(bytes: &[u8]) -> PathBuf {
    std::str::from_utf8(bytes).map_or_else(|_| os_path(bytes), read)
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            [b'\\', b'\\', ..] => {
                out.push(b'\\');
                at += 2;
            }
            [b'\\', b'x', high, low, ..] => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                out.push((digit(*high)? << 4 | digit(*low)?) as u8);
                at += 4;
            }
            [byte, ..] => {
                out.push(*byte);
                at += 1;
            }
            [] => {}
        }
    }
    Some(out)
}

#[cfg(unix)]
fn os_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::new(&*String::from_utf8_lossy(bytes)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::ffi::OsStrExt};

    use super::*;

    #[test]
    fn names_that_are_no_text_stay_apart_and_lead_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let names: [&[u8]; 5] = [b"a\xFF.html", b"a\xFE.html", b"a\\xFF.html", b"a\\b\xC3", b"plain \xEB\xB0\x94.txt"];
        let mut texts = Vec::new();
        for name in names {
            let path = dir.path().join(OsStr::from_bytes(name));
            fs::write(&path, "x").expect("a file");
            texts.push(shown(&path));
            assert_eq!(read(texts.last().expect("one")), path, "{name:?}");
        }
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), names.len());
        assert_eq!(shown(Path::new("a\\b/c")), "a\\b/c");
    }
}
