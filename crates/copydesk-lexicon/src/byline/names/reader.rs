//! Goes through a line of names piece by piece.

use super::glued::{glued_mail, glued_tail};
use super::words::{has_figure, role_at};
use copydesk_text::is_domain;

use super::{Mode, Names, is_initial, is_tail_word, is_titled};
use crate::Lexicon;
use crate::fold::{fold, head};
use crate::name::is_name_word;

/// A line of more pieces is no byline.
const MOST_PIECES: usize = 40;

/// What became of a piece.
#[derive(PartialEq, Eq)]
enum Step {
    /// It was taken; the line goes on behind it.
    Taken,
    /// The names end before it.
    End,
    /// It is something else.
    Other,
}

/// The piece at the start of what is left of the line.
struct Piece<'t> {
    /// Up to the next white space.
    raw: &'t str,
    /// Up to the next separator as well: `Lee/AFP`, `Lee|Chan`, `Lee,Chan`, `Lee(dpa)`.
    word: &'t str,
    /// The word folded, without signs around it.
    folded: String,
    /// What comes behind the white space.
    next: &'t str,
}

impl<'t> Piece<'t> {
    fn at_start(rest: &'t str) -> Self {
        let (raw, next) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let cut = raw
            .char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '/' | '|' | '·' | '•' | '(' | '、' | '／' | '，' | ';'))
            .map_or(raw.len(), |(i, _)| i);
        let word = &raw[..cut];
        let folded = fold(word).trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        Self { raw, word, folded, next: next.trim_start() }
    }

    fn is_before_figure(&self) -> bool {
        self.next.starts_with(|c: char| c.is_ascii_digit())
    }
}

struct Reader<'t, 'l> {
    lexicon: &'l Lexicon,
    mode: Mode,
    names: Names<'t>,
    /// The words of a name that are read and not yet filed.
    current: Vec<String>,
    after_comma: bool,
    rest: &'t str,
}

/// Reads names up to a date or the end of the line.
pub(super) fn read<'t>(text: &'t str, lexicon: &Lexicon, mode: Mode) -> Option<Names<'t>> {
    let (names, current) = (Names::default(), Vec::new());
    let mut reader = Reader { lexicon, mode, names, current, after_comma: false, rest: text.trim_start() };
    for _ in 0..MOST_PIECES {
        if reader.rest.is_empty() || reader.step()? == Step::End {
            return reader.done();
        }
        reader.rest = reader.rest.trim_start();
    }
    if reader.rest.is_empty() { reader.done() } else { None }
}

impl<'t> Reader<'t, '_> {
    /// Reads a piece. `None`: the line goes on as a sentence.
    fn step(&mut self) -> Option<Step> {
        let piece = Piece::at_start(self.rest);
        for read in
            [Self::sign, Self::address, Self::tail, Self::place, Self::paper, Self::joiner_or_role, Self::small_word]
        {
            match read(self, &piece)? {
                Step::Other => {}
                step => return Some(step),
            }
        }
        self.name(&piece)
    }

    fn done(mut self) -> Option<Names<'t>> {
        self.finish()?;
        let names = self.names;
        let some = !names.people.is_empty() || !names.organisations.is_empty();
        (some && names.people.len() <= 12).then_some(names)
    }

    fn finish(&mut self) -> Option<()> {
        self.names.finish(&mut self.current, self.after_comma, self.lexicon, self.mode)
    }

    fn has_name(&self) -> bool {
        !self.current.is_empty() || !self.names.people.is_empty() || !self.names.organisations.is_empty()
    }

    /// Whether a name may be over: it has two words, or was filed.
    fn may_be_over(&self) -> bool {
        self.current.len() >= 2 || self.current.is_empty() && self.has_name()
    }

    fn take(&mut self, bytes: usize) -> Step {
        self.rest = &self.rest[bytes..];
        Step::Taken
    }

    fn end_at(&mut self, rest: &'t str) -> Step {
        self.names.rest = rest;
        Step::End
    }

    /// Brackets, and signs between names.
    fn sign(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let word = piece.word;
        if let Some(open) = word.chars().next().filter(|c| matches!(c, '(' | '[' | '（')) {
            let close = match open {
                '[' => ']',
                '（' => '）',
                _ => ')',
            };
            self.finish()?;
            let to = self.rest.find(close)?;
            self.names.aside(self.rest[open.len_utf8()..to].trim(), self.lexicon);
            return Some(self.take(to + close.len_utf8()));
        }
        if word.chars().all(|c| !c.is_alphanumeric() && c != '@') {
            // A slash, a bar, a dash, an ampersand.
            self.finish()?;
            self.after_comma = !matches!(word, "&" | "+");
            // `Por Ann Lee — Serra Alta`: behind a label and the name a long dash parts the place.
            let behind = piece.next.split_whitespace();
            if matches!(word, "—" | "―")
                && matches!(self.mode, Mode::Labelled { .. })
                && !self.names.people.is_empty()
                && behind.clone().count() <= 4
                && behind.clone().all(|word| word.starts_with(char::is_uppercase) || word.chars().count() <= 3)
            {
                self.names.place.get_or_insert(piece.next.trim().to_owned());
                return Some(self.take(self.rest.len()));
            }
            return Some(self.take(word.len()));
        }
        if let Some(stripped) = word.strip_prefix(['/', '|', '·', '•', '、', '／', '，', ';', '-', '–', '—'])
        {
            self.finish()?;
            self.after_comma = true;
            return Some(self.take(word.len() - stripped.len()));
        }
        Some(Step::Other)
    }

    /// Mail addresses, web addresses and names of sites.
    fn address(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let word = piece.word;
        if word.contains('@') {
            glued_mail(word, &mut self.current);
            self.names.mail = true;
            return Some(self.take(word.len()));
        }
        let site = is_domain(word.trim_end_matches([',', '.']));
        if !site && !word.starts_with("http") && !word.contains("://") {
            return Some(Step::Other);
        }
        self.finish()?;
        if site && !word.starts_with("http") {
            self.names.organisations.push(word.trim_end_matches([',', '.']).to_owned());
        }
        Some(self.take(word.len()))
    }

    /// What begins behind the names: a date, a word of the page's controls.
    fn tail(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let (rest, word, lexicon) = (self.rest, piece.word, self.lexicon);
        let has_name = self.has_name();
        let figure_next = piece.is_before_figure();
        if has_figure(word) || word.contains('_') {
            return Some(self.end_at(rest));
        }
        if is_tail_word(&piece.folded, lexicon) {
            if !has_name && figure_next {
                return None;
            }
            // `Mai Lan`, `April Lee`: behind a separator a month may be a name, if another word of one follows.
            let name = self.after_comma
                && self.current.is_empty()
                && rest[word.len()..].trim_start().starts_with(char::is_uppercase)
                && lexicon.also_names.contains(&piece.folded);
            if has_name && !name && (self.current.len() != 1 || figure_next) {
                return Some(self.end_at(rest));
            }
        }
        if let Some(cut) = glued_tail(word, figure_next, lexicon) {
            self.current.push(word[..cut].to_owned());
            return Some(self.end_at(&rest[cut..]));
        }
        if has_name && self.current.len() != 1 && lexicon.controls.at_start(&fold(head(rest, 60))).is_some() {
            return Some(self.end_at(rest));
        }
        Some(Step::Other)
    }

    /// A word between names (`and`), or a role behind one.
    fn joiner_or_role(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let word = piece.word;
        if let Some(joiner) = self.glued_joiner(piece) {
            self.finish()?;
            self.after_comma = false;
            return Some(self.take(joiner));
        }
        if self.lexicon.joiners.contains(&piece.folded)
            && self.has_name()
            && !piece.next.is_empty()
            && !is_initial(word, &piece.folded)
            && !is_titled(word)
        {
            self.finish()?;
            self.after_comma = false;
            return Some(self.take(word.len()));
        }
        if self.may_be_over()
            && let Some(length) = role_at(self.rest, self.lexicon)
        {
            self.finish()?;
            self.names.roles.push(self.rest[..length].trim().trim_end_matches([',', '.', '|']).to_owned());
            self.after_comma = true;
            return Some(self.take(length));
        }
        Some(Step::Other)
    }

    /// `أحمد علي ومنى سعيد`: in Arabic the word for `and` is glued to the name behind it. Names that begin with its letter stay
    /// whole: the known ones, and those behind which no other word of a name stands.
    fn glued_joiner(&self, piece: &Piece<'t>) -> Option<usize> {
        let word = piece.word;
        let sure = matches!(self.mode, Mode::Labelled { .. }) && self.current.len() >= 2;
        let joined =
            word.starts_with('و') && word.chars().count() >= 4 && !self.lexicon.and_names.contains(&piece.folded);
        // Behind the word for `and` a whole name follows, of two words: this one and the next.
        let whole = word == piece.raw && !word.ends_with([',', '،']);
        let next = piece.next.split_whitespace().next().is_some_and(|next| {
            next.chars().all(|c| c.is_alphabetic() || matches!(c, ',' | '،' | '.'))
                && !is_tail_word(&fold(next), self.lexicon)
                && !self.lexicon.joiners.contains(&fold(next))
        });
        (sure && joined && whole && next).then_some('و'.len_utf8())
    }

    /// `in Orlen` behind a name, where others may follow: one word, or more that begin like a place. The small word joins
    /// names in Slovene, where two words follow.
    fn place(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let small = piece.word.starts_with(char::is_lowercase) && self.lexicon.place_words.contains(&piece.folded);
        if !small || !self.may_be_over() || self.mode == Mode::Bare || !piece.next.starts_with(char::is_uppercase) {
            return Some(Step::Other);
        }
        let ends = |word: &str| word.ends_with([',', ';']);
        let words: Vec<&str> = piece.next.split_whitespace().take(4).collect();
        let titled = words.iter().take_while(|word| is_titled(word)).count();
        let closed = words.iter().take(titled).position(|word| ends(word)).map_or(titled, |at| at + 1);
        let known = words.first().is_some_and(|word| self.lexicon.place_starts.contains(&fold(word)));
        let follows = words.get(closed).is_none_or(|word| {
            self.lexicon.joiners.contains(&fold(word)) || has_figure(word) || !word.starts_with(char::is_alphabetic)
        }) || closed > 0 && words.get(closed - 1).is_some_and(|word| ends(word));
        if closed == 0 || !follows || closed > 1 && !(known && closed <= 3) {
            return Some(Step::Other);
        }
        self.finish()?;
        let last = words[closed - 1];
        let start = self.rest.len() - piece.next.len();
        let length = last.as_ptr() as usize - piece.next.as_ptr() as usize + last.len();
        self.names.place.get_or_insert(piece.next[..length].trim_end_matches([',', ';']).to_owned());
        self.after_comma = false;
        Some(self.take(start + length))
    }

    /// `for the Harbour Post` behind a name: who had it written.
    fn paper(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let next = piece.next.strip_prefix("the ").unwrap_or(piece.next);
        let two = self.current.len() >= 2 || self.current.is_empty() && !self.names.people.is_empty();
        if !two || !self.lexicon.credit_for.contains(&piece.folded) || !next.starts_with(char::is_uppercase) {
            return Some(Step::Other);
        }
        self.finish()?;
        let start = self.rest.len() - next.len();
        let length = next.find(|c: char| matches!(c, ',' | ';' | '|' | '·' | '•' | '(' | '/') || c.is_ascii_digit());
        let paper = next[..length.unwrap_or(next.len())].trim();
        super::push_new(&mut self.names.organisations, paper.to_owned());
        self.after_comma = true;
        Some(self.take(start + paper.len()))
    }

    /// A small word: an agency, the place behind a name, a particle, a desk. Any other begins a sentence.
    fn small_word(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let (word, next, lexicon) = (piece.word, piece.next, self.lexicon);
        let plain = word.trim_end_matches(',');
        if !word.chars().next().is_some_and(char::is_lowercase) || is_name_word(plain) {
            return Some(Step::Other);
        }
        if lexicon.agency(plain).is_some() {
            self.finish()?;
            self.names.organisations.push(plain.to_owned());
            self.after_comma = word.ends_with(',');
            return Some(self.take(word.len()));
        }
        if lexicon.place_words.contains(&piece.folded)
            && self.may_be_over()
            && next.starts_with(char::is_uppercase)
            && next.split_whitespace().count() <= 3
        {
            self.finish()?;
            self.names.place = Some(next.trim().to_owned());
            return Some(self.take(self.rest.len()));
        }
        let next_small = next.split_whitespace().next().is_some_and(|w| lexicon.particles.contains(&fold(w)));
        let name_goes_on = next_small || next.starts_with(|c: char| c.is_uppercase() || c == '\'');
        if lexicon.particles.contains(&piece.folded) && name_goes_on {
            self.current.push(word.to_owned());
            return Some(self.take(word.len()));
        }
        // `AFP and TOI staff`, `kicker`: small words of desks end an organisation's name.
        if lexicon.desks.whole(&piece.folded).or(lexicon.organisations.whole(&piece.folded)).is_some() {
            self.current.push(plain.to_owned());
            return Some(self.take(word.len()));
        }
        // `Autor: marc`.
        let alone = !self.has_name() && self.rest.split_whitespace().count() <= 2;
        if self.mode == (Mode::Labelled { sure: true }) && alone {
            self.current.push(word.to_owned());
            return Some(self.take(word.len()));
        }
        None
    }

    /// A word of a name.
    fn name(&mut self, piece: &Piece<'t>) -> Option<Step> {
        let word = piece.word;
        if self.mode == Mode::Bare && word.ends_with(':') {
            return None;
        }
        let plain = word.trim_end_matches([',', ';', ':', '|']);
        if !is_name_word(plain) && self.lexicon.agency(plain).is_none() {
            return None;
        }
        self.current.push(plain.to_owned());
        let step = self.take(word.len());
        if word.ends_with([',', ';']) {
            self.finish()?;
            self.after_comma = true;
        } else if word.len() < piece.raw.len() {
            self.finish()?;
        }
        Some(step)
    }
}
