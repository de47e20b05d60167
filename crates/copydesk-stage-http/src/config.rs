//! The options.

use std::collections::BTreeMap;

use copydesk_document::Label;
use copydesk_stage::{ConfigError, Facet, ViewPart};
use serde::{Deserialize, Serialize};

/// Options of `http`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where documents are sent by POST, `http://127.0.0.1:8080/topics` or `https://models.example/topics`.
    pub url: String,
    /// What the service is called, where its address is another from run to run, as that of one that is started for the run:
    /// finished work and answers that are kept then go by this, and not by `url`.
    pub service: String,
    /// A PEM file with the certificates that are trusted under HTTPS; those of the system, if empty.
    pub certificates: String,
    /// What the answers come from that other stages write: `body`, `languages`, `captions`, `metadata`, `text`.
    pub reads: Vec<Facet>,
    /// What the answers change. One that changes anything else costs its document.
    pub writes: Vec<Facet>,
    /// The members of a view that are sent, such as `["blocks"]`; all of them if left out.
    pub view: Option<Vec<ViewPart>>,
    /// The labels of the blocks that are sent, such as `["body"]`; all blocks if left out.
    pub labels: Option<Vec<Label>>,
    /// Headers that are sent: `{ authorization = "Bearer ${TOKEN}" }`. Of them a hash is kept, and with others finished work is
    /// done again; kept nowhere are those that say who asks, whose names are or end in `authorization`, `auth`, `cookie`, `key`,
    /// `apikey`, `token`, `secret` or `password`.
    pub headers: BTreeMap<String, String>,
    /// The version of the service, or of its model. With another one finished work is done again, and answers that are kept are
    /// asked for again.
    pub version: String,
    /// How many documents the service has at once.
    #[schemars(range(min = 1, max = 4096))]
    pub at_once: usize,
    /// How many requests are sent each second, at most; 0 is no limit.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub per_second: f64,
    /// How many seconds an answer may take. All attempts for a document together may take `seconds_per_document` of `[run]`.
    #[schemars(range(min = 0.001, max = 3600))]
    pub seconds: f64,
    /// How often a document is sent before it is given up, where the service is busy, slow or not there.
    #[schemars(range(min = 1, max = 100))]
    pub attempts: u32,
    /// So many documents in a row that are given up, run out of time, or get an answer that is not about them (401, 404, a page
    /// to log in) end the run.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub failures: u32,
    /// A folder where answers are kept, so that the same is not asked again, in this run or a later one; none if empty.
    pub cache: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            service: String::new(),
            certificates: String::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            view: None,
            labels: None,
            headers: BTreeMap::new(),
            version: String::new(),
            at_once: 8,
            per_second: 0.0,
            seconds: 10.0,
            attempts: 4,
            failures: 8,
            cache: String::new(),
        }
    }
}

impl Config {
    /// What results and answers go by, with `version`.
    pub(crate) fn identity(&self) -> &str {
        if self.service.is_empty() { &self.url } else { &self.service }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.url.is_empty() {
            let error = ConfigError::at("url", "is missing");
            return Err(error.help("name the service: url = \"http://127.0.0.1:8080/topics\""));
        }
        if !(0.001..=3600.0).contains(&self.seconds) {
            return Err(ConfigError::at("seconds", format!("is from 0.001 to 3600, not {}", self.seconds)));
        }
        if !(0.0..=1e6).contains(&self.per_second) {
            return Err(ConfigError::at("per_second", format!("is from 0 to 1000000, not {}", self.per_second)));
        }
        for (key, number) in
            [("at_once", self.at_once), ("attempts", self.attempts as usize), ("failures", self.failures as usize)]
        {
            if number == 0 {
                return Err(ConfigError::at(key, "is 1 at least"));
            }
        }
        Ok(())
    }
}
