//! The account of a document: what stands in every line of its source, what became of it, and why; and the difference of two
//! runs over the same documents ([`Comparison`]).
//!
//! [`Account::of`] makes it from a document that went through a chain. It is plain data, and serializes: a terminal, a page
//! and another program show the same account.

mod captions;
mod difference;
mod facts;
mod lines;
mod rules;

use std::collections::BTreeMap;

use copydesk_document::{Document, Label, LineIndex};
use serde::Serialize;

pub use captions::CaptionAccount;
pub use difference::{
    BlockChange, BlockGroup, BlockSample, CaptionChange, Comparison, Counts, Decider, Difference, FactGroup,
    FactSample, Gone,
};
pub use facts::{CandidateAccount, FactAccount};
pub use lines::{BlockAccount, Entry, Fate, LineCounts, Named, Reason, What};
pub use rules::{RuleText, rule_texts};

/// The version of the account as JSON.
pub const VERSION: u32 = 1;

/// The account of one document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// [`VERSION`].
    pub version: u32,
    /// Where the document came from, and how it was read.
    pub source: Read,
    /// The language of the text, with its confidence from 0 to 1.
    pub language: Option<(String, f32)>,
    /// The languages of the text with their shares, which sum to 1.
    pub languages: Vec<(String, f32)>,
    /// How many lines the source has, by what stands in them.
    pub lines: LineCounts,
    /// How many blocks have each label, the most frequent first.
    pub labels: Vec<(Label, usize)>,
    /// What stands in the source, in its order. Together the entries cover every line.
    pub entries: Vec<Entry>,
    /// Every fact that the document gives or for which something was considered.
    pub facts: Vec<FactAccount>,
    /// The facts of which the document says nothing.
    pub not_said: Vec<String>,
    /// Every caption that a stage found: those that count in the order of the document, then those that do not.
    pub captions: Vec<CaptionAccount>,
    /// Every doubt.
    pub notes: Vec<NoteAccount>,
    /// What stages have added under their own names.
    pub ext: BTreeMap<String, serde_json::Value>,
}

/// How a document was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    /// Its address.
    pub uri: String,
    /// What it was read as.
    pub media_type: String,
    /// The charset that it was read in.
    pub charset: String,
    /// Its size in bytes, as it was handed over.
    pub bytes: u64,
}

/// A doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoteAccount {
    /// Who has it.
    pub stage: String,
    /// Its kind.
    pub code: String,
    /// In words.
    pub message: String,
    /// The line that it is about, from 1.
    pub line: Option<usize>,
}

impl Account {
    /// The account of a document as it stands.
    pub fn of(doc: &Document) -> Self {
        let index = LineIndex::new(doc.content());
        let entries = lines::entries(doc, &index);
        let (facts, not_said) = facts::facts(doc, &index);
        Self {
            version: VERSION,
            source: Read {
                uri: doc.source.uri.clone(),
                media_type: doc.source.media_type.clone(),
                charset: doc.source.charset.clone(),
                bytes: doc.source.bytes,
            },
            language: doc.languages().main.as_ref().map(|main| (main.tag.clone(), main.confidence)),
            languages: doc.languages().shares.iter().map(|share| (share.tag.clone(), share.share)).collect(),
            lines: LineCounts::of(&entries, index.lines()),
            labels: labels(doc),
            entries,
            facts,
            not_said,
            captions: captions::captions(doc, &index),
            notes: doc
                .notes()
                .iter()
                .map(|note| NoteAccount {
                    stage: note.stage.to_string(),
                    code: note.code.to_string(),
                    message: note.message.clone(),
                    line: note.span.map(|span| index.line(span.start as usize)),
                })
                .collect(),
            ext: doc.ext().clone(),
        }
    }
}

fn labels(doc: &Document) -> Vec<(Label, usize)> {
    let mut counts: Vec<(Label, usize)> = Vec::new();
    for block in doc.blocks() {
        match counts.iter_mut().find(|(label, _)| *label == block.label()) {
            Some((_, n)) => *n += 1,
            None => counts.push((block.label(), 1)),
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts
}
