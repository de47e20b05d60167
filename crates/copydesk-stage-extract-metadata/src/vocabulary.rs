//! The word lists of this stage: `data/names.toml` and `data/lines.toml`.

use std::{collections::BTreeMap, sync::LazyLock};

use copydesk_document::Origin;
use serde::Deserialize;

/// Names under which a field is declared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    pub(crate) origin: Origin,
    #[serde(rename = "names")]
    known: Vec<String>,
    pub(crate) weight: f32,
}

/// For each field, the names under which it is declared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declarations {
    pub(crate) title: Vec<Names>,
    pub(crate) description: Vec<Names>,
    pub(crate) authors: Vec<Names>,
    pub(crate) published: Vec<Names>,
    pub(crate) modified: Vec<Names>,
    pub(crate) site_name: Vec<Names>,
    pub(crate) section: Vec<Names>,
    pub(crate) tags: Vec<Names>,
    pub(crate) url: Vec<Names>,
    pub(crate) image: Vec<Names>,
    pub(crate) language: Vec<Names>,
    pub(crate) license: Vec<Names>,
}

impl Names {
    /// The weight of a name, if it is one of these.
    pub(crate) fn weight_of(lists: &[Self], origin: Origin, name: &str) -> Option<f32> {
        lists.iter().find(|l| l.origin == origin && l.known.iter().any(|n| n == name)).map(|l| l.weight)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    sections: BTreeMap<String, Vec<String>>,
    outlets: Outlets,
    copulas: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outlets {
    words: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
pub(crate) static DECLARATIONS: LazyLock<Declarations> =
    LazyLock::new(|| toml::from_str(include_str!("../data/names.toml")).expect("data/names.toml is valid"));

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
static LINES: LazyLock<Lines> =
    LazyLock::new(|| toml::from_str(include_str!("../data/lines.toml")).expect("data/lines.toml is valid"));

/// Whether a line is the name of a section, such as `Press Releases` or `보도자료`.
pub(crate) fn is_section_name(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let fits = |pattern: &String| match pattern.strip_prefix("% ") {
        None => line == *pattern,
        Some(last) => line
            .strip_suffix(last)
            .is_some_and(|rest| rest.ends_with(' ') && (1..=2).contains(&rest.split_whitespace().count())),
    };
    line.len() <= 60 && LINES.sections.values().flatten().any(fits)
}

/// Whether a line carries a word that names of publications carry.
pub(crate) fn has_outlet_word(line: &str) -> bool {
    let line = line.to_lowercase();
    let spaced = format!(" {} ", line.split_whitespace().collect::<Vec<_>>().join(" "));
    LINES.outlets.words.iter().any(|word| {
        if word.is_ascii() || word.contains(' ') {
            spaced.contains(&format!(" {word} "))
        } else {
            line.ends_with(word.as_str())
        }
    })
}

/// What stands before the first word that says what somebody is: the name in `Ann Lee is a historian`.
pub(crate) fn before_copula(sentence: &str) -> Option<&str> {
    LINES.copulas.values().flatten().filter_map(|word| sentence.find(word.as_str())).min().map(|at| &sentence[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_valid() {
        assert!(DECLARATIONS.title.iter().all(|l| (0.0..=1.0).contains(&l.weight) && !l.known.is_empty()));
        assert!(LINES.sections.len() >= 15);
        for lists in [&DECLARATIONS.published, &DECLARATIONS.tags, &DECLARATIONS.url, &DECLARATIONS.authors] {
            assert!(lists.iter().flat_map(|l| &l.known).all(|n| *n == n.to_lowercase()));
        }
    }

    #[test]
    fn sections_outlets_and_remarks() {
        assert!(is_section_name("Press Releases") && is_section_name("Harbour News") && is_section_name("보도자료"));
        assert!(!is_section_name("The old harbour town news") && !is_section_name("Ferries return"));
        assert!(has_outlet_word("The Valley Herald") && !has_outlet_word("Posted by Ann"));
        assert_eq!(before_copula("Ann Lee is a historian."), Some("Ann Lee"));
        assert_eq!(before_copula("Nothing of the kind."), None);
    }
}
