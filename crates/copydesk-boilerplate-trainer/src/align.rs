//! Finds the main text that a person marked among the blocks of a page.
//!
//! Both are sequences of words. Runs of words that stand in both are chained in order, so that a sentence that the
//! page prints twice is found once; what is left between the runs is matched block by block.

use rustc_hash::FxHashMap;

/// Words of the shortest run.
const SEED: usize = 4;
/// How many places in the gold a run is looked for at.
const PLACES: usize = 12;

#[derive(Clone, Copy, Debug)]
struct Run {
    page: usize,
    gold: usize,
    len: usize,
}

/// For every block, how many of its words are in the gold, in order and each used once.
pub(crate) fn align(blocks: &[Vec<u32>], gold: &[u32], gold_lines: &[std::ops::Range<usize>]) -> Vec<usize> {
    let page: Vec<u32> = blocks.iter().flatten().copied().collect();
    let mut matched = vec![false; page.len()];
    let mut used = vec![false; gold.len()];
    let mut starts = Vec::with_capacity(blocks.len() + 1);
    let mut at = 0;
    for block in blocks {
        starts.push(at);
        at += block.len();
    }
    starts.push(at);

    let chain = chain(&runs(&page, gold));
    let (mut page_end, mut gold_end) = (0usize, 0usize);
    let mut gaps = Vec::new();
    for run in chain {
        let cut = page_end.saturating_sub(run.page).max(gold_end.saturating_sub(run.gold));
        if cut >= run.len {
            continue;
        }
        let run = Run { page: run.page + cut, gold: run.gold + cut, len: run.len - cut };
        gaps.push((page_end..run.page, gold_end..run.gold));
        matched[run.page..run.page + run.len].fill(true);
        used[run.gold..run.gold + run.len].fill(true);
        (page_end, gold_end) = (run.page + run.len, run.gold + run.len);
    }
    gaps.push((page_end..page.len(), gold_end..gold.len()));
    for (page_gap, gold_gap) in gaps {
        fill_gap(&page, gold, page_gap, gold_gap, &starts, &mut matched, &mut used);
    }
    let mut counts: Vec<usize> =
        starts.windows(2).map(|w| matched[w[0]..w[1]].iter().filter(|m| **m).count()).collect();
    out_of_order(blocks, gold, gold_lines, &mut counts, &mut used);
    counts
}

fn runs(page: &[u32], gold: &[u32]) -> Vec<Run> {
    let mut index: FxHashMap<&[u32], Vec<usize>> = FxHashMap::default();
    for (at, seed) in gold.windows(SEED).enumerate() {
        let places = index.entry(seed).or_default();
        if places.len() < PLACES {
            places.push(at);
        }
    }
    let mut runs = Vec::new();
    // For each diagonal the page position up to which it is covered.
    let mut covered: FxHashMap<isize, usize> = FxHashMap::default();
    for (at, seed) in page.windows(SEED).enumerate() {
        for &place in index.get(seed).into_iter().flatten() {
            let diagonal = at.cast_signed() - place.cast_signed();
            if covered.get(&diagonal).is_some_and(|end| at < *end) {
                continue;
            }
            let len = page[at..].iter().zip(&gold[place..]).take_while(|(a, b)| a == b).count();
            covered.insert(diagonal, at + len);
            runs.push(Run { page: at, gold: place, len });
        }
    }
    runs
}

/// The heaviest chain of runs that go forward on both sides; ends may overlap by a few words.
fn chain(runs: &[Run]) -> Vec<Run> {
    const SLACK: usize = 3;
    let ends = runs.iter().map(|r| r.gold + r.len).max().unwrap_or(0) + 1;
    let mut best = vec![(0usize, usize::MAX); ends + 1];
    let mut waiting: Vec<usize> = (0..runs.len()).collect();
    waiting.sort_by_key(|i| runs[*i].page + runs[*i].len);
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|i| (runs[*i].page, runs[*i].gold));
    let mut weight = vec![0usize; runs.len()];
    let mut before = vec![usize::MAX; runs.len()];
    let mut next = 0;
    let mut done = vec![false; runs.len()];
    for i in order {
        let run = runs[i];
        while next < waiting.len() {
            let j = waiting[next];
            let end = runs[j].page + runs[j].len;
            if end.saturating_sub(SLACK) > run.page || !done[j] {
                break;
            }
            let mut at = (runs[j].gold + runs[j].len).saturating_sub(SLACK) + 1;
            while at < best.len() {
                if best[at].0 < weight[j] {
                    best[at] = (weight[j], j);
                }
                at += at & at.wrapping_neg();
            }
            next += 1;
        }
        let mut at = run.gold + 1;
        let mut found = (0, usize::MAX);
        while at > 0 {
            if best[at.min(best.len() - 1)].0 > found.0 {
                found = best[at.min(best.len() - 1)];
            }
            at -= at & at.wrapping_neg();
        }
        // A long run counts more than its parts: it is less likely to be chance.
        weight[i] = found.0 + run.len * run.len.min(12) / SEED;
        before[i] = found.1;
        done[i] = true;
    }
    let mut at = (0..runs.len()).max_by_key(|i| weight[*i]).unwrap_or(usize::MAX);
    let mut out = Vec::new();
    while at != usize::MAX {
        out.push(runs[at]);
        at = before[at];
    }
    out.reverse();
    out
}

/// Longest common subsequence between two runs; blocks of which less than half is found are chance.
fn fill_gap(
    page: &[u32],
    gold: &[u32],
    page_gap: std::ops::Range<usize>,
    gold_gap: std::ops::Range<usize>,
    starts: &[usize],
    matched: &mut [bool],
    used: &mut [bool],
) {
    let (rows, columns) = (page_gap.len(), gold_gap.len());
    if rows == 0 || columns == 0 || rows * columns > 3_000_000 {
        return;
    }
    let width = columns + 1;
    let mut table = vec![0u16; (rows + 1) * width];
    for r in (0..rows).rev() {
        for c in (0..columns).rev() {
            table[r * width + c] = if page[page_gap.start + r] == gold[gold_gap.start + c] {
                table[(r + 1) * width + c + 1].saturating_add(1)
            } else {
                table[(r + 1) * width + c].max(table[r * width + c + 1])
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut r, mut c) = (0, 0);
    while r < rows && c < columns {
        if page[page_gap.start + r] == gold[gold_gap.start + c] {
            pairs.push((page_gap.start + r, gold_gap.start + c));
            r += 1;
            c += 1;
        } else if table[(r + 1) * width + c] >= table[r * width + c + 1] {
            r += 1;
        } else {
            c += 1;
        }
    }
    let mut from = 0;
    while from < pairs.len() {
        let block = starts.partition_point(|s| *s <= pairs[from].0) - 1;
        let to = from + pairs[from..].iter().take_while(|(p, _)| *p < starts[block + 1]).count();
        let already = matched[starts[block]..starts[block + 1]].iter().filter(|m| **m).count();
        let len = starts[block + 1] - starts[block];
        if (to - from + already) * 3 >= len * 2 {
            for &(p, g) in &pairs[from..to] {
                matched[p] = true;
                used[g] = true;
            }
        }
        from = to;
    }
}

/// Blocks whose words stand in the gold in another order than on the page.
fn out_of_order(
    blocks: &[Vec<u32>],
    gold: &[u32],
    gold_lines: &[std::ops::Range<usize>],
    counts: &mut [usize],
    used: &mut [bool],
) {
    let mut left: FxHashMap<&[u32], Vec<usize>> = FxHashMap::default();
    for at in 0..gold.len().saturating_sub(SEED - 1) {
        if used[at..at + SEED].iter().all(|u| !u) {
            left.entry(&gold[at..at + SEED]).or_default().push(at);
        }
    }
    let mut lines: FxHashMap<&[u32], Vec<std::ops::Range<usize>>> = FxHashMap::default();
    for line in gold_lines {
        if !line.is_empty() && used[line.clone()].iter().all(|u| !u) {
            lines.entry(&gold[line.clone()]).or_default().push(line.clone());
        }
    }
    for (block, count) in blocks.iter().zip(counts.iter_mut()) {
        if *count * 3 >= block.len() || block.is_empty() {
            continue;
        }
        if let Some(free) = lines.get_mut(block.as_slice())
            && let Some(at) = free.iter().position(|l| used[l.clone()].iter().all(|u| !u))
        {
            used[free.swap_remove(at)].fill(true);
            *count = block.len();
            continue;
        }
        if block.len() < SEED {
            continue;
        }
        let mut spots = Vec::new();
        for seed in block.windows(SEED) {
            let free = left.get(seed).and_then(|l| l.iter().find(|at| used[**at..**at + SEED].iter().all(|u| !u)));
            spots.extend(free.copied());
        }
        if spots.len() * 10 >= (block.len() - SEED + 1) * 7 {
            for at in spots {
                used[at..at + SEED].fill(true);
            }
            *count = block.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<u32> {
        text.split(' ').map(|w| w.bytes().fold(7u32, |h, b| h.wrapping_mul(31) ^ u32::from(b))).collect()
    }

    fn found(blocks: &[&str], gold: &[&str]) -> Vec<usize> {
        let blocks: Vec<_> = blocks.iter().map(|b| words(b)).collect();
        let mut all = Vec::new();
        let mut lines = Vec::new();
        for line in gold {
            let start = all.len();
            all.extend(words(line));
            lines.push(start..all.len());
        }
        align(&blocks, &all, &lines)
    }

    #[test]
    fn the_copy_that_stands_in_order_is_the_one_that_is_found() {
        let teaser = "the bridge over the river is closed";
        let blocks = [
            "home news",
            teaser,
            "a longer first paragraph about the town",
            teaser,
            "and a last one after it all",
            "home news",
        ];
        let gold = ["a longer first paragraph about the town", teaser, "and a last one after it all"];
        assert_eq!(found(&blocks, &gold), [0, 0, 7, 7, 7, 0]);
    }

    #[test]
    fn short_blocks_are_found_between_long_ones_and_lines_out_of_order() {
        let blocks =
            ["share", "one two three four five six", "results", "seven eight nine ten eleven twelve", "aside line"];
        let gold = ["aside line", "one two three four five six", "results", "seven eight nine ten eleven twelve"];
        assert_eq!(found(&blocks, &gold), [0, 6, 1, 6, 2]);
    }
}
