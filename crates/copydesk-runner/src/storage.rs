//! Where parts and manifests are kept: a few operations that a folder offers, and an object store could.

use std::{
    fmt::Debug,
    fs::{self, File, OpenOptions},
    hash::{BuildHasher as _, RandomState},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::{
    checksum::{Sum, Summer},
    fail,
};

/// A place for objects that are written once, as a whole. Names are relative, with `/` between their parts.
pub trait Storage: Debug + Send + Sync {
    /// Puts an object of these pieces, unless one of that name is there. It is whole and durable, or it is not there.
    /// Whether it was put.
    fn put_if_absent(&self, name: &str, pieces: &[&[u8]]) -> io::Result<bool>;

    /// Puts an object in the place of another: at any time all of one or all of the other is there.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Reads an object from a place on.
    fn read(&self, name: &str, from: u64) -> io::Result<Box<dyn Read>>;

    /// Its size.
    fn size(&self, name: &str) -> io::Result<u64>;

    /// The names of the objects in a folder, in order; none if there is no such folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Removes an object, where there is one.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// How messages call it.
    fn locate(&self, name: &str) -> PathBuf;
}

/// Our own folder in an output folder.
pub(crate) const STATE: &str = ".copydesk";
/// Files until they are whole. It lies in the output folder, so that giving them their names is one step.
pub(crate) const DRAFTS: &str = ".copydesk/drafts";

/// An output folder on this machine: files get their names by renaming, once they are durable.
#[derive(Clone, Debug)]
pub struct LocalFolder {
    root: PathBuf,
}

impl LocalFolder {
    /// The folder, which is made when something is put into it.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file stands until it is whole.
    pub(crate) fn draft_path(&self, name: &str) -> PathBuf {
        // No two names have the same draft.
        self.root.join(DRAFTS).join(name.replace('+', "+p").replace('/', "+s"))
    }

    /// The same, with room made for it: whatever stood there is gone.
    pub(crate) fn draft(&self, name: &str) -> io::Result<PathBuf> {
        fs::create_dir_all(self.root.join(DRAFTS))?;
        let draft = self.draft_path(name);
        remove_file(&draft)?;
        Ok(draft)
    }

    /// A file without a name, which is gone when it is closed.
    pub(crate) fn scratch(&self) -> io::Result<File> {
        let folder = self.root.join(DRAFTS);
        fs::create_dir_all(&folder)?;
        tempfile::tempfile_in(folder)
    }

    /// Gives a draft its name.
    pub(crate) fn publish(&self, draft: &Path, name: &str) -> io::Result<()> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(draft, path)
    }

    /// Removes what is left of drafts.
    pub(crate) fn remove_drafts(&self) -> io::Result<()> {
        for name in self.list(DRAFTS)? {
            self.remove(&name)?;
        }
        remove_empty_folder(&self.root.join(DRAFTS))
    }

    /// Removes a folder with nothing in it, where there is one.
    pub(crate) fn remove_empty_folder(&self, name: &str) -> io::Result<()> {
        remove_empty_folder(&self.root.join(name))
    }

    /// Makes the names in a folder durable.
    pub(crate) fn sync_folder(&self, name: &str) -> io::Result<()> {
        // Only Unix makes a rename durable this way, and only there can a folder be opened.
        if cfg!(unix) {
            fail::point("folder-sync")?;
            File::open(self.root.join(name))?.sync_all()?;
        }
        Ok(())
    }

    fn folder_of(name: &str) -> &str {
        name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// A number that no other process is likely to have.
fn at_random() -> u64 {
    RandomState::new().hash_one(0)
}

impl Storage for LocalFolder {
    fn put_if_absent(&self, name: &str, pieces: &[&[u8]]) -> io::Result<bool> {
        let path = self.root.join(name);
        if path.try_exists()? {
            return Ok(false);
        }
        // Jobs on other machines may be at the same object, and processes there have the same numbers.
        let draft = self.draft(&format!("{name}.{}-{:016x}", std::process::id(), at_random()))?;
        let mut file = create(&draft)?;
        for piece in pieces {
            fail::point("part-write")?;
            file.write_all(piece)?;
        }
        fail::point("part-sync")?;
        file.sync_all()?;
        fail::point("part-rename")?;
        self.publish(&draft, name)?;
        self.sync_folder(Self::folder_of(name))?;
        Ok(true)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let draft = self.draft(name)?;
        let mut file = create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        self.publish(&draft, name)?;
        self.sync_folder(Self::folder_of(name))
    }

    fn read(&self, name: &str, from: u64) -> io::Result<Box<dyn Read>> {
        let mut file = File::open(self.root.join(name))?;
        file.seek(SeekFrom::Start(from))?;
        Ok(Box::new(file))
    }

    fn size(&self, name: &str) -> io::Result<u64> {
        fs::metadata(self.root.join(name)).map(|metadata| metadata.len())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.map(|entry| entry.map(|e| format!("{folder}/{}", e.file_name().to_string_lossy())));
        let mut names = names.collect::<io::Result<Vec<_>>>()?;
        names.sort_unstable();
        Ok(names)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        remove_file(&self.root.join(name))
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// A file that is not whole yet, buffered, which knows its size and checksum.
pub(crate) struct Draft {
    file: BufWriter<File>,
    bytes: u64,
    summer: Summer,
}

impl Draft {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::with_capacity(256 << 10, create(path)?);
        Ok(Self { file, bytes: 0, summer: Summer::default() })
    }

    /// Its size and checksum, once it is durable.
    pub(crate) fn finish(mut self) -> io::Result<(u64, Sum)> {
        self.file.flush()?;
        fail::point("file-sync")?;
        self.file.get_ref().sync_all()?;
        Ok((self.bytes, self.summer.finish()))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.bytes += n as u64;
        self.summer.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The checksum of a file.
pub(crate) fn sum_of(path: &Path) -> io::Result<Sum> {
    let mut file = File::open(path)?;
    let mut summer = Summer::default();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(summer.finish()),
            n => summer.update(&buffer[..n]),
        }
    }
}

/// A new file: never one that somebody has put in its place, or that a link leads to.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_empty_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir(path) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_whole_and_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = LocalFolder::new(dir.path().join("new"));
        assert!(folder.put_if_absent("a/b", &[b"one", b"two"]).expect("it is put"));
        assert!(!folder.put_if_absent("a/b", &[b"other"]).expect("it is there"));
        let read = |name: &str, from| {
            let mut text = String::new();
            folder.read(name, from).expect("it opens").read_to_string(&mut text).expect("it reads");
            text
        };
        assert_eq!((read("a/b", 0), read("a/b", 3)), ("onetwo".into(), "two".into()));
        folder.replace("a/b", b"new").expect("it is replaced");
        assert_eq!((read("a/b", 0), folder.size("a/b").expect("its size")), ("new".into(), 3));
        assert_eq!(folder.list("a").expect("names"), ["a/b"]);
        folder.remove("a/b").expect("it goes");
        folder.remove("a/b").expect("there is none");
        assert!(folder.list("a").expect("names").is_empty() && folder.list("no").expect("names").is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_draft_is_not_followed() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = LocalFolder::new(dir.path().join("out"));
        let precious = dir.path().join("precious");
        fs::write(&precious, "mine").expect("it is written");
        let draft = folder.draft("a").expect("a name");
        std::os::unix::fs::symlink(&precious, &draft).expect("a link");
        assert!(Draft::create(&draft).is_err());
        let draft = folder.draft("a").expect("the link goes");
        Draft::create(&draft).expect("it is made").finish().expect("it is whole");
        assert_eq!(fs::read(&precious).expect("it is there"), b"mine");
    }
}
