//! Credits that a word names: `Photo: X`, `(Foto: X / Y)`, `© X`, `[사진 = X]`, `（X撮影）`.

use copydesk_text::is_caseless;
use std::ops::Range;

use super::{CreditMatch, body};
use crate::fold::{Folded, is_unspaced, starts_word};
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
/// `end` is where it ends without the controls and notices that stand after a credit.
pub(super) fn find(window: &str, folded: &Folded, end: usize, whole: bool, lexicon: &Lexicon) -> Option<CreditMatch> {
    let labels = labels(window, folded, lexicon);
    for (i, label) in labels.iter().enumerate() {
        if let Some(found) = at_label(window, label, &labels[i + 1..], lexicon) {
            return Some(found);
        }
    }
    if let Some(found) = suffixed(window, folded, lexicon) {
        return Some(found);
    }
    if end < window.len()
        && let Some(found) = suffixed(&window[..end], &Folded::new(&window[..end]), lexicon)
    {
        return Some(found);
    }
    if whole { find_leading(window, folded, lexicon) } else { None }
}

/// Finds a credit that stands before the caption: in brackets, or in a line of its own.
pub(super) fn find_leading(window: &str, folded: &Folded, lexicon: &Lexicon) -> Option<CreditMatch> {
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
    Some(CreditMatch {
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
    for (start, end, word) in lexicon.credit_words.all_glued(text) {
        let whole = starts_word(text, start);
        let rest = &text[end..];
        let blank = rest.len() - rest.trim_start().len();
        let slash = matches!(word, CreditWord::Label { bare: true, .. })
            || text[start..end].chars().next_back().is_some_and(is_unspaced);
        let separator = match separator_len(&rest[blank..], slash) {
            // `(ဓာတ်ပုံ – X)`: in brackets a dash is enough.
            0 if blank > 0 && text[..start].trim_end().ends_with(['(', '[']) => dash_len(&rest[blank..]),
            separator => separator,
        };
        let at = folded.origin(start);
        let (generic, bare, form) = match word {
            CreditWord::Label { generic, bare, before_agency, form } => {
                let agency = || {
                    let rest = trim_body(window, folded.origin(end), window.len());
                    rest.len() <= 40 && lexicon.agency(&window[rest]).is_some()
                };
                // `… at dusk. Photo Ann Lee`, `… at dusk (foto Ann Lee)`: behind the end of the text, and nothing but a name.
                let named = || {
                    let before = window[..at].trim_end();
                    let behind = trim_body(window, folded.origin(end), window.len());
                    let name = &window[behind];
                    // `… / ภาพ สมชาย ใจดี`: in scripts without capitals.
                    let caseless = before.ends_with(['/', '|'])
                        && rest.starts_with(' ')
                        && (1..=3).contains(&name.split_whitespace().count())
                        && name.chars().count() <= 30
                        && name.chars().any(is_unspaced)
                        && !name.contains(['/', ':', '.']);
                    // `/ Photo association Les Murets`: the kind of holder in small letters.
                    let most_small = usize::from(before.ends_with(['(', '/', '|']));
                    // `agency / Foto Lee`: the name of a studio behind that of its agency.
                    let outer = before.trim_end_matches(['/', '|', ' ']);
                    let last: Vec<&str> = outer.rsplit(' ').take(2).collect();
                    let behind_agency = outer.len() < before.len()
                        && (last.first().is_some_and(|word| lexicon.agency(word).is_some())
                            || last.len() == 2 && lexicon.agency(&format!("{} {}", last[1], last[0])).is_some());
                    let bordered = caseless
                        || !before.is_empty()
                            && before.ends_with([
                                '.', '!', '?', '(', '[', '（', '/', '|', '"', '”', '»', ')', '-', '–', '—',
                            ])
                            && rest.starts_with(' ')
                            && name.contains(char::is_uppercase)
                            && (name.starts_with(char::is_uppercase) || most_small > 0)
                            && name.split_whitespace().count() <= 5
                            && body::shape(name, lexicon)
                                .is_some_and(|shape| shape.small <= most_small && shape.caseless == 0);
                    bordered && !behind_agency
                };
                if separator == 0 && !bare && !(before_agency && agency()) && (generic || !named()) {
                    continue;
                }
                (generic, separator == 0, form)
            }
            CreditWord::Opener { generic, form, .. } => (generic, false, form),
        };
        let kept = matches!(word, CreditWord::Opener { kept: true, .. });
        let first = window[at..].chars().next().unwrap_or(' ');
        // `記者王小明攝影／報系資料照`: the word ends the first of two holders.
        if slash
            && text[end + blank..].starts_with('/')
            && let Some(from) = reporter_before(&window[..at], lexicon)
        {
            out.push(LabelAt { start: from, body: from, generic: false, bare: false, form });
            continue;
        }
        // `StudioQuelle: X`: elements without a space between them glue a label to the text before it.
        let glued = separator > 0 && first.is_uppercase() && window[..at].ends_with(char::is_lowercase);
        if !(whole || glued) {
            continue;
        }
        let bar = rest[blank..].starts_with('|');
        // A short form such as `fot.` is no word of a sentence.
        let short = end - start <= 5 && (text[start..end].ends_with('.') || text[end..].starts_with('.'));
        if (first.is_lowercase() || bar) && !short && !after_border(&window[..at]) {
            // `(PNA photo by Ann Lee)`: the agency before the word is part of the credit.
            if let Some(from) = acronym_in_bracket(&window[..at]).filter(|_| separator == 0) {
                out.push(LabelAt { start: from, body: from, generic: false, bare: false, form });
            }
            continue;
        }
        let mut body = end + blank + separator;
        body += text[body..].len() - text[body..].trim_start().len();
        // `Foto: © X`, `Photo: Photo by X`: the second label names the same credit.
        if let Some(last) = out.last_mut()
            && folded.origin(start) <= last.body
            && !kept
        {
            last.body = folded.origin(body);
            last.generic &= generic;
            last.bare = bare;
            continue;
        }
        let body = if kept { at } else { folded.origin(body) };
        out.push(LabelAt { start: at, body, generic, bare, form });
    }
    out
}

/// Where a name begins that stands right before a word such as `攝影`, with the word for a reporter before it.
fn reporter_before(before: &str, lexicon: &Lexicon) -> Option<usize> {
    const BORDERS: [char; 12] = ['。', '！', '？', '」', '，', '、', '\n', ' ', '\u{3000}', '(', '（', '／'];
    let from = before.rfind(BORDERS).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let name = &before[from..];
    let reporter = lexicon.byline_words.at_start(&crate::fold::fold(name)).is_some();
    (reporter && (3..=10).contains(&name.chars().count())).then_some(from)
}

/// The length of the separator at the start of `rest`, 0 without one.
fn separator_len(rest: &str, slash: bool) -> usize {
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        ':' | '=' => 1,
        '︰' | '∶' | '：' | '៖' | '丨' => first.len_utf8(),
        '/' if slash => 1,
        '|' if rest.starts_with("| ") => 1,
        _ => 0,
    }
}

/// The length of a dash in spaces at the start of `rest`.
fn dash_len(rest: &str) -> usize {
    ["- ", "– ", "— "].iter().find(|dash| rest.starts_with(**dash)).map_or(0, |dash| dash.len() - 1)
}

/// Where an acronym begins that stands between an opening bracket and the word for a picture.
fn acronym_in_bracket(before: &str) -> Option<usize> {
    let open = before.rfind(['(', '（'])?;
    let from = open + before[open..].chars().next().map_or(1, char::len_utf8);
    let name = before[from..].trim();
    (!name.contains(char::is_whitespace) && body::is_acronym(name)).then_some(from)
}

/// Whether what stands before a label ends something: nothing, a sentence, a bracket, a bar, a line.
fn after_border(before: &str) -> bool {
    let trimmed = before.trim_end();
    trimmed.is_empty()
        || before[trimmed.len()..].contains('\n')
        || trimmed.ends_with([
            '.', '!', '?', '"', '”', '»', '(', '[', '（', '［', '【', '|', '/', '。', '-', '–', '—', '―', ',', ';',
            '…', '+', '·', '•', '▲', '©', '।', '※', '<', '＜',
        ])
}

fn at_label(window: &str, label: &LabelAt, later: &[LabelAt], lexicon: &Lexicon) -> Option<CreditMatch> {
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
    // A line of its own before the caption is read by `find_leading`.
    if window[..text_end].trim().is_empty() && window[label.body..limit].trim().contains('\n') {
        return None;
    }
    let (limit, provided) = strip_suffix(window, label.body, strip_after(window, label.body, limit, lexicon), lexicon);
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
    Some(CreditMatch {
        text: 0..text_end_of(window, text_end),
        credits,
        rule: lexicon.form_ids[label.form as usize],
        confidence: Confidence::Labelled,
        picture_only: !label.generic,
        provided,
    })
}

/// `[사진 = 김하늘 기자]`: a word after the name, inside a labelled credit. Whether it says "provided" is returned.
fn strip_suffix(window: &str, body: usize, end: usize, lexicon: &Lexicon) -> (usize, bool) {
    let folded = Folded::new(&window[body..end]);
    let text = folded.text();
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '.');
    match lexicon.credit_suffixes.at_end(text) {
        Some((at, suffix)) if at > 0 => (body + folded.origin(at), suffix.provided),
        _ => (end, false),
    }
}

/// Whether a stretch can be what a label names.
fn fits(printed: &str, shape: &body::Shape, bare: bool, lexicon: &Lexicon) -> bool {
    if bare {
        let holder =
            shape.small == 1 && printed.starts_with(char::is_lowercase) && printed.contains(char::is_uppercase);
        // `(foto Archivio comunale)`: a capital, and what kind of archive in small letters.
        let archive = shape.small == 1 && shape.words <= 3 && printed.starts_with(char::is_uppercase);
        return (shape.small == 0 || holder || archive) && shape.words <= 6;
    }
    let first_small = printed.split_whitespace().next().is_some_and(|w| {
        let folded = crate::fold::fold(w);
        w.chars().next().is_some_and(char::is_lowercase) && lexicon.sentence_words.contains(&folded)
    });
    if first_small && shape.small > 1 {
        return false;
    }
    // In Vietnamese only the first word of an office has a capital.
    let vietnamese = printed.contains(|c: char| matches!(c, '\u{1EA0}'..='\u{1EF9}' | 'đ' | 'Đ' | 'ơ' | 'ư'));
    let office = vietnamese && printed.starts_with(char::is_uppercase) && shape.words <= 6;
    // `пресс-служба администрации Плёсского округа`: in Cyrillic letters only the name in it has one.
    let cyrillic = printed.starts_with(|c| matches!(c, '\u{400}'..='\u{52F}'));
    let service = cyrillic && !first_small && printed.contains(char::is_uppercase) && shape.words <= 6;
    shape.small <= 1
        || office
        || service
        || (shape.words <= 3 && !first_small)
        || shape.small * 3 <= shape.words
        || (shape.agency && shape.small * 2 <= shape.words)
}

/// Names that a word follows: `X撮影`, `X nuotr.`, `X 기자`.
fn suffixed(window: &str, folded: &Folded, lexicon: &Lexicon) -> Option<CreditMatch> {
    let text = folded.text();
    let mut end = text.trim_end().len();
    let mut inner_end = end;
    let open;
    if let Some(close) = text[..end].chars().next_back().filter(|c| matches!(c, ')' | ']' | '】' | '>')) {
        inner_end = end - close.len_utf8();
        let opening = matching_open(close);
        let at = text[..inner_end].rfind(opening)?;
        open = Some((at, at + opening.len_utf8()));
    } else {
        if text[..end].ends_with('.') && lexicon.credit_suffixes.at_end(&text[..end]).is_none() {
            end -= 1;
            inner_end = end;
        }
        // `[시청 제공.`: cut off before its closing bracket, with the notice behind the name.
        let opening = text[..end].char_indices().rfind(|(_, c)| matches!(c, '(' | '[' | '【' | '<'));
        open = opening.filter(|(at, c)| !text[*at..end].contains(matching(*c))).map(|(at, c)| (at, at + c.len_utf8()));
    }
    let (at, suffix) = lexicon.credit_suffixes.at_end(text[..inner_end].trim_end())?;
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
                .map(|(i, c)| (i + c.len_utf8(), c))
                .or_else(|| stands_alone(before).then_some((0, ' ')))?;
            // `항구=김하늘 기자`: the place before the sign belongs to the credit.
            let place = if border.1 == '=' {
                let head = text[..border.0 - 1].trim_end();
                let word =
                    head.rfind([' ', '.', '。']).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
                if head[word..].chars().count() <= 6 { word } else { border.0 }
            } else {
                border.0
            };
            // `港を出る船＝2024年5月3日、北浜市、山田花子撮影`: day and place stand before the name.
            let inner = &text[border.0..at];
            match inner.rfind('、').filter(|_| border.1 == '=') {
                Some(comma) => (border.0 - 1, border.0 + comma + '、'.len_utf8()),
                None if border.1 == '=' && inner.starts_with(is_unspaced) && !inner.starts_with(is_hangul) => {
                    (border.0 - 1, border.0)
                }
                None => (place, border.0),
            }
        }
    };
    let credit = trim_body(window, folded.origin(body), folded.origin(at));
    if credit.is_empty() {
        return None;
    }
    let shape = body::shape(&window[credit.clone()], lexicon)?;
    if shape.small > 0 || shape.words > 7 || open.is_none() && shape.caseless > 2 {
        return None;
    }
    Some(CreditMatch {
        text: 0..text_end_of(window, folded.origin(text_end)),
        credits: vec![credit],
        rule: lexicon.form_ids[suffix.form as usize],
        confidence: Confidence::Labelled,
        picture_only: open.is_some() || suffix.taken || text[..at].contains('=') && text_end < body,
        provided: suffix.provided,
    })
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7AF}')
}

/// Whether a stretch before a suffix can be a whole line of credit: a few words with capitals, or one word of a script
/// with spaces and no capitals. Scripts without spaces would match inside any word.
fn stands_alone(before: &str) -> bool {
    let words = before.split_whitespace().count();
    // `ABC社记者 王小明 摄` as a line of its own.
    if before.contains("记者") || before.contains("記者") {
        return before.chars().count() <= 16 && !before.contains(['，', '、', '：']);
    }
    let unspaced = before.chars().any(copydesk_text::is_unspaced);
    before.chars().count() <= 24 && !unspaced && (words == 1 || !before.chars().any(is_caseless))
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

/// Where a statement such as `Copyright 2026 The Agency` begins in folded text.
fn copyright_year(text: &str) -> Option<usize> {
    let (at, word) = text.rmatch_indices("copyright").next()?;
    let rest = text[at + word.len()..].trim_start_matches([' ', '©', '(', 'c', ')']);
    let year = rest.get(..4)?;
    (year.bytes().all(|b| b.is_ascii_digit()) && (year.starts_with("19") || year.starts_with("20"))).then_some(at)
}

/// Where a text ends without the controls, notices and marks in brackets after it.
pub(super) fn stripped_end(window: &str, folded: &Folded, lexicon: &Lexicon) -> usize {
    // Most texts end in none of these, which a look at what was folded already shows.
    let text = folded.text().trim_end_matches(is_loose);
    let last = text.rfind(' ').map_or(0, |i| i + 1);
    let bare = !text.ends_with(')')
        && lexicon.credit_controls.at_end(text).is_none()
        && !text[last..].contains('@')
        && !text.contains("copyright")
        && !lexicon.credit_notices.any(text);
    let end =
        if bare { window.trim_end_matches(is_loose).len() } else { strip_after(window, 0, window.len(), lexicon) };
    // The arrow of a control looks like the end of a quotation.
    let rest = window[end..].trim_start();
    let quoted = window[..end].rfind('«').is_some_and(|open| !window[open..end].contains('»'));
    if quoted && rest.starts_with('»') { window.len() - rest.len() + '»'.len_utf8() } else { end }
}

/// White space, and the arrows and dots of controls.
fn is_loose(c: char) -> bool {
    c.is_whitespace() || matches!(c, '>' | '›' | '»' | '+' | '…' | '⤢')
}

/// Moves the end of a credit before controls, notices and marks in brackets that stand after it.
pub(super) fn strip_after(window: &str, body: usize, end: usize, lexicon: &Lexicon) -> usize {
    let mut end = end;
    for _ in 0..4 {
        let piece = &window[body..end];
        let trimmed = piece.trim_end_matches(is_loose);
        end = body + trimmed.len();
        let folded = Folded::new(trimmed);
        let text = folded.text();
        if let Some((at, ())) = lexicon.credit_controls.at_end(text)
            && at > 0
        {
            end = body + folded.origin(at);
            continue;
        }
        // A mail address after the name, and a copyright statement with its year.
        let last = text.rfind(' ').map_or(0, |i| i + 1);
        if last > 0 && text[last..].find('@').is_some_and(|i| i > 0) {
            end = body + folded.origin(last);
            continue;
        }
        if let Some(at) = copyright_year(text).filter(|&at| at > 0) {
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
            || matches!(
                c,
                '/' | '／' | '|' | '-' | '–' | '—' | ',' | ';' | ':' | '·' | '•' | '+' | '。' | '>' | '▲' | '▼'
            )
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
        let kept = last.contains('.')
            || last.chars().count() == 1 && last.chars().all(char::is_uppercase)
            || matches!(last, "Inc" | "Ltd" | "Co" | "Corp" | "Jr" | "Sr" | "Zvg" | "zvg" | "Dok");
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
                        | '―'
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
