//! Captions, those that count and those that do not.

use copydesk_document::{Caption, Credit, Document, LineIndex};
use serde::Serialize;

/// A caption that a stage found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaptionAccount {
    /// Whether it stands in the record; a surer finding of the same text took its place otherwise.
    pub counts: bool,
    /// The stage that found it; none for a translation.
    pub stage: Option<String>,
    /// Its text; empty if it is a credit alone.
    pub text: String,
    /// Its language.
    pub language: Option<String>,
    /// The credit as printed.
    pub credit: Option<String>,
    /// The credit, taken apart.
    pub credits: Vec<Credit>,
    /// Photo, video and so on.
    pub kind: String,
    /// Where it was read.
    pub origin: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// The address of its picture.
    pub image: Option<String>,
    /// The line in which it begins, from 1.
    pub line: Option<usize>,
    /// The same in other languages.
    pub translations: Vec<CaptionAccount>,
}

pub(crate) fn captions(doc: &Document, index: &LineIndex<'_>) -> Vec<CaptionAccount> {
    let mut found: Vec<CaptionAccount> =
        doc.captions().iter().map(|caption| account(caption, finder(doc, caption), true, index)).collect();
    let lost = doc.all_captions().filter(|(_, caption)| !doc.captions().contains(caption));
    found.extend(lost.map(|(stage, caption)| account(caption, Some(stage), false, index)));
    found
}

fn finder<'d>(doc: &'d Document, wanted: &Caption) -> Option<&'d str> {
    doc.all_captions().find(|(_, caption)| *caption == wanted).map(|(stage, _)| stage)
}

fn account(caption: &Caption, stage: Option<&str>, counts: bool, index: &LineIndex<'_>) -> CaptionAccount {
    CaptionAccount {
        counts,
        stage: stage.map(str::to_owned),
        text: caption.text.clone(),
        language: caption.language.clone(),
        credit: caption.credit.clone(),
        credits: caption.credits.clone(),
        kind: copydesk_record::name(&caption.kind),
        origin: copydesk_record::name(&caption.origin),
        confidence: caption.confidence,
        image: caption.image.clone(),
        line: caption.span.map(|span| index.line(span.start as usize)),
        translations: caption.translations.iter().map(|same| account(same, None, counts, index)).collect(),
    }
}
