//! The chain: what happens to one document. Run, dry run, tests and `explain` all go through here.

use std::{mem, pin::pin, task::Poll, time::Duration};

use copydesk_document::{BoilerplateKind, Decision, Document, DocumentSource, Input, Label};
use copydesk_parse::Limits;
use copydesk_stage::{AnyStage, Context, Facet, Handed, Manifest, StageError, Verdict};

use crate::{
    Report, RunError,
    clock::{Clock, Lap},
    guard::guarded,
    quarantine::{Fault, Quarantined},
    survey::SurveyInstance,
};

/// A stage in its place in a chain.
#[derive(Debug)]
pub struct StageInstance {
    /// What it is called, and what its results depend on.
    pub manifest: Manifest,
    /// The stage.
    pub stage: AnyStage,
}

impl StageInstance {
    /// Its name in the pipeline.
    pub fn name(&self) -> &'static str {
        self.manifest.name
    }
}

/// A limit of time is one of the processor's. By the clock on the wall so many times as much is too long, whoever has kept
/// the processor busy.
pub(crate) const WALL: u32 = 10;

/// Stages in the order in which they run, with a parser before the first.
#[derive(Debug, Default)]
pub struct Chain {
    links: Vec<StageInstance>,
    surveys: Vec<SurveyInstance>,
    limits: Limits,
    time: Option<Duration>,
    keeps_all: bool,
}

/// What became of a document.
#[derive(Debug)]
pub enum Outcome {
    /// It came through.
    Kept(Box<Document>),
    /// A stage took it out, with a reason.
    Dropped {
        /// The document as that stage left it.
        document: Box<Document>,
        /// The stage.
        stage: &'static str,
        /// Its reason.
        reason: String,
    },
    /// It could not be worked on.
    Quarantined(Quarantined),
}

/// A document on its way: where it is, and what it took so far.
#[derive(Debug)]
pub(crate) struct Passage {
    state: State,
    next: usize,
    /// Time spent in the parser and in each stage, in their order.
    laps: Vec<Lap>,
    /// What of it counts against the limit.
    spent: Duration,
    /// What of it counts against the limit of the clock on the wall.
    on_the_wall: Duration,
    /// Why the run ends here, if it does.
    ends_run: Option<String>,
}

/// A document that nobody has worked on.
pub(crate) enum Untouched<'p> {
    Input(&'p Input),
    /// One that cannot be had, or must not be worked on.
    Bad(&'p Quarantined),
}

#[derive(Debug)]
enum State {
    /// With a thread that works on it: name and size.
    Out(String, u64),
    Raw(Input),
    Parsed(Box<Document>),
    Done(Outcome),
}

impl Passage {
    pub(crate) fn new(input: Input) -> Self {
        Self::at(State::Raw(input))
    }

    pub(crate) fn bad(entry: Quarantined) -> Self {
        Self::at(State::Done(Outcome::Quarantined(entry)))
    }

    fn at(state: State) -> Self {
        let (spent, on_the_wall) = (Duration::ZERO, Duration::ZERO);
        Self { state, next: 0, laps: Vec::new(), spent, on_the_wall, ends_run: None }
    }

    fn add(&mut self, lap: Lap) {
        self.spent += lap.charged;
        if !lap.has_own_limit {
            self.on_the_wall += lap.wall;
        }
        self.laps.push(lap);
    }

    pub(crate) fn is_done(&self) -> bool {
        matches!(self.state, State::Done(_))
    }

    /// The document, as long as nobody has worked on it.
    pub(crate) fn untouched(&self) -> Option<Untouched<'_>> {
        match &self.state {
            State::Raw(input) => Some(Untouched::Input(input)),
            State::Done(Outcome::Quarantined(entry)) => Some(Untouched::Bad(entry)),
            State::Done(_) | State::Parsed(_) | State::Out(..) => None,
        }
    }

    /// The place of the next stage, as [`Chain::name_of`] counts.
    pub(crate) fn next_place(&self) -> usize {
        self.next + 1
    }

    fn is_late(&self, limit: Duration) -> bool {
        self.spent > limit || self.on_the_wall > limit * WALL
    }

    /// Takes the document out of its batch for as long as a thread works on it.
    pub(crate) fn take(&mut self) -> Self {
        let (uri, bytes) = match &self.state {
            State::Raw(input) => (input.uri.clone(), input.bytes.len() as u64),
            State::Parsed(doc) => (doc.source.uri.clone(), doc.source.bytes),
            State::Out(..) | State::Done(_) => (String::new(), 0),
        };
        mem::replace(self, Self::at(State::Out(uri, bytes)))
    }

    /// What became of the document, and the time it took.
    pub(crate) fn into_outcome(self) -> (Outcome, Vec<Lap>) {
        let outcome = match self.state {
            State::Done(outcome) => outcome,
            // Never seen: a document leaves only when it is done. An entry in quarantine keeps the count right.
            State::Raw(input) => Outcome::Quarantined(Quarantined::input(&input, unfinished())),
            State::Parsed(doc) => Outcome::Quarantined(Quarantined::document(&doc, unfinished())),
            State::Out(uri, bytes) => Outcome::Quarantined(Quarantined::lost(uri, bytes, unfinished())),
        };
        (outcome, self.laps)
    }

    /// Why no other document would fare better, if a stage has said so.
    pub(crate) fn take_end_of_run(&mut self) -> Option<RunError> {
        self.ends_run.take().map(RunError::Stopped)
    }

    fn finish(&mut self, outcome: Outcome) {
        self.state = State::Done(outcome);
    }

    fn complete(&mut self) {
        if let State::Parsed(doc) = &mut self.state {
            let document = std::mem::take(doc);
            self.finish(Outcome::Kept(document));
        }
    }
}

impl Chain {
    /// A chain without stages.
    pub fn new(limits: Limits) -> Self {
        Self { links: Vec::new(), surveys: Vec::new(), limits, time: None, keeps_all: false }
    }

    /// Adds a stage at the end.
    #[must_use]
    pub fn then(mut self, link: StageInstance) -> Self {
        self.links.push(link);
        self
    }

    /// Adds a survey, which looks at all documents together behind the stages.
    #[must_use]
    pub fn survey(mut self, survey: SurveyInstance) -> Self {
        self.surveys.push(survey);
        self
    }

    /// Sets a document aside once parser and stages have worked on it for longer than this. The clock is read between
    /// stages, and it stops a stage that waits. A stage that computes cannot be stopped half-way: in a run the document
    /// is quarantined all the same, and the thread is left behind; [`Self::process_one`] waits for it.
    #[must_use]
    pub fn time_limit(mut self, limit: Option<Duration>) -> Self {
        self.time = limit;
        self
    }

    /// Takes all text that is shown for main text from the start, unless a stage says something else: for a chain in which
    /// none tells the two apart.
    #[must_use]
    pub fn keep_all(mut self, keeps_all: bool) -> Self {
        self.keeps_all = keeps_all;
        self
    }

    /// The stages.
    pub fn links(&self) -> &[StageInstance] {
        &self.links
    }

    /// The surveys. [`Self::process_one`] knows one document, and asks none of them.
    pub fn surveys(&self) -> &[SurveyInstance] {
        &self.surveys
    }

    /// Takes one document through the whole chain, here and now. Stages that wait are waited for.
    pub fn process_one(&self, input: Input) -> Outcome {
        let mut passage = Passage::new(input);
        self.pass(&mut passage);
        passage.into_outcome().0
    }

    /// Takes a document to its end.
    pub(crate) fn pass(&self, passage: &mut Passage) {
        loop {
            self.compute(passage, &|_| ());
            if self.is_for_many(passage) {
                self.compute_together(std::slice::from_mut(passage), &|_| ());
                continue;
            }
            if passage.is_done() {
                break;
            }
            // A thread of its own, so that it also works inside somebody else's runtime.
            std::thread::scope(|scope| {
                let waiting = scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    match runtime {
                        Ok(runtime) => runtime.block_on(self.wait(passage, &|_| ())),
                        Err(error) => {
                            let error = StageError::new("runtime", format!("no runtime to wait in: {error}"));
                            self.settle(passage, Lap::default(), Ok(Err(error)));
                        }
                    }
                });
                // The thread's own panics are caught where the stage is polled.
                let _ = waiting.join();
            });
        }
    }

    /// A report with a line for the parser, for each stage and for each survey.
    pub(crate) fn empty_report(&self) -> Report {
        Report::new(self.links.iter().map(StageInstance::name).chain(self.surveys.iter().map(SurveyInstance::name)))
    }

    /// Whether any stage waits.
    pub(crate) fn waits(&self) -> bool {
        self.links.iter().any(|link| matches!(link.stage, AnyStage::Async(_)))
    }

    /// The limit of time, where there is one.
    pub(crate) fn time(&self) -> Option<Duration> {
        self.time
    }

    /// The limits of the parser.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The place behind all stages, where exports write the document down.
    pub(crate) fn end(&self) -> usize {
        self.links.len() + 1
    }

    /// The parser (0) or a stage by its place, or the exports.
    pub(crate) fn name_of(&self, place: usize) -> &'static str {
        if place == self.end() {
            return "export";
        }
        place.checked_sub(1).and_then(|at| self.links.get(at)).map_or("parse", StageInstance::name)
    }

    /// Sets a document aside whose thread does not come back.
    pub(crate) fn give_up(&self, passage: &mut Passage, stage: &'static str) {
        if let State::Out(uri, bytes) = &mut passage.state {
            let error = self.too_slow(stage);
            let fault = Fault { stage, rule: error.rule, error: error.message, span: None };
            let entry = Quarantined::lost(std::mem::take(uri), *bytes, fault);
            passage.finish(Outcome::Quarantined(entry));
        }
    }

    /// Takes a document up to the next stage that waits, or to its end. `place` is told where it is.
    pub(crate) fn compute(&self, passage: &mut Passage, place: &dyn Fn(usize)) {
        let mut clock = Clock::computing();
        if let State::Raw(input) = &passage.state {
            let _span = tracing::trace_span!("parse", uri = input.uri).entered();
            let parsed = guarded(|| copydesk_parse::parse(input, &self.limits));
            let lap = clock.lap();
            passage.state = match parsed {
                Ok(Ok(mut doc)) => {
                    if self.keeps_all {
                        keep_all(&mut doc);
                    }
                    State::Parsed(Box::new(doc))
                }
                Ok(Err(error)) => State::Done(refused(input, &error)),
                Err(panic) => {
                    let fault = Fault::panic("parse", panic);
                    State::Done(Outcome::Quarantined(Quarantined::input(input, fault)))
                }
            };
            passage.add(lap);
        }
        while let Some(StageInstance { manifest, stage: AnyStage::Cpu(stage) }) = self.links.get(passage.next) {
            place(passage.next + 1);
            let Some((doc, name)) = self.admit(passage) else { return };
            let _span = tracing::trace_span!("stage", stage = name, uri = doc.source.uri).entered();
            let verdict = guarded(|| {
                let mut cx = Context::of(manifest);
                let verdict = stage.process(doc, &mut cx);
                cx.finish(verdict)
            });
            self.settle(passage, clock.lap(), verdict);
        }
        if passage.next >= self.links.len() {
            passage.complete();
        }
    }

    /// Whether a document has come to a stage that takes many at once.
    pub(crate) fn is_for_many(&self, passage: &Passage) -> bool {
        !passage.is_done()
            && matches!(self.links.get(passage.next), Some(link) if matches!(link.stage, AnyStage::Batch(_)))
    }

    /// Takes documents through a stage that takes many at once. All of them have come to the same one.
    pub(crate) fn compute_together(&self, passages: &mut [Passage], place: &dyn Fn(usize)) {
        let Some(next) = passages.first().map(|passage| passage.next) else { return };
        let Some(StageInstance { manifest, stage: AnyStage::Batch(stage) }) = self.links.get(next) else { return };
        place(next + 1);
        let mut at = Vec::with_capacity(passages.len());
        let mut handed = Vec::with_capacity(passages.len());
        for (n, passage) in passages.iter_mut().enumerate() {
            if let Some((doc, _)) = self.admit(passage) {
                at.push(n);
                handed.push(Handed { doc, cx: Context::of(manifest) });
            }
        }
        let _span = tracing::trace_span!("stage", stage = manifest.name, documents = handed.len()).entered();
        let mut clock = Clock::waiting();
        let verdicts = guarded(|| stage.process(&mut handed));
        // The stage keeps to a limit of its own; what one document took cannot be told here, nor how long it had to wait until
        // somebody had time for it.
        let share = clock.lap().wall / u32::try_from(handed.len().max(1)).unwrap_or(u32::MAX);
        let lap = Lap { wall: share, has_own_limit: true, ..Lap::default() };
        let contexts: Vec<_> = handed.into_iter().map(|handed| handed.cx).collect();
        let verdicts: Vec<_> = match verdicts {
            Ok(verdicts) => {
                let missing = || Err(StageError::new("no-verdict", "the stage has said nothing of this document"));
                let verdicts = verdicts.into_iter().chain(std::iter::repeat_with(missing));
                contexts.into_iter().zip(verdicts).map(|(cx, verdict)| Ok(cx.finish(verdict))).collect()
            }
            Err(panic) => contexts.iter().map(|_| Err(panic.clone())).collect(),
        };
        for (n, verdict) in at.into_iter().zip(verdicts) {
            self.settle(&mut passages[n], lap, verdict);
        }
        for passage in passages.iter_mut().filter(|passage| passage.next >= self.links.len()) {
            passage.complete();
        }
    }

    /// Takes a document through the stages that wait, up to the next one that computes.
    pub(crate) async fn wait(&self, passage: &mut Passage, place: &(dyn Fn(usize) + Sync)) {
        while let Some(StageInstance { manifest, stage: AnyStage::Async(stage) }) = self.links.get(passage.next) {
            let turn = match &passage.state {
                State::Parsed(doc) => stage.turn(doc).await,
                State::Raw(_) | State::Out(..) | State::Done(_) => None,
            };
            place(passage.next + 1);
            let left = self.time.map(|limit| limit.saturating_sub(passage.spent));
            let Some((doc, name)) = self.admit(passage) else { return };
            let mut clock = Clock::waiting();
            let span = tracing::trace_span!("stage", stage = name, uri = doc.source.uri);
            let mut cx = Context::of(manifest);
            let verdict = {
                let mut work = pin!(stage.process(doc, &mut cx));
                let polled =
                    std::future::poll_fn(|task| match span.in_scope(|| guarded(|| work.as_mut().poll(task))) {
                        Ok(Poll::Pending) => Poll::Pending,
                        Ok(Poll::Ready(verdict)) => Poll::Ready(Ok(verdict)),
                        Err(panic) => Poll::Ready(Err(panic)),
                    });
                match left {
                    Some(left) => {
                        tokio::time::timeout(left, polled).await.unwrap_or_else(|_| Ok(Err(self.too_slow(name))))
                    }
                    None => polled.await,
                }
            };
            drop(turn);
            let verdict = verdict.map(|verdict| cx.finish(verdict));
            self.settle(passage, clock.lap(), verdict);
        }
        if passage.next >= self.links.len() {
            passage.complete();
        }
    }

    /// The document and the name of its next stage, unless it is done or out of time.
    fn admit<'p>(&self, passage: &'p mut Passage) -> Option<(&'p mut Document, &'static str)> {
        let name = self.links[passage.next].name();
        if self.time.is_some_and(|limit| passage.is_late(limit))
            && let State::Parsed(doc) = &passage.state
        {
            let last = passage.next.checked_sub(1).map_or("parse", |at| self.links[at].name());
            let error = self.too_slow(last);
            let fault = Fault { stage: last, rule: error.rule, error: error.message, span: None };
            let entry = Quarantined::document(doc, fault);
            passage.finish(Outcome::Quarantined(entry));
        }
        match &mut passage.state {
            State::Parsed(doc) => Some((doc, name)),
            State::Raw(_) | State::Out(..) | State::Done(_) => None,
        }
    }

    fn settle(&self, passage: &mut Passage, lap: Lap, verdict: Result<Result<Verdict, StageError>, String>) {
        passage.add(lap);
        let stage = self.links[passage.next].name();
        passage.next += 1;
        let State::Parsed(doc) = &mut passage.state else { return };
        let fault = match verdict {
            Ok(Ok(Verdict::Keep)) => return,
            Ok(Ok(Verdict::Drop(reason))) => {
                let document = std::mem::take(doc);
                return passage.finish(Outcome::Dropped { document, stage, reason });
            }
            Ok(Err(error)) => {
                if error.ends_run {
                    passage.ends_run = Some(format!("`{stage}` has stopped the run: {}", error.message));
                }
                Fault { stage, rule: error.rule, error: error.message, span: error.span }
            }
            Err(panic) => Fault::panic(stage, panic),
        };
        let masks = self.links[passage.next..].iter().find(|link| Facet::masks(link.manifest.writes));
        let entry = Quarantined::document(doc, fault);
        let entry = match masks {
            Some(masks) => entry.without_words(masks.name()),
            None => entry,
        };
        passage.finish(Outcome::Quarantined(entry));
    }

    fn too_slow(&self, stage: &str) -> StageError {
        let seconds = self.time.unwrap_or_default().as_secs_f64();
        StageError::new("limit.time", format!("took longer than {seconds} s (in or before `{stage}`)"))
    }
}

/// Labels every block by what the page shows.
fn keep_all(doc: &mut Document) {
    for block in doc.ids() {
        let (label, rule, detail) = if doc.block(block).hidden {
            (Label::Boilerplate(BoilerplateKind::Hidden), "hidden", "the page does not show it")
        } else {
            (Label::Body, "all-text", "no stage before has told the main text from the rest")
        };
        doc.decide(Decision { block, label, stage: "runner".into(), rule: rule.into(), detail: detail.into() });
    }
}

/// A folder of documents may hold pictures and archives; those are skipped by the way. A text that cannot be read
/// is a loss, and is kept for another try.
fn refused(input: &Input, error: &copydesk_parse::ParseError) -> Outcome {
    if error.is_no_text() {
        let source =
            DocumentSource { uri: input.uri.clone(), bytes: input.bytes.len() as u64, ..DocumentSource::default() };
        let document = Box::new(Document::new(source, String::new()));
        return Outcome::Dropped { document, stage: "parse", reason: error.to_string() };
    }
    let fault = Fault { stage: "parse", rule: error.rule.into(), error: error.to_string(), span: None };
    Outcome::Quarantined(Quarantined::input(input, fault))
}

fn unfinished() -> Fault {
    Fault { stage: "runner", rule: "unfinished".into(), error: "left the chain before its end".into(), span: None }
}
