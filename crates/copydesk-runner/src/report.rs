//! What a run has to tell: while it goes on, and at its end.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use copydesk_document::Document;
use copydesk_stage::OfCorpus;
use serde::{Deserialize, Serialize};

use crate::{Quarantined, RunError, clock::Lap};

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Documents taken from the source.
    pub read: u64,
    /// How many the source will give, where it knows.
    pub total: Option<u64>,
    /// Documents handed to the exports.
    pub written: u64,
    /// Documents that a stage took out, or a survey.
    pub dropped: u64,
    /// Documents that could not be worked on.
    pub quarantined: u64,
    /// Bytes of the documents that are through.
    pub bytes: u64,
    /// The last document that is through.
    pub current: &'a str,
}

/// Somebody who watches a run. It is called from the thread that writes, and should be quick.
pub trait Observer {
    /// A batch of documents is through.
    fn progress(&mut self, progress: &Progress<'_>) {
        let _ = progress;
    }

    /// A document could not be worked on.
    fn quarantined(&mut self, entry: &Quarantined) {
        let _ = entry;
    }

    /// What the first export has made of a shard; shards come in their order. An error ends the run.
    fn rows(&mut self, rows: &[u8]) -> Result<(), RunError> {
        let _ = rows;
        Ok(())
    }
}

/// Nobody watches.
impl Observer for () {}

/// Counts of one stage, of the parser, or of an export.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StageReport {
    /// Its name in the pipeline file, or `parse`.
    pub name: String,
    /// Documents that came to it.
    pub documents: u64,
    /// Documents that it took out, by its reason.
    pub dropped: BTreeMap<String, u64>,
    /// Decisions that it made about blocks, by rule, in the documents that came through all stages.
    pub rules: BTreeMap<String, u64>,
    /// Time spent in it, over all threads, in seconds. A stage that waits counts its waiting.
    #[serde(serialize_with = "seconds", skip_deserializing, skip_serializing_if = "Duration::is_zero")]
    pub time: Duration,
    /// Processor time spent in it, over all threads, in seconds; zero for a stage that waits, and where the system does
    /// not count it.
    #[serde(serialize_with = "seconds", skip_deserializing, skip_serializing_if = "Duration::is_zero")]
    pub cpu: Duration,
}

/// A file that a run has written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Where it stands.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// A document that took its time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slow {
    /// Path or URL of the document.
    pub uri: String,
    /// Time in the parser and all stages, in seconds.
    pub seconds: f64,
}

/// A finished run. `read = written + dropped + quarantined`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Documents taken from the source.
    pub read: u64,
    /// Documents handed to the exports.
    pub written: u64,
    /// Documents that a stage took out.
    pub dropped: u64,
    /// Documents that could not be worked on.
    pub quarantined: u64,
    /// What the source came across and did not take for a document, by the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, u64>,
    /// Documents that an earlier run had done, and that are among the counts.
    #[serde(skip_serializing_if = "is_zero")]
    pub reused: u64,
    /// Bytes of input, as stored.
    pub bytes: u64,
    /// Bytes of text that the input opens to and that was worked on. Only those of this run.
    #[serde(skip_serializing_if = "is_zero")]
    pub opened: u64,
    /// Documents written, by language; `und` where none is known.
    pub languages: BTreeMap<String, u64>,
    /// Documents written, by the host of the address that they give or were fetched from.
    pub sites: BTreeMap<String, u64>,
    /// The documents that took longest in parser and stages, the longest first. Only those of this run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slowest: Vec<Slow>,
    /// Documents that could not be worked on, by stage and rule.
    pub quarantine: BTreeMap<String, BTreeMap<String, u64>>,
    /// The parser, the stages and the surveys, in their order.
    pub stages: Vec<StageReport>,
    /// What surveys have to say of all documents together, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub corpus: BTreeMap<String, OfCorpus>,
    /// The files of the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Written>,
    /// Whether the files are those of an earlier run, to the byte, so that nothing was written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
    /// From start to end, in seconds.
    #[serde(serialize_with = "seconds", skip_deserializing, skip_serializing_if = "Duration::is_zero")]
    pub wall: Duration,
}

/// How many different reasons of one stage are counted apart. The rest share a line, so that a stage that puts a
/// number into its reason does not fill the memory.
const MOST_REASONS: usize = 200;
/// A reason without what stands in brackets at its end, which is of one document alone.
fn without_detail(reason: &str) -> &str {
    let head = reason.strip_suffix(')').and_then(|reason| reason.rsplit_once(" (")).map(|(head, _)| head);
    head.filter(|head| !head.is_empty()).unwrap_or(reason)
}

/// How many of the slowest documents are named.
const MOST_SLOW: usize = 10;
const OTHER_REASONS: &str = "(other reasons)";

impl Report {
    /// A report with a line for the parser, for each stage and for each survey.
    pub(crate) fn new<'a>(stages: impl Iterator<Item = &'a str>) -> Self {
        let stages = std::iter::once("parse")
            .chain(stages)
            .map(|name| StageReport { name: name.into(), ..StageReport::default() })
            .collect();
        Self { stages, ..Self::default() }
    }

    /// A document that was written.
    pub(crate) fn count_written(&mut self, doc: &Document) {
        self.written += 1;
        let Counted { language, site } = Counted::of(doc);
        add(&mut self.languages, &language, 1);
        if let Some(site) = site {
            add(&mut self.sites, &site, 1);
        }
        for decision in doc.decisions() {
            if let Some(stage) = self.stages.iter_mut().find(|s| s.name == decision.stage) {
                add(&mut stage.rules, &decision.rule, 1);
            }
        }
    }

    /// A document that was counted as written, and that a survey has left out since.
    pub(crate) fn leave_out(&mut self, survey: &str, reason: &str, counted: Option<&Counted>) {
        self.written -= 1;
        if let Some(Counted { language, site }) = counted {
            take(&mut self.languages, language, 1);
            if let Some(site) = site {
                take(&mut self.sites, site, 1);
            }
        }
        self.count_dropped(survey, reason);
    }

    /// Puts the counts of a part in the place of what they were before surveys had left out some of its documents.
    pub(crate) fn correct(&mut self, before: &Self, after: &Self) {
        self.written -= before.written.saturating_sub(after.written);
        self.dropped += after.dropped.saturating_sub(before.dropped);
        for (own, before, after) in
            [(&mut self.languages, &before.languages, &after.languages), (&mut self.sites, &before.sites, &after.sites)]
        {
            for (key, n) in before {
                take(own, key, n.saturating_sub(after.get(key).copied().unwrap_or(0)));
            }
        }
        for (own, (before, after)) in self.stages.iter_mut().zip(before.stages.iter().zip(&after.stages)) {
            for (reason, n) in &after.dropped {
                let more = n.saturating_sub(before.dropped.get(reason).copied().unwrap_or(0));
                if more > 0 {
                    add(&mut own.dropped, reason, more);
                }
            }
        }
    }

    /// The time that surveys took to see a document. They stand behind all stages.
    pub(crate) fn count_surveys(&mut self, laps: &[Lap]) {
        let first = self.stages.len().saturating_sub(laps.len());
        for (stage, lap) in self.stages[first..].iter_mut().zip(laps) {
            stage.documents += 1;
            stage.time += lap.wall;
            stage.cpu += lap.cpu;
        }
    }

    /// A document that a stage took out.
    pub(crate) fn count_dropped(&mut self, stage: &str, reason: &str) {
        self.dropped += 1;
        if let Some(stage) = self.stages.iter_mut().find(|s| s.name == stage) {
            add(&mut stage.dropped, without_detail(reason), 1);
        }
    }

    /// A document that could not be worked on.
    pub(crate) fn count_quarantined(&mut self, entry: &Quarantined) {
        self.quarantined += 1;
        match self.quarantine.get_mut(&entry.stage) {
            Some(rules) => add(rules, &entry.rule, 1),
            None => {
                self.quarantine.insert(entry.stage.clone(), BTreeMap::from([(entry.rule.clone(), 1)]));
            }
        }
    }

    /// The time that a document took in the parser and in each stage that it came to.
    pub(crate) fn count_time(&mut self, uri: &str, laps: &[Lap]) {
        for (stage, lap) in self.stages.iter_mut().zip(laps) {
            stage.documents += 1;
            stage.time += lap.wall;
            stage.cpu += lap.cpu;
        }
        let seconds = laps.iter().map(|lap| lap.wall).sum::<Duration>().as_secs_f64();
        if self.slowest.len() < MOST_SLOW || self.slowest.last().is_some_and(|slow| slow.seconds < seconds) {
            self.add_slow(Slow { uri: uri.to_owned(), seconds });
        }
    }

    fn add_slow(&mut self, slow: Slow) {
        let at = self.slowest.partition_point(|other| other.seconds >= slow.seconds);
        self.slowest.insert(at, slow);
        self.slowest.truncate(MOST_SLOW);
    }

    /// Without what differs between two runs over the same documents.
    pub(crate) fn without_times(mut self) -> Self {
        self.stages.iter_mut().for_each(|stage| (stage.time, stage.cpu) = Default::default());
        self.slowest.clear();
        self.opened = 0;
        self
    }

    /// Sees to it that every document is accounted for.
    pub(crate) fn check_sum(&self) -> Result<(), RunError> {
        let Self { read, written, dropped, quarantined, .. } = self;
        if *read == written + dropped + quarantined {
            return Ok(());
        }
        let sum =
            format!("{read} documents were read, {written} written, {dropped} dropped, {quarantined} quarantined");
        Err(RunError::Bug(sum))
    }

    /// Adds the counts of a part of the run.
    pub(crate) fn merge(&mut self, part: &Self) {
        self.read += part.read;
        self.written += part.written;
        self.dropped += part.dropped;
        self.quarantined += part.quarantined;
        self.bytes += part.bytes;
        self.opened += part.opened;
        merge_counts(&mut self.languages, &part.languages);
        merge_counts(&mut self.sites, &part.sites);
        part.slowest.iter().for_each(|slow| self.add_slow(slow.clone()));
        for (stage, rules) in &part.quarantine {
            merge_counts(self.quarantine.entry(stage.clone()).or_default(), rules);
        }
        for (whole, part) in self.stages.iter_mut().zip(&part.stages) {
            whole.documents += part.documents;
            whole.time += part.time;
            whole.cpu += part.cpu;
            merge_counts(&mut whole.dropped, &part.dropped);
            merge_counts(&mut whole.rules, &part.rules);
        }
    }
}

/// Under what a document that was written is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<String>,
}

impl Counted {
    pub(crate) fn of(doc: &Document) -> Self {
        let voted = doc.languages().main.as_ref().map(|guess| guess.tag.as_str()).filter(|tag| *tag != "und");
        let language = voted.or_else(|| doc.metadata().language.as_ref().map(|v| v.value.as_str())).unwrap_or("und");
        let given = doc.metadata().url.as_ref().map(|v| v.value.as_str());
        let address = given.or(doc.source.url.as_deref()).unwrap_or(&doc.source.uri);
        Self { language: language.to_owned(), site: host(address) }
    }
}

/// The host of an address, without `www.`.
fn host(address: &str) -> Option<String> {
    copydesk_text::site(address).filter(|site| site.contains('.'))
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

pub(crate) fn add(counts: &mut BTreeMap<String, u64>, key: &str, n: u64) {
    if let Some(count) = counts.get_mut(key) {
        *count += n;
        return;
    }
    let key = if counts.len() < MOST_REASONS { key } else { OTHER_REASONS };
    *counts.entry(key.to_owned()).or_default() += n;
}

/// Takes back what [`add`] has counted.
fn take(counts: &mut BTreeMap<String, u64>, key: &str, n: u64) {
    let key = if counts.contains_key(key) { key } else { OTHER_REASONS };
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(n);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

fn merge_counts(whole: &mut BTreeMap<String, u64>, part: &BTreeMap<String, u64>) {
    for (key, n) in part {
        add(whole, key, *n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_counted_without_the_figure_of_the_document() {
        let mut report = Report::new(std::iter::once("filter"));
        for reason in ["short (31 words, under 50)", "short (7 words, under 50)", "old", "(none)", "short (x) y"] {
            report.count_dropped("filter", reason);
        }
        let counts: Vec<_> = report.stages[1].dropped.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        assert_eq!(counts, [("(none)", 1), ("old", 1), ("short", 2), ("short (x) y", 1)]);
    }

    #[test]
    fn only_the_last_brackets_of_a_reason_are_of_one_document() {
        let told = ["near copy (0.93)", "list of links (menu) of a site (12 of 40)", "stands in another", " (7)"];
        let told = told.map(without_detail);
        assert_eq!(told, ["near copy", "list of links (menu) of a site", "stands in another", " (7)"]);
    }

    #[test]
    fn reasons_without_end_share_a_line() {
        let mut report = Report::new(["s"].into_iter());
        for i in 0..500 {
            report.count_dropped("s", &format!("only {i} letters"));
        }
        assert_eq!(report.dropped, 500);
        let reasons = &report.stages[1].dropped;
        assert_eq!(reasons.values().sum::<u64>(), 500);
        assert_eq!(reasons.len(), MOST_REASONS + 1);
    }
}
