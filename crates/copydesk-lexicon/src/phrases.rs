//! Phrase sets: many phrases, found in one pass over folded text.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};
use rustc_hash::FxHashSet;

use crate::fold::{ends_word, fold, starts_word};

/// A set of phrases, each with a value. Built once, then searched in time linear in the text.
#[derive(Debug, Clone)]
pub(crate) struct Phrases<T> {
    automaton: Option<AhoCorasick>,
    values: Vec<T>,
    /// The last bytes of each phrase: most texts end otherwise, and need no further search.
    ends: FxHashSet<[u8; END]>,
    /// How they begin: most texts begin otherwise as well.
    starts: Starts,
    longest: usize,
}

/// How the phrases of a set begin: a quick look that may be wrong in one way only, when it says that one may.
#[derive(Debug, Clone, Default)]
pub(crate) struct Starts {
    /// A bit for each beginning, by a number made of its bytes.
    bits: Vec<u64>,
    /// Whether there are phrases shorter than a beginning.
    short: bool,
}

/// How many bytes of a phrase's beginning are kept.
const START: usize = 3;

impl Starts {
    /// The size of the table: for some thousand phrases, most of whose beginnings they share.
    const BITS: usize = 1 << 13;

    pub(crate) fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let mut starts = Self { bits: vec![0; Self::BITS / 64], short: false };
        for phrase in phrases {
            let start = &phrase.as_bytes()[..phrase.len().min(START)];
            starts.short |= start.len() < START;
            let place = Self::place(start);
            starts.bits[place / 64] |= 1 << (place % 64);
        }
        starts
    }

    /// Whether a phrase may stand at the start of a folded text, whatever follows it there.
    pub(crate) fn may_begin(&self, folded: &str) -> bool {
        let bytes = folded.as_bytes();
        let known = |length: usize| bytes.get(..length).is_some_and(|start| self.knows(start));
        known(START) || self.short && (1..START).any(known)
    }

    /// Whether a phrase may begin with a word: with all of it, if it is short.
    pub(crate) fn may_begin_with_word(&self, word: &str) -> bool {
        self.knows(&word.as_bytes()[..word.len().min(START)])
    }

    fn knows(&self, start: &[u8]) -> bool {
        let place = Self::place(start);
        self.bits.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 == 1)
    }

    fn place(start: &[u8]) -> usize {
        // Without regard to case, so that ASCII need not be folded to be looked up. It is no more than a quick look.
        let number = start
            .iter()
            .fold(start.len() as u32, |number, byte| number << 8 | u32::from(byte.to_ascii_lowercase().max(b' ')));
        number.wrapping_mul(0x9E37_79B1) as usize >> 19
    }
}

/// A phrase of more bytes is seldom a part of another word.
const SHORT: usize = 5;

/// How many bytes of a phrase's end are kept.
const END: usize = 3;

/// The last bytes of a text; zeros where it is shorter.
fn end_of(text: &str) -> [u8; END] {
    let mut end = [0; END];
    for (slot, byte) in end.iter_mut().zip(text.bytes().rev()) {
        *slot = byte;
    }
    end
}

impl<T> Default for Phrases<T> {
    fn default() -> Self {
        Self { automaton: None, values: Vec::new(), ends: FxHashSet::default(), starts: Starts::default(), longest: 0 }
    }
}

impl<T: Copy> Phrases<T> {
    /// Builds the set. When a phrase is given twice the last one counts, so that a user's file can override.
    pub(crate) fn new<'a>(entries: impl Iterator<Item = (&'a str, T)>) -> Self {
        let mut patterns: Vec<String> = Vec::new();
        let mut values: Vec<T> = Vec::new();
        let mut seen = rustc_hash::FxHashMap::default();
        for (phrase, value) in entries {
            let folded = fold(phrase).trim().to_owned();
            if folded.is_empty() {
                continue;
            }
            if let Some(&at) = seen.get(&folded) {
                values[at] = value;
            } else {
                seen.insert(folded.clone(), values.len());
                patterns.push(folded);
                values.push(value);
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Both)
            .build(&patterns)
            .ok();
        let longest = patterns.iter().map(String::len).max().unwrap_or(0);
        let ends = patterns.iter().map(|phrase| end_of(phrase)).collect();
        let starts = Starts::new(patterns.iter().map(String::as_str));
        Self { automaton, values, ends, starts, longest }
    }

    /// Whether a phrase may stand at the start of an ASCII text that is not folded yet. A quick look.
    pub(crate) fn may_begin_like(&self, ascii: &str) -> bool {
        self.starts.may_begin(ascii)
    }

    /// The length of the longest phrase, in bytes.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether any phrase stands in `folded`, as a word or as part of one.
    pub(crate) fn any(&self, folded: &str) -> bool {
        self.automaton.as_ref().is_some_and(|automaton| automaton.is_match(folded))
    }

    /// The longest phrase at the very start of `folded` that ends at a word's end, with its length.
    pub(crate) fn at_start(&self, folded: &str) -> Option<(usize, T)> {
        if !self.starts.may_begin(folded) {
            return None;
        }
        let automaton = self.automaton.as_ref()?;
        let found = automaton.find(Input::new(folded).anchored(Anchored::Yes))?;
        if ends_word(folded, found.end()) {
            return Some((found.end(), self.values[found.pattern().as_usize()]));
        }
        None
    }

    /// All phrases in `folded` that are whole words, from left to right, with their start and end.
    pub(crate) fn all<'t>(&'t self, folded: &'t str) -> impl Iterator<Item = (usize, usize, T)> + 't {
        self.automaton
            .iter()
            .flat_map(move |automaton| automaton.find_iter(folded))
            .filter(move |m| starts_word(folded, m.start()) && ends_word(folded, m.end()))
            .map(|m| (m.start(), m.end(), self.values[m.pattern().as_usize()]))
    }

    /// All phrases in `folded` that end a word, also those glued to the end of another word.
    pub(crate) fn all_glued<'t>(&'t self, folded: &'t str) -> impl Iterator<Item = (usize, usize, T)> + 't {
        self.automaton
            .iter()
            .flat_map(move |automaton| automaton.find_iter(folded))
            .filter(move |m| ends_word(folded, m.end()))
            .map(|m| (m.start(), m.end(), self.values[m.pattern().as_usize()]))
    }

    /// The value of `folded` when it is one of the phrases as a whole.
    pub(crate) fn whole(&self, folded: &str) -> Option<T> {
        let (end, value) = self.at_start(folded)?;
        (end == folded.len()).then_some(value)
    }

    /// The phrase that ends `folded`, as a whole word: its start and value. Looks at the last 80 bytes only.
    pub(crate) fn at_end(&self, folded: &str) -> Option<(usize, T)> {
        // A phrase of fewer bytes has zeros where the text has more.
        let end = end_of(folded);
        let known = |kept: usize| {
            let mut end = end;
            end[kept..].fill(0);
            self.ends.contains(&end)
        };
        if !(known(END) || known(2) || known(1)) {
            return None;
        }
        let from = crate::fold::tail_start(folded, 80);
        let window = &folded[from..];
        let automaton = self.automaton.as_ref()?;
        // Leftmost-longest matching could step over the start of a phrase that ends the text, so each candidate
        // start is tried by itself; the window bounds the work.
        for (at, _) in window.char_indices() {
            if !starts_word(window, at) {
                continue;
            }
            let found = automaton.find(Input::new(window).span(at..window.len()).anchored(Anchored::Yes));
            if let Some(found) = found.filter(|m| m.end() == window.len()) {
                return Some((from + at, self.values[found.pattern().as_usize()]));
            }
        }
        None
    }
}

/// Phrases of which only one thing is asked, of nearly every line: whether there may be one in it.
#[derive(Debug, Clone)]
pub(crate) struct Signs(Option<AhoCorasick>);

impl Signs {
    pub(crate) fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let phrases: FxHashSet<String> =
            phrases.map(|phrase| fold(phrase).trim().to_owned()).filter(|phrase| !phrase.is_empty()).collect();
        // The largest of the automata, and the fastest.
        let kind = Some(AhoCorasickKind::DFA);
        Self(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(kind).build(phrases).ok())
    }

    /// Whether any phrase stands in `folded` as a word, or may do so: a long one that is a part of a word counts.
    pub(crate) fn any(&self, folded: &str) -> bool {
        let Some(automaton) = &self.0 else { return true };
        let mut from = 0;
        while let Some(found) = automaton.find(Input::new(folded).span(from..folded.len())) {
            let phrase = &folded[found.range()];
            // The longest one may stand over a shorter one that ends at a sign in it.
            let may_hide = phrase.len() > SHORT || !phrase.bytes().all(|b| b.is_ascii_alphanumeric());
            if may_hide || starts_word(folded, found.start()) && ends_word(folded, found.end()) {
                return true;
            }
            from = folded.ceil_char_boundary(found.start() + 1);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> Phrases<u8> {
        Phrases::new([("Photo", 1), ("photo by", 2), ("Ảnh", 3), ("사진", 4), ("vis mer", 5)].into_iter())
    }

    #[test]
    fn whole_words_only() {
        assert_eq!(set().at_start("photo by ann"), Some((8, 2)));
        assert_eq!(set().at_start("photograph"), None);
        assert_eq!(set().all("a photo, the photos").collect::<Vec<_>>(), [(2, 7, 1)]);
        assert_eq!(set().all("이사진은").count(), 1);
        assert_eq!(set().whole("ảnh"), Some(3));
        assert_eq!(set().whole("ảnh x"), None);
        assert_eq!(set().at_end("foto: ntb vis mer"), Some((10, 5)));
    }

    #[test]
    fn signs_are_words_or_long() {
        let signs = Signs::new(["AP", "ap-dpa", "Reuters", "by-line"].into_iter());
        assert!(signs.any("a map by ap") && signs.any("(ap)") && signs.any("ap-dpas") && signs.any("reutersx"));
        assert!(!signs.any("a map of apes") && !signs.any("") && !signs.any("reuter"));
    }
}
