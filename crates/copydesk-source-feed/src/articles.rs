//! Articles in XML (NITF, `NewsML`, TEI), as `data/articles.toml` describes them: each becomes HTML with its facts beside it.

use std::{collections::BTreeMap, fmt::Write as _, ops::Range, sync::LazyLock};

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::fault::fault;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    html: Vec<String>,
    kind: Vec<Kind>,
}

/// A kind of articles.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for those who read the file"))]
    name: String,
    roots: Vec<String>,
    items: String,
    body: Vec<String>,
    without: Vec<String>,
    #[serde(default)]
    asides: Vec<String>,
    elements: BTreeMap<String, String>,
    facts: BTreeMap<String, Vec<String>>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static DATA: LazyLock<Data> =
    LazyLock::new(|| toml::from_str(include_str!("../data/articles.toml")).expect("data/articles.toml is valid"));

/// Fields of which a record may have several values.
const LISTS: [&str; 2] = ["authors", "tags"];
/// No element of an article stands deeper.
const DEEPEST: usize = 256;
/// More values of one field has no article.
const MOST_VALUES: usize = 1000;

impl Kind {
    /// The kind of articles whose first element has that name.
    pub(crate) fn of(root: &str) -> Option<&'static Self> {
        let root = root.rsplit(':').next().unwrap_or_default();
        DATA.kind.iter().find(|kind| kind.roots.iter().any(|known| known == root))
    }

    fn is_item(&self, name: &str) -> bool {
        name == self.items || name.strip_prefix(&self.items) == Some(".2")
    }

    /// What an element is in HTML, and its attributes there, each with the one that it is made of.
    fn in_html(&'static self, name: &str, kind: Option<&str>) -> Option<Tag> {
        let of_kind = kind.and_then(|kind| self.elements.get(&format!("{name}:{kind}")));
        let Some(tag) = of_kind.or_else(|| self.elements.get(name)) else {
            let name = DATA.html.iter().find(|known| *known == name)?;
            return Some(Tag { name, attribute: None });
        };
        let (name, attribute) = tag.split_once(' ').unwrap_or((tag, ""));
        Some(Tag { name, attribute: attribute.split_once('=') })
    }
}

/// An element of HTML, and an attribute of it with the name of the one that it is made of.
struct Tag {
    name: &'static str,
    attribute: Option<(&'static str, &'static str)>,
}

impl Tag {
    fn has_end(&self) -> bool {
        !matches!(self.name, "img" | "br" | "hr")
    }

    /// Whether it stands inside of a word, at times.
    fn is_inline(&self) -> bool {
        matches!(self.name, "em" | "strong" | "b" | "i" | "sub" | "sup" | "q" | "code" | "a")
    }
}

/// What comes next in a file.
#[derive(Debug)]
pub(crate) enum Article {
    /// Where it stands, and the fields of its record; those of one without a text are none.
    Found(Range<usize>, Option<Map<String, Value>>),
    /// XML that is broken, and where. There is no more behind it.
    Broken(usize, String),
}

/// Reads the articles of a file.
pub(crate) struct Articles<'x> {
    kind: &'static Kind,
    reader: Reader<&'x [u8]>,
    open: Vec<Open>,
    /// Where the article began that is being read.
    item: Option<(usize, Building)>,
    /// Whether an element was closed right before.
    after_end: bool,
    ended: bool,
}

/// An element that is open.
struct Open {
    name: String,
    /// What closes it in HTML.
    close: Option<&'static str>,
    in_body: bool,
    without: bool,
    is_aside: bool,
    /// The fact that it holds, with the place in the list of where that may stand, and its text.
    fact: Option<(&'static str, usize, String)>,
}

#[derive(Default)]
struct Building {
    html: String,
    facts: BTreeMap<&'static str, Vec<(usize, String)>>,
}

impl<'x> Articles<'x> {
    pub(crate) fn new(xml: &'x str, kind: &'static Kind) -> Self {
        let mut reader = Reader::from_str(xml);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        Self { kind, reader, open: Vec::new(), item: None, after_end: false, ended: false }
    }

    fn place(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn start(&mut self, start: &BytesStart<'_>, before: usize) {
        let (kind, name) = (self.kind, local(start.name().as_ref()));
        if self.item.is_none() && kind.is_item(&name) {
            self.item = Some((before, Building::default()));
        }
        self.part(&name, self.after_end);
        let around = self.open.last().map(|open| (open.in_body, open.without, open.is_aside));
        let (in_body, without, is_aside) = around.unwrap_or_default();
        let is_aside = is_aside || kind.asides.contains(&name);
        self.open.push(Open { name, close: None, in_body, without, is_aside, fact: None });
        let Some((_, building)) = &mut self.item else { return };
        let mut fact = None;
        for (field, places) in &kind.facts {
            for (at, place) in places.iter().enumerate() {
                let (element, own) = place.split_once('@').map_or((&**place, None), |(e, own)| (e, Some(own)));
                match own {
                    _ if !ends_with(&self.open, element) => {}
                    Some(name) => building.add(field, at, &attribute(start, name).unwrap_or_default()),
                    None if fact.is_none() => fact = Some((field.as_str(), at, String::new())),
                    None => {}
                }
            }
        }
        let is_any = |paths: &[String]| paths.iter().any(|path| ends_with(&self.open, path));
        let (begins_body, is_without) = (is_any(&kind.body), is_any(&kind.without));
        let Some(open) = self.open.last_mut() else { return };
        open.fact = fact;
        open.without |= is_without;
        if open.in_body
            && !open.without
            && let Some(tag) = kind.in_html(&open.name, attribute(start, "type").as_deref())
        {
            let value = tag.attribute.and_then(|(name, from)| Some((name, attribute(start, from)?)));
            let _ = match value {
                Some((name, value)) => write!(building.html, "<{} {name}=\"{}\">", tag.name, escaped(&value)),
                None => write!(building.html, "<{}>", tag.name),
            };
            open.close = tag.has_end().then_some(tag.name);
        }
        open.in_body |= begins_body;
    }

    /// Puts a blank between the texts of elements that stand side by side, and around those that begin a line: what is
    /// to be read there is `Ann Lee`, whatever the parts of a name are called.
    fn part(&mut self, name: &str, is_beside: bool) {
        let parts = self.kind.in_html(name, None).map_or(is_beside, |tag| !tag.is_inline());
        if parts {
            for (_, _, fact) in self.open.iter_mut().filter_map(|open| open.fact.as_mut()) {
                fact.push(' ');
            }
        }
        self.after_end = false;
    }

    fn end(&mut self) -> Option<Article> {
        let open = self.open.pop()?;
        self.part(&open.name, false);
        self.after_end = true;
        let (_, building) = self.item.as_mut()?;
        if let Some(tag) = open.close {
            let _ = write!(building.html, "</{tag}>");
        }
        if let Some((field, at, text)) = open.fact {
            building.add(field, at, &text);
        }
        // Another of its name may stand inside.
        let is_nested = self.open.iter().any(|around| self.kind.is_item(&around.name));
        if !self.kind.is_item(&open.name) || is_nested {
            return None;
        }
        let (from, building) = self.item.take()?;
        Some(Article::Found(from..self.place(), building.record()))
    }

    /// Adds a text, as it is in HTML and as it is in a fact.
    fn add(&mut self, html: &str, text: &str) {
        let Some((_, building)) = &mut self.item else { return };
        if self.open.last().is_some_and(|open| open.in_body && !open.without) {
            building.html.push_str(html);
        }
        self.after_end = false;
        if self.open.last().is_some_and(|open| open.is_aside) {
            return;
        }
        for (_, _, fact) in self.open.iter_mut().filter_map(|open| open.fact.as_mut()) {
            fact.push_str(text);
        }
    }

    fn text(&mut self, text: &str) {
        self.add(&escaped(text), text);
    }

    fn read(&mut self) -> Result<Option<Article>, quick_xml::Error> {
        loop {
            let before = self.place();
            let found = match self.reader.read_event()? {
                Event::Start(start) => {
                    if self.open.len() >= DEEPEST {
                        self.ended = true;
                        let message = format!("its elements are nested deeper than {DEEPEST}");
                        return Ok(Some(Article::Broken(before, message)));
                    }
                    self.start(&start, before);
                    None
                }
                Event::Empty(start) => {
                    self.start(&start, before);
                    self.end()
                }
                Event::End(_) => self.end(),
                Event::Text(text) => {
                    self.text(&text);
                    None
                }
                Event::CData(text) => {
                    self.text(&text);
                    None
                }
                Event::GeneralRef(reference) => {
                    match reference.resolve_char_ref() {
                        Ok(Some(c)) => self.text(c.encode_utf8(&mut [0; 4])),
                        _ => match resolve_predefined_entity(&reference) {
                            Some(text) => self.text(text),
                            // What XML does not know is left for HTML.
                            None => self.add(&format!("&{};", &*reference), &format!("&{};", &*reference)),
                        },
                    }
                    None
                }
                Event::Eof => {
                    self.ended = true;
                    let cut =
                        self.item.take().map(|(from, _)| Article::Broken(from, "the file ends inside of it".into()));
                    return Ok(cut);
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }
}

impl Building {
    fn add(&mut self, field: &'static str, at: usize, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let values = self.facts.entry(field).or_default();
        // What stands where there has to be something.
        let is_nothing = matches!(&*value, "" | "-" | "unknown");
        if !is_nothing && values.len() < MOST_VALUES {
            values.push((at, value));
        }
    }

    fn record(self) -> Option<Map<String, Value>> {
        let mut has_text = false;
        let mut in_tag = false;
        for c in self.html.chars() {
            match c {
                '<' => in_tag = true,
                '>' => in_tag = false,
                c => has_text |= !in_tag && !c.is_whitespace(),
            }
        }
        if !has_text {
            return None;
        }
        let mut record = Map::new();
        record.insert("content".into(), format!("<html><body><article>{}</article></body></html>", self.html).into());
        record.insert("content_type".into(), "text/html".into());
        for (field, mut values) in self.facts {
            values.sort_by_key(|(at, _)| *at);
            let Some(best) = values.first().map(|(at, _)| *at) else { continue };
            let mut values = values.into_iter().filter(|(at, _)| *at == best).map(|(_, value)| Value::from(value));
            let value = if LISTS.contains(&field) { Some(values.collect()) } else { values.next() };
            record.insert(field.to_owned(), value.unwrap_or_default());
        }
        Some(record)
    }
}

/// Whether the innermost open elements are those of a path.
fn ends_with(open: &[Open], path: &str) -> bool {
    let mut around = open.iter().rev();
    path.rsplit('/').all(|name| around.next().is_some_and(|open| open.name == name))
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_lowercase()
}

/// The value of an attribute, whatever the case of its name.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let attribute =
        attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref().eq_ignore_ascii_case(name))?;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.trim().to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Iterator for Articles<'_> {
    type Item = Article;

    fn next(&mut self) -> Option<Article> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(article) => article,
            Err(error) => {
                self.ended = true;
                let at = usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
                Some(Article::Broken(at, fault(&error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_names_tags_of_html_only() {
        for kind in &DATA.kind {
            for (element, tag) in &kind.elements {
                let tag = tag.split(' ').next().unwrap_or_default();
                let is_known = DATA.html.iter().any(|known| known == tag) || matches!(tag, "a" | "img");
                assert!(is_known && *element == element.to_lowercase(), "{}: {element} = {tag}", kind.name);
            }
        }
    }
}
