//! The words of `data/class-words.toml`: what the names of elements, and names that are nobody's, say.

use std::{
    collections::BTreeSet,
    sync::{LazyLock, OnceLock},
};

use aho_corasick::AhoCorasick;
use copydesk_document::{Attr, ElementId, Tag, Tree};
use copydesk_text::{host, path};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassWords {
    author: Words,
    published: Words,
    updated: Words,
    elsewhere: Words,
    accounts: Accounts,
    state: State,
    address: Address,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    manuals: FxHashSet<String>,
    lists: FxHashSet<String>,
    indexes: FxHashSet<String>,
    forums: FxHashSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    published: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    #[serde(rename = "words")]
    known: FxHashSet<String>,
    #[serde(default)]
    not: FxHashSet<String>,
    #[serde(skip)]
    quick: OnceLock<AhoCorasick>,
}

impl Words {
    /// A quick look: most elements have names without any of the words in them, and need not be cut into words.
    fn may_name(&self, tree: &Tree, element: ElementId) -> bool {
        NAMES.iter().filter_map(|attr| tree.attr(element, *attr)).any(|names| self.may_be_in(names))
    }

    fn may_be_in(&self, names: &str) -> bool {
        #[expect(clippy::expect_used, reason = "a short list of short words")]
        let quick = self.quick.get_or_init(|| {
            AhoCorasick::builder().ascii_case_insensitive(true).build(&self.known).expect("a short list")
        });
        quick.is_match(names)
    }

    /// Whether one of the words is among those in the names of an element.
    fn names(&self, tree: &Tree, element: ElementId) -> bool {
        self.may_name(tree, element) && any_word(tree, element, |word| self.known.contains(word))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    names: BTreeSet<String>,
    starts: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static CLASS_WORDS: LazyLock<ClassWords> =
    LazyLock::new(|| toml::from_str(include_str!("../data/class-words.toml")).expect("data/class-words.toml is valid"));

/// Names of the day of publication in the state of scripts.
pub(crate) static STATE_NAMES: LazyLock<&'static [String]> = LazyLock::new(|| &CLASS_WORDS.state.published);

/// How far up the names of elements count for a block.
const NEAR: usize = 3;
/// How far up an element says that it is about something else.
const FAR: usize = 12;

/// The attributes by which pages name their elements.
const NAMES: [Attr; 3] = [Attr::Class, Attr::Id, Attr::Itemprop];

/// The words in the names of an element, in lower case: `c-article__authorName` has `c`, `article`, `author`, `name`
/// and, joined, `authorname`.
fn any_word(tree: &Tree, element: ElementId, mut test: impl FnMut(&str) -> bool) -> bool {
    let mut small = String::new();
    NAMES.iter().filter_map(|attr| tree.attr(element, *attr)).any(|names| {
        names.split_ascii_whitespace().take(24).any(|name| {
            name.len() <= 80
                && name.split(['-', '_', ':', '.']).filter(|word| !word.is_empty()).any(|word| {
                    small.clear();
                    small.push_str(word);
                    small.make_ascii_lowercase();
                    test(&small)
                        || camel(word).any(|part| {
                            small.clear();
                            small.push_str(part);
                            small.make_ascii_lowercase();
                            test(&small)
                        })
                })
        })
    })
}

/// The parts of `articleAuthor`; nothing for a word without humps.
fn camel(word: &str) -> impl Iterator<Item = &str> {
    let humped = word.bytes().skip(1).any(|b| b.is_ascii_uppercase()) && word.bytes().any(|b| b.is_ascii_lowercase());
    let mut rest = if humped { word } else { "" };
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.bytes().skip(1).position(|b| b.is_ascii_uppercase()).map_or(rest.len(), |i| i + 1);
        if !rest.is_char_boundary(end) {
            return None;
        }
        let (part, tail) = rest.split_at(end);
        rest = tail;
        Some(part)
    })
}

/// Which names of elements may hold a word for authors: pages give the same names to many elements.
#[derive(Default)]
pub(crate) struct AuthorNames<'t> {
    known: FxHashMap<&'t str, bool>,
}

impl<'t> AuthorNames<'t> {
    fn may_name(&mut self, names: &'t str) -> bool {
        *self.known.entry(names).or_insert_with(|| CLASS_WORDS.author.may_be_in(names))
    }
}

/// Whether an element is named for the author it shows, says that it leads to one, or does.
pub(crate) fn shows_author<'t>(tree: &'t Tree, element: ElementId, seen: &mut AuthorNames<'t>) -> bool {
    let (mut related, mut named, mut leads) = (false, false, false);
    // Every element is asked, so its attributes are gone through once.
    for (attr, value) in tree.known_attrs(element) {
        match attr {
            Attr::Class | Attr::Id | Attr::Itemprop => named = named || seen.may_name(value),
            Attr::Rel => related = value.split_ascii_whitespace().any(|rel| rel == "author"),
            Attr::Href => leads = tree.tag(element) == Tag::A && leads_to_author(value),
            _ => {}
        }
    }
    tree.tag(element) != Tag::Link && (related || leads || named && is_author(tree, element))
}

/// Whether an element is named for the author it shows.
fn is_author(tree: &Tree, element: ElementId) -> bool {
    let words = &CLASS_WORDS.author;
    words.names(tree, element)
        && (!any_word(tree, element, |word| words.not.contains(word))
            || any_word(tree, element, |word| word == "name") && !CLASS_WORDS.elsewhere.names(tree, element))
}

/// Whether an address is that of a page about an author: `/authors/ann-lee/`.
fn leads_to_author(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or(href);
    let mut parts = path.trim_end_matches('/').rsplit('/').skip(1).take(2);
    path.len() <= 300 && parts.any(|part| CLASS_WORDS.author.known.contains(part))
}

/// Whether an address is that of a manual's page, or of a page that lists texts or offers something, and which.
pub(crate) fn is_no_text(url: &str) -> Option<&'static str> {
    let words = &CLASS_WORDS.address;
    let lower = url.get(..url.len().min(300))?.to_ascii_lowercase();
    let (host, path) = (host(&lower)?, path(&lower).strip_prefix('/')?);
    // `region/index.html` is the address of the folder.
    let folder = path.rsplit_once('/').filter(|(_, file)| INDEX_FILES.iter().any(|name| file.starts_with(name)));
    let path = folder.map_or(path, |(folder, _)| folder);
    let parts = || path.split('/').filter(|part| !part.is_empty());
    if host.split('.').next().is_some_and(|name| words.manuals.contains(name))
        || parts().any(|part| words.manuals.contains(part))
    {
        return Some("in a manual");
    }
    // The name of a list is short. A headline has more words, a text often a number; a day stands before it.
    let last = parts().next_back()?;
    let number = |text: &str| text.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
    if parts().any(number) || last.contains('.') || last.matches('-').count() >= MANY_WORDS {
        return None;
    }
    let forum = host.split('.').chain(parts()).any(|part| words.forums.contains(part));
    let listing = words.indexes.contains(last) || parts().rev().take(2).any(|part| words.lists.contains(part));
    (listing && !forum).then_some("on a page that lists others")
}

/// Files that stand for their folder.
const INDEX_FILES: [&str; 3] = ["index.", "default.", "home."];

/// From so many hyphens on, the end of an address is a headline.
const MANY_WORDS: usize = 3;

/// What the names of the elements around a date say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateName {
    /// Named for a date.
    Published,
    /// Named for a change.
    Updated,
}

/// What the names of an element and of those right around it say of the date in it.
pub(crate) fn date_name(tree: &Tree, element: ElementId) -> Option<DateName> {
    tree.ancestors(element).take(NEAR).find_map(|e| {
        if CLASS_WORDS.updated.names(tree, e) {
            Some(DateName::Updated)
        } else if CLASS_WORDS.published.names(tree, e) {
            Some(DateName::Published)
        } else {
            None
        }
    })
}

/// Whether an element stands in a part of the page that is about other texts or by readers. The foot of an article is
/// a place for its date, the foot of the page is not. A part that holds the headline is the text's own, whatever it is
/// called.
pub(crate) fn is_elsewhere(tree: &Tree, element: ElementId, headline: Option<ElementId>) -> bool {
    let mut foot = false;
    for e in tree.ancestors(element).take(FAR) {
        let own = headline.is_some_and(|headline| tree.contains(e, headline));
        match tree.tag(e) {
            Tag::Body | Tag::Html | Tag::Main => break,
            Tag::Aside | Tag::Nav if !own => return true,
            Tag::Footer => foot = true,
            Tag::Article => foot = false,
            _ => {}
        }
        if own {
            continue;
        }
        let mut named = false;
        // "footer" is one of the words.
        if CLASS_WORDS.elsewhere.may_name(tree, e)
            && any_word(tree, e, |word| {
                named |= word == "footer";
                word != "footer" && CLASS_WORDS.elsewhere.known.contains(word)
            })
        {
            return true;
        }
        foot |= named;
    }
    foot
}

/// Whether a name is that of an account, a control or nobody.
pub(crate) fn is_account(name: &str) -> bool {
    let lower = name.trim().to_lowercase();
    lower.chars().filter(|c| c.is_alphabetic()).count() < 2
        || CLASS_WORDS.accounts.names.contains(lower.as_str())
        || is_no_byline(&lower)
        || (!lower.contains(' ') && lower.contains("admin") && lower.len() <= 14)
        || lower.contains(['@', '{', '<', '/', '='])
        || (lower.len() > 12 && !lower.contains(' ') && lower.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a text can be a name where nothing but an element says so: few words, no figures, and none but short
/// particles in small letters.
pub(crate) fn is_like_a_name(text: &str) -> bool {
    let mut words = 0;
    let mut large = false;
    for word in text.split_whitespace() {
        words += 1;
        let first = word.chars().find(|c| c.is_alphanumeric());
        let small = first.is_some_and(char::is_lowercase);
        large |= first.is_some() && !small;
        if first.is_some_and(char::is_numeric) || small && word.chars().count() > 3 {
            return false;
        }
    }
    large && words <= 12
}

/// Whether a line begins like one that names no author.
pub(crate) fn is_no_byline(line: &str) -> bool {
    let line = line.trim_start();
    CLASS_WORDS.accounts.starts.iter().any(|start| {
        line.get(..start.len()).is_some_and(|head| head.to_lowercase() == *start)
            && !(start.is_ascii() && line[start.len()..].starts_with(|c: char| c.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_what_is_no_text() {
        let manual = Some("in a manual");
        let list = Some("on a page that lists others");
        assert_eq!(is_no_text("https://docs.example.org/start"), manual);
        assert_eq!(is_no_text("https://example.org/docs/latest/start.html"), manual);
        assert_eq!(is_no_text("https://example.org/topic/harbours"), list);
        assert_eq!(is_no_text("https://example.org/en/services/"), list);
        assert_eq!(is_no_text("https://example.org/en/news/"), list);
        assert_eq!(is_no_text("https://example.org/news/harbours"), None);
        assert_eq!(is_no_text("https://example.org/topic/the-harbour-is-open-again"), None);
        assert_eq!(is_no_text("https://example.org/2024/05/services/harbours"), None);
        assert_eq!(is_no_text("https://example.org/archive/63076"), None);
        assert_eq!(is_no_text("https://forum.example.org/topic/harbours"), None);
        assert_eq!(is_no_text("https://example.org/topic/harbours.html"), None);
        assert_eq!(is_no_text("https://example.org"), None);
        assert_eq!(is_no_text("no address"), None);
    }

    #[test]
    fn accounts_are_nobody() {
        assert!(is_account("admin") && is_account("Web Master") && is_account("댓글 12") && is_account("a@b.example"));
        assert!(!is_account("Ann Lee") && !is_account("문가람") && !is_account("Adminah Photios"));
        assert!(is_account("siteadmin3"));
        assert!(is_no_byline("Copyright Ann Lee") && !is_no_byline("Photini Lee"));
    }

    #[test]
    fn names_are_told_from_phrases() {
        assert!(
            is_like_a_name("Ann van der Lee") && is_like_a_name("By Ann Lee and Bo Chan") && is_like_a_name("문가람")
        );
        assert!(!is_like_a_name("Insights from") && !is_like_a_name("amw") && !is_like_a_name("Lee 2020"));
    }

    #[test]
    fn humps_part_words() {
        assert_eq!(camel("articleAuthorName").collect::<Vec<_>>(), ["article", "Author", "Name"]);
        assert_eq!(camel("author").count(), 0);
    }
}
