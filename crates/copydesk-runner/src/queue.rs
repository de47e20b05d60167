//! The two places where threads wait for each other.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// Work for the CPU pool. The batch that was read first is taken first, so that what can be written is written soon.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<(BTreeMap<u64, T>, bool)>,
    ready: Condvar,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new((BTreeMap::new(), true)), ready: Condvar::new() }
    }

    /// Adds a batch under its number. After [`Self::close`] it is thrown away.
    pub(crate) fn push(&self, number: u64, batch: T) {
        let mut state = lock(&self.state);
        if state.1 {
            state.0.insert(number, batch);
            self.ready.notify_one();
        }
    }

    /// The oldest batch, or `None` once the queue is closed.
    pub(crate) fn pop(&self) -> Option<(u64, T)> {
        let mut state = lock(&self.state);
        loop {
            if !state.1 {
                return None;
            }
            if let Some(entry) = state.0.pop_first() {
                return Some(entry);
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sends the threads home.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.state);
        state.1 = false;
        state.0.clear();
        self.ready.notify_all();
    }
}

/// How many bytes of input may be between source and output at once. This is the backpressure.
#[derive(Debug)]
pub(crate) struct Window {
    size: u64,
    free: Mutex<(u64, bool)>,
    freed: Condvar,
}

impl Window {
    pub(crate) fn new(size: u64) -> Self {
        let size = size.max(1);
        Self { size, free: Mutex::new((size, true)), freed: Condvar::new() }
    }

    /// Waits for room. A batch that is larger than the window waits for all of it. Gives what has to be given back,
    /// or `None` once the window is closed.
    pub(crate) fn enter(&self, bytes: u64) -> Option<u64> {
        let bytes = bytes.min(self.size);
        let mut free = lock(&self.free);
        loop {
            if !free.1 {
                return None;
            }
            if free.0 >= bytes {
                free.0 -= bytes;
                return Some(bytes);
            }
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives room back.
    pub(crate) fn leave(&self, bytes: u64) {
        lock(&self.free).0 += bytes;
        self.freed.notify_all();
    }

    /// Sends whoever waits home.
    pub(crate) fn close(&self) {
        lock(&self.free).1 = false;
        self.freed.notify_all();
    }
}

// No panic can happen while one of these locks is held, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_batch_comes_first_and_none_after_the_end() {
        let queue = Queue::new();
        queue.push(2, "b");
        queue.push(1, "a");
        assert_eq!(queue.pop(), Some((1, "a")));
        queue.close();
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn a_batch_larger_than_the_window_still_gets_in() {
        let window = Window::new(10);
        assert_eq!(window.enter(25), Some(10));
        std::thread::scope(|scope| {
            let second = scope.spawn(|| window.enter(3));
            window.leave(10);
            assert_eq!(second.join().expect("no panic"), Some(3));
        });
        window.close();
        assert_eq!(window.enter(1), None);
    }
}
