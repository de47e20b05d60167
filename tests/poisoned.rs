//! Copydesk with a stage that takes the process down where a document asks for it, for tests.

use std::{hint::black_box, process::ExitCode, time::Duration};

use copydesk_document::Document;
use copydesk_stage::{
    AnyStage, AsyncStage, Catalog, ConfigError, Context, Facet, Stage, StageError, StageKind, Verdict, async_trait,
};

/// Does as the text of the document says.
#[derive(Debug)]
struct Poison;

/// The same, in a stage that waits.
#[derive(Debug)]
struct SlowPoison;

/// It has no options.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {}

/// Runs until the stack ends. What it gives back depends on all of it, so that no compiler makes a loop of it.
fn dive(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { dive(depth + 1) ^ room[(depth % 64) as usize] }
}

fn obey(doc: &Document) {
    let asks = |what: &str| doc.content().contains(&format!("PLEASE {what}"));
    if asks("PRINT") {
        println!("nonsense on standard output");
    }
    if asks("READ") {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        assert!(matches!(read, Ok(0)), "a stage has nothing to read");
    }
    if asks("ABORT") {
        std::process::abort();
    }
    if asks("EXIT") {
        std::process::exit(7);
    }
    if asks("OVERFLOW") {
        black_box(dive(0));
    }
    if asks("KILL") {
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    }
    let mut eaten: Vec<Vec<u8>> = Vec::new();
    while asks("EAT") {
        eaten.push(black_box(Vec::with_capacity(64 << 20)));
    }
    while asks("HANG") {
        std::thread::sleep(Duration::from_millis(10));
    }
    while asks("SPIN") {
        black_box(0);
    }
}

impl Stage for Poison {
    fn process(&self, doc: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        obey(doc);
        Ok(Verdict::Keep)
    }
}

#[async_trait]
impl AsyncStage for SlowPoison {
    async fn process(&self, doc: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        obey(doc);
        Ok(Verdict::Keep)
    }
}

impl StageKind for Poison {
    const NAME: &'static str = "poison";
    const SUMMARY: &'static str = "Takes the process down where a document asks for it.";
    const READS: &'static [Facet] = &[];
    const WRITES: &'static [Facet] = &[];
    type Config = Config;

    fn build(_: Config) -> Result<AnyStage, ConfigError> {
        Ok(AnyStage::cpu(Self))
    }
}

impl StageKind for SlowPoison {
    const NAME: &'static str = "slow-poison";
    const SUMMARY: &'static str = "Waits, and takes the process down where a document asks for it.";
    const READS: &'static [Facet] = &[];
    const WRITES: &'static [Facet] = &[];
    type Config = Config;

    fn build(_: Config) -> Result<AnyStage, ConfigError> {
        Ok(AnyStage::waiting(Self))
    }
}

fn register(catalog: &mut Catalog) {
    catalog.stage::<Poison>();
    catalog.stage::<SlowPoison>();
}

fn main() -> ExitCode {
    copydesk::main_with(|catalog| catalog.with(register))
}
