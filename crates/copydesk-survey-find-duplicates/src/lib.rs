//! Finds documents that say the same: copies to the byte, copies with other marks and spaces, edits, and texts that stand
//! inside longer ones, as those of agencies do. Only the main text counts: headlines, captions, datelines and credits take
//! no part, because they are what a newspaper changes first. `README.md` says how it is decided.

mod bands;
mod blocks;
mod clusters;
mod conclude;
mod overlap;
mod reading;
mod signature;
mod site_blocks;
mod summary;

copydesk_fingerprint::fingerprint!();

use copydesk_document::Document;
use copydesk_stage::{Catalog, Conclusions, ConfigError, Corpus, StageError, Survey, SurveyError, SurveyKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{reading::Reading, summary::Summary};

/// The survey `find-duplicates`.
#[derive(Debug)]
pub struct FindDuplicates {
    config: Config,
}

/// What a pipeline file may say in its `[[survey]]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which records are written: `all`, each with what was found of it, or `one` of those that say the same.
    pub keep: Keep,
    /// Which record stands for those that say the same: `earliest` (the time of publication), `longest`, `most-complete`
    /// (the most facts) or `first` (the order of the input). Where the rule leaves a choice the first one does.
    pub prefer: Prefer,
    /// Sites whose records come before those of others, whatever the rule says, the best one first: `example.org`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<String>,
    /// From which share on two texts are near: of the runs of three words (five characters, where there are no spaces) that
    /// stand in either, those that stand in both. From 0.5 to 1.
    #[schemars(range(min = 0.5, max = 1.0))]
    pub similarity: f64,
    /// From which share on a text is said to stand inside of another: of its runs of words, those that stand in the other.
    /// From 0.5 to 1.
    #[schemars(range(min = 0.5, max = 1.0))]
    pub contained: f64,
    /// Of a record that is left out (`keep = "one"`) so much has to stand in the one that stays: one that says more of its own
    /// is written, too. From 0.5 to 1.
    #[schemars(range(min = 0.5, max = 1.0))]
    pub leave_out: f64,
    /// Texts of fewer words are compared as a whole only.
    pub min_words: u32,
}

/// Which records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// All of them.
    #[default]
    All,
    /// One of those that say the same. The others stand in `skipped.jsonl`, each with the id of that one.
    One,
}

/// Which record stands for others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Prefer {
    /// That with the earliest time of publication.
    #[default]
    Earliest,
    /// That with the longest main text.
    Longest,
    /// That of which most facts are known.
    MostComplete,
    /// That which was read first.
    First,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            keep: Keep::All,
            prefer: Prefer::Earliest,
            sites: Vec::new(),
            similarity: 0.8,
            contained: 0.6,
            leave_out: 0.8,
            min_words: 20,
        }
    }
}

impl Survey for FindDuplicates {
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        let reading = Reading::of(doc, self.config.min_words);
        Ok(Summary::of(doc, reading, &self.config).write())
    }

    fn sees_by(&self) -> Map<String, Value> {
        // What `prefer` and `sites` say decides among the records of one run, and is that of the run.
        Map::from_iter([("min_words".to_owned(), self.config.min_words.into())])
    }

    fn leaves_out(&self) -> bool {
        self.config.keep == Keep::One
    }

    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError> {
        Ok(Box::new(conclude::conclude(corpus, &self.config)?))
    }
}

impl SurveyKind for FindDuplicates {
    const NAME: &'static str = "find-duplicates";
    const SUMMARY: &'static str =
        "Finds documents that say the same: copies, edits, and agency texts inside longer ones.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const FIELD: Option<&'static str> = Some("duplicates");
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Survey>, ConfigError> {
        let share = |name, value: f64| {
            let wrong = !(0.5..=1.0).contains(&value);
            wrong.then(|| {
                ConfigError::at(name, "must be from 0.5 to 1").help("texts that share less say something else")
            })
        };
        let sites: Vec<Option<String>> = config.sites.iter().map(|site| self::site(site)).collect();
        let wrong_sites = sites.iter().enumerate().filter(|(_, site)| site.is_none()).map(|(at, _)| {
            ConfigError::at(format!("sites[{at}]"), "must be the host of a site").help("write it as `example.org`")
        });
        let shares =
            [("similarity", config.similarity), ("contained", config.contained), ("leave_out", config.leave_out)];
        ConfigError::all(shares.into_iter().filter_map(|(name, value)| share(name, value)).chain(wrong_sites))?;
        let sites = sites.into_iter().flatten().collect();
        Ok(Box::new(Self { config: Config { sites, ..config } }))
    }
}

/// A site as those of documents are told, of its host or of the address of its front page. `None` for what is neither: a part of
/// a site cannot be named.
fn site(given: &str) -> Option<String> {
    let address = if given.contains("://") { given.to_owned() } else { format!("https://{given}") };
    let site = copydesk_text::site(&address)?;
    let is_host = site.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    (is_host && matches!(copydesk_text::path(&address), "" | "/")).then_some(site)
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.survey::<FindDuplicates>();
}
