//! What the elements around a block are, are named for, and hold.

use copydesk_document::ElementId;

use super::{Frame, Sink, groups, ratio};
use crate::{
    class_words::Sense,
    elements::{Node, Part},
    page::Page,
};

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

/// The sums of an element; all of them nothing where there is none.
fn node<'p>(page: &'p Page<'_>, group: Option<u32>) -> &'p Node {
    page.elements.as_ref().zip(group).map_or(&EMPTY, |(elements, group)| &elements.nodes[group as usize])
}

/// What the elements are, and what their names mean.
pub(super) fn named(page: &Page<'_>, index: usize, sink: &mut impl Sink) {
    let found = groups(page, index);
    let node = |group| node(page, group);
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
}

/// How much the elements hold, and of what.
pub(super) fn sizes(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    let found = groups(page, index);
    let node = |group| node(page, group);
    let own = node(found[0]);
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
    let depth = page.doc.tree.as_ref().zip(found[0]).map_or(0, |(t, g)| t.get(ElementId(g)).depth);
    sink.put("depth", f32::from(depth));
}

/// The blocks that look alike, and how far the middle of the page is.
pub(super) fn alike(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    let found = groups(page, index);
    let inside = |centre: u32| {
        let (tree, element) = page.doc.tree.as_ref().zip(found[0])?;
        Some(tree.contains(ElementId(centre), ElementId(element)))
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
