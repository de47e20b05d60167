//! Where on the page a block stands, and what stands beside and above it.

use copydesk_document::{BlockId, BlockKind};

use super::{Frame, Sink, frame::NONE, ratio};
use crate::page::Page;

pub(super) fn place(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
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

/// The numbers of the two blocks before a block and the two behind it.
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

/// The two blocks before and the two behind.
pub(super) fn neighbours(page: &Page<'_>, index: usize, sink: &mut impl Sink) {
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
}

/// The text in the neighbourhood, near and wide.
pub(super) fn around(page: &Page<'_>, index: usize, sink: &mut impl Sink) {
    for (names, width) in
        [(["near prose", "near linked", "near words"], 4), (["wide prose", "wide linked", "wide words"], 12)]
    {
        let (from, to) = (index.saturating_sub(width), (index + width + 1).min(page.len()));
        let words = page.words_before[to] - page.words_before[from];
        sink.put(names[0], ratio(page.prose_before[to] - page.prose_before[from], words));
        sink.put(names[1], ratio(page.linked_before[to] - page.linked_before[from], words));
        sink.put(names[2], words / (to - from) as f32);
    }
}

/// The heading above, the one that announces something else, and the section.
pub(super) fn headings(page: &Page<'_>, frame: &Frame, index: usize, sink: &mut impl Sink) {
    let blocks = page.doc.blocks();
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
