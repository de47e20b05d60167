//! What is counted in a text.

use aho_corasick::AhoCorasick;
use copydesk_text::is_alphabetic;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    C4Lines,
    tables::{Measure, Rule, SYMBOLS, TERMINAL},
    words::{sentences, words},
};

/// A text, its words and its lines: what all figures are made of. Each is linear in the text.
pub(crate) struct Text<'t> {
    whole: &'t str,
    /// In characters.
    length: usize,
    words: Vec<&'t str>,
    /// Where each word begins and ends in the words one behind the other, and in the same with a space between.
    joined: Joined,
    spaced: Joined,
}

/// Words in one piece, in which every run of words is a piece of text.
struct Joined {
    text: String,
    starts: Vec<usize>,
    gap: usize,
}

impl Joined {
    fn of(words: &[&str], gap: &str) -> Self {
        let (mut text, mut starts) = (String::new(), Vec::with_capacity(words.len() + 1));
        for word in words {
            starts.push(text.len());
            text.push_str(word);
            text.push_str(gap);
        }
        starts.push(text.len());
        Self { text, starts, gap: gap.len() }
    }

    /// So many words from there, if there are as many.
    fn run(&self, from: usize, words: usize) -> Option<&str> {
        let (start, end) = (*self.starts.get(from)?, *self.starts.get(from + words)?);
        self.text.get(start..end - self.gap)
    }
}

/// What a figure depends on beside the text.
pub(crate) struct Beside<'b> {
    pub(crate) stop_words: &'b FxHashSet<String>,
    pub(crate) c4: C4Lines,
    pub(crate) short_line: usize,
    pub(crate) listed: &'b [&'b Listed],
}

/// Words that a user has listed for a language.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) language: String,
    pub(crate) words: AhoCorasick,
}

/// A share, and 0 of nothing.
fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The lines of a text, as Python's `splitlines` tells them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = rest.find(ends).unwrap_or(rest.len());
        let line = &rest[..at];
        let end = if rest[at..].starts_with("\r\n") { 2 } else { rest[at..].chars().next().map_or(0, char::len_utf8) };
        rest = &rest[at + end..];
        Some(line)
    })
}

/// How many pieces stand there before, and their characters.
fn duplicates<'t>(pieces: impl Iterator<Item = &'t str>) -> (usize, usize, usize) {
    let (mut seen, mut all, mut again, mut characters) = (FxHashSet::default(), 0, 0, 0);
    for piece in pieces {
        all += 1;
        if !seen.insert(piece) {
            again += 1;
            characters += length(piece);
        }
    }
    (all, again, characters)
}

/// Pieces between `least` and more line breaks.
fn split_at_breaks(text: &str, least: usize) -> impl Iterator<Item = &str> {
    let (mut rest, mut from) = (Some(text), 0);
    std::iter::from_fn(move || {
        let text = rest?;
        loop {
            let Some(at) = text[from..].find('\n').map(|at| from + at) else {
                rest = None;
                from = 0;
                return Some(text);
            };
            let breaks = text[at..].len() - text[at..].trim_start_matches('\n').len();
            if breaks >= least {
                (rest, from) = (Some(&text[at + breaks..]), 0);
                return Some(&text[..at]);
            }
            from = at + breaks;
        }
    })
}

impl<'t> Text<'t> {
    /// A text whose words are cut as in that language.
    pub(crate) fn new(text: &'t str, language: &str) -> Self {
        let words = words(text, language);
        let (joined, spaced) = (Joined::of(&words, ""), Joined::of(&words, " "));
        Self { whole: text, length: length(text), words, joined, spaced }
    }

    /// The figure of a rule.
    pub(crate) fn figure(&self, rule: &Rule, beside: &Beside<'_>) -> f64 {
        let of_words = |count: usize| share(count, self.words.len());
        let of_lines =
            |fits: fn(&str) -> bool| share(lines(self.whole).filter(|l| fits(l)).count(), lines(self.whole).count());
        let count = |text: &str| self.whole.matches(text).count();
        let filled = || self.whole.split('\n').filter(|line| !line.trim().is_empty());
        let of_filled = |fits: &dyn Fn(&str) -> bool| share(filled().filter(|l| fits(l)).count(), filled().count());
        match rule.measure {
            Measure::Words => self.real_words().count() as f64,
            Measure::WordLength => share(self.real_words().map(length).sum(), self.real_words().count()),
            Measure::Hashes => of_words(count("#")),
            Measure::Ellipses => of_words(count("...") + count("…")),
            Measure::BulletLines => of_lines(|line| line.trim_start().starts_with(['•', '-'])),
            Measure::EllipsisLines => of_lines(|line| {
                let line = line.trim_end();
                line.ends_with("...") || line.ends_with('…')
            }),
            Measure::AlphabeticWords => of_words(self.words.iter().filter(|w| w.chars().any(is_alphabetic)).count()),
            Measure::StopWords => {
                let found: FxHashSet<_> = self.words.iter().filter(|word| beside.stop_words.contains(**word)).collect();
                found.len() as f64
            }
            Measure::DuplicateParagraphs | Measure::DuplicateParagraphCharacters => {
                self.again(rule, duplicates(split_at_breaks(self.whole.trim(), 2)))
            }
            Measure::DuplicateLines | Measure::DuplicateLineCharacters => {
                self.again(rule, duplicates(split_at_breaks(self.whole, 1)))
            }
            Measure::TopRun => self.top_run(rule.run),
            Measure::DuplicateRun => self.duplicate_run(rule.run),
            Measure::LoremIpsum | Measure::CurlyBracket | Measure::Sentences => self.c4(rule.measure, beside.c4),
            Measure::LinePunctuation => {
                of_filled(&|line| line.chars().next_back().is_some_and(|c| TERMINAL.contains(&c)))
            }
            Measure::ShortLines => of_filled(&|line| length(line) <= beside.short_line),
            Measure::DuplicateCharacters => share(duplicates(filled()).2, self.length - count("\n")),
            Measure::Newlines => of_words(count("\n")),
            Measure::ListedWords => self.listed(beside.listed) as f64,
        }
    }

    /// Words that are not symbols alone.
    fn real_words(&self) -> impl Iterator<Item = &'t str> {
        self.words.iter().copied().filter(|word| word.chars().any(|c| !SYMBOLS.contains(&c)))
    }

    fn again(&self, rule: &Rule, (all, again, characters): (usize, usize, usize)) -> f64 {
        match rule.measure {
            Measure::DuplicateParagraphs | Measure::DuplicateLines => share(again, all),
            _ => share(characters, self.length),
        }
    }

    /// The share of the most usual run of words. Of those that are equally usual the first counts.
    fn top_run(&self, words: usize) -> f64 {
        let mut counts: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
        for at in 0..self.words.len() {
            let Some(run) = self.spaced.run(at, words) else { break };
            counts.entry(run).or_insert((0, at)).0 += 1;
        }
        let top = counts.iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first)));
        top.map_or(0.0, |(run, (count, _))| share(length(run) * count, self.length))
    }

    /// The share of the runs of words that stand there before, each counted once.
    fn duplicate_run(&self, words: usize) -> f64 {
        let (mut seen, mut at, mut characters) = (FxHashSet::default(), 0, 0);
        while let Some(run) = self.joined.run(at, words) {
            if seen.insert(run) {
                at += 1;
            } else {
                characters += length(run);
                at += words;
            }
        }
        share(characters, self.length)
    }

    /// What C4 counts in the lines that it keeps: lines with filler text, with a curly bracket, sentences.
    fn c4(&self, measure: Measure, options: C4Lines) -> f64 {
        let mut found = 0;
        for line in lines(self.whole) {
            let line = line.trim();
            if line.split_whitespace().any(|word| length(word) > options.longest_word) {
                continue;
            }
            let kept = without_citations(line);
            let ends = kept.ends_with(['.', '?', '!', '"', '\'']) && !kept.ends_with("...");
            if options.end && !ends || line.split_whitespace().count() < options.words {
                continue;
            }
            let low = kept.to_lowercase();
            let (filler, bracket) = (low.contains("lorem ipsum"), kept.contains('{'));
            let code = low.contains("javascript");
            let policy = POLICY.iter().any(|phrase| low.contains(phrase));
            found += match measure {
                Measure::LoremIpsum => usize::from(filler),
                Measure::CurlyBracket => usize::from(bracket && !code),
                _ if code || policy => 0,
                _ => sentences(&words(&kept, "en")),
            };
        }
        found as f64
    }

    /// How often the listed words stand in the text: as words of their own, and anywhere in scripts without spaces.
    fn listed(&self, lists: &[&Listed]) -> usize {
        if lists.is_empty() {
            return 0;
        }
        let low = self.whole.to_lowercase();
        let alone = |start: usize, end: usize| {
            let joins = |c: char| c.is_alphanumeric() && !copydesk_text::is_unspaced(c) || c == '_';
            let (first, last) = (low[start..].chars().next(), low[..end].chars().next_back());
            let before = low[..start].chars().next_back().zip(first).is_some_and(|(a, b)| joins(a) && joins(b));
            let after = low[end..].chars().next().zip(last).is_some_and(|(a, b)| joins(a) && joins(b));
            !before && !after
        };
        lists.iter().flat_map(|list| list.words.find_iter(&low)).filter(|m| alone(m.start(), m.end())).count()
    }
}

/// Phrases of notices, as C4 has them.
const POLICY: [&str; 6] =
    ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"];

/// A line without `[12]`, `[edit]` and `[citation needed]`.
fn without_citations(line: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(line.len()), line);
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let digits = inside.len() - inside.trim_start_matches(|c: char| c.is_numeric()).len();
        let end = ["edit]", "citation needed]"].iter().find(|word| inside.starts_with(**word)).map(|word| word.len());
        let end = end.or_else(|| inside[digits..].starts_with(']').then_some(digits + 1));
        if let Some(end) = end {
            rest = &inside[end..];
        } else {
            out.push('[');
            rest = inside;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_paragraphs_are_cut_as_by_python() {
        assert_eq!(lines("a\r\nb\u{2028}c\n\nd\n").collect::<Vec<_>>(), ["a", "b", "c", "", "d"]);
        assert_eq!(split_at_breaks("a\nb\n\n\nc\n", 2).collect::<Vec<_>>(), ["a\nb", "c\n"]);
        assert_eq!(split_at_breaks("a\n\nb\n", 1).collect::<Vec<_>>(), ["a", "b", ""]);
        assert_eq!(split_at_breaks("", 1).collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn runs_of_words_are_counted_by_their_characters() {
        let text = Text::new("a b c a b c a b d", "en");
        assert!((text.top_run(2) - 9.0 / 17.0).abs() < 1e-9, "`a b` three times");
        assert!((text.duplicate_run(3) - 3.0 / 17.0).abs() < 1e-9, "`abc` once more");
        assert!(Text::new("a", "en").top_run(2).abs() < 1e-9 && Text::new("", "en").duplicate_run(5).abs() < 1e-9);
    }

    #[test]
    fn citations_fall_away_and_other_brackets_stay() {
        assert_eq!(without_citations("So[1] it [edit] was[citation needed] [sic] [."), "So it  was [sic] [.");
        assert_eq!(without_citations("[] [12"), " [12");
    }
}
