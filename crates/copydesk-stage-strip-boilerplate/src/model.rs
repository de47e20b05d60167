//! The trained tables: two forests for each sort of page, and the weights of names in `class` and `id`.
//!
//! The trees are *oblivious*: all nodes of one depth ask the same question, so that the answers of a tree form a
//! binary number that picks its leaf. Many blocks are asked at once, column by column, without a branch.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::{
    class_words::{self, Senses},
    judge::{self, Sort},
};

/// Questions of a tree.
pub const DEPTH: usize = 6;

/// Leaves of a tree: one for each row of answers.
pub const LEAVES: usize = 1 << DEPTH;

/// Blocks that are asked at once.
const LANES: usize = 32;

/// A question: is the value in this column greater than this?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// Which column.
    pub column: u16,
    /// The value to compare with.
    pub border: f32,
}

/// A tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Its questions, the first one giving the lowest bit.
    pub splits: [Split; DEPTH],
    /// What it adds to the log-odds, by the answers.
    pub leaves: [f32; LEAVES],
}

/// A sum of trees over the columns of a [`Table`], giving log-odds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forest {
    /// The log-odds before any tree.
    pub bias: f32,
    /// The trees.
    pub trees: Vec<Tree>,
}

/// Numbers about blocks. They stand in tiles of as many rows as are asked at once, column by column, so that filling a
/// row and asking a column both stay within a few pages of memory.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: usize,
    columns: usize,
    values: Vec<f32>,
}

impl Table {
    /// A table of zeros.
    pub fn new(rows: usize, columns: usize) -> Self {
        // The last tile is padded, so that the loops need no remainder.
        Self { rows, columns, values: vec![0.0; rows.div_ceil(LANES) * LANES * columns] }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One column.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f32> {
        (0..self.rows).map(move |row| self.values[self.place(row, column)])
    }

    /// Sets a value.
    #[inline]
    pub fn set(&mut self, row: usize, column: usize, value: f32) {
        let place = self.place(row, column);
        self.values[place] = value;
    }

    /// A row from a column on, to be filled.
    pub(crate) fn row_mut(&mut self, row: usize, column: usize) -> RowMut<'_> {
        let place = self.place(row, column);
        let end = self.place(row - row % LANES + LANES, 0);
        RowMut { cells: &mut self.values[place..end], next: 0 }
    }

    /// A table of some of the rows, with room for more columns.
    #[must_use]
    pub fn pick(&self, rows: &[u32], more: usize) -> Self {
        let mut picked = Self::new(rows.len(), self.columns + more);
        for (to, from) in rows.iter().enumerate() {
            let (from, to_lane) = (*from as usize, to % LANES);
            let (own, _) = self.values[self.place(from - from % LANES, 0)..].as_chunks::<LANES>();
            let (new, _) = picked.values[(to - to_lane) * (self.columns + more)..].as_chunks_mut::<LANES>();
            for (new, own) in new.iter_mut().zip(own).take(self.columns) {
                new[to_lane] = own[from % LANES];
            }
        }
        picked
    }

    #[inline]
    fn place(&self, row: usize, column: usize) -> usize {
        (row / LANES * self.columns + column) * LANES + row % LANES
    }
}

/// What is left to fill of a row of a [`Table`].
pub(crate) struct RowMut<'t> {
    cells: &'t mut [f32],
    next: usize,
}

impl RowMut<'_> {
    /// Sets the next value; there must be one.
    #[inline]
    pub(crate) fn push(&mut self, value: f32) {
        self.cells[self.next] = value;
        self.next += LANES;
    }
}

impl Forest {
    /// The probability of each row.
    pub fn predict(&self, table: &Table) -> Vec<f32> {
        let mut out = Vec::with_capacity(table.values.len() / table.columns.max(1));
        for tile in table.values.chunks_exact((table.columns * LANES).max(1)) {
            let mut sums = [self.bias; LANES];
            for tree in &self.trees {
                let mut leaf = [0u32; LANES];
                for (bit, split) in tree.splits.iter().enumerate() {
                    let values = &tile[usize::from(split.column) * LANES..][..LANES];
                    for (l, v) in leaf.iter_mut().zip(values) {
                        *l |= u32::from(*v > split.border) << bit;
                    }
                }
                // Kept in memory: compilers that have the answers in vector registers take them out one by one, which
                // takes twice as long.
                let leaf = std::hint::black_box(leaf);
                for (sum, l) in sums.iter_mut().zip(leaf) {
                    *sum += tree.leaves[l as usize % LEAVES];
                }
            }
            out.extend(sums.iter().map(|s| 1.0 / (1.0 + (-s).exp())));
        }
        out.truncate(table.rows);
        out
    }

    /// The probability of one row alone.
    pub fn predict_row(&self, table: &Table, row: usize) -> f32 {
        let answer = |split: &Split| table.values[table.place(row, usize::from(split.column))] > split.border;
        let leaf = |tree: &Tree| {
            let answers = tree.splits.iter().enumerate().map(|(bit, split)| usize::from(answer(split)) << bit);
            tree.leaves[answers.sum::<usize>()]
        };
        let sum = self.trees.iter().fold(self.bias, |sum, tree| sum + leaf(tree));
        1.0 / (1.0 + (-sum).exp())
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend((self.trees.len() as u32).to_le_bytes());
        out.extend(self.bias.to_le_bytes());
        for tree in &self.trees {
            for split in &tree.splits {
                out.extend(split.column.to_le_bytes());
                out.extend(split.border.to_le_bytes());
            }
            // Leaves are kept as 16-bit steps of the largest of their tree: far below the noise of training.
            let scale = tree.leaves.iter().fold(1e-9f32, |m, l| m.max(l.abs()));
            out.extend(scale.to_le_bytes());
            for leaf in &tree.leaves {
                out.extend(((leaf / scale * 32767.0).round() as i16).to_le_bytes());
            }
        }
    }

    pub(crate) fn read(from: &mut Bytes<'_>) -> Option<Self> {
        let count = from.u32()?;
        let bias = from.f32()?;
        let mut trees = Vec::new();
        for _ in 0..count {
            let mut splits = [Split { column: 0, border: 0.0 }; DEPTH];
            for split in &mut splits {
                *split = Split { column: from.u16()?, border: from.f32()? };
            }
            let scale = from.f32()?;
            let mut leaves = [0.0; LEAVES];
            for leaf in &mut leaves {
                *leaf = f32::from(from.u16()?.cast_signed()) / 32767.0 * scale;
            }
            trees.push(Tree { splits, leaves });
        }
        Some(Self { bias, trees })
    }

    pub(crate) fn columns(&self) -> usize {
        self.trees.iter().flat_map(|t| &t.splits).map(|s| usize::from(s.column) + 1).max().unwrap_or(0)
    }
}

/// What words in `class` and `id` are worth, learned: above zero for main text, below for boilerplate; and what they
/// mean.
#[derive(Clone, Debug)]
pub struct Names {
    /// By the numbers of the words.
    words: FxHashMap<u32, Word>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Word {
    weight: i8,
    senses: Senses,
}

impl Default for Names {
    fn default() -> Self {
        Self::new([])
    }
}

impl Names {
    /// A table from words and weights.
    pub fn new(words: impl IntoIterator<Item = (u32, i8)>) -> Self {
        let mut table: FxHashMap<u32, Word> =
            words.into_iter().map(|(word, weight)| (word, Word { weight, senses: 0 })).collect();
        for (word, senses) in class_words::vocabulary() {
            table.entry(word).or_default().senses = senses;
        }
        Self { words: table }
    }

    /// The words with a weight.
    fn weights(&self) -> impl Iterator<Item = (u32, i8)> {
        self.words.iter().map(|(number, word)| (*number, word.weight)).filter(|(_, weight)| *weight != 0)
    }

    /// What a list of names means, and its weight: that of its strongest word on either side, added.
    pub(crate) fn read(&self, names: &str) -> (Senses, f32) {
        let (mut low, mut high, mut senses) = (0i8, 0i8, 0);
        class_words::for_each_word(names, |number| {
            if let Some(word) = self.words.get(&number) {
                low = low.min(word.weight);
                high = high.max(word.weight);
                senses |= word.senses;
            }
        });
        (senses, (f32::from(low) + f32::from(high)) / 16.0)
    }
}

/// Everything that is trained for one sort of page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Weights of names.
    pub names: Names,
    /// Judges a block by itself and its surroundings.
    pub first: Forest,
    /// Judges it again, knowing what the first forest thinks of its surroundings.
    pub second: Forest,
    /// What it was trained on, in words.
    pub trained_on: String,
    /// Of which sort its pages are, and so which columns they have.
    pub sort: Sort,
}

/// A file that is no model for this program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// It is something else, or not whole.
    #[error("is no model, or not a whole one")]
    Malformed,
    /// A forest knows its columns by their numbers, so that with other columns it would answer at random.
    #[error(
        "was trained for other columns than this program has (on {trained_on}): train it again with \
        copydesk-boilerplate-trainer"
    )]
    OtherColumns {
        /// What it was trained on.
        trained_on: String,
    },
}

const MAGIC: &[u8; 4] = b"CDB2";

impl Model {
    /// The model as bytes, bound to the columns of this program.
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(judge::columns_digest(self.sort).to_le_bytes());
        out.extend((self.trained_on.len() as u32).to_le_bytes());
        out.extend(self.trained_on.bytes());
        let mut names: Vec<_> = self.names.weights().collect();
        names.sort_unstable();
        out.extend((names.len() as u32).to_le_bytes());
        for (name, weight) in names {
            out.extend(name.to_le_bytes());
            out.push(weight.cast_unsigned());
        }
        self.first.write(&mut out);
        self.second.write(&mut out);
        out
    }

    /// Reads what [`Self::write`] wrote in a program with the same columns.
    pub fn read(bytes: &[u8], sort: Sort) -> Result<Self, ModelError> {
        let mut from = Bytes(bytes);
        let trained_on = Self::header(&mut from, sort)?;
        Self::body(&mut from, trained_on, sort).ok_or(ModelError::Malformed)
    }

    /// What stands before the forests: for which columns they are, and what they were trained on.
    fn header(from: &mut Bytes<'_>, sort: Sort) -> Result<String, ModelError> {
        let mut read = || Some((from.take::<4>()?, u64::from_le_bytes(from.take::<8>()?), from.text()?));
        match read() {
            Some((magic, columns, trained_on)) if magic == *MAGIC => {
                if columns == judge::columns_digest(sort) {
                    Ok(trained_on)
                } else {
                    Err(ModelError::OtherColumns { trained_on })
                }
            }
            _ => Err(ModelError::Malformed),
        }
    }

    fn body(from: &mut Bytes<'_>, trained_on: String, sort: Sort) -> Option<Self> {
        let mut names = Vec::new();
        for _ in 0..from.u32()? {
            let name = from.u32()?;
            names.push((name, from.take::<1>()?[0].cast_signed()));
        }
        let first = Forest::read(from)?;
        let second = Forest::read(from)?;
        from.0.is_empty().then_some(Self { names: Names::new(names), first, second, trained_on, sort })
    }

    /// The columns that the forests ask for, first and second.
    pub fn columns(&self) -> (usize, usize) {
        (self.first.columns(), self.second.columns())
    }

    /// Whether the embedded models are for the columns of this program: which file is not, and why.
    pub(crate) fn check_embedded() -> Result<(), String> {
        let files = [
            ("model/html.bin", HTML, Sort::Html),
            ("model/text.bin", TEXT, Sort::Text),
            ("model/article.bin", ARTICLE, Sort::Html),
            ("model/region.bin", REGION, Sort::Region),
            ("model/settled.bin", SETTLED, Sort::Settled),
        ];
        for (name, bytes, sort) in files {
            Self::header(&mut Bytes(bytes), sort).map_err(|error| format!("{name} {error}"))?;
        }
        crate::kind::Kinds::check_embedded()
    }

    /// The model for pages with an element tree.
    pub(crate) fn html() -> &'static Self {
        static READ: LazyLock<Model> = LazyLock::new(|| embedded(HTML, Sort::Html));
        &READ
    }

    /// The model for pages with one article: a second forest over the columns of a single block, and no first one.
    pub(crate) fn article() -> &'static Self {
        static READ: LazyLock<Model> = LazyLock::new(|| embedded(ARTICLE, Sort::Html));
        &READ
    }

    /// The model for regions of pages with one article: a second forest, and no first one.
    pub(crate) fn region() -> &'static Self {
        static READ: LazyLock<Model> = LazyLock::new(|| embedded(REGION, Sort::Region));
        &READ
    }

    /// The model that has the last word on texts: a second forest, and no first one.
    pub(crate) fn settled() -> &'static Self {
        static READ: LazyLock<Model> = LazyLock::new(|| embedded(SETTLED, Sort::Settled));
        &READ
    }

    /// The model for texts without one.
    pub(crate) fn text() -> &'static Self {
        static READ: LazyLock<Model> = LazyLock::new(|| embedded(TEXT, Sort::Text));
        &READ
    }
}

const HTML: &[u8] = include_bytes!("../model/html.bin");
const ARTICLE: &[u8] = include_bytes!("../model/article.bin");
const REGION: &[u8] = include_bytes!("../model/region.bin");
const SETTLED: &[u8] = include_bytes!("../model/settled.bin");
const TEXT: &[u8] = include_bytes!("../model/text.bin");

fn embedded(bytes: &[u8], sort: Sort) -> Model {
    Model::read(bytes, sort)
        .unwrap_or_else(|error| unreachable!("an embedded model {error}; the build of the stage looks first"))
}

/// Bytes that are still to be read.
pub(crate) struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    /// A text behind its length.
    pub(crate) fn text(&mut self) -> Option<String> {
        let length = self.u32()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Option<f32> {
        self.take().map(f32::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_reads_back_and_picks_the_leaf_that_the_answers_name() {
        let mut splits = [Split { column: 0, border: f32::MAX }; DEPTH];
        splits[0] = Split { column: 1, border: 0.5 };
        splits[2] = Split { column: 0, border: 2.0 };
        let mut leaves = [0.0; LEAVES];
        leaves[0b101] = 2.0;
        leaves[0b001] = -2.0;
        let forest = Forest { bias: 0.0, trees: vec![Tree { splits, leaves }] };
        let names = Names::new([(class_words::number("nav"), -32)]);
        let trained_on = "three invented pages".to_owned();
        let model = Model { names, first: forest, second: Forest::default(), trained_on, sort: Sort::Text };
        let bytes = model.write();
        let model = Model::read(&bytes, Sort::Text).expect("what was written");
        let mut table = Table::new(3, 2);
        table.set(0, 0, 3.0);
        table.set(0, 1, 1.0);
        table.set(1, 1, 1.0);
        let p = model.first.predict(&table);
        assert!(p[0] > 0.87 && p[1] < 0.13 && (p[2] - 0.5).abs() < 1e-6, "{p:?}");
        let bits = |of: &[f32]| of.iter().map(|p| p.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&[0, 1, 2].map(|row| model.first.predict_row(&table, row))), bits(&p));
        let picked = table.pick(&[2, 0], 1);
        assert_eq!(bits(&model.first.predict(&picked)), bits(&[p[2], p[0]]));
        assert_eq!(bits(&picked.column(1).collect::<Vec<_>>()), bits(&[0.0, 1.0]));
        assert!((model.names.read("main-nav").1 + 2.0).abs() < 1e-6);
        assert_eq!(model.columns(), (2, 0));
        for bad in [&bytes[1..], &bytes[..bytes.len() - 1], b"", b"CDB2"] {
            assert_eq!(Model::read(bad, Sort::Text).err(), Some(ModelError::Malformed));
        }
    }

    #[test]
    fn a_model_for_other_columns_is_refused_by_name() {
        let mut bytes = Model { trained_on: "three invented pages".into(), ..Model::default() }.write();
        assert_eq!(Model::read(&bytes, Sort::Html).expect("what was written").trained_on, "three invented pages");
        bytes[MAGIC.len()] ^= 1;
        let error = Model::read(&bytes, Sort::Html).expect_err("other columns").to_string();
        assert!(error.contains("other columns") && error.contains("three invented pages"), "{error}");
    }
}
