//! SIGINT and SIGTERM, as flags. No thread and no pipe: a run looks at the flags from time to time, which also works
//! when the system refuses everything else.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

/// What the handlers of the process set and read. They are put in place once, and stay.
#[derive(Debug, Default)]
struct Flags {
    /// No run is listening: signals do what they do by default.
    idle: Arc<AtomicBool>,
    /// One signal has come: the next one ends the process.
    again: Arc<AtomicBool>,
    interrupt: Arc<AtomicBool>,
    terminate: Arc<AtomicBool>,
}

impl Flags {
    fn install(&self) -> io::Result<()> {
        for (signal, seen) in [(SIGINT, &self.interrupt), (SIGTERM, &self.terminate)] {
            flag::register_conditional_default(signal, Arc::clone(&self.idle))?;
            flag::register_conditional_shutdown(signal, 2, Arc::clone(&self.again))?;
            flag::register(signal, Arc::clone(seen))?;
            flag::register(signal, Arc::clone(&self.again))?;
        }
        Ok(())
    }

    fn reset(&self, idle: bool) {
        self.idle.store(idle, Ordering::Relaxed);
        for flag in [&self.again, &self.interrupt, &self.terminate] {
            flag.store(false, Ordering::Relaxed);
        }
    }
}

/// Signals, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Signals(&'static Flags);

impl Signals {
    /// The first signal from now on is told, the second one ends the process with exit code 2.
    pub(crate) fn listen() -> io::Result<Self> {
        static FLAGS: OnceLock<Result<Flags, io::Error>> = OnceLock::new();
        let flags = FLAGS.get_or_init(|| {
            let flags = Flags::default();
            flags.install().map(|()| flags)
        });
        let flags = flags.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
        flags.reset(false);
        Ok(Self(flags))
    }

    /// The signal that has come.
    pub(crate) fn seen(&self) -> Option<&'static str> {
        let seen = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        if seen(&self.0.interrupt) { Some("SIGINT") } else { seen(&self.0.terminate).then_some("SIGTERM") }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.0.reset(true);
    }
}
