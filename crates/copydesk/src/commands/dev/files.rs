//! What `copydesk dev` watches, and whether one of it has changed. The files are looked at again and again: a stage has few, and
//! every system and every shared folder can be asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde_json::Value;

/// What is made, and not written by anybody.
const MADE: [&str; 5] = ["target", "out", "__pycache__", "node_modules", "Cargo.lock"];
/// So many files name files, one in another.
const DEEPEST: usize = 8;

/// The files below the current folder, the pipeline, and the files that it names, which may stand elsewhere.
#[derive(Debug)]
pub(super) struct Watch {
    pipeline: PathBuf,
    /// What the pipeline named when it could last be read.
    named: BTreeSet<PathBuf>,
    /// Changed by every run, so that they would start it again for ever.
    unwatched: BTreeSet<PathBuf>,
    /// What changed while the last attempt ran.
    written: BTreeSet<PathBuf>,
    /// As they were when the last attempt began.
    seen: Files,
}

/// Files, each with its size and when it was changed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Files(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Watch {
    /// Nothing is looked at before [`Self::begin`].
    pub(super) fn new(pipeline: &Path) -> Self {
        let (named, unwatched, written) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { pipeline: pipeline.into(), named, unwatched, written, seen: Files::default() }
    }

    /// Remembers the files as they are before an attempt.
    pub(super) fn begin(&mut self) {
        self.seen = self.now(Path::new("."));
    }

    /// Looks at what an attempt has changed, and leaves out from now on what the one before, which started it, has changed as
    /// well: those files are written by the stages. Returns them.
    pub(super) fn end(&mut self) -> Vec<PathBuf> {
        let now = self.now(Path::new("."));
        let again = self.settle(&now);
        for path in &again {
            self.seen.0.remove(path);
        }
        again
    }

    fn settle(&mut self, now: &Files) -> Vec<PathBuf> {
        let changed = self.seen.changed(now);
        let again: Vec<PathBuf> = changed.intersection(&self.written).cloned().collect();
        self.unwatched.extend(again.iter().cloned());
        self.written = changed;
        again
    }

    /// Waits until the files are others, and nobody is writing any more.
    pub(super) fn wait(&mut self) {
        let mut last = self.now(Path::new("."));
        loop {
            super::wait();
            let now = self.now(Path::new("."));
            if now == last && now != self.seen {
                // What somebody has saved starts the next attempt, and not only what the last one wrote.
                if !self.seen.changed(&now).is_subset(&self.written) {
                    self.written.clear();
                }
                return;
            }
            last = now;
        }
    }

    fn now(&mut self, folder: &Path) -> Files {
        if let Some(named) = named(&self.pipeline) {
            self.named = named;
        }
        let mut files = Files::below(folder.into());
        files.add(self.pipeline.clone());
        self.named.iter().for_each(|path| files.add(path.clone()));
        files.0.retain(|path, _| !self.unwatched.contains(path));
        files
    }
}

impl Files {
    fn add(&mut self, path: PathBuf) {
        if let Ok(metadata) = fs::metadata(&path) {
            self.0.insert(path, (metadata.len(), metadata.modified().ok()));
        }
    }

    fn below(folder: PathBuf) -> Self {
        let mut files = Self::default();
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
                    let path = entry.path();
                    // As the pipeline would name it.
                    files.add(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path));
                }
            }
        }
        files
    }

    /// Those that are there in one of both only, or not the same.
    fn changed(&self, now: &Self) -> BTreeSet<PathBuf> {
        let paths = self.0.keys().chain(now.0.keys());
        paths.filter(|path| self.0.get(*path) != now.0.get(*path)).cloned().collect()
    }
}

/// The files that a pipeline names, in whatever option, and that those name which it includes. None if it cannot be read.
fn named(pipeline: &Path) -> Option<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    let mut open = read(pipeline)?;
    for _ in 0..DEEPEST {
        let texts: Vec<PathBuf> = texts(&open).into_iter().map(PathBuf::from).filter(|path| path.is_file()).collect();
        let new: Vec<PathBuf> = texts.into_iter().filter(|path| files.insert(path.clone())).collect();
        open = Value::Array(new.iter().filter_map(|path| read(path)).collect());
    }
    Some(files)
}

/// Whether a pipeline has tests. One that cannot be read is left to whoever runs them.
pub(super) fn has_tests(pipeline: &Path) -> bool {
    read(pipeline).is_none_or(|pipeline| pipeline.get("test").is_some())
}

/// A file of tables, such as a pipeline. The others that it may name have no names of files in them.
fn read(path: &Path) -> Option<Value> {
    let read = || fs::read_to_string(path).ok();
    match path.extension()?.to_str()? {
        "toml" => toml::from_str(&read()?).ok(),
        "json" => serde_json::from_str(&read()?).ok(),
        _ => None,
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    #[test]
    fn what_is_written_counts_and_what_is_made_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let look = || Files::below(folder.path().into());
        let write = |path: &str, text: &str| write(&folder.path().join(path), text);
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
    }

    #[test]
    fn what_the_pipeline_names_counts_wherever_it_stands() {
        let (folder, elsewhere) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (pipeline, shared) = (elsewhere.path().join("p.toml"), elsewhere.path().join("shared.toml"));
        let words = elsewhere.path().join("words.txt");
        write(&words, "quay");
        write(&shared, &format!("[[stage]]\nuse = \"mark\"\nwords = {words:?}\n"));
        write(&pipeline, &format!("[[stage]]\ninclude = {shared:?}\n"));
        let mut watch = Watch::new(&pipeline);
        for changed in [&pipeline, &shared, &words] {
            let before = watch.now(folder.path());
            let text = fs::read_to_string(changed).expect("it is there");
            write(changed, &format!("{text}\n"));
            assert_ne!(watch.now(folder.path()), before, "{}", changed.display());
        }
        let before = watch.now(folder.path());
        write(&pipeline, "[[stage]\n");
        write(&words, "quay and pier");
        let after = watch.now(folder.path());
        assert_eq!(before.changed(&after), [pipeline, words].into(), "though the pipeline cannot be read");
    }

    #[test]
    fn what_every_run_writes_does_not_start_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache.db");
        let mut watch = Watch::new(&folder.path().join("p.toml"));
        let mut attempt = |text: &str| {
            watch.seen = watch.now(folder.path());
            write(&cache, text);
            let now = watch.now(folder.path());
            watch.settle(&now)
        };
        assert_eq!(attempt("1"), Vec::<PathBuf>::new(), "somebody may have saved it meanwhile");
        assert_eq!(attempt("12"), std::slice::from_ref(&cache));
        assert_eq!(attempt("123"), Vec::<PathBuf>::new(), "it is not looked at any more");
    }
}
