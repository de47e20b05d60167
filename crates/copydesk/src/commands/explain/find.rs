//! `copydesk explain --find`: what became of the lines that hold some words.

use std::fmt::Write as _;

use copydesk_document::Input;
use copydesk_explain::{Account, Entry, What};
use copydesk_pipeline::Pipeline;
use copydesk_runner::{Outcome, Workers};
use copydesk_stage::{Source, SourceItem};
use copydesk_text::{flat, key};

use super::{super::worker::process, Style, lines};
use crate::{
    report::{Failure, Reporter},
    terminal::{self, Tone, count, one_line},
};

/// So many documents are shown at most: words that stand in more say little.
const MOST: usize = 20;
/// Of so many words the longest run is looked for, where they do not stand in one line all together.
const WORDS: usize = 60;

/// What is looked for, compared by letters and figures.
pub(super) struct Needle {
    key: String,
    words: Vec<String>,
}

impl Needle {
    /// None if there is neither a letter nor a figure in it.
    pub(super) fn new(words: &str) -> Option<Self> {
        let key = key(words);
        let words = words.split_whitespace().take(WORDS).map(str::to_owned).collect();
        (!key.is_empty()).then_some(Self { key, words })
    }

    /// The entries that hold all of it, in one line or block.
    fn entries<'a>(&self, account: &'a Account) -> Vec<&'a Entry> {
        let holds = |entry: &&Entry| texts(&entry.what).iter().any(|text| key(text).contains(&self.key));
        account.entries.iter().filter(holds).collect()
    }

    /// The longest run of its words, of two at least, that stands in one entry.
    fn longest<'a>(&self, account: &'a Account) -> Option<(String, &'a Entry)> {
        let mut best: Option<(usize, String, &Entry)> = None;
        for entry in &account.entries {
            for text in texts(&entry.what) {
                let text = key(text);
                for first in 0..self.words.len() {
                    let longer = best.as_ref().map_or(2, |(n, ..)| n + 1);
                    let mut last = first + longer;
                    while last <= self.words.len() && text.contains(&key(&self.words[first..last].concat())) {
                        best = Some((last - first, self.words[first..last].join(" "), entry));
                        last += 1;
                    }
                }
            }
        }
        best.map(|(_, words, entry)| (words, entry))
    }
}

/// All that an entry says.
fn texts(what: &What) -> Vec<&str> {
    match what {
        What::Block(block) => {
            let read = block.clues.iter().map(|clue| clue.value.as_str());
            std::iter::once(block.text.as_str()).chain(block.now.as_deref()).chain(read).collect()
        }
        What::Clue(clue) => vec![&clue.value],
        What::Items { text } | What::Silent { text } | What::Image { text, .. } => vec![text],
        What::Blank => Vec::new(),
    }
}

/// Prints the lines that hold the words, in all documents of a source, and says whether there are any.
pub(super) fn find(
    needle: &Needle,
    source: &dyn Source,
    pipeline: &Pipeline,
    workers: Option<&Workers>,
    style: Style,
    reporter: &Reporter,
) -> Result<bool, Failure> {
    let (mut read, mut found, mut unread) = (0, 0, 0);
    let mut only = None;
    for item in source.open().map_err(anyhow::Error::from)? {
        let input = match item.map_err(anyhow::Error::from)? {
            SourceItem::Input(input) => input,
            SourceItem::Bad { uri, rule, message } => {
                unread += 1;
                reporter.write(&format!("cannot read {}: {} ({rule})\n", one_line(&uri), one_line(&message)));
                continue;
            }
            SourceItem::Skipped { .. } => continue,
        };
        read += 1;
        let (account, outcome) = match account(input, pipeline, workers) {
            Ok(read) => read,
            Err(said) => {
                unread += 1;
                reporter.write(&said);
                continue;
            }
        };
        let entries = needle.entries(&account);
        if !entries.is_empty() {
            found += 1;
            terminal::print(&shown(&account, &outcome, &entries, found > 1, style))?;
            if found == MOST {
                reporter.write(&format!("{found} documents hold these words so far; add words to see fewer\n"));
                break;
            }
        }
        only = (read == 1).then_some(account);
    }
    if found == 0 {
        let mut line = format!("these words stand together in no line of {}", count(read, "document"));
        if unread > 0 {
            let _ = write!(line, "; {unread} could not be read");
        }
        if let Some((words, entry)) = only.as_ref().and_then(|account| needle.longest(account)) {
            let _ = write!(line, "; line {} has: {}", entry.place.line, one_line(&flat(&words)));
        }
        reporter.write(&format!("{line}\n"));
    }
    Ok(found > 0)
}

/// What became of a document, or the sentence that it could not be read.
fn account(input: Input, pipeline: &Pipeline, workers: Option<&Workers>) -> Result<(Account, String), String> {
    match process(pipeline, workers, input) {
        Outcome::Kept(doc) => Ok((Account::of(&doc), String::new())),
        Outcome::Dropped { document, stage, reason } => {
            Ok((Account::of(&document), format!(" (dropped by {stage}: {})", one_line(&reason))))
        }
        Outcome::Quarantined(entry) => Err(format!(
            "{} is in quarantine: {} ({}, {})\n",
            one_line(&entry.uri),
            one_line(&entry.error),
            entry.stage,
            entry.rule
        )),
    }
}

fn shown(account: &Account, outcome: &str, entries: &[&Entry], is_next: bool, style: Style) -> String {
    let uri = style.paint.paint(Tone::Strong, &one_line(&account.source.uri));
    let mut out = format!("{}{uri}{outcome}\n", if is_next { "\n" } else { "" });
    let main = account.language.as_ref().map(|(tag, _)| tag.as_str());
    for entry in entries {
        lines::entry(&mut out, entry, main, style);
    }
    out
}
