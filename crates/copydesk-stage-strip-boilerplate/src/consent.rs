//! Notices of cookies and consent above a text. In a dump such a notice is one long line, reads like a paragraph, and
//! would make headline, date and byline below it lines of the story.

use std::sync::LazyLock;

use copydesk_document::BlockId;
use serde::Deserialize;

use crate::{page::Page, text::Signs};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    /// What such a notice is about.
    subjects: Vec<String>,
    /// What it asks for.
    asks: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    yes: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    no: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("../data/consent.toml")).expect("data/consent.toml is valid"));

/// A notice stands among the first lines.
const FIRST_LINES: usize = 25;

/// Whether a paragraph is a notice of cookies: it names them and asks for leave.
pub(crate) fn is_notice(text: &str) -> bool {
    let text = text.to_lowercase();
    let names = |words: &[String]| words.iter().any(|word| text.contains(word.as_str()));
    names(&WORDS.subjects) && names(&WORDS.asks)
}

/// Takes notices above the first line that signs the text for lines of the page.
pub(crate) fn silence(page: &Page<'_>, signs: &mut Signs) {
    let anchor = signs.anchor.iter().position(|anchor| *anchor).unwrap_or(0);
    for index in 0..anchor.min(FIRST_LINES) {
        if signs.reads[index] && is_notice(page.doc.text(BlockId(index as u32))) {
            signs.reads[index] = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_read_as_it_should() {
        for yes in &WORDS.yes {
            assert!(is_notice(yes), "{yes}");
        }
        for no in &WORDS.no {
            assert!(!is_notice(no), "{no}");
        }
    }
}
