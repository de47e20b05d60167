//! What a text is written in, by its content.

mod xml;

use std::ops::Range;

use copydesk_text::ends_sentence;
use memchr::memmem;

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// HTML, a whole page or a fragment.
    Html,
    /// Markdown without front matter (front matter alone makes a text Markdown).
    Markdown,
    /// Plain text.
    Plain,
    /// Another notation, named, that is read as plain text and deserves a note.
    Other(&'static str),
    /// XML that is no page: what it is, and what makes text of it.
    Xml(&'static str),
}

/// How much of a text is looked at.
const SAMPLE: usize = 256 << 10;

/// Tells what a text is written in.
pub(crate) fn format(content: &str) -> Format {
    let sample = crate::prefix(content, SAMPLE);
    let start = skip_comments(sample);
    if let Some(format) = by_first_words(start, sample) {
        return format;
    }
    let tags = count_tags(sample);
    let marks = markdown_points(sample);
    // Markdown may hold HTML too, and then shows its own marks as well.
    let more_tags = marks < 4 || tags.blocks * 2 > marks;
    let begins_with_tag = tag_at(start).is_some_and(|t| t.block);
    // The end of a paragraph need not be marked; where Markdown has tags like that it shows other marks, and a text that begins
    // with the name of a tag goes on in paragraphs without.
    let goes_on_so = || !paragraphs(start).any(|paragraph| tag_at(paragraph).is_none());
    let is_written_so =
        tags.bytes * 8 > sample.len() || tags.blocks >= 3 || tags.closed >= 1 || marks == 0 && goes_on_so();
    let fragment = begins_with_tag && is_written_so;
    let mixed = tags.blocks >= 5 && tags.bytes * 10 > sample.len();
    if (fragment || mixed) && more_tags {
        return Format::Html;
    }
    // One line for each paragraph, without blank lines between, is how texts are scraped; in Markdown they would be
    // one paragraph. It takes more than a picture or a table to be read as Markdown then.
    let enough = if has_paragraphs_in_lines(sample) || has_unwrapped_lines(sample) { 12 } else { 4 };
    if marks >= enough { Format::Markdown } else { Format::Plain }
}

/// Whether a text that came as HTML shows any of it: a tag; or a reference, where no blank lines part its paragraphs.
pub(crate) fn has_markup(content: &str) -> bool {
    let sample = crate::prefix(content, SAMPLE);
    let tags = count_tags(sample);
    let is_reference = |at: usize| {
        let name = sample.as_bytes()[at + 1..].iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#');
        let len = name.count();
        len >= 2 && sample.as_bytes().get(at + 1 + len) == Some(&b';')
    };
    let mut references = memchr::memchr_iter(b'&', sample.as_bytes());
    tags.bytes > 0 || !sample.trim().contains("\n\n") && references.any(is_reference)
}

/// What blank lines part.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        let gap = blank_line(rest).unwrap_or(rest.len()..rest.len());
        let paragraph = &rest[..gap.start];
        rest = &rest[gap.end..];
        (!paragraph.is_empty()).then_some(paragraph)
    })
}

/// Where the first blank line of a text stands, with all white space around it.
pub(crate) fn blank_line(text: &str) -> Option<Range<usize>> {
    let mut past = 0;
    memchr::memchr_iter(b'\n', text.as_bytes()).find_map(|at| {
        if at < past {
            return None;
        }
        past = text.len() - text[at..].trim_start().len();
        let is_blank = memchr::memchr(b'\n', &text.as_bytes()[at + 1..past]).is_some();
        is_blank.then(|| text[..at].trim_end().len()..past)
    })
}

/// Whether blank lines part the paragraphs of a text whose tags stand inside of lines, as systems keep texts that put the tags of
/// paragraphs around them later.
pub(crate) fn has_tags_in_lines_only(text: &str) -> bool {
    let mut tags = memchr::memchr_iter(b'<', text.as_bytes()).filter_map(|at| Some((at, tag_at(&text[at..])?)));
    let parts =
        |(at, tag): (usize, TagAt)| tag.block || text[at..].get(..3).is_some_and(|t| t.eq_ignore_ascii_case("<br"));
    !tags.any(parts) && blank_line(text.trim()).is_some()
}

/// Whether whole paragraphs stand in neighbouring lines.
fn has_paragraphs_in_lines(text: &str) -> bool {
    const PARAGRAPH: usize = 100;
    let whole = |line: &str| {
        line.len() >= PARAGRAPH
            && ends_sentence(line)
            && line.starts_with(|c: char| c.is_alphanumeric() || "\"“‘«「(".contains(c))
    };
    let (mut glued, mut parted, mut before) = (0, 0, "");
    for line in text.lines().map(str::trim) {
        if whole(before) && whole(line) {
            glued += 1;
        }
        parted += usize::from(whole(before) && line.is_empty());
        before = line;
    }
    glued >= 2 && glued > parted
}

/// Whether neighbouring lines are whole by themselves: they are short, or end as sentences do, and no marks of Markdown
/// begin them. Text that was wrapped at a margin has long lines that go on in the next.
fn has_unwrapped_lines(text: &str) -> bool {
    const SHORT: usize = 40;
    let plain =
        |line: &str| line.starts_with(|c: char| c.is_alphabetic() || "\"“‘«「".contains(c)) && !line.ends_with('\\');
    let whole = |line: &str| {
        let end = line.trim_end_matches(['"', '”', '’', ')', '»', '」', ' ']);
        line.chars().take(SHORT).count() < SHORT || end.ends_with(['.', '!', '?', '。', '！', '？', '।', '۔'])
    };
    let (mut glued, mut parted, mut before) = (0, 0, "");
    for line in text.lines() {
        // Two spaces at the end of a line are a line end in Markdown.
        let broken = line.ends_with("  ");
        let line = line.trim();
        if plain(before) && whole(before) && plain(line) && !broken {
            glued += 1;
        }
        parted += usize::from(!before.is_empty() && line.is_empty());
        before = line;
    }
    glued >= 4 && glued > 2 * parted
}

/// Leaves out white space, comments and processing instructions before the first word.
fn skip_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        let end = if text.starts_with("<!--") {
            memmem::find(text.as_bytes(), b"-->").map(|i| i + 3)
        } else if text.starts_with("<?") {
            memmem::find(text.as_bytes(), b"?>").map(|i| i + 2)
        } else {
            return text;
        };
        match end {
            Some(end) => text = &text[end..],
            None => return text,
        }
    }
}

fn by_first_words(start: &str, sample: &str) -> Option<Format> {
    let starts = |word: &str| start.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    if ["<!doctype html", "<html", "<head", "<body"].iter().any(|w| starts(w)) {
        return Some(Format::Html);
    }
    if start.starts_with('<')
        && let Some(format) = xml::format(start, sample.trim_start().starts_with("<?xml"))
    {
        return Some(format);
    }
    if (start.starts_with('{') || start.starts_with('[')) && is_json(start) {
        return Some(Format::Other("JSON"));
    }
    if start.starts_with("From: ") && sample.contains("\nMIME-Version:") {
        return Some(Format::Other("a saved mail or web archive (MIME)"));
    }
    None
}

/// Whether a text is JSON as far as it was sampled: it is valid, or is cut off and begins as JSON does.
fn is_json(text: &str) -> bool {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => true,
        Err(error) => error.is_eof() && text.trim_start_matches(['{', '[']).trim_start().starts_with('"'),
    }
}

#[derive(Default)]
struct Tags {
    blocks: usize,
    closed: usize,
    bytes: usize,
}

struct TagAt {
    len: usize,
    block: bool,
    closing: bool,
}

fn count_tags(text: &str) -> Tags {
    let mut tags = Tags::default();
    let mut past = 0;
    for at in memchr::memchr_iter(b'<', text.as_bytes()) {
        if at < past {
            continue;
        }
        if let Some(tag) = tag_at(&text[at..]) {
            past = at + tag.len;
            tags.bytes += tag.len;
            tags.blocks += usize::from(tag.block && !tag.closing);
            tags.closed += usize::from(tag.block && tag.closing);
        }
    }
    tags
}

/// The names that make a page what it is. Others do not count: `a < b` and `<stdio.h>` are text.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "style",
    "table",
    "tbody",
    "td",
    "template",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];
const INLINES: &[&str] = &["a", "b", "br", "em", "font", "i", "img", "span", "strong", "sub", "sup", "u"];

fn tag_at(text: &str) -> Option<TagAt> {
    let bytes = text.as_bytes();
    let closing = bytes.get(1) == Some(&b'/');
    let name_at = if closing { 2 } else { 1 };
    if bytes.first() != Some(&b'<') {
        return None;
    }
    let name_len = bytes[name_at.min(bytes.len())..].iter().take(12).take_while(|b| b.is_ascii_alphanumeric()).count();
    let name = text[name_at.min(text.len())..name_at.min(text.len()) + name_len].to_ascii_lowercase();
    let after = bytes.get(name_at + name_len).copied().unwrap_or(b' ');
    if !(after == b'>' || after == b'/' || after.is_ascii_whitespace()) {
        return None;
    }
    let block = BLOCKS.binary_search(&name.as_str()).is_ok();
    if !block && INLINES.binary_search(&name.as_str()).is_err() {
        return None;
    }
    // A tag with attributes has no `<` in it; look no further than one could sensibly be long.
    let rest = &bytes[name_at + name_len..bytes.len().min(4096)];
    let len = match memchr::memchr2(b'>', b'<', rest) {
        Some(end) if rest[end] == b'>' => name_at + name_len + end + 1,
        Some(_) => return None,
        None => name_at + name_len,
    };
    Some(TagAt { len, block, closing })
}

/// How much a text looks like Markdown. Four points make it Markdown: no single sign that ordinary text may carry by
/// accident (a `#`, a `*`, a number with a point) is worth as much.
fn markdown_points(text: &str) -> usize {
    let mut points = 0;
    let mut fenced = false;
    let mut before_blank = true;
    let mut before_pipes = false;
    let mut seen_text = false;
    let mut lines = text.lines().peekable();
    while let Some(raw) = lines.next() {
        let line = raw.trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            points += 2;
            fenced = !fenced;
            before_blank = false;
            continue;
        }
        if fenced {
            continue;
        }
        let next_blank = lines.peek().is_none_or(|next| next.trim().is_empty());
        if line.starts_with('#') && is_atx_heading(line) && before_blank && next_blank {
            // A heading of the first level on the first line is how a Markdown text opens.
            points += if !seen_text && line.starts_with("# ") { 4 } else { 2 };
        } else if before_pipes && is_table_rule(line) {
            points += 4;
        } else if line.starts_with('[') && is_reference_definition(line) {
            points += 2;
        } else {
            points += inline_points(line);
        }
        before_pipes = line.contains('|');
        before_blank = line.is_empty();
        seen_text |= !line.is_empty();
        if points >= 64 {
            break;
        }
    }
    points
}

fn is_atx_heading(line: &str) -> bool {
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    let text = &line[hashes..];
    (1..=6).contains(&hashes) && text.starts_with(' ') && text.len() < 300 && text.contains(char::is_alphabetic)
}

fn is_table_rule(line: &str) -> bool {
    line.contains('|') && line.contains("--") && line.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'\t'))
}

fn is_reference_definition(line: &str) -> bool {
    line.split_once("]: ").is_some_and(|(_, target)| {
        let target = target.trim_start_matches('<');
        target.starts_with("http") || target.starts_with('/') || target.starts_with('#')
    })
}

/// Links, images and pairs of emphasis marks in one line.
fn inline_points(line: &str) -> usize {
    let bytes = line.as_bytes();
    let mut points = 0;
    for at in memmem::find_iter(bytes, b"](").take(8) {
        let target = &bytes[at + 2..];
        let len = target.iter().take(2048).take_while(|b| !matches!(b, b')' | b'(' | b' ' | b'\t')).count();
        let closed = matches!(target.get(len), Some(b')' | b' ' | b'('));
        let opened = memchr::memrchr(b'[', &bytes[at.saturating_sub(500)..at]);
        if closed && opened.is_some() && looks_like_target(&target[..len]) {
            let image = opened.is_some_and(|o| {
                let o = at.saturating_sub(500) + o;
                o > 0 && bytes[o - 1] == b'!'
            });
            points += if image { 4 } else { 3 };
        }
    }
    points + emphasis_pairs(bytes, *b"**") * 2 + emphasis_pairs(bytes, *b"__") * 2
}

fn looks_like_target(target: &[u8]) -> bool {
    target.is_empty()
        || target.contains(&b'/')
        || target.contains(&b'.')
        || target.starts_with(b"#")
        || target.starts_with(b"mailto:")
}

/// Pairs of a double mark that hug their text: `**text**`, but not `2 ** 3 ** 4` or `____`.
fn emphasis_pairs(line: &[u8], mark: [u8; 2]) -> usize {
    let mut pairs = 0;
    let mut open = false;
    for at in memmem::find_iter(line, &mark).take(32) {
        let before = if at == 0 { b' ' } else { line[at - 1] };
        let after = line.get(at + 2).copied().unwrap_or(b' ');
        if before == mark[0] || after == mark[0] {
            continue;
        }
        if open && !before.is_ascii_whitespace() {
            pairs += 1;
            open = false;
        } else if !after.is_ascii_whitespace() {
            open = true;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture's mark among paragraphs that stand in a line each.
    const SCRAPED: &str = "The pier opens\n![]() \nThe harbour board opened the new pier on Monday, after works that had \
        lasted for nearly three years and a half.\nThe pier is a hundred metres long, the director told the guests, and \
        every ferry of the line can land at it now.\nThe next ferry leaves at a quarter past five in the morning, and all \
        tickets of the old timetable stay valid on it.\n";

    /// The same with blank lines, as Markdown is written.
    const WRITTEN: &str = "![](https://example.org/pier.jpg)\n\nThe harbour board opened the new pier on Monday, after works \
        that had lasted for nearly three years and a half.\n\nThe pier is a hundred metres long, the director told the \
        guests, and every ferry of the line can land at it now.\n\nThe next ferry leaves in the morning.\n";

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(BLOCKS.is_sorted() && INLINES.is_sorted());
    }

    #[test]
    fn what_came_as_html_is_looked_at_for_markup() {
        for (text, has) in [
            ("The <b>ferry</b> sails.", true),
            ("The ferry sails.<br>So it does.", true),
            ("Tide &amp; wind", true),
            ("Tide &#8211; wind", true),
            ("Tide &amp; wind\n\nThe ferry sails.", false),
            ("Tide & wind; a < b", false),
            ("AT&T; so they said", false),
            ("<stdio.h> is a header", false),
            ("The ferry sails.\n\nIt waits.", false),
        ] {
            assert_eq!(has_markup(text), has, "{text}");
        }
    }

    #[test]
    fn tells_formats_by_content() {
        let cases = [
            ("<!DOCTYPE html><p>x", Format::Html),
            ("<!-- saved --> <HTML><body>x", Format::Html),
            ("<?xml version=\"1.0\"?><html xmlns=\"x\"><p>x", Format::Html),
            ("<?xml version=\"1.0\"?><!DOCTYPE html [<!ENTITY a \"b\">]><html><p>x", Format::Html),
            ("<p>One.</p><p>Two.</p>", Format::Html),
            ("<div class=\"x\">One</div>", Format::Html),
            ("<p class=\"lead\">A paragraph that nobody has closed, since HTML does not ask for it.", Format::Html),
            ("<p class=\"lead\">A paragraph that nobody has closed.\r\n\r\n<p>Nor has anybody this one.", Format::Html),
            (
                "<table> is the element for what stands in rows and columns.\n\nIt is not meant for the layout of a page, \
                 for which there are other means.\n\nA caption may stand in it.",
                Format::Plain,
            ),
            (
                "<div>The *tide* rises.\n\n- [one](https://example.org/a)\n- [two](https://example.org/b)",
                Format::Markdown,
            ),
            ("Intro <p>One<p>Two<p>Three<p>Four<p>Five", Format::Html),
            ("{\"error\": \"not found\", \"html\": \"<p>x</p>\"}", Format::Other("JSON")),
            ("[1, 2, 3]", Format::Other("JSON")),
            ("[Seoul] The minister said so.", Format::Plain),
            ("{Editor's note} The minister said so.", Format::Plain),
            ("# A title\n\nText.", Format::Markdown),
            ("Text.\n\n## One\n\nMore.\n\n## Two\n\nMore.", Format::Markdown),
            ("Text with [a link](https://example.org/a) and **strong** words.", Format::Markdown),
            ("![](https://example.org/a.jpg)\n\nText.", Format::Markdown),
            ("Name | Age\n-----|----\nAnn | 5\n", Format::Markdown),
            ("```\ncode\n```\n", Format::Markdown),
            (
                "<div align=\"center\">\n\n# Name\n\n</div>\n\n**Fast** and [small](https://example.org).",
                Format::Markdown,
            ),
            ("Text with a #hashtag and 5 * 3.\n\n# of units sold rose.\nMore.", Format::Plain),
            ("* Figures are rounded.\n* So are others.", Format::Plain),
            ("1. On Tuesday the board met.\n\n2. It decided.", Format::Plain),
            ("if a < b and c > d then x<y. <stdio.h>", Format::Plain),
            ("2 ** 3 and a [1](see note)", Format::Plain),
            ("He wrote <b>so</b> once.", Format::Plain),
            (SCRAPED, Format::Plain),
            (WRITTEN, Format::Markdown),
            ("Just text.", Format::Plain),
            ("", Format::Plain),
            ("<", Format::Plain),
            ("</", Format::Plain),
        ];
        for (text, want) in cases {
            assert_eq!(format(text), want, "{text:?}");
        }
    }
}
