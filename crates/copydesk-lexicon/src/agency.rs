//! News and picture agencies, stock libraries and outlets, with the names they are printed under.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::fold::fold;

/// What an organisation in the agency list does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgencyKind {
    /// A news agency, such as Reuters or dpa.
    Wire,
    /// A picture agency, such as Getty Images or Sipa.
    Photo,
    /// A stock or free picture library, such as Shutterstock or Unsplash.
    Stock,
    /// A newspaper, broadcaster or site that is credited like an agency.
    Outlet,
    /// A platform that pictures are taken from, such as Instagram.
    Social,
}

/// An organisation of the agency list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// The name under which it is listed.
    pub name: String,
    /// What it does.
    pub kind: AgencyKind,
}

/// All agencies, by every spelling.
#[derive(Debug, Clone, Default)]
pub(crate) struct Agencies {
    list: Vec<Agency>,
    /// Folded spelling to agency. Short spellings are words of other languages too (`pa`, `ap`, `aa`), so those
    /// count only as they are listed.
    by_folded: FxHashMap<String, u32>,
    by_exact: FxHashMap<String, u32>,
    longest: usize,
    /// The last words of the names of picture libraries, folded.
    library_ends: FxHashSet<String>,
    /// Words that begin with a small letter inside a spelling, such as `dpa` or `alliance`: allowed in a credit.
    small_words: FxHashSet<String>,
}

/// Spellings up to this many letters count only as listed.
const EXACT_UP_TO: usize = 5;

impl Agencies {
    pub(crate) fn add(&mut self, kind: AgencyKind, name: &str, aliases: &[String]) {
        let at = self.list.iter().position(|a| a.name == name).unwrap_or_else(|| {
            self.list.push(Agency { name: name.to_owned(), kind });
            self.list.len() - 1
        });
        for spelling in std::iter::once(name).chain(aliases.iter().map(String::as_str)) {
            let folded = fold(spelling);
            self.longest = self.longest.max(folded.len());
            if matches!(kind, AgencyKind::Photo | AgencyKind::Stock)
                && let Some(last) = folded.split_whitespace().next_back()
            {
                self.library_ends.insert(last.to_owned());
            }
            for word in spelling.split(|c: char| c.is_whitespace() || c == '-' || c == '/') {
                if word.chars().next().is_some_and(char::is_lowercase) {
                    self.small_words.insert(word.to_owned());
                }
            }
            if folded.chars().count() <= EXACT_UP_TO {
                self.by_exact.insert(spelling.nfc().collect(), at as u32);
            } else {
                self.by_folded.insert(folded, at as u32);
            }
        }
    }

    /// All spellings.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &str> {
        self.by_folded.keys().chain(self.by_exact.keys()).map(String::as_str)
    }

    /// The agency that `printed` names as a whole.
    pub(crate) fn find(&self, printed: &str) -> Option<&Agency> {
        let printed = printed.trim();
        if printed.is_empty() || printed.len() > self.longest * 3 {
            return None;
        }
        if let Some(&at) = self.by_exact.get(printed) {
            return self.list.get(at as usize);
        }
        if !printed.is_ascii() && !is_nfc(printed) {
            let composed: String = printed.nfc().collect();
            if let Some(&at) = self.by_exact.get(&composed) {
                return self.list.get(at as usize);
            }
        }
        let folded = fold(printed);
        let key = folded.strip_prefix("the ").unwrap_or(&folded);
        let at = self.by_folded.get(key)?;
        self.list.get(*at as usize)
    }

    /// Whether the last word of a text is one that ends the name of a picture library.
    pub(crate) fn may_end_library(&self, text: &str) -> bool {
        text.split_whitespace().next_back().is_some_and(|last| self.library_ends.contains(&fold(last)))
    }

    pub(crate) fn is_small_word(&self, word: &str) -> bool {
        self.small_words.contains(word)
    }
}
