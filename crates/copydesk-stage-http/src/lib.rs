//! The stage `http`: asks a service about each document, and does what it answers.
//!
//! A view of the document is sent by POST, and the answer is a patch, both as a program under `use = "exec"` has them. The stage
//! keeps to what a service can bear, tries again what may have been bad luck, and ends the run where the service is gone: no
//! document fares better then, and none should be quarantined for it.

mod cache;
mod client;
mod config;
mod request;
mod tls;
mod turns;

copydesk_fingerprint::fingerprint!();

pub use client::{Answer, Client};
pub use config::Config;
use copydesk_document::Document;
use copydesk_stage::{
    AnyStage, AsyncStage, Catalog, ConfigError, Context, Facet, Manifest, PartialView, Patch, StageError, StageKind,
    Turn, Verdict, ViewPart, async_trait,
};
use serde_json::json;

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<Http>();
}

/// Asks a service about each document, and does what it answers.
#[derive(Debug)]
pub struct Http {
    client: Client,
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
        Ok(AnyStage::waiting(Self { client: Client::new(config)? }))
    }
}

#[async_trait]
impl AsyncStage for Http {
    async fn turn(&self, doc: &Document) -> Option<Turn> {
        self.client.turn(&self.view(doc).ok()?).await
    }

    async fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let view = self.view(doc)?;
        let (patch, answer) = self.client.ask(&view, Patch::read).await?;
        let verdict = patch.apply(doc, cx)?;
        self.client.keep(&answer);
        Ok(verdict)
    }

    fn manifest(&self, of_kind: Manifest) -> Manifest {
        let config = self.client.config();
        let mut manifest = of_kind.declaring(&config.reads, &config.writes);
        if let Some(options) = manifest.options.as_object_mut() {
            // Neither how the service is treated changes a result, nor who asks: and what is secret stays so.
            for option in
                ["certificates", "headers", "at_once", "per_second", "seconds", "attempts", "failures", "cache"]
            {
                options.shift_remove(option);
            }
            let without = if config.service.is_empty() { "service" } else { "url" };
            options.shift_remove(without);
            if let Some(digest) = self.client.headers_digest() {
                options.insert("headers".into(), json!({ "digest": format!("{digest:032x}") }));
            }
        }
        manifest
    }
}

impl Http {
    fn view(&self, doc: &Document) -> Result<Vec<u8>, StageError> {
        let config = self.client.config();
        let parts = config.view.as_deref().unwrap_or(ViewPart::ALL);
        let view = PartialView { doc, parts, labels: config.labels.as_deref(), block: None };
        serde_json::to_vec(&view)
            .map_err(|error| StageError::new("view", format!("the document cannot be written as JSON: {error}")))
    }
}
