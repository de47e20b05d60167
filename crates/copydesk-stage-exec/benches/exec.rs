//! What a document costs that a program works on: `cargo bench -p copydesk-stage-exec`. Documents of 4 kB, one process, in
//! batches as a run hands them over; a program in Rust, which is this very file, and one in Python with the module of the house.
//! Beside it what the documents cost that the same rule is applied to in this process. The memory of both sides is read after a
//! tenth of the calls and at the end: `--calls N` makes more of them. The processor's time is that of both sides; a machine that has
//! other work to do changes it less than the time by the clock.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark looks at the clock, prints and reads /proc"
)]

use std::{
    env, fs,
    io::{BufRead, BufWriter, Write, stdin, stdout},
    sync::LazyLock,
    time::Instant,
};

use copydesk_document::{BlockId, BoilerplateKind, Document, Input};
use copydesk_stage::{AnyStage, Catalog, Context, Handed, Manifest};
use serde::Deserialize;
use serde_json::json;

const BATCH: usize = 32;
/// Of so many rounds the fastest counts by the clock: it was disturbed least.
const ROUNDS: usize = 10;
const MARK: &str = "for immediate release";
const MARK_PY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/mark_releases.py");

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if arguments.iter().any(|argument| argument == "--program") {
        return program();
    }
    let calls = arguments.iter().position(|argument| argument == "--calls");
    let calls = calls.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(100_000);
    let own = env::current_exe().expect("a program").display().to_string();
    let docs = documents();
    let bytes: usize = docs.iter().map(|doc| doc.content().len()).sum::<usize>() / docs.len();
    println!("{calls} documents of {bytes} bytes, one process, batches of {BATCH}");
    let start = Spent::now();
    for _ in 0..calls / BATCH {
        let mut docs = docs.clone();
        for doc in &mut docs {
            in_process(doc, &mut Context::new("here"));
        }
    }
    let here = start.each(calls);
    println!("  in this process  {:6.1} µs a document, copying it included", here.clock);
    for (name, command) in [("Rust", vec![own, "--program".into()]), ("Python", vec!["python3".into(), MARK_PY.into()])]
    {
        measure(name, &command, &docs, calls, here);
    }
}

/// Different articles, so that nothing is the same in a row.
fn documents() -> Vec<Document> {
    let paragraph =
        |n: usize| format!("The ferry number {n} sails across the harbour through the night, and comes back by noon. ");
    let text = |n: usize| {
        let opening = if n.is_multiple_of(4) { "FOR IMMEDIATE RELEASE\n\n" } else { "" };
        let body: Vec<String> = (0..11).map(|p| paragraph(n * 100 + p).repeat(4)).collect();
        format!("{opening}{}", body.join("\n\n"))
    };
    let limits = copydesk_parse::Limits::default();
    let parse = |n: usize| copydesk_parse::parse(&Input::new(format!("{n}.txt"), text(n).into_bytes()), &limits);
    (0..BATCH).map(|n| parse(n).expect("a text")).collect()
}

fn in_process(doc: &mut Document, cx: &mut Context<'_>) {
    for id in doc.ids() {
        if doc.text(id).to_lowercase().starts_with(MARK) {
            cx.drop_block(doc, id, BoilerplateKind::Other, "opens-with", "");
        }
    }
}

fn measure(name: &str, command: &[String], docs: &[Document], calls: usize, here: Spent) {
    let catalog = Catalog::default().with(copydesk_stage_exec::register);
    let kind = catalog.find_stage("exec").expect("it is registered");
    let config = json!({ "command": command });
    let Ok(stage) = kind.build(&config) else {
        println!("  {name}: the program does not start");
        return;
    };
    let manifest = stage.manifest(kind.manifest(kind.resolve(&config).expect("good options")));
    let AnyStage::Batch(stage) = stage else { return };
    let call = |manifest: &Manifest| {
        let mut docs = docs.to_vec();
        let mut handed: Vec<_> = docs.iter_mut().map(|doc| Handed { doc, cx: Context::of(manifest) }).collect();
        let verdicts = stage.process(&mut handed);
        assert!(verdicts.iter().all(Result::is_ok), "{verdicts:?}");
        drop(handed);
        let first = docs.first().map(|doc| doc.block(BlockId(0)).label());
        assert_eq!(first, Some(copydesk_document::Label::Boilerplate(BoilerplateKind::Other)));
    };
    (0..20).for_each(|_| call(&manifest));
    let start = Spent::now();
    let (mut early, mut clock) = (String::new(), f64::MAX);
    for round in 0..ROUNDS {
        let begun = Spent::now();
        (0..calls / BATCH / ROUNDS).for_each(|_| call(&manifest));
        clock = clock.min(begun.each(calls / ROUNDS).clock);
        if round == 0 {
            early = memory();
        }
    }
    let each = Spent { clock, ..start.each(calls) };
    println!(
        "  exec in {name:7}  {:6.1} µs a document over the work itself; by the processor {:.1} µs here and {:.1} µs there; memory \
         {early}, then {}",
        each.clock - here.clock,
        each.here - here.here,
        each.there,
        memory()
    );
}

/// What has been spent so far: seconds by the clock, and of the processor in this process and in those that it has started; or
/// the microseconds of each document.
#[derive(Clone, Copy)]
struct Spent {
    clock: f64,
    here: f64,
    there: f64,
}

impl Spent {
    fn now() -> Self {
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        let there = children().iter().map(|pid| processor(pid)).sum();
        Self { clock: BEGUN.elapsed().as_secs_f64(), here: processor("self"), there }
    }

    fn each(self, calls: usize) -> Self {
        let (now, micros) = (Self::now(), 1e6 / calls as f64);
        let of = |now: f64, then: f64| (now - then) * micros;
        Self { clock: of(now.clock, self.clock), here: of(now.here, self.here), there: of(now.there, self.there) }
    }
}

/// Seconds of the processor that a process has had, which Linux counts in hundredths.
fn processor(pid: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
    behind_the_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        / 100.0
}

/// The processes that this one has started, whichever of its threads did.
fn children() -> Vec<String> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Resident memory of this process and of those that it has started.
fn memory() -> String {
    let rss = |pid: &str| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let theirs: Vec<String> =
        children().iter().filter_map(|pid| rss(pid)).map(|kilobytes| (kilobytes / 1024).to_string()).collect();
    format!("{} MiB and {} MiB", rss("self").unwrap_or_default() / 1024, theirs.join(" + "))
}

/// A program in Rust: reads the members that it needs, and no others.
fn program() {
    #[derive(Deserialize)]
    struct Request<'a> {
        id: u64,
        #[serde(borrow)]
        view: View<'a>,
    }
    #[derive(Deserialize)]
    struct View<'a> {
        #[serde(borrow)]
        blocks: Vec<Block<'a>>,
    }
    #[derive(Deserialize)]
    struct Block<'a> {
        id: u32,
        #[serde(borrow)]
        text: std::borrow::Cow<'a, str>,
    }
    let mut input = std::io::BufReader::with_capacity(1 << 18, stdin().lock());
    let mut output = BufWriter::new(stdout().lock());
    let mut line = String::new();
    let _ = input.read_line(&mut line);
    let introduction = json!({ "protocol": 1, "reads": [], "writes": ["body"], "view": ["blocks"] });
    let _ = writeln!(output, "{introduction}").and_then(|()| output.flush());
    line.clear();
    while input.read_line(&mut line).is_ok_and(|read| read > 0) {
        let Ok(Request { id, view }) = serde_json::from_str::<Request<'_>>(&line) else { return };
        let marked = view.blocks.iter().filter(|block| block.text.to_lowercase().starts_with(MARK));
        let changes: Vec<_> = marked
            .map(|block| json!({ "do": "label", "block": block.id, "label": "other", "rule": "opens-with" }))
            .collect();
        let answer = json!({ "id": id, "patch": { "version": 1, "changes": changes } });
        // What is read already is answered first.
        let more = input.buffer().contains(&b'\n');
        if writeln!(output, "{answer}").is_err() || !more && output.flush().is_err() {
            return;
        }
        line.clear();
    }
}
