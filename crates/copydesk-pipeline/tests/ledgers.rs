//! What a stage from outside finds stands beside what the house's own find, whoever comes first.

use copydesk_document::{Caption, Document, Fact, Input, Origin, Span, Value};
use copydesk_pipeline::{builtin, load};
use copydesk_runner::Outcome;
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};

/// Knows a title and a caption from somewhere else, and how sure that is.
#[derive(Debug)]
struct Newsroom(Config);

#[derive(Debug, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Config {
    confidence: f32,
}

impl Stage for Newsroom {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let (confidence, span) = (self.0.confidence, None);
        let value = Fact::Title("Ferries by night".into());
        cx.fact(doc, Value { value, origin: Origin::Record, name: "newsroom".into(), span, confidence });
        let text = "The quay before the first boat".to_owned();
        cx.captions(doc, vec![Caption { text, span: Some(Span::new(0, 1)), confidence, ..Caption::default() }]);
        Ok(Verdict::Keep)
    }
}

impl StageKind for Newsroom {
    const NAME: &'static str = "newsroom";
    const SUMMARY: &'static str = "Knows better.";
    const READS: &'static [Facet] = &[];
    const WRITES: &'static [Facet] = &[Facet::Metadata, Facet::Captions];
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        Ok(AnyStage::cpu(Self(config)))
    }
}

const PAGE: &str = "<html><head><title>Night ferry starts in June</title>
<meta property=\"og:title\" content=\"Night ferry starts in June\"></head>
<body><h1>Night ferry starts in June</h1>
<p>The city council has agreed to let the harbour ferry sail through the night from the first of June. Boats will leave
every forty minutes, and tickets will cost the same as by day.</p>
<figure><img src=\"a.jpg\"><figcaption>The ferry at its berth. Photo: Ada Stroem</figcaption></figure>
<p>Residents of the northern shore had asked for the service for nine years, said the head of their association.</p></body></html>";

fn document(stages: &[&str], confidence: f32) -> Box<Document> {
    let catalog = builtin().with(Catalog::stage::<Newsroom>);
    let tables = stages.iter().map(|stage| match *stage {
        "newsroom" => format!("[[stage]]\nuse = \"newsroom\"\nconfidence = {confidence:?}\n"),
        house => format!("[[stage]]\nuse = \"{house}\"\n"),
    });
    let text: Vec<_> = tables.chain(["[[export]]\nuse = \"jsonl\"\n".to_owned()]).collect();
    let pipeline = load("a.toml", &text.concat(), &catalog).unwrap_or_else(|e| panic!("{e}"));
    match pipeline.chain.process_one(Input::new("a.html", PAGE)) {
        Outcome::Kept(doc) => doc,
        other => panic!("{other:?}"),
    }
}

const BEFORE: [&str; 5] = ["newsroom", "strip-boilerplate", "detect-language", "split-captions", "extract-metadata"];
const AFTER: [&str; 5] = ["strip-boilerplate", "detect-language", "split-captions", "extract-metadata", "newsroom"];

#[test]
fn a_title_counts_before_and_after_the_house_s_own() {
    for stages in [BEFORE, AFTER] {
        for (confidence, wins) in [(1.0, "Ferries by night"), (0.01, "Night ferry starts in June")] {
            let doc = document(&stages, confidence);
            assert_eq!(doc.metadata().title.as_ref().map(|t| t.value.as_str()), Some(wins), "{stages:?}");
            let own = doc.candidates().find(|(stage, _)| *stage == "newsroom").expect("it is in the ledger").1;
            assert_eq!(own.won, confidence > 0.5);
            let house = |stage: &str| stage == "extract-metadata";
            let lost = doc.candidates().filter(|(stage, c)| house(stage) && c.why.contains("outdone by `newsroom`"));
            assert_eq!(lost.count() > 0, own.won, "who won over whom is said");
        }
    }
}

#[test]
fn a_caption_counts_before_and_after_the_house_s_own() {
    for stages in [BEFORE, AFTER] {
        let doc = document(&stages, 0.7);
        let texts: Vec<_> = doc.captions().iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, ["The quay before the first boat", "The ferry at its berth."], "{stages:?}");
        let stages: Vec<_> = doc.all_captions().map(|(stage, _)| stage).collect();
        assert!(stages.contains(&"newsroom") && stages.contains(&"split-captions"));
    }
}
