//! Time on the clock, and time on the processor.

use std::time::{Duration, Instant};

/// What one step took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lap {
    pub(crate) wall: Duration,
    /// Zero where the system does not tell.
    pub(crate) cpu: Duration,
}

/// A running lap of this thread.
#[derive(Debug)]
pub(crate) struct Clock {
    wall: Instant,
    cpu: Option<Duration>,
}

impl Clock {
    /// Starts a step that computes on this thread from start to end.
    pub(crate) fn computing() -> Self {
        Self { wall: Instant::now(), cpu: thread_time() }
    }

    /// Starts a step that waits, on whatever thread.
    pub(crate) fn waiting() -> Self {
        Self { wall: Instant::now(), cpu: None }
    }

    pub(crate) fn stop(&self) -> Lap {
        let cpu = self.cpu.and_then(|start| thread_time()?.checked_sub(start));
        Lap { wall: self.wall.elapsed(), cpu: cpu.unwrap_or_default() }
    }
}

#[cfg(unix)]
fn thread_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
}

#[cfg(not(unix))]
fn thread_time() -> Option<Duration> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn sleeping_costs_no_processor() {
        let clock = Clock::computing();
        std::thread::sleep(Duration::from_millis(60));
        let lap = clock.stop();
        assert!(lap.wall >= Duration::from_millis(60) && lap.cpu < lap.wall / 2, "{lap:?}");
    }
}
