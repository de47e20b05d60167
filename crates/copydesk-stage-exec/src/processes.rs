//! The processes of a stage: as many as are needed at once, and after a failure new ones, at intervals that grow.
#![expect(clippy::disallowed_methods, reason = "a program that failed is given time before it is started again")]

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use copydesk_stage::StageError;

use crate::{
    Config, Introduction,
    digest::Digest,
    process::{Fault, Process},
};

/// So often in a row may a process fail without having answered anything in between. A program that fails on that many
/// documents one after the other would fail on all of them.
const MOST_FAILURES: u32 = 64;
/// So often in a row may a process fail to start.
const MOST_STARTS: u32 = 5;
/// The first pause before a new process; it doubles with each failure in a row.
const PAUSE: Duration = Duration::from_millis(5);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_millis(80);
/// The pause after the first start that failed, when there is no process at all; it doubles, too.
const PAUSE_OF_START: Duration = Duration::from_millis(400);
/// So many failures in a row are taken for those of documents, which need no pause.
const OF_DOCUMENTS: u32 = 4;

#[derive(Debug)]
pub(crate) struct Processes {
    config: Config,
    introduction: Introduction,
    digest: Digest,
    state: Mutex<State>,
    is_free: Condvar,
}

#[derive(Debug)]
struct State {
    idle: Vec<Process>,
    /// Those that are idle among them.
    running: usize,
    /// In a row, without an answer in between.
    failures: u32,
    /// Why the run ends.
    stopped: Option<StageError>,
}

impl Processes {
    /// With the first one, which has introduced itself.
    pub(crate) fn new(config: Config, introduction: Introduction, digest: Digest, first: Process) -> Self {
        let state = State { idle: vec![first], running: 1, failures: 0, stopped: None };
        Self { config, introduction, digest, state: Mutex::new(state), is_free: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under this lock can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A process that nobody uses; a new one if there is none. The error ends the run.
    pub(crate) fn take(&self) -> Result<Process, StageError> {
        let most = if self.config.processes == 0 { usize::MAX } else { self.config.processes };
        let mut state = self.state();
        let failures = loop {
            if let Some(error) = &state.stopped {
                return Err(error.clone());
            }
            if let Some(process) = state.idle.pop() {
                return Ok(process);
            }
            if state.running < most {
                state.running += 1;
                break state.failures;
            }
            state = self.is_free.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        drop(state);
        thread::sleep(pause(failures));
        self.start().inspect_err(|error| {
            let mut state = self.state();
            state.running -= 1;
            state.stopped = Some(error.clone());
            self.is_free.notify_all();
        })
    }

    /// Starts a process, at a second or third attempt if it must be.
    fn start(&self) -> Result<Process, StageError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match Process::start(&self.config) {
                Ok((process, introduction)) if self.is_same(&introduction) => return Ok(process),
                Ok(_) => {
                    let message = format!("`{}` was changed while the run went on", self.config.shown());
                    return Err(StageError::ending_run("exec-changed", message));
                }
                Err(fault) if attempt == MOST_STARTS => {
                    let StageError { rule, message, .. } = fault.into_stage_error(&self.config);
                    return Err(StageError::ending_run(rule, format!("{message} ({MOST_STARTS} attempts)")));
                }
                Err(fault) => {
                    tracing::warn!("`{}` does not start: {fault}; it is started again", self.config.shown());
                    thread::sleep(PAUSE_OF_START * 2_u32.pow(attempt - 1));
                }
            }
        }
    }

    /// Whether a program that is started now is the one of the beginning.
    fn is_same(&self, introduction: &Introduction) -> bool {
        let is_read_again = || {
            let digest = Digest::of(&self.config).and_then(|digest| digest.with(introduction));
            digest.is_ok_and(|digest| digest == self.digest)
        };
        *introduction == self.introduction && (self.digest.is_untouched() || is_read_again())
    }

    /// A process that has answered all that it was asked.
    pub(crate) fn put_back(&self, process: Process) {
        let mut state = self.state();
        state.failures = 0;
        state.idle.push(process);
        self.is_free.notify_one();
    }

    /// A process that has failed. It is ended.
    pub(crate) fn lose(&self, process: Process, fault: &Fault) {
        tracing::warn!("`{}` {fault}; what it had in hand is tried again, each document alone", self.config.shown());
        let answered = process.has_answered();
        // Ending it takes a while, and others need not wait for that.
        process.end();
        let mut state = self.state();
        state.running -= 1;
        state.failures = if answered { 1 } else { state.failures + 1 };
        if state.failures >= MOST_FAILURES && state.stopped.is_none() {
            let message = format!(
                "`{}` has failed {MOST_FAILURES} times in a row without an answer; the last time it {fault}",
                self.config.shown()
            );
            state.stopped = Some(StageError::ending_run("exec-failed", message));
        }
        self.is_free.notify_all();
    }
}

/// All hear that there is no more before anybody waits for one of them: many take no longer to end than one does.
impl Drop for Processes {
    fn drop(&mut self) {
        for process in &mut self.state().idle {
            process.close();
        }
    }
}

/// How long to wait after so many failures in a row.
fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(OF_DOCUMENTS).min(16);
    if doublings == 0 { Duration::ZERO } else { (PAUSE * 2_u32.pow(doublings - 1)).min(LONGEST_PAUSE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_a_few_deaths_cost_none() {
        assert_eq!((pause(0), pause(OF_DOCUMENTS)), (Duration::ZERO, Duration::ZERO));
        assert_eq!((pause(5), pause(6), pause(9)), (PAUSE, PAUSE * 2, PAUSE * 16));
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
