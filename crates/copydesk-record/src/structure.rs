//! What the element tree says of the blocks of the main text: which entries make a list and by which number, which cells a row
//! has, what a block of code is written in, which line is a note and where its mark stands.

use std::collections::{BTreeMap, BTreeSet};

use copydesk_document::{Attr, BlockId, BlockKind, Document, ElementId, Tag, Tree};

/// So many elements around a block are looked at.
const AROUND: usize = 64;

/// An entry of a list, with the lists around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) item: ElementId,
    /// Its number, where the list has numbers.
    pub(crate) number: Option<usize>,
    /// How far it is set in by the marks of the entries around it.
    pub(crate) indent: usize,
}

impl Entry {
    pub(crate) fn mark(&self) -> String {
        self.number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "))
    }
}

/// The entries of lists with their numbers, read once for each list.
#[derive(Debug, Default)]
pub(crate) struct Lists(BTreeMap<ElementId, BTreeMap<ElementId, usize>>);

/// The innermost entry of a list that a block stands in.
pub(crate) fn entry(doc: &Document, id: BlockId, lists: &mut Lists) -> Option<Entry> {
    let tree = doc.tree.as_ref()?;
    let around: Vec<ElementId> = tree.ancestors(doc.block(id).element?).take(AROUND).collect();
    let at = around.iter().position(|element| tree.tag(*element) == Tag::Li)?;
    let item = around[at];
    let list = around[at + 1..].iter().position(|element| is_list(tree, *element)).map(|offset| at + 1 + offset)?;
    let number = lists.number(tree, around[list], item);
    let mut indent = 0;
    let mut outer = around[list + 1..].iter();
    while let Some(list) = outer.find(|element| is_list(tree, **element)) {
        // Lists may stand beside the entry that they belong to, and not in it.
        let inner = around[..].iter().rev().skip_while(|element| *element != list).nth(1);
        let above = inner.and_then(|inner| {
            if tree.tag(*inner) == Tag::Li {
                Some(*inner)
            } else {
                lists.of(tree, *list).range(..inner).next_back().map(|(item, _)| *item)
            }
        });
        let number = above.and_then(|above| lists.number(tree, *list, above));
        indent += number.map_or(2, |number| number.to_string().len() + 2);
    }
    Some(Entry { item, number, indent })
}

fn is_list(tree: &Tree, element: ElementId) -> bool {
    matches!(tree.tag(element), Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dir)
}

impl Lists {
    /// The number of an entry: that of the entry itself or of one before it, counted on, or the first of the list.
    fn number(&mut self, tree: &Tree, list: ElementId, item: ElementId) -> Option<usize> {
        let entries = self.of(tree, list);
        let number = entries.range(item..).next().map(|(_, number)| *number);
        number
            .or_else(|| entries.values().next_back().map(|last| last.saturating_add(1)))
            .filter(|_| tree.tag(list) == Tag::Ol)
    }

    fn of(&mut self, tree: &Tree, list: ElementId) -> &BTreeMap<ElementId, usize> {
        self.0.entry(list).or_insert_with(|| {
            let given =
                |element, name| tree.attr_named(element, name).and_then(|value| value.trim().parse::<usize>().ok());
            let mut next = given(list, "start").unwrap_or(1);
            let entries = tree.children(list).filter(|child| tree.tag(*child) == Tag::Li);
            let numbered = entries.map(|entry| {
                let number = given(entry, "value").unwrap_or(next);
                next = number.saturating_add(1);
                (entry, number)
            });
            numbered.collect()
        })
    }
}

/// The cells of a row: whether each is one of the head, and over how many rows and columns it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) head: bool,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// A row of a table, by the element tree.
pub(crate) struct Row {
    pub(crate) table: ElementId,
    /// Whether it stands in the head of the table.
    pub(crate) head: bool,
    pub(crate) cells: Vec<Cell>,
}

pub(crate) fn row(doc: &Document, id: BlockId) -> Option<Row> {
    const MOST: usize = 1_000;
    let tree = doc.tree.as_ref()?;
    let element = doc.block(id).element?;
    let role = |element, name: &str| tree.attr(element, Attr::Role) == Some(name);
    let table = tree.ancestors(element).find(|e| tree.tag(*e) == Tag::Table || role(*e, "table"))?;
    let is_cell = |cell: &ElementId| {
        matches!(tree.tag(*cell), Tag::Td | Tag::Th)
            || matches!(tree.attr(*cell, Attr::Role), Some("cell" | "gridcell" | "columnheader" | "rowheader"))
    };
    let span = |cell, name: &str, aria: &str| {
        let given = tree.attr_named(cell, name).or_else(|| tree.attr_named(cell, aria));
        given.and_then(|value| value.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, MOST)
    };
    let cells: Vec<Cell> = tree
        .children(element)
        .filter(is_cell)
        .map(|cell| Cell {
            head: tree.tag(cell) == Tag::Th || role(cell, "columnheader") || role(cell, "rowheader"),
            rows: span(cell, "rowspan", "aria-rowspan"),
            columns: span(cell, "colspan", "aria-colspan"),
        })
        .collect();
    let head = tree.ancestors(element).take(3).any(|e| tree.tag(e) == Tag::Thead)
        || !cells.is_empty() && cells.iter().all(|cell| cell.head);
    Some(Row { table, head, cells })
}

/// The caption of a table, if the page gives one by its markup.
pub(crate) fn caption(doc: &Document, table: ElementId) -> Option<BlockId> {
    let tree = doc.tree.as_ref()?;
    let figure = tree.ancestors(table).take(6).find(|element| tree.tag(*element) == Tag::Figure);
    let around = figure.unwrap_or(table);
    let element = tree.get(around);
    let is_caption = |id: &BlockId| {
        let block = doc.block(*id);
        block.kind == BlockKind::Caption && !block.hidden && block.element.is_some_and(|e| tree.contains(around, e))
    };
    // Blocks stand in the order of the source.
    let first = doc.blocks().partition_point(|block| block.span.end < element.span.start);
    let near = (first as u32..doc.blocks().len() as u32).map(BlockId);
    near.take_while(|id| doc.block(*id).span.start <= element.span.end).find(is_caption)
}

/// What a block of code is written in, as its page calls it.
pub(crate) fn code_language(doc: &Document, id: BlockId) -> Option<String> {
    const DEPTH: usize = 14;
    let tree = doc.tree.as_ref()?;
    let element = doc.block(id).element?;
    // A page, too, says which language it is in, and means another kind of language.
    let is_page = |element: &ElementId| matches!(tree.tag(*element), Tag::Html | Tag::Body | Tag::Main | Tag::Article);
    tree.ancestors(element).take(DEPTH).take_while(|element| !is_page(element)).find_map(|element| {
        ["data-lang", "data-language", "data-enlighter-language"]
            .iter()
            .find_map(|name| tree.attr_named(element, name))
            .or_else(|| tree.attr(element, Attr::Class).and_then(language_of_class))
            .or_else(|| (tree.tag(element) == Tag::Code).then(|| tree.attr(element, Attr::Lang)).flatten())
            .map(str::trim)
            .filter(|name| is_language(name))
            .map(str::to_ascii_lowercase)
    })
}

/// What a highlighter says in `class`: `language-rust`, `brush: sql;`, `highlight-source-js`, `sourceCode python`.
fn language_of_class(class: &str) -> Option<&str> {
    const PREFIXES: [&str; 5] = ["language-", "lang-", "highlight-source-", "highlight-", "hl-"];
    /// What stands before the language, or behind it.
    const MARKERS: [&str; 6] = ["brush:", "sourceCode", "syntaxhighlighter", "hljs", "EnlighterJSRAW", "prettyprint"];
    let mut words = class.split(|c: char| c.is_ascii_whitespace() || c == ';').filter(|word| !word.is_empty());
    let mut marked = false;
    let mut other = None;
    for word in words.by_ref() {
        let prefixed = PREFIXES.iter().find_map(|prefix| word.strip_prefix(prefix));
        if let Some(name) = prefixed.or_else(|| word.strip_prefix("brush:")).filter(|name| is_language(name)) {
            return Some(name);
        }
        if MARKERS.contains(&word) {
            marked = true;
        } else if marked && other.is_none() {
            other = Some(word);
        }
    }
    other.filter(|name| is_language(name) && !name.contains('-'))
}

/// Whether a word can be the name of a language, and says which.
fn is_language(name: &str) -> bool {
    const NONE: [&str; 28] = [
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "ru",
        "zh",
        "ja",
        "ko",
        "nl",
        "sv",
        "none",
        "text",
        "plain",
        "plaintext",
        "txt",
        "default",
        "generic",
        "auto",
        "raw",
        "copyable",
        "highlight",
        "notranslate",
        "nohighlight",
        "numbers",
        "line",
        "linenums",
    ];
    let lower = name.to_ascii_lowercase();
    (1..=24).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'-' | b'.' | b'_'))
        && !NONE.contains(&lower.as_str())
}

/// The innermost element of a tag that a block stands in.
pub(crate) fn inside(doc: &Document, id: BlockId, tags: &[Tag]) -> Option<ElementId> {
    let tree = doc.tree.as_ref()?;
    tree.ancestors(doc.block(id).element?).take(AROUND).find(|element| tags.contains(&tree.tag(*element)))
}

/// The notes of the main text.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// The blocks that begin a note, with its mark.
    pub(crate) begins: BTreeMap<BlockId, String>,
    /// The blocks that go on with one.
    pub(crate) rest: BTreeSet<BlockId>,
    /// The links that are marks: the block, and where the link begins in it.
    pub(crate) marks: BTreeMap<(BlockId, u32), String>,
}

/// Finds marks that lead to a note further down.
pub(crate) fn notes(doc: &Document) -> Notes {
    const LONGEST: usize = 2_000;
    const MOST_BLOCKS: usize = 4;
    let mut found = Notes::default();
    let Some(tree) = &doc.tree else { return found };
    let is_body = |id: BlockId| doc.block(id).label().is_body();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for target in doc.note_targets(is_body) {
        let span = tree.get(target.holder).span;
        let first = doc.blocks().partition_point(|block| block.span.end <= span.start);
        let inside = |id: &BlockId| doc.block(*id).element.is_some_and(|element| tree.contains(target.holder, element));
        let blocks: Vec<BlockId> = (first as u32..doc.blocks().len() as u32)
            .map(BlockId)
            .take_while(|id| doc.block(*id).span.start < span.end)
            .filter(|id| inside(id) && is_body(*id))
            .take(MOST_BLOCKS + 1)
            .collect();
        let Some(begin) = blocks.first().copied() else { continue };
        let is_note = blocks.len() <= MOST_BLOCKS
            && blocks.iter().map(|id| doc.text(*id).len()).sum::<usize>() <= LONGEST
            && blocks.iter().all(|id| {
                let kind = doc.block(*id).kind;
                matches!(kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Note | BlockKind::Definition)
            })
            && target.links.iter().all(|(id, _)| *id < begin)
            && !doc.text(begin).starts_with('$');
        if !is_note || found.begins.contains_key(&begin) {
            continue;
        }
        let mut name = target.mark;
        if used.contains(&name) {
            name = target.fragment.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        }
        // Two notes of one name would be one.
        let mut copy = 1;
        while name.is_empty() || !used.insert(name.clone()) {
            copy += 1;
            name = format!("{}-{copy}", name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-'));
        }
        found.rest.extend(&blocks[1..]);
        found.marks.extend(target.links.iter().map(|link| (*link, name.clone())));
        found.begins.insert(begin, name);
    }
    found
}

/// The text of a note without the mark in front of it.
pub(crate) fn without_mark<'a>(text: &'a str, name: &str) -> &'a str {
    let rest = text.trim_start_matches(['[', '(', '^', '\\']);
    let digits = rest.strip_prefix(name).or_else(|| {
        let raised: String = name.chars().filter_map(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10)? as usize)).collect();
        (!raised.is_empty()).then(|| rest.strip_prefix(raised.as_str())).flatten()
    });
    match digits {
        Some(rest) if !rest.starts_with(char::is_alphanumeric) => {
            rest.trim_start_matches([']', ')', '.', ':', '\\']).trim_start()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_names_the_language() {
        for (class, want) in [
            ("language-rust", Some("rust")),
            ("lang-js s-code-block", Some("js")),
            ("brush: sql; title: ; notranslate", Some("sql")),
            ("highlight highlight-source-shell", Some("shell")),
            ("sourceCode python", Some("python")),
            ("hljs yaml", Some("yaml")),
            ("highlight-text notranslate", None),
            ("line-numbers language-none", None),
            ("highlight", None),
            ("prettyprint linenums prettyprinted", None),
        ] {
            assert_eq!(language_of_class(class), want, "{class}");
        }
    }

    #[test]
    fn a_note_loses_its_mark() {
        assert_eq!(without_mark("[1] See there.", "1"), "See there.");
        assert_eq!(without_mark("12 men", "1"), "12 men");
    }
}
