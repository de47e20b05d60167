//! Taking a text out of a document for good, with everything that was made of it.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use serde_json::{Map, Value as Json};

use crate::{Block, Caption, Credit, Document, Inline, InlineKind, ItemValue, Metadata, Span, Tree, Value};

/// Bytes of a text, and what stands in their place from now on.
pub type Replacement = (Range<usize>, String);

/// What finds the places in a text that are to be replaced: in order, apart, and on borders of characters.
pub type Find<'f> = dyn FnMut(&str) -> Vec<Replacement> + 'f;

impl Document {
    /// Replaces what `find` finds, in every text that the document holds: the source (where the bytes are struck out, so
    /// that places stay what they are; where it is written otherwise than it reads, with character references, tags or
    /// escapes in it, all of the block, start tag or script is), blocks as they are and as they were, links, attributes, evidence, pictures, facts with all
    /// their candidates, captions, details of decisions, notes, findings of stages, fields of the container, and the
    /// address that it was fetched from. Its path or URL as the source names it (`source.uri`, `source.name`) stays: by that it
    /// is known again.
    pub fn redact(&mut self, find: &mut Find<'_>) {
        let mut struck: Vec<_> = find(&self.content).into_iter().map(|(range, _)| range).collect();
        let mut taken = Vec::new();
        self.redact_blocks(find, &mut taken);
        if let Some(tree) = &mut self.tree {
            tree.redact(find, &mut taken);
        }
        for clue in &mut self.evidence.clues {
            replace_at(&mut clue.value, clue.span.map(|span| (span, Place::Source)), find, &mut taken);
        }
        for item in &mut self.evidence.items {
            let place = item.span.map(|span| (span, Place::Source));
            for (name, value) in &mut item.properties {
                replace_at(name, place, find, &mut taken);
                if let ItemValue::Text(text) = value {
                    replace_at(text, place, find, &mut taken);
                }
            }
        }
        struck.extend(written_otherwise(&self.content, self.tree.is_some(), &struck, taken));
        strike_out(&mut self.content, struck);
        let mut change = |text: &mut String| replace(text, find);
        for image in &mut self.images {
            [&mut image.src, &mut image.alt, &mut image.title].into_iter().for_each(&mut change);
        }
        self.facts.for_each_finding(&mut |found| in_metadata(found, &mut change));
        self.captions.for_each_caption(&mut |caption| in_caption(caption, &mut change));
        self.decisions.iter_mut().for_each(|decision| in_detail(&mut decision.detail, &mut change));
        self.notes.iter_mut().for_each(|note| change(&mut note.message));
        self.ext.values_mut().for_each(|value| in_json(value, &mut change));
        in_object(&mut self.source.fields, &mut change);
        self.source.url.iter_mut().chain(self.source.content_type.iter_mut()).for_each(&mut change);
    }

    fn redact_blocks(&mut self, find: &mut Find<'_>, taken: &mut Vec<Taken>) {
        let (old, mut new) = (std::mem::take(&mut self.text), String::with_capacity(self.text.len()));
        let mut put = |text: String| {
            let start = new.len() as u32;
            new.push_str(&text);
            start..new.len() as u32
        };
        for block in &mut self.blocks {
            let Block { text, original, inlines, span, .. } = block;
            let was_same = text == original;
            let piece = &old[original.start as usize..original.end as usize];
            let found = find(piece);
            taken.extend(Taken::of(piece, &found, *span, Place::Text));
            for inline in &mut self.inlines[inlines.start as usize..inlines.end as usize] {
                moved(inline, &found);
                if let InlineKind::Link(address) = &mut inline.kind {
                    replace_at(address, Some((*span, Place::Source)), find, taken);
                }
            }
            let now = &old[text.start as usize..text.end as usize];
            let changed = (!was_same).then(|| (now, find(now)));
            *original = put(with(piece, &found));
            *text = changed.map_or_else(|| original.clone(), |(now, found)| put(with(now, &found)));
        }
        self.text = new;
    }
}

impl Tree {
    /// Replaces what `find` finds in the values of attributes.
    fn redact(&mut self, find: &mut Find<'_>, taken: &mut Vec<Taken>) {
        self.change_values(|span, value| {
            let found = find(value);
            taken.extend(Taken::of(value, &found, span, Place::StartTag));
            (!found.is_empty()).then(|| with(value, &found))
        });
    }
}

/// A text with what stands in the place of others.
fn with(text: &str, found: &[Replacement]) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (range, instead) in found {
        out.push_str(&text[from..range.start]);
        out.push_str(instead);
        from = range.end;
    }
    out.push_str(&text[from..]);
    out
}

fn replace(text: &mut String, find: &mut Find<'_>) {
    let found = find(text);
    if !found.is_empty() {
        *text = with(text, &found);
    }
}

/// The same, and keeps what was taken out and where in the source it came from.
fn replace_at(text: &mut String, place: Option<(Span, Place)>, find: &mut Find<'_>, taken: &mut Vec<Taken>) {
    let found = find(text);
    if !found.is_empty() {
        taken.extend(place.into_iter().flat_map(|(span, place)| Taken::of(text, &found, span, place)));
        *text = with(text, &found);
    }
}

/// Which part of a span of the source a text was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// What stands between the tags.
    Text,
    /// The start tag with which it begins.
    StartTag,
    /// Any of it.
    Source,
}

/// A value that was taken out of a text, and where in the source that text stands.
struct Taken {
    span: Span,
    place: Place,
    value: String,
}

impl Taken {
    fn of(text: &str, found: &[Replacement], span: Span, place: Place) -> Vec<Self> {
        found.iter().map(|(range, _)| Self { span, place, value: text[range.clone()].to_owned() }).collect()
    }
}

/// The parts of the source from which values were taken that do not stand there as they read, so that they cannot be struck out
/// by themselves. `struck` is what is struck out, in order and apart.
fn written_otherwise(
    content: &str,
    has_tags: bool,
    struck: &[Range<usize>],
    mut taken: Vec<Taken>,
) -> Vec<Range<usize>> {
    taken.sort_by_key(|taken| (taken.span.start, taken.span.end, taken.place));
    let of_one = |a: &Taken, b: &Taken| (a.span, a.place) == (b.span, b.place);
    let mut out = Vec::new();
    for group in taken.chunk_by(of_one) {
        let Taken { span, place, .. } = &group[0];
        let start = content.floor_char_boundary(span.start as usize);
        let end = content.ceil_char_boundary((span.end as usize).clamp(start, content.len().max(start)));
        let Some(piece) = content.get(start..end) else { continue };
        let range = if *place == Place::StartTag { start..start + start_tag(piece) } else { start..end };
        let mut left = struck_within(content, &range, struck, has_tags && *place == Place::Text);
        let all_struck = group.iter().all(|taken| match left.get_mut(taken.value.as_str()) {
            Some(0) | None => false,
            Some(count) => {
                // A script may be read more than once; what else there is stands there for each time that it reads.
                *count -= usize::from(*place != Place::Source);
                true
            }
        });
        if !all_struck {
            out.push(range);
        }
    }
    out
}

/// How often each value is struck out within a range of the source, or between its tags.
fn struck_within<'c>(
    content: &'c str,
    range: &Range<usize>,
    struck: &[Range<usize>],
    between_tags: bool,
) -> BTreeMap<&'c str, usize> {
    let (mut counts, mut at, mut in_tag) = (BTreeMap::new(), range.start, false);
    let first = struck.partition_point(|struck| struck.start < range.start);
    for struck in struck[first..].iter().take_while(|struck| struck.end <= range.end) {
        if between_tags {
            for byte in content[at..struck.start].bytes().filter(|byte| matches!(byte, b'<' | b'>')) {
                in_tag = byte == b'<';
            }
            at = struck.end;
        }
        if !in_tag {
            *counts.entry(&content[struck.clone()]).or_default() += 1;
        }
    }
    counts
}

/// How many bytes a start tag takes; all, if it does not end.
fn start_tag(piece: &str) -> usize {
    let mut quote = None;
    for (at, byte) in piece.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    piece.len()
}

/// Puts a star in the place of every byte in these ranges; line breaks stay, since places name lines.
fn strike_out(content: &mut String, mut struck: Vec<Range<usize>>) {
    struck.sort_by_key(|range| (range.start, range.end));
    let (mut out, mut from) = (String::with_capacity(content.len()), 0);
    for range in struck.into_iter().filter(|range| !range.is_empty()) {
        let start = range.start.max(from);
        out.push_str(&content[from..start]);
        from = range.end.max(start);
        out.extend(content[start..from].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
    }
    out.push_str(&content[from..]);
    *content = out;
}

/// Moves markup to where its text stands now; an end inside of what was replaced moves to the end of that.
fn moved(inline: &mut Inline, found: &[Replacement]) {
    let at = |place: u32, is_end: bool| {
        let (place, mut now) = (place as usize, place as usize);
        for (range, instead) in found {
            if range.end <= place {
                now = now + instead.len() - range.len();
            } else if range.start < place {
                now -= place - range.start;
                now += if is_end { instead.len() } else { 0 };
            }
        }
        now as u32
    };
    inline.range = at(inline.range.start, false)..at(inline.range.end, true);
}

fn in_detail(detail: &mut Cow<'static, str>, change: &mut impl FnMut(&mut String)) {
    let mut text = detail.to_string();
    change(&mut text);
    if text != *detail {
        *detail = text.into();
    }
}

fn in_json(value: &mut Json, change: &mut impl FnMut(&mut String)) {
    match value {
        Json::String(text) => change(text),
        Json::Array(items) => items.iter_mut().for_each(|item| in_json(item, change)),
        Json::Object(fields) => in_object(fields, change),
        Json::Number(number) => {
            // A number may be one of a card or a telephone.
            let mut text = number.to_string();
            change(&mut text);
            if text != number.to_string() {
                *value = Json::String(text);
            }
        }
        Json::Null | Json::Bool(_) => {}
    }
}

/// Changes values and keys. Of keys that become the same, those behind the first are numbered: no value is lost.
fn in_object(fields: &mut Map<String, Json>, change: &mut impl FnMut(&mut String)) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (mut key, mut value) in std::mem::take(fields) {
        change(&mut key);
        in_json(&mut value, change);
        let count = counts.entry(key.clone()).or_insert(0);
        *count += 1;
        let mut name = if *count == 1 { key.clone() } else { format!("{key} {count}") };
        while fields.contains_key(&name) {
            *count += 1;
            name = format!("{key} {count}");
        }
        fields.insert(name, value);
    }
}

fn in_caption(caption: &mut Caption, change: &mut impl FnMut(&mut String)) {
    let Caption { text, credit, credits, image, translations, .. } = caption;
    change(text);
    credit.iter_mut().chain(image).for_each(&mut *change);
    for Credit { name, agency } in credits {
        name.iter_mut().chain(agency).for_each(&mut *change);
    }
    for translation in translations {
        in_caption(translation, change);
    }
}

fn in_metadata(found: &mut Metadata, change: &mut impl FnMut(&mut String)) {
    let Metadata { title, authors, site_name, section, tags, description, url, image, license, dateline, .. } = found;
    let one = [title, site_name, section, description, url, image, license].into_iter().flatten();
    let many = authors.iter_mut().chain(tags);
    one.chain(many).for_each(|Value { value, .. }| change(value));
    if let Some(dateline) = dateline {
        let parts = dateline.value.place.iter_mut().chain(&mut dateline.value.agency);
        parts.for_each(&mut *change);
    }
    for candidate in &mut found.candidates {
        change(&mut candidate.value);
        change(&mut candidate.why);
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        BlockId, Clue, Decision, DocumentSource, Fact, Image, Item, Label, NewBlock, Note, Origin, Span, Syntax, Tag,
    };

    use super::*;

    const SECRET: &str = "ada@quay.example";

    /// A document that has the secret wherever a text can stand.
    fn document() -> Document {
        let text = format!("Write to {SECRET} or\n{SECRET}.");
        let source = DocumentSource {
            url: Some(format!("https://quay.example/?to={SECRET}")),
            content_type: Some(SECRET.into()),
            fields: serde_json::from_str(&format!(r#"{{"a": ["{SECRET}"], "b": {{"c": "{SECRET}"}}}}"#)).unwrap(),
            ..DocumentSource::default()
        };
        let mut doc = Document::new(source, text.clone());
        let mut tree = Tree::default();
        tree.open(Tag::A, None, Span::default());
        tree.push_attr("data-to", SECRET);
        tree.push_attr("href", "/start");
        doc.tree = Some(tree);
        let inlines = [
            Inline { range: 9..25, kind: InlineKind::Link(format!("mailto:{SECRET}")) },
            Inline { range: 26..28, kind: InlineKind::Strong },
        ];
        let id = doc.push_block(NewBlock { text: &text, inlines: &inlines, ..NewBlock::default() });
        doc.set_text(id, &format!("To {SECRET}"));
        doc.push_block(NewBlock { text: "Nothing.", ..NewBlock::default() });
        let (stage, rule) = ("test".into(), "all".into());
        doc.decide(Decision { block: id, label: Label::Body, stage, rule, detail: SECRET.into() });
        doc.add_note(Note { stage: "test".into(), code: "x".into(), message: SECRET.into(), span: None });
        doc.set_ext("test", serde_json::json!({ "found": [SECRET, 7] }));
        doc.images.push(Image { src: SECRET.into(), alt: SECRET.into(), title: SECRET.into(), ..Image::default() });
        doc.evidence.clues.push(Clue { value: SECRET.into(), ..Clue::default() });
        doc.evidence.items.push(Item {
            syntax: Syntax::JsonLd,
            types: Vec::new(),
            properties: vec![("email".into(), ItemValue::Text(SECRET.into()))],
            top_level: true,
            span: None,
            element: None,
        });
        for fact in [
            Fact::Title(SECRET.into()),
            Fact::Authors(vec![SECRET.into()]),
            Fact::Tags(vec![SECRET.into()]),
            Fact::Url(SECRET.into()),
            Fact::Dateline(crate::Dateline { place: Some(SECRET.into()), agency: Some(SECRET.into()) }),
        ] {
            let found = Value { value: fact, origin: Origin::Text, name: "t".into(), span: None, confidence: 0.5 };
            doc.add_facts("test", found.into());
        }
        let credits = vec![Credit { name: Some(SECRET.into()), agency: Some(SECRET.into()) }];
        let caption = Caption { text: SECRET.into(), credit: Some(SECRET.into()), credits, ..Caption::default() };
        let image = Some(SECRET.into());
        doc.add_captions("test", vec![Caption { translations: vec![caption.clone()], image, ..caption }]);
        doc
    }

    fn find(text: &str) -> Vec<Replacement> {
        text.match_indices(SECRET).map(|(at, _)| (at..at + SECRET.len(), "[e-mail]".to_owned())).collect()
    }

    #[test]
    fn what_is_redacted_stands_nowhere_any_more() {
        let mut doc = document();
        let _ = (doc.metadata(), doc.captions());
        assert!(format!("{doc:?}").matches(SECRET).count() > 30);
        doc.redact(&mut find);
        let left = format!("{doc:?}");
        assert!(!left.contains(SECRET), "{left}");
        assert_eq!(doc.metadata().title.as_ref().map(|title| title.value.as_str()), Some("[e-mail]"));
        assert_eq!(doc.ext()["test"]["found"], serde_json::json!(["[e-mail]", 7]));
    }

    #[test]
    fn places_and_markup_stay_where_they_belong() {
        let mut doc = document();
        let (length, blocks) = (doc.content().len(), doc.blocks().len());
        doc.redact(&mut find);
        assert_eq!((doc.content().len(), doc.content().find('\n'), doc.blocks().len()), (length, Some(28), blocks));
        let id = BlockId(0);
        assert_eq!((doc.text(id), doc.original_text(id)), ("To [e-mail]", "Write to [e-mail] or\n[e-mail]."));
        let marked: Vec<&str> = doc
            .inlines(id)
            .iter()
            .map(|i| &doc.original_text(id)[i.range.start as usize..i.range.end as usize])
            .collect();
        assert_eq!(marked, ["[e-mail]", "or"]);
        assert_eq!(doc.text(BlockId(1)), "Nothing.");
        let tree = doc.tree.as_ref().expect("a tree");
        let attrs: Vec<_> = tree.attrs(crate::ElementId(0)).collect();
        assert_eq!(attrs, [("data-to", "[e-mail]"), ("href", "/start")]);
    }

    #[test]
    fn what_the_source_writes_otherwise_is_struck_out_as_a_whole() {
        for (source, place, kept) in [
            ("<p>Write to ada&#64;quay.example now</p> Stay", Place::Text, " Stay"),
            ("<p>ada<br>@quay.example and <a href='ada@quay.example'>x</a></p> Stay", Place::Text, " Stay"),
            ("<p>ada@quay.example or ada&#64;quay.example</p> Stay", Place::Text, " Stay"),
            ("<a title='>' href='ada&#64;quay.example'>Stay</a>", Place::StartTag, "Stay</a>"),
            ("<script>{\"a\": \"ada\\u0040quay.example\"}</script> Stay", Place::Source, " Stay"),
        ] {
            let mut doc = Document::new(DocumentSource::default(), source.into());
            let mut tree = Tree::default();
            let span = Span::new(0, source.len() - if place == Place::StartTag { 0 } else { kept.len() });
            tree.open(Tag::A, None, span);
            if place == Place::StartTag {
                tree.push_attr("href", SECRET);
            }
            doc.tree = Some(tree);
            let both = format!("{SECRET} or {SECRET}");
            let text = if source.contains(" or ") { &both } else { SECRET };
            if place == Place::Text {
                doc.push_block(NewBlock { text, span, ..NewBlock::default() });
            } else if place == Place::Source {
                doc.evidence.clues.push(Clue { value: SECRET.into(), span: Some(span), ..Clue::default() });
            }
            doc.redact(&mut find);
            let stars = "*".repeat(source.len() - kept.len());
            assert_eq!(doc.content(), format!("{stars}{kept}"), "{source}");
        }
    }

    #[test]
    fn what_stands_there_as_it_reads_is_struck_out_alone() {
        let source = format!("<p>To <a href='{SECRET}'>{SECRET}</a> &amp; so on</p>");
        let mut doc = Document::new(DocumentSource::default(), source.clone());
        doc.tree = Some(Tree::default());
        let link = Inline { range: 3..19, kind: InlineKind::Link(SECRET.into()) };
        let text = format!("To {SECRET} & so on");
        let span = Span::new(0, source.len());
        doc.push_block(NewBlock { text: &text, inlines: &[link], span, ..NewBlock::default() });
        doc.redact(&mut find);
        assert_eq!(doc.content(), source.replace(SECRET, &"*".repeat(SECRET.len())));
    }

    #[test]
    fn keys_are_replaced_and_no_value_is_lost() {
        let mut doc = document();
        let fields = format!(r#"{{"[e-mail]": 1, "{SECRET}": {{"{SECRET}": 2}}}}"#);
        doc.source.fields = serde_json::from_str(&fields).unwrap();
        doc.redact(&mut find);
        let expected = serde_json::json!({ "[e-mail]": 1, "[e-mail] 2": { "[e-mail]": 2 } });
        assert_eq!(serde_json::Value::from(doc.source.fields), expected);
    }

    #[test]
    fn a_document_without_it_stays_what_it_is() {
        let mut doc = document();
        doc.redact(&mut |_| Vec::new());
        assert_eq!(doc, document());
    }
}
