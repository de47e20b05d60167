//! Facts, captions, notes and what stages have added, printed.

use std::fmt::Write;

use copydesk_explain::{Account, CandidateAccount, CaptionAccount};

use super::Style;
use crate::terminal::{Tone, one_line, pad};

/// How many values that lost are shown for a field, unless all text is asked for.
const MOST_LOSERS: usize = 6;
/// Columns for the names of fields.
const NAME: usize = 12;

/// Every fact with the values that were considered for it.
pub(super) fn metadata(account: &Account, style: Style) -> String {
    let mut out = String::new();
    for fact in &account.facts {
        let shown = if fact.value.is_empty() { style.paint.paint(Tone::Warning, "(none)") } else { String::new() };
        let text = style.text(&fact.value, style.width.saturating_sub(NAME + 3));
        let first = text.first().map_or("", String::as_str);
        let _ = writeln!(
            out,
            "  {} {}{shown}",
            style.paint.paint(Tone::Fact, &pad(&fact.field, NAME)),
            style.paint.paint(Tone::Strong, first)
        );
        for line in text.iter().skip(1) {
            let _ = writeln!(out, "  {} {}", pad("", NAME), style.paint.paint(Tone::Strong, line));
        }
        candidates_of(&mut out, &fact.value, &fact.candidates, style);
    }
    if !account.not_said.is_empty() {
        let text = format!("the document does not say: {}", account.not_said.join(", "));
        let _ = writeln!(out, "  {}", style.paint.paint(Tone::Quiet, &text));
    }
    out
}

fn candidates_of(out: &mut String, shown: &str, candidates: &[CandidateAccount], style: Style) {
    let winners = candidates.iter().filter(|c| c.won).count();
    // As a rule one stage finds all of them, and then its name says nothing.
    let several = candidates.windows(2).any(|pair| pair[0].stage != pair[1].stage);
    let most = if style.full { candidates.len() } else { winners + MOST_LOSERS };
    for candidate in candidates.iter().take(most) {
        let place = candidate.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let mark = if candidate.won { "won " } else { "lost" };
        // What won as it stands needs no second showing.
        let said =
            if candidate.won && candidate.value == shown { String::new() } else { format!("{}  ", candidate.value) };
        let from = format!("{} {}", candidate.origin, candidate.name);
        let why = if candidate.why.is_empty() { String::new() } else { format!(": {}", candidate.why) };
        let by = if several { format!(", by `{}`", candidate.stage) } else { String::new() };
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
    if candidates.len() > most {
        let rest = format!("and {} more; --full shows all", candidates.len() - most);
        let _ = writeln!(out, "  {}      {}", pad("", NAME), style.paint.paint(Tone::Quiet, &rest));
    }
}

/// Every caption: those that count with their numbers, then those that lost.
pub(super) fn captions(account: &Account, style: Style) -> String {
    if account.captions.is_empty() {
        return "  none\n".into();
    }
    let several = account.captions.windows(2).any(|pair| pair[0].stage != pair[1].stage);
    let mut out = String::new();
    for (i, caption) in account.captions.iter().enumerate() {
        let place = caption.line.map(|line| format!("line {line}, ")).unwrap_or_default();
        let by = caption.stage.as_ref().filter(|_| several).map(|stage| format!(", by `{stage}`")).unwrap_or_default();
        let lost = if caption.counts { "" } else { "; lost to a surer one with the same text" };
        let facts =
            format!("{place}{}, from {}, confidence {:.2}{by}{lost}", caption.kind, caption.origin, caption.confidence);
        let mark = if caption.counts { format!("{:>2}", i + 1) } else { " -".to_owned() };
        caption_text(&mut out, &mark, caption, style);
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

fn caption_text(out: &mut String, mark: &str, caption: &CaptionAccount, style: Style) {
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

fn credit(out: &mut String, caption: &CaptionAccount, style: Style) {
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
pub(super) fn notes(account: &Account, style: Style) -> String {
    if account.notes.is_empty() {
        return "  none\n".into();
    }
    let mut out = String::new();
    for note in &account.notes {
        let place = note.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let who = style.paint.paint(Tone::Warning, &format!("{} / {}", note.stage, note.code));
        let _ = writeln!(out, "  {place}{who}: {}", one_line(&note.message));
    }
    out
}

/// What stages have added under their own names.
pub(super) fn ext(account: &Account, style: Style) -> String {
    let mut out = String::new();
    for (stage, value) in &account.ext {
        let text = style.text(&value.to_string(), style.width.saturating_sub(NAME + 3));
        for (i, line) in text.iter().enumerate() {
            let name = pad(if i == 0 { stage } else { "" }, NAME);
            let _ = writeln!(out, "  {} {line}", style.paint.paint(Tone::Fact, &name));
        }
    }
    out
}
