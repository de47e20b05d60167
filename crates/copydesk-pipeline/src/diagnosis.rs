//! What is wrong with a pipeline file, in a form that a person can act on.

use std::{
    fmt::{self, Write as _},
    ops::Range,
};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use copydesk_document::{LineIndex, Place};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file runs, and probably not as meant.
    Warning,
}

/// One thing that is wrong, with its place and the way out.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Bytes of the file that it is about.
    pub span: Range<usize>,
    /// What is said right at the place.
    pub label: String,
    /// Other places that belong to it.
    pub also: Vec<(Range<usize>, String)>,
    /// The way out, and what is allowed.
    pub help: Vec<String>,
    // About something that is not there: no sense in saying so while a part of the file could not be read.
    pub(crate) about_absence: bool,
}

impl Diagnostic {
    pub(crate) fn error(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span,
            label: String::new(),
            also: Vec::new(),
            help: Vec::new(),
            about_absence: false,
        }
    }

    pub(crate) fn warning(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message, span) }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.also.push((span, label.into()));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    pub(crate) fn absent(mut self) -> Self {
        self.about_absence = true;
        self
    }
}

/// How many messages are shown.
const MOST_SHOWN: usize = 100;

/// All that is wrong with one file, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Diagnosis {
    path: String,
    text: String,
    items: Vec<Diagnostic>,
}

impl Diagnosis {
    pub(crate) fn new(path: &str, text: &str, mut items: Vec<Diagnostic>) -> Self {
        items.sort_by_key(|d| (d.span.start, d.span.end));
        Self { path: path.into(), text: text.into(), items }
    }

    /// Each thing that is wrong.
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// What the file is called.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Each thing that is wrong, with its line and column.
    pub fn places(&self) -> impl Iterator<Item = (&Diagnostic, Place)> {
        let lines = LineIndex::new(&self.text);
        self.items.iter().map(move |d| (d, lines.place(d.span.start)))
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.items.iter().filter(|d| d.severity == severity).count()
    }

    /// The first messages, each with its line and a caret, in colour or plain, one blank line between two; and how many
    /// more there are. A file with hundreds of mistakes is another file given by mistake.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let lines = LineIndex::new(&self.text);
        let mut out = String::new();
        for item in self.items.iter().take(MOST_SHOWN) {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&renderer.render(&[self.group(item, &lines)]));
            out.push('\n');
        }
        if let Some(more @ 1..) = self.items.len().checked_sub(MOST_SHOWN) {
            let _ = writeln!(out, "\nand {more} more");
        }
        out
    }

    /// A message with the lines that it is about: the renderer goes through all the text that it is given.
    fn group<'a>(&'a self, item: &'a Diagnostic, lines: &LineIndex<'_>) -> annotate_snippets::Group<'a> {
        let spans =
            || std::iter::once(&item.span).chain(item.also.iter().map(|(span, _)| span)).map(|s| self.visible(s));
        let start = spans().map(|span| span.start).min().unwrap_or(0);
        let start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = spans().map(|span| span.end).max().unwrap_or(0);
        let end = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at);
        let shifted = |span: &Range<usize>| {
            let Range { start: from, end: to } = self.visible(span);
            from - start..to - start
        };
        let level = match item.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let label = Some(item.label.as_str()).filter(|l| !l.is_empty());
        let snippet = Snippet::source(&self.text[start..end])
            .line_start(lines.line(start))
            .path(self.path.as_str())
            .annotation(AnnotationKind::Primary.span(shifted(&item.span)).label(label))
            .annotations(item.also.iter().map(|(span, text)| AnnotationKind::Context.span(shifted(span)).label(text)));
        let help = item.help.iter().map(|text| Level::HELP.message(text.as_str()));
        level.primary_title(item.message.as_str()).element(snippet).elements(help)
    }

    /// The span cut to its first line, on character boundaries and inside the text: one caret line says enough.
    fn visible(&self, span: &Range<usize>) -> Range<usize> {
        let floor = |mut at: usize| {
            at = at.min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(span.start);
        let end = floor(span.end).max(start);
        let line_end = self.text[start..end].find('\n').map_or(end, |i| start + i);
        start..line_end
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnosis {}
