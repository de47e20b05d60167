//! What a source may come across that the run itself has written.

use std::path::{Path, PathBuf};

use copydesk_stage::{Assembly, Export};

use crate::{
    Output,
    layout::{DELTA, QUARANTINE_FILE},
    skipped::SKIPPED_FILE,
    storage::STATE,
};

/// The files of a run, as a source inside the output folder would meet them.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnFiles {
    folder: Option<PathBuf>,
    /// From where relative names are understood; the current folder, if it is empty.
    place: PathBuf,
    names: Vec<String>,
    /// Folders with a file for each document.
    split: Vec<String>,
}

impl OwnFiles {
    pub(crate) fn of(output: &Output, exports: &[&dyn Export], place: &Path) -> Self {
        let (Output::Folder { folder, .. } | Output::Parts { folder }) = output else { return Self::default() };
        let names =
            exports.iter().map(|e| e.file_name()).chain([QUARANTINE_FILE, SKIPPED_FILE]).map(str::to_owned).collect();
        let split = exports.iter().filter(|e| matches!(e.assembly(), Assembly::Split | Assembly::Routed(_)));
        let split = split.map(|e| e.file_name().to_owned()).collect();
        Self { folder: folder.canonicalize().ok(), place: place.to_owned(), names, split }
    }

    /// Whether that input is an output of this run, left there by an earlier one.
    pub(crate) fn contains(&self, uri: &str) -> bool {
        // Of a document in a file of many, the name of that file.
        let file = uri.rsplit_once('#').map_or(uri, |(file, _)| file);
        let Some(folder) = &self.folder else { return false };
        [uri, file].iter().any(|path| self.is_own(folder, &self.place.join(path)))
    }

    fn is_own(&self, folder: &Path, path: &Path) -> bool {
        let named = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("part-") || self.names.iter().any(|n| name == n.as_str()));
        let ours = |path: &Path| {
            let Ok(path) = path.strip_prefix(folder) else { return false };
            let stem = |name: &str| name.split('.').next().is_some_and(|stem| path.parent() == Some(Path::new(stem)));
            path.starts_with(DELTA) || path.parent() == Some(Path::new("")) || self.names.iter().any(|name| stem(name))
        };
        // The cheap test first: only a file of the right name is worth asking the system about.
        let state = path.iter().any(|name| name == STATE);
        let split = self.split.iter().any(|own| path.iter().any(|name| name == own.as_str()));
        let is_split = |path: &Path| {
            self.split.iter().any(|own| path.starts_with(folder.join(own))) || path.starts_with(folder.join(DELTA))
        };
        (split && path.canonicalize().is_ok_and(|path| is_split(&path)))
            || (named && path.canonicalize().is_ok_and(|path| ours(&path)))
            || (state && path.canonicalize().is_ok_and(|path| path.starts_with(folder.join(STATE))))
    }
}
