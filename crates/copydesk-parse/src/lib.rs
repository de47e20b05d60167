//! Bytes to documents: charset, format, blocks and evidence for HTML, Markdown and plain text.
//!
//! [`parse`] is the whole of it: it opens compressed bytes, decodes them, tells the format by the content and not by
//! the name, and fills a [`Document`]. Every limit is in [`Limits`]; what cannot become a document is a
//! [`ParseError`], and what is doubtful is a note in the document.

mod binary;
mod charset;
mod content;
mod error;
mod fold;
mod format;
mod fragment;
mod front_matter;
pub mod html;
mod inline_html;
mod limits;
mod markdown;
mod markdown_html;
mod marks;
mod open;
mod plain;
mod scan;

copydesk_fingerprint::fingerprint!();

/// The README, whose tables say what the names of rules and notes mean.
pub const README: &str = include_str!("../README.md");

use copydesk_document::{Clue, Document, DocumentSource, Input, Origin};
use format::Format;
use front_matter::Found;
use sha2::{Digest, Sha256};

pub use binary::is_known_binary;
pub use charset::{Charset, OldCharset, Utf, charset_of, decoded, encoding_of};
pub use error::ParseError;
pub use fragment::fragment_to_text;
pub use limits::Limits;

/// Turns the bytes of one document into its blocks and evidence.
pub fn parse(input: &Input, limits: &Limits) -> Result<Document, ParseError> {
    let mut notes = input.notes.clone();
    if input.bytes.is_empty() && copydesk_unpack::names_codec(&input.uri) {
        return Err(ParseError::new(
            "decompress",
            "the file is empty, and its name says that it is compressed; fetch it again",
        ));
    }
    let bytes = open::open(&input.bytes, limits, &mut notes)?;
    binary::refuse_known(&bytes)?;
    let hints =
        charset::Hints { content_type: input.content_type.as_deref(), url: input.url.as_deref().unwrap_or(&input.uri) };
    if !charset::is_wide(&bytes) {
        binary::refuse_controls(&bytes)?;
    }
    let decoded = charset::decode(bytes.into_owned(), hints, &mut notes);
    binary::refuse_nonsense(&decoded.text)?;
    let text = content::clean(decoded.text, &mut notes);
    if let Some(table) = charset::suspect(&text, &decoded.charset) {
        let message = format!("the letters look like Vietnamese in {table} that was decoded as something else");
        notes.push(content::note("charset-suspect", message));
    }
    let mut doc = Document::new(source(input, decoded.charset), text);
    for note in notes {
        doc.add_note(note);
    }
    doc.evidence.clues = declared(input, limits);
    read(&mut doc, limits)?;
    Ok(doc)
}

fn source(input: &Input, charset: String) -> DocumentSource {
    DocumentSource {
        uri: input.uri.clone(),
        name: if input.name.is_empty() { &input.uri } else { &input.name }.clone(),
        media_type: String::new(),
        charset,
        bytes: input.bytes.len() as u64,
        sha256: hex(&Sha256::digest(&input.bytes)),
        fetched: input.fetched,
        url: input.url.clone(),
        content_type: input.content_type.clone(),
        status: input.status,
        extent: input.extent,
        fields: input.fields.clone(),
    }
}

/// What the container says of the document, as clues. Markup in it is resolved: titles come with it from many systems.
fn declared(input: &Input, limits: &Limits) -> Vec<Clue> {
    let plain = |value: &str| {
        if value.contains(['<', '&']) { fragment_to_text(value, limits).replace('\n', " ") } else { value.to_owned() }
    };
    let clue = |(name, value): &(String, String)| Clue {
        origin: Origin::Record,
        name: name.clone(),
        value: plain(value),
        ..Clue::default()
    };
    input.declared.iter().map(clue).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|d| char::from_digit(u32::from(d), 16)).collect()
}

/// Fills a document from its decoded content.
fn read(doc: &mut Document, limits: &Limits) -> Result<(), ParseError> {
    if doc.content().chars().all(char::is_whitespace) {
        doc.source.media_type = "text/plain".into();
        doc.add_note(content::note("empty", "there is no text in it"));
        return Ok(());
    }
    let (format, from) = match front_matter::find(doc.content(), limits) {
        Found::Some(front) => {
            front_matter::read(doc, &front, limits);
            // A header without fences stands before plain text, too.
            let is_plain = front.is_header() && format::format(&doc.content()[front.body..]) == Format::Plain;
            (if is_plain { Format::Plain } else { Format::Markdown }, front.body)
        }
        Found::Doubt(code, message) => {
            doc.add_note(content::note(code, message));
            (format_of(doc), 0)
        }
        Found::None => (format_of(doc), 0),
    };
    match format {
        Format::Html => {
            doc.source.media_type = "text/html".into();
            html::parse(doc, limits)
        }
        Format::Markdown if markdown::nesting(&doc.content()[from..]) > MOST_NESTED => {
            let message = "Markdown that is nested so deeply is read as plain text".to_owned();
            plain(doc, from, limits, Some(("limit.markdown", message)))
        }
        Format::Markdown if doc.content().len() - from <= limits.max_markdown as usize => {
            doc.source.media_type = "text/markdown".into();
            markdown::parse(doc, from, from > 0, limits)
        }
        Format::Markdown => {
            let message = format!("Markdown of more than {} bytes is read as plain text", limits.max_markdown);
            plain(doc, from, limits, Some(("limit.markdown", message)))
        }
        Format::Plain => plain(doc, from, limits, None),
        Format::Xml(what) => Err(ParseError::new("unsupported", format!("this is no page but {what}"))),
        Format::Other(what) => {
            plain(doc, from, limits, Some(("unusual-format", format!("this is {what}; it is read as plain text"))))
        }
    }
}

/// What a text is written in: by its content, and where that shows few signs of anything, by what came with it.
fn format_of(doc: &Document) -> Format {
    let is_html = |sent: &str| sent.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("text/html"));
    match format::format(doc.content()) {
        Format::Plain
            if doc.source.content_type.as_deref().is_some_and(is_html) && format::has_markup(doc.content()) =>
        {
            Format::Html
        }
        format => format,
    }
}

/// Quotes and lists in one another are flattened beyond `max_depth`. But every line is held against all that are open, so
/// that a text of nothing but their marks takes the square of its length; beyond this it is no Markdown that anybody wrote.
const MOST_NESTED: usize = 1000;

fn plain(
    doc: &mut Document,
    from: usize,
    limits: &Limits,
    doubt: Option<(&'static str, String)>,
) -> Result<(), ParseError> {
    doc.source.media_type = "text/plain".into();
    if let Some((code, message)) = doubt {
        doc.add_note(content::note(code, message));
    }
    plain::parse(doc, from, limits)
}

/// The start of a text, cut at a character.
fn prefix(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

fn too_many_blocks(limits: &Limits) -> ParseError {
    ParseError::new(
        "limit.blocks",
        format!("the document has more than {} blocks; raise `max_blocks` if it is sound", limits.max_blocks),
    )
}
