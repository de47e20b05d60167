//! Pages that do not show their text but hold it in a script: as the `articleBody` of structured data, or in the state
//! from which an application builds the page.

use copydesk_document::{BlockKind, Document, Item, ItemValue, NewBlock, Note, Origin, Span, Tag};
use rustc_hash::FxHashSet;

use super::arena::{Arena, Node, NodeKind};
use crate::{Limits, fragment_to_text};

/// A text that stands in a script.
struct Embedded {
    /// Its paragraphs and captions.
    lines: Vec<(BlockKind, String)>,
    /// The script.
    span: Span,
    /// Where in it, for a person.
    place: String,
}

/// Shorter texts are teasers. Lengths are in bytes: a sentence has about as many in every script.
const LEAST: usize = 320;
/// More paragraphs than this are left out.
const MOST_LINES: usize = 20_000;
/// The longest text in a state has to be longer than the next one by this, or nobody knows which is the article.
const AHEAD: usize = 2;

/// Under these names applications keep the text of an article or a post.
const KEYS: [&str; 20] = [
    "articlebody",
    "articletext",
    "body",
    "bodyhtml",
    "body_html",
    "bodytext",
    "content",
    "contenthtml",
    "content_html",
    "contents",
    "cooked",
    "fulltext",
    "html",
    "message",
    "paragraph",
    "paragraphs",
    "rendered",
    "story",
    "text",
    "value",
];

/// Adds the text that the page holds in a script, if the page does not show as much as half of it. Its blocks stand
/// behind all others and in no element.
pub(super) fn add(doc: &mut Document, limits: &Limits) {
    let Some(text) = declared(doc, limits).or_else(|| state(doc, limits)) else { return };
    let length: usize = text.lines.iter().map(|(_, line)| line.len()).sum();
    if length < LEAST || shown(doc) > length / 2 {
        return;
    }
    for (kind, line) in text.lines.iter().take(MOST_LINES) {
        doc.push_block(NewBlock { kind: *kind, text: line, span: text.span, ..NewBlock::default() });
    }
    note_left_out(doc, text.lines.len().saturating_sub(MOST_LINES), text.span);
    let message = format!("the page does not show its text; it was read from {}", text.place);
    doc.add_note(Note { stage: "parse".into(), code: "embedded-text".into(), message, span: Some(text.span) });
}

/// Adds what stands in `<noframes>`, where pages of frames keep what browsers without frames show: for the reader of such
/// a page, and hidden where the page shows text of its own.
pub(super) fn add_noframes(doc: &mut Document, arena: &Arena, limits: &Limits) {
    let hidden = doc.iter().any(|(_, block)| !block.hidden);
    let is_noframes = |node: &&Node| node.kind == NodeKind::Raw && arena.node(node.parent).tag == Tag::Noframes;
    let spans = arena.nodes.iter().filter(is_noframes).map(|n| Span::new(n.start as usize, n.end as usize));
    for span in spans.collect::<Vec<_>>() {
        let text = fragment_to_text(&doc.content()[span.start as usize..span.end as usize], limits);
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        for line in lines.by_ref().take(MOST_LINES) {
            doc.push_block(NewBlock { text: line, span, hidden, ..NewBlock::default() });
        }
        note_left_out(doc, lines.count(), span);
        if !hidden {
            let message = "the page is made of frames; its text was read from <noframes>".to_owned();
            doc.add_note(Note { stage: "parse".into(), code: "embedded-text".into(), message, span: Some(span) });
        }
    }
}

/// Says that there are more lines than are taken.
fn note_left_out(doc: &mut Document, lines: usize, span: Span) {
    if lines > 0 {
        let message = format!("{lines} lines behind the first {MOST_LINES} were left out");
        doc.add_note(Note { stage: "parse".into(), code: "limit.lines".into(), message, span: Some(span) });
    }
}

/// How much text the page has outside links.
fn shown(doc: &Document) -> usize {
    doc.iter().map(|(id, block)| doc.text(id).len().saturating_sub(block.linked as usize)).sum()
}

/// The longest text of the structured data.
fn declared(doc: &Document, limits: &Limits) -> Option<Embedded> {
    let texts = doc.evidence.items.iter().filter_map(|item| {
        if item.is("LiveBlogPosting") {
            let all = updates(doc, item);
            return (!all.is_empty()).then_some(all).zip(item.span);
        }
        let own = item.text("articleBody").or_else(|| if is_post(item) { item.text("text") } else { None })?;
        let answers = ["comment", "acceptedAnswer", "suggestedAnswer"].iter().flat_map(|name| item.values(name));
        let answers = answers.filter(|_| is_post(item)).filter_map(|value| match value {
            ItemValue::Item(id) => doc.evidence.item(*id).text("text"),
            ItemValue::Text(_) => None,
        });
        let all: Vec<&str> = std::iter::once(own).chain(answers).collect();
        Some((all, item.span?))
    });
    let length = |texts: &[&str]| texts.iter().map(|text| text.len()).sum::<usize>();
    let (texts, span) = texts.max_by_key(|(texts, span)| (length(texts), std::cmp::Reverse(*span)))?;
    // Most pages show what they declare, and then it need not be taken apart.
    if length(&texts) < LEAST || shown(doc) > length(&texts) / 2 {
        return None;
    }
    Some(Embedded { lines: lines(&texts, limits), span, place: "its structured data".to_owned() })
}

/// What a live blog says, then its updates, each below its headline.
fn updates<'d>(doc: &'d Document, blog: &'d Item) -> Vec<&'d str> {
    let updates = blog.values("liveBlogUpdate").filter_map(|value| match value {
        ItemValue::Item(id) => Some(doc.evidence.item(*id)),
        ItemValue::Text(_) => None,
    });
    let said = updates.flat_map(|update| [update.text("headline"), update.text("articleBody")]).flatten();
    blog.text("articleBody").into_iter().chain(said).filter(|text| !text.trim().is_empty()).collect()
}

fn is_post(item: &Item) -> bool {
    ["DiscussionForumPosting", "SocialMediaPosting", "Question"].iter().any(|kind| item.is(kind))
}

/// The texts under one path of the state, if that is clearly the longest of those that look like an article.
fn state(doc: &Document, limits: &Limits) -> Option<Embedded> {
    let mut groups: Vec<(&str, Vec<&str>, Option<Span>)> = Vec::new();
    let mut seen = FxHashSet::default();
    for clue in doc.evidence.clues.iter().filter(|clue| clue.origin == Origin::EmbeddedState) {
        let key = clue.name.rsplit('.').next().unwrap_or_default();
        // A row of a streamed page has no name.
        if !(clue.name.is_empty() || KEYS.contains(&key)) || !seen.insert(clue.value.as_str()) {
            continue;
        }
        match groups.iter_mut().find(|(name, _, _)| *name == clue.name) {
            // Each unnamed row is a text of its own.
            Some((name, texts, _)) if !name.is_empty() => texts.push(&clue.value),
            _ => groups.push((&clue.name, vec![&clue.value], clue.span)),
        }
    }
    let length = |texts: &[&str]| texts.iter().map(|text| text.len()).sum::<usize>();
    groups.sort_by_key(|(_, texts, _)| std::cmp::Reverse(length(texts)));
    let next = groups.get(1).map_or(0, |(_, texts, _)| length(texts));
    let (name, texts, span) = groups.into_iter().next()?;
    if length(&texts) < AHEAD * next {
        return None;
    }
    let place = if name.is_empty() { "a script".to_owned() } else { format!("a script, under `{name}`") };
    Some(Embedded { lines: lines(&texts, limits), span: span?, place })
}

fn lines(texts: &[&str], limits: &Limits) -> Vec<(BlockKind, String)> {
    let mut lines = Vec::new();
    for text in texts {
        // Some write the markup of the text as text.
        let escaped = text.contains("&lt;p") && !text.contains('<');
        let text = if escaped { fragment_to_text(text, limits) } else { (*text).to_owned() };
        for (kind, piece) in captions_apart(&text) {
            let text = fragment_to_text(piece, limits);
            let all = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.extend(all.map(|line| (kind, line.to_owned())));
        }
    }
    lines
}

/// The text before, in and behind each caption.
fn captions_apart(html: &str) -> Vec<(BlockKind, &str)> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while let Some((before, caption, behind)) = next_caption(rest) {
        pieces.push((BlockKind::Paragraph, before));
        pieces.push((BlockKind::Caption, caption));
        rest = behind;
    }
    pieces.push((BlockKind::Paragraph, rest));
    pieces
}

/// The first `<figcaption>`, or the first element with `caption` in its class that stands right behind a picture.
fn next_caption(html: &str) -> Option<(&str, &str, &str)> {
    let mut behind_picture = false;
    let mut last = 0;
    let mut all = tags(html);
    while let Some(tag) = all.next() {
        behind_picture &= html[last..tag.start].trim().is_empty();
        last = tag.end;
        if PICTURES.iter().any(|name| tag.is(name)) {
            behind_picture = true;
            continue;
        }
        if tag.closes || !(tag.is("figcaption") || behind_picture && tag.names_caption()) {
            continue;
        }
        let mut open = 1_usize;
        // One that is never closed is none, and neither is any behind it: nobody knows where it ends.
        let end = all.find(|other| {
            if other.is(tag.name) {
                open = if other.closes { open - 1 } else { open + 1 };
            }
            open == 0
        })?;
        return Some((&html[..tag.start], &html[tag.end..end.start], &html[end.start..]));
    }
    None
}

/// Elements below which a caption may stand.
const PICTURES: [&str; 5] = ["img", "picture", "video", "iframe", "amp-img"];

/// A tag in a text with markup: where it stands, its name, and what it says.
struct MarkupTag<'t> {
    start: usize,
    end: usize,
    name: &'t str,
    attributes: &'t str,
    closes: bool,
}

impl MarkupTag<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether its class has a name such as `caption`, `wp-caption-text` or `img_caption`. Names of what holds the
    /// picture as well (`caption-wrap` around it) stand before the picture.
    fn names_caption(&self) -> bool {
        let lower = self.attributes.to_ascii_lowercase();
        let Some((_, value)) = lower.split_once("class=") else { return false };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split_ascii_whitespace().next(),
        };
        value.is_some_and(|names| names.split(|c: char| !c.is_alphanumeric()).any(|word| word.ends_with("caption")))
    }
}

/// The tags of a text with markup.
fn tags(html: &str) -> impl Iterator<Item = MarkupTag<'_>> {
    html.match_indices('<').filter_map(|(start, _)| {
        let rest = &html[start + 1..];
        let closes = rest.starts_with('/');
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|length| *length > 0)?;
        let (name, rest) = rest.split_at(length);
        let inside = rest.find(['>', '<']).filter(|end| rest[*end..].starts_with('>'))?;
        let end = html.len() - rest.len() + inside + 1;
        Some(MarkupTag { start, end, name, attributes: &rest[..inside], closes })
    })
}

#[cfg(test)]
mod caption_tests {
    use super::*;

    #[test]
    fn captions_stand_apart() {
        let html =
            "<p>One</p><figure><img><FIGCAPTION class=\"a\">A hill</figcaption></figure><p>Two</p><figcaption>open";
        let kinds: Vec<_> = captions_apart(html).into_iter().map(|(kind, text)| (kind, text.len())).collect();
        assert_eq!(captions_apart(html)[1], (BlockKind::Caption, "A hill"));
        assert_eq!(kinds.len(), 3, "{kinds:?}");
        assert_eq!(captions_apart("no markup at all, 1 < 2"), [(BlockKind::Paragraph, "no markup at all, 1 < 2")]);
        assert_eq!(captions_apart("<figcaptioné>x</figcaption>").len(), 3);
    }

    #[test]
    fn an_element_named_for_captions_is_one_behind_a_picture() {
        let caption = |html| captions_apart(html).get(1).map(|(_, text)| *text);
        let below =
            "<div><img src=\"a.jpg\"></a> <div class=\"img-Caption\"><div>A hill</div>, a lake</div></div><p>Two";
        assert_eq!(caption(below), Some("<div>A hill</div>, a lake"));
        assert_eq!(caption("<img><p class='caption'>A hill</p>"), Some("A hill"));
        assert_eq!(caption("<p>One</p><p class=\"caption\">Two</p>"), None);
        assert_eq!(caption("<img class=\"caption\"><p>One</p>"), None);
        assert_eq!(caption("<img><p>One</p><p class=\"caption\">Two</p>"), None);
        assert_eq!(caption("<img><p class=\"text\" id=\"caption\">One</p>"), None);
        assert_eq!(caption("<img><p class=\"caption\">never closed"), None);
    }
}
