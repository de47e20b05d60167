//! The two syntaxes of a pipeline file, and how each is written in messages.

use std::{ops::Range, path::Path};

use copydesk_document::LineIndex;

use super::instance::Part;
use crate::{diagnosis::Diagnostic, node::Node, read_json, read_toml};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Toml,
    Json,
}

impl Syntax {
    /// By the extension, else by the content: a JSON file opens with a brace, which no TOML file can.
    pub(super) fn of(path: &str, text: &str) -> Self {
        match Path::new(path).extension().and_then(|e| e.to_str()) {
            Some("json") => Self::Json,
            Some("toml") => Self::Toml,
            _ if text.trim_start().starts_with('{') => Self::Json,
            _ => Self::Toml,
        }
    }

    /// What could be read, and what could not.
    pub(super) fn read(self, text: &str) -> (Node, Vec<Diagnostic>) {
        match self {
            Self::Toml => read_toml::read(text),
            Self::Json => read_json::read(text),
        }
    }

    /// The lines that cannot be trusted after an error in one. In TOML that line, and after a broken heading all that was
    /// meant to stand below it. A JSON file with an error has been read to its end, or not at all.
    pub(super) fn touched(self, text: &str, lines: &LineIndex<'_>, error: &Diagnostic) -> Range<usize> {
        if self == Self::Json {
            return 0..0;
        }
        let first = lines.line(error.span.start);
        let is_heading = |line: &str| line.trim_start().starts_with('[');
        let mut below = text.lines().skip(first - 1);
        if !below.next().is_some_and(is_heading) {
            return first..first + 1;
        }
        first..first + 1 + below.take_while(|line| !is_heading(line)).count()
    }

    /// How to add a table that names what it is an instance of.
    pub(super) fn example(self, part: Part, name: &str) -> String {
        match self {
            Self::Toml => format!("{}\nuse = \"{name}\"", part.heading()),
            Self::Json => format!("\"{}\": [{{ \"use\": \"{name}\" }}]", part.noun()),
        }
    }

    /// The way out for somebody who wrote the name alone.
    pub(super) fn in_a_table(self, part: Part, name: &str) -> String {
        match self {
            Self::Toml => format!("write\n{}\nuse = \"{name}\"", part.heading()),
            Self::Json => format!("write {{ \"use\": \"{name}\" }}"),
        }
    }

    /// The way out for somebody who wrote one table where a list belongs.
    pub(super) fn in_a_list(self, part: Part) -> String {
        let noun = part.noun();
        match self {
            Self::Toml => format!("write `[[{noun}]]`, with two pairs of brackets, before each {noun}"),
            Self::Json => format!("put the table into a list: \"{noun}\": [{{ ... }}]"),
        }
    }

    /// The way out for somebody who wrote several sources.
    pub(super) fn one_source(self) -> &'static str {
        match self {
            Self::Toml => "write `[source]`, with one pair of brackets; its `paths` may name many folders",
            Self::Json => "write one table, without the list around it; its `paths` may name many folders",
        }
    }
}
