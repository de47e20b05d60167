//! A stage that asks a model behind HTTP what a text is about, and tags the document with it. How a service is treated (so many at
//! once and a second, again with growing pauses, each thing once, no more at all where it is gone) it has from
//! `copydesk_stage_http::Client`; its own are the question and what the answer means.

use copydesk_document::{Document, Fact, Origin, Value};
use copydesk_stage::{
    AnyStage, AsyncStage, Catalog, ConfigError, Context, Facet, Manifest, StageError, StageKind, Turn, Verdict,
    async_trait,
};
use copydesk_stage_http::Client;
use serde_json::json;

/// Tags documents with the topics that a model finds in them.
#[derive(Debug)]
pub struct TagTopics {
    client: Client,
    least: f32,
}

/// What a pipeline file may say in its `[[stage]]` table.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the model is, such as `http://127.0.0.1:8080/scores`.
    pub url: String,
    /// What the model is called. Results and answers that are kept go by this and not by the address, which is another in each run
    /// that starts a model.
    pub service: String,
    /// The version of the model: with another one documents are tagged again, and the model is asked again.
    pub version: String,
    /// A topic counts from this score on.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub least: f32,
    /// How many documents the model has at once.
    #[schemars(range(min = 1))]
    pub at_once: usize,
    /// How many it is sent each second; 0 is no limit.
    pub per_second: f64,
    /// How many documents in a row without an answer end the run.
    #[schemars(range(min = 1))]
    pub failures: u32,
    /// A folder where answers are kept; none if empty.
    pub cache: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            service: "topics".into(),
            version: String::new(),
            least: 0.5,
            at_once: 4,
            per_second: 0.0,
            failures: 8,
            cache: String::new(),
        }
    }
}

#[derive(serde::Deserialize)]
struct Answer {
    scores: std::collections::BTreeMap<String, f32>,
}

/// What the model is sent: the main text alone.
fn question(doc: &Document) -> Vec<u8> {
    let lines: Vec<&str> = doc.body().map(|(id, _)| doc.text(id)).collect();
    json!({ "text": lines.join("\n") }).to_string().into_bytes()
}

fn read(answer: &[u8]) -> Result<Answer, StageError> {
    serde_json::from_slice(answer).map_err(|error| StageError::new("bad-answer", error.to_string()))
}

#[async_trait]
impl AsyncStage for TagTopics {
    // What a document waits for because of others counts against no limit of time.
    async fn turn(&self, doc: &Document) -> Option<Turn> {
        self.client.turn(&question(doc)).await
    }

    async fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let (Answer { scores }, answer) = self.client.ask(&question(doc), read).await?;
        let found = scores.iter().filter(|(_, score)| **score >= self.least);
        let (topics, surest) = found.fold((Vec::new(), 0.0_f32), |(mut topics, surest), (topic, score)| {
            topics.push(topic.clone());
            (topics, surest.max(*score))
        });
        if topics.is_empty() {
            cx.note(doc, "no-topic", "the model is sure of no topic", None);
        } else {
            let name = "topic-model".to_owned();
            cx.fact(
                doc,
                Value { value: Fact::Tags(topics), origin: Origin::Text, name, span: None, confidence: surest },
            );
        }
        self.client.keep(&answer);
        Ok(Verdict::Keep)
    }

    fn manifest(&self, mut of_kind: Manifest) -> Manifest {
        // Neither where the model is nor how it is treated changes a result, so that another rate does no work again.
        if let Some(options) = of_kind.options.as_object_mut() {
            for option in ["url", "at_once", "per_second", "failures", "cache"] {
                options.shift_remove(option);
            }
        }
        of_kind
    }
}

impl StageKind for TagTopics {
    const NAME: &'static str = "tag-topics";
    const SUMMARY: &'static str = "Tags documents with the topics that a model finds in them.";
    const READS: &'static [Facet] = &[Facet::Body];
    const WRITES: &'static [Facet] = &[Facet::Metadata];
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        let Config { url, service, version, least, at_once, per_second, failures, cache } = config;
        if service.is_empty() {
            return Err(ConfigError::at("service", "is missing").help("name the model: service = \"topics\""));
        }
        let treated = copydesk_stage_http::Config {
            url,
            service,
            version,
            at_once,
            per_second,
            failures,
            cache,
            ..Default::default()
        };
        Ok(AnyStage::waiting(Self { client: Client::new(treated)?, least }))
    }
}

/// What a program passes to `Catalog::with`.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<TagTopics>();
}
