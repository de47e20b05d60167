//! The ledger of facts: what each stage found, and who wins.

use std::{borrow::Cow, collections::HashSet, sync::OnceLock};

use serde::{Deserialize, Serialize};

use crate::{Candidate, Dateline, Field, Metadata, PageType, Timestamp, Value};

/// One fact, by its field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum Fact {
    /// Headline.
    Title(String),
    /// Authors, all of them.
    Authors(Vec<String>),
    /// First publication.
    Published(#[schemars(with = "String")] Timestamp),
    /// Last change.
    Modified(#[schemars(with = "String")] Timestamp),
    /// Name of the site or publication.
    SiteName(String),
    /// Section.
    Section(String),
    /// Tags.
    Tags(Vec<String>),
    /// Description.
    Description(String),
    /// Canonical URL.
    Url(String),
    /// Lead image.
    Image(String),
    /// Declared language.
    Language(String),
    /// Licence.
    License(String),
    /// Whether the text is behind a paywall.
    Paywalled(bool),
    /// Place and agency at the head of the text.
    Dateline(Dateline),
    /// What kind of page it is.
    PageType(PageType),
}

/// A single fact is a finding with that fact alone, which is its own only candidate.
impl From<Value<Fact>> for Metadata {
    fn from(found: Value<Fact>) -> Self {
        let mut meta = Self::default();
        let one = |value: &String| Some(found.with(value.clone()));
        let many = |values: &[String]| values.iter().map(|value| found.with(value.clone())).collect();
        let (field, printed) = match &found.value {
            Fact::Title(value) => (Field::Title, value.clone()),
            Fact::Authors(names) => (Field::Authors, names.join("; ")),
            Fact::Published(at) => (Field::Published, at.to_string()),
            Fact::Modified(at) => (Field::Modified, at.to_string()),
            Fact::SiteName(value) => (Field::SiteName, value.clone()),
            Fact::Section(value) => (Field::Section, value.clone()),
            Fact::Tags(tags) => (Field::Tags, tags.join("; ")),
            Fact::Description(value) => (Field::Description, value.clone()),
            Fact::Url(value) => (Field::Url, value.clone()),
            Fact::Image(value) => (Field::Image, value.clone()),
            Fact::Language(value) => (Field::Language, value.clone()),
            Fact::License(value) => (Field::License, value.clone()),
            Fact::Paywalled(value) => (Field::Paywalled, value.to_string()),
            Fact::Dateline(Dateline { place, agency }) => (
                Field::Dateline,
                [place.as_deref(), agency.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", "),
            ),
            Fact::PageType(kind) => (Field::PageType, kind.name().to_owned()),
        };
        match &found.value {
            Fact::Title(value) => meta.title = one(value),
            Fact::Authors(names) => meta.authors = many(names),
            Fact::Published(at) => meta.published = Some(found.with(*at)),
            Fact::Modified(at) => meta.modified = Some(found.with(*at)),
            Fact::SiteName(value) => meta.site_name = one(value),
            Fact::Section(value) => meta.section = one(value),
            Fact::Tags(tags) => meta.tags = many(tags),
            Fact::Description(value) => meta.description = one(value),
            Fact::Url(value) => meta.url = one(value),
            Fact::Image(value) => meta.image = one(value),
            Fact::Language(value) => meta.language = one(value),
            Fact::License(value) => meta.license = one(value),
            Fact::Paywalled(value) => meta.paywalled = Some(found.with(*value)),
            Fact::Dateline(value) => meta.dateline = Some(found.with(value.clone())),
            Fact::PageType(kind) => meta.page_type = Some(found.with(*kind)),
        }
        let (origin, name, span) = (found.origin, found.name.clone(), found.span);
        let why = String::new();
        meta.candidates.push(Candidate {
            field,
            value: printed,
            origin,
            name,
            span,
            score: found.confidence,
            won: true,
            why,
        });
        meta
    }
}

/// What stages found, in the order in which they said so. Nobody's finding is taken back or written over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    findings: Vec<(Cow<'static, str>, Metadata)>,
    /// Where more than one stage found something: who won, once somebody has asked. One alone is right by itself, and is
    /// not copied.
    settled: OnceLock<Metadata>,
}

impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        self.findings == other.findings
    }
}

static NOTHING: Metadata = Metadata {
    title: None,
    authors: Vec::new(),
    published: None,
    modified: None,
    site_name: None,
    section: None,
    tags: Vec::new(),
    description: None,
    url: None,
    image: None,
    language: None,
    license: None,
    paywalled: None,
    dateline: None,
    page_type: None,
    candidates: Vec::new(),
};

impl Ledger {
    pub(crate) fn add(&mut self, stage: Cow<'static, str>, found: Metadata) {
        self.findings.push((stage, found));
        self.settled.take();
    }

    /// Changes what was found, for a redaction.
    pub(crate) fn for_each_finding(&mut self, change: &mut dyn FnMut(&mut Metadata)) {
        self.findings.iter_mut().for_each(|(_, found)| change(found));
        self.settled.take();
    }

    /// What counts.
    pub(crate) fn metadata(&self) -> &Metadata {
        match &self.findings[..] {
            [] => &NOTHING,
            [(_, alone)] => alone,
            several => self.settled.get_or_init(|| settle(several)),
        }
    }

    /// Every candidate, with the stage that found it.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = (&str, &Candidate)> {
        let stages = self.findings.iter().flat_map(|(stage, found)| found.candidates.iter().map(move |_| &**stage));
        stages.zip(&self.metadata().candidates)
    }
}

/// Who wins each field, where several stages found something: the value with the most behind it, stages that say the same
/// adding up like independent witnesses. Of equals the first wins.
fn settle(findings: &[(Cow<'static, str>, Metadata)]) -> Metadata {
    let mut settled = Metadata::default();
    // For each field the finding whose value won.
    let mut winners: Vec<(Field, usize)> = Vec::new();
    macro_rules! one {
        ($($field:ident: $name:ident),*) => {$(
            let values: Vec<_> = findings.iter().map(|(_, found)| found.$field.as_ref().map(std::slice::from_ref)).collect();
            if let Some((winner, confidence)) = best(&values) {
                settled.$field = findings[winner].1.$field.clone().map(|value| Value { confidence, ..value });
                winners.push((Field::$name, winner));
            }
        )*};
    }
    one!(title: Title, published: Published, modified: Modified, site_name: SiteName, section: Section,
        description: Description, url: Url, image: Image, language: Language, license: License, paywalled: Paywalled,
        dateline: Dateline, page_type: PageType);
    let lists: Vec<_> =
        findings.iter().map(|(_, found)| Some(&found.authors[..]).filter(|list| !list.is_empty())).collect();
    if let Some((winner, _)) = best(&lists) {
        settled.authors.clone_from(&findings[winner].1.authors);
        winners.push((Field::Authors, winner));
    }
    // Tags do not rule each other out.
    let mut known = HashSet::new();
    let tags = findings.iter().flat_map(|(_, found)| &found.tags);
    settled.tags.extend(tags.filter(|tag| known.insert(tag.value.to_lowercase())).cloned());
    for (at, (_, found)) in findings.iter().enumerate() {
        for candidate in &found.candidates {
            let winner = winners.iter().find(|(field, _)| *field == candidate.field).map(|(_, winner)| *winner);
            let outdone = candidate.won && winner.is_some_and(|winner| winner != at);
            let mut candidate = candidate.clone();
            if outdone {
                let by = winner.map_or("another", |winner| &*findings[winner].0);
                candidate.won = false;
                candidate.why =
                    format!("{}{}outdone by `{by}`", candidate.why, if candidate.why.is_empty() { "" } else { "; " });
            }
            settled.candidates.push(candidate);
        }
    }
    settled
}

/// The finding with the most behind its value, and how much that is.
fn best<T: PartialEq>(values: &[Option<&[Value<T>]>]) -> Option<(usize, f32)> {
    let same = |a: &[Value<T>], b: &[Value<T>]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.value == b.value);
    let sure = |list: &[Value<T>]| list.iter().map(|value| value.confidence).fold(0.0, f32::max);
    let mut best: Option<(usize, f32)> = None;
    for (at, own) in values.iter().enumerate() {
        let Some(own) = own else { continue };
        let others = values.iter().flatten().filter(|other| same(own, other));
        let doubts: Vec<f32> = others.map(|other| 1.0 - sure(other)).collect();
        let belief = if doubts.len() == 1 { sure(own) } else { 1.0 - doubts.iter().product::<f32>() };
        if best.is_none_or(|(_, most)| belief > most) {
            best = Some((at, belief));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Origin;

    fn title(title: &str, confidence: f32) -> Metadata {
        let value = Fact::Title(title.into());
        Value { value, origin: Origin::Text, name: "test".into(), span: None, confidence }.into()
    }

    #[test]
    fn a_title_counts_whoever_was_first() {
        for names in [["own", "house"], ["house", "own"]] {
            let mut ledger = Ledger::default();
            for name in names {
                ledger.add(name.into(), title(name, if name == "own" { 0.9 } else { 0.6 }));
            }
            let won = ledger.metadata().title.as_ref().expect("a title");
            assert_eq!((won.value.as_str(), won.confidence), ("own", 0.9));
            let seen: Vec<_> = ledger.candidates().map(|(stage, c)| (stage, c.value.as_str(), c.won)).collect();
            assert_eq!(seen, names.map(|name| (name, name, name == "own")), "nobody's finding vanishes");
            let lost = ledger.candidates().find(|(stage, _)| *stage == "house").expect("it is there");
            assert_eq!(lost.1.why, "outdone by `own`");
        }
    }

    #[test]
    fn two_that_agree_outdo_one_that_is_surer() {
        let mut ledger = Ledger::default();
        ledger.add("a".into(), title("Night ferry", 0.6));
        ledger.add("b".into(), title("Menu", 0.7));
        assert_eq!(ledger.metadata().title.as_ref().map(|t| t.value.as_str()), Some("Menu"));
        ledger.add("c".into(), title("Night ferry", 0.6));
        let won = ledger.metadata().title.as_ref().expect("a title");
        assert_eq!(won.value, "Night ferry");
        assert!((won.confidence - 0.84).abs() < 1e-6);
    }

    #[test]
    fn one_stage_alone_is_left_as_it_is_and_tags_add_up() {
        let mut ledger = Ledger::default();
        let tags = |tags: &[&str]| -> Metadata {
            let value = Fact::Tags(tags.iter().map(|t| (*t).to_owned()).collect());
            Value { value, origin: Origin::Meta, name: "keywords".into(), span: None, confidence: 0.3 }.into()
        };
        let first = tags(&["Ferry", "Harbour"]);
        ledger.add("a".into(), first.clone());
        assert_eq!(ledger.metadata(), &first);
        ledger.add("b".into(), tags(&["harbour", "Night"]));
        let all: Vec<_> = ledger.metadata().tags.iter().map(|t| t.value.as_str()).collect();
        assert_eq!(all, ["Ferry", "Harbour", "Night"]);
        assert!(ledger.candidates().all(|(_, c)| c.won));
    }
}
