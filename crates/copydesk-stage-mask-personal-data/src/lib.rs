//! The stage `mask-personal-data`: takes out of a document what nobody may keep, or says where it stands.
//!
//! What is masked is replaced wherever the document holds it: text, blocks, links, candidates, captions, details of decisions,
//! notes, findings, evidence, fields of the container. A value that is found once, by its label say, goes everywhere.

mod checksum;
mod patterns;

copydesk_fingerprint::fingerprint!();

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use copydesk_document::{Document, Field, Replacement};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use crate::patterns::Kind;
use crate::patterns::{Found, countries, find};

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
        let values = self.values(doc);
        let texts: Vec<&String> = values.keys().collect();
        let known = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&texts)
            .map_err(|error| StageError::new("too-many-values", error.to_string()))?;
        let labels: Vec<&str> = values.values().copied().collect();
        let mut masked = |text: &str| self.masks(text, &known, &labels);
        let (mut counts, mut spans) = (BTreeMap::<&str, u32>::new(), Vec::new());
        for id in doc.ids() {
            let text = doc.text(id);
            let shifts = masked(text);
            for found in self.tagged(text).into_iter().filter(|found| !overlaps(&shifts, &found.range)) {
                *counts.entry(found.kind.name()).or_default() += 1;
                let (start, end) = (after(&shifts, found.range.start), after(&shifts, found.range.end));
                let mut span =
                    json!({ "kind": found.kind.name(), "masked": false, "block": id.0, "start": start, "end": end });
                if let Some(country) = found.country {
                    span["country"] = country.into();
                }
                spans.push(span);
            }
            for (at, (range, with)) in shifts.iter().enumerate() {
                let kind = name_of(with.trim_matches(['[', ']']));
                *counts.entry(kind).or_default() += 1;
                let start = after(&shifts[..at], range.start);
                spans.push(
                    json!({ "kind": kind, "masked": true, "block": id.0, "start": start, "end": start + with.len() }),
                );
            }
        }
        cx.redact(doc, &mut masked);
        if !spans.is_empty() {
            spans.sort_by_key(|span| (span["block"].as_u64(), span["start"].as_u64()));
            cx.ext(doc, json!({ "counts": counts, "spans": spans }));
        }
        if !masked(&doc.source.uri).is_empty() {
            let message = "the address by which the document is known holds personal data, and stays as it is";
            cx.note(doc, "personal-data-in-address", message, None);
        }
        Ok(Verdict::Keep)
    }
}

/// The name of a kind, as long as the program.
fn name_of(kind: &str) -> &'static str {
    let kinds = [Kind::EMail, Kind::Iban, Kind::Card, Kind::IpAddress, Kind::NationalNumber, Kind::Phone, Kind::Handle];
    kinds.into_iter().map(Kind::name).find(|name| *name == kind).unwrap_or("name")
}

fn overlaps(shifts: &[Replacement], range: &std::ops::Range<usize>) -> bool {
    shifts.iter().any(|(masked, _)| masked.start < range.end && range.start < masked.end)
}

/// Where a place of the text is once it is masked.
fn after(shifts: &[Replacement], place: usize) -> usize {
    let before = shifts.iter().filter(|(range, _)| range.end <= place);
    before.fold(place, |now, (range, with)| now + with.len() - range.len())
}

impl MaskPersonalData {
    fn action(&self, kind: Kind) -> Action {
        self.config.actions.get(&kind).copied().unwrap_or(self.config.action)
    }

    fn found(&self, text: &str, action: Action) -> Vec<Found> {
        find(text, |kind, country| {
            let known = &self.config.countries;
            let here = country.is_none_or(|country| known.is_empty() || known.iter().any(|known| known == country));
            self.action(kind) == action && here
        })
    }

    fn tagged(&self, text: &str) -> Vec<Found> {
        self.found(text, Action::Tag)
    }

    /// What is masked in a text: what patterns find in it, and the values that were found elsewhere.
    fn masks(&self, text: &str, known: &AhoCorasick, labels: &[&str]) -> Vec<Replacement> {
        let mut masks: Vec<Replacement> = self
            .found(text, Action::Mask)
            .into_iter()
            .map(|found| (found.range, mask(found.kind).to_owned()))
            .collect();
        masks.extend(known.find_iter(text).map(|m| (m.range(), labels[m.pattern().as_usize()].to_owned())));
        masks.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut apart: Vec<Replacement> = Vec::with_capacity(masks.len());
        for (range, with) in masks {
            match apart.last_mut() {
                // Of two that overlap all goes, under the name of the first.
                Some((last, _)) if range.start < last.end => last.end = last.end.max(range.end),
                _ => apart.push((range, with)),
            }
        }
        apart
    }

    /// The values that are found anywhere, with what stands in their place. Numbers are there without their spaces as well.
    fn values(&self, doc: &Document) -> BTreeMap<String, &'static str> {
        let mut values = BTreeMap::new();
        let mut take = |text: &str| {
            for found in self.found(text, Action::Mask) {
                let value = &text[found.range];
                let with = mask(found.kind);
                let compact: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                let is_number = !matches!(found.kind, Kind::EMail | Kind::Handle | Kind::IpAddress);
                for value in [Some(value.to_owned()), is_number.then_some(compact)].into_iter().flatten() {
                    if value.chars().count() >= SHORTEST_VALUE {
                        values.insert(value, with);
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
            values.extend(authors.chain(names).filter(|name| name.chars().count() > 2).map(|name| (name, "[name]")));
        }
        values
    }
}

fn mask(kind: Kind) -> &'static str {
    match kind {
        Kind::EMail => "[e-mail]",
        Kind::Iban => "[iban]",
        Kind::Card => "[card]",
        Kind::IpAddress => "[ip-address]",
        Kind::NationalNumber => "[national-number]",
        Kind::Phone => "[phone]",
        Kind::Handle => "[handle]",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_that_is_not_known_is_named() {
        let config = Config { countries: vec!["DE".into(), "XX".into()], ..Config::default() };
        let Err(error) = MaskPersonalData::build(config) else { panic!("there is no such country") };
        assert_eq!(error.path, "countries[1]");
        assert!(error.help.is_some_and(|help| help.contains("AR, AU, BE")));
    }
}
