//! Which tables hold data, and which only lay out the page.

use copydesk_document::{Attr, Tag};

use super::arena::{Arena, DOCUMENT, NONE, NodeKind};
use super::display::{Display, display};

/// A table that is open during the walk.
struct Table {
    node: u32,
    layout: bool,
    cells: u32,
    /// Cells with more than one run of text.
    blocky: u32,
    /// Runs of text in the cell that is open, and what has come since the last text.
    runs: u32,
    edge: bool,
    breaks: u32,
}

impl Table {
    fn end_cell(&mut self) {
        if self.runs > 0 {
            self.cells += 1;
            self.blocky += u32::from(self.runs > 1);
        }
        self.runs = 0;
    }

    fn is_data(&self) -> bool {
        !self.layout && self.cells > 1 && self.blocky * 4 <= self.cells
    }
}

/// Marks the tables that hold data: more than one cell with text, and nearly every cell with one run of text and no
/// heading, list or table in it. In all other tables a cell is only a place on the page.
pub(super) fn mark_data_tables(arena: &mut Arena, source: &str) {
    if !arena.has_tables {
        return;
    }
    let mut open: Vec<Table> = Vec::new();
    let mut data = Vec::new();
    let mut id = arena.node(DOCUMENT).first;
    while id != NONE {
        let node = arena.node(id);
        match node.kind {
            NodeKind::Text | NodeKind::Decoded => {
                if let Some(table) = open.last_mut()
                    && !arena.text(id, source).trim().is_empty()
                {
                    if table.edge || table.runs == 0 || table.breaks > 1 {
                        table.runs += 1;
                    }
                    table.edge = false;
                    table.breaks = 0;
                }
            }
            NodeKind::Element if node.tag == Tag::Table => {
                if let Some(outer) = open.last_mut() {
                    outer.layout = true;
                }
                let formula = |class: &str| class.contains("equation") || class.contains("eqn");
                let layout = arena.attr(id, Attr::Role).is_some_and(|r| matches!(r, "presentation" | "none"))
                    || arena.attr(id, Attr::Class).is_some_and(formula);
                open.push(Table { node: id, layout, cells: 0, blocky: 0, runs: 0, edge: false, breaks: 0 });
            }
            NodeKind::Element => {
                if let Some(table) = open.last_mut() {
                    step(table, node.tag);
                }
            }
            _ => {}
        }
        // On to the next node, closing what ends here.
        let mut next = node.first;
        let mut up = id;
        while next == NONE && up != DOCUMENT {
            let node = arena.node(up);
            if node.kind == NodeKind::Element && !open.is_empty() {
                leave(&mut open, &mut data, up, node.tag);
            }
            next = node.next;
            up = node.parent;
        }
        id = next;
    }
    for id in data {
        arena.nodes[id as usize].data_table = true;
    }
}

fn step(table: &mut Table, tag: Tag) {
    match display(tag) {
        Display::Cell => {
            table.end_cell();
            table.edge = false;
            table.breaks = 0;
        }
        Display::Block => {
            table.edge = true;
            table.layout |= matches!(
                tag,
                Tag::Ul
                    | Tag::Ol
                    | Tag::Dl
                    | Tag::Blockquote
                    | Tag::Pre
                    | Tag::Form
                    | Tag::Article
                    | Tag::Section
                    | Tag::H1
                    | Tag::H2
                    | Tag::H3
                    | Tag::H4
                    | Tag::H5
                    | Tag::H6
            );
        }
        _ if tag == Tag::Br => table.breaks += 1,
        _ => {}
    }
}

fn leave(open: &mut Vec<Table>, data: &mut Vec<u32>, id: u32, tag: Tag) {
    let Some(table) = open.last_mut() else { return };
    match display(tag) {
        Display::Cell => table.end_cell(),
        Display::Block if tag == Tag::Caption => table.runs = 0,
        Display::Block => table.edge = true,
        _ => {}
    }
    if tag == Tag::Table && table.node == id {
        if table.is_data() {
            data.push(id);
        }
        open.pop();
    }
}
