//! The ledger of captions: what each stage found, and which of them count.

use std::{borrow::Cow, collections::HashMap, sync::OnceLock};

use crate::Caption;

/// Captions in the order in which stages found them. Nobody's finding is taken back or written over.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaptionLedger {
    findings: Vec<(Cow<'static, str>, Vec<Caption>)>,
    /// Where more than one stage found captions: those that count, once somebody has asked. One alone is right by itself,
    /// and is not copied.
    settled: OnceLock<Vec<Caption>>,
}

impl PartialEq for CaptionLedger {
    fn eq(&self, other: &Self) -> bool {
        self.findings == other.findings
    }
}

impl CaptionLedger {
    pub(crate) fn add(&mut self, stage: Cow<'static, str>, captions: Vec<Caption>) {
        match self.findings.last_mut().filter(|(last, _)| *last == stage) {
            Some((_, last)) => last.extend(captions),
            None => self.findings.push((stage, captions)),
        }
        self.settled.take();
    }

    /// The captions that count.
    pub(crate) fn captions(&self) -> &[Caption] {
        match &self.findings[..] {
            [] => &[],
            [(_, alone)] => alone,
            several => self.settled.get_or_init(|| settle(several)),
        }
    }

    /// Every caption, with the stage that found it.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Caption)> {
        self.findings.iter().flat_map(|(stage, found)| found.iter().map(move |caption| (&**stage, caption)))
    }
}

/// One caption for each text, the surest, in the order of the document. Of equals the first wins.
fn settle(findings: &[(Cow<'static, str>, Vec<Caption>)]) -> Vec<Caption> {
    let mut settled: Vec<Caption> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for caption in findings.iter().flat_map(|(_, found)| found) {
        let place =
            if caption.text.is_empty() { settled.len() } else { *places.entry(&caption.text).or_insert(settled.len()) };
        match settled.get_mut(place) {
            Some(known) if caption.confidence > known.confidence => *known = caption.clone(),
            Some(_) => {}
            None => settled.push(caption.clone()),
        }
    }
    settled.sort_by_key(|caption| caption.span.map_or(u32::MAX, |span| span.start));
    settled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    fn caption(text: &str, at: u32, confidence: f32) -> Caption {
        Caption { text: text.into(), span: Some(Span { start: at, end: at + 1 }), confidence, ..Caption::default() }
    }

    #[test]
    fn captions_of_two_stages_stand_side_by_side_and_the_surer_of_two_alike_counts() {
        let mut ledger = CaptionLedger::default();
        ledger.add("own".into(), vec![caption("The quay at dawn", 40, 0.9)]);
        ledger.add("own".into(), vec![caption("A ferry", 20, 0.5)]);
        assert_eq!(ledger.captions().len(), 2);
        ledger.add("house".into(), vec![caption("The quay at dawn", 40, 0.6), caption("The mayor", 10, 0.6)]);
        let texts: Vec<_> = ledger.captions().iter().map(|c| (c.text.as_str(), c.confidence)).collect();
        assert_eq!(texts, [("The mayor", 0.6), ("A ferry", 0.5), ("The quay at dawn", 0.9)]);
        assert_eq!(ledger.all().count(), 4, "nobody's finding vanishes");
    }
}
