//! `when = "..."`: a stage or an export for those documents alone of which a condition is true.

use std::sync::Arc;

use copydesk_document::Document;
use copydesk_runner::{ExportInstance, StageInstance};
use copydesk_stage::{
    AnyStage, Assembly, AsyncStage, BatchStage, Complete, ConfigError, Context, DocumentRows, Export, ExportError,
    Facet, Handed, LateField, Manifest, Stage, StageError, Turn, Verdict, async_trait,
};
use serde_json::{Map, Value};

use crate::load::WHEN;

/// A condition, and what it guards.
#[derive(Debug)]
struct Guarded<S> {
    when: Arc<copydesk_condition::Condition>,
    inner: S,
}

/// The condition of a stage or an export.
pub(crate) struct Condition(Arc<copydesk_condition::Condition>);

impl Condition {
    /// Reads a condition.
    pub(crate) fn read(text: &str) -> Result<Self, ConfigError> {
        let read = copydesk_condition::Condition::read(text);
        read.map(|condition| Self(Arc::new(condition))).map_err(|error| ConfigError { path: WHEN.into(), ..error })
    }

    /// What it asks for that stages write.
    pub(crate) fn reads(&self) -> Vec<Facet> {
        self.0.reads()
    }

    /// A stage for those documents alone. It reads what the condition reads.
    pub(crate) fn of_stage(self, stage: StageInstance) -> Result<StageInstance, ConfigError> {
        let Self(when) = self;
        let StageInstance { manifest, stage } = stage;
        let reads: Vec<Facet> = manifest.reads.iter().copied().chain(when.reads()).collect();
        let writes = manifest.writes;
        let manifest = marked(manifest, when.text()).declaring(&reads, writes);
        let stage = match stage {
            AnyStage::Cpu(inner) => AnyStage::cpu(Guarded { when, inner }),
            AnyStage::Async(inner) => AnyStage::waiting(Guarded { when, inner }),
            AnyStage::Batch(inner) => AnyStage::batch(Guarded { when, inner }),
            // There is no other kind: this arm is for one that may come.
            _ => return Err(ConfigError::at(WHEN, "cannot be asked for a stage of this kind")),
        };
        Ok(StageInstance { manifest, stage })
    }

    /// An export for those documents alone.
    #[expect(clippy::unnecessary_wraps, reason = "as for a stage, which may be of a kind that no condition guards")]
    pub(crate) fn of_export(self, export: ExportInstance) -> Result<ExportInstance, ConfigError> {
        let ExportInstance { manifest, export: inner } = export;
        let manifest = marked(manifest, self.0.text());
        Ok(ExportInstance { manifest, export: Box::new(Guarded { when: self.0, inner }) })
    }
}

/// A manifest that names the condition, since results depend on it.
fn marked(mut manifest: Manifest, when: &str) -> Manifest {
    if !manifest.options.is_object() {
        manifest.options = Map::new().into();
    }
    if let Value::Object(options) = &mut manifest.options {
        options.insert(WHEN.into(), when.into());
    }
    manifest
}

impl<S> Guarded<S> {
    fn holds(&self, doc: &Document) -> Result<bool, StageError> {
        self.when.holds(doc).map_err(|message| StageError::new(WHEN, message))
    }
}

impl Stage for Guarded<Box<dyn Stage>> {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        if self.holds(doc)? { self.inner.process(doc, cx) } else { Ok(Verdict::Keep) }
    }
}

#[async_trait]
impl AsyncStage for Guarded<Box<dyn AsyncStage>> {
    async fn turn(&self, doc: &Document) -> Option<Turn> {
        if self.holds(doc) == Ok(true) { self.inner.turn(doc).await } else { None }
    }

    async fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        if self.holds(doc)? { self.inner.process(doc, cx).await } else { Ok(Verdict::Keep) }
    }
}

impl BatchStage for Guarded<Box<dyn BatchStage>> {
    fn process(&self, documents: &mut [Handed<'_>]) -> Vec<Result<Verdict, StageError>> {
        let asked: Vec<_> = documents.iter().map(|handed| self.holds(handed.doc)).collect();
        // Those that it is for stand in front while it works on them, and then where they stood.
        let for_it: Vec<usize> = (0..asked.len()).filter(|at| asked[*at] == Ok(true)).collect();
        let mut verdicts: Vec<_> = asked.into_iter().map(|holds| holds.map(|_| Verdict::Keep)).collect();
        for (front, at) in for_it.iter().enumerate() {
            documents.swap(front, *at);
        }
        let own = self.inner.process(&mut documents[..for_it.len()]);
        for (front, at) in for_it.iter().enumerate().rev() {
            documents.swap(front, *at);
        }
        let missing = || Err(StageError::new("no-verdict", "the stage has said nothing of this document"));
        for (at, verdict) in for_it.into_iter().zip(own.into_iter().chain(std::iter::repeat_with(missing))) {
            verdicts[at] = verdict;
        }
        verdicts
    }
}

impl Export for Guarded<Box<dyn Export>> {
    fn file_name(&self) -> &str {
        self.inner.file_name()
    }

    fn header(&self, out: &mut Vec<u8>) {
        self.inner.header(out);
    }

    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        if self.when.holds(doc).map_err(ExportError::new)? { self.inner.encode(doc, rows) } else { Ok(()) }
    }

    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        self.inner.part(rows)
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        self.inner.without(part, rows)
    }

    fn shapes(&self, row: &[u8]) -> Vec<u32> {
        // A document that it is not for has no row that could show anything.
        if row.is_empty() { Vec::new() } else { self.inner.shapes(row) }
    }

    fn ext_stages(&self) -> Vec<(String, &str)> {
        self.inner.ext_stages()
    }

    fn survey_fields(&self) -> Vec<(String, &str)> {
        self.inner.survey_fields()
    }

    fn completion(&self) -> Option<&dyn Complete> {
        self.inner.completion().map(|_| self as &dyn Complete)
    }

    fn assembly(&self) -> Assembly<'_> {
        self.inner.assembly()
    }
}

impl Complete for Guarded<Box<dyn Export>> {
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        match self.inner.completion() {
            Some(completion) if !rows.is_empty() => completion.complete(rows, late, out),
            // A document that it is not for has no rows.
            _ => Ok(()),
        }
    }
}
