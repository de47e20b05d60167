//! What files are called wherever they lie, and which of them have been come to already.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    path::{Component, Path, PathBuf},
};

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::path_text::shown;

/// Files that hold many documents, by the ends of their names.
const CONTAINERS: &[&str] = &[
    "arc",
    "arrow",
    "atom",
    "csv",
    "json",
    "jsonl",
    "jsonlines",
    "ldjson",
    "mbox",
    "ndjson",
    "parquet",
    "rss",
    "tsv",
    "wacz",
    "warc",
    "wet",
];

/// Gives files names that do not depend on how their paths were typed, and knows a file again that it has seen.
///
/// A file is called by its folder and its name, and one that was found in a folder by that folder and its path below it:
/// `day/a.html`, whether the command names `day`, `./day`, `/data/day` or `day/a.html`, and on whatever disk it lies. One
/// that holds many documents is called by its own name. Where two would be called alike, the second has a further folder
/// before its name.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    /// Files that were come to, by a hash of where they are.
    seen: HashSet<u128>,
    /// Which file or folder was given a name first, both as hashes.
    taken: HashMap<u64, u64>,
}

impl Labels {
    /// Whether a file is come to for the first time. `real` is its path with all links resolved.
    pub(crate) fn is_new(&mut self, real: &Path) -> bool {
        self.seen.insert(xxh3_128(real.as_os_str().as_encoded_bytes()))
    }

    /// The name of a folder that was named, given where it really is.
    pub(crate) fn folder(&mut self, real: &Path) -> String {
        self.free(real, 1)
    }

    /// The name of a file, given where it really is. `below` is the name of the folder that it was found in, and its path
    /// below that.
    pub(crate) fn file(&mut self, real: &Path, below: Option<(&str, &Path)>) -> String {
        match below {
            _ if is_container(real) => self.free(real, 1),
            Some((folder, path)) => shown(&Path::new(folder).join(path)),
            None => self.free(real, 2),
        }
    }

    /// The last parts of a path, as many as are asked for, and more where that is the name of another.
    fn free(&mut self, real: &Path, parts: usize) -> String {
        let all: Vec<&OsStr> = real
            .components()
            .filter_map(|part| if let Component::Normal(name) = part { Some(name) } else { None })
            .collect();
        for count in parts..=all.len().max(parts) {
            let name: PathBuf = all[all.len().saturating_sub(count)..].iter().collect();
            let name = shown(&name);
            let own = xxh3_64(real.as_os_str().as_encoded_bytes());
            if *self.taken.entry(xxh3_64(name.as_bytes())).or_insert(own) == own {
                return name;
            }
        }
        shown(real)
    }
}

fn is_container(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let mut ends = name.rsplit('.');
    let mut end = ends.next().unwrap_or_default();
    if copydesk_unpack::names_codec(end) {
        end = ends.next().unwrap_or_default();
    }
    CONTAINERS.contains(&end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_long_as_it_must_be() {
        let mut labels = Labels::default();
        let mut file = |path: &str| labels.file(Path::new(path), None);
        assert_eq!(file("/data/day/a.html"), "day/a.html");
        assert_eq!(file("/data/day/a.html"), "day/a.html");
        assert_eq!(file("/more/day/a.html"), "more/day/a.html");
        assert_eq!(file("/a.html"), "a.html");
        assert_eq!(file("/data/day/a.jsonl.gz"), "a.jsonl.gz");
        assert_eq!(file("/more/day/a.jsonl.gz"), "day/a.jsonl.gz");
        assert_eq!(labels.folder(Path::new("/data/day")), "day");
        assert_eq!(labels.folder(Path::new("/more/day")), "more/day");
        assert_eq!(labels.folder(Path::new("/")), "");
        assert_eq!(labels.file(Path::new("/data/day/x/a.html"), Some(("day", Path::new("x/a.html")))), "day/x/a.html");
    }

    #[test]
    fn a_file_is_new_once() {
        let mut labels = Labels::default();
        assert!(labels.is_new(Path::new("/a")) && labels.is_new(Path::new("/b")) && !labels.is_new(Path::new("/a")));
    }
}
