//! `copydesk eval`

mod score;
mod table;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use copydesk_unpack::{Limits, Stream};
use serde::Deserialize;
use serde_json::{Map, Value};

use self::score::Scores;
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal,
};

/// Arguments of `copydesk eval`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
GOLD is JSON Lines, one page a line: `id`, and any of `text`, `title`, `author` or `authors`, `published`,
`must_have` and `must_not_have` (lists of snippets). A record answers for the page whose `id` it had in a
JSON Lines or CSV file (`fields.id`), or else for the one whose `id` is the name of its file without extensions:
pages/0001.html.gz is page 0001. A page without a record scores nothing.

Text: the mean over pages of the F1 of words (bags of lower-cased words); P and R are its parts. have, clean: the share
of snippets that are, or are not, in the text. Title: equal but for case and punctuation. Authors: F1 of the names.
Date: the day is right; dated: there is one.

Example:
  copydesk eval gold.jsonl out/records.jsonl --by page_type --worst 10")]
pub(crate) struct Args {
    /// What is right, JSON Lines, plain or compressed.
    gold: PathBuf,
    /// What came out, JSON Lines, plain or compressed.
    records: PathBuf,
    /// A line for each value of this field of the gold.
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Show so many of the pages with the worst text.
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
}

/// A page of the gold.
#[derive(Debug, Deserialize)]
struct Gold {
    id: Value,
    text: Option<String>,
    title: Option<String>,
    author: Option<Names>,
    authors: Option<Names>,
    published: Option<String>,
    #[serde(default)]
    must_have: Vec<String>,
    #[serde(default)]
    must_not_have: Vec<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// What is looked at of a record. Records of other programs do as well, as long as they name these fields alike.
#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    source: Value,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    fields: Value,
    text: Option<String>,
    title: Option<String>,
    authors: Option<Names>,
    published: Option<String>,
}

/// One name, several in one string, or a list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    List(Vec<String>),
    One(String),
}

impl Answer {
    fn uri(&self) -> &str {
        let field = |name| self.source.get(name).and_then(Value::as_str);
        self.source.as_str().or_else(|| field("path")).or_else(|| field("uri")).or(self.id.as_str()).unwrap_or_default()
    }

    /// The id that it had in a file of many, else the name of its file, without folders and extensions.
    fn page(&self) -> String {
        let of_text = self.fields.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        match of_text.as_ref().unwrap_or(&self.fields).get("id") {
            Some(Value::String(id)) => return id.clone(),
            Some(Value::Number(id)) => return id.to_string(),
            _ => {}
        }
        let name = self.uri().rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_owned()
    }
}

impl Args {
    pub(crate) fn execute(&self, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let answers: Vec<Answer> = read(&self.records)?;
        let answers: BTreeMap<String, &Answer> = answers.iter().map(|answer| (answer.page(), answer)).collect();
        let mut pages = Vec::new();
        for gold in read::<Gold>(&self.gold)? {
            let id = gold.id.as_str().map_or_else(|| gold.id.to_string(), str::to_owned);
            let group = self.by.as_deref().map(|field| shown(gold.others.get(field)));
            let answer = answers.get(&id).copied();
            pages.push(table::Page {
                scores: Scores::of(&gold, answer),
                uri: answer.map(|a| a.uri().to_owned()),
                id,
                group,
            });
        }
        if pages.is_empty() {
            return Err(anyhow!("{} has no pages", self.gold.display()).into());
        }
        terminal::print(&table::render(
            &pages,
            self.by.as_deref(),
            self.worst,
            terminal::Paint::stdout(reporter.color),
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// No line of records is longer.
const LONGEST_LINE: u64 = 256 << 20;

/// Reads JSON Lines, plain or compressed.
fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>, Failure> {
    let cannot = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(cannot)?;
    let mut stream = Stream::open(file, Limits::WINDOW_ONLY).with_context(cannot)?;
    let mut all = Vec::new();
    for at in 0.. {
        let mut line = String::new();
        let read = stream.by_ref().take(LONGEST_LINE + 1).read_line(&mut line).with_context(cannot)? as u64;
        if read > LONGEST_LINE {
            let path = path.display();
            return Err(
                anyhow!("line {} of {path} is longer than {LONGEST_LINE} bytes; is it JSON Lines?", at + 1).into()
            );
        }
        if read == 0 {
            break;
        }
        if !line.trim().is_empty() {
            let one = serde_json::from_str(&line).with_context(|| format!("{}, line {}", path.display(), at + 1))?;
            all.push(one);
        }
    }
    Ok(all)
}
