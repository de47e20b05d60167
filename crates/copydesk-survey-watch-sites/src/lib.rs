//! Watches over sites: what is kept and found of the documents of each site, day by day, and where that is no more as it was,
//! because a layout has changed. `README.md` says how it is decided.

mod alert;
mod conclude;
mod figures;
mod summary;

copydesk_fingerprint::fingerprint!();

use copydesk_document::Document;
use copydesk_stage::{Catalog, Conclusions, ConfigError, Corpus, StageError, Survey, SurveyError, SurveyKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::Summary;

/// The survey `watch-sites`.
#[derive(Debug)]
pub struct WatchSites {
    config: Config,
}

/// What a pipeline file may say in its `[[survey]]` table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// When figures of a site are told to have left its past: `[survey.alert]`.
    pub alert: Alert,
}

/// When figures of a site are told to have left its past.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Alert {
    /// A day counts if it has so many documents of the site.
    #[schemars(range(min = 1))]
    pub documents: u64,
    /// So many such days must lie behind a site.
    #[schemars(range(min = 1))]
    pub after: usize,
    /// So many of them, the last ones, are its past.
    #[schemars(range(min = 1))]
    pub days: usize,
    /// A share has left the past if it is so far below the lowest or above the highest of these days; the blocks, if they
    /// differ by that share. From 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub margin: f64,
}

impl Default for Alert {
    fn default() -> Self {
        Self { documents: 5, after: 3, days: 30, margin: 0.2 }
    }
}

impl Survey for WatchSites {
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        Ok(Summary::of(doc).write())
    }

    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError> {
        Ok(Box::new(conclude::conclude(corpus, self.config.alert)?))
    }
}

impl SurveyKind for WatchSites {
    const NAME: &'static str = "watch-sites";
    const SUMMARY: &'static str =
        "Watches over sites: what is kept and found by site and day, and where a layout has changed.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Survey>, ConfigError> {
        let Alert { documents, after, days, margin } = config.alert;
        let wrong = [
            (documents == 0).then(|| ConfigError::at("alert.documents", "must be at least 1")),
            (after == 0).then(|| ConfigError::at("alert.after", "must be at least 1")),
            (days < after).then(|| {
                ConfigError::at("alert.days", "must not be less than `after`").help("the past has to hold these days")
            }),
            (!(0.0..=1.0).contains(&margin)).then(|| ConfigError::at("alert.margin", "must be from 0 to 1")),
        ];
        ConfigError::all(wrong.into_iter().flatten())?;
        Ok(Box::new(Self { config }))
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.survey::<WatchSites>();
}
