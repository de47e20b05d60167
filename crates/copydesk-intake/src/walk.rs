//! From what `paths` and `lists` name to one file after the other.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use copydesk_stage::{SourceError, SourceItem};
use walkdir::{DirEntry, WalkDir};

use crate::{
    Selection, StoredFile,
    labels::Labels,
    missing,
    open::{bad, unreadable, uri},
    path_text::{read as read_path, read_bytes},
    pattern::{self, Filter, PathGlob},
};

/// What was come to.
#[derive(Debug)]
pub(crate) enum Walked {
    File(StoredFile),
    /// An entry that cannot be read, or is skipped.
    Other(Box<SourceItem>),
}

/// One thing that `paths` or `lists` names.
#[derive(Debug)]
pub(crate) enum Start {
    File(PathBuf),
    Folder(PathBuf),
    Glob(PathGlob),
    Stdin,
    List(PathBuf),
    ListOnStdin,
}

/// What an entry of `paths` names. Only a glob may turn out to be nothing later on.
pub(crate) fn start(path: &str) -> Result<Start, SourceError> {
    if path == "-" {
        return Ok(Start::Stdin);
    }
    if pattern::is_glob(path) {
        let glob = pattern::glob(path).map_err(SourceError::new)?;
        missing::exists(&glob.base.to_string_lossy())?;
        return Ok(Start::Glob(glob));
    }
    let found = read_path(path);
    if !found.exists() {
        missing::exists(path)?;
    }
    let path = found;
    if path.is_dir() {
        return Ok(Start::Folder(path));
    }
    match missing::names_files(&path) {
        Some(help) => Err(SourceError::new(help)),
        None => Ok(Start::File(path)),
    }
}

/// What an entry of `lists` names.
pub(crate) fn start_of_list(list: &str) -> Result<Start, SourceError> {
    if list == "-" {
        return Ok(Start::ListOnStdin);
    }
    let path = read_path(list);
    if !path.exists() {
        missing::exists(list)?;
    }
    if path.is_dir() {
        let message = format!("`{list}` is a folder, and a list is a text file that names one file a line");
        return Err(SourceError::new(message));
    }
    Ok(Start::List(path))
}

/// So many folders are held open, however deep a tree is; a deeper one costs memory instead. With this a run needs
/// about 30 open files for any number of threads and inputs.
const OPEN_FOLDERS: usize = 8;

type Items = Box<dyn Iterator<Item = Result<Item, SourceError>> + Send>;

/// What a start leads to.
enum Item {
    File(PathBuf),
    Stdin,
    Other(Box<SourceItem>),
}

/// A folder that is being gone through.
struct Folder {
    given: PathBuf,
    /// Where it really is, and what it is called.
    real: PathBuf,
    name: String,
}

/// All files of all starts, one at a time.
pub(crate) struct Walk {
    starts: std::vec::IntoIter<Start>,
    current: Items,
    folder: Option<Folder>,
    labels: Labels,
    /// Whether a file may be come to more than once.
    may_repeat: bool,
    filter: Filter,
    hidden: bool,
    follow_links: bool,
}

impl Walk {
    pub(crate) fn new(starts: Vec<Start>, filter: Filter, selection: &Selection) -> Self {
        let may_repeat = selection.follow_links
            || starts.len() > 1
            || starts.iter().any(|start| matches!(start, Start::List(_) | Start::ListOnStdin));
        Self {
            starts: starts.into_iter(),
            current: Box::new(std::iter::empty()),
            folder: None,
            labels: Labels::default(),
            may_repeat,
            filter,
            hidden: selection.hidden,
            follow_links: selection.follow_links,
        }
    }

    /// Refuses a glob that matches nothing, before hours go by with what is named before it.
    pub(crate) fn check_globs(&self) -> Result<(), SourceError> {
        let globs = self.starts.as_slice().iter().filter_map(|start| match start {
            Start::Glob(glob) => Some(Start::Glob(glob.clone())),
            _ => None,
        });
        for glob in globs {
            self.items(glob).next().transpose()?;
        }
        Ok(())
    }

    /// Gives a file its name, unless it has been come to before.
    fn file(&mut self, path: &Path) -> Walked {
        let below = self.folder.as_ref().and_then(|folder| {
            let below = path.strip_prefix(&folder.given).ok()?;
            Some((folder, below))
        });
        // In a folder without links the place of a file is known without asking.
        let real = match below {
            Some((folder, below)) if !self.follow_links => folder.real.join(below),
            _ => real(path),
        };
        if self.may_repeat && !self.labels.is_new(&real) {
            let reason = "read already, under the same or another path".into();
            return Walked::Other(Box::new(SourceItem::Skipped { uri: uri(path), reason }));
        }
        let name = self.labels.file(&real, below.map(|(folder, below)| (folder.name.as_str(), below)));
        Walked::File(StoredFile::at(path, name))
    }

    fn items(&self, start: Start) -> Items {
        match start {
            Start::Stdin => Box::new(std::iter::once(Ok(Item::Stdin))),
            Start::File(path) => Box::new(std::iter::once(Ok(Item::File(path)))),
            Start::Folder(path) => {
                let filter = self.filter.clone();
                let below = path.clone();
                let takes = move |path: &Path| filter.takes(path.strip_prefix(&below).unwrap_or(path));
                Box::new(self.entries(&path, None).filter_map(move |entry| found(entry, &takes, true)))
            }
            Start::Glob(glob) => {
                let mut none = Some(format!("no file matches `{}`", glob.pattern));
                let entries = self.entries(&glob.base.clone(), glob.depth);
                let takes = move |path: &Path| glob.is_match(path.strip_prefix(".").unwrap_or(path));
                let mut entries = entries.filter_map(move |entry| found(entry, &takes, false));
                Box::new(std::iter::from_fn(move || match entries.next() {
                    Some(item) => {
                        none = None;
                        Some(item)
                    }
                    None => none.take().map(|message| Err(SourceError::new(message))),
                }))
            }
            Start::List(path) => match File::open(&path) {
                Ok(file) => list(path.display().to_string(), BufReader::new(file)),
                Err(error) => failed(&path.display().to_string(), &error),
            },
            Start::ListOnStdin => list("standard input".into(), BufReader::new(io::stdin())),
        }
    }

    /// What is in a folder, names in the order of their bytes. Folders that are left out are not looked into.
    fn entries(&self, folder: &Path, depth: Option<usize>) -> impl Iterator<Item = Come> + Send + use<> {
        let (hidden, filter, below) = (self.hidden, self.filter.clone(), folder.to_owned());
        let mut entries = WalkDir::new(folder)
            .min_depth(1)
            .max_depth(depth.unwrap_or(usize::MAX))
            .max_open(OPEN_FOLDERS)
            .follow_links(self.follow_links)
            .sort_by(|a, b| a.file_name().cmp(b.file_name()))
            .into_iter();
        std::iter::from_fn(move || {
            let entry = match entries.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(Come::Broken(error)),
            };
            let path = entry.path().strip_prefix(&below).unwrap_or(entry.path());
            let reason = if !hidden && is_hidden(entry.file_name()) {
                "hidden"
            } else if filter.leaves_out(path) {
                "left out by `exclude`"
            } else {
                return Some(Come::To(entry));
            };
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            Some(Come::Past(entry, reason))
        })
    }
}

impl Iterator for Walk {
    type Item = Result<Walked, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.current.next() {
                return Some(item.map(|item| match item {
                    Item::File(path) => self.file(&path),
                    Item::Stdin => Walked::File(StoredFile::stdin()),
                    Item::Other(item) => Walked::Other(item),
                }));
            }
            let start = self.starts.next()?;
            self.folder = match &start {
                Start::Folder(given) => {
                    let real = real(given);
                    Some(Folder { given: given.clone(), name: self.labels.folder(&real), real })
                }
                _ => None,
            };
            self.current = self.items(start);
        }
    }
}

/// An entry of a folder.
enum Come {
    To(DirEntry),
    /// One that is left out by its name, and why.
    Past(DirEntry, &'static str),
    Broken(walkdir::Error),
}

/// A file that was come across. Links, pipes, sockets and devices are no documents there, and are skipped. In a
/// folder that was named (`tells`) whatever is skipped is told of; of a glob, all that it does not match is not.
fn found(entry: Come, takes: &impl Fn(&Path) -> bool, tells: bool) -> Option<Result<Item, SourceError>> {
    let skipped = |path: &Path, reason: &str| {
        tells.then(|| Ok(Item::Other(Box::new(SourceItem::Skipped { uri: uri(path), reason: reason.into() }))))
    };
    match entry {
        Come::Past(entry, reason) => skipped(entry.path(), reason),
        Come::To(entry) if entry.file_type().is_dir() => None,
        Come::To(entry) if !takes(entry.path()) => skipped(entry.path(), "not in `include`"),
        Come::To(entry) if entry.file_type().is_file() => Some(Ok(Item::File(entry.into_path()))),
        // A link that leads nowhere is a document that should have been there.
        Come::To(entry) if entry.path_is_symlink() => match entry.path().metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Some(Ok(Item::Other(Box::new(unreadable(uri(entry.path()), &error)))))
            }
            _ => skipped(entry.path(), "a link"),
        },
        Come::To(entry) => skipped(entry.path(), "a pipe, socket or device"),
        Come::Broken(error) if error.loop_ancestor().is_some() => {
            skipped(error.path().unwrap_or(Path::new("")), "links in a circle")
        }
        Come::Broken(error) => {
            let name = error.path().map(uri).unwrap_or_default();
            let error = error.into_io_error().unwrap_or_else(|| io::Error::other("no such folder"));
            Some(Ok(Item::Other(Box::new(unreadable(name, &error)))))
        }
    }
}

/// Where a file really is: links resolved, or, if it cannot be reached, at least from the root on.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// One file a line. Blank lines are no names; a `\r` before the line feed is no part of one. With zero bytes in it the list is
/// one of `find -print0`, and these are the ends of its names. What is no list at all ends where that shows.
fn list(name: String, mut reader: impl BufRead + Send + 'static) -> Items {
    // An error comes again when it is read, and is told of there.
    let head = reader.fill_buf().unwrap_or_default();
    if let [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] = head {
        let message = format!(
            "the list {name} is in UTF-16, and is read in UTF-8 only: save it so (in PowerShell, `| Out-File -Encoding utf8`)"
        );
        return Box::new(std::iter::once(Err(SourceError::new(message))));
    }
    let end = if head.contains(&0) { 0 } else { b'\n' };
    let (mut at, mut blank) = (0_u64, 0);
    let mut names = std::iter::from_fn(move || {
        let mut line = Vec::new();
        match reader.by_ref().take(LONGEST_NAME + 1).read_until(end, &mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(line)),
            Err(error) => Some(Err(error.to_string())),
        }
    });
    let mut ended = false;
    Box::new(std::iter::from_fn(move || {
        while !ended {
            let mut line = match names.next()? {
                Ok(line) => line,
                Err(error) => {
                    ended = true;
                    return Some(Err(SourceError::new(format!("cannot read the list {name}: {error}"))));
                }
            };
            at += 1;
            let is_long = line.len() as u64 > LONGEST_NAME;
            line.truncate(line.len() - usize::from(line.last() == Some(&end)));
            if end == b'\n' && line.last() == Some(&b'\r') {
                line.pop();
            }
            let line = line.strip_prefix(if at == 1 { &b"\xEF\xBB\xBF"[..] } else { b"" }).unwrap_or(&line);
            if !line.trim_ascii().is_empty() && !is_long {
                blank = 0;
                return Some(Ok(listed(line)));
            }
            blank += 1;
            if is_long || (end == 0 && blank > MOST_BLANK) {
                ended = true;
                let message = format!("{name} is no list of files: name {at} in it is none");
                return Some(Err(SourceError::new(message)));
            }
        }
        None
    }))
}

/// No path is longer on any system, and no list has so many zero bytes in a row.
const LONGEST_NAME: u64 = 64 << 10;
const MOST_BLANK: u32 = 1000;

/// What a line of a list names.
fn listed(line: &[u8]) -> Item {
    let (path, text) = (read_bytes(line), String::from_utf8_lossy(line));
    match missing::address(&text) {
        Some(help) if !path.exists() => Item::Other(Box::new(bad(text, "not-found", help))),
        _ => Item::File(path),
    }
}

fn failed(name: &str, error: &io::Error) -> Items {
    Box::new(std::iter::once(Err(SourceError::new(format!("cannot read the list {name}: {error}")))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_utf_16_is_told_of_and_is_none_of_names_that_end_in_zero() {
        let of = |bytes: Vec<u8>| list("l".into(), io::Cursor::new(bytes)).collect::<Vec<_>>();
        let text = "\u{feff}a.html\r\nb.html\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let [Err(error)] = &of(bytes)[..] else { panic!("an error alone") };
            assert!(error.to_string().contains("UTF-16"), "{error}");
        }
        assert_eq!(of(text.into()).iter().filter(|item| item.is_ok()).count(), 2);
        assert_eq!(of(b"a.html\0b.html\0".to_vec()).iter().filter(|item| item.is_ok()).count(), 2);
    }
}
