//! Corpora of invented articles. The same options give the same bytes, on every machine.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use crate::{
    grammar::Grammar,
    page::{Form, Length, article},
};

/// Arguments of `cargo xtask generate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Many small documents, of one or two paragraphs.
    Small {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        documents: u64,
        /// One JSON Lines file, a folder of such files, or a folder tree with a file for each document.
        #[arg(long = "as", value_enum, default_value_t = Shape::File)]
        shape: Shape,
        #[command(flatten)]
        common: Common,
    },
    /// One JSON Lines file of a given size, with articles of usual length.
    Jsonl {
        /// Size: `5GB`, `200MB`, `1024`. The last line is complete, so that the file is a little larger.
        #[arg(long, value_parser = bytes)]
        bytes: u64,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, clap::Args)]
struct Common {
    /// Where to write it: a file, or a folder. It must not exist.
    #[arg(long)]
    out: PathBuf,
    /// Other seeds give other articles.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How documents are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shape {
    /// One JSON Lines file.
    File,
    /// A folder of JSON Lines files, 5,000 documents each.
    Files,
    /// A folder tree with a file for each document, 100 in a folder.
    Tree,
}

const SMALL: Length = Length { paragraphs: 2, sentences: 4 };
const USUAL: Length = Length { paragraphs: 12, sentences: 6 };
const IN_A_FILE: u64 = 5_000;
const IN_A_FOLDER: u64 = 100;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let made = match &args.kind {
        Kind::Small { documents, shape, common } => small(*documents, *shape, &common.out, common.seed)?,
        Kind::Jsonl { bytes, common } => large(*bytes, &common.out, common.seed)?,
    };
    println!("{} documents, {} bytes", made.documents, made.bytes);
    Ok(())
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) documents: u64,
    pub(crate) bytes: u64,
}

/// Many small documents.
pub(crate) fn small(documents: u64, shape: Shape, out: &Path, seed: u64) -> anyhow::Result<Made> {
    let maker = Maker { grammars: Grammar::all()?, seed, length: SMALL };
    let mut made = Made::default();
    match shape {
        Shape::File => made.add(maker.jsonl(out, 0, |number, _| number < documents)?),
        Shape::Files => {
            for first in (0..documents).step_by(IN_A_FILE as usize) {
                let path = out.join(format!("{:05}.jsonl", first / IN_A_FILE));
                let end = documents.min(first + IN_A_FILE);
                made.add(maker.jsonl(&path, first, |number, _| number < end)?);
            }
        }
        Shape::Tree => {
            for number in 0..documents {
                let (folder, form) = (number / IN_A_FOLDER, Form::of(number));
                let folder = out.join(format!("{:03}/{:03}", folder / 1000, folder % 1000));
                if number % IN_A_FOLDER == 0 {
                    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
                }
                let path = folder.join(format!("{:02}.{}", number % IN_A_FOLDER, form.extension()));
                let text = maker.article(number, form);
                let mut file = create(&path)?;
                file.write_all(text.as_bytes())?;
                made.add(Made { documents: 1, bytes: text.len() as u64 });
            }
        }
    }
    Ok(made)
}

/// One file of about that many bytes.
pub(crate) fn large(bytes: u64, out: &Path, seed: u64) -> anyhow::Result<Made> {
    let maker = Maker { grammars: Grammar::all()?, seed, length: USUAL };
    maker.jsonl(out, 0, |_, written| written < bytes)
}

impl Made {
    pub(crate) fn add(&mut self, other: Self) {
        self.documents += other.documents;
        self.bytes += other.bytes;
    }
}

struct Maker {
    grammars: Vec<Grammar>,
    seed: u64,
    length: Length,
}

/// A line of a JSON Lines file.
#[derive(Serialize)]
struct Line<'a> {
    id: u64,
    url: &'a str,
    text: &'a str,
}

impl Maker {
    fn article(&self, number: u64, form: Form) -> String {
        article(&self.grammars, self.seed, number, form, self.length)
    }

    /// Writes articles from the number `first` for as long as `more(number, bytes written)` says.
    fn jsonl(&self, path: &Path, first: u64, more: impl Fn(u64, u64) -> bool) -> anyhow::Result<Made> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut out = BufWriter::with_capacity(1 << 20, create(path)?);
        let mut made = Made::default();
        let mut line = Vec::new();
        let mut number = first;
        while more(number, made.bytes) {
            let text = self.article(number, Form::of(number));
            let url = format!("https://news.example/{number}");
            line.clear();
            serde_json::to_writer(&mut line, &Line { id: number, url: &url, text: &text })?;
            line.push(b'\n');
            out.write_all(&line)?;
            made.add(Made { documents: 1, bytes: line.len() as u64 });
            number += 1;
        }
        out.flush()?;
        Ok(made)
    }
}

/// A new file: what is there already may be what somebody wanted to keep.
fn create(path: &Path) -> anyhow::Result<File> {
    match File::create_new(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            bail!("{} is there already; take another name, or remove it", path.display())
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        unit => return Err(format!("`{unit}` is no unit; there are kB, MB and GB")),
    };
    let number: u64 = digits.parse().map_err(|_| "a whole number and a unit, like 5GB".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "that is too much".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn tree(folder: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                tree(&path, all);
            } else {
                all.insert(path.clone(), fs::read(path).expect("a file"));
            }
        }
    }

    fn small_corpus(shape: Shape, documents: u64, seed: u64) -> BTreeMap<PathBuf, Vec<u8>> {
        let folder = tempfile::tempdir().expect("a folder");
        let made = small(documents, shape, &folder.path().join("out"), seed).expect("it can be made");
        let mut all = BTreeMap::new();
        tree(folder.path(), &mut all);
        assert_eq!((made.documents, made.bytes), (documents, all.values().map(|f| f.len() as u64).sum()));
        all.into_iter()
            .map(|(path, bytes)| (path.strip_prefix(folder.path()).expect("below").to_owned(), bytes))
            .collect()
    }

    #[test]
    fn the_same_options_give_the_same_bytes() {
        for shape in [Shape::File, Shape::Files, Shape::Tree] {
            assert_eq!(small_corpus(shape, 250, 1), small_corpus(shape, 250, 1));
            assert_ne!(small_corpus(shape, 250, 1), small_corpus(shape, 250, 2));
        }
    }

    #[test]
    fn every_shape_holds_the_same_documents() {
        let texts = |files: BTreeMap<PathBuf, Vec<u8>>| -> Vec<String> {
            let lines = files.values().flat_map(|file| std::str::from_utf8(file).expect("UTF-8").lines());
            lines
                .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["text"].to_string())
                .collect()
        };
        let file = small_corpus(Shape::File, IN_A_FILE + 7, 1);
        let files = small_corpus(Shape::Files, IN_A_FILE + 7, 1);
        assert_eq!((file.len(), files.len()), (1, 2));
        let texts = (texts(file), texts(files));
        assert_eq!(texts.0, texts.1);
        let tree: Vec<String> = small_corpus(Shape::Tree, 250, 1)
            .values()
            .map(|file| serde_json::Value::from(std::str::from_utf8(file).expect("UTF-8")).to_string())
            .collect();
        assert_eq!(tree, texts.0[..250]);
        let mut different = texts.0.clone();
        different.sort();
        different.dedup();
        assert!(different.len() > texts.0.len() * 99 / 100, "{} different documents", different.len());
    }

    #[test]
    fn a_file_is_as_large_as_was_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("large.jsonl");
        let made = large(300_000, &path, 1).expect("it can be made");
        assert!((300_000..330_000).contains(&made.bytes), "{made:?}");
        assert_eq!(fs::metadata(&path).expect("a file").len(), made.bytes);
        assert!(large(1, &path, 1).is_err(), "it does not write over a file");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("5GB"), Ok(5_000_000_000));
        assert_eq!(bytes("1024"), Ok(1024));
        assert!(bytes("5 apples").is_err() && bytes("GB").is_err() && bytes("5TB").is_err() && bytes("").is_err());
        assert!(bytes("99999999999999GB").is_err());
    }
}
