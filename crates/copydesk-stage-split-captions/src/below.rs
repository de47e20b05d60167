//! Captions of Markdown: the line right below a picture, and shortcodes that hold a picture and its caption.
//!
//! Most paragraphs below a picture are paragraphs of the story. One is a caption only where something says so.

use copydesk_document::{BlockId, BlockKind, Document, Label};
use copydesk_lexicon::{CaptionSign, Confidence, has_caption_sign};
use copydesk_text::{flat, sentences, terms, weight};
use rustc_hash::FxHashSet;

use crate::{
    find::{LONGEST_BARE, Reason, is_italic},
    lines::Lines,
    measure::is_above_the_text,
    parts::{Piece, as_credit},
};

/// Longest caption below a picture that carries a credit or is set in italics, in letters.
const LONGEST_SURE: usize = 600;

/// A line right below a picture that has a credit, is set in italics, has the number of a picture, says where somebody
/// stands in it, or says what the picture's alternative text does.
pub(crate) fn picture(lines: &Lines<'_>, id: BlockId) -> Option<Reason> {
    let (doc, lexicon) = (lines.doc, lines.lexicon);
    let block = doc.block(id);
    let alt = picture_above(doc, id)?;
    let text = doc.text(id).trim();
    let plain = matches!(block.kind, BlockKind::Paragraph | BlockKind::Caption | BlockKind::Quote);
    if !plain || block.label() == Label::Title || leads_on(text) || weight(text) > LONGEST_SURE {
        return None;
    }
    let count = sentences(text);
    let split = lines.split(id);
    let sure = split.confidence > Confidence::ShapeOnly || weight(text) <= LONGEST_BARE * 2;
    if !split.credits.is_empty() && sure && count <= 4 {
        let confidence = if split.confidence == Confidence::ShapeOnly { 0.8 } else { 0.9 };
        return Some(Reason::new("below-picture", "right below a picture, with a credit", confidence));
    }
    // Above the text an intro is set in italics as often, and is longer.
    let intro = weight(text) > LONGEST_BARE && is_above_the_text(doc, id);
    if is_italic(doc, id) && count <= 3 && !intro {
        return Some(Reason::new("below-picture", "right below a picture, and in italics", 0.85));
    }
    if has_caption_sign(text, CaptionSign::Numbered, lexicon) && count <= 4 {
        return Some(Reason::new("below-picture", "right below a picture, with its number", 0.85));
    }
    if count <= 2 && weight(text) <= LONGEST_BARE * 2 && says_the_same(alt, text) {
        let detail = "right below a picture, and says what its alternative text does";
        return Some(Reason::new("below-picture", detail, 0.75));
    }
    // What stands between two pictures goes on from the one to the other.
    if count > 2 || weight(text) > LONGEST_BARE * 2 || picture_above(doc, BlockId(id.0 + 1)).is_some() {
        return None;
    }
    let signs = [CaptionSign::Position, CaptionSign::Opener];
    let speaks = signs.iter().any(|sign| has_caption_sign(text, *sign, lexicon));
    speaks.then(|| Reason::new("below-picture", "right below a picture, and speaks of it", 0.8))
}

/// The alternative text of the picture right above a block.
fn picture_above(doc: &Document, id: BlockId) -> Option<&str> {
    let end = doc.images.partition_point(|image| image.before <= id);
    end.checked_sub(1).map(|at| &doc.images[at]).filter(|image| image.before == id).map(|image| image.alt.as_str())
}

/// Whether a line leads to what follows it, or opens a numbered part of the text.
fn leads_on(text: &str) -> bool {
    let start = text.trim_start_matches(['(', '（', '*', '#', ' ']);
    let numbered = start.starts_with(|c: char| c.is_numeric() && !c.is_alphabetic())
        || start.chars().nth(1) == Some('、')
            && start.starts_with(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十']);
    numbered || text.ends_with([':', '：', '↓'])
}

/// Whether a line says what an alternative text says: half of the words of the shorter one stand in the other.
fn says_the_same(alt: &str, text: &str) -> bool {
    let said = |text: &str| {
        let mut words = FxHashSet::default();
        terms(text, false, |term| {
            words.insert(term);
        });
        words
    };
    let (one, other) = (said(alt), said(text));
    let shared = one.intersection(&other).count();
    let least = one.len().min(other.len());
    shared >= 2 && shared * 2 >= least || least == 1 && shared == 1 && other.len() <= 4
}

/// How shortcodes begin.
const OPENS: [&str; 5] = ["{{<", "{{%", "{%", "[caption", "<Figure"];

/// A shortcode of a site generator that holds a picture and its caption: `{{< figure src=… caption="…" >}}`.
pub(crate) fn shortcode(lines: &Lines<'_>, id: BlockId) -> Option<(Reason, Piece)> {
    let text = lines.doc.text(id).trim();
    if !OPENS.iter().any(|open| text.starts_with(open)) || text.len() > 4_000 {
        return None;
    }
    let caption = attribute(text, "caption")?;
    let mut marks = Vec::new();
    let credit =
        ["attr", "credit", "credits", "source", "author", "copyright"].iter().find_map(|name| attribute(text, name));
    let credits = credit.map(|credit| as_credit(credit, &mut marks, lines.lexicon)).unwrap_or_default();
    let split = copydesk_lexicon::split_credit(caption, lines.lexicon);
    let credits = if credits.is_empty() { split.credits } else { credits };
    marks.extend(split.marks);
    let mut reason = Reason::new("shortcode", "a picture and its caption in one shortcode", 0.9);
    reason.image = attribute(text, "src").map(str::to_owned);
    (!split.text.is_empty()).then(|| (reason, Piece { text: flat(split.text), credits, marks }))
}

/// The value of a quoted attribute.
fn attribute<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.match_indices(name).find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = text[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '“' | '”' | '«'))?;
        let close = match quote {
            '“' | '”' => '”',
            '«' => '»',
            quote => quote,
        };
        let value = &rest[quote.len_utf8()..];
        let end = value.find(close)?;
        before.is_some_and(char::is_whitespace).then(|| value[..end].trim()).filter(|value| !value.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lead_on_are_told() {
        assert!(
            leads_on("Press the button:") && leads_on("3、水泵") && leads_on("二、水泵") && leads_on("4. The pump")
        );
        assert!(!leads_on("The pump at work") && !leads_on("水泵在工作"));
    }

    #[test]
    fn texts_that_say_the_same_share_words() {
        assert!(says_the_same("The pump of the old mill", "Old pump at the mill, seen from above"));
        assert!(says_the_same("老磨坊的水泵", "磨坊里的水泵"));
        assert!(!says_the_same("window of the layers", "Choose what you want to trace"));
        assert!(!says_the_same("", "The pump at work"));
    }

    #[test]
    fn attributes_are_read() {
        let text = r#"{{< figure src="/a.jpg" attr="Ann Lee" caption="Two boats at dawn" >}}"#;
        assert_eq!(attribute(text, "caption"), Some("Two boats at dawn"));
        assert_eq!(attribute(text, "attr"), Some("Ann Lee"));
        assert_eq!(attribute(text, "title"), None);
    }
}
