//! Where a text is cut.

use std::ops::Range;

use copydesk_document::{BlockId, BlockKind, Document, Span};
use copydesk_tokenizer::Tokenizer;
use text_splitter::{ChunkConfig, ChunkSizer, TextSplitter};

use crate::{Kind, Unit};

/// A piece of the main text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    /// Bytes of the main text.
    pub(crate) range: Range<usize>,
    pub(crate) blocks: Vec<BlockId>,
    /// Where the blocks stand in the source.
    pub(crate) span: Option<Span>,
    pub(crate) headings: Vec<String>,
}

/// How the length of a piece is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Measure<'t> {
    Characters,
    Words,
    Tokens(&'t Tokenizer),
}

impl<'t> Measure<'t> {
    /// Without a tokenizer no tokens are asked for.
    pub(crate) fn new(unit: Unit, tokenizer: Option<&'t Tokenizer>) -> Self {
        match (unit, tokenizer) {
            (Unit::Tokens, Some(tokenizer)) => Self::Tokens(tokenizer),
            (Unit::Words, _) => Self::Words,
            _ => Self::Characters,
        }
    }
}

impl ChunkSizer for Measure<'_> {
    fn size(&self, chunk: &str) -> usize {
        match self {
            Self::Characters => chunk.chars().count(),
            Self::Words => chunk.split_whitespace().count(),
            // What cannot be counted is too long; the document is told of when its rows are made.
            Self::Tokens(tokenizer) => tokenizer.count(chunk).unwrap_or(usize::MAX),
        }
    }
}

/// What is not cut where it fits: a block, or the rows of a table.
struct Whole {
    kind: Kind,
    range: Range<usize>,
    blocks: Vec<BlockId>,
    heading: Option<u8>,
}

/// The main text in pieces of at most `max`, one behind the other: together they are the text. A heading begins a piece, and so
/// does what does not fit any more; what is too long by itself is cut at the ends of its lines, sentences and words.
pub(crate) fn pieces(doc: &Document, text: &str, max: usize, measure: &Measure<'_>) -> Vec<Piece> {
    let (mut pieces, mut path): (Vec<Piece>, Vec<(u8, String)>) = (Vec::new(), Vec::new());
    // How long the last piece is, and whether more may be put to it.
    let mut open: Option<usize> = None;
    for whole in wholes(doc, text) {
        if let Some(level) = whole.heading {
            path.retain(|(above, _)| *above < level);
            path.push((level, text[whole.range.clone()].trim().to_owned()));
            // A heading that follows on another begins none, or it would stand alone.
            let only_headings = pieces.last().is_some_and(|piece| piece.blocks.iter().all(|id| is_heading(doc, *id)));
            open = open.filter(|_| only_headings);
        }
        let size = measure.size(&text[whole.range.clone()]);
        let last = pieces.last_mut();
        match (open, last) {
            (Some(length), Some(piece)) if length.saturating_add(size) <= max => {
                piece.range.end = whole.range.end;
                piece.kind = if piece.blocks.iter().all(|id| is_heading(doc, *id)) || piece.kind == whole.kind {
                    whole.kind
                } else {
                    Kind::Text
                };
                piece.blocks.extend(&whole.blocks);
                piece.headings = path.iter().map(|(_, heading)| heading.clone()).collect();
                open = Some(length + size);
            }
            _ if size <= max => {
                pieces.push(piece(&whole, whole.range.clone(), whole.blocks.clone(), &path));
                open = Some(size);
            }
            _ => {
                cut(text, &whole, doc, max, measure, &path, &mut pieces);
                open = None;
            }
        }
    }
    for piece in &mut pieces {
        piece.span = piece.blocks.iter().map(|id| doc.block(*id).span).reduce(Span::union);
    }
    pieces
}

fn is_heading(doc: &Document, id: BlockId) -> bool {
    doc.block(id).kind == BlockKind::Heading
}

fn piece(whole: &Whole, range: Range<usize>, blocks: Vec<BlockId>, path: &[(u8, String)]) -> Piece {
    let headings = path.iter().map(|(_, heading)| heading.clone()).collect();
    Piece { kind: whole.kind, range, blocks, span: None, headings }
}

/// Cuts what is too long by itself.
fn cut(
    text: &str,
    whole: &Whole,
    doc: &Document,
    max: usize,
    measure: &Measure<'_>,
    path: &[(u8, String)],
    pieces: &mut Vec<Piece>,
) {
    let splitter = TextSplitter::new(ChunkConfig::new(max).with_sizer(*measure).with_trim(false));
    let (own, from) = (&text[whole.range.clone()], whole.range.start);
    let mut starts: Vec<usize> = splitter.chunk_indices(own).map(|(at, _)| from + at).collect();
    // Where the splitter leaves something out before its first piece or behind its last, it goes with that.
    if let Some(first) = starts.first_mut() {
        *first = from;
    } else {
        starts.push(from);
    }
    let ends = starts.iter().skip(1).copied().chain([whole.range.end]).collect::<Vec<_>>();
    // Which bytes each block has: of a table its rows, else one block has all.
    let mut block_ends: Vec<(usize, BlockId)> = Vec::with_capacity(whole.blocks.len());
    let mut at = from;
    for id in &whole.blocks {
        at += doc.text(*id).len() + 1;
        block_ends.push((at, *id));
    }
    let mut next = 0;
    for (start, end) in starts.into_iter().zip(ends) {
        while next + 1 < block_ends.len() && block_ends[next].0 <= start {
            next += 1;
        }
        let own =
            block_ends[next..].iter().enumerate().take_while(|(i, _)| *i == 0 || block_ends[next + i - 1].0 < end);
        pieces.push(piece(whole, start..end, own.map(|(_, (_, id))| *id).collect(), path));
    }
}

/// The blocks of the main text with the line break behind each, and rows of a table as one.
fn wholes(doc: &Document, text: &str) -> Vec<Whole> {
    let (mut wholes, mut at): (Vec<Whole>, usize) = (Vec::new(), 0);
    for (id, block) in doc.body() {
        let length = doc.text(id).len();
        if length == 0 {
            continue;
        }
        let end = (at + length + 1).min(text.len());
        let kind = match block.kind {
            BlockKind::TableRow => Kind::Table,
            BlockKind::Code => Kind::Code,
            _ => Kind::Text,
        };
        let heading = (block.kind == BlockKind::Heading).then_some(block.level.max(1));
        match wholes.last_mut() {
            Some(table) if kind == Kind::Table && table.kind == Kind::Table => {
                table.range.end = end;
                table.blocks.push(id);
            }
            _ => wholes.push(Whole { kind, range: at..end, blocks: vec![id], heading }),
        }
        at = end;
    }
    wholes
}
