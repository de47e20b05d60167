//! Documents in a list that an object holds, as interfaces answer and as JSON Feed has them.
//!
//! Such an object has no document of its own. Its list is cut into values by brackets and quotes, so that what is wrong with
//! one costs that one, and its place is known.

use std::{ops::Range, vec::IntoIter};

use copydesk_intake::Usual;
use serde_json::{Map, Value};

use crate::{
    shape::{Shape, Step},
    values::Place,
};

/// What the name of a JSON Feed begins with.
const JSON_FEED: &str = "https://jsonfeed.org/";
/// What a JSON Feed says of all its items, and what that is of one.
const OF_FEED: [(&str, &str); 3] = [("language", "language"), ("title", "site_name"), ("authors", "authors")];

/// The members of a list that are still to be read.
#[derive(Debug)]
pub(crate) struct Wrapped {
    object: Vec<u8>,
    members: IntoIter<Range<usize>>,
    /// Where the next member begins, as far as it has been counted, and up to where that is.
    at: Place,
    counted: usize,
    /// Whether the bytes are those of the file.
    pub(crate) is_exact: bool,
    /// What the object says of every member.
    shared: Vec<(&'static str, Value)>,
}

impl Wrapped {
    /// The members of the lists that these bytes hold by usual names, in order; `record` was read from them. A list counts if
    /// `is_document` is true of a member; `None` where no list does.
    pub(crate) fn of(
        record: Option<&Map<String, Value>>,
        bytes: &[u8],
        place: Place,
        is_exact: bool,
        is_document: impl Fn(&[u8]) -> bool,
    ) -> Option<Self> {
        let mut members: Vec<Range<usize>> = Vec::new();
        for list in lists(bytes, 2) {
            let own = parts(&bytes[list.clone()]).map(|(_, part)| list.start + part.start..list.start + part.end);
            let own: Vec<_> = own.collect();
            if own.iter().any(|member| is_document(&bytes[member.clone()])) {
                members.extend(own);
            }
        }
        if members.is_empty() {
            return None;
        }
        members.sort_by_key(|member| member.start);
        let is_feed = record
            .and_then(|record| record.get("version"))
            .and_then(Value::as_str)
            .is_some_and(|name| name.starts_with(JSON_FEED));
        let shared =
            OF_FEED.iter().filter(|_| is_feed).filter_map(|(from, to)| Some((*to, record?.get(*from)?.clone())));
        Some(Self {
            object: bytes.to_vec(),
            members: members.into_iter(),
            at: Place { nth: place.nth - 1, ..place },
            counted: 0,
            is_exact,
            shared: shared.collect(),
        })
    }

    /// The next member and its place.
    pub(crate) fn next(&mut self) -> Option<(Place, Vec<u8>)> {
        let member = self.members.next()?;
        let between = &self.object[self.counted..member.start];
        let lines = memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = Place {
            line: self.at.line + lines,
            nth: if lines > 0 { 1 } else { self.at.nth + 1 },
            offset: self.at.offset + between.len() as u64,
        };
        self.counted = member.start;
        Some((self.at, self.object[member].to_vec()))
    }

    /// Adds what the object says of every member, where it does not say so itself.
    pub(crate) fn complete(&self, record: &mut Map<String, Value>) {
        for (name, value) in &self.shared {
            if record.get(*name).is_none_or(Value::is_null) {
                record.insert((*name).to_owned(), value.clone());
            }
        }
    }
}

/// The lists of objects that an object holds by usual names, or the objects that it holds by these.
fn lists(object: &[u8], deep: usize) -> Vec<Range<usize>> {
    let found: Vec<(String, Range<usize>)> =
        parts(object).filter_map(|(key, part)| Some((key?.to_ascii_lowercase(), part))).collect();
    let mut lists = Vec::new();
    for (_, part) in found.iter().filter(|(key, _)| Usual::names().lists.iter().any(|name| name == key)) {
        let value = &object[part.clone()];
        match value.first() {
            Some(b'[') if parts(value).next().is_some_and(|(_, first)| value[first.start] == b'{') => {
                lists.push(part.clone());
            }
            Some(b'{') if deep > 1 => {
                let inner = self::lists(value, deep - 1).into_iter();
                lists.extend(inner.map(|inner| part.start + inner.start..part.start + inner.end));
            }
            _ => {}
        }
    }
    lists
}

/// The values in an object or a list, which begins with its bracket: each with its key if it has one.
fn parts(bytes: &[u8]) -> impl Iterator<Item = (Option<String>, Range<usize>)> {
    let is_object = bytes.first() == Some(&b'{');
    let (mut at, mut key) = (1, None);
    std::iter::from_fn(move || {
        loop {
            match bytes.get(at)? {
                b'}' | b']' => return None,
                b',' => (at, key) = (at + 1, None),
                byte if byte.is_ascii_whitespace() || *byte == b':' => at += 1,
                byte => {
                    let part = at..at + length(&bytes[at..]);
                    at = part.end;
                    if *byte == b'"' && is_object && bytes[at..].trim_ascii_start().first() == Some(&b':') {
                        key = serde_json::from_slice(&bytes[part]).ok();
                    } else {
                        return Some((key.take(), part));
                    }
                }
            }
        }
    })
}

/// How long the value is that these bytes begin with; at least a byte.
fn length(bytes: &[u8]) -> usize {
    let end = match bytes[0] {
        b'{' | b'[' => match Shape::new(None).feed(bytes) {
            Step::Done(end) => Some(end),
            Step::More | Step::Broken(..) => None,
        },
        b'"' => {
            let mut escaped = false;
            let end = bytes[1..].iter().position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            });
            end.map(|at| at + 2)
        }
        _ => bytes.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b':')),
    };
    end.unwrap_or(bytes.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_by_brackets_and_quotes() {
        let text = r#"{"a" : [1,"]"], "b\"":"x,\"y" , "c":-1.5,"d":{"e":{}}}"#;
        let found: Vec<(String, &str)> =
            parts(text.as_bytes()).map(|(key, part)| (key.unwrap_or_default(), &text[part])).collect();
        let expected = [("a", r#"[1,"]"]"#), ("b\"", r#""x,\"y""#), ("c", "-1.5"), ("d", r#"{"e":{}}"#)];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value)));
        assert!(lists(text.as_bytes(), 2).is_empty());
        let text = r#"{"items":3,"Data":{"total":1,"articles":[{"a":1}]},"results":[{"b":2}]}"#;
        let found = |deep| lists(text.as_bytes(), deep).into_iter().map(|list| &text[list]).collect::<Vec<_>>();
        assert_eq!(found(2), [r#"[{"a":1}]"#, r#"[{"b":2}]"#]);
        assert_eq!(found(1), [r#"[{"b":2}]"#]);
    }
}
