//! `<title>`, `<meta>`, `<link>`, `<base>`, and the attributes of `<html>`.

use copydesk_document::{Attr, Clue, ElementId, Evidence, Origin, Span, Tag};

use super::super::{
    arena::{Arena, NodeKind},
    entities,
};
use crate::fold::fold;

/// A page with more clues than this is no page.
const MAX_CLUES: usize = 20_000;

/// The relations of a `<link>` that say something of the page.
const RELATIONS: &[&str] =
    &["canonical", "amphtml", "alternate", "author", "license", "image_src", "shortlink", "publisher", "next", "prev"];

pub(super) fn read(arena: &Arena, source: &str, id: u32, element: ElementId, evidence: &mut Evidence) {
    if evidence.clues.len() >= MAX_CLUES {
        return;
    }
    let node = arena.node(id);
    let mut add = |origin, name: &str, value: &str, end: u32| {
        let value = clean(value);
        if !value.is_empty() {
            evidence.clues.push(Clue {
                origin,
                name: name.trim().to_lowercase(),
                value,
                span: Some(Span::new(node.start as usize, end as usize)),
                block: None,
                element: Some(element),
            });
        }
    };
    match node.tag {
        Tag::Html => {
            let lang = arena.attr(id, Attr::Lang).filter(|l| !l.trim().is_empty());
            if let Some(lang) = lang.or_else(|| arena.attr_named(id, "xml:lang")) {
                add(Origin::Attribute, "lang", lang, node.end);
            }
        }
        Tag::Base => {
            if let Some(href) = arena.attr(id, Attr::Href) {
                add(Origin::Link, "base", href, node.end);
            }
        }
        Tag::Title => {
            let mut text = String::new();
            let mut end = node.end;
            for child in arena.below(id, 1000) {
                if matches!(arena.node(child).kind, NodeKind::Text | NodeKind::Decoded) {
                    text.push_str(arena.text(child, source));
                    end = end.max(arena.node(child).end);
                }
            }
            add(Origin::TitleElement, "title", &text, end);
        }
        Tag::Meta => {
            let Some(content) = arena.attr(id, Attr::Content) else { return };
            // One element may name the same content twice, once for each vocabulary.
            let mut seen = "";
            for attr in [Attr::Property, Attr::Name, Attr::Itemprop, Attr::HttpEquiv] {
                if let Some(name) = arena.attr(id, attr).filter(|n| !n.trim().is_empty() && *n != seen) {
                    add(Origin::Meta, name, content, node.end);
                    seen = name;
                }
            }
        }
        Tag::Link => {
            let (Some(rel), Some(href)) = (arena.attr(id, Attr::Rel), arena.attr(id, Attr::Href)) else { return };
            for rel in rel.split_ascii_whitespace() {
                let rel = rel.to_ascii_lowercase();
                if !RELATIONS.contains(&rel.as_str()) {
                    continue;
                }
                let name = match arena.attr(id, Attr::Hreflang) {
                    Some(lang) if rel == "alternate" => format!("alternate:{}", lang.trim()),
                    _ => rel,
                };
                add(Origin::Link, &name, href, node.end);
            }
        }
        _ => {}
    }
}

/// A value as a reader may see it: references that were escaped twice resolved, white space folded, control characters and
/// signs without width gone.
pub(super) fn clean(value: &str) -> String {
    let folded = fold(&entities::decode_again(value));
    if folded.chars().any(is_unseen) { folded.chars().filter(|c| !is_unseen(*c)).collect() } else { folded }
}

/// Signs that say where a line may break, and control characters. The joiners stay: Persian and emoji need them.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}
