//! Reading a list of names, with the roles, agencies, places, addresses and dates that stand among them.

use super::{Byline, is_desk_or_agency, is_organisation};
use crate::fold::{fold, is_unspaced};
use crate::name::{is_name_word, is_person};
use crate::{Confidence, Lexicon};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// After a byline word; `sure` with a colon.
    Labelled { sure: bool },
    /// Nothing says that it is a byline.
    Bare,
}

#[derive(Debug, Default)]
pub(super) struct Names<'t> {
    pub(super) people: Vec<String>,
    pub(super) organisations: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) place: Option<String>,
    pub(super) rest: &'t str,
    pub(super) mail: bool,
}

impl<'t> Names<'t> {
    /// Reads names up to a date or the end of the line. `None` when the line goes on as a sentence.
    pub(super) fn read(text: &'t str, lexicon: &Lexicon, mode: Mode) -> Option<Self> {
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
                let to = rest.find(close)?;
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
            if lexicon.joiners.contains(bare_folded)
                && has_name
                && !next.is_empty()
                && !is_initial(word, bare_folded)
                && !is_titled(word)
            {
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
                if lexicon.place_words.contains(bare_folded)
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
                if lexicon.desks.whole(bare_folded).or(lexicon.organisations.whole(bare_folded)).is_some() {
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
            if mode == Mode::Bare && word.ends_with(':') {
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

    pub(super) fn into_byline(self, rule: &'static str, confidence: Confidence) -> Byline<'t> {
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

pub(super) fn push_new(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

fn has_figure(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

pub(super) fn is_domain(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.']);
    let Some((name, end)) = word.rsplit_once('.') else { return false };
    name.len() >= 2
        && (2..=5).contains(&end.len())
        && word.is_ascii()
        && end.bytes().all(|b| b.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// `Y.` and `E.` are initials, not the Spanish and Italian words for "and".
pub(super) fn is_initial(word: &str, folded: &str) -> bool {
    folded.chars().count() == 1 && (word.ends_with('.') || word.starts_with(char::is_uppercase))
}

/// `Dan Lee`: a word that is written like a name joins none, whatever it means elsewhere.
pub(super) fn is_titled(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
}

pub(super) fn is_tail_word(folded: &str, lexicon: &Lexicon) -> bool {
    lexicon.tails.contains(folded.trim_end_matches('.'))
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
