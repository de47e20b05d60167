//! How fast HTML is read: the pages of the benchmark, in memory, on one core.
//!
//! `cargo bench -p copydesk-parse` prints the median of some rounds, in alternation with html5ever's own parser over a
//! sink that throws everything away. Without the benchmark's pages beside the workspace it says so and stops.

use std::borrow::Cow;
use std::cell::Cell;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use copydesk_document::{Document, DocumentSource};
use copydesk_parse::{Limits, html};
use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, LocalName, Namespace, ParseOpts, QualName, parse_document};

const ROUNDS: usize = 7;

fn main() {
    for (name, count) in [("news", 400), ("wcxb", 300)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/bench").join(name).join("html");
        let pages = pages(&folder, count);
        if pages.is_empty() {
            println!("{name}: no pages in ../shared/bench/{name}/html, skipped");
            continue;
        }
        measure(name, &pages);
    }
    growth();
}

fn measure(name: &str, pages: &[String]) {
    let bytes: usize = pages.iter().map(String::len).sum();
    let mut ours = Vec::new();
    let mut bare = Vec::new();
    for _ in 0..ROUNDS {
        ours.push(time(|| pages.iter().for_each(|page| _ = black_box(read(page)))));
        bare.push(time(|| pages.iter().for_each(|page| _ = black_box(discard(page)))));
    }
    let (ours, bare) = (median(&mut ours), median(&mut bare));
    println!(
        "{name}: {} pages, {:.1} MB: blocks {:.0} MB/s ({:.0} pages/s), html5ever into nothing {:.0} MB/s, ratio {:.2}",
        pages.len(),
        bytes as f64 / 1e6,
        bytes as f64 / ours / 1e6,
        pages.len() as f64 / ours,
        bytes as f64 / bare / 1e6,
        bare / ours,
    );
}

/// The cost of a megabyte as pages grow.
fn growth() {
    let row = "<div class=item><h2><a href=/a>A headline of some words</a></h2><p>A paragraph with <b>some</b> text \
               and a <a href=/b title=x>link</a> &amp; more.</p><script>var x = {a: 1 < 2};</script></div>\n";
    for size in [10_000, 100_000, 1_000_000, 10_000_000] {
        let page = row.repeat(size / row.len());
        let rounds = (20_000_000 / size).clamp(1, 200);
        let seconds = time(|| (0..rounds).for_each(|_| _ = black_box(read(&page))));
        println!("a page of {:>5} kB: {:.1} ms/MB", size / 1000, seconds * 1e9 / (rounds * page.len()) as f64);
    }
}

fn read(page: &str) -> Document {
    let mut doc = Document::new(DocumentSource::default(), page.to_owned());
    html::parse(&mut doc, &Limits::default()).expect("within the limits");
    doc
}

fn time(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn pages(folder: &Path, count: usize) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    paths.truncate(count);
    let unpack = |path: &Path| Command::new("gzip").arg("-dc").arg(path).output().ok().map(|o| o.stdout);
    paths.iter().filter_map(|p| unpack(p)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

fn discard(page: &str) -> usize {
    parse_document(Nothing::default(), ParseOpts::default()).one(page)
}

/// A sink that keeps only what html5ever asks back for.
#[derive(Default)]
struct Nothing(Cell<usize>);

#[derive(Clone, Debug)]
struct Handle(usize, QualName);

impl ElemName for &Handle {
    fn ns(&self) -> &Namespace {
        &self.1.ns
    }
    fn local_name(&self) -> &LocalName {
        &self.1.local
    }
}

impl Nothing {
    fn next(&self, name: QualName) -> Handle {
        self.0.set(self.0.get() + 1);
        Handle(self.0.get(), name)
    }

    fn unnamed() -> QualName {
        QualName::new(None, Namespace::default(), LocalName::default())
    }
}

impl TreeSink for Nothing {
    type Handle = Handle;
    type Output = usize;
    type ElemName<'a> = &'a Handle;

    fn finish(self) -> usize {
        self.0.get()
    }
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn get_document(&self) -> Handle {
        Handle(0, Self::unnamed())
    }
    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a Handle {
        target
    }
    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Handle {
        self.next(name)
    }
    fn create_comment(&self, _: StrTendril) -> Handle {
        self.next(Self::unnamed())
    }
    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.next(Self::unnamed())
    }
    fn append(&self, _: &Handle, _: NodeOrText<Handle>) {}
    fn append_based_on_parent_node(&self, _: &Handle, _: &Handle, _: NodeOrText<Handle>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }
    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.0 == y.0
    }
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn append_before_sibling(&self, _: &Handle, _: NodeOrText<Handle>) {}
    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, _: &Handle) {}
    fn reparent_children(&self, _: &Handle, _: &Handle) {}
}
