//! What is kept of a document until all have been seen.

use copydesk_document::Document;
use copydesk_stage::SurveyError;
use copydesk_text::{site, weight};
use serde::{Deserialize, Serialize};

/// A summary, written as JSON: it is short, and read once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Empty, if it is not known.
    pub(crate) site: String,
    /// On which it was fetched.
    pub(crate) day: Option<String>,
    /// Letters and figures of all blocks, and of those of the main text.
    pub(crate) all: u64,
    pub(crate) kept: u64,
    /// Blocks of the main text.
    pub(crate) blocks: u64,
    pub(crate) title: bool,
    pub(crate) author: bool,
    pub(crate) date: bool,
}

impl Summary {
    pub(crate) fn of(doc: &Document) -> Self {
        let facts = doc.metadata();
        let given = facts.url.as_ref().map(|url| url.value.as_str());
        let address = doc.source.url.as_deref().or(given).unwrap_or(&doc.source.uri);
        let mut summary = Self {
            site: site(address).unwrap_or_default(),
            day: copydesk_record::day(doc.source.fetched),
            title: facts.title.is_some(),
            author: !facts.authors.is_empty(),
            date: facts.published.is_some(),
            ..Self::default()
        };
        for (id, block) in doc.iter() {
            let own = weight(doc.text(id)) as u64;
            summary.all += own;
            if block.label().is_body() && own > 0 {
                summary.kept += own;
                summary.blocks += 1;
            }
        }
        summary
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn read(summary: &[u8]) -> Result<Self, SurveyError> {
        serde_json::from_slice(summary).map_err(|error| {
            SurveyError::new(format!(
                "what was kept of a document is not as this version keeps it ({error}); run again with --replace, or into \
                 another folder"
            ))
        })
    }
}
