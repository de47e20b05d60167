//! A line of which several things are asked.

use std::cell::OnceCell;

use crate::boilerplate::{self, PageLabel};
use crate::byline::{self, Byline};
use crate::field::{self, Field};
use crate::fold::Folded;
use crate::{Confidence, Lexicon};

/// A line that is folded once, however many readers look at it.
#[derive(Debug)]
pub struct Line<'t> {
    text: &'t str,
    folded: OnceCell<Folded>,
}

impl<'t> Line<'t> {
    /// A line; white space around it does not count.
    pub fn new(text: &'t str) -> Self {
        Self { text: text.trim(), folded: OnceCell::new() }
    }

    /// What label the line is, if any: see [`crate::classify_label`].
    pub fn label(&self, lexicon: &Lexicon) -> Option<PageLabel> {
        if !boilerplate::may_be_label(self.text, lexicon) {
            return None;
        }
        boilerplate::classify(self.folded().text(), self.text.len(), lexicon)
    }

    /// The label of a label/value line: see [`crate::label_of`].
    pub fn field(&self, lexicon: &Lexicon) -> Option<Field<'t>> {
        let line = field::without_bullets(self.text);
        if !field::may_be_field(line, lexicon) {
            return None;
        }
        self.with_folded(line, |folded| field::read(line, folded, lexicon))
    }

    /// The line read as a byline: see [`crate::read_byline`].
    pub fn byline(&self, lexicon: &Lexicon) -> Option<Byline<'t>> {
        let line = byline::without_dashes(self.text)?;
        self.with_folded(line, |folded| byline::read(line, folded, lexicon))
    }

    /// Whether a byline word or a known agency says that the line names who wrote it. It is what
    /// [`Self::byline`] gives with more than [`Confidence::ShapeOnly`], without reading the names where nothing says
    /// so.
    pub fn names_author(&self, lexicon: &Lexicon) -> bool {
        let Some(line) = byline::without_dashes(self.text) else { return false };
        let found = self.with_folded(line, |folded| {
            if byline::is_trap(folded.text(), lexicon) {
                return None;
            }
            byline::labelled(line, folded, lexicon).or_else(|| {
                let sure = byline::may_be_bare(line) && byline::may_be_sure(folded.text(), lexicon);
                sure.then(|| byline::bare(line, lexicon)).flatten()
            })
        });
        found.is_some_and(|found| found.confidence() > Confidence::ShapeOnly)
    }

    fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(self.text))
    }

    /// `line` is the text without its beginning.
    fn with_folded<R>(&self, line: &str, read: impl FnOnce(&Folded) -> R) -> R {
        if line.len() == self.text.len() { read(self.folded()) } else { read(&Folded::new(line)) }
    }
}
