//! Metadata, captions and notes, printed.

use std::fmt::Write;

use copydesk_document::{Candidate, Caption, Document, Field, LineIndex};
use serde::Serialize;
use serde_json::Value;

use super::Style;
use crate::terminal::{Tone, one_line, pad};

/// Every field, in the order in which people ask for them.
const FIELDS: [Field; 14] = [
    Field::Title,
    Field::Authors,
    Field::Published,
    Field::Modified,
    Field::SiteName,
    Field::Section,
    Field::Tags,
    Field::Description,
    Field::Url,
    Field::Image,
    Field::Language,
    Field::License,
    Field::Paywalled,
    Field::Dateline,
];

/// How many values that lost are shown for a field, unless all text is asked for.
const MOST_LOSERS: usize = 6;
/// Columns for the names of fields.
const NAME: usize = 12;

/// Every fact with the values that were considered for it.
pub(super) fn metadata(doc: &Document, style: Style) -> String {
    let options =
        copydesk_record::Options { blocks: false, metadata: false, decisions: false, markdown: None, nested: true };
    // The record has the last word on what a user gets; it only borrows from the document.
    let record = serde_json::to_value(copydesk_record::to_record(doc, options)).unwrap_or(Value::Null);
    let lines = LineIndex::new(doc.content());
    let mut out = String::new();
    let mut missing = Vec::new();
    for field in FIELDS {
        let name = name_of(&field);
        let value = record.get(&name).map(plain).unwrap_or_default();
        let candidates: Vec<_> = doc.candidates().filter(|(_, c)| c.field == field).collect();
        if value.is_empty() && candidates.is_empty() {
            missing.push(name);
            continue;
        }
        let shown = if value.is_empty() { style.paint.paint(Tone::Warning, "(none)") } else { String::new() };
        let text = style.text(&value, style.width.saturating_sub(NAME + 3));
        let first = text.first().map_or("", String::as_str);
        let _ = writeln!(
            out,
            "  {} {}{shown}",
            style.paint.paint(Tone::Fact, &pad(&name, NAME)),
            style.paint.paint(Tone::Strong, first)
        );
        for line in text.iter().skip(1) {
            let _ = writeln!(out, "  {} {}", pad("", NAME), style.paint.paint(Tone::Strong, line));
        }
        candidates_of(&mut out, &value, &candidates, &lines, style);
    }
    if !missing.is_empty() {
        let text = format!("the document does not say: {}", missing.join(", "));
        let _ = writeln!(out, "  {}", style.paint.paint(Tone::Quiet, &text));
    }
    out
}

fn candidates_of(
    out: &mut String,
    shown: &str,
    candidates: &[(&str, &Candidate)],
    lines: &LineIndex<'_>,
    style: Style,
) {
    let mut sorted = candidates.to_vec();
    sorted.sort_by(|(_, a), (_, b)| b.won.cmp(&a.won).then(b.score.total_cmp(&a.score)));
    let winners = sorted.iter().filter(|(_, c)| c.won).count();
    // As a rule one stage finds all of them, and then its name says nothing.
    let several = candidates.windows(2).any(|pair| pair[0].0 != pair[1].0);
    let most = if style.full { sorted.len() } else { winners + MOST_LOSERS };
    for (stage, candidate) in sorted.iter().take(most) {
        let place = candidate.span.map(|s| format!(" (line {})", lines.line(s.start as usize))).unwrap_or_default();
        let mark = if candidate.won { "won " } else { "lost" };
        // What won as it stands needs no second showing.
        let said =
            if candidate.won && candidate.value == shown { String::new() } else { format!("{}  ", candidate.value) };
        let from = format!("{} {}", name_of(&candidate.origin), candidate.name);
        let why = if candidate.why.is_empty() { String::new() } else { format!(": {}", candidate.why) };
        let by = if several { format!(", by `{stage}`") } else { String::new() };
        let text = format!("{:.2} {said}[{}{place}{by}{why}]", candidate.score, from.trim_end());
        for (i, line) in style.text(&text, style.width.saturating_sub(NAME + 8)).iter().enumerate() {
            let mark = if i == 0 { mark } else { "    " };
            let tone = if candidate.won { Tone::Good } else { Tone::Quiet };
            let _ = writeln!(
                out,
                "  {} {} {}",
                pad("", NAME),
                style.paint.paint(tone, mark),
                style.paint.paint(Tone::Quiet, line)
            );
        }
    }
    if sorted.len() > most {
        let rest = format!("and {} more; --full shows all", sorted.len() - most);
        let _ = writeln!(out, "  {}      {}", pad("", NAME), style.paint.paint(Tone::Quiet, &rest));
    }
}

/// Every caption.
pub(super) fn captions(doc: &Document, style: Style) -> String {
    if doc.captions().is_empty() {
        return "  none\n".into();
    }
    let lines = LineIndex::new(doc.content());
    let mut out = String::new();
    for (i, caption) in doc.captions().iter().enumerate() {
        let place = caption.span.map(|s| format!("line {}, ", lines.line(s.start as usize))).unwrap_or_default();
        let facts = format!(
            "{place}{}, from {}, confidence {:.2}",
            name_of(&caption.kind),
            name_of(&caption.origin),
            caption.confidence
        );
        caption_text(&mut out, &format!("{:>2}", i + 1), caption, style);
        let _ = writeln!(out, "       {}", style.paint.paint(Tone::Quiet, &facts));
        credit(&mut out, caption, style);
        if let Some(image) = &caption.image {
            let _ = writeln!(out, "       image: {}", one_line(image));
        }
        for translation in &caption.translations {
            caption_text(&mut out, " =", translation, style);
            credit(&mut out, translation, style);
        }
    }
    out
}

fn caption_text(out: &mut String, mark: &str, caption: &Caption, style: Style) {
    let language = caption.language.as_deref().unwrap_or("?");
    let text = if caption.text.is_empty() { "(a credit alone)" } else { &caption.text };
    let indent = 6 + language.len() + 3;
    for (i, line) in style.text(text, style.width.saturating_sub(indent)).iter().enumerate() {
        if i == 0 {
            let language = style.paint.paint(Tone::Quiet, &format!("[{language}]"));
            let _ = writeln!(out, "  {mark}   {language} {}", style.paint.paint(Tone::Caption, line));
        } else {
            let _ = writeln!(out, "{}{}", pad("", indent), style.paint.paint(Tone::Caption, line));
        }
    }
}

fn credit(out: &mut String, caption: &Caption, style: Style) {
    let Some(printed) = &caption.credit else { return };
    let parts: Vec<String> = caption
        .credits
        .iter()
        .flat_map(|c| {
            let name = c.name.as_ref().map(|n| format!("name {n}"));
            let agency = c.agency.as_ref().map(|a| format!("agency {a}"));
            name.into_iter().chain(agency)
        })
        .collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", one_line(&parts.join(", "))) };
    let _ = writeln!(out, "       credit: {}{}", one_line(printed), style.paint.paint(Tone::Quiet, &parts));
}

/// Every doubt.
pub(super) fn notes(doc: &Document, style: Style) -> String {
    if doc.notes().is_empty() {
        return "  none\n".into();
    }
    let lines = LineIndex::new(doc.content());
    let mut out = String::new();
    for note in doc.notes() {
        let place = note.span.map(|s| format!("line {}: ", lines.line(s.start as usize))).unwrap_or_default();
        let who = style.paint.paint(Tone::Warning, &format!("{} / {}", note.stage, note.code));
        let _ = writeln!(out, "  {place}{who}: {}", one_line(&note.message));
    }
    out
}

/// The name of a variant, as records spell it.
pub(super) fn name_of(variant: &impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A value of the record, as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Object(object) => object.values().map(plain).filter(|v| !v.is_empty()).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
