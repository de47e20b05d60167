//! Gradient boosting with oblivious trees, deterministic.

use copydesk_stage_strip_boilerplate::model::{DEPTH, Forest, Split, Tree};

/// Most borders that a column is cut at.
const BORDERS: usize = 63;
const BINS: usize = BORDERS + 1;

/// How a forest is grown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    /// Trees.
    pub trees: usize,
    /// How much of a leaf's answer is taken over.
    pub rate: f32,
    /// Weight that stands against every leaf.
    pub ridge: f32,
    /// Share of the pages that a tree is grown on. Blocks of one page are no independent witnesses.
    pub pages: f32,
    /// Share of the rows with small gradients that a tree is grown on.
    pub sample: f32,
    /// Share of the columns that a tree may ask for.
    pub columns: f32,
    /// Start of the pseudo-random numbers.
    pub seed: u64,
}

impl Default for Growth {
    fn default() -> Self {
        Self { trees: 250, rate: 0.1, ridge: 12.0, pages: 0.75, sample: 0.12, columns: 0.35, seed: 1 }
    }
}

/// Columns cut into bins.
pub(crate) struct Binned {
    columns: Vec<Vec<u8>>,
    /// The page of each row.
    page: Vec<u32>,
    borders: Vec<Vec<f32>>,
}

impl Binned {
    /// Cuts columns at quantiles of a regular sample of the rows.
    pub(crate) fn new(columns: &[Vec<f32>], page: Vec<u32>) -> Self {
        let rows = columns.first().map_or(0, Vec::len);
        let step = (rows / 40_000).max(1);
        let mut binned = Self { columns: Vec::new(), page, borders: Vec::new() };
        for column in columns {
            let mut sample: Vec<f32> = column.iter().step_by(step).copied().collect();
            sample.sort_unstable_by(f32::total_cmp);
            let mut borders: Vec<f32> = Vec::new();
            let mut distinct = sample.clone();
            distinct.dedup();
            if distinct.len() <= BORDERS {
                borders.extend(distinct.windows(2).map(|w| f32::midpoint(w[0], w[1])));
            } else {
                for i in 1..=BORDERS {
                    let at = i * sample.len() / (BORDERS + 1);
                    let (low, high) = (sample[at - 1], sample[at]);
                    let border = if low < high {
                        f32::midpoint(low, high)
                    } else {
                        // Inside a run of equal values the border stands behind the run.
                        let next = sample.partition_point(|v| *v <= low);
                        if next == sample.len() {
                            continue;
                        }
                        f32::midpoint(low, sample[next])
                    };
                    if borders.last().is_none_or(|b| *b < border) {
                        borders.push(border);
                    }
                }
            }
            binned.columns.push(column.iter().map(|v| borders.partition_point(|b| b < v) as u8).collect());
            binned.borders.push(borders);
        }
        binned
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// Grows a forest on the rows `of`, whose answers (from 0 to 1) and weights are given for all rows.
pub(crate) fn grow(binned: &Binned, of: &[u32], answers: &[f32], weights: &[f32], growth: Growth) -> Forest {
    let mut random = Random(growth.seed);
    let total: f64 = of.iter().map(|r| f64::from(weights[*r as usize])).sum();
    let mass: f64 = of.iter().map(|r| f64::from(weights[*r as usize] * answers[*r as usize])).sum();
    let mean = (mass / total.max(1e-9)).clamp(1e-4, 1.0 - 1e-4);
    let bias = (mean / (1.0 - mean)).ln() as f32;
    // Weights are brought to a mean of one, so that the ridge means the same for every set of pages.
    let unit = (of.len() as f64 / total.max(1e-9)) as f32;
    let mut score = vec![bias; of.len()];
    let mut forest = Forest { bias, trees: Vec::with_capacity(growth.trees) };
    let mut gradients = vec![(0.0f32, 0.0f32); of.len()];
    let mut leaf = vec![0u8; of.len()];
    for _ in 0..growth.trees {
        for (i, row) in of.iter().enumerate() {
            let p = 1.0 / (1.0 + (-score[i]).exp());
            let weight = weights[*row as usize] * unit;
            gradients[i] = (weight * (answers[*row as usize] - p), (weight * p * (1.0 - p)).max(weight * 1e-3));
        }
        let turn = random.next();
        let open = |row: usize| {
            let mut dice = Random(turn ^ u64::from(binned.page[of[row] as usize]).wrapping_mul(0xd6e8_feb8_6659_fd93));
            dice.unit() < growth.pages
        };
        let sample = sample(&gradients, growth.sample, open, &mut random);
        let allowed: Vec<usize> = (0..binned.columns.len())
            .filter(|c| !binned.borders[*c].is_empty())
            .filter(|_| random.unit() < growth.columns)
            .collect();
        let Some(splits) = best_splits(binned, of, &sample, &allowed, growth.ridge) else { continue };
        leaf.fill(0);
        for (bit, (column, border)) in splits.iter().enumerate() {
            let cells = &binned.columns[*column];
            for (path, row) in leaf.iter_mut().zip(of) {
                *path |= u8::from(cells[*row as usize] > *border) << bit;
            }
        }
        let mut sums = [(0.0f64, 0.0f64); 1 << DEPTH];
        for (l, (g, h)) in leaf.iter().zip(&gradients) {
            sums[*l as usize].0 += f64::from(*g);
            sums[*l as usize].1 += f64::from(*h);
        }
        let leaves = sums.map(|(g, h)| (g / (h + f64::from(growth.ridge))) as f32 * growth.rate);
        for (s, l) in score.iter_mut().zip(&leaf) {
            *s += leaves[*l as usize];
        }
        let mut tree = Tree { splits: [Split { column: 0, border: 0.0 }; DEPTH], leaves };
        for (split, (column, border)) in tree.splits.iter_mut().zip(&splits) {
            *split = Split { column: *column as u16, border: binned.borders[*column][*border as usize] };
        }
        forest.trees.push(tree);
    }
    forest
}

/// Rows that a tree is grown on: all with large gradients, and some of the others, weighted up.
fn sample(
    gradients: &[(f32, f32)],
    share: f32,
    open: impl Fn(usize) -> bool,
    random: &mut Random,
) -> Vec<(u32, f32, f32)> {
    let step = (gradients.len() / 4_000).max(1);
    let mut sizes: Vec<f32> = gradients.iter().step_by(step).map(|g| g.0.abs()).collect();
    sizes.sort_unstable_by(f32::total_cmp);
    let large = sizes.get(sizes.len() * 9 / 10).copied().unwrap_or(0.0);
    let up = 1.0 / share;
    let mut sample = Vec::with_capacity(gradients.len() / 4);
    for (i, (g, h)) in gradients.iter().enumerate().filter(|(i, _)| open(*i)) {
        if g.abs() >= large {
            sample.push((i as u32, *g, *h));
        } else if random.unit() < share {
            sample.push((i as u32, g * up, h * up));
        }
    }
    sample
}

fn best_splits(
    binned: &Binned,
    of: &[u32],
    sample: &[(u32, f32, f32)],
    allowed: &[usize],
    ridge: f32,
) -> Option<[(usize, u8); DEPTH]> {
    let rows: Vec<u32> = sample.iter().map(|s| of[s.0 as usize]).collect();
    let mut leaf = vec![0u16; sample.len()];
    let mut splits = [(0usize, 0u8); DEPTH];
    for (depth, split) in splits.iter_mut().enumerate() {
        let search = |columns: &[usize]| best_split(binned, sample, &rows, &leaf, columns, depth, ridge);
        let (left, right) = allowed.split_at(allowed.len() / 2);
        let best = std::thread::scope(|scope| {
            let right = scope.spawn(|| search(right));
            let left = search(left);
            let right = right.join().expect("the search does not panic");
            match (left, right) {
                (Some(left), Some(right)) if right.0 > left.0 => Some(right),
                (left, right) => left.or(right),
            }
        })?;
        *split = (best.1, best.2);
        let bins = &binned.columns[best.1];
        for (l, row) in leaf.iter_mut().zip(&rows) {
            *l |= u16::from(bins[*row as usize] > best.2) << depth;
        }
    }
    Some(splits)
}

/// The best question at one depth: what it gains, its column and its border.
fn best_split(
    binned: &Binned,
    sample: &[(u32, f32, f32)],
    rows: &[u32],
    leaf: &[u16],
    columns: &[usize],
    depth: usize,
    ridge: f32,
) -> Option<(f32, usize, u8)> {
    let leaves = 1usize << depth;
    let mut sums = vec![(0.0f32, 0.0f32); leaves * BINS];
    let mut best: Option<(f32, usize, u8)> = None;
    for &column in columns {
        sums.fill((0.0, 0.0));
        let bins = &binned.columns[column];
        for ((row, leaf), (_, g, h)) in rows.iter().zip(leaf).zip(sample) {
            let sum = &mut sums[usize::from(*leaf) * BINS + usize::from(bins[*row as usize])];
            sum.0 += g;
            sum.1 += h;
        }
        let borders = binned.borders[column].len();
        let mut gains = [0.0f32; BINS];
        for sums in sums.chunks_exact(BINS) {
            let (all_g, all_h) = sums.iter().fold((0.0, 0.0), |a, s| (a.0 + s.0, a.1 + s.1));
            let (mut g, mut h) = (0.0, 0.0);
            for (gain, sum) in gains.iter_mut().zip(sums).take(borders) {
                g += sum.0;
                h += sum.1;
                *gain += g * g / (h + ridge) + (all_g - g) * (all_g - g) / (all_h - h + ridge);
            }
        }
        for (border, gain) in gains.iter().enumerate().take(borders) {
            if best.is_none_or(|b| *gain > b.0) {
                best = Some((*gain, column, border as u8));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_stage_strip_boilerplate::model::Table;

    #[test]
    fn two_columns_together_are_learned_and_twice_the_same() {
        let mut columns = vec![Vec::new(), Vec::new(), Vec::new()];
        let mut answers = Vec::new();
        let mut random = Random(7);
        for _ in 0..4000 {
            let (a, b, noise) = (random.unit(), random.unit(), random.unit());
            columns[0].push(a);
            columns[1].push(b);
            columns[2].push(noise);
            answers.push(f32::from(u8::from((a > 0.5) != (b > 0.3))));
        }
        let weights = vec![1.0; answers.len()];
        let of: Vec<u32> = (0..answers.len() as u32).collect();
        let growth = Growth { trees: 60, columns: 1.0, rate: 0.3, ridge: 3.0, ..Growth::default() };
        let binned = Binned::new(&columns, (0..4000).map(|row| row / 8).collect());
        let forest = grow(&binned, &of, &answers, &weights, growth);
        assert_eq!(forest, grow(&binned, &of, &answers, &weights, growth));
        let mut table = Table::new(answers.len(), 3);
        for (c, column) in columns.iter().enumerate() {
            for (r, v) in column.iter().enumerate() {
                table.set(r, c, *v);
            }
        }
        let right = forest.predict(&table).iter().zip(&answers).filter(|(p, a)| (**p > 0.5) == (**a > 0.5)).count();
        assert!(right > 3800, "{right}");
    }
}
