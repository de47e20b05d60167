//! What a chain costs beside its stages: `cargo bench -p copydesk-runner`.
//!
//! How much a call of a stage takes over the work itself: documents of 4 kB go through a chain of stages that do nothing, and
//! through one with none of them. And whether stages that compute keep their pace while one waits: each document waits 25 ms, with
//! as many others at once as `waiting` says, and the rest of the chain computes.

#[path = "../tests/kit/mod.rs"]
#[expect(dead_code, reason = "the kit of the tests, of which this needs a part")]
mod kit;

use std::{
    fs,
    time::{Duration, Instant},
};

use copydesk_document::Document;
use copydesk_runner::{Chain, Limits, Output, Run};
use copydesk_stage::{AnyStage, AsyncStage, Context, Stage, StageError, Verdict, async_trait};
use kit::{Given, Lines, export, link, options};

/// So many stages stand in the chain, so that a call is more than what is measured by chance.
const STAGES: u32 = 100;
const DOCUMENTS: usize = 4_000;
/// Of so many rounds, in which both take turns, those count that were disturbed least.
const ROUNDS: usize = 10;

#[derive(Debug)]
struct Idle;

impl Stage for Idle {
    fn process(&self, _: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        Ok(Verdict::Keep)
    }
}

/// Reads the text so often that it takes some milliseconds.
#[derive(Debug)]
struct Busy;

impl Stage for Busy {
    fn process(&self, doc: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        let spaces =
            (0..200).map(|_| std::hint::black_box(doc.content()).chars().filter(|c| c.is_whitespace()).count());
        std::hint::black_box(spaces.sum::<usize>());
        Ok(Verdict::Keep)
    }
}

/// Waits as for a service.
#[derive(Debug)]
struct Waiting(Duration);

#[async_trait]
impl AsyncStage for Waiting {
    async fn process(&self, _: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        tokio::time::sleep(self.0).await;
        Ok(Verdict::Keep)
    }
}

fn text() -> String {
    "The ferry sails across the harbour through the night, and comes back by noon.\n\n".repeat(52)
}

/// The seconds that a document takes.
#[derive(Clone, Copy)]
struct Spent {
    clock: f64,
    processor: f64,
}

/// What a document takes in one chain and in another.
fn both(documents: usize, one: impl Fn() -> Chain, other: impl Fn() -> Chain) -> (Spent, Spent) {
    let least = |a: Spent, b: Spent| Spent { clock: a.clock.min(b.clock), processor: a.processor.min(b.processor) };
    let rounds = (0..ROUNDS).map(|_| (once(documents, one()), once(documents, other())));
    rounds.reduce(|(a, b), (c, d)| (least(a, c), least(b, d))).expect("there are rounds")
}

/// Seconds of the processor that this process has had, as Linux counts them, in hundredths.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
    behind_the_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        / 100.0
}

fn once(documents: usize, chain: Chain) -> Spent {
    let source = Box::new(Given { texts: vec![text(); documents], breaks_after: None });
    let options = options(1, 32);
    let run = Run { source, chain, exports: vec![export(Lines("a.txt"))], output: Output::Nowhere, options };
    let (start, before) = (Instant::now(), processor());
    let report = run.execute(&mut ()).expect("it finishes");
    assert_eq!(report.written, documents as u64);
    let each = |seconds: f64| seconds / documents as f64;
    Spent { clock: each(start.elapsed().as_secs_f64()), processor: each(processor() - before) }
}

fn main() {
    let chain = |stages: u32| {
        (0..stages).fold(Chain::new(Limits::default()), |chain, _| chain.then(link("idle", AnyStage::cpu(Idle))))
    };
    let (few, many) = both(DOCUMENTS, || chain(1), || chain(1 + STAGES));
    let each = |few: f64, many: f64| (many - few) / f64::from(STAGES) * 1e6;
    println!("a document of {} bytes through one stage that does nothing: {:.1} µs", text().len(), few.clock * 1e6);
    println!(
        "  one more stage: {:.3} µs over the work itself by the clock, {:.3} µs by the processor",
        each(few.clock, many.clock),
        each(few.processor, many.processor)
    );

    let busy = || Chain::new(Limits::default()).then(link("busy", AnyStage::cpu(Busy)));
    let waiting = || {
        let wait = AnyStage::waiting(Waiting(Duration::from_millis(25)));
        busy().then(link("waiting", wait))
    };
    let (alone, beside) = both(DOCUMENTS / 8, busy, waiting);
    println!("a document that is computed on for {:.2} ms", alone.clock * 1e3);
    println!(
        "  beside a stage that waits 25 ms: {:.2} ms, {:.0} % of the pace; by the processor {:.2} and {:.2} ms",
        beside.clock * 1e3,
        alone.clock / beside.clock * 100.0,
        alone.processor * 1e3,
        beside.processor * 1e3
    );
}
