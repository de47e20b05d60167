//! Front matter: what stands before a Markdown text, in YAML, TOML or JSON, about it.

mod header;
mod json;
mod salvage;
mod title_block;
mod toml;
mod yaml;

use std::ops::Range;

use copydesk_document::{Clue, Document, Origin, Span};

use crate::{Limits, content::note, prefix};

/// Which notation front matter is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    Yaml,
    Toml,
    Json,
    /// Lines with `%` before them, as pandoc has them.
    TitleBlock,
    /// Names and values without fences, as `MultiMarkdown` and Pelican have them.
    Header,
}

impl Syntax {
    fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Toml => "TOML",
            Self::Json => "JSON",
            Self::TitleBlock => "pandoc",
            Self::Header => "MultiMarkdown",
        }
    }
}

/// Front matter and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FrontMatter {
    syntax: Syntax,
    /// The part between the fences.
    inner: Range<usize>,
    /// Where the text begins.
    pub(crate) body: usize,
}

impl FrontMatter {
    /// Whether it is names and values without fences.
    pub(crate) fn is_header(&self) -> bool {
        self.syntax == Syntax::Header
    }
}

/// Whether a content has front matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It has.
    Some(FrontMatter),
    /// It opens as if it had, and something is wrong; all of it is text. The word is the note's code, the sentence
    /// its message.
    Doubt(&'static str, &'static str),
    /// It has not.
    None,
}

/// Looks for front matter at the very start of a content, or below the line that a tool has put before the file:
/// `==> _posts/2018-05-17-harbour.md <==`.
pub(crate) fn find(content: &str, limits: &Limits) -> Found {
    let first = line_end(content, 0);
    let line = content[..first].trim_end();
    let marked =
        line.strip_prefix("==> ").and_then(|line| line.strip_suffix(" <==")).is_some_and(|path| !path.is_empty());
    if !marked {
        return at_start(content, limits);
    }
    match at_start(&content[first..], limits) {
        Found::Some(front) => Found::Some(FrontMatter {
            inner: front.inner.start + first..front.inner.end + first,
            body: front.body + first,
            ..front
        }),
        other => other,
    }
}

fn at_start(content: &str, limits: &Limits) -> Found {
    if content.starts_with('{') {
        return json::end(prefix(content, limits.max_front_matter as usize))
            .filter(|end| content[*end..].starts_with(['\n', '\r']) && !content[*end..].trim().is_empty())
            .map_or(Found::None, |end| Found::Some(FrontMatter { syntax: Syntax::Json, inner: 0..end, body: end }));
    }
    let bare = |syntax, end| Found::Some(FrontMatter { syntax, inner: 0..end, body: end });
    if let Some(end) = title_block::end(content) {
        return bare(Syntax::TitleBlock, end);
    }
    if let Some(end) = header::end(content) {
        return bare(Syntax::Header, end);
    }
    let (syntax, fence) = match content.get(..3) {
        Some("---") => (Syntax::Yaml, "---"),
        Some("+++") => (Syntax::Toml, "+++"),
        _ => return without_fence(content),
    };
    let first_end = line_end(content, 0);
    if !content[3..first_end].trim().is_empty() {
        return Found::None;
    }
    if !opens_with_a_key(&content[first_end..], syntax) {
        let lists = syntax == Syntax::Yaml && content[first_end..].starts_with("- ");
        if lists && closing_fence(content, first_end, fence).is_some() {
            return Found::Doubt("front-matter-shape", "the front matter is a list and not names with values");
        }
        return Found::None;
    }
    match closing_fence(content, first_end, fence) {
        Some(close) => {
            let body = line_end(content, close);
            Found::Some(FrontMatter { syntax, inner: first_end..close, body })
        }
        None => {
            Found::Doubt("front-matter-unclosed", "the front matter has no closing line, so all of it is read as text")
        }
    }
}

/// Front matter whose opening fence was lost: names of front matter with values from the first line on, and the line that
/// closes them.
fn without_fence(content: &str) -> Found {
    /// A header that was written by hand has no more lines.
    const LONGEST: usize = 40;
    const FIRST: [&str; 8] = ["title", "layout", "date", "author", "authors", "slug", "draft", "description"];
    let mut at = 0;
    let mut names = 0;
    for number in 0..LONGEST {
        let end = line_end(content, at);
        let line = content[at..end].trim_end();
        if line == "---" && names >= 2 {
            return Found::Some(FrontMatter { syntax: Syntax::Yaml, inner: 0..at, body: end });
        }
        let name = line.split_once(':').map(|(name, value)| (name, value.is_empty() || value.starts_with(' ')));
        let is_name = name.is_some_and(|(name, parted)| {
            parted && name.len() <= 30 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        });
        let known = name.is_some_and(|(name, _)| FIRST.contains(&name.to_ascii_lowercase().as_str()));
        if number == 0 && !known || !is_name && !line.starts_with([' ', '\t', '-']) || end >= content.len() {
            return Found::None;
        }
        names += usize::from(known);
        at = end;
    }
    Found::None
}

/// One past the line break of the line at `at`.
fn line_end(content: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &content.as_bytes()[at..]).map_or(content.len(), |i| at + i + 1)
}

/// Where the line of the closing fence begins.
fn closing_fence(content: &str, from: usize, fence: &str) -> Option<usize> {
    let mut at = from;
    while at < content.len() {
        let end = line_end(content, at);
        let line = content[at..end].trim_end();
        if line == fence || (fence == "---" && line == "...") {
            return Some(at);
        }
        at = end;
    }
    None
}

/// Whether what follows an opening fence is front matter rather than text under a thematic break: its first line
/// names something, or it closes at once. With a blank line between, only a name as generators write them counts.
fn opens_with_a_key(rest: &str, syntax: Syntax) -> bool {
    let blank_first = rest.lines().next().is_some_and(|l| l.trim().is_empty());
    let first = rest.lines().map(str::trim_end).find(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#'));
    let Some(line) = first else { return false };
    match syntax {
        Syntax::Toml => line == "+++" || line.starts_with('[') || line.contains('='),
        Syntax::Json | Syntax::TitleBlock | Syntax::Header => false,
        Syntax::Yaml => {
            if line == "---" || line == "..." {
                return !blank_first;
            }
            let Some((key, value)) = line.split_once(':') else { return false };
            let key = key.trim_matches(['"', '\'']);
            let is_name = key.chars().take(41).count() <= 40
                && key.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
            is_name
                && (value.is_empty() || value.starts_with([' ', '\t']))
                && (!blank_first || key.starts_with(|c: char| c.is_ascii_lowercase()))
        }
    }
}

/// Why a front matter could not be read as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    /// It asks for more than it is worth: a bomb.
    refused: bool,
    message: String,
    /// The line, from 1, within the front matter.
    line: Option<usize>,
}

/// One value with its dotted name and its place within the front matter.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    value: String,
    place: Option<Range<usize>>,
}

/// No front matter has more entries than this.
const MAX_ENTRIES: usize = 10_000;

/// Puts what the front matter says among the document's clues.
pub(crate) fn read(doc: &mut Document, front: &FrontMatter, limits: &Limits) {
    let source = doc.content()[front.inner.clone()].to_owned();
    let whole = Span::new(front.inner.start, front.inner.end);
    let result = if source.len() > limits.max_front_matter as usize {
        let message = format!("it has {} bytes, more than the limit of {}", source.len(), limits.max_front_matter);
        Err(Trouble { refused: true, message, line: None })
    } else {
        match front.syntax {
            Syntax::Yaml => yaml::entries(&source),
            Syntax::Toml => toml::entries(&source),
            Syntax::Json => json::entries(&source),
            Syntax::TitleBlock => Ok(title_block::entries(&source)),
            Syntax::Header => Ok(header::entries(&source)),
        }
    };
    let entries = result.unwrap_or_else(|trouble| {
        let code = if trouble.refused { "front-matter-refused" } else { "front-matter-broken" };
        let line = trouble.line.map(|line| format!(", line {}", line + 1)).unwrap_or_default();
        let mut doubt = note(code, format!("{} front matter{line}: {}", front.syntax.name(), trouble.message));
        doubt.span = Some(whole);
        doc.add_note(doubt);
        salvage::entries(prefix(&source, limits.max_front_matter as usize), front.syntax == Syntax::Toml)
    });
    for entry in entries.into_iter().take(MAX_ENTRIES) {
        let value = entry.value.trim();
        if value.is_empty() {
            continue;
        }
        let span = entry.place.map_or(whole, |p| line_of(doc.content(), front.inner.start + p.start));
        doc.evidence.clues.push(Clue {
            origin: Origin::FrontMatter,
            name: entry.name.to_lowercase(),
            value: value.to_owned(),
            span: Some(span),
            block: None,
            element: None,
        });
    }
}

/// The line around an offset, without its break.
fn line_of(content: &str, at: usize) -> Span {
    let bytes = content.as_bytes();
    let at = at.min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |i| i + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i);
    let end = if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end };
    Span::new(start, end)
}

/// Joins the name of a value to the name of what it stands in.
fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.trim().to_owned() } else { format!("{path}.{}", name.trim()) }
}

#[cfg(test)]
#[path = "front_matter/tests.rs"]
mod tests;
