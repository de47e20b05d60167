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
    processor: Option<Reading>,
}

/// The system is asked for a thread's time on the processor no more often than this: the question takes as long as many a stage,
/// and in so short a time the thread has hardly had less of the processor than of the clock.
const OFTEN: Duration = Duration::from_millis(1);

/// The time of a thread on the processor as the system has told it.
#[derive(Debug)]
struct Reading {
    at: Instant,
    time: Duration,
    /// What has been told of the laps since then.
    told: Duration,
    /// What had been told too much of those before, by the clock.
    surplus: Duration,
    /// What of it has not been taken from a lap since then.
    untaken: Duration,
}

impl Clock {
    /// Starts a step that computes on this thread from start to end.
    pub(crate) fn computing() -> Self {
        let wall = Instant::now();
        Self { wall, processor: Reading::new(wall) }
    }

    /// Starts a step that waits, on whatever thread.
    pub(crate) fn waiting() -> Self {
        Self { wall: Instant::now(), processor: None }
    }

    /// Ends a step, and begins the next one at the same moment.
    pub(crate) fn lap(&mut self) -> Lap {
        let now = Instant::now();
        let wall = now - self.wall;
        self.wall = now;
        let cpu = self.processor.as_mut().map(|reading| reading.lap(now, wall));
        Lap { wall, cpu: cpu.unwrap_or_default(), charged: cpu.unwrap_or(wall), has_own_limit: false }
    }
}

impl Reading {
    fn new(at: Instant) -> Option<Self> {
        let (told, surplus, untaken) = Default::default();
        Some(Self { at, time: thread_time()?, told, surplus, untaken })
    }

    /// What a lap has had of the processor that took so long by the clock. Over laps in a row it comes out right.
    fn lap(&mut self, now: Instant, wall: Duration) -> Duration {
        if now - self.at < OFTEN {
            let cpu = wall.saturating_sub(self.untaken);
            self.untaken = self.untaken.saturating_sub(wall);
            self.told += cpu;
            return cpu;
        }
        let Some(new) = Self::new(now) else { return wall };
        let (had, told) = (new.time.saturating_sub(self.time), self.told + self.surplus);
        let surplus = told.saturating_sub(had);
        *self = Self { surplus, untaken: surplus, ..new };
        had.saturating_sub(told)
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
        let mut clock = Clock::computing();
        std::thread::sleep(Duration::from_millis(60));
        let lap = clock.lap();
        assert!(lap.wall >= Duration::from_millis(60) && lap.cpu < lap.wall / 2, "{lap:?}");
        assert!(clock.lap().wall < lap.wall, "the next lap begins where the last one ended");
    }

    #[test]
    fn many_short_steps_come_to_what_the_processor_did() {
        let before = thread_time().expect("Unix tells it");
        let mut clock = Clock::computing();
        let step = |n: u64| {
            std::hint::black_box((0..n).sum::<u64>());
            std::thread::sleep(Duration::from_micros(50));
            clock.lap().cpu
        };
        let told: Duration = (0..400).map(step).sum();
        let spent = thread_time().expect("Unix tells it").saturating_sub(before);
        assert!(told <= spent + OFTEN * 2, "{told:?} of {spent:?}");
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
