//! Tables: with bars where every cell is in one row and one column, else as HTML, which Markdown may hold.

use std::fmt::Write as _;

use copydesk_document::{BlockId, BlockKind, Document};

use crate::markdown::one_line;
use crate::structure::{self, Cell, Row};

/// So many cells may be put in to make the rows of a table as long as its longest, and four for each that is there.
const MOST_PADDED: usize = 10_000;

/// How many of these blocks are rows of the table that the first is a row of.
pub(crate) fn rows(doc: &Document, blocks: &[BlockId]) -> usize {
    let table = |id: BlockId| structure::row(doc, id).map(|row| row.table);
    let Some(first) = blocks.first() else { return 0 };
    let own = table(*first);
    let same = |id: &&BlockId| doc.block(**id).kind == BlockKind::TableRow && table(**id) == own;
    1 + blocks[1..].iter().take_while(same).count()
}

/// Writes the rows of one table, with its caption.
pub(crate) fn write(out: &mut String, doc: &Document, blocks: &[BlockId], inline: impl Fn(BlockId) -> String) {
    let rows: Vec<Option<Row>> = blocks.iter().map(|id| structure::row(doc, *id)).collect();
    let table = rows.first().and_then(Option::as_ref).map(|row| row.table);
    // A caption of the body stands in its place already.
    let caption = table.and_then(|table| structure::caption(doc, table));
    let caption = caption.filter(|id| !doc.block(*id).label().is_body());
    let heads = rows.iter().take_while(|row| row.as_ref().is_some_and(|row| row.head)).count();
    // What a stage has rewritten may have other cells than its row.
    let fits = |(id, row): (&BlockId, &Option<Row>)| {
        row.as_ref().is_some_and(|row| doc.text(*id).split('\t').count() <= row.cells.len())
    };
    let spans = rows.iter().flatten().flat_map(|row| &row.cells).any(|cell| cell.rows > 1 || cell.columns > 1);
    if (spans || heads > 1) && blocks.iter().zip(&rows).all(fits) {
        html(out, doc, blocks, &rows, caption, heads);
        return;
    }
    if let Some(caption) = caption {
        let _ = write!(out, "{}\n\n", one_line(&inline(caption)));
    }
    let lines: Vec<Vec<String>> = blocks
        .iter()
        .map(|id| inline(*id).split('\t').map(|cell| one_line(cell).replace('|', "\\|")).collect())
        .collect();
    let width = lines.iter().map(Vec::len).max().unwrap_or(1);
    // A short row needs no filling: one very long row would make all others as long.
    let pads = width * lines.len() <= MOST_PADDED + 4 * lines.iter().map(Vec::len).sum::<usize>();
    for (at, line) in lines.iter().enumerate() {
        let padding = " |".repeat(if pads { width - line.len() } else { 0 });
        let _ = write!(out, "{}| {} |{padding}", if at > 0 { "\n" } else { "" }, line.join(" | "));
        if at == 0 {
            let _ = write!(out, "\n|{}", " --- |".repeat(width));
        }
    }
}

fn html(
    out: &mut String,
    doc: &Document,
    blocks: &[BlockId],
    rows: &[Option<Row>],
    caption: Option<BlockId>,
    heads: usize,
) {
    out.push_str("<table>\n");
    if let Some(caption) = caption {
        let _ = writeln!(out, "<caption>{}</caption>", escaped(doc.text(caption)));
    }
    for (at, (id, row)) in blocks.iter().zip(rows).enumerate() {
        if at == 0 {
            out.push_str(if heads > 0 { "<thead>\n" } else { "<tbody>\n" });
        } else if at == heads {
            out.push_str("</thead>\n<tbody>\n");
        }
        let mut texts = doc.text(*id).split('\t');
        out.push_str("<tr>");
        for cell in row.iter().flat_map(|row| &row.cells) {
            let Cell { head, rows, columns } = *cell;
            let tag = if head { "th" } else { "td" };
            let _ = write!(out, "<{tag}");
            for (name, number) in [("rowspan", rows), ("colspan", columns)] {
                if number > 1 {
                    let _ = write!(out, " {name}=\"{number}\"");
                }
            }
            let _ = write!(out, ">{}</{tag}>", escaped(texts.next().unwrap_or_default()));
        }
        out.push_str("</tr>\n");
    }
    out.push_str(if heads == blocks.len() { "</thead>\n</table>" } else { "</tbody>\n</table>" });
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>")
}
