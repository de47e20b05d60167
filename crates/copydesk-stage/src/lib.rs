//! The seam: everything that a stage, a source or an export has to know of the house.
//!
//! A stage is a struct with two traits: [`Stage`] says what it does to one document, [`StageKind`] says what it is
//! called, what it reads and writes, and how it is built from its part of a pipeline file. [`Catalog`] is the explicit
//! list of what a program knows; nothing registers itself behind your back.
//!
//! # A complete stage
//!
//! ```
//! use copydesk_document::{Document, BoilerplateKind, Label};
//! use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict};
//!
//! /// Drops body blocks that are shorter than a number of characters.
//! #[derive(Debug)]
//! pub struct DropShort {
//!     config: Config,
//! }
//!
//! /// What a pipeline file may say in its `[[stage]]` table.
//! #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
//! #[serde(deny_unknown_fields, default)]
//! pub struct Config {
//!     /// The shortest block that stays, in characters.
//!     min_chars: usize,
//! }
//!
//! impl Default for Config {
//!     fn default() -> Self {
//!         Self { min_chars: 20 }
//!     }
//! }
//!
//! impl Stage for DropShort {
//!     fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
//!         for id in doc.ids() {
//!             let chars = doc.text(id).chars().count();
//!             if doc.block(id).label().is_body() && chars < self.config.min_chars {
//!                 cx.drop_block(doc, id, BoilerplateKind::Other, "short", format!("{chars} characters"));
//!             }
//!         }
//!         Ok(Verdict::Keep)
//!     }
//! }
//!
//! impl StageKind for DropShort {
//!     const NAME: &'static str = "drop-short";
//!     const SUMMARY: &'static str = "Drops very short blocks of the body.";
//!     const READS: &'static [Facet] = &[Facet::Body];
//!     const WRITES: &'static [Facet] = &[Facet::Body];
//!     type Config = Config;
//!
//!     fn build(config: Config) -> Result<AnyStage, ConfigError> {
//!         if config.min_chars == 0 {
//!             return Err(ConfigError::at("min_chars", "must be at least 1").help("leave the stage out to keep all"));
//!         }
//!         Ok(AnyStage::cpu(Self { config }))
//!     }
//! }
//!
//! /// What a program passes to `Catalog::with`.
//! pub fn register(catalog: &mut Catalog) {
//!     catalog.stage::<DropShort>();
//! }
//!
//! let catalog = Catalog::default().with(register);
//! let kind = catalog.find_stage("drop-short").expect("just registered");
//! let stage = kind.build(&serde_json::json!({ "min_chars": 5 })).expect("a valid config");
//! assert!(kind.build(&serde_json::json!({ "min_chars": 0 })).is_err());
//! assert!(kind.build(&serde_json::json!({ "min_char": 5 })).is_err());
//! # let AnyStage::Cpu(stage) = stage else { panic!("a CPU stage") };
//! # let mut doc = Document::default();
//! # let id = doc.push_block(copydesk_document::NewBlock { text: "Hi!", ..Default::default() });
//! # let mut cx = Context::new("drop-short");
//! # cx.keep(&mut doc, id, "all", "");
//! # stage.process(&mut doc, &mut cx).unwrap();
//! # assert_eq!(doc.block(id).label(), Label::Boilerplate(BoilerplateKind::Other));
//! ```

mod action;
mod catalog;
mod config;
mod context;
mod export;
mod facet;
mod fingerprint;
mod manifest;
mod patch;
mod picked;
mod source;
mod stage;
mod suggest;
mod survey;
mod view;

copydesk_fingerprint::fingerprint!();

pub use action::Action;
pub use async_trait::async_trait;
pub use catalog::{Catalog, ExportEntry, SourceEntry, StageEntry, SurveyEntry};
pub use config::{ConfigError, check_file_name};
pub use context::Context;
pub use export::{
    Assemble, Assembly, Complete, DocumentRows, Export, ExportError, ExportKind, LateField, files, push_file,
};
pub use facet::Facet;
pub use fingerprint::Fingerprint;
pub use manifest::Manifest;
pub use patch::{Change, PATCH_VERSION, Patch};
pub use picked::{Pick, Picked};
pub use source::{KnownFiles, Source, SourceError, SourceItem, SourceKind};
pub use stage::{AnyStage, AsyncStage, BatchStage, Handed, Stage, StageError, StageKind, Turn, Verdict};
pub use suggest::closest;
pub use survey::{
    Alert, Conclusion, Conclusions, Corpus, LeftOut, OfCorpus, QuarantinedInput, Scratch, Seen, Survey, SurveyError,
    SurveyKind, Table,
};
pub use view::{
    BlockPart, BlockView, CaptionView, ClueView, DecisionView, DocumentView, FactView, ImageView, NoteView,
    PartialView, ViewPart,
};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
