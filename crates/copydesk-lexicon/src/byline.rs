//! Bylines: `By Ann Lee`, `Von X und Y`, `Автор: X`, `X 기자`, and names out of metadata.

use crate::fold::{Folded, fold, is_unspaced};
use crate::lexicon::BylineWord;
use crate::name::{is_name_word, is_person};
use crate::{Confidence, Lexicon};

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

/// Longest line that can be a byline, in bytes.
const LONGEST: usize = 300;

/// Reads a line as a byline.
pub fn read_byline<'t>(line: &'t str, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let line = line.trim();
    if line.is_empty() || line.len() > LONGEST {
        return None;
    }
    let line = line.trim_start_matches(|c: char| {
        matches!(c, '-' | '–' | '—' | '|' | '•' | '·' | '*' | '✍' | '/') || c.is_whitespace()
    });
    let folded = Folded::new(line);
    let text = folded.text();
    if text.contains('©') || text.contains('?') || lexicon.byline_trap_ends.at_end(text.trim_end()).is_some() {
        return None;
    }
    match lexicon.byline_words.at_start(text) {
        Some((_, BylineWord::Trap)) => return None,
        Some((end, BylineWord::Opener(form))) => {
            if let Some(found) = after_opener(line, &folded, end, form, lexicon) {
                return Some(found);
            }
        }
        Some((end, BylineWord::Label(form))) if separator(&text[end..]).is_some() => {
            if let Some(found) = after_opener(line, &folded, end, form, lexicon) {
                return Some(found);
            }
        }
        _ => {}
    }
    suffixed(line, &folded, lexicon).or_else(|| date_first(line, &folded, lexicon)).or_else(|| bare(line, lexicon))
}

fn separator(rest: &str) -> Option<usize> {
    let trimmed = rest.trim_start();
    let first = trimmed.chars().next()?;
    matches!(first, ':' | '/' | '=' | '|').then(|| rest.len() - trimmed.len() + first.len_utf8())
}

fn after_opener<'t>(line: &'t str, folded: &Folded, end: usize, form: u16, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let text = folded.text();
    let colon = separator(&text[end..]);
    let at = folded.origin(end + colon.unwrap_or(0));
    // A second opener: `Posted by: By Ann Lee`, `Текст: Автор X`.
    let rest = strip_opener(line[at..].trim_start(), lexicon);
    let found = Names::read(rest, lexicon, Mode::Labelled { sure: colon.is_some() })?;
    let confidence = if colon.is_some() || found.people.iter().any(|p| p.contains(' ') || p.chars().all(is_unspaced)) {
        Confidence::Labelled
    } else if found.organisations.is_empty() {
        Confidence::ShapeOnly
    } else {
        Confidence::AgencyKnown
    };
    Some(found.into_byline(lexicon.form_ids[form as usize], confidence))
}

/// `text` without a byline word at its start.
fn strip_opener<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let folded = Folded::new(crate::fold::head(text, 80));
    match lexicon.byline_words.at_start(folded.text()) {
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
    let before = line[..folded.origin(at)].trim();
    let after = line[folded.origin(end)..].trim();
    let mut byline = Byline {
        rest: after,
        rule: lexicon.form_ids[form as usize],
        confidence: Some(Confidence::Labelled),
        ..Byline::default()
    };
    let before = before.trim_start_matches(['[', '(', '（', '【']).trim_end_matches([']', ')', '/', '／', '）']);
    let (head, names) = match before.rsplit_once(['=', '＝', ']', '】', '／', '/']) {
        Some((head, names)) if !names.trim().is_empty() => (Some(head.trim()), names),
        _ => (None, before),
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
        } else if is_person(name, lexicon, false) && name.split_whitespace().count() <= 3 {
            byline.people.push(name.to_owned());
        } else {
            return None;
        }
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
        && !text.split_whitespace().next().is_some_and(|w| is_tail_word(w, lexicon))
    {
        return None;
    }
    // The opener stands after the last figure; trying one place keeps this linear.
    let last_digit = text.rfind(|c: char| c.is_ascii_digit())?;
    let gap = text[last_digit + 1..].find(|c: char| c.is_alphabetic())? + last_digit + 1;
    let gap = if text[..gap].ends_with(|c: char| c.is_ascii_digit()) { return None } else { gap };
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

/// A name alone, with at most a role, an agency, a mail address or a date.
fn bare<'t>(line: &'t str, lexicon: &Lexicon) -> Option<Byline<'t>> {
    if line.len() > 160 || line.ends_with(['.', '!', ':', ',', ';']) && !line.ends_with("Jr.") {
        return None;
    }
    let found = Names::read(line, lexicon, Mode::Bare)?;
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// After a byline word; `sure` with a colon.
    Labelled { sure: bool },
    /// Nothing says that it is a byline.
    Bare,
}

#[derive(Debug, Default)]
struct Names<'t> {
    people: Vec<String>,
    organisations: Vec<String>,
    roles: Vec<String>,
    place: Option<String>,
    rest: &'t str,
    mail: bool,
}

impl<'t> Names<'t> {
    /// Reads names up to a date or the end of the line. `None` when the line goes on as a sentence.
    fn read(text: &'t str, lexicon: &Lexicon, mode: Mode) -> Option<Self> {
        let mut names = Self::default();
        let mut current: Vec<String> = Vec::new();
        let mut after_comma = false;
        let mut rest = text;
        let mut steps = 0;
        while !rest.trim_start().is_empty() {
            steps += 1;
            if steps > 40 {
                return None;
            }
            rest = rest.trim_start();
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let raw = &rest[..end];
            // Separators inside a word: `Lee/AFP`, `Lee|Chan`, `Lee,Chan`, `Lee(dpa)`.
            let cut = raw
                .char_indices()
                .skip(1)
                .find(|(_, c)| matches!(c, '/' | '|' | '·' | '•' | '(' | '、' | '／' | '，' | ';'))
                .map_or(end, |(i, _)| i);
            let word = &rest[..cut];
            let folded = fold(word);
            let bare_folded = folded.trim_matches(|c: char| !c.is_alphanumeric());
            let has_name = !current.is_empty() || !names.people.is_empty() || !names.organisations.is_empty();

            if let Some(open) = word.chars().next().filter(|c| matches!(c, '(' | '[' | '（')) {
                let close = if open == '[' {
                    ']'
                } else if open == '（' {
                    '）'
                } else {
                    ')'
                };
                names.finish(&mut current, after_comma, lexicon, mode)?;
                let Some(to) = rest.find(close) else { return None };
                let inside = rest[open.len_utf8()..to].trim();
                names.aside(inside, lexicon);
                rest = &rest[to + close.len_utf8()..];
                continue;
            }
            if word.chars().all(|c| !c.is_alphanumeric() && c != '@') {
                // A separator: a slash, a bar, a dash, an ampersand.
                names.finish(&mut current, after_comma, lexicon, mode)?;
                after_comma = !matches!(word, "&" | "+");
                rest = &rest[cut.max(word.chars().next().map_or(1, char::len_utf8))..];
                continue;
            }
            if let Some(stripped) = word.strip_prefix(['/', '|', '·', '•', '、', '／', '，', ';', '-', '–', '—'])
            {
                names.finish(&mut current, after_comma, lexicon, mode)?;
                after_comma = true;
                rest = &rest[word.len() - stripped.len()..];
                continue;
            }
            if word.contains('@') {
                glued_mail(word, &mut current);
                names.mail = true;
                rest = &rest[cut..];
                continue;
            }
            if word.starts_with("http") || word.contains("://") {
                names.finish(&mut current, after_comma, lexicon, mode)?;
                rest = &rest[cut..];
                continue;
            }
            if is_domain(word) {
                names.finish(&mut current, after_comma, lexicon, mode)?;
                names.organisations.push(word.trim_end_matches([',', '.']).to_owned());
                rest = &rest[cut..];
                continue;
            }
            let next = rest[end..].trim_start();
            let figure_next = next.starts_with(|c: char| c.is_ascii_digit());
            if has_figure(word) || word.contains('_') {
                names.rest = rest;
                break;
            }
            if is_tail_word(bare_folded, lexicon) && !has_name && figure_next {
                return None;
            }
            if is_tail_word(bare_folded, lexicon) && has_name && (current.len() != 1 || figure_next) {
                names.rest = rest;
                break;
            }
            if let Some(cut) = glued_tail(word, figure_next, lexicon) {
                current.push(word[..cut].to_owned());
                names.rest = &rest[cut..];
                break;
            }
            if has_name && current.len() != 1 && lexicon.controls.at_start(&fold(crate::fold::head(rest, 60))).is_some()
            {
                names.rest = rest;
                break;
            }
            if lexicon.joiners.contains(bare_folded) && has_name && !next.is_empty() && !is_initial(word, bare_folded) {
                names.finish(&mut current, after_comma, lexicon, mode)?;
                after_comma = false;
                rest = &rest[cut..];
                continue;
            }
            if (current.len() >= 2 || current.is_empty() && has_name)
                && let Some(length) = role_at(rest, lexicon)
            {
                names.finish(&mut current, after_comma, lexicon, mode)?;
                names.roles.push(rest[..length].trim().trim_end_matches([',', '.', '|']).to_owned());
                rest = &rest[length..];
                after_comma = true;
                continue;
            }
            let first_small = word.chars().next().is_some_and(char::is_lowercase);
            if first_small && !is_name_word(word.trim_end_matches(',')) {
                if lexicon.agency(word.trim_end_matches(',')).is_some() {
                    names.finish(&mut current, after_comma, lexicon, mode)?;
                    names.organisations.push(word.trim_end_matches(',').to_owned());
                    after_comma = word.ends_with(',');
                    rest = &rest[cut..];
                    continue;
                }
                if is_place_word(bare_folded)
                    && (current.len() >= 2 || current.is_empty() && has_name)
                    && next.starts_with(char::is_uppercase)
                    && next.split_whitespace().count() <= 3
                {
                    names.finish(&mut current, after_comma, lexicon, mode)?;
                    names.place = Some(next.trim().to_owned());
                    rest = "";
                    continue;
                }
                let next_small = next.split_whitespace().next().is_some_and(|w| lexicon.particles.contains(&fold(w)));
                let name_goes_on = next_small || next.starts_with(|c: char| c.is_uppercase() || c == '\'');
                if lexicon.particles.contains(bare_folded) && name_goes_on {
                    current.push(word.to_owned());
                    rest = &rest[cut..];
                    continue;
                }
                // `AFP and TOI staff`, `kicker`: small words of desks end an organisation's name.
                if lexicon.desks.whole(bare_folded).is_some() {
                    current.push(word.trim_end_matches(',').to_owned());
                    rest = &rest[cut..];
                    continue;
                }
                if mode == (Mode::Labelled { sure: true })
                    && current.is_empty()
                    && !has_name
                    && rest.split_whitespace().count() <= 2
                {
                    // `Autor: marc`.
                    current.push(word.to_owned());
                    rest = &rest[cut..];
                    continue;
                }
                return None;
            }
            let comma = word.ends_with([',', ';']);
            let plain = word.trim_end_matches([',', ';', ':', '|']);
            if !is_name_word(plain) && lexicon.agency(plain).is_none() {
                return None;
            }
            current.push(plain.to_owned());
            rest = &rest[cut..];
            if comma {
                names.finish(&mut current, after_comma, lexicon, mode)?;
                after_comma = true;
            } else if cut < end && raw.len() > cut {
                names.finish(&mut current, after_comma, lexicon, mode)?;
            }
        }
        names.finish(&mut current, after_comma, lexicon, mode)?;
        let some = !names.people.is_empty() || !names.organisations.is_empty();
        (some && names.people.len() <= 12).then_some(names)
    }

    /// Files the words read so far as a person, an organisation, a role or a place. `None`: it is none of them.
    fn finish(&mut self, current: &mut Vec<String>, after_comma: bool, lexicon: &Lexicon, mode: Mode) -> Option<()> {
        if current.is_empty() {
            return Some(());
        }
        let mut text = current.join(" ");
        let words = std::mem::take(current);
        if words.len() > 1
            && text.ends_with('.')
            && !text.ends_with("Jr.")
            && !text.ends_with("Sr.")
            && words.last().is_some_and(|w| w.chars().count() > 2)
        {
            text.pop();
        }
        if mode == (Mode::Labelled { sure: true }) && words.len() == 1 && text.starts_with(char::is_lowercase) {
            push_new(&mut self.people, text);
            return Some(());
        }
        let organisation = match mode {
            Mode::Bare => is_desk_or_agency(&text, lexicon),
            Mode::Labelled { .. } => is_organisation(&text, lexicon),
        };
        if organisation {
            if words.len() > 6 {
                return None;
            }
            push_new(&mut self.organisations, text);
            return Some(());
        }
        let role = lexicon.roles.all(&fold(&text)).next().is_some();
        if role && (after_comma || !self.people.is_empty()) {
            self.roles.push(text);
            return Some(());
        }
        let many = words.len() > 1;
        if after_comma && !self.people.is_empty() && !many && !text.chars().all(is_unspaced) {
            self.place.get_or_insert(text);
            return Some(());
        }
        if role && mode == Mode::Bare {
            return None;
        }
        let alone = mode != Mode::Bare;
        if is_person(&text, lexicon, alone) {
            push_new(&mut self.people, text);
            return Some(());
        }
        None
    }

    /// What stands in brackets after a name: an agency, a role, initials or a place.
    fn aside(&mut self, inside: &str, lexicon: &Lexicon) {
        if is_organisation(inside, lexicon) {
            push_new(&mut self.organisations, inside.to_owned());
        } else if lexicon.roles.all(&fold(inside)).next().is_some() {
            self.roles.push(inside.to_owned());
        }
    }

    fn into_byline(self, rule: &'static str, confidence: Confidence) -> Byline<'t> {
        Byline {
            people: self.people,
            organisations: self.organisations,
            roles: self.roles,
            place: self.place,
            rest: self.rest,
            rule,
            confidence: Some(confidence),
        }
    }
}

fn push_new(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

fn has_figure(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

fn is_domain(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.']);
    let Some((name, end)) = word.rsplit_once('.') else { return false };
    name.len() > 2
        && (2..=5).contains(&end.len())
        && word.is_ascii()
        && end.bytes().all(|b| b.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// `Y.` and `E.` are initials, not the Spanish and Italian words for "and".
fn is_initial(word: &str, folded: &str) -> bool {
    folded.chars().count() == 1 && (word.ends_with('.') || word.starts_with(char::is_uppercase))
}

fn is_tail_word(folded: &str, lexicon: &Lexicon) -> bool {
    lexicon.tails.contains(folded.trim_end_matches('.'))
}

fn is_place_word(folded: &str) -> bool {
    matches!(
        folded,
        "in" | "aus" | "à" | "en" | "em" | "frá" | "från" | "fra" | "i" | "from" | "a" | "te" | "da" | "desde" | "près"
    )
}

/// `SmithFeb 21`: a name and the word of a date glued together.
fn glued_tail(word: &str, figure_next: bool, lexicon: &Lexicon) -> Option<usize> {
    let (at, _) = word
        .char_indices()
        .skip(2)
        .zip(word.chars().skip(1))
        .filter(|((_, c), before)| c.is_uppercase() && before.is_lowercase())
        .map(|(c, _)| c)
        .last()?;
    let tail = fold(word[at..].trim_end_matches([':', ',', '.']));
    let tail_word = is_tail_word(&tail, lexicon) && (figure_next || tail.len() > 3);
    (tail_word || lexicon.controls.whole(&tail).is_some()).then_some(at)
}

/// A mail address glued to a name keeps the name: `Ann Leeann.lee@example.org`.
fn glued_mail(word: &str, current: &mut Vec<String>) {
    let local = word.split('@').next().unwrap_or("");
    if !local.starts_with(char::is_uppercase) {
        return;
    }
    let folded = local.to_lowercase();
    if folded.len() != local.len() {
        return;
    }
    // The address begins where the first name, its initial, or a small letter after capitals begins again.
    let first = current.first().map(|f| f.to_lowercase()).unwrap_or_default();
    if first.is_empty() {
        return;
    }
    let at = local.char_indices().skip(2).map(|(i, _)| i).find(|&i| folded[i..].starts_with(&first));
    if let Some(at) = at {
        current.push(local[..at].to_owned());
    }
}

/// The length of a role at the start of `rest`, up to the next comma, bar or figure.
fn role_at(rest: &str, lexicon: &Lexicon) -> Option<usize> {
    let stop = rest.find([',', '|', '·', '•', '(', '/', ';']).unwrap_or(rest.len());
    let stop = rest[..stop].find(|c: char| c.is_ascii_digit()).unwrap_or(stop);
    let piece = &rest[..stop];
    let first = piece.split_whitespace().next()?;
    let folded = fold(piece.trim());
    // The role begins here: its first word is a role, or the piece is short and holds one.
    let here = lexicon.roles.at_start(&folded).is_some();
    let words = piece.split_whitespace().count();
    let holds = words <= 6
        && first.starts_with(char::is_uppercase)
        && lexicon.roles.all(&folded).any(|(_, end, ())| end == folded.len())
        && lexicon.not_names.contains(&fold(first));
    (here || holds).then_some(stop)
}

/// The names in a value of the metadata, such as `By Ann Lee and Bo Chan, Staff Reporter`.
///
/// Keeps what is printed; drops byline words, mail and web addresses, handles, roles and the page's controls.
/// Organisations stay in the list; [`is_organisation`] tells them apart.
pub fn clean_name(value: &str, lexicon: &Lexicon) -> Vec<String> {
    let value = crate::fold::head(value.trim(), 2_000);
    let mut out: Vec<String> = Vec::new();
    if lexicon.agency(value).is_some() {
        return vec![squash(value)];
    }
    let value = strip_opener(value, lexicon);
    let joined = split_joined(value, lexicon);
    // `Doe, Jane`: two single words and no organisation are one person, surname first.
    if let [last, first] = joined.as_slice()
        && value.contains(", ")
        && !last.contains(' ')
        && !first.contains(' ')
        && [last, first].iter().all(|w| is_name_word(w) && !is_organisation(w, lexicon))
    {
        return vec![format!("{first} {last}")];
    }
    for piece in joined {
        let piece = strip_opener(piece.trim(), lexicon);
        let mut words: Vec<&str> = Vec::new();
        for word in piece.split_whitespace() {
            if word.contains('@') || word.contains("://") || word.starts_with("www.") {
                continue;
            }
            words.push(word);
        }
        let mut name = words.join(" ");
        loop {
            let folded = Folded::new(&name);
            let text = folded.text().trim_end();
            let Some((at, ())) = lexicon.controls.at_end(text).filter(|&(at, ())| at > 0) else { break };
            name = name[..folded.origin(at)].trim().to_owned();
        }
        let name = name.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, ',' | ';' | '|' | '-' | '–' | '—' | '·' | '•' | ':' | '/' | '"' | '*')
        });
        let name = name.strip_suffix(')').and_then(|n| n.rsplit_once(" (")).map_or(name, |(n, _)| n.trim());
        if name.is_empty() || !name.chars().any(char::is_alphabetic) || has_only_role(name, &out, lexicon) {
            continue;
        }
        push_new(&mut out, name.to_owned());
    }
    out
}

fn has_only_role(name: &str, before: &[String], lexicon: &Lexicon) -> bool {
    let folded = fold(name);
    if lexicon.roles.whole(&folded).is_some() {
        return true;
    }
    !before.is_empty()
        && lexicon.roles.all(&folded).any(|(_, end, ())| end == folded.len())
        && !is_organisation(name, lexicon)
}

/// Cuts a list of names at commas, bars and the words for "and".
fn split_joined<'t>(value: &'t str, lexicon: &Lexicon) -> Vec<&'t str> {
    let mut out = Vec::new();
    for piece in value
        .split([',', ';', '|', '、', '،', '，', '\n', '·', '•'])
        .flat_map(|p| p.split(" / "))
        .flat_map(|p| p.split(" – "))
        .flat_map(|p| p.split(" - "))
    {
        let piece = piece.trim();
        if piece.is_empty() {
            continue;
        }
        if lexicon.agency(piece).is_some() {
            out.push(piece);
            continue;
        }
        let mut start = 0;
        let mut at = 0;
        for word in piece.split_inclusive(char::is_whitespace) {
            let bare = word.trim();
            let folded = fold(bare);
            if at > start
                && at + word.len() < piece.len()
                && !is_initial(bare, &folded)
                && (lexicon.joiners.contains(&folded) || matches!(bare, "&" | "+"))
            {
                out.push(piece[start..at].trim());
                start = at + word.len();
            }
            at += word.len();
        }
        out.push(piece[start..].trim());
    }
    out
}

fn squash(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a name is that of an agency, an outlet or a desk rather than of a person.
pub fn is_organisation(name: &str, lexicon: &Lexicon) -> bool {
    let name = name.trim();
    if lexicon.agency(name).is_some() || is_domain(name) {
        return true;
    }
    let folded = fold(crate::fold::head(name, 300));
    lexicon.desks.all(&folded).next().is_some() || lexicon.organisations.all(&folded).next().is_some()
}

/// The stricter question: without a byline word, `News` in a line of capitalised words says nothing.
fn is_desk_or_agency(name: &str, lexicon: &Lexicon) -> bool {
    lexicon.agency(name).is_some() || is_domain(name) || lexicon.desks.all(&fold(name)).next().is_some()
}
