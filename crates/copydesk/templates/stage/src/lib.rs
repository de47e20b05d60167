//! The stage `my-stage`: takes lines out of the text that open with certain words.

use copydesk_document::{BoilerplateKind, Document};
use copydesk_stage::{
    AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict,
};

/// Takes lines out of the text that open with certain words.
#[derive(Debug)]
pub struct MyStage {
    config: Config,
}

/// What a pipeline file may say in its `[[stage]]` table. These comments are what `stages my-stage` prints.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What a line opens with that is to go. Case does not matter.
    #[schemars(length(min = 1))]
    pub marks: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            marks: vec!["note to editors:".into(), "for immediate release".into()],
        }
    }
}

impl Stage for MyStage {
    // A function of the document: no files, clock, environment or network. What has to wait is an `AsyncStage`.
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        for id in doc.ids() {
            let text = doc.text(id).to_lowercase();
            let Some(mark) = self
                .config
                .marks
                .iter()
                .find(|mark| text.starts_with(&mark.to_lowercase()))
            else {
                continue;
            };
            // Nothing is deleted: the block gets a label, with the name of the rule and what the rule saw.
            cx.drop_block(
                doc,
                id,
                BoilerplateKind::Other,
                "opens-with",
                format!("`{mark}`"),
            );
        }
        Ok(Verdict::Keep)
    }
}

impl StageKind for MyStage {
    const NAME: &'static str = "my-stage";
    const SUMMARY: &'static str = "Takes lines out of the text that open with certain words.";
    // What its rules mean, for `explain --rule`.
    const README: &'static str = include_str!("../README.md");
    // What it looks at beside the text, and what it changes: a run refuses what is not declared.
    const READS: &'static [Facet] = &[];
    const WRITES: &'static [Facet] = &[Facet::Body];
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        // What a type cannot say is said here, with the key and the way out.
        if let Some(at) = config.marks.iter().position(|mark| mark.trim().is_empty()) {
            let error = ConfigError::at(
                format!("marks[{at}]"),
                "is empty, and would match every line",
            );
            return Err(error.help("remove it, or leave `marks` out for the usual ones"));
        }
        Ok(AnyStage::cpu(Self { config }))
    }
}

/// What a program passes to `Catalog::with`, and `copydesk build` looks for.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<MyStage>();
}
