//! `copydesk stages`

use std::fmt::Write;

use anyhow::anyhow;
use copydesk_stage::{Catalog, Facet};
use serde_json::{Map, Value};

use super::inputs::KnownName;
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{self, Paint, Tone, pad, wrap},
};

/// Arguments of `copydesk stages`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A stage, survey, source or export; all of them in short if left out.
    #[arg(value_parser = KnownName::Any, hide_possible_values = true)]
    name: Option<String>,
}

/// The parts that a pipeline is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Source,
    Stage,
    Survey,
    Export,
}

impl Part {
    const ALL: [Self; 4] = [Self::Source, Self::Stage, Self::Survey, Self::Export];

    fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Stage => "stage",
            Self::Survey => "survey",
            Self::Export => "export",
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Source => "[source]",
            Self::Stage => "[[stage]]",
            Self::Survey => "[[survey]]",
            Self::Export => "[[export]]",
        }
    }
}

/// What the catalogue tells of one part, whichever it is.
struct Known {
    part: Part,
    name: &'static str,
    summary: &'static str,
    reads: &'static [Facet],
    writes: &'static [Facet],
    schema: Value,
    defaults: Value,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let paint = Paint::stdout(reporter.color);
        let known = all(catalog);
        let text = match &self.name {
            None => list(&known, paint),
            Some(name) => {
                let found: Vec<&Known> = known.iter().filter(|k| k.name == name).collect();
                if found.is_empty() {
                    return Err(anyhow!(unknown(catalog, name, None)).into());
                }
                found.iter().map(|k| describe(k, paint)).collect::<Vec<_>>().join("\n")
            }
        };
        terminal::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What to say of a name that the catalogue does not have.
pub(crate) fn unknown(catalog: &Catalog, name: &str, part: Option<Part>) -> String {
    if let Some(way_out) = copydesk_pipeline::left_out(name) {
        return format!("`{name}` is not built in: {way_out}");
    }
    let names: Vec<&str> = all(catalog).iter().filter(|k| part.is_none_or(|p| p == k.part)).map(|k| k.name).collect();
    let what = part.map_or("stage, survey, source or export", Part::name);
    let mean = copydesk_pipeline::closest(name, names.iter().copied());
    let mean = mean.map(|m| format!("; did you mean `{m}`?")).unwrap_or_default();
    format!("no {what} is called `{name}`{mean} (there are: {})", names.join(", "))
}

fn all(catalog: &Catalog) -> Vec<Known> {
    let sources = catalog.sources().iter().map(|e| Known {
        part: Part::Source,
        name: e.name,
        summary: e.summary,
        reads: &[],
        writes: &[],
        schema: e.schema().to_value(),
        defaults: e.defaults(),
    });
    let stages = catalog.stages().iter().map(|e| Known {
        part: Part::Stage,
        name: e.name,
        summary: e.summary,
        reads: e.reads,
        writes: e.writes,
        schema: e.schema().to_value(),
        defaults: e.defaults(),
    });
    let surveys = catalog.surveys().iter().map(|e| Known {
        part: Part::Survey,
        name: e.name,
        summary: e.summary,
        reads: &[],
        writes: &[],
        schema: e.schema().to_value(),
        defaults: e.defaults(),
    });
    let exports = catalog.exports().iter().map(|e| Known {
        part: Part::Export,
        name: e.name,
        summary: e.summary,
        reads: &[],
        writes: &[],
        schema: e.schema().to_value(),
        defaults: e.defaults(),
    });
    sources.chain(stages).chain(surveys).chain(exports).collect()
}

fn list(known: &[Known], paint: Paint) -> String {
    let mut out = String::new();
    let names = known.iter().map(|k| k.name.len()).max().unwrap_or(0);
    // A program need not have one of each.
    for part in Part::ALL.into_iter().filter(|part| known.iter().any(|k| k.part == *part)) {
        let _ =
            writeln!(out, "{}", paint.paint(Tone::Strong, &format!("{}s, used under {}", part.name(), part.heading())));
        for k in known.iter().filter(|k| k.part == part) {
            let _ = writeln!(out, "  {}  {}", paint.paint(Tone::Fact, &pad(k.name, names)), k.summary);
            let options: Vec<&str> =
                properties(&k.schema).map(|p| p.keys().map(String::as_str).collect()).unwrap_or_default();
            let flow = facets(k);
            let mut facts = Vec::new();
            if !flow.is_empty() {
                facts.push(flow);
            }
            if !options.is_empty() {
                facts.push(format!("options: {}", options.join(", ")));
            }
            for line in facts.iter().flat_map(|f| wrap(f, terminal::width() - names - 4)) {
                let _ = writeln!(out, "  {}  {}", pad("", names), paint.paint(Tone::Quiet, &line));
            }
        }
        out.push('\n');
    }
    out.push_str(&crate::program::of_this_program(
        "copydesk stages NAME shows the options of one, with types, defaults and docs.\n",
    ));
    out
}

fn facets(k: &Known) -> String {
    let names = |facets: &[Facet]| facets.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
    match (k.reads, k.writes) {
        ([], []) => String::new(),
        ([], writes) => format!("writes {}", names(writes)),
        (reads, []) => format!("reads {}", names(reads)),
        (reads, writes) => format!("reads {}; writes {}", names(reads), names(writes)),
    }
}

fn describe(k: &Known, paint: Paint) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} ({})", paint.paint(Tone::Strong, k.name), k.part.name());
    let _ = writeln!(out, "{}", k.summary);
    let flow = facets(k);
    if !flow.is_empty() {
        let _ = writeln!(out, "It {flow}.");
    }
    let _ = writeln!(out, "\n  {}\n  use = \"{}\"", k.part.heading(), k.name);
    let more = match k.part {
        Part::Source => None,
        Part::Survey => Some("`against`, output folders of other runs, whose documents come before those of the run"),
        Part::Stage | Part::Export => Some("`when`, for some documents alone"),
    };
    if let Some(more) = more {
        let noun = k.part.name();
        let _ = writeln!(out, "\nBeside `use` it takes `name`, for a second {noun} of this kind, and {more}.");
    }
    match properties(&k.schema).filter(|p| !p.is_empty()) {
        None => out.push_str("\nIt has no options.\n"),
        Some(options) => {
            let _ = writeln!(out, "\n{}", paint.paint(Tone::Strong, "Options"));
            for (name, schema) in options {
                option(&mut out, k, name, schema, paint);
            }
        }
    }
    out
}

fn option(out: &mut String, k: &Known, name: &str, schema: &Value, paint: Paint) {
    let default = match k.defaults.get(name) {
        None | Some(Value::Null) => "not set".to_owned(),
        Some(value) => format!("default {value}"),
    };
    let _ = writeln!(
        out,
        "  {} {}",
        paint.paint(Tone::Fact, name),
        paint.paint(Tone::Quiet, &format!("({}, {default})", type_of(&k.schema, schema)))
    );
    let doc = schema.get("description").and_then(Value::as_str).unwrap_or("");
    for line in doc.split("\n\n").flat_map(|paragraph| wrap(paragraph, terminal::width() - 6)) {
        let _ = writeln!(out, "      {line}");
    }
    for (value, doc) in names_of(&k.schema, schema) {
        let doc = doc.map(|d| format!(": {}", d.replace('\n', " "))).unwrap_or_default();
        let _ = writeln!(out, "      \"{value}\"{}", paint.paint(Tone::Quiet, &doc));
    }
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

/// Follows a reference into the definitions of the whole schema.
fn resolve<'s>(whole: &'s Value, schema: &'s Value) -> &'s Value {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    reference.and_then(|pointer| whole.pointer(pointer)).unwrap_or(schema)
}

fn choices(schema: &Value) -> &[Value] {
    ["oneOf", "anyOf"].iter().find_map(|k| schema.get(*k)?.as_array()).map_or(&[], Vec::as_slice)
}

/// The type of an option, in words.
fn type_of(whole: &Value, schema: &Value) -> String {
    let schema = resolve(whole, schema);
    if !names_of(whole, schema).is_empty() {
        return "one of these".into();
    }
    let word = |name: &str| match name {
        "boolean" => "true or false".to_owned(),
        "integer" => "whole number".to_owned(),
        "string" => "text".to_owned(),
        "array" => match schema.get("items") {
            Some(items) => format!("list of {}", plural(&type_of(whole, items))),
            None => "list".to_owned(),
        },
        "object" => "table".to_owned(),
        other => other.to_owned(),
    };
    let mut types: Vec<String> = match schema.get("type") {
        Some(Value::String(name)) => vec![word(name)],
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).filter(|n| *n != "null").map(word).collect()
        }
        _ => choices(schema)
            .iter()
            .map(|c| resolve(whole, c))
            .filter(|c| c.get("type").is_none_or(|t| t != "null"))
            .map(|c| type_of(whole, c))
            .collect(),
    };
    types.dedup();
    let range = match (schema.get("minimum"), schema.get("maximum")) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) if least.as_f64() != Some(0.0) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        _ => String::new(),
    };
    if types.is_empty() { "anything".into() } else { format!("{}{range}", types.join(" or ")) }
}

fn plural(name: &str) -> String {
    match name {
        "text" => "texts".into(),
        "one of these" => "these".into(),
        name if name.contains(' ') && !name.ends_with("number") => name.into(),
        name => format!("{name}s"),
    }
}

/// The fixed names that an option, or an entry of it, may be, each with its doc.
fn names_of<'s>(whole: &'s Value, schema: &'s Value) -> Vec<(&'s str, Option<&'s str>)> {
    let schema = resolve(whole, schema);
    if let Some(name) = schema.get("const").and_then(Value::as_str) {
        return vec![(name, schema.get("description").and_then(Value::as_str))];
    }
    if let Some(names) = schema.get("enum").and_then(Value::as_array) {
        return names.iter().filter_map(Value::as_str).map(|n| (n, None)).collect();
    }
    if let Some(items) = schema.get("items") {
        return names_of(whole, items);
    }
    choices(schema).iter().flat_map(|c| names_of(whole, c)).collect()
}
