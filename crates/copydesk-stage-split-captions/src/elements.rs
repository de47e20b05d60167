//! The names by which pages mark the elements of captions: `data/elements.toml`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use copydesk_document::{Attr, ElementId, Tree};
use rustc_hash::FxHashSet;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    captions: FxHashSet<String>,
    credits: FxHashSet<String>,
    beside: FxHashSet<String>,
    not: FxHashSet<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static NAMES: LazyLock<Names> =
    LazyLock::new(|| toml::from_str(include_str!("../data/elements.toml")).expect("data/elements.toml is valid"));

/// Words, and a quick look for any of them: nearly all names hold none, and need not be cut into words.
struct List {
    words: &'static FxHashSet<String>,
    any: AhoCorasick,
}

impl List {
    #[expect(clippy::expect_used, reason = "a short list of short words")]
    fn new(words: &'static FxHashSet<String>) -> Self {
        let any = AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("a short list");
        Self { words, any }
    }
}

static CAPTIONS: LazyLock<List> = LazyLock::new(|| List::new(&NAMES.captions));
static CREDITS: LazyLock<List> = LazyLock::new(|| List::new(&NAMES.credits));
static BESIDE: LazyLock<List> = LazyLock::new(|| List::new(&NAMES.beside));

/// The name by which an element says that it holds a caption.
pub(crate) fn caption_name(tree: &Tree, element: ElementId) -> Option<&str> {
    name(tree, element, &CAPTIONS)
}

/// The name by which an element says that it holds a credit.
pub(crate) fn credit_name(tree: &Tree, element: ElementId) -> Option<&str> {
    name(tree, element, &CREDITS)
}

/// The name by which an element right behind a picture says that it belongs to it.
pub(crate) fn beside_name(tree: &Tree, element: ElementId) -> Option<&str> {
    name(tree, element, &BESIDE)
}

fn name<'t>(tree: &'t Tree, element: ElementId, list: &List) -> Option<&'t str> {
    let names = |attr| tree.attr(element, attr).filter(|names| list.any.is_match(*names));
    let classes = names(Attr::Class).into_iter().flat_map(str::split_ascii_whitespace);
    let others = [Attr::Itemprop, Attr::Id].into_iter().filter_map(names);
    classes.chain(others).find(|name| is_named(name, list.words))
}

fn is_named(name: &str, list: &FxHashSet<String>) -> bool {
    let mut found = false;
    let mut small = String::new();
    for word in words(name) {
        if word.len() > LONGEST_WORD {
            continue;
        }
        small.clear();
        small.push_str(word);
        small.make_ascii_lowercase();
        if NAMES.not.contains(small.as_str()) {
            return false;
        }
        found |= list.contains(small.as_str());
    }
    found
}

/// No word of the lists is longer, which a test holds.
const LONGEST_WORD: usize = 24;

/// The words of a name: cut at hyphens, underscores and where a capital follows a small letter.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|part| {
        let mut rest = Some(part);
        std::iter::from_fn(move || {
            let word = rest?;
            let humps = word.as_bytes().windows(2);
            let cut = humps.map(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase()).position(|hump| hump);
            let (first, tail) = cut.map_or((word, None), |at| (&word[..=at], Some(&word[at + 1..])));
            rest = tail;
            Some(first)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_longer_than_those_looked_up() {
        let all = || NAMES.captions.iter().chain(&NAMES.credits).chain(&NAMES.beside).chain(&NAMES.not);
        assert!(all().all(|word| word.len() <= LONGEST_WORD && word.is_ascii()));
    }

    #[test]
    fn names_are_read_by_their_words() {
        let caption = |name| is_named(name, &NAMES.captions);
        assert!(caption("wp-caption-text") && caption("imgCaption") && caption("c-article__caption"));
        assert!(!caption("hasCaption") && !caption("recaption") && !caption("wp-featherlight-captions"));
        assert!(is_named("photo_credit", &NAMES.credits) && !is_named("accredited", &NAMES.credits));
    }
}
