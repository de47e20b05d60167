//! What the second forest is told on top: how likely the first one found the surroundings of a block.

use copydesk_document::{BlockId, BlockKind};
use rustc_hash::FxHashMap;

use crate::{
    features::{Frame, Sink, groups},
    page::Page,
};

/// Sums of the first forest's probabilities.
#[derive(Debug)]
pub(crate) struct Opinion<'p> {
    probability: &'p [f32],
    looks: &'p [u64],
    /// Words times probability before each block.
    mass_before: Vec<f32>,
    words_before: Vec<f32>,
    /// For each element, words times probability inside it.
    mass: Vec<f32>,
    words: Vec<f32>,
    /// For blocks in elements that look alike: mass, words and count.
    alike: FxHashMap<u64, (f32, f32, f32)>,
    first: usize,
    last: usize,
    best: f32,
}

const LIKELY: f32 = 0.5;

impl<'p> Opinion<'p> {
    pub(crate) fn read(page: &Page<'_>, frame: &'p Frame, probability: &'p [f32]) -> Self {
        let count = page.len();
        let mut opinion = Self {
            probability,
            looks: &frame.looks,
            mass_before: Vec::with_capacity(count + 1),
            words_before: Vec::with_capacity(count + 1),
            mass: Vec::new(),
            words: Vec::new(),
            alike: FxHashMap::default(),
            first: count,
            last: 0,
            best: 0.0,
        };
        if let Some(elements) = &page.elements {
            opinion.mass = vec![0.0; elements.nodes.len()];
            opinion.words = vec![0.0; elements.nodes.len()];
        }
        let (mut mass, mut words) = (0.0, 0.0);
        for (index, p) in probability.iter().enumerate() {
            opinion.mass_before.push(mass);
            opinion.words_before.push(words);
            let weight = page.shapes[index].words.max(0.5);
            mass += weight * p;
            words += weight;
            if *p > LIKELY {
                opinion.first = opinion.first.min(index);
                opinion.last = index;
            }
            if let (Some(element), false) = (page.doc.block(BlockId(index as u32)).element, opinion.mass.is_empty()) {
                opinion.mass[element.index()] += weight * p;
                opinion.words[element.index()] += weight;
            }
            let entry = opinion.alike.entry(frame.looks[index]).or_default();
            entry.0 += weight * p;
            entry.1 += weight;
            entry.2 += 1.0;
        }
        opinion.mass_before.push(mass);
        opinion.words_before.push(words);
        if let Some(tree) = &page.doc.tree {
            for index in (1..opinion.mass.len()).rev() {
                if let Some(parent) = tree.elements()[index].parent {
                    opinion.mass[parent.index()] += opinion.mass[index];
                    opinion.words[parent.index()] += opinion.words[index];
                }
            }
        }
        opinion.best = probability.iter().copied().fold(0.0, f32::max);
        opinion
    }

    fn mean(&self, from: usize, to: usize) -> f32 {
        let words = self.words_before[to] - self.words_before[from];
        if words > 0.0 { (self.mass_before[to] - self.mass_before[from]) / words } else { 0.0 }
    }
}

/// Gives what the first forest thinks of a block and its surroundings.
pub(crate) fn describe(page: &Page<'_>, opinion: &Opinion<'_>, index: usize, sink: &mut impl Sink) {
    let p = opinion.probability;
    let count = p.len();
    sink.put("p", p[index]);
    for (name, offset) in ["p-3", "p-2", "p-1", "p+1", "p+2", "p+3"].iter().zip([-3isize, -2, -1, 1, 2, 3]) {
        let other = index.checked_add_signed(offset).and_then(|i| p.get(i));
        sink.put(name, other.copied().unwrap_or(-1.0));
    }
    for (names, width) in
        [(["p before 3", "p after 3"], 3), (["p before 8", "p after 8"], 8), (["p before 20", "p after 20"], 20)]
    {
        sink.put(names[0], opinion.mean(index.saturating_sub(width), index));
        sink.put(names[1], opinion.mean((index + 1).min(count), (index + 1 + width).min(count)));
    }
    let total = opinion.mass_before[count];
    sink.put("p mass", total);
    sink.put("p share", if opinion.words_before[count] > 0.0 { total / opinion.words_before[count] } else { 0.0 });
    sink.put("p best", opinion.best);
    let share = |mass: f32| if total > 0.0 { mass / total } else { 0.0 };
    sink.put("p mass-before", share(opinion.mass_before[index]));
    sink.put("p mass-after", share(total - opinion.mass_before[index + 1]));
    sink.put("p after-first", index as f32 - opinion.first as f32);
    sink.put("p before-last", opinion.last as f32 - index as f32);
    // What stands around it in the same container, itself left out.
    let weight = page.shapes[index].words.max(0.5);
    let own = weight * p[index];
    for (names, group) in [["p g1", "p g1 mass"], ["p g2", "p g2 mass"], ["p g3", "p g3 mass"], ["p g4", "p g4 mass"]]
        .iter()
        .zip(&groups(page, index)[1..])
    {
        let (mass, words) =
            group.map_or((-1.0, 0.0), |g| (opinion.mass[g as usize] - own, opinion.words[g as usize] - weight));
        sink.put(names[0], if words > 0.1 { mass / words } else { -1.0 });
        sink.put(names[1], share(mass));
    }
    let (mass, words, blocks) = opinion.alike.get(&opinion.looks[index]).copied().unwrap_or_default();
    sink.put("p alike", if words - weight > 0.1 { (mass - own) / (words - weight) } else { -1.0 });
    sink.put("p alike blocks", blocks);
    let heading = (0..index).rev().take(40).find(|i| page.doc.block(BlockId(*i as u32)).kind == BlockKind::Heading);
    sink.put("p heading", heading.map_or(-1.0, |h| p[h]));
    sink.put("p since-heading", heading.map_or(-1.0, |h| opinion.mean(h + 1, index)));
    let next = (index + 1..count).take(40).find(|i| page.doc.block(BlockId(*i as u32)).kind == BlockKind::Heading);
    sink.put("p to-heading", opinion.mean((index + 1).min(count), next.unwrap_or((index + 41).min(count))));
}
