//! `copydesk profile`

mod card;
mod croissant;
mod data_files;
mod gather;
mod page;
mod show;
mod tables;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use copydesk_stage::Catalog;

use self::{data_files::DataFiles, gather::Profile};
use super::diff::found;
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{self, shown},
};

/// Arguments of `copydesk profile`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk profile out                                      the corpus in out/, as a table
  copydesk profile out --report corpus.html --report corpus.json
  copydesk profile out/records.jsonl                        records that stand elsewhere
  copydesk profile out --dataset-card --croissant           out/README.md and out/croissant.json

The records are read from the files of the export `jsonl`; where a folder has none, from the table of documents in Parquet, SQLite or CSV. \
Facts that such a table has no column for are named, and not counted as missing; texts that CSV holds the beginning of only are \
counted as their marks say. A group has the documents, their characters, those without text, \
the duplicates (by the survey find-duplicates, or with the same text as an earlier one), those whose text confidence is \
below .5, and those without a date.")]
pub(crate) struct Args {
    /// The output folder of a run, or a file of records.
    #[arg(value_name = "OUT", value_hint = clap::ValueHint::AnyPath)]
    out: PathBuf,
    /// Write the figures to a file as well. The name says the form: .json, .html (a page to hand on), anything else the
    /// table.
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    /// Write README.md into the folder: a dataset card as Hugging Face reads it, for its data files.
    #[arg(long)]
    dataset_card: bool,
    /// Write croissant.json into the folder, beside a Parquet file: what data sets are described by for machine learning.
    #[arg(long)]
    croissant: bool,
    /// Replace a dataset card that was edited since it was made.
    #[arg(long)]
    replace: bool,
    /// What the data set is called in the card and in Croissant; the name of the folder if left out.
    #[arg(long)]
    name: Option<String>,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let folder = self.out.is_dir().then_some(self.out.as_path());
        if folder.is_none() && (self.dataset_card || self.croissant) {
            return Err(anyhow!("{} is no folder, and cards describe the files of one", shown(&self.out)).into());
        }
        let paths = if folder.is_some() { files_of(&self.out)? } else { vec![self.out.clone()] };
        let profile = Profile::gather(&paths, folder, catalog)?;
        let name = self.name.clone().unwrap_or_else(|| name_of(&self.out));
        for path in &self.report {
            let text = match path.extension().and_then(|extension| extension.to_str()) {
                Some("json") => serde_json::to_string_pretty(&profile).context("the figures cannot be written")? + "\n",
                Some("html" | "htm") => page::page(&name, &profile),
                _ => show::table(&profile),
            };
            put(path, &text, self.replace)?;
        }
        if let Some(folder) = folder {
            if self.dataset_card {
                let card = card::card(&name, &profile, &DataFiles::of(folder, &paths)?);
                put(&folder.join(CARD), &card, self.replace)?;
            }
            if self.croissant {
                let described = croissant::croissant(&name, &profile, folder, &DataFiles::of(folder, &paths)?)?;
                put(&folder.join(CROISSANT), &described, self.replace)?;
            }
        }
        if !reporter.quiet {
            terminal::print(&show::table(&profile))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The files of a folder that hold its records, as JSON Lines if there are any.
fn files_of(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if let Some(found) = found(folder)? {
        return Ok(found);
    }
    tables::files(folder)?.ok_or_else(|| {
        anyhow!("{} holds no records: no output of the exports `jsonl`, `parquet`, `sqlite` or `csv`", shown(folder))
    })
}

/// The name of a folder or a file, however it was typed.
fn name_of(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real.file_stem().map_or_else(|| "corpus".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// How the files begin that this command may replace, each in its form.
const OURS: [&str; 4] = [page::PAGE, show::HEAD, "{\n  \"documents\":", card::HEAD];
/// Within how many bytes a Croissant file says who made it.
const MARK: &str = croissant::MARK;

/// What stands in a folder that tells of its records, and is as old as they were then.
pub(super) const CARD: &str = "README.md";
pub(super) const CROISSANT: &str = "croissant.json";

/// Which of these stand in a folder.
pub(super) fn cards(folder: &Path) -> Vec<&'static str> {
    [CARD, CROISSANT].into_iter().filter(|name| folder.join(name).exists()).collect()
}

/// Writes a file as a whole. What is no profile is not replaced: a README may be somebody's work.
fn put(path: &Path, text: &str, replace: bool) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", shown(path));
    if path.exists() {
        let there = fs::read(path).with_context(cannot)?;
        let there = String::from_utf8_lossy(&there);
        if !there.is_empty() && !OURS.iter().any(|head| there.starts_with(head)) && !there.contains(MARK) {
            bail!("{}: the file that is there was not made by `copydesk profile`; take it away first", cannot());
        }
        if !replace && card::is_edited(&there) {
            bail!(
                "{}: the card that is there was edited since, and the edits would be lost. Nothing was changed.\nTo make it \
                 anew all the same: --replace; to keep it, give it another name first",
                cannot()
            );
        }
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    fs::write(&draft, text).and_then(|()| fs::rename(&draft, path)).with_context(cannot)
}
