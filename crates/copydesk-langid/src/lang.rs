//! The languages that the detector can name: tag, names and script, read from `data/languages.tsv`.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::script::Script;

/// One language (or one script variety of it, such as `sr-Latn`), or "undetermined".
///
/// Compares and copies like a number; prints and serialises as its BCP 47 tag.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang(u8);

struct Entry {
    tag: &'static str,
    iso3: &'static str,
    script: Option<Script>,
    name: &'static str,
    own_name: &'static str,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut entries = vec![Entry { tag: "und", iso3: "und", script: None, name: "Undetermined", own_name: "" }];
    for line in include_str!("../data/languages.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let (tag, iso3, script, name, own_name) = (next(), next(), next(), next(), next());
        entries.push(Entry { tag, iso3, script: Script::from_code(script), name, own_name });
    }
    entries
});

impl Lang {
    /// No language: the text is a name, a number, a URL, or too short to say.
    pub const UND: Lang = Lang(0);

    /// Every language of the table, without "undetermined", in order of tag.
    pub fn all() -> impl Iterator<Item = Lang> {
        (1..ENTRIES.len() as u8).map(Lang)
    }

    /// The language that a BCP 47 or ISO 639-3 tag names, in any case, with `_` or `-`.
    ///
    /// Subtags that are not known here fall away one by one from the right, so that `en-GB` is English; `zh-TW` and
    /// the like are read as the script that is usual there. `None` if the language itself is not in the table.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        let wanted = tag.trim().replace('_', "-").to_ascii_lowercase();
        let mut rest = match wanted.as_str() {
            "zh-tw" | "zh-hk" | "zh-mo" => "zh-hant",
            "zh-cn" | "zh-sg" | "zh-my" => "zh-hans",
            other => other,
        };
        loop {
            let known = match rest {
                "no" | "nor" => "nb",
                "tl" => "fil",
                "ku" => "kmr",
                "iw" => "he",
                "in" => "id",
                "ji" => "yi",
                "cmn" => "zh",
                "arb" => "ar",
                "pes" | "prs" => "fa",
                "zsm" => "ms",
                other => other,
            };
            let found = ENTRIES.iter().position(|entry| entry.tag.eq_ignore_ascii_case(known) || entry.iso3 == known);
            if let Some(index) = found {
                return Some(Lang(index as u8));
            }
            rest = &rest[..rest.rfind('-')?];
        }
    }

    /// The BCP 47 tag, such as `en`, `zh-Hant`, `sr-Latn` or `und`.
    pub fn tag(self) -> &'static str {
        ENTRIES[usize::from(self.0)].tag
    }

    /// The first subtag alone: `zh` for `zh-Hant`.
    pub fn base(self) -> &'static str {
        let tag = self.tag();
        tag.split_once('-').map_or(tag, |(base, _)| base)
    }

    /// The ISO 639-3 code.
    pub fn iso3(self) -> &'static str {
        ENTRIES[usize::from(self.0)].iso3
    }

    /// The name in English.
    pub fn name(self) -> &'static str {
        ENTRIES[usize::from(self.0)].name
    }

    /// The name in the language itself.
    pub fn own_name(self) -> &'static str {
        ENTRIES[usize::from(self.0)].own_name
    }

    /// The script in which the detector looks for it; `None` for `und` and for what characters tell apart later.
    pub fn script(self) -> Option<Script> {
        ENTRIES[usize::from(self.0)].script
    }

    /// Whether this is no language at all.
    pub fn is_und(self) -> bool {
        self == Lang::UND
    }

    /// Position in the table, `und` being 0.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.tag())
    }
}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = String::deserialize(deserializer)?;
        Lang::from_tag(&tag).ok_or_else(|| serde::de::Error::custom(format!("unknown language `{tag}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_many_spellings_are_understood() {
        for (spelling, tag) in [
            ("en", "en"),
            ("EN-gb", "en"),
            ("eng", "en"),
            ("zh_TW", "zh-Hant"),
            ("zh-Hant-HK", "zh-Hant"),
            ("no", "nb"),
            ("tl", "fil"),
            ("sr-latn-RS", "sr-Latn"),
            ("und", "und"),
        ] {
            assert_eq!(Lang::from_tag(spelling).map(Lang::tag), Some(tag), "{spelling}");
        }
        assert_eq!(Lang::from_tag("tlh"), None);
        assert_eq!(Lang::from_tag(""), None);
    }

    #[test]
    fn the_table_is_complete_and_in_order() {
        let tags: Vec<_> = Lang::all().map(Lang::tag).collect();
        assert!(tags.len() >= 110);
        assert!(tags.is_sorted());
        for lang in Lang::all() {
            assert!(!lang.name().is_empty() && !lang.own_name().is_empty() && lang.iso3().len() == 3, "{lang}");
            assert!(lang.script().is_some() || lang.tag() != lang.base(), "{lang}");
        }
    }
}
