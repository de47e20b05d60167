//! The lexicon: all vocabularies, built once into tables that the readers search.

use std::sync::{LazyLock, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::agency::{Agencies, Agency};
use crate::boilerplate::{PageLabelKind, line_key};
use crate::caption::CaptionPhrases;
use crate::credit::CreditMark;
use crate::error::LexiconError;
use crate::field::FieldKind;
use crate::fold::fold;
use crate::phrases::{Phrases, Signs, Starts};
use crate::vocabulary::Vocabulary;

/// The files of single languages, listed by the build script: a new one need only be put into the folder.
const LANGUAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// The built-in vocabulary files that hold all languages, in the order in which they are read.
const BUILTIN: &[(&str, &str)] = &[
    ("agencies.toml", include_str!("../data/agencies.toml")),
    ("captions.toml", include_str!("../data/captions.toml")),
    ("credits.toml", include_str!("../data/credits.toml")),
    ("credits-unlabelled.toml", include_str!("../data/credits-unlabelled.toml")),
    ("bylines.toml", include_str!("../data/bylines.toml")),
    ("datelines.toml", include_str!("../data/datelines.toml")),
    ("fields.toml", include_str!("../data/fields.toml")),
];

/// All built-in files, with their names.
pub(crate) fn builtin() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    BUILTIN.iter().chain(LANGUAGES)
}

/// What a credit word does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CreditWord {
    /// `Photo:`; a separator must follow, unless `bare`.
    Label { generic: bool, bare: bool, before_agency: bool, form: u16 },
    /// `Photo by`; no separator needed.
    Opener { generic: bool, kept: bool, form: u16 },
}

/// A word after the name of a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CreditSuffix {
    pub(crate) form: u16,
    /// It says that somebody took a picture, and can stand below nothing else.
    pub(crate) taken: bool,
    pub(crate) provided: bool,
}

/// What a byline word does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BylineWord {
    Opener(u16),
    Label(u16),
    Trap,
}

/// All vocabularies. Cheap to share, costly to build: build one and keep it.
#[derive(Debug, Clone)]
pub struct Lexicon {
    pub(crate) agencies: Agencies,
    /// Ids of the forms, by the number that the tables carry.
    pub(crate) form_ids: Vec<&'static str>,
    pub(crate) caption_phrases: CaptionPhrases,
    pub(crate) credit_words: Phrases<CreditWord>,
    pub(crate) credit_suffixes: Phrases<CreditSuffix>,
    pub(crate) marks: Phrases<CreditMark>,
    pub(crate) credits_alone: Phrases<u16>,
    pub(crate) credit_controls: Phrases<()>,
    pub(crate) credit_notices: Phrases<()>,
    pub(crate) credit_small: FxHashSet<String>,
    pub(crate) credit_for: FxHashSet<String>,
    pub(crate) sentence_words: FxHashSet<String>,
    pub(crate) byline_words: Phrases<BylineWord>,
    pub(crate) byline_suffixes: Phrases<u16>,
    pub(crate) byline_trap_ends: Phrases<()>,
    /// What makes a name without a byline word a byline: roles, desks and agencies.
    pub(crate) byline_signs: Signs,
    /// What makes a line without punctuation a credit: labels, suffixes, agencies and notices.
    pub(crate) credit_signs: Signs,
    pub(crate) desks: Phrases<()>,
    pub(crate) organisations: Phrases<()>,
    pub(crate) roles: Phrases<()>,
    pub(crate) joiners: FxHashSet<String>,
    pub(crate) particles: FxHashSet<String>,
    pub(crate) also_names: FxHashSet<String>,
    pub(crate) and_names: FxHashSet<String>,
    pub(crate) hangul_families: FxHashSet<char>,
    pub(crate) hangul_given: FxHashSet<char>,
    pub(crate) han_families: FxHashSet<char>,
    pub(crate) place_words: FxHashSet<String>,
    pub(crate) place_starts: FxHashSet<String>,
    /// What others did than write, and whether a colon must follow.
    pub(crate) other_trades: Phrases<bool>,
    pub(crate) tails: FxHashSet<String>,
    pub(crate) controls: Phrases<()>,
    pub(crate) not_names: FxHashSet<String>,
    pub(crate) titles: FxHashSet<String>,
    pub(crate) page_labels: FxHashMap<String, PageLabelKind>,
    /// The words of the labels: a line of nothing else is a button rather than a name.
    pub(crate) label_words: FxHashSet<String>,
    pub(crate) longest_page_label: usize,
    pub(crate) page_label_first_words: Starts,
    pub(crate) page_label_starts: Phrases<(PageLabelKind, bool)>,
    pub(crate) fields: Phrases<FieldKind>,
}

impl Lexicon {
    /// The built-in vocabularies.
    pub fn builtin() -> &'static Self {
        static BUILT: LazyLock<Lexicon> = LazyLock::new(|| {
            let files = builtin().map(|(name, source)| {
                Vocabulary::parse(source).unwrap_or_else(|e| unreachable!("built-in {name} is tested to be sound: {e}"))
            });
            Lexicon::build(&files.collect::<Vec<_>>())
        });
        &BUILT
    }

    /// The built-in vocabularies extended by a file of the same form.
    ///
    /// ```
    /// # use copydesk_lexicon::{Lexicon, split_credit};
    /// let own = Lexicon::with("[agency.wire]\n\"Northern Wire\" = [\"NWx\"]").unwrap();
    /// assert_eq!(split_credit("The harbour at dawn. NWx", &own).credits[0].agencies, ["NWx"]);
    /// ```
    pub fn with(source: &str) -> Result<Self, LexiconError> {
        let mut files = Vec::with_capacity(BUILTIN.len() + LANGUAGES.len() + 1);
        for (_, builtin) in builtin() {
            files.push(Vocabulary::parse(builtin)?);
        }
        files.push(Vocabulary::read(source)?);
        Ok(Self::build(&files))
    }

    /// The agency that `printed` names as a whole, in any of its spellings.
    pub fn agency(&self, printed: &str) -> Option<&Agency> {
        self.agencies.find(printed)
    }

    fn build(files: &[Vocabulary]) -> Self {
        let mut agencies = Agencies::default();
        for file in files {
            for (kind, names) in &file.agency {
                for (name, aliases) in names {
                    agencies.add(*kind, name, aliases);
                }
            }
        }
        let mut form_ids = Vec::new();
        let mut credit_words = Vec::new();
        let mut credit_suffixes = Vec::new();
        let mut marks = Vec::new();
        let mut credits_alone = Vec::new();
        for form in files.iter().flat_map(|f| &f.credit.form) {
            let number = intern(&form.id, &mut form_ids);
            let (generic, bare, before_agency) = (form.generic, form.bare, form.before_agency);
            for word in &form.labels {
                credit_words.push((word.as_str(), CreditWord::Label { generic, bare, before_agency, form: number }));
            }
            for word in &form.openers {
                credit_words.push((word.as_str(), CreditWord::Opener { generic, kept: form.kept, form: number }));
            }
            let suffix = CreditSuffix { form: number, taken: form.taken, provided: form.provided };
            credit_suffixes.extend(form.suffixes.iter().map(|w| (w.as_str(), suffix)));
            credits_alone.extend(form.alone.iter().map(|w| (w.as_str(), number)));
            marks.extend(form.marks.iter().filter_map(|w| Some((w.as_str(), form.mark?))));
        }
        let mut byline_words = Vec::new();
        let mut byline_suffixes = Vec::new();
        let mut trap_ends = Vec::new();
        for form in files.iter().flat_map(|f| &f.byline.form) {
            let number = intern(&form.id, &mut form_ids);
            byline_words.extend(form.openers.iter().map(|w| (w.as_str(), BylineWord::Opener(number))));
            byline_words.extend(form.labels.iter().map(|w| (w.as_str(), BylineWord::Label(number))));
            byline_words.extend(form.traps.iter().map(|w| (w.as_str(), BylineWord::Trap)));
            byline_suffixes.extend(form.suffixes.iter().map(|w| (w.as_str(), number)));
            trap_ends.extend(form.trap_ends.iter().map(|w| (w.as_str(), ())));
        }
        let mut page_labels = FxHashMap::default();
        let mut page_label_starts = Vec::new();
        for file in files {
            for (kind, words) in &file.boilerplate {
                for line in &words.lines {
                    let key = line_key(line);
                    if !key.is_empty() {
                        page_labels.insert(key, *kind);
                    }
                }
                page_label_starts.extend(words.starts.iter().map(|w| (w.as_str(), (*kind, false))));
                page_label_starts.extend(words.sure.iter().map(|w| (w.as_str(), (*kind, true))));
            }
        }
        let fields =
            files.iter().flat_map(|f| &f.field).flat_map(|(kind, w)| w.labels.iter().map(|l| (l.as_str(), *kind)));
        let phrases = |pick: fn(&Vocabulary) -> &Vec<String>| {
            Phrases::new(files.iter().flat_map(pick).map(|word| (word.as_str(), ())))
        };
        let words = |pick: fn(&Vocabulary) -> &Vec<String>| -> FxHashSet<String> {
            files.iter().flat_map(pick).map(|word| fold(word)).collect()
        };
        let signs = files.iter().flat_map(|f| f.byline.desks.iter().chain(&f.byline.roles)).map(String::as_str);
        let byline_signs = Signs::new(signs.chain(agencies.spellings()));
        let signs = credit_words.iter().map(|(word, _)| *word).chain(credit_suffixes.iter().map(|(word, _)| *word));
        let notices = files.iter().flat_map(|f| &f.credit.notices).map(String::as_str);
        let signs = signs.chain(credits_alone.iter().map(|(word, _)| *word)).chain(notices).chain(["copyright"]);
        let credit_signs = Signs::new(signs.chain(agencies.spellings()));
        let trades = |pick: fn(&Vocabulary) -> &Vec<String>, colon: bool| {
            files.iter().flat_map(pick).map(move |word| (word.as_str(), colon))
        };
        let other_trades = trades(|v| &v.byline.other_trades, true).chain(trades(|v| &v.byline.other_trades_by, false));
        Self {
            byline_signs,
            credit_signs,
            agencies,
            caption_phrases: CaptionPhrases::new(files),
            credit_words: Phrases::new(credit_words.into_iter()),
            credit_suffixes: Phrases::new(credit_suffixes.into_iter()),
            marks: Phrases::new(marks.into_iter()),
            credits_alone: Phrases::new(credits_alone.into_iter()),
            credit_controls: phrases(|v| &v.credit.controls),
            credit_notices: phrases(|v| &v.credit.notices),
            credit_small: words(|v| &v.credit.small_words),
            credit_for: words(|v| &v.credit.for_words),
            sentence_words: words(|v| &v.credit.sentence_words),
            byline_words: Phrases::new(byline_words.into_iter()),
            byline_suffixes: Phrases::new(byline_suffixes.into_iter()),
            byline_trap_ends: Phrases::new(trap_ends.into_iter()),
            desks: phrases(|v| &v.byline.desks),
            organisations: phrases(|v| &v.byline.organisations),
            roles: phrases(|v| &v.byline.roles),
            joiners: words(|v| &v.byline.joiners),
            particles: words(|v| &v.byline.particles),
            also_names: words(|v| &v.byline.also_names),
            and_names: words(|v| &v.byline.and_names),
            hangul_families: signs_of(files, |v| &v.byline.hangul_families),
            hangul_given: signs_of(files, |v| &v.byline.hangul_given),
            han_families: signs_of(files, |v| &v.byline.han_families),
            place_words: words(|v| &v.byline.place_words),
            place_starts: words(|v| &v.byline.place_starts),
            other_trades: Phrases::new(other_trades),
            tails: words(|v| &v.byline.tails),
            controls: phrases(|v| &v.byline.controls),
            not_names: words(|v| &v.byline.not_names),
            titles: words(|v| &v.byline.titles),
            label_words: page_labels.keys().flat_map(|key| key.split(' ')).map(str::to_owned).collect(),
            longest_page_label: page_labels.keys().map(String::len).max().unwrap_or(0),
            // By their first words, of which a line must have the whole.
            page_label_first_words: Starts::new(page_labels.keys().filter_map(|key| key.split(' ').next())),
            page_labels,
            page_label_starts: Phrases::new(page_label_starts.into_iter()),
            fields: Phrases::new(fields),
            form_ids,
        }
    }
}

/// The signs of a list in all files.
fn signs_of(files: &[Vocabulary], pick: fn(&Vocabulary) -> &String) -> FxHashSet<char> {
    files.iter().flat_map(|file| pick(file).chars()).filter(|sign| sign.is_alphabetic()).collect()
}

/// The number of a form's id. Rule names are `&'static str` in every result; ids of users' files are kept for the
/// life of the program, each id once however often the file is read.
fn intern(id: &str, ids: &mut Vec<&'static str>) -> u16 {
    static KEPT: LazyLock<Mutex<FxHashSet<&'static str>>> = LazyLock::new(Mutex::default);
    if let Some(at) = ids.iter().position(|known| *known == id) {
        return at as u16;
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let name = kept.get(id).copied().unwrap_or_else(|| {
        let name: &'static str = Box::leak(id.to_owned().into_boxed_str());
        kept.insert(name);
        name
    });
    ids.push(name);
    (ids.len() - 1) as u16
}
