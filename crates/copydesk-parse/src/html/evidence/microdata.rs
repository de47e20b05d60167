//! Microdata and `RDFa` Lite to items.

use copydesk_document::{Attr, ElementId, Evidence, Item, ItemId, ItemValue, Span, Syntax, Tag, Tree};

use super::super::arena::{Arena, DOCUMENT, NONE, NodeKind};
use super::jsonld::without_vocabulary;
use crate::fold::fold;

const MAX_ITEMS: usize = 2_000;

/// How many nodes are read for the text of a property, and how long that may be. The text of an article is in the
/// blocks; a property needs no second copy of it.
const MAX_NODES: usize = 200;
const MAX_TEXT: usize = 2_000;

/// An element that is open: the item and the vocabulary that hold for what is inside it.
struct Scope {
    element: ElementId,
    item: Option<ItemId>,
    schema: bool,
}

/// Reads all items. `elements` tells which element of the tree a node became.
pub(super) fn read(arena: &Arena, source: &str, elements: &[u32], tree: &Tree, evidence: &mut Evidence) {
    let mut scopes: Vec<Scope> = Vec::new();
    for id in arena.below(DOCUMENT, usize::MAX) {
        if arena.node(id).kind != NodeKind::Element {
            continue;
        }
        let (itemscope, type_of) = (arena.attr(id, Attr::Itemscope), arena.attr_named(id, "typeof"));
        let vocabulary = arena.attr_named(id, "vocab");
        let (itemprop, property) = (arena.attr(id, Attr::Itemprop), arena.attr(id, Attr::Property));
        if itemscope.or(type_of).or(vocabulary).or(itemprop).or(property).is_none() {
            continue;
        }
        let Some(element) = elements.get(id as usize).filter(|e| **e != NONE).map(|e| ElementId(*e)) else { continue };
        while scopes.last().is_some_and(|scope| !tree.contains(scope.element, element)) {
            scopes.pop();
        }
        let outer = scopes.last().and_then(|scope| scope.item);
        let schema = match vocabulary {
            Some(vocabulary) => vocabulary.contains("schema.org"),
            None => scopes.last().is_some_and(|scope| scope.schema),
        };
        let types = if itemscope.is_some() {
            Some(arena.attr(id, Attr::Itemtype).unwrap_or_default())
        } else {
            type_of.filter(|t| schema || t.contains("schema"))
        };
        let item = types.filter(|_| evidence.items.len() < MAX_ITEMS).map(|types| {
            let item = new_item(arena, id, types, element);
            evidence.items.push(item);
            ItemId(evidence.items.len() as u32 - 1)
        });
        let names = itemprop.or(property.filter(|p| schema || p.contains("schema")));
        if let (Some(outer), Some(names)) = (outer, names) {
            let value = match item {
                Some(item) => Some(ItemValue::Item(item)),
                None => value(arena, source, id).map(ItemValue::Text),
            };
            if let Some(value) = value {
                if let Some(item) = item {
                    evidence.items[item.0 as usize].top_level = false;
                }
                let outer = &mut evidence.items[outer.0 as usize];
                for name in names.split_ascii_whitespace().take(8) {
                    outer.properties.push((without_vocabulary(name).to_owned(), value.clone()));
                }
            }
        }
        if item.is_some() || vocabulary.is_some() {
            scopes.push(Scope { element, item: item.or(outer), schema });
        }
    }
}

fn new_item(arena: &Arena, id: u32, types: &str, element: ElementId) -> Item {
    let node = arena.node(id);
    let types = types.split_ascii_whitespace().map(|t| {
        let name = without_vocabulary(t);
        name.rsplit(['/', '#']).next().unwrap_or(name).to_owned()
    });
    let named = arena.attr(id, Attr::Itemid).or_else(|| arena.attr_named(id, "resource"));
    Item {
        syntax: Syntax::Microdata,
        types: types.filter(|t| !t.is_empty()).collect(),
        properties: named.map(|n| ("@id".to_owned(), ItemValue::Text(n.trim().to_owned()))).into_iter().collect(),
        top_level: true,
        span: Some(Span::new(node.start as usize, node.end as usize)),
        element: Some(element),
    }
}

/// The value of a property that is no item.
fn value(arena: &Arena, source: &str, id: u32) -> Option<String> {
    let attr = |attr| arena.attr(id, attr).map(str::trim).filter(|v| !v.is_empty());
    if let Some(content) = attr(Attr::Content) {
        return Some(content.to_owned());
    }
    let own = match arena.node(id).tag {
        Tag::Meta => return None,
        Tag::A | Tag::Link | Tag::Area => attr(Attr::Href),
        Tag::Img | Tag::AmpImg | Tag::Audio | Tag::Video | Tag::Source | Tag::Iframe | Tag::Embed => {
            attr(Attr::Src).or_else(|| attr(Attr::DataSrc))
        }
        Tag::Time => attr(Attr::Datetime),
        Tag::Data | Tag::Meter => arena.attr_named(id, "value"),
        _ => None,
    };
    // The name of a person who is linked is the text of the link.
    if let Some(own) = own
        && !(arena.node(id).tag == Tag::A && is_name(arena, id))
    {
        return Some(own.to_owned());
    }
    let mut text = String::new();
    for node in arena.below(id, MAX_NODES) {
        let node_kind = arena.node(node).kind;
        if matches!(node_kind, NodeKind::Text | NodeKind::Decoded) {
            text.push_str(arena.text(node, source));
            if text.len() > MAX_TEXT {
                break;
            }
        } else if node_kind == NodeKind::Element && arena.node(node).tag != Tag::Span {
            text.push(' ');
        }
    }
    let text = fold(&text[..text.floor_char_boundary(MAX_TEXT)]);
    (!text.is_empty()).then_some(text)
}

fn is_name(arena: &Arena, id: u32) -> bool {
    let names = arena.attr(id, Attr::Itemprop).or_else(|| arena.attr(id, Attr::Property)).unwrap_or_default();
    names.split_ascii_whitespace().any(|n| matches!(without_vocabulary(n), "name" | "author" | "creator" | "headline"))
}
