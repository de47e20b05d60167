//! From numbers to a choice of blocks.

use std::ops::Range;

use crate::{
    config::Config,
    context::{self, Opinion},
    features::{self, Frame, Sink},
    model::{Model, Table},
    page::Page,
    rules,
};

/// Blocks that are measured at once, so that memory stays small on pages of any length.
const CHUNK: usize = 4096;

struct Cells<'t> {
    table: &'t mut Table,
    row: usize,
    column: usize,
}

impl Sink for Cells<'_> {
    #[inline]
    fn put(&mut self, _: &'static str, value: f32) {
        self.table.set(self.row, self.column, value);
        self.column += 1;
    }
}

/// Collects the names of the columns.
struct Titles(Vec<&'static str>);

impl Sink for Titles {
    fn put(&mut self, name: &'static str, _: f32) {
        self.0.push(name);
    }
}

fn example() -> copydesk_document::Document {
    let mut doc = copydesk_document::Document::default();
    doc.push_block(copydesk_document::NewBlock { text: "One.", ..Default::default() });
    doc
}

pub(crate) fn first_names() -> Vec<&'static str> {
    let doc = example();
    let page = Page::read(&doc, &crate::model::Names::default());
    let mut titles = Titles(Vec::new());
    features::describe(&page, &Frame::read(&page), 0, &mut titles);
    titles.0
}

pub(crate) fn second_names() -> Vec<&'static str> {
    let doc = example();
    let page = Page::read(&doc, &crate::model::Names::default());
    let mut titles = Titles(Vec::new());
    context::describe(&page, &Opinion::read(&page, &[0.5]), 0, &mut titles);
    titles.0
}

/// The columns of the first forest for a range of blocks, with room for more columns behind them.
pub(crate) fn first_table(page: &Page<'_>, frame: &Frame, blocks: Range<usize>, more: usize) -> Table {
    let columns = first_columns();
    let mut table = Table::new(blocks.len(), columns + more);
    for (row, index) in blocks.enumerate() {
        let mut cells = Cells { table: &mut table, row, column: 0 };
        features::describe(page, frame, index, &mut cells);
        debug_assert_eq!(cells.column, columns);
    }
    table
}

fn first_columns() -> usize {
    static COUNT: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *COUNT.get_or_init(|| first_names().len())
}

fn second_columns() -> usize {
    static COUNT: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *COUNT.get_or_init(|| second_names().len())
}

/// How likely each block is main text.
pub(crate) fn probabilities(page: &Page<'_>, model: &Model) -> Vec<f32> {
    let count = page.len();
    let frame = Frame::read(page);
    let chunks: Vec<Range<usize>> = (0..count).step_by(CHUNK).map(|s| s..(s + CHUNK).min(count)).collect();
    let mut first = Vec::with_capacity(count);
    let mut only = None;
    for chunk in &chunks {
        let table = first_table(page, &frame, chunk.clone(), second_columns());
        first.extend(model.first.predict(&table));
        only = Some(table);
    }
    let opinion = Opinion::read(page, &first);
    let mut second = Vec::with_capacity(count);
    for chunk in &chunks {
        let kept = if chunks.len() == 1 { only.take() } else { None };
        let mut table = kept.unwrap_or_else(|| first_table(page, &frame, chunk.clone(), second_columns()));
        for (row, index) in chunk.clone().enumerate() {
            let mut cells = Cells { table: &mut table, row, column: first_columns() };
            context::describe(page, &opinion, index, &mut cells);
        }
        second.extend(model.second.predict(&table));
    }
    second
}

/// The border that gives the best F measure to be expected: blocks above it stay.
///
/// For a border, the words to be found are those that stay times how likely each is; the best choice takes blocks by
/// likelihood as long as the expected measure rises.
pub(crate) fn border(sizes: impl Iterator<Item = (f32, f32)>, beta: f32) -> f32 {
    let mut blocks: Vec<(f32, f32)> = sizes.collect();
    blocks.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let square = beta * beta;
    let expected: f32 = blocks.iter().map(|(p, w)| p * w).sum();
    let (mut got, mut right, mut best, mut border) = (0.0, 0.0, 0.0, 0.5);
    for (p, words) in blocks {
        got += words;
        right += p * words;
        let measure = (1.0 + square) * right / (square * expected + got);
        if measure > best {
            (best, border) = (measure, p);
        }
    }
    border
}

/// Which blocks stay.
pub(crate) fn kept(page: &Page<'_>, probability: &[f32], config: &Config) -> Vec<bool> {
    let certain: Vec<bool> = (0..page.len()).map(|i| rules::certain(page, i, config).is_some()).collect();
    let sizes = probability.iter().zip(&page.shapes).zip(&certain);
    let border = border(sizes.filter(|(_, c)| !**c).map(|((p, s), _)| (*p, s.words.max(0.5))), config.mode.beta());
    probability.iter().zip(certain).map(|(p, c)| !c && *p >= border.max(0.08)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_falls_with_doubt_and_with_the_wish_to_lose_nothing() {
        let sure = [(0.99, 100.0), (0.95, 80.0), (0.4, 20.0), (0.02, 300.0)];
        assert!((border(sure.iter().copied(), 1.0) - 0.95).abs() < 1e-6);
        let doubtful = [(0.5, 100.0), (0.4, 80.0), (0.3, 20.0), (0.02, 300.0)];
        assert!((border(doubtful.iter().copied(), 1.0) - 0.3).abs() < 1e-6);
        assert!((border(sure.iter().copied(), 2.0) - 0.4).abs() < 1e-6);
        assert!(border(doubtful.iter().copied(), 0.5) > 0.3);
    }

    #[test]
    fn the_columns_have_names_of_their_own() {
        let mut names = first_names();
        names.extend(second_names());
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
