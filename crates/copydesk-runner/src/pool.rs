//! The threads that compute, and the one that watches them.
//!
//! A stage that never comes back cannot be stopped, but it can be left alone: its document goes to quarantine, the rest
//! of its batch to another thread, and a new thread takes its place.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak, mpsc::Sender},
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::{Handle, Runtime};

use crate::{
    RunError,
    batch::{Batch, Message, Work},
    chain::{Passage, WALL},
    clock::{Meter, thread_time},
    guard::guarded,
    hand::Hand,
    shared::Shared,
    waiting::Waiting,
};

/// The stack that stages may count on: as much as a main thread has, so that a run stands what `explain` stands.
pub const STACK_BYTES: usize = 8 << 20;

/// A chain in which that many documents hang is broken, and each of them holds a thread for good.
const MOST_HUNG: usize = 64;

/// What one thread is at. The watch looks into it.
struct Slot {
    /// The document, and the place in the chain that it is at.
    hand: Hand,
    meter: Meter,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    batch: Option<(u64, Batch)>,
    /// Which passages of the batch are out of it.
    out: Option<Out>,
    /// Another thread has taken over.
    lost: bool,
}

/// Documents that a thread has in hand: one, or those that a stage takes together.
struct Out {
    places: Vec<usize>,
    /// They are with a stage that takes many at once.
    together: bool,
    since: Instant,
    /// What the thread had had of the processor then.
    before: Duration,
}

impl Out {
    fn of(places: Vec<usize>, together: bool) -> Self {
        Self { places, together, since: Instant::now(), before: thread_time().unwrap_or_default() }
    }
}

impl Slot {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing that is done under this lock can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, number: u64, batch: Batch) {
        let mut state = self.state();
        state.batch = Some((number, batch));
        state.out = None;
    }

    /// The next document that is not done.
    fn take(&self, from: usize) -> Option<(usize, Passage)> {
        let mut state = self.state();
        let (number, batch) = state.batch.as_mut()?;
        let number = *number;
        let at = (from..batch.passages.len()).find(|at| !batch.passages[*at].is_done())?;
        let passage = batch.passages[at].take();
        state.out = Some(Out::of(vec![at], false));
        self.hand.take(number, at);
        Some((at, passage))
    }

    /// The documents that have come to the next stage that takes many at once, with their places.
    fn take_together(&self, shared: &Shared) -> Option<(Vec<usize>, Vec<Passage>)> {
        let mut state = self.state();
        let (number, batch) = state.batch.as_mut()?;
        let number = *number;
        let come = |passage: &&mut Passage| shared.chain.is_for_many(passage);
        let next = batch.passages.iter_mut().filter(come).map(|passage| passage.next_place()).min()?;
        let passages = batch.passages.iter_mut().enumerate();
        let (places, passages): (Vec<_>, Vec<_>) = passages
            .filter(|(_, passage)| shared.chain.is_for_many(passage) && passage.next_place() == next)
            .map(|(at, passage)| (at, passage.take()))
            .unzip();
        state.out = Some(Out::of(places.clone(), true));
        self.hand.take_all(number, next);
        Some((places, passages))
    }

    /// `false` if the thread took too long and is not needed any more.
    fn put_back(&self, passages: impl IntoIterator<Item = (usize, Passage)>) -> bool {
        let mut state = self.state();
        if state.lost {
            return false;
        }
        state.out = None;
        if let Some((_, batch)) = state.batch.as_mut() {
            for (at, passage) in passages {
                batch.passages[at] = passage;
            }
        }
        true
    }

    fn end(&self) -> Option<(u64, Batch)> {
        self.state().batch.take()
    }

    /// Takes the batch away from a thread that has been at one document for longer than the limit.
    fn rescue(&self, limit: Duration, shared: &Shared) -> Option<(u64, Batch, &'static str)> {
        let mut state = self.state();
        let Out { places, together, since, before } = state.out.as_ref()?;
        let limit = limit * u32::try_from(places.len()).unwrap_or(u32::MAX);
        if state.lost || since.elapsed() < limit {
            return None;
        }
        let computed = self.meter.read().and_then(|now| now.checked_sub(*before));
        let has_time = if *together {
            // A stage that takes many at once keeps to a limit of its own where it waits: for a program that others have, say.
            computed.is_none_or(|computed| computed < limit)
        } else {
            // A thread that only waits for a busy machine has some more time.
            computed.is_some_and(|computed| computed < limit) && since.elapsed() < limit * WALL
        };
        if has_time {
            return None;
        }
        let places = places.clone();
        let (number, mut batch) = state.batch.take()?;
        state.lost = true;
        let name = shared.chain.name_of(self.hand.place());
        for at in places {
            shared.chain.give_up(&mut batch.passages[at], name);
        }
        Some((number, batch, name))
    }
}

/// What stages wait in: a thread for each document that may wait, and some more for those that are given up. Without a stage
/// that waits there is nothing to wait in.
pub(crate) fn runtime(shared: &Shared, waiting: usize) -> io::Result<Option<Runtime>> {
    if !shared.chain.waits() {
        return Ok(None);
    }
    let threads = waiting.clamp(1, 4096) + MOST_HUNG;
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).max_blocking_threads(threads).thread_name("wait").enable_all().build().map(Some)
}

/// Starts the threads; with a limit of time, also the one that watches them.
pub(crate) fn start(
    shared: &Arc<Shared>,
    threads: usize,
    handle: Option<&Handle>,
    sender: &Sender<Message>,
) -> Result<(), RunError> {
    let mut slots = Vec::new();
    for n in 0..threads {
        slots.push(start_one(n, shared, handle, sender)?);
    }
    if let Some(limit) = shared.chain.time() {
        let (shared, handle, sender) = (Arc::clone(shared), handle.cloned(), sender.clone());
        spawn("watch", move || watch(&shared, slots, limit, handle.as_ref(), &sender))?;
    }
    Ok(())
}

fn start_one(
    n: usize,
    shared: &Arc<Shared>,
    handle: Option<&Handle>,
    sender: &Sender<Message>,
) -> Result<Arc<Slot>, RunError> {
    let slot = Slot { hand: shared.hands.hand(), meter: Meter::default(), state: Mutex::default() };
    let slot = Arc::new(slot);
    let (shared, handle, sender, own) = (Arc::clone(shared), handle.cloned(), sender.clone(), Arc::clone(&slot));
    spawn(&format!("cpu-{n}"), move || work(&shared, &own, handle.as_ref(), &sender))?;
    Ok(slot)
}

/// A thread of the run, with the stack that stages may count on.
pub(crate) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), RunError> {
    thread::Builder::new().name(name.into()).stack_size(STACK_BYTES).spawn(body).map(drop).map_err(RunError::Start)
}

/// A CPU thread: takes batches up to where they wait, or to their end.
fn work(shared: &Arc<Shared>, slot: &Slot, handle: Option<&Handle>, sender: &Sender<Message>) {
    slot.meter.begin();
    while let Some((number, work)) = shared.queue.pop() {
        // Nobody listens any more once the run has ended, so that sending may fail.
        match work {
            Work::Shard(whole) => {
                let message = guarded(|| shared.finish(whole)).unwrap_or_else(Message::Bug);
                let _ = sender.send(message);
            }
            Work::Batch(batch) => {
                slot.begin(number, batch);
                if !compute(shared, slot) {
                    return;
                }
                let Some((number, mut batch)) = slot.end() else { return };
                if let Some(error) = batch.passages.iter_mut().find_map(Passage::take_end_of_run) {
                    let _ = sender.send(Message::Failed(error));
                    slot.hand.lay_down();
                    continue;
                }
                slot.hand.take_all(number, shared.chain.end());
                pass_on(shared, number, batch, handle, sender);
                slot.hand.lay_down();
            }
        }
    }
}

/// Takes the documents of a batch up to where they wait, or to their end. `false` if the thread took too long and is not
/// needed any more.
fn compute(shared: &Shared, slot: &Slot) -> bool {
    loop {
        let mut from = 0;
        while let Some((at, mut passage)) = slot.take(from) {
            shared.chain.compute(&mut passage, &|place| slot.hand.move_to(place));
            if !slot.put_back([(at, passage)]) {
                return false;
            }
            from = at + 1;
        }
        let Some((places, mut passages)) = slot.take_together(shared) else { return true };
        shared.chain.compute_together(&mut passages, &|place| slot.hand.move_to(place));
        if !slot.put_back(places.into_iter().zip(passages)) {
            return false;
        }
    }
}

/// A batch that is through goes to the thread that writes; one that waits, to threads that may.
fn pass_on(shared: &Arc<Shared>, number: u64, batch: Batch, handle: Option<&Handle>, sender: &Sender<Message>) {
    // Without a stage that waits all of them are.
    if let Some(handle) = handle.filter(|_| !batch.passages.iter().all(Passage::is_done)) {
        return send_waiting(shared, number, batch, handle);
    }
    let message = guarded(|| Box::new(shared.encode(number, batch))).map_or_else(Message::Bug, Message::Done);
    let _ = sender.send(message);
}

fn send_waiting(shared: &Arc<Shared>, number: u64, batch: Batch, handle: &Handle) {
    let (waiting, passages) = Waiting::new(number, batch, &shared.chain);
    let waiting = Arc::new(waiting);
    let mut list = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|batch| batch.strong_count() > 0);
    list.push(Arc::downgrade(&waiting));
    for (at, mut passage) in passages {
        let (shared, waiting, own) = (Arc::clone(shared), Arc::clone(&waiting), handle.clone());
        handle.spawn_blocking(move || {
            own.block_on(async {
                // It fails only when closed, which it never is.
                let _permit = shared.permits.acquire().await;
                let hand = shared.hands.hand();
                hand.take(waiting.number, at);
                let begin = |place| {
                    waiting.begin(at);
                    hand.move_to(place);
                };
                shared.chain.wait(&mut passage, &begin).await;
            });
            if let Some(batch) = waiting.put_back(at, passage) {
                shared.queue.push(waiting.number, Work::Batch(batch));
            }
        });
    }
}

/// Looks at all threads again and again, and replaces those that hang.
fn watch(
    shared: &Arc<Shared>,
    mut slots: Vec<Arc<Slot>>,
    limit: Duration,
    handle: Option<&Handle>,
    sender: &Sender<Message>,
) {
    let pause = (limit / 8).clamp(Duration::from_millis(5), Duration::from_millis(250));
    let mut hung = 0;
    while !shared.is_over() {
        thread::sleep(pause);
        let mut given_up = rescue_waiting(shared, limit);
        for slot in &mut slots {
            let Some((number, batch, stage)) = slot.rescue(limit, shared) else { continue };
            given_up.push(stage);
            shared.queue.push(number, Work::Batch(batch));
            match start_one(slots_name(hung + given_up.len()), shared, handle, sender) {
                Ok(new) => *slot = new,
                Err(error) => {
                    let _ = sender.send(Message::Failed(error));
                    return;
                }
            }
        }
        for stage in given_up {
            hung += 1;
            tracing::warn!(stage, "a document hangs; its thread is left behind");
            if hung > MOST_HUNG {
                let limit = format!("{} s", limit.as_secs_f64());
                let _ = sender.send(Message::Failed(RunError::Hung(hung, stage.into(), limit)));
                return;
            }
        }
    }
}

/// Gives up documents whose stage blocks where it should wait. One that waits is told of the limit in good time.
fn rescue_waiting(shared: &Arc<Shared>, limit: Duration) -> Vec<&'static str> {
    let waiting: Vec<_> = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut given_up = Vec::new();
    for waiting in waiting.iter().filter_map(Weak::upgrade) {
        let (stages, batch) = waiting.rescue(limit * 2 + Duration::from_secs(1), &shared.chain);
        given_up.extend(stages);
        if let Some(batch) = batch {
            shared.queue.push(waiting.number, Work::Batch(batch));
        }
    }
    given_up
}

/// Threads that take the place of others are counted from a thousand, so that a debugger tells them apart.
fn slots_name(hung: usize) -> usize {
    1000 + hung
}
