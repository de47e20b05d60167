//! The lines of a document, each taken apart once however many rules ask for it.

use std::borrow::Cow;
use std::cell::OnceCell;

use copydesk_document::{BlockId, Document};
use copydesk_lexicon::{Lexicon, Split, split_credit};

/// The texts of the blocks, with and without their credits.
pub(crate) struct Lines<'d> {
    pub(crate) doc: &'d Document,
    pub(crate) lexicon: &'d Lexicon,
    splits: Vec<OnceCell<Split<'d>>>,
}

impl<'d> Lines<'d> {
    pub(crate) fn of(doc: &'d Document, lexicon: &'d Lexicon) -> Self {
        Self { doc, lexicon, splits: vec![OnceCell::new(); doc.blocks().len()] }
    }

    /// The text of a block, taken apart.
    pub(crate) fn split(&self, id: BlockId) -> &Split<'d> {
        self.splits[id.index()].get_or_init(|| split_credit(self.doc.text(id), self.lexicon))
    }

    /// A part of the text of a block, taken apart. It is seldom less than all of it.
    pub(crate) fn split_as<'t>(&'t self, id: BlockId, text: &'t str) -> Cow<'t, Split<'t>> {
        if text.len() == self.doc.text(id).len() {
            Cow::Borrowed(self.split(id))
        } else {
            Cow::Owned(split_credit(text, self.lexicon))
        }
    }
}
