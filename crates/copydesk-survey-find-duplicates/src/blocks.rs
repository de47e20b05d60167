//! Texts that share whole blocks: an agency's story in a longer one shares no signature with it.

use std::io::{self, SeekFrom};

use copydesk_stage::{Corpus, Scratch, SurveyError};

use crate::{
    bands::Pair,
    conclude::Texts,
    site_blocks::{MOSTLY, SiteBlocks, TEXTS},
    summary::Written,
};

/// With so many of the texts before it that have a block a text is compared.
const MOST_HOLDERS: usize = 4;

/// The words in shared blocks from which on two texts are worth comparing, and the share of the shorter one's that they are.
const LEAST_WORDS: u32 = 20;
const LEAST_SHARE: f64 = 0.25;

/// How many bytes of blocks are in memory at once, for each text and at least.
const BYTES_OF_A_TEXT: u64 = 64;
const LEAST_BYTES: u64 = 4 << 20;

/// A block of a text, in order of its hash.
type Held = (u64, u32, u16);

/// How much a block takes on disk.
const BYTES: usize = 14;

/// So much of a bucket is in memory until it is written.
const PIECE: usize = BYTES << 10;

/// Blocks on disk, in buckets by their hashes, each of which fits into memory.
struct Buckets {
    scratch: Box<dyn Scratch>,
    end: u64,
    all: Vec<Bucket>,
}

#[derive(Default)]
struct Bucket {
    waiting: Vec<u8>,
    /// Where its pieces begin.
    pieces: Vec<u64>,
}

fn failed(error: &io::Error) -> SurveyError {
    SurveyError::new(format!("blocks of texts cannot be set aside on disk: {error}"))
}

impl Buckets {
    fn new(count: u64, scratch: Box<dyn Scratch>) -> Self {
        Self { scratch, end: 0, all: (0..count).map(|_| Bucket::default()).collect() }
    }

    fn add(&mut self, (hash, text, words): Held) -> Result<(), SurveyError> {
        let own = (hash % self.all.len() as u64) as usize;
        let bucket = &mut self.all[own];
        bucket.waiting.extend(hash.to_le_bytes());
        bucket.waiting.extend(text.to_le_bytes());
        bucket.waiting.extend(words.to_le_bytes());
        if bucket.waiting.len() >= PIECE {
            self.scratch.write_all(&bucket.waiting).map_err(|error| failed(&error))?;
            bucket.waiting.clear();
            bucket.pieces.push(self.end);
            self.end += PIECE as u64;
        }
        Ok(())
    }

    /// The blocks of a bucket, in order of their hashes and texts.
    fn read(&mut self, own: usize) -> Result<Vec<Held>, SurveyError> {
        let Bucket { waiting, pieces } = &self.all[own];
        let mut held = Vec::with_capacity((pieces.len() * PIECE + waiting.len()) / BYTES);
        let mut piece = vec![0; PIECE];
        for at in pieces {
            let found = self.scratch.seek(SeekFrom::Start(*at)).and_then(|_| self.scratch.read_exact(&mut piece));
            found.map_err(|error| failed(&error))?;
            held.extend(piece.chunks_exact(BYTES).filter_map(block));
        }
        held.extend(waiting.chunks_exact(BYTES).filter_map(block));
        held.sort_unstable();
        Ok(held)
    }
}

fn block(bytes: &[u8]) -> Option<Held> {
    let (hash, rest) = bytes.split_first_chunk()?;
    let (text, words) = rest.split_first_chunk()?;
    Some((u64::from_le_bytes(*hash), u32::from_le_bytes(*text), u16::from_le_bytes(words.try_into().ok()?)))
}

/// The blocks of all texts, on disk.
pub(crate) struct Blocks {
    buckets: Buckets,
    /// Words in blocks, by text.
    words: Vec<u32>,
}

impl Blocks {
    /// Those of the texts that take part.
    pub(crate) fn gather(
        corpus: &dyn Corpus,
        texts: &Texts,
        takes_part: &dyn Fn(u32) -> bool,
    ) -> Result<Self, SurveyError> {
        let room = (corpus.documents() * BYTES_OF_A_TEXT).max(LEAST_BYTES);
        let count = (texts.blocks * size_of::<Held>() as u64).div_ceil(room).max(1);
        let mut buckets = Buckets::new(count, corpus.scratch()?);
        let mut words: Vec<u32> = Vec::with_capacity(texts.sites.len());
        corpus.each(&mut |seen| {
            let text = seen.number as u32;
            let mut own = 0_u32;
            if takes_part(text) {
                for block in Written::read(seen.summary)?.blocks() {
                    own = own.saturating_add(u32::from(block.words));
                    buckets.add((block.hash, text, block.words))?;
                }
            }
            words.push(own);
            Ok(())
        })?;
        Ok(Self { buckets, words })
    }

    /// Goes through the blocks that several texts have, with these.
    fn each_shared(&mut self, see: &mut dyn FnMut(&mut [Held])) -> Result<(), SurveyError> {
        for own in 0..self.buckets.all.len() {
            let mut held = self.buckets.read(own)?;
            held.chunk_by_mut(|a, b| a.0 == b.0).filter(|group| group.len() > 1).for_each(&mut *see);
        }
        Ok(())
    }

    /// The blocks that are a site's.
    pub(crate) fn of_sites(&mut self, texts: &Texts) -> Result<SiteBlocks, SurveyError> {
        // The holders of each site, in their order.
        fn by_site<'h>(texts: &Texts, group: &'h mut [Held]) -> impl Iterator<Item = &'h [Held]> {
            let site = |held: &Held| texts.sites[held.1 as usize];
            group.sort_by_key(|held| (site(held), held.1));
            let group: &'h [Held] = group;
            let sites = group.chunk_by(|a, b| texts.sites[a.1 as usize] == texts.sites[b.1 as usize]);
            let sites: Vec<&[Held]> = sites.filter(|own| own.len() > 1 && site(&own[0]) != 0).collect();
            sites.into_iter()
        }
        // Words that stand in others of the site as well, by text: in those of its run and of earlier ones.
        let mut shared = vec![0_u32; self.words.len()];
        self.each_shared(&mut |group| {
            for own in by_site(texts, group) {
                let with_first = texts.run(own[0].1) == texts.run(own[1].1);
                for (_, text, words) in &own[usize::from(!with_first)..] {
                    shared[*text as usize] = shared[*text as usize].saturating_add(u32::from(*words));
                }
            }
        })?;
        let words = std::mem::take(&mut self.words);
        let says_else = |text: u32| {
            let text = text as usize;
            f64::from(shared[text]) < MOSTLY * f64::from(words[text])
        };
        let mut found = SiteBlocks::new(words.len());
        self.each_shared(&mut |group| {
            for own in by_site(texts, group).filter(|own| own.len() >= TEXTS) {
                let mut others = own.iter().filter(|(_, text, _)| says_else(*text));
                if let Some((hash, text, _)) = others.nth(TEXTS - 1) {
                    let holders = own.iter().map(|(_, text, _)| *text);
                    found.add(texts.sites[*text as usize], *hash, texts.run(*text), holders);
                }
            }
        })?;
        self.words = words;
        Ok(found)
    }

    /// The pairs that share blocks which are no site's, of the texts that take part.
    pub(crate) fn pairs(
        &mut self,
        texts: &Texts,
        site_blocks: &SiteBlocks,
        takes_part: &dyn Fn(u32) -> bool,
    ) -> Result<Vec<Pair>, SurveyError> {
        let mut shared: Vec<(Pair, u32)> = Vec::new();
        for own in 0..self.buckets.all.len() {
            let mut held = self.buckets.read(own)?;
            held.retain(|(_, text, _)| takes_part(*text));
            for group in held.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
                for (at, (hash, text, words)) in group.iter().enumerate() {
                    for (_, holder, _) in &group[..at.min(MOST_HOLDERS)] {
                        let pair = (*holder, *text);
                        let sites = [*holder, *text].map(|text| texts.sites[text as usize]);
                        if !site_blocks.has(sites, *hash, texts.run_of_pair(pair)) {
                            shared.push((pair, u32::from(*words)));
                        }
                    }
                }
            }
            drop(held);
            shared.sort_unstable();
            shared.dedup_by(|next, pair| {
                let same = next.0 == pair.0;
                if same {
                    pair.1 = pair.1.saturating_add(next.1);
                }
                same
            });
        }
        let words = &self.words;
        shared.retain(|((one, other), shared)| {
            let shorter = words[*one as usize].min(words[*other as usize]);
            *shared >= LEAST_WORDS && f64::from(*shared) >= LEAST_SHARE * f64::from(shorter)
        });
        Ok(shared.into_iter().map(|(pair, _)| pair).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn buckets_hold_what_was_put_in() {
        let mut buckets = Buckets::new(3, Box::new(Cursor::new(Vec::new())));
        let all: Vec<Held> = (0..7000).map(|n| (n * 7919 % 5003, n as u32, (n % 90) as u16)).collect();
        for held in &all {
            buckets.add(*held).expect("there is room");
        }
        let mut found = Vec::new();
        for own in 0..3 {
            let held = buckets.read(own).expect("it was put there");
            assert!(held.is_sorted() && held.iter().all(|(hash, ..)| hash % 3 == own as u64));
            found.extend(held);
        }
        found.sort_unstable_by_key(|(_, text, _)| *text);
        assert_eq!(found, all);
    }
}
