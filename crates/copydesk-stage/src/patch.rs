//! Changes of a document as JSON, for stages that are written in another language.

use copydesk_document::{
    BlockId, Caption, CaptionKind, Credit, Document, Fact, Label, LanguageGuess, Languages, Origin, Span, Value,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Context, StageError, Verdict};

/// Version of the form of patches and views. It changes only when a reader of the old form would go wrong.
pub const PATCH_VERSION: u32 = 1;

/// What a stage does to one document: the calls of [`Context`], written down. A patch is looked at as a whole before any of
/// it is applied, so that a document is never half changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// 1.
    pub version: u32,
    /// In the order in which they are applied.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Change {
    /// Gives a block a label, with the reason.
    Label {
        /// The block, as the view numbers it.
        block: u32,
        /// The label.
        label: Label,
        /// A stable name of the rule.
        rule: String,
        /// What the rule saw.
        #[serde(default)]
        detail: String,
    },
    /// Replaces the text of a block.
    Text {
        /// The block.
        block: u32,
        /// Its text from now on.
        text: String,
    },
    /// Takes a text out for good, wherever it stands: in the source, the blocks, and all that stages found and said.
    Redact {
        /// The text, as it is written.
        text: String,
        /// What stands in its place.
        with: String,
    },
    /// Adds a fact.
    Fact {
        /// Which, and its value.
        fact: Fact,
        /// The name of the rule or source.
        name: String,
        /// From 0 to 1.
        confidence: f32,
        /// Where it was read.
        #[serde(default)]
        origin: Origin,
    },
    /// Adds a caption.
    Caption {
        /// Its text without the credit.
        text: String,
        /// From 0 to 1.
        confidence: f32,
        /// The credit as printed.
        #[serde(default)]
        credit: Option<String>,
        /// The credit taken apart.
        #[serde(default)]
        credits: Vec<Credit>,
        /// BCP 47 tag.
        #[serde(default)]
        language: Option<String>,
        /// Address of the picture.
        #[serde(default)]
        image: Option<String>,
        /// What it belongs to.
        #[serde(default)]
        kind: CaptionKind,
        /// The blocks that it was read from.
        #[serde(default)]
        blocks: Vec<u32>,
    },
    /// Says how much of the main text is to be expected right.
    TextConfidence {
        /// From 0 to 1.
        confidence: f32,
    },
    /// Says which language a block is in, or the whole document.
    Language {
        /// BCP 47 tag.
        tag: String,
        /// From 0 to 1.
        confidence: f32,
        /// The block; the document without one.
        #[serde(default)]
        block: Option<u32>,
    },
    /// Leaves a note.
    Note {
        /// A stable name.
        code: String,
        /// One sentence for a person.
        message: String,
    },
    /// Keeps a finding under the stage's own name.
    Ext {
        /// Any JSON.
        value: serde_json::Value,
    },
    /// Takes the document out of the run. The last change.
    Drop {
        /// Why.
        reason: String,
    },
    /// Gives up on the document, which goes to quarantine. The last change.
    Refuse {
        /// A stable name.
        rule: String,
        /// One sentence for a person.
        message: String,
    },
}

impl Patch {
    /// Reads a patch.
    pub fn read(json: &[u8]) -> Result<Self, StageError> {
        serde_json::from_slice(json).map_err(|error| bad(&error))
    }

    /// The JSON Schema of patches, draft 2020-12.
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(Self)
    }

    /// Applies all of it, or nothing.
    pub fn apply(self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        self.check(doc)?;
        for change in self.changes {
            match change {
                Change::Drop { reason } => return Ok(Verdict::Drop(reason)),
                Change::Refuse { rule, message } => return Err(StageError::new(rule, message)),
                other => other.apply(doc, cx),
            }
        }
        Ok(Verdict::Keep)
    }

    fn check(&self, doc: &Document) -> Result<(), StageError> {
        if self.version != PATCH_VERSION {
            return Err(bad(&format!("version {} is not known; this program knows {PATCH_VERSION}", self.version)));
        }
        let end = self.changes.len().saturating_sub(1);
        for (at, change) in self.changes.iter().enumerate() {
            change.check(doc, at == end).map_err(|message| bad(&format!("change {at}: {message}")))?;
        }
        Ok(())
    }
}

impl Change {
    /// What is wrong with it.
    fn check(&self, doc: &Document, is_last: bool) -> Result<(), String> {
        let block = |block: &u32| {
            let known = (*block as usize) < doc.blocks().len();
            if known { Ok(()) } else { Err(format!("there is no block {block}")) }
        };
        let sure = |confidence: &f32| {
            let good = (0.0..=1.0).contains(confidence);
            if good { Ok(()) } else { Err(format!("a confidence is from 0 to 1, not {confidence}")) }
        };
        let named = |name: &str| if name.is_empty() { Err("the name of the rule is empty".to_owned()) } else { Ok(()) };
        match self {
            Self::Label { block: id, rule, .. } => block(id).and_then(|()| named(rule)),
            Self::Text { block: id, .. } => block(id),
            Self::Redact { text, .. } if text.is_empty() => Err("an empty text stands everywhere".into()),
            Self::Fact { name, confidence, .. } => sure(confidence).and_then(|()| named(name)),
            Self::Caption { confidence, blocks, .. } => {
                sure(confidence).and_then(|()| blocks.iter().try_for_each(block))
            }
            Self::Language { confidence, block: id, .. } => {
                sure(confidence).and_then(|()| id.iter().try_for_each(block))
            }
            Self::TextConfidence { confidence } => sure(confidence),
            Self::Note { code, .. } => named(code),
            Self::Redact { .. } | Self::Ext { .. } => Ok(()),
            Self::Drop { .. } | Self::Refuse { .. } if is_last => Ok(()),
            Self::Drop { .. } | Self::Refuse { .. } => Err("nothing can follow on it".into()),
        }
    }

    fn apply(self, doc: &mut Document, cx: &mut Context<'_>) {
        match self {
            Self::Label { block, label, rule, detail } => cx.label(doc, BlockId(block), label, rule, detail),
            Self::Text { block, text } => cx.text(doc, BlockId(block), &text),
            Self::Redact { text, with } => cx.redact(doc, &mut |found| {
                found.match_indices(&text).map(|(at, _)| (at..at + text.len(), with.clone())).collect()
            }),
            Self::Fact { fact, name, confidence, origin } => {
                cx.fact(doc, Value { value: fact, origin, name, span: None, confidence });
            }
            Self::Caption { text, confidence, credit, credits, language, image, kind, blocks } => {
                let blocks: Vec<_> = blocks.into_iter().map(BlockId).collect();
                let span = blocks.iter().map(|id| doc.block(*id).span).reduce(Span::union);
                let (origin, translations) = (Origin::Caption, Vec::new());
                let caption = Caption {
                    text,
                    language,
                    credit,
                    credits,
                    image,
                    kind,
                    translations,
                    blocks,
                    origin,
                    span,
                    confidence,
                };
                cx.captions(doc, vec![caption]);
            }
            Self::Language { tag, confidence, block } => {
                let guess = LanguageGuess { tag, confidence };
                if let Some(block) = block {
                    cx.block_language(doc, BlockId(block), Some(guess));
                } else {
                    let shares = doc.languages().shares.clone();
                    cx.languages(doc, Languages { main: Some(guess), shares });
                }
            }
            Self::TextConfidence { confidence } => cx.text_confidence(doc, confidence),
            Self::Note { code, message } => cx.note(doc, code, message, None),
            Self::Ext { value } => cx.ext(doc, value),
            // Whoever applies the patch has seen to these.
            Self::Drop { .. } | Self::Refuse { .. } => {}
        }
    }
}

fn bad(what: &impl ToString) -> StageError {
    StageError::new("bad-patch", format!("the patch cannot be applied: {}", what.to_string()))
}

#[cfg(test)]
mod tests {
    use copydesk_document::NewBlock;

    use super::*;

    fn document() -> Document {
        let mut doc = Document::default();
        doc.push_block(NewBlock { text: "Night ferry", ..NewBlock::default() });
        doc.push_block(NewBlock { text: "The quay. Photo: Ada", ..NewBlock::default() });
        doc
    }

    fn apply(changes: &str) -> (Document, Result<Verdict, StageError>) {
        let mut doc = document();
        let json = format!("{{\"version\":1,\"changes\":[{changes}]}}");
        let patch = Patch::read(json.as_bytes());
        let verdict = patch.and_then(|patch| patch.apply(&mut doc, &mut Context::new("foreign")));
        (doc, verdict)
    }

    #[test]
    fn every_change_is_applied_in_the_name_of_the_stage() {
        let (doc, verdict) = apply(
            r#"{"do":"label","block":0,"label":"title","rule":"first"},
            {"do":"label","block":1,"label":"caption","rule":"credit","detail":"has a credit"},
            {"do":"fact","fact":{"field":"title","value":"Night ferry"},"name":"first","confidence":0.9},
            {"do":"fact","fact":{"field":"published","value":"2024-05-02"},"name":"line","confidence":0.5},
            {"do":"caption","text":"The quay.","credit":"Ada","blocks":[1],"confidence":0.8},
            {"do":"language","tag":"en","confidence":1},
            {"do":"language","block":1,"tag":"en","confidence":1},
            {"do":"text","block":1,"text":"The quay."},
            {"do":"note","code":"doubt","message":"Perhaps."},
            {"do":"redact","text":"ferry","with":"[boat]"},
            {"do":"ext","value":{"a":1}}"#,
        );
        assert_eq!(verdict, Ok(Verdict::Keep));
        assert_eq!((doc.block(BlockId(0)).label(), doc.decisions()[1].stage.as_ref()), (Label::Title, "foreign"));
        assert_eq!(doc.metadata().title.as_ref().map(|t| t.value.as_str()), Some("Night [boat]"));
        assert_eq!(doc.metadata().published.as_ref().map(|t| t.value.to_string()).as_deref(), Some("2024-05-02"));
        assert_eq!((doc.captions()[0].text.as_str(), doc.text(BlockId(1))), ("The quay.", "The quay."));
        assert_eq!(doc.languages().main.as_ref().map(|l| l.tag.as_str()), Some("en"));
        assert_eq!((doc.notes()[0].code.as_ref(), &doc.ext()["foreign"]["a"]), ("doubt", &serde_json::json!(1)));
        assert_eq!(apply(r#"{"do":"drop","reason":"old"}"#).1, Ok(Verdict::Drop("old".into())));
        let refused = apply(r#"{"do":"refuse","rule":"r","message":"m"}"#).1;
        assert_eq!(refused, Err(StageError::new("r", "m")));
    }

    #[test]
    fn a_patch_with_a_mistake_changes_nothing() {
        let good = r#"{"do":"label","block":0,"label":"title","rule":"first"},"#;
        for (bad, says) in [
            (r#"{"do":"label","block":2,"label":"title","rule":"r"}"#, "change 1: there is no block 2"),
            (r#"{"do":"label","block":0,"label":"title","rule":""}"#, "change 1: the name of the rule is empty"),
            (
                r#"{"do":"label","block":0,"label":"headline","rule":"r"}"#,
                "unknown variant `headline`, expected one of",
            ),
            (r#"{"do":"label","block":0,"label":"title","rule":"r","why":"x"}"#, "why"),
            (r#"{"do":"language","tag":"en","confidence":2}"#, "from 0 to 1, not 2"),
            (r#"{"do":"drop","reason":"x"},{"do":"ext","value":1}"#, "change 1: nothing can follow on it"),
            (r#"{"do":"redact","text":"","with":"x"}"#, "an empty text stands everywhere"),
            (r#"{"do":"sing"}"#, "sing"),
        ] {
            let (doc, verdict) = apply(&format!("{good}{bad}"));
            let error = verdict.expect_err(bad);
            assert_eq!(error.rule, "bad-patch");
            assert!(error.message.contains(says), "{bad}: {}", error.message);
            assert_eq!(doc, document(), "{bad}");
        }
        assert!(Patch::read(b"{\"version\":2,\"changes\":[]}").is_ok_and(|patch| {
            patch.apply(&mut document(), &mut Context::new("foreign")).is_err_and(|e| e.message.contains("version 2"))
        }));
    }
}
