//! Sums over the page as a whole, made once and used for all of its blocks.

use copydesk_document::{BlockId, BlockKind};
use rustc_hash::FxHashMap;

use super::{groups, ratio};
use crate::page::Page;

/// Everything about the page as a whole, the same for all its blocks.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(super) words: f32,
    pub(super) prose: f32,
    pub(super) link_density: f32,
    pub(super) prose_share: f32,
    pub(super) prose_blocks: f32,
    pub(super) prose_length: f32,
    pub(super) headings: f32,
    pub(super) articles: f32,
    pub(super) items: f32,
    pub(super) rows: f32,
    pub(super) first_prose: usize,
    pub(super) last_prose: usize,
    /// The innermost element that holds most of the running text.
    pub(super) centre: Option<u32>,
    /// Indentation of most of the running text.
    pub(super) indent: f32,
    /// For each block the heading above it.
    pub(super) above: Vec<u32>,
    /// For each block the last heading above it that announces other pages, comments and the like.
    pub(super) turned: Vec<u32>,
    /// For each block the next heading below it.
    pub(super) below: Vec<u32>,
    /// For each block what it looks like, and how many look alike.
    pub(crate) looks: Vec<u64>,
    pub(super) alike: FxHashMap<u64, Alike>,
    /// Shares of the blocks: with prices, dates, authors' names, code, controls, few words, twins.
    pub(super) shares: [f32; 7],
    pub(super) images: f32,
}

/// Sums over blocks that look alike.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alike {
    pub(super) blocks: f32,
    pub(super) words: f32,
    pub(super) linked: f32,
    pub(super) prose: f32,
}

/// No block.
pub(super) const NONE: u32 = u32::MAX;

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
