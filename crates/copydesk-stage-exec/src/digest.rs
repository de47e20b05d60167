//! What a program is made of, as a number: its own bytes, those of the files among its arguments, and those of the files that
//! it or the pipeline names.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a program is a file, found by the PATH; that its bytes are read is what makes its results depend on nothing else"
)]

use std::{
    env, fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use copydesk_stage::ConfigError;
use xxhash_rust::xxh3::Xxh3;

use crate::{Config, Introduction};

/// A hash of 128 bits over the contents of files.
#[derive(Clone, Default)]
pub(crate) struct Digest {
    hash: Xxh3,
    /// The files, as they were when they were read.
    files: Vec<(PathBuf, Option<Stamp>)>,
}

/// What shows, without reading it, that a file is another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: SystemTime,
    /// Which file it is, and when anything of it was changed: a copy may have the size and the time of another.
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok()?,
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

impl Digest {
    /// Of the program, the files among its arguments, and the files that the options name.
    pub(crate) fn of(config: &Config) -> Result<Self, ConfigError> {
        let mut digest = Self::default();
        let Some((program, arguments)) = config.command.split_first() else { return Ok(digest) };
        let path = found(program).ok_or_else(|| {
            if program.contains('/') {
                ConfigError::at("command[0]", format!("there is no file `{program}`"))
                    .help("paths are relative to the current directory")
            } else {
                ConfigError::at("command[0]", format!("there is no program `{program}` on the PATH"))
                    .help("install it, or write its path")
            }
        })?;
        digest.add(&path).map_err(|error| ConfigError::at("command[0]", format!("cannot read it: {error}")))?;
        for (at, argument) in arguments.iter().enumerate().filter(|(_, argument)| Path::new(argument).is_file()) {
            let unread = |error| ConfigError::at(format!("command[{}]", at + 1), format!("cannot read it: {error}"));
            digest.add(Path::new(argument)).map_err(unread)?;
        }
        for (at, file) in config.files.iter().enumerate() {
            digest.add(Path::new(file)).map_err(|error| {
                ConfigError::at(format!("files[{at}]"), format!("cannot read `{file}`: {error}"))
                    .help("paths are relative to the current directory")
            })?;
        }
        Ok(digest)
    }

    /// The same with the files that the program has named.
    pub(crate) fn with(mut self, introduction: &Introduction) -> Result<Self, ConfigError> {
        for file in &introduction.files {
            self.add(Path::new(file)).map_err(|error| {
                let message = format!("the program names the file `{file}`, which cannot be read: {error}");
                ConfigError::at("command", message)
            })?;
        }
        Ok(self)
    }

    /// Whether no file has been touched since. So a program of gigabytes, a model beside it, is read once a run.
    pub(crate) fn is_untouched(&self) -> bool {
        self.files.iter().all(|(path, stamp)| stamp.is_some() && Stamp::of(path) == *stamp)
    }

    fn add(&mut self, path: &Path) -> io::Result<()> {
        self.files.push((path.to_owned(), Stamp::of(path)));
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 1 << 16];
        let mut length = 0_u64;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            self.hash.update(&buffer[..read]);
            length += read as u64;
        }
        // So that two files are not one that holds both.
        self.hash.update(&length.to_le_bytes());
        Ok(())
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.hash.digest128() == other.hash.digest128()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.hash.digest128())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The file of a program, as the system would find it.
fn found(program: &str) -> Option<PathBuf> {
    if program.contains('/') || cfg!(windows) && program.contains('\\') {
        return Some(PathBuf::from(program)).filter(|path| path.is_file());
    }
    let names = [program.to_owned(), format!("{program}{}", env::consts::EXE_SUFFIX)];
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|path| fs::metadata(path).is_ok_and(|file| file.is_file()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_place_of_another_is_seen_though_its_size_and_time_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (model, other) = (folder.path().join("model"), folder.path().join("other"));
        fs::write(&model, "ferry").unwrap();
        let mut digest = Digest::default();
        digest.add(&model).unwrap();
        assert!(digest.is_untouched());
        fs::write(&other, "trams").unwrap();
        let modified = fs::metadata(&model).and_then(|metadata| metadata.modified()).unwrap();
        File::options().write(true).open(&other).and_then(|file| file.set_modified(modified)).unwrap();
        fs::rename(&other, &model).unwrap();
        assert!(!digest.is_untouched());
    }
}
