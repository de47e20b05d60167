//! The main text as Markdown, for readers who want its structure.

use std::{collections::BTreeSet, fmt::Write as _, mem};

use copydesk_document::{BlockId, BlockKind, Document, Image, Inline, InlineKind, Label, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::structure::{self, Entry, Notes};
use crate::{formulas, table};

/// What Markdown carries beside headings, lists, quotes, tables and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Markup {
    /// Links with their addresses; without them the linked words stay as words.
    pub links: bool,
    /// Bold and italic words.
    pub emphasis: bool,
    /// Pictures between the paragraphs of the main text, and those with a caption.
    pub images: bool,
}

impl Default for Markup {
    fn default() -> Self {
        Self { links: true, emphasis: true, images: false }
    }
}

impl Markup {
    fn carries(self, kind: &InlineKind) -> bool {
        match kind {
            InlineKind::Link(href) => self.links && leads_somewhere(href),
            InlineKind::Strong | InlineKind::Emphasis => self.emphasis,
            InlineKind::Code => true,
            _ => false,
        }
    }
}

/// The main text as `CommonMark`: headings, lists, quotes, tables, code, formulas, notes and terms, and what `markup` asks
/// for. Characters that Markdown would take for markup are escaped. Tables with cells over several rows or columns are HTML.
pub fn markdown(doc: &Document, markup: Markup) -> String {
    let mut out = String::new();
    let mut images = if markup.images { pictures(doc) } else { Vec::new() }.into_iter().peekable();
    let notes = structure::notes(doc);
    let inline = |id| inline(doc, id, markup, &notes);
    let body: Vec<BlockId> = doc.body().map(|(id, _)| id).filter(|id| !doc.text(*id).is_empty()).collect();
    let mut last: Option<BlockKind> = None;
    let mut entry: Option<Entry> = None;
    let mut lists = structure::Lists::default();
    let mut around = None;
    let mut at = 0;
    while at < body.len() {
        let id = body[at];
        at += 1;
        while let Some(image) = images.next_if(|image| image.before <= id) {
            picture(&mut out, image);
            last = Some(BlockKind::Paragraph);
        }
        let kind = doc.block(id).kind;
        if let Some(name) = notes.begins.get(&id) {
            parted(&mut out, "\n\n");
            // Many begin with a link back to their mark.
            let leads_back =
                |i: &Inline| i.range.start < 2 && matches!(&i.kind, InlineKind::Link(href) if href.starts_with('#'));
            let links = markup.links && !doc.inlines(id).iter().any(leads_back);
            let text = self::inline(doc, id, Markup { links, ..markup }, &notes);
            let _ = write!(out, "[^{name}]: {}", one_line(structure::without_mark(&text, name)));
            (last, entry) = (None, None);
            continue;
        }
        if notes.rest.contains(&id) {
            let _ = write!(out, "\n\n    {}", one_line(&inline(id)));
            continue;
        }
        match kind {
            BlockKind::Heading => {
                let level = usize::from(doc.block(id).level.clamp(1, 6));
                parted(&mut out, "\n\n");
                let _ = write!(out, "{} {}", "#".repeat(level), one_line(&inline(id)));
            }
            BlockKind::ListItem => {
                let goes_on = last == Some(BlockKind::ListItem);
                let found = structure::entry(doc, id, &mut lists);
                list_item(&mut out, doc, id, &one_line(&inline(id)), found.as_ref(), entry.as_ref(), goes_on);
                entry = found;
            }
            BlockKind::Quote => {
                let quote = structure::inside(doc, id, &[Tag::Figure])
                    .or_else(|| structure::inside(doc, id, &[Tag::Blockquote]));
                let goes_on = last == Some(BlockKind::Quote) && quote.is_some() && quote == around;
                parted(&mut out, if goes_on { "\n>\n" } else { "\n\n" });
                out.push_str(&prefixed(&without_numbers(inline(id)), "> "));
                around = quote;
            }
            BlockKind::Code => {
                let mut text = String::new();
                code(&mut text, doc.text(id), structure::code_language(doc, id).as_deref());
                // Code in an entry of a list is set in with it.
                let item = entry.as_ref().filter(|e| structure::inside(doc, id, &[Tag::Li]) == Some(e.item));
                parted(&mut out, "\n\n");
                match item {
                    Some(item) => out.push_str(&set_in(&text, item.indent + item.mark().len())),
                    None => out.push_str(&text),
                }
                if item.is_some() {
                    continue;
                }
            }
            BlockKind::TableRow => {
                let rows = table::rows(doc, &body[at - 1..]);
                parted(&mut out, "\n\n");
                table::write(&mut out, doc, &body[at - 1..at - 1 + rows], inline);
                at += rows - 1;
            }
            BlockKind::Definition => {
                let is_text = structure::inside(doc, id, &[Tag::Dd, Tag::Dt]).zip(doc.tree.as_ref());
                let is_text = is_text.is_some_and(|(element, tree)| tree.tag(element) == Tag::Dd);
                let goes_on = is_text && last == Some(BlockKind::Definition);
                parted(&mut out, if goes_on { "\n" } else { "\n\n" });
                let text = one_line(&without_numbers(inline(id)));
                let _ = write!(out, "{}{text}", if goes_on { ": " } else { "" });
            }
            _ => {
                parted(&mut out, "\n\n");
                paragraph(&mut out, &without_numbers(inline(id)));
            }
        }
        if kind != BlockKind::ListItem {
            entry = None;
        }
        last = Some(kind);
    }
    for image in images {
        picture(&mut out, image);
    }
    out
}

/// What parts a block from the one before.
fn parted(out: &mut String, gap: &str) {
    if !out.is_empty() {
        out.push_str(gap);
    }
}

/// A paragraph with its lines. A formula on a line of its own is set apart.
fn paragraph(out: &mut String, text: &str) {
    let is_formula = |line: &str| line.len() > 4 && line.starts_with("$$") && line.ends_with("$$");
    let mut before: Option<bool> = None;
    for line in text.split('\n') {
        let formula = is_formula(line);
        match before {
            None => {}
            Some(other) if other || formula => out.push_str("\n\n"),
            Some(_) => out.push_str("  \n"),
        }
        out.push_str(line);
        before = Some(formula);
    }
}

/// An entry of a list, or another paragraph of the entry before.
fn list_item(
    out: &mut String,
    doc: &Document,
    id: BlockId,
    text: &str,
    found: Option<&Entry>,
    before: Option<&Entry>,
    goes_on: bool,
) {
    let Some(found) = found else {
        let depth = usize::from(doc.block(id).level.max(1)) - 1;
        let mark = if is_numbered(text) { "" } else { "- " };
        parted(out, if goes_on { "\n" } else { "\n\n" });
        let _ = write!(out, "{}{mark}{text}", "  ".repeat(depth));
        return;
    };
    let mark = found.mark();
    if before.is_some_and(|before| before.item == found.item) {
        let _ = write!(out, "\n\n{}{text}", " ".repeat(found.indent + mark.len()));
        return;
    }
    parted(out, if goes_on { "\n" } else { "\n\n" });
    // Some lists have typed numbers in place of their own.
    let typed = found.number.is_some_and(|number| {
        text.strip_prefix(&number.to_string()).is_some_and(|rest| rest.starts_with(['.', ')', '\\']))
    });
    let text = if typed { text.to_owned() } else { without_numbers(text.to_owned()) };
    let _ = write!(out, "{}{}{text}", " ".repeat(found.indent), if typed { "" } else { &mark });
}

fn set_in(text: &str, width: usize) -> String {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { " ".repeat(width) + line });
    lines.collect::<Vec<_>>().join("\n")
}

/// The pictures of the main text, in order. A picture between two blocks of it is one, and so is one with a caption;
/// what stands above, below or in a box beside it may be anybody's.
fn pictures(doc: &Document) -> Vec<&Image> {
    // Captions are no body, but stand between its blocks.
    let counts = |id: &BlockId| !matches!(doc.block(*id).label(), Label::Caption);
    let is_body = |id: Option<BlockId>| id.is_some_and(|id| doc.block(id).label() == Label::Body);
    let captioned: BTreeSet<&str> = doc.captions().iter().filter_map(|c| c.image.as_deref()).collect();
    let mut seen = BTreeSet::new();
    let mut pictures: Vec<&Image> = doc.images.iter().filter(|i| !i.video && leads_somewhere(&i.src)).collect();
    pictures.retain(|image| {
        // Bounded: a page can have ten thousand pictures behind ten thousand captions.
        let above = (0..image.before.0).rev().take(8).map(BlockId).find(counts);
        let below = (image.before.0..doc.blocks().len() as u32).take(8).map(BlockId).find(counts);
        ((is_body(above) && is_body(below)) || captioned.contains(image.src.as_str()))
            && seen.insert(image.src.as_str())
    });
    pictures
}

fn picture(out: &mut String, image: &Image) {
    if !out.is_empty() {
        out.push_str("\n\n");
    }
    let _ = write!(out, "![{}](<{}>)", one_line(&escaped(&image.alt)), address(&image.src));
}

/// Whether an address is one of a page or file. The others run a program in whatever shows the Markdown, or hold their
/// content themselves; browsers pass over white space and control characters when they look for the scheme.
fn leads_somewhere(href: &str) -> bool {
    let mut scheme: String = href.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(12).collect();
    scheme.make_ascii_lowercase();
    !scheme.is_empty() && !["javascript:", "vbscript:", "data:"].iter().any(|unsafe_one| scheme.starts_with(unsafe_one))
}

/// An address for its place between `<` and `>`, where Markdown still reads escapes and entities.
fn address(href: &str) -> String {
    let mut out = String::with_capacity(href.len());
    for (at, c) in href.char_indices().filter(|(_, c)| !matches!(c, '<' | '>' | '\n' | '\r')) {
        if c == '\\' || begins_entity(&href[at..]) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Whether Markdown would read another character here: `&copy;`, `&#39;`. A name without its semicolon is none there.
fn begins_entity(text: &str) -> bool {
    let Some(name) = text.strip_prefix('&') else { return false };
    let end = name.bytes().take(40).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    end > 0 && name[end..].starts_with(';')
}

/// `1. First`: the number stays what it was.
fn is_numbered(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=9).contains(&digits) && text[digits..].starts_with([' ', '.', ')', '\\'])
}

/// Lines of a text that is no list and would be read as one: the point behind the number is escaped.
fn without_numbers(text: String) -> String {
    let point = |line: &str| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let rest = line[digits..].strip_prefix(['.', ')']);
        let is_mark =
            (1..=9).contains(&digits) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        is_mark.then_some(digits)
    };
    if text.lines().all(|line| point(line).is_none()) {
        return text;
    }
    let lines = text.lines().map(|line| match point(line) {
        Some(at) => format!("{}\\{}", &line[..at], &line[at..]),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

fn prefixed(text: &str, prefix: &str) -> String {
    text.lines().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n")
}

fn code(out: &mut String, text: &str, language: Option<&str>) {
    // A fence must be longer than any run of backticks inside.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(out, "{fence}{}\n{text}\n{fence}", language.unwrap_or_default());
}

/// The text of a block with its inline markup. A text that a stage has rewritten has lost the places of its markup.
fn inline(doc: &Document, id: BlockId, markup: Markup, notes: &Notes) -> String {
    let text = doc.text(id);
    let formulas = formulas::find(text);
    if text != doc.original_text(id) {
        let mut writer =
            Writer { text, at: 0, out: String::with_capacity(text.len() + 16), open: Vec::new(), formulas };
        writer.write_until(text.len());
        return writer.out;
    }
    let mut inlines: Vec<&Inline> = doc
        .inlines(id)
        .iter()
        .filter(|i| (markup.carries(&i.kind) || notes.marks.contains_key(&(id, i.range.start))) && !i.range.is_empty())
        .collect();
    // The outer before the inner, so that markup nests.
    inlines.sort_by_key(|inline| (inline.range.start, u32::MAX - inline.range.end));
    let mut writer = Writer { text, at: 0, out: String::with_capacity(text.len() + 16), open: Vec::new(), formulas };
    for inline in inlines {
        let (start, end) = (inline.range.start as usize, inline.range.end as usize);
        if start < writer.at {
            // Inside a mark that has been written.
            continue;
        }
        writer.close_until(start);
        writer.write_until(start);
        if let Some(name) = notes
            .marks
            .get(&(id, inline.range.start))
            .filter(|_| matches!(inline.kind, InlineKind::Link(_)) && !writer.in_code())
        {
            writer.note(name, end);
        } else if markup.carries(&inline.kind) {
            writer.open(inline);
        }
    }
    writer.close_until(text.len());
    writer.write_until(text.len());
    writer.out
}

/// Writes a text with its markup, which opens and closes like brackets.
struct Writer<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// What is open, and where it ends: never behind the end of what it stands in.
    open: Vec<(&'a InlineKind, usize)>,
    /// Where formulas stand: LaTeX has no escapes of Markdown.
    formulas: Vec<formulas::Formula>,
}

impl<'a> Writer<'a> {
    fn write_until(&mut self, end: usize) {
        let Some(piece) = self.text.get(self.at..end) else { return };
        if self.in_code() {
            self.out += piece;
            self.at = end;
            return;
        }
        let first = self.formulas.partition_point(|formula| formula.range.start < self.at);
        for formula in self.formulas[first..].iter().take_while(|formula| formula.range.end <= end) {
            self.out += &escaped(&self.text[self.at..formula.range.start]);
            self.out += &formula.written(self.text);
            self.at = formula.range.end;
        }
        self.out += &escaped(&self.text[self.at..end]);
        self.at = end;
    }

    fn in_code(&self) -> bool {
        self.open.iter().any(|(kind, _)| **kind == InlineKind::Code)
    }

    /// A mark that leads to a note. Brackets around it belong to it.
    fn note(&mut self, name: &str, end: usize) {
        for bracket in ["\\[", "^"] {
            if self.out.ends_with(bracket) {
                self.out.truncate(self.out.len() - bracket.len());
            }
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        let _ = write!(self.out, "[^{name}]");
        self.at = end;
        if self.text[end..].starts_with(']') && !self.text[..end].ends_with(']') {
            self.at += 1;
        }
    }

    /// Code shows marks as they are, and no mark stands in one of its kind.
    fn open(&mut self, inline: &'a Inline) {
        let is_same = |kind: &InlineKind| mem::discriminant(kind) == mem::discriminant(&inline.kind);
        if self.open.iter().any(|(kind, _)| **kind == InlineKind::Code || is_same(kind)) {
            return;
        }
        let end = self.open.last().map_or(inline.range.end as usize, |(_, end)| (inline.range.end as usize).min(*end));
        self.out.push_str(match inline.kind {
            InlineKind::Link(_) => "[",
            _ => mark(&inline.kind),
        });
        self.open.push((&inline.kind, end));
    }

    fn close_until(&mut self, place: usize) {
        while let Some(&(kind, end)) = self.open.last().filter(|(_, end)| *end <= place) {
            self.write_until(end);
            self.open.pop();
            match kind {
                InlineKind::Link(href) => {
                    let _ = write!(self.out, "](<{}>)", address(href));
                }
                _ => self.out.push_str(mark(kind)),
            }
        }
    }
}

fn mark(kind: &InlineKind) -> &'static str {
    match kind {
        InlineKind::Strong => "**",
        InlineKind::Emphasis => "*",
        InlineKind::Code => "`",
        _ => "",
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let starts_line = at == 0 || text[..at].ends_with('\n');
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<')
            || (starts_line && matches!(c, '#' | '>' | '+' | '-' | '=' | '~'))
            || begins_entity(&text[at..])
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use copydesk_document::{Decision, DocumentSource, Label, NewBlock};

    use super::*;

    #[test]
    fn a_number_makes_no_list_of_a_paragraph() {
        for (text, expected) in [
            ("1. Bundesliga", "1\\. Bundesliga"),
            ("On the\n12) of May", "On the\n12\\) of May"),
            ("2031.", "2031\\."),
            ("1.5 metres", "1.5 metres"),
            ("1234567890. x", "1234567890. x"),
            ("May 1. was", "May 1. was"),
        ] {
            assert_eq!(without_numbers(text.to_owned()), expected);
        }
    }

    fn add(doc: &mut Document, new: NewBlock<'_>) {
        let block = doc.push_block(new);
        let (stage, rule, detail) = ("test".into(), "all".into(), "".into());
        doc.decide(Decision { block, label: Label::Body, stage, rule, detail });
    }

    #[test]
    fn structure_comes_back_as_markup() {
        let mut doc = Document::new(DocumentSource::default(), String::new());
        add(&mut doc, NewBlock { kind: BlockKind::Heading, level: 2, text: "What you need", ..NewBlock::default() });
        for (level, text) in [(1, "boots"), (2, "two *pairs*"), (1, "1. a form")] {
            add(&mut doc, NewBlock { kind: BlockKind::ListItem, level, text, ..NewBlock::default() });
        }
        let inlines = [
            Inline { range: 4..9, kind: InlineKind::Link("/tide".into()) },
            Inline { range: 4..9, kind: InlineKind::Strong },
            Inline { range: 11..14, kind: InlineKind::Code },
        ];
        add(&mut doc, NewBlock { text: "The tides, now", inlines: &inlines, ..NewBlock::default() });
        for text in ["time\tlevel", "06:00\t1|4"] {
            add(&mut doc, NewBlock { kind: BlockKind::TableRow, text, ..NewBlock::default() });
        }
        add(&mut doc, NewBlock { kind: BlockKind::Code, text: "a\n```\nb", ..NewBlock::default() });
        let expected = "## What you need\n\n- boots\n  - two \\*pairs\\*\n1. a form\n\n\
            The [**tides**](</tide>), `now`\n\n\
            | time | level |\n| --- | --- |\n| 06:00 | 1\\|4 |\n\n````\na\n```\nb\n````";
        // Links and bold text over the same words nest in either order.
        let other = expected.replace("[**tides**](</tide>)", "**[tides](</tide>)**");
        let got = markdown(&doc, Markup::default());
        assert!(got == expected || got == other, "{got}");
        let bare = markdown(&doc, Markup { links: false, emphasis: false, images: false });
        assert_eq!(bare, expected.replace("[**tides**](</tide>)", "tides"));
        let linked = markdown(&doc, Markup { emphasis: false, ..Markup::default() });
        assert_eq!(linked, expected.replace("**", ""));
    }

    #[test]
    fn no_mark_stands_in_one_of_its_kind() {
        let mut doc = Document::new(DocumentSource::default(), String::new());
        let mut inlines = vec![Inline { range: 0..9, kind: InlineKind::Emphasis }; 400];
        inlines.push(Inline { range: 4..9, kind: InlineKind::Strong });
        inlines.push(Inline { range: 11..14, kind: InlineKind::Code });
        inlines.push(Inline { range: 12..14, kind: InlineKind::Strong });
        add(&mut doc, NewBlock { text: "The tides, now", inlines: &inlines, ..NewBlock::default() });
        assert_eq!(markdown(&doc, Markup::default()), "*The **tides***, `now`");
    }

    #[test]
    fn entities_stay_text_and_programs_are_no_addresses() {
        let mut doc = Document::new(DocumentSource::default(), String::new());
        let inlines = |href: &str| [Inline { range: 0..4, kind: InlineKind::Link(href.into()) }];
        for href in ["javascript:alert(1)", " Java\tScript:x", "VBScript:x", "data:text/html,x", "\u{1}data:x", " "] {
            let text = "Here &lt;b> & c&d; R&D, &#39; &amp";
            add(&mut doc, NewBlock { text, inlines: &inlines(href), ..NewBlock::default() });
        }
        add(&mut doc, NewBlock { text: "Here", inlines: &inlines("/a?b=1&copy;=\\<2"), ..NewBlock::default() });
        let got = markdown(&doc, Markup::default());
        let expected = "Here \\&lt;b> & c\\&d; R&D, \\&#39; &amp\n\n".repeat(6) + "[Here](</a?b=1\\&copy;=\\\\2>)";
        assert_eq!(got, expected);
    }

    #[test]
    fn pictures_of_the_text_come_on_request() {
        let mut doc = Document::new(DocumentSource::default(), String::new());
        for (text, label) in [
            ("Menu", Label::Boilerplate(copydesk_document::BoilerplateKind::Navigation)),
            ("The ferry sails again.", Label::Body),
            ("The ferry in May", Label::Caption),
            ("It carries bicycles.", Label::Body),
            ("Read more", Label::Boilerplate(copydesk_document::BoilerplateKind::Related)),
        ] {
            let block = doc.push_block(NewBlock { text, ..NewBlock::default() });
            doc.decide(Decision { block, label, stage: "test".into(), rule: "all".into(), detail: "".into() });
        }
        // The logo above the menu, the picture and its like in between, one beside the menu, and that of a teaser.
        for (src, before) in
            [("/logo.png", 0), ("/deck.jpg", 2), ("/deck.jpg", 3), ("/share.png", 4), ("/other.jpg", 5)]
        {
            let alt = "The <deck>\nin May".into();
            doc.images.push(Image { src: src.into(), alt, before: BlockId(before), ..Image::default() });
        }
        let text = markdown(&doc, Markup { images: true, ..Markup::default() });
        let expected = "The ferry sails again.\n\n![The \\<deck> in May](</deck.jpg>)\n\nIt carries bicycles.";
        assert_eq!(text, expected);
        assert!(!markdown(&doc, Markup::default()).contains("!["));
    }
}
