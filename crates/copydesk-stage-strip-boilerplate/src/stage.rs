//! The stage.

use std::sync::Arc;

use copydesk_document::{Document, Fact, Label, Origin, PageType, Value};
use copydesk_stage::{AnyStage, ConfigError, Context, Facet, Stage, StageError, StageKind};

use crate::{
    confidence::{self, Weights},
    config::Config,
    features::Frame,
    judge::{self, Articles, Verdict},
    kind::{self, Kinds},
    model::Model,
    page::Page,
    rules,
    templates::{Shared, Templates},
};

/// Labels every block as main text or as boilerplate of some kind.
#[derive(Debug, Clone, Default)]
pub struct StripBoilerplate {
    config: Config,
    /// What the sites' pages share, if a file says so.
    shared: Option<Arc<Shared>>,
}

impl StripBoilerplate {
    /// The stage with these options.
    pub fn new(mut config: Config) -> Result<Self, ConfigError> {
        // The file can be large, and is not needed once it has been read.
        let templates = std::mem::take(&mut config.templates);
        let shared = if templates.is_empty() {
            None
        } else {
            let templates = Templates::read(&templates).map_err(|message| ConfigError::at("templates", message))?;
            Some(Arc::new(Shared::new(&templates)))
        };
        Ok(Self { config, shared })
    }
}

impl StageKind for StripBoilerplate {
    const NAME: &'static str = "strip-boilerplate";
    const SUMMARY: &'static str = "Tells the main text of a page from its boilerplate.";
    const READS: &'static [Facet] = &[];
    const WRITES: &'static [Facet] = &[Facet::Body, Facet::Metadata];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        Model::check_embedded().map_err(|message| ConfigError::at("", message))?;
        Ok(AnyStage::cpu(Self::new(config)?))
    }
}

/// A label with its reason.
struct Decided {
    label: Label,
    rule: &'static str,
    detail: String,
}

/// What the stage says of a document.
struct Judgement {
    decided: Vec<Decided>,
    /// What kind of page it is, how sure that is, and what tells it.
    kind: Option<(PageType, f32, &'static str)>,
    /// How much of the text is to be expected right.
    confidence: Option<f32>,
}

impl Stage for StripBoilerplate {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<copydesk_stage::Verdict, StageError> {
        let Judgement { decided, kind, confidence } = self.decide(doc);
        if let Some(confidence) = confidence {
            cx.text_confidence(doc, confidence);
        }
        for (id, decided) in doc.ids().zip(decided) {
            cx.label(doc, id, decided.label, decided.rule, decided.detail);
        }
        if let Some((kind, confidence, name)) = kind {
            let value = Fact::PageType(kind);
            let origin = Origin::Text;
            cx.fact(doc, Value { value, origin, name: name.to_owned(), span: None, confidence });
        }
        if doc.body().next().is_none() {
            cx.note(doc, "no-main-text", "nothing in this document reads as main text", None);
        }
        Ok(copydesk_stage::Verdict::Keep)
    }
}

impl StripBoilerplate {
    /// What becomes of each block, what kind of page it is, and how much of the text is to be expected right.
    fn decide(&self, doc: &Document) -> Judgement {
        let model = if doc.tree.is_some() { Model::html() } else { Model::text() };
        let page = Page::read(doc, &model.names);
        let frame = Frame::read(&page);
        let kind = page.elements.as_ref().map(|_| Kinds::embedded().judge(&page, &frame));
        let likely = kind.unwrap_or_default();
        let mut certain = rules::certain(&page, &likely, &self.config);
        if let Some(shared) = &self.shared {
            rules::shared(&mut certain, &shared.found(doc));
        }
        let models = |kind| Articles { blocks: Model::article(), regions: Model::region(), kind };
        let article = kind.as_ref().map(models);
        let told = judge::probabilities(&page, &frame, model, article.as_ref(), &certain);
        let (verdicts, border) = judge::judge(&page, &frame, &likely, &told, certain, &self.config);
        let judge::Told { likely: probability, regions, .. } = told;
        let least = |index: usize| judge::least(border, &doc.blocks()[index]).min(1.0);
        let reason = |index: usize, sign: char| {
            let mut reason = String::with_capacity(80);
            reason.extend(["p=", &hundredths(probability[index]), " "]);
            reason.push(sign);
            reason.extend([" ", &hundredths(least(index)), ": "]);
            rules::portrait(&page, index, &mut reason);
            if let Some(regions) = &regions {
                regions.portrait(&page, index, &mut reason);
            }
            reason
        };
        let doubts = kind.and_then(|kind| confidence::doubts(&page, &kind, &probability, &verdicts));
        let confidence = doubts.map(|doubts| Weights::embedded().confidence(&doubts));
        let told = kind.map(|likely| kind::tell(&page, &likely));
        let decided = verdicts
            .into_iter()
            .enumerate()
            .map(|(index, verdict)| match verdict {
                Verdict::Likely => Decided { label: Label::Body, rule: "model", detail: reason(index, '≥') },
                Verdict::Unlikely => Decided {
                    label: Label::Boilerplate(rules::boilerplate_kind(&page, index)),
                    rule: "model",
                    detail: reason(index, '<'),
                },
                Verdict::Rule(found) => {
                    Decided { label: Label::Boilerplate(found.what), rule: found.rule, detail: found.detail }
                }
                Verdict::Kept(rule, seen) => {
                    let detail =
                        format!("{seen}; {}", reason(index, if probability[index] < least(index) { '<' } else { '≥' }));
                    Decided { label: Label::Body, rule, detail }
                }
            })
            .collect();
        Judgement { decided, kind: told, confidence }
    }
}

/// A number from zero to one with two digits behind the point, as `{:.2}` gives it. It is asked for every block.
fn hundredths(value: f32) -> String {
    let value = (f64::from(value) * 100.0).round_ties_even() as u32;
    let digit = |tens: u32| char::from_digit(value / tens % 10, 10).unwrap_or('0');
    [digit(100), '.', digit(10), digit(1)].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_those_of_the_standard_library() {
        for step in 0..=80_000u32 {
            let value = step as f32 / 80_000.0;
            assert_eq!(hundredths(value), format!("{value:.2}"));
        }
    }
}
