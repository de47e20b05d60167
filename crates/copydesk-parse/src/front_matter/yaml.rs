//! YAML front matter.

use std::{fmt, ops::Range};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{
    Error, Options, Spanned,
    options::{DuplicateKeyPolicy, NonFiniteFloatPolicy},
};

use super::{Entry, Trouble, join};

/// A YAML value whose scalars can still be read as they were written.
enum Node {
    Null,
    /// A text; quotes and escapes are resolved.
    Text(String),
    /// A number or a truth value, whose spelling is in the source.
    Spelled,
    List(Vec<Spanned<Node>>),
    Map(Vec<(String, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Spelled)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Spelled)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Spelled)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Spelled)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Spelled)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Spelled)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Node, E> {
        Ok(Node::Text(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

pub(super) fn entries(source: &str) -> Result<Vec<Entry>, Trouble> {
    if source.trim().is_empty() {
        return Ok(Vec::new());
    }
    let node: Spanned<Node> =
        serde_saphyr::from_str_with_options(source, options()).map_err(|error| trouble(&error))?;
    let mut entries = Vec::new();
    match node.value {
        Node::Map(_) => flatten(source, &node, "", &mut entries),
        Node::Null => {}
        _ => {
            let message = "it is not made of names with values".to_owned();
            return Err(Trouble { refused: false, message, line: None });
        }
    }
    Ok(entries)
}

/// Front matter is a few dozen lines written by hand. Whatever needs more than this is not front matter.
fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 50_000,
            max_aliases: 500,
            max_anchors: 500,
            max_recorded_anchor_events: 20_000,
            max_recorded_anchor_bytes: 1 << 20,
            max_depth: 32,
            max_documents: 1,
            max_nodes: 20_000,
            max_total_scalar_bytes: 1 << 20,
            max_merge_keys: 100,
            flow_nesting_limit: 32,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 16,
            max_alias_expansions_per_anchor: 200,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

fn trouble(error: &Error) -> Trouble {
    let plain = error.without_snippet();
    let refused = matches!(
        plain,
        Error::Budget { .. }
            | Error::AliasReplayCounterOverflow { .. }
            | Error::AliasReplayLimitExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. }
            | Error::RecursiveReferencesRequireWeakTypes { .. }
    );
    Trouble {
        refused,
        message: said(plain),
        line: error.location().map(|l| usize::try_from(l.line()).unwrap_or(usize::MAX)),
    }
}

/// What the library says, by how that begins, and what it means.
const SAYINGS: &[(&str, &str)] = &[
    ("mapping values are not allowed", "a value has a colon in it: put it in quotes"),
    ("recursive references", "an alias (`*`) stands inside of what it stands for"),
    ("invalid indentation in multiline quoted scalar", "a quote is not closed, or goes on at the beginning of a line"),
    ("unexpected character", "a value begins with a sign that means something else: put it in quotes"),
    ("found unexpected end of stream", "a quote or a bracket is not closed"),
    ("found character that cannot start", "a value begins with a sign that means something else: put it in quotes"),
    ("invalid indentation", "a line is indented otherwise than those beside it"),
];

fn said(error: &Error) -> String {
    if let Error::DuplicateMappingKey { key, .. } = error {
        return key
            .as_ref()
            .map_or_else(|| "a name stands there twice".to_owned(), |key| format!("`{key}` stands there twice"));
    }
    let message = error.to_string();
    match SAYINGS.iter().find(|(begin, _)| message.starts_with(begin)) {
        Some((_, meaning)) => (*meaning).to_owned(),
        None => first_line(&message),
    }
}

/// The message without its own count of lines, which starts behind the fence.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.split(" at line ").next().unwrap_or(line).to_owned()
}

// Depth is bounded by the budget.
fn flatten(source: &str, node: &Spanned<Node>, path: &str, entries: &mut Vec<Entry>) {
    let place = place(node);
    let mut push = |value: String| entries.push(Entry { name: path.to_owned(), value, place: place.clone() });
    match &node.value {
        Node::Null => {}
        Node::Text(text) => push(text.clone()),
        Node::Spelled => {
            let spelled = place.clone().and_then(|p| source.get(p)).unwrap_or_default();
            push(spelled.trim().to_owned());
        }
        Node::List(list) => list.iter().for_each(|v| flatten(source, v, path, entries)),
        Node::Map(map) => map.iter().for_each(|(name, v)| flatten(source, v, &join(path, name), entries)),
    }
}

fn place(node: &Spanned<Node>) -> Option<Range<usize>> {
    let span = node.defined.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let len = usize::try_from(span.byte_len()?).ok()?;
    Some(start..start.saturating_add(len))
}
