//! The ledger of captions: what each stage found, and which of them count.

use std::{borrow::Cow, collections::HashMap, sync::OnceLock};

use crate::{Caption, Span};

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

    /// Changes what was found, for a redaction.
    pub(crate) fn for_each_caption(&mut self, change: &mut dyn FnMut(&mut Caption)) {
        self.findings.iter_mut().flat_map(|(_, found)| found).for_each(change);
        self.settled.take();
    }

    /// Every caption, with the stage that found it.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Caption)> {
        self.findings.iter().flat_map(|(stage, found)| found.iter().map(move |caption| (&**stage, caption)))
    }
}

/// One caption for each text and picture, the surest, in the order of the document. Of equals the first wins. What one stage
/// found twice stands twice: two pictures may have the same caption.
fn settle(findings: &[(Cow<'static, str>, Vec<Caption>)]) -> Vec<Caption> {
    let mut settled: Vec<Caption> = Vec::new();
    let mut places: HashMap<Which<'_>, usize> = HashMap::new();
    for (_, found) in findings {
        let before = settled.len();
        for caption in found {
            let (asked, names) = Which::of(caption);
            let known = asked.iter().filter_map(|name| places.get(name)).find(|place| **place < before).copied();
            match known {
                Some(place) if caption.confidence > settled[place].confidence => settled[place] = caption.clone(),
                Some(_) => {}
                None => settled.push(caption.clone()),
            }
            for name in names {
                places.entry(name).or_insert(known.unwrap_or(settled.len() - 1));
            }
        }
    }
    settled.sort_by_key(|caption| caption.span.map_or(u32::MAX, |span| span.start));
    settled
}

/// By what a caption is known again in what another stage found.
#[derive(PartialEq, Eq, Hash)]
enum Which<'c> {
    Place(&'c str, Span),
    Picture(&'c str, &'c str),
    /// Its text alone: what a caption is known by that says neither where it stands nor of which picture it is.
    Text(&'c str),
    /// That it is such a caption.
    Bare(&'c str),
}

impl<'c> Which<'c> {
    /// What it is looked up by, and what it is found by.
    fn of(caption: &'c Caption) -> (Vec<Self>, Vec<Self>) {
        let text = caption.text.as_str();
        if text.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let place = || caption.span.map(|span| Self::Place(text, span));
        let picture = || caption.image.as_deref().map(|image| Self::Picture(text, image));
        let own = || place().into_iter().chain(picture());
        if own().next().is_none() {
            (vec![Self::Text(text)], vec![Self::Text(text), Self::Bare(text)])
        } else {
            (own().chain([Self::Bare(text)]).collect(), own().chain([Self::Text(text)]).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_caption_that_says_no_place_is_the_one_with_its_text() {
        let bare = || Caption { span: None, ..caption("The quay at dawn", 0, 0.9) };
        for (first, second) in
            [(bare(), caption("The quay at dawn", 40, 0.6)), (caption("The quay at dawn", 40, 0.6), bare())]
        {
            let mut ledger = CaptionLedger::default();
            ledger.add("own".into(), vec![first]);
            ledger.add("house".into(), vec![second]);
            assert_eq!(ledger.captions().len(), 1, "{:?}", ledger.captions());
        }
    }

    #[test]
    fn the_same_words_below_two_pictures_are_two_captions() {
        let of = |image: &str, at: u32, confidence: f32| Caption {
            image: Some(image.into()),
            ..caption("The quay", at, confidence)
        };
        let mut ledger = CaptionLedger::default();
        ledger.add("own".into(), vec![of("a.jpg", 10, 0.5), of("b.jpg", 50, 0.5)]);
        ledger.add("house".into(), vec![of("b.jpg", 51, 0.9), of("c.jpg", 90, 0.9), of("c.jpg", 10, 0.4)]);
        let images: Vec<_> = ledger.captions().iter().map(|c| (c.image.as_deref(), c.confidence)).collect();
        assert_eq!(images, [(Some("a.jpg"), 0.5), (Some("b.jpg"), 0.9), (Some("c.jpg"), 0.9)]);
    }
}
