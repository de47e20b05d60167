//! Facts, and the values that were considered for them.

use copydesk_document::{Document, Field, LineIndex};
use serde::Serialize;
use serde_json::Value;

/// Every field, in the order in which people ask for them.
const FIELDS: [Field; 15] = [
    Field::Title,
    Field::Authors,
    Field::Published,
    Field::Modified,
    Field::SiteName,
    Field::Section,
    Field::Tags,
    Field::Description,
    Field::Url,
    Field::Image,
    Field::Language,
    Field::License,
    Field::Paywalled,
    Field::Dateline,
    Field::PageType,
];

/// A fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactAccount {
    /// Its name in the record.
    pub field: String,
    /// The value as it stands in the record, in one line; empty where nothing was sure enough.
    pub value: String,
    /// What was considered: what won first, then by score.
    pub candidates: Vec<CandidateAccount>,
}

/// A value that was considered for a fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CandidateAccount {
    /// Whether it won.
    pub won: bool,
    /// Its score, comparable within one field of one document only.
    pub score: f32,
    /// The value as it would stand in the record.
    pub value: String,
    /// The stage that found it.
    pub stage: String,
    /// Where it was read.
    pub origin: String,
    /// The name that it had there.
    pub name: String,
    /// The line in which it stands, from 1.
    pub line: Option<usize>,
    /// Why it has that score, in words.
    pub why: String,
}

/// The facts, and the names of those of which the document says nothing.
pub(crate) fn facts(doc: &Document, index: &LineIndex<'_>) -> (Vec<FactAccount>, Vec<String>) {
    let options =
        copydesk_record::Options { blocks: false, metadata: false, decisions: false, markdown: None, nested: true };
    // The record has the last word on what a user gets; it only borrows from the document.
    let record = serde_json::to_value(copydesk_record::to_record(doc, options)).unwrap_or(Value::Null);
    let mut facts = Vec::new();
    let mut not_said = Vec::new();
    for field in FIELDS {
        let name = copydesk_record::name(&field);
        let value = record.get(&name).map(plain).unwrap_or_default();
        let candidates = candidates(doc, field, index);
        if value.is_empty() && candidates.is_empty() {
            not_said.push(name);
        } else {
            facts.push(FactAccount { field: name, value, candidates });
        }
    }
    (facts, not_said)
}

fn candidates(doc: &Document, field: Field, index: &LineIndex<'_>) -> Vec<CandidateAccount> {
    let mut found: Vec<CandidateAccount> = doc
        .candidates()
        .filter(|(_, candidate)| candidate.field == field)
        .map(|(stage, candidate)| CandidateAccount {
            won: candidate.won,
            score: candidate.score,
            value: candidate.value.clone(),
            stage: stage.to_owned(),
            origin: copydesk_record::name(&candidate.origin),
            name: candidate.name.clone(),
            line: candidate.span.map(|span| index.line(span.start as usize)),
            why: candidate.why.clone(),
        })
        .collect();
    found.sort_by(|a, b| b.won.cmp(&a.won).then(b.score.total_cmp(&a.score)));
    found
}

/// A value of the record, as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Object(object) => object.values().map(plain).filter(|v| !v.is_empty()).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
