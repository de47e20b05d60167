//! What the forest for regions is told about an element that holds several blocks: what it is and is named for, what it
//! holds, what stands at its head and above it, where on the page it stands, and what kind of page that is.
//!
//! It is not told what other forests say of the blocks: so it is a second opinion, which holds on pages of a make that these
//! have not met.

use std::sync::OnceLock;

use copydesk_document::{BlockId, BlockKind, ElementId};
use copydesk_lexicon::PageLabelKind as Kind;

use super::{Frame, Sink, ratio};
use crate::{
    class_words::Sense,
    elements::{Elements, Node, Part, Parts},
    kind::{LEARNED, Likely},
    model::{Forest, RowMut, Table},
    page::Page,
};

/// An element that holds more than one block, and more than any element in it: what may be a whole region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Region {
    /// The innermost element that holds these blocks.
    pub element: u32,
    /// The next larger region; none for the largest.
    pub outer: Option<u32>,
    /// The first of its blocks, and the one behind its last.
    pub first: u32,
    pub end: u32,
    /// What it and the elements around it that hold nothing else are and are named for.
    own: Own,
}

#[derive(Clone, Copy, Debug)]
struct Own {
    parts: Parts,
    senses: u32,
    low: f32,
    high: f32,
    twins: u32,
    depth: u16,
    /// Elements that hold the same blocks.
    layers: u16,
}

/// The regions of a page, the larger before those in it, and the innermost region of every block.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    pub list: Vec<Region>,
    pub of_block: Vec<Option<u32>>,
}

impl Regions {
    pub(crate) fn read(page: &Page<'_>) -> Self {
        let mut regions = Self { list: Vec::new(), of_block: vec![None; page.len()] };
        let (Some(elements), Some(tree)) = (&page.elements, &page.doc.tree) else { return regions };
        let nodes = &elements.nodes;
        let mut wanted = vec![false; nodes.len()];
        let mut last = vec![0u32; nodes.len()];
        for (index, block) in page.doc.blocks().iter().enumerate() {
            let Some(element) = block.element.filter(|_| !block.hidden) else { continue };
            wanted[element.index()] = true;
            last[element.index()] = index as u32;
        }
        for index in (0..nodes.len()).rev() {
            if wanted[index] {
                wanted[nodes[index].outer as usize] = true;
            }
            if let Some(parent) = tree.elements()[index].parent.filter(|_| nodes[index].blocks > 0) {
                last[parent.index()] = last[parent.index()].max(last[index]);
            }
        }
        let mut number = vec![u32::MAX; nodes.len()];
        for (index, node) in nodes.iter().enumerate() {
            if !wanted[index] || node.blocks < 2 {
                continue;
            }
            number[index] = regions.list.len() as u32;
            let outer = number[node.outer as usize];
            regions.list.push(Region {
                element: index as u32,
                outer: (node.outer as usize != index && outer != u32::MAX).then_some(outer),
                first: node.first,
                end: last[index] + 1,
                own: own(elements, page, index),
            });
        }
        for (of, block) in regions.of_block.iter_mut().zip(page.doc.blocks()) {
            let Some(element) = block.element else { continue };
            let mut at = element.index();
            if number[at] == u32::MAX {
                at = nodes[at].outer as usize;
            }
            *of = number.get(at).copied().filter(|number| *number != u32::MAX);
        }
        regions
    }
}

/// Sums up the elements that hold the same blocks as this one.
fn own(elements: &Elements, page: &Page<'_>, index: usize) -> Own {
    let node = &elements.nodes[index];
    let mut own = Own {
        parts: 0,
        senses: 0,
        low: 0.0,
        high: 0.0,
        twins: 0,
        depth: page.doc.tree.as_ref().map_or(0, |tree| tree.get(ElementId(index as u32)).depth),
        layers: 0,
    };
    let Some(tree) = &page.doc.tree else { return own };
    let mut at = Some(ElementId(index as u32));
    while let Some(element) = at {
        let layer = &elements.nodes[element.index()];
        if layer.blocks != node.blocks {
            break;
        }
        own.parts |= layer.part;
        own.senses |= layer.sense;
        own.low = own.low.min(layer.score);
        own.high = own.high.max(layer.score);
        own.twins = own.twins.max(layer.twins);
        own.layers += 1;
        at = tree.get(element).parent;
    }
    own
}

/// Sums over the blocks of a page, for regions to be read off: before each block, and behind the last.
pub(crate) struct Sums(Vec<[f32; SUMS]>);

const SUMS: usize = 11;
const WORDS: usize = 0;
const COUNT: usize = 1;
const LABELLED: usize = 2;
const RELATED: usize = 3;
const COMMENTS: usize = 4;
const OFFERS: usize = 5;
const MARKED: usize = 6;
const SHORT: usize = 7;
const ITEMS: usize = 8;
const DECLARED: usize = 9;
const AGAIN: usize = 10;

impl Sums {
    pub(crate) fn read(page: &Page<'_>) -> Self {
        let mut before = Vec::with_capacity(page.len() + 1);
        let mut sum = [0.0f32; SUMS];
        for (index, block) in page.doc.blocks().iter().enumerate() {
            before.push(sum);
            if block.hidden {
                continue;
            }
            let (line, shape) = (&page.lines[index], &page.shapes[index]);
            let words = shape.words.max(0.5);
            let yes = |yes: bool| f32::from(u8::from(yes));
            let label = |kinds: &[Kind]| yes(line.label.is_some_and(|(kind, _)| kinds.contains(&kind)));
            sum[WORDS] += words;
            sum[COUNT] += 1.0;
            sum[LABELLED] += yes(line.label.is_some());
            sum[RELATED] += label(&[Kind::Related, Kind::ReadMore]);
            sum[COMMENTS] += label(&[Kind::Comments, Kind::Login]);
            sum[OFFERS] += label(&[Kind::Subscribe, Kind::Cookie, Kind::Copyright, Kind::Advertisement, Kind::Follow]);
            sum[MARKED] += yes(line.date || line.byline);
            sum[SHORT] += yes(shape.words <= 4.0);
            sum[ITEMS] += yes(block.kind == BlockKind::ListItem);
            sum[DECLARED] += words * line.declared.max(0.0);
            sum[AGAIN] += yes(line.copies > 1) * words;
        }
        before.push(sum);
        Self(before)
    }

    fn between(&self, from: usize, to: usize, what: usize) -> f32 {
        self.0[to][what] - self.0[from][what]
    }
}

const PARTS: [([&str; 2], Part); 18] = [
    (["is nav", "in nav"], Part::Nav),
    (["is aside", "in aside"], Part::Aside),
    (["is footer", "in footer"], Part::Footer),
    (["is header", "in header"], Part::Header),
    (["is form", "in form"], Part::Form),
    (["is article", "in article"], Part::Article),
    (["is main", "in main"], Part::Main),
    (["is figure", "in figure"], Part::Figure),
    (["is table", "in table"], Part::Table),
    (["is cell", "in cell"], Part::Cell),
    (["is list", "in list"], Part::List),
    (["is item", "in item"], Part::Item),
    (["is quote", "in quote"], Part::Quote),
    (["is section", "in section"], Part::Section),
    (["is details", "in details"], Part::Details),
    (["is body", "in body"], Part::ArticleBody),
    (["is scope", "in scope"], Part::Scope),
    (["is paragraph", "in paragraph"], Part::Paragraph),
];

const SENSES: [[&str; 2]; 17] = [
    ["named content", "near content"],
    ["named lead", "near lead"],
    ["named navigation", "near navigation"],
    ["named share", "near share"],
    ["named related", "near related"],
    ["named advertisement", "near advertisement"],
    ["named newsletter", "near newsletter"],
    ["named consent", "near consent"],
    ["named comments", "near comments"],
    ["named footer", "near footer"],
    ["named hidden", "near hidden"],
    ["named form", "near form"],
    ["named aside", "near aside"],
    ["named card", "near card"],
    ["named meta", "near meta"],
    ["named caption", "near caption"],
    ["named heading", "near heading"],
];

const KINDS: [&str; LEARNED.len()] = [
    "page is article",
    "page is thread",
    "page is listing",
    "page is collection",
    "page is product",
    "page is service",
    "page is documentation",
];

/// Gives all numbers of a region.
pub(crate) fn describe(
    page: &Page<'_>,
    frame: &Frame,
    kind: &Likely,
    sums: &Sums,
    region: &Region,
    sink: &mut impl Sink,
) {
    let Some(elements) = &page.elements else { return };
    let node = &elements.nodes[region.element as usize];
    let outer = &elements.nodes[node.outer as usize];
    named(region, node, sink);
    held(frame, node, outer, sink);
    counted(page, sums, region, sink);
    placed(page, frame, region, node, outer, sink);
    headed(page, frame, region, sink);
    sink.put("page blocks", page.len() as f32);
    sink.put("page words", frame.words);
    sink.put("page prose", frame.prose);
    sink.put("page linked", frame.link_density);
    sink.put("page prose-length", frame.prose_length);
    sink.put("page headings", frame.headings);
    sink.put("page articles", frame.articles);
    for (name, p) in KINDS.iter().zip(kind.0) {
        sink.put(name, p);
    }
}

fn named(region: &Region, node: &Node, sink: &mut impl Sink) {
    for ([own, around], part) in PARTS {
        sink.flag(own, part.within(region.own.parts));
        sink.flag(around, node.is_in(part));
    }
    for ([own, around], sense) in SENSES.iter().zip(Sense::ALL) {
        sink.flag(own, sense.within(region.own.senses));
        sink.flag(around, node.says(sense));
    }
    sink.put("name low", region.own.low);
    sink.put("name high", region.own.high);
    sink.put("names low", node.low);
    sink.put("names high", node.high);
    sink.put("names sum", node.sum);
    sink.put("depth", f32::from(region.own.depth));
    sink.put("layers", f32::from(region.own.layers));
    sink.put("twins", region.own.twins as f32);
    sink.put("list twins", node.most as f32);
}

fn held(frame: &Frame, node: &Node, outer: &Node, sink: &mut impl Sink) {
    let blocks = node.blocks as f32;
    sink.put("blocks", blocks);
    sink.put("words", node.words);
    sink.put("words of page", ratio(node.words, frame.words));
    sink.put("words of outer", ratio(node.words, outer.words));
    sink.put("linked", node.link_density());
    sink.put("linked outer", ratio(outer.linked - node.linked, outer.words - node.words));
    sink.put("links", ratio(node.links as f32, blocks));
    sink.put("prose", node.prose);
    sink.put("prose of words", ratio(node.prose, node.words));
    sink.put("prose of page", ratio(node.prose, frame.prose));
    sink.put("prose of outer", ratio(node.prose, outer.prose));
    sink.put("length", ratio(node.words, blocks));
    sink.put("stops", ratio(node.stops as f32, blocks));
    sink.put("headings", ratio(node.headings as f32, blocks));
    sink.put("money", ratio(node.money as f32, blocks));
    sink.put("list of page", ratio(node.list, frame.words));
}

fn counted(page: &Page<'_>, sums: &Sums, region: &Region, sink: &mut impl Sink) {
    let (first, end) = (region.first as usize, region.end as usize);
    let blocks = sums.between(first, end, COUNT);
    let words = sums.between(first, end, WORDS);
    for (name, what) in [
        ("labels", LABELLED),
        ("related labels", RELATED),
        ("comments labels", COMMENTS),
        ("offers", OFFERS),
        ("dates and names", MARKED),
        ("short", SHORT),
        ("items", ITEMS),
    ] {
        sink.put(name, ratio(sums.between(first, end, what), blocks));
    }
    sink.put("replies", sums.between(first, end, COMMENTS));
    sink.put("marks", sums.between(first, end, MARKED));
    let declares = page.lines.first().is_some_and(|line| line.declared >= 0.0);
    sink.put("declared", if declares { ratio(sums.between(first, end, DECLARED), words) } else { -1.0 });
    sink.put("again", ratio(sums.between(first, end, AGAIN), words));
}

fn placed(page: &Page<'_>, frame: &Frame, region: &Region, node: &Node, outer: &Node, sink: &mut impl Sink) {
    let (first, end) = (region.first as usize, region.end as usize);
    let count = page.len() as f32;
    sink.put("begins", first as f32 / count);
    sink.put("ends", end as f32 / count);
    sink.put("prose before", ratio(page.prose_before[first], frame.prose));
    sink.put("prose after", ratio(frame.prose - page.prose_before[end], frame.prose));
    sink.put("prose words before", page.prose_before[first]);
    let headline = page.headline.map_or([-9999.0; 2], |h| [first, end].map(|at| at as f32 - h as f32));
    sink.put("from headline", headline[0]);
    sink.put("past headline", headline[1]);
    sink.put("words from headline", page.headline.map_or(-9999.0, |h| page.words_before[first] - page.words_before[h]));
    sink.flag("has headline", page.headline.is_some_and(|h| (first..end).contains(&h)));
    sink.put("outer begins", ratio(first as f32 - outer.first as f32, outer.blocks as f32));
    sink.put("outer blocks", outer.blocks as f32);
    let (mut within, mut holds, mut after) = (false, false, 0.0);
    if let (Some(centre), Some(tree), Some(elements)) = (frame.centre, &page.doc.tree, &page.elements) {
        within = tree.contains(ElementId(centre), ElementId(region.element));
        holds = tree.contains(ElementId(region.element), ElementId(centre));
        let centre = &elements.nodes[centre as usize];
        let (from, to) = (centre.first as f32, (centre.first + centre.blocks) as f32);
        after = if node.first as f32 >= to { first as f32 - to + 1.0 } else { (first as f32 - from).min(0.0) };
    }
    sink.flag("in centre", within);
    sink.flag("holds centre", holds);
    sink.put("from centre", after);
}

/// Kinds of labels that announce a region.
const ANNOUNCED: [(&str, &str, &[Kind]); 4] = [
    ("headed related", "below related", &[Kind::Related, Kind::ReadMore]),
    ("headed comments", "below comments", &[Kind::Comments, Kind::Login]),
    ("headed offer", "below offer", &[Kind::Subscribe, Kind::Follow, Kind::Advertisement, Kind::Cookie]),
    ("headed tags", "below tags", &[Kind::Tags, Kind::Menu, Kind::Share, Kind::Search]),
];

/// What the first block says, and the heading above.
fn headed(page: &Page<'_>, frame: &Frame, region: &Region, sink: &mut impl Sink) {
    let first = region.first as usize;
    let heading = |index: usize| page.doc.block(BlockId(index as u32)).kind == BlockKind::Heading;
    let label = |index: Option<usize>, kinds: &[Kind]| {
        index.and_then(|index| page.lines[index].label).is_some_and(|(kind, _)| kinds.contains(&kind))
    };
    let above = Some(frame.above[first] as usize).filter(|above| *above < first);
    let turned = Some(frame.turned[first] as usize).filter(|turned| *turned < first);
    sink.flag("head is heading", heading(first));
    sink.put("head words", page.shapes[first].words);
    sink.flag("head linked", page.linked[first] > 0.5);
    sink.flag("head marked", page.lines[first].date || page.lines[first].byline);
    for (headed, below, kinds) in ANNOUNCED {
        sink.flag(headed, label(Some(first), kinds));
        sink.flag(below, label(turned, kinds));
    }
    sink.flag("above label", above.is_some_and(|above| page.lines[above].label.is_some()));
    sink.put("since above", above.map_or(-1.0, |above| (first - above) as f32));
    sink.put("since turned", turned.map_or(-1.0, |turned| (first - turned) as f32));
    sink.put("prose since turned", turned.map_or(-1.0, |t| page.prose_before[first] - page.prose_before[t]));
    let before = first.checked_sub(1);
    sink.flag("before is heading", before.is_some_and(heading));
    sink.put("before words", before.map_or(-1.0, |before| page.shapes[before].words));
    let after = Some(region.end as usize).filter(|end| *end < page.len());
    sink.put("after words", after.map_or(-1.0, |after| page.shapes[after].words));
}

/// The numbers of some of the regions of a page, a row for each.
pub(crate) fn table(page: &Page<'_>, frame: &Frame, kind: &Likely, regions: &Regions, asked: &[usize]) -> Table {
    struct Cells<'t>(RowMut<'t>);
    impl Sink for Cells<'_> {
        #[inline]
        fn put(&mut self, _: &'static str, value: f32) {
            self.0.push(value);
        }
    }
    let sums = Sums::read(page);
    let mut table = Table::new(asked.len(), columns());
    for (row, region) in asked.iter().enumerate() {
        describe(page, frame, kind, &sums, &regions.list[*region], &mut Cells(table.row_mut(row, 0)));
    }
    table
}

fn columns() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| crate::judge::region_names().len())
}

/// What the forest for regions says of a page.
#[derive(Debug)]
pub(crate) struct Judged {
    regions: Regions,
    /// How likely each region holds main text.
    likely: Vec<f32>,
    /// For each region, the one least likely of those that it stands in, itself included.
    lowest: Vec<u32>,
}

impl Judged {
    /// Asks a forest about every region that holds a block which is `open`.
    pub(crate) fn read(page: &Page<'_>, frame: &Frame, kind: &Likely, forest: &Forest, open: &[u32]) -> Self {
        let regions = Regions::read(page);
        let mut wanted = vec![false; regions.list.len()];
        for block in open {
            let mut at = regions.of_block[*block as usize];
            while let Some(region) = at.filter(|region| !wanted[*region as usize]) {
                wanted[region as usize] = true;
                at = regions.list[region as usize].outer;
            }
        }
        let asked: Vec<usize> = (0..wanted.len()).filter(|region| wanted[*region]).collect();
        let answers = forest.predict(&table(page, frame, kind, &regions, &asked));
        let mut likely = vec![1.0; regions.list.len()];
        for (region, p) in asked.into_iter().zip(answers) {
            likely[region] = p;
        }
        Self::of(regions, likely)
    }

    /// From the answers for all regions.
    pub(crate) fn of(regions: Regions, likely: Vec<f32>) -> Self {
        let mut lowest: Vec<u32> = Vec::with_capacity(regions.list.len());
        for (at, region) in regions.list.iter().enumerate() {
            let around = region.outer.map_or(at as u32, |outer| lowest[outer as usize]);
            lowest.push(if likely[around as usize] < likely[at] { around } else { at as u32 });
        }
        Self { regions, likely, lowest }
    }

    fn lowest(&self, block: usize) -> Option<usize> {
        self.regions.of_block[block].map(|region| self.lowest[region as usize] as usize)
    }

    /// How likely the least likely of the regions is that a block stands in; 1 where it stands in none.
    pub(crate) fn likelihood(&self, block: usize) -> f32 {
        self.lowest(block).map_or(1.0, |region| self.likely[region])
    }

    /// Says in a few words which region speaks against a block: the largest of those that are hardly text.
    pub(crate) fn portrait(&self, page: &Page<'_>, block: usize, out: &mut String) {
        use std::fmt::Write as _;
        let Some(lowest) = self.lowest(block).filter(|lowest| self.likely[*lowest] < AGAINST) else { return };
        let (region, Some(tree)) = (&self.regions.list[lowest], &page.doc.tree) else { return };
        let _ = write!(
            out,
            ", in a region of {} blocks, <{}>, that is hardly text ({:.2})",
            region.end - region.first,
            tree.tag(ElementId(region.element)).name(),
            self.likely[lowest]
        );
    }
}

/// A region less likely than this speaks against what stands in it.
const AGAINST: f32 = 0.25;

#[cfg(test)]
mod tests {
    use copydesk_document::{Document, NewBlock, Span, Tag, Tree};

    use super::*;
    use crate::model::Names;

    /// The forest knows its columns by name, and the code gives them by place.
    #[test]
    fn columns_are_called_for_what_they_hold() {
        for ([own, around], sense) in SENSES.iter().zip(Sense::ALL) {
            let name = format!("{sense:?}").to_lowercase();
            assert_eq!((*own, *around), (&*format!("named {name}"), &*format!("near {name}")));
        }
        for (column, kind) in KINDS.iter().zip(LEARNED) {
            assert_eq!(*column, format!("page is {kind:?}").to_lowercase());
        }
    }

    /// A story of three paragraphs in a list of its own beside a box of two lines, in one body; and a line by itself.
    fn example() -> Document {
        let mut doc = Document::default();
        let mut tree = Tree::default();
        let body = tree.open(Tag::Body, None, Span::default());
        let mut texts = Vec::new();
        for (tag, lines) in [(Tag::Article, 3), (Tag::Aside, 2), (Tag::Div, 1)] {
            let around = tree.open(tag, Some(body), Span::default());
            // What holds the same blocks is the same region.
            let inner = tree.open(Tag::Div, Some(around), Span::default());
            for line in 0..lines {
                let element = tree.open(Tag::P, Some(inner), Span::default());
                tree.close(element);
                texts.push((format!("Line {line} of this part tells of boats."), element));
            }
            tree.close(inner);
            tree.close(around);
        }
        tree.close(body);
        doc.tree = Some(tree);
        for (text, element) in &texts {
            doc.push_block(NewBlock { text, element: Some(*element), ..Default::default() });
        }
        doc
    }

    #[test]
    fn regions_are_elements_of_several_blocks_and_know_what_they_stand_in() {
        let doc = example();
        let page = Page::read(&doc, &Names::default());
        let regions = Regions::read(&page);
        let spans: Vec<_> = regions.list.iter().map(|region| (region.first, region.end, region.outer)).collect();
        assert_eq!(spans, [(0, 6, None), (0, 3, Some(0)), (3, 5, Some(0))]);
        assert_eq!(regions.of_block, [Some(1), Some(1), Some(1), Some(2), Some(2), Some(0)]);
        assert!(Part::Article.within(regions.list[1].own.parts) && regions.list[1].own.layers == 2);
    }

    #[test]
    fn a_block_knows_the_least_likely_of_its_regions_and_explain_names_it() {
        let doc = example();
        let page = Page::read(&doc, &Names::default());
        let judged = Judged::of(Regions::read(&page), vec![0.8, 0.95, 0.1]);
        assert_eq!([0, 3, 5].map(|block| judged.lowest(block)), [Some(0), Some(2), Some(0)]);
        assert!((judged.likelihood(0) - 0.8).abs() < 1e-6 && (judged.likelihood(3) - 0.1).abs() < 1e-6);
        let mut said = String::new();
        judged.portrait(&page, 0, &mut said);
        assert_eq!(said, "", "nothing speaks against the story");
        judged.portrait(&page, 3, &mut said);
        assert_eq!(said, ", in a region of 2 blocks, <div>, that is hardly text (0.10)");
    }
}
