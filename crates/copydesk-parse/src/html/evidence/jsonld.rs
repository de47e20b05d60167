//! JSON-LD to items.

use copydesk_document::{Evidence, Item, ItemId, ItemValue, Span, Syntax};
use rustc_hash::FxHashMap;

use super::json::{self, Json};

/// Longer scripts are read up to here.
const MAX_SCRIPT: usize = 4 << 20;

/// More items or properties than this say nothing more of a page.
const MAX_ITEMS: usize = 5_000;
const MAX_PROPERTIES: usize = 50_000;

/// Reads one script. References between items wait for [`resolve`].
pub(super) fn read(script: &str, span: Span, evidence: &mut Evidence) {
    let script = &script[..script.floor_char_boundary(MAX_SCRIPT)];
    let properties = evidence.items.iter().map(|item| item.properties.len()).sum();
    let mut reader = Reader { items: &mut evidence.items, properties, span };
    for value in json::read(script) {
        reader.top_level(value);
    }
}

struct Reader<'a> {
    items: &'a mut Vec<Item>,
    properties: usize,
    span: Span,
}

// The reader's recursion is as deep as the JSON, and that is bounded.
impl Reader<'_> {
    fn top_level(&mut self, value: Json) {
        match value {
            Json::List(list) => list.into_iter().for_each(|value| self.top_level(value)),
            Json::Object(mut members) => {
                if let Some(at) = members.iter().position(|(name, _)| name == "@graph") {
                    let (_, graph) = members.remove(at);
                    self.top_level(graph);
                }
                let says_something = members.iter().any(|(name, _)| !matches!(name.as_str(), "@context" | "@id"));
                if says_something {
                    self.item(members, true);
                }
            }
            _ => {}
        }
    }

    fn item(&mut self, members: Vec<(String, Json)>, top_level: bool) -> Option<ItemId> {
        if self.items.len() >= MAX_ITEMS {
            return None;
        }
        let id = self.items.len();
        self.items.push(Item {
            syntax: Syntax::JsonLd,
            types: Vec::new(),
            properties: Vec::new(),
            top_level,
            span: Some(self.span),
            element: None,
        });
        for (name, value) in members {
            match name.as_str() {
                "@context" | "@reverse" => {}
                "@type" => types(&value, &mut self.items[id].types),
                _ => self.property(id, without_vocabulary(&name), value),
            }
        }
        Some(ItemId(id as u32))
    }

    fn property(&mut self, item: usize, name: &str, value: Json) {
        if self.properties >= MAX_PROPERTIES {
            return;
        }
        let value = match value {
            Json::Null => return,
            Json::List(list) => return list.into_iter().for_each(|value| self.property(item, name, value)),
            Json::Text(text) => {
                let text = tidy(&text);
                if text.is_empty() {
                    return;
                }
                ItemValue::Text(text)
            }
            Json::Object(mut members) => {
                if let Some(at) = members.iter().position(|(n, _)| matches!(n.as_str(), "@value" | "@list" | "@set")) {
                    let (_, value) = members.swap_remove(at);
                    return self.property(item, name, value);
                }
                // A bare reference; it is text until it is resolved.
                if let [(key, Json::Text(id))] = members.as_slice()
                    && key == "@id"
                {
                    return self.property(item, name, Json::Text(format!("{REFERENCE}{id}")));
                }
                match self.item(members, false) {
                    Some(id) => ItemValue::Item(id),
                    None => return,
                }
            }
        };
        self.properties += 1;
        self.items[item].properties.push((name.to_owned(), value));
    }
}

/// Marks a text that is a reference; no text of a page holds it, for control characters are removed.
const REFERENCE: char = '\u{1}';

fn types(value: &Json, types: &mut Vec<String>) {
    match value {
        Json::Text(name) => types.extend(name.split_whitespace().map(|n| without_vocabulary(n).to_owned())),
        Json::List(list) => list.iter().for_each(|value| {
            if let Json::Text(_) = value {
                self::types(value, types);
            }
        }),
        _ => {}
    }
}

/// `NewsArticle` for `https://schema.org/NewsArticle` and `schema:NewsArticle`.
pub(super) fn without_vocabulary(name: &str) -> &str {
    let name = name.trim();
    let name = name.rsplit_once("schema.org/").map_or(name, |(_, name)| name);
    name.strip_prefix("schema:").unwrap_or(name).trim_start_matches('#')
}

/// Trimmed, and without control characters.
fn tidy(text: &str) -> String {
    let reference = text.starts_with(REFERENCE);
    let kept = text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    if reference { std::iter::once(REFERENCE).chain(kept).collect() } else { kept.collect() }
}

/// Turns references by `@id` into the items that they name.
pub(super) fn resolve(items: &mut [Item]) {
    let mut named: FxHashMap<String, (u32, usize)> = FxHashMap::default();
    for (index, item) in items.iter().enumerate() {
        let Some(id) = item.text("@id") else { continue };
        let weight = item.properties.len();
        // The same item may be mentioned in passing and described in full.
        let best = named.entry(id.to_owned()).or_insert((index as u32, weight));
        if weight > best.1 {
            *best = (index as u32, weight);
        }
    }
    for item in items {
        for (_, value) in &mut item.properties {
            let ItemValue::Text(text) = value else { continue };
            if let Some(id) = text.strip_prefix(REFERENCE) {
                *value = match named.get(id) {
                    Some((index, _)) => ItemValue::Item(ItemId(*index)),
                    None => ItemValue::Text(id.to_owned()),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(script: &str) -> Vec<Item> {
        let mut evidence = Evidence::default();
        read(script, Span::default(), &mut evidence);
        resolve(&mut evidence.items);
        evidence.items
    }

    #[test]
    fn a_graph_is_flattened_and_its_references_resolved() {
        let items = items(
            r##"{"@context": "https://schema.org", "@graph": [
                {"@type": ["NewsArticle", "http://schema.org/Article"], "headline": " A  dam ", "author": {"@id": "#ann"},
                 "keywords": ["dam", ["water", 7]], "publisher": {"@id": "#nobody"}, "isAccessibleForFree": false},
                {"@id": "#ann"}, {"@id": "#ann", "@type": "Person", "name": {"@value": "Ann Lee", "@language": "en"}}]}"##,
        );
        let article = items.iter().find(|i| i.is("NewsArticle")).unwrap();
        assert!(article.is("Article") && article.top_level);
        assert_eq!(article.text("headline"), Some("A  dam"));
        assert_eq!(article.text("isAccessibleForFree"), Some("false"));
        assert_eq!(article.text("publisher"), Some("#nobody"));
        let words: Vec<_> = article.values("keywords").collect();
        assert_eq!(words.len(), 3);
        let Some(ItemValue::Item(author)) = article.values("author").next() else { panic!("an item") };
        assert_eq!(items[author.0 as usize].text("name"), Some("Ann Lee"));
    }

    #[test]
    fn wrong_types_are_no_harm() {
        let items = items(
            r#"[null, 1, "x", {"@type": [null, "Thing"], "author": [[{"name": null}], 3], "image": {"url": [{}]}}]"#,
        );
        assert!(items[0].is("Thing"));
        assert_eq!(items[0].values("author").count(), 2);
    }
}
