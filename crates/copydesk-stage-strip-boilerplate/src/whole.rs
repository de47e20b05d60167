//! What has a form of its own stays as a whole: tables with all of their rows and their caption, lists, terms, quotes with their
//! source, code, and notes that a mark in the text leads to. The forests judge each row and each line by itself, and some
//! are as short as a label.

use copydesk_document::{BlockId, BlockKind, ElementId, Tag, Tree};

use crate::{judge::Verdict, page::Page};

/// So many blocks around such a piece are asked whether they are text.
const AROUND: usize = 10;

/// A piece: its blocks, and the element that holds them.
struct Piece {
    kind: BlockKind,
    holder: ElementId,
    blocks: Vec<usize>,
}

pub(crate) fn keep(page: &Page<'_>, verdicts: &mut [Verdict]) {
    let Some(tree) = &page.doc.tree else { return };
    if !verdicts.iter().any(Verdict::stays) {
        return;
    }
    for piece in pieces(page, tree) {
        let stay = piece.blocks.iter().filter(|index| verdicts[**index].stays()).count();
        let open = |index: &usize| verdicts[*index] == Verdict::Unlikely && page.linked[*index] < 0.5;
        let all_open = piece.blocks.iter().all(open);
        // Of a list of teasers, and of what somebody has posted elsewhere, a part may be likely.
        let quarters = match piece.kind {
            BlockKind::ListItem => 3,
            BlockKind::Quote => 2,
            // Tables without heads lay out boxes of the page as well.
            BlockKind::TableRow if !has_heads(tree, piece.holder) => 3,
            _ => 1,
        };
        let judged_apart = matches!(piece.kind, BlockKind::ListItem | BlockKind::Quote);
        let reason = if stay > 0 && stay * 4 >= piece.blocks.len() * quarters {
            "the rest of it stays"
        } else if !judged_apart && all_open && is_text(page, tree, &piece, verdicts) {
            "it stands in the text"
        } else {
            continue;
        };
        for index in &piece.blocks {
            let open = verdicts[*index] == Verdict::Unlikely && page.linked[*index] < 0.5;
            // The caption of a figure that holds a quotation names its source.
            let source = piece.kind == BlockKind::Quote
                && matches!(&verdicts[*index], Verdict::Rule(finding) if finding.rule == "caption");
            if open || source {
                verdicts[*index] = Verdict::Kept("whole", reason);
            }
        }
        if piece.kind == BlockKind::TableRow
            && let Some(caption) = caption(page, tree, &piece)
        {
            verdicts[caption] = Verdict::Kept("whole", "the caption of a table that stays");
        }
    }
    notes(page, tree, verdicts);
}

/// What has a form, in order. Captions, controls and what is hidden may stand in between.
fn pieces(page: &Page<'_>, tree: &Tree) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (id, block) in page.doc.iter() {
        if block.hidden {
            continue;
        }
        let Some(element) = block.element else { continue };
        let around = |wanted: &dyn Fn(ElementId) -> bool| tree.ancestors(element).take(12).find(|e| wanted(*e));
        let tag = |element, tags: &[Tag]| tags.contains(&tree.tag(element));
        let is_table = |e| tag(e, &[Tag::Table]) || tree.attr(e, copydesk_document::Attr::Role) == Some("table");
        let holder = match block.kind {
            BlockKind::TableRow => around(&is_table),
            BlockKind::Definition => around(&|e| tag(e, &[Tag::Dl])),
            BlockKind::Quote => around(&|e| tag(e, &[Tag::Figure])).or_else(|| around(&|e| tag(e, &[Tag::Blockquote]))),
            BlockKind::Code => Some(element),
            BlockKind::ListItem => outermost_list(tree, element),
            _ => None,
        };
        let Some(holder) = holder else { continue };
        match pieces.last_mut().filter(|last| last.holder == holder && last.kind == block.kind) {
            Some(last) => last.blocks.push(id.index()),
            None => pieces.push(Piece { kind: block.kind, holder, blocks: vec![id.index()] }),
        }
    }
    pieces
}

/// The outermost of the lists that an entry stands in, each in an entry of the next.
fn outermost_list(tree: &Tree, element: ElementId) -> Option<ElementId> {
    let in_list =
        |e: &ElementId| matches!(tree.tag(*e), Tag::Ul | Tag::Ol | Tag::Li | Tag::P | Tag::Span | Tag::B | Tag::Strong);
    let around = tree.ancestors(element).take(16).take_while(in_list);
    around.filter(|e| matches!(tree.tag(*e), Tag::Ul | Tag::Ol)).last()
}

/// Whether a table says which of its cells are heads.
fn has_heads(tree: &Tree, table: ElementId) -> bool {
    let is_head = |e| tree.tag(e) == Tag::Th || tree.attr(e, copydesk_document::Attr::Role) == Some("columnheader");
    tree.descendants(table).any(is_head)
}

/// Whether a piece none of whose blocks is likely stands in the text all the same: text right above it stays, and right below it
/// as well; code, and tables that say which of their cells are heads, may end a text.
fn is_text(page: &Page<'_>, tree: &Tree, piece: &Piece, verdicts: &[Verdict]) -> bool {
    let (Some(first), Some(last)) = (piece.blocks.first(), piece.blocks.last()) else { return false };
    let passes = |index: &usize| {
        let block = page.doc.block(BlockId(*index as u32));
        let formed = matches!(block.kind, BlockKind::TableRow | BlockKind::Definition | BlockKind::Code);
        let beside = matches!(block.kind, BlockKind::Control | BlockKind::Caption | BlockKind::Heading) || formed;
        block.hidden || beside && !verdicts[*index].stays()
    };
    let stays = |index: Option<usize>| index.is_some_and(|index| verdicts[index].stays());
    let above = stays((0..*first).rev().take(AROUND).find(|index| !passes(index)));
    let below = stays((last + 1..page.len()).take(AROUND).find(|index| !passes(index)));
    let few = piece.blocks.len() < 2;
    match piece.kind {
        BlockKind::Code => above && page.doc.text(BlockId(*first as u32)).len() >= 12,
        BlockKind::TableRow => !few && above && (below || has_heads(tree, piece.holder)),
        BlockKind::Definition => !few && above && below,
        _ => above && below,
    }
}

/// The caption of a table: in it, or in the figure around it.
fn caption(page: &Page<'_>, tree: &Tree, piece: &Piece) -> Option<usize> {
    let figure = tree.ancestors(piece.holder).take(6).find(|element| tree.tag(*element) == Tag::Figure);
    let around = figure.unwrap_or(piece.holder);
    let (first, last) = (*piece.blocks.first()?, *piece.blocks.last()?);
    let is_caption = |index: &usize| {
        let block = page.doc.block(BlockId(*index as u32));
        block.kind == BlockKind::Caption && !block.hidden && block.element.is_some_and(|e| tree.contains(around, e))
    };
    let beside = (first.saturating_sub(AROUND)..first).rev().chain(last + 1..(last + AROUND).min(page.len()));
    beside.into_iter().find(is_caption)
}

/// Notes that a mark in the text leads to.
fn notes(page: &Page<'_>, tree: &Tree, verdicts: &mut [Verdict]) {
    const LONGEST: usize = 2_000;
    for target in page.doc.note_targets(|id| verdicts[id.index()].stays()) {
        let span = tree.get(target.holder).span;
        let first = page.doc.blocks().partition_point(|block| block.span.end <= span.start);
        for (index, verdict) in verdicts.iter_mut().enumerate().skip(first) {
            let block = page.doc.block(BlockId(index as u32));
            if block.span.start >= span.end {
                break;
            }
            let inside = block.element.is_some_and(|element| tree.contains(target.holder, element));
            let kind = matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Definition);
            let behind = target.links.iter().all(|(link, _)| link.index() < index);
            let text = page.doc.text(BlockId(index as u32));
            let short = text.len() <= LONGEST && text.len() > target.mark.len() + 2;
            if inside && kind && behind && short && !block.hidden && *verdict == Verdict::Unlikely {
                *verdict = Verdict::Kept("whole", "a note that a mark in the text leads to");
            }
        }
    }
}
