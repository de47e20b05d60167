//! Blocks that are a site's and no part of a story: what stages have left of its boilerplate, a notice under each text, a
//! paragraph that it puts into all texts about one matter.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::reading::Block;

/// A block is the site's if so many texts of it have the block that say mostly something else.
pub(crate) const TEXTS: usize = 3;

/// A text says mostly something else if of its words, in blocks, less than this share stands in others of its site.
pub(crate) const MOSTLY: f64 = 0.5;

/// Which blocks are which site's, from which run on: what was concluded in earlier ones stays.
#[derive(Debug, Default)]
pub(crate) struct SiteBlocks {
    since: FxHashMap<(u32, u64), u32>,
    /// By text, from which run on it has one.
    texts: Vec<u32>,
}

impl SiteBlocks {
    pub(crate) fn new(texts: usize) -> Self {
        Self { since: FxHashMap::default(), texts: vec![u32::MAX; texts] }
    }

    /// Takes a block for a site's that these texts have.
    pub(crate) fn add(&mut self, site: u32, hash: u64, run: usize, texts: impl Iterator<Item = u32>) {
        let run = u32::try_from(run).unwrap_or(u32::MAX - 1);
        self.since.insert((site, hash), run);
        for text in texts {
            let since = &mut self.texts[text as usize];
            *since = run.min(*since);
        }
    }

    /// Whether a text has blocks that are its site's, in a run.
    pub(crate) fn stand_in(&self, text: u32, run: usize) -> bool {
        self.texts.get(text as usize).is_some_and(|since| *since as usize <= run)
    }

    /// Whether a block is one for texts of these sites, in a run.
    pub(crate) fn has(&self, sites: [u32; 2], hash: u64, run: usize) -> bool {
        let is = |site| self.since.get(&(site, hash)).is_some_and(|since| *since as usize <= run);
        sites.into_iter().any(is)
    }

    /// The words of each such block that both of two texts have. Each has its blocks in the
    /// order of their hashes.
    pub(crate) fn common(&self, sites: [u32; 2], run: usize, one: &[Block], other: &[Block]) -> Vec<u16> {
        let (mut found, mut one, mut other) = (Vec::new(), one.iter().peekable(), other.iter().peekable());
        while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
            match a.hash.cmp(&b.hash) {
                Ordering::Less => {
                    one.next();
                }
                Ordering::Greater => {
                    other.next();
                }
                Ordering::Equal => {
                    if self.has(sites, a.hash, run) {
                        found.push(a.words);
                    }
                    one.next();
                    other.next();
                }
            }
        }
        found
    }
}
