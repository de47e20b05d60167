//! `include = "cleaning.toml"` under `[[stage]]`: the stages of another pipeline file, in this place.

use std::{fs, ops::Range};

use copydesk_document::LineIndex;

use super::{Loader, instance::Part, syntax::Syntax};
use crate::{
    BuiltinPipeline, builtin_pipelines, closest,
    diagnosis::Diagnostic,
    node::{Node, NodeValue},
};

/// The key that names the other file.
pub(super) const INCLUDE: &str = "include";
/// No file is longer that holds a pipeline.
const MAX_BYTES: u64 = 4 << 20;
/// So deep may files include files.
const DEEPEST: usize = 8;

/// A table of `[[stage]]`, and where it stands if it comes from another file.
pub(super) struct StageNode {
    pub(super) node: Node,
    /// The file and the line.
    pub(super) from: Option<(String, usize)>,
}

impl Loader<'_> {
    /// The tables of `[[stage]]`, with those of other files in the place where they are included. What is wrong with one of
    /// those is said at that place.
    pub(super) fn with_included(&mut self, nodes: &[Node]) -> Vec<StageNode> {
        let mut all = Vec::new();
        for node in nodes {
            match included_by(node) {
                Ok(None) => all.push(StageNode { node: node.clone(), from: None }),
                Ok(Some((path, span))) => self.include(path, span, &mut Vec::new(), &mut all),
                Err(error) => self.say(error),
            }
        }
        all
    }

    /// Adds the stages of a file; `open` are the files that are being included.
    fn include(&mut self, path: &str, span: &Range<usize>, open: &mut Vec<String>, all: &mut Vec<StageNode>) {
        let is_open = open.iter().any(|outer| outer == path);
        if is_open || open.len() == DEEPEST {
            let way = open.iter().map(String::as_str).chain([path]).collect::<Vec<_>>().join(" includes ");
            let message = if is_open {
                format!("`{path}` is included once more: {way}")
            } else {
                format!("files include files no more than {DEEPEST} deep: {way}")
            };
            self.say(Diagnostic::error(message, span.clone()));
            return;
        }
        let text = match read(path) {
            Ok(text) => text,
            Err(message) => {
                let help = "paths are relative to the current directory; a built-in pipeline goes by its name";
                let mut error = Diagnostic::error(message, span.clone()).help(help);
                if let Some(near) = closest(path, builtin_pipelines().iter().map(|pipeline| pipeline.name)) {
                    error = error.label(format!("did you mean `{near}`?"));
                }
                self.say(error);
                return;
            }
        };
        let (mut root, errors) = Syntax::of(path, &text).read(&text);
        let lines = LineIndex::new(&text);
        for error in errors {
            let line = lines.line(error.span.start);
            self.say(Diagnostic::error(format!("{path}, line {line}: {}", error.message), span.clone()));
        }
        // Nothing else of the file is taken, and so nothing else has to have its variables.
        if let NodeValue::Table(entries) = &mut root.value {
            entries.retain(|entry| entry.key == Part::Stage.noun());
        }
        let found = self.found.len();
        self.expand_variables(&mut root, &|name| std::env::var(name).ok());
        self.place_of(found, path, &lines, span);
        open.push(path.to_owned());
        if let Some(NodeValue::Array(nodes)) = root.get(Part::Stage.noun()).map(|entry| &entry.node.value) {
            for node in nodes {
                match included_by(node) {
                    Ok(None) => {
                        let from = Some((path.to_owned(), lines.line(node.span.start)));
                        all.push(StageNode { node: node.clone().at(span), from });
                    }
                    Ok(Some((inner, _))) => self.include(inner, span, open, all),
                    Err(error) => {
                        let found = self.found.len();
                        self.say(error);
                        self.place_of(found, path, &lines, span);
                    }
                }
            }
        } else {
            let help = "its stages are included, each a table under `[[stage]]`";
            self.say(Diagnostic::error(format!("`{path}` has no stages"), span.clone()).help(help));
        }
        open.pop();
        self.included.push((path.to_owned(), text));
    }

    /// Says of what has been found since where it stands, and has it point to the place where the file is included.
    fn place_of(&mut self, since: usize, path: &str, lines: &LineIndex<'_>, span: &Range<usize>) {
        for found in &mut self.found[since..] {
            found.message = format!("{path}, line {}: {}", lines.line(found.span.start), found.message);
            found.span = span.clone();
        }
    }
}

/// The file that a table includes, and where it says so; none if it is a stage.
fn included_by(node: &Node) -> Result<Option<(&str, &Range<usize>)>, Diagnostic> {
    let Some(include) = node.get(INCLUDE) else { return Ok(None) };
    if let Some(strange) = node.entries().iter().find(|entry| entry.key != INCLUDE) {
        let message = format!("`{}` cannot stand beside `{INCLUDE}`", strange.key);
        let help = "a stage has a `use`, or a file is included as it is: write two tables";
        return Err(Diagnostic::error(message, strange.key_span.clone()).help(help));
    }
    let Some(path) = include.node.as_str() else {
        let message = format!("`{INCLUDE}` names a pipeline file, and is {}", include.node.kind());
        return Err(Diagnostic::error(message, include.node.span.clone()));
    };
    Ok(Some((path, &include.node.span)))
}

/// The text of a pipeline file, or of a built-in one.
fn read(path: &str) -> Result<String, String> {
    let cannot = |error: std::io::Error| match BuiltinPipeline::find(path) {
        Some(built_in) => Ok(built_in.text.to_owned()),
        None => Err(format!("cannot read `{path}`: {error}")),
    };
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAX_BYTES => Err(format!("`{path}` is too large for a pipeline file")),
        Ok(_) => fs::read_to_string(path).or_else(cannot),
        Err(error) => cannot(error),
    }
}
