//! The fields that a condition can name.

use std::{collections::BTreeMap, fmt};

use cel::Context;
use copydesk_document::Document;
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
    value: fn(&Document) -> Value,
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

const fn field(name: &'static str, of: Type, reads: Option<Facet>, value: fn(&Document) -> Value) -> Field {
    Field { name, of, reads, value }
}

/// Text; none is empty.
fn text(value: Option<impl Into<String>>) -> Value {
    Value::Text(value.map(Into::into).unwrap_or_default())
}

fn texts<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Value {
    Value::Texts(values.into_iter().map(|value| value.as_ref().to_owned()).collect())
}

/// The value of a fact; none is empty.
fn fact(value: Option<&copydesk_document::Value<impl ToString>>) -> Value {
    text(value.map(|found| found.value.to_string()))
}

fn facts(values: &[copydesk_document::Value<String>]) -> Value {
    texts(values.iter().map(|found| &found.value))
}

const FACTS: Option<Facet> = Some(Facet::Metadata);

/// Every field, by name. Each is read from the document as the record has it, and what a condition does not name is not made.
pub const FIELDS: &[Field] = &[
    field("authors", Type::Texts, FACTS, |d| facts(&d.metadata().authors)),
    field("captions", Type::Texts, Some(Facet::Captions), |d| texts(d.captions().iter().map(|c| &c.text))),
    field("description", Type::Text, FACTS, |d| fact(d.metadata().description.as_ref())),
    field("image", Type::Text, FACTS, |d| fact(d.metadata().image.as_ref())),
    field("language", Type::Text, Some(Facet::Languages), |d| text(copydesk_record::language(d))),
    field("languages", Type::Texts, Some(Facet::Languages), |d| texts(d.languages().shares.iter().map(|s| &s.tag))),
    field("license", Type::Text, FACTS, |d| fact(d.metadata().license.as_ref())),
    field("modified", Type::Text, FACTS, |d| fact(d.metadata().modified.as_ref())),
    field("notes", Type::Texts, None, |d| texts(d.notes().iter().map(|note| &note.code))),
    field("page_type", Type::Text, FACTS, |d| text(d.metadata().page_type.as_ref().map(|found| found.value.name()))),
    field("paywalled", Type::Bool, FACTS, |d| Value::Bool(d.metadata().paywalled.as_ref().is_some_and(|p| p.value))),
    field("published", Type::Text, FACTS, |d| fact(d.metadata().published.as_ref())),
    field("section", Type::Text, FACTS, |d| fact(d.metadata().section.as_ref())),
    field("site_name", Type::Text, FACTS, |d| fact(d.metadata().site_name.as_ref())),
    field("source.bytes", Type::Int, None, |d| Value::Int(i64::try_from(d.source.bytes).unwrap_or(i64::MAX))),
    field("source.media_type", Type::Text, None, |d| text(Some(&d.source.media_type))),
    field("source.site", Type::Text, None, |d| text(site(d))),
    field("source.uri", Type::Text, None, |d| text(Some(&d.source.uri))),
    field("source.url", Type::Text, None, |d| text(d.source.url.as_deref())),
    field("tags", Type::Texts, FACTS, |d| facts(&d.metadata().tags)),
    field("text", Type::Text, Some(Facet::Body), |d| text(Some(copydesk_record::text(d)))),
    field("text_confidence", Type::Double, Some(Facet::Body), |d| {
        Value::Double(f64::from(copydesk_record::text_confidence(d).unwrap_or_default()))
    }),
    field("title", Type::Text, FACTS, |d| fact(d.metadata().title.as_ref())),
    field("url", Type::Text, FACTS, |d| fact(d.metadata().url.as_ref())),
];

impl Field {
    /// The field of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// Its value of a document.
    pub fn value(&self, doc: &Document) -> Value {
        (self.value)(doc)
    }
}

/// The site that the document was fetched from, as its address says: `example.org`, without a `www.`; nothing where there is
/// no address.
fn site(doc: &Document) -> Option<String> {
    copydesk_text::site(doc.source.url.as_deref().unwrap_or(&doc.source.uri))
}

/// Gives a context the values of the fields that a condition names.
pub(crate) fn fill(context: &mut Context<'_, '_>, doc: &Document, fields: &[&Field]) -> Result<(), String> {
    let mut tables: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for field in fields {
        let value = field.value(doc);
        match field.name.split_once('.') {
            Some((table, name)) => _ = tables.entry(table).or_default().insert(name, value),
            None => context.add_variable(field.name, value).map_err(|error| error.to_string())?,
        }
    }
    tables
        .into_iter()
        .try_for_each(|(name, table)| context.add_variable(name, table).map_err(|error| error.to_string()))
}
