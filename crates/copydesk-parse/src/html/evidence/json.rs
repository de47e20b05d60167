//! JSON as pages really write it: with comments, trailing commas, raw line breaks, quotes that nobody escaped, and ends
//! that are missing. What can be read is read; nothing is refused.

use std::borrow::Cow;

use super::super::entities::{self, Place};

/// Deeper values are left out.
const MAX_DEPTH: usize = 64;

/// More values than this are left out, whatever their size.
const MAX_VALUES: usize = 100_000;

/// Longer texts are cut.
const MAX_TEXT: usize = 1 << 20;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    /// Text, and numbers and booleans as they were written.
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Reads all values in a text, one behind the other.
pub(super) fn read(text: &str) -> Vec<Json> {
    let decoded;
    // Some systems escape the whole script as if it were text.
    let text = if text.contains("&quot;") && !text.contains('"') {
        decoded = entities::decode(text, Place::Text);
        &decoded
    } else {
        text
    };
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, values: 0 };
    let mut values = Vec::new();
    // Whatever stands around the values (comments, CDATA marks, semicolons) is skipped.
    while parser.seek_start() {
        let before = parser.at;
        let value = parser.value(0, Ends::InList);
        if !matches!(&value, Json::Null) {
            values.push(value);
        }
        if parser.at == before || parser.values > MAX_VALUES {
            break;
        }
    }
    values
}

/// What a text is part of: that tells its closing quote from one inside it.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Key,
    InObject,
    InList,
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    values: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn seek_start(&mut self) -> bool {
        loop {
            self.skip_blank();
            // `<![CDATA[` holds a bracket that opens nothing.
            if self.bytes[self.at.min(self.bytes.len())..].starts_with(b"<![CDATA[") {
                self.at += 9;
                continue;
            }
            match self.peek() {
                None => return false,
                Some(b'{' | b'[') => return true,
                Some(_) => self.at += 1,
            }
        }
    }

    /// Skips white space and comments.
    fn skip_blank(&mut self) {
        self.at = self.blank_end(self.at);
    }

    fn blank_end(&self, mut at: usize) -> usize {
        loop {
            match self.bytes.get(at) {
                Some(b) if b.is_ascii_whitespace() || b.is_ascii_control() => at += 1,
                Some(0xEF) if self.bytes[at..].starts_with(b"\xEF\xBB\xBF") => at += 3,
                Some(0xC2) if self.bytes[at..].starts_with(b"\xC2\xA0") => at += 2,
                Some(b'/') if self.bytes.get(at + 1) == Some(&b'/') => {
                    at = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |i| at + i);
                }
                Some(b'/') if self.bytes.get(at + 1) == Some(&b'*') => {
                    let end = memchr::memmem::find(&self.bytes[at + 2..], b"*/");
                    at = end.map_or(self.bytes.len(), |i| at + i + 4);
                }
                _ => return at,
            }
        }
    }

    fn value(&mut self, depth: usize, ends: Ends) -> Json {
        self.skip_blank();
        self.values += 1;
        match self.peek() {
            None => Json::Null,
            Some(b'{' | b'[') if depth >= MAX_DEPTH || self.values > MAX_VALUES => {
                self.skip_nested();
                Json::Null
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(quote @ (b'"' | b'\'')) => Json::Text(self.string(quote, ends)),
            Some(_) => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Json {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.skip_blank();
            let key = match self.peek() {
                // Without its own end, an object ends with the list around it.
                None | Some(b']') => break,
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',' | b';' | b':') => {
                    self.at += 1;
                    continue;
                }
                Some(quote @ (b'"' | b'\'')) => self.string(quote, Ends::Key),
                Some(b'{' | b'[') => {
                    self.skip_nested();
                    continue;
                }
                Some(_) => match self.word() {
                    Json::Text(word) => word,
                    _ => continue,
                },
            };
            self.skip_blank();
            if self.peek() != Some(b':') {
                continue;
            }
            self.at += 1;
            let value = self.value(depth + 1, Ends::InObject);
            if members.len() < MAX_VALUES {
                members.push((key, value));
            }
        }
        Json::Object(members)
    }

    fn list(&mut self, depth: usize) -> Json {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.skip_blank();
            match self.peek() {
                None | Some(b'}') => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',' | b';' | b':') => self.at += 1,
                Some(_) => members.push(self.value(depth + 1, Ends::InList)),
            }
        }
        Json::List(members)
    }

    /// A number, a literal or whatever else stands without quotes.
    fn word(&mut self) -> Json {
        let start = self.at;
        while self.peek().is_some_and(|b| !matches!(b, b',' | b'}' | b']' | b':' | b'\n' | b'"' | b'{' | b'[')) {
            self.at += 1;
        }
        // Something that starts no value must not stop the reading.
        if self.at == start {
            self.at += 1;
            return Json::Null;
        }
        // A number may hold no colon, an address without quotes does; it is no value anyway.
        match self.text.get(start..self.at).unwrap_or_default().trim() {
            "null" | "undefined" | "NaN" | "" => Json::Null,
            word => Json::Text(word.to_owned()),
        }
    }

    /// Skips an object or a list, whatever its depth.
    fn skip_nested(&mut self) {
        let mut depth = 0usize;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b'"' => {
                    while let Some(b) = self.peek() {
                        self.at += if b == b'\\' { 2 } else { 1 };
                        if b == b'"' {
                            break;
                        }
                    }
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    fn string(&mut self, quote: u8, ends: Ends) -> String {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.bytes[self.at..];
            let Some(found) = memchr::memchr2(quote, b'\\', rest) else {
                self.push(&mut out, self.at, self.bytes.len());
                self.at = self.bytes.len();
                break;
            };
            let i = self.at + found;
            self.push(&mut out, self.at, i);
            self.at = i + 1;
            if self.bytes[i] == b'\\' {
                self.escape(&mut out);
            } else if self.closes(self.at, ends) {
                break;
            } else {
                out.push(char::from(quote));
            }
        }
        let mut out = if out.contains('&') { entities::decode(&out, Place::Attribute) } else { out };
        if let Cow::Owned(again) = entities::decode_again(&out) {
            out = again;
        }
        out.retain(|c| !matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}'));
        out
    }

    fn push(&self, out: &mut String, from: usize, to: usize) {
        if out.len() < MAX_TEXT {
            out.push_str(self.text.get(from..to).unwrap_or_default());
        }
    }

    fn escape(&mut self, out: &mut String) {
        let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else { return };
        self.at += c.len_utf8();
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' | 'b' | 'f' | '\n' => {}
            'u' => {
                let Some(first) = self.hex4() else { return };
                if (0xD800..0xDC00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    let second = self.hex4().unwrap_or_default();
                    let pair = 0x10000 + ((first - 0xD800) << 10) + (second.wrapping_sub(0xDC00) & 0x3FF);
                    out.push(char::from_u32(pair).unwrap_or('\u{FFFD}'));
                } else {
                    out.push(char::from_u32(first).unwrap_or('\u{FFFD}'));
                }
            }
            other => out.push(other),
        }
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(value)
    }

    /// Whether a quote that stands right before `at` closes its text, by what follows: nobody escaped the quotes of
    /// `"headline": "He said "yes", and left"`.
    fn closes(&self, at: usize, ends: Ends) -> bool {
        let next = self.blank_end(at);
        let Some(b) = self.bytes.get(next) else { return true };
        match (b, ends) {
            // A key ends before its colon; where none is near, it ends anyway.
            (_, Ends::Key) => *b == b':' || !self.bytes[next..].iter().take(200).any(|b| *b == b':'),
            (b'}' | b']' | b';', _) | (b')' | b'"' | b'{', Ends::InList) => true,
            (b',', _) => {
                let then = self.blank_end(next + 1);
                match self.bytes.get(then) {
                    None | Some(b'}' | b']' | b',') => true,
                    Some(b'"' | b'\'') => ends == Ends::InList || self.is_key(then),
                    Some(b) if ends == Ends::InList => {
                        matches!(b, b'{' | b'[' | b'0'..=b'9' | b'-')
                            || [&b"true"[..], b"false", b"null"].iter().any(|w| self.bytes[then..].starts_with(w))
                    }
                    Some(_) => self.is_key(then),
                }
            }
            // The comma is missing, and the next key is there.
            (b'"', Ends::InObject) => self.is_key(next),
            _ => false,
        }
    }

    /// Whether a key and its colon stand at `at`. Keys are short.
    fn is_key(&self, at: usize) -> bool {
        let window = &self.bytes[at..self.bytes.len().min(at + 100)];
        let (start, quote) = match window.first() {
            Some(quote @ (b'"' | b'\'')) => (1, Some(*quote)),
            _ => (0, None),
        };
        let len = window[start..]
            .iter()
            .position(|b| quote.map_or(!b.is_ascii_alphanumeric() && *b != b'_' && *b != b'@', |q| *b == q));
        let Some(len) = len else { return false };
        let after = start + len + usize::from(quote.is_some());
        let rest = &window[after.min(window.len())..];
        len > 0 && rest.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(value: &Json) -> String {
        match value {
            Json::Null => "null".into(),
            Json::Text(text) => format!("{text:?}"),
            Json::List(list) => format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(",")),
            Json::Object(members) => {
                let members: Vec<_> = members.iter().map(|(k, v)| format!("{k}:{}", show(v))).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(read(text).iter().map(show).collect::<Vec<_>>().join(" "), want, "for {text}");
    }

    #[test]
    fn sound_json() {
        check(
            r#"{"a": [1, -2.5e3, true, null, "x\"\u00e9\ud83d\ude00\n"], "b": {}}"#,
            r#"{a:["1","-2.5e3","true",null,"x\"é😀\n"],b:{}}"#,
        );
    }

    #[test]
    fn what_pages_make_of_it() {
        check("{\"a\": \"line\nbreak\", }", r#"{a:"line\nbreak"}"#);
        check("<!-- {\"a\": 1} -->", r#"{a:"1"}"#);
        check("//<![CDATA[\n{\"a\": /* why */ 1, // because\n \"b\": 2}\n//]]>", r#"{a:"1",b:"2"}"#);
        check("<![CDATA[{\"a\":1}]]>", r#"{a:"1"}"#);
        check("\u{feff}{\"a\":1}; {\"b\":2}", r#"{a:"1"} {b:"2"}"#);
        check("{&quot;a&quot;: &quot;x &amp;amp; y&quot;}", r#"{a:"x & y"}"#);
        check(r#"{"a": "Tom &amp; Ann", "b": "?x=1&copy=2"}"#, r#"{a:"Tom & Ann",b:"?x=1&copy=2"}"#);
        check(r#"{"a": "He said "yes", and left", "b": "x"}"#, r#"{a:"He said \"yes\", and left",b:"x"}"#);
        check(r#"{"a": "b" "c": ["d" "e",,]}"#, r#"{a:"b",c:["d","e"]}"#);
        check(r#"{a: 'b', "c": undefined}"#, r#"{a:"b",c:null}"#);
    }

    #[test]
    fn what_is_cut_off_keeps_its_start() {
        check(r#"{"a": {"b": ["c", "d"#, r#"{a:{b:["c","d"]}}"#);
        check(r#"{"a": 1, "b"#, r#"{a:"1"}"#);
        check(r#"{"a": "\u00"#, r#"{a:"00"}"#);
        check("", "");
        check("[[[", "[[[]]]");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(read(&deep).len(), 1);
        let deep = "{\"a\":".repeat(100_000);
        assert_eq!(read(&deep).len(), 1);
    }
}
