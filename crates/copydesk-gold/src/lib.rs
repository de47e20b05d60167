//! What people say is right, and how far records come up to it.
//!
//! A [`Gold`] is a page with its text and facts as somebody has marked them; an [`Answer`] is what a program gave for it, and
//! [`Scores`] say how far the two agree. [`mean`] and [`change`] put an interval around what is found on a sample of pages, and
//! [`Agreement`] compares two people.

mod agreement;
mod interval;
mod score;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use agreement::{Agreement, Apart, FactAgreement};
pub use interval::{Estimate, change, mean};
pub use score::{MEASURES, Measure, Scores};

/// A page of the gold. What is missing is not scored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gold {
    /// What the page is called: a text, or a number.
    pub id: Value,
    /// Its address, as a record has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The hash of the source that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Whether somebody has looked through the whole page: `false` says that the marks are not complete, and nothing is scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<bool>,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The author, or several in one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Names>,
    /// The authors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authors: Option<Names>,
    /// The day of publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// The main text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What must stand in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_have: Vec<String>,
    /// What must not stand in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_not_have: Vec<String>,
    /// What the document does not have, of `title`, `authors`, `published` and `text`: an answer that gives it is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// The blocks that were judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Judged>,
    /// Whatever else the line holds.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// A block that somebody has judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Where it begins in the decoded source.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// Its line, from 1.
    pub line: u32,
    /// Whether it belongs into the text.
    pub in_text: bool,
    /// Whether the program had put it there.
    pub was_in_text: bool,
}

/// What is looked at of a record. Records of other programs do as well, as long as they name these fields alike.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answer {
    /// Where it was read: a text, or an object with `uri` or `path`.
    #[serde(default)]
    pub source: Value,
    /// The id of the record.
    #[serde(default)]
    pub id: Value,
    /// What the document said of itself in the file that held it.
    #[serde(default)]
    pub fields: Value,
    /// The main text.
    pub text: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The authors.
    pub authors: Option<Names>,
    /// The day of publication.
    pub published: Option<String>,
}

/// One name, several in one string, or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// A list.
    List(Vec<String>),
    /// One text.
    One(String),
}

impl Gold {
    /// The id as a text.
    pub fn name(&self) -> String {
        text_of(&self.id)
    }

    /// Whether the page may be scored: gold that says nothing of it is whole.
    pub fn is_whole(&self) -> bool {
        self.done != Some(false)
    }
}

impl Answer {
    /// The address of the document.
    pub fn uri(&self) -> &str {
        let field = |name| self.source.get(name).and_then(Value::as_str);
        self.source.as_str().or_else(|| field("path")).or_else(|| field("uri")).or(self.id.as_str()).unwrap_or_default()
    }

    /// The id that it had in a file of many, else the name of its file, without folders and extensions.
    pub fn page(&self) -> String {
        let of_text = self.fields.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        if let Some(id @ (Value::String(_) | Value::Number(_))) = of_text.as_ref().unwrap_or(&self.fields).get("id") {
            return text_of(id);
        }
        let name = self.uri().rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_owned()
    }
}

/// Answers, found for pages of the gold.
#[derive(Debug)]
pub struct Answers<'a> {
    pages: HashMap<String, &'a Answer>,
    uris: HashMap<&'a str, &'a Answer>,
    ids: HashMap<&'a str, &'a Answer>,
}

impl<'a> Answers<'a> {
    /// Of these records. Of several for one page the last counts.
    pub fn of(answers: &'a [Answer]) -> Self {
        Self {
            pages: answers.iter().map(|answer| (answer.page(), answer)).collect(),
            uris: answers.iter().map(|answer| (answer.uri(), answer)).collect(),
            ids: answers.iter().filter_map(|answer| Some((answer.id.as_str()?, answer))).collect(),
        }
    }

    /// The answer for a page: the record of its address, else the one that is called by its id, else the one whose own id that is.
    pub fn find(&self, gold: &Gold) -> Option<&'a Answer> {
        let name = gold.name();
        let by_uri = gold.uri.as_deref().and_then(|uri| self.uris.get(uri));
        by_uri.or_else(|| self.pages.get(&name)).or_else(|| self.ids.get(name.as_str())).copied()
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(json: &str) -> Answer {
        serde_json::from_str(json).expect("an answer")
    }

    #[test]
    fn the_answer_for_a_page_is_found_by_address_then_by_name_then_by_id() {
        let answers = [
            answer(r#"{"id":"a1","source":{"uri":"day/0001.html.gz"}}"#),
            answer(r#"{"id":"b2","source":{"uri":"day/0002.html"}}"#),
            answer(r#"{"id":"c3","source":{"uri":"crawl.jsonl#line-3"},"fields":{"id":7}}"#),
        ];
        let found = Answers::of(&answers);
        let find = |gold: &str| found.find(&serde_json::from_str(gold).expect("gold")).and_then(|a| a.id.as_str());
        assert_eq!(find(r#"{"id":"0001"}"#), Some("a1"));
        assert_eq!(find(r#"{"id":"0001","uri":"day/0002.html"}"#), Some("b2"));
        assert_eq!(find(r#"{"id":"b2","uri":"elsewhere.html"}"#), Some("b2"));
        assert_eq!(find(r#"{"id":7}"#), Some("c3"));
        assert_eq!(find(r#"{"id":"0003"}"#), None);
    }

    #[test]
    fn gold_comes_back_as_it_was_written() {
        let line = r#"{"id":"7f","uri":"a.html","done":true,"authors":["Ann"],"text":"One\nTwo","blocks":[{"start":3,"end":9,"line":2,"in_text":true,"was_in_text":false}],"kind":"news"}"#;
        let gold: Gold = serde_json::from_str(line).expect("gold");
        assert_eq!((gold.name().as_str(), gold.is_whole(), gold.others["kind"].as_str()), ("7f", true, Some("news")));
        assert_eq!(serde_json::to_string(&gold).expect("it is written"), line);
        assert!(!Gold { done: Some(false), ..Gold::default() }.is_whole());
    }
}
