//! The stage `filter-quality`: what the published rules of Gopher, C4, `FineWeb` and `FineWeb-2` say of the main text.
//!
//! Every rule has a name, a figure and a threshold. What becomes of a document that a rule speaks against is said for
//! all rules and for each: it is dropped, with rule and figure as the reason, or goes on with both in its `ext`.
//! [`README.md`](https://docs.rs/crate/copydesk-stage-filter-quality) lists the rules with their sources.

mod figures;
mod tables;
mod words;

copydesk_fingerprint::fingerprint!();

use std::{cell::LazyCell, collections::BTreeMap, sync::LazyLock};

use aho_corasick::AhoCorasick;
use copydesk_document::Document;
pub use copydesk_stage::Action;
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use crate::tables::Set;
use crate::{
    figures::{Beside, Listed, Text},
    tables::{Language, RULES, Rule, Words},
};

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<FilterQuality>();
}

/// Which lines C4 keeps. Its other rules look at these alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct C4Lines {
    /// Only those that end with `.`, `?`, `!` or a quotation mark. `FineWeb` took C4's rules without this one.
    pub end: bool,
    /// Only those with so many words.
    pub words: usize,
    /// Only those whose words have at most so many characters.
    pub longest_word: usize,
}

impl Default for C4Lines {
    fn default() -> Self {
        Self { end: true, words: 3, longest_word: 1000 }
    }
}

/// Options of `filter-quality`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which sets of rules are asked.
    pub sets: Vec<Set>,
    /// What becomes of a document that a rule speaks against.
    pub action: Action,
    /// The same for single rules, by name: `{ gopher-stop-words = "tag" }`.
    pub actions: BTreeMap<String, Action>,
    /// Other thresholds than the published ones, by rule: `{ gopher-short = 100 }`. One for a rule of `fineweb-2` holds for
    /// all languages.
    pub thresholds: BTreeMap<String, f64>,
    /// Ask the rules that were made for English of documents in other languages as well.
    pub any_language: bool,
    /// Which lines C4 keeps.
    pub c4_lines: C4Lines,
    /// A line of at most so many characters is short for `fineweb-short-lines`.
    pub short_line: usize,
    /// Words for `listed-words`, by BCP 47 tag; those under `*` are looked for in every language. Upper and lower case are the
    /// same. They belong to the set `words`.
    pub words: BTreeMap<String, Vec<String>>,
    /// Write the figures of all rules that were asked into `ext`, and not only of those that speak against a document.
    pub figures: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sets: vec![Set::Gopher, Set::Fineweb, Set::Fineweb2, Set::Words],
            action: Action::Drop,
            actions: BTreeMap::new(),
            thresholds: BTreeMap::new(),
            any_language: false,
            c4_lines: C4Lines::default(),
            short_line: 30,
            words: BTreeMap::new(),
            figures: false,
        }
    }
}

/// Drops or tags documents by published rules of quality.
#[derive(Debug)]
pub struct FilterQuality {
    config: Config,
    /// The rules that are asked, with what they do.
    rules: Vec<(&'static Rule, Action)>,
    listed: Vec<Listed>,
}

/// The words of which Gopher asks for two.
static STOP_WORDS: LazyLock<FxHashSet<String>> =
    LazyLock::new(|| ["the", "be", "to", "of", "and", "that", "have", "with"].map(str::to_owned).into_iter().collect());
/// Where more of the letters than this are of scripts without spaces, words cannot be told.
const MOST_UNSPACED: f64 = 0.3;

impl StageKind for FilterQuality {
    const NAME: &'static str = "filter-quality";
    const SUMMARY: &'static str =
        "Drops or tags documents by the published rules of Gopher, C4, FineWeb and FineWeb-2.";
    const READS: &'static [Facet] = &[Facet::Body, Facet::Languages];
    const WRITES: &'static [Facet] = &[];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        let mut errors = Vec::new();
        let actions = config.actions.keys().map(|name| ("actions", name));
        for (key, name) in actions.chain(config.thresholds.keys().map(|name| ("thresholds", name))) {
            let at = |message: String| ConfigError::at(format!("{key}.{name}"), message);
            match RULES.iter().find(|rule| rule.name == *name) {
                None => {
                    let error = at(format!("there is no rule `{name}`"));
                    let error = error.help("the README of `copydesk-stage-filter-quality` lists them");
                    errors.push(error.did_you_mean(name, RULES.iter().map(|rule| rule.name.as_str())));
                }
                Some(rule) if !config.sets.contains(&rule.set) => errors.push(not_asked(at, rule.set)),
                Some(_) => {}
            }
        }
        if !config.words.is_empty() && !config.sets.contains(&Set::Words) {
            errors.push(not_asked(|message| ConfigError::at("words", message), Set::Words));
        }
        if config.c4_lines != C4Lines::default() && !config.sets.contains(&Set::C4) {
            errors.push(not_asked(|message| ConfigError::at("c4_lines", message), Set::C4));
        }
        for (name, threshold) in &config.thresholds {
            if !threshold.is_finite() || *threshold < 0.0 {
                errors.push(ConfigError::at(format!("thresholds.{name}"), "must be a number, and not below 0"));
            }
        }
        if config.sets.is_empty() {
            errors.push(ConfigError::at("sets", "no rule would be asked").help("leave the stage out to keep all"));
        }
        let listed = listed(&config.words, &mut errors);
        ConfigError::all(errors)?;
        let asked = RULES.iter().filter(|rule| config.sets.contains(&rule.set));
        let rules = asked
            .map(|rule| (rule, config.actions.get(&rule.name).copied().unwrap_or(config.action)))
            .filter(|(_, action)| *action != Action::Keep)
            .collect();
        Ok(AnyStage::cpu(Self { config, rules, listed }))
    }
}

/// What is said of an option that would be used by no rule that is asked.
fn not_asked(at: impl Fn(String) -> ConfigError, set: Set) -> ConfigError {
    let set = serde_json::to_value(set).unwrap_or_default();
    at(format!("is for the set {set}, which is not asked")).help(format!("add {set} to `sets`, or leave this out"))
}

/// The lists of words, ready to be searched for.
fn listed(words: &BTreeMap<String, Vec<String>>, errors: &mut Vec<ConfigError>) -> Vec<Listed> {
    let mut lists = Vec::with_capacity(words.len());
    for (language, words) in words {
        let key = format!("words.{language}");
        if words.iter().any(|word| word.trim().is_empty()) {
            errors.push(ConfigError::at(key, "an empty word stands everywhere"));
            continue;
        }
        // The longest of those that begin together, so that each place counts once.
        let built = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostLongest)
            .build(words.iter().map(|word| word.trim().to_lowercase()));
        match built {
            Ok(words) => lists.push(Listed { language: language.clone(), words }),
            Err(error) => errors.push(ConfigError::at(key, error.to_string())),
        }
    }
    lists
}

impl Stage for FilterQuality {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let tag = doc.languages().main.as_ref().map_or("und", |guess| guess.tag.as_str()).to_owned();
        let is_english = tag == "en" || tag.starts_with("en-") || tag == "und";
        let language = Language::find(&tag);
        let text = copydesk_record::text(doc);
        let told = are_words_told(&text, language);
        let own_stop_words = language.map_or(&*STOP_WORDS, |language| &language.stop_words);
        let listed: Vec<&Listed> = self.listed.iter().filter(|list| is_for(&list.language, &tag)).collect();
        // What was made for English tells words as English does.
        let (english, own) = (LazyCell::new(|| Text::new(&text, "en")), LazyCell::new(|| Text::new(&text, &tag)));
        let (mut asked, mut found, mut untold) = (0, Vec::new(), Vec::new());
        for (rule, action) in &self.rules {
            let judges = match rule.set {
                Set::Fineweb2 => language.is_some(),
                Set::Words => !listed.is_empty(),
                set => !set.is_english() || is_english || self.config.any_language,
            };
            if !judges {
                continue;
            }
            if rule.measure.counts_words() && !told {
                untold.push(rule.name.as_str());
                continue;
            }
            asked += 1;
            let beside = Beside {
                stop_words: if rule.set == Set::Fineweb2 { own_stop_words } else { &STOP_WORDS },
                c4: self.config.c4_lines,
                short_line: self.config.short_line,
                listed: &listed,
            };
            let text = if rule.set == Set::Fineweb2 { &*own } else { &*english };
            let figure = text.figure(rule, &beside);
            let threshold = self.config.thresholds.get(&rule.name).copied();
            let threshold = threshold.unwrap_or_else(|| rule.threshold(language));
            let against = rule.speaks_against(figure, threshold);
            if against && *action == Action::Drop {
                return Ok(Verdict::Drop(reason(rule, figure, threshold)));
            }
            if against || self.config.figures {
                let figure = rounded(figure);
                let rule = &rule.name;
                found.push(json!({ "rule": rule, "against": against, "figure": figure, "threshold": threshold }));
            }
        }
        say_what_is_not_judged(doc, cx, &tag, asked, &untold);
        if !found.is_empty() {
            cx.ext(doc, found);
        }
        Ok(Verdict::Keep)
    }
}

/// Whether words can be told by spaces, as the published figures count them.
fn are_words_told(text: &str, language: Option<&Language>) -> bool {
    if language.is_some_and(|language| language.words == Words::Model) {
        return false;
    }
    let letters = text.chars().filter(|c| copydesk_text::is_alphabetic(*c));
    let (mut all, mut unspaced) = (0_usize, 0_usize);
    for c in letters {
        all += 1;
        unspaced += usize::from(copydesk_text::is_unspaced(c));
    }
    unspaced as f64 <= MOST_UNSPACED * all as f64
}

/// Whether a list for that language is one for a document in the other.
fn is_for(list: &str, tag: &str) -> bool {
    list == "*" || tag == list || tag.strip_prefix(list).is_some_and(|rest| rest.starts_with('-'))
}

fn reason(rule: &Rule, figure: f64, threshold: f64) -> String {
    format!("{} ({} {}, {} {threshold})", rule.name, rounded(figure), rule.says, rule.limit())
}

/// A figure to four digits behind the point.
fn rounded(figure: f64) -> f64 {
    (figure * 10_000.0).round() / 10_000.0
}

fn say_what_is_not_judged(doc: &mut Document, cx: &mut Context<'_>, tag: &str, asked: usize, untold: &[&str]) {
    if !untold.is_empty() {
        let message = format!(
            "words of `{tag}` cannot be told by spaces as these rules count them, and {} rules were not asked",
            untold.len()
        );
        cx.note(doc, "words-not-told", message, None);
    } else if asked == 0 {
        let message = format!("none of the rules is made for `{tag}`, and the document was not judged");
        cx.note(doc, "not-judged", message, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_option_is_named_at_once() {
        let config = Config {
            sets: vec![Set::Gopher],
            actions: BTreeMap::from([("gopher-shrt".into(), Action::Tag), ("c4-curly-bracket".into(), Action::Tag)]),
            thresholds: BTreeMap::from([("gopher-short".into(), f64::NAN)]),
            c4_lines: C4Lines { end: false, ..C4Lines::default() },
            words: BTreeMap::from([("en".into(), vec![" ".into()])]),
            ..Config::default()
        };
        let Err(error) = FilterQuality::build(config) else { panic!("these options make no sense") };
        let paths: Vec<&str> = std::iter::once(&error).chain(&error.more).map(|error| error.path.as_str()).collect();
        let expected = [
            "actions.c4-curly-bracket",
            "actions.gopher-shrt",
            "words",
            "c4_lines",
            "thresholds.gopher-short",
            "words.en",
        ];
        assert_eq!(paths, expected);
        assert_eq!(error.message, "is for the set \"c4\", which is not asked");
        assert_eq!(error.more[0].label.as_deref(), Some("did you mean `gopher-short`?"));
        let none = FilterQuality::build(Config { sets: Vec::new(), ..Config::default() });
        assert_eq!(none.err().map(|error| error.path).as_deref(), Some("sets"));
    }

    #[test]
    fn the_options_of_the_readme_are_all_used() {
        let example = include_str!("../README.md").split("```toml").nth(1).and_then(|rest| rest.split("```").next());
        let mut file: toml::Table = toml::from_str(example.expect("an example")).expect("TOML");
        let Some(toml::Value::Array(mut stages)) = file.remove("stage") else { panic!("a stage") };
        let mut options = stages.remove(0);
        options.as_table_mut().expect("a table").remove("use");
        let config: Config = options.try_into().expect("options of this stage");
        assert!(!config.words.is_empty() && !config.actions.is_empty() && !config.thresholds.is_empty());
        FilterQuality::build(config).expect("options that make sense");
    }
}
