//! What elements inside a line do to its text: raised and lowered figures, quotation marks, words for screen readers.

use copydesk_document::{Attr, Tag};

use super::arena::{Arena, NodeKind};

/// How the characters of an element stand in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Raised,
    Lowered,
}

/// Longer texts are no exponents, in bytes.
const LONGEST_SCRIPT: usize = 24;
/// So many nodes are looked at for the text of an element.
const NODES: usize = 24;

/// What becomes of `<sup>` and `<sub>`, so that 10³ is not read as 103.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// As if the element were not there: `1st`, `Mme`, `H2O`, `[1]`.
    Plain,
    /// In characters that are raised or lowered themselves.
    Script(Script),
    /// Set apart by a space.
    Apart,
}

/// How a `<sup>` or `<sub>` joins the text that ends in `before`.
pub(super) fn script(arena: &Arena, source: &str, id: u32, tag: Tag, before: Option<char>) -> Joined {
    let Some(text) = short_text(arena, source, id, LONGEST_SCRIPT) else { return Joined::Plain };
    let (script, digit) = match tag {
        Tag::Sup => (Script::Raised, before.is_some_and(|c| c.is_ascii_digit())),
        _ => (Script::Lowered, before.is_some_and(|c| c.is_ascii_digit())),
    };
    // A formula is searched for as it is typed: only a figure behind a figure needs to be lowered.
    let wanted = before.is_some_and(|c| !c.is_whitespace()) && (script == Script::Raised || digit);
    let has_figure = text.bytes().any(|b| b.is_ascii_digit() || b == b'n');
    if wanted && has_figure && text.chars().all(|c| convert(script, c).is_some()) {
        Joined::Script(script)
    } else if digit && text.starts_with(|c: char| c.is_ascii_digit()) {
        Joined::Apart
    } else {
        Joined::Plain
    }
}

/// A character, raised or lowered.
pub(super) fn convert(script: Script, c: char) -> Option<char> {
    let (raised, lowered) = match c {
        '0' => ('⁰', '₀'),
        '1' => ('¹', '₁'),
        '2' => ('²', '₂'),
        '3' => ('³', '₃'),
        '4' => ('⁴', '₄'),
        '5' => ('⁵', '₅'),
        '6' => ('⁶', '₆'),
        '7' => ('⁷', '₇'),
        '8' => ('⁸', '₈'),
        '9' => ('⁹', '₉'),
        '+' => ('⁺', '₊'),
        '-' | '−' | '–' => ('⁻', '₋'),
        '=' => ('⁼', '₌'),
        '(' => ('⁽', '₍'),
        ')' => ('⁾', '₎'),
        'n' => ('ⁿ', 'ₙ'),
        c if c.is_whitespace() => (c, c),
        _ => return None,
    };
    Some(if script == Script::Raised { raised } else { lowered })
}

/// The text of an element, trimmed, unless it is empty or longer than `most` bytes.
fn short_text(arena: &Arena, source: &str, id: u32, most: usize) -> Option<String> {
    let mut text = String::new();
    for (seen, node) in arena.below(id, NODES).enumerate() {
        if matches!(arena.node(node).kind, NodeKind::Text | NodeKind::Decoded) {
            text.push_str(arena.text(node, source));
        }
        if text.len() > most || seen + 1 == NODES {
            return None;
        }
    }
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Whether `<q>` holds its quotation marks already.
pub(super) fn is_quoted(arena: &Arena, source: &str, id: u32) -> bool {
    let texts = arena.below(id, NODES).filter(|n| matches!(arena.node(*n).kind, NodeKind::Text | NodeKind::Decoded));
    let first = texts.map(|node| arena.text(node, source).trim_start()).find(|text| !text.is_empty());
    first.is_none_or(|text| text.starts_with(['"', '“', '„', '«', '»', '‘', '‚', '\'', '‹', '›', '「', '『']))
}

/// Names in `class` by which style sheets keep an element for screen readers. A name may have a prefix of its site.
const UNSEEN: [&str; 9] = [
    "sr-only",
    "sronly",
    "visually-hidden",
    "visuallyhidden",
    "screen-reader-text",
    "screen-reader-only",
    "screenreader-only",
    "tooltiptext",
    "mw-editsection",
];

/// Whether an element inside a line, behind other words of it, is for screen readers or comes up at a touch alone.
pub(super) fn is_unseen(arena: &Arena, id: u32) -> bool {
    let named = |class: &str| class.split_ascii_whitespace().any(|name| UNSEEN.iter().any(|end| name.ends_with(end)));
    arena.attr(id, Attr::Class).is_some_and(named)
        || arena.attr(id, Attr::Role).is_some_and(|role| role.eq_ignore_ascii_case("tooltip"))
}

/// Whether a link in a heading is the sign by which readers copy the address of that heading: `#`, `¶`.
pub(super) fn is_anchor_sign(arena: &Arena, source: &str, id: u32) -> bool {
    arena.attr(id, Attr::Href).is_some_and(|href| href.trim_start().starts_with('#'))
        && short_text(arena, source, id, 8).is_some_and(|text| !text.contains(char::is_alphanumeric))
}

/// Signs of links that lead back from a note to its mark.
const BACK: [char; 13] = ['↩', '↑', '^', '↵', '⤴', '⇑', '⮌', '⏎', '↲', '▲', '\u{fe0e}', '\u{fe0f}', '\u{200b}'];

/// Whether an element leads from a note back to its mark in the text.
pub(super) fn leads_back(arena: &Arena, source: &str, id: u32, tag: Tag) -> bool {
    match tag {
        Tag::A => {
            arena.attr(id, Attr::Href).is_some_and(|href| href.trim_start().starts_with('#'))
                && short_text(arena, source, id, 16)
                    .is_some_and(|text| text.chars().all(|c| BACK.contains(&c) || c.is_whitespace()))
        }
        Tag::Span => arena.attr(id, Attr::Class).is_some_and(|class| class == "mw-cite-backlink"),
        _ => false,
    }
}

/// Whether an element is named for the large first letter of a text, and holds it alone.
pub(super) fn is_drop_cap(arena: &Arena, source: &str, id: u32) -> bool {
    let named = |class: &str| {
        // Every element of a page is asked: hardly any class has one of the words that all these names begin with.
        if !class.as_bytes().windows(4).any(|word| {
            word.eq_ignore_ascii_case(b"drop")
                || word.eq_ignore_ascii_case(b"lett")
                || word.eq_ignore_ascii_case(b"firs")
        }) {
            return false;
        }
        let class = class.to_ascii_lowercase();
        ["dropcap", "drop-cap", "drop_cap", "lettrine", "first-letter", "firstletter"].iter().any(|n| class.contains(n))
    };
    let letter = |text: String| text.chars().count() == 1 && text.chars().all(char::is_uppercase);
    arena.attr(id, Attr::Class).is_some_and(named) && short_text(arena, source, id, 8).is_some_and(letter)
}
