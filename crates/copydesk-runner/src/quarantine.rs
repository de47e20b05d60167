//! What is kept of a document that could not be worked on.

use std::fmt::Write;

use copydesk_document::{Document, Input, LineIndex, Span};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One line of `quarantine.jsonl`: which document, who gave up on it, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Path or URL of the document.
    pub uri: String,
    /// Who gave up: a stage or export by its name, `source`, or `parse`.
    pub stage: String,
    /// The rule or limit that failed, a stable name such as `limit.size` or `panic`.
    pub rule: String,
    /// One sentence for a person.
    pub error: String,
    /// Where in the decoded document, where that is known.
    pub span: Option<Span>,
    /// The line of that place, from 1.
    pub line: Option<usize>,
    /// Size of the input, as stored; 0 where it could not be read.
    pub bytes: u64,
    /// SHA-256 of the input, as stored; `None` where it could not be read.
    pub sha256: Option<String>,
}

/// What went wrong with a document, before it is known which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) stage: &'static str,
    pub(crate) rule: String,
    pub(crate) error: String,
    pub(crate) span: Option<Span>,
}

impl Fault {
    pub(crate) fn panic(stage: &'static str, error: String) -> Self {
        Self { stage, rule: "panic".into(), error, span: None }
    }
}

impl Quarantined {
    /// An input that a source could not hand over.
    pub(crate) fn bad(uri: String, rule: String, error: String) -> Self {
        Self { uri, stage: "source".into(), rule, error, span: None, line: None, bytes: 0, sha256: None }
    }

    /// An input that never became a document.
    pub(crate) fn input(input: &Input, fault: Fault) -> Self {
        Self {
            uri: input.uri.clone(),
            stage: fault.stage.into(),
            rule: fault.rule,
            error: fault.error,
            span: fault.span,
            line: None,
            bytes: input.bytes.len() as u64,
            sha256: Some(sha256(&input.bytes)),
        }
    }

    /// A document that is with a thread that does not come back.
    pub(crate) fn lost(uri: String, bytes: u64, fault: Fault) -> Self {
        let Fault { stage, rule, error, span } = fault;
        Self { uri, stage: stage.into(), rule, error, span, line: None, bytes, sha256: None }
    }

    /// A document that a stage or export could not work on.
    pub(crate) fn document(doc: &Document, fault: Fault) -> Self {
        Self {
            uri: doc.source.uri.clone(),
            stage: fault.stage.into(),
            rule: fault.rule,
            error: fault.error,
            span: fault.span,
            line: fault.span.map(|span| LineIndex::new(doc.content()).line(span.start as usize)),
            bytes: doc.source.bytes,
            sha256: Some(doc.source.sha256.clone()),
        }
    }

    /// What a stage says of a document may quote it. Where that has not come to the stage that takes texts out for good, the log
    /// alone says it; limits are in our own words.
    pub(crate) fn without_words(self, masks: &str) -> Self {
        if self.rule.starts_with("limit.") {
            return self;
        }
        tracing::warn!(uri = self.uri, stage = self.stage, rule = self.rule, "{}", self.error);
        let error =
            format!("what `{}` says stands in the log alone: the document has not come to `{masks}`", self.stage);
        Self { error, ..self }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_line_and_the_hash() {
        let doc = Document::new(copydesk_document::DocumentSource::default(), "one\ntwo\nthree".into());
        let fault = Fault { stage: "s", rule: "r".into(), error: "e".into(), span: Some(Span::new(4, 7)) };
        assert_eq!(Quarantined::document(&doc, fault.clone()).line, Some(2));
        let entry = Quarantined::input(&Input::new("a", "abc"), fault);
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((entry.bytes, entry.sha256.as_deref()), (3, Some(known)));
    }
}
