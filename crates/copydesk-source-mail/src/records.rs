//! The documents of one file.

use std::io::Read;

use copydesk_document::{Extent, Note};
use copydesk_intake::{Columns, FileName, Names, Standing, bad, decompress_fault};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use mail_parser::{Address, Message, MessageParser, MimeHeaders as _, PartType};
use serde_json::{Map, Value};

use crate::{
    Options,
    messages::{Messages, Raw, is_header, is_mbox},
};

/// Headers that only mail has. One of them, and a sender, make a message.
const TELLING: [&[u8]; 6] =
    [b"message-id:", b"mime-version:", b"received:", b"return-path:", b"delivered-to:", b"dkim-signature:"];

/// Whether the beginning of a file is that of a message or of an mbox.
pub fn looks_like(head: &[u8]) -> bool {
    if is_mbox(head) {
        return true;
    }
    if !is_header(head) {
        return false;
    }
    let lines = head.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    let (mut sender, mut telling) = (false, false);
    for line in lines {
        let line = line.to_ascii_lowercase();
        sender |= line.starts_with(b"from:");
        telling |= TELLING.iter().any(|name| line.starts_with(name));
    }
    sender && telling
}

/// The documents of a file, and what is wrong with the messages that are none.
pub fn records<R: Read>(
    file: FileName,
    stream: Stream<R>,
    options: &Options,
) -> impl Iterator<Item = SourceItem> + use<R> {
    let messages = Messages::new(stream, options.max_bytes);
    let FileName { uri, name } = file;
    Records { uri, names: Names::new(name), messages: Some(messages), number: 0, max_bytes: options.max_bytes }
}

struct Records<R: Read> {
    uri: String,
    names: Names,
    /// None once there is nothing more to be read.
    messages: Option<Messages<R>>,
    number: u64,
    max_bytes: u64,
}

impl<R: Read> Records<R> {
    fn document(&mut self, uri: String, raw: Raw, is_mbox: bool) -> SourceItem {
        let Some(bytes) = raw.bytes else {
            let message =
                format!("the message has {} bytes and may have {}; raise `max_bytes`", raw.length, self.max_bytes);
            return bad(uri, "limit.size", message);
        };
        let parsed = MessageParser::default().parse(&bytes);
        let Some(message) = parsed.filter(|message| !message.parts.is_empty()) else {
            return bad(uri, "mail.syntax", "this is no message: it has no headers");
        };
        let extent = is_mbox.then_some(Extent { offset: raw.offset, length: raw.length });
        let record = record(&message);
        let standing = Standing { uri: uri.clone(), extent, notes: replaced(&record).into_iter().collect() };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (text, id, content_type) = (names(&["html", "text"]), names(&["id"]), names(&["content_type"]));
        let columns = Columns {
            text: &text,
            id: &id,
            url: &[],
            content_type: &content_type,
            fetched: &[],
            max_bytes: self.max_bytes,
        };
        match columns.input(standing, &mut self.names, record) {
            Ok(input) => SourceItem::Input(input),
            Err(refused) => bad(uri, refused.rule, refused.message),
        }
    }
}

/// Says of a message that some of it is in no charset that it names, or in one that is not read.
fn replaced(record: &Map<String, Value>) -> Option<Note> {
    let texts = record.values().filter_map(Value::as_str);
    let count: usize = texts.map(|text| text.matches('\u{FFFD}').count()).sum();
    let message =
        format!("{count} places of the message are U+FFFD, which stands for what is not in the charset that it names");
    (count > 0).then(|| Note { stage: "source".into(), code: "charset-replaced".into(), message, span: None })
}

/// A message by the names that records usually have.
fn record(message: &Message<'_>) -> Map<String, Value> {
    let mut record = Map::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            record.insert(name.to_owned(), value.into());
        }
    };
    let html = message.html_body.iter().filter_map(|part| match &message.parts.get(*part as usize)?.body {
        PartType::Html(html) => Some(html.as_ref()),
        _ => None,
    });
    let text = message.text_body.iter().filter_map(|part| match &message.parts.get(*part as usize)?.body {
        PartType::Text(text) => Some(text.as_ref()),
        _ => None,
    });
    let html = html.collect::<Vec<_>>().join("\n");
    let mut text = text.collect::<Vec<_>>().join("\n");
    if html.is_empty() && text.trim().is_empty() {
        text = forwarded(message).filter_map(|inner| inner.body_text(0)).collect::<Vec<_>>().join("\n\n");
    }
    add("html", Some(html));
    add("id", message.message_id().map(str::to_owned));
    add("title", message.subject().map(str::to_owned));
    add("published", message.date().filter(|date| date.is_valid()).map(mail_parser::DateTime::to_rfc3339));
    // A message without a text is one without a text, and no fault.
    record.insert("text".into(), text.into());
    for (name, addresses) in [("authors", message.from()), ("to", message.to())] {
        let people: Vec<Value> = addresses.map(people).unwrap_or_default();
        if !people.is_empty() {
            record.insert(name.into(), people.into());
        }
    }
    let files = message.attachments().filter_map(|part| Some(part.attachment_name()?.into()));
    let passed_on = forwarded(message).map(|inner| format!("message: {}", inner.subject().unwrap_or_default()).into());
    let attachments: Vec<Value> = files.chain(passed_on).collect();
    if !attachments.is_empty() {
        record.insert("attachments".into(), attachments.into());
    }
    record
}

/// The messages that a message passes on. They are its text where it has none of its own, and are listed in any case.
fn forwarded<'m>(message: &'m Message<'m>) -> impl Iterator<Item = &'m Message<'m>> {
    message.attachments().filter_map(|part| part.message())
}

/// The names of people, or their addresses where they have none.
fn people(addresses: &Address<'_>) -> Vec<Value> {
    addresses.iter().filter_map(|one| one.name.as_deref().or(one.address.as_deref())).map(Value::from).collect()
}

impl<R: Read> Iterator for Records<R> {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        let messages = self.messages.as_mut()?;
        let is_mbox = messages.is_mbox();
        match messages.read() {
            Ok(Some(raw)) => {
                self.number += 1;
                let uri = if is_mbox { format!("{}#message-{}", self.uri, self.number) } else { self.uri.clone() };
                Some(self.document(uri, raw, is_mbox))
            }
            Ok(None) => {
                self.messages = None;
                None
            }
            Err(error) => {
                self.messages = None;
                let (rule, message) = decompress_fault(&error);
                Some(bad(self.uri.as_str(), rule, message))
            }
        }
    }
}
