//! A pipeline file, checked: either everything that is wrong with it, or something that runs.

use std::{ops::Range, path::Path};

use copydesk_document::LineIndex;
use copydesk_parse::Limits;
use copydesk_runner::{Chain, Link, Outlet};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Source, closest};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Run,
    diagnosis::{Diagnosis, Diagnostic, Severity},
    node::{Entry, Node, NodeValue},
    order::{self, Placed},
    read_json, read_toml,
    schema_check::Subject,
    suggest,
};

/// The tables of a pipeline file, in the order in which people write them.
const TABLES: [&str; 5] = ["source", "stage", "export", "limits", "run"];
/// Where an editor finds the schema of a JSON file; no business of ours.
const SCHEMA_KEY: &str = "$schema";
/// The key that names what a table is an instance of.
const USE: &str = "use";

/// A part of a pipeline that is ready to run, with all that its results depend on.
#[derive(Debug)]
pub struct Built<T: ?Sized> {
    /// Its name in the pipeline file.
    pub name: &'static str,
    /// Version of its results; 0 for a source.
    pub version: u32,
    /// Its options in full, defaults included.
    pub config: Value,
    /// The thing.
    pub part: Box<T>,
}

/// A pipeline file that has been checked.
#[derive(Debug)]
pub struct Pipeline {
    /// Where documents come from; `None` where the file leaves that to the command line.
    pub source: Option<Built<dyn Source>>,
    /// What happens to each.
    pub chain: Chain,
    /// What comes out.
    pub exports: Vec<Outlet>,
    /// How to run.
    pub run: Run,
    /// What is allowed, and probably not meant.
    pub warnings: Diagnosis,
}

/// The syntaxes of a pipeline file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Toml,
    Json,
}

/// The format of options that name a file whose contents the stage is given.
const FILE_CONTENTS: &str = "file-contents";

impl Syntax {
    /// By the extension, else by the content: a JSON file opens with a brace, which no TOML file can.
    fn of(path: &str, text: &str) -> Self {
        match Path::new(path).extension().and_then(|e| e.to_str()) {
            Some("json") => Self::Json,
            Some("toml") => Self::Toml,
            _ if text.trim_start().starts_with('{') => Self::Json,
            _ => Self::Toml,
        }
    }
}

impl Syntax {
    /// How to write a table that names what it is an instance of.
    fn example(self, key: &str, name: &str) -> String {
        match self {
            Self::Toml => format!("[[{key}]]\nuse = \"{name}\""),
            Self::Json => format!("\"{key}\": [{{ \"use\": \"{name}\" }}]"),
        }
    }
}

/// Reads and checks a pipeline file. `path` is what messages call it.
pub fn load(path: &str, text: &str, catalog: &Catalog) -> Result<Pipeline, Diagnosis> {
    let syntax = Syntax::of(path, text);
    let (root, errors) = match syntax {
        Syntax::Toml => read_toml::read(text),
        Syntax::Json => read_json::read(text),
    };
    let lines = LineIndex::new(text);
    let mut loader = Loader { catalog, lines: &lines, syntax, end: text.trim_end().len(), found: Vec::new() };
    let parts = loader.pipeline(&root);
    let mut found = loader.found;
    if !errors.is_empty() {
        // What was read in spite of them is judged too, but not what seems to be missing, and not what they touch.
        let touched: Vec<Range<usize>> = match syntax {
            Syntax::Toml => errors.iter().map(|e| touched(text, &lines, e.span.start)).collect(),
            Syntax::Json => Vec::new(),
        };
        let unsure = |d: &Diagnostic| touched.iter().any(|lost| lost.contains(&lines.line(d.span.start)));
        found.retain(|d| !d.about_absence && !unsure(d));
        found.extend(errors);
    }
    let diagnosis = Diagnosis::new(path, text, found);
    if diagnosis.count(Severity::Error) > 0 {
        return Err(diagnosis);
    }
    let Parts { source, links, exports, limits, run } = parts;
    let time = run.seconds_per_document();
    let chain = links.into_iter().fold(Chain::new(limits), Chain::then).time_limit(time);
    Ok(Pipeline { source, chain, exports, run, warnings: diagnosis })
}

/// The lines of a TOML file that cannot be trusted after an error in one: that line, and after a broken heading all
/// that was meant to stand below it.
fn touched(text: &str, lines: &LineIndex<'_>, at: usize) -> Range<usize> {
    let first = lines.line(at);
    let is_heading = |line: &str| line.trim_start().starts_with('[');
    let mut below = text.lines().skip(first - 1);
    if !below.next().is_some_and(is_heading) {
        return first..first + 1;
    }
    first..first + 1 + below.take_while(|line| !is_heading(line)).count()
}

/// The options under `[run]` and `[limits]` as JSON Schemas, for messages about options in the wrong place.
fn table_schema(name: &str) -> Value {
    match name {
        "run" => schemars::schema_for!(Run).to_value(),
        "limits" => schemars::schema_for!(Limits).to_value(),
        _ => Value::Null,
    }
}

#[derive(Default)]
struct Parts {
    source: Option<Built<dyn Source>>,
    links: Vec<Link>,
    exports: Vec<Outlet>,
    limits: Limits,
    run: Run,
}

struct Loader<'a> {
    catalog: &'a Catalog,
    lines: &'a LineIndex<'a>,
    syntax: Syntax,
    /// Where something that is missing would be added.
    end: usize,
    found: Vec<Diagnostic>,
}

/// A table that names what it is an instance of.
struct Chosen<'n> {
    node: &'n Node,
    name: &'n str,
    span: Range<usize>,
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
        for entry in root.entries() {
            match entry.key.as_str() {
                "source" => parts.source = self.source(entry),
                "stage" => parts.links = self.stages(entry),
                "export" => parts.exports = self.exports(entry),
                "limits" => parts.limits = self.settings(entry).unwrap_or_default(),
                "run" => parts.run = self.settings(entry).unwrap_or_default(),
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
        } else if let Some(heading) = self.heading_for(&entry.key) {
            diagnostic = diagnostic.label(format!("write `{heading}` and `use = \"{}\"` below it", entry.key));
        }
        self.say(diagnostic.help("it is made of `[source]`, `[[stage]]`, `[[export]]`, `[limits]` and `[run]`"));
    }

    /// The heading under which a name of the catalogue is used.
    fn heading_for(&self, name: &str) -> Option<&'static str> {
        if self.catalog.find_stage(name).is_some() {
            Some("[[stage]]")
        } else if self.catalog.find_export(name).is_some() {
            Some("[[export]]")
        } else {
            self.catalog.find_source(name).map(|_| "[source]")
        }
    }

    /// What a pipeline cannot or should not go without.
    fn absences(&mut self, root: &Node) {
        // A misspelt name has been complained about; what it stands for is then not missing.
        let misspelt = |key: &str| {
            let unknown = root.entries().iter().filter(|e| !TABLES.contains(&e.key.as_str()));
            unknown.into_iter().any(|e| closest(&e.key, TABLES) == Some(key))
        };
        let is_empty = |e: &Entry| matches!(&e.node.value, NodeValue::Array(a) if a.is_empty());
        let empty = |key: &str| root.get(key).is_none_or(is_empty) && !misspelt(key);
        let (no_export, no_stage) = (empty("export"), empty("stage"));
        let (syntax, end) = (self.syntax, self.end..self.end);
        if no_export {
            let names = suggest::list(self.catalog.exports().iter().map(|e| e.name));
            self.say(
                Diagnostic::error("this pipeline has no export: nothing would be written", end.clone())
                    .help(format!("add\n{}", syntax.example("export", "jsonl")))
                    .help(format!("exports: {names}"))
                    .absent(),
            );
        }
        if no_stage {
            self.say(
                Diagnostic::warning("this pipeline has no stage: the text of every record will be empty", end)
                    .help(format!("add\n{}", syntax.example("stage", "strip-boilerplate")))
                    .help("`copydesk stages` lists them")
                    .absent(),
            );
        }
    }

    fn source(&mut self, entry: &Entry) -> Option<Built<dyn Source>> {
        if matches!(entry.node.value, NodeValue::Array(_)) {
            self.say(Diagnostic::error("a pipeline has one source", entry.node.span.clone()).help(match self.syntax {
                Syntax::Toml => "write `[source]`, with one pair of brackets; its `paths` may name many folders",
                Syntax::Json => "write one table, without the list around it; its `paths` may name many folders",
            }));
            return None;
        }
        let chosen = self.named(&entry.node, "[source]", "source")?;
        let Some(known) = self.catalog.find_source(chosen.name) else {
            let names: Vec<_> = self.catalog.sources().iter().map(|e| e.name).collect();
            self.unknown_name(&chosen, "source", &names);
            return None;
        };
        let subject = format!("source `{}`", known.name);
        let (config, resolved) =
            self.options(&chosen, &subject, &known.schema().to_value(), |config| known.resolve(config))?;
        let part = self.built(&chosen, &subject, known.build(&config))?;
        Some(Built { name: known.name, version: 0, config: resolved, part })
    }

    fn stages(&mut self, entry: &Entry) -> Vec<Link> {
        let mut links = Vec::new();
        let mut placed = Vec::new();
        let catalog = self.catalog;
        for node in self.list(entry, "stage") {
            let Some(chosen) = self.named(node, "[[stage]]", "stage") else { continue };
            let Some(known) = catalog.find_stage(chosen.name) else {
                let names: Vec<_> = catalog.stages().iter().map(|e| e.name).collect();
                self.unknown_name(&chosen, "stage", &names);
                continue;
            };
            let line = self.lines.line(chosen.span.start);
            placed.push(Placed { entry: known, span: chosen.span.clone(), line });
            let subject = format!("stage `{}`", known.name);
            let schema = known.schema().to_value();
            let Some((config, resolved)) = self.options(&chosen, &subject, &schema, |c| known.resolve(c)) else {
                continue;
            };
            let built: Option<AnyStage> = self.built(&chosen, &subject, known.build(&config));
            if let Some(stage) = built {
                links.push(Link { name: known.name, version: known.version, config: resolved, stage });
            }
        }
        let errors = order::check(&placed);
        // A chain in the wrong order gets one message, not a second about what is then not written.
        self.found.extend(if errors.is_empty() { order::unwritten(&placed, catalog.stages()) } else { errors });
        links
    }

    fn exports(&mut self, entry: &Entry) -> Vec<Outlet> {
        let mut exports: Vec<Outlet> = Vec::new();
        let mut places: Vec<Range<usize>> = Vec::new();
        let catalog = self.catalog;
        for node in self.list(entry, "export") {
            let Some(chosen) = self.named(node, "[[export]]", "export") else { continue };
            let Some(known) = catalog.find_export(chosen.name) else {
                let names: Vec<_> = catalog.exports().iter().map(|e| e.name).collect();
                self.unknown_name(&chosen, "export", &names);
                continue;
            };
            let subject = format!("export `{}`", known.name);
            let schema = known.schema().to_value();
            let Some((config, resolved)) = self.options(&chosen, &subject, &schema, |c| known.resolve(c)) else {
                continue;
            };
            let Some(export) = self.built(&chosen, &subject, known.build(&config)) else { continue };
            if let Some(first) = exports.iter().position(|e| e.export.file_name() == export.file_name()) {
                let file = export.file_name();
                let file_option = schema.pointer("/properties/file").map(|_| "`file = \"...\"`");
                let way_out = file_option.map_or("remove one of them".into(), |o| format!("give one of them {o}"));
                self.say(
                    Diagnostic::error(format!("two exports would write `{file}`"), chosen.span.clone())
                        .label(format!("writes `{file}` too"))
                        .also(places[first].clone(), format!("writes `{file}`"))
                        .help(way_out),
                );
            }
            places.push(chosen.span);
            exports.push(Outlet { name: known.name, version: known.version, config: resolved, export });
        }
        exports
    }

    /// The entries of `[[stage]]` or `[[export]]`.
    fn list<'n>(&mut self, entry: &'n Entry, key: &str) -> &'n [Node] {
        match &entry.node.value {
            NodeValue::Array(items) => items,
            NodeValue::Table(_) => {
                self.say(Diagnostic::error(format!("`{key}` is a list of tables"), entry.key_span.clone()).help(
                    match self.syntax {
                        Syntax::Toml => format!("write `[[{key}]]`, with two pairs of brackets, before each {key}"),
                        Syntax::Json => format!("put the table into a list: \"{key}\": [{{ ... }}]"),
                    },
                ));
                std::slice::from_ref(&entry.node)
            }
            _ => {
                self.say(
                    Diagnostic::error(
                        format!("`{key}` is a list of tables, not {}", entry.node.kind()),
                        entry.node.span.clone(),
                    )
                    .help(format!("write, once for each {key},\n{}", self.syntax.example(key, "..."))),
                );
                &[]
            }
        }
    }

    /// Reads the `use` of a table.
    fn named<'n>(&mut self, node: &'n Node, heading: &str, what: &str) -> Option<Chosen<'n>> {
        let names: Vec<&'static str> = match what {
            "source" => self.catalog.sources().iter().map(|e| e.name).collect(),
            "stage" => self.catalog.stages().iter().map(|e| e.name).collect(),
            _ => self.catalog.exports().iter().map(|e| e.name).collect(),
        };
        if !matches!(node.value, NodeValue::Table(_)) {
            let mut diagnostic =
                Diagnostic::error(format!("each {what} is a table, not {}", node.kind()), node.span.clone());
            if let Some(name) = node.as_str() {
                diagnostic = diagnostic.help(match self.syntax {
                    Syntax::Toml => format!("write\n{heading}\nuse = \"{name}\""),
                    Syntax::Json => format!("write {{ \"use\": \"{name}\" }}"),
                });
            }
            self.say(diagnostic);
            return None;
        }
        let Some(entry) = node.get(USE) else {
            // A misspelt `use` is one mistake, not two.
            let near =
                node.entries().iter().find(|e| matches!(e.key.as_str(), "name" | "type" | "kind" | "uses" | "id"));
            let mut diagnostic = match near {
                Some(entry) => Diagnostic::error(format!("this {what} has no `use`"), entry.key_span.clone())
                    .label("did you mean `use`?"),
                None => Diagnostic::error(format!("this {what} has no `use`"), node.span.clone()),
            };
            diagnostic = diagnostic.help(format!("say which one: `use = \"...\"` with {}", or_list(&names)));
            self.say(diagnostic.absent());
            return None;
        };
        let Some(name) = entry.node.as_str() else {
            self.say(
                Diagnostic::error(format!("`use` must be text, not {}", entry.node.kind()), entry.node.span.clone())
                    .help(format!("name a {what}: {}", or_list(&names))),
            );
            return None;
        };
        Some(Chosen { node, name, span: entry.node.span.clone() })
    }

    fn unknown_name(&mut self, chosen: &Chosen<'_>, what: &str, names: &[&'static str]) {
        let mut diagnostic = Diagnostic::error(format!("no {what} is called `{}`", chosen.name), chosen.span.clone());
        if let Some(name) = closest(chosen.name, names.iter().copied()) {
            diagnostic = diagnostic.label(format!("did you mean `{name}`?"));
        } else if let Some(heading) = self.heading_for(chosen.name) {
            diagnostic = diagnostic.label(format!("it belongs under `{heading}`"));
        }
        self.say(diagnostic.help(format!("{what}s: {}", suggest::list(names.iter().copied()))));
    }

    /// Checks the options of a table: as they are, and in full. `None` where something is wrong.
    fn options(
        &mut self,
        chosen: &Chosen<'_>,
        subject: &str,
        schema: &Value,
        resolve: impl FnOnce(&Value) -> Result<Value, ConfigError>,
    ) -> Option<(Value, Value)> {
        let elsewhere = |key: &str| option_home(key);
        let found = Subject { name: subject.into(), schema, besides: &[USE], elsewhere: &elsewhere }.check(chosen.node);
        if !found.is_empty() {
            self.found.extend(found);
            return None;
        }
        let mut config = chosen.node.to_json(&[USE]);
        self.read_files(chosen, schema, &mut config)?;
        let resolved = self.built(chosen, subject, resolve(&config))?;
        Some((config, resolved))
    }

    /// Puts the contents of a file in the place of its name, for options of the format `file-contents`: a stage sees
    /// text and no files, and its resolved options change when the file does.
    fn read_files(&mut self, chosen: &Chosen<'_>, schema: &Value, config: &mut Value) -> Option<()> {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let names = properties.filter(|(_, of)| of.get("format").and_then(Value::as_str) == Some(FILE_CONTENTS));
        let mut all_read = Some(());
        for (name, _) in names {
            let Some(Value::String(path)) = config.get_mut(name) else { continue };
            match std::fs::read_to_string(&*path) {
                Ok(contents) => *path = contents,
                Err(error) => {
                    let span = chosen.node.place_of(name).unwrap_or_else(|| chosen.span.clone());
                    self.say(
                        Diagnostic::error(format!("cannot read `{path}`: {error}"), span)
                            .help("paths are relative to the current directory"),
                    );
                    all_read = None;
                }
            }
        }
        all_read
    }

    /// Puts an error of the typed build at its place.
    fn built<T>(&mut self, chosen: &Chosen<'_>, subject: &str, result: Result<T, ConfigError>) -> Option<T> {
        match result {
            Ok(built) => Some(built),
            Err(error) => {
                self.config_error(chosen.node, chosen.span.clone(), subject, error);
                None
            }
        }
    }

    fn config_error(&mut self, node: &Node, whole: Range<usize>, subject: &str, error: ConfigError) {
        let message = if error.path.is_empty() {
            format!("{subject}: {}", error.message)
        } else {
            format!("`{}` of {subject}: {}", error.path, error.message)
        };
        let span = node.place_of(&error.path).unwrap_or_else(|| whole.clone());
        let mut diagnostic = Diagnostic::error(message, span);
        if let Some(label) = error.label {
            diagnostic = diagnostic.label(label);
        }
        if let Some(help) = error.help {
            diagnostic = diagnostic.help(help);
        }
        self.say(diagnostic);
        for error in error.more {
            self.config_error(node, whole.clone(), subject, error);
        }
    }

    /// `[limits]` or `[run]`.
    fn settings<T: DeserializeOwned>(&mut self, entry: &Entry) -> Option<T> {
        let subject = format!("`[{}]`", entry.key);
        let schema = table_schema(&entry.key);
        let elsewhere = |key: &str| option_home(key).filter(|home| !home.contains(&entry.key));
        let found =
            Subject { name: subject.clone(), schema: &schema, besides: &[], elsewhere: &elsewhere }.check(&entry.node);
        if !found.is_empty() {
            self.found.extend(found);
            return None;
        }
        match serde_json::from_value(entry.node.to_json(&[])) {
            Ok(value) => Some(value),
            Err(error) => {
                let error = ConfigError::at("", error.to_string());
                self.config_error(&entry.node, entry.key_span.clone(), &subject, error);
                None
            }
        }
    }
}

/// The table of settings that has an option of that name.
fn option_home(key: &str) -> Option<String> {
    ["run", "limits"]
        .into_iter()
        .find(|name| table_schema(name).pointer("/properties").is_some_and(|p| p.get(key).is_some()))
        .map(|name| format!("`[{name}]`"))
}

fn or_list(names: &[&str]) -> String {
    suggest::join(&names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>(), "or")
}
