//! The documents of one file.

use std::io::Read;

use copydesk_intake::{Lines, RawLine, bad, decompress_fault};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use serde_json::{Map, Value, error::Category};

use crate::{Options, numbers};

/// The documents of a file, and what is wrong with the lines that are none.
pub fn records<R: Read>(
    uri: String,
    stream: Stream<R>,
    options: &Options,
) -> impl Iterator<Item = SourceItem> + use<R> {
    let max_line = options.max_line;
    Records {
        uri,
        lines: Lines::new(stream, max_line),
        options: options.clone(),
        begun: false,
        ended: false,
        next: None,
    }
}

/// Whether the beginning of a file looks like JSON Lines: `whole` says that there is no more to it.
///
/// Two lines that begin as objects do, the first of them whole, are; so is the beginning of an object that goes on and
/// on in one line. A file of one line is, if it has a field that may hold a document: it may as well be one object that
/// an interface has answered with.
pub fn looks_like(head: &[u8], whole: bool, options: &Options) -> bool {
    let head = start(head);
    if !head.starts_with(b"{") {
        return false;
    }
    let mut lines = head.splitn(2, |byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default().trim_ascii();
    let rest = lines.next().map(<[u8]>::trim_ascii_start);
    let Ok(record) = serde_json::from_slice::<Map<String, Value>>(&numbers::keep_exact(first)) else {
        let begins = head[1..].trim_ascii_start().starts_with(b"\"");
        return rest.is_none() && !whole && begins;
    };
    match rest {
        Some(rest) if !rest.is_empty() => rest.starts_with(b"{"),
        _ => options.columns().input(String::new(), record).is_ok(),
    }
}

/// Whether more of a file than its first bytes has to be looked at: they do not tell that it is no JSON Lines.
pub fn may_begin(first: &[u8]) -> bool {
    matches!(start(first), [] | [b'{', ..])
}

fn start(head: &[u8]) -> &[u8] {
    head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start()
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

struct Records<R: Read> {
    uri: String,
    lines: Lines<R>,
    options: Options,
    /// Whether something else than blank lines has come.
    begun: bool,
    ended: bool,
    /// The second thing to be said of a line.
    next: Option<SourceItem>,
}

impl<R: Read> Records<R> {
    fn bad(&self, number: u64, rule: &str, message: &str) -> SourceItem {
        bad(format!("{}#line-{number}", self.uri), rule, format!("line {number}: {message}"))
    }

    fn line(&mut self, line: RawLine) -> Option<SourceItem> {
        match line {
            RawLine::Text { number, offset, bytes, after_gap } => self.text(number, offset, &bytes, after_gap),
            RawLine::TooLong { number, offset, bytes } => {
                let most = self.options.max_line;
                let message = format!(
                    "from byte {offset}, it has {bytes} bytes and may have {most}; raise `max_line` to read it"
                );
                Some(self.bad(number, "limit.line", &message))
            }
            RawLine::Fault { number, error } => {
                let (rule, message) = decompress_fault(&error);
                Some(self.bad(number, rule, &message))
            }
        }
    }

    fn text(&mut self, number: u64, offset: u64, bytes: &[u8], after_gap: bool) -> Option<SourceItem> {
        let bytes = if number == 1 { bytes.strip_prefix(BOM).unwrap_or(bytes) } else { bytes }.trim_ascii();
        if bytes.is_empty() {
            return None;
        }
        if !std::mem::replace(&mut self.begun, true)
            && let Some(message) = other_format(bytes)
        {
            self.ended = true;
            return Some(self.bad(number, "json.not-lines", message));
        }
        let exact = numbers::keep_exact(bytes);
        let mut values = serde_json::Deserializer::from_slice(&exact).into_iter::<Value>();
        let value = match values.next() {
            Some(Ok(value)) => value,
            // The end of a line whose beginning is lost, and has been told of.
            Some(Err(_)) if after_gap => return None,
            Some(Err(error)) => return Some(self.syntax(number, offset, &error)),
            None => return None,
        };
        let end = values.byte_offset();
        if !exact[end..].trim_ascii().is_empty() {
            let message = format!("from byte {offset}, more stands behind the first object; one object a line is read");
            self.next = Some(self.bad(number, "json.trailing", &message));
        }
        let Value::Object(record) = value else {
            let message = format!("from byte {offset}, it is no object; JSON Lines has one object a line");
            return Some(self.bad(number, "json.shape", &message));
        };
        match self.options.columns().input(format!("{}#line-{number}", self.uri), record) {
            Ok(input) => Some(SourceItem::Input(input)),
            Err(refused) => Some(self.bad(number, refused.rule, &refused.message)),
        }
    }

    fn syntax(&self, number: u64, offset: u64, error: &serde_json::Error) -> SourceItem {
        let rule = match error.classify() {
            Category::Eof => "json.eof",
            _ => "json.syntax",
        };
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or(&text);
        self.bad(number, rule, &format!("from byte {offset}, at column {}: {what}", error.column()))
    }
}

/// What a file is that is no JSON Lines, by its first line.
fn other_format(first: &[u8]) -> Option<&'static str> {
    match first {
        b"[" | b"{" => Some("this is JSON over many lines, not JSON Lines; `jq -c '.[]?'` makes one of the other"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            Some("this is UTF-16; JSON is UTF-8, and `iconv` makes one of the other")
        }
        _ => None,
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        if let Some(item) = self.next.take() {
            return Some(item);
        }
        while !self.ended {
            let line = self.lines.next()?;
            if let Some(item) = self.line(line) {
                return Some(item);
            }
        }
        None
    }
}
