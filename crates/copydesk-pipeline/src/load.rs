//! A pipeline file, checked: either everything that is wrong with it, or something that runs.

mod included;
mod instance;
mod options;
mod parts;
mod syntax;
mod tests_of_file;
mod variables;

use std::env;

use copydesk_document::LineIndex;
use copydesk_parse::Limits;
use copydesk_runner::{Chain, ExportInstance, StageInstance, SurveyInstance};
use copydesk_stage::{Catalog, Source, StageKind as _, closest};
use copydesk_stage_strip_boilerplate::StripBoilerplate;
use serde_json::Value;

pub(crate) use self::instance::{PATH, WHEN};
pub use self::options::hash_of_contents;
use self::{instance::Part, options::option_home, syntax::Syntax};
use crate::{
    PipelineTest, Run,
    diagnosis::{Diagnosis, Diagnostic, Severity},
    node::{Entry, Node, NodeValue},
    suggest,
};

/// The tables of a pipeline file, in the order in which people write them.
const TABLES: [&str; 7] = ["source", "stage", "survey", "export", "limits", "run", "test"];
/// Where an editor finds the schema of a JSON file; no business of ours.
const SCHEMA_KEY: &str = "$schema";

/// The source of a pipeline, ready to be opened.
#[derive(Debug)]
pub struct BuiltSource {
    /// What it is an instance of: its `use`.
    pub kind: &'static str,
    /// Its options in full, defaults included.
    pub options: Value,
    /// The source.
    pub source: Box<dyn Source>,
}

/// A pipeline file that has been checked.
#[derive(Debug)]
pub struct Pipeline {
    /// Where documents come from; `None` where the file leaves that to the command line.
    pub source: Option<BuiltSource>,
    /// What happens to each.
    pub chain: Chain,
    /// What comes out.
    pub exports: Vec<ExportInstance>,
    /// How to run.
    pub run: Run,
    /// What the file expects of itself.
    pub tests: Vec<PipelineTest>,
    /// What is allowed, and probably not meant.
    pub warnings: Diagnosis,
    /// The files whose stages it includes, with what stands in them.
    pub included: Vec<(String, String)>,
}

/// Reads and checks a pipeline file. `path` is what messages call it.
pub fn load(path: &str, text: &str, catalog: &Catalog) -> Result<Pipeline, Diagnosis> {
    let syntax = Syntax::of(path, text);
    let (mut root, errors) = syntax.read(text);
    let lines = LineIndex::new(text);
    let mut loader =
        Loader { catalog, lines: &lines, syntax, end: text.trim_end().len(), found: Vec::new(), included: Vec::new() };
    loader.expand_variables(&mut root, &|name| env::var(name).ok());
    let parts = loader.pipeline(&root);
    let (mut found, included) = (loader.found, loader.included);
    if !errors.is_empty() {
        // What was read in spite of them is judged too, but not what seems to be missing, and not what they touch.
        let touched: Vec<_> = errors.iter().map(|error| syntax.touched(text, &lines, error)).collect();
        let unsure = |d: &Diagnostic| touched.iter().any(|lost| lost.contains(&lines.line(d.span.start)));
        found.retain(|d| !d.about_absence && !unsure(d));
        found.extend(errors);
    }
    let diagnosis = Diagnosis::new(path, text, found);
    if diagnosis.count(Severity::Error) > 0 {
        return Err(diagnosis);
    }
    let Parts { source, links, surveys, exports, limits, run, tests } = parts;
    let time = run.seconds_per_document();
    // Where nobody looks for the main text, nothing is left out of it; a stage with a condition may not look.
    let looks = |link: &StageInstance| {
        link.manifest.kind == StripBoilerplate::NAME && link.manifest.options.get(WHEN).is_none()
    };
    let keeps_all = !links.iter().any(looks);
    let chain = links.into_iter().fold(Chain::new(limits), Chain::then).time_limit(time).keep_all(keeps_all);
    let chain = surveys.into_iter().fold(chain, Chain::survey);
    Ok(Pipeline { source, chain, exports, run, tests, warnings: diagnosis, included })
}

#[derive(Default)]
struct Parts {
    source: Option<BuiltSource>,
    links: Vec<StageInstance>,
    surveys: Vec<SurveyInstance>,
    exports: Vec<ExportInstance>,
    limits: Limits,
    run: Run,
    tests: Vec<PipelineTest>,
}

struct Loader<'a> {
    catalog: &'a Catalog,
    lines: &'a LineIndex<'a>,
    syntax: Syntax,
    /// Where something that is missing would be added.
    end: usize,
    found: Vec<Diagnostic>,
    /// The files that were included, with what stands in them.
    included: Vec<(String, String)>,
}

impl Loader<'_> {
    fn say(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn pipeline(&mut self, root: &Node) -> Parts {
        let mut parts = Parts::default();
        if !matches!(root.value, NodeValue::Table(_)) {
            self.say(
                Diagnostic::error(format!("a pipeline file holds a table, not {}", root.kind()), root.span.clone())
                    .help("it looks like { \"stage\": [ ... ], \"export\": [ ... ] }"),
            );
            return parts;
        }
        // Exports name stages and surveys, wherever they stand in the file, and surveys may not be called like stages.
        let mut entries: Vec<_> = root.entries().iter().collect();
        entries.sort_by_key(|entry| ["survey", "export"].iter().position(|late| *late == entry.key));
        for entry in entries {
            match entry.key.as_str() {
                "source" => parts.source = self.source(entry),
                "stage" => parts.links = self.stages(entry),
                "survey" => parts.surveys = self.surveys(entry, &parts.links),
                "export" => parts.exports = self.exports(entry, &parts.links, &parts.surveys),
                "limits" => parts.limits = self.settings(entry).unwrap_or_default(),
                "run" => parts.run = self.settings(entry).unwrap_or_default(),
                "test" => parts.tests = self.tests(entry),
                SCHEMA_KEY => {}
                _ => self.unknown_table(entry),
            }
        }
        self.absences(root);
        parts
    }

    fn unknown_table(&mut self, entry: &Entry) {
        let mut diagnostic =
            Diagnostic::error(format!("a pipeline file has no `{}`", entry.key), entry.key_span.clone());
        if let Some(name) = closest(&entry.key, TABLES) {
            diagnostic = diagnostic.label(format!("did you mean `{name}`?"));
        } else if let Some(home) = option_home(&entry.key) {
            diagnostic = diagnostic.label(format!("it belongs under {home}"));
        } else if let Some(heading) = Part::heading_for(self.catalog, &entry.key) {
            diagnostic = diagnostic.label(format!("write `{heading}` and `use = \"{}\"` below it", entry.key));
        }
        self.say(diagnostic.help(
            "it is made of `[source]`, `[[stage]]`, `[[survey]]`, `[[export]]`, `[limits]`, `[run]` and `[[test]]`",
        ));
    }

    /// What a pipeline cannot or should not go without.
    fn absences(&mut self, root: &Node) {
        // A misspelt name has been complained about; what it stands for is then not missing.
        let misspelt = |key: &str| {
            let mut unknown = root.entries().iter().filter(|e| !TABLES.contains(&e.key.as_str()));
            unknown.any(|e| closest(&e.key, TABLES) == Some(key))
        };
        let is_empty = |e: &Entry| matches!(&e.node.value, NodeValue::Array(a) if a.is_empty());
        let empty = |part: Part| root.get(part.noun()).is_none_or(is_empty) && !misspelt(part.noun());
        let (syntax, end) = (self.syntax, self.end..self.end);
        if empty(Part::Export) {
            let names = suggest::list(Part::Export.names(self.catalog));
            self.say(
                Diagnostic::error("this pipeline has no export: nothing would be written", end.clone())
                    .help(format!("add\n{}", syntax.example(Part::Export, "jsonl")))
                    .help(format!("exports: {names}"))
                    .absent(),
            );
        }
        if empty(Part::Stage) {
            self.say(
                Diagnostic::warning("this pipeline has no stage: the text of every record will be empty", end)
                    .help(format!("add\n{}", syntax.example(Part::Stage, "strip-boilerplate")))
                    .help("`copydesk stages` lists them")
                    .absent(),
            );
        }
    }
}
