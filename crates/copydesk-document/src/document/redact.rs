//! Taking a text out of a document for good, with everything that was made of it.

use std::{borrow::Cow, ops::Range};

use serde_json::Value as Json;

use crate::{Block, Caption, Credit, Document, Inline, InlineKind, ItemValue, Metadata, Tree, Value};

/// Bytes of a text, and what stands in their place from now on.
pub type Replacement = (Range<usize>, String);

/// What finds the places in a text that are to be replaced: in order, apart, and on borders of characters.
pub type Find<'f> = dyn FnMut(&str) -> Vec<Replacement> + 'f;

impl Document {
    /// Replaces what `find` finds, in every text that the document holds: the source (where the bytes are struck out, so
    /// that places stay what they are), blocks as they are and as they were, links, attributes, evidence, pictures, facts with all
    /// their candidates, captions, details of decisions, notes, findings of stages, fields of the container, and the
    /// address that it was fetched from. Its path or URL as the source names it (`source.uri`, `source.name`) stays: by that it
    /// is known again.
    pub fn redact(&mut self, find: &mut Find<'_>) {
        strike_out(&mut self.content, find);
        self.redact_blocks(find);
        if let Some(tree) = &mut self.tree {
            tree.redact(find);
        }
        let mut change = |text: &mut String| replace(text, find);
        for image in &mut self.images {
            [&mut image.src, &mut image.alt, &mut image.title].into_iter().for_each(&mut change);
        }
        self.evidence.clues.iter_mut().for_each(|clue| change(&mut clue.value));
        for (_, value) in self.evidence.items.iter_mut().flat_map(|item| &mut item.properties) {
            if let ItemValue::Text(text) = value {
                change(text);
            }
        }
        self.facts.for_each_finding(&mut |found| in_metadata(found, &mut change));
        self.captions.for_each_caption(&mut |caption| in_caption(caption, &mut change));
        self.decisions.iter_mut().for_each(|decision| in_detail(&mut decision.detail, &mut change));
        self.notes.iter_mut().for_each(|note| change(&mut note.message));
        self.ext.values_mut().chain(self.source.fields.values_mut()).for_each(|value| in_json(value, &mut change));
        self.source.url.iter_mut().chain(self.source.content_type.iter_mut()).for_each(&mut change);
    }

    fn redact_blocks(&mut self, find: &mut Find<'_>) {
        let (old, mut new) = (std::mem::take(&mut self.text), String::with_capacity(self.text.len()));
        let mut put = |text: String| {
            let start = new.len() as u32;
            new.push_str(&text);
            start..new.len() as u32
        };
        for block in &mut self.blocks {
            let Block { text, original, inlines, .. } = block;
            let was_same = text == original;
            let piece = &old[original.start as usize..original.end as usize];
            let found = find(piece);
            for inline in &mut self.inlines[inlines.start as usize..inlines.end as usize] {
                moved(inline, &found);
            }
            let now = &old[text.start as usize..text.end as usize];
            let changed = (!was_same).then(|| (now, find(now)));
            *original = put(with(piece, &found));
            *text = changed.map_or_else(|| original.clone(), |(now, found)| put(with(now, &found)));
        }
        for inline in &mut self.inlines {
            if let InlineKind::Link(address) = &mut inline.kind {
                replace(address, find);
            }
        }
        self.text = new;
    }
}

impl Tree {
    /// Replaces what `find` finds in the values of attributes.
    pub(crate) fn redact(&mut self, find: &mut Find<'_>) {
        self.change_values(|value| {
            let found = find(value);
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

/// Puts a star in the place of every byte that is found; line breaks stay, since places name lines.
fn strike_out(content: &mut String, find: &mut Find<'_>) {
    let found = find(content);
    if found.is_empty() {
        return;
    }
    let stars = |range: Range<usize>| {
        let text = &content[range.clone()];
        let starred: String = text.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
        (range, starred)
    };
    let struck: Vec<Replacement> = found.into_iter().map(|(range, _)| stars(range)).collect();
    *content = with(content, &struck);
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
        Json::Object(fields) => fields.values_mut().for_each(|field| in_json(field, change)),
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
    fn a_document_without_it_stays_what_it_is() {
        let mut doc = document();
        doc.redact(&mut |_| Vec::new());
        assert_eq!(doc, document());
    }
}
