//! From a record with named fields to a document.

use std::borrow::Cow;

use copydesk_document::{Extent, Input, Note};
use serde_json::{Map, Value};

use crate::{Names, fields::Usual, literal::literal};

/// Which fields of a record hold what. Each is a list of names, of which the first counts that the record has and that
/// is filled. A name is matched without regard to case where no field has it exactly; `page.html` is the field `html`
/// inside of `page`.
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
    /// A stable name: `record.text` or `limit.size`.
    pub rule: &'static str,
    /// One clause for a person.
    pub message: String,
}

/// Where a record stands.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The file, with what tells this record from all others in it.
    pub uri: String,
    /// Where in the file it begins and how long it is.
    pub extent: Option<Extent>,
    /// What is doubtful about it already.
    pub notes: Vec<Note>,
}

/// A longer value is no fact, and no more facts are taken from a record than this.
const LONGEST_FACT: usize = 4 << 10;
const MOST_FACTS: usize = 1 << 10;

impl Columns<'_> {
    /// Makes a document of a record. The field that holds it is taken out; all others pass through, and what they say of
    /// the document by a name that is known stands among its clues.
    pub fn input(
        &self,
        standing: Standing,
        names: &mut Names,
        mut record: Map<String, Value>,
    ) -> Result<Input, Refused> {
        let shape = Usual::shape(&record);
        let at = self.text_at(&record)?;
        let Some(Value::String(text)) = take(&mut record, &at) else {
            return Err(Refused { rule: "record.text", message: format!("`{}` is no text", at.join(".")) });
        };
        if text.len() as u64 > self.max_bytes {
            let message =
                format!("`{}` has more than {} bytes; raise `max_bytes` to read it", at.join("."), self.max_bytes);
            return Err(Refused { rule: "limit.size", message });
        }
        let special = |names: fn(&'static crate::fields::Shape) -> &'static [String]| shape.map_or(&[][..], names);
        let id = first(&record, self.id, &[], |_, value| Some(value.to_owned()));
        if let Some((at, text)) = &id
            && record.get("id").is_none_or(Value::is_null)
        {
            let own = get(&record, at).filter(|value| value.is_number()).cloned();
            record.insert("id".into(), own.unwrap_or_else(|| text.clone().into()));
        }
        let url = first(&record, special(|s| &s.url), self.url, address);
        let fetched = first(&record, special(|s| &s.fetched), self.fetched, |_, value| copydesk_date::machine(value));
        let media_type = first(&record, special(|s| &s.content_type), self.content_type, |_, value| {
            let name = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            (!name.is_empty()).then_some(name)
        });
        let status = first(&record, &Usual::names().status, &[], |_, value| value.parse().ok());
        // The day of the capture is no fact about the text.
        let used: Vec<&[String]> = fetched.iter().map(|(at, _)| at.as_slice()).collect();
        let mut declared = declared(&record, &used);
        let written = first(&record, special(|s| &s.published), &[], |_, value| Some(value.to_owned()));
        declared.extend(written.map(|(_, value)| ("published".to_owned(), value)));
        let own = id.map(|(_, id)| id).or_else(|| url.as_ref().map(|(_, url)| url.clone())).unwrap_or_default();
        let place = standing.uri.rsplit('#').next().unwrap_or_default();
        // Whatever the page says of its charset: in a record it has been decoded.
        let media_type = media_type.map_or_else(|| Usual::media_type(&at).to_owned(), |(_, name)| name);
        Ok(Input {
            name: names.next(&own, text.as_bytes(), place),
            uri: standing.uri,
            bytes: text.into_bytes(),
            content_type: Some(format!("{media_type}; charset=utf-8")),
            fetched: fetched.map(|(_, at)| at),
            url: url.map(|(_, url)| url),
            status: status.map(|(_, status)| status),
            extent: standing.extent,
            declared,
            notes: standing.notes,
            fields: record,
        })
    }

    /// Whether a record holds a document.
    pub fn holds(&self, record: &Map<String, Value>) -> bool {
        self.text_at(record).is_ok()
    }

    /// The field that holds the document: the first that has text in it, else the first that is an empty text.
    fn text_at(&self, record: &Map<String, Value>) -> Result<Vec<String>, Refused> {
        let there =
            || self.text.iter().filter_map(|name| path(record, name)).filter_map(|at| Some((get(record, &at)?, at)));
        let texts = || there().filter_map(|(value, at)| Some((value.as_str()?, at)));
        let empty = || texts().find(|(text, _)| text.trim().is_empty());
        if let Some((_, at)) = texts().find(|(text, _)| !Usual::is_nothing(text)).or_else(empty) {
            return Ok(at);
        }
        let message = match there().find(|(value, _)| !value.is_null()) {
            Some((Value::String(text), at)) => {
                format!("`{}` is `{}`, which stands for nothing", at.join("."), text.trim())
            }
            Some((value, at)) => format!("`{}` must be text, and is {}", at.join("."), kind(value)),
            None => format!("it has no document: none of the fields {}", list(self.text)),
        };
        Err(Refused { rule: "record.text", message })
    }
}

/// The first of the named fields that can be read, with its place.
fn first<T>(
    record: &Map<String, Value>,
    special: &[String],
    names: &[String],
    read: impl Fn(&str, &str) -> Option<T>,
) -> Option<(Vec<String>, T)> {
    special.iter().chain(names).find_map(|name| {
        let at = path(record, name)?;
        let value = plain(get(record, &at)?)?;
        let value = read(name, value.trim()).filter(|_| !Usual::is_nothing(&value))?;
        Some((at, value))
    })
}

/// What can be fetched, and not merely a word under a name that often holds an address.
fn address(name: &str, value: &str) -> Option<String> {
    let has_form = match name.rsplit('.').next() {
        Some("source") => ["http://", "https://"].iter().any(|scheme| value.starts_with(scheme)),
        _ => {
            value.contains("://")
                || value.starts_with("www.")
                || value.starts_with('/')
                || value.split_once('/').is_some_and(|(host, _)| host.contains('.'))
        }
    };
    (has_form && !value.contains(char::is_whitespace)).then(|| value.trim_matches(['<', '>']).to_owned())
}

/// A value as text; what `MongoDB` wraps (`{"$oid": "..."}`) is unwrapped.
fn plain(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Object(wrapped) if wrapped.len() == 1 => {
            let (key, value) = wrapped.iter().next()?;
            key.starts_with('$').then(|| plain(value)).flatten()
        }
        _ => None,
    }
}

/// What a record says of its document: the texts and numbers in it, each by its name.
fn declared(record: &Map<String, Value>, used: &[&[String]]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut at = Vec::new();
    for (key, value) in record {
        at.push(key.clone());
        flatten(value, &mut at, used, &mut out);
        at.pop();
    }
    out
}

// Deeper than this no fact stands, so that the recursion is bounded.
const DEEPEST_FACT: usize = 4;

fn flatten(value: &Value, at: &mut Vec<String>, used: &[&[String]], out: &mut Vec<(String, String)>) {
    if out.len() >= MOST_FACTS || at.len() > DEEPEST_FACT || used.contains(&at.as_slice()) {
        return;
    }
    if let Some(text) = plain(value) {
        let text = text.trim();
        if Usual::is_nothing(text) || text.len() > LONGEST_FACT {
            return;
        }
        match literal(text) {
            Some(inner) => flatten(&inner, at, used, out),
            None => out.push((at.join(".").to_lowercase(), text.to_owned())),
        }
        return;
    }
    match value {
        Value::Array(list) => list.iter().take(MOST_FACTS).for_each(|value| flatten(value, at, used, out)),
        Value::Object(map) => {
            for (key, value) in map {
                at.push(key.clone());
                flatten(value, at, used, out);
                at.pop();
            }
        }
        _ => {}
    }
}

/// The keys that lead to a named field.
pub(crate) fn path(record: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
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
        let (text, id, url) = (names(&["html", "page.body", "text"]), names(&["id", "key"]), names(&["url", "source"]));
        let (content_type, fetched) = (names(&["mime"]), names(&["crawled"]));
        let columns =
            Columns { text: &text, id: &id, url: &url, content_type: &content_type, fetched: &fetched, max_bytes: 20 };
        let standing = Standing { uri: "a#line-1".into(), ..Standing::default() };
        columns.input(standing, &mut Names::new("a"), record.as_object().expect("a record").clone())
    }

    #[test]
    fn the_document_is_taken_out_and_the_rest_passes_through() {
        let record = json!({
            "before": 1, "text": "shown", "HTML": "<p>x</p>", "url": " https://example.org/ ", "status_code": "404",
            "mime": "Text/HTML; charset=EUC-KR", "crawled": "2024-02-28T10:00:00Z", "after": [null],
        });
        let input = input(&record).expect("a document");
        assert_eq!((input.uri.as_str(), input.bytes.as_slice()), ("a#line-1", &b"<p>x</p>"[..]));
        assert_eq!(input.content_type.as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!((input.url.as_deref(), input.status), (Some("https://example.org/"), Some(404)));
        assert_eq!(input.fetched, copydesk_date::machine("2024-02-28T10:00:00Z"));
        assert_eq!(input.name, "a#https://example.org/");
        let keys: Vec<&String> = input.fields.keys().collect();
        assert_eq!(keys, ["before", "text", "url", "status_code", "mime", "crawled", "after"]);
    }

    #[test]
    fn a_field_may_stand_inside_of_another() {
        let found = input(&json!({ "page": { "body": "x", "n": 1 }, "key": 7, "html": null })).expect("a document");
        assert_eq!(found.bytes, b"x");
        assert_eq!(Value::from(found.fields), json!({ "page": { "n": 1 }, "key": 7, "html": null, "id": 7 }));
    }

    #[test]
    fn the_first_field_that_has_text_is_the_document() {
        for (record, text) in [
            (json!({ "html": "", "text": "full" }), "full"),
            (json!({ "html": " ", "text": "" }), " "),
            (json!({ "html": false, "text": "full" }), "full"),
            (json!({ "html": { "rendered": "x" }, "page": { "body": "full" } }), "full"),
            (json!({ "html": "NULL", "text": "full" }), "full"),
            (json!({ "html": "\\N", "text": "" }), ""),
        ] {
            assert_eq!(input(&record).expect("a document").bytes, text.as_bytes(), "{record}");
        }
    }

    #[test]
    fn what_stands_beside_a_document_is_declared() {
        let record = json!({
            "text": "x", "Title": "Ferries", "authors": ["Ann Lee", "Bo Chen"], "crawled": "2024-02-28",
            "meta": { "date": { "$date": "2024-02-27T10:00:00Z" }, "score": 0.5, "empty": "" }, "long": "y".repeat(5000),
        });
        let declared = input(&record).expect("a document").declared;
        let declared: Vec<(&str, &str)> = declared.iter().map(|(name, value)| (&**name, &**value)).collect();
        let expected = [
            ("title", "Ferries"),
            ("authors", "Ann Lee"),
            ("authors", "Bo Chen"),
            ("meta.date", "2024-02-27T10:00:00Z"),
            ("meta.score", "0.5"),
        ];
        assert_eq!(declared, expected);
    }

    #[test]
    fn cells_of_a_table_are_read_as_they_are_meant() {
        let record = json!({
            "text": "x", "title": "NaN", "authors": "['Ann Lee', \"Bo O'Neill\"]", "tags": "[]", "url": "None",
            "source": "https://example.org/", "section": "[Video]", "people": "[{'name': 'Cho'}]", "id": "nan",
        });
        let found = input(&record).expect("a document");
        let declared: Vec<(&str, &str)> = found.declared.iter().map(|(name, value)| (&**name, &**value)).collect();
        let expected = [
            ("authors", "Ann Lee"),
            ("authors", "Bo O'Neill"),
            ("source", "https://example.org/"),
            ("section", "[Video]"),
            ("people.name", "Cho"),
        ];
        assert_eq!(declared, expected);
        assert_eq!(
            (found.url.as_deref(), found.name.as_str()),
            (Some("https://example.org/"), "a#https://example.org/")
        );
        // What passes through stays as it was written.
        assert_eq!(found.fields["authors"], record["authors"]);
    }

    #[test]
    fn an_id_and_an_address_are_taken_where_they_are_some() {
        let of = |record: Value| input(&record).expect("a document");
        assert_eq!(of(json!({ "text": "x", "id": { "$oid": "5f" } })).fields["id"], json!({ "$oid": "5f" }));
        assert_eq!(of(json!({ "text": "x", "id": { "$oid": "5f" } })).name, "a#5f");
        assert_eq!(of(json!({ "text": "x", "id": null, "key": "k" })).fields["id"], json!("k"));
        assert_eq!(of(json!({ "text": "x", "id": [1] })).fields["id"], json!([1]));
        assert_eq!(of(json!({ "text": "x", "source": "crawl of May" })).url, None);
        assert_eq!(
            of(json!({ "text": "x", "url": "example.org/a", "source": "https://example.org/b" })).url.as_deref(),
            Some("example.org/a")
        );
    }

    #[test]
    fn a_name_means_what_it_means_in_its_kind_of_data_set() {
        let of = |record: Value| {
            let usual = Usual::names();
            let columns = Columns {
                text: &usual.text,
                id: &usual.id,
                url: &usual.url,
                content_type: &usual.content_type,
                fetched: &usual.fetched,
                max_bytes: 100,
            };
            let Value::Object(record) = record else { panic!("an object") };
            columns.input(Standing::default(), &mut Names::new("a"), record).expect("a document")
        };
        let at = |text: &str| copydesk_date::machine(text);
        let (may, june) = ("2024-05-06T07:08:09Z", "2024-06-01T00:00:00Z");
        let crawled = of(json!({ "text": "x", "timestamp": may, "url": "https://example.org/", "source": "mC4" }));
        assert_eq!((crawled.fetched, crawled.url.as_deref()), (at(may), Some("https://example.org/")));
        let news = of(json!({ "text": "x", "timestamp": may, "url": "https://example.org/", "title": "y" }));
        assert_eq!(news.fetched, None);
        let taken = of(json!({ "id": "1", "text": "x", "source": "papers", "added": june, "created": may }));
        assert_eq!(taken.fetched, at(june));
        assert!(taken.declared.contains(&("published".into(), may.into())), "{:?}", taken.declared);
        let page = of(json!({ "id": "1", "text": "x", "source": "C4", "added": june, "created": may }));
        assert_eq!((page.fetched, page.declared.iter().any(|(_, value)| value == may)), (at(may), false));
        let row = of(json!({ "id": "1", "text": "x", "created": may }));
        assert!(row.declared.iter().all(|(name, _)| name != "published"));
        let wide = of(json!({ "f": "x.warc.gz", "u": "https://example.org/a", "ts": may, "text": "x" }));
        assert_eq!((wide.fetched, wide.url.as_deref()), (at(may), Some("https://example.org/a")));
        for (source, url) in [
            ("https://example.org/b", Some("https://example.org/b")),
            ("/home/ann/b.txt", None),
            ("./b/c.txt", None),
            ("corpus.v2/b.txt", None),
            ("file:///home/ann/b.txt", None),
        ] {
            let page = of(json!({ "page_content": "x", "metadata": { "source": source } }));
            assert_eq!(page.url.as_deref(), url);
        }
        let page =
            of(json!({ "markdown": "x", "metadata": { "sourceURL": "https://example.org/c", "statusCode": 200 } }));
        assert_eq!((page.url.as_deref(), page.status), (Some("https://example.org/c"), Some(200)));
    }

    #[test]
    fn what_is_no_document_says_why() {
        for (record, rule, says) in [
            (json!({}), "record.text", "none of the fields `html`, `page.body`, `text`"),
            (json!({ "text": null }), "record.text", "none of the fields"),
            (json!({ "html": "nan", "text": "None" }), "record.text", "`html` is `nan`, which stands for nothing"),
            (json!({ "text": 5 }), "record.text", "`text` must be text, and is a number"),
            (json!({ "text": ["a"] }), "record.text", "a list"),
            (json!({ "text": "x".repeat(21) }), "limit.size", "raise `max_bytes`"),
        ] {
            let refused = input(&record).expect_err("refused");
            assert!(refused.rule == rule && refused.message.contains(says), "{record}: {refused:?}");
        }
    }
}
