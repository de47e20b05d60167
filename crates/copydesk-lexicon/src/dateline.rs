//! Datelines: `SEOUL, Nov. 10 (Yonhap) --`, `(CNN) —`, `HÀ NỘI -`, `新华社北京4月24日电`.

use crate::{Confidence, Lexicon};

/// The dateline at the start of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dateline<'t> {
    /// The place, as printed.
    pub place: Option<&'t str>,
    /// The agency or outlet, as printed.
    pub agency: Option<&'t str>,
    /// The date, as printed.
    pub date_text: Option<&'t str>,
    /// Where the text of the paragraph begins, in bytes.
    pub end: usize,
    /// How it was known: a dateline of a place in capitals alone is only a shape.
    pub confidence: Confidence,
}

/// Longest dateline, in bytes.
const LONGEST: usize = 140;

/// Reads the dateline of a paragraph.
pub fn read_dateline<'t>(paragraph: &'t str, lexicon: &Lexicon) -> Option<Dateline<'t>> {
    let lead = paragraph.len() - paragraph.trim_start().len();
    let text = &paragraph[lead..];
    let window = crate::fold::head(text, LONGEST);
    let mut found = spaceless(window, lexicon)
        .or_else(|| in_brackets(window, lexicon))
        .or_else(|| before_dash(window, lexicon))
        .or_else(|| before_stop(text))?;
    found.end += lead;
    // A dateline without a paragraph after it is a line of its own, such as a headline.
    (!paragraph[found.end..].trim().is_empty()).then_some(found)
}

/// Who filed a dispatch whose brackets name agency, reporter, place and day: `（中央社記者X台北29日電）`.
pub fn read_reporter<'t>(paragraph: &'t str, lexicon: &Lexicon) -> Option<&'t str> {
    let text = crate::fold::head(paragraph.trim_start(), LONGEST);
    let inside = text.strip_prefix(['(', '（', '【'])?;
    let inside = &inside[..inside.find([')', '）', '】'])?];
    dispatch(inside, lexicon).map(|dispatch| dispatch.reporter)
}

/// Agency, reporter, place and day of a dispatch.
struct Dispatch<'t> {
    agency: &'t str,
    reporter: &'t str,
    place: &'t str,
    day: &'t str,
}

/// Words for a reporter that stand before the name.
const REPORTER: [&str; 4] = ["記者", "记者", "特派員", "特派员"];

fn dispatch<'t>(inside: &'t str, lexicon: &Lexicon) -> Option<Dispatch<'t>> {
    let head = inside.trim().strip_suffix(['電', '电'])?;
    let (agency, rest) = REPORTER.iter().find_map(|word| head.split_once(word))?;
    let (rest, day) = rest.split_at(rest.find(|c: char| c.is_ascii_digit())?);
    let rest = rest.trim();
    let signs: Vec<usize> = rest.char_indices().map(|(at, _)| at).chain([rest.len()]).collect();
    // The rest is name and place, each of two signs at least; most names have three.
    let length = if signs.len() > 5 { 3 } else { 2 };
    let cut = *signs.get(length)?;
    let known = day.ends_with('日') && lexicon.han_families.contains(&rest.chars().next()?);
    known.then(|| Dispatch { agency: agency.trim(), reporter: &rest[..cut], place: rest[cut..].trim(), day })
}

/// `(Hoaison) - `, `(CNN) —`, `(서울=연합뉴스) 홍길동 기자 = `, `【北京共同】`, `[서울=뉴시스]`.
fn in_brackets<'t>(window: &'t str, lexicon: &Lexicon) -> Option<Dateline<'t>> {
    let open = window.chars().next()?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '（' => '）',
        '【' => '】',
        _ => return None,
    };
    let from = open.len_utf8();
    let to = window.find(close)?;
    let inside = window.get(from..to)?.trim();
    if inside.is_empty() || inside.chars().count() > 40 {
        return None;
    }
    let after = to + close.len_utf8();
    if let Some(found) = dispatch(inside, lexicon) {
        return Some(Dateline {
            place: (!found.place.is_empty()).then_some(found.place),
            agency: (!found.agency.is_empty()).then_some(found.agency),
            date_text: Some(found.day),
            end: after_separator(window, after),
            confidence: Confidence::Labelled,
        });
    }
    if let Some((place, agency)) =
        inside.split_once(['=', '＝', '·', '聯']).filter(|(_, a)| lexicon.agency(a).is_some())
    {
        return Some(Dateline {
            place: Some(place.trim()),
            agency: Some(agency.trim()),
            date_text: None,
            end: after_separator(window, after),
            confidence: Confidence::AgencyKnown,
        });
    }
    if open == '【' {
        let (place, agency) = split_known_end(inside, lexicon)?;
        return Some(Dateline {
            place: (!place.is_empty()).then_some(place),
            agency: Some(agency),
            date_text: None,
            end: after_separator(window, after),
            confidence: Confidence::AgencyKnown,
        });
    }
    let known = lexicon.agency(inside).is_some();
    let end = dash_after(window, after);
    if end.is_none() && !known {
        return None;
    }
    if !known && (inside.chars().any(|c| c.is_ascii_digit()) || inside.split_whitespace().count() > 4 || open == '[') {
        return None;
    }
    if !known && !inside.chars().next().is_some_and(|c| c.is_uppercase() || c.is_alphabetic() && !c.is_lowercase()) {
        return None;
    }
    // `(ANSA) - ROMA, 28 LUG - Text`: the place may follow the agency.
    let end = end.unwrap_or_else(|| after_separator(window, after));
    let mut dateline = Dateline {
        place: None,
        agency: Some(inside),
        date_text: None,
        end,
        confidence: if known { Confidence::AgencyKnown } else { Confidence::ShapeOnly },
    };
    if known
        && let Some(rest) = window.get(end..)
        && let Some(inner) = before_dash(rest, lexicon)
        && inner.agency.is_none()
    {
        dateline.place = inner.place;
        dateline.date_text = inner.date_text;
        dateline.end = end + inner.end;
    }
    Some(dateline)
}

fn split_known_end<'t>(inside: &'t str, lexicon: &Lexicon) -> Option<(&'t str, &'t str)> {
    inside
        .char_indices()
        .map(|(i, _)| i)
        .find(|&i| lexicon.agency(&inside[i..]).is_some())
        .map(|i| (inside[..i].trim_end_matches(['=', '＝', '・', ' ']), &inside[i..]))
}

/// `PLACE, date (Agency) -- `.
fn before_dash<'t>(window: &'t str, lexicon: &Lexicon) -> Option<Dateline<'t>> {
    let (at, end) = dash_in(window)?;
    let head = window[..at].trim_end();
    if head.is_empty() {
        return None;
    }
    // The agency in brackets at the end of the head.
    let (head, bracketed) = match head.strip_suffix([')', '）']).and_then(|h| Some((h, h.rfind(['(', '（'])?))) {
        Some((inner, open)) => {
            let width = inner[open..].chars().next().map_or(1, char::len_utf8);
            (inner[..open].trim_end(), Some(inner[open + width..].trim()))
        }
        None => (head, None),
    };
    let known = bracketed
        .is_some_and(|a| lexicon.agency(a).is_some() || a.split(['/', ',']).any(|part| lexicon.agency(part).is_some()));
    let (place, rest) = head.split_once([',', '،', '、']).map_or((head, ""), |(p, r)| (p.trim(), r.trim()));
    let (place, spoken) = match place.split_once(". ") {
        // `ГОРОД. АГЕНТСТВО – Text`
        Some((p, a)) if lexicon.agency(a).is_some() => (p, Some(a)),
        _ => (place, None),
    };
    let mut agency = bracketed.filter(|_| known).or(spoken);
    let mut date_text = None;
    if !rest.is_empty() {
        // `Ill.`, `Nov. 10`, `CNBC Indonesia`, `D.C., Nov 3`.
        for part in rest.split([',', '،']).map(str::trim).filter(|p| !p.is_empty()) {
            if part.chars().any(char::is_numeric) {
                let start = part.as_ptr() as usize - rest.as_ptr() as usize;
                date_text = Some(rest[start..].trim());
                break;
            }
            if lexicon.agency(part).is_some() {
                agency = Some(part);
            } else if part.split_whitespace().count() > 3 {
                return None;
            }
        }
    }
    if agency.is_none() && rest.is_empty() && lexicon.agency(place).is_some() {
        return Some(Dateline {
            place: None,
            agency: Some(place),
            date_text: None,
            end,
            confidence: Confidence::AgencyKnown,
        });
    }
    let capitals = is_capitals(place);
    // Between a place in capitals with its date and the dash stands an agency, known or not.
    if agency.is_none() && date_text.is_some() && capitals {
        agency = bracketed.filter(|name| starts_like_place(name) && name.split_whitespace().count() <= 3);
    }
    let sure = agency.is_some() || (date_text.is_some() && capitals);
    if place.is_empty() || place.split_whitespace().count() > 5 || place.chars().any(char::is_numeric) {
        return None;
    }
    if !capitals && (agency.is_none() || !starts_like_place(place)) {
        return None;
    }
    if date_text.is_some_and(|d| d.split_whitespace().count() > 5) || place.chars().count() < 2 {
        return None;
    }
    // After a place the text begins as a sentence does: `WWW - the early years` is a title.
    if !sure && window[end..].chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase) {
        return None;
    }
    Some(Dateline {
        place: Some(place),
        agency,
        date_text,
        end,
        confidence: if sure { Confidence::AgencyKnown } else { Confidence::ShapeOnly },
    })
}

/// `ORT. Text`: a place in capitals and a full stop, before a sentence of some length. The weakest form.
fn before_stop(text: &str) -> Option<Dateline<'_>> {
    let window = crate::fold::head(text, LONGEST);
    let at = window.find(". ")?;
    let place = &window[..at];
    let letters = place.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 5 || !is_capitals(place) || place.split_whitespace().count() > 3 || place.contains([',', '.']) {
        return None;
    }
    let end = at + 2 + (window[at + 2..].len() - window[at + 2..].trim_start().len());
    let rest = &text[end..];
    let sentence = rest.split_whitespace().take(6).count() == 6
        && rest.chars().next().is_some_and(char::is_uppercase)
        && rest.chars().take(40).any(char::is_lowercase);
    sentence.then_some(Dateline {
        place: Some(place),
        agency: None,
        date_text: None,
        end,
        confidence: Confidence::ShapeOnly,
    })
}

fn starts_like_place(place: &str) -> bool {
    place.chars().next().is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()))
        && place.split_whitespace().count() <= 4
}

/// Whether all cased letters are capitals, and there are at least three letters.
fn is_capitals(text: &str) -> bool {
    let mut letters = 0;
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        letters += usize::from(c.is_uppercase());
    }
    letters >= 3 && !text.contains([':', '"', '!', '?', '“', '/'])
}

/// The first dash that stands between spaces (or after a bracket): its start, and where the text after it begins.
fn dash_in(window: &str) -> Option<(usize, usize)> {
    for (at, c) in window.char_indices() {
        let dash = match c {
            '—' | '–' | '―' | '।' => true,
            '-' => window[..at].ends_with([' ', ')', '\u{a0}']),
            _ => false,
        };
        if !dash {
            continue;
        }
        let rest = window[at..].trim_start_matches(['—', '–', '―', '-', '।']);
        let end = window.len() - rest.trim_start().len();
        let glued = rest.chars().next().is_some_and(char::is_alphanumeric);
        if glued && c == '-' {
            return None;
        }
        return Some((at, end));
    }
    None
}

fn dash_after(window: &str, at: usize) -> Option<usize> {
    let rest = window[at..].trim_start();
    // `(PLACE)៖`, as papers in Khmer write it.
    if let Some(text) = rest.strip_prefix('៖') {
        return Some(window.len() - text.trim_start().len());
    }
    if !rest.starts_with(['-', '–', '—', '―']) {
        return None;
    }
    let text = rest.trim_start_matches(['-', '–', '—', '―']);
    Some(window.len() - text.trim_start().len())
}

fn after_separator(window: &str, at: usize) -> usize {
    let rest = window[at..]
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '―' | '=' | '＝' | ':'));
    window.len() - rest.len()
}

/// `新华社北京4月24日电`, `中新社東京24日電`: agency, place, date, and the sign for "wire".
fn spaceless<'t>(window: &'t str, lexicon: &Lexicon) -> Option<Dateline<'t>> {
    let wire = window.char_indices().take(40).find(|(_, c)| matches!(c, '电' | '電'))?;
    let head = &window[..wire.0];
    if head.contains(|c: char| c.is_whitespace() || matches!(c, '，' | '。' | ',')) {
        return None;
    }
    let digit = head.find(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c))?;
    if !head.ends_with('日') {
        return None;
    }
    let cut = head
        .char_indices()
        .map(|(i, _)| i)
        .skip(1)
        .take_while(|&i| i <= digit)
        .filter(|&i| lexicon.agency(&head[..i]).is_some())
        .last()
        .or_else(|| {
            head.starts_with("本报")
                .then_some("本报".len())
                .or_else(|| head.starts_with("本報").then_some("本報".len()))
        })?;
    let place = &head[cut..digit];
    let end = wire.0 + wire.1.len_utf8();
    Some(Dateline {
        place: (!place.is_empty()).then_some(place),
        agency: Some(&head[..cut]),
        date_text: Some(&head[digit..]),
        end: end + (window[end..].len() - window[end..].trim_start().len()),
        confidence: Confidence::AgencyKnown,
    })
}
