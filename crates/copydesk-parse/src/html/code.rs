//! Code as sites show it: in tables with a column of line numbers, in elements line by line, with labels and buttons.

use copydesk_document::{Attr, Tag};

use super::{
    arena::{Arena, NONE, NodeKind},
    display::{heading_level, is_part_of_page},
};

/// So many nodes of a column of numbers are looked at.
const NODES: usize = 20_000;
/// Longer texts are no labels, in bytes.
const LONGEST_LABEL: usize = 20;

/// Names of what holds the numbers of lines, in `class`.
const GUTTERS: [&str; 19] = [
    "linenos",
    "lineno",
    "linenodiv",
    "linenumber",
    "linenumbers",
    "line-number",
    "line-numbers",
    "line-numbers-rows",
    "line-numbers-wrapper",
    "lnt",
    "ln",
    "gutter",
    "gl",
    "crayon-nums",
    "hljs-ln-numbers",
    "blob-num",
    "CodeMirror-gutter-wrapper",
    "CodeMirror-linenumber",
    "ace_gutter",
];

/// Whether an element holds the numbers of lines, and nothing else.
pub(super) fn is_gutter(arena: &Arena, source: &str, id: u32) -> bool {
    let named = |class: &str| class.split_ascii_whitespace().any(|word| GUTTERS.contains(&word));
    if !arena.attr(id, Attr::Class).is_some_and(named) {
        return false;
    }
    let texts = arena.below(id, NODES).map(|node| arena.text(node, source));
    texts.flat_map(str::chars).all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ':' | '|'))
}

/// Whether an element that is no `<pre>` shows code line by line, by the class that its highlighter has given it.
pub(super) fn is_container(arena: &Arena, id: u32) -> bool {
    let Some(class) = arena.attr(id, Attr::Class) else { return false };
    let mut words = class.split_ascii_whitespace();
    words.any(|word| match word {
        "crayon-pre" | "CodeMirror-code" | "view-lines" | "ace_text-layer" | "js-file-line-container" => true,
        // Other elements are called so as well: here each child is a line.
        "container" | "fragment" => holds_lines_alone(arena, id),
        _ => false,
    })
}

/// Whether every element right inside is a line of code, with nothing in it that a page is laid out with.
fn holds_lines_alone(arena: &Arena, id: u32) -> bool {
    let mut lines = arena.children(id).take(NODES).peekable();
    let is_layout = |node: u32| is_part_of_page(arena.node(node).tag) || arena.node(node).tag == Tag::Img;
    lines.peek().is_some()
        && lines.all(|line| arena.node(line).tag == Tag::Div && is_line(arena, line))
        && !arena.below(id, NODES).any(is_layout)
}

/// Whether an element inside of code is one of its lines.
pub(super) fn is_line(arena: &Arena, id: u32) -> bool {
    let named = |class: &str| {
        class.split_ascii_whitespace().any(|word| {
            matches!(
                word,
                "line" | "crayon-line" | "CodeMirror-line" | "view-line" | "ace_line" | "code-line" | "ec-line"
            )
        })
    };
    match arena.node(id).tag {
        Tag::Tr | Tag::Li => true,
        Tag::Div | Tag::P | Tag::Pre => arena.attr(id, Attr::Class).is_some_and(named),
        _ => false,
    }
}

/// Whether an element beside code names its language, or numbers the cell of a notebook.
pub(super) fn is_label(arena: &Arena, source: &str, id: u32) -> bool {
    let named = |class: &str| {
        class.split_ascii_whitespace().any(|word| {
            matches!(
                word,
                "lang"
                    | "language"
                    | "language-name"
                    | "crayon-language"
                    | "code-lang"
                    | "code-language"
                    | "toolbar-item"
                    | "prompt"
                    | "jp-InputPrompt"
                    | "jp-OutputPrompt"
            )
        })
    };
    arena.attr(id, Attr::Class).is_some_and(named) && is_short(arena, source, id) && is_beside_code(arena, id)
}

fn is_short(arena: &Arena, source: &str, id: u32) -> bool {
    let mut bytes = 0;
    for node in arena.below(id, 12) {
        bytes += arena.text(node, source).trim().len();
    }
    bytes <= LONGEST_LABEL
}

/// Whether code stands in one of the next elements around, before or behind it.
fn is_beside_code(arena: &Arena, id: u32) -> bool {
    let holds = |around: u32| {
        let is_code = |node: u32| arena.node(node).tag == Tag::Pre || is_code_element(arena, node);
        is_code(around) || arena.below(around, 60).any(is_code)
    };
    let mut at = id;
    for _ in 0..4 {
        let node = arena.node(at);
        if [node.next, node.prev].into_iter().filter(|beside| *beside != NONE).any(holds) {
            return true;
        }
        // White space may stand between.
        let beyond = |beside: u32, next: fn(&Arena, u32) -> u32| {
            (beside != NONE && arena.node(beside).kind == NodeKind::Text)
                .then(|| next(arena, beside))
                .filter(|n| *n != NONE)
        };
        let behind = beyond(node.next, |arena, id| arena.node(id).next);
        let before = beyond(node.prev, |arena, id| arena.node(id).prev);
        if behind.into_iter().chain(before).any(holds) {
            return true;
        }
        at = node.parent;
        if at == NONE || at == super::arena::DOCUMENT || is_of_text(arena, at) {
            return false;
        }
    }
    false
}

/// Whether an element holds sentences: a name in it is a word of theirs.
fn is_of_text(arena: &Arena, id: u32) -> bool {
    let tag = arena.node(id).tag;
    matches!(tag, Tag::P | Tag::Li | Tag::Td | Tag::Dd | Tag::Dt) || heading_level(tag).is_some()
}

fn is_code_element(arena: &Arena, id: u32) -> bool {
    matches!(arena.node(id).tag, Tag::Div | Tag::Table) && is_container(arena, id)
}
