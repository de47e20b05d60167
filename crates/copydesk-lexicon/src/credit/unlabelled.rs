//! Credits without a label: `(NAME/AGENCY)`, `… | AGENCY`, `… . NAME / AGENCY`, `… in 2023. STPM`.

use super::labelled::{matching, text_end_of, trim_body};
use super::{CreditMatch, body};
use crate::agency::AgencyKind;
use crate::lexicon::CreditWord;
use crate::{Confidence, Lexicon};
use copydesk_text::is_caseless;

/// `end` is where the window ends without the controls and notices that stand after a credit.
pub(super) fn find(window: &str, end: usize, lexicon: &Lexicon) -> Option<CreditMatch> {
    let dropped = &window[end..];
    let window = &window[..end];
    // `Ann Lee/Copyright 2026 The Agency. All rights reserved.` as a line of its own.
    if dropped.to_lowercase().starts_with("copyright") && !window.contains('\n') {
        let credit = trim_body(window, 0, window.len());
        let shape = body::strict_shape(window.get(credit.clone())?, lexicon);
        if shape.is_some_and(|s| s.small == 0 && s.words <= 6) {
            return Some(found(window, 0, credit, "copy-copyright-©-year"));
        }
    }
    equals_in_brackets(window, lexicon)
        .or_else(|| bracketed(window, lexicon))
        .or_else(|| last_line(window, lexicon))
        .or_else(|| after_bar(window, lexicon))
        .or_else(|| after_dashes(window, lexicon))
        .or_else(|| after_dash(window, lexicon))
        .or_else(|| after_equals(window, lexicon))
        .or_else(|| after_sentence(window, lexicon))
        .or_else(|| slashed(window, lexicon))
        .or_else(|| stock_at_end(window, lexicon))
}

fn found(window: &str, text_end: usize, credit: std::ops::Range<usize>, rule: &'static str) -> CreditMatch {
    CreditMatch {
        text: 0..text_end_of(window, text_end),
        credits: vec![credit],
        rule,
        confidence: Confidence::AgencyKnown,
        picture_only: true,
        provided: false,
    }
}

/// `(AP Photo/Ann Lee)`, `(Ann Lee / AFP)`, `(AP)`, `(Trade Fair Centre)` at the very end.
fn bracketed(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let trimmed = window.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '。'));
    let close = trimmed.chars().next_back().filter(|c| matches!(c, ')' | ']' | '）' | '］'))?;
    let inner_end = trimmed.len() - close.len_utf8();
    // The opening bracket that this one closes.
    let mut depth = 0;
    let open = trimmed[..inner_end].char_indices().rev().find_map(|(i, c)| {
        if c == close {
            depth += 1;
        } else if matching(c) == close && matches!(c, '(' | '[' | '（' | '［') {
            if depth == 0 {
                return Some((i, c));
            }
            depth -= 1;
        }
        None
    })?;
    let credit = trim_body(trimmed, open.0 + open.1.len_utf8(), inner_end);
    if credit.is_empty() {
        return None;
    }
    let printed = &trimmed[credit.clone()];
    let before = trimmed[..open.0].trim_end();
    let Some(shape) = body::strict_shape(printed, lexicon) else {
        let mut holders = found(trimmed, open.0, credit, "paren-name/agency");
        holders.confidence = Confidence::ShapeOnly;
        return (is_list_of_holders(printed) && ends_text(before)).then_some(holders);
    };
    if shape.small > 0 || is_mark(printed, lexicon) {
        return None;
    }
    if shape.agency {
        if let Some(start) = name_before(before, lexicon) {
            // The bracket belongs to the credit, so its end does as well.
            return Some(found(trimmed, start, start..trimmed.len(), "tail-name(agency)"));
        }
        let mut f = found(trimmed, open.0, credit, "paren-agency");
        // A bare `(AP)` also ends the paragraphs of agency copy.
        f.picture_only = !shape.agency_only || printed.split_whitespace().count() > 1 && !is_wire(printed, lexicon);
        f.rule = if f.picture_only { "paren-name/agency" } else { "paren-agency" };
        return Some(f);
    }
    // Without a known agency: only after the end of a sentence, and never a year, a place or a side.
    let listed = printed.contains(',') && !is_name_and_paper(printed, lexicon);
    if !ends_text(before)
        || listed
        || printed.chars().any(|c| c.is_ascii_digit())
        || printed.contains([':', '"', '“', '„'])
    {
        return None;
    }
    let words = shape.words;
    if shape.caseless > 0 || words == 1 && !shape.acronym || words > 7 {
        return None;
    }
    let rule = match printed.contains(',') {
        true => "paren-name-paper",
        false if shape.slash => "paren-name/agency",
        false => "paren-any-org",
    };
    let mut f = found(trimmed, open.0, credit, rule);
    f.confidence = Confidence::ShapeOnly;
    Some(f)
}

/// `Ann Lee, The Harbour Ledger`: a name of two or three words, and a paper of as many or more.
fn is_name_and_paper(printed: &str, lexicon: &Lexicon) -> bool {
    let Some((name, paper)) = printed.split_once(", ") else { return false };
    let plain = |text: &str| body::strict_shape(text, lexicon).is_some_and(|shape| shape.small == 0);
    let words = |text: &str| text.split_whitespace().count();
    (2..=3).contains(&words(name))
        && (2..=5).contains(&words(paper))
        && !paper.contains(',')
        && plain(name)
        && plain(paper)
}

/// `bild allianz / wpa / Ann Lee`: holders in small letters, parted by slashes with spaces around them.
fn is_list_of_holders(printed: &str) -> bool {
    let parts: Vec<&str> = printed.split(" / ").collect();
    let short = |part: &&str| {
        part.split_whitespace().count() <= 3 && !part.contains(|c: char| c.is_ascii_digit() || ",.:;?!".contains(c))
    };
    let named = parts.last().is_some_and(|last| last.starts_with(char::is_uppercase));
    (2..=4).contains(&parts.len()) && parts.iter().all(short) && named
}

/// Where a name begins that stands between the end of the caption and the agency in brackets: `… . ANN LEE (EFE)`.
fn name_before(before: &str, lexicon: &Lexicon) -> Option<usize> {
    let mut start = before.len();
    let mut words = 0;
    loop {
        let head = before[..start].trim_end();
        let edge = before[head.len()..start].contains('\n');
        let parted = head.is_empty() || edge || head.split_whitespace().next_back().is_some_and(body::ends_sentence);
        if words > 0 && parted {
            let name = before[start..].trim();
            let shape = body::strict_shape(name, lexicon)?;
            let plain = !name.contains(|c: char| c.is_ascii_digit() || matches!(c, '(' | ')' | ':' | ',' | '"'));
            // A whole line may as well be a short caption, unless it is in capitals.
            let sure = !head.is_empty() || !name.chars().any(char::is_lowercase);
            let named = shape.small == 0 && shape.caseless == 0 && (2..=4).contains(&words);
            return (named && plain && sure).then_some(start);
        }
        if words == 4 || head.is_empty() {
            return None;
        }
        start = head.rfind(char::is_whitespace).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        words += 1;
    }
}

fn is_mark(printed: &str, lexicon: &Lexicon) -> bool {
    let folded = crate::fold::fold(printed.trim_end_matches('.'));
    lexicon.marks.whole(&folded).is_some()
}

/// The form of a word that is a credit by itself: `Supplied`.
fn alone(printed: &str, lexicon: &Lexicon) -> Option<&'static str> {
    let capital = printed.chars().next().is_some_and(|c| !c.is_lowercase());
    let form = (capital && printed.len() <= 40).then(|| lexicon.credits_alone.whole(&crate::fold::fold(printed)))??;
    lexicon.form_ids.get(form as usize).copied()
}

fn is_wire(printed: &str, lexicon: &Lexicon) -> bool {
    lexicon.agency(printed).is_some_and(|a| matches!(a.kind, AgencyKind::Wire | AgencyKind::Outlet))
}

/// Whether `before` ends a sentence or a quotation, or is empty.
fn ends_text(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty()
        || before
            .split_whitespace()
            .next_back()
            .is_some_and(|w| body::ends_sentence(w) || w.ends_with(['"', '”', '»', '」', '“', ')']))
}

/// A line of its own, as elements give it.
fn last_line(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let trimmed = window.trim_end();
    let at = trimmed.rfind('\n')?;
    if let Some(f) = line(trimmed, at + 1, lexicon) {
        return Some(f);
    }
    // Or the first line is the credit, and the caption follows.
    let first = trimmed.find('\n')?;
    let credit = trim_body(trimmed, 0, first);
    if credit.is_empty() {
        return None;
    }
    let shape = body::strict_shape(&trimmed[credit.clone()], lexicon)?;
    if !shape.agency || shape.small > 0 {
        return None;
    }
    let start = first + (trimmed[first..].len() - trimmed[first..].trim_start().len());
    Some(CreditMatch { text: start..trimmed.len(), ..found(trimmed, 0, credit, "line-name/agency") })
}

fn line(window: &str, start: usize, lexicon: &Lexicon) -> Option<CreditMatch> {
    let credit = trim_body(window, start, window.len());
    if credit.is_empty() {
        return None;
    }
    if let Some(form) = alone(&window[credit.clone()], lexicon) {
        return Some(CreditMatch { provided: true, ..found(window, start, credit, form) });
    }
    if is_mark(&window[credit.clone()], lexicon) {
        return None;
    }
    let printed = &window[credit.clone()];
    let shape = body::strict_shape(printed, lexicon)?;
    if shape.small > 0 || printed.ends_with(['!', '?']) {
        return None;
    }
    let mut f = found(window, start, credit, "line-name/agency");
    if !shape.agency {
        if shape.words > 6 || shape.caseless > 3 || is_unspaced_phrase(printed) {
            return None;
        }
        f.confidence = Confidence::ShapeOnly;
        f.rule = "line-name";
    }
    Some(f)
}

/// Letters of the longest name that is written without a space inside.
const LONGEST_UNSPACED_NAME: usize = 16;

/// Whether one "word" of the line is a phrase: Thai, Lao, Khmer, Burmese and Tibetan have no spaces between words, and
/// a second line of a caption may hold none at all.
fn is_unspaced_phrase(printed: &str) -> bool {
    let letters = |word: &str| word.chars().filter(|&c| is_caseless(c)).count();
    printed.split_whitespace().any(|word| letters(word) > LONGEST_UNSPACED_NAME)
}

/// `CAPTION | AGENCY`, `CAPTION | NAME`, and `AGENCY | NAME` as a line of its own.
fn after_bar(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let bar = |text: &str| {
        text.char_indices().rev().find(|(_, c)| matches!(c, '|' | '│' | '｜')).map(|(i, c)| (i, i + c.len_utf8()))
    };
    let (mut at, after) = bar(window)?;
    let credit = trim_body(window, after, window.len());
    if credit.is_empty() {
        return None;
    }
    let mut start = credit.start;
    let shape = body::strict_shape(&window[credit.clone()], lexicon)?;
    if shape.small > 0 || shape.words > 8 || is_mark(&window[credit.clone()], lexicon) && !window[..at].contains('|') {
        return None;
    }
    let mut known = shape.agency;
    // `… | AGENCY | NAME`: take in the segment before as well when it is one.
    for _ in 0..2 {
        let Some((previous, from)) = bar(&window[..at]) else { break };
        let segment = trim_body(window, from, at);
        let Some(shape) =
            body::strict_shape(&window[segment.clone()], lexicon).filter(|s| s.small == 0 && s.words <= 6)
        else {
            break;
        };
        known |= shape.agency;
        start = segment.start;
        at = previous;
    }
    // The whole line may be `AGENCY | NAME`.
    let first = trim_body(window, 0, at);
    if let Some(s) = body::strict_shape(&window[first.clone()], lexicon)
        && s.agency
        && s.small == 0
        && s.words <= 6
        && !first.is_empty()
    {
        return Some(found(window, 0, first.start..credit.end, "tail-pipe"));
    }
    let mut f = found(window, at, start..credit.end, "tail-pipe");
    if !known {
        f.confidence = Confidence::ShapeOnly;
    }
    Some(f)
}

/// `CAPTION. -- fotoABCD (2029)`: behind two dashes the word for a picture, glued to the letters of its agency.
fn after_dashes(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let (before, behind) = window.trim_end().rsplit_once("--")?;
    let printed = behind.trim_start();
    let letters = printed.find(|c: char| !c.is_lowercase())?;
    let folded = crate::fold::fold(&printed[..letters]);
    let word =
        matches!(lexicon.credit_words.at_start(&folded), Some((end, CreditWord::Label { .. })) if end == folded.len());
    let (agency, rest) = printed[letters..]
        .split_at(printed[letters..].find(|c: char| !c.is_uppercase()).unwrap_or(printed.len() - letters));
    let year = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    if !word || agency.chars().count() < 3 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let from = window.trim_end().len() - printed.len() + letters;
    Some(found(window, before.len(), from..from + agency.len(), "tail-dashes-AGENCY"))
}

/// `CAPTION - TOWN HALL OF BERGEN`: two words or more in capitals behind a dash.
fn after_dash(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let (before, holder) = window.trim_end().rsplit_once(" - ")?;
    if let Some(found) = holder_after_sentence(window, before, holder, lexicon) {
        return Some(found);
    }
    let capitals = holder.chars().filter(|c| c.is_uppercase()).count() >= 6 && !holder.chars().any(char::is_lowercase);
    let words = holder.split_whitespace().count();
    let plain = !holder.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '"' | '?' | '!'));
    let spoken = before.chars().any(char::is_lowercase) && before.split_whitespace().count() >= 4;
    if !capitals || !(2..=6).contains(&words) || !plain || !spoken {
        return None;
    }
    let credit = trim_body(window, before.len() + 3, window.trim_end().len());
    body::shape(window.get(credit.clone())?, lexicon)?;
    let mut found = found(window, before.len(), credit, "tail-dash-CAPS");
    found.confidence = Confidence::ShapeOnly;
    Some(found)
}

/// `CAPTION. - Reader's own`, `CAPTION. - Gazette`: behind the end of a sentence a dash and few words.
fn holder_after_sentence(window: &str, before: &str, holder: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    const MOST_WORDS: usize = 4;
    let ends = before.split_whitespace().next_back().is_some_and(body::ends_sentence);
    let plain = holder.starts_with(char::is_uppercase)
        && !holder.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '"' | '?' | '!' | '“' | '»' | ','))
        && !holder.ends_with('.')
        && holder.split_whitespace().count() <= MOST_WORDS;
    let shape = body::shape(holder, lexicon).filter(|shape| ends && plain && shape.small <= 1)?;
    let credit = trim_body(window, before.len() + 3, window.trim_end().len());
    let mut found = found(window, before.len(), credit, "tail-dash-name");
    if !shape.agency {
        found.confidence = Confidence::ShapeOnly;
    } else if shape.agency_only {
        found.picture_only = false;
    }
    Some(found)
}

/// `（町＝PAPER／NAME）`: a place, and behind the sign of equality who made the picture.
fn equals_in_brackets(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let inside = window.trim_end().strip_suffix('）')?;
    let (before, inside) = inside.rsplit_once('（')?;
    let (place, holder) = inside.split_once('＝')?;
    let short = (1..=8).contains(&place.chars().count()) && !place.contains(['、', '。', '日']);
    let named = holder.contains('／') || lexicon.agency(holder).is_some();
    if !short || !named || holder.chars().count() > 24 || before.trim().is_empty() {
        return None;
    }
    let from = window.trim_end().len() - '）'.len_utf8() - holder.len();
    Some(found(window, before.len(), from..from + holder.len(), "ja-equals"))
}

/// `＝AGENCY` of Japanese captions. A place and a date after the sign are caption text.
fn after_equals(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let (at, sign) = window.char_indices().rev().find(|(_, c)| matches!(c, '＝' | '='))?;
    // `[서울=뉴시스]`: a place and an agency in one bracket are a dateline.
    let open = window[..at].rfind(['[', '(', '（', '［', '【']);
    if open.is_some_and(|open| !window[open..at].contains([']', ')', '）', '］', '】'])) {
        return None;
    }
    let credit = trim_body(window, at + sign.len_utf8(), window.len());
    // `… 있다. /한들=뉴스온`: place and paper behind the end of a sentence and a stroke.
    if let Some(stroke) = window[..at].rfind('/').filter(|stroke| at - stroke <= 24 && sign == '=') {
        let place = window[stroke + 1..at].trim();
        let holder = window.get(credit.clone())?;
        let ends = window[..stroke].split_whitespace().next_back().is_some_and(body::ends_sentence);
        let short = |text: &str| (1..=8).contains(&text.chars().count()) && !text.contains([' ', '.', ',']);
        if ends && short(place) && short(holder) {
            return Some(found(window, stroke, credit, "ja-equals"));
        }
    }
    lexicon.agency(window.get(credit.clone())?)?;
    // `… 있다. 인천=연합뉴스`: behind a sentence the word before the sign is the place that the agency writes from.
    let head = window[..at].trim_end();
    let place = head.rfind(char::is_whitespace).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
    let behind = head[..place].split_whitespace().next_back().is_some_and(body::ends_sentence);
    let at = if behind && head[place..].chars().count() <= 6 { place } else { at };
    Some(found(window, at, credit, "ja-equals"))
}

/// What stands after the last sentence, or the whole line.
fn after_sentence(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let trimmed = window.trim_end();
    let mut start = None;
    let mut glued = false;
    // Walk back over the words that could be a credit; the sentence before must end there.
    let mut at = trimmed.len();
    for _ in 0..14 {
        let head = trimmed[..at].trim_end();
        if head.is_empty() {
            start = Some(0);
            break;
        }
        let word_start =
            head.rfind(char::is_whitespace).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        let word = &head[word_start..];
        if at < trimmed.len()
            && (body::ends_sentence(word) || word.ends_with(['。', '"', '”', '»', '」', '“']) || word.ends_with("다."))
        {
            start = Some(at);
            break;
        }
        if let Some(i) = glued_stop(word) {
            start = Some(word_start + i);
            glued = true;
            break;
        }
        if at == trimmed.len()
            && let Some(i) = word.trim_end_matches(['。', '.']).rfind(['。', '」'])
        {
            // Text without spaces: the sentence ends inside the "word".
            let stop = word_start + i + word[i..].chars().next().map_or(1, char::len_utf8);
            start = Some(stop);
            break;
        }
        at = word_start;
    }
    let mut start = start?;
    // `(AP Photo/Ann Lee) AP Photo`: two credits, of which this is the second.
    if trimmed[start..].trim_start().starts_with('(')
        && let Some(close) = trimmed[start..].rfind(") ")
    {
        start += close + 1;
    }
    let credit = trim_body(trimmed, start, trimmed.len());
    if credit.is_empty() {
        return None;
    }
    if let Some(form) = alone(&trimmed[credit.clone()], lexicon).filter(|_| !glued) {
        return Some(CreditMatch { provided: true, ..found(trimmed, start, credit, form) });
    }
    if is_mark(&trimmed[credit.clone()], lexicon) {
        return None;
    }
    let printed = &trimmed[credit.clone()];
    let shape = body::strict_shape(printed, lexicon)?;
    if shape.small > 0 {
        return None;
    }
    let whole = start == 0;
    let mut f = found(trimmed, start, credit, "tail-name/agency");
    if shape.agency {
        if shape.agency_only {
            f.rule = "tail-wire-bare";
            f.picture_only = !is_wire(printed, lexicon);
        }
        // `President Lee told reporters. "…" Reuters` is fine; a long run of capitals is a headline.
        return (shape.words <= 10).then_some(f);
    }
    if glued {
        return None;
    }
    f.confidence = Confidence::ShapeOnly;
    if whole {
        // A line of two capitalised words is a name as often as a title: a slash must speak for the credit.
        return (shape.slash && shape.words <= 6 && !trimmed.ends_with('.') && !trimmed.contains("//")).then_some(f);
    }
    if shape.acronym {
        f.rule = "tail-caps-acronym";
        return Some(f);
    }
    if shape.caseless > 0 || trimmed.ends_with(['.', '!', '?']) || printed.contains([':', '"', '“']) {
        return None;
    }
    if shape.slash && shape.words <= 6 {
        return Some(f);
    }
    if shape.words <= 8 && is_name_for_paper(printed, lexicon) {
        f.confidence = Confidence::AgencyKnown;
        f.rule = "tail-NAME-for-paper";
        return Some(f);
    }
    f.rule = if printed.chars().any(char::is_lowercase) { "tail-name" } else { "tail-NAME-CAPS" };
    (2..=4).contains(&shape.words).then_some(f)
}

/// `ANN LEE POUR « LE COURRIER »`: capitals only, and the word between a photographer and a paper among them.
fn is_name_for_paper(printed: &str, lexicon: &Lexicon) -> bool {
    let capitals = !printed.chars().any(char::is_lowercase);
    let mut words = printed.split_whitespace().skip(1);
    capitals && words.any(|word| lexicon.credit_for.contains(&crate::fold::fold(word))) && words.next().is_some()
}

/// Where a sentence ends inside a word because two elements were glued: `kommen.Getty`, `(España).Eva`.
fn glued_stop(word: &str) -> Option<usize> {
    let (at, _) = word.match_indices(['.', '!', '?', '”', '"']).rfind(|(i, stop)| {
        let before = &word[..*i];
        let after = &word[i + stop.len()..];
        after.starts_with(|c: char| c.is_uppercase())
            && (before.ends_with([')', '.', '”', '"'])
                || before.chars().rev().take(3).filter(|c| c.is_lowercase() || c.is_ascii_digit()).count() == 3)
    })?;
    Some(at + word[at..].chars().next().map_or(1, char::len_utf8))
}

/// `… the old harbour Ann Lee/AFP`: no border before the name, but a slash and a known agency after it.
fn slashed(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let trimmed = window.trim_end();
    let slash = trimmed.rfind(['/', '／'])?;
    let after = trimmed[slash..].trim_start_matches(['/', '／']).trim();
    let agency_after =
        lexicon.agency(after).is_some() || after.strip_prefix("via ").is_some_and(|a| lexicon.agency(a).is_some());
    let first_part = trimmed[..slash].trim_end();
    // Take in earlier parts of `A/B/C`.
    let mut left = first_part;
    while let Some(i) = left.rfind('/') {
        let middle = left[i + 1..].trim();
        if middle.split_whitespace().count() > 3
            || middle.chars().any(char::is_lowercase)
                && middle.chars().next().is_some_and(char::is_lowercase)
                && lexicon.agency(middle).is_none()
        {
            break;
        }
        left = left[..i].trim_end();
    }
    // Now the words before the first slash: an agency, or one to three capitalised words.
    let mut start = left.len();
    let mut taken = Vec::new();
    for _ in 0..4 {
        let head = left[..start].trim_end();
        let at = head.rfind(char::is_whitespace).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        let word = &head[at..];
        let first = word.chars().next()?;
        if taken.is_empty() && lexicon.agency(word).is_some()
            || first.is_uppercase() && !body::ends_sentence(word) && !word.ends_with([',', ';', ':', ')'])
        {
            start = at;
            taken.push(at);
        } else if lexicon.particles.contains(&crate::fold::fold(word)) && !taken.is_empty() {
            start = at;
        } else {
            break;
        }
        if at == 0 {
            break;
        }
    }
    let agency_before = taken.iter().any(|&at| lexicon.agency(&left[at..]).is_some());
    if !agency_after && !agency_before {
        return None;
    }
    // A run of four capitalised words holds the end of the caption; a name has two.
    let word_at = |at: usize| left[at..].split_whitespace().next().unwrap_or("");
    let mut from = match taken.len() {
        0 => return None,
        // `… the UK Ann Lee/AP`: an acronym before a name in small letters is the caption's.
        3 if body::is_acronym(word_at(taken[2])) && !body::is_acronym(word_at(taken[1])) => taken[1],
        1..=3 => *taken.last()?,
        _ => taken[1],
    };
    // `vecino de BédarEva Ruiz/EFE`: two elements glued inside a word. Four letters keep `McCarthy` whole.
    let first = word_at(from);
    let camel = first
        .char_indices()
        .zip(first.chars().skip(1))
        .find(|((i, c), next)| c.is_lowercase() && next.is_uppercase() && first[..*i].chars().count() >= 3);
    if let Some(((i, c), _)) = camel {
        from += i + c.len_utf8();
    }
    // `@harbour_fan via X / Reuters`.
    if let Some(head) = trimmed[..from].trim_end().strip_suffix(" via") {
        let at = head.rfind(char::is_whitespace).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        if head[at..].starts_with('@') || head[at..].starts_with(char::is_uppercase) {
            from = at;
        }
    }
    if trimmed[from..].chars().any(is_caseless) {
        return None;
    }
    let credit = trim_body(trimmed, from, trimmed.len());
    let shape = body::strict_shape(trimmed.get(credit.clone())?, lexicon)?;
    (shape.small == 0).then(|| found(trimmed, from, credit, "tail-name/agency"))
}

/// `… a quiet street Getty Images`: picture libraries close a caption without any border.
fn stock_at_end(window: &str, lexicon: &Lexicon) -> Option<CreditMatch> {
    let trimmed = window.trim_end();
    if !lexicon.agencies.may_end_library(trimmed) {
        return None;
    }
    let mut at = trimmed.len();
    let mut best = None;
    for _ in 0..3 {
        let head = trimmed[..at].trim_end();
        at = head.rfind(char::is_whitespace).map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        if lexicon.agency(&trimmed[at..]).is_some_and(|a| matches!(a.kind, AgencyKind::Photo | AgencyKind::Stock)) {
            best = Some(at);
        }
        if at == 0 {
            break;
        }
    }
    let at = best?;
    let before = crate::fold::fold(trimmed[..at].split_whitespace().next_back()?);
    if lexicon.sentence_words.contains(&before) || trimmed[..at].trim_end().ends_with([',', ':']) {
        return None;
    }
    let credit = trim_body(trimmed, at, trimmed.len());
    let mut f = found(trimmed, at, credit, "tail-stock-bare");
    f.confidence = Confidence::ShapeOnly;
    Some(f)
}
