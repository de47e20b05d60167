//! The account of the lines, printed.

use std::fmt::Write;

use copydesk_document::{
    Block, BlockId, BlockKind, BoilerplateKind, Clue, Decision, Document, Item, Label, LineIndex, Place,
};

use super::{
    Style,
    account::{Entry, What, account},
};
use crate::terminal::{Tone, count, one_line, pad};

/// Columns for `12:1`, `12:1-14` and `12-14`.
const PLACE: usize = 11;
/// Columns for the label.
const LABEL: usize = 16;

/// What the marks before the labels of blocks mean.
const LEGEND: &str = "+ stands in the text    * taken out as a fact or a caption    - dropped    ? nothing said";

/// Prints every line of a document.
pub(super) fn print(doc: &Document, style: Style) -> String {
    let mut out = format!("{}{}\n", pad("", PLACE + 1), style.paint.paint(Tone::Quiet, LEGEND));
    let main = doc.languages().main.as_ref().map(|l| l.tag.as_str());
    let mut decisions: Vec<Vec<&Decision>> = vec![Vec::new(); doc.blocks().len()];
    for decision in doc.decisions() {
        decisions[decision.block.index()].push(decision);
    }
    for entry in account(doc) {
        match &entry.what {
            What::Blank => {
                let _ = writeln!(out, "{}", style.paint.paint(Tone::Quiet, &place_of(&entry)));
            }
            What::Silent(line) => {
                let many = entry.last > entry.place.line;
                let text = if many { format!("{} …", one_line(line)) } else { one_line(line) };
                head(&mut out, &entry, "  no text", Tone::Quiet, &text, style);
            }
            What::Image(image) => {
                let words = [image.alt.as_str(), image.title.as_str()];
                let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
                let name = if image.video { "  video" } else { "  image" };
                let text =
                    if words.is_empty() { image.src.clone() } else { format!("{} ({})", words.join("; "), image.src) };
                head(&mut out, &entry, name, Tone::Fact, &text, style);
            }
            What::Clue(clue) => {
                let (label, text) = (format!("  {}", origin(clue)), format!("{} = {}", clue.name, clue.value));
                head(&mut out, &entry, &label, Tone::Fact, &text, style);
            }
            What::Items(items) => head(&mut out, &entry, "  json-ld", Tone::Fact, &describe(items), style),
            What::Block(id, clues) => {
                let block = doc.block(*id);
                head_of_block(&mut out, doc, &entry, *id, main, style);
                if doc.text(*id) != doc.original_text(*id) {
                    let now = one_line(doc.text(*id));
                    below(&mut out, "text now", if now.is_empty() { "nothing" } else { &now }, style);
                }
                for clue in clues {
                    below(&mut out, &format!("{} {}", origin(clue), clue.name), &one_line(&clue.value), style);
                }
                reasons(&mut out, block, &decisions[id.index()], style);
            }
        }
    }
    if doc.content().is_empty() {
        out.push_str("  the document is empty\n");
    }
    out
}

/// Place, label and text of a block.
fn head_of_block(out: &mut String, doc: &Document, entry: &Entry<'_>, id: BlockId, main: Option<&str>, style: Style) {
    let block = doc.block(id);
    let foreign = block.language.as_ref().map(|l| l.tag.as_str()).filter(|tag| Some(*tag) != main && *tag != "und");
    let marks: Vec<String> = form(block).into_iter().chain(foreign.map(str::to_owned)).collect();
    let marks = if marks.is_empty() { String::new() } else { format!("[{}] ", marks.join(", ")) };
    let (mark, tone) = mark_of(block.label());
    let name = format!("{mark} {}", label_name(block.label()));
    head(out, entry, &name, tone, &format!("{marks}{}", doc.original_text(id)), style);
}

/// Who decided what about a block, and on what evidence.
fn reasons(out: &mut String, block: &Block, decisions: &[&Decision], style: Style) {
    for (i, decision) in decisions.iter().enumerate() {
        let who = format!("{} / {}", decision.stage, decision.rule);
        let outcome = if decisions.len() > 1 { format!("{}: ", label_name(decision.label)) } else { String::new() };
        let overruled = if i + 1 == decisions.len() { "" } else { " (overruled)" };
        below(out, &who, &format!("{outcome}{}{overruled}", one_line(&decision.detail)), style);
    }
    if decisions.is_empty() && !block.label().is_body() {
        below(out, "no decision", "no stage has said what this is; it stands in no text", style);
    }
}

/// The first line of an entry: place, label, text.
fn head(out: &mut String, entry: &Entry<'_>, label: &str, tone: Tone, text: &str, style: Style) {
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

fn place_of(entry: &Entry<'_>) -> String {
    let Place { line, column } = entry.place;
    let text = match &entry.what {
        What::Blank | What::Silent(_) if entry.last == line => line.to_string(),
        What::Blank | What::Silent(_) => format!("{line}-{}", entry.last),
        _ if entry.last > line => format!("{line}:{column}-{}", entry.last),
        _ => format!("{line}:{column}"),
    };
    format!("{text:>width$}", width = PLACE - 1)
}

fn form(block: &Block) -> Option<String> {
    let name = match block.kind {
        BlockKind::Paragraph => None,
        BlockKind::Heading => Some(format!("heading {}", block.level)),
        BlockKind::ListItem => Some("list item".to_owned()),
        BlockKind::Quote => Some("quote".to_owned()),
        BlockKind::TableRow => Some("table row".to_owned()),
        BlockKind::Code => Some("code".to_owned()),
        BlockKind::Note => Some("note".to_owned()),
        BlockKind::Caption => Some("caption".to_owned()),
        BlockKind::Definition => Some("definition".to_owned()),
        BlockKind::Control => Some("control".to_owned()),
    };
    match (name, block.hidden) {
        (name, false) => name,
        (None, true) => Some("hidden".into()),
        (Some(name), true) => Some(format!("{name}, hidden")),
    }
}

/// A label as people read it.
pub(super) fn label_name(label: Label) -> String {
    let name = match label {
        Label::Unlabelled => "nothing said",
        Label::Body => "body",
        Label::Title => "title",
        Label::Byline => "byline",
        Label::AuthorNote => "author note",
        Label::Date => "date",
        Label::Counter => "counter",
        Label::SiteName => "site name",
        Label::Section => "section",
        Label::Tags => "tags",
        Label::Caption => "caption",
        Label::Boilerplate(boilerplate) => match boilerplate {
            BoilerplateKind::Navigation => "navigation",
            BoilerplateKind::Share => "share",
            BoilerplateKind::Related => "related",
            BoilerplateKind::Advertisement => "advertisement",
            BoilerplateKind::Newsletter => "newsletter",
            BoilerplateKind::Consent => "consent",
            BoilerplateKind::Comments => "comments",
            BoilerplateKind::Footer => "footer",
            BoilerplateKind::Hidden => "hidden",
            BoilerplateKind::Form => "form",
            BoilerplateKind::Template => "template",
            BoilerplateKind::Other => "boilerplate",
        },
    };
    name.to_owned()
}

/// What becomes of a block with that label: the mark of [`LEGEND`], and its colour.
fn mark_of(label: Label) -> (char, Tone) {
    match label {
        Label::Body => ('+', Tone::Good),
        Label::Unlabelled => ('?', Tone::Warning),
        Label::Caption => ('*', Tone::Caption),
        Label::Boilerplate(_) => ('-', Tone::Bad),
        _ => ('*', Tone::Fact),
    }
}

fn origin(clue: &Clue) -> String {
    super::facts::name_of(&clue.origin)
}

fn describe(items: &[&Item]) -> String {
    let names: Vec<String> = items
        .iter()
        .filter(|item| item.top_level)
        .map(|item| {
            let types = if item.types.is_empty() { "item".to_owned() } else { item.types.join("+") };
            let mut keys: Vec<&str> = item.properties.iter().map(|(name, _)| name.as_str()).collect();
            keys.dedup();
            if keys.is_empty() { types } else { format!("{types} ({})", keys.join(", ")) }
        })
        .collect();
    if names.is_empty() { count(items.len(), "item") } else { names.join("; ") }
}

/// How many lines there are, and how many of each kind: an account that adds up.
pub(super) fn count_kinds(doc: &Document) -> String {
    let total = LineIndex::new(doc.content()).lines();
    let mut kinds = vec![Kind::Missing; total + 1];
    for entry in account(doc) {
        let kind = match entry.what {
            What::Block(..) => Kind::Block,
            What::Clue(_) | What::Items(_) | What::Image(_) => Kind::Evidence,
            What::Blank => Kind::Blank,
            What::Silent(_) => Kind::Silent,
        };
        for line in kinds.iter_mut().take(entry.last + 1).skip(entry.place.line) {
            *line = kind.max(*line);
        }
    }
    let of = |kind| kinds.iter().skip(1).filter(|k| **k == kind).count();
    let mut parts = Vec::new();
    for (kind, name) in [
        (Kind::Block, "with blocks"),
        (Kind::Evidence, "with evidence or images"),
        (Kind::Silent, "without text"),
        (Kind::Blank, "blank"),
        (Kind::Missing, "NOT ACCOUNTED FOR"),
    ] {
        if of(kind) > 0 {
            parts.push(format!("{} {name}", of(kind)));
        }
    }
    if parts.is_empty() { "none".into() } else { format!("{total}: {}", parts.join(", ")) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Missing,
    Blank,
    Silent,
    Evidence,
    Block,
}
