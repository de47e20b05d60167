//! Whether the stages of a chain stand in an order that can work.

use std::ops::Range;

use copydesk_runner::StageInstance;
use copydesk_stage::{Facet, StageEntry};

use crate::{diagnosis::Diagnostic, suggest};

/// A stage in its place.
pub(crate) struct Placed<'a> {
    /// What it is called in this chain.
    pub(crate) name: &'a str,
    /// What it is.
    pub(crate) kind: &'a str,
    pub(crate) reads: &'a [Facet],
    pub(crate) writes: &'a [Facet],
    /// What its condition asks for, and where that stands.
    pub(crate) asks: (Vec<Facet>, Range<usize>),
    /// Its `use` value.
    pub(crate) span: Range<usize>,
    /// Its line, from 1.
    pub(crate) line: usize,
}

impl Placed<'_> {
    fn writes(&self, facet: Facet) -> bool {
        self.writes.contains(&facet)
    }

    fn reads(&self, facet: Facet) -> bool {
        self.reads.contains(&facet)
    }
}

/// Every stage that reads what only later stages write, with the move that mends it.
///
/// A stage that takes texts out for good has to stand behind all that add some, or they would bring them back.
///
/// A stage that both reads and writes a facet refines it; such a stage waits for one that makes the facet from
/// nothing, and two that refine the same facet may stand in any order. A condition is asked before its stage has written
/// anything.
pub(crate) fn check(chain: &[Placed<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (at, reader) in chain.iter().enumerate() {
        // The text of the blocks is there from the start: the parser writes it.
        let read = reader.reads.iter().filter(|f| !matches!(f, Facet::Text | Facet::Redaction));
        let mut missing: Vec<(Facet, &Placed<'_>)> = Vec::new();
        for facet in read {
            if chain[..at].iter().any(|s| s.writes(*facet)) {
                continue;
            }
            let refines = reader.writes(*facet);
            let writer = chain[at + 1..].iter().find(|s| s.writes(*facet) && !(refines && s.reads(*facet)));
            missing.extend(writer.map(|w| (*facet, w)));
        }
        for facet in &reader.asks.0 {
            if reader.writes(*facet)
                && !is_known(*facet, written(&chain[..at]))
                && !missing.iter().any(|(f, _)| f == facet)
            {
                out.push(asks_itself(reader, *facet));
            }
        }
        if Facet::masks(reader.writes) {
            let adds = |s: &&Placed<'_>, facet| s.writes(facet) && !s.writes(Facet::Redaction);
            for facet in [Facet::Captions, Facet::Metadata, Facet::Text] {
                missing.extend(chain[at + 1..].iter().find(|s| adds(s, facet)).map(|writer| (facet, writer)));
            }
        }
        // One message a reader and writer, however many facets lie between them.
        while let Some((_, writer)) = missing.first().copied() {
            let facets: Vec<&str> =
                missing.iter().filter(|(_, w)| std::ptr::eq(*w, writer)).map(|(f, _)| f.name()).collect();
            missing.retain(|(_, w)| !std::ptr::eq(*w, writer));
            out.push(wrong_order(reader, writer, &facets));
        }
    }
    out
}

fn written(stages: &[Placed<'_>]) -> impl Fn(Facet) -> bool {
    |facet| stages.iter().any(|stage| stage.writes(facet))
}

/// Whether something can be known of a facet where these have been written.
fn is_known(facet: Facet, written: impl Fn(Facet) -> bool) -> bool {
    match facet {
        // All text that is shown counts as main text until a stage says otherwise.
        Facet::Body => true,
        // What a document says of its language stands in until the letters have been looked at.
        Facet::Languages => written(facet) || written(Facet::Metadata),
        _ => written(facet),
    }
}

fn asks_itself(stage: &Placed<'_>, facet: Facet) -> Diagnostic {
    let (name, facet) = (stage.name, facet.name());
    let message =
        format!("`when` of `{name}` asks for {facet}, which `{name}` itself writes: nothing is known of it before");
    Diagnostic::error(message, stage.asks.1.clone())
        .label(format!("asks for {facet}"))
        .help("ask for what stages before it write, or put the condition on a stage behind it")
}

/// Conditions over what a stage before has written and this or a later one writes more of. A second pass of a stage asks for
/// what the first has left.
fn half_written(chain: &[Placed<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (at, stage) in chain.iter().enumerate() {
        for facet in stage.asks.0.iter().filter(|facet| **facet != Facet::Body) {
            let is_second = chain[..at].iter().any(|s| s.kind == stage.kind);
            let more =
                |s: &&Placed<'_>| s.writes(*facet) && if s.name == stage.name { !is_second } else { !s.reads(*facet) };
            if written(&chain[..at])(*facet)
                && let Some(writer) = chain[at..].iter().find(more)
            {
                let (name, facet) = (stage.name, facet.name());
                let message =
                    format!("`when` of `{name}` asks for {facet} before `{}` has written its part", writer.name);
                let warning = Diagnostic::warning(message, stage.asks.1.clone()).label(format!("asks for {facet}"));
                out.push(warning.help(format!("what `{}` finds is not known here yet", writer.name)).absent());
            }
        }
    }
    out
}

/// A condition of an export over what no stage writes: its values are empty in every document.
pub(crate) fn never_written(
    subject: &str,
    asks: &[Facet],
    span: &Range<usize>,
    stages: &[StageInstance],
) -> Vec<Diagnostic> {
    let written = |facet| stages.iter().any(|stage| stage.manifest.writes.contains(&facet));
    let missing = asks.iter().filter(|facet| !is_known(**facet, written));
    let say = |facet: &Facet| {
        let message = format!("`when` of {subject} asks for {}, and no stage of this chain writes it", facet.name());
        Diagnostic::warning(message, span.clone()).label("is asked of empty values").absent()
    };
    missing.map(say).collect()
}

fn wrong_order(reader: &Placed<'_>, writer: &Placed<'_>, facets: &[&str]) -> Diagnostic {
    let (r, w) = (reader.name, writer.name);
    let what = suggest::list(facets.iter().copied());
    Diagnostic::error(format!("`{r}` runs before `{w}`, and reads what that one writes: {what}"), reader.span.clone())
        .label(format!("reads {what}"))
        .also(writer.span.clone(), format!("writes {what}"))
        .help(format!(
            "stages run in the order of the file: move `{w}` (line {}) before `{r}` (line {})",
            writer.line, reader.line
        ))
        .absent()
}

/// What is read and written by nobody, or not by all yet: allowed, since a stage may do without, and worth a word.
pub(crate) fn unwritten(chain: &[Placed<'_>], known: &[StageEntry]) -> Vec<Diagnostic> {
    let mut out = half_written(chain);
    for facet in Facet::ALL.iter().filter(|f| !matches!(f, Facet::Text | Facet::Redaction)) {
        let Some(reader) = chain.iter().find(|s| s.reads(*facet)) else { continue };
        if chain.iter().any(|s| s.writes(*facet)) {
            continue;
        }
        let writers: Vec<&str> =
            known.iter().filter(|e| e.writes.contains(facet) && !e.reads.contains(facet)).map(|e| e.name).collect();
        let mut message = format!("`{}` reads `{}`, and no stage of this chain writes it", reader.name, facet.name());
        let mut label = "goes without";
        if *facet == Facet::Body {
            message.push_str(": all text that is shown counts as main text");
            label = "takes all text";
        }
        let mut warning = Diagnostic::warning(message, reader.span.clone()).label(label);
        if !writers.is_empty() {
            warning = warning.help(format!("{} writes it; put it before line {}", suggest::list(writers), reader.line));
        }
        out.push(warning.absent());
    }
    out
}
