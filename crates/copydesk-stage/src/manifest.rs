//! What a stage or an export is in one pipeline.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;
use serde_json::Value;

use crate::{ConfigError, Facet, Fingerprint};

/// Names that findings and reports carry and that are no stages.
const RESERVED: [&str; 3] = ["parse", "runner", "source"];

/// An instance of a stage or an export: what it is called in its pipeline, and all that its results depend on besides
/// the document. Two that are equal give equal results; the key of finished work is made of these.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manifest {
    /// What decisions, notes and reports call it: its `name` in the pipeline file, else its `use`. No two stages of a
    /// chain share one.
    pub name: &'static str,
    /// What it is an instance of: its `use`.
    pub kind: &'static str,
    /// What it reads.
    pub reads: &'static [Facet],
    /// What it writes.
    pub writes: &'static [Facet],
    /// The code, data and models that it is made of.
    pub fingerprint: Fingerprint,
    /// Its options in full, defaults included. What a pipeline file names by a file stands here by the hash of its contents.
    pub options: Value,
}

impl Manifest {
    /// The same under another name.
    pub fn named(self, name: &str) -> Result<Self, ConfigError> {
        check_name(name)?;
        Ok(Self { name: interned(name), ..self })
    }

    /// The same with other facets, for a stage that knows them only once it is built.
    #[must_use]
    pub fn declaring(self, reads: &[Facet], writes: &[Facet]) -> Self {
        Self { reads: listed(reads), writes: listed(writes), ..self }
    }
}

/// Whether an instance may be called so: one word that a report can print and a command line can hold.
fn check_name(name: &str) -> Result<(), ConfigError> {
    let message = if name.is_empty() {
        "must not be empty"
    } else if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        "must be one word, without spaces and control characters"
    } else if RESERVED.contains(&name) {
        "is taken: the program itself uses that name"
    } else {
        return Ok(());
    };
    Err(ConfigError::at("name", message).help("a name is like `strip-boilerplate-again`"))
}

/// [`check_name`] for the compiler, which has no characters: whether a kind may be called so.
pub(crate) const fn is_kind_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] <= b' ' || bytes[at] == 0x7f {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

/// The facets of a list, each once and in their usual order, for as long as the program lives: there are no
/// more than sets of facets.
fn listed(facets: &[Facet]) -> &'static [Facet] {
    static LISTS: Mutex<BTreeSet<&'static [Facet]>> = Mutex::new(BTreeSet::new());
    let list: Vec<Facet> = Facet::ALL.iter().copied().filter(|facet| facets.contains(facet)).collect();
    // Looking up and adding cannot panic half-way.
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lists.get(list.as_slice()) {
        return known;
    }
    let kept: &'static [Facet] = Box::leak(list.into_boxed_slice());
    lists.insert(kept);
    kept
}

/// The same text for as long as the program lives, so that decisions carry names without copying them. There are as many
/// as people have thought of for their pipeline files, and each is kept once.
fn interned(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    // Looking up and adding cannot panic half-way.
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.into());
    names.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_visible_word() {
        for good in ["strip-boilerplate", "second_pass", "Über.2", "再"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", " ", "a b", "a\u{a0}b", "a\n", "\u{7}", "parse"] {
            assert_eq!(check_name(bad).expect_err(bad).path, "name");
        }
        assert!(is_kind_name("a-b") && !is_kind_name("") && !is_kind_name("a b") && !is_kind_name("a\u{7f}"));
    }

    #[test]
    fn a_name_is_kept_once() {
        assert!(std::ptr::eq(interned(&String::from("again")), interned(&String::from("again"))));
    }
}
