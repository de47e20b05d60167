//! The documents of one feed.

use std::{io::Read, ops::Range};

use copydesk_document::{Extent, Note};
use copydesk_intake::{Columns, FileName, Names, Standing, bad, read_fault};
use copydesk_parse::{Charset, charset_of, encoding_of};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use serde_json::{Map, Value};

use crate::{
    Options,
    articles::{Article, Articles, Kind},
    entries::{Elements, Entries, Part, resolved},
};

/// So much of a file is looked at for its first element.
const HEAD: usize = 4 << 10;

/// Whether the beginning of a file is that of a feed.
pub fn looks_like(head: &[u8]) -> bool {
    let Some(root) = Root::of(head) else { return false };
    match root.name.rsplit(':').next().unwrap_or_default() {
        "rss" => true,
        "feed" => root.text.contains("w3.org/2005/atom") || root.text.contains("purl.org/atom/"),
        "rdf" => root.text.contains("purl.org/rss/") || root.text.contains("netscape.com/rdf/simple/"),
        _ => Kind::of(&root.name).is_some(),
    }
}

/// The first element of an XML file, in small letters.
struct Root {
    name: String,
    /// All that was looked at, from its tag on.
    text: String,
}

impl Root {
    /// Declarations and comments may stand before it.
    fn of(head: &[u8]) -> Option<Self> {
        let head = &head[..head.len().min(HEAD)];
        let wide = match head {
            [0xFF, 0xFE, ..] | [b'<', 0, ..] => Some(UTF_16LE),
            [0xFE, 0xFF, ..] | [0, b'<', ..] => Some(UTF_16BE),
            _ => None,
        };
        let head = match wide {
            Some(wide) => wide.decode_without_bom_handling(head).0,
            None => String::from_utf8_lossy(head),
        };
        let head = head.to_lowercase();
        let mut rest = head.trim_start_matches('\u{feff}').trim_start();
        while rest.starts_with("<?") || rest.starts_with("<!") {
            let has_entities = || rest.find('[').is_some_and(|open| rest.find('>').is_some_and(|end| open < end));
            let end = match () {
                () if rest.starts_with("<!--") => "-->",
                () if rest.starts_with("<!doctype") && has_entities() => "]>",
                () => ">",
            };
            rest = rest[rest.find(end)? + end.len()..].trim_start();
        }
        let rest = rest.strip_prefix('<')?;
        let name = rest.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
        let is_whole = name.len() < rest.len();
        is_whole.then(|| Self { name: name.to_owned(), text: rest.to_owned() })
    }
}

/// The documents of a feed, and what is wrong with the entries that are none.
pub fn records<R: Read>(
    file: &FileName,
    stream: Stream<R>,
    options: &Options,
) -> impl Iterator<Item = SourceItem> + use<R> {
    let mut bytes = Vec::new();
    let items = match stream.take(options.max_bytes.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > options.max_bytes => {
            let message = format!("the feed has more than {} bytes; raise `max_bytes` to read it", options.max_bytes);
            vec![bad(file.uri.as_str(), "limit.size", message)]
        }
        Ok(_) => documents(file, &bytes, options),
        Err(error) => {
            let (rule, message) = read_fault(&error);
            vec![bad(file.uri.as_str(), rule, message)]
        }
    };
    items.into_iter()
}

fn documents(file: &FileName, bytes: &[u8], options: &Options) -> Vec<SourceItem> {
    let charset = charset(bytes);
    let decoded = charset.decode(bytes);
    let text = decoded.strip_prefix('\u{feff}').unwrap_or(&decoded);
    let is_damaged = text.contains('\u{FFFD}');
    // Places are those in the file only where that is what is read.
    let shift = charset.is_utf8().then(|| bytes.len().saturating_sub(text.len()) as u64);
    let one = |name: &str| [name.to_owned()];
    let (content, id, url, content_type) = (one("content"), one("id"), one("url"), one("content_type"));
    let columns = Columns {
        text: &content,
        id: &id,
        url: &url,
        content_type: &content_type,
        fetched: &[],
        max_bytes: options.max_bytes,
    };
    let mut names = Names::new(file.name.clone());
    let mut take = |uri: &str, range: Range<usize>, mut notes: Vec<Note>, record| {
        let extent = shift.map(|shift| Extent { offset: range.start as u64 + shift, length: range.len() as u64 });
        if is_damaged {
            notes.extend(replaced(&text[range], charset));
        }
        let standing = Standing { uri: uri.to_owned(), extent, notes };
        match columns.input(standing, &mut names, record) {
            Ok(input) => SourceItem::Input(input),
            Err(refused) => bad(uri, refused.rule, refused.message),
        }
    };
    if let Some(kind) = Root::of(bytes).and_then(|root| Kind::of(&root.name)) {
        let article = |(at, article)| {
            let (number, uri) = (at + 1, format!("{}#entry-{}", file.uri, at + 1));
            match article {
                Article::Found(range, Some(record)) => take(&uri, range, Vec::new(), record),
                Article::Found(_, None) => {
                    SourceItem::Skipped { uri, reason: "an item without a text: a picture, say, or a list".into() }
                }
                Article::Broken(at, error) => bad(uri, "feed.syntax", format!("item {number}, at byte {at}: {error}")),
            }
        };
        let mut items: Vec<_> = Articles::new(text, kind).enumerate().map(article).collect();
        if items.is_empty() {
            let reason =
                "there is no item in it: a message that only names items, say, or a header without a text".into();
            items.push(SourceItem::Skipped { uri: file.uri.clone(), reason });
        }
        return items;
    }
    let mut entries = Entries::new(text);
    let mut items = Vec::new();
    let mut number = 0_u64;
    while let Some(part) = entries.next() {
        number += 1;
        let uri = format!("{}#entry-{number}", file.uri);
        items.push(match part {
            Part::Entry(range, elements) => {
                let record = record(&elements, &entries.feed);
                take(&uri, range, teaser(&elements).into_iter().collect(), record)
            }
            Part::Broken(at, error) => bad(uri, "feed.syntax", format!("entry {number}, at byte {at}: {error}")),
        });
    }
    items
}

/// Says of an entry that what it holds is hardly the whole text: a summary of a few lines, and the address of the rest.
fn teaser(entry: &Elements) -> Option<Note> {
    let first = |names: &[&str]| names.iter().find_map(|name| value(entry, name));
    let summary = first(SUMMARIES).unwrap_or_default();
    let has_address = first(&["feedburner:origlink", "link@href", "link"]).is_some();
    if first(CONTENTS).is_some() || !has_address || summary.chars().count() > LONGEST_TEASER {
        return None;
    }
    let message = "the entry holds a summary at most; the text is at its address, and nothing is fetched".into();
    Some(Note { stage: "source".into(), code: "feed-summary".into(), message, span: None })
}

/// Where the text of an entry stands, and where there are only some words about it.
const CONTENTS: &[&str] = &["content:encoded", "content", "xhtml:body", "body"];
const SUMMARIES: &[&str] = &["description", "summary", "itunes:summary", "media:description"];
/// A description that is longer may well be all of the text.
const LONGEST_TEASER: usize = 800;

/// Says of an entry that some of it could not be read.
fn replaced(entry: &str, charset: Charset) -> Vec<Note> {
    let count = entry.matches('\u{FFFD}').count();
    if count == 0 {
        return Vec::new();
    }
    let charset = charset.name();
    let message = format!("{count} places of the entry are U+FFFD, which stands for what cannot be read as {charset}");
    vec![Note { stage: "source".into(), code: "charset-replaced".into(), message, span: None }]
}

/// The charset that the XML declares, if the bytes can be in it.
fn charset(bytes: &[u8]) -> Charset {
    let found = charset_of(bytes);
    if found.is_utf8() || !found.is_ascii_compatible() {
        return found;
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]).into_owned();
    let label = head.split_once("encoding=").and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next());
    label.and_then(encoding_of).filter(|named| *named != UTF_8).map_or(found, Charset::Known)
}

/// An entry by the names that records usually have.
fn record(entry: &Elements, feed: &Elements) -> Map<String, Value> {
    let first = |names: &[&str]| names.iter().find_map(|name| value(entry, name));
    let mut record = Map::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            record.insert(name.to_owned(), value.into());
        }
    };
    let content = first(CONTENTS);
    let summary = first(SUMMARIES);
    let text = content.clone().or_else(|| summary.clone()).unwrap_or_default();
    // What feeds hold is a part of a page.
    add("content", Some(format!("<html><body><article>{text}</article></body></html>")));
    add("content_type", Some("text/html".into()));
    add("title", first(&["title", "media:title"]));
    add("description", summary.filter(|_| content.is_some()));
    let permanent = value(entry, "guid").filter(|_| value(entry, "guid@ispermalink").as_deref() != Some("false"));
    let permanent = permanent.filter(|guid| guid.contains("://"));
    let address = first(&["feedburner:origlink", "link@href", "link"]).or(permanent);
    let of_feed = ["link@self", "link@href", "link"].iter().find_map(|name| value(feed, name));
    add("url", address.map(|address| resolved(&address, of_feed.as_deref())));
    add("id", first(&["guid", "id"]));
    add(
        "published",
        first(&["pubdate", "published", "dc:date", "dcterms:issued", "dcterms:created", "issued", "date"]),
    );
    add("modified", first(&["updated", "atom:updated", "dcterms:modified", "modified"]));
    add("language", first(&["dc:language", "language"]).or_else(|| value(feed, "language")));
    add("site_name", value(feed, "title"));
    for (name, from) in [("authors", AUTHORS), ("tags", TAGS)] {
        let all: Vec<Value> = entry
            .iter()
            .filter(|(name, _)| from.contains(&name.as_str()))
            .map(|(_, value)| author(value).into())
            .collect();
        if !all.is_empty() {
            record.insert(name.into(), all.into());
        }
    }
    record
}

const AUTHORS: &[&str] = &["dc:creator", "author/name", "author", "itunes:author", "contributor/name"];
const TAGS: &[&str] = &["category", "dc:subject", "media:keywords"];

/// RSS has an address for mail before the name: `ann@example.org (Ann Lee)`.
fn author(value: &str) -> &str {
    match value.split_once(" (") {
        Some((mail, name)) if mail.contains('@') => name.trim_end_matches(')'),
        _ => value,
    }
}

fn value(elements: &Elements, name: &str) -> Option<String> {
    elements.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}
