//! Who may ask the service, and when.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit},
    time::Instant,
};

/// So many at once, and so many each second.
#[derive(Debug)]
pub(crate) struct Turns {
    at_once: Arc<Semaphore>,
    /// As many requests, for those that have no turn.
    requests: Semaphore,
    /// Between two requests.
    interval: Duration,
    /// When the next one may go out.
    next: Mutex<Option<Instant>>,
}

impl Turns {
    pub(crate) fn new(at_once: usize, per_second: f64) -> Self {
        let interval = if per_second > 0.0 { Duration::from_secs_f64(1.0 / per_second) } else { Duration::ZERO };
        let (at_once, requests) = (Arc::new(Semaphore::new(at_once)), Semaphore::new(at_once));
        Self { at_once, requests, interval, next: Mutex::default() }
    }

    /// Waits for a turn, which lasts for as long as the permit is kept.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        // It fails only when closed, which it never is.
        let permit = Arc::clone(&self.at_once).acquire_owned().await.ok();
        self.wait_for_rate().await;
        permit
    }

    /// Waits until one request less is under way than there may be: at once for whoever has a turn, unless others have none.
    pub(crate) async fn request(&self) -> Option<SemaphorePermit<'_>> {
        self.requests.acquire().await.ok()
    }

    /// Waits until another request may go out.
    pub(crate) async fn wait_for_rate(&self) {
        if self.interval.is_zero() {
            return;
        }
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
            *next = Some(at + self.interval);
            at
        };
        tokio::time::sleep_until(at).await;
    }
}
