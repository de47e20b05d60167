//! The tables that the rules are made of.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

/// A set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// Quality and repetition, as for `MassiveText`. Made for English.
    Gopher,
    /// Filler text, code and few sentences, as for C4. Made for English.
    C4,
    /// Lines, as for `FineWeb`. Made for English.
    Fineweb,
    /// Quality, repetition and lines with figures for each of 137 languages and scripts, as for `FineWeb-2`.
    #[serde(rename = "fineweb-2")]
    Fineweb2,
    /// The words that `words` lists.
    Words,
}

impl Set {
    /// Whether it was made for English alone.
    pub(crate) fn is_english(self) -> bool {
        matches!(self, Self::Gopher | Self::C4 | Self::Fineweb)
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Measure {
    Words,
    WordLength,
    Hashes,
    Ellipses,
    BulletLines,
    EllipsisLines,
    AlphabeticWords,
    StopWords,
    DuplicateParagraphs,
    DuplicateParagraphCharacters,
    DuplicateLines,
    DuplicateLineCharacters,
    TopRun,
    DuplicateRun,
    LoremIpsum,
    CurlyBracket,
    Sentences,
    LinePunctuation,
    ShortLines,
    DuplicateCharacters,
    Newlines,
    ListedWords,
}

impl Measure {
    /// Whether it can be counted only where words can be told.
    pub(crate) fn counts_words(self) -> bool {
        matches!(
            self,
            Self::Words
                | Self::WordLength
                | Self::Hashes
                | Self::Ellipses
                | Self::AlphabeticWords
                | Self::StopWords
                | Self::TopRun
                | Self::DuplicateRun
                | Self::Sentences
                | Self::Newlines
        )
    }
}

/// A figure that `FineWeb-2` gives for each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OfLanguage {
    DuplicateLines,
    Top,
    Duplicate,
    LinePunctuation,
    Newlines,
    LeastWordLength,
    MostWordLength,
    AlphabeticWords,
}

/// A rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) set: Set,
    pub(crate) measure: Measure,
    /// How many words in a row.
    #[serde(default)]
    pub(crate) run: usize,
    #[serde(default)]
    of_language: Option<OfLanguage>,
    #[serde(default)]
    below: Option<f64>,
    #[serde(default)]
    above: Option<f64>,
    /// What the figure counts, in words that follow on it.
    pub(crate) says: String,
}

impl Rule {
    /// The published threshold.
    pub(crate) fn threshold(&self, language: Option<&Language>) -> f64 {
        let own = self.below.or(self.above).unwrap_or_default();
        let (Some(figure), Some(language)) = (self.of_language, language) else { return own };
        match figure {
            OfLanguage::DuplicateLines => language.duplicate_lines,
            OfLanguage::Top => language.top[self.run - 2],
            OfLanguage::Duplicate => language.duplicate[self.run - 5],
            OfLanguage::LinePunctuation => language.line_punctuation,
            OfLanguage::Newlines => language.newlines,
            OfLanguage::LeastWordLength => language.word_length[0],
            OfLanguage::MostWordLength => language.word_length[1],
            OfLanguage::AlphabeticWords => language.alphabetic_words,
        }
    }

    /// Whether that figure speaks against a document.
    pub(crate) fn speaks_against(&self, figure: f64, threshold: f64) -> bool {
        if self.below.is_some() { figure < threshold } else { figure > threshold }
    }

    /// `fewer than` or `more than`.
    pub(crate) fn limit(&self) -> &'static str {
        if self.below.is_some() { "under" } else { "over" }
    }
}

/// How `FineWeb-2` told the words of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Words {
    Spaces,
    Model,
}

/// What `FineWeb-2` says of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Language {
    /// ISO 639-3 and ISO 15924, as its file is called there.
    #[serde(rename = "code")]
    _code: String,
    tag: String,
    pub(crate) words: Words,
    duplicate_lines: f64,
    line_punctuation: f64,
    newlines: f64,
    word_length: [f64; 2],
    alphabetic_words: f64,
    top: [f64; 3],
    duplicate: [f64; 6],
    pub(crate) stop_words: FxHashSet<String>,
}

impl Language {
    /// The one of a BCP 47 tag, or of what is left of it without its last parts; not that of the script that it is at home in
    /// for one in Latin letters.
    pub(crate) fn find(tag: &str) -> Option<&'static Self> {
        #[derive(Deserialize)]
        struct File {
            language: Vec<Language>,
        }
        static ALL: LazyLock<Vec<Language>> = LazyLock::new(|| {
            let file: File = toml::from_str(include_str!("../data/fineweb-2.toml")).expect("it is part of the program");
            file.language
        });
        let mut tag = tag;
        loop {
            if let Some(found) = ALL.iter().find(|language| language.tag == tag) {
                return Some(found);
            }
            let (rest, last) = tag.rsplit_once('-')?;
            if last == "Latn" {
                return None;
            }
            tag = rest;
        }
    }
}

/// All rules, in the order in which they are asked.
pub(crate) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        rule: Vec<Rule>,
    }
    let file: File = toml::from_str(include_str!("../data/rules.toml")).expect("it is part of the program");
    file.rule
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Characters {
    terminal: String,
    punctuation: String,
}

static CHARACTERS: LazyLock<Characters> =
    LazyLock::new(|| toml::from_str(include_str!("../data/characters.toml")).expect("it is part of the program"));

/// What a line ends with where it ends as a sentence does.
pub(crate) static TERMINAL: LazyLock<FxHashSet<char>> = LazyLock::new(|| CHARACTERS.terminal.chars().collect());

/// What makes no word of its own.
pub(crate) static SYMBOLS: LazyLock<FxHashSet<char>> = LazyLock::new(|| {
    let control = ('\0'..' ').chain('\u{7f}'..'\u{a0}').filter(|c| !matches!(c, '\t' | '\n'));
    CHARACTERS.terminal.chars().chain(CHARACTERS.punctuation.chars()).chain(control).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_threshold_and_every_language_its_figures() {
        for rule in RULES.iter() {
            assert!(rule.below.is_some() != rule.above.is_some(), "{}", rule.name);
            assert!(rule.of_language.is_none() || rule.set == Set::Fineweb2, "{}", rule.name);
            let runs = matches!(rule.measure, Measure::TopRun | Measure::DuplicateRun);
            assert_eq!(rule.run > 0, runs, "{}", rule.name);
            assert_eq!(RULES.iter().filter(|other| other.name == rule.name).count(), 1, "{}", rule.name);
        }
        let german = Language::find("de-AT").expect("German with figures");
        assert!(german.words == Words::Spaces && german.stop_words.contains("der"));
        assert_eq!(Language::find("zh-Hant").map(|zh| zh.words), Some(Words::Model));
        assert!(Language::find("ru").is_some() && Language::find("ru-Latn").is_none());
        assert!(Language::find("en").is_none() && Language::find("und").is_none());
        let rule = RULES.iter().find(|rule| rule.name == "fineweb-2-top-3-gram").expect("it is there");
        assert!((rule.threshold(Some(german)) - 0.153).abs() < 1e-9);
    }

    #[test]
    fn every_rule_stands_in_the_readme() {
        let readme = include_str!("../README.md");
        for rule in RULES.iter() {
            assert!(readme.contains(&format!("`{}`", rule.name)), "README.md does not say what `{}` is", rule.name);
        }
    }
}
