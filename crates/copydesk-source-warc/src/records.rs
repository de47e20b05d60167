//! The documents of one file.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    io::Read,
};

use copydesk_document::{Input, Note};
use copydesk_intake::{FileName, Names, bad};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use serde_json::{Map, Value};

use crate::{
    Options, arc,
    arc::ArcReader,
    body::{self, Refused},
    fields::Fields,
    http,
    reader::{Lost, Reader, Record, begins_record},
};

/// The types of records that are documents.
const DOCUMENTS: &[&str] = &["response", "resource", "conversion"];

/// The documents of a file, and what is wrong with the records that are none.
pub fn records<R: Read>(
    file: FileName,
    stream: Stream<R>,
    options: &Options,
) -> impl Iterator<Item = SourceItem> + use<R> {
    let mut stream = stream;
    // An error of reading comes again, and is told of there.
    let is_arc = arc::looks_like(stream.look_ahead());
    let reader = if is_arc {
        Either::Arc(Box::new(ArcReader::new(stream, options.max_bytes, options.max_header)))
    } else {
        Either::Warc(Box::new(Reader::new(stream, options.max_bytes, options.max_header)))
    };
    let FileName { uri, name } = file;
    Records {
        uri,
        names: Names::new(name),
        reader,
        given: HashSet::new(),
        early: HashSet::new(),
        options: options.clone(),
    }
}

/// Whether the beginning of a file is that of a WARC or an ARC.
pub fn looks_like(head: &[u8]) -> bool {
    begins_record(head.trim_ascii_start()) || arc::looks_like(head)
}

struct Records<R: Read> {
    uri: String,
    names: Names,
    reader: Either<R>,
    /// Pages that were given, by hashes of the ids of their records and of their addresses.
    given: HashSet<u64>,
    /// What was given before its response: hashes of the ids of responses that records named.
    early: HashSet<u64>,
    options: Options,
}

enum Either<R: Read> {
    Warc(Box<Reader<R>>),
    Arc(Box<ArcReader<R>>),
}

impl<R: Read> Iterator for Either<R> {
    type Item = Result<Record, Lost>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Warc(reader) => reader.next(),
            Self::Arc(reader) => reader.next(),
        }
    }
}

/// So many pages of a file are known again.
const MOST_GIVEN: usize = 2 << 20;

/// What crawlers put before the address of a page that they keep the text or a picture of.
const DERIVED: [&str; 3] = ["urn:text:", "urn:view:", "urn:markdown:"];

/// What a record is.
enum Found {
    Document(Box<Input>),
    /// Not meant to be one, with the reason.
    Other(String),
}

impl<R: Read> Records<R> {
    fn document(&mut self, record: Record) -> Result<Found, Refused> {
        let Record { number, extent, fields, block } = record;
        let kind = fields.get("warc-type").unwrap_or_default().to_ascii_lowercase();
        if !DOCUMENTS.contains(&kind.as_str()) {
            return Ok(Found::Other(format!("type {kind}")));
        }
        if fields.get("warc-segment-number").is_some() {
            return Err(("warc.segmented", "it is a part of a segmented record, and parts are not joined".into()));
        }
        if kind != "response" && self.is_given(&fields) {
            return Ok(Found::Other(format!("a {kind} of a page that is read")));
        }
        let declared = fields.get("content-type").unwrap_or_default();
        let response = http::response(&block);
        let status = response.as_ref().and_then(|response| response.status);
        if let Some(response) = &response {
            if response.body as u64 > self.options.max_header {
                let most = self.options.max_header;
                return Err((
                    "limit.header",
                    format!("its HTTP header has more than {most} bytes; raise `max_header`"),
                ));
            }
            if !self.options.errors && !matches!(status, None | Some(200..=299)) {
                return Ok(Found::Other(format!("HTTP status {}", status.unwrap_or_default())));
            }
        }
        // The record's own type tells of the HTTP response where there is one, and else of the document.
        let is_http = media_type(declared).is_some_and(|declared| declared == "application/http");
        let content_type = match &response {
            Some(response) => response.fields.get("content-type"),
            None => Some(declared).filter(|declared| !is_http && !declared.is_empty()),
        };
        let identified = fields.get("warc-identified-payload-type");
        let known = content_type.and_then(media_type).filter(|known| known != "application/octet-stream");
        if let Some(known) = known.or_else(|| identified.and_then(media_type))
            && !self.takes(&known)
        {
            return Ok(Found::Other(format!("media type {known}")));
        }
        let content_type = content_type.map(str::to_owned);
        let mut notes = Vec::new();
        if let Some(reason) = fields.get("warc-truncated") {
            notes.push(truncated(&format!(
                "the archive holds the beginning of the page only (WARC-Truncated: {reason})"
            )));
        }
        let bytes = match response {
            Some(response) => self.body(block, &response, &mut notes)?,
            None => block,
        };
        let url = fields.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_owned());
        if kind == "response" {
            let id = fields.get("warc-record-id");
            if id.is_some_and(|id| self.early.contains(&hash(id)) || self.early.contains(&at(id, url.as_deref()))) {
                return Ok(Found::Other("a response of a page that is read".into()));
            }
            if self.given.len() < MOST_GIVEN {
                self.given.extend(fields.get("warc-record-id").into_iter().chain(url.as_deref()).map(hash));
            }
        } else if self.early.len() < MOST_GIVEN && !bytes.trim_ascii().is_empty() {
            self.early.extend(fields.get("warc-refers-to").map(hash));
            // At the same time much is captured; of the response itself is what has its address.
            self.early.extend(fields.get("warc-concurrent-to").map(|id| at(id, url.as_deref())));
        }
        let own = fields.get("warc-record-id").or(url.as_deref()).unwrap_or_default();
        Ok(Found::Document(Box::new(Input {
            uri: format!("{}#record-{number}", self.uri),
            name: self.names.next(own, &bytes, &format!("record-{number}")),
            bytes,
            content_type,
            fetched: fields.get("warc-date").and_then(copydesk_date::machine),
            url,
            status,
            extent: Some(extent),
            notes,
            fields: passed_through(&fields, &kind, status),
            ..Input::default()
        })))
    }

    fn body(&self, mut block: Vec<u8>, response: &http::Response, notes: &mut Vec<Note>) -> Result<Vec<u8>, Refused> {
        let mut body = block.split_off(response.body);
        let is_chunked = |coding: &str| coding.to_ascii_lowercase().contains("chunked");
        let missing = if response.fields.get("transfer-encoding").is_some_and(is_chunked) {
            let (joined, is_cut) = http::join_chunks(&body);
            body = joined;
            is_cut.then(|| "the last chunks of the body are missing".to_owned())
        } else {
            response.missing(&body)
        };
        if notes.is_empty() {
            notes.extend(missing.as_deref().map(truncated));
        }
        match response.fields.get("content-encoding") {
            Some(codings) => body::decode(body, codings, !notes.is_empty(), &self.options),
            None => Ok(body),
        }
    }

    /// Whether a resource or conversion is of a page that has been given: its text, say.
    fn is_given(&self, fields: &Fields) -> bool {
        let address = fields.get("warc-target-uri").map(|url| {
            let url = url.trim_matches(['<', '>']);
            DERIVED.iter().find_map(|before| url.strip_prefix(before)).unwrap_or(url)
        });
        let of = [fields.get("warc-refers-to"), fields.get("warc-concurrent-to"), address];
        of.into_iter().flatten().any(|name| self.given.contains(&hash(name)))
    }

    fn takes(&self, media_type: &str) -> bool {
        self.options.types.iter().any(|taken| match taken.strip_suffix('*') {
            Some(start) => media_type.starts_with(&start.to_ascii_lowercase()),
            None => media_type.eq_ignore_ascii_case(taken),
        })
    }
}

/// Stands for the record of that id, where it has that address.
fn at(id: &str, url: Option<&str>) -> u64 {
    hash(&format!("{id} {}", url.unwrap_or_default()))
}

/// Says of a page that only its beginning is there.
fn truncated(because: &str) -> Note {
    let message = format!("{because}: its text may end in the middle");
    Note { stage: "source".into(), code: "truncated".into(), message, span: None }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.trim_matches(['<', '>']).hash(&mut hasher);
    hasher.finish()
}

/// A media type without its parameters, in lower case. `None` for what is none.
fn media_type(content_type: &str) -> Option<String> {
    let name = content_type.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    name.contains('/').then_some(name)
}

/// What stands beside the document.
fn passed_through(fields: &Fields, kind: &str, status: Option<u16>) -> Map<String, Value> {
    let mut beside = Map::new();
    beside.insert("warc_type".into(), kind.into());
    for (name, field) in [("warc_record_id", "warc-record-id"), ("warc_truncated", "warc-truncated")] {
        if let Some(value) = fields.get(field) {
            beside.insert(name.into(), value.into());
        }
    }
    if let Some(status) = status {
        beside.insert("http_status".into(), status.into());
    }
    beside
}

impl<R: Read> Iterator for Records<R> {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        let (number, refused) = match self.reader.next() {
            Some(Ok(record)) => {
                let number = record.number;
                match self.document(record) {
                    Ok(Found::Document(input)) => return Some(SourceItem::Input(*input)),
                    Ok(Found::Other(reason)) => {
                        return Some(SourceItem::Skipped { uri: format!("{}#record-{number}", self.uri), reason });
                    }
                    Err(refused) => (number, refused),
                }
            }
            Some(Err(lost)) => (lost.number, (lost.rule, lost.message)),
            None => return None,
        };
        let (rule, message) = refused;
        Some(bad(format!("{}#record-{number}", self.uri), rule, format!("record {number}: {message}")))
    }
}
