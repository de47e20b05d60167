//! The stage `mask-personal-data`: takes out of a document what nobody may keep, or says where it stands.
//!
//! What is masked is replaced wherever the document holds it: text, blocks, links, candidates, captions, details of decisions,
//! notes, findings, evidence, fields of the container. A value that is found once, by its label say, goes everywhere.

mod checksum;
mod patterns;

copydesk_fingerprint::fingerprint!();

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use aho_corasick::AhoCorasick;
use copydesk_document::{BlockKind, Document, Field, Inline, InlineKind, Replacement};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use crate::patterns::Kind;
use crate::patterns::{Found, countries, find, is_unspaced};

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<MaskPersonalData>();
}

/// What becomes of personal data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Its kind stands in its place, everywhere: `[e-mail]`.
    #[default]
    Mask,
    /// It stays, and its places stand in the document's `ext`.
    Tag,
    /// It is not looked for.
    Keep,
}

/// What becomes of the names of authors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authors {
    /// They stay: who signs a text wants to be named. E-mail addresses and handles beside them go like all others.
    #[default]
    Keep,
    /// `[name]` stands in their place, wherever the document has them.
    Mask,
}

/// Options of `mask-personal-data`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What becomes of all that is found.
    pub action: Action,
    /// The same for single kinds: `{ handle = "tag", ip-address = "keep" }`.
    pub actions: BTreeMap<Kind, Action>,
    /// The countries whose national numbers are looked for, as ISO 3166 codes; empty means all that are known.
    pub countries: Vec<String>,
    /// What becomes of the names of authors.
    pub authors: Authors,
}

/// Masks or tags personal data.
#[derive(Debug)]
pub struct MaskPersonalData {
    config: Config,
}

impl StageKind for MaskPersonalData {
    const NAME: &'static str = "mask-personal-data";
    const SUMMARY: &'static str =
        "Masks or tags e-mail addresses, numbers of telephones, accounts, cards and persons, and handles.";
    const READS: &'static [Facet] = &[Facet::Text];
    const WRITES: &'static [Facet] = &[Facet::Redaction];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        let mut errors = Vec::new();
        for (at, country) in config.countries.iter().enumerate() {
            if countries().all(|known| known != country) {
                let mut known: Vec<_> = countries().collect();
                known.sort_unstable();
                known.dedup();
                let error =
                    ConfigError::at(format!("countries[{at}]"), format!("numbers of `{country}` are not known"));
                errors.push(error.help(format!("known are {}", known.join(", "))));
            }
        }
        ConfigError::all(errors)?;
        Ok(AnyStage::cpu(Self { config }))
    }
}

/// A value shorter than this in characters is replaced only where a pattern finds it: as a text it stands in others.
const SHORTEST_VALUE: usize = 6;

impl Stage for MaskPersonalData {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let search = Search::new(&self.config, doc)?;
        let (mut counts, mut spans) = (BTreeMap::<&str, u32>::new(), Vec::new());
        for id in doc.ids() {
            let text = doc.text(id);
            let masks = search.masks(text);
            let shifts = written(&masks);
            for found in search.found(text, Action::Tag).into_iter().filter(|found| !overlaps(&shifts, &found.range)) {
                *counts.entry(found.kind.name()).or_default() += 1;
                let (start, end) = (after(&shifts, found.range.start), after(&shifts, found.range.end));
                let mut span =
                    json!({ "kind": found.kind.name(), "masked": false, "block": id.0, "start": start, "end": end });
                if let Some(country) = found.country {
                    span["country"] = country.into();
                }
                spans.push(span);
            }
            for (at, (range, kind)) in masks.iter().enumerate() {
                *counts.entry(kind).or_default() += 1;
                let start = after(&shifts[..at], range.start);
                let end = start + shifts[at].1.len();
                spans.push(json!({ "kind": kind, "masked": true, "block": id.0, "start": start, "end": end }));
            }
        }
        cx.redact(doc, &mut |text: &str| written(&search.masks(text)));
        if !spans.is_empty() {
            spans.sort_by_key(|span| (span["block"].as_u64(), span["start"].as_u64()));
            cx.ext(doc, json!({ "counts": counts, "spans": spans }));
        }
        if !search.masks(&doc.source.uri).is_empty() {
            let message = "the address by which the document is known holds personal data, and stays as it is";
            cx.note(doc, "personal-data-in-address", message, None);
        }
        Ok(Verdict::Keep)
    }
}

/// What is masked in a text: bytes, and the name of their kind.
type Mask = (Range<usize>, &'static str);

/// What stands in the place of names.
const NAME: &str = "name";

/// Masks as they are written.
fn written(masks: &[Mask]) -> Vec<Replacement> {
    masks.iter().map(|(range, kind)| (range.clone(), format!("[{kind}]"))).collect()
}

fn overlaps(masks: &[Replacement], range: &Range<usize>) -> bool {
    masks.iter().any(|(masked, _)| masked.start < range.end && range.start < masked.end)
}

/// Where a place of the text is once it is masked.
fn after(shifts: &[Replacement], place: usize) -> usize {
    let before = shifts.iter().filter(|(range, _)| range.end <= place);
    before.fold(place, |now, (range, with)| now + with.len() - range.len())
}

/// What is looked for in the texts of one document.
struct Search<'c> {
    config: &'c Config,
    /// What looks like a handle and stands in code only: an annotation, `@Override`.
    annotations: BTreeSet<String>,
    /// The values that are masked wherever they stand, and the names of their kinds.
    known: AhoCorasick,
    kinds: Vec<&'static str>,
}

impl<'c> Search<'c> {
    fn new(config: &'c Config, doc: &Document) -> Result<Self, StageError> {
        let build = |values: &[String]| {
            AhoCorasick::new(values).map_err(|error| StageError::new("too-many-values", error.to_string()))
        };
        let mut search = Self { config, annotations: annotations(doc), known: build(&[])?, kinds: Vec::new() };
        let (values, kinds): (Vec<_>, Vec<_>) = search.values(doc).into_iter().unzip();
        (search.known, search.kinds) = (build(&values)?, kinds);
        Ok(search)
    }

    /// What patterns find of the kinds with which this is done.
    fn found(&self, text: &str, action: Action) -> Vec<Found> {
        let Config { actions, action: of_all, countries, .. } = self.config;
        let mut found = find(text, |kind, country| {
            let here = country.is_none_or(|c| countries.is_empty() || countries.iter().any(|known| known == c));
            *actions.get(&kind).unwrap_or(of_all) == action && here
        });
        found.retain(|found| found.kind != Kind::Handle || !self.annotations.contains(&text[found.range.clone()]));
        found
    }

    /// What is masked in a text: what patterns find in it, and the values that were found elsewhere. In order and apart.
    fn masks(&self, text: &str) -> Vec<Mask> {
        let found = self.found(text, Action::Mask).into_iter().map(|found| (found.range, found.kind.name()));
        let known = self.known.find_overlapping_iter(text).map(|m| (m.range(), self.kinds[m.pattern().as_usize()]));
        let mut masks: Vec<Mask> = found.chain(known.filter(|(range, _)| is_whole(text, range))).collect();
        masks.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        masks.dedup_by(|(next, _), (kept, _)| {
            // Of two that overlap all goes, under the name of the first.
            let overlaps = next.start < kept.end;
            kept.end = if overlaps { kept.end.max(next.end) } else { kept.end };
            overlaps
        });
        masks
    }

    /// The values that are found anywhere, with the names of their kinds. Numbers are there without their spaces as well.
    fn values(&self, doc: &Document) -> BTreeMap<String, &'static str> {
        let mut values = BTreeMap::new();
        let mut take = |text: &str| {
            for found in self.found(text, Action::Mask) {
                let value = &text[found.range];
                let compact: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                let is_number = !matches!(found.kind, Kind::EMail | Kind::Handle | Kind::IpAddress);
                for value in [Some(value.to_owned()), is_number.then_some(compact)].into_iter().flatten() {
                    if value.chars().count() >= SHORTEST_VALUE {
                        values.insert(value, found.kind.name());
                    }
                }
            }
        };
        for id in doc.ids() {
            take(doc.original_text(id));
            take(doc.text(id));
        }
        doc.evidence.clues.iter().for_each(|clue| take(&clue.value));
        doc.all_captions().for_each(|(_, caption)| take(&caption.text));
        doc.candidates().for_each(|(_, candidate)| take(&candidate.value));
        if self.config.authors == Authors::Mask {
            let names = doc.candidates().filter(|(_, candidate)| candidate.field == Field::Authors);
            let names: Vec<String> = names.flat_map(|(_, c)| c.value.split("; ").map(str::to_owned)).collect();
            let authors = doc.metadata().authors.iter().map(|author| author.value.clone());
            values.extend(authors.chain(names).filter(|name| name.chars().count() > 1).map(|name| (name, NAME)));
        }
        values
    }
}

/// Whether a value is no part of a longer word or number: no letter stands beside its letters, and no digit beside its digits.
fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let goes_on = |a: Option<char>, b: Option<char>| {
        let (Some(a), Some(b)) = (a, b) else { return false };
        let letters = a.is_alphabetic() && b.is_alphabetic() && !is_unspaced(a) && !is_unspaced(b);
        letters || a.is_numeric() && b.is_numeric()
    };
    let value = &text[range.clone()];
    !goes_on(text[..range.start].chars().next_back(), value.chars().next())
        && !goes_on(value.chars().next_back(), text[range.end..].chars().next())
}

/// What looks like a handle and stands in code, and nowhere else in the text.
fn annotations(doc: &Document) -> BTreeSet<String> {
    let (mut code, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for (id, block) in doc.iter() {
        let text = doc.original_text(id);
        for Found { range, .. } in find(text, |kind, _| kind == Kind::Handle) {
            let is_code = |inline: &Inline| {
                let covers = inline.range.start as usize <= range.start && range.end <= inline.range.end as usize;
                inline.kind == InlineKind::Code && covers
            };
            let is_code = block.kind == BlockKind::Code || doc.inlines(id).iter().any(is_code);
            if is_code { &mut code } else { &mut elsewhere }.insert(text[range].to_owned());
        }
    }
    code.retain(|handle| !elsewhere.contains(handle));
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_no_part_of_a_word_or_number() {
        for (text, value, whole) in [
            ("Annual report", "Ann", false),
            ("Joann", "ann", false),
            ("by Ann.", "Ann", true),
            ("Ann2", "Ann", true),
            ("由李明报道", "李明", true),
            ("912345678", "12345678", false),
            ("n12345678x", "12345678", true),
        ] {
            let at = text.find(value).expect("it holds it");
            assert_eq!(is_whole(text, &(at..at + value.len())), whole, "{text}");
        }
    }

    #[test]
    fn a_country_that_is_not_known_is_named() {
        let config = Config { countries: vec!["DE".into(), "XX".into()], ..Config::default() };
        let Err(error) = MaskPersonalData::build(config) else { panic!("there is no such country") };
        assert_eq!(error.path, "countries[1]");
        assert!(error.help.is_some_and(|help| help.contains("AR, AU, BE")));
    }
}
