//! The stage.

use copydesk_document::{Document, Furniture, Label};
use copydesk_stage::{AnyStage, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};

use crate::{config::Config, model::Names, page::Page, rules};

/// Labels every block as main text or as furniture of some kind.
#[derive(Debug, Clone, Default)]
pub struct StripBoilerplate {
    config: Config,
}

impl StripBoilerplate {
    /// The stage with these options.
    pub fn new(config: Config) -> Self {
        Self { config }
    }
}

impl StageKind for StripBoilerplate {
    const NAME: &'static str = "strip-boilerplate";
    const SUMMARY: &'static str = "Tells the main text of a page from its furniture.";
    const READS: &'static [Facet] = &[];
    const WRITES: &'static [Facet] = &[Facet::Body];
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        Ok(AnyStage::cpu(Self::new(config)))
    }
}

/// What becomes of a block.
struct Judgement {
    label: Label,
    rule: &'static str,
    detail: String,
}

impl Stage for StripBoilerplate {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let judgements = {
            let page = Page::read(doc, &Names::default());
            self.judge(&page)
        };
        for (id, judgement) in doc.ids().zip(judgements) {
            cx.label(doc, id, judgement.label, judgement.rule, judgement.detail);
        }
        if doc.body().next().is_none() {
            cx.note(doc, "no-main-text", "nothing in this document reads as main text", None);
        }
        Ok(Verdict::Keep)
    }
}

impl StripBoilerplate {
    fn judge(&self, page: &Page<'_>) -> Vec<Judgement> {
        let prose: Vec<bool> = (0..page.len()).map(|i| page.prose_before[i + 1] > page.prose_before[i]).collect();
        let first = prose.iter().position(|p| *p);
        let last = prose.iter().rposition(|p| *p);
        (0..page.len())
            .map(|index| {
                let drop = |what, rule, detail| Judgement { label: Label::Boilerplate(what), rule, detail };
                if let Some(found) = rules::certain(page, index, &self.config) {
                    return drop(found.what, found.rule, found.detail);
                }
                if page.elements.is_none()
                    && let Some(found) = rules::certain_in_text(page, index, first)
                {
                    return drop(found.what, found.rule, found.detail);
                }
                let keep = match (&page.elements, first, last) {
                    (None, Some(first), Some(last)) => (first..=last).contains(&index) || prose[index],
                    (Some(_), Some(_), Some(_)) => likely_in_page(page, index, prose[index]),
                    _ => false,
                };
                if !keep {
                    return drop(rules::furniture(page, index), "surroundings", rules::portrait(page, index));
                }
                if let Some(option) = rules::switched_off(page, index, &self.config) {
                    return drop(Furniture::Other, "option", format!("`{option}` is off"));
                }
                Judgement { label: Label::Body, rule: "running-text", detail: rules::portrait(page, index) }
            })
            .collect()
    }
}

fn likely_in_page(page: &Page<'_>, index: usize, prose: bool) -> bool {
    use crate::elements::Part;
    let Some(elements) = &page.elements else { return prose };
    let Some(element) = page.doc.blocks()[index].element else { return prose };
    let node = &elements.nodes[element.index()];
    let outside = [Part::Nav, Part::Aside, Part::Footer, Part::Form, Part::Button];
    if outside.iter().any(|p| node.is_in(*p)) || page.linked[index] > 0.6 || node.blocks == 0 {
        return false;
    }
    let outer = &elements.nodes[node.outer as usize];
    prose || (outer.link_density() < 0.4 && outer.prose > outer.words * 0.5)
}
