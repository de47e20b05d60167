//! A list of names, with the roles, agencies, places, addresses and dates that stand among them.
//!
//! - [`reader`]: goes through the line piece by piece;
//! - [`words`]: what a single word is;
//! - [`glued`]: a name and what a page has glued to it.

mod glued;
mod reader;
mod words;

use super::{Byline, is_desk_or_agency, is_organisation};
use crate::fold::{fold, is_unspaced};
use crate::name::is_person;
use crate::{Confidence, Lexicon};

pub(super) use words::{is_initial, is_tail_word, is_titled};

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
        reader::read(text, lexicon, mode)
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
        // A desk of one word is nobody's name: `กองบรรณาธิการ`.
        let desk = || lexicon.desks.whole(&fold(&text)).is_some() || lexicon.roles.whole(&fold(&text)).is_some();
        let given = mode != Mode::Bare && is_given_name(&text) && !desk();
        let lower = mode == (Mode::Labelled { sure: true }) && text.starts_with(char::is_lowercase);
        if words.len() == 1 && (lower || given) {
            push_new(&mut self.people, text);
            return Some(());
        }
        if mode != Mode::Bare && lexicon.roles.whole(&fold(&text)).is_some() {
            self.roles.push(text);
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
        if are_chinese_names(&words, lexicon) {
            for name in words {
                push_new(&mut self.people, name);
            }
            return Some(());
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

/// A given name of Thai, Lao, Khmer or Burmese letters, which behind a label stands alone.
fn is_given_name(text: &str) -> bool {
    let own = |c: char| matches!(c as u32, 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF);
    (3..=16).contains(&text.chars().count()) && text.chars().all(own)
}

/// `林晓渡 何砚秋`: several names of two or three signs, each with a Chinese family name, and one of three. A Japanese name
/// has a blank between its parts, and hardly ever three signs behind it.
pub(super) fn are_chinese_names(words: &[String], lexicon: &Lexicon) -> bool {
    let signs = |word: &String| word.chars().count();
    (2..=6).contains(&words.len())
        && words.iter().any(|word| signs(word) == 3)
        && words.iter().all(|word| {
            (2..=3).contains(&signs(word))
                && word.chars().all(|c| ('\u{3400}'..='\u{9fff}').contains(&c))
                && word.chars().next().is_some_and(|family| lexicon.han_families.contains(&family))
        })
}

pub(super) fn push_new(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}
