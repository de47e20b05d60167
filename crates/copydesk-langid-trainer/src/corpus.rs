//! Training text: lines by language, sorted by script, cut into snippets and dressed up as captions and headlines.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use copydesk_langid::{Lang, Script, main_script};
use flate2::read::MultiGzDecoder;
use unicode_normalization::UnicodeNormalization;

use crate::random::Random;

/// The lines of one language in one script.
pub(crate) type Lines = BTreeMap<(Script, Lang), Vec<String>>;

/// Opens a file that may be gzipped.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let plain: Box<dyn Read> = if path.extension().is_some_and(|end| end == "gz") {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    Ok(Box::new(BufReader::new(plain)))
}

/// By which the text of a file is known again, compressed or not.
pub(crate) fn checksum(path: &Path) -> Result<u32> {
    let mut text = Vec::new();
    open(path)?.read_to_end(&mut text)?;
    let mut sum = flate2::Crc::new();
    sum.update(&text);
    Ok(sum.sum())
}

/// Adds the lines `ISO 639-3 code<TAB>text` of a file. A line goes to the language's entry for the script it is in;
/// a line in a script in which the language is not told apart is noise, and dropped.
pub(crate) fn read_lines(path: &Path, into: &mut Lines) -> Result<usize> {
    let entries = entries();
    let mut read = 0;
    for line in open(path)?.lines() {
        read += add_line(&line?, &entries, into);
    }
    Ok(read)
}

/// How often each line of `data/contrast.tsv` stands among the others of its language: so often that they matter, and
/// never so often that they outnumber the text of a language that has little.
const CONTRAST_COPIES: usize = 150;

/// The lines of a list of words: ISO 639-3 code, words.
fn listed(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// Words that tell close neighbours apart.
const CONTRAST: &str = include_str!("../data/contrast.tsv");
/// Words among them that a neighbour has too.
const SHARED: &str = include_str!("../data/shared.tsv");

/// Adds the words that tell close neighbours apart, in new order in each copy so that they meet all others.
pub(crate) fn add_contrast(into: &mut Lines, random: &mut Random) {
    let entries = entries();
    let contrast: Vec<(&str, &str)> = listed(CONTRAST).collect();
    let text_of = |code: &str| -> usize {
        into.iter().filter(|((_, lang), _)| lang.iso3() == code).map(|(_, lines)| lines.len()).sum()
    };
    let copies: Vec<usize> = contrast
        .iter()
        .map(|(code, _)| {
            let lines = contrast.iter().filter(|(other, _)| other == code).count();
            (text_of(code) / lines).clamp(1, CONTRAST_COPIES)
        })
        .collect();
    for ((code, text), copies) in contrast.into_iter().zip(copies) {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        for _ in 0..copies {
            add_line(&format!("{code}\t{}", words.join(" ")), &entries, into);
            for i in 1..words.len() {
                words.swap(i, random.below(i + 1));
            }
        }
    }
}

/// Neighbours whose training text is mixed up on the web.
const MIXED_UP: [&[&str]; 3] = [&["bos", "hrv", "srp"], &["ind", "msa"], &["nob", "nno"]];

/// Words of `data/contrast.tsv` by ISO 639-3 code.
type Words = BTreeMap<&'static str, BTreeSet<&'static str>>;

/// Takes out lines that have more words of a neighbour than of the language they are said to be in.
pub(crate) fn drop_mislabelled(lines: &mut Lines) -> usize {
    let mut words = Words::new();
    for (code, text) in listed(CONTRAST).chain(listed(SHARED)) {
        words.entry(code).or_default().extend(text.split_whitespace());
    }
    let mut dropped = 0;
    for ((script, lang), lines) in lines.iter_mut().filter(|((script, _), _)| *script == Script::Latin) {
        let Some(family) = MIXED_UP.iter().find(|family| family.contains(&lang.iso3())) else { continue };
        let own = &words[lang.iso3()];
        let others = || family.iter().filter(|code| **code != lang.iso3()).map(|code| &words[code]);
        let before = lines.len();
        lines.retain(|line| {
            let (mut for_it, mut against) = (0, 0);
            for word in line.split(|c: char| !c.is_alphabetic()) {
                let foreign = others().any(|other| other.contains(word));
                for_it += usize::from(own.contains(word) && !others().all(|other| other.contains(word)));
                against += usize::from(foreign && !own.contains(word));
            }
            against <= for_it
        });
        dropped += before - lines.len();
        eprintln!("{} {lang}: {} of {before} lines dropped", script.code(), before - lines.len());
    }
    dropped
}

/// Which language of the table a code means in a script.
pub(crate) type Entries = BTreeMap<(&'static str, Script), Lang>;

pub(crate) fn entries() -> Entries {
    Lang::all().filter_map(|lang| Some(((lang.iso3(), lang.script()?), lang))).collect()
}

/// Adds one line; returns how many were, 0 or 1. What stands after a second tab is a note of the source.
pub(crate) fn add_line(line: &str, entries: &Entries, into: &mut Lines) -> usize {
    let mut columns = line.split('\t');
    let (Some(code), Some(text)) = (columns.next(), columns.next()) else { return 0 };
    let text: String = text.nfc().map(unligate).collect();
    let Some(script) = main_script(&text) else { return 0 };
    // Japanese without its kana is what must be told from Chinese.
    if let (Script::Kana, Some(&lang)) = (script, entries.get(&(code, script))) {
        let kanji: String = text.chars().map(|c| if c >= '\u{3400}' { c } else { ' ' }).collect();
        let runs: Vec<&str> = kanji.split_whitespace().filter(|run| run.chars().count() > 1).collect();
        if !runs.is_empty() {
            into.entry((Script::Han, lang)).or_default().push(runs.join(" "));
        }
    }
    // Serbian is the same in both scripts, and most text of it is in Cyrillic.
    if let ("srp", Script::Cyrillic, Some(&lang)) = (code, script, entries.get(&(code, Script::Latin))) {
        into.entry((Script::Latin, lang)).or_default().push(serbian_in_latin(&text));
    }
    let Some(&lang) = entries.get(&(code, script)) else { return 0 };
    let lines = into.entry((script, lang)).or_default();
    // What these have beside the letters of English is written in dictionaries and declarations, and left out in the
    // news as often as not.
    match code {
        "tah" | "smo" if text.contains(GLOTTAL_STOPS) => {
            let without = text.replace(GLOTTAL_STOPS, "");
            lines.push(strip_marks(&without));
            lines.push(without);
        }
        "ful" | "hau" => {
            let without: String = text.chars().map(unhook).collect();
            if without != text {
                lines.push(without);
            }
        }
        _ => {}
    }
    lines.push(text);
    1
}

/// How the glottal stop of Polynesian languages is typed.
const GLOTTAL_STOPS: [char; 5] = ['\'', '’', '‘', 'ʻ', 'ʼ'];

/// The letters with a hook of West African languages, as they are typed on a keyboard that has none.
fn unhook(c: char) -> char {
    match c {
        'ɓ' => 'b',
        'ɗ' => 'd',
        'ƙ' => 'k',
        'ƴ' => 'y',
        'Ɓ' => 'B',
        'Ɗ' => 'D',
        'Ƙ' => 'K',
        'Ƴ' => 'Y',
        other => other,
    }
}

/// Some of the text was set with ligatures that nobody types.
fn unligate(c: char) -> char {
    match c {
        'ﬆ' | 'ﬅ' => 't',
        other => other,
    }
}

/// The letters of Serbian: Cyrillic, then Latin.
const SERBIAN: [(char, &str); 30] = [
    ('а', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('д', "d"),
    ('ђ', "đ"),
    ('е', "e"),
    ('ж', "ž"),
    ('з', "z"),
    ('и', "i"),
    ('ј', "j"),
    ('к', "k"),
    ('л', "l"),
    ('љ', "lj"),
    ('м', "m"),
    ('н', "n"),
    ('њ', "nj"),
    ('о', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('ћ', "ć"),
    ('у', "u"),
    ('ф', "f"),
    ('х', "h"),
    ('ц', "c"),
    ('ч', "č"),
    ('џ', "dž"),
    ('ш', "š"),
];

fn serbian_in_latin(text: &str) -> String {
    let mut latin = String::with_capacity(text.len());
    for c in text.chars() {
        let lower = c.to_lowercase().next().unwrap_or(c);
        match SERBIAN.iter().find(|(cyrillic, _)| *cyrillic == lower) {
            Some((_, letters)) if c == lower => latin.push_str(letters),
            Some((_, letters)) => {
                let mut letters = letters.chars();
                latin.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                latin.extend(letters);
            }
            None => latin.push(c),
        }
    }
    latin
}

/// How a snippet is cut and dressed up.
pub(crate) struct Snippets {
    credits: Vec<&'static str>,
}

impl Snippets {
    pub(crate) fn new() -> Snippets {
        let credits = include_str!("../data/credits.txt").lines().filter(|line| !line.starts_with('#'));
        Snippets { credits: credits.collect() }
    }

    /// A random snippet of a language's lines.
    ///
    /// How long it is does not depend on the language: where lines are short, several make a snippet. Otherwise a
    /// language whose text is all fragments would never be found in a sentence.
    pub(crate) fn cut(&self, lines: &[&str], script: Script, random: &mut Random) -> String {
        let by_chars = script == Script::Han;
        let wanted = if by_chars { wanted_chars(random) } else { wanted_words(random) };
        let size = |text: &str| if by_chars { text.chars().count() } else { text.split_whitespace().count() };
        let mut line = Cow::Borrowed(*random.pick(lines));
        let mut length = size(&line);
        while length < wanted {
            let next = *random.pick(lines);
            length += size(next).max(1);
            line = Cow::Owned(format!("{line} {next}"));
        }
        let mut text = if by_chars { cut_chars(&line, wanted, random) } else { cut_words(&line, wanted, random) };
        if random.chance(0.10) {
            text = text.to_uppercase();
        }
        if matches!(script, Script::Latin | Script::Cyrillic) && random.chance(0.2) {
            text = strip_marks(&text);
        }
        if random.chance(0.10) {
            let credit = random.pick(&self.credits);
            text = if random.chance(0.8) { format!("{text} {credit}") } else { format!("{credit} {text}") };
        }
        text
    }
}

fn wanted_words(random: &mut Random) -> usize {
    match random.below(100) {
        0..7 => 1,
        7..32 => 2,
        32..42 => 3,
        42..50 => 4,
        50..66 => 5,
        66..89 => 6 + random.below(7),
        _ => 13 + random.below(13),
    }
}

fn wanted_chars(random: &mut Random) -> usize {
    let most = if random.chance(0.5) { 8 } else { 40 };
    2 + random.below(most)
}

fn cut_words(line: &str, wanted: usize, random: &mut Random) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    // Headlines and captions start where a sentence starts, more often than chance has it.
    let start = if random.chance(0.3) { 0 } else { random.below(words.len().saturating_sub(wanted) + 1) };
    words[start..words.len().min(start + wanted)].join(" ")
}

fn cut_chars(line: &str, wanted: usize, random: &mut Random) -> String {
    let chars: Vec<char> = line.chars().collect();
    let start = random.below(chars.len().saturating_sub(wanted) + 1);
    chars[start..chars.len().min(start + wanted)].iter().collect()
}

/// The text without its accents.
pub(crate) fn strip_marks(text: &str) -> String {
    text.nfd().filter(|&c| !unicode_normalization::char::is_combining_mark(c)).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_stripped_and_letters_of_their_own_stay() {
        assert_eq!(strip_marks("Đường phố é ß ñ ł"), "Đuong pho e ß n ł");
    }

    #[test]
    fn snippets_come_from_the_line_and_repeat_with_the_seed() {
        let snippets = Snippets::new();
        let line = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
        let cut = |seed| {
            let mut random = Random::new(seed);
            (0..200).map(|_| snippets.cut(&[line], Script::Latin, &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(cut(7), cut(7));
        assert_ne!(cut(7), cut(8));
        let all = cut(7);
        assert!(all.iter().any(|text| line.contains(text.as_str())));
        assert!(all.iter().any(|text| text.contains("TWO")));
        assert!(all.iter().any(|text| text.contains("Reuters")));
    }

    #[test]
    fn short_lines_make_long_snippets_too() {
        let snippets = Snippets::new();
        let mut random = Random::new(3);
        let lines = ["red boat", "old quay"];
        assert!((0..200).any(|_| snippets.cut(&lines, Script::Latin, &mut random).split_whitespace().count() > 12));
    }

    #[test]
    fn serbian_is_written_in_latin_letters() {
        assert_eq!(serbian_in_latin("Љубав и чежња, Џон 1"), "Ljubav i čežnja, Džon 1");
    }

    #[test]
    fn every_word_list_names_languages_of_the_table() {
        let known: Vec<&str> = Lang::all().map(Lang::iso3).collect();
        for (code, words) in listed(CONTRAST).chain(listed(SHARED)) {
            assert!(known.contains(&code) && !words.is_empty(), "{code} {words}");
        }
        for file in [CONTRAST, SHARED] {
            assert!(file.lines().all(|line| line.starts_with('#') || line.contains('\t')));
        }
    }

    #[test]
    fn what_is_left_out_in_the_news_is_left_out_in_a_copy() {
        let mut lines = Lines::new();
        for line in ["tah\tTe fa’atupu nei rātou", "ful\tYimɓe ɗiɗi ari", "ful\tNder wuro"] {
            add_line(line, &entries(), &mut lines);
        }
        let all: Vec<&str> = lines.values().flatten().map(String::as_str).collect();
        let tahitian = ["Te faatupu nei ratou", "Te faatupu nei rātou", "Te fa’atupu nei rātou"];
        assert_eq!(all, [&["Yimbe didi ari", "Yimɓe ɗiɗi ari", "Nder wuro"], &tahitian[..]].concat());
    }

    #[test]
    fn lines_go_to_the_script_they_are_in() {
        let path = std::env::temp_dir().join(format!("langid-lines-{}.tsv", std::process::id()));
        let text = "srp\tRibari su se vratili\nsrp\tРибари су се вратили\njpn\t漁船が港に帰った\ntha\tHello there\nxxx\tno such\n";
        std::fs::write(&path, text).unwrap();
        let mut lines = Lines::new();
        let read = read_lines(&path, &mut lines).unwrap();
        std::fs::remove_file(&path).unwrap();
        let found: Vec<String> = lines.keys().map(|(script, lang)| format!("{} {lang}", script.code())).collect();
        assert_eq!(found, ["Latn sr-Latn", "Cyrl sr", "Hani ja", "Jpan ja"]);
        assert_eq!(lines.values().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1, 1]);
        assert_eq!(read, 3);
    }
}
