//! Which texts belong together.

/// Texts in clusters, each known by its first text.
#[derive(Debug)]
pub(crate) struct Clusters {
    /// On the way to the first text of its cluster.
    parents: Vec<u32>,
}

impl Clusters {
    pub(crate) fn new(texts: u32) -> Self {
        Self { parents: (0..texts).collect() }
    }

    /// The first text of the cluster of a text.
    pub(crate) fn first(&self, mut text: u32) -> u32 {
        while self.parents[text as usize] != text {
            text = self.parents[text as usize];
        }
        text
    }

    /// Puts two texts into one cluster, which a run has found to belong together. Clusters that earlier runs have made stay
    /// apart: their first texts are known by the first text of all, which is of the earliest run.
    pub(crate) fn join(&mut self, (one, other): (u32, u32), run: usize, run_of: &dyn Fn(u32) -> usize) {
        let (one, other) = (self.shorten(one), self.shorten(other));
        let (first, second) = (one.min(other), one.max(other));
        if first == second || (run_of(first) < run && run_of(second) < run) {
            return;
        }
        self.parents[second as usize] = first;
    }

    /// The first text, with a shorter way to it from now on.
    fn shorten(&mut self, mut text: u32) -> u32 {
        while self.parents[text as usize] != text {
            let parent = self.parents[text as usize];
            self.parents[text as usize] = self.parents[parent as usize];
            text = parent;
        }
        text
    }

    /// Makes the ways short.
    pub(crate) fn flatten(&mut self) {
        // What a text points to stands before it.
        for text in 0..self.parents.len() {
            self.parents[text] = self.parents[self.parents[text] as usize];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_does_not_join_what_earlier_ones_have_told_apart() {
        let run_of = |text: u32| usize::from(text >= 4);
        let mut clusters = Clusters::new(7);
        clusters.join((0, 1), 0, &run_of);
        clusters.join((2, 3), 0, &run_of);
        for pair in [(3, 4), (1, 4), (4, 5), (5, 6)] {
            clusters.join(pair, 1, &run_of);
        }
        clusters.flatten();
        let firsts: Vec<_> = (0..7).map(|text| clusters.first(text)).collect();
        assert_eq!(firsts, [0, 0, 2, 2, 2, 2, 2]);
    }
}
