//! Texts that share whole blocks: an agency's story in a longer one shares no signature with it.

use std::io::{self, SeekFrom};

use copydesk_stage::{Corpus, Scratch, SurveyError};

use crate::{bands::Pair, summary::Written};

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

    /// The blocks of a bucket, in order of their hashes.
    fn take(&mut self, own: usize) -> Result<Vec<Held>, SurveyError> {
        let Bucket { waiting, pieces } = std::mem::take(&mut self.all[own]);
        let mut held = Vec::with_capacity((pieces.len() * PIECE + waiting.len()) / BYTES);
        let mut piece = vec![0; PIECE];
        for at in pieces {
            let found = self.scratch.seek(SeekFrom::Start(at)).and_then(|_| self.scratch.read_exact(&mut piece));
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

/// The pairs that share blocks, of the texts that take part. No more than so many blocks are in all summaries.
pub(crate) fn candidates(
    corpus: &dyn Corpus,
    blocks: u64,
    takes_part: &dyn Fn(u32) -> bool,
) -> Result<Vec<Pair>, SurveyError> {
    let room = (corpus.documents() * BYTES_OF_A_TEXT).max(LEAST_BYTES);
    let count = (blocks * size_of::<Held>() as u64).div_ceil(room).max(1);
    let mut buckets = Buckets::new(count, corpus.scratch()?);
    // Words in blocks, by text.
    let mut words: Vec<u32> = Vec::with_capacity(corpus.documents() as usize);
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
    let mut shared: Vec<(Pair, u32)> = Vec::new();
    for own in 0..buckets.all.len() {
        let held = buckets.take(own)?;
        for group in held.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            for (at, (_, text, words)) in group.iter().enumerate() {
                let holders = group[..at.min(MOST_HOLDERS)].iter();
                shared.extend(holders.map(|(_, holder, _)| ((*holder, *text), u32::from(*words))));
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
    shared.retain(|((one, other), shared)| {
        let shorter = words[*one as usize].min(words[*other as usize]);
        *shared >= LEAST_WORDS && f64::from(*shared) >= LEAST_SHARE * f64::from(shorter)
    });
    Ok(shared.into_iter().map(|(pair, _)| pair).collect())
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
            let held = buckets.take(own).expect("it was put there");
            assert!(held.is_sorted() && held.iter().all(|(hash, ..)| hash % 3 == own as u64));
            found.extend(held);
        }
        found.sort_unstable_by_key(|(_, text, _)| *text);
        assert_eq!(found, all);
    }
}
