//! The fields that a condition can name.

use std::{collections::BTreeMap, fmt};

use cel::Context;
use copydesk_document::Document;
use copydesk_record::{Options, Record, to_record};
use copydesk_stage::Facet;
use serde::Serialize;

/// What kind of value an expression has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Double,
    /// Text.
    Text,
    /// A list of texts.
    Texts,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a number with a fraction",
            Self::Text => "text",
            Self::Texts => "a list of texts",
        })
    }
}

/// A field of the record that a condition can name.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it has.
    pub of: Type,
    /// What stages write that it comes from; nothing where it is known from the start.
    pub reads: Option<Facet>,
    value: fn(&Record<'_>) -> Value,
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// Text.
    Text(String),
    /// A list.
    Texts(Vec<String>),
}

const fn field(name: &'static str, of: Type, reads: Option<Facet>, value: fn(&Record<'_>) -> Value) -> Field {
    Field { name, of, reads, value }
}

/// Text; none is empty.
fn text<T: AsRef<str>>(value: Option<&T>) -> Value {
    Value::Text(value.map(|value| value.as_ref().to_owned()).unwrap_or_default())
}

fn texts<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Value {
    Value::Texts(values.into_iter().map(|value| value.as_ref().to_owned()).collect())
}

const FACTS: Option<Facet> = Some(Facet::Metadata);

/// Every field, by name.
pub const FIELDS: &[Field] = &[
    field("authors", Type::Texts, FACTS, |r| texts(&r.authors)),
    field("captions", Type::Texts, Some(Facet::Captions), |r| texts(r.captions.iter().map(|c| &c.text))),
    field("description", Type::Text, FACTS, |r| text(r.description.as_ref())),
    field("image", Type::Text, FACTS, |r| text(r.image.as_ref())),
    field("language", Type::Text, Some(Facet::Languages), |r| text(r.language.as_ref())),
    field("languages", Type::Texts, Some(Facet::Languages), |r| texts(r.languages.iter().map(|share| &share.tag))),
    field("license", Type::Text, FACTS, |r| text(r.license.as_ref())),
    field("modified", Type::Text, FACTS, |r| text(r.modified.map(|time| time.to_string()).as_ref())),
    field("notes", Type::Texts, None, |r| texts(r.notes.iter().map(|note| &note.code))),
    field("page_type", Type::Text, FACTS, |r| Value::Text(r.page_type.map(name_of).unwrap_or_default())),
    field("paywalled", Type::Bool, FACTS, |r| Value::Bool(r.paywalled.unwrap_or_default())),
    field("published", Type::Text, FACTS, |r| text(r.published.map(|time| time.to_string()).as_ref())),
    field("section", Type::Text, FACTS, |r| text(r.section.as_ref())),
    field("site_name", Type::Text, FACTS, |r| text(r.site_name.as_ref())),
    field("source.bytes", Type::Int, None, |r| Value::Int(i64::try_from(r.source.bytes).unwrap_or(i64::MAX))),
    field("source.media_type", Type::Text, None, |r| text(Some(&r.source.media_type))),
    field("source.site", Type::Text, None, |r| Value::Text(site(r))),
    field("source.uri", Type::Text, None, |r| text(Some(&r.source.uri))),
    field("source.url", Type::Text, None, |r| text(r.source.url.as_ref())),
    field("tags", Type::Texts, FACTS, |r| texts(&r.tags)),
    field("text", Type::Text, Some(Facet::Body), |r| text(Some(&r.text))),
    field("text_confidence", Type::Double, Some(Facet::Body), |r| {
        Value::Double(f64::from(r.text_confidence.unwrap_or_default()))
    }),
    field("title", Type::Text, FACTS, |r| text(r.title.as_ref())),
    field("url", Type::Text, FACTS, |r| text(r.url.as_ref())),
];

impl Field {
    /// The field of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// Its value in a record.
    pub fn value(&self, record: &Record<'_>) -> Value {
        (self.value)(record)
    }
}

/// A value as JSON and pipeline files write it: `article`.
fn name_of(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// The site that the document was fetched from, as its address says: `example.org`, without a `www.`; nothing where there is
/// no address.
fn site(record: &Record<'_>) -> String {
    let source = &record.source;
    let address = source.url.as_deref().unwrap_or(&source.uri);
    copydesk_text::site(address).unwrap_or_default()
}

/// Gives a context the values of the fields that a condition names.
pub(crate) fn fill(context: &mut Context<'_, '_>, doc: &Document, fields: &[&Field]) -> Result<(), String> {
    let record = to_record(doc, Options::LEAN);
    let mut tables: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for field in fields {
        let value = field.value(&record);
        match field.name.split_once('.') {
            Some((table, name)) => _ = tables.entry(table).or_default().insert(name, value),
            None => context.add_variable(field.name, value).map_err(|error| error.to_string())?,
        }
    }
    tables
        .into_iter()
        .try_for_each(|(name, table)| context.add_variable(name, table).map_err(|error| error.to_string()))
}
