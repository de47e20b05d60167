//! Markdown to blocks.

use std::ops::Range;

use copydesk_document::{BlockId, BlockKind, Document, Image, Inline, InlineKind, NewBlock, Span};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::{
    Limits, ParseError,
    content::note,
    fold::Folded,
    inline_html::{InlineTag, inline_tag},
    markdown_html, too_many_blocks,
};

/// Reads the document's content from `from` on as Markdown. `templated` says that a site generator made it, so that
/// lines of its template language are no text.
pub(crate) fn parse(doc: &mut Document, from: usize, templated: bool, limits: &Limits) -> Result<(), ParseError> {
    let content = doc.content().to_owned();
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_WIKILINKS;
    let mut reader = Reader::new(doc, limits, templated);
    for (event, range) in Parser::new_ext(&content[from..], options).into_offset_iter() {
        reader.event(event, from + range.start..from + range.end, &content)?;
    }
    reader.flush()?;
    if reader.flattened > 0 {
        let message = format!("nesting deeper than {} was flattened", limits.max_depth);
        doc.add_note(note("limit.depth", message));
    }
    Ok(())
}

/// How many containers a line opens or goes on with at most: its marks of quotes and lists, and the indentation that
/// stands for lists further up, two columns each.
pub(crate) fn nesting(text: &str) -> usize {
    let of_line = |line: &str| {
        let (mut marks, mut columns) = (0, 0);
        let bytes = line.as_bytes();
        for (at, b) in bytes.iter().enumerate() {
            match b {
                b'>' => marks += 1,
                b'-' | b'*' | b'+' | b'.' | b')' if matches!(bytes.get(at + 1), Some(b' ' | b'\t')) => marks += 1,
                b' ' => columns += 1,
                b'\t' => columns += 4,
                b'0'..=b'9' => {}
                _ => break,
            }
        }
        marks + columns / 2
    };
    text.lines().map(of_line).max().unwrap_or(0)
}

/// What the text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    List,
    /// Whether its first block is still to come.
    Item {
        fresh: bool,
    },
    Quote,
    Footnote,
}

/// A piece of inline markup that has begun and not ended.
#[derive(Debug)]
struct Open {
    kind: InlineKind,
    at: u32,
}

#[derive(Debug)]
struct Reader<'d> {
    doc: &'d mut Document,
    limits: &'d Limits,
    templated: bool,
    containers: Vec<Container>,
    /// How many containers stand deeper than the limit, and are not kept.
    ignored: usize,
    /// How many were in all.
    flattened: usize,
    /// The kind that markup gives to the block at hand, where it does.
    kind: Option<(BlockKind, u8)>,
    text: Folded,
    span: Option<Span>,
    /// The number of a list entry that has no text yet, and where it stands. It was typed, so it is part of the text.
    number: Option<(String, usize)>,
    /// Where a number stands that is in the text but not yet in the span.
    lead: Option<usize>,
    open: Vec<Open>,
    inlines: Vec<Inline>,
    /// Whether some visible character stands outside strong markup.
    some_weak: bool,
    code: Option<String>,
    html: Option<(String, Range<usize>)>,
    cells: u32,
    /// The picture whose alternative text is being read, and how many more are nested in it.
    image: Option<(Image, Folded, u32)>,
    /// Inside an inline `<script>` or `<style>`.
    unseen: bool,
}

impl<'d> Reader<'d> {
    fn new(doc: &'d mut Document, limits: &'d Limits, templated: bool) -> Self {
        Self {
            doc,
            limits,
            templated,
            containers: Vec::new(),
            ignored: 0,
            flattened: 0,
            kind: None,
            text: Folded::default(),
            span: None,
            number: None,
            lead: None,
            open: Vec::new(),
            inlines: Vec::new(),
            some_weak: false,
            code: None,
            html: None,
            cells: 0,
            image: None,
            unseen: false,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>, content: &str) -> Result<(), ParseError> {
        match event {
            Event::Start(tag) => self.start(tag, &range, content)?,
            Event::End(tag) => self.end(tag, content)?,
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text, &range),
            Event::Code(text) => {
                self.open(InlineKind::Code);
                self.text(&text, &range);
                self.close(|kind| *kind == InlineKind::Code);
            }
            Event::Html(html) => {
                let (all, place) = self.html.get_or_insert_with(|| (String::new(), range.clone()));
                all.push_str(&html);
                place.end = place.end.max(range.end);
            }
            Event::InlineHtml(html) => self.inline_html(&html, &range),
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.line_break(),
            Event::Rule => self.flush()?,
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>, content: &str) -> Result<(), ParseError> {
        match tag {
            Tag::Emphasis => self.open(InlineKind::Emphasis),
            Tag::Strong => self.open(InlineKind::Strong),
            Tag::Link { dest_url, .. } => self.open(InlineKind::Link(dest_url.into_string())),
            Tag::Image { dest_url, title, .. } => self.start_image(dest_url, title, range),
            Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {}
            Tag::TableCell => {
                if self.cells > 0 {
                    self.text.cell();
                }
                self.cells += 1;
            }
            block => {
                self.flush()?;
                if matches!(block, Tag::CodeBlock(_) | Tag::HtmlBlock) {
                    self.bare_number()?;
                }
                match block {
                    Tag::Heading { level, .. } => self.kind = Some((BlockKind::Heading, heading_level(level))),
                    Tag::TableHead | Tag::TableRow => {
                        self.kind = Some((BlockKind::TableRow, 0));
                        self.cells = 0;
                    }
                    Tag::CodeBlock(_) => self.code = Some(String::new()),
                    Tag::HtmlBlock => self.html = None,
                    Tag::List(_) => self.enter(Container::List),
                    Tag::Item => {
                        self.enter(Container::Item { fresh: true });
                        self.start_number(&content[range.start..], range.start);
                    }
                    Tag::BlockQuote(_) => self.enter(Container::Quote),
                    Tag::FootnoteDefinition(_) => self.enter(Container::Footnote),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, tag: TagEnd, content: &str) -> Result<(), ParseError> {
        match tag {
            TagEnd::Emphasis => self.close(|kind| *kind == InlineKind::Emphasis),
            TagEnd::Strong => self.close(|kind| *kind == InlineKind::Strong),
            TagEnd::Link => self.close(|kind| matches!(kind, InlineKind::Link(_))),
            TagEnd::Image => self.end_image(),
            TagEnd::Strikethrough | TagEnd::Superscript | TagEnd::Subscript | TagEnd::TableCell => {}
            TagEnd::CodeBlock => self.end_code()?,
            TagEnd::HtmlBlock => {
                self.flush()?;
                if let Some((html, range)) = self.html.take() {
                    markdown_html::read(self.doc, &html, range, content, self.limits)?;
                }
            }
            TagEnd::List(_) | TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.flush()?;
                self.bare_number()?;
                if self.ignored > 0 {
                    self.ignored -= 1;
                } else {
                    self.containers.pop();
                }
            }
            _ => self.flush()?,
        }
        Ok(())
    }

    fn enter(&mut self, container: Container) {
        if self.containers.len() >= self.limits.max_depth as usize {
            self.ignored += 1;
            self.flattened += 1;
        } else {
            self.containers.push(container);
        }
    }

    fn text(&mut self, text: &str, range: &Range<usize>) {
        if self.unseen {
            return;
        }
        if let Some((_, alt, _)) = &mut self.image {
            alt.push(text);
            return;
        }
        if let Some(code) = &mut self.code {
            code.push_str(text);
            self.cover(range);
            return;
        }
        self.push_number();
        self.text.push(text);
        if text.contains(|c: char| !c.is_whitespace()) {
            self.some_weak |= !self.open.iter().any(|o| o.kind == InlineKind::Strong);
            self.cover(range);
        }
    }

    /// An entry may open with an entry (`1. 2. text`): both numbers were typed, and both are read with the text.
    fn start_number(&mut self, content: &str, at: usize) {
        if let Some(new) = number(content) {
            self.number = Some(match self.number.take() {
                Some((before, at)) => (format!("{before} {new}"), at),
                None => (new.to_owned(), at),
            });
        }
    }

    /// A number that no text follows (a line that says `2024.`, a code block below a number) is text of its own; below
    /// a picture it only counts pictures.
    fn bare_number(&mut self) -> Result<(), ParseError> {
        let Some((number, at)) = self.number.take() else { return Ok(()) };
        if self.doc.images.last().is_some_and(|image| image.span.start as usize > at) {
            return Ok(());
        }
        let (kind, level) = self.kind_by_container();
        let span = Span::new(at, at + number.len());
        self.push(NewBlock { kind, level, text: &number, span, ..NewBlock::default() })
    }

    fn push_number(&mut self) {
        if let Some((number, at)) = self.number.take() {
            self.text.push(&number);
            self.text.push(" ");
            self.lead = Some(at);
        }
    }

    fn cover(&mut self, range: &Range<usize>) {
        let span = Span::new(self.lead.take().unwrap_or(range.start), range.end);
        self.span = Some(self.span.map_or(span, |s| s.union(span)));
    }

    fn soft_break(&mut self) {
        match &mut self.image {
            Some((_, alt, _)) => alt.soft_break(),
            None => self.text.soft_break(),
        }
    }

    fn line_break(&mut self) {
        match &mut self.image {
            Some((_, alt, _)) => alt.soft_break(),
            None => self.text.line_break(),
        }
    }

    fn open(&mut self, kind: InlineKind) {
        // Nesting beyond any use is not remembered, so that closing stays cheap.
        if self.image.is_none() && self.open.len() < 64 {
            self.push_number();
            self.open.push(Open { kind, at: self.text.len() });
        }
    }

    fn close(&mut self, is: impl Fn(&InlineKind) -> bool) {
        if self.image.is_some() {
            return;
        }
        if let Some(at) = self.open.iter().rposition(|o| is(&o.kind)) {
            let open = self.open.remove(at);
            self.push_inline(open);
        }
    }

    fn push_inline(&mut self, open: Open) {
        let text = &self.text.as_str()[open.at as usize..];
        let lead = text.len() - text.trim_start().len();
        if lead < text.len() {
            let range = open.at + lead as u32..self.text.len();
            self.inlines.push(Inline { range, kind: open.kind });
        }
    }

    fn start_image(&mut self, src: CowStr<'_>, title: CowStr<'_>, range: &Range<usize>) {
        if let Some((_, _, nested)) = &mut self.image {
            *nested += 1;
            return;
        }
        let image = Image {
            src: src.into_string(),
            title: title.into_string(),
            span: Span::new(range.start, range.end),
            before: self.next_block(),
            ..Image::default()
        };
        self.image = Some((image, Folded::default(), 0));
    }

    fn end_image(&mut self) {
        match &mut self.image {
            Some((_, _, nested)) if *nested > 0 => *nested -= 1,
            _ => {
                if let Some((mut image, mut alt, _)) = self.image.take() {
                    image.alt = alt.take();
                    self.doc.images.push(image);
                }
            }
        }
    }

    /// The block that stands after this point.
    fn next_block(&self) -> BlockId {
        BlockId(self.doc.blocks().len() as u32 + u32::from(self.span.is_some()))
    }

    fn inline_html(&mut self, html: &str, range: &Range<usize>) {
        let Some(tag) = inline_tag(html) else { return };
        if self.unseen {
            self.unseen = !matches!(tag, InlineTag::EndUnseen);
            return;
        }
        match tag {
            InlineTag::Break => self.line_break(),
            InlineTag::Space => self.soft_break(),
            InlineTag::Link(href) => self.open(InlineKind::Link(href)),
            InlineTag::EndLink => self.close(|kind| matches!(kind, InlineKind::Link(_))),
            InlineTag::Strong => self.open(InlineKind::Strong),
            InlineTag::EndStrong => self.close(|kind| *kind == InlineKind::Strong),
            InlineTag::Emphasis => self.open(InlineKind::Emphasis),
            InlineTag::EndEmphasis => self.close(|kind| *kind == InlineKind::Emphasis),
            InlineTag::Image { src, alt, title } => {
                let span = Span::new(range.start, range.end);
                let before = self.next_block();
                self.doc.images.push(Image { src, alt, title, span, before, ..Image::default() });
            }
            InlineTag::Unseen => self.unseen = true,
            InlineTag::EndUnseen => {}
        }
    }

    fn end_code(&mut self) -> Result<(), ParseError> {
        let code = self.code.take().unwrap_or_default();
        let span = self.span.take().unwrap_or_default();
        // Indentation counts in code, so only blank lines around it go.
        let text = code.trim_end();
        let blank = text.len() - text.trim_start().len();
        let first = text[..blank].rfind('\n').map_or(0, |i| i + 1);
        if blank < text.len() {
            self.push(NewBlock { kind: BlockKind::Code, text: &text[first..], span, ..NewBlock::default() })?;
        }
        Ok(())
    }

    /// Ends the block at hand.
    fn flush(&mut self) -> Result<(), ParseError> {
        self.unseen = false;
        self.end_image();
        while let Some(open) = self.open.pop() {
            self.push_inline(open);
        }
        let mut text = self.text.take();
        let mut inlines = std::mem::take(&mut self.inlines);
        let span = self.span.take();
        self.lead = None;
        let bold = !std::mem::take(&mut self.some_weak);
        let kind = self.kind.take();
        if self.templated {
            strip_template(&mut text);
            let cut = strip_admonition(&mut text) as u32;
            inlines.retain_mut(|inline| {
                inline.range.start = inline.range.start.saturating_sub(cut);
                inline.range.end = inline.range.end.saturating_sub(cut).min(text.len() as u32);
                inline.range.start < inline.range.end
            });
        }
        let (Some(span), false) = (span, text.is_empty()) else { return Ok(()) };
        inlines.sort_by_key(|inline| (inline.range.start, std::cmp::Reverse(inline.range.end)));
        let linked = linked_chars(&text, &inlines);
        let (mut kind, mut level) = kind.unwrap_or_else(|| self.kind_by_container());
        if bold && kind == BlockKind::Paragraph && self.containers.is_empty() && is_heading_like(&text) {
            (kind, level) = (BlockKind::Heading, 3);
        }
        self.push(NewBlock { kind, level, text: &text, span, linked, bold, inlines: &inlines, ..NewBlock::default() })
    }

    fn push(&mut self, block: NewBlock<'_>) -> Result<(), ParseError> {
        if self.doc.blocks().len() >= self.limits.max_blocks as usize {
            return Err(too_many_blocks(self.limits));
        }
        self.doc.push_block(block);
        Ok(())
    }

    fn kind_by_container(&mut self) -> (BlockKind, u8) {
        let depth = self.containers.iter().filter(|c| **c == Container::List).count().min(255) as u8;
        match self.containers.last_mut() {
            Some(Container::Item { fresh }) => {
                if std::mem::take(fresh) {
                    return (BlockKind::ListItem, depth);
                }
                (BlockKind::Paragraph, 0)
            }
            Some(Container::Quote) => (BlockKind::Quote, 0),
            Some(Container::Footnote) => (BlockKind::Note, 0),
            Some(Container::List) | None => (BlockKind::Paragraph, 0),
        }
    }
}

/// The number of an ordered list entry, as it is written: `3.` or `3)`.
fn number(item: &str) -> Option<&str> {
    let digits = item.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && matches!(item.as_bytes().get(digits), Some(b'.' | b')'))).then(|| &item[..=digits])
}

fn heading_level(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Characters inside links; a link inside a link (which only HTML in Markdown can make) counts once.
fn linked_chars(text: &str, inlines: &[Inline]) -> u32 {
    let mut past = 0;
    let mut chars = 0;
    for inline in inlines.iter().filter(|i| matches!(i.kind, InlineKind::Link(_))) {
        let start = inline.range.start.max(past) as usize;
        past = past.max(inline.range.end);
        chars += text.get(start..past as usize).map_or(0, |t| t.chars().count());
    }
    chars as u32
}

/// Whether a paragraph that is bold as a whole is a heading rather than a loud sentence.
fn is_heading_like(text: &str) -> bool {
    let end = text.trim_end_matches(['"', '”', '’', '\'', ')', '»']);
    text.chars().take(121).count() <= 120
        && !text.contains('\n')
        && !end.ends_with(['.', '!', ',', ';', ':', '…', '。', '！', '，', '；', '：', '।', '۔'])
}

/// Takes out what a site generator would have replaced at the end of a block (or as the whole of it): Liquid tags,
/// Hugo shortcodes and kramdown attributes. In the middle of a sentence they may be what the sentence is about.
fn strip_template(text: &mut String) {
    const PAIRS: [(&str, &str); 5] = [("{%", "%}"), ("{{<", ">}}"), ("{{%", "%}}"), ("{{", "}}"), ("{:", "}")];
    while let Some(start) =
        PAIRS.iter().find_map(|(open, close)| text.strip_suffix(close).and_then(|before| before.rfind(open)))
    {
        // The caption of a picture is text, which a later stage takes out of it.
        if text[start..].contains("caption=") {
            return;
        }
        let kept = text[..start].trim_end().len();
        text.truncate(kept);
    }
}

/// Takes out the colons and the name that open an admonition or a fenced division (`:::note`, `::: {.box}`), and those that
/// close it; returns how many bytes went at the beginning. Without blank lines around them, the text stands between.
fn strip_admonition(text: &mut String) -> usize {
    const FENCE: &str = ":::";
    if let Some(before) = text.strip_suffix(FENCE) {
        text.truncate(before.trim_end_matches(':').trim_end().len());
    }
    let Some(rest) = text.strip_prefix(FENCE) else { return 0 };
    let rest = rest.trim_start_matches(':').trim_start();
    let named = match rest.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
        Some((_, behind)) => behind.trim_start(),
        None => {
            rest.find(|c: char| c.is_whitespace() || matches!(c, '[' | '{')).map_or("", |end| rest[end..].trim_start())
        }
    };
    // `:::note[Mind the step]`: a title, which is text.
    let close = named.strip_prefix('[').and_then(|inside| inside.find(']'));
    let cut = text.len() - named.len() + usize::from(close.is_some());
    if let Some(close) = close {
        let close = cut + close;
        text.replace_range(close..=close, if text[close + 1..].trim().is_empty() { "" } else { ":" });
    }
    text.drain(..cut);
    cut
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
