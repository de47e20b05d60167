//! Training text: lines by language, sorted by script, cut into snippets and dressed up as captions and headlines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use copydesk_langid::{Lang, Script, main_script};
use flate2::read::GzDecoder;
use unicode_normalization::UnicodeNormalization;

use crate::random::Random;

/// The lines of one language in one script.
pub(crate) type Lines = BTreeMap<(Script, Lang), Vec<String>>;

/// Opens a file that may be gzipped.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let plain: Box<dyn Read> =
        if path.extension().is_some_and(|end| end == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    Ok(Box::new(BufReader::new(plain)))
}

/// Adds the lines `ISO 639-3 code<TAB>text` of a file. A line goes to the language's entry for the script it is in;
/// a line in a script in which the language is not told apart is noise, and dropped.
pub(crate) fn read_lines(path: &Path, into: &mut Lines) -> Result<usize> {
    let entries: BTreeMap<(&str, Script), Lang> =
        Lang::all().filter_map(|lang| Some(((lang.iso3(), lang.script()?), lang))).collect();
    let mut read = 0;
    for line in open(path)?.lines() {
        let line = line?;
        let Some((code, text)) = line.split_once('\t') else { continue };
        let text: String = text.nfc().map(unligate).collect();
        let Some(script) = main_script(&text) else { continue };
        if let Some(&lang) = entries.get(&(code, script)) {
            into.entry((script, lang)).or_default().push(text.clone());
            read += 1;
        }
        // Japanese without its kana is what must be told from Chinese.
        if code == "jpn" && script == Script::Kana {
            let kanji: String = text.chars().map(|c| if c >= '\u{3400}' { c } else { ' ' }).collect();
            let runs: Vec<&str> = kanji.split_whitespace().filter(|run| run.chars().count() > 1).collect();
            if let (false, Some(&lang)) = (runs.is_empty(), entries.get(&("jpn", Script::Kana))) {
                into.entry((Script::Han, lang)).or_default().push(runs.join(" "));
            }
        }
    }
    Ok(read)
}

/// Some of the text was set with ligatures that nobody types.
fn unligate(c: char) -> char {
    match c {
        'ﬆ' | 'ﬅ' => 't',
        other => other,
    }
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

    /// A random snippet of a line.
    pub(crate) fn cut(&self, line: &str, script: Script, random: &mut Random) -> String {
        let mut text = if script == Script::Han { cut_chars(line, random) } else { cut_words(line, random) };
        if random.chance(0.10) {
            text = text.to_uppercase();
        }
        if matches!(script, Script::Latin | Script::Cyrillic) && random.chance(0.12) {
            text = strip_marks(&text);
        }
        if random.chance(0.10) {
            let credit = random.pick(&self.credits);
            text = if random.chance(0.8) { format!("{text} {credit}") } else { format!("{credit} {text}") };
        }
        text
    }
}

fn cut_words(line: &str, random: &mut Random) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let wanted = match random.below(100) {
        0..7 => 1,
        7..32 => 2,
        32..42 => 3,
        42..50 => 4,
        50..68 => 5,
        68..94 => 6 + random.below(7),
        _ => 25,
    };
    if words.len() <= wanted {
        return line.to_owned();
    }
    // Headlines and captions start where a sentence starts, more often than chance has it.
    let start = if random.chance(0.3) { 0 } else { random.below(words.len() - wanted + 1) };
    words[start..start + wanted].join(" ")
}

fn cut_chars(line: &str, random: &mut Random) -> String {
    let chars: Vec<char> = line.chars().collect();
    let most = if random.chance(0.5) { 8 } else { 30 };
    let wanted = 2 + random.below(most);
    if chars.len() <= wanted {
        return line.to_owned();
    }
    let start = random.below(chars.len() - wanted + 1);
    chars[start..start + wanted].iter().collect()
}

/// The text without its accents.
pub(crate) fn strip_marks(text: &str) -> String {
    text.nfd().filter(|&c| !unicode_normalization::char::is_combining_mark(c)).nfc().collect()
}
