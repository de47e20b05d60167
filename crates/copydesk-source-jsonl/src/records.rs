//! The documents of one file.

use std::{borrow::Cow, io::Read};

use copydesk_document::{Extent, Note};
use copydesk_intake::{FileName, Names, Standing, bad, json_fault, read_fault};
use copydesk_parse::charset_of;
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, error::Category};

use crate::{
    Options,
    mend::{Mended, mend},
    numbers,
    shape::{Shape, Step},
    values::{Piece, Place, Values, wide},
    wrapped::Wrapped,
};

/// The documents of a file, and what is wrong with the values that are none.
pub fn records<R: Read>(
    file: FileName,
    stream: Stream<R>,
    options: &Options,
) -> impl Iterator<Item = SourceItem> + use<R> {
    let values = Values::new(stream, options.max_line);
    let FileName { uri, name } = file;
    Records { uri, names: Names::new(name), values, options: options.clone(), wrapped: None }
}

/// Whether the beginning of a file looks like JSON with documents in it: `whole` says that there is no more to it.
///
/// A list does, and so do two objects one behind the other, in a line each or over many. A file that is one object does,
/// whatever fields it has: it is no text, and where none of them holds a document, that is told of. Where text comes behind
/// the first object, it is front matter.
pub fn looks_like(head: &[u8], whole: bool) -> bool {
    let head = narrow(head);
    let head = start(&head);
    let (in_list, first) = match head.strip_prefix(b"[") {
        Some(rest) => (true, rest.trim_ascii_start()),
        None => (false, head),
    };
    let Some(inside) = first.strip_prefix(b"{").map(<[u8]>::trim_ascii_start) else {
        // A list of lists or texts holds no document, which is told of; it is no text either.
        let may = matches!(first.first(), Some(b'[' | b'"')) && memchr::memchr_iter(b'"', first).nth(1).is_some();
        return in_list && may && is_json(head, whole);
    };
    if !matches!(inside.first(), Some(b'"' | b'}')) {
        return false;
    }
    match Shape::new(None).feed(first) {
        Step::Done(end) => {
            let behind = first[end..].trim_ascii_start();
            match (behind.first(), is_json(&first[..end], true)) {
                (Some(b'{') | None, _) => true,
                (Some(b',' | b']'), true) if in_list => true,
                (Some(b','), true) => behind[1..].trim_ascii_start().starts_with(b"{"),
                _ => false,
            }
        }
        Step::More => !whole,
        Step::Broken(at, _) => {
            // The first may be wrong, and one of the next lines right.
            first[at..].split(|byte| *byte == b'\n').take(4).any(|line| line.starts_with(b"{") && is_json(line, true))
        }
    }
}

/// Whether more of a file than its first bytes has to be looked at: they do not tell that it is no JSON.
pub fn may_begin(first: &[u8]) -> bool {
    let first = narrow(first);
    // Comments end before what is cut off here.
    matches!(start(&first), [] | [b'{' | b'[', ..]) || first.starts_with(b"//") || first.starts_with(b"/*")
}

/// Whether all of this is JSON, or nearly that; with more to come, whether it may be the beginning of some.
fn is_json(head: &[u8], whole: bool) -> bool {
    let json = mend(head).json;
    let json = String::from_utf8_lossy(&json);
    let mut values = serde_json::Deserializer::from_str(&json).into_iter::<IgnoredAny>();
    values.all(|value| value.map_or_else(|error| error.is_eof() && !whole, |_| true))
}

/// A head in UTF-16 or UTF-32 as UTF-8; another one as it is.
fn narrow(head: &[u8]) -> Cow<'_, [u8]> {
    let Some(charset) = wide(head) else { return head.into() };
    charset.decode(&head[..head.len() & !1]).trim_start_matches('\u{feff}').to_owned().into_bytes().into()
}

/// Behind a byte order mark, white space, and comments.
fn start(head: &[u8]) -> &[u8] {
    let mut head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    loop {
        let end = match head {
            [b'/', b'/', ..] => memchr::memchr(b'\n', head),
            [b'/', b'*', ..] => memchr::memmem::find(head, b"*/").map(|at| at + 2),
            _ => return head,
        };
        head = head[end.unwrap_or(head.len())..].trim_ascii_start();
    }
}

/// Reads a value, as it is or put right, and how many halves of characters it lost by that.
fn read(json: &[u8]) -> Result<(Value, usize), serde_json::Error> {
    serde_json::from_slice(&numbers::keep_exact(json)).map(|value| (value, 0)).or_else(|error| {
        let Mended { json, halves } = mend(json);
        // Its own words are of what was written.
        serde_json::from_slice(&numbers::keep_exact(&json)).map(|value| (value, halves)).map_err(|_| error)
    })
}

/// JSON that is not in UTF-8, as older programs write it, in the charset that fits best, which is noted.
fn decoded<'a>(json: &'a [u8], notes: &mut Vec<Note>) -> Cow<'a, [u8]> {
    if std::str::from_utf8(json).is_ok() {
        return json.into();
    }
    let charset = charset_of(json);
    let text = charset.decode(json);
    if !charset.is_utf8() {
        notes.push(guessed(charset.name()));
    }
    let replaced = text.matches('\u{FFFD}').count();
    if replaced > 0 {
        let message = format!("{replaced} places are not valid {} and were replaced by U+FFFD", charset.name());
        notes.push(Note { stage: "source".into(), code: "charset-replaced".into(), message, span: None });
    }
    text.into_owned().into_bytes().into()
}

fn guessed(charset: &str) -> Note {
    let message = format!("JSON is in UTF-8, and this is not; {charset} fits best");
    Note { stage: "source".into(), code: "charset-guessed".into(), message, span: None }
}

fn lost_halves(count: usize) -> Note {
    let message = format!("{count} halves of surrogate pairs stood alone in the JSON and were replaced by U+FFFD");
    Note { stage: "source".into(), code: "json-replaced".into(), message, span: None }
}

fn read_object(json: &[u8]) -> Option<Map<String, Value>> {
    match read(json) {
        Ok((Value::Object(record), _)) => Some(record),
        _ => None,
    }
}

/// The longest list of objects that a record wraps, as interfaces answer: how `jq` calls it, and how many are in it. Only
/// names that `jq` takes without quotes, which no shell and no message can trip over.
fn wrapped(record: &Map<String, Value>, deeper: usize) -> Option<(String, usize)> {
    let plain =
        |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    let lists = record.iter().filter(|(name, _)| plain(name)).filter_map(|(name, value)| match value {
        Value::Array(list) if list.first().is_some_and(Value::is_object) => Some((format!(".{name}"), list.len())),
        Value::Object(inner) if deeper > 0 => {
            wrapped(inner, deeper - 1).map(|(path, count)| (format!(".{name}{path}"), count))
        }
        _ => None,
    });
    lists.max_by_key(|(_, count)| *count)
}

/// What to do about a record without a document.
fn help(json: &[u8]) -> String {
    let name_it = "name the field that holds it in the option `text`";
    match read_object(json).and_then(|record| wrapped(&record, 1)) {
        Some((path, count)) => format!(
            "; is it one of the {count} objects in the list `{path}`? `jq -c '{path}[]'` gives each a line of its own, to be \
             read with `--from jsonl`; else {name_it}"
        ),
        None => format!("; {name_it}"),
    }
}

struct Records<R: Read> {
    uri: String,
    names: Names,
    values: Values<R>,
    options: Options,
    /// What an object holds that has been read.
    wrapped: Option<Wrapped>,
}

impl<R: Read> Records<R> {
    fn name(&self, place: Place) -> String {
        let Place { line, nth, .. } = place;
        if nth > 1 { format!("{}#line-{line}.{nth}", self.uri) } else { format!("{}#line-{line}", self.uri) }
    }

    fn bad(&self, place: Place, rule: &str, message: &str) -> SourceItem {
        let Place { line, nth, offset } = place;
        let which = if nth > 1 { format!(", value {nth}") } else { String::new() };
        bad(self.name(place), rule, format!("line {line}{which}, from byte {offset}: {message}"))
    }

    fn item(&mut self, piece: Piece) -> Option<SourceItem> {
        match piece {
            Piece::Value { place, bytes, after_gap } => self.value(place, &bytes, after_gap),
            Piece::TooLong { place, bytes } => {
                let most = self.options.max_line;
                let message = format!("it has {bytes} bytes and may have {most}; raise `max_line` to read it");
                Some(self.bad(place, "limit.line", &message))
            }
            // The end of a value whose beginning is lost, and has been told of.
            Piece::Broken { after_gap: true, .. } => None,
            Piece::Broken { place, fault, .. } => Some(match fault {
                Some(fault) => self.bad(place, "json.syntax", fault.message()),
                None => self.bad(place, "json.eof", "the file ends inside of it"),
            }),
            Piece::OpenList { place } => {
                let message = "the list that all documents stand in is not closed; the end of the file may be missing";
                Some(self.bad(place, "json.eof", message))
            }
            Piece::Fault { place, error } => {
                let (rule, message) = read_fault(&error);
                let line = place.line;
                Some(bad(self.name(place), rule, format!("line {line}: {message}")))
            }
        }
    }

    fn value(&mut self, place: Place, bytes: &[u8], after_gap: bool) -> Option<SourceItem> {
        let length = bytes.len() as u64;
        let mut notes = Vec::new();
        if let Some(charset) = self.values.guessed() {
            notes.push(guessed(charset));
        }
        let raw = bytes;
        let bytes = &*decoded(bytes, &mut notes);
        let (mut record, halves) = match read(bytes) {
            Ok((Value::Object(record), halves)) => (record, halves),
            _ if after_gap => return None,
            Ok(_) => return Some(self.bad(place, "json.shape", "it is no object; every document is an object here")),
            Err(_) if self.wraps(None, bytes, place, raw) => return None,
            Err(error) => return Some(self.syntax(place, &error)),
        };
        notes.extend((halves > 0).then(|| lost_halves(halves)));
        let is_exact = !self.values.is_decoding() && self.wrapped.as_ref().is_none_or(|wrapped| wrapped.is_exact);
        let extent = is_exact.then_some(Extent { offset: place.offset, length });
        let standing = Standing { uri: self.name(place), extent, notes };
        if let Some(wrapped) = &self.wrapped {
            wrapped.complete(&mut record);
        } else if !self.options.columns().holds(&record) && self.wraps(Some(&record), bytes, place, raw) {
            return None;
        }
        match self.options.columns().input(standing, &mut self.names, record) {
            Ok(input) => Some(SourceItem::Input(input)),
            Err(refused) if refused.rule == "record.text" => {
                Some(self.bad(place, refused.rule, &format!("{}{}", refused.message, help(bytes))))
            }
            Err(refused) => Some(self.bad(place, refused.rule, &refused.message)),
        }
    }

    /// Whether documents stand in a list that an object holds, which are read next. `raw` are its bytes as they stand in the
    /// file, and there is no record of what is wrong somewhere.
    fn wraps(&mut self, record: Option<&Map<String, Value>>, bytes: &[u8], place: Place, raw: &[u8]) -> bool {
        if self.wrapped.is_none() && bytes.starts_with(b"{") {
            let columns = self.options.columns();
            let is_document = |member: &[u8]| read_object(member).is_some_and(|member| columns.holds(&member));
            let is_exact = !self.values.is_decoding() && raw == bytes;
            self.wrapped = Wrapped::of(record, bytes, place, is_exact, is_document);
            return self.wrapped.is_some();
        }
        false
    }

    fn syntax(&self, place: Place, error: &serde_json::Error) -> SourceItem {
        let rule = match error.classify() {
            Category::Eof => "json.eof",
            _ => "json.syntax",
        };
        let what = json_fault(error);
        let line = place.line + error.line() as u64 - 1;
        let at = if line == place.line {
            format!("at column {} of it", error.column())
        } else {
            format!("in line {line}, column {}", error.column())
        };
        self.bad(place, rule, &format!("{at}: {what}"))
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        loop {
            if let Some(wrapped) = &mut self.wrapped {
                match wrapped.next() {
                    Some((place, bytes)) => match self.value(place, &bytes, false) {
                        Some(item) => return Some(item),
                        None => continue,
                    },
                    None => self.wrapped = None,
                }
            }
            let piece = self.values.next()?;
            if let Some(item) = self.item(piece) {
                return Some(item);
            }
        }
    }
}
