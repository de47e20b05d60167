//! The survey `my-survey`: how many documents have the same title.

use std::collections::BTreeMap;

use copydesk_document::Document;
use copydesk_stage::{
    Catalog, Conclusion, Conclusions, ConfigError, Corpus, LeftOut, Seen, StageError, Survey,
    SurveyError, SurveyKind,
};
use serde_json::json;

/// How many documents have the same title.
#[derive(Debug)]
pub struct MySurvey {
    config: Config,
}

/// What a pipeline file may say in its `[[survey]]` table. These comments are what `stages my-survey` prints.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// From how many documents with one title on they are told.
    #[schemars(range(min = 2))]
    pub least: u64,
    /// Leave out all but the first.
    pub leave_out: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            least: 2,
            leave_out: false,
        }
    }
}

impl Survey for MySurvey {
    // What is kept of a document until all have been seen: a few hundred bytes, since there may be millions. It is a
    // function of the document, and called on many threads at once.
    fn see(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        let title = doc.metadata().title.as_ref();
        Ok(title.map_or_else(Vec::new, |title| {
            title.value.trim().to_lowercase().into_bytes()
        }))
    }

    // What follows from all summaries, in their order. The same summaries must come to the same conclusions: no clock, no
    // hash map that is gone through in its own order. `corpus.each` may be called as often as is needed.
    fn conclude(&self, corpus: &dyn Corpus) -> Result<Box<dyn Conclusions>, SurveyError> {
        let mut titles: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut found = Found {
            config: self.config.clone(),
            groups: Vec::new(),
            of: Vec::new(),
        };
        corpus.each(&mut |Seen {
                               number, summary, ..
                           }| {
            if summary.is_empty() {
                found.of.push(None);
                return Ok(());
            }
            let next = found.groups.len();
            let group = *titles.entry(summary.to_vec()).or_insert(next);
            if group == next {
                found.groups.push(Group {
                    first: number,
                    documents: 0,
                });
            }
            found.groups[group].documents += 1;
            found.of.push(Some(group));
            Ok(())
        })?;
        Ok(Box::new(found))
    }
}

/// Documents with one title.
#[derive(Debug)]
struct Group {
    /// The number of the first one.
    first: u64,
    documents: u64,
}

#[derive(Debug)]
struct Found {
    config: Config,
    groups: Vec<Group>,
    /// Of each document its group; none of one without a title.
    of: Vec<Option<usize>>,
}

impl Conclusions for Found {
    fn of(&self, number: u64) -> Conclusion {
        let group = usize::try_from(number)
            .ok()
            .and_then(|at| *self.of.get(at)?);
        let Some(group) = group.map(|group| &self.groups[group]) else {
            return Conclusion::default();
        };
        if group.documents < self.config.least {
            return Conclusion::default();
        }
        let out = self.config.leave_out && group.first != number;
        Conclusion {
            value: json!({ "documents": group.documents }),
            left_out: out.then(|| LeftOut {
                reason: "has the title of an earlier one".into(),
                twin: None,
            }),
        }
    }
}

impl SurveyKind for MySurvey {
    const NAME: &'static str = "my-survey";
    const SUMMARY: &'static str = "Tells how many documents have the same title.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Survey>, ConfigError> {
        // What a type cannot say is said here, with the key and the way out.
        if config.least < 2 {
            let error = ConfigError::at("least", "must be at least 2");
            return Err(error.help("every title has one document"));
        }
        Ok(Box::new(Self { config }))
    }
}

/// What a program passes to `Catalog::with`, and `copydesk build` looks for.
pub fn register(catalog: &mut Catalog) {
    catalog.survey::<MySurvey>();
}
