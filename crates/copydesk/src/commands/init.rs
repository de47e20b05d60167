//! `copydesk init`

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde_json::Value;

use super::new::write_new;
use crate::{
    exit::ExitCode,
    program,
    report::{Failure, Reporter},
    terminal::{count, shown},
};

const TEMPLATE: &str = include_str!("../../templates/init.toml");

/// So many files and folders are counted: enough to tell what is there.
const MOST: usize = 20_000;
/// So many of each file or folder at the top are looked at all the same, so that none is left out for those before it.
const LEAST: usize = 200;
/// More files of one ending at the top are named by that, and not one by one.
const MOST_NAMED: usize = 20;
/// Folders that hold what programs made, and no documents.
const NOT_DOCUMENTS: [&str; 5] = ["out", "target", "node_modules", "delta", "__pycache__"];

/// Endings of names, and what files of that name hold.
const KINDS: [(&[&str], &str); 9] = [
    (&["html", "htm", "xhtml"], "HTML page"),
    (&["md", "markdown"], "Markdown text"),
    (&["txt"], "plain text"),
    (&["json", "jsonl", "ndjson"], "JSON file"),
    (&["csv", "tsv"], "table"),
    (&["parquet"], "Parquet file"),
    (&["warc", "arc", "wacz"], "web archive"),
    (&["xml", "rss", "atom"], "feed"),
    (&["eml", "mbox"], "mail file"),
];
/// Endings that a compressed file has behind its own.
const COMPRESSED: [&str; 4] = ["gz", "zst", "bz2", "xz"];

/// Arguments of `copydesk init`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file to write, which must not be there yet.
    #[arg(default_value = "pipeline.toml")]
    file: PathBuf,
}

impl Args {
    pub(crate) fn execute(&self, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let found = Found::below(Path::new(".")).context("cannot look into this folder")?;
        let file = self.file.to_string_lossy();
        let text = TEMPLATE.replace("{source}", &found.source()).replace("{file}", &file);
        write_new(&self.file, &program::of_this_program(&text))?;
        if !reporter.quiet {
            let (name, file) = (program::name(), shown(&self.file));
            let inputs = if found.kinds.is_empty() { " PAGES" } else { "" };
            reporter.write(&format!("{file}: for {}\n\n  {name} run {file}{inputs}\n", found.in_words()));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What stands in a folder, by the names of its files.
#[derive(Debug, Default)]
struct Found {
    /// Kinds of files, each with how many there are.
    kinds: BTreeMap<&'static str, usize>,
    /// Files and folders at the top that hold documents, or patterns for files.
    paths: Vec<String>,
    /// How many files and folders may still be looked at.
    left: usize,
    /// Whether there is more than was looked at.
    has_more: bool,
}

impl Found {
    fn below(folder: &Path) -> std::io::Result<Self> {
        let mut found = Self { left: MOST, ..Self::default() };
        let mut entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in entries {
            let before: usize = found.kinds.values().sum();
            found.left = found.left.max(LEAST);
            found.look_at(&entry);
            if found.kinds.values().sum::<usize>() > before {
                let name = entry.file_name().to_string_lossy().into_owned();
                match name.split_once('.').filter(|_| entry.file_type().is_ok_and(|t| t.is_file())) {
                    Some(_) => files.entry(endings(&name).to_owned()).or_default().push(name),
                    None => found.paths.push(name),
                }
            }
        }
        for (endings, names) in files {
            found.paths.extend(if names.len() > MOST_NAMED { vec![format!("*{endings}")] } else { names });
        }
        Ok(found)
    }

    fn look_at(&mut self, entry: &fs::DirEntry) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(file_type) = entry.file_type() else { return };
        if self.left == 0 {
            self.has_more = true;
            return;
        }
        self.left -= 1;
        if name.starts_with('.') {
            return;
        }
        if file_type.is_dir() {
            if !NOT_DOCUMENTS.contains(&name.as_str()) {
                // A folder that cannot be read has nothing that a run could read.
                fs::read_dir(entry.path()).into_iter().flatten().flatten().for_each(|entry| self.look_at(&entry));
            }
        } else if let Some(kind) = kind(&name) {
            *self.kinds.entry(kind).or_default() += 1;
        }
    }

    /// What was found, as a sentence has it.
    fn in_words(&self) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(|(kind, n)| count(*n, kind)).collect();
        match (kinds.is_empty(), self.has_more) {
            (true, _) => "inputs that the command line names: there are no documents here".into(),
            (false, true) => format!("{} and more", kinds.join(", ")),
            (false, false) => kinds.join(", "),
        }
    }

    /// The table that names the inputs.
    fn source(&self) -> String {
        if self.paths.is_empty() {
            return "# Inputs come from the command line; or name them here, files, folders and globs:\n\
                    # [source]\n# use = \"auto\"\n# paths = [\"pages\"]\n"
                .into();
        }
        let mut out =
            format!("# {}. What is in a file is told by its content.\n[source]\nuse = \"auto\"\n", self.in_words());
        let paths: Vec<String> = self.paths.iter().map(|path| Value::from(path.as_str()).to_string()).collect();
        let _ = writeln!(out, "paths = [{}]", paths.join(", "));
        out.push_str("# exclude = [\"drafts\", \"*.bak.html\"]\n");
        out
    }
}

/// The endings of a name that tell what is in the file: `.warc.gz`.
fn endings(name: &str) -> &str {
    let last = name.rfind('.').unwrap_or(name.len());
    let is_compressed = COMPRESSED.contains(&name[last..].trim_start_matches('.').to_ascii_lowercase().as_str());
    let before = is_compressed.then(|| name[..last].rfind('.')).flatten();
    &name[before.unwrap_or(last)..]
}

/// What a file of that name holds.
fn kind(name: &str) -> Option<&'static str> {
    let mut endings = name.rsplit('.').map(str::to_ascii_lowercase);
    let mut ending = endings.next()?;
    if COMPRESSED.contains(&ending.as_str()) {
        ending = endings.next()?;
    }
    // A name without a dot has no ending, and is its own last part.
    endings.next()?;
    KINDS.iter().find(|(known, _)| known.contains(&ending.as_str())).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_endings() {
        for (name, expected) in [
            ("a.html", Some("HTML page")),
            ("a.HTM.gz", Some("HTML page")),
            ("crawl.warc.gz", Some("web archive")),
            ("html", None),
            ("gz", None),
            (".html", Some("HTML page")),
            ("a.png", None),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn a_folder_gets_a_pipeline_that_loads() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |path: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, "x").expect("it can be written");
        };
        let text = |found: &Found| TEMPLATE.replace("{source}", &found.source()).replace("{file}", "pipeline.toml");
        let load = |text: &str| copydesk_pipeline::load("x.toml", text, &copydesk_pipeline::builtin());
        let empty = Found::below(folder.path()).expect("a folder");
        let pipeline = load(&text(&empty)).unwrap_or_else(|error| panic!("{error}"));
        assert!(pipeline.source.is_none() && pipeline.warnings.is_empty());

        let paths =
            ["pages/a.html", "pages/deep/b.html", "list \"1\".csv", "out/records.csv", ".git/x.txt", "picture.png"];
        for path in paths {
            put(path);
        }
        let found = Found::below(folder.path()).expect("a folder");
        assert_eq!(found.in_words(), "2 HTML pages, 1 table");
        assert_eq!(found.paths, ["pages", "list \"1\".csv"]);
        let pipeline = load(&text(&found)).unwrap_or_else(|error| panic!("{error}"));
        let source = pipeline.source.expect("it has one");
        assert_eq!(source.options["paths"], serde_json::json!(["pages", "list \"1\".csv"]));
    }
    #[test]
    fn no_folder_is_left_out_for_a_large_one() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, count) in [("a", MOST + 1), ("b", 1)] {
            fs::create_dir(folder.path().join(name)).expect("it can be made");
            (0..count).for_each(|n| drop(fs::File::create(folder.path().join(format!("{name}/{n}.html")))));
        }
        (0..=MOST_NAMED).for_each(|n| drop(fs::File::create(folder.path().join(format!("c-{n}.warc.gz")))));
        let found = Found::below(folder.path()).expect("a folder");
        assert_eq!(found.paths, ["a", "b", "*.warc.gz"]);
        assert!(found.in_words().ends_with(" and more"), "{}", found.in_words());
    }
}
