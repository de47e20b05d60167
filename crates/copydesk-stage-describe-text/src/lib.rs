//! The stage `describe-text`: how long the main text is, in characters, words and tokens, and what it contains.

copydesk_fingerprint::fingerprint!();

use copydesk_document::{BlockKind, Document};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use copydesk_tokenizer::Tokenizer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<DescribeText>();
}

/// Options of `describe-text`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The tokenizer file of a model, `tokenizer.json`, by which tokens are counted. (In a program of your own: its contents.)
    #[schemars(extend("format" = "file-contents"))]
    pub tokenizer: String,
}

/// Says how long the main text is, and what it contains.
#[derive(Debug)]
pub struct DescribeText {
    tokenizer: Option<Tokenizer>,
}

impl StageKind for DescribeText {
    const NAME: &'static str = "describe-text";
    const SUMMARY: &'static str =
        "Says how long the main text is, in characters, words and tokens, and lists its headings.";
    const READS: &'static [Facet] = &[Facet::Body];
    const WRITES: &'static [Facet] = &[];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        let tokenizer = (!config.tokenizer.is_empty()).then(|| Tokenizer::read(&config.tokenizer)).transpose();
        let tokenizer = tokenizer.map_err(|message| ConfigError::at("tokenizer", message))?;
        Ok(AnyStage::cpu(Self { tokenizer }))
    }
}

impl Stage for DescribeText {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let text = copydesk_record::text(doc);
        let mut found = Map::new();
        found.insert("characters".to_owned(), text.chars().count().into());
        found.insert("words".to_owned(), text.split_whitespace().count().into());
        match self.tokenizer.as_ref().map(|tokenizer| tokenizer.count(&text)) {
            Some(Ok(tokens)) => {
                found.insert("tokens".to_owned(), tokens.into());
            }
            Some(Err(message)) => cx.note(doc, "no-tokens", message, None),
            None => {}
        }
        found.insert("contents".to_owned(), contents(doc));
        cx.ext(doc, Value::Object(found));
        Ok(Verdict::Keep)
    }
}

/// The headings of the main text, in their order.
fn contents(doc: &Document) -> Value {
    let headings = doc.body().filter(|(id, block)| block.kind == BlockKind::Heading && !doc.text(*id).is_empty());
    headings.map(|(id, block)| json!({ "level": block.level.max(1), "heading": doc.text(id), "block": id.0 })).collect()
}
