//! Who runs, and from where.
//!
//! All paths are told from the output folder, so that it may move together with what it was made of.

use std::{
    env, io,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// Who runs, and over what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The pipeline file, by its path from the output folder; a built-in pipeline by its name.
    pub pipeline: String,
    /// Where inputs without an absolute path are looked for, by its path from the output folder.
    pub place: String,
    /// The inputs as they were named; `-` for standard input.
    pub inputs: Vec<String>,
    /// How many documents of them are read at most.
    pub limit: Option<u64>,
}

/// What becomes of records that are in the folder already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Each is kept or made anew; a run that would lose one is refused.
    #[default]
    Keep,
    /// They stay; new and changed documents are added.
    Append,
    /// They go, with every file that the manifest of the folder lists.
    Replace,
}

impl Owner {
    /// Whoever runs that pipeline over these inputs here and now, into that folder.
    pub fn here(folder: &Path, pipeline: &Path, inputs: Vec<String>) -> io::Result<Self> {
        let here = env::current_dir()?;
        let folder = real(&here.join(folder));
        let from_folder = |path: &Path| way(&folder, &real(path)).display().to_string();
        Ok(Self { pipeline: from_folder(&here.join(pipeline)), place: from_folder(&here), inputs, limit: None })
    }

    /// Where the pipeline file of the run lies that made this folder.
    pub fn pipeline_from(&self, folder: &Path) -> PathBuf {
        real(&folder.join(&self.pipeline))
    }

    /// Where the command was given that made this folder: inputs without an absolute path are looked for there.
    pub fn place_from(&self, folder: &Path) -> PathBuf {
        real(&folder.join(&self.place))
    }

    /// Whether both read the same.
    pub(crate) fn has_inputs_of(&self, other: &Self) -> bool {
        (&self.place, &self.inputs, self.limit) == (&other.place, &other.inputs, other.limit)
    }

    /// Whether the inputs can be read twice.
    pub(crate) fn can_be_listed(&self) -> bool {
        self.inputs.iter().all(|input| input != "-")
    }
}

/// The path without links and dots, as far as there is such a path yet.
pub(crate) fn real(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    match (path.parent(), path.components().next_back()) {
        (Some(parent), Some(Component::ParentDir)) => real(parent).parent().map_or_else(PathBuf::new, Path::to_owned),
        (Some(parent), Some(last)) => real(parent).join(last),
        _ => path.to_owned(),
    }
}

/// The way from a folder to a path.
pub(crate) fn way(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_from_one_folder_to_another() {
        let way = |from: &str, to: &str| way(Path::new(from), Path::new(to)).display().to_string();
        assert_eq!(way("/data/out", "/data"), "..");
        assert_eq!(way("/out", "/data/day1"), "../data/day1");
        assert_eq!(way("/a", "/a/b"), "b");
    }

    #[test]
    fn a_path_that_is_not_there_yet_is_told_by_what_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().canonicalize().expect("it is there");
        assert_eq!(real(&dir.path().join("new/out")), root.join("new/out"));
        assert_eq!(real(&dir.path().join("new/../out")), root.join("out"));
    }
}
