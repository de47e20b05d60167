//! A service that is asked with manners: no more at once and a second than it can bear, again where that may help, each thing once,
//! and no more at all where it is gone.

use std::{
    mem,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use copydesk_stage::{ConfigError, StageError, Turn};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::{
    Config,
    cache::Cache,
    request::{Help, Service, Trouble},
    turns::Turns,
};

/// The first pause before another attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer, whatever the service asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A service, for a stage that waits for it: what `use = "http"` is made of, for stages that have their own questions and answers.
/// `examples/waiting-stage` is one.
#[derive(Debug)]
pub struct Client {
    config: Config,
    service: Service,
    cache: Option<Cache>,
    turns: Turns,
    /// Questions in a row to which the service has given no answer of worth.
    unanswered: AtomicU32,
    /// Why the run ends.
    stopped: Mutex<Option<StageError>>,
}

/// An answer that may be kept.
#[derive(Debug)]
pub struct Answer {
    key: u128,
    /// None, if it is one that is kept already.
    bytes: Option<Vec<u8>>,
}

impl Client {
    /// A service, by its address and how it is treated: `Config { url, at_once: 4, ..Config::default() }`.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        let service = Service::new(&config)?;
        let cache = Some(config.cache.as_str()).filter(|folder| !folder.is_empty()).map(Cache::in_folder);
        let turns = Turns::new(config.at_once, config.per_second);
        Ok(Self { config, service, cache, turns, unanswered: AtomicU32::new(0), stopped: Mutex::default() })
    }

    /// How it is treated.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A hash of the headers that may change an answer, where there are any.
    pub fn headers_digest(&self) -> Option<u128> {
        self.service.headers_digest()
    }

    /// Waits for a turn to ask that: `AsyncStage::turn` is the place. What is known needs nobody's time.
    pub async fn turn(&self, question: &[u8]) -> Option<Turn> {
        if self.is_stopped().is_some() || self.kept(self.key(question)).is_some() {
            return None;
        }
        Some(Box::new(self.turns.take().await))
    }

    /// Asks the service, more than once where that may help, unless the answer is kept. `read` says what an answer means, and
    /// an answer that it cannot read counts as none. The limit of time of the run may break this off at any moment.
    pub async fn ask<T>(
        &self,
        question: &[u8],
        read: impl Fn(&[u8]) -> Result<T, StageError>,
    ) -> Result<(T, Answer), StageError> {
        let key = self.key(question);
        if let Some(bytes) = self.kept(key) {
            if let Ok(value) = read(&bytes) {
                return Ok((value, Answer { key, bytes: None }));
            }
            // What cannot be read is asked for again, by a document that has waited for no turn.
            self.turns.wait_for_rate().await;
        }
        let open = Open(&self.unanswered);
        let url = &self.config.url;
        let mut attempt = 0;
        loop {
            self.is_there()?;
            attempt += 1;
            let posted = {
                let _request = self.turns.request().await;
                self.service.post(question).await
            };
            let trouble = match posted {
                Ok(bytes) => {
                    let value = read(&bytes).map_err(|StageError { rule, message, .. }| {
                        self.give_up(StageError::new(rule, format!("{url} answered what cannot be read: {message}")))
                    });
                    open.settle(value.is_ok());
                    return Ok((value?, Answer { key, bytes: Some(bytes) }));
                }
                Err(trouble) => trouble,
            };
            let message = format!("{url} {}", trouble.what);
            match trouble.help {
                Help::Attempt if attempt < self.config.attempts => {}
                Help::Attempt => {
                    open.settle(false);
                    return Err(self.give_up(StageError::new("http-failed", format!("{message} ({attempt} attempts)"))));
                }
                Help::OtherDocument => {
                    open.settle(true);
                    return Err(StageError::new("http-refused", message));
                }
                Help::OtherService => {
                    open.settle(false);
                    return Err(self.give_up(StageError::new("http-refused", message)));
                }
            }
            tracing::info!("{message}; attempt {attempt} of {}", self.config.attempts);
            tokio::time::sleep(pause(attempt, &trouble, xxh3_64(question))).await;
            self.turns.wait_for_rate().await;
        }
    }

    /// Keeps an answer that was of use, so that the same is not asked again, in this run or a later one.
    pub fn keep(&self, answer: &Answer) {
        if let (Some(cache), Some(bytes)) = (&self.cache, &answer.bytes) {
            cache.put(answer.key, bytes);
        }
    }

    /// A hash of all that an answer depends on.
    fn key(&self, question: &[u8]) -> u128 {
        let mut key = Xxh3::new();
        for part in [self.config.identity().as_bytes(), self.config.version.as_bytes(), question] {
            key.update(&(part.len() as u64).to_le_bytes());
            key.update(part);
        }
        if let Some(digest) = self.headers_digest() {
            key.update(&digest.to_le_bytes());
        }
        key.digest128()
    }

    fn kept(&self, key: u128) -> Option<Vec<u8>> {
        self.cache.as_ref()?.get(key)
    }

    fn is_stopped(&self) -> Option<StageError> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An error where the run has ended, or ends here: documents whose attempts were broken off have told nobody.
    fn is_there(&self) -> Result<(), StageError> {
        if let Some(error) = self.is_stopped() {
            return Err(error);
        }
        let in_a_row = self.unanswered.load(Ordering::Relaxed);
        if in_a_row < self.config.failures {
            return Ok(());
        }
        let message = format!("{} has not answered within the time that a document may take", self.config.url);
        Err(self.end_run(&message, in_a_row))
    }

    /// What becomes of a document that the service has given no answer of worth: it is quarantined, or the run ends with it.
    fn give_up(&self, error: StageError) -> StageError {
        let in_a_row = self.unanswered.fetch_add(1, Ordering::Relaxed) + 1;
        if in_a_row < self.config.failures { error } else { self.end_run(&error.message, in_a_row) }
    }

    fn end_run(&self, message: &str, in_a_row: u32) -> StageError {
        let message = format!(
            "{message}, as for {in_a_row} documents in a row: see to the service; `copydesk retry` takes up those that are in \
             quarantine"
        );
        let error = StageError::ending_run("http-gone", message);
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error).clone()
    }
}

/// A question that the service has been sent. Whoever breaks that off drops it, and it counts as one without an answer.
struct Open<'a>(&'a AtomicU32);

impl Open<'_> {
    /// Nobody has broken it off. `answered` begins the count anew, else whoever gives the document up counts it.
    fn settle(self, answered: bool) {
        if answered {
            self.0.store(0, Ordering::Relaxed);
        }
        mem::forget(self);
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// How long to wait before another attempt: as long as the service asks for, else twice as long each time, spread by the
/// document, so that those that failed together do not come back together.
fn pause(attempt: u32, trouble: &Trouble, document: u64) -> Duration {
    let spread = 0.5 + f64::from((document >> 32) as u32) / f64::from(u32::MAX);
    let own = PAUSE.mul_f64(spread * f64::from(1_u32 << (attempt - 1).min(10)));
    trouble.after.unwrap_or(own).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_are_spread_and_end() {
        let trouble = |after| Trouble { what: String::new(), help: Help::Attempt, after };
        let own = trouble(None);
        let (low, high) = (pause(1, &own, 0), pause(1, &own, u64::MAX));
        assert!(low == PAUSE / 2 && high > PAUSE && pause(2, &own, 0) == PAUSE);
        assert_eq!(pause(30, &own, u64::MAX), LONGEST_PAUSE);
        assert_eq!(pause(1, &trouble(Some(Duration::from_secs(3))), 0), Duration::from_secs(3));
        assert_eq!(pause(1, &trouble(Some(Duration::from_secs(9999))), 0), LONGEST_PAUSE);
    }
}
