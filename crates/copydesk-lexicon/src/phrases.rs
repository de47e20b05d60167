//! Phrase sets: many phrases, found in one pass over folded text.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::fold::{ends_word, fold, starts_word};

/// A set of phrases, each with a value. Built once, then searched in time linear in the text.
#[derive(Debug, Clone)]
pub(crate) struct Phrases<T> {
    table: Table,
    values: Vec<T>,
    /// The last bytes of each phrase: most texts end otherwise, and need no further search.
    ends: FxHashSet<[u8; END]>,
}

/// Phrases in order. An automaton over them would find them no faster, and building it took most of the program's start.
#[derive(Debug, Clone, Default)]
struct Table {
    phrases: Vec<Box<str>>,
    /// For each the longest other one that it begins with.
    within: Vec<Option<u32>>,
    /// Where those stand that begin with the same bytes; a phrase that is shorter has zeros there.
    places: FxHashMap<[u8; START], (u32, u32)>,
    /// How they begin: most texts begin otherwise.
    starts: Starts,
    longest: usize,
}

impl Table {
    /// Of phrases in order, each once.
    fn new(phrases: Vec<Box<str>>) -> Self {
        let mut within = Vec::with_capacity(phrases.len());
        let mut places = FxHashMap::default();
        for (at, phrase) in phrases.iter().enumerate() {
            let mut before = at.checked_sub(1).map(|at| at as u32);
            while let Some(shorter) = before.filter(|shorter| !phrase.starts_with(&*phrases[*shorter as usize])) {
                before = within[shorter as usize];
            }
            within.push(before);
            let (_, end) = places.entry(start_of(phrase.as_bytes(), START)).or_insert((at as u32, 0));
            *end = at as u32 + 1;
        }
        let starts = Starts::new(phrases.iter().map(|phrase| &**phrase));
        let longest = phrases.iter().map(|phrase| phrase.len()).max().unwrap_or(0);
        Self { phrases, within, places, starts, longest }
    }

    /// The longest phrase at the very start of a text: which, and its length.
    fn longest_at(&self, text: &[u8]) -> Option<(usize, usize)> {
        if text.len() >= START
            && let Some(found) = self.longest_of(text, START)
        {
            return Some(found);
        }
        if !self.starts.short {
            return None;
        }
        (1..START.min(text.len() + 1)).rev().find_map(|kept| self.longest_of(text, kept))
    }

    /// The longest of those that share so many first bytes with the text.
    fn longest_of(&self, text: &[u8], kept: usize) -> Option<(usize, usize)> {
        let &(from, to) = self.places.get(&start_of(text, kept))?;
        let shared = self.phrases.get(from as usize..to as usize)?;
        // All that a text begins with stand before it in order, and the last one before it begins with each of them.
        let mut before =
            shared.partition_point(|phrase| phrase.as_bytes() <= text).checked_sub(1).map(|at| at + from as usize);
        while let Some(at) = before {
            let phrase = &self.phrases[at];
            if text.starts_with(phrase.as_bytes()) {
                return Some((at, phrase.len()));
            }
            before = self.within[at].map(|at| at as usize);
        }
        None
    }

    /// The leftmost phrase from there on, the longest that begins there: which, its start and its end.
    fn next(&self, text: &[u8], from: usize) -> Option<(usize, usize, usize)> {
        (from..text.len()).find_map(|at| {
            let rest = &text[at..];
            let (which, length) = self.starts.may_begin_folded(rest).then(|| self.longest_at(rest))??;
            Some((which, at, at + length))
        })
    }

    /// All phrases from left to right, none of which overlap.
    fn all<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize, usize)> + 't {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.next(text.as_bytes(), from)?;
            from = found.2;
            Some(found)
        })
    }
}

/// The first bytes of a text, of which so many are kept.
fn start_of(text: &[u8], kept: usize) -> [u8; START] {
    let mut start = [0; START];
    for (slot, byte) in start.iter_mut().zip(text).take(kept) {
        *slot = *byte;
    }
    start
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

    /// The same for bytes in the middle of a text that is folded. Every place of every line is asked.
    #[inline]
    fn may_begin_folded(&self, folded: &[u8]) -> bool {
        if let Some(start) = folded.first_chunk::<START>() {
            let number = start.iter().fold(START as u32, |number, byte| number << 8 | u32::from(*byte));
            let place = Self::place_of(number);
            if self.bits.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 == 1) {
                return true;
            }
        }
        self.short && (1..START).any(|length| folded.get(..length).is_some_and(|start| self.knows(start)))
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
        Self::place_of(number)
    }

    fn place_of(number: u32) -> usize {
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
        Self { table: Table::default(), values: Vec::new(), ends: FxHashSet::default() }
    }
}

impl<T: Copy> Phrases<T> {
    /// Builds the set. When a phrase is given twice the last one counts, so that a user's file can override.
    pub(crate) fn new<'a>(entries: impl Iterator<Item = (&'a str, T)>) -> Self {
        let mut entries: Vec<(Box<str>, T)> =
            entries.map(|(phrase, value)| (folded(phrase), value)).filter(|(phrase, _)| !phrase.is_empty()).collect();
        // Those that are the same stay in the order in which they were given.
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = later.1;
            }
            same
        });
        let ends = entries.iter().map(|(phrase, _)| end_of(phrase)).collect();
        let (phrases, values) = entries.into_iter().unzip();
        Self { table: Table::new(phrases), values, ends }
    }

    /// Whether a phrase may stand at the start of an ASCII text that is not folded yet. A quick look.
    pub(crate) fn may_begin_like(&self, ascii: &str) -> bool {
        self.table.starts.may_begin(ascii)
    }

    /// The length of the longest phrase, in bytes.
    pub(crate) fn longest(&self) -> usize {
        self.table.longest
    }

    /// Whether any phrase stands in `folded`, as a word or as part of one.
    pub(crate) fn any(&self, folded: &str) -> bool {
        self.table.next(folded.as_bytes(), 0).is_some()
    }

    /// The longest phrase at the very start of `folded` that ends at a word's end, with its length.
    pub(crate) fn at_start(&self, folded: &str) -> Option<(usize, T)> {
        if !self.table.starts.may_begin(folded) {
            return None;
        }
        let (which, length) = self.table.longest_at(folded.as_bytes())?;
        ends_word(folded, length).then(|| (length, self.values[which]))
    }

    /// All phrases in `folded` that are whole words, from left to right, with their start and end.
    pub(crate) fn all<'t>(&'t self, folded: &'t str) -> impl Iterator<Item = (usize, usize, T)> + 't {
        self.all_glued(folded).filter(move |(start, ..)| starts_word(folded, *start))
    }

    /// All phrases in `folded` that end a word, also those glued to the end of another word.
    pub(crate) fn all_glued<'t>(&'t self, folded: &'t str) -> impl Iterator<Item = (usize, usize, T)> + 't {
        let found = self.table.all(folded).filter(move |(.., end)| ends_word(folded, *end));
        found.map(|(which, start, end)| (start, end, self.values[which]))
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
        // Leftmost-longest matching could step over the start of a phrase that ends the text, so each candidate
        // start is tried by itself; the window bounds the work.
        window.char_indices().map(|(at, _)| at).filter(|&at| starts_word(window, at)).find_map(|at| {
            let (which, length) = self.table.longest_at(&window.as_bytes()[at..])?;
            (at + length == window.len()).then(|| (from + at, self.values[which]))
        })
    }
}

/// The form in which a phrase is kept.
fn folded(phrase: &str) -> Box<str> {
    fold(phrase).trim().into()
}

/// Phrases of which only one thing is asked, of nearly every line: whether there may be one in it.
#[derive(Debug, Clone)]
pub(crate) struct Signs(Table);

impl Signs {
    pub(crate) fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let mut phrases: Vec<Box<str>> = phrases.map(folded).filter(|phrase| !phrase.is_empty()).collect();
        phrases.sort_unstable();
        phrases.dedup();
        Self(Table::new(phrases))
    }

    /// Whether any phrase stands in `folded` as a word, or may do so: a long one that is a part of a word counts.
    pub(crate) fn any(&self, folded: &str) -> bool {
        let mut from = 0;
        while let Some((_, start, end)) = self.0.next(folded.as_bytes(), from) {
            let phrase = &folded[start..end];
            // The longest one may stand over a shorter one that ends at a sign in it.
            let may_hide = phrase.len() > SHORT || !phrase.bytes().all(|b| b.is_ascii_alphanumeric());
            if may_hide || starts_word(folded, start) && ends_word(folded, end) {
                return true;
            }
            from = start + 1;
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
    fn the_longest_of_all_that_begin_alike_is_found() {
        let phrases = ["a", "ab", "abc", "abcde", "abd", "b", "bcdefg", "ảnh", "ảnh của", "사", "사진"];
        let set = Phrases::new(phrases.iter().map(|phrase| (*phrase, phrase.len())));
        let longest = |text: &str| phrases.iter().filter(|p| text.starts_with(**p)).map(|p| p.len()).max();
        for text in
            ["abcdz", "abcdef", "ab", "acb", "abda", "bcdef", "xabc", "ảnh của ai", "ảnh cũ", "사진은", "사다", "", "á"]
        {
            let found = set.table.longest_at(text.as_bytes()).map(|(which, length)| {
                assert_eq!(set.values[which], length);
                length
            });
            assert_eq!(found, longest(text), "{text}");
        }
        // From left to right, none within another.
        let found: Vec<_> = set.table.all("xabcdabdbcdefg ảnh").map(|(_, start, end)| (start, end)).collect();
        assert_eq!(found, [(1, 4), (5, 8), (8, 14), (15, 20)]);
        assert!(set.any("xyz사") && !set.any("xyz"));
    }

    #[test]
    fn of_a_phrase_that_is_given_twice_the_last_counts() {
        assert_eq!(Phrases::new([("Photo", 1), ("x", 2), ("photo", 3)].into_iter()).whole("photo"), Some(3));
    }

    #[test]
    fn signs_are_words_or_long() {
        let signs = Signs::new(["AP", "ap-dpa", "Reuters", "by-line"].into_iter());
        assert!(signs.any("a map by ap") && signs.any("(ap)") && signs.any("ap-dpas") && signs.any("reutersx"));
        assert!(!signs.any("a map of apes") && !signs.any("") && !signs.any("reuter"));
    }
}
