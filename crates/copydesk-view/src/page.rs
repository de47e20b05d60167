//! The source of a document, ready to stand in a frame beside its account.

use std::fmt::Write as _;

use copydesk_explain::{Account, Entry, Fate, What};

/// The element that stands where a block begins. The page finds blocks by it.
const MARK: &str = "copydesk-mark";

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Kept => "kept",
        Fate::Taken => "taken",
        Fate::Dropped => "dropped",
        Fate::Unsaid => "unsaid",
    }
}

fn start(entry: &Entry) -> Option<usize> {
    Some(entry.span?.start as usize)
}

/// An HTML page with an empty element where each block begins, which names the block and what became of it. Nothing else is
/// changed; who shows it must not let it run.
pub fn annotated(content: &str, account: &Account) -> String {
    let mut out = String::with_capacity(content.len() + account.entries.len() * 64);
    let mut at = 0;
    let mut entries: Vec<(usize, &copydesk_explain::BlockAccount)> = account
        .entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Block(block) => Some((content.floor_char_boundary(start(entry)?), &**block)),
            _ => None,
        })
        .collect();
    entries.sort_by_key(|(start, _)| *start);
    for (start, block) in entries {
        // Text that stands in an attribute or a script has no place where an element could stand.
        if start < at || inside_tag(&content[..start]) {
            continue;
        }
        out.push_str(&content[at..start]);
        let _ = write!(out, "<{MARK} data-block={} data-fate={}></{MARK}>", block.id, fate(block.fate));
        at = start;
    }
    out.push_str(&content[at..]);
    out
}

/// Whether an offset is between `<` and `>`: looked at a short way back only, so that a page takes linear time.
fn inside_tag(before: &str) -> bool {
    let from = before.floor_char_boundary(before.len().saturating_sub(2_000));
    let window = &before[from..];
    match (window.rfind('<'), window.rfind('>')) {
        (Some(open), Some(close)) => open > close,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Text that is no HTML as a page of numbered lines, with each block in an element of its own.
pub fn lines_as_page(content: &str, account: &Account) -> String {
    let mut out = String::from(
        "<!DOCTYPE html><meta charset=utf-8><style>body{margin:1rem;white-space:pre-wrap;\
        overflow-wrap:anywhere;font:15px/1.6 ui-monospace,monospace}</style>",
    );
    let mut at = 0;
    for entry in &account.entries {
        let (Some(span), What::Block(block)) = (entry.span, &entry.what) else { continue };
        let range = span.range();
        let (start, end) = (content.floor_char_boundary(range.start), content.floor_char_boundary(range.end));
        if start < at || end < start {
            continue;
        }
        escape(&content[at..start], &mut out);
        let _ = write!(out, "<span dir=auto><{MARK} data-block={} data-fate={}></{MARK}>", block.id, fate(block.fate));
        escape(&content[start..end], &mut out);
        out.push_str("</span>");
        at = end;
    }
    escape(&content[at..], &mut out);
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}
