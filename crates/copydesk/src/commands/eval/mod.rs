//! `copydesk eval`

mod table;

use std::{
    fs::File,
    io::{BufRead, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use copydesk_gold::{Agreement, Answer, Answers, Gold, Scores};
use copydesk_intake::json_fault;
use copydesk_unpack::{Limits, Stream};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{self, count},
};

/// Arguments of `copydesk eval`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
GOLD is JSON Lines, one page a line: `id`, and any of `text`, `title`, `author` or `authors`, `published`,
`must_have` and `must_not_have` (lists of snippets). `copydesk view OUT --gold FOLDER` makes such a file. A record answers
for the page of its address (`uri`), or else for the one whose `id` it had in a JSON Lines or CSV file (`fields.id`), or
whose `id` is the name of its file without extensions: pages/0001.html.gz is page 0001. A page without a record scores
nothing.

Text: the mean over pages of the F1 of words (bags of lower-cased words); P and R are its parts. have, clean: the share
of snippets that are, or are not, in the text. Title: equal but for case and punctuation. Authors: F1 of the names.
Date: the day is right; dated: there is one.

Below the means stand the ends of their intervals of 95 %: with other pages of the same kinds they would hardly lie outside.
With a second file of records both are compared page by page, so that the interval is that of the change alone.

Examples:
  copydesk eval gold.jsonl out/records.jsonl --by page_type --worst 10
  copydesk eval gold.jsonl monday/records.jsonl tuesday/records.jsonl
  copydesk eval ann/gold.jsonl bo/gold.jsonl --agreement    do two people say the same?")]
pub(crate) struct Args {
    /// What is right, JSON Lines, plain or compressed.
    gold: PathBuf,
    /// What came out, JSON Lines, plain or compressed.
    records: PathBuf,
    /// What came out another time: both are shown side by side, and the change with its interval.
    after: Option<PathBuf>,
    /// RECORDS is the gold of a second person: tell how far the two agree.
    #[arg(long, conflicts_with_all = ["after", "by", "worst"])]
    agreement: bool,
    /// A line for each value of this field of the gold.
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Show so many of the pages with the worst text.
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
}

impl Args {
    pub(crate) fn execute(&self, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let (gold, unfinished): (Vec<Gold>, Vec<Gold>) = read(&self.gold)?.into_iter().partition(Gold::is_whole);
        if !unfinished.is_empty() {
            let pages = count(unfinished.len(), "page");
            tracing::warn!("{pages} of {} left out: nobody has looked through them whole", terminal::shown(&self.gold));
        }
        if gold.is_empty() {
            return Err(anyhow!("{} has no pages", terminal::shown(&self.gold)).into());
        }
        let paint = terminal::Paint::stdout(reporter.color);
        if self.agreement {
            let other: Vec<Gold> = read(&self.records)?;
            let found = Agreement::of(&gold, &other);
            if found.pages == 0 {
                return Err(anyhow!(
                    "{} and {} have no page that both have looked through, from the same source",
                    terminal::shown(&self.gold),
                    terminal::shown(&self.records)
                )
                .into());
            }
            terminal::print(&table::agreement(&found, paint))?;
            return Ok(ExitCode::SUCCESS);
        }
        let pages = self.pages(&gold, &self.records)?;
        let text = match &self.after {
            Some(after) => {
                let after = self.pages(&gold, after)?;
                table::side_by_side(&pages, &after, self.by.as_deref(), self.worst, paint)
            }
            None => table::render(&pages, self.by.as_deref(), self.worst, paint),
        };
        terminal::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }

    /// What the records of a file score for each page.
    fn pages(&self, gold: &[Gold], records: &Path) -> Result<Vec<table::Page>, Failure> {
        let answers: Vec<Answer> = read(records)?;
        let answers = Answers::of(&answers);
        let page = |gold: &Gold| {
            let answer = answers.find(gold);
            table::Page {
                scores: Scores::of(gold, answer),
                uri: answer.map(|answer| answer.uri().to_owned()),
                id: gold.name(),
                group: self.by.as_deref().map(|field| shown(gold.others.get(field))),
            }
        };
        Ok(gold.iter().map(page).collect())
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
            let one = serde_json::from_str(&line)
                .map_err(|error| anyhow!("{}, line {}: {}", path.display(), at + 1, json_fault(&error)))?;
            all.push(one);
        }
    }
    Ok(all)
}
