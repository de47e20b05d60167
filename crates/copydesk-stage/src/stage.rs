//! Stages.

use std::fmt::Debug;

use async_trait::async_trait;
use copydesk_document::{Document, Span};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{ConfigError, Context, Facet, Manifest};

/// What becomes of a document after a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Keep,
    /// It leaves the chain and is counted as dropped; the reason is shown. What stands in brackets at the end of the reason is
    /// of this document alone, such as a figure: the document is listed with it, and counts leave it out.
    Drop(String),
}

/// A document that a stage could not work on. It goes to quarantine; the run goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StageError {
    /// The rule or limit that failed, a stable name.
    pub rule: String,
    /// One sentence for a person.
    pub message: String,
    /// Where in the document.
    pub span: Option<Span>,
    /// Whether the run ends with it, because no document would fare better. What is done is kept, and the same command
    /// goes on from there.
    pub ends_run: bool,
}

impl StageError {
    /// An error by its stable name and its sentence.
    pub fn new(rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule: rule.into(), message: message.into(), span: None, ends_run: false }
    }

    /// An error that ends the run: a service that all documents need is not there.
    pub fn ending_run(rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self { ends_run: true, ..Self::new(rule, message) }
    }
}

/// A stage that only computes: a function of the document. No I/O, clock, environment, global state or randomness.
pub trait Stage: Debug + Send + Sync {
    /// Labels blocks and adds facts. What it may write is what its kind declares.
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError>;

    /// What an instance of it is, where its facets or options show only once it is built. It is given what its kind says.
    fn manifest(&self, of_kind: Manifest) -> Manifest {
        of_kind
    }
}

/// A document that a [`BatchStage`] is handed, with the context for its changes.
#[derive(Debug)]
pub struct Handed<'a> {
    /// The document.
    pub doc: &'a mut Document,
    /// Who changes it.
    pub cx: Context<'a>,
}

/// A stage that takes many documents in one call, because a call costs more than a document does: one that has another
/// process do the work. What becomes of a document must not depend on those beside it. It has to come to an end by itself:
/// a call that panics or computes without end costs all of its documents, and one that waits is waited for, since the limit of
/// time of the run counts none of its waiting.
pub trait BatchStage: Debug + Send + Sync {
    /// Like [`Stage::process`]: a verdict for each document, in their order.
    fn process(&self, documents: &mut [Handed<'_>]) -> Vec<Result<Verdict, StageError>>;

    /// Like [`Stage::manifest`].
    fn manifest(&self, of_kind: Manifest) -> Manifest {
        of_kind
    }
}

/// A turn at a stage that does not take any number of documents at once. It ends when this is dropped.
pub type Turn = Box<dyn std::any::Any + Send + Sync>;

/// A stage that waits for the world: a model server, a database. Its effects outside happen at least once: after a
/// crash a document may be handed to it again.
#[async_trait]
pub trait AsyncStage: Debug + Send + Sync {
    /// Waits for the document's turn, where the stage does not take any number at once. It counts against no limit of time,
    /// since it depends on the other documents. Nothing to wait for is no turn.
    async fn turn(&self, doc: &Document) -> Option<Turn> {
        let _ = doc;
        None
    }

    /// Like [`Stage::process`], but may wait.
    async fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError>;

    /// Like [`Stage::manifest`].
    fn manifest(&self, of_kind: Manifest) -> Manifest {
        of_kind
    }
}

/// A stage of any sort, ready to run.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyStage {
    /// Computes.
    Cpu(Box<dyn Stage>),
    /// Waits.
    Async(Box<dyn AsyncStage>),
    /// Takes many documents at once.
    Batch(Box<dyn BatchStage>),
}

impl AnyStage {
    /// Wraps a stage that computes.
    pub fn cpu(stage: impl Stage + 'static) -> Self {
        Self::Cpu(Box::new(stage))
    }

    /// Wraps a stage that waits.
    pub fn waiting(stage: impl AsyncStage + 'static) -> Self {
        Self::Async(Box::new(stage))
    }

    /// Wraps a stage that takes many documents at once.
    pub fn batch(stage: impl BatchStage + 'static) -> Self {
        Self::Batch(Box::new(stage))
    }

    /// What an instance is: what its kind says, with what the stage itself knows better.
    pub fn manifest(&self, of_kind: Manifest) -> Manifest {
        match self {
            Self::Cpu(stage) => stage.manifest(of_kind),
            Self::Async(stage) => stage.manifest(of_kind),
            Self::Batch(stage) => stage.manifest(of_kind),
        }
    }
}

/// What a stage is, before there is one: implemented by the stage's public struct.
pub trait StageKind: 'static {
    /// The name in a pipeline file, in kebab-case: `use = "strip-boilerplate"`.
    const NAME: &'static str;
    /// One line for lists.
    const SUMMARY: &'static str;
    /// The digest of what its results depend on: `Some(crate::FINGERPRINT)` beside `copydesk_fingerprint::fingerprint!();`
    /// in a crate that is built on house crates alone. Without it every new build of the program does its work again,
    /// which is always right.
    const FINGERPRINT: Option<u128> = None;
    /// Its README, where the program shall tell what its rules mean: `include_str!("../README.md")`. The rules and notes stand
    /// in tables whose first column is called `Rule` or `Note`, as names between backticks; the second column says the rest.
    const README: &'static str = "";
    /// What it reads.
    const READS: &'static [Facet];
    /// What it writes.
    const WRITES: &'static [Facet];
    /// Its options. Derive `Deserialize` with `#[serde(deny_unknown_fields, default)]` and document every field: the
    /// docs, the editor schema and `copydesk stages` come from it. The keys `use` and `name` are taken.
    type Config: DeserializeOwned + Serialize + JsonSchema + Default;

    /// Builds a stage from its options.
    fn build(config: Self::Config) -> Result<AnyStage, ConfigError>;
}
