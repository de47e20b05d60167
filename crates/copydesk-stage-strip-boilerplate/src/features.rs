//! What the forests are told about a block. Each number has a name here, and the trainer and the stage share the code.
//!
//! Nothing depends on the language of the page beyond the vocabularies, which are multilingual, and lengths count word
//! equivalents (see [`crate::shape`]).

use copydesk_document::{BlockId, BlockKind};
use copydesk_lexicon::{FieldKind, Furniture as Kind};
use rustc_hash::FxHashMap;

use crate::{
    class_words::Sense,
    elements::{Node, Part},
    page::{Line, Page},
    shape::Shape,
};

/// Takes the numbers of a block one after the other, always in the same order.
pub(crate) trait Sink {
    /// Takes a number.
    fn put(&mut self, name: &'static str, value: f32);

    /// Takes a yes or no.
    fn flag(&mut self, name: &'static str, value: bool) {
        self.put(name, f32::from(u8::from(value)));
    }
}

/// Everything about the page as a whole, the same for all its blocks.
#[derive(Debug)]
pub(crate) struct Frame {
    words: f32,
    prose: f32,
    link_density: f32,
    prose_share: f32,
    prose_blocks: f32,
    prose_length: f32,
    headings: f32,
    articles: f32,
    items: f32,
    rows: f32,
    first_prose: usize,
    last_prose: usize,
    /// The innermost element that holds most of the running text.
    centre: Option<u32>,
    /// Indentation of most of the running text.
    indent: f32,
    /// For each block the heading above it.
    above: Vec<u32>,
    /// For each block the last heading above it that announces other pages, comments and the like.
    turned: Vec<u32>,
    /// For each block the next heading below it.
    below: Vec<u32>,
    /// For each block what it looks like, and how many look alike.
    pub(crate) looks: Vec<u64>,
    alike: FxHashMap<u64, Alike>,
    /// Shares of the blocks: with prices, dates, authors' names, code, controls, few words, twins.
    shares: [f32; 7],
    images: f32,
}

/// Sums over blocks that look alike.
#[derive(Clone, Copy, Debug, Default)]
struct Alike {
    blocks: f32,
    words: f32,
    linked: f32,
    prose: f32,
}

const NONE: u32 = u32::MAX;

impl Frame {
    pub(crate) fn read(page: &Page<'_>) -> Self {
        let count = page.len();
        let mut frame = Self {
            words: page.words_before[count],
            prose: page.prose_before[count],
            link_density: ratio(page.linked_before[count], page.words_before[count]),
            prose_share: ratio(page.prose_before[count], page.words_before[count]),
            prose_blocks: 0.0,
            prose_length: 0.0,
            headings: 0.0,
            articles: 0.0,
            items: 0.0,
            rows: 0.0,
            first_prose: count,
            last_prose: 0,
            centre: centre(page),
            indent: 0.0,
            above: Vec::with_capacity(count),
            turned: Vec::with_capacity(count),
            below: vec![NONE; count],
            looks: (0..count).map(|i| look(page, i)).collect(),
            alike: FxHashMap::default(),
            shares: [0.0; 7],
            images: page.doc.images.len() as f32,
        };
        let (mut heading, mut turned) = (NONE, NONE);
        let mut indents = Vec::new();
        for (index, block) in page.doc.blocks().iter().enumerate() {
            frame.above.push(heading);
            frame.turned.push(turned);
            frame.count(page, index);
            match block.kind {
                BlockKind::Heading => {
                    heading = index as u32;
                    frame.headings += 1.0;
                    if page.elements.is_some() && page.lines[index].label.is_some() {
                        turned = heading;
                    }
                }
                BlockKind::ListItem => frame.items += 1.0,
                BlockKind::TableRow => frame.rows += 1.0,
                _ => {}
            }
            if page.prose_before[index + 1] > page.prose_before[index] {
                frame.prose_blocks += 1.0;
                frame.first_prose = frame.first_prose.min(index);
                frame.last_prose = index;
                indents.push((page.lines[index].indent, page.shapes[index].words));
            }
        }
        let mut heading = NONE;
        for (index, below) in frame.below.iter_mut().enumerate().rev() {
            *below = heading;
            if page.doc.blocks()[index].kind == BlockKind::Heading {
                heading = index as u32;
            }
        }
        for share in &mut frame.shares {
            *share /= count.max(1) as f32;
        }
        frame.prose_length = ratio(frame.prose, frame.prose_blocks);
        if let (Some(elements), Some(tree)) = (&page.elements, &page.doc.tree) {
            let articles = tree.elements().iter().zip(&elements.nodes);
            frame.articles =
                articles.filter(|(e, n)| e.tag == copydesk_document::Tag::Article && n.blocks > 0).count() as f32;
        } else {
            frame.indent = weighted_median(indents);
        }
        frame
    }
}

impl Frame {
    fn count(&mut self, page: &Page<'_>, index: usize) {
        let (shape, line) = (&page.shapes[index], &page.lines[index]);
        let block = &page.doc.blocks()[index];
        let twins = |e: &crate::elements::Elements| {
            groups(page, index).iter().take(3).flatten().any(|g| e.nodes[*g as usize].twins >= 4)
        };
        let marks = [
            shape.money > 0,
            line.date,
            line.byline,
            block.kind == BlockKind::Code,
            block.kind == BlockKind::Control,
            shape.words <= 4.0,
            page.elements.as_ref().is_some_and(twins),
        ];
        for (share, mark) in self.shares.iter_mut().zip(marks) {
            *share += f32::from(u8::from(mark));
        }
        let alike = self.alike.entry(self.looks[index]).or_default();
        alike.blocks += 1.0;
        alike.words += shape.words;
        alike.linked += shape.words * page.linked[index];
        alike.prose += if shape.is_prose() { shape.words } else { 0.0 };
    }
}

/// What a block looks like by its element and those around it: alike for the items of one list, the posts of one
/// thread.
fn look(page: &Page<'_>, index: usize) -> u64 {
    let block = page.doc.block(BlockId(index as u32));
    let Some(elements) = &page.elements else {
        return u64::from(page.lines[index].indent) << 8 | block.kind as u64;
    };
    let mut key = block.kind as u64;
    for group in groups(page, index).into_iter().take(3).flatten() {
        key = key.rotate_left(23) ^ u64::from(elements.nodes[group as usize].alike).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    key
}

fn weighted_median(mut values: Vec<(u32, f32)>) -> f32 {
    values.sort_unstable_by_key(|v| v.0);
    let half = values.iter().map(|v| v.1).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    for (value, weight) in values {
        sum += weight;
        if sum >= half {
            return value as f32;
        }
    }
    0.0
}

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Goes down from the root as long as one child holds most of the running text.
fn centre(page: &Page<'_>) -> Option<u32> {
    let (elements, tree) = (page.elements.as_ref()?, page.doc.tree.as_ref()?);
    let root = elements.nodes.first()?;
    if root.prose < 20.0 {
        return None;
    }
    let mut here = copydesk_document::ElementId(0);
    loop {
        let most = tree
            .children(here)
            .max_by(|a, b| elements.nodes[a.index()].prose.total_cmp(&elements.nodes[b.index()].prose));
        match most {
            Some(child)
                if elements.nodes[child.index()].prose > root.prose * 0.6
                    && elements.nodes[child.index()].blocks > 1 =>
            {
                here = child;
            }
            _ => return Some(here.0),
        }
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

/// Gives all numbers of a block.
pub(crate) fn describe(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    let shape = &page.shapes[index];
    let line = &page.lines[index];
    form(page, index, shape, sink);
    vocabulary(line, sink);
    place(page, frame, index, sink);
    surroundings(page, frame, index, sink);
    containers(page, frame, index, sink);
    whole(page, frame, sink);
}

fn form(page: &Page<'_>, index: usize, shape: &Shape, sink: &mut impl Sink) {
    let block = page.doc.block(BlockId(index as u32));
    let letters = shape.letters.max(1) as f32;
    let tokens = shape.tokens.max(1) as f32;
    sink.put("words", shape.words);
    sink.put("chars", shape.chars as f32);
    sink.put("chars-per-token", shape.chars as f32 / tokens);
    sink.put("longest-token", shape.longest as f32);
    sink.put("upper-share", shape.upper as f32 / letters);
    sink.put("digit-share", shape.digits as f32 / shape.chars.max(1) as f32);
    sink.put("letter-share", shape.letters as f32 / shape.chars.max(1) as f32);
    sink.put("capital-share", shape.capitals as f32 / tokens);
    sink.put("small-share", shape.small as f32 / tokens);
    sink.put("commas", shape.commas as f32);
    sink.put("stops", shape.stops as f32);
    sink.put("words-per-stop", shape.words / (shape.stops as f32 + 1.0));
    sink.put("colons", shape.colons as f32);
    sink.put("marks", shape.marks as f32);
    sink.put("marks-per-token", shape.marks as f32 / tokens);
    sink.put("quotes", shape.quotes as f32);
    sink.put("money", shape.money as f32);
    sink.put("breaks", shape.breaks as f32);
    sink.flag("closed", shape.closed);
    sink.flag("announces", shape.announces);
    sink.flag("cut", shape.cut);
    sink.flag("starts-small", shape.starts_small);
    sink.flag("starts-digit", shape.starts_digit);
    sink.flag("starts-mark", shape.starts_mark);
    sink.flag("starts-quote", shape.starts_quote);
    sink.flag("prose", shape.is_prose());
    sink.put("linked", page.linked[index]);
    sink.flag("hidden", block.hidden);
    sink.flag("bold", block.bold);
    sink.flag("heading", block.kind == BlockKind::Heading);
    sink.put("level", f32::from(block.level));
    sink.flag("list-item", block.kind == BlockKind::ListItem);
    sink.flag("paragraph", block.kind == BlockKind::Paragraph);
    sink.flag("quote", block.kind == BlockKind::Quote);
    sink.flag("table-row", block.kind == BlockKind::TableRow);
    sink.flag("code", block.kind == BlockKind::Code);
    sink.flag("caption", block.kind == BlockKind::Caption);
    sink.flag("definition", block.kind == BlockKind::Definition);
    sink.flag("control", block.kind == BlockKind::Control);
}

fn vocabulary(line: &Line, sink: &mut impl Sink) {
    let is = |kinds: &[Kind]| line.label.is_some_and(|(kind, _)| kinds.contains(&kind));
    sink.flag("label", line.label.is_some());
    sink.flag("label-whole", line.label.is_some_and(|l| l.1));
    sink.flag(
        "label-share",
        is(&[Kind::Share, Kind::LinkCopied, Kind::Print, Kind::FontSize, Kind::Follow, Kind::Listen]),
    );
    sink.flag(
        "label-navigation",
        is(&[
            Kind::SkipNavigation,
            Kind::Menu,
            Kind::Paging,
            Kind::BackToTop,
            Kind::Search,
            Kind::Login,
            Kind::Language,
        ]),
    );
    sink.flag("label-related", is(&[Kind::Related, Kind::ReadMore]));
    sink.flag("label-subscribe", is(&[Kind::Subscribe, Kind::Device]));
    sink.flag("label-legal", is(&[Kind::Copyright, Kind::Legal, Kind::Cookie, Kind::Disclaimer]));
    sink.flag("label-comments", is(&[Kind::Comments, Kind::Feedback]));
    sink.flag("label-advertisement", is(&[Kind::Advertisement]));
    sink.flag("label-tags", is(&[Kind::Tags, Kind::Counter, Kind::Loading, Kind::Gallery]));
    sink.flag("label-author-note", is(&[Kind::AuthorNote]));
    let field = |kinds: &[FieldKind]| line.field.is_some_and(|(kind, _)| kinds.contains(&kind));
    sink.flag("field", line.field.is_some());
    sink.flag(
        "field-date",
        field(&[FieldKind::Published, FieldKind::Updated, FieldKind::Views, FieldKind::ReadingTime]),
    );
    sink.flag("field-author", field(&[FieldKind::Author, FieldKind::Editor, FieldKind::Source]));
    sink.flag("byline", line.byline);
    sink.flag("date", line.date);
    sink.put("title-share", line.title);
    sink.flag("headline", line.headline);
    sink.put("description-share", line.description);
    sink.put("declared", line.declared);
    sink.put("copies", line.copies as f32);
    sink.flag("again", line.again);
    sink.flag("pictured", line.pictured);
}

fn place(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    let count = page.len();
    sink.put("position", index as f32 / count as f32);
    sink.put("position-words", ratio(page.words_before[index], frame.words));
    sink.put("position-prose", ratio(page.prose_before[index], frame.prose));
    sink.put("index", index as f32);
    sink.put("from-end", (count - index) as f32);
    let headline = page.headline.map_or(-9999.0, |h| index as f32 - h as f32);
    sink.put("after-headline", headline);
    let words = page.headline.map_or(-9999.0, |h| page.words_before[index] - page.words_before[h]);
    sink.put("words-after-headline", words);
    sink.put("after-first-prose", index as f32 - frame.first_prose as f32);
    sink.put("before-last-prose", frame.last_prose as f32 - index as f32);
    sink.put("indent", page.lines[index].indent as f32 - frame.indent);
    let block = page.doc.block(BlockId(index as u32));
    sink.put("gap", f32::from(block.gap));
}

fn surroundings(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    const NAMES: [[&str; 10]; 4] = [
        [
            "-2 words",
            "-2 linked",
            "-2 prose",
            "-2 closed",
            "-2 heading",
            "-2 item",
            "-2 label",
            "-2 gap",
            "-2 indent",
            "-2 capital-share",
        ],
        [
            "-1 words",
            "-1 linked",
            "-1 prose",
            "-1 closed",
            "-1 heading",
            "-1 item",
            "-1 label",
            "-1 gap",
            "-1 indent",
            "-1 capital-share",
        ],
        [
            "+1 words",
            "+1 linked",
            "+1 prose",
            "+1 closed",
            "+1 heading",
            "+1 item",
            "+1 label",
            "+1 gap",
            "+1 indent",
            "+1 capital-share",
        ],
        [
            "+2 words",
            "+2 linked",
            "+2 prose",
            "+2 closed",
            "+2 heading",
            "+2 item",
            "+2 label",
            "+2 gap",
            "+2 indent",
            "+2 capital-share",
        ],
    ];
    let blocks = page.doc.blocks();
    for (names, offset) in NAMES.iter().zip([-2isize, -1, 1, 2]) {
        let other = index.checked_add_signed(offset).filter(|i| *i < page.len());
        let Some(other) = other else {
            for name in names {
                sink.put(name, -1.0);
            }
            continue;
        };
        let (shape, line) = (&page.shapes[other], &page.lines[other]);
        sink.put(names[0], shape.words);
        sink.put(names[1], page.linked[other]);
        sink.flag(names[2], shape.is_prose());
        sink.flag(names[3], shape.closed);
        sink.flag(names[4], blocks[other].kind == BlockKind::Heading);
        sink.flag(names[5], blocks[other].kind == BlockKind::ListItem);
        sink.flag(names[6], line.label.is_some() || line.date || line.byline);
        sink.put(names[7], f32::from(blocks[other].gap));
        sink.put(names[8], line.indent as f32 - page.lines[index].indent as f32);
        sink.put(names[9], shape.capitals as f32 / shape.tokens.max(1) as f32);
    }
    for (names, width) in
        [(["near prose", "near linked", "near words"], 4), (["wide prose", "wide linked", "wide words"], 12)]
    {
        let (from, to) = (index.saturating_sub(width), (index + width + 1).min(page.len()));
        let words = page.words_before[to] - page.words_before[from];
        sink.put(names[0], ratio(page.prose_before[to] - page.prose_before[from], words));
        sink.put(names[1], ratio(page.linked_before[to] - page.linked_before[from], words));
        sink.put(names[2], words / (to - from) as f32);
    }
    let above = frame.above[index];
    if above == NONE {
        for name in
            ["heading-distance", "heading-level", "heading-label", "heading-title", "heading-linked", "heading-words"]
        {
            sink.put(name, -1.0);
        }
    } else {
        let above = above as usize;
        let line = &page.lines[above];
        sink.put("heading-distance", (index - above) as f32);
        sink.put("heading-level", f32::from(blocks[above].level));
        sink.flag("heading-label", line.label.is_some());
        sink.put("heading-title", line.title);
        sink.put("heading-linked", page.linked[above]);
        sink.put("heading-words", page.shapes[above].words);
    }
    // A heading such as "You may also like" speaks for what is below it up to the next heading of its level or higher.
    let turned = frame.turned[index];
    sink.put("turn-distance", if turned == NONE { -1.0 } else { (index - turned as usize) as f32 });
    let level = |i: usize| f32::from(blocks[i].level);
    let under = turned != NONE && above != NONE && (above == turned || level(above as usize) > level(turned as usize));
    sink.flag("turn-under", under);
    // For a heading the section that it opens, for every other block the one that it stands in.
    let own = blocks[index].kind == BlockKind::Heading;
    let from = if own || above == NONE { index } else { above as usize } + 1;
    let to = (frame.below[index] as usize).min(page.len());
    let (from, to) = (from.min(to), to);
    let words = page.words_before[to] - page.words_before[from];
    sink.put("section blocks", (to - from) as f32);
    sink.put("section words", words);
    sink.put("section linked", ratio(page.linked_before[to] - page.linked_before[from], words));
    sink.put("section prose", ratio(page.prose_before[to] - page.prose_before[from], words));
}

fn containers(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    const EMPTY: Node = Node {
        blocks: 0,
        first: 0,
        words: 0.0,
        linked: 0.0,
        prose: 0.0,
        links: 0,
        stops: 0,
        headings: 0,
        outer: 0,
        part: 0,
        parts: 0,
        sense: 0,
        senses: 0,
        score: 0.0,
        low: 0.0,
        high: 0.0,
        sum: 0.0,
        alike: 0,
        twins: 0,
        money: 0,
        most: 0,
        list: 0.0,
    };
    const PARTS: [(&str, Part); 25] = [
        ("in nav", Part::Nav),
        ("in aside", Part::Aside),
        ("in footer", Part::Footer),
        ("in header", Part::Header),
        ("in form", Part::Form),
        ("in article", Part::Article),
        ("in main", Part::Main),
        ("in figure", Part::Figure),
        ("in figcaption", Part::Figcaption),
        ("in table", Part::Table),
        ("in list", Part::List),
        ("in quote", Part::Quote),
        ("in address", Part::Address),
        ("in button", Part::Button),
        ("in link", Part::Link),
        ("in section", Part::Section),
        ("in details", Part::Details),
        ("in article-body", Part::ArticleBody),
        ("in aria-hidden", Part::AriaHidden),
        ("in pre", Part::Pre),
        ("in p", Part::Paragraph),
        ("in label", Part::Label),
        ("in noscript", Part::Noscript),
        ("in dialog", Part::Dialog),
        ("in scope", Part::Scope),
    ];
    const SENSES: [(&str, &str); 17] = [
        ("names content", "near content"),
        ("names lead", "near lead"),
        ("names navigation", "near navigation"),
        ("names share", "near share"),
        ("names related", "near related"),
        ("names advertisement", "near advertisement"),
        ("names newsletter", "near newsletter"),
        ("names consent", "near consent"),
        ("names comments", "near comments"),
        ("names footer", "near footer"),
        ("names hidden", "near hidden"),
        ("names form", "near form"),
        ("names aside", "near aside"),
        ("names card", "near card"),
        ("names meta", "near meta"),
        ("names caption", "near caption"),
        ("names heading", "near heading"),
    ];
    const GROUPS: [[&str; 9]; 5] = [
        [
            "g0 blocks",
            "g0 words",
            "g0 linked",
            "g0 prose",
            "g0 prose-of-page",
            "g0 headings",
            "g0 offset",
            "g0 twins",
            "g0 score",
        ],
        [
            "g1 blocks",
            "g1 words",
            "g1 linked",
            "g1 prose",
            "g1 prose-of-page",
            "g1 headings",
            "g1 offset",
            "g1 twins",
            "g1 score",
        ],
        [
            "g2 blocks",
            "g2 words",
            "g2 linked",
            "g2 prose",
            "g2 prose-of-page",
            "g2 headings",
            "g2 offset",
            "g2 twins",
            "g2 score",
        ],
        [
            "g3 blocks",
            "g3 words",
            "g3 linked",
            "g3 prose",
            "g3 prose-of-page",
            "g3 headings",
            "g3 offset",
            "g3 twins",
            "g3 score",
        ],
        [
            "g4 blocks",
            "g4 words",
            "g4 linked",
            "g4 prose",
            "g4 prose-of-page",
            "g4 headings",
            "g4 offset",
            "g4 twins",
            "g4 score",
        ],
    ];
    let found = groups(page, index);
    let node = |group: Option<u32>| page.elements.as_ref().zip(group).map_or(&EMPTY, |(e, g)| &e.nodes[g as usize]);
    let own = node(found[0]);
    for (name, part) in PARTS {
        sink.flag(name, own.is_in(part));
    }
    let near = own.sense | node(found[1]).sense | node(found[2]).sense;
    for ((far_name, near_name), sense) in SENSES.iter().zip(Sense::ALL) {
        sink.flag(far_name, own.says(sense));
        sink.flag(near_name, sense.within(near));
    }
    sink.put("names low", own.low);
    sink.put("names high", own.high);
    sink.put("names sum", own.sum);
    for (names, group) in GROUPS.iter().zip(found) {
        let group = node(group);
        sink.put(names[0], group.blocks as f32);
        sink.put(names[1], group.words);
        sink.put(names[2], group.link_density());
        sink.put(names[3], ratio(group.prose, group.words));
        sink.put(names[4], ratio(group.prose, frame.prose));
        sink.put(names[5], ratio(group.headings as f32, group.blocks as f32));
        sink.put(names[6], ratio((index as f32 - group.first as f32).max(0.0), group.blocks as f32));
        sink.put(names[7], group.twins as f32);
        sink.put(names[8], group.score);
    }
    for (name, group) in ["g1 money", "g2 money", "g3 money"].iter().zip(&found[1..]) {
        let group = node(*group);
        sink.put(name, ratio(group.money as f32, group.blocks as f32));
    }
    sink.put("list twins", own.most as f32);
    sink.put("list share", ratio(own.list, frame.words));
    let depth = page.doc.tree.as_ref().zip(found[0]).map_or(0, |(t, g)| t.get(copydesk_document::ElementId(g)).depth);
    sink.put("depth", f32::from(depth));
    let inside = |centre: u32| {
        let (tree, element) = page.doc.tree.as_ref().zip(found[0])?;
        Some(tree.contains(copydesk_document::ElementId(centre), copydesk_document::ElementId(element)))
    };
    let alike = frame.alike.get(&frame.looks[index]).copied().unwrap_or_default();
    sink.put("alike blocks", alike.blocks);
    sink.put("alike words", alike.words / alike.blocks.max(1.0));
    sink.put("alike linked", ratio(alike.linked, alike.words));
    sink.put("alike prose", ratio(alike.prose, alike.words));
    sink.put("alike share", ratio(alike.words, frame.words));
    sink.flag("in centre", frame.centre.and_then(inside).unwrap_or(false));
    let centre = frame.centre.zip(page.elements.as_ref()).map_or(&EMPTY, |(c, e)| &e.nodes[c as usize]);
    let offset = if index < centre.first as usize {
        index as f32 - centre.first as f32
    } else {
        (index as f32 - (centre.first + centre.blocks) as f32).max(0.0)
    };
    sink.put("from centre", offset);
}

fn whole(page: &Page<'_>, frame: &Frame, sink: &mut impl Sink) {
    let facts = &page.facts;
    sink.put("page blocks", page.len() as f32);
    sink.put("page words", frame.words);
    sink.put("page prose", frame.prose);
    sink.put("page linked", frame.link_density);
    sink.put("page prose-share", frame.prose_share);
    sink.put("page prose-blocks", frame.prose_blocks);
    sink.put("page prose-length", frame.prose_length);
    sink.put("page headings", frame.headings);
    sink.put("page articles", frame.articles);
    sink.put("page items", frame.items);
    sink.put("page rows", frame.rows);
    sink.put("page images", frame.images);
    for (name, share) in
        ["page money", "page dates", "page bylines", "page code", "page controls", "page short", "page twins"]
            .iter()
            .zip(frame.shares)
    {
        sink.put(name, share);
    }
    sink.flag("page has-headline", page.headline.is_some());
    sink.flag("page article", facts.article);
    sink.flag("page product", facts.product);
    sink.flag("page list", facts.list);
    sink.flag("page forum", facts.forum);
    sink.flag("page faq", facts.faq);
    sink.flag("page course", facts.course);
    sink.flag("page og-article", facts.og_article);
    sink.flag("page og-product", facts.og_product);
    sink.flag("page og-website", facts.og_website);
    sink.flag("page dated", facts.dated);
    sink.put("url depth", facts.url_depth);
    sink.put("url hyphens", facts.url_hyphens);
    sink.put("url digits", facts.url_digits);
    for (name, said) in ["url product", "url collection", "url blog", "url docs", "url forum", "url service"]
        .iter()
        .zip(facts.url_words)
    {
        sink.flag(name, said);
    }
}
