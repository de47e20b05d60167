//! Paragraphs that a narrow column of print has cut into short lines.

use copydesk_document::BlockId;

use super::{ends_in_stop, text};
use crate::page::Page;

/// A line of a column has no more characters.
const WIDEST: u32 = 48;
/// A paragraph has so many lines at least; beside others, fewer will do.
const FEWEST: usize = 3;
const FEWEST_BESIDE_OTHERS: usize = 2;
/// And no more.
const MOST: usize = 30;
/// Every line but the last fills so much of the widest.
const FILLED: f32 = 0.6;

/// Tells for each line whether it is part of such a paragraph: lines right below each other, of like width, that end as a
/// sentence does, and most of which go on in small letters.
pub(super) fn paragraphs(page: &Page<'_>) -> Vec<bool> {
    let mut found = vec![false; page.len()];
    let ends: Vec<usize> = (1..page.len()).filter(|i| is_line(page, *i) && ends_in_stop(text(page, *i))).collect();
    let runs: Vec<(usize, usize)> = ends.into_iter().filter_map(|end| Some((begin(page, end)?, end))).collect();
    if runs.iter().filter(|(from, to)| to - from + 1 >= FEWEST).count() >= 2 {
        for (from, to) in runs.into_iter().filter(|(from, to)| to - from + 1 >= FEWEST_BESIDE_OTHERS) {
            found[from..=to].fill(true);
        }
    }
    found
}

/// The first line of the paragraph that ends in a line.
fn begin(page: &Page<'_>, end: usize) -> Option<usize> {
    let mut widest = page.shapes[end].chars;
    let mut first = end;
    while first > 0 && end - first < MOST && page.doc.block(BlockId(first as u32)).gap == 0 {
        let above = first - 1;
        let chars = page.shapes[above].chars;
        let filled = chars as f32 >= widest.max(chars) as f32 * FILLED;
        if !is_line(page, above) || ends_in_stop(text(page, above)) || !filled {
            break;
        }
        widest = widest.max(chars);
        first = above;
    }
    let small = (first + 1..=end).filter(|i| page.shapes[*i].starts_small).count();
    (small * 2 > end - first && !page.shapes[first].starts_small).then_some(first)
}

/// Whether a line may be one of a column.
fn is_line(page: &Page<'_>, index: usize) -> bool {
    let (line, shape) = (&page.lines[index], &page.shapes[index]);
    shape.chars <= WIDEST
        && shape.letters > 0
        && !shape.starts_mark
        && line.label.is_none()
        && line.field.is_none()
        && !line.byline
        && !line.date
        && page.linked[index] < 0.5
}
