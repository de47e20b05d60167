//! The stage `select-documents`: which documents belong into the corpus, by their length, language, day, site and kind of
//! page. Each test has a name; a document that fails one is dropped, with the name and what was found as the reason, or
//! goes on with both in its `ext`.

mod criteria;

copydesk_fingerprint::fingerprint!();

use std::collections::BTreeMap;

use copydesk_document::{Document, PageType, Timestamp};
pub use copydesk_stage::Action;
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use copydesk_text::without_www;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::criteria::{TESTS, failed};

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<SelectDocuments>();
}

/// Options of `select-documents`. What is not given is not asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The least length of the main text, in characters.
    pub min_characters: Option<u64>,
    /// The greatest length of the main text, in characters.
    pub max_characters: Option<u64>,
    /// The least confidence of the main text, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_text_confidence: Option<f32>,
    /// Languages to keep, as BCP 47 tags: `zh` means `zh-Hans` as well, and `und` documents without one.
    pub languages: Vec<String>,
    /// The least confidence of the language, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_language_confidence: Option<f32>,
    /// The first day of publication: `2024`, `2024-05` or `2024-05-06`.
    #[schemars(with = "Option<String>")]
    pub from: Option<Timestamp>,
    /// The last day of publication, which belongs to it: `2024` ends with its December.
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// Sites to keep, by domain: `example.org` means `news.example.org` as well.
    pub sites: Vec<String>,
    /// Sites to leave out, by domain.
    pub without_sites: Vec<String>,
    /// Kinds of pages to keep.
    pub page_types: Vec<PageType>,
    /// What becomes of a document that fails a test.
    pub action: Action,
    /// The same for single tests, by name: `{ early = "tag" }`. A document that does not say what a test asks for fails `no-date`,
    /// `no-site`, `no-page-type` or `no-confidence` instead, and goes on unless it says otherwise here.
    pub actions: BTreeMap<String, Action>,
}

/// Keeps documents by length, language, day, site and kind of page.
#[derive(Debug)]
pub struct SelectDocuments {
    config: Config,
}

impl StageKind for SelectDocuments {
    const NAME: &'static str = "select-documents";
    const SUMMARY: &'static str = "Drops or tags documents by length, language, day, site and kind of page.";
    const READS: &'static [Facet] = &[Facet::Body, Facet::Languages, Facet::Metadata];
    const WRITES: &'static [Facet] = &[];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(mut config: Config) -> Result<AnyStage, ConfigError> {
        let mut errors = Vec::new();
        for name in config.actions.keys().filter(|name| TESTS.iter().all(|test| test.name != **name)) {
            let error = ConfigError::at(format!("actions.{name}"), format!("there is no test `{name}`"));
            let names = TESTS.iter().map(|test| test.name);
            let help = format!("the tests are {}", names.clone().collect::<Vec<_>>().join(", "));
            errors.push(error.did_you_mean(name, names).help(help));
        }
        for (key, value) in [
            ("min_text_confidence", config.min_text_confidence),
            ("min_language_confidence", config.min_language_confidence),
        ] {
            if value.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
                errors.push(ConfigError::at(key, "must be between 0 and 1"));
            }
        }
        if config.min_characters.zip(config.max_characters).is_some_and(|(least, most)| least > most) {
            errors.push(ConfigError::at(
                "max_characters",
                "is less than `min_characters`, so that no document would be kept",
            ));
        }
        if config.from.zip(config.until).is_some_and(|(from, until)| from.compare(until).is_gt()) {
            errors.push(ConfigError::at("until", "lies before `from`, so that no document would be kept"));
        }
        for (key, sites) in [("sites", &mut config.sites), ("without_sites", &mut config.without_sites)] {
            for (at, site) in sites.iter_mut().enumerate() {
                without_www(&site.trim().to_ascii_lowercase()).clone_into(site);
                if site.is_empty() || site.contains(['/', ':', ' ']) {
                    let error = ConfigError::at(format!("{key}[{at}]"), format!("{site:?} is no domain"));
                    errors.push(error.help("write `example.org`, without `https://` and path"));
                }
            }
            sites.sort_unstable();
        }
        ConfigError::all(errors)?;
        Ok(AnyStage::cpu(Self { config }))
    }
}

impl Stage for SelectDocuments {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let mut tagged = Vec::new();
        for (test, found) in failed(&self.config, doc) {
            let usual = if test.is_silence { Action::Keep } else { self.config.action };
            match self.config.actions.get(test.name).copied().unwrap_or(usual) {
                Action::Drop => return Ok(Verdict::Drop(format!("{} ({found})", test.name))),
                Action::Tag => tagged.push(json!({ "test": test.name, "found": found })),
                Action::Keep => {}
            }
        }
        if !tagged.is_empty() {
            cx.ext(doc, tagged);
        }
        Ok(Verdict::Keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_option_is_named_at_once() {
        let config = Config {
            min_characters: Some(9),
            max_characters: Some(3),
            min_text_confidence: Some(2.0),
            from: "2024-05".parse().ok(),
            until: "2023".parse().ok(),
            sites: vec!["example.org".into(), "https://example.net/".into()],
            actions: BTreeMap::from([("erly".into(), Action::Tag)]),
            ..Config::default()
        };
        let Err(error) = SelectDocuments::build(config) else { panic!("these options make no sense") };
        let paths: Vec<&str> = std::iter::once(&error).chain(&error.more).map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["actions.erly", "min_text_confidence", "max_characters", "until", "sites[1]"]);
        assert_eq!(error.label.as_deref(), Some("did you mean `early`?"));
    }

    #[test]
    fn every_test_stands_in_the_readme() {
        let readme = include_str!("../README.md");
        for test in TESTS {
            assert!(readme.contains(&format!("`{}`", test.name)), "README.md does not say what `{}` is", test.name);
        }
    }
}
