//! Reads files, folders, globs and standard input, one document a file.
//!
//! The source streams: it holds one file at a time, and looks into a folder only when it comes to it. Files come in
//! the order of `paths`; within a folder, names are in the order of their bytes, so that every machine sees the same
//! order. Nothing is skipped for its name, except what starts with a dot.

mod missing;
mod pattern;
mod read;
mod walk;

use std::path::PathBuf;

use copydesk_stage::{Catalog, ConfigError, Source, SourceError, SourceItem, SourceKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    pattern::Filter,
    walk::{Start, Walk},
};

/// The source `files`.
#[derive(Debug)]
pub struct Files {
    config: Config,
    filter: Filter,
}

/// What a pipeline file may say in its `[source]` table. Paths are relative to the current directory, as for every
/// program that takes paths; not to the pipeline file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Files, folders (with everything below them), globs such as `pages/**/*.html`, or `-` for standard input.
    pub paths: Vec<String>,
    /// Text files that name one file a line; `-` reads the names from standard input.
    pub lists: Vec<String>,
    /// In folders, take only files that match one of these globs. A glob without a slash matches the name at any
    /// depth; one with a slash matches the path below the folder. Files that `paths` names are always taken.
    pub include: Vec<String>,
    /// In folders and globs, leave out files and folders that match one of these, by the same rules.
    pub exclude: Vec<String>,
    /// Take files and folders whose names start with a dot as well.
    pub hidden: bool,
    /// Go where symbolic links lead that are found in folders. A link that `paths` names is always followed.
    pub follow_links: bool,
    /// Largest file, in bytes, as stored. A larger one is not read, and goes to quarantine (`limit.size`).
    pub max_bytes: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            lists: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            hidden: false,
            follow_links: false,
            // The parser's own limit, which counts what comes out of a compressed file.
            max_bytes: 32 << 20,
        }
    }
}

impl SourceKind for Files {
    const NAME: &'static str = "files";
    const SUMMARY: &'static str = "Reads files, folders, globs and standard input, one document a file.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        if config.paths.is_empty() && config.lists.is_empty() {
            return Err(ConfigError::at("paths", "names nothing to read")
                .help("name files, folders or globs here, or on the command line"));
        }
        let from_stdin = config.paths.iter().chain(&config.lists).filter(|path| *path == "-").count();
        if from_stdin > 1 {
            return Err(ConfigError::at("paths", "standard input (`-`) can be read once only"));
        }
        if config.max_bytes == 0 {
            return Err(ConfigError::at("max_bytes", "must be at least 1"));
        }
        let filter = Filter::new(&config.include, &config.exclude)?;
        for (i, path) in config.paths.iter().enumerate() {
            if path.is_empty() {
                return Err(ConfigError::at(format!("paths[{i}]"), "is empty").help("`.` is the current directory"));
            }
            if pattern::is_glob(path) {
                pattern::glob(path).map_err(|error| ConfigError::at(format!("paths[{i}]"), error))?;
            }
        }
        Ok(Box::new(Self { config, filter }))
    }
}

impl Source for Files {
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let lists = self.config.lists.iter().map(|list| match list.as_str() {
            "-" => Ok(Start::ListOnStdin),
            list => missing::exists(list).map(|()| Start::List(PathBuf::from(list))),
        });
        let paths = self.config.paths.iter().map(|path| walk::start(path));
        let starts = paths.chain(lists).collect::<Result<Vec<_>, _>>()?;
        Ok(Box::new(Walk::new(starts, self.filter.clone(), &self.config)))
    }

    fn size_hint(&self) -> Option<u64> {
        let known = self.config.lists.is_empty()
            && self.config.paths.iter().all(|path| path == "-" || PathBuf::from(path).is_file());
        known.then_some(self.config.paths.len() as u64)
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.source::<Files>();
}
