//! Figures of an HTML page: which blocks stand together with a picture.

use std::cell::Cell;

use copydesk_document::{Attr, BlockId, Document, ElementId, Tag, Tree};

use crate::elements;

/// How far up the tree a picture may be from its caption.
const CLIMB: usize = 7;
/// An element with more letters than this around a picture is no figure but a part of the page.
const LONGEST: usize = 1_500;
/// Nor is one with more blocks than this.
const MOST_BLOCKS: usize = 8;

/// The pictures of a page, for look-ups by element.
pub(crate) struct Figures<'d> {
    doc: &'d Document,
    pub(crate) tree: &'d Tree,
    // In document order. Media in frames count: their captions are captions.
    pictures: Vec<(ElementId, Option<usize>)>,
    /// What each element is known not to be: many blocks ask for the same ones, and most are nothing of all this.
    known: Vec<Cell<u8>>,
    /// The last block of the story.
    pub(crate) last_body: Option<BlockId>,
}

const NO_CAPTION: u8 = 1;
const NO_CREDIT: u8 = 2;
const NO_PICTURE: u8 = 4;
const NO_CAPTION_ELEMENT: u8 = 8;

impl<'d> Figures<'d> {
    pub(crate) fn of(doc: &'d Document) -> Option<Self> {
        let tree = doc.tree.as_ref()?;
        let mut pictures: Vec<(ElementId, Option<usize>)> =
            doc.images.iter().enumerate().filter_map(|(at, image)| Some((image.element?, Some(at)))).collect();
        pictures.extend(
            tree.ids()
                .filter(|id| {
                    matches!(tree.tag(*id), Tag::Iframe | Tag::Video | Tag::Picture | Tag::AmpImg | Tag::Object)
                })
                .map(|id| (id, None)),
        );
        pictures.sort_unstable_by_key(|(id, at)| (*id, at.is_none()));
        let known = vec![Cell::new(0); tree.elements().len()];
        let last_body = doc.body().next_back().map(|(id, _)| id);
        Some(Self { doc, tree, pictures, known, last_body })
    }

    /// The pictures inside an element.
    fn pictures(&self, element: ElementId) -> &[(ElementId, Option<usize>)] {
        let end = self.tree.get(element).end;
        let from = self.pictures.partition_point(|(id, _)| *id < element);
        let to = self.pictures.partition_point(|(id, _)| *id < end);
        &self.pictures[from..to]
    }

    /// The smallest element around a block that has a picture in it and is small enough to be a figure.
    pub(crate) fn around(&self, id: BlockId) -> Option<ElementId> {
        let element = self.doc.block(id).element?;
        let found = self
            .tree
            .ancestors(element)
            .take(CLIMB)
            .map_while(|a| match self.unless(a, NO_PICTURE, || self.pictures(a).first()) {
                Some(_) => Some(Some(a)),
                None => (!self.stands_apart(a)).then_some(None),
            })
            .find_map(|a| a)?;
        // A caption element whose picture is drawn by a script is a figure by its own word.
        self.is_small(found, id).then_some(found)
    }

    /// Whether an element is a part of the page of its own, so that no picture outside of it belongs to what is in it.
    fn stands_apart(&self, element: ElementId) -> bool {
        let in_figure = || self.tree.get(element).parent.is_some_and(|parent| self.tree.tag(parent) == Tag::Figure);
        matches!(self.tree.tag(element), Tag::Footer | Tag::Nav | Tag::Aside) && !in_figure()
    }

    /// The innermost `<figure>` around a block.
    pub(crate) fn figure(&self, id: BlockId) -> Option<ElementId> {
        let element = self.doc.block(id).element?;
        self.tree.ancestors(element).take(CLIMB).find(|a| self.tree.tag(*a) == Tag::Figure)
    }

    fn is_small(&self, element: ElementId, id: BlockId) -> bool {
        let mut letters = 0;
        let mut blocks = 0;
        for block in self.around_block(element, id) {
            letters += self.doc.text(block).len();
            blocks += 1;
            if letters > LONGEST || blocks > MOST_BLOCKS {
                return false;
            }
        }
        true
    }

    /// Whether an element holds no more than so many blocks; one of them is known. It looks no further than it has to.
    pub(crate) fn has_few_blocks(&self, element: ElementId, id: BlockId, most: usize) -> bool {
        self.around_block(element, id).take(most + 1).count() <= most
    }

    /// The blocks inside an element, from one of them back and then from it on.
    pub(crate) fn around_block(&self, element: ElementId, id: BlockId) -> impl Iterator<Item = BlockId> + use<'d, '_> {
        let (tree, doc) = (self.tree, self.doc);
        let inside = move |id: &BlockId| doc.block(*id).element.is_some_and(|e| tree.contains(element, e));
        let back = (0..=id.0).rev().map(BlockId).take_while(inside);
        back.chain((id.0 + 1..doc.blocks().len() as u32).map(BlockId).take_while(inside))
    }

    /// The address of the first picture in an element.
    pub(crate) fn address(&self, element: ElementId) -> Option<String> {
        let at = self.pictures(element).iter().find_map(|(_, at)| *at)?;
        Some(self.doc.images[at].src.clone()).filter(|src| !src.is_empty())
    }

    /// Whether the whole of a block leads to another page, as the text of a teaser does. A link to the picture itself
    /// does not count.
    pub(crate) fn is_teaser(&self, id: BlockId) -> bool {
        let text = self.doc.text(id);
        let all = text.chars().count();
        let linked = self.doc.block(id).linked as usize;
        if all == 0 || linked * 10 < all * 8 {
            return false;
        }
        let shows_picture = self.doc.links(id).any(|(href, _)| {
            let path = href.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
            path.is_empty() || [".jpg", ".jpeg", ".png", ".webp", ".gif"].iter().any(|end| path.ends_with(end))
        });
        !shows_picture
    }

    /// An ancestor of a block, itself included, that `fits` says something about; no further up than `within`.
    pub(crate) fn named<T>(
        &self,
        id: BlockId,
        within: Option<ElementId>,
        levels: usize,
        fits: impl Fn(&Self, ElementId) -> Option<T>,
    ) -> Option<T> {
        let element = self.doc.block(id).element?;
        self.tree
            .ancestors(element)
            .take(levels)
            .take_while(|a| within.is_none_or(|outer| self.tree.contains(outer, *a)))
            .find_map(|a| fits(self, a))
    }

    /// What an element is by which it is a caption: its tag or its microdata.
    pub(crate) fn caption_element(&self, element: ElementId) -> Option<&'d str> {
        self.unless(element, NO_CAPTION_ELEMENT, || {
            if self.tree.tag(element) == Tag::Figcaption {
                return Some("figcaption");
            }
            self.tree.attr(element, Attr::Itemprop).filter(|name| *name == "caption")
        })
    }

    /// The name by which an element says that it holds a caption.
    pub(crate) fn caption_name(&self, element: ElementId) -> Option<&'d str> {
        self.name(element, NO_CAPTION, elements::caption_name)
    }

    /// The name by which an element says that it holds a credit.
    pub(crate) fn credit_name(&self, element: ElementId) -> Option<&'d str> {
        self.name(element, NO_CREDIT, elements::credit_name)
    }

    fn name(
        &self,
        element: ElementId,
        no: u8,
        read: impl Fn(&'d Tree, ElementId) -> Option<&'d str>,
    ) -> Option<&'d str> {
        self.unless(element, no, || read(self.tree, element))
    }

    /// What `find` finds for an element. Where it has found nothing once it is not asked again.
    fn unless<T>(&self, element: ElementId, no: u8, find: impl Fn() -> Option<T>) -> Option<T> {
        let known = &self.known[element.index()];
        if known.get() & no != 0 {
            return None;
        }
        let found = find();
        if found.is_none() {
            known.set(known.get() | no);
        }
        found
    }
}
