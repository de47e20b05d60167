//! Caption lines into caption text and picture credits.
//!
//! A credit stands at the end of a caption, sometimes at its start, and is printed in some hundred forms; the
//! forms, each with examples, are listed in `data/credits.toml` (with a label) and `data/credits-unlabelled.toml`
//! (by shape).

mod body;
mod doubled;
mod labelled;
mod unlabelled;

use serde::Deserialize;

use copydesk_text::OneOf;

use crate::fold::{Folded, fold, tail_start};
use crate::{Confidence, Lexicon};

pub(crate) use body::ends_sentence;
pub use doubled::undouble;

/// What kind of picture a caption says it is, apart from its text and credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditMark {
    /// An archive picture (`FILE PHOTO`, `Archivbild`).
    Archive,
    /// A picture that only stands for the subject (`Symbolbild`).
    Symbol,
    /// A picture made by a model (`AI-generated`).
    Generated,
    /// A screenshot or screen grab.
    Screenshot,
    /// A drawing or montage (`Illustration`, `Montage`).
    Illustration,
    /// A chart, map or other graphic.
    Graphic,
    /// A still from, or the label of, a video.
    Video,
    /// Given by a party to the event (`Handout`, `Supplied`).
    Handout,
    /// A pool picture.
    Pool,
}

/// One picture credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// The credit as printed, without its label.
    pub printed: String,
    /// Photographers, and holders that are no known agency.
    pub names: Vec<String>,
    /// Known agencies, libraries and outlets, as printed.
    pub agencies: Vec<String>,
    /// The printed credit cut into its parts (at slashes, bars, and commas between holders), in printed order, marks
    /// such as `HANDOUT` included.
    pub parts: Vec<String>,
    /// The picture was provided by the named party rather than taken by it.
    pub provided: bool,
}

/// A caption line taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split<'t> {
    /// The caption text without the credit, with its own final punctuation: a part of the given text.
    pub text: &'t str,
    /// The credits, in the order in which they stand. Empty when the line has none.
    pub credits: Vec<Credit>,
    /// What the caption says the picture is.
    pub marks: Vec<CreditMark>,
    /// The form that was found (an id of the vocabulary files); empty without a credit.
    pub rule: &'static str,
    /// How the credit was known; meaningless without one.
    pub confidence: Confidence,
    /// The label or form is one that only pictures carry (`Photo:`), not one that may stand below any text
    /// (`Source:`, a bare `(AP)`).
    pub picture_only: bool,
}

/// A credit found in a text, before it is taken apart.
#[derive(Debug, Clone)]
struct CreditMatch {
    /// What is left of the text, as a range of it.
    text: std::ops::Range<usize>,
    /// The credits as printed, as ranges of the text.
    credits: Vec<std::ops::Range<usize>>,
    rule: &'static str,
    confidence: Confidence,
    picture_only: bool,
    provided: bool,
}

/// How far from the end of a text a credit may start. Longer credits exist; they are lists of holders, not credits.
const WINDOW: usize = 420;

/// How far from the start of a text a mark such as `FILE PHOTO` may end, in bytes.
const MARK_WITHIN: usize = 60;

/// Takes a caption line apart into text and credits.
///
/// Line breaks inside `text` are taken for the borders of elements, at which a credit may start or end.
pub fn split_credit<'t>(text: &'t str, lexicon: &Lexicon) -> Split<'t> {
    let mut left = trim(without_notice(trim(text), lexicon));
    let mut split = Split {
        text: left,
        credits: Vec::new(),
        marks: Vec::new(),
        rule: "",
        confidence: Confidence::ShapeOnly,
        picture_only: false,
    };
    let mut marked = left.len() > WINDOW && lexicon.marks.any(&fold(crate::fold::head(left, MARK_WITHIN)));
    // A caption can carry two credits, one in its text and one in an element of its own.
    for round in 0..3 {
        if left.is_empty() {
            break;
        }
        let folded = Folded::new(&left[tail_start(left, WINDOW)..]);
        marked |= round == 0 && lexicon.marks.any(folded.text());
        let Some(found) = find(left, &folded, lexicon, round > 0) else { break };
        let mut credits = Vec::new();
        for range in &found.credits {
            if let Some(credit) = body::read(&left[range.clone()], found.provided, lexicon, &mut split.marks) {
                credits.push(credit);
            }
        }
        if round == 0 {
            split.rule = found.rule;
            split.confidence = found.confidence;
            split.picture_only = found.picture_only;
        }
        credits.retain(|c| split.credits.iter().all(|known| known.printed != c.printed));
        credits.append(&mut split.credits);
        split.credits = credits;
        left = trim(&left[found.text.clone()]);
        split.text = left;
    }
    if marked {
        read_marks(text, lexicon, &mut split.marks);
    }
    if split.credits.is_empty() {
        split.rule = "";
    }
    split
}

/// A caption without the notice to editors behind it, which names parties of its own.
fn without_notice<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let from = tail_start(text, WINDOW);
    let window = &text[from..];
    if !window.contains("TTENTION") && !window.contains("ttention") && !window.contains("HIS ") {
        return text;
    }
    let folded = Folded::new(window);
    let notice = lexicon.credit_notices.all(folded.text()).find(|(at, ..)| {
        let phrase = &folded.text()[*at..];
        phrase.starts_with("attention editors")
            || phrase.starts_with("this image ")
            || phrase.starts_with("this photo ")
    });
    match notice {
        Some((at, ..)) if from + folded.origin(at) > 0 => text[..from + folded.origin(at)].trim_end(),
        _ => text,
    }
}

/// Whether a line can hold a credit at all. Most lines of a page are a few words without any of the signs of one, and
/// none of the forms need be tried on them.
fn may_hold(window: &str, folded: &str, lexicon: &Lexicon) -> bool {
    static SIGNS: OneOf<11> = OneOf::new([':', '︰', '∶', '|', '│', '/', '=', '©', ')', ']', '】']);
    // What ends a sentence or a quotation before the last word.
    const ENDS: [char; 16] = ['.', '!', '?', '…', '。', '।', '۔', '؟', '։', '።', '။', '"', '”', '»', '」', '“'];
    static INSIDE: OneOf<16> = OneOf::new(ENDS);
    let inside = folded.trim_end().trim_end_matches(ENDS);
    let capitals = || {
        let holder = window.trim_end().rsplit_once(" - ").map(|(_, holder)| holder);
        holder.is_some_and(|holder| holder.contains(' ') && !holder.contains(char::is_lowercase))
    };
    window.contains('\n')
        || window.contains("--")
        || capitals()
        || SIGNS.is_in(folded)
        || INSIDE.is_in(inside)
        || lexicon.credit_signs.any(folded)
}

fn find(text: &str, folded: &Folded, lexicon: &Lexicon, again: bool) -> Option<CreditMatch> {
    let from = tail_start(text, WINDOW);
    let window = &text[from..];
    if from == 0 && !may_hold(window, folded.text(), lexicon) {
        return None;
    }
    find_by_form(text, from, folded, lexicon, again)
}

fn find_by_form(text: &str, from: usize, folded: &Folded, lexicon: &Lexicon, again: bool) -> Option<CreditMatch> {
    let window = &text[from..];
    let end = labelled::stripped_end(window, folded, lexicon);
    // A credit that stands after another one must be sure of itself.
    let mut found = labelled::find(window, folded, end, from == 0, lexicon)
        .or_else(|| unlabelled::find(window, end, lexicon).filter(|f| !again || f.confidence > Confidence::ShapeOnly))
        .map(|mut f| {
            if f.text.start == 0 && f.text.end > 0 {
                f.text = 0..f.text.end + from;
            } else {
                f.text = f.text.start + from..f.text.end + from;
            }
            for c in &mut f.credits {
                *c = c.start + from..c.end + from;
            }
            f
        });
    if found.is_none() && from > 0 {
        // A long caption may also begin with its credit.
        let head = crate::fold::head(text, WINDOW);
        let folded = Folded::new(head);
        found = labelled::find_leading(head, &folded, lexicon).map(|mut f| {
            f.text.end = text.len();
            f
        });
    }
    found
}

impl Split<'_> {
    /// How sure it is that the line is nothing but a credit, or `None` when it is not.
    pub fn as_credit_line(&self) -> Option<Confidence> {
        (self.text.is_empty() && !self.credits.is_empty()).then_some(self.confidence)
    }

    /// Whether the line is a caption by its credit alone: text, then a credit that only pictures carry.
    pub fn is_caption(&self) -> bool {
        !self.credits.is_empty()
            && !self.text.is_empty()
            && self.picture_only
            && self.confidence >= Confidence::AgencyKnown
    }
}

/// How sure it is that the line is nothing but a credit, or `None` when it is not.
pub fn is_credit_line(text: &str, lexicon: &Lexicon) -> Option<Confidence> {
    may_be_credit_line(text).then(|| split_credit(text, lexicon).as_credit_line())?
}

/// Whether a line is as long as a credit alone may be.
pub fn may_be_credit_line(text: &str) -> bool {
    text.len() <= WINDOW && !text.trim().is_empty()
}

/// Whether a line of plain text is a caption by its credit alone: text, then a credit that only pictures carry.
///
/// Strict, because it is asked of every line: a body paragraph that ends in `(AP)` or `Source: Reuters` is none.
pub fn looks_like_caption(text: &str, lexicon: &Lexicon) -> bool {
    may_look_like_caption(text) && split_credit(text, lexicon).is_caption()
}

/// Signs of which each strong form of a credit holds one.
static CAPTION_SIGNS: OneOf<17> =
    OneOf::new([':', '：', '︰', '∶', '៖', '=', '＝', '/', '／', '(', '（', '[', '©', '|', '摄', '攝', '―']);

/// Whether a line need be taken apart to see that it is no caption by its credit alone.
pub fn may_look_like_caption(text: &str) -> bool {
    let text = trim(text);
    if text.is_empty() || text.len() > 3_000 {
        return false;
    }
    let tail = &text[tail_start(text, 160)..];
    // Each strong form holds one of these.
    CAPTION_SIGNS.is_in(tail) || ["oto", "icture", "arawan", "itrato", "uha ni"].iter().any(|word| tail.contains(word))
}

fn read_marks(text: &str, lexicon: &Lexicon, marks: &mut Vec<CreditMark>) {
    let start = crate::fold::head(text, MARK_WITHIN);
    let end = &text[tail_start(text, WINDOW)..];
    let mut add = |part: &str, from_start: bool| {
        let folded = fold(part);
        for (at, to, mark) in lexicon.marks.all(&folded) {
            let before = folded[..at].trim_end();
            let after = folded[to..].trim_start();
            // A mark stands apart: in brackets, or as a label at the start.
            let opened = before.is_empty() && from_start || before.ends_with(['(', '[', '|', '/', '.', '-', '–', ':']);
            let closed = after.is_empty() || after.starts_with([')', ']', '|', '/', ':', '-', '–', '.', ',']);
            if opened && closed && !marks.contains(&mark) {
                marks.push(mark);
            }
        }
    };
    add(start, true);
    if start.len() < text.len() {
        add(end, end.len() == text.len());
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: &[&str] = &[
        "Photo",
        "Foto",
        "photo by",
        "by",
        "Ảnh",
        "사진",
        "기자",
        "撮影",
        "写真",
        " ",
        " ",
        " ",
        "  ",
        "Ann",
        "Lee",
        "van der",
        "AFP",
        "ap",
        "dpa",
        "Getty Images",
        "Getty",
        "shutterstock",
        "Supplied",
        "Handout",
        "Archive",
        "The Daily Post",
        "a quiet street",
        "harbour",
        "X",
        "STPM",
        "2024",
        "via",
        "for",
        "@ann",
        "Copyright",
        "Inc",
        "J",
        ".",
        ",",
        "-",
        "–",
        "'",
        "’",
        "“",
        "”",
        "。",
        "!",
        ":",
        "/",
        "|",
        "(",
        ")",
        "\n",
        "©",
        "＝",
        "e\u{301}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_quick_look_loses_no_credit(parts in prop::collection::vec(0..PIECES.len(), 1..12)) {
            let line: String = parts.into_iter().map(|part| PIECES[part]).collect();
            let (text, lexicon) = (trim(&line), Lexicon::builtin());
            let folded = Folded::new(text);
            if !text.is_empty() && !may_hold(text, folded.text(), lexicon) {
                let found = find_by_form(text, 0, &folded, lexicon, false);
                prop_assert!(found.is_none(), "{:?}: {:?}", text, found);
            }
        }
    }
}
