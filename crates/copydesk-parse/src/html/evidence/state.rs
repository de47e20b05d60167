//! Pages that hold their text in a script: the state of an application that a browser would turn into a page.

use std::borrow::Cow;

use copydesk_document::{Attr, Clue, Document, Evidence, Origin, Span, Tag};
use rustc_hash::FxHashSet;

use super::super::arena::{Arena, DOCUMENT, NodeKind};
use super::super::entities::{self, Place};
use super::json::{self, Json};

/// A page with more visible text than this shows its text, and its scripts are left alone.
const ENOUGH_TEXT: usize = 600;

/// How much of a script is read, how long a text has to be, how long those beside it, and how many are taken.
const MAX_SCRIPT: usize = 4 << 20;
const MIN_TEXT: usize = 160;
const SHORT_TEXT: usize = 12;
const MAX_CLUES: usize = 400;
const MAX_TEXTS: usize = 20_000;

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
    let mut found = Found::default();
    let mut flight = String::new();
    let mut flight_span = None;
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
        let span = Span::new(node.start as usize, node.end as usize);
        if let Some(push) = pushed(script) {
            if flight.len() + push.len() <= MAX_SCRIPT {
                flight.push_str(&push);
                flight_span.get_or_insert(span);
            }
            continue;
        }
        let Some(state) = state(script, kind.contains("json")) else { continue };
        for value in json::read(&state) {
            found.collect(value, span, 1);
        }
    }
    if let Some(span) = flight_span {
        found.flight(&flight, span);
    }
    for (span, value) in attributes(source) {
        for value in json::read(&value) {
            found.collect(value, span, 1);
        }
    }
    evidence.clues.extend(found.clues());
}

/// Attributes in which applications leave their state.
const ATTRIBUTES: [&str; 5] = [" data-preloaded=", " data-page=", " data-react-props=", " data-props=", " data-state="];

/// Most attributes of one name that are read.
const MAX_ATTRIBUTES: usize = 40;

fn attributes(source: &str) -> Vec<(Span, Cow<'_, str>)> {
    let mut values = Vec::new();
    let mut left = MAX_SCRIPT;
    for name in ATTRIBUTES {
        for at in memchr::memmem::find_iter(source.as_bytes(), name.as_bytes()).take(MAX_ATTRIBUTES) {
            let start = at + name.len();
            let Some(quote @ (b'"' | b'\'')) = source.as_bytes().get(start).copied() else { continue };
            let Some(len) = memchr::memchr(quote, &source.as_bytes()[start + 1..]) else { continue };
            if len < MIN_TEXT || len > left {
                continue;
            }
            left -= len;
            let span = Span::new(start + 1, start + 1 + len);
            values.push((span, Cow::Owned(entities::decode(&source[span.range()], Place::Attribute))));
        }
    }
    values
}

/// A piece of a page that is streamed in pieces: `self.__next_f.push([1,"..."])`.
fn pushed(script: &str) -> Option<String> {
    let rest = script.trim_start();
    let rest = rest.strip_prefix("self.__next_f.push(").or_else(|| rest.strip_prefix("window.__next_f.push("))?;
    match json::read(rest).into_iter().next()? {
        Json::List(list) => list.into_iter().nth(1).map(|piece| match piece {
            Json::Text(text) => text,
            _ => String::new(),
        }),
        _ => None,
    }
}

/// The texts of a page, as they are found.
#[derive(Default)]
struct Found {
    texts: Vec<(String, String, Span)>,
    path: String,
}

impl Found {
    /// Reads the rows of a streamed page: a number, a colon, and JSON up to the end of the line or a text of a length
    /// that is given (`1a:T5c,...`).
    fn flight(&mut self, rows: &str, span: Span) {
        let mut rest = rows;
        while let Some(colon) = memchr::memchr(b':', rest.as_bytes()) {
            let line = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let body = &rest[colon + 1..];
            if colon > line || !rest[..colon].bytes().all(|b| b.is_ascii_hexdigit()) {
                rest = rest.get(line + 1..).unwrap_or_default();
                continue;
            }
            let sized = body.strip_prefix('T').and_then(|body| {
                let (size, text) = body.split_once(',')?;
                let size = usize::from_str_radix(size, 16).ok()?;
                Some(text.split_at(text.floor_char_boundary(size)))
            });
            if let Some((text, after)) = sized {
                self.collect(Json::Text(text.to_owned()), span, 1);
                rest = after;
                continue;
            }
            let row = &rest[colon + 1..line.max(colon + 1)];
            if row.starts_with(['[', '{']) {
                for value in json::read(row) {
                    self.collect(value, span, 1);
                }
            }
            rest = rest.get(line + 1..).unwrap_or_default();
        }
    }

    fn collect(&mut self, value: Json, span: Span, strings: u32) {
        match value {
            Json::Null => {}
            Json::Text(text) => {
                // A state within a state, as text.
                if strings > 0 && text.starts_with(['{', '[']) {
                    for value in json::read(&text) {
                        self.collect(value, span, strings - 1);
                    }
                } else if self.texts.len() < MAX_TEXTS && is_prose(&text) {
                    self.texts.push((self.path.to_lowercase(), text, span));
                }
            }
            Json::List(list) => list.into_iter().for_each(|value| self.collect(value, span, strings)),
            Json::Object(members) => {
                for (key, value) in members {
                    let len = self.path.len();
                    if len > 0 {
                        self.path.push('.');
                    }
                    self.path.push_str(&key[..key.floor_char_boundary(60)]);
                    self.collect(value, span, strings);
                    self.path.truncate(len);
                }
            }
        }
    }

    /// The texts under every path that holds a long one; the short ones beside it are paragraphs or posts of the same.
    fn clues(self) -> impl Iterator<Item = Clue> {
        let long: FxHashSet<String> =
            self.texts.iter().filter(|(_, text, _)| text.len() >= MIN_TEXT).map(|(path, _, _)| path.clone()).collect();
        let kept = self.texts.into_iter().filter(move |(path, _, _)| long.contains(path)).take(MAX_CLUES);
        kept.map(|(name, text, span)| Clue {
            origin: Origin::EmbeddedState,
            name,
            value: text.trim().to_owned(),
            span: Some(span),
            block: None,
            element: None,
        })
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

/// Whether a text reads like one: no code, no address, no encoded data.
fn is_prose(text: &str) -> bool {
    if text.len() < SHORT_TEXT || text.starts_with("http") || text.starts_with("data:") {
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
