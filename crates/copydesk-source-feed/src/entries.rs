//! The entries of a feed, each with the texts of its elements.

use std::ops::Range;

use copydesk_document::absolute;
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};

use crate::fault::fault;

/// The elements of an entry or of the feed around it: names as they stand, in small letters, those inside of another with
/// its name before them (`author/name`).
pub(crate) type Elements = Vec<(String, String)>;

/// What comes next in a feed.
#[derive(Debug)]
pub(crate) enum Part {
    /// Where it stands, and what it holds.
    Entry(Range<usize>, Elements),
    /// XML that is broken, and where.
    Broken(usize, String),
}

/// Reads a feed.
pub(crate) struct Entries<'x> {
    xml: &'x str,
    reader: Reader<&'x [u8]>,
    /// Where in the feed the reader began.
    base: usize,
    /// What has been said of the feed as a whole so far.
    pub(crate) feed: Elements,
    /// What stands before the names of the elements of Atom, with its colon, where the root has such a prefix.
    prefix: String,
    has_root: bool,
    /// What the addresses in the feed stand below, as its root says.
    base_address: Option<String>,
    ended: bool,
}

/// An element that is open in an entry, or in the feed.
struct Open {
    name: String,
    text: String,
    /// Where its content begins, if that is markup and not text.
    markup_from: Option<usize>,
}

impl<'x> Entries<'x> {
    pub(crate) fn new(xml: &'x str) -> Self {
        Self {
            xml,
            reader: reader(xml),
            base: 0,
            feed: Elements::new(),
            prefix: String::new(),
            has_root: false,
            base_address: None,
            ended: false,
        }
    }

    /// The name of an element, without the prefix that the root has.
    fn name(&self, name: &str) -> String {
        let name = name.to_lowercase();
        match name.strip_prefix(self.prefix.as_str()) {
            Some(bare) if !self.prefix.is_empty() => bare.to_owned(),
            _ => name,
        }
    }

    fn place(&self) -> usize {
        self.base + usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    /// Goes on at the next entry behind broken XML.
    fn skip_to_entry(&mut self, from: usize) {
        let from = from.min(self.xml.len());
        // One search for both: to look for each alone goes to the end of the feed again and again where there is only one.
        let rest = self.xml.get(from..).unwrap_or_default();
        let is_entry = |rest: &str| ["<item", "<entry"].iter().any(|tag| rest.starts_with(tag));
        match rest.match_indices('<').find(|(at, _)| is_entry(&rest[*at..])) {
            Some((at, _)) => self.restart(from + at),
            None => self.ended = true,
        }
    }

    fn restart(&mut self, at: usize) {
        self.base = at;
        self.reader = reader(&self.xml[at..]);
    }

    fn read(&mut self) -> Result<Option<Part>, quick_xml::Error> {
        let mut entry: Option<(usize, Elements)> = None;
        let mut base = self.base_address.clone();
        let mut open: Vec<Open> = Vec::new();
        loop {
            let before = self.place();
            match self.reader.read_event()? {
                Event::Start(start) => {
                    let mut name = self.name(start.name().as_ref());
                    if let Some((from, _)) = entry.as_ref().filter(|_| is_entry(&name)) {
                        let broken = Part::Broken(*from, "it is not closed before the next one begins".into());
                        self.restart(before);
                        return Ok(Some(broken));
                    }
                    if is_entry(&name) {
                        base = below(&start, self.base_address.as_deref());
                        entry = Some((before, Elements::new()));
                        open.clear();
                        continue;
                    }
                    let is_root = !std::mem::replace(&mut self.has_root, true);
                    if is_root && name.rsplit(':').next() == Some("feed") {
                        name[..name.len() - "feed".len()].clone_into(&mut self.prefix);
                        name = "feed".into();
                        self.base_address = below(&start, None);
                        base.clone_from(&self.base_address);
                    }
                    let elements = entry.as_mut().map_or(&mut self.feed, |(_, elements)| elements);
                    attributes(&name, &start, base.as_deref(), elements);
                    let markup_from = is_markup(&start).then(|| self.place());
                    // What stands deeper is no element of a feed; its text belongs to the one around it.
                    if open.len() < DEEPEST {
                        open.push(Open { name, text: String::new(), markup_from });
                    }
                }
                Event::Empty(start) => {
                    let name = self.name(start.name().as_ref());
                    let elements = entry.as_mut().map_or(&mut self.feed, |(_, elements)| elements);
                    attributes(&name, &start, base.as_deref(), elements);
                }
                Event::End(end) => {
                    let name = self.name(end.name().as_ref());
                    if is_entry(&name)
                        && let Some((from, elements)) = entry.take()
                    {
                        // What stands behind the beginning of an element that nobody closes would be lost with it.
                        if let Some(unclosed) = open.iter().find(|open| !open.text.trim().is_empty()) {
                            let message = format!("`{}` is not closed before the entry ends", unclosed.name);
                            return Ok(Some(Part::Broken(from, message)));
                        }
                        return Ok(Some(Part::Entry(from..self.place(), elements)));
                    }
                    let Some(at) = open.iter().rposition(|open| open.name == name) else { continue };
                    // What stands around the elements of a feed is no part of their names.
                    let around = open[..at].iter().take_while(|open| is_frame(&open.name)).count();
                    let path: Vec<&str> = open[around..=at].iter().map(|open| open.name.as_str()).collect();
                    let path = path.join("/");
                    // What stands behind the beginning of one that nobody has closed goes on in the one around it.
                    let unclosed: Vec<String> = open.drain(at + 1..).map(|inner| inner.text).collect();
                    let element = &mut open[at];
                    for text in unclosed.iter().filter(|text| !text.is_empty()) {
                        element.text.push(' ');
                        element.text.push_str(text);
                    }
                    let value = match element.markup_from {
                        Some(from) => self.xml.get(from..before).unwrap_or_default().trim().to_owned(),
                        None => element.text.trim().to_owned(),
                    };
                    let elements = entry.as_mut().map_or(&mut self.feed, |(_, elements)| elements);
                    if !value.is_empty() && elements.len() < MOST_ELEMENTS {
                        elements.push((path, value));
                    }
                    open.truncate(at);
                }
                Event::Text(text) => add(&mut open, &text),
                Event::CData(text) => add(&mut open, &text),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => add(&mut open, c.encode_utf8(&mut [0; 4])),
                    // What XML does not know is left for HTML.
                    _ => match resolve_predefined_entity(&reference) {
                        Some(text) => add(&mut open, text),
                        None => add(&mut open, &format!("&{};", &*reference)),
                    },
                },
                Event::Eof => {
                    let cut = entry.map(|(from, _)| Part::Broken(from, "the file ends inside of an entry".into()));
                    self.ended = true;
                    return Ok(cut);
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }
}

/// No element of a feed stands deeper.
const DEEPEST: usize = 64;
/// More is no entry.
const MOST_ELEMENTS: usize = 10_000;

fn reader(xml: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

fn add(open: &mut [Open], text: &str) {
    if let Some(innermost) = open.last_mut() {
        innermost.text.push_str(text);
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name.rsplit(':').next(), Some("item" | "entry"))
}

fn is_frame(name: &str) -> bool {
    matches!(name, "rss" | "rdf:rdf" | "channel" | "feed")
}

/// Whether the content of an element is markup of its own, and not text that holds markup.
fn is_markup(start: &BytesStart<'_>) -> bool {
    attribute(start, "type").is_some_and(|value| value.eq_ignore_ascii_case("xhtml"))
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = start.try_get_attribute(name).ok()??;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.trim().to_owned())
}

/// What addresses in an element stand below: what it says itself, below what is said around it.
fn below(start: &BytesStart<'_>, around: Option<&str>) -> Option<String> {
    attribute(start, "xml:base").map(|own| resolved(&own, around)).or_else(|| around.map(str::to_owned))
}

/// An address as a whole, if it is known what it stands below.
pub(crate) fn resolved(address: &str, base: Option<&str>) -> String {
    base.filter(|_| !address.is_empty()).and_then(|base| absolute(address, base)).unwrap_or_else(|| address.to_owned())
}

/// What stands in attributes and not in text: the address of a link, the word of a category, the language of a feed.
fn attributes(name: &str, start: &BytesStart<'_>, base: Option<&str>, elements: &mut Elements) {
    let mut add = |path: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            elements.push((path.to_owned(), value));
        }
    };
    match name.rsplit(':').next().unwrap_or_default() {
        "link" => {
            let rel = attribute(start, "rel").unwrap_or_else(|| "alternate".into());
            let path = if rel == "alternate" { "link@href" } else { "link@self" };
            let base = below(start, base);
            let address = attribute(start, "href").filter(|_| matches!(&*rel, "alternate" | "self"));
            add(path, address.map(|address| resolved(&address, base.as_deref())));
        }
        "category" => add("category", attribute(start, "term")),
        "guid" => add("guid@ispermalink", attribute(start, "isPermaLink")),
        "feed" if name == "feed" => add("language", attribute(start, "xml:lang")),
        _ => {}
    }
}

impl Iterator for Entries<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(part) => part,
            Err(error) => {
                let at = self.base + usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
                self.skip_to_entry(at.max(self.place()).saturating_add(1));
                Some(Part::Broken(at, fault(&error)))
            }
        }
    }
}
