//! Credits that a word names: `Photo: X`, `(Foto: X / Y)`, `© X`, `[사진 = X]`, `（X撮影）`.

use std::ops::Range;

use super::{Found, body};
use crate::fold::{Folded, is_unspaced};
use crate::lexicon::CreditWord;
use crate::{Confidence, Lexicon};

/// A label in a text: where it begins and where the credit after it begins, in the source.
struct LabelAt {
    start: usize,
    body: usize,
    generic: bool,
    /// No separator stood after it, and none was needed by its own nature: the names must then be strict.
    bare: bool,
    form: u16,
}

/// Finds a labelled credit at the end of `window`, or at its start when the window is the whole text.
pub(super) fn find(window: &str, folded: &Folded, whole: bool, lexicon: &Lexicon) -> Option<Found> {
    let labels = labels(window, folded, lexicon);
    for (i, label) in labels.iter().enumerate() {
        if let Some(found) = at_label(window, label, &labels[i + 1..], lexicon) {
            return Some(found);
        }
    }
    if let Some(found) = suffixed(window, folded, lexicon) {
        return Some(found);
    }
    if whole { find_leading(window, folded, lexicon) } else { None }
}

/// Finds a credit that stands before the caption: in brackets, or in a line of its own.
pub(super) fn find_leading(window: &str, folded: &Folded, lexicon: &Lexicon) -> Option<Found> {
    let label = labels(window, folded, lexicon).into_iter().next()?;
    let before = window[..label.start].trim();
    let (end, rest) = if before.len() <= 3 && before.ends_with(['(', '[', '（', '［']) {
        let close = window[label.body..].find([')', ']', '）', '］'])? + label.body;
        let width = window[close..].chars().next().map_or(1, char::len_utf8);
        (close, close + width)
    } else if before.is_empty() {
        // After `Photo:` the name may stand in the next line, so the break that counts is one after some text.
        let body = window[label.body..].trim_start();
        let at = window.len() - body.len();
        let end = body.find('\n')? + at;
        (end, end)
    } else {
        return None;
    };
    let credit = trim_body(window, label.body, end);
    let shape = body::shape(&window[credit.clone()], lexicon)?;
    if credit.is_empty() || !fits(&window[credit.clone()], &shape, label.bare, lexicon) {
        return None;
    }
    Some(Found {
        text: skip_separators(window, rest)..window.len(),
        credits: vec![credit],
        rule: lexicon.form_ids[label.form as usize],
        confidence: Confidence::Labelled,
        picture_only: !label.generic,
        provided: false,
    })
}

/// All labels of a text that could name a credit.
fn labels(window: &str, folded: &Folded, lexicon: &Lexicon) -> Vec<LabelAt> {
    let text = folded.text();
    let mut out: Vec<LabelAt> = Vec::new();
    for (start, end, word) in lexicon.credit_words.all(text) {
        let rest = &text[end..];
        let blank = rest.len() - rest.trim_start().len();
        let separator = separator_len(&rest[blank..], text[start..end].chars().next_back().is_some_and(is_unspaced));
        let at = folded.origin(start);
        let (generic, bare, form) = match word {
            CreditWord::Label { generic, bare, form } => {
                if separator == 0 && !bare {
                    continue;
                }
                (generic, separator == 0, form)
            }
            CreditWord::Opener { generic, form } => (generic, false, form),
        };
        let first = window[at..].chars().next().unwrap_or(' ');
        if first.is_lowercase() && !after_border(&window[..at]) {
            continue;
        }
        let mut body = end + blank + separator;
        body += text[body..].len() - text[body..].trim_start().len();
        // `Foto: © X`, `Photo: Photo by X`: the second label names the same credit.
        if let Some(last) = out.last_mut()
            && folded.origin(start) <= last.body
        {
            last.body = folded.origin(body);
            last.generic &= generic;
            last.bare = bare;
            continue;
        }
        out.push(LabelAt { start: at, body: folded.origin(body), generic, bare, form });
    }
    out
}

/// The length of the separator at the start of `rest`, 0 without one.
fn separator_len(rest: &str, unspaced_label: bool) -> usize {
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        ':' | '=' => 1,
        '︰' | '∶' | '：' => first.len_utf8(),
        '/' if unspaced_label => 1,
        '|' if rest.starts_with("| ") => 1,
        _ => 0,
    }
}

/// Whether what stands before a label ends something: nothing, a sentence, a bracket, a bar, a line.
fn after_border(before: &str) -> bool {
    let trimmed = before.trim_end();
    trimmed.is_empty()
        || before[trimmed.len()..].contains('\n')
        || trimmed.ends_with([
            '.', '!', '?', '"', '”', '»', '(', '[', '（', '［', '【', '|', '/', '。', '-', '–', '—', ',', ';', '…',
            '+', '·', '•', '▲', '©', '।', '※', '<', '＜',
        ])
}

fn at_label(window: &str, label: &LabelAt, later: &[LabelAt], lexicon: &Lexicon) -> Option<Found> {
    let before = &window[..label.start];
    let opened = before.trim_end();
    let bracket = opened.chars().next_back().filter(|c| matches!(c, '(' | '[' | '（' | '［' | '【' | '<' | '＜'));
    let (text_end, limit) = if let Some(open) = bracket {
        let close = matching(open);
        // The last closing bracket: the credit itself may hold some.
        let end = window.rfind(close).filter(|&at| at >= label.body);
        match end {
            Some(end) if remains_nothing(&window[end + close.len_utf8()..], lexicon) => {
                // `(Foto: A) Text (B)`: the closing bracket must be the label's own.
                let inside = &window[label.body..end];
                if unbalanced(inside, open, close) {
                    return None;
                }
                (opened.len() - open.len_utf8(), end)
            }
            Some(_) => return None,
            // Cut off before the closing bracket.
            None => (opened.len() - open.len_utf8(), window.len()),
        }
    } else {
        (label.start, window.len())
    };
    let limit = strip_after(window, label.body, limit, lexicon);
    let mut cuts: Vec<(usize, usize)> = vec![(label.body, limit)];
    // A second label inside the credit begins a second credit.
    for next in later.iter().filter(|next| next.start > label.body && next.start < limit) {
        if let Some(last) = cuts.last_mut() {
            last.1 = next.start;
        }
        cuts.push((next.body.min(limit), limit));
    }
    let mut credits = Vec::new();
    for (start, end) in cuts {
        let range = trim_body(window, start, end);
        if range.is_empty() {
            continue;
        }
        let printed = &window[range.clone()];
        let shape = body::shape(printed, lexicon)?;
        if !fits(printed, &shape, label.bare, lexicon) {
            return None;
        }
        credits.push(range);
    }
    if credits.is_empty() {
        return None;
    }
    Some(Found {
        text: 0..text_end_of(window, text_end),
        credits,
        rule: lexicon.form_ids[label.form as usize],
        confidence: Confidence::Labelled,
        picture_only: !label.generic,
        provided: false,
    })
}

/// Whether a stretch can be what a label names.
fn fits(printed: &str, shape: &body::Shape, bare: bool, lexicon: &Lexicon) -> bool {
    if bare {
        return shape.small == 0 && shape.words <= 6;
    }
    let first_small = printed.split_whitespace().next().is_some_and(|w| {
        let folded = crate::fold::fold(w);
        w.chars().next().is_some_and(char::is_lowercase) && lexicon.sentence_words.contains(&folded)
    });
    if first_small && shape.small > 1 {
        return false;
    }
    shape.small <= 1
        || (shape.words <= 3 && !first_small)
        || shape.small * 3 <= shape.words
        || (shape.agency && shape.small * 2 <= shape.words)
}

/// Names that a word follows: `X撮影`, `X nuotr.`, `X 기자`.
fn suffixed(window: &str, folded: &Folded, lexicon: &Lexicon) -> Option<Found> {
    let text = folded.text();
    let mut end = text.trim_end().len();
    let mut inner_end = end;
    let mut open = None;
    if let Some(close) = text[..end].chars().next_back().filter(|c| matches!(c, ')' | ']' | '】' | '>')) {
        inner_end = end - close.len_utf8();
        let opening = matching_open(close);
        let at = text[..inner_end].rfind(opening)?;
        open = Some((at, at + opening.len_utf8()));
    } else if text[..end].ends_with('.') && lexicon.credit_suffixes.at_end(&text[..end]).is_none() {
        end -= 1;
        inner_end = end;
    }
    let (at, form) = lexicon.credit_suffixes.at_end(text[..inner_end].trim_end())?;
    let (text_end, body) = match open {
        Some((bracket, inner)) if inner < at => (bracket, inner),
        Some(_) => return None,
        None => {
            // Without brackets the name must stand after a border, in a short stretch.
            let before = text[..at].trim_end();
            let border = before
                .char_indices()
                .rev()
                .take(40)
                .find(|(_, c)| matches!(c, '.' | '。' | '|' | '=' | '!' | '?' | '"' | '”' | '│' | '｜' | ']' | ')'))
                .map(|(i, c)| i + c.len_utf8())
                .or_else(|| (before.chars().count() <= 24).then_some(0))?;
            (border, border)
        }
    };
    let credit = trim_body(window, folded.origin(body), folded.origin(at));
    if credit.is_empty() {
        return None;
    }
    let shape = body::shape(&window[credit.clone()], lexicon)?;
    if shape.small > 0 || shape.words > 7 {
        return None;
    }
    Some(Found {
        text: 0..text_end_of(window, folded.origin(text_end)),
        credits: vec![credit],
        rule: lexicon.form_ids[form as usize],
        confidence: Confidence::Labelled,
        picture_only: open.is_some(),
        provided: lexicon.form_ids[form as usize].contains("provided"),
    })
}

pub(super) fn matching(open: char) -> char {
    match open {
        '[' => ']',
        '（' => '）',
        '［' => '］',
        '【' => '】',
        '<' => '>',
        '＜' => '＞',
        _ => ')',
    }
}

fn matching_open(close: char) -> char {
    match close {
        ']' => '[',
        '】' => '【',
        '>' => '<',
        _ => '(',
    }
}

fn unbalanced(inside: &str, open: char, close: char) -> bool {
    let mut depth = 0_i32;
    for c in inside.chars() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth < 0 {
                return true;
            }
        }
    }
    depth != 0
}

/// Whether nothing of the caption stands in `rest`: punctuation, page controls, a mark in brackets.
fn remains_nothing(rest: &str, lexicon: &Lexicon) -> bool {
    let plain = rest.trim_matches(|c: char| !c.is_alphanumeric());
    if plain.is_empty() {
        return true;
    }
    let folded = crate::fold::fold(plain);
    lexicon.credit_controls.whole(&folded).is_some()
        || lexicon.marks.whole(&folded).is_some()
        || lexicon.credit_notices.at_start(&folded).is_some()
}

/// Moves the end of a credit before controls, notices and marks in brackets that stand after it.
pub(super) fn strip_after(window: &str, body: usize, end: usize, lexicon: &Lexicon) -> usize {
    let mut end = end;
    for _ in 0..4 {
        let piece = &window[body..end];
        let trimmed =
            piece.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '›' | '»' | '+' | '…' | '⤢'));
        end = body + trimmed.len();
        let folded = Folded::new(trimmed);
        let text = folded.text();
        if let Some((at, ())) = lexicon.credit_controls.at_end(text)
            && at > 0
        {
            end = body + folded.origin(at);
            continue;
        }
        if let Some((at, _, ())) = lexicon.credit_notices.all(text).find(|&(at, ..)| at > 0) {
            end = body + folded.origin(at);
            continue;
        }
        if let Some(open) = text.strip_suffix(')').and_then(|t| t.rfind('('))
            && open > 0
            && lexicon.marks.whole(text[open + 1..text.len() - 1].trim()).is_some()
        {
            end = body + folded.origin(open);
            continue;
        }
        break;
    }
    end
}

/// The credit between two offsets without the punctuation around it.
pub(super) fn trim_body(window: &str, start: usize, end: usize) -> Range<usize> {
    let end = end.max(start);
    let piece = &window[start..end];
    let left = piece.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ':' | '=' | '/' | '|' | '-' | '–' | '—' | ',' | ';' | '©' | '：' | '＝' | '／' | '·' | '•' | '.'
            )
    });
    let start = end - left.len();
    let mut right = left.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '/' | '|' | '-' | '–' | '—' | ',' | ';' | ':' | '·' | '•' | '+' | '。' | '>' | '▲' | '▼')
    });
    // A bracket that was never opened belongs to the caption's bracket.
    while let Some(close) = right.chars().next_back().filter(|c| matches!(c, ')' | ']' | '）' | '］' | '】')) {
        let open = matching_open(close);
        if right.contains([open, '（', '［']) {
            break;
        }
        right = right[..right.len() - close.len_utf8()].trim_end();
    }
    if let Some(stem) = right.strip_suffix('.') {
        let last = stem.split_whitespace().next_back().unwrap_or(stem);
        let kept =
            last.contains('.') || matches!(last, "Inc" | "Ltd" | "Co" | "Corp" | "Jr" | "Sr" | "Zvg" | "zvg" | "Dok");
        if !kept {
            right = stem;
        }
    }
    start..start + right.trim_end().len()
}

/// The end of the caption text before a credit that begins at `at`: without separators, with its own punctuation.
pub(super) fn text_end_of(window: &str, at: usize) -> usize {
    window[..at]
        .trim_end_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '|' | '-'
                        | '–'
                        | '—'
                        | '/'
                        | '·'
                        | '•'
                        | '('
                        | '['
                        | '（'
                        | '［'
                        | '│'
                        | '｜'
                        | ','
                        | ';'
                        | '▲'
                        | '+'
                        | '<'
                )
        })
        .len()
}

fn skip_separators(window: &str, at: usize) -> usize {
    let rest = &window[at..];
    let left = rest.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '|' | '-' | '–' | '—' | '/' | '·' | '•' | ':' | '.' | ',' | ')' | ']')
    });
    at + (rest.len() - left.len())
}
