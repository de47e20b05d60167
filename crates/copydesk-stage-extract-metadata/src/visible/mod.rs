//! What a page shows, by its elements.
//!
//! - [`window`]: where the headline is, and what stands around it;
//! - [`headline`]: headings, and lines that show the title;
//! - [`authors`]: elements that are named for the author;
//! - [`dates`]: dates in the text of the page;
//! - [`time`]: the elements of that name;
//! - [`address`]: the date in the address.

mod address;
mod authors;
mod dates;
mod headline;
mod time;
mod window;

use copydesk_document::{Block, BlockId, Document, Label};

pub(crate) use {
    authors::authors,
    dates::{NEAR_THE_HEADLINE, dates},
    headline::headings,
    window::Window,
};

/// A longer block is text.
const LONGEST: usize = 300;
/// A longer value of an element named for an author is no name.
const LONGEST_NAME: usize = 120;

/// Many templates name the element of their only date `updated`, after a microformat that asks for it.
const UPDATED_ALONE: &str = "named updated, which may be the only date";

/// What readers see. Some pages hide all of themselves until a script has run: where the main text is hidden, nothing
/// is.
#[derive(Clone, Copy)]
pub(crate) struct Visibility {
    all: bool,
}

impl Visibility {
    pub(crate) fn of(doc: &Document) -> Self {
        let mut body = doc.body().peekable();
        Self { all: body.peek().is_some() && body.all(|(_, block)| block.hidden) }
    }

    pub(crate) fn misses(self, block: &Block) -> bool {
        block.hidden && !self.all
    }
}

/// Whether an earlier stage found that a block is about something else.
fn is_apart(doc: &Document, id: BlockId) -> bool {
    use copydesk_document::BoilerplateKind::{Advertisement, Comments, Consent, Newsletter, Related};
    matches!(doc.block(id).label(), Label::Boilerplate(Advertisement | Comments | Consent | Newsletter | Related))
}

fn is_comment(doc: &Document, id: BlockId) -> bool {
    doc.block(id).label() == Label::Boilerplate(copydesk_document::BoilerplateKind::Comments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_document::{Decision, NewBlock};

    #[test]
    fn nothing_is_hidden_where_the_main_text_is() {
        let mut doc = Document::default();
        let add = |doc: &mut Document, hidden| {
            let block = doc.push_block(NewBlock { text: "A line.", hidden, ..NewBlock::default() });
            let (stage, rule, detail) = ("test".into(), "test".into(), "".into());
            doc.decide(Decision { block, label: Label::Body, stage, rule, detail });
        };
        assert!(!Visibility::of(&doc).all);
        add(&mut doc, true);
        assert!(!Visibility::of(&doc).misses(&doc.blocks()[0]));
        add(&mut doc, false);
        assert!(Visibility::of(&doc).misses(&doc.blocks()[0]));
    }
}
