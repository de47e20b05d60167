//! The files of a folder, and whether one of them has changed. They are looked at again and again: a stage has few, and every
//! system and every shared folder can be asked.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What is made, and not written by anybody.
const MADE: [&str; 5] = ["target", "out", "__pycache__", "node_modules", "Cargo.lock"];

/// The files below the current folder and the pipeline, which may stand elsewhere, each with its size and when it was changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Files(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Files {
    /// As they are now.
    pub(super) fn here(pipeline: &Path) -> Self {
        let mut files = Self::below(".".into());
        files.add(pipeline.into());
        files
    }

    fn add(&mut self, path: PathBuf) {
        if let Ok(metadata) = fs::metadata(&path) {
            self.0.insert(path, (metadata.len(), metadata.modified().ok()));
        }
    }

    fn below(folder: PathBuf) -> Self {
        let mut files = Self(BTreeMap::new());
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let Ok(kind) = entry.file_type() else { continue };
                if name.starts_with('.') || MADE.contains(&&*name) {
                    continue;
                }
                if kind.is_dir() {
                    open.push(entry.path());
                } else {
                    files.add(entry.path());
                }
            }
        }
        files
    }

    /// Waits until they are others, and nobody is writing any more.
    pub(super) fn changed(&self, pipeline: &Path) -> Self {
        let mut last = Self::here(pipeline);
        loop {
            super::wait();
            let now = Self::here(pipeline);
            if now == last && now != *self {
                return now;
            }
            last = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_counts_and_what_is_made_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let look = || Files::below(folder.path().into());
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        };
        write("src/lib.rs", "1");
        let first = look();
        write("target/debug/x", "1");
        write("out/records.jsonl", "1");
        write(".git/index", "1");
        assert_eq!(look(), first);
        write("src/lib.rs", "12");
        let second = look();
        assert_ne!(second, first);
        write("words.txt", "");
        assert_ne!(look(), second);
        let pipeline = folder.path().join("pipeline.toml");
        let without = Files::here(&pipeline);
        write("pipeline.toml", "[run]\n");
        assert_ne!(Files::here(&pipeline), without, "though it stands elsewhere");
    }
}
