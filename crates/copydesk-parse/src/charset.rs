//! Bytes to text: byte order mark, declaration, detection, in this order, and each checked against the bytes.

mod cyrillic;
mod old;
mod prescan;
mod utf;
mod vietnamese;
mod western;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use copydesk_document::Note;
use copydesk_text::host;
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
pub(crate) use old::ANNOUNCER as ISO_2022_KR;
pub use old::{Charset, OldCharset, encoding_of};
use unicode_normalization::UnicodeNormalization;
pub use utf::Utf;

use crate::{content::note, scan};

/// What is known about the bytes from outside.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints<'a> {
    /// The media type that the transfer declared.
    pub(crate) content_type: Option<&'a str>,
    /// The address of the document: its top-level domain says which of two close encodings is more likely.
    pub(crate) url: &'a str,
}

/// Text, and the name of the charset it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) charset: String,
}

/// Decodes bytes. It never fails: what cannot be decoded becomes U+FFFD, with a note.
pub(crate) fn decode(bytes: Vec<u8>, hints: Hints<'_>, notes: &mut Vec<Note>) -> Decoded {
    if let Some((kind, skip)) = utf::by_mark(&bytes).or_else(|| utf::by_pattern(&bytes).map(|kind| (kind, 0))) {
        let decoded = kind.decode(&bytes[skip..]);
        note_replaced(&decoded, kind.name(), notes);
        return Decoded { text: decoded, charset: kind.name().into() };
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return lossy_utf8(bytes, notes);
    }
    if let Some(text) = old::iso_2022_kr(&bytes) {
        note_replaced(&text, "ISO-2022-KR", notes);
        return Decoded { text, charset: "ISO-2022-KR".into() };
    }
    if let Some(charset) = declared_old(&bytes, hints) {
        return Decoded { text: charset.decode(&bytes), charset: charset.name.clone() };
    }
    let declared = declared(&bytes, hints, notes);
    let other = declared.filter(|d| *d != UTF_8);
    // Nearly all documents are well-formed, and are gone through once.
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => return ascii(text, declared),
        Ok(text) => match other {
            None => return Decoded { text, charset: UTF_8.name().into() },
            Some(_) => text.into_bytes(),
        },
        Err(error) => error.into_bytes(),
    };
    let utf8 = Utf8Shape::of(&bytes);
    if utf8.is_utf8() && other.is_none_or(|d| !may_look_like_utf8(d, &bytes, &utf8)) {
        if let Some(declared) = other {
            notes.push(mismatch(declared.name(), UTF_8.name()));
        }
        return lossy_utf8(bytes, notes);
    }
    legacy(&bytes, other, declared == Some(UTF_8), hints, notes)
}

/// The text that a container holds as bytes, in the charset that its media type names or, where that cannot be, in the one that
/// the bytes show; and what is doubtful about that.
pub fn decoded(bytes: Vec<u8>, content_type: Option<&str>) -> (String, Vec<Note>) {
    let mut notes = Vec::new();
    let Decoded { text, .. } = decode(bytes, Hints { content_type, url: "" }, &mut notes);
    (text, notes)
}

/// The charset that a text is in of which this is the beginning, as far as its bytes tell.
pub fn charset_of(head: &[u8]) -> Charset {
    match utf::by_mark(head).map(|(kind, _)| kind).or_else(|| utf::by_pattern(head)) {
        Some(Utf::Le16) => Charset::Known(UTF_16LE),
        Some(Utf::Be16) => Charset::Known(UTF_16BE),
        Some(wide) => Charset::Wide(wide),
        None if Utf8Shape::of(head).is_utf8() || head.is_ascii() => Charset::Known(UTF_8),
        None => {
            let guessed = guess(head, "");
            unnamed(guessed, head).unwrap_or(Charset::Known(guessed))
        }
    }
}

/// Whether bytes are UTF-16 or UTF-32, in which zero bytes are nothing odd.
pub(crate) fn is_wide(bytes: &[u8]) -> bool {
    utf::by_mark(bytes).is_some() || utf::by_pattern(bytes).is_some()
}

/// The encoding of Vietnamese that a text looks like that was decoded wrongly long before it came here.
pub(crate) fn suspect(text: &str, charset: &str) -> Option<&'static str> {
    // What was read from a single-byte charset has been looked at already.
    (charset == UTF_8.name()).then(|| vietnamese::suspect(text)).flatten()
}

/// The label that the transfer or the document names.
fn label(bytes: &[u8], hints: Hints<'_>) -> Option<(String, &'static str)> {
    let from_header = hints.content_type.and_then(prescan::charset_parameter).map(|l| (l, "the transfer"));
    let (label, by) = from_header.or_else(|| prescan::prescan(bytes).map(|l| (l, "the document")))?;
    Some((label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).to_owned(), by))
}

/// A charset that is named, and that the WHATWG does not have. Bytes that are UTF-8 all the same are not in it.
fn declared_old(bytes: &[u8], hints: Hints<'_>) -> Option<&'static OldCharset> {
    let (label, _) = label(bytes, hints)?;
    OldCharset::by_label(&label).filter(|_| !Utf8Shape::of(bytes).is_utf8() && !bytes.is_ascii())
}

/// The encoding that the transfer or the document names, as the WHATWG reads such names.
fn declared(bytes: &[u8], hints: Hints<'_>, notes: &mut Vec<Note>) -> Option<&'static Encoding> {
    let (label, by) = label(bytes, hints)?;
    let label = label.as_str();
    let unknown =
        |what: &str| note("charset-unknown", format!("{by} names the charset {}, which {what}", shown(label)));
    if let Some(name) = old::unread(label) {
        notes.push(unknown(&format!("is not read: `iconv -f {name} -t UTF-8` makes UTF-8 of it")));
        return None;
    }
    match encoding_of(label) {
        // A label that is readable in ASCII cannot stand in UTF-16.
        Some(encoding) if !encoding.is_ascii_compatible() && encoding != ISO_2022_JP => match encoding.name() {
            "replacement" => {
                notes.push(unknown("is not read"));
                None
            }
            _ => Some(UTF_8),
        },
        Some(encoding) if encoding.name() == "x-user-defined" => Some(WINDOWS_1252),
        Some(encoding) => Some(encoding),
        None => {
            notes.push(unknown("is not known"));
            None
        }
    }
}

fn shown(label: &str) -> String {
    format!("`{}`", label.chars().filter(|c| !c.is_control()).take(40).collect::<String>())
}

/// What a byte sequence looks like as UTF-8.
#[derive(Clone, Copy, Debug, Default)]
struct Utf8Shape {
    /// Well-formed characters of more than one byte.
    good: usize,
    /// Places that are not well-formed. A character cut off by the end does not count.
    bad: usize,
}

impl Utf8Shape {
    fn of(bytes: &[u8]) -> Self {
        if let Ok(text) = str::from_utf8(bytes) {
            return Self { good: leads(text), bad: 0 };
        }
        let mut shape = Self::default();
        for chunk in bytes.utf8_chunks() {
            shape.good += leads(chunk.valid());
            shape.bad += usize::from(!chunk.invalid().is_empty());
        }
        let tail = bytes.utf8_chunks().last().map_or(0, |c| c.invalid().len());
        if tail > 0 && shape.bad == 1 && shape.good > 0 && is_cut_character(&bytes[bytes.len() - tail..]) {
            shape.bad = 0;
        }
        shape
    }

    /// A few broken characters in much good UTF-8 are faults of the text; no other encoding looks like that.
    fn is_utf8(self) -> bool {
        self.good > 3 * self.bad
    }
}

/// How many characters have more than one byte: each of them has exactly one lead byte.
fn leads(text: &str) -> usize {
    scan::count(text.as_bytes(), |byte| byte >= 0xC0)
}

/// The first bytes of a character whose last ones are missing.
fn is_cut_character(tail: &[u8]) -> bool {
    matches!(tail, [0xC2..=0xEF] | [0xE0..=0xEF, 0x80..=0xBF] | [0xF0..=0xF4, ..])
}

/// Whether a few characters in a declared multi-byte encoding may be well-formed UTF-8 by accident.
fn may_look_like_utf8(declared: &'static Encoding, bytes: &[u8], utf8: &Utf8Shape) -> bool {
    !declared.is_single_byte()
        && utf8.good <= 4
        && utf8.bad == 0
        && declared.decode_without_bom_handling_and_without_replacement(bytes).is_some()
}

fn lossy_utf8(bytes: Vec<u8>, notes: &mut Vec<Note>) -> Decoded {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let bytes = error.as_bytes();
            // A character cut off by the end of the input is no fault worth a sign in the text.
            let cut = bytes.utf8_chunks().last().map_or(&[][..], |c| c.invalid());
            let kept = if is_cut_character(cut) { bytes.len() - cut.len() } else { bytes.len() };
            let text = String::from_utf8_lossy(&bytes[..kept]).into_owned();
            note_replaced(&text, UTF_8.name(), notes);
            text
        }
    };
    Decoded { text, charset: UTF_8.name().into() }
}

/// Bytes without a single one above 0x7F. They are the same text in every charset but those that shift.
fn ascii(text: String, declared: Option<&'static Encoding>) -> Decoded {
    let bytes = text.as_bytes();
    let shifts = memchr::memchr(0x1B, bytes).is_some();
    if shifts && (declared == Some(ISO_2022_JP) || guess(bytes, "") == ISO_2022_JP) {
        let (text, _) = ISO_2022_JP.decode_without_bom_handling(bytes);
        return Decoded { text: text.into_owned(), charset: ISO_2022_JP.name().into() };
    }
    Decoded { text, charset: declared.unwrap_or(UTF_8).name().into() }
}

/// Bytes that are not UTF-8.
fn legacy(
    bytes: &[u8],
    declared: Option<&'static Encoding>,
    declared_utf8: bool,
    hints: Hints<'_>,
    notes: &mut Vec<Note>,
) -> Decoded {
    let top_level = top_level_domain(hints.url);
    let guessed = guess(bytes, &top_level);
    let encoding = match declared {
        Some(declared) if is_credible(declared, guessed, bytes) => declared,
        _ => guessed,
    };
    // Faults in what was declared are only worth another reading that has fewer of them.
    let encoding = match declared {
        Some(declared)
            if faults(declared, bytes) <= faults(encoding, bytes) && !is_sibling(declared, encoding, bytes) =>
        {
            declared
        }
        _ => encoding,
    };
    if declared.is_none()
        && let Some(found) = unnamed(encoding, bytes)
    {
        let (text, charset) = (found.decode(bytes).into_owned(), found.name().to_owned());
        notes.push(note("charset-suspect", format!("the letters are those of {charset}, which nothing names")));
        note_replaced(&text, &charset, notes);
        return Decoded { text, charset };
    }
    if encoding.is_single_byte()
        && let Some(found) = vietnamese::convert(bytes)
    {
        notes.push(note(
            "charset-suspect",
            format!("the letters are Vietnamese in {}, which no label names; they were converted", found.name),
        ));
        return Decoded { text: found.text, charset: found.name };
    }
    if declared.is_none() && !declared_utf8 {
        let name = encoding.name();
        notes.push(note("charset-guessed", format!("nothing that can be read names the charset; {name} fits best")));
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    // Vietnamese tones are marks of their own in this charset and nowhere else.
    let text = if encoding == WINDOWS_1258 { text.nfc().collect() } else { text.into_owned() };
    if let Some(said) = declared.or(declared_utf8.then_some(UTF_8)).filter(|d| *d != encoding) {
        notes.push(mismatch(said.name(), encoding.name()));
    }
    note_replaced(&text, encoding.name(), notes);
    Decoded { text, charset: encoding.name().into() }
}

/// The charset that bytes are in which nothing names, where detectors do not know it.
fn unnamed(detected: &'static Encoding, bytes: &[u8]) -> Option<Charset> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    cyrillic::old(detected, sample).or_else(|| western::old(detected, sample))
}

/// Whether a declared encoding can be what the bytes are in.
fn is_credible(declared: &'static Encoding, guessed: &'static Encoding, bytes: &[u8]) -> bool {
    faults(declared, bytes) * 50 < bytes.iter().filter(|b| **b >= 0x80).count().max(50)
        && !is_sibling(declared, guessed, bytes)
}

/// How many places an encoding cannot read.
fn faults(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    let (text, faulty) = encoding.decode_without_bom_handling(bytes);
    if faulty { text.matches('\u{FFFD}').count() } else { 0 }
}

/// Whether bytes that the declared encoding reads without a fault are nevertheless in the guessed one.
fn is_sibling(declared: &'static Encoding, guessed: &'static Encoding, bytes: &[u8]) -> bool {
    if declared == guessed {
        return false;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if cyrillic::is_cyrillic(declared) && cyrillic::is_cyrillic(guessed) {
        return cyrillic::is_better(guessed, declared, sample);
    }
    // No language in Latin letters has two accented letters in five; a page in another script that is served under
    // the default label has little else.
    declared == WINDOWS_1252 && !is_latin(guessed) && accented_share(sample) > 0.4 && faults(guessed, bytes) == 0
}

/// How much of a text statistics look at.
const SAMPLE: usize = 64 << 10;

fn is_latin(encoding: &'static Encoding) -> bool {
    matches!(
        encoding.name(),
        "windows-1250"
            | "windows-1252"
            | "windows-1254"
            | "windows-1257"
            | "windows-1258"
            | "ISO-8859-2"
            | "ISO-8859-3"
            | "ISO-8859-4"
            | "ISO-8859-10"
            | "ISO-8859-13"
            | "ISO-8859-14"
            | "ISO-8859-15"
            | "ISO-8859-16"
            | "macintosh"
    )
}

/// The share of bytes that are accented letters in windows-1252 among all that are letters there, tags left out.
fn accented_share(bytes: &[u8]) -> f64 {
    let (mut plain, mut accented, mut in_tag) = (0_usize, 0_usize, false);
    for byte in bytes {
        match byte {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            b'a'..=b'z' | b'A'..=b'Z' if !in_tag => plain += 1,
            0xC0..=0xFF if !in_tag => accented += 1,
            _ => {}
        }
    }
    accented as f64 / (plain + accented).max(1) as f64
}

fn guess(bytes: &[u8], top_level: &str) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(1 << 20)], bytes.len() <= 1 << 20);
    detector.guess(Some(top_level.as_bytes()).filter(|t| !t.is_empty()), Utf8Detection::Deny)
}

/// The top-level domain of an address, in the form that the detector takes; empty if there is none.
fn top_level_domain(url: &str) -> String {
    let Some(host) = host(url) else { return String::new() };
    let top = host.rsplit('.').next().unwrap_or_default();
    if top.len() == host.len() || !top.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return String::new();
    }
    top.to_ascii_lowercase()
}

fn mismatch(declared: &str, found: &str) -> Note {
    note("charset-mismatch", format!("{declared} is declared, but the bytes are {found}; they were read as {found}"))
}

fn note_replaced(text: &str, charset: &str, notes: &mut Vec<Note>) {
    let count = text.matches('\u{FFFD}').count();
    if count > 0 {
        notes.push(note(
            "charset-replaced",
            format!("{count} places are not valid {charset} and were replaced by U+FFFD"),
        ));
    }
}

#[cfg(test)]
#[path = "charset/tests.rs"]
mod tests;
