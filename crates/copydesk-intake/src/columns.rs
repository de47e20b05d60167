//! From a record with named fields to a document.

use copydesk_document::{Input, Timestamp};
use serde_json::{Map, Value};

/// Which fields of a record hold what. Each is a list of names, of which the first counts that the record has. A name
/// is matched without regard to case where no field has it exactly; `page.html` is the field `html` inside of `page`.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// The document itself.
    pub text: &'a [String],
    /// What the record is called.
    pub id: &'a [String],
    /// Where the document was fetched from.
    pub url: &'a [String],
    /// Its media type.
    pub content_type: &'a [String],
    /// When it was fetched.
    pub fetched: &'a [String],
    /// Largest document, in bytes.
    pub max_bytes: u64,
}

/// A record that is no document, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// A stable name: `record.text`, `record.id` or `limit.size`.
    pub rule: &'static str,
    /// One clause for a person.
    pub message: String,
}

impl Columns<'_> {
    /// Makes a document of a record. The field that holds it is taken out; all others pass through.
    pub fn input(&self, uri: String, mut record: Map<String, Value>) -> Result<Input, Refused> {
        let refused = |rule, message: String| Err(Refused { rule, message });
        // A name that has nothing, and another one that has the document: the second is meant.
        let mut named =
            self.text.iter().filter_map(|name| path(&record, name)).filter(|at| get(&record, at) != Some(&Value::Null));
        let Some(at) = named.next() else {
            return refused("record.text", format!("it has no document: none of the fields {}", list(self.text)));
        };
        let text = match take(&mut record, &at) {
            Some(Value::String(text)) => text,
            other => {
                let kind = kind(&other.unwrap_or_default());
                return refused("record.text", format!("`{}` must be text, and is {kind}", at.join(".")));
            }
        };
        if text.len() as u64 > self.max_bytes {
            let message =
                format!("`{}` has more than {} bytes; raise `max_bytes` to read it", at.join("."), self.max_bytes);
            return refused("limit.size", message);
        }
        if let Some(at) = self.id.iter().find_map(|name| path(&record, name)) {
            let id = get(&record, &at).cloned().unwrap_or_default();
            if !matches!(id, Value::String(_) | Value::Number(_)) {
                let message = format!("`{}` must be text or a number, and is {}", at.join("."), kind(&id));
                return refused("record.id", message);
            }
            if !record.contains_key("id") {
                record.insert("id".into(), id);
            }
        }
        let media_type = Self::string(&record, self.content_type)
            .map(|media_type| media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        // Whatever the page says of its charset: in a record it has been decoded.
        let media_type = media_type.filter(|media_type| !media_type.is_empty()).unwrap_or_else(|| "text/plain".into());
        Ok(Input {
            uri,
            bytes: text.into_bytes(),
            content_type: Some(format!("{media_type}; charset=utf-8")),
            fetched: self.moment(&record),
            url: Self::string(&record, self.url),
            fields: record,
        })
    }

    /// The first text among the named fields.
    fn string(record: &Map<String, Value>, names: &[String]) -> Option<String> {
        let found = names.iter().filter_map(|name| get(record, &path(record, name)?)?.as_str());
        found.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
    }

    fn moment(&self, record: &Map<String, Value>) -> Option<Timestamp> {
        let found = self.fetched.iter().filter_map(|name| get(record, &path(record, name)?));
        let mut moments = found.filter_map(|value| match value {
            Value::String(text) => copydesk_date::machine(text),
            Value::Number(number) => copydesk_date::machine(&number.to_string()),
            _ => None,
        });
        moments.next()
    }
}

/// The keys that lead to a named field.
fn path(record: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    if let Some(key) = key(record, name) {
        return Some(vec![key]);
    }
    let (first, rest) = name.split_once('.')?;
    let first = key(record, first)?;
    let mut below = path(record[&first].as_object()?, rest)?;
    below.insert(0, first);
    Some(below)
}

fn key(record: &Map<String, Value>, name: &str) -> Option<String> {
    if record.contains_key(name) {
        return Some(name.to_owned());
    }
    record.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()
}

fn get<'r>(record: &'r Map<String, Value>, at: &[String]) -> Option<&'r Value> {
    let (first, rest) = at.split_first()?;
    let value = record.get(first)?;
    if rest.is_empty() { Some(value) } else { get(value.as_object()?, rest) }
}

fn take(record: &mut Map<String, Value>, at: &[String]) -> Option<Value> {
    let (first, rest) = at.split_first()?;
    // The other fields keep their order.
    if rest.is_empty() { record.shift_remove(first) } else { take(record.get_mut(first)?.as_object_mut()?, rest) }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn input(record: &Value) -> Result<Input, Refused> {
        let (text, id, url) = (names(&["html", "page.body", "text"]), names(&["id", "key"]), names(&["url"]));
        let (content_type, fetched) = (names(&["mime"]), names(&["crawled"]));
        let columns =
            Columns { text: &text, id: &id, url: &url, content_type: &content_type, fetched: &fetched, max_bytes: 20 };
        columns.input("a#line-1".into(), record.as_object().expect("a record").clone())
    }

    #[test]
    fn the_document_is_taken_out_and_the_rest_passes_through() {
        let record = json!({
            "before": 1, "text": "shown", "HTML": "<p>x</p>", "url": " https://example.org/ ",
            "mime": "Text/HTML; charset=EUC-KR", "crawled": "2024-02-28T10:00:00Z", "after": [null],
        });
        let input = input(&record).expect("a document");
        assert_eq!((input.uri.as_str(), input.bytes.as_slice()), ("a#line-1", &b"<p>x</p>"[..]));
        assert_eq!(input.content_type.as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(input.url.as_deref(), Some("https://example.org/"));
        assert_eq!(input.fetched, copydesk_date::machine("2024-02-28T10:00:00Z"));
        let keys: Vec<&String> = input.fields.keys().collect();
        assert_eq!(keys, ["before", "text", "url", "mime", "crawled", "after"]);
    }

    #[test]
    fn a_field_may_stand_inside_of_another() {
        let found = input(&json!({ "page": { "body": "x", "n": 1 }, "key": 7, "html": null })).expect("a document");
        assert_eq!(found.bytes, b"x");
        assert_eq!(Value::from(found.fields), json!({ "page": { "n": 1 }, "key": 7, "html": null, "id": 7 }));
    }

    #[test]
    fn what_is_no_document_says_why() {
        for (record, rule, says) in [
            (json!({}), "record.text", "none of the fields `html`, `page.body`, `text`"),
            (json!({ "text": null }), "record.text", "none of the fields"),
            (json!({ "text": 5 }), "record.text", "`text` must be text, and is a number"),
            (json!({ "text": ["a"] }), "record.text", "a list"),
            (json!({ "text": "x", "id": null }), "record.id", "`id` must be text or a number, and is null"),
            (json!({ "text": "x", "id": {} }), "record.id", "a table"),
            (json!({ "text": "x".repeat(21) }), "limit.size", "raise `max_bytes`"),
        ] {
            let refused = input(&record).expect_err("refused");
            assert!(refused.rule == rule && refused.message.contains(says), "{record}: {refused:?}");
        }
    }
}
