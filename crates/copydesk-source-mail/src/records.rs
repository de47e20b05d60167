//! The documents of one file.

use std::{borrow::Cow, collections::VecDeque, io::Read};

use copydesk_document::{Extent, Note};
use copydesk_intake::{Columns, FileName, Names, Standing, bad, read_fault};
use copydesk_parse::decoded;
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use mail_parser::{
    Address, ContentType, Encoding, Message, MessageParser, MessagePart, MimeHeaders as _, PartType,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};
use serde_json::{Map, Value};

use crate::{
    Options,
    messages::{Messages, Raw, counted, is_header, is_mbox},
};

/// Headers that only mail has. One of them, and a sender, make a message.
const TELLING: [&[u8]; 6] =
    [b"message-id:", b"mime-version:", b"received:", b"return-path:", b"delivered-to:", b"dkim-signature:"];

/// Whether the beginning of a file is that of a message or of an mbox. A page that was saved with its pictures (MHTML) has
/// no sender in some programs.
pub fn looks_like(head: &[u8]) -> bool {
    if is_mbox(head) {
        return true;
    }
    let head = &head[counted(head).map_or(0, |(line, _)| line)..];
    if !is_header(head) {
        return false;
    }
    let lines = head.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    let (mut sender, mut telling, mut mime, mut parts) = (false, false, false, false);
    for line in lines {
        let line = line.to_ascii_lowercase();
        sender |= line.starts_with(b"from:");
        telling |= TELLING.iter().any(|name| line.starts_with(name));
        mime |= line.starts_with(b"mime-version:");
        parts |= line.starts_with(b"content-type:") && String::from_utf8_lossy(&line).contains("multipart/");
    }
    (sender && telling) || (mime && parts)
}

/// The documents of a file, and what is wrong with the messages that are none.
pub fn records<R: Read>(
    file: FileName,
    stream: Stream<R>,
    options: &Options,
) -> impl Iterator<Item = SourceItem> + use<R> {
    let messages = Messages::new(stream, options.max_bytes);
    let FileName { uri, name } = file;
    let columns = Box::new(Named::new());
    Records {
        uri,
        names: Names::new(name),
        messages: Some(messages),
        number: 0,
        max_bytes: options.max_bytes,
        columns,
        waiting: VecDeque::new(),
    }
}

/// The names of the fields that [`record`] gives.
struct Named {
    text: [String; 2],
    id: [String; 1],
    url: [String; 1],
    content_type: [String; 1],
    fetched: [String; 1],
}

impl Named {
    fn new() -> Self {
        Self {
            text: ["html".into(), "text".into()],
            id: ["id".into()],
            url: ["url".into()],
            content_type: ["content_type".into()],
            fetched: ["fetched".into()],
        }
    }
}

struct Records<R: Read> {
    uri: String,
    names: Names,
    /// None once there is nothing more to be read.
    messages: Option<Messages<R>>,
    number: u64,
    max_bytes: u64,
    columns: Box<Named>,
    /// What else was in the last message.
    waiting: VecDeque<SourceItem>,
}

impl<R: Read> Records<R> {
    /// What is in a message: itself, those that it passes on, and what is attached to them.
    fn take(&mut self, raw: Raw, is_mbox: bool) {
        let number = if is_mbox { self.number.to_string() } else { String::new() };
        let Some(bytes) = raw.bytes else {
            let message =
                format!("the message has {} bytes and may have {}; raise `max_bytes`", raw.length, self.max_bytes);
            return self.waiting.push_back(bad(self.called(&number), "limit.size", message));
        };
        let parsed = MessageParser::default().parse(&bytes);
        // A text that begins like a letter is none; its first words would be taken for headers, and lost.
        let has_headers = |message: &Message<'_>| {
            message
                .parts
                .first()
                .is_some_and(|part| part.headers.iter().any(|h| is_header(format!("{}:", h.name()).as_bytes())))
        };
        let Some(message) = parsed.filter(has_headers) else {
            let message = "this is no message: it has no headers";
            return self.waiting.push_back(bad(self.called(&number), "mail.syntax", message));
        };
        let mut cut = raw.cut_from.map(|whole| truncated(raw.length, whole));
        let extent = is_mbox.then_some(Extent { offset: raw.offset, length: raw.length });
        let mut open = vec![(number, extent, &message)];
        while let Some((number, extent, message)) = open.pop() {
            let item = self.document(self.called(&number), extent, message, cut.take());
            self.waiting.push_back(item);
            let first = open.len();
            for (at, part) in message.attachments().enumerate() {
                if let Some(inner) = part.message() {
                    let before = if number.is_empty() { "" } else { "-" };
                    open.push((format!("{number}{before}{}", open.len() - first + 1), None, inner));
                } else if let Some(reason) = attached(part) {
                    let uri = format!("{}#attachment-{}", self.called(&number), at + 1);
                    self.waiting.push_back(SourceItem::Skipped { uri, reason });
                }
            }
            open[first..].reverse();
        }
    }

    fn called(&self, number: &str) -> String {
        if number.is_empty() { self.uri.clone() } else { format!("{}#message-{number}", self.uri) }
    }

    fn document(
        &mut self,
        uri: String,
        extent: Option<Extent>,
        message: &Message<'_>,
        cut: Option<Note>,
    ) -> SourceItem {
        let mut notes = Vec::from_iter(cut);
        let record = record(message, &mut notes);
        let is_empty = |name: &str| record.get(name).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty());
        if is_empty("html") && is_empty("text") && message.attachments().any(|part| part.message().is_some()) {
            let reason = "a message without a text of its own; those that it passes on are read".into();
            return SourceItem::Skipped { uri, reason };
        }
        notes.extend(replaced(&record));
        let standing = Standing { uri: uri.clone(), extent, notes };
        let Named { text, id, url, content_type, fetched } = &*self.columns;
        let columns = Columns { text, id, url, content_type, fetched, max_bytes: self.max_bytes };
        match columns.input(standing, &mut self.names, record) {
            Ok(input) => SourceItem::Input(input),
            Err(refused) => bad(uri, refused.rule, refused.message),
        }
    }
}

/// Says of a message that only its beginning is there.
fn truncated(there: u64, whole: u64) -> Note {
    let message = format!("the file holds {there} of the {whole} bytes of the message: its text may end in the middle");
    Note { stage: "source".into(), code: "truncated".into(), message, span: None }
}

/// Why something that is attached to a message is not read. `None` for what belongs to the message itself: the pictures of
/// its page, and signatures. That it has a name for links (`Content-ID`) tells nothing: some programs give one to all parts.
fn attached(part: &MessagePart<'_>) -> Option<String> {
    let is_attached = part.content_disposition().is_some_and(ContentType::is_attachment);
    let kind = part.content_type().map_or_else(
        || "text/plain".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase(),
    );
    let is_of_pages = ["image/", "font/", "text/css", "text/javascript", "application/javascript", "application/font"];
    let belongs = part.content_location().is_some()
        || (part.content_id().is_some() && is_of_pages.iter().any(|begin| kind.starts_with(begin)));
    if (belongs && !is_attached) || kind.ends_with("signature") {
        return None;
    }
    let name = part.attachment_name().map(|name| format!(", `{name}`")).unwrap_or_default();
    Some(format!("an attachment; save it as a file to read it ({kind}{name})"))
}

/// Says of a message that some of it is in no charset that it names, or in one that is not read.
fn replaced(record: &Map<String, Value>) -> Option<Note> {
    let texts = record.values().filter_map(Value::as_str);
    let count: usize = texts.map(|text| text.matches('\u{FFFD}').count()).sum();
    let message =
        format!("{count} places of the message are U+FFFD, which stands for what is not in the charset that it names");
    (count > 0).then(|| Note { stage: "source".into(), code: "charset-replaced".into(), message, span: None })
}

/// The text of a part. Where the charset that it names does not fit, or is one that the reader of mail does not know
/// (ISO-2022-KR), it is read from its bytes as pages are, and what is doubtful about that is noted.
fn text_of<'m>(message: &'m Message<'_>, part: &MessagePart<'_>, text: &'m str, notes: &mut Vec<Note>) -> Cow<'m, str> {
    let faults = |text: &str| text.matches('\u{FFFD}').count();
    if faults(text) == 0 {
        return text.into();
    }
    let stored = message.raw_message().get(part.raw_body_offset() as usize..part.raw_end_offset() as usize);
    let bytes = stored.and_then(|stored| match part.encoding {
        Encoding::None => Some(stored.to_vec()),
        Encoding::QuotedPrintable => quoted_printable_decode(stored),
        Encoding::Base64 => base64_decode(stored),
    });
    let charset = part.content_type().and_then(|kind| kind.attribute("charset"));
    let content_type = charset.map(|charset| format!("text/plain; charset={charset}"));
    let Some((read, doubts)) = bytes.map(|bytes| decoded(bytes, content_type.as_deref())) else { return text.into() };
    let is_better = faults(&read) < faults(text) || text.chars().count() * 4 < read.chars().count();
    if !is_better {
        return text.into();
    }
    notes.extend(doubts.into_iter().filter(|doubt| doubt.code != "charset-replaced"));
    read.into()
}

/// A message by the names that records usually have.
fn record(message: &Message<'_>, notes: &mut Vec<Note>) -> Map<String, Value> {
    let mut record = Map::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            record.insert(name.to_owned(), value.into());
        }
    };
    let mut joined = |parts: &[u32], is_html: bool| {
        let parts = parts.iter().filter_map(|part| {
            let part = message.parts.get(*part as usize)?;
            match &part.body {
                PartType::Html(text) if is_html => Some(text_of(message, part, text, notes)),
                PartType::Text(text) if !is_html => Some(text_of(message, part, text, notes)),
                _ => None,
            }
        });
        parts.collect::<Vec<_>>().join("\n")
    };
    let (html, text) = (joined(&message.html_body, true), joined(&message.text_body, false));
    let page = saved_page(message);
    add("html", Some(html));
    add("id", message.message_id().map(str::to_owned));
    add("title", message.subject().map(str::to_owned));
    // A page is saved at some time by some program, and neither wrote it.
    let date = if page.is_some() { "fetched" } else { "published" };
    add(date, message.date().filter(|date| date.is_valid()).map(mail_parser::DateTime::to_rfc3339));
    let archived = header(message, "Archived-At").map(|address| address.trim_matches(['<', '>']).to_owned());
    let authors = if page.is_some() { None } else { message.from() };
    add("url", page.map_or(archived, |page| page.url));
    // A message without a text is one without a text, and no fault.
    record.insert("text".into(), text.into());
    for (name, addresses) in [("authors", authors), ("to", message.to())] {
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

/// A page that a browser saved with its pictures (MHTML).
struct SavedPage {
    url: Option<String>,
}

/// The page, if the message is one that was saved.
fn saved_page(message: &Message<'_>) -> Option<SavedPage> {
    let by_browser = |address: &Address<'_>| {
        let names = address.iter().filter_map(|one| one.name.as_deref().or(one.address.as_deref()));
        names.into_iter().any(|name| name.trim_start_matches('<').starts_with("Saved by "))
    };
    let snapshot = header(message, "Snapshot-Content-Location");
    let of_parts = || message.parts.iter().filter(|part| part.is_text_html()).find_map(|part| part.content_location());
    // Programs say it in other languages, too; what was never sent and says where it is from is a page.
    let was_sent = || ["Message-ID", "Received", "To"].iter().any(|name| message.header(*name).is_some());
    let is_related = || message.content_type().is_some_and(|kind| kind.subtype() == Some("related"));
    let is_page = || is_related() && !was_sent() && of_parts().is_some_and(|address| address.contains("://"));
    (snapshot.is_some() || message.from().is_some_and(by_browser) || is_page())
        .then(|| SavedPage { url: snapshot.or_else(|| of_parts().map(str::to_owned)) })
}

fn header(message: &Message<'_>, name: &'static str) -> Option<String> {
    message.header(name)?.as_text().map(|value| value.trim().to_owned())
}

/// The messages that a message passes on. Each is a document of its own, and is listed among what is attached.
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
        loop {
            if let Some(item) = self.waiting.pop_front() {
                return Some(item);
            }
            let messages = self.messages.as_mut()?;
            let is_mbox = messages.is_mbox();
            match messages.read() {
                Ok(Some(raw)) => {
                    self.number += 1;
                    self.take(raw, is_mbox);
                }
                Ok(None) => self.messages = None,
                Err(error) => {
                    self.messages = None;
                    let (rule, message) = read_fault(&error);
                    return Some(bad(self.uri.as_str(), rule, message));
                }
            }
        }
    }
}
