//! The stage `extract-metadata`: title, authors, dates and the other facts, each with its origin and confidence.
//!
//! Everything that may be a value becomes a candidate: what the document declares (structured data, meta elements,
//! front matter) and what it shows (headline, byline, date line, label and value). Candidates that say the same add up;
//! the heaviest wins, and one that is too light is no value: `None` beats a guess. The lines that show a fact get the
//! fact's label, and so leave the body.

mod authors;
mod dates;
mod declared;
mod forms;
mod items;
mod kind;
mod lines;
mod marks;
mod pool;
mod shown;
mod state;
mod titles;
mod vocabulary;

use copydesk_document::{Candidate, Document, Field, Metadata};
use copydesk_lexicon::Lexicon;
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use serde::{Deserialize, Serialize};

use crate::pool::Pool;

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
        let mut pools = Pools::default();
        let hints = dates::hints(doc);
        declared::gather(doc, &hints, lexicon, &mut pools);
        let sight = shown::Sight::of(doc);
        shown::headings(doc, sight, &mut pools);
        items::gather(doc, &hints, lexicon, &mut pools);
        let first = lines::first_prose(doc, lexicon);
        let window = shown::Window::new(doc, sight, first, &mut pools);
        shown::authors(doc, &window, lexicon, &mut pools);
        shown::dates(doc, &window, &hints, &mut pools);
        let labels = lines::read(doc, first, sight, &hints, lexicon, &mut pools);
        state::dates(doc, &hints, &mut pools);
        dates::fall_back_on_change(&mut pools);
        forms::settle(doc, &mut pools);
        kind::weaken(doc, &mut pools);
        dates::weaken_lists(&mut pools.published);
        dates::join_clocks(&mut pools.published);
        dates::join_calendars(&mut pools.published);
        dates::join_midnight(&mut pools.published);
        dates::weaken_change(&mut pools);
        dates::confirm_by_month(&mut pools.published);
        dates::weaken_coarse(&mut pools.published);

        let least = self.config.min_confidence;
        let mut candidates = Vec::new();
        let mut meta = Metadata {
            title: titles::choose(&mut pools, dates::host(doc), least, &mut candidates),
            authors: authors::choose(&mut pools, dates::host(doc), least, lexicon, &mut candidates),
            published: pools.published.choose(Field::Published, least, &mut candidates),
            modified: pools.modified.choose(Field::Modified, least, &mut candidates),
            site_name: pools.site_name.choose(Field::SiteName, least, &mut candidates),
            section: pools.section.choose(Field::Section, least, &mut candidates),
            tags: pools.tags.all(Field::Tags, least, &mut candidates),
            description: pools.description.choose(Field::Description, least, &mut candidates),
            url: pools.url.choose(Field::Url, least, &mut candidates),
            image: pools.image.choose(Field::Image, least, &mut candidates),
            language: pools.language.choose(Field::Language, least, &mut candidates),
            license: pools.license.choose(Field::License, least, &mut candidates),
            paywalled: pools.paywalled.choose(Field::Paywalled, least, &mut candidates),
            dateline: pools.dateline.choose(Field::Dateline, least, &mut candidates),
            candidates: Vec::new(),
        };
        note_conflicts(doc, cx, &candidates);
        meta.candidates = candidates;
        doc.metadata = meta;
        labels.apply(doc, cx, self.config.keep_dateline);
        Ok(Verdict::Keep)
    }
}

/// The candidates for every field.
#[derive(Default)]
pub(crate) struct Pools {
    pub(crate) title: Pool<String>,
    pub(crate) authors: Pool<Vec<String>>,
    pub(crate) published: Pool<copydesk_document::Timestamp>,
    pub(crate) modified: Pool<copydesk_document::Timestamp>,
    pub(crate) site_name: Pool<String>,
    pub(crate) section: Pool<String>,
    pub(crate) tags: Pool<String>,
    pub(crate) description: Pool<String>,
    pub(crate) url: Pool<String>,
    pub(crate) image: Pool<String>,
    pub(crate) language: Pool<String>,
    pub(crate) license: Pool<String>,
    pub(crate) paywalled: Pool<bool>,
    pub(crate) dateline: Pool<copydesk_document::Dateline>,
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
