//! Surveys: questions about all documents together.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    io::{Cursor, Read, Seek, Write},
};

use copydesk_document::Document;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{ConfigError, StageError};

/// A question that no document can answer alone: whether this is the same story again, what the pages of a site share.
///
/// It is asked in two steps. Behind the stages the survey *sees* each document and keeps a summary of it, which is stored
/// with the shard. When all documents have been seen, it *concludes* from the summaries, in the order of the documents. What
/// it concludes of a document is put into its rows before files are made of them.
///
/// Both steps are functions of what goes in, so that a run that was killed, resumed or spread over machines comes to the
/// same bytes.
pub trait Survey: Debug + Send + Sync {
    /// What is kept of a document until all have been seen: a few hundred bytes. A document that it cannot work on goes to
    /// quarantine; a survey cannot end the run ([`StageError::ends_run`] is not asked). It is called on many threads at once.
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError>;

    /// The options that decide what is kept of a document, with their values. Folders are compared only where these are the
    /// same; none, if what is kept is the same whatever the options are.
    fn sees_by(&self) -> Map<String, Value> {
        Map::new()
    }

    /// Whether it may leave documents out. Of the surveys of a pipeline one may: each sees to it that what stands for a document
    /// that it leaves out is written, and does not know what another one leaves out.
    fn leaves_out(&self) -> bool {
        false
    }

    /// What follows from all summaries. Memory is bounded by what it keeps of each: there may be many millions.
    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError>;
}

/// The summaries of all documents that came through the stages.
pub trait Corpus {
    /// How many there are.
    fn documents(&self) -> u64;

    /// Goes through them in their order, as often as it is asked.
    fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError>;

    /// Goes through the documents of all runs that are in quarantine, as far as their site is known. Nobody has seen them.
    fn each_quarantined(
        &self,
        see: &mut dyn FnMut(QuarantinedInput<'_>) -> Result<(), SurveyError>,
    ) -> Result<(), SurveyError> {
        let _ = see;
        Ok(())
    }

    /// Which run asks. What it has added has this number as [`Seen::run`]; nothing has, if it has added nothing.
    fn run(&self) -> usize {
        let mut last = 0;
        // What cannot be read is told of where it is asked for.
        let _ = self.each(&mut |seen| {
            last = last.max(seen.run);
            Ok(())
        });
        let _ = self.each_quarantined(&mut |lost| {
            last = last.max(lost.run);
            Ok(())
        });
        last
    }

    /// Room on disk for what does not fit into memory; it is gone with the value. A corpus that gives none, as in tests, has it
    /// in memory.
    fn scratch(&self) -> Result<Box<dyn Scratch>, SurveyError> {
        Ok(Box::new(Cursor::new(Vec::new())))
    }
}

/// A file for the time that conclusions take.
pub trait Scratch: Read + Write + Seek {}

impl<T: Read + Write + Seek> Scratch for T {}

/// A document that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<'s> {
    /// Its place among all of them, from 0.
    pub number: u64,
    /// Which run has added it to the folder, from 0. What was concluded of documents of earlier runs should stay: others
    /// have read it.
    pub run: usize,
    /// What [`Survey::see`] gave.
    pub summary: &'s [u8],
}

/// A document that is in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuarantinedInput<'s> {
    /// The host of the address that it was fetched from, without `www.`.
    pub site: &'s str,
    /// The day on which it was fetched, where that is known.
    pub day: Option<&'s str>,
    /// As [`Seen::run`].
    pub run: usize,
}

/// What a survey has concluded.
pub trait Conclusions: Debug + Send + Sync {
    /// Of a document, by its number.
    fn of(&self, number: u64) -> Conclusion;

    /// Of all documents together, for the report of the run. It is asked once.
    fn of_corpus(&mut self) -> OfCorpus {
        OfCorpus::default()
    }
}

/// What a survey has to say of all documents together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfCorpus {
    /// What somebody should look at.
    pub alerts: Vec<Alert>,
    /// Figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What it is about, for programs: a site, a day.
    pub about: BTreeMap<String, String>,
    /// A sentence for a person.
    pub message: String,
}

/// Figures in rows and columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a value for every column.
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// A table without rows.
    pub fn new<'c>(columns: impl IntoIterator<Item = &'c str>) -> Self {
        Self { columns: columns.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }
}

/// What a survey has concluded of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conclusion {
    /// What its record gets; `null` where there is nothing to say.
    pub value: Value,
    /// Why it is not written, if it is not.
    pub left_out: Option<LeftOut>,
}

/// A document that is not written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// A few words for a person, the same for all of a sort.
    pub reason: String,
    /// The id of the record that stands for it.
    pub twin: Option<String>,
}

/// Summaries that no conclusion can be drawn from; the run stops.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SurveyError {
    /// What is wrong, with the way out.
    pub message: String,
}

impl SurveyError {
    /// An error by its sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// What a survey is, before there is one.
pub trait SurveyKind: 'static {
    /// The name in a pipeline file: `use = "find-duplicates"`.
    const NAME: &'static str;
    /// One line for lists.
    const SUMMARY: &'static str;
    /// The digest of what its results depend on, as for [`crate::StageKind::FINGERPRINT`].
    const FINGERPRINT: Option<u128> = None;
    /// The field of the record that it fills, where the record has one for it. What others conclude stands in `surveys`,
    /// under the name of the survey.
    const FIELD: Option<&'static str> = None;
    /// Its options, as for [`crate::StageKind::Config`].
    type Config: DeserializeOwned + Serialize + JsonSchema + Default;

    /// Builds a survey from its options.
    fn build(config: Self::Config) -> Result<Box<dyn Survey>, ConfigError>;
}
