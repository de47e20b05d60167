//! Which language is this text in: an embedded model, from two words to a page.
//!
//! ```
//! use copydesk_langid::Detector;
//!
//! let detector = Detector::embedded();
//! assert_eq!(detector.detect("The ferry leaves at noon from the old harbour.").lang.tag(), "en");
//! assert_eq!(detector.detect("+49 30 123456").lang.tag(), "und");
//! ```
//!
//! The script decides first: Thai letters are Thai. Where several languages share a script, the bag of character n-grams
//! and words (see [`features`]) is scored by a small linear model (see [`model`]), and only the languages of that script
//! take part. Close neighbours settle among themselves once more (see [`model::FamilyParts`]). Chinese is then told apart into simplified and traditional by its characters. `LANGUAGES.md` lists every
//! language with its scores, `NOTICE.md` says what the model was trained on.

mod alphabet;
pub mod familiar;
mod family;
pub mod features;
mod han;
mod lang;
mod memo;
pub mod model;
mod romanised;
mod script;
mod text;

copydesk_fingerprint::fingerprint!();

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::Serialize;

pub use crate::lang::Lang;
use crate::model::Model;
pub use crate::model::ModelError;
use crate::script::Census;
pub use crate::script::Script;

/// A language and how sure the detector is of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Guess {
    /// The language, or `und`.
    pub lang: Lang,
    /// From 0 to 1: of all guesses with this confidence, about that share is right. It is 0 for `und`.
    pub confidence: f32,
}

impl Guess {
    /// No language.
    pub const UND: Guess = Guess { lang: Lang::UND, confidence: 0.0 };
}

/// Tells the language of a text.
#[derive(Debug)]
pub struct Detector {
    model: ModelRef,
    /// Whether each language of the table may be named; all may if absent.
    allowed: Option<Vec<bool>>,
}

#[derive(Debug)]
enum ModelRef {
    Shared(&'static Model),
    Own(Box<Model>),
}

/// A guess below this confidence is not named by [`Detector::detect`].
const NAMED_FROM: f32 = 0.5;

/// The script that says most in a text: letters count by how much one of them says.
pub fn main_script(text: &str) -> Option<Script> {
    Census::of(text).main()
}

/// A script that says less of a text than this beside another one is a quotation.
const LEAST_SHARE: f32 = 0.1;

/// What is left of the confidence when the text may be a name.
const NAME_CONFIDENCE: f32 = 0.45;
/// What is left of it when the text is one word of an alphabet: many words are at home in several languages.
const LONE_WORD_CONFIDENCE: f32 = 0.7;

/// A text with a smaller part of a language's usual pieces is in none that is known here.
pub const LEAST_LIKE: f32 = 0.56;
/// What is left of the confidence then.
pub const UNLIKE_CONFIDENCE: f32 = 0.3;

/// So many of the most likely languages of a text are looked at for one of two neighbours.
const NEIGHBOURS: usize = 8;

/// The file of the model that is part of the program, as [`Detector::from_model`] reads it.
pub static MODEL: &[u8] = include_bytes!("../model/langid.cdl");

fn embedded_model() -> &'static Model {
    static READ: OnceLock<Model> = OnceLock::new();
    READ.get_or_init(|| Model::read(Cow::Borrowed(MODEL)).expect("the embedded model is readable"))
}

impl Detector {
    /// The detector with the model that is part of the program. Read once, in a few milliseconds; free afterwards.
    pub fn embedded() -> &'static Detector {
        static DETECTOR: OnceLock<Detector> = OnceLock::new();
        DETECTOR.get_or_init(|| Detector { model: ModelRef::Shared(embedded_model()), allowed: None })
    }

    /// A detector with another model file, as the trainer writes it.
    pub fn from_model(file: Vec<u8>) -> Result<Detector, ModelError> {
        Ok(Detector { model: ModelRef::Own(Box::new(Model::read(Cow::Owned(file))?)), allowed: None })
    }

    /// A detector that names only these languages, for a source whose languages are known.
    ///
    /// Allowing `zh` allows both varieties of it.
    pub fn restricted(languages: &[Lang]) -> Detector {
        let mut allowed = vec![false; Lang::all().count() + 1];
        for lang in Lang::all() {
            allowed[lang.index()] = languages.iter().any(|&wanted| wanted == lang || wanted.tag() == lang.base());
            // A variety that is asked for needs its language to be found first.
            if lang.script().is_some()
                && languages.iter().any(|wanted| wanted.script().is_none() && wanted.base() == lang.tag())
            {
                allowed[lang.index()] = true;
            }
        }
        Detector { model: ModelRef::Shared(embedded_model()), allowed: Some(allowed) }
    }

    fn model(&self) -> &Model {
        match &self.model {
            ModelRef::Shared(model) => model,
            ModelRef::Own(model) => model,
        }
    }

    /// What the model file says of itself: sizes, languages, and what it was trained on.
    pub fn model_header(&self) -> &str {
        self.model().header()
    }

    /// The languages that this detector can name.
    pub fn languages(&self) -> Vec<Lang> {
        Lang::all().filter(|&lang| self.allows(lang)).collect()
    }

    fn allows(&self, lang: Lang) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed[lang.index()])
    }

    /// The language of the text, or `und` where the text does not say: no letters, a name, a guess that is more
    /// likely wrong than right.
    pub fn detect(&self, text: &str) -> Guess {
        let best = self.best(text);
        if best.confidence < NAMED_FROM { Guess::UND } else { best }
    }

    /// The most likely language with its honest confidence, however low; `und` only where nothing can be said.
    pub fn best(&self, text: &str) -> Guess {
        self.rank(text, 1).first().copied().unwrap_or(Guess::UND)
    }

    /// The `k` most likely languages, best first; fewer if the others are out of the question, none where nothing can be
    /// said. Of a very long text, pieces are read.
    pub fn rank(&self, text: &str, k: usize) -> Vec<Guess> {
        let text = text::sample(text);
        let text = text::without_addresses(&text);
        let census = Census::of(&text);
        // Where a text has two scripts, a name in Latin letters may be longer than what is said about it: the languages
        // of both are weighed with the share of their script.
        let mut guesses = Vec::new();
        for (at, (script, share)) in census.shares().into_iter().enumerate() {
            if at > 0 && share < LEAST_SHARE {
                break;
            }
            self.guess_in(&text, script, share, &census, &mut Best { most: k, guesses: &mut guesses });
        }
        let best = guesses.first().copied();
        let likeness = best.and_then(|guess| familiar::likeness(&text, guess.lang));
        if census.main() == Some(Script::Latin) {
            let confidence = best.map_or(0.0, |guess| guess.confidence);
            if let Some(lang) = romanised::instead_of(&text, likeness, confidence).filter(|lang| self.allows(*lang)) {
                for guess in &mut guesses {
                    guess.confidence *= 1.0 - romanised::CONFIDENCE;
                }
                guesses.insert(0, Guess { lang, confidence: romanised::CONFIDENCE });
                guesses.truncate(k);
                return guesses;
            }
        }
        let writes_other_letters =
            || best.zip(census.main()).is_some_and(|(guess, script)| alphabet::is_foreign(&text, script, guess.lang));
        if likeness.is_some_and(|likeness| likeness < LEAST_LIKE) || writes_other_letters() {
            for guess in &mut guesses {
                guess.confidence *= UNLIKE_CONFIDENCE;
            }
        }
        for guess in &mut guesses {
            if guess.lang.tag() == "zh" {
                guess.lang = han::variety(&text).filter(|&lang| self.allows(lang)).unwrap_or(guess.lang);
            }
        }
        guesses
    }

    /// How what the pieces of a text say for two neighbours is shared between them, once the pieces that could be in either
    /// are read as one `text`: the share of each. Halves where the text says nothing of either.
    ///
    /// A piece that leaves it open goes to the language that is met more often; where all the pieces are of one text, that
    /// must count once and not with every piece.
    pub fn share_of_each(&self, text: &str, neighbours: [Lang; 2]) -> [f32; 2] {
        let whole = self.rank(text, NEIGHBOURS);
        let sure = neighbours.map(|lang| whole.iter().find(|guess| guess.lang == lang).map_or(0.0, |g| g.confidence));
        let total = sure[0] + sure[1];
        if total > 0.0 { sure.map(|sure| sure / total) } else { [0.5; 2] }
    }

    /// Adds what the letters of one script say, which is `share` of what all letters say.
    fn guess_in(&self, text: &str, script: Script, share: f32, census: &Census, into: &mut Best<'_>) {
        // A name is at home in any language: the guess stays, the confidence does not.
        let share = if text::looks_like_name(text, script, census) {
            share * NAME_CONFIDENCE
        } else if text::is_lone_word(text, script) {
            share * LONE_WORD_CONFIDENCE
        } else {
            share
        };
        let Some(group) = self.model().group(script) else {
            // The script is all it takes.
            let alone = Lang::all().filter(|&lang| lang.script() == Some(script) && self.allows(lang));
            alone.for_each(|lang| into.add(Guess { lang, confidence: share }));
            return;
        };
        let Some(mut scores) = self.model().score(text, group) else { return };
        if self.allowed.is_some() {
            for (score, &lang) in scores.iter_mut().zip(&group.classes) {
                if !self.allows(lang) {
                    *score = f32::MIN;
                }
            }
        }
        let mut shares = softmax(&scores);
        self.model().deal_in_families(text, group, &scores, &mut shares);
        // Most languages are out of the question.
        let possible = shares.iter().enumerate().filter(|(_, p)| **p > 0.0);
        for (at, p) in possible {
            let confidence = p * share;
            if into.may_take(confidence) {
                into.add(Guess { lang: group.classes[at], confidence });
            }
        }
    }
}

/// The best guesses so far, best first.
struct Best<'g> {
    most: usize,
    guesses: &'g mut Vec<Guess>,
}

impl Best<'_> {
    /// Whether a guess with this confidence may be among the best.
    #[inline]
    fn may_take(&self, confidence: f32) -> bool {
        self.guesses.len() < self.most || self.guesses.last().is_some_and(|last| confidence >= last.confidence)
    }

    /// Puts a guess into its place, if it is among the best.
    fn add(&mut self, guess: Guess) {
        if !self.may_take(guess.confidence) {
            return;
        }
        let worse = |known: &Guess| {
            guess.confidence.total_cmp(&known.confidence).reverse().then(guess.lang.cmp(&known.lang)).is_lt()
        };
        let place = self.guesses.iter().position(worse).unwrap_or(self.guesses.len());
        self.guesses.insert(place, guess);
        self.guesses.truncate(self.most);
    }
}

/// A score that is so far below the best has no share: less than a rounding error of it.
const NEVER: f32 = -17.0;

/// Makes scores shares of 1. What may not be named has a score that is never reached.
fn softmax(scores: &[f32]) -> Vec<f32> {
    let top = scores.iter().fold(f32::MIN, |top, &score| if score > top { score } else { top });
    let mut shares: Vec<f32> = scores
        .iter()
        .map(|score| if *score > f32::MIN && score - top > NEVER { (score - top).exp() } else { 0.0 })
        .collect();
    let total: f32 = shares.iter().sum();
    if total > 0.0 {
        for share in &mut shares {
            *share /= total;
        }
    }
    shares
}

#[cfg(test)]
mod tests;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
