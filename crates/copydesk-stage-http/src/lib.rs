//! The stage `http`: asks a service about each document, and does what it answers.
//!
//! A view of the document is sent by POST, and the answer is a patch, both as a program under `use = "exec"` has them. The stage
//! keeps to what a service can bear, tries again what may have been bad luck, and ends the run where the service is gone: no
//! document fares better then, and none should be quarantined for it.

mod cache;
mod config;
mod request;
mod turns;

copydesk_fingerprint::fingerprint!();

use std::{
    mem,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

pub use config::Config;
use copydesk_document::Document;
use copydesk_stage::{
    AnyStage, AsyncStage, Catalog, ConfigError, Context, Facet, Manifest, PartialView, Patch, StageError, StageKind,
    Turn, Verdict, ViewPart, async_trait,
};
use serde_json::json;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::{
    cache::Cache,
    request::{Help, Service, Trouble},
    turns::Turns,
};

/// The first pause before another attempt; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer, whatever the service asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<Http>();
}

/// Asks a service about each document, and does what it answers.
#[derive(Debug)]
pub struct Http {
    config: Config,
    service: Service,
    cache: Option<Cache>,
    turns: Turns,
    /// Documents in a row to which the service has given no answer that tells anything of them.
    unanswered: AtomicU32,
    /// Why the run ends.
    stopped: Mutex<Option<StageError>>,
}

impl StageKind for Http {
    const NAME: &'static str = "http";
    const SUMMARY: &'static str = "Asks a service over HTTP: a view of the document goes out, a patch comes back.";
    // What an instance reads and writes its options say.
    const READS: &'static [Facet] = Facet::ALL;
    const WRITES: &'static [Facet] = Facet::ALL;
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        config.check()?;
        let service = Service::new(&config)?;
        let cache = Some(config.cache.as_str()).filter(|folder| !folder.is_empty()).map(Cache::in_folder);
        let turns = Turns::new(config.at_once, config.per_second);
        let (unanswered, stopped) = (AtomicU32::new(0), Mutex::default());
        Ok(AnyStage::waiting(Self { config, service, cache, turns, unanswered, stopped }))
    }
}

#[async_trait]
impl AsyncStage for Http {
    async fn turn(&self, doc: &Document) -> Option<Turn> {
        // What has been answered before needs nobody's time.
        if self.is_stopped().is_some() || self.known(&self.view(doc).ok()?).is_some() {
            return None;
        }
        Some(Box::new(self.turns.take().await))
    }

    async fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let view = self.view(doc)?;
        if let Some(patch) = self.known(&view) {
            return patch.apply(doc, cx);
        }
        let (answer, patch) = self.ask(&view).await?;
        let verdict = patch.apply(doc, cx)?;
        if let Some(cache) = &self.cache {
            cache.put(self.key(&view), &answer);
        }
        Ok(verdict)
    }

    fn manifest(&self, of_kind: Manifest) -> Manifest {
        let mut manifest = of_kind.declaring(&self.config.reads, &self.config.writes);
        if let Some(options) = manifest.options.as_object_mut() {
            // Neither how the service is treated changes a result, nor who asks: and what is secret stays so.
            for option in ["headers", "at_once", "per_second", "seconds", "attempts", "failures", "cache"] {
                options.shift_remove(option);
            }
            if let Some(digest) = self.service.headers_digest() {
                options.insert("headers".into(), json!({ "digest": format!("{digest:032x}") }));
            }
        }
        manifest
    }
}

impl Http {
    fn view(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        let parts = self.config.view.as_deref().unwrap_or(ViewPart::ALL);
        let view = PartialView { doc, parts, labels: self.config.labels.as_deref() };
        serde_json::to_vec(&view)
            .map_err(|error| StageError::new("view", format!("the document cannot be written as JSON: {error}")))
    }

    /// A hash of all that an answer depends on.
    fn key(&self, view: &[u8]) -> u128 {
        let mut key = Xxh3::new();
        for part in [self.config.url.as_bytes(), self.config.version.as_bytes(), view] {
            key.update(&(part.len() as u64).to_le_bytes());
            key.update(part);
        }
        if let Some(digest) = self.service.headers_digest() {
            key.update(&digest.to_le_bytes());
        }
        key.digest128()
    }

    /// What the service has answered to the same before.
    fn known(&self, view: &[u8]) -> Option<Patch> {
        // What cannot be read is asked for again.
        Patch::read(&self.cache.as_ref()?.get(self.key(view))?).ok()
    }

    fn is_stopped(&self) -> Option<StageError> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the service, more than once where that may help. The limit of time of the run may break this off at any moment.
    async fn ask(&self, view: &[u8]) -> Result<(Vec<u8>, Patch), StageError> {
        let open = Open(&self.unanswered);
        let url = &self.config.url;
        let mut attempt = 0;
        loop {
            self.is_there()?;
            attempt += 1;
            let trouble = match self.service.post(view).await {
                Ok(answer) => {
                    let patch = Patch::read(&answer).map_err(|StageError { rule, message, .. }| {
                        self.give_up(StageError::new(rule, format!("{url} answered what is no patch: {message}")))
                    });
                    open.settle(patch.is_ok());
                    return Ok((answer, patch?));
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
            tokio::time::sleep(pause(attempt, &trouble, xxh3_64(view))).await;
            self.turns.wait_for_rate().await;
        }
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

/// A document that the service has been sent. Whoever breaks that off drops it, and it counts as one without an answer.
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
