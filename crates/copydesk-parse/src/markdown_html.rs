//! Blocks of raw HTML inside Markdown: read by the HTML parser and put in place.

use std::ops::Range;

use copydesk_document::{BlockId, Clue, Document, DocumentSource, Image, NewBlock, Span};

use crate::{Limits, ParseError, fragment::strip_tags, html, too_many_blocks};

/// Adds the blocks, pictures and clues of an HTML block that stands at `range` of the content.
pub(crate) fn read(
    doc: &mut Document,
    fragment: &str,
    range: Range<usize>,
    content: &str,
    limits: &Limits,
) -> Result<(), ParseError> {
    // Comments and lone end tags are by far the most frequent; they need no parser.
    if !fragment.contains("<img") && strip_tags(fragment).is_empty() {
        return Ok(());
    }
    // Inside a quote or a list the fragment is not a stretch of the source, and only its place as a whole is known.
    let verbatim = content.get(range.clone()) == Some(fragment);
    let place = |span: Span| {
        if verbatim {
            Span::new(range.start + span.start as usize, range.start + span.end as usize)
        } else {
            Span::new(range.start, range.end)
        }
    };
    let mut inner = Document::new(DocumentSource::default(), fragment.to_owned());
    if html::parse(&mut inner, limits).is_err() {
        let text = strip_tags(fragment);
        if !text.is_empty() {
            doc.push_block(NewBlock { text: &text, span: place(Span::new(0, fragment.len())), ..NewBlock::default() });
        }
        return Ok(());
    }
    if doc.blocks().len() + inner.blocks().len() > limits.max_blocks as usize {
        return Err(too_many_blocks(limits));
    }
    let base = doc.blocks().len() as u32;
    for (id, block) in inner.iter() {
        doc.push_block(NewBlock {
            kind: block.kind,
            level: block.level,
            text: inner.text(id),
            span: place(block.span),
            element: None,
            linked: block.linked,
            hidden: block.hidden,
            bold: block.bold,
            gap: 0,
            inlines: inner.inlines(id),
        });
    }
    doc.images.extend(std::mem::take(&mut inner.images).into_iter().map(|image| Image {
        span: place(image.span),
        before: BlockId(image.before.0 + base),
        element: None,
        ..image
    }));
    doc.evidence.clues.extend(std::mem::take(&mut inner.evidence.clues).into_iter().map(|clue| Clue {
        span: clue.span.map(place),
        block: clue.block.map(|block| BlockId(block.0 + base)),
        element: None,
        ..clue
    }));
    Ok(())
}
