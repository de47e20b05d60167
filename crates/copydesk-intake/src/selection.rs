//! Which files a source reads.

use copydesk_stage::{ConfigError, KnownFiles, SourceError, SourceItem};

use crate::{
    StoredFile,
    path_text::read as read_path,
    pattern::{self, Filter},
    walk::{self, Walk, Walked},
};

/// Which files: the options that every source of files takes. [`source_config!`](crate::source_config) documents each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Files, folders, globs, or `-` for standard input.
    pub paths: Vec<String>,
    /// Text files that name one file a line.
    pub lists: Vec<String>,
    /// Globs; in folders, only what matches one is taken.
    pub include: Vec<String>,
    /// Globs; what matches one is left out.
    pub exclude: Vec<String>,
    /// Whether names that start with a dot are taken.
    pub hidden: bool,
    /// Whether links that are found in folders are followed.
    pub follow_links: bool,
}

/// A selection that has been checked.
#[derive(Clone, Debug)]
pub struct Intake {
    selection: Selection,
    filter: Filter,
    known: Option<KnownFiles>,
}

/// The documents of one file.
pub type Documents = Box<dyn Iterator<Item = SourceItem> + Send>;

impl Selection {
    /// Checks it. Nothing is read yet.
    pub fn check(self) -> Result<Intake, ConfigError> {
        if self.paths.is_empty() && self.lists.is_empty() {
            return Err(ConfigError::at("paths", "names nothing to read")
                .help("name files, folders or globs here, or on the command line"));
        }
        let from_stdin = self.paths.iter().chain(&self.lists).filter(|path| *path == "-").count();
        if from_stdin > 1 {
            return Err(ConfigError::at("paths", "standard input (`-`) can be read once only"));
        }
        let filter = Filter::new(&self.include, &self.exclude)?;
        for (i, path) in self.paths.iter().enumerate() {
            if path.is_empty() {
                return Err(
                    ConfigError::at(format!("paths[{i}]"), "an input has no name").help("`.` is the current directory")
                );
            }
            if pattern::is_glob(path) {
                pattern::glob(path).map_err(|error| ConfigError::at(format!("paths[{i}]"), error))?;
            }
        }
        Ok(Intake { selection: self, filter, known: None })
    }
}

impl Intake {
    /// Leaves out the files that are known.
    pub fn leave_out(&mut self, known: KnownFiles) {
        self.known = Some(known);
    }

    /// The documents of all files, in the order of `paths` and then `lists`; `read` says what is in one.
    pub fn documents(
        &self,
        read: impl Fn(StoredFile) -> Documents + Send + 'static,
    ) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let lists = self.selection.lists.iter().map(|list| walk::start_of_list(list));
        let paths = self.selection.paths.iter().map(|path| walk::start(path));
        let starts = paths.chain(lists).collect::<Result<Vec<_>, _>>()?;
        let walk = Walk::new(starts, self.filter.clone(), &self.selection);
        walk.check_globs()?;
        let known = self.known.clone();
        Ok(Box::new(walk.flat_map(move |found| -> Box<dyn Iterator<Item = _> + Send> {
            match found {
                Ok(Walked::File(file)) if known.as_ref().is_some_and(|known| file.is_known(known)) => {
                    let (uri, reason) = (file.name().uri.clone(), "not changed".into());
                    Box::new(std::iter::once(Ok(SourceItem::Skipped { uri, reason })))
                }
                Ok(Walked::File(file)) => Box::new(read(file).map(Ok)),
                Ok(Walked::Other(item)) => Box::new(std::iter::once(Ok(*item))),
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        })))
    }

    /// How many files there are, where that is known without looking into folders.
    pub fn count(&self) -> Option<u64> {
        let Selection { paths, lists, .. } = &self.selection;
        let known = lists.is_empty() && paths.iter().all(|path| path == "-" || read_path(path).is_file());
        known.then_some(paths.len() as u64)
    }

    /// How many documents there are, where all files are pages by their names, and not too many to be counted in a moment.
    pub fn count_pages(&self) -> Option<u64> {
        let Selection { paths, lists, .. } = &self.selection;
        if !lists.is_empty() || self.known.is_some() || paths.iter().any(|path| path == "-") {
            return None;
        }
        let starts = paths.iter().map(|path| walk::start(path)).collect::<Result<Vec<_>, _>>().ok()?;
        let mut pages = 0;
        for found in Walk::new(starts, self.filter.clone(), &self.selection).take(MOST_COUNTED + 1) {
            match found {
                Ok(Walked::File(file)) if is_page(&file.name().uri) => pages += 1,
                Ok(Walked::Other(_)) => {}
                _ => return None,
            }
        }
        (pages <= MOST_COUNTED as u64).then_some(pages)
    }
}

/// A folder with more files is not gone through twice.
const MOST_COUNTED: usize = 100_000;

/// Whether a file of that name is one document, as a rule. That is good enough for a bar of progress, and for nothing else.
fn is_page(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let name = [".gz", ".zst", ".bz2", ".xz", ".lzma"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    [".html", ".htm", ".xhtml", ".md", ".markdown", ".txt"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_where_all_are() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["a.html", "b.HTM.gz", "c.txt"] {
            std::fs::write(dir.path().join(name), "x").expect("a file");
        }
        let count = || {
            let paths = vec![dir.path().to_string_lossy().into_owned()];
            Selection { paths, ..Selection::default() }.check().expect("valid").count_pages()
        };
        assert_eq!(count(), Some(3));
        std::fs::write(dir.path().join("many.jsonl"), "x").expect("a file");
        assert_eq!(count(), None);
    }
}
