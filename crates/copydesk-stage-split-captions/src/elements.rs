//! The names by which pages mark the elements of captions: `data/elements.toml`.

use std::sync::LazyLock;

use copydesk_document::{Attr, ElementId, Tree};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    captions: Vec<String>,
    credits: Vec<String>,
    not: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static NAMES: LazyLock<Names> =
    LazyLock::new(|| toml::from_str(include_str!("../data/elements.toml")).expect("data/elements.toml is valid"));

/// The name by which an element says that it holds a caption.
pub(crate) fn caption_name(tree: &Tree, element: ElementId) -> Option<&str> {
    name(tree, element, |name| is_named(name, &NAMES.captions))
}

/// The name by which an element says that it holds a credit.
pub(crate) fn credit_name(tree: &Tree, element: ElementId) -> Option<&str> {
    name(tree, element, |name| is_named(name, &NAMES.credits))
}

fn name(tree: &Tree, element: ElementId, fits: impl Fn(&str) -> bool) -> Option<&str> {
    let classes = tree.attr(element, Attr::Class).into_iter().flat_map(str::split_ascii_whitespace);
    classes.chain(tree.attr(element, Attr::Itemprop)).chain(tree.attr(element, Attr::Id)).find(|name| fits(name))
}

fn is_named(name: &str, list: &[String]) -> bool {
    let mut found = false;
    for word in words(name) {
        let word = word.to_ascii_lowercase();
        if NAMES.not.contains(&word) {
            return false;
        }
        found |= list.contains(&word);
    }
    found
}

/// The words of a name: cut at hyphens, underscores and where a capital follows a small letter.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|part| {
        let bytes = part.as_bytes();
        let cuts =
            (1..part.len()).filter(move |&at| bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase());
        let mut start = 0;
        let mut pieces = Vec::new();
        for cut in cuts {
            pieces.push(&part[start..cut]);
            start = cut;
        }
        pieces.push(&part[start..]);
        pieces
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_their_words() {
        let caption = |name| is_named(name, &NAMES.captions);
        assert!(caption("wp-caption-text") && caption("imgCaption") && caption("c-article__caption"));
        assert!(!caption("hasCaption") && !caption("recaption") && !caption("wp-featherlight-captions"));
        assert!(is_named("photo_credit", &NAMES.credits) && !is_named("accredited", &NAMES.credits));
    }
}
