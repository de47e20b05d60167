//! Pages that hold their text in a script: the state of an application that a browser would turn into a page.

use std::borrow::Cow;

use copydesk_document::{Attr, Clue, Document, Evidence, Origin, Span, Tag};

use super::super::arena::{Arena, DOCUMENT, NodeKind};
use super::json::{self, Json};

/// A page with more visible text than this shows its text, and its scripts are left alone.
const ENOUGH_TEXT: usize = 600;

/// How much of a script is read, how long a text has to be, and how many are taken.
const MAX_SCRIPT: usize = 4 << 20;
const MIN_TEXT: usize = 160;
const MAX_CLUES: usize = 200;

/// Whether a page shows hardly any text outside links and controls.
pub(super) fn is_wanted(doc: &Document) -> bool {
    let mut seen = 0;
    for (id, block) in doc.iter() {
        if !block.hidden && block.kind != copydesk_document::BlockKind::Control {
            let text = doc.text(id);
            seen += text.len() - text.len().min(block.linked as usize);
            if seen > ENOUGH_TEXT {
                return false;
            }
        }
    }
    true
}

/// Exposes the long texts in the scripts of a page, each under its path of keys.
pub(super) fn read(arena: &Arena, source: &str, evidence: &mut Evidence) {
    for id in arena.below(DOCUMENT, usize::MAX) {
        let node = arena.node(id);
        if node.kind != NodeKind::Raw || arena.node(node.parent).tag != Tag::Script {
            continue;
        }
        let kind = arena.attr(node.parent, Attr::Type).unwrap_or_default();
        if kind.contains("ld+json") {
            continue;
        }
        let script = arena.text(id, source);
        let script = &script[..script.floor_char_boundary(MAX_SCRIPT)];
        let Some(state) = state(script, kind.contains("json")) else { continue };
        let span = Span::new(node.start as usize, node.end as usize);
        for value in json::read(&state) {
            collect(value, &mut String::new(), span, &mut evidence.clues, 1);
        }
    }
}

/// The part of a script that is a state: all of a JSON script, or what is assigned to a global that scripts share.
fn state(script: &str, is_json: bool) -> Option<Cow<'_, str>> {
    if is_json {
        return Some(script.into());
    }
    // Names such as `window.__INITIAL_STATE__`, `__NUXT__`, `__NEXT_DATA__`.
    let at = script.find("__")?;
    let rest = &script[at..];
    let equals = rest.find('=').filter(|i| *i < 100)?;
    let rest = &rest[equals + 1..];
    if let Some(call) = rest.find("JSON.parse(").filter(|i| *i < 20) {
        // A state as a text, which is read as a list of one.
        return Some(format!("[{}", &rest[call + "JSON.parse(".len()..]).into());
    }
    if let Some(body) = rest.find("return").filter(|_| rest.trim_start().starts_with("(function")) {
        return Some(rest[body..].into());
    }
    rest.trim_start().starts_with(['{', '[']).then_some(rest.into())
}

fn collect(value: Json, path: &mut String, span: Span, clues: &mut Vec<Clue>, strings: u32) {
    match value {
        Json::Null => {}
        Json::Text(text) => {
            // A state within a state, as text.
            if strings > 0 && text.starts_with(['{', '[']) {
                for value in json::read(&text) {
                    collect(value, path, span, clues, strings - 1);
                }
            } else if is_prose(&text) && clues.len() < MAX_CLUES {
                clues.push(Clue {
                    origin: Origin::EmbeddedState,
                    name: path.to_lowercase(),
                    value: text.trim().to_owned(),
                    span: Some(span),
                    block: None,
                    element: None,
                });
            }
        }
        Json::List(list) => list.into_iter().for_each(|value| collect(value, path, span, clues, strings)),
        Json::Object(members) => {
            for (key, value) in members {
                let len = path.len();
                if len > 0 {
                    path.push('.');
                }
                path.push_str(&key[..key.floor_char_boundary(60)]);
                collect(value, path, span, clues, strings);
                path.truncate(len);
            }
        }
    }
}

/// Whether a text is long and reads like one: no code, no address, no encoded data.
fn is_prose(text: &str) -> bool {
    if text.len() < MIN_TEXT || text.starts_with("http") || text.starts_with("data:") {
        return false;
    }
    let sample = &text[..text.floor_char_boundary(2000)];
    let (mut letters, mut signs) = (0, 0);
    for c in sample.chars() {
        if c.is_alphabetic() {
            letters += 1;
        } else if matches!(c, '{' | '}' | ';' | '=' | '_' | '\\' | '|') {
            signs += 1;
        }
    }
    let spaced = sample.contains(' ') || !sample.is_ascii();
    spaced && letters * 10 > sample.chars().count() * 5 && signs * 12 < letters
}
