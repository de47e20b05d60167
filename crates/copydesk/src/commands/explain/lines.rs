//! The account of the lines, printed.

use std::fmt::Write;

use copydesk_document::{BlockKind, BoilerplateKind, Label, Place};
use copydesk_explain::{Account, BlockAccount, Entry, Fate, LineCounts, What};

use super::Style;
use crate::terminal::{Tone, one_line, pad};

/// Columns for `12:1`, `12:1-14` and `12-14`.
const PLACE: usize = 11;
/// Columns for the label.
const LABEL: usize = 16;

/// What the marks before the labels of blocks mean.
const LEGEND: &str = "+ stands in the text    * taken out as a fact or a caption    - dropped    ? nothing said";

/// Prints every line of a document.
pub(super) fn print(account: &Account, style: Style) -> String {
    let mut out = format!("{}{}\n", pad("", PLACE + 1), style.paint.paint(Tone::Quiet, LEGEND));
    let main = account.language.as_ref().map(|(tag, _)| tag.as_str());
    for entry in &account.entries {
        self::entry(&mut out, entry, main, style);
    }
    if account.entries.is_empty() {
        out.push_str("  the document is empty\n");
    }
    out
}

/// What stands in a line or a block, and what became of it.
pub(super) fn entry(out: &mut String, entry: &Entry, main: Option<&str>, style: Style) {
    match &entry.what {
        What::Blank => {
            let _ = writeln!(out, "{}", style.paint.paint(Tone::Quiet, &place_of(entry)));
        }
        What::Silent { text } => {
            let many = entry.last > entry.place.line;
            let text = if many { format!("{} …", one_line(text)) } else { one_line(text) };
            head(out, entry, "  no text", Tone::Quiet, &text, style);
        }
        What::Image { src, text, video } => {
            let name = if *video { "  video" } else { "  image" };
            let text = if text.is_empty() { src.clone() } else { format!("{text} ({src})") };
            head(out, entry, name, Tone::Fact, &text, style);
        }
        What::Clue(clue) => {
            let (label, text) = (format!("  {}", clue.origin), format!("{} = {}", clue.name, clue.value));
            head(out, entry, &label, Tone::Fact, &text, style);
        }
        What::Items { text } => head(out, entry, "  json-ld", Tone::Fact, text, style),
        What::Block(block) => {
            head_of_block(out, entry, block, main, style);
            if let Some(now) = &block.now {
                let now = one_line(now);
                below(out, "text now", if now.is_empty() { "nothing" } else { &now }, style);
            }
            for clue in &block.clues {
                below(out, &format!("{} {}", clue.origin, clue.name), &one_line(&clue.value), style);
            }
            reasons(out, block, style);
        }
    }
}

/// Place, label and text of a block.
fn head_of_block(out: &mut String, entry: &Entry, block: &BlockAccount, main: Option<&str>, style: Style) {
    let foreign = block.language.as_deref().filter(|tag| Some(*tag) != main && *tag != "und");
    let marks: Vec<String> = form(block).into_iter().chain(foreign.map(str::to_owned)).collect();
    let marks = if marks.is_empty() { String::new() } else { format!("[{}] ", marks.join(", ")) };
    let (mark, tone) = mark_of(block);
    let name = format!("{mark} {}", label_name(block.label));
    head(out, entry, &name, tone, &format!("{marks}{}", block.text), style);
}

/// Who decided what about a block, and on what evidence.
fn reasons(out: &mut String, block: &BlockAccount, style: Style) {
    let decisions = &block.decisions;
    for (i, decision) in decisions.iter().enumerate() {
        let who = format!("{} / {}", decision.stage, decision.rule);
        let outcome = if decisions.len() > 1 { format!("{}: ", label_name(decision.label)) } else { String::new() };
        let overruled = if i + 1 == decisions.len() { "" } else { " (overruled)" };
        below(out, &who, &format!("{outcome}{}{overruled}", one_line(&decision.detail)), style);
    }
    if decisions.is_empty() && block.fate != Fate::Kept {
        below(out, "no decision", "no stage has said what this is; it stands in no text", style);
    }
}

/// The first line of an entry: place, label, text.
fn head(out: &mut String, entry: &Entry, label: &str, tone: Tone, text: &str, style: Style) {
    let lines = style.text(text, style.width.saturating_sub(PLACE + LABEL + 2));
    for (i, line) in lines.iter().enumerate() {
        let line = if tone == Tone::Quiet { style.paint.paint(Tone::Quiet, line) } else { line.clone() };
        if i == 0 {
            let place = style.paint.paint(Tone::Quiet, &place_of(entry));
            let label = style.paint.paint(tone, &pad(label, LABEL));
            let _ = writeln!(out, "{place} {label} {line}");
        } else {
            let _ = writeln!(out, "{} {line}", pad("", PLACE + LABEL + 1));
        }
    }
}

/// A line below an entry: who says what.
fn below(out: &mut String, who: &str, what: &str, style: Style) {
    let indent = PLACE + LABEL + 2;
    let text = if what.trim().is_empty() { who.to_owned() } else { format!("{who}: {what}") };
    for line in style.text(&text, style.width.saturating_sub(indent + 2)) {
        let _ = writeln!(out, "{}{}", pad("", indent), style.paint.paint(Tone::Quiet, &format!("· {line}")));
    }
}

fn place_of(entry: &Entry) -> String {
    let Place { line, column } = entry.place;
    let text = match &entry.what {
        What::Blank | What::Silent { .. } if entry.last == line => line.to_string(),
        What::Blank | What::Silent { .. } => format!("{line}-{}", entry.last),
        _ if entry.last > line => format!("{line}:{column}-{}", entry.last),
        _ => format!("{line}:{column}"),
    };
    format!("{text:>width$}", width = PLACE - 1)
}

fn form(block: &BlockAccount) -> Option<String> {
    let name = match block.kind {
        BlockKind::Paragraph => None,
        BlockKind::Heading => Some(format!("heading {}", block.level)),
        kind => Some(words(kind)),
    };
    match (name, block.hidden) {
        (name, false) => name,
        (None, true) => Some("hidden".into()),
        (Some(name), true) => Some(format!("{name}, hidden")),
    }
}

/// A label as people read it.
pub(crate) fn label_name(label: Label) -> String {
    match label {
        Label::Unlabelled => "nothing said".into(),
        Label::Boilerplate(BoilerplateKind::Other) => "boilerplate".into(),
        label => words(label),
    }
}

/// What records call it (`table-row`), in words.
fn words(name: impl serde::Serialize) -> String {
    let name = serde_json::to_value(name).ok();
    name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().replace('-', " ")
}

fn mark_of(block: &BlockAccount) -> (char, Tone) {
    match block.fate {
        Fate::Kept => ('+', Tone::Good),
        Fate::Unsaid => ('?', Tone::Warning),
        Fate::Dropped => ('-', Tone::Bad),
        Fate::Taken if block.label == Label::Caption => ('*', Tone::Caption),
        Fate::Taken => ('*', Tone::Fact),
    }
}

/// How many lines there are, and how many of each kind.
pub(super) fn count_kinds(lines: LineCounts) -> String {
    let mut parts = Vec::new();
    for (number, name) in [
        (lines.blocks, "with blocks"),
        (lines.evidence, "with evidence or images"),
        (lines.silent, "without text"),
        (lines.blank, "blank"),
        (lines.missing, "NOT ACCOUNTED FOR"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {name}"));
        }
    }
    if parts.is_empty() { "none".into() } else { format!("{}: {}", lines.total, parts.join(", ")) }
}
