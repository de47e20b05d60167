//! What a document costs that a program works on: `cargo bench -p copydesk-stage-exec`. Documents of 4 kB, one process, in
//! batches as a run hands them over; a program in Rust, which is this very file, and one in Python with the module of the house.
//! Beside it what the documents cost that the same rule is applied to in this process. The memory of both sides is read after a
//! tenth of the calls and at the end: `--calls N` makes more of them.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark looks at the clock, prints and reads /proc"
)]

use std::{
    env, fs,
    io::{BufRead, BufWriter, Write, stdin, stdout},
    time::Instant,
};

use copydesk_document::{BlockId, BoilerplateKind, Document, Input};
use copydesk_stage::{AnyStage, Catalog, Context, Handed, Manifest};
use serde::Deserialize;
use serde_json::json;

const BATCH: usize = 32;
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
    let start = Instant::now();
    for _ in 0..calls / BATCH {
        let mut docs = docs.clone();
        for doc in &mut docs {
            in_process(doc, &mut Context::new("here"));
        }
    }
    let here = start.elapsed().as_secs_f64() / calls as f64;
    println!("  in this process  {:6.1} µs a document, copying it included", here * 1e6);
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

fn measure(name: &str, command: &[String], docs: &[Document], calls: usize, here: f64) {
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
    let rounds = calls / BATCH;
    let start = Instant::now();
    let mut early = String::new();
    for round in 0..rounds {
        call(&manifest);
        if round == rounds / 10 {
            early = memory();
        }
    }
    let each = start.elapsed().as_secs_f64() / calls as f64;
    println!(
        "  exec in {name:7}  {:6.1} µs a document over the work itself; memory {early}, then {}",
        (each - here) * 1e6,
        memory()
    );
}

/// Resident memory of this process and of those that it has started.
fn memory() -> String {
    let rss = |pid: &str| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let own = std::process::id();
    let children = fs::read_to_string(format!("/proc/self/task/{own}/children")).unwrap_or_default();
    let theirs: Vec<String> =
        children.split_whitespace().filter_map(rss).map(|kilobytes| (kilobytes / 1024).to_string()).collect();
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
