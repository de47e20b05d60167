//! Time on the clock, and time on the processor.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// What one step took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lap {
    pub(crate) wall: Duration,
    /// Zero where the system does not tell.
    pub(crate) cpu: Duration,
    /// What counts against a limit of time: the processor's where it is known, so that a busy machine costs no document.
    pub(crate) charged: Duration,
    /// The step keeps to a limit of its own, and no time on the wall is too long.
    pub(crate) has_own_limit: bool,
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
        let wall = self.wall.elapsed();
        let cpu = self.cpu.and_then(|start| thread_time()?.checked_sub(start));
        Lap { wall, cpu: cpu.unwrap_or_default(), charged: cpu.unwrap_or(wall), has_own_limit: false }
    }
}

/// Time that a thread has had of the processor, for others to read.
#[derive(Debug, Default)]
pub(crate) struct Meter(OnceLock<PathBuf>);

impl Meter {
    /// To be called by the thread itself.
    pub(crate) fn begin(&self) {
        // Only Linux has this; elsewhere the clock on the wall has to do.
        if let Ok(own) = fs::read_link("/proc/thread-self") {
            let _ = self.0.set(Path::new("/proc").join(own).join("schedstat"));
        }
    }

    pub(crate) fn read(&self) -> Option<Duration> {
        let text = fs::read_to_string(self.0.get()?).ok()?;
        text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

/// Time that this thread has had of the processor.
#[cfg(unix)]
pub(crate) fn thread_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
}

#[cfg(not(unix))]
pub(crate) fn thread_time() -> Option<Duration> {
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

    #[cfg(target_os = "linux")]
    #[test]
    fn others_can_read_what_a_thread_has_had() {
        let meter = Meter::default();
        assert_eq!(meter.read(), None);
        meter.begin();
        let before = meter.read().expect("Linux tells it");
        (0..5_000_000).for_each(|n| {
            std::hint::black_box(n);
        });
        std::thread::yield_now();
        assert!(meter.read().expect("Linux tells it") >= before);
        assert!(
            meter.read().expect("Linux tells it") <= thread_time().expect("Unix tells it") + Duration::from_secs(1)
        );
    }
}
