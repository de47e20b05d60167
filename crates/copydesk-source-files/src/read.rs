//! Reading one file.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use copydesk_document::Input;
use copydesk_stage::SourceItem;

/// Reads a file.
pub(crate) fn file(path: &Path, max_bytes: u64) -> SourceItem {
    let uri = uri(path);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return unreadable(uri, &error),
    };
    if metadata.is_dir() {
        return bad(uri, "folder", "is a folder where a file is needed");
    }
    // Before it is opened: opening a pipe that nobody writes to waits for ever.
    if !metadata.is_file() {
        return bad(uri, "special-file", "is a pipe, socket or device, not a file; pipe it in with `-`");
    }
    if metadata.len() > max_bytes {
        return too_large(uri, max_bytes);
    }
    match File::open(path) {
        Ok(file) => content(uri, file, metadata.len(), max_bytes),
        Err(error) => unreadable(uri, &error),
    }
}

/// Reads all of standard input as one document.
pub(crate) fn stdin(max_bytes: u64) -> SourceItem {
    content("-".into(), io::stdin().lock(), 0, max_bytes)
}

/// An entry that cannot be read.
pub(crate) fn unreadable(uri: String, error: &io::Error) -> SourceItem {
    let rule = if error.kind() == io::ErrorKind::NotFound { "not-found" } else { "unreadable" };
    bad(uri, rule, format!("cannot be read: {error}"))
}

/// The name under which a file goes: its path as given, without `./` before it.
pub(crate) fn uri(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).to_string_lossy().into_owned()
}

// The size that the system tells may be wrong (a file that grows, one under /proc), so that the reader has a limit too.
fn content(uri: String, reader: impl Read, expected: u64, max_bytes: u64) -> SourceItem {
    let mut bytes = Vec::with_capacity(expected as usize + 1);
    match reader.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > max_bytes => too_large(uri, max_bytes),
        Ok(_) => SourceItem::Input(Input::new(uri, bytes)),
        Err(error) => unreadable(uri, &error),
    }
}

fn too_large(uri: String, max_bytes: u64) -> SourceItem {
    bad(uri, "limit.size", format!("is larger than {max_bytes} bytes; raise `max_bytes` to read it"))
}

fn bad(uri: String, rule: &str, message: impl Into<String>) -> SourceItem {
    SourceItem::Bad { uri, rule: rule.into(), message: message.into() }
}
