//! A cursor over the tokens of a text, and the look-up of phrases in it.

use std::cell::Cell;

use crate::find::SHORT;
use crate::order::Hints;
use crate::token::{Folded, Kind, Token};
use crate::vocabulary::{Phrase, Sense, VOCABULARY, Vocabulary};

/// The tokens of a text with what is known of the document. All positions are indices of tokens.
pub(crate) struct Parser<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: &'a [Token],
    pub(crate) hints: &'a Hints<'a>,
    pub(crate) vocabulary: &'static Vocabulary,
    /// Whether the text is short and opens with a word of dates: only then it can be a relative date without a number.
    pub(crate) opens: bool,
    openings: Vec<Cell<Option<&'static [Phrase]>>>,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, tokens: &'a [Token], hints: &'a Hints<'a>) -> Self {
        let vocabulary = &*VOCABULARY;
        let opens = text.len() <= SHORT && vocabulary.knows_first_word(text);
        let openings = vec![Cell::new(None); tokens.len()];
        Self { text, tokens, hints, vocabulary, opens, openings }
    }

    pub(crate) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The text of a token.
    pub(crate) fn slice(&self, at: usize) -> &'a str {
        self.token(at).and_then(|token| self.text.get(token.start as usize..token.end as usize)).unwrap_or("")
    }

    /// Value and count of digits of a number.
    pub(crate) fn number(&self, at: usize) -> Option<(u32, u8)> {
        let token = self.token(at).filter(|token| token.kind == Kind::Number)?;
        Some((token.value, token.digits))
    }

    /// A number of one or two digits.
    pub(crate) fn short_number(&self, at: usize) -> Option<u8> {
        let (value, digits) = self.number(at)?;
        if digits <= 2 { u8::try_from(value).ok() } else { None }
    }

    pub(crate) fn mark(&self, at: usize) -> Option<char> {
        match self.token(at)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    pub(crate) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.mark(at) == Some(mark)
    }

    /// Whether the token exists and stands right after the one before it, without white space.
    pub(crate) fn glued(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| !token.gap)
    }

    pub(crate) fn is_word(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Glyph))
    }

    /// Whether the token is the one character or word.
    pub(crate) fn is(&self, at: usize, words: &[&str]) -> bool {
        self.is_word(at) && words.contains(&self.slice(at))
    }

    /// Whether a word begins with a capital letter.
    pub(crate) fn capital(&self, at: usize) -> bool {
        self.slice(at).chars().next().is_some_and(char::is_uppercase)
    }

    pub(crate) fn any_capitals(&self, at: usize) -> bool {
        let text = self.slice(at);
        !text.is_ascii() || text.bytes().all(|byte| byte.is_ascii_uppercase())
    }

    /// The phrases that begin with the word at this place. One word is asked for many times: the answer is kept.
    fn opening(&self, at: usize) -> &'static [Phrase] {
        let Some(kept) = self.openings.get(at) else { return &[] };
        if let Some(phrases) = kept.get() {
            return phrases;
        }
        let known = |word: Folded| self.vocabulary.phrases(word.as_bytes());
        let phrases: &'static [Phrase] =
            if self.is_word(at) { Folded::new(self.slice(at)).map_or(&[], known) } else { &[] };
        kept.set(Some(phrases));
        phrases
    }

    /// Calls `visit` with every phrase that stands at this place, longest first, and the place behind it, until it
    /// returns something.
    pub(crate) fn phrases_at<T>(&self, at: usize, mut visit: impl FnMut(&Phrase, usize) -> Option<T>) -> Option<T> {
        self.opening(at).iter().find_map(|phrase| {
            let end = self.match_rest(at + 1, phrase.rest())?;
            visit(phrase, end)
        })
    }

    /// Matches the further words of a phrase. Between two of them may stand a mark that joins (`last-modified`, `a.m`,
    /// `date/time`, `hour(s)`).
    fn match_rest(&self, mut at: usize, rest: &[Box<[u8]>]) -> Option<usize> {
        for word in rest {
            if matches!(self.mark(at), Some('.' | '-' | '\'' | '/' | '(' | ')')) {
                at += 1;
            }
            self.token(at).filter(|token| !matches!(token.kind, Kind::Mark(_)))?;
            if Folded::new(self.slice(at))?.as_bytes() != &**word {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// The first meaning of the phrase at this place that `pick` takes, and the place behind the phrase.
    pub(crate) fn sense<T>(&self, at: usize, pick: impl Fn(Sense) -> Option<T>) -> Option<(T, usize)> {
        self.phrases_at(at, |phrase, end| pick(phrase.sense).map(|value| (value, end)))
    }

    /// The place behind a phrase of this meaning.
    pub(crate) fn past(&self, at: usize, sense: Sense) -> Option<usize> {
        self.past_any(at, |this| this == sense)
    }

    /// The place behind a phrase with a meaning that `is` takes.
    pub(crate) fn past_any(&self, at: usize, is: impl Fn(Sense) -> bool) -> Option<usize> {
        self.phrases_at(at, |phrase, end| is(phrase.sense).then_some(end))
    }

    /// Whether the words stand right before this place.
    pub(crate) fn preceded_by(&self, at: usize, words: &[Box<[u8]>]) -> Option<usize> {
        let mut place = at;
        for word in words.iter().rev() {
            place = place.checked_sub(1)?;
            if matches!(self.mark(place), Some('.' | '-' | '\'')) {
                place = place.checked_sub(1)?;
            }
            if Folded::new(self.slice(place))?.as_bytes() != &**word {
                return None;
            }
        }
        Some(place)
    }

    /// Whether the month, half day or other phrase is one of the language that the text is known to be in.
    pub(crate) fn native(&self, phrase: &Phrase) -> bool {
        self.hints.language.is_some_and(|language| self.vocabulary.speaks(phrase, language))
    }
}
