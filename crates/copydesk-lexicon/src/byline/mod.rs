//! Bylines: `By Ann Lee`, `Von X und Y`, `Автор: X`, `X 기자`, and names out of metadata.

mod metadata;
mod names;

use copydesk_text::is_domain;
use unicode_normalization::UnicodeNormalization;

use crate::agency::AgencyKind;
use crate::fold::{Folded, fold, is_unspaced};
use crate::lexicon::BylineWord;
use crate::name::is_person;
use crate::{Confidence, Lexicon, Line};
use names::{Mode, Names, is_tail_word, is_titled};

pub use metadata::clean_name;

/// Who wrote it, as a line says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Byline<'t> {
    /// People, as printed.
    pub people: Vec<String>,
    /// Agencies, outlets and desks, as printed.
    pub organisations: Vec<String>,
    /// Roles that stand with the names (`Staff Reporter`).
    pub roles: Vec<String>,
    /// The place that stands with the names.
    pub place: Option<String>,
    /// What stands after the names: most often a date. A part of the line.
    pub rest: &'t str,
    /// The form that was found: an id of `data/bylines.toml`.
    pub rule: &'static str,
    /// How it was known. `None` never leaves this crate.
    confidence: Option<Confidence>,
}

impl Byline<'_> {
    /// How the byline was known. Two capitalised words alone are only a shape: they count where a byline is expected,
    /// right after the headline, before the date, or as the last line.
    pub fn confidence(&self) -> Confidence {
        self.confidence.unwrap_or(Confidence::ShapeOnly)
    }
}

/// A name before `기자` or `記者` has no more signs.
const LONGEST_UNSPACED: usize = 5;

/// Longest line that can be a byline, in bytes.
const LONGEST: usize = 300;

/// Reads a line as a byline.
pub fn read_byline<'t>(line: &'t str, lexicon: &Lexicon) -> Option<Byline<'t>> {
    Line::new(line).byline(lexicon)
}

/// A line without the dashes before its words, if it is short enough.
pub(crate) fn without_dashes(line: &str) -> Option<&str> {
    let short = !line.is_empty() && line.len() <= LONGEST;
    short.then(|| {
        // `【佐伯みのり】`: a whole line in such brackets.
        let line = line.strip_prefix('【').and_then(|inner| inner.strip_suffix('】')).unwrap_or(line);
        line.trim_start_matches(|c: char| {
            matches!(c, '-' | '–' | '—' | '|' | '•' | '·' | '*' | '✍' | '/') || c.is_whitespace()
        })
    })
}

/// Reads a line and its folded form.
pub(crate) fn read<'t>(line: &'t str, folded: &Folded, lexicon: &Lexicon) -> Option<Byline<'t>> {
    if is_trap(folded.text(), lexicon) {
        return None;
    }
    labelled(line, folded, lexicon).or_else(|| bare(line, lexicon))
}

/// Whether a folded line says of itself that it is no byline.
pub(crate) fn is_trap(text: &str, lexicon: &Lexicon) -> bool {
    text.contains(['©', '?'])
        || lexicon.byline_trap_ends.at_end(text.trim_end()).is_some()
        || matches!(lexicon.byline_words.at_start(text), Some((_, BylineWord::Trap)))
}

/// Whether a line is the name of somebody who comments, with what a page puts behind it: `Ann says:`.
pub fn names_commenter(line: &str, lexicon: &Lexicon) -> bool {
    let line = line.trim();
    line.len() <= 80
        && line.ends_with([':', '：'])
        && lexicon.byline_trap_ends.at_end(Folded::new(line).text()).is_some_and(|(at, ())| at > 0)
}

/// The byline that a word of the line names.
pub(crate) fn labelled<'t>(line: &'t str, folded: &Folded, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let text = folded.text();
    let opener = match lexicon.byline_words.at_start(text) {
        Some((end, BylineWord::Opener(form))) => Some((end, form)),
        Some((end, BylineWord::Label(form))) => {
            let dashed = || text[..end].starts_with(is_unspaced) && text[end..].starts_with(" - ");
            separator(&text[end..]).or_else(|| dashed().then_some(0)).map(|_| (end, form))
        }
        _ => None,
    };
    opener
        .and_then(|(end, form)| after_opener(line, folded, end, form, lexicon))
        .filter(|byline| !is_name_itself(line, folded, byline, lexicon))
        .or_else(|| suffixed(line, folded, lexicon))
        .or_else(|| date_first(line, folded, lexicon))
}

/// Whether a line without a byline word may hold what makes a name more than a shape: a role, a desk, an agency, a mail
/// address, the name of a site, or something in brackets.
pub(crate) fn may_be_sure(folded: &str, lexicon: &Lexicon) -> bool {
    let site = || {
        folded.as_bytes().windows(3).any(|w| w[1] == b'.' && w[0].is_ascii_alphanumeric() && w[2].is_ascii_alphabetic())
    };
    folded.contains(['@', '(', '[']) || site() || lexicon.byline_signs.any(folded)
}

fn separator(rest: &str) -> Option<usize> {
    let trimmed = rest.trim_start();
    let first = trimmed.chars().next()?;
    matches!(first, ':' | '/' | '=' | '|' | '・' | '៖' | '丨').then(|| rest.len() - trimmed.len() + first.len_utf8())
}

fn after_opener<'t>(line: &'t str, folded: &Folded, end: usize, form: u16, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let text = folded.text();
    let colon = separator(&text[end..]);
    let at = folded.origin(end + colon.unwrap_or(0));
    let to = folded.origin(other_trade(text, end, lexicon).unwrap_or(text.len()));
    // A second opener: `Posted by: By Ann Lee`, `Текст: Автор X`.
    let rest = without_joiner(&line[at.min(to)..to], lexicon).trim_start();
    // `ရေးသားသူ - X`: in scripts without capitals a dash parts label and name as well.
    let rest = if text[..end].starts_with(is_unspaced) { rest.trim_start_matches("- ") } else { rest };
    let rest = strip_opener(rest, lexicon);
    let rest = without_place_before(rest, lexicon);
    let (rest, more) = second_label(rest, lexicon).map_or((rest, ""), |at| (rest[..at].trim_end(), &rest[at..]));
    let mut found = Names::read(rest, lexicon, Mode::Labelled { sure: colon.is_some() })?;
    without_genre(&mut found.people, lexicon);
    let confidence = if colon.is_some() || found.people.iter().any(|p| p.contains(' ') || p.chars().all(is_unspaced)) {
        Confidence::Labelled
    } else if found.organisations.is_empty() {
        Confidence::ShapeOnly
    } else {
        Confidence::AgencyKnown
    };
    let mut byline = found.into_byline(lexicon.form_ids[form as usize], confidence);
    if !more.is_empty() {
        byline.rest = more;
    }
    if let Some(more) = labelled(more, &Folded::new(more), lexicon) {
        let new = |name: &String| !byline.people.contains(name);
        let people: Vec<String> = more.people.into_iter().filter(new).collect();
        byline.people.extend(people);
        byline.organisations.extend(more.organisations);
        byline.rest = more.rest;
    }
    Some(byline)
}

/// Where a second label with its names begins: `通讯员：X 记者：Y`.
fn second_label(text: &str, lexicon: &Lexicon) -> Option<usize> {
    if !text.contains([':', '：']) {
        return None;
    }
    let starts = text.match_indices(char::is_whitespace).map(|(at, blank)| at + blank.len()).take(24);
    starts.into_iter().find(|at| {
        let folded = Folded::new(&text[*at..]);
        let word = lexicon.byline_words.at_start(folded.text());
        matches!(word, Some((end, BylineWord::Label(_) | BylineWord::Opener(_)))
            if separator(&folded.text()[end..]).is_some() && folded.text()[end..].trim_start().starts_with([':', '：']))
    })
}

/// `حاوره في صنعاء / أحمد علي`: names without the place that a stroke parts from them.
fn without_place_before<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let Some((place, names)) = text.split_once(" / ") else { return text };
    let mut words = place.split_whitespace();
    let placed = words.next().is_some_and(|word| lexicon.place_words.contains(&fold(word)));
    if placed && words.count() <= 4 { names.trim_start() } else { text }
}

/// Where a line begins to name who did something else than write: `Text: A, Fotos: B`, `Reporting by A; Editing by B`.
fn other_trade(text: &str, after: usize, lexicon: &Lexicon) -> Option<usize> {
    let stands_apart = |at: usize| {
        text[..at].ends_with(|c: char| {
            c.is_whitespace() || matches!(c, ',' | ';' | '.' | '/' | '|' | '(' | '·' | '、' | '。')
        })
    };
    let mut found = lexicon.other_trades.all(&text[after..]).map(|(at, end, colon)| (after + at, after + end, colon));
    let (at, ..) = found.find(|&(at, end, colon)| {
        text[after..at].contains(char::is_alphabetic)
            && stands_apart(at)
            && (!colon || separator(&text[end..]).is_some())
    })?;
    Some(at)
}

/// `Ann Lee und`, cut off in the middle, without the word and the signs at its end.
fn without_joiner<'t>(line: &'t str, lexicon: &Lexicon) -> &'t str {
    let line =
        line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '|' | '(' | '·' | '、'));
    match line.rsplit_once(char::is_whitespace) {
        Some((before, last)) if !is_titled(last) && (last == "&" || lexicon.joiners.contains(&fold(last))) => before,
        _ => line,
    }
}

/// `記者X／台北報導`: the place and the kind of report behind a reporter's name are nobody.
fn without_genre(people: &mut Vec<String>, lexicon: &Lexicon) {
    let is_genre = |name: &String| {
        let folded = Folded::new(name);
        matches!(lexicon.byline_suffixes.at_end(folded.text()), Some((at, _)) if at > 0)
            && name.starts_with(is_unspaced)
    };
    if people.len() > 1 {
        people.retain(|name| !is_genre(name));
    }
    // `記者 X 報導`: the word for the report behind the name.
    for name in people {
        let Some((before, last)) = name.rsplit_once(' ') else { continue };
        if name.starts_with(is_unspaced) && lexicon.byline_suffixes.whole(&fold(last)).is_some() {
            *name = before.to_owned();
        }
    }
}

/// `Do Seo-yun`, `Na Asha`: what looks like an opener is a family name, unless an organisation or two names follow.
fn is_name_itself(line: &str, folded: &Folded, byline: &Byline<'_>, lexicon: &Lexicon) -> bool {
    let word = folded.text().split_whitespace().next().unwrap_or_default();
    lexicon.also_names.contains(word)
        && line.starts_with(char::is_uppercase)
        && byline.organisations.is_empty()
        && byline.people.iter().all(|name| !name.contains(' '))
}

/// `text` without a byline word at its start.
fn strip_opener<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let folded = Folded::new(crate::fold::head(text, 80));
    match lexicon.byline_words.at_start(folded.text()) {
        Some((end, BylineWord::Opener(_)))
            if lexicon.also_names.contains(&folded.text()[..end]) && text.starts_with(char::is_uppercase) =>
        {
            text
        }
        Some((end, BylineWord::Opener(_))) => {
            let end = end + separator(&folded.text()[end..]).unwrap_or(0);
            text[folded.origin(end)..].trim_start()
        }
        Some((end, BylineWord::Label(_))) => match separator(&folded.text()[end..]) {
            Some(colon) => text[folded.origin(end + colon)..].trim_start(),
            None => text,
        },
        _ => text,
    }
}

/// `홍길동 기자`, `서울=홍길동 기자`, `X記者`, `記者X／台北報導`.
fn suffixed<'t>(line: &'t str, folded: &Folded, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let text = folded.text();
    let (at, end, form) = lexicon
        .byline_suffixes
        .all(text)
        .find(|&(at, end, _)| at > 0 && !text[end..].starts_with(|c: char| c.is_alphabetic()))?;
    let whole = line[..folded.origin(at)].trim();
    // A date may stand before the name: `입력 2024.11.10 07:30 X 기자`.
    let (dated, before) = match whole.rfind(|c: char| c.is_ascii_digit()) {
        Some(last) if whole[last + 1..].starts_with(char::is_whitespace) => whole.split_at(last + 1),
        _ => ("", whole),
    };
    let before = before.trim_start();
    let after = line[folded.origin(end)..].trim();
    let mut byline = Byline {
        rest: if after.is_empty() { dated } else { after },
        rule: lexicon.form_ids[form as usize],
        confidence: Some(Confidence::Labelled),
        ..Byline::default()
    };
    let before = before.trim_start_matches(['[', '(', '（', '【']).trim_end_matches([']', ')', '/', '／', '）']);
    // `Paper／記者X／台北報導`: a word for reporter says which part is the name.
    let reporter = before.split(['/', '／']).map(str::trim).find_map(|part| {
        // `Paper 記者X／台北報導`: a blank parts the paper as well.
        [part, part.rsplit_once(' ').map_or("", |(_, last)| last)].into_iter().find_map(|part| {
            let name = strip_opener(part, lexicon);
            (name.len() < part.len() && !name.is_empty()).then_some(name)
        })
    });
    let (head, names) = match reporter {
        Some(name) => (None, name),
        None => match before.rsplit_once(['=', '＝', ']', '】', '／', '/', '|', '│', 'ㅣ']) {
            // `홍길동/이바다 기자`: two names, and no paper with one.
            Some((head, _))
                if before[head.len()..].starts_with(['/', '／']) && is_person(head.trim(), lexicon, false) =>
            {
                (None, before)
            }
            Some((head, names)) if !names.trim().is_empty() => (Some(head.trim()), names),
            _ => (None, before),
        },
    };
    if let Some(head) = head.filter(|h| !h.is_empty()) {
        if head.chars().count() > 16 {
            return None;
        }
        if is_organisation(head, lexicon) {
            byline.organisations.push(head.to_owned());
        } else {
            byline.place = Some(head.to_owned());
        }
    }
    for name in names.split(['·', ',', '、', '・', '/', '，']).flat_map(|n| n.split(" 및 ")) {
        let name = strip_opener(name.trim(), lexicon).trim();
        if name.is_empty() {
            continue;
        }
        if lexicon.agency(name).is_some() {
            byline.organisations.push(name.to_owned());
        } else if is_person(name, lexicon, true)
            && name.split_whitespace().count() <= if name.contains(is_unspaced) { 2 } else { 3 }
            && (!name.chars().all(is_unspaced) || name.nfc().count() <= LONGEST_UNSPACED)
        {
            byline.people.push(name.to_owned());
        } else if let Some((person, desk)) = name.split_once(' ').filter(|(name, _)| is_person(name, lexicon, false)) {
            // `X 디지털뉴스부 인턴기자`: the desk stands between name and role.
            byline.people.push(person.to_owned());
            byline.roles.push(desk.trim().to_owned());
        } else {
            return None;
        }
    }
    // `X기자 Y기자`: each name with its word.
    let more = Folded::new(after);
    if let Some(others) = suffixed(after, &more, lexicon).filter(|others| others.place.is_none()) {
        byline.people.extend(others.people);
        byline.rest = others.rest;
        return Some(byline);
    }
    // After the name only mail, date and controls: a sentence goes on in words.
    let words = after.split_whitespace().filter(|w| {
        w.chars().any(char::is_alphabetic) && !w.contains(['@', '.']) && !w.contains(|c: char| c.is_ascii_digit())
    });
    if words.count() > 3 || byline.people.is_empty() && byline.organisations.is_empty() {
        return None;
    }
    Some(byline)
}

/// `27 juin 2019 Par Ann Lee`: the date first, then the byline.
fn date_first<'t>(line: &'t str, folded: &Folded, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let text = folded.text();
    if !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.split_whitespace().next().is_some_and(|w| is_tail_word(w.trim_end_matches(','), lexicon))
    {
        return None;
    }
    // The opener stands after the last figure and the rest of the clock; trying one place keeps this linear.
    let last_digit = text.rfind(|c: char| c.is_ascii_digit())?;
    let gap = text[last_digit + 1..].find(|c: char| c.is_alphabetic())? + last_digit + 1;
    let gap = if text[..gap].ends_with(|c: char| c.is_ascii_digit()) { return None } else { gap };
    let gap = behind_clock(line, folded, gap);
    let (end, word) = lexicon.byline_words.at_start(&text[gap..])?;
    let form = match word {
        BylineWord::Opener(form) => form,
        BylineWord::Label(form) if separator(&text[gap + end..]).is_some() => form,
        _ => return None,
    };
    let mut found =
        after_opener(&line[folded.origin(gap)..], &Folded::new(&line[folded.origin(gap)..]), end, form, lexicon)?;
    found.rest = line[..folded.origin(gap)].trim();
    Some(found)
}

/// Behind `am`, `Uhr` and the letters of a zone: `10:05 am PDT by Ann Lee`.
fn behind_clock(line: &str, folded: &Folded, mut at: usize) -> usize {
    const CLOCK: [&str; 8] = ["am", "pm", "a.m.", "p.m.", "uhr", "h", "hrs", "hours"];
    for _ in 0..3 {
        let word = folded.text()[at..].split(' ').next().unwrap_or_default();
        let written = &line[folded.origin(at)..folded.origin(at + word.len())];
        let zone = (2..=5).contains(&word.len()) && written.bytes().all(|b| b.is_ascii_uppercase()) && written != "BY";
        if word.is_empty() || !(zone || CLOCK.contains(&word)) {
            break;
        }
        let rest = &folded.text()[at + word.len()..];
        at += word.len() + (rest.len() - rest.trim_start().len());
    }
    at
}

/// Whether a line may be a name alone by its length and its end.
pub(crate) fn may_be_bare(line: &str) -> bool {
    line.len() <= 160 && (!line.ends_with(['.', '!', ':', ',', ';']) || line.ends_with("Jr."))
}

/// A name alone, with at most a role, an agency, a mail address or a date.
pub(crate) fn bare<'t>(line: &'t str, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let found = may_be_bare(line).then(|| Names::read(line, lexicon, Mode::Bare))??;
    let (rule, confidence) = if !found.roles.is_empty() {
        ("byline-trailing-role", Confidence::AgencyKnown)
    } else if !found.organisations.is_empty() && !found.people.is_empty() {
        ("byline-name/agency", Confidence::AgencyKnown)
    } else if found.mail {
        ("byline-mail-glued", Confidence::AgencyKnown)
    } else if found.people.is_empty() {
        ("byline-collective", Confidence::ShapeOnly)
    } else {
        ("byline-bare-name", Confidence::ShapeOnly)
    };
    Some(found.into_byline(rule, confidence))
}

/// Whether a name is that of an agency, an outlet or a desk rather than of a person.
pub fn is_organisation(name: &str, lexicon: &Lexicon) -> bool {
    let name = name.trim();
    if lexicon.agency(name).is_some() || is_domain(name.trim_end_matches([',', '.'])) {
        return true;
    }
    let folded = fold(crate::fold::head(name, 300));
    lexicon.desks.all(&folded).next().is_some() || lexicon.organisations.all(&folded).next().is_some()
}

/// Whether a text names the role of somebody who writes: `reporter`, `기자`.
pub fn has_role(text: &str, lexicon: &Lexicon) -> bool {
    lexicon.roles.all(&fold(crate::fold::head(text, 300))).next().is_some()
}

/// The stricter question: without a byline word, `News` in a line of capitalised words says nothing.
fn is_desk_or_agency(name: &str, lexicon: &Lexicon) -> bool {
    // `Twitter` alone is a button of the share bar.
    lexicon.agency(name).is_some_and(|a| a.kind != AgencyKind::Social)
        || is_domain(name.trim_end_matches([',', '.']))
        || lexicon.desks.all(&fold(name)).next().is_some()
}
