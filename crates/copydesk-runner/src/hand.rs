//! What a worker process has in hand, written down where it outlives the process: after its death the one that started it
//! reads there which documents may have been the cause.
//!
//! It stands in memory that both share as a file. A pipe would wake the reader up for every document; a write into memory
//! costs less than a microsecond.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read, Seek},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The bytes of one hand: the piece of work and one more, the document in there, and the place in the chain.
const SIZE: usize = 16;

/// Any document of a piece: all of them are being written down.
const ANY: u32 = u32::MAX;

/// What somebody had in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct InHand {
    /// Number of the piece of work.
    pub(crate) piece: u64,
    /// Which of its documents; `None` is any of them.
    pub(crate) at: Option<usize>,
    /// The place in the chain, as [`crate::Chain`] counts.
    pub(crate) place: usize,
}

/// The hands of a process. Outside of a worker nothing is written down.
#[derive(Debug, Default)]
pub(crate) struct Hands {
    file: Option<File>,
    free: Mutex<BTreeSet<u64>>,
    count: AtomicUsize,
}

/// One hand of a process. It is free again when it goes away.
#[derive(Debug)]
pub(crate) struct Hand {
    hands: Arc<Hands>,
    number: u64,
    /// The place in the chain that its document has come to.
    place: AtomicUsize,
}

impl Hands {
    /// Written down in this file.
    pub(crate) fn in_file(file: File) -> Self {
        Self { file: Some(file), ..Self::default() }
    }

    /// A hand that is free.
    pub(crate) fn hand(self: &Arc<Self>) -> Hand {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
        let number = free.unwrap_or_else(|| self.count.fetch_add(1, Ordering::Relaxed) as u64);
        Hand { hands: Arc::clone(self), number, place: AtomicUsize::new(0) }
    }
}

impl Hand {
    /// Takes a document of a piece of work.
    pub(crate) fn take(&self, piece: u64, at: usize) {
        self.place.store(0, Ordering::Relaxed);
        self.write(8, [(at as u32).to_le_bytes(), 0_u32.to_le_bytes()].concat());
        self.write(0, (piece + 1).to_le_bytes());
    }

    /// Takes all documents of a piece, to write them down.
    pub(crate) fn take_all(&self, piece: u64, place: usize) {
        self.take(piece, ANY as usize);
        self.move_to(place);
    }

    /// The document has come to the next place in the chain.
    pub(crate) fn move_to(&self, place: usize) {
        self.place.store(place, Ordering::Relaxed);
        self.write(12, (place as u32).to_le_bytes());
    }

    /// Where the document is.
    pub(crate) fn place(&self) -> usize {
        self.place.load(Ordering::Relaxed)
    }

    /// Is empty again.
    pub(crate) fn lay_down(&self) {
        self.write(0, 0_u64.to_le_bytes());
    }

    #[cfg(unix)]
    fn write(&self, at: u64, bytes: impl AsRef<[u8]>) {
        use std::os::unix::fs::FileExt as _;

        if let Some(file) = &self.hands.file {
            // Memory that cannot be written to leaves the cause of a death unknown, and is told of then.
            let _ = file.write_all_at(bytes.as_ref(), self.number * SIZE as u64 + at);
        }
    }

    #[cfg(not(unix))]
    fn write(&self, _: u64, _: impl AsRef<[u8]>) {}
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.lay_down();
        self.hands.free.lock().unwrap_or_else(PoisonError::into_inner).insert(self.number);
    }
}

/// What the hands of a process hold.
pub(crate) fn read(file: &mut File) -> io::Result<Vec<InHand>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let hands = bytes.chunks_exact(SIZE).filter_map(|hand| {
        let at = number(&hand[8..12]);
        let at = (at != u64::from(ANY)).then_some(at as usize);
        Some(InHand { piece: number(&hand[..8]).checked_sub(1)?, at, place: number(&hand[12..]) as usize })
    });
    Ok(hands.collect())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_hand_is_read_until_it_is_laid_down() {
        let mut file = tempfile::tempfile().expect("a file");
        let hands = Arc::new(Hands::in_file(file.try_clone().expect("the same file")));
        let (first, second) = (hands.hand(), hands.hand());
        first.take(0, 3);
        second.take_all(7, 5);
        first.move_to(2);
        let held = [InHand { piece: 0, at: Some(3), place: 2 }, InHand { piece: 7, at: None, place: 5 }];
        assert_eq!(read(&mut file).expect("it reads"), held);
        first.lay_down();
        assert_eq!(read(&mut file).expect("it reads"), held[1..]);
        drop(second);
        assert_eq!(read(&mut file).expect("it reads"), []);
        // A hand that is free is used again.
        assert_eq!(hands.hand().number, 1);
    }
}
