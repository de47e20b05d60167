//! The stage `extract-metadata`: title, authors, dates and the other facts, each with its origin and confidence.
//!
//! Everything that may be a value becomes a candidate: what the document declares (structured data, meta elements,
//! front matter) and what it shows (headline, byline, date line, label and value). Candidates that say the same add up;
//! the heaviest wins, and one that is too light is no value: `None` beats a guess. The lines that show a fact get the
//! fact's label, and so leave the body.

mod authors;
mod candidates;
mod class_words;
mod dates;
mod declared;
mod forms;
mod items;
mod lines;
mod page_type;
mod plain;
mod state;
mod titles;
mod visible;
mod vocabulary;

copydesk_fingerprint::fingerprint!();

pub mod training {
    //! What the trainer needs of the stage, so that both see a text in the same way.

    use copydesk_document::Document;
    use copydesk_lexicon::Lexicon;

    pub use crate::plain::TitleLine;

    /// The lines of a text without elements that may be its title, once the stages before this one have run.
    pub fn title_lines(doc: &Document) -> Vec<TitleLine> {
        crate::plain::title_lines(doc, &crate::dates::hints(doc), Lexicon::builtin())
    }
}

use copydesk_document::{Candidate, Document, Field, Metadata};
use copydesk_lexicon::Lexicon;
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use serde::{Deserialize, Serialize};

use crate::candidates::Candidates;

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<ExtractMetadata>();
}

/// Options of `extract-metadata`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// A value below this confidence, from 0 to 1, is not given.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_confidence: f32,
    /// Leave the dateline (`SEOUL, Nov. 10 (Yonhap) --`) in the text. It stands in the metadata either way.
    pub keep_dateline: bool,
    /// A file with bylines, agencies, datelines and labels of your own, written like those in
    /// `crates/copydesk-lexicon/data/`. Its words are added to the house's. (In a program of your own: its contents.)
    #[schemars(extend("format" = "file-contents"))]
    pub words: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { min_confidence: 0.3, keep_dateline: true, words: String::new() }
    }
}

/// Extracts the facts about a document.
#[derive(Debug)]
pub struct ExtractMetadata {
    config: Config,
    // The house's own words are shared; a user's are added to a copy.
    extended: Option<Box<Lexicon>>,
}

impl StageKind for ExtractMetadata {
    const NAME: &'static str = "extract-metadata";
    const SUMMARY: &'static str = "Title, authors, dates and other facts, each with origin and confidence.";
    const READS: &'static [Facet] = &[Facet::Body, Facet::Captions, Facet::Languages];
    const WRITES: &'static [Facet] = &[Facet::Metadata, Facet::Text];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        if !(0.0..=1.0).contains(&config.min_confidence) {
            return Err(ConfigError::at("min_confidence", "must be between 0 and 1"));
        }
        let extended = match config.words.as_str() {
            "" => None,
            words => {
                let lexicon = Lexicon::with(words).map_err(|error| ConfigError::at("words", error.to_string()))?;
                Some(Box::new(lexicon))
            }
        };
        Ok(AnyStage::cpu(Self { config, extended }))
    }
}

impl Stage for ExtractMetadata {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let lexicon = self.extended.as_deref().unwrap_or_else(|| Lexicon::builtin());
        let mut gathered = Gathered::default();
        let hints = dates::hints(doc);
        declared::gather(doc, &hints, lexicon, &mut gathered);
        let visibility = visible::Visibility::of(doc);
        visible::headings(doc, visibility, &mut gathered);
        items::gather(doc, &hints, lexicon, &mut gathered);
        let first = lines::first_prose(doc, lexicon);
        let window = visible::Window::new(doc, visibility, first, &mut gathered);
        visible::authors(doc, &window, lexicon, &mut gathered);
        visible::dates(doc, &window, &hints, &mut gathered);
        let labels = if doc.tree.is_some() {
            lines::read(doc, first, visibility, &hints, lexicon, &mut gathered)
        } else {
            plain::read(doc, first, &hints, lexicon, &mut gathered)
        };
        state::dates(doc, &hints, &mut gathered);
        dates::fall_back_on_change(&mut gathered);
        forms::settle(doc, &mut gathered);
        page_type::weaken(doc, &mut gathered);
        dates::weaken_lists(&mut gathered.published);
        dates::join_clocks(&mut gathered.published);
        dates::join_calendars(&mut gathered.published);
        dates::join_midnight(&mut gathered.published);
        dates::weaken_change(&mut gathered);
        dates::confirm_by_month(&mut gathered.published);
        dates::weaken_coarse(&mut gathered.published);

        let least = self.config.min_confidence;
        let mut candidates = Vec::new();
        let known = titles::Known { host: dates::host(doc), logos: titles::logos(doc, dates::host(doc)), lexicon };
        let mut meta = Metadata {
            title: titles::choose(&mut gathered, &known, least, &mut candidates),
            authors: authors::choose(&mut gathered, dates::host(doc), least, lexicon, &mut candidates),
            published: gathered.published.choose(Field::Published, least, &mut candidates),
            modified: gathered.modified.choose(Field::Modified, least, &mut candidates),
            site_name: gathered.site_name.choose(Field::SiteName, least, &mut candidates),
            section: gathered.section.choose(Field::Section, least, &mut candidates),
            tags: gathered.tags.all(Field::Tags, least, &mut candidates),
            description: gathered.description.choose(Field::Description, least, &mut candidates),
            url: gathered.url.choose(Field::Url, least, &mut candidates),
            image: gathered.image.choose(Field::Image, least, &mut candidates),
            language: gathered.language.choose(Field::Language, least, &mut candidates),
            license: gathered.license.choose(Field::License, least, &mut candidates),
            paywalled: gathered.paywalled.choose(Field::Paywalled, least, &mut candidates),
            dateline: gathered.dateline.choose(Field::Dateline, least, &mut candidates),
            // Told by another stage.
            page_type: None,
            candidates: Vec::new(),
        };
        note_conflicts(doc, cx, &candidates);
        meta.candidates = candidates;
        cx.facts(doc, meta);
        labels.apply(doc, cx, self.config.keep_dateline);
        Ok(Verdict::Keep)
    }
}

/// The candidates for every field.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) title: Candidates<String>,
    pub(crate) authors: Candidates<Vec<String>>,
    pub(crate) published: Candidates<copydesk_document::Timestamp>,
    pub(crate) modified: Candidates<copydesk_document::Timestamp>,
    pub(crate) site_name: Candidates<String>,
    pub(crate) section: Candidates<String>,
    pub(crate) tags: Candidates<String>,
    pub(crate) description: Candidates<String>,
    pub(crate) url: Candidates<String>,
    pub(crate) image: Candidates<String>,
    pub(crate) language: Candidates<String>,
    pub(crate) license: Candidates<String>,
    pub(crate) paywalled: Candidates<bool>,
    pub(crate) dateline: Candidates<copydesk_document::Dateline>,
}

/// Two strong candidates for the day of publication that disagree are worth a note, and so is a day of change in its
/// place.
fn note_conflicts(doc: &mut Document, cx: &mut Context<'_>, candidates: &[Candidate]) {
    const STRONG: f32 = 0.7;
    if let Some(change) = candidates.iter().find(|c| c.won && c.field == Field::Published && c.name == dates::CHANGE) {
        let message = format!("{} is the day of the last change: the page shows no other", change.value);
        cx.note(doc, "date-of-change", message, change.span);
    }
    let day = |c: &Candidate| c.value.get(..10).map(str::to_owned);
    let strong = |c: &&Candidate| c.field == Field::Published && c.score >= STRONG && c.value.len() >= 10;
    let Some(winner) = candidates.iter().filter(strong).find(|c| c.won) else { return };
    if let Some(other) = candidates.iter().filter(strong).find(|c| day(c) != day(winner)) {
        let message = format!("`{}` says {}, `{}` says {}", winner.name, winner.value, other.name, other.value);
        cx.note(doc, "date-conflict", message, other.span);
    }
}
