//! The stage `detect-language`: which language each block and the whole document is in.
//!
//! Every block is asked for itself. The document's language is a vote of the letters of the body, so that a long
//! caption or a menu in another language changes nothing. A short block that could be in several languages goes with
//! the document; a name, a number or an address is in none (`und`). What the document declares is compared with what
//! was found, and a disagreement is noted.

mod vote;

copydesk_fingerprint::fingerprint!();

use std::collections::BTreeMap;

use copydesk_document::{BlockId, Document, LanguageGuess, Languages, Origin};
use copydesk_langid::{Detector, Guess, Lang};
use copydesk_lexicon::{Lexicon, split_credit};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use copydesk_text::{OneOf, is_alphabetic};
use serde::{Deserialize, Serialize};

use crate::vote::Vote;

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<DetectLanguage>();
}

/// What to make of the language that a document declares (`<html lang>`, front matter, HTTP headers).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Declared {
    /// It decides where the text is too short or too close to call; a disagreement is noted.
    #[default]
    Hint,
    /// It is the language of the document, whatever the text looks like; a disagreement is noted.
    Trust,
    /// It is not looked at.
    Ignore,
}

/// Options of `detect-language`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Only these languages can be found, as BCP 47 tags; empty allows all that the model knows.
    pub candidates: Vec<String>,
    /// Drop documents in any other language than these; empty keeps all. `und` stands for documents without one.
    pub keep: Vec<String>,
    /// Drop documents in these languages.
    pub drop: Vec<String>,
    /// Where documents go on from here, by language: a name, and the languages that go there. The name of a document's
    /// route stands in its record as `ext.detect-language`; a document in no language of any route has none.
    pub routes: BTreeMap<String, Vec<String>>,
    /// What to make of the language that the document declares.
    pub declared: Declared,
    /// A block is `und` below this confidence, from 0 to 1, unless the document's language is a likely one for it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_confidence: f32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            candidates: Vec::new(),
            keep: Vec::new(),
            drop: Vec::new(),
            routes: BTreeMap::new(),
            declared: Declared::Hint,
            min_confidence: 0.5,
        }
    }
}

/// Says which language a document and each of its blocks is in.
#[derive(Debug)]
pub struct DetectLanguage {
    declared: Declared,
    min_confidence: f32,
    keep: Vec<Lang>,
    drop: Vec<Lang>,
    routes: Vec<(Lang, String)>,
    // The embedded detector is shared by all stages; one with fewer candidates belongs to this stage.
    own: Option<Detector>,
}

/// How many guesses a block remembers when it looks for the document's language among them.
const ALTERNATIVES: usize = 4;
/// A block with fewer letters than this goes with the document if its language is a likely one for the block; so does a
/// longer one that is in doubt between two neighbours as the document is.
const SHORT: usize = 60;
/// A text of more than a few words whose language is less likely than this has none that is known: what is unlike the language
/// that it is taken for has no more.
const LEAST_OF_LONG: f32 = copydesk_langid::UNLIKE_CONFIDENCE;
/// Where two neighbours are in doubt, a document that declares one of them is believed up to this confidence in the other.
const SURE_OF_NEIGHBOURS: f32 = 0.8;
/// What counts as likely for such a block.
const LIKELY: f32 = 0.05;

impl DetectLanguage {
    /// The stage with another detector than the embedded one, to try out a model; all else is as by default.
    pub fn with_detector(detector: Detector) -> Self {
        let Config { declared, min_confidence, .. } = Config::default();
        let (keep, drop, routes) = (Vec::new(), Vec::new(), Vec::new());
        Self { declared, min_confidence, keep, drop, routes, own: Some(detector) }
    }
}

impl StageKind for DetectLanguage {
    const NAME: &'static str = "detect-language";
    const SUMMARY: &'static str =
        "Says which language the document and each block is in; keeps, drops or routes languages.";
    const READS: &'static [Facet] = &[Facet::Body];
    const WRITES: &'static [Facet] = &[Facet::Languages];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        let mut errors = Vec::new();
        let candidates = tags("candidates", &config.candidates, &mut errors);
        let (keep, drop) = (tags("keep", &config.keep, &mut errors), tags("drop", &config.drop, &mut errors));
        let mut routes: Vec<(Lang, String)> = Vec::new();
        for (route, languages) in &config.routes {
            let key = format!("routes.{route}");
            for lang in tags(&key, languages, &mut errors) {
                match routes.iter().find(|(other, _)| *other == lang) {
                    Some((_, other)) => errors.push(
                        ConfigError::at(&key, format!("`{lang}` goes to `{other}` already"))
                            .help("a language has one route"),
                    ),
                    None => routes.push((lang, route.clone())),
                }
            }
        }
        if !(0.0..=1.0).contains(&config.min_confidence) {
            errors.push(ConfigError::at("min_confidence", "must be between 0 and 1"));
        }
        ConfigError::all(errors)?;
        let own = (!candidates.is_empty()).then(|| Detector::restricted(&candidates));
        Ok(AnyStage::cpu(Self {
            declared: config.declared,
            min_confidence: config.min_confidence,
            keep,
            drop,
            routes,
            own,
        }))
    }
}

/// The languages of a list; what is none goes to the errors.
fn tags(key: &str, tags: &[String], errors: &mut Vec<ConfigError>) -> Vec<Lang> {
    let mut read = Vec::with_capacity(tags.len());
    for (at, tag) in tags.iter().enumerate() {
        match Lang::from_tag(tag) {
            _ if tag == Lang::UND.tag() && key != "candidates" => read.push(Lang::UND),
            Some(lang) => read.push(lang),
            None => errors.push(
                ConfigError::at(format!("{key}[{at}]"), format!("`{tag}` is no language that the model knows"))
                    .help("BCP 47 tags such as `en`, `vi` or `zh-Hant`; crates/copydesk-langid/LANGUAGES.md lists all"),
            ),
        }
    }
    read
}

impl Stage for DetectLanguage {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let detector = self.own.as_ref().unwrap_or_else(|| Detector::embedded());
        let findings = Finding::of_all(doc, detector);

        let has_body = doc.iter().any(|(id, block)| block.label().is_body() && findings[id.index()].votes());
        // Without a body the rest of the page may still say it, if all of it agrees well enough.
        let voters: Vec<BlockId> =
            doc.iter().filter(|(_, block)| !has_body || block.label().is_body()).map(|(id, _)| id).collect();
        let mut vote = Vote::default();
        for id in &voters {
            findings[id.index()].cast(&mut vote);
        }
        let neighbours = settle_neighbours(&mut vote, &voters, &findings, doc, detector);

        let declared = declared(doc);
        let main = self.main(vote.winner(), vote.letters(), neighbours, declared, doc, cx);
        let mut settled = Vote::default();
        for (at, finding) in findings.iter().enumerate() {
            let id = BlockId(at as u32);
            let doubtful = finding.letters < SHORT || neighbours.is_some_and(|tags| finding.may_be_in(tags));
            let guess = finding.settle(main.as_ref().map(|m| m.tag.as_str()), doubtful, self.min_confidence);
            if let Some(guess) = guess.filter(|guess| !guess.lang.is_und() && doc.block(id).label().is_body()) {
                settled.cast(guess.lang.tag(), finding.letters, 0.0);
            }
            let guess =
                guess.map(|guess| LanguageGuess { tag: guess.lang.tag().to_owned(), confidence: guess.confidence });
            cx.block_language(doc, id, guess);
        }
        cx.languages(doc, Languages { main, shares: settled.shares() });
        if let Some(route) = self.route(doc) {
            let route = route.to_owned();
            cx.ext(doc, route);
        }
        Ok(self.verdict(doc))
    }
}

impl DetectLanguage {
    fn main(
        &self,
        voted: Option<LanguageGuess>,
        letters: usize,
        neighbours: Option<[&str; 2]>,
        declared: Option<Lang>,
        doc: &mut Document,
        cx: &mut Context<'_>,
    ) -> Option<LanguageGuess> {
        // A word or two that could be in any language say nothing of the document, and neither does a longer text that is
        // like none of them.
        let says = |guess: &LanguageGuess| letters >= SHORT && guess.confidence > LEAST_OF_LONG;
        let voted = voted.filter(|guess| guess.confidence >= self.min_confidence || says(guess));
        let Some(declared) = declared.filter(|_| self.declared != Declared::Ignore) else { return voted };
        let by_declaration = || Some(LanguageGuess { tag: declared.tag().to_owned(), confidence: 0.5 });
        let Some(voted) = voted else { return by_declaration() };
        let agree = Lang::from_tag(&voted.tag).is_some_and(|lang| lang.base() == declared.base());
        if agree {
            return Some(voted);
        }
        let trusted = self.declared == Declared::Trust;
        let close = neighbours.is_some_and(|tags| tags.contains(&declared.tag()));
        let unsure = voted.confidence < if close { SURE_OF_NEIGHBOURS } else { self.min_confidence };
        if !unsure || trusted {
            let message = format!(
                "the document declares `{}`, its text reads as `{}` ({:.0} %)",
                declared.tag(),
                voted.tag,
                voted.confidence * 100.0
            );
            cx.note(doc, "language-mismatch", message, None);
        }
        if trusted || unsure { by_declaration() } else { Some(voted) }
    }

    /// The route of the document's language; that of `zh-Hant` itself goes before that of `zh`.
    fn route(&self, doc: &Document) -> Option<&str> {
        let found = language_of(doc);
        let of = |exact: bool| {
            self.routes.iter().find(|(lang, _)| if exact { *lang == found } else { covers(*lang, found) })
        };
        of(true).or_else(|| of(false)).map(|(_, route)| route.as_str())
    }

    fn verdict(&self, doc: &Document) -> Verdict {
        let found = language_of(doc);
        let among = |list: &[Lang]| list.iter().any(|&lang| covers(lang, found));
        if !self.keep.is_empty() && !among(&self.keep) {
            return Verdict::Drop(format!("language `{found}` is not one to keep"));
        }
        if among(&self.drop) {
            return Verdict::Drop(format!("language `{found}` is one to drop"));
        }
        Verdict::Keep
    }
}

/// The language of the document, or `und`.
fn language_of(doc: &Document) -> Lang {
    doc.languages().main.as_ref().and_then(|main| Lang::from_tag(&main.tag)).unwrap_or(Lang::UND)
}

/// Whether a language of the options means this one: `zh` means `zh-Hant` as well.
fn covers(wanted: Lang, found: Lang) -> bool {
    wanted == found || wanted.tag() == found.base()
}

/// What was found in one block.
#[derive(Clone)]
struct Finding {
    letters: usize,
    guesses: Vec<Guess>,
}

/// In a text that is longer, a credit weighs too little to be looked for.
const CREDIT_WEIGHS: usize = 300;
/// What nearly every credit has; of the others the letters are few beside those of the caption.
static CREDIT_SIGNS: OneOf<12> = OneOf::new([':', '：', '=', '＝', '/', '／', '(', '（', '[', '©', '|', '•']);

/// So much text says which of two neighbours it is in.
const ENOUGH: usize = 2 * 1024;

/// Where the two languages that have most are in doubt in the same blocks, reads these as one text and shares out anew what
/// both have. Returns the two.
fn settle_neighbours(
    vote: &mut Vote,
    voters: &[BlockId],
    findings: &[Finding],
    doc: &Document,
    detector: &Detector,
) -> Option<[&'static str; 2]> {
    let close = vote.close()?;
    let tags = close.map(|(tag, _)| tag);
    // Blocks in one language and blocks in another are no doubt.
    let open: f32 = voters.iter().map(|id| findings[id.index()].open_between(tags)).sum();
    if open * 2.0 < close[1].1 {
        return None;
    }
    let mut text = String::new();
    for id in voters.iter().filter(|id| findings[id.index()].may_be_in(tags)) {
        let block = doc.text(*id);
        text.push_str(&block[..block.floor_char_boundary(ENOUGH)]);
        text.push('\n');
        if text.len() > ENOUGH {
            break;
        }
    }
    let neighbours = [Lang::from_tag(tags[0])?, Lang::from_tag(tags[1])?];
    let both = close[0].1 + close[1].1;
    for (tag, share) in tags.into_iter().zip(detector.share_of_each(&text, neighbours)) {
        vote.correct(tag, both * share);
    }
    Some(tags)
}

impl Finding {
    /// Whether it has letters in some language.
    fn votes(&self) -> bool {
        self.letters > 0 && !self.guesses.is_empty()
    }

    /// How many of its letters could be in either of two languages.
    fn open_between(&self, tags: [&str; 2]) -> f32 {
        let sure = |tag| self.guesses.iter().find(|g| g.lang.tag() == tag).map_or(0.0, |guess| guess.confidence);
        self.letters as f32 * sure(tags[0]).min(sure(tags[1]))
    }

    /// Whether it may be in one of these languages.
    fn may_be_in(&self, tags: [&str; 2]) -> bool {
        self.guesses.iter().any(|guess| guess.confidence >= LIKELY && tags.contains(&guess.lang.tag()))
    }

    /// One finding for each block. Texts that stand more than once, as in menus and lists, are read once.
    fn of_all(doc: &Document, detector: &Detector) -> Vec<Self> {
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut findings: Vec<Self> = Vec::with_capacity(doc.iter().len());
        for id in doc.ids() {
            let text = doc.text(id);
            let at = findings.len();
            let first = if text.len() < SHORT { *known.entry(text).or_insert(at) } else { at };
            findings.push(if first < at { findings[first].clone() } else { Self::of(text, detector) });
        }
        findings
    }

    fn of(text: &str, detector: &Detector) -> Self {
        // A credit names agencies and people, and its label need not be in the language of the caption.
        let text = if text.len() < CREDIT_WEIGHS && CREDIT_SIGNS.is_in(text) {
            split_credit(text, Lexicon::builtin()).text
        } else {
            text
        };
        let letters = if text.is_ascii() {
            text.bytes().filter(u8::is_ascii_alphabetic).count()
        } else {
            text.chars().filter(|c| is_alphabetic(*c)).count()
        };
        Self { letters, guesses: detector.rank(text, ALTERNATIVES) }
    }

    fn cast(&self, vote: &mut Vote) {
        // Close neighbours share a block's vote, so that many doubtful blocks can say together what none says alone.
        for (at, guess) in self.guesses.iter().enumerate() {
            vote.cast(guess.lang.tag(), if at == 0 { self.letters } else { 0 }, self.letters as f32 * guess.confidence);
        }
    }

    /// The language of the block, once that of the document is known.
    fn settle(&self, main: Option<&str>, doubtful: bool, min_confidence: f32) -> Option<Guess> {
        let best = self.guesses.first()?;
        let chosen = match self.guesses.iter().find(|guess| Some(guess.lang.tag()) == main) {
            Some(as_document) if doubtful && as_document.confidence >= LIKELY && best.confidence < 0.9 => *as_document,
            _ if best.confidence >= min_confidence => *best,
            _ => Guess::UND,
        };
        Some(chosen)
    }
}

/// The language that the document declares, from the most to the least deliberate place.
fn declared(doc: &Document) -> Option<Lang> {
    let evidence = &doc.evidence;
    let item = || evidence.items.iter().filter(|i| i.top_level).find_map(|i| i.text("inLanguage"));
    [Origin::FrontMatter, Origin::Record]
        .into_iter()
        .flat_map(|origin| [(origin, "language"), (origin, "lang"), (origin, "locale")])
        .chain([(Origin::Attribute, "lang"), (Origin::Meta, "content-language"), (Origin::Meta, "og:locale")])
        .filter_map(|(origin, name)| evidence.value(origin, name))
        .chain(item())
        .chain(evidence.value(Origin::Header, "content-language"))
        .find_map(|value| Lang::from_tag(value.trim().replace('_', "-").as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_option_is_named_at_once() {
        let config = Config {
            keep: vec!["en".into(), "klingon".into()],
            drop: vec!["xx".into()],
            routes: BTreeMap::from([("a".into(), vec!["de".into()]), ("b".into(), vec!["de".into(), "qq".into()])]),
            min_confidence: 2.0,
            ..Config::default()
        };
        let Err(error) = DetectLanguage::build(config) else { panic!("these options make no sense") };
        let paths: Vec<&str> = std::iter::once(&error).chain(&error.more).map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["keep[1]", "drop[0]", "routes.b[1]", "routes.b", "min_confidence"]);
    }

    #[test]
    fn between_neighbours_the_declared_one_is_believed_for_longer() {
        let stage = DetectLanguage::with_detector(Detector::restricted(&[]));
        let [bs, hr] = ["bs", "hr"].map(|tag| Lang::from_tag(tag).unwrap());
        let main = |confidence, neighbours| {
            let (mut doc, mut cx) = (Document::default(), Context::new(DetectLanguage::NAME));
            let voted = LanguageGuess { tag: bs.tag().to_owned(), confidence };
            let main = stage.main(Some(voted), 500, neighbours, Some(hr), &mut doc, &mut cx);
            (main.unwrap().tag, doc.notes().len())
        };
        assert_eq!(main(0.64, Some([bs.tag(), hr.tag()])), ("hr".to_owned(), 0));
        assert_eq!(main(0.84, Some([bs.tag(), hr.tag()])), ("bs".to_owned(), 1));
        assert_eq!(main(0.64, Some([bs.tag(), "sl"])), ("bs".to_owned(), 1));
        assert_eq!(main(0.64, None), ("bs".to_owned(), 1));
    }

    #[test]
    fn a_text_that_stands_again_is_found_as_before() {
        let mut doc = Document::default();
        for text in ["Zurück zur Übersicht", "Foto: Reuters", "Zurück zur Übersicht"] {
            doc.push_block(copydesk_document::NewBlock { text, ..Default::default() });
        }
        let findings = Finding::of_all(&doc, Detector::embedded());
        assert_eq!(findings[0].guesses, findings[2].guesses);
        assert_eq!(findings[0].letters, 18);
        assert_eq!(findings[1].letters, 0, "a credit has no letters of a language");
    }
}
