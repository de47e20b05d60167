//! The running program as something that results depend on.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use xxhash_rust::xxh3::Xxh3;

use crate::RunError;

/// The digest of the running program: for chains with stages or exports whose own sources are not known.
pub(crate) fn digest() -> Result<u128, RunError> {
    path().and_then(|path| digest_of(&path)).map_err(RunError::Program)
}

/// Its size and time of change, by which a file is known that need not be read.
pub(crate) fn stamp() -> Result<String, RunError> {
    let metadata = path().and_then(|path| path.metadata()).map_err(RunError::Program)?;
    Ok(format!("{} {:?}", metadata.len(), metadata.modified().ok()))
}

fn path() -> io::Result<PathBuf> {
    // Where the system has it, this is the program that runs, even if another has taken its place in the meantime.
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

fn digest_of(path: &Path) -> io::Result<u128> {
    let mut hasher = Hashing(Xxh3::new());
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.0.digest128())
}

struct Hashing(Xxh3);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_its_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("it can be written");
            digest_of(&path).expect("it can be read")
        };
        assert_eq!(of("a", b"code"), of("b", b"code"));
        assert_ne!(of("a", b"code"), of("a", b"other code"));
        assert_eq!(digest().expect("this test runs"), digest().expect("it still does"));
    }
}
