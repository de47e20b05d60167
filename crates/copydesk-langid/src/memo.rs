//! Words that were read before: most of a text is the few hundred words that every text of its language has, and the sum
//! of a word's rows is found faster by the word than by its features.

use std::cell::RefCell;

use crate::model::WordSum;

/// A power of two; of words that fall on one place, the last one stays.
const PLACES: usize = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 12;

thread_local! {
    static MEMO: RefCell<Memo> = RefCell::new(Memo::default());
}

/// Lends this thread's memory of words. What it says depends on nothing that was read before: a sum is exact.
pub(crate) fn with<T>(work: impl FnOnce(&mut Memo) -> T) -> T {
    MEMO.with_borrow_mut(work)
}

/// Sums by word. Only of the embedded model: another one has other rows.
#[derive(Default)]
pub(crate) struct Memo {
    places: Vec<(u64, WordSum)>,
}

impl Memo {
    /// What `read` says of the word, from memory if it is there.
    #[inline]
    pub(crate) fn get(&mut self, word: &[u32], read: impl FnOnce(&[u32]) -> WordSum) -> &WordSum {
        if self.places.is_empty() {
            self.places.resize(PLACES, (0, WordSum::default()));
        }
        let hash = hash(word);
        let place = &mut self.places[(hash >> (u64::BITS - PLACE_BITS)) as usize];
        if place.0 != hash {
            *place = (hash, read(word));
        }
        &place.1
    }
}

/// 64 bits, so that two words are as good as never taken for one. 0 is an empty place.
#[inline]
fn hash(word: &[u32]) -> u64 {
    let step = |hash: u64, &c: &u32| (hash.rotate_left(23) ^ u64::from(c)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = word.iter().fold(0x2545_F491_4F6C_DD1D, step);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9).max(1)
}
