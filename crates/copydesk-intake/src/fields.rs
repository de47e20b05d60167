//! The names that fields of records usually have: `data/fields.toml`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::columns::path;

/// Names of fields, by what they hold; the first counts that a record has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// The document itself.
    pub text: Vec<String>,
    /// Names of the document that say that it is HTML.
    html: Vec<String>,
    /// What it is called.
    pub id: Vec<String>,
    /// Where it was fetched from.
    pub url: Vec<String>,
    /// Its media type.
    pub content_type: Vec<String>,
    /// When it was fetched.
    pub fetched: Vec<String>,
    /// The status that the server answered with.
    pub status: Vec<String>,
    /// Lists of documents, in an object that is none.
    pub lists: Vec<String>,
    /// What stands beside it: with one of these a line is the header of a table, and hardly a line of prose.
    pub beside: Vec<String>,
    /// What writers of tables put where there is nothing.
    nothing: Vec<String>,
    #[serde(rename = "shape")]
    shapes: Vec<Shape>,
}

/// A kind of data set in which a usual name means something else.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for those who read the file"))]
    name: String,
    has: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    begins: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) url: Vec<String>,
    #[serde(default)]
    pub(crate) fetched: Vec<String>,
    #[serde(default)]
    pub(crate) content_type: Vec<String>,
    #[serde(default)]
    pub(crate) published: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is tested"))]
    example: Map<String, Value>,
}

impl Shape {
    fn fits(&self, record: &Map<String, Value>) -> bool {
        let begins = |(name, words): (&String, &Vec<String>)| {
            let text = record.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
            words.iter().any(|word| text.starts_with(word))
        };
        self.has.iter().all(|name| path(record, name).is_some())
            && (self.only.is_empty() || record.keys().all(|key| self.only.iter().any(|only| only == key)))
            && self.begins.iter().all(begins)
    }
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static USUAL: LazyLock<Usual> =
    LazyLock::new(|| toml::from_str(include_str!("../data/fields.toml")).expect("data/fields.toml is valid"));

impl Usual {
    /// The names that are taken where a pipeline file gives no others.
    pub fn names() -> &'static Self {
        &USUAL
    }

    /// Whether a value says that there is none.
    pub(crate) fn is_nothing(value: &str) -> bool {
        let value = value.trim();
        value.is_empty() || USUAL.nothing.iter().any(|nothing| nothing == value)
    }

    /// What a document is by the name of its field, in a record that does not say.
    pub(crate) fn media_type(field: &[String]) -> &'static str {
        let name = field.join(".").to_lowercase();
        if USUAL.html.contains(&name) { "text/html" } else { "text/plain" }
    }

    /// The kind of data set that a record is from, if it is one in which a usual name means something else.
    pub(crate) fn shape(record: &Map<String, Value>) -> Option<&'static Shape> {
        USUAL.shapes.iter().find(|shape| shape.fits(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_knows_its_example() {
        for shape in &USUAL.shapes {
            let found = Usual::shape(&shape.example).map(|found| found.name.as_str());
            assert_eq!(found, Some(shape.name.as_str()));
        }
        let mut plain = Map::new();
        for key in ["text", "url", "date", "title"] {
            plain.insert(key.into(), "x".into());
        }
        assert!(Usual::shape(&plain).is_none());
    }

    #[test]
    fn names_that_say_html_are_names_of_documents() {
        assert!(USUAL.html.iter().all(|name| USUAL.text.contains(name)));
        let of = |name: &str| Usual::media_type(&name.split('.').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!((of("HTML"), of("content.rendered"), of("content")), ("text/html", "text/html", "text/plain"));
    }

    #[test]
    fn what_stands_for_nothing_is_known() {
        assert!(Usual::is_nothing("NaN") && Usual::is_nothing("\\N") && Usual::is_nothing(" "));
        assert!(!Usual::is_nothing("Nan") && !Usual::is_nothing("none") && !Usual::is_nothing("Null Island"));
    }
}
