//! What the forests are told about a block. Each number has a name here, and the trainer and the stage share the code.
//!
//! Nothing depends on the language of the page beyond the vocabularies, which are multilingual, and lengths count word
//! equivalents (see [`crate::shape`]).
//!
//! - [`line`]: the block by itself: its form, its words;
//! - [`place`]: where on the page it stands, and beside what;
//! - [`containers`]: the elements around it;
//! - [`whole_page`]: the page, the same for all of its blocks;
//! - [`text`]: for texts without elements, what their lines say of each other;
//! - [`settled`]: for these, what became of a line and of those beside it;
//! - [`frame`]: the sums over the page that the others need.
//!
//! A model knows its columns by their order: what is new comes last, and asks for new training.

mod containers;
mod frame;
mod line;
mod place;
pub(crate) mod region;
pub(crate) mod settled;
mod text;
mod whole_page;

use copydesk_document::BlockId;

use crate::page::Page;

pub(crate) use frame::Frame;
pub(crate) use whole_page::whole;

/// Takes the numbers of a block one after the other, always in the same order.
pub(crate) trait Sink {
    /// Takes a number.
    fn put(&mut self, name: &'static str, value: f32);

    /// Takes a yes or no.
    fn flag(&mut self, name: &'static str, value: bool) {
        self.put(name, f32::from(u8::from(value)));
    }
}

/// Gives all numbers of a block.
pub(crate) fn describe(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    let shape = &page.shapes[index];
    let line = &page.lines[index];
    line::form(page, index, shape, sink);
    line::vocabulary(line, sink);
    place::place(page, frame, index, sink);
    place::neighbours(page, index, sink);
    place::around(page, index, sink);
    place::headings(page, frame, index, sink);
    containers::named(page, index, sink);
    containers::sizes(page, frame, index, sink);
    containers::alike(page, frame, index, sink);
    whole_page::whole(page, frame, sink);
    if let Some(signs) = &page.signs {
        text::lines(page, signs, index, sink);
    }
}

/// The containers of a block: its element, then every ancestor with more blocks, up to five in all.
pub(crate) fn groups(page: &Page<'_>, index: usize) -> [Option<u32>; 5] {
    let mut groups = [None; 5];
    let (Some(elements), Some(element)) = (&page.elements, page.doc.block(BlockId(index as u32)).element) else {
        return groups;
    };
    let mut at = element.0;
    // An element of one block says less than the outermost one that holds just this block; both count as the first.
    groups[0] = Some(at);
    for group in &mut groups[1..] {
        let outer = elements.nodes[at as usize].outer;
        if outer == at {
            break;
        }
        at = outer;
        *group = Some(at);
    }
    groups
}

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
