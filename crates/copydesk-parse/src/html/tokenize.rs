//! Cuts a page into tags and texts for html5ever's tree builder.
//!
//! html5ever's own tokenizer goes through a page character by character, gives no offsets, and copies what it reads.
//! Here the whole page is in memory, so that a text is what stands between two tags, a comment or a script is one jump
//! to its end, attributes that nobody asks for are never copied, and every token knows where it stands. The tests
//! compare its tokens with html5ever's.

use std::cell::Cell;
use std::sync::LazyLock;

use copydesk_document::{Attr, Tag as Name};
use html5ever::{
    Attribute, LocalName, QualName, local_name, ns,
    tendril::StrTendril,
    tokenizer::{BufferQueue, Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};
use memchr::{memchr, memmem};
use rustc_hash::FxHashMap;

use super::entities::{self, Place};
use super::{attributes, rawtext};

/// Takes the tokens, with where each of them stands.
pub(super) trait Receiver {
    /// Takes a token that stands there, and says how the text behind it is to be read.
    fn token(&self, token: Token, start: usize, end: usize) -> Next;

    /// The content of the raw element that was opened last, if it is not shown to readers.
    fn raw(&self, start: usize, end: usize);

    /// Whether the current element is SVG or `MathML`, where `<![CDATA[` means something.
    fn in_foreign_content(&self) -> bool;

    /// An element has more attributes than are kept.
    fn too_many_attributes(&self, at: usize);

    /// An element that would have swallowed the rest of the page is taken for empty.
    fn unclosed(&self, at: usize);
}

/// How to go on after a token.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Next {
    /// With tags and text.
    Data,
    /// With raw text, up to the end tag of the element that was just opened.
    Raw,
    /// The rest of the page is text.
    Plaintext,
    /// Not at all: a limit has been reached.
    Stop,
}

/// Values longer than this are cut: no stage wants them, and some would go over them many times.
const MAX_VALUE: usize = 64 << 10;

/// Names longer than this are no names that anyone asks for.
const MAX_NAME: usize = 48;

/// Goes through a page. `shared` is the page; tokens share its memory.
pub(super) struct Cutter<'a, R> {
    page: &'a str,
    bytes: &'a [u8],
    shared: &'a StrTendril,
    receiver: &'a R,
    max_attributes: usize,
    /// Whether the last `<noscript>` is still open, and where the next `</noscript>` stands that was looked for.
    noscript: Cell<(bool, usize)>,
    /// For each of [`SWALLOWING`], whether no end tag of that name is left.
    never_closed: Cell<[bool; SWALLOWING.len()]>,
}

/// Elements of raw text that stand among what readers see. Where one of them is never closed, or closed at once as in XML,
/// browsers take the rest of the page for its content, and show nothing of it.
const SWALLOWING: [&str; 3] = ["title", "textarea", "iframe"];

impl<'a, R: Receiver> Cutter<'a, R> {
    pub(super) fn new(shared: &'a StrTendril, receiver: &'a R, max_attributes: usize) -> Self {
        let noscript = Cell::new((false, 0));
        Self {
            page: shared,
            bytes: shared.as_bytes(),
            shared,
            receiver,
            max_attributes,
            noscript,
            never_closed: Cell::default(),
        }
    }

    /// Cuts the page, up to its end or up to where the receiver stops.
    pub(super) fn run(&self) {
        let bytes = self.bytes;
        // A byte order mark is no text.
        let mut text = if self.page.starts_with('\u{FEFF}') { 3 } else { 0 };
        let mut at = text;
        while let Some(found) = memchr(b'<', &bytes[at..]) {
            let lt = at + found;
            let next = match bytes.get(lt + 1) {
                Some(b) if b.is_ascii_alphabetic() => {
                    if self.text(text, lt) == Next::Stop {
                        return;
                    }
                    self.tag(lt, TagKind::StartTag)
                }
                Some(b'/') => match bytes.get(lt + 2) {
                    Some(b) if b.is_ascii_alphabetic() => {
                        if self.text(text, lt) == Next::Stop {
                            return;
                        }
                        self.tag(lt, TagKind::EndTag)
                    }
                    Some(_) => {
                        self.text(text, lt);
                        Some(self.bogus_comment(lt + 2))
                    }
                    None => break,
                },
                Some(b'!') => {
                    self.text(text, lt);
                    Some(self.declaration(lt))
                }
                Some(b'?') => {
                    self.text(text, lt);
                    Some(self.bogus_comment(lt + 1))
                }
                _ => {
                    at = lt + 1;
                    continue;
                }
            };
            let Some(next) = next else { return };
            text = next;
            at = next;
        }
        self.text(text, bytes.len());
    }

    /// Sends the text that stands there, if any.
    fn text(&self, start: usize, end: usize) -> Next {
        // Pages with characters U+0000 are rare, and only SVG and MathML show something of them.
        if memchr(0, &self.bytes[start..end]).is_none() || !self.receiver.in_foreign_content() {
            return self.decoded_text(start, end, Place::Text);
        }
        let mut at = start;
        while let Some(found) = memchr(0, &self.bytes[at..end]) {
            let null = at + found;
            if self.decoded_text(at, null, Place::Text) == Next::Stop
                || self.receiver.token(Token::NullCharacterToken, null, null + 1) == Next::Stop
            {
                return Next::Stop;
            }
            at = null + 1;
        }
        self.decoded_text(at, end, Place::Text)
    }

    /// Sends text in which nothing stands for anything else.
    fn verbatim(&self, start: usize, end: usize) {
        if start < end {
            let mut text = self.shared.subtendril(start as u32, (end - start) as u32);
            if memchr(0, text.as_bytes()).is_some() {
                text = StrTendril::from(text.replace('\0', "\u{FFFD}"));
            }
            self.receiver.token(Token::CharacterTokens(text), start, end);
        }
    }

    fn decoded_text(&self, start: usize, end: usize, place: Place) -> Next {
        if start >= end {
            return Next::Data;
        }
        let token = Token::CharacterTokens(self.value(start, end, place));
        self.receiver.token(token, start, end)
    }

    /// A piece of the page with character references resolved. It shares the page's memory where there are none.
    fn value(&self, start: usize, end: usize, place: Place) -> StrTendril {
        let text = &self.page[start..end];
        if entities::is_plain(text) {
            self.shared.subtendril(start as u32, (end - start) as u32)
        } else {
            StrTendril::from(entities::decode(text, place))
        }
    }

    /// Skips a comment that ends at the next `>`.
    fn bogus_comment(&self, from: usize) -> usize {
        memchr(b'>', &self.bytes[from..]).map_or(self.bytes.len(), |i| from + i + 1)
    }

    /// Reads what starts with `<!`: a comment, a document type or a CDATA section. Comments are left out.
    fn declaration(&self, lt: usize) -> usize {
        let rest = &self.bytes[lt + 2..];
        if rest.starts_with(b"--") {
            return self.comment(lt + 4);
        }
        if rest.get(..7).is_some_and(|w| w.eq_ignore_ascii_case(b"doctype")) {
            let end = self.bogus_comment(lt);
            if let Some(doctype) = read_doctype(&self.page[lt..end]) {
                self.receiver.token(Token::DoctypeToken(doctype), lt, end);
            }
            return end;
        }
        if rest.starts_with(b"[CDATA[") && self.receiver.in_foreign_content() {
            let start = lt + 9;
            let len = memmem::find(&self.bytes[start..], b"]]>");
            let end = len.map_or(self.bytes.len(), |len| start + len);
            self.verbatim(start, end);
            return (end + 3).min(self.bytes.len());
        }
        self.bogus_comment(lt + 2)
    }

    /// Where a comment ends whose content starts at `from`: behind `-->` or `--!>`, or at once for `<!-->`.
    fn comment(&self, from: usize) -> usize {
        let content = &self.bytes[from..];
        if content.starts_with(b">") {
            return from + 1;
        }
        if content.starts_with(b"->") {
            return from + 2;
        }
        let mut at = 0;
        while let Some(found) = memchr(b'>', &content[at..]) {
            let gt = at + found;
            at = gt + 1;
            if content[..gt].ends_with(b"--") || content[..gt].ends_with(b"--!") {
                return from + at;
            }
        }
        self.bytes.len()
    }

    /// Reads the tag at `lt` and the raw text behind it, if any. `None` ends the page: the tag is cut off there, or the
    /// receiver has stopped.
    fn tag(&self, lt: usize, kind: TagKind) -> Option<usize> {
        let bytes = self.bytes;
        let start = if kind == TagKind::StartTag { lt + 1 } else { lt + 2 };
        let mut at = start;
        while !matches!(bytes.get(at)?, b'\t' | b'\n' | b'\r' | 0x0C | b' ' | b'/' | b'>') {
            at += 1;
        }
        let name = local_name(&self.page[start..at]);
        let mut attrs = Vec::new();
        let mut seen = 0;
        let mut self_closing = false;
        loop {
            match bytes.get(at)? {
                b'>' => break,
                b'/' => self_closing = bytes.get(at + 1) == Some(&b'>'),
                b if is_space(*b) => {}
                _ => {
                    let (name_end, value, next) = self.attribute(at)?;
                    if kind == TagKind::StartTag {
                        seen += 1;
                        if seen <= self.max_attributes {
                            self.keep_attribute(&mut attrs, &self.page[at..name_end], value);
                        } else if seen == self.max_attributes + 1 {
                            self.receiver.too_many_attributes(lt);
                        }
                    }
                    at = next;
                    continue;
                }
            }
            at += 1;
        }
        let end = at + 1;
        let raw_name = (kind == TagKind::StartTag).then(|| name.clone());
        if name == local_name!("noscript") {
            self.noscript.set((kind == TagKind::StartTag, self.noscript.get().1));
        }
        let tag = Tag { kind, name, self_closing, attrs, had_duplicate_attributes: false };
        match self.receiver.token(Token::TagToken(tag), lt, end) {
            Next::Stop => None,
            Next::Data => Some(end),
            Next::Plaintext => {
                self.verbatim(end, bytes.len());
                None
            }
            Next::Raw => {
                let Some(name) = raw_name else { return Some(end) };
                let close = self.end_of_content(&name, lt, end, self_closing);
                match &*name {
                    "title" => _ = self.decoded_text(end, close, Place::Raw),
                    "xmp" => self.verbatim(end, close),
                    _ => self.receiver.raw(end, close),
                }
                if close < bytes.len() && !rawtext::closes(bytes, close, name.as_bytes()) {
                    let tag = Tag {
                        kind: TagKind::EndTag,
                        name,
                        self_closing: false,
                        attrs: Vec::new(),
                        had_duplicate_attributes: false,
                    };
                    self.receiver.token(Token::TagToken(tag), close, close);
                }
                Some(close)
            }
        }
    }

    /// Where the content of the raw element ends whose start tag stands from `lt` to `from`. One that would swallow the
    /// page has none, but for what stands before the next tag.
    fn end_of_content(&self, name: &str, lt: usize, from: usize, self_closing: bool) -> usize {
        let Some(which) = SWALLOWING.iter().position(|swallowing| *swallowing == name) else {
            return self.end_of_raw(name, from);
        };
        if self_closing {
            self.receiver.unclosed(lt);
            return from;
        }
        let mut never_closed = self.never_closed.get();
        if !never_closed[which] {
            let close = self.end_of_raw(name, from);
            if close < self.bytes.len() {
                return close;
            }
            never_closed[which] = true;
            self.never_closed.set(never_closed);
        }
        match memchr(b'<', &self.bytes[from..]) {
            Some(at) => {
                self.receiver.unclosed(lt);
                from + at
            }
            None => self.bytes.len(),
        }
    }

    /// Where raw text ends. Browsers that run scripts skip a `<noscript>` as a whole, so nobody notices a frame that is
    /// never closed in one; it shall not swallow the page.
    fn end_of_raw(&self, name: &str, from: usize) -> usize {
        let (open, mut end) = self.noscript.get();
        if !open {
            return rawtext::end_of(name.as_bytes(), self.bytes, from);
        }
        if end < from {
            end = rawtext::end_of(b"noscript", self.bytes, from);
            self.noscript.set((open, end));
        }
        rawtext::end_of(name.as_bytes(), &self.bytes[..end], from)
    }

    /// Reads the attribute that starts at `at`: the end of its name, the range of its value, and where to go on.
    fn attribute(&self, at: usize) -> Option<(usize, (usize, usize), usize)> {
        let bytes = self.bytes;
        // A name may start with anything, `=` included.
        let mut name_end = at + 1;
        while !matches!(bytes.get(name_end)?, b'=' | b'>' | b'/' | b'\t' | b'\n' | b'\r' | 0x0C | b' ') {
            name_end += 1;
        }
        let mut i = name_end;
        while is_space(*bytes.get(i)?) {
            i += 1;
        }
        if bytes[i] != b'=' {
            return Some((name_end, (i, i), i));
        }
        i += 1;
        while is_space(*bytes.get(i)?) {
            i += 1;
        }
        match bytes[i] {
            quote @ (b'"' | b'\'') => {
                let start = i + 1;
                let end = start + memchr(quote, &bytes[start..])?;
                Some((name_end, (start, end), end + 1))
            }
            b'>' => Some((name_end, (i, i), i)),
            _ => {
                let start = i;
                while !matches!(bytes.get(i)?, b'>' | b'\t' | b'\n' | b'\r' | 0x0C | b' ') {
                    i += 1;
                }
                Some((name_end, (start, i), i))
            }
        }
    }

    fn keep_attribute(&self, attrs: &mut Vec<Attribute>, name: &str, (start, mut end): (usize, usize)) {
        let mut lower = [0; MAX_NAME];
        let Some(lower) = lower.get_mut(..name.len()) else { return };
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        let Ok(name) = std::str::from_utf8(lower) else { return };
        if end - start > MAX_VALUE {
            end = start + MAX_VALUE;
            while !self.page.is_char_boundary(end) {
                end -= 1;
            }
        }
        if !attributes::is_wanted(name, &self.page[start..end]) {
            return;
        }
        let local = interned(name);
        if attrs.iter().any(|a| a.name.local == local) {
            return;
        }
        let value = self.value(start, end, Place::Attribute);
        attrs.push(Attribute { name: QualName::new(None, ns!(), local), value });
    }
}

fn is_space(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | b' ')
}

fn local_name(name: &str) -> LocalName {
    if name.bytes().any(|b| b.is_ascii_uppercase() || b == 0) {
        LocalName::from(name.to_ascii_lowercase().replace('\0', "\u{FFFD}"))
    } else {
        interned(name)
    }
}

/// A name as html5ever compares it. The common ones are kept, since looking them up in html5ever's own table takes a
/// slower hash.
fn interned(name: &str) -> LocalName {
    static KNOWN: LazyLock<FxHashMap<&str, LocalName>> = LazyLock::new(|| {
        let names = Name::ALL.iter().map(|tag| tag.name()).chain(Attr::ALL.iter().map(|attr| attr.name()));
        names.map(|name| (name, LocalName::from(name))).collect()
    });
    KNOWN.get(name).cloned().unwrap_or_else(|| LocalName::from(name))
}

/// A page has one document type, so html5ever's tokenizer may read it.
fn read_doctype(text: &str) -> Option<Doctype> {
    #[derive(Default)]
    struct Catch(std::cell::RefCell<Option<Doctype>>);

    impl TokenSink for Catch {
        type Handle = ();

        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            if let Token::DoctypeToken(doctype) = token {
                *self.0.borrow_mut() = Some(doctype);
            }
            TokenSinkResult::Continue
        }
    }

    // The longest real ones have some 150 bytes.
    let text = text.get(..text.len().min(1024)).unwrap_or_default();
    let tokenizer = Tokenizer::new(Catch::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(text));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.take()
}
