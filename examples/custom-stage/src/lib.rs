//! A stage that looks for the line by which a press office holds a text back, such as `EMBARGOED UNTIL 5 May`.

use copydesk_document::{BoilerplateKind, Document};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};

/// Takes embargo lines out of the text, or the whole document out of the run.
#[derive(Debug)]
pub struct HoldEmbargoed {
    config: Config,
}

/// What a pipeline file may say in its `[[stage]]` table.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Words that open an embargo line. Case does not matter.
    #[schemars(length(min = 1))]
    pub marks: Vec<String>,
    /// How many blocks from the top are looked at: an article *about* embargoes has the word further down.
    #[schemars(range(min = 1, max = 100))]
    pub within: usize,
    /// Take the whole document out of the run, instead of the line out of the text.
    pub drop: bool,
}

impl Default for Config {
    fn default() -> Self {
        let marks = ["embargoed until", "embargo:", "sperrfrist:", "sous embargo jusqu'au"];
        Self { marks: marks.map(String::from).to_vec(), within: 8, drop: false }
    }
}

impl Stage for HoldEmbargoed {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        for id in doc.ids().take(self.config.within) {
            let text = doc.text(id).to_lowercase();
            let Some(mark) = self.config.marks.iter().find(|m| text.starts_with(&m.to_lowercase())) else { continue };
            if self.config.drop {
                return Ok(Verdict::Drop(format!("held back by `{mark}`")));
            }
            // What a stage finds beside labels and facts lives under its own name.
            cx.ext(doc, serde_json::json!({ "line": doc.text(id) }));
            cx.drop_block(doc, id, BoilerplateKind::Other, "embargo-line", format!("begins with `{mark}`"));
        }
        Ok(Verdict::Keep)
    }
}

impl StageKind for HoldEmbargoed {
    const NAME: &'static str = "hold-embargoed";
    const SUMMARY: &'static str = "Takes embargo lines out of the text, or whole documents out of the run.";
    const READS: &'static [Facet] = &[Facet::Body];
    const WRITES: &'static [Facet] = &[Facet::Body];
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        // What a type cannot say is said here, with the key and the way out.
        if let Some(i) = config.marks.iter().position(|m| m.trim().is_empty()) {
            return Err(ConfigError::at(format!("marks[{i}]"), "is empty, and would match every line")
                .help("remove it, or leave `marks` out for the usual ones"));
        }
        Ok(AnyStage::cpu(Self { config }))
    }
}

/// What a program passes to `Catalog::with`.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<HoldEmbargoed>();
}
