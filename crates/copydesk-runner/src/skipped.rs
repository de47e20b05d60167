//! The list of what was come across and is in no output, though nothing is wrong with it: documents that a stage or the
//! parser has dropped, and what the source did not take for a document.

use std::{
    collections::{BTreeMap, HashSet},
    io::{self, Write},
};

use serde::{Deserialize, Serialize};

/// Name of that file.
pub const SKIPPED_FILE: &str = "skipped.jsonl";

/// So many of one stage and reason are listed.
const MOST_OF_A_REASON: u64 = 10_000;
/// So many are listed in all.
const MOST: u64 = 100_000;

/// These say nothing that anybody has to look after: what another run has read or will, what was written by one, and what
/// must not be named any more.
const EXPECTED: [&str; 5] = [NOT_CHANGED, OWN_OUTPUT, OF_ANOTHER, NOT_DONE, FORGOTTEN];
pub(crate) const NOT_CHANGED: &str = "not changed";
pub(crate) const OWN_OUTPUT: &str = "output of this run";
pub(crate) const OF_ANOTHER: &str = "in the share of another job";
pub(crate) const NOT_DONE: &str = "not done yet";
pub(crate) const FORGOTTEN: &str = "forgotten";

/// One line of `skipped.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Path or URL.
    pub uri: String,
    /// Whether it was read and then dropped, or never read.
    pub kind: Kind,
    /// Who did so: a stage or a survey by its name, `parse`, or `source`.
    pub stage: String,
    /// A few words for a person.
    pub reason: String,
    /// The id of the record that stands for it, where a survey has left it out for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<String>,
}

/// How far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It was read as a document, and is counted among those that were read and dropped.
    Dropped,
    /// The source passed over it.
    Skipped,
}

/// What a source passes over, as far as it is listed.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    listed: Vec<Skipped>,
    more: BTreeMap<String, u64>,
}

impl PassedOver {
    pub(crate) fn add(&mut self, uri: &str, reason: &str) {
        if EXPECTED.contains(&reason) {
            return;
        }
        // One that is listed no more is counted all the same, when the list is written.
        if (self.listed.len() as u64) < MOST {
            let (uri, reason) = (uri.to_owned(), reason.to_owned());
            self.listed.push(Skipped { uri, kind: Kind::Skipped, stage: "source".into(), reason, twin: None });
        } else {
            crate::report::add(&mut self.more, reason, 1);
        }
    }

    /// The names of what is listed.
    pub(crate) fn names(&self) -> HashSet<&str> {
        self.listed.iter().map(|entry| entry.uri.as_str()).collect()
    }
}

/// Writes the list, within its bounds.
pub(crate) struct List<W> {
    to: W,
    written: u64,
    counts: BTreeMap<(String, String), u64>,
    /// The first one of a stage and reason that is not listed, and how many there are.
    more: BTreeMap<(String, String), (Skipped, u64)>,
}

impl<W: Write> List<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, written: 0, counts: BTreeMap::new(), more: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, entry: Skipped) -> io::Result<()> {
        let key = (entry.stage.clone(), entry.reason.clone());
        // Where all is listed that is listed, no more need be counted: reasons may be as many as documents.
        if self.written < MOST {
            let count = self.counts.entry(key.clone()).or_default();
            *count += 1;
            if *count <= MOST_OF_A_REASON {
                self.written += 1;
                return write_line(&mut self.to, &entry);
            }
        }
        // Reasons that have a number in them share a line in the end.
        let key = if self.more.len() < 200 { key } else { (key.0, String::new()) };
        self.more.entry(key).or_insert((entry, 0)).1 += 1;
        Ok(())
    }

    pub(crate) fn add_all(&mut self, passed_over: &PassedOver) -> io::Result<()> {
        passed_over.listed.iter().try_for_each(|entry| self.add(entry.clone()))?;
        for (reason, count) in &passed_over.more {
            let entry = Skipped {
                uri: String::new(),
                kind: Kind::Skipped,
                stage: "source".into(),
                reason: reason.clone(),
                twin: None,
            };
            self.more.entry(("source".into(), reason.clone())).or_insert((entry, 0)).1 += count;
        }
        Ok(())
    }

    /// Says what is not listed.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        for (mut entry, count) in self.more.into_values() {
            entry.reason = if entry.uri.is_empty() {
                format!("{} ({count} of these are not listed)", entry.reason)
            } else {
                format!("{} (this and {} more of these are not listed)", entry.reason, count - 1)
            };
            write_line(&mut self.to, &entry)?;
        }
        Ok(self.to)
    }
}

fn write_line(to: &mut impl Write, entry: &Skipped) -> io::Result<()> {
    serde_json::to_writer(&mut *to, entry)?;
    to.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_a_bound_and_says_what_is_beyond() {
        let mut passed_over = PassedOver::default();
        passed_over.add("known", NOT_CHANGED);
        for n in 0..=MOST_OF_A_REASON + 4 {
            passed_over.add(&format!("a-{n}"), "hidden");
        }
        passed_over.add("b", "a link");
        let mut list = List::new(Vec::new());
        let (kind, stage) = (Kind::Dropped, "s".to_owned());
        list.add(Skipped { uri: "d".into(), kind, stage, reason: "too short".into(), twin: None })
            .expect("it is written");
        list.add_all(&passed_over).expect("it is written");
        let text = String::from_utf8(list.finish().expect("it is written")).expect("UTF-8");
        let lines: Vec<Skipped> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines.len() as u64, 1 + MOST_OF_A_REASON + 1 + 1);
        assert_eq!((lines[0].uri.as_str(), lines[0].kind), ("d", Kind::Dropped));
        let end = lines.last().expect("a line");
        assert_eq!(end.uri, format!("a-{MOST_OF_A_REASON}"));
        assert_eq!(end.reason, "hidden (this and 4 more of these are not listed)");
    }
}
