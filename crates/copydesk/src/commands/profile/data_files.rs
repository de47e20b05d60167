//! The files of a folder that hold its data, for cards.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::terminal::shown;

/// A table of the data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// `documents` for `documents.parquet`.
    pub(super) name: String,
    /// Its files, relative to the folder: one, or the parts of a sharded output.
    pub(super) files: Vec<String>,
    /// All of them as one pattern.
    pub(super) pattern: String,
}

/// The tables of the folder: Parquet where there is any, else the records.
#[derive(Clone, Debug, Default)]
pub(super) struct DataFiles {
    pub(super) parquet: Vec<Table>,
    pub(super) records: Vec<Table>,
}

impl DataFiles {
    pub(super) fn of(folder: &Path, records: &[PathBuf]) -> anyhow::Result<Self> {
        let list = |folder: &Path| -> anyhow::Result<Vec<PathBuf>> {
            let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", shown(folder)))?;
            let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
            paths.sort();
            Ok(paths)
        };
        let is_parquet = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|ending| ending == "parquet");
        let all = list(folder)?;
        let mut parquet: Vec<Table> =
            all.iter().filter(|path| is_parquet(path)).map(|path| table(folder, std::slice::from_ref(path))).collect();
        for own in all.iter().filter(|path| path.is_dir()) {
            let parts: Vec<PathBuf> = list(own)?.into_iter().filter(is_parquet).collect();
            if !parts.is_empty() {
                parquet.push(table(folder, &parts));
            }
        }
        // Who reads one table alone means the documents.
        parquet.sort_by_key(|table| (table.name != "documents", table.name.clone()));
        Ok(Self { parquet, records: vec![table(folder, records)] })
    }

    /// What a data set is made of.
    pub(super) fn tables(&self) -> &[Table] {
        if self.parquet.is_empty() { &self.records } else { &self.parquet }
    }
}

fn table(folder: &Path, paths: &[PathBuf]) -> Table {
    let relative = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let files: Vec<String> = paths.iter().map(relative).collect();
    let first = files.first().cloned().unwrap_or_default();
    let (name, pattern) = match first.split_once('/') {
        Some((own, file)) => {
            let ending = file.split_once('.').map_or("", |(_, ending)| ending);
            (own.to_owned(), format!("{own}/*.{ending}"))
        }
        None => (first.split('.').next().unwrap_or_default().to_owned(), first.clone()),
    };
    Table { name, files, pattern }
}
