//! The stage `split-captions`: captions apart from the body, with credit, language and translations.
//!
//! A caption is found by its place (inside a figure, in an element named for captions, right below a picture) or by
//! its form (a line that ends in a credit which only pictures carry, a text printed twice in one line). Its credit is
//! cut off with the house's vocabulary. A line next to a caption that says the same in another language is its
//! translation. The same caption printed twice is one caption.

mod below;
mod beside;
mod elements;
mod figure;
mod find;
mod lines;
mod measure;
mod pair;
mod parts;
mod plain;
mod story;
mod structure;
mod unlabelled;

copydesk_fingerprint::fingerprint!();

use copydesk_document::{BlockId, BlockKind, Caption, CaptionKind, Credit, Document, Label, Origin};
use copydesk_lexicon::{Lexicon, credit::CreditMark, split_credit};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
use copydesk_text::key;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::find::{FEWEST_TO_REPEAT, FoundCaption, begins_with_credit, start_of};

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<SplitCaptions>();
}

/// Options of `split-captions`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Join a caption and the line next to it that says the same in another language.
    pub translations: bool,
    /// A file with credit forms, agencies and labels of your own, written like those in
    /// `crates/copydesk-lexicon/data/`. Its words are added to the house's. (In a program of your own: its contents.)
    #[schemars(extend("format" = "file-contents"))]
    pub words: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { translations: true, words: String::new() }
    }
}

/// Sets captions apart from the body.
#[derive(Debug)]
pub struct SplitCaptions {
    config: Config,
    // The house's own words are shared; a user's are added to a copy.
    extended: Option<Box<Lexicon>>,
}

impl StageKind for SplitCaptions {
    const NAME: &'static str = "split-captions";
    const SUMMARY: &'static str = "Sets captions apart from the body, with their credits and translations.";
    const READS: &'static [Facet] = &[Facet::Body, Facet::Languages];
    const WRITES: &'static [Facet] = &[Facet::Captions, Facet::Text];
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
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

impl Stage for SplitCaptions {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let lexicon = self.extended.as_deref().unwrap_or_else(|| Lexicon::builtin());
        let mut found = find::captions(doc, lexicon);
        if self.config.translations {
            pair::add_translations(doc, &mut found, lexicon);
        }
        for one in &found {
            match &one.rest {
                Some(rest) => cx.text(doc, one.blocks[0], rest),
                None => {
                    for &block in &one.blocks {
                        cx.label(doc, block, Label::Caption, one.rule, one.detail.clone());
                    }
                }
            }
        }
        for block in find::rests(doc, &found, lexicon) {
            cx.label(doc, block, Label::Caption, "picture-left", "all that is left of a picture, and no text");
        }
        let mut captions = join(doc, found);
        claim_repeats(doc, cx, lexicon, &mut captions);
        cx.captions(doc, captions);
        Ok(Verdict::Keep)
    }
}

/// Blocks of the body that say the same as a caption, word for word, are that caption once more.
fn claim_repeats(doc: &mut Document, cx: &mut Context<'_>, lexicon: &Lexicon, captions: &mut [Caption]) {
    let mut keys: FxHashMap<String, usize> = FxHashMap::default();
    let mut starts: FxHashSet<String> = FxHashSet::default();
    for (at, caption) in captions.iter().enumerate() {
        let key = key(&caption.text);
        if key.len() >= FEWEST_TO_REPEAT {
            starts.insert(start_of(&caption.text));
            keys.entry(key).or_insert(at);
        }
    }
    if keys.is_empty() {
        return;
    }
    let repeats: Vec<(BlockId, usize)> = doc
        .body()
        .filter(|(_, block)| block.kind != BlockKind::Heading)
        .filter_map(|(id, _)| {
            // Most texts begin otherwise than any caption, and are not taken apart.
            let text = doc.text(id);
            if !begins_with_credit(text) && !starts.contains(&start_of(text)) {
                return None;
            }
            let at = keys.get(&key(text)).or_else(|| keys.get(&key(split_credit(text, lexicon).text)))?;
            Some((id, *at))
        })
        .collect();
    for (id, at) in repeats {
        captions[at].blocks.push(id);
        captions[at].blocks.sort_unstable();
        cx.label(doc, id, Label::Caption, "repeated", "says the same as a caption, word for word");
    }
}

/// Makes captions of what was found: translations go under the caption that they follow, a caption that was printed
/// before is dropped for the earlier one.
fn join(doc: &Document, found: Vec<FoundCaption>) -> Vec<Caption> {
    let mut captions: Vec<Caption> = Vec::new();
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let mut of_block: FxHashMap<BlockId, usize> = FxHashMap::default();
    for one in found {
        let translates = one.translates;
        let caption = caption(doc, one);
        if let Some(first) = translates.and_then(|block| of_block.get(&block)) {
            captions[*first].translations.push(caption);
            continue;
        }
        let place = match caption.text.as_str() {
            "" => captions.len(),
            text => *known.entry(key(text)).or_insert(captions.len()),
        };
        for block in &caption.blocks {
            of_block.entry(*block).or_insert(place);
        }
        match captions.get_mut(place) {
            Some(earlier) => {
                earlier.blocks.extend(caption.blocks);
                if earlier.credit.is_none() {
                    (earlier.credit, earlier.credits) = (caption.credit, caption.credits);
                }
            }
            None => captions.push(caption),
        }
    }
    captions
}

fn caption(doc: &Document, found: FoundCaption) -> Caption {
    let first = found.blocks.first().copied();
    let language = first.and_then(|id| doc.block(id).language.clone()).map(|l| l.tag).filter(|tag| tag != "und");
    let printed: Vec<&str> = found.credits.iter().map(|c| c.printed.as_str()).collect();
    Caption {
        text: found.text,
        language,
        credit: (!printed.is_empty()).then(|| printed.join(" / ")),
        credits: found.credits.iter().flat_map(taken_apart).collect(),
        image: found.image,
        kind: kind(&found.marks),
        translations: Vec::new(),
        span: found.blocks.iter().map(|&id| doc.block(id).span).reduce(copydesk_document::Span::union),
        blocks: found.blocks,
        origin: Origin::Caption,
        confidence: found.confidence,
    }
}

/// Photographers and agencies as pairs: the first name with the first agency, and so on.
fn taken_apart(credit: &copydesk_lexicon::Credit) -> Vec<Credit> {
    let pairs = credit.names.len().max(credit.agencies.len());
    (0..pairs)
        .map(|at| Credit { name: credit.names.get(at).cloned(), agency: credit.agencies.get(at).cloned() })
        .collect()
}

fn kind(marks: &[CreditMark]) -> CaptionKind {
    let has = |mark| marks.contains(&mark);
    if has(CreditMark::Video) {
        CaptionKind::Video
    } else if has(CreditMark::Graphic) || has(CreditMark::Illustration) {
        CaptionKind::Graphic
    } else if has(CreditMark::Archive) || has(CreditMark::Symbol) {
        CaptionKind::Archive
    } else {
        CaptionKind::Photo
    }
}

/// The block before this one, if there is one.
fn before(id: BlockId) -> Option<BlockId> {
    id.0.checked_sub(1).map(BlockId)
}
