//! Where the running text begins.

use copydesk_document::{BlockId, BlockKind, Document};
use copydesk_text::weight;

/// From this weight on a block of the body is running text.
pub(crate) const RUNNING: usize = 110;

/// Whether no running text of the body stands above a block.
pub(crate) fn is_above_the_text(doc: &Document, id: BlockId) -> bool {
    let running = |(at, block): (BlockId, &copydesk_document::Block)| {
        block.kind != BlockKind::Heading && weight(doc.text(at)) >= RUNNING
    };
    !doc.body().take_while(|(at, _)| *at < id).any(running)
}
