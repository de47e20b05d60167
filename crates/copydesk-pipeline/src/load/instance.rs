//! Tables that name what they are an instance of: the source, each stage, each survey, each export.

use std::ops::Range;

use copydesk_stage::{Catalog, closest};

use super::Loader;
use crate::{
    diagnosis::Diagnostic,
    features::left_out,
    node::{Entry, Node, NodeValue},
    suggest,
};

/// The key that names what a table is an instance of.
pub(super) const USE: &str = "use";
/// The key that gives an instance of a stage, a survey or an export a name of its own.
pub(super) const NAME: &str = "name";
/// The key that says for which documents an instance of a stage or an export is.
pub(crate) const WHEN: &str = "when";
/// The key that sends the rows of an export to many files.
pub(crate) const PATH: &str = "path";
/// The key that names folders whose documents a survey compares those of the run with.
pub(super) const AGAINST: &str = "against";
/// What people write in the place of `use`.
const NEAR_USE: [&str; 5] = ["name", "type", "kind", "uses", "id"];

/// The parts of a pipeline that a catalogue knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Source,
    Stage,
    Survey,
    Export,
}

impl Part {
    /// Its key in a pipeline file, which is also what messages call it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Stage => "stage",
            Self::Survey => "survey",
            Self::Export => "export",
        }
    }

    /// How TOML opens its table.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Source => "[source]",
            Self::Stage => "[[stage]]",
            Self::Survey => "[[survey]]",
            Self::Export => "[[export]]",
        }
    }

    /// All that the catalogue knows of this part.
    pub(super) fn names(self, catalog: &Catalog) -> Vec<&str> {
        match self {
            Self::Source => catalog.sources().iter().map(|e| e.name).collect(),
            Self::Stage => catalog.stages().iter().map(|e| e.name).collect(),
            Self::Survey => catalog.surveys().iter().map(|e| e.name).collect(),
            Self::Export => catalog.exports().iter().map(|e| e.name).collect(),
        }
    }

    /// The heading under which a name of the catalogue is used.
    pub(super) fn heading_for(catalog: &Catalog, name: &str) -> Option<&'static str> {
        let parts = [Self::Stage, Self::Survey, Self::Export, Self::Source];
        parts.into_iter().find(|part| part.names(catalog).contains(&name)).map(Self::heading)
    }
}

/// A table that names what it is an instance of.
pub(super) struct Instance<'n> {
    pub(super) node: &'n Node,
    /// Its `use`.
    pub(super) kind: &'n str,
    /// Where that stands.
    pub(super) span: Range<usize>,
    /// The keys of the table that are no options.
    pub(super) besides: &'static [&'static str],
}

impl Loader<'_> {
    /// The tables of `[[stage]]`, `[[survey]]` or `[[export]]`.
    pub(super) fn list<'n>(&mut self, entry: &'n Entry, part: Part) -> &'n [Node] {
        let noun = part.noun();
        match &entry.node.value {
            NodeValue::Array(items) => items,
            NodeValue::Table(_) => {
                self.say(
                    Diagnostic::error(format!("`{noun}` is a list of tables"), entry.key_span.clone())
                        .help(self.syntax.in_a_list(part)),
                );
                std::slice::from_ref(&entry.node)
            }
            _ => {
                let message = format!("`{noun}` is a list of tables, not {}", entry.node.kind());
                self.say(
                    Diagnostic::error(message, entry.node.span.clone())
                        .help(format!("write, once for each {noun},\n{}", self.syntax.example(part, "..."))),
                );
                &[]
            }
        }
    }

    /// Reads the `use` of a table.
    pub(super) fn instance<'n>(&mut self, node: &'n Node, part: Part) -> Option<Instance<'n>> {
        if !matches!(node.value, NodeValue::Table(_)) {
            self.not_a_table(node, part);
            return None;
        }
        let Some(entry) = node.get(USE) else {
            self.no_use(node, part);
            return None;
        };
        let Some(kind) = entry.node.as_str() else {
            let message = format!("`use` must be text, not {}", entry.node.kind());
            self.say(Diagnostic::error(message, entry.node.span.clone()).help(format!(
                "name a {}: {}",
                part.noun(),
                self.known(part)
            )));
            return None;
        };
        // There is one source, which needs no name.
        let besides: &[_] = match part {
            Part::Source => &[USE],
            Part::Survey => &[USE, NAME, AGAINST],
            Part::Stage | Part::Export => &[USE, NAME, WHEN],
        };
        Some(Instance { node, kind, span: entry.node.span.clone(), besides })
    }

    fn not_a_table(&mut self, node: &Node, part: Part) {
        let message = format!("each {} is a table, not {}", part.noun(), node.kind());
        let mut diagnostic = Diagnostic::error(message, node.span.clone());
        if let Some(name) = node.as_str() {
            diagnostic = diagnostic.help(self.syntax.in_a_table(part, name));
        }
        self.say(diagnostic);
    }

    fn no_use(&mut self, node: &Node, part: Part) {
        let message = format!("this {} has no `use`", part.noun());
        // A misspelt `use` is one mistake, not two.
        let diagnostic = match node.entries().iter().find(|e| NEAR_USE.contains(&e.key.as_str())) {
            Some(near) => Diagnostic::error(message, near.key_span.clone()).label("did you mean `use`?"),
            None => Diagnostic::error(message, node.span.clone()),
        };
        self.say(diagnostic.help(format!("say which one: `use = \"...\"` with {}", self.known(part))).absent());
    }

    fn known(&self, part: Part) -> String {
        let names: Vec<_> = part.names(self.catalog).iter().map(|name| format!("`{name}`")).collect();
        suggest::join(&names, "or")
    }

    /// Complains of a `use` that the catalogue does not know.
    pub(super) fn unknown_kind(&mut self, instance: &Instance<'_>, part: Part) {
        let (noun, kind) = (part.noun(), instance.kind);
        let names = part.names(self.catalog);
        if let Some(way_out) = left_out(kind) {
            let message = format!("{noun} `{kind}` is not built into this program");
            self.say(Diagnostic::error(message, instance.span.clone()).help(way_out));
            return;
        }
        let mut diagnostic = Diagnostic::error(format!("no {noun} is called `{kind}`"), instance.span.clone());
        if let Some(name) = closest(kind, names.iter().copied()) {
            diagnostic = diagnostic.label(format!("did you mean `{name}`?"));
        } else if let Some(heading) = Part::heading_for(self.catalog, kind) {
            diagnostic = diagnostic.label(format!("it belongs under `{heading}`"));
        }
        self.say(diagnostic.help(format!("{noun}s: {}", suggest::list(names))));
    }
}
