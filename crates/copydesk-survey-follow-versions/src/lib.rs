//! Follows an address over the days: which records are versions of one page, in which order, and what changed from one to the
//! next. `README.md` says how it is decided.

mod conclude;
mod packed;
mod summary;

copydesk_fingerprint::fingerprint!();

use copydesk_document::Document;
use copydesk_stage::{Catalog, Conclusions, ConfigError, Corpus, StageError, Survey, SurveyError, SurveyKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::Summary;

/// The survey `follow-versions`.
#[derive(Debug)]
pub struct FollowVersions {
    config: Config,
}

/// What a pipeline file may say in its `[[survey]]` table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which versions are written: `all`, or those that have `changed` since the one before.
    pub keep: Keep,
}

/// Which versions are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// All of them.
    #[default]
    All,
    /// The first one, and each in which something has changed. The others stand in `skipped.jsonl`, each with the id of the
    /// version that says the same.
    Changed,
}

impl Survey for FollowVersions {
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        Ok(Summary::of(doc).write())
    }

    fn leaves_out(&self) -> bool {
        self.config.keep == Keep::Changed
    }

    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError> {
        Ok(Box::new(conclude::conclude(corpus, self.config.keep)?))
    }
}

impl SurveyKind for FollowVersions {
    const NAME: &'static str = "follow-versions";
    const SUMMARY: &'static str = "Follows an address over the days: its versions in their order, with what changed.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const FIELD: Option<&'static str> = Some("versions");
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Survey>, ConfigError> {
        Ok(Box::new(Self { config }))
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.survey::<FollowVersions>();
}
