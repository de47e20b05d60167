//! Where a text is cut.

use std::ops::Range;

use copydesk_document::{BlockId, BlockKind, Document, LineIndex, Span};
use copydesk_record::{Chunk, ChunkKind, Place, Record};
use copydesk_stage::ExportError;
use copydesk_tokenizer::Tokenizer;
use text_splitter::{ChunkConfig, ChunkSizer, TextSplitter};

use crate::{Captions, Chunker, Unit};

/// The pieces of a document.
pub(crate) fn chunks(chunker: &Chunker, doc: &Document, record: &Record<'_>) -> Result<Vec<Chunk>, ExportError> {
    let lines = LineIndex::new(doc.content());
    let place = |span: Span| Place { start: span.start, end: span.end, line: lines.line(span.start as usize) as u32 };
    let base = |kind: ChunkKind, text: String, span: Option<Span>| Chunk {
        kind,
        headings: Vec::new(),
        start: None,
        end: None,
        blocks: Vec::new(),
        place: span.map(place),
        language: None,
        characters: text.chars().count() as u64,
        words: text.split_whitespace().count() as u64,
        text,
        tokens: None,
        captions: Vec::new(),
    };
    let measure = Measure::new(chunker.unit, chunker.tokenizer.as_ref());
    let cut = pieces(doc, &record.text, chunker.max, &measure);
    let of_piece = |piece: &Piece| Chunk {
        headings: piece.headings.clone(),
        start: Some(piece.range.start as u64),
        end: Some(piece.range.end as u64),
        blocks: piece.blocks.iter().map(|id| id.0).collect(),
        language: language(doc, piece).or_else(|| record.language.as_deref().map(str::to_owned)),
        ..base(piece.kind, record.text[piece.range.clone()].to_owned(), piece.span)
    };
    let mut chunks: Vec<Chunk> = cut.iter().map(of_piece).collect();
    for caption in doc.captions() {
        let text = [Some(caption.text.as_str()), caption.credit.as_deref()];
        let text = text.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if text.is_empty() || chunker.captions == Captions::None {
            continue;
        }
        let at = caption.span.map_or(0, |span| span.start);
        let before = cut.iter().rposition(|piece| piece.span.is_some_and(|span| span.start <= at));
        let with = chunks.get_mut(before.unwrap_or(0));
        match with.filter(|_| chunker.captions == Captions::Attached && !cut.is_empty()) {
            Some(chunk) => chunk.captions.push(text),
            None => chunks.push(Chunk {
                blocks: caption.blocks.iter().map(|id| id.0).collect(),
                headings: before.map(|before| cut[before].headings.clone()).unwrap_or_default(),
                language: caption.language.clone(),
                ..base(ChunkKind::Caption, text, caption.span)
            }),
        }
    }
    for chunk in &mut chunks {
        let tokens = chunker.tokenizer.as_ref().map(|tokenizer| tokenizer.count(&chunk.text)).transpose();
        chunk.tokens = tokens.map_err(ExportError::new)?.map(|tokens| tokens as u64);
    }
    Ok(chunks)
}

/// The language of most letters of a piece, by its blocks.
fn language(doc: &Document, piece: &Piece) -> Option<String> {
    let mut letters: Vec<(&str, usize)> = Vec::new();
    for id in &piece.blocks {
        let Some(guess) = doc.block(*id).language.as_ref().filter(|guess| guess.tag != "und") else { continue };
        let length = doc.text(*id).len();
        match letters.iter_mut().find(|(tag, _)| *tag == guess.tag) {
            Some((_, sum)) => *sum += length,
            None => letters.push((&guess.tag, length)),
        }
    }
    letters.into_iter().rev().max_by_key(|(_, sum)| *sum).map(|(tag, _)| tag.to_owned())
}

/// A piece of the main text.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    kind: ChunkKind,
    /// Bytes of the main text.
    range: Range<usize>,
    blocks: Vec<BlockId>,
    /// Where the blocks stand in the source.
    span: Option<Span>,
    headings: Vec<String>,
}

/// How the length of a piece is taken.
#[derive(Clone, Copy, Debug)]
enum Measure<'t> {
    Characters,
    Words,
    Tokens(&'t Tokenizer),
}

impl<'t> Measure<'t> {
    /// Without a tokenizer no tokens are asked for.
    fn new(unit: Unit, tokenizer: Option<&'t Tokenizer>) -> Self {
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
    kind: ChunkKind,
    range: Range<usize>,
    blocks: Vec<BlockId>,
    heading: Option<u8>,
}

/// The headings that a text stands under, outermost first.
#[derive(Default)]
struct Path(Vec<(u8, String)>);

impl Path {
    fn enter(&mut self, whole: &Whole, text: &str) {
        if let Some(level) = whole.heading {
            self.0.retain(|(above, _)| *above < level);
            self.0.push((level, text[whole.range.clone()].trim().to_owned()));
        }
    }

    fn headings(&self) -> Vec<String> {
        self.0.iter().map(|(_, heading)| heading.clone()).collect()
    }
}

/// The main text in pieces of at most `max`, one behind the other: together they are the text. A heading begins a piece, and so
/// does what does not fit any more; what is too long by itself is cut at the ends of its lines, sentences and words.
fn pieces(doc: &Document, text: &str, max: usize, measure: &Measure<'_>) -> Vec<Piece> {
    let (mut pieces, mut path) = (Vec::new(), Path::default());
    let wholes = wholes(doc, text);
    let sizes: Vec<usize> = wholes.iter().map(|whole| measure.size(&text[whole.range.clone()])).collect();
    let mut rest = wholes.as_slice();
    while let Some(first) = rest.first() {
        let sizes = &sizes[wholes.len() - rest.len()..];
        if sizes[0] > max {
            path.enter(first, text);
            cut(text, first, doc, max, measure, &path, &mut pieces);
            rest = &rest[1..];
            continue;
        }
        let (own, behind) = rest.split_at(together(text, rest, sizes, max, measure));
        for whole in own {
            path.enter(whole, text);
        }
        // A heading is of the kind of what it stands over.
        let mut kinds = own.iter().filter(|whole| whole.heading.is_none()).map(|whole| whole.kind);
        let kind = kinds.next().unwrap_or(ChunkKind::Text);
        let kind = if kinds.all(|other| other == kind) { kind } else { ChunkKind::Text };
        let range = first.range.start..own.last().map_or(first.range.end, |last| last.range.end);
        let blocks = own.iter().flat_map(|whole| whole.blocks.iter().copied()).collect();
        pieces.push(Piece { kind, range, blocks, span: None, headings: path.headings() });
        rest = behind;
    }
    for piece in &mut pieces {
        piece.span = piece.blocks.iter().map(|id| doc.block(*id).span).reduce(Span::union);
    }
    pieces
}

/// How many of these, at least one, are a piece: as many as fit, up to the next heading. One that follows on another begins
/// none, or that would stand alone.
fn together(text: &str, wholes: &[Whole], sizes: &[usize], max: usize, measure: &Measure<'_>) -> usize {
    let (mut count, mut size, mut only_headings) = (0, 0_usize, true);
    for (whole, own) in wholes.iter().zip(sizes) {
        size = size.saturating_add(*own);
        if size > max || (whole.heading.is_some() && !only_headings) {
            break;
        }
        only_headings &= whole.heading.is_some();
        count += 1;
    }
    // A tokenizer may take more for several than for each of them alone.
    let fits = |count: usize| {
        matches!(measure, Measure::Characters | Measure::Words)
            || count <= 1
            || measure.size(&text[wholes[0].range.start..wholes[count - 1].range.end]) <= max
    };
    if fits(count) {
        return count.max(1);
    }
    let (mut fitting, mut beyond) = (1, count);
    while beyond - fitting > 1 {
        let middle = usize::midpoint(fitting, beyond);
        if fits(middle) { fitting = middle } else { beyond = middle }
    }
    fitting
}

/// So many bytes, for each unit that a piece may have, are looked at at once: for every piece the splitter measures all that is
/// left, so that a long line would cost the square of its length.
const WINDOW: usize = 32;
const LEAST_WINDOW: usize = 4 << 10;

/// Where the pieces begin that a text is cut into.
fn starts<S: ChunkSizer>(text: &str, max: usize, sizer: S) -> Vec<usize> {
    let splitter = TextSplitter::new(ChunkConfig::new(max).with_sizer(sizer).with_trim(false));
    let (mut starts, mut from) = (Vec::new(), 0);
    let usual = max.saturating_mul(WINDOW).max(LEAST_WINDOW);
    let mut window = usual;
    while from < text.len() {
        let end = text.floor_char_boundary(from.saturating_add(window).min(text.len()));
        let found: Vec<usize> = splitter.chunk_indices(&text[from..end]).map(|(at, _)| from + at).collect();
        if end == text.len() {
            starts.extend(found);
            break;
        }
        // Where a window ends, its last pieces do, and with more to come they would end elsewhere.
        match found.len().checked_sub(2).filter(|sure| *sure > 0) {
            Some(sure) => {
                starts.extend(&found[..sure]);
                (from, window) = (found[sure], usual);
            }
            None => window = window.saturating_mul(2),
        }
    }
    starts
}

/// Cuts what is too long by itself.
fn cut(
    text: &str,
    whole: &Whole,
    doc: &Document,
    max: usize,
    measure: &Measure<'_>,
    path: &Path,
    pieces: &mut Vec<Piece>,
) {
    let (own, from) = (&text[whole.range.clone()], whole.range.start);
    let mut starts: Vec<usize> = starts(own, max, *measure).into_iter().map(|at| from + at).collect();
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
        let blocks = own.map(|(_, (_, id))| *id).collect();
        pieces.push(Piece { kind: whole.kind, range: start..end, blocks, span: None, headings: path.headings() });
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
            BlockKind::TableRow => ChunkKind::Table,
            BlockKind::Code => ChunkKind::Code,
            _ => ChunkKind::Text,
        };
        let heading = (block.kind == BlockKind::Heading).then_some(block.level.max(1));
        match wholes.last_mut() {
            Some(table) if kind == ChunkKind::Table && table.kind == ChunkKind::Table => {
                table.range.end = end;
                table.blocks.push(id);
            }
            _ => wholes.push(Whole { kind, range: at..end, blocks: vec![id], heading }),
        }
        at = end;
    }
    wholes
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Counts the bytes that are measured.
    struct Counted<'c>(&'c Cell<usize>);

    impl ChunkSizer for Counted<'_> {
        fn size(&self, chunk: &str) -> usize {
            self.0.set(self.0.get() + chunk.len());
            chunk.chars().count()
        }
    }

    #[test]
    fn a_long_line_costs_as_much_as_its_parts() {
        let measured = |words: usize| {
            let text = "the ferry [sails]( again ".repeat(words);
            let (count, mut ends) = (Cell::new(0), starts(&text, 200, Measure::Characters));
            assert_eq!(starts(&text, 200, Counted(&count)), ends);
            ends.push(text.len());
            assert!(ends[0] == 0 && ends.windows(2).all(|pair| (100..=200).contains(&(pair[1] - pair[0]))));
            count.get()
        };
        let (one, four) = (measured(4_000), measured(16_000));
        assert!(four < 5 * one, "{one} and {four} bytes were measured");
    }

    #[test]
    fn windows_cut_as_the_whole_does() {
        let text = "One sentence. And another one, which is longer! Ja\u{308}? 政府は新しい船を。 ".repeat(600);
        for max in [1, 7, 90, 2000] {
            let splitter = TextSplitter::new(ChunkConfig::new(max).with_sizer(Measure::Characters).with_trim(false));
            let whole: Vec<usize> = splitter.chunk_indices(&text).map(|(at, _)| at).collect();
            assert_eq!(starts(&text, max, Measure::Characters), whole, "{max}");
        }
    }
}
