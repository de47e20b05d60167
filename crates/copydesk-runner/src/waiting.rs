//! Documents that are with stages that wait, each on a thread of its own: a stage that blocks instead of waiting keeps nobody
//! but its document from going on, and can be given up like one that computes for ever.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{Chain, batch::Batch, chain::Passage};

/// A batch, while some of its documents wait.
pub(crate) struct Waiting {
    pub(crate) number: u64,
    state: Mutex<State>,
}

struct State {
    /// The batch; none once all documents are back.
    batch: Option<Batch>,
    out: Vec<Out>,
}

/// A document that is not back.
struct Out {
    /// Its place in the batch.
    at: usize,
    stage: &'static str,
    /// Since when a thread is at it.
    since: Option<Instant>,
}

impl Waiting {
    /// Takes those documents out of the batch that are not done.
    pub(crate) fn new(number: u64, mut batch: Batch, chain: &Chain) -> (Self, Vec<(usize, Passage)>) {
        let (mut out, mut taken) = (Vec::new(), Vec::new());
        for (at, passage) in batch.passages.iter_mut().enumerate().filter(|(_, passage)| !passage.is_done()) {
            out.push(Out { at, stage: chain.name_of(passage.next_place()), since: None });
            taken.push((at, passage.take()));
        }
        (Self { number, state: Mutex::new(State { batch: Some(batch), out }) }, taken)
    }

    /// A thread begins with a document.
    pub(crate) fn begin(&self, at: usize) {
        if let Some(out) = self.state().out.iter_mut().find(|out| out.at == at) {
            out.since = Some(Instant::now());
        }
    }

    /// A document is back. The batch, if it was the last one; one that was given up is not missed.
    pub(crate) fn put_back(&self, at: usize, passage: Passage) -> Option<Batch> {
        let mut state = self.state();
        let found = state.out.iter().position(|out| out.at == at)?;
        state.out.swap_remove(found);
        if let Some(batch) = &mut state.batch {
            batch.passages[at] = passage;
        }
        state.whole()
    }

    /// Gives up the documents that have been out for too long: the stages, and the batch if no other is out.
    pub(crate) fn rescue(&self, limit: Duration, chain: &Chain) -> (Vec<&'static str>, Option<Batch>) {
        let mut state = self.state();
        let late = |out: &Out| out.since.is_some_and(|since| since.elapsed() > limit);
        let mut given_up = Vec::new();
        while let Some(found) = state.out.iter().position(late) {
            let Out { at, stage, .. } = state.out.swap_remove(found);
            if let Some(batch) = &mut state.batch {
                chain.give_up(&mut batch.passages[at], stage);
            }
            given_up.push(stage);
        }
        let whole = if given_up.is_empty() { None } else { state.whole() };
        (given_up, whole)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under this lock can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn whole(&mut self) -> Option<Batch> {
        if self.out.is_empty() { self.batch.take() } else { None }
    }
}
