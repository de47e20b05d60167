//! Texts that share whole blocks: an agency's story in a longer one shares no signature with it.

use copydesk_stage::{Corpus, SurveyError};

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

/// The pairs that share blocks, of the texts that take part.
pub(crate) fn candidates(corpus: &dyn Corpus, takes_part: &dyn Fn(u32) -> bool) -> Result<Vec<Pair>, SurveyError> {
    // Words in blocks, by text.
    let mut words: Vec<u32> = Vec::new();
    let mut blocks = 0_u64;
    corpus.each(&mut |seen| {
        let mut own = 0_u32;
        if takes_part(seen.number as u32) {
            for block in Written::read(seen.summary)?.blocks() {
                own = own.saturating_add(u32::from(block.words));
                blocks += 1;
            }
        }
        words.push(own);
        Ok(())
    })?;
    let room = (words.len() as u64 * BYTES_OF_A_TEXT).max(LEAST_BYTES);
    let passes = (blocks * size_of::<Held>() as u64).div_ceil(room).max(1);
    let mut shared: Vec<(Pair, u32)> = Vec::new();
    for pass in 0..passes {
        let mut held: Vec<Held> = Vec::new();
        corpus.each(&mut |seen| {
            let text = seen.number as u32;
            if takes_part(text) {
                let blocks = Written::read(seen.summary)?.blocks().filter(|block| block.hash % passes == pass);
                held.extend(blocks.map(|block| (block.hash, text, block.words)));
            }
            Ok(())
        })?;
        held.sort_unstable();
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
