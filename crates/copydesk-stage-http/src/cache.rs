//! Answers that are kept, each in a file that is called by what it is the answer to.
#![expect(
    clippy::disallowed_methods,
    reason = "an answer of a service that is kept is the same answer; where it cannot be kept it is asked for again"
)]

use std::{
    fs, io,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// A folder of answers.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    written: AtomicU64,
}

impl Cache {
    pub(crate) fn in_folder(folder: &str) -> Self {
        Self { folder: folder.into(), written: AtomicU64::new(0) }
    }

    fn path(&self, key: u128) -> PathBuf {
        let name = format!("{key:032x}");
        self.folder.join(&name[..2]).join(format!("{name}.json"))
    }

    pub(crate) fn get(&self, key: u128) -> Option<Vec<u8>> {
        fs::read(self.path(key)).ok()
    }

    /// Keeps an answer, whole or not at all.
    pub(crate) fn put(&self, key: u128, answer: &[u8]) {
        let path = self.path(key);
        let draft = path.with_extension(format!("{}-{}", process::id(), self.written.fetch_add(1, Ordering::Relaxed)));
        let put = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
            fs::write(&draft, answer)?;
            fs::rename(&draft, &path)
        };
        if let Err(error) = put() {
            let _ = fs::remove_file(&draft);
            tracing::warn!("an answer cannot be kept in {}: {error}", self.folder.display());
        }
    }
}
