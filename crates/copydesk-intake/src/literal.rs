//! Lists and tables that a writer of tables has put into a cell, as Python or JSON spells them.
//!
//! `DataFrame.to_csv` writes a list of names as `['Ann Lee', 'Bo Chen']`, and an array of numpy without commas.

use std::str::CharIndices;

use serde_json::{Map, Number, Value};

/// Deeper than this nothing is nested.
const DEEPEST: usize = 4;

/// The list or table that all of a text spells; `None` if it spells none.
pub(crate) fn literal(text: &str) -> Option<Value> {
    let text = text.trim();
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    if !matches!((first, last), ('[', ']') | ('{', '}')) {
        return None;
    }
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut reader = Reader { rest: text };
    let value = reader.value(DEEPEST)?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, mark: char) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.space();
        match self.rest.chars().next()? {
            '[' => {
                self.take('[');
                let mut list = Vec::new();
                while !self.take(']') {
                    list.push(self.value(depth)?);
                    self.take(',');
                }
                Some(Value::Array(list))
            }
            '{' => {
                self.take('{');
                let mut table = Map::new();
                while !self.take('}') {
                    let Value::String(key) = self.value(depth)? else { return None };
                    let value = self.take(':').then(|| self.value(depth))??;
                    table.insert(key, value);
                    self.take(',');
                }
                Some(Value::Object(table))
            }
            quote @ ('\'' | '"') => self.quoted(quote).map(Value::String),
            _ => self.word(),
        }
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest[quote.len_utf8()..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.push(match chars.next()?.1 {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => numbered(&mut chars, 2)?,
                    'u' => numbered(&mut chars, 4)?,
                    'U' => numbered(&mut chars, 8)?,
                    same @ ('\\' | '\'' | '"') => same,
                    _ => return None,
                }),
                c if c == quote => {
                    self.rest = &self.rest[quote.len_utf8() + at + c.len_utf8()..];
                    return Some(text);
                }
                c => text.push(c),
            }
        }
        None
    }

    fn word(&mut self) -> Option<Value> {
        let end = self.rest.find([',', ']', '}', ':', ' ', '\n']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let value = match word {
            "None" | "null" | "nan" | "NaN" | "NaT" => Value::Null,
            "True" | "true" => Value::Bool(true),
            "False" | "false" => Value::Bool(false),
            number => Value::Number(number.parse::<Number>().ok()?),
        };
        self.rest = rest;
        Some(value)
    }
}

/// A character by its number, in so many digits.
fn numbered(chars: &mut CharIndices<'_>, digits: usize) -> Option<char> {
    let number = (0..digits).try_fold(0, |number, _| Some(number << 4 | chars.next()?.1.to_digit(16)?))?;
    char::from_u32(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_read_as_python_and_json_write_them() {
        for (text, value) in [
            ("['Ann Lee', 'Bo Chen']", json!(["Ann Lee", "Bo Chen"])),
            ("[\"Ann Lee\",\"Bo Chen\"]", json!(["Ann Lee", "Bo Chen"])),
            ("['Ann Lee' 'Bo Chen']", json!(["Ann Lee", "Bo Chen"])),
            ("[\"Ann O'Hara\", 'said \"no\"', 'it\\'s']", json!(["Ann O'Hara", "said \"no\"", "it's"])),
            ("[{'name': 'Ann Lee', 'id': 7, 'bio': None}]", json!([{ "name": "Ann Lee", "id": 7, "bio": null }])),
            ("[]", json!([])),
            ("[1, nan]", json!([1, null])),
            ("[\"Ren\\u00e9e\", \"a\\r\\nb\"]", json!(["Renée", "a\r\nb"])),
            ("['Ren\\xe9e', '\\u00e9', 'a\\r\\nb']", json!(["Renée", "é", "a\r\nb"])),
        ] {
            assert_eq!(literal(text), Some(value), "{text}");
        }
    }

    #[test]
    fn a_text_in_brackets_stays_one() {
        for text in ["[Video]", "[Update] It rains [again]", "{name}", "['Ann Lee'", "", "[", "['a': 1]"] {
            assert_eq!(literal(text), None, "{text}");
        }
    }
}
