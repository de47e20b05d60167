//! Rows that stand before all others in a file, so that a reader who takes the types from the first rows meets all of them.
//!
//! JSON gives `null` and an empty list no type. What a row shows is told by its export ([`copydesk_stage::Export::shapes`]);
//! for each shape one row is moved to the front. The others stay in order, and what was moved stays in order, too. The next
//! run finds the bytes of a shard again by the manifest, which tells what was moved.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use copydesk_stage::{DocumentRows, Export};
use serde::{Deserialize, Serialize};

/// A row that is larger than this stands at the front only if no smaller one has its shape: readers look at some megabytes.
const SMALL: u64 = 128 << 10;

/// So many rows are moved at most. The smallest number of rows that a reader looks at is 100.
const MOST: usize = 64;

/// A row of a shard that shows what no row before it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lead {
    /// Where it begins in its section.
    pub(crate) at: u64,
    pub(crate) bytes: u64,
    pub(crate) shapes: Vec<u32>,
}

/// A row that stands at the front of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Moved {
    /// Its shard.
    pub(crate) shard: usize,
    /// Where it begins in its section.
    pub(crate) at: u64,
    pub(crate) bytes: u64,
}

/// For each shape the row that is best at the front: the first small one, or else the smallest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Leads {
    best: BTreeMap<u32, Moved>,
}

impl Leads {
    /// Looks at the rows of a document, which stand there in its shard.
    pub(crate) fn add(&mut self, export: &dyn Export, at: usize, rows: &[u8]) {
        let row = Moved { shard: 0, at: at as u64, bytes: rows.len() as u64 };
        self.take(row, &export.shapes(rows));
    }

    /// Those of a section that is made of these rows, if it holds them as they are.
    pub(crate) fn of(export: &dyn Export, section: &[u8], rows: &[DocumentRows]) -> Self {
        let (mut leads, mut at) = (Self::default(), 0);
        for row in rows.iter().filter(|row| row.stay) {
            let end = at + usize::try_from(row.bytes).unwrap_or(usize::MAX);
            // A section that was packed has no rows to move.
            let Some(bytes) = section.get(at..end) else { return Self::default() };
            leads.add(export, at, bytes);
            at = end;
        }
        leads
    }

    fn take(&mut self, row: Moved, shapes: &[u32]) {
        let weight = |row: &Moved| (if row.bytes > SMALL { row.bytes } else { 0 }, row.shard, row.at);
        for shape in shapes {
            let best = self.best.entry(*shape).or_insert(row);
            if weight(&row) < weight(best) {
                *best = row;
            }
        }
    }

    /// Adds those of rows that stand behind, so many bytes further on.
    pub(crate) fn append(&mut self, behind: &Self, by: usize) {
        for (shape, row) in &behind.best {
            self.take(Moved { at: row.at + by as u64, ..*row }, &[*shape]);
        }
    }

    /// The rows, in order.
    pub(crate) fn into_rows(self) -> Vec<Lead> {
        let mut rows: BTreeMap<Moved, Vec<u32>> = BTreeMap::new();
        for (shape, row) in self.best {
            rows.entry(row).or_default().push(shape);
        }
        rows.into_iter().map(|(row, shapes)| Lead { at: row.at, bytes: row.bytes, shapes }).collect()
    }
}

/// The rows that stand at the front of a file that is made of these shards, in order.
pub(crate) fn select<'l>(shards: impl Iterator<Item = &'l [Lead]>) -> Vec<Moved> {
    let mut leads = Leads::default();
    for (shard, rows) in shards.enumerate() {
        for lead in rows {
            leads.take(Moved { shard, at: lead.at, bytes: lead.bytes }, &lead.shapes);
        }
    }
    let rows: BTreeSet<Moved> = leads.best.into_values().collect();
    rows.into_iter().take(MOST).collect()
}

/// Takes a section from its beginning, and hands on what is not moved.
pub(crate) struct Without<'w, W> {
    pub(crate) to: &'w mut W,
    /// What is moved, in order.
    pub(crate) gone: Vec<Moved>,
    /// How much of the section has come.
    pub(crate) at: u64,
}

impl<W: Write> Write for Without<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (mut rest, end) = (bytes, self.at + bytes.len() as u64);
        for row in &self.gone {
            let to = |place: u64| usize::try_from(place.clamp(self.at, end) - self.at).unwrap_or(usize::MAX);
            let (from, until) = (to(row.at), to(row.at + row.bytes));
            let begun = bytes.len() - rest.len();
            if until > begun {
                self.to.write_all(&bytes[begun..from.max(begun)])?;
                rest = &bytes[until..];
            }
        }
        self.to.write_all(rest)?;
        self.at = end;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: u64, bytes: u64) -> Moved {
        Moved { shard: 0, at, bytes }
    }

    #[test]
    fn the_first_small_row_of_a_shape_is_best_and_else_the_smallest() {
        let mut leads = Leads::default();
        leads.take(row(0, 10), &[1]);
        leads.take(row(10, 5), &[1, 2]);
        leads.take(row(15, 2 * SMALL), &[3]);
        let mut behind = Leads::default();
        behind.take(row(0, SMALL + 1), &[2, 3]);
        leads.append(&behind, 100_000_000);
        let rows = leads.into_rows();
        let rows: Vec<_> = rows.iter().map(|lead| (lead.at, lead.shapes.as_slice())).collect();
        assert_eq!(rows, [(0, &[1][..]), (10, &[2]), (100_000_000, &[3])]);
    }

    #[test]
    fn what_is_moved_is_left_out_however_the_bytes_come() {
        let text = b"aaBBBccDDe";
        for size in 1..=text.len() {
            let mut left = Vec::new();
            let mut without = Without { to: &mut left, gone: vec![row(2, 3), row(7, 2)], at: 0 };
            text.chunks(size).for_each(|piece| without.write_all(piece).expect("it is written"));
            assert_eq!(left, b"aacce", "{size}");
        }
    }
}
