//! `cargo xtask full-text`: whether the search index of the `SQLite` export finds the words of every language, and no others.
//!
//! Sentences of many languages, three a document, go through the program into a database. Words and phrases that stand there
//! are taken out of them and asked for, by an `SQLite` that knows nothing of us and the query of the export's README with its
//! one literal changed. What should be found is told by the sentences alone: whole words where a script sets spaces (in
//! Korean what begins with the word), and the same letters where it sets none.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail, ensure};
use copydesk_text::is_unspaced;
use copydesk_unpack::{Limits, Stream};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use xxhash_rust::xxh3::xxh3_64;

use crate::watch::release;

/// Arguments of `cargo xtask full-text`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Sentences, with the code of the language and a tab before each.
    #[arg(long, default_value = "../shared/bench/langid/dev/full.tsv.gz")]
    sentences: PathBuf,
    /// The README with the query.
    #[arg(long, default_value = "crates/copydesk-export-sqlite/README.md")]
    readme: PathBuf,
    /// The program; the release program is built and taken if this is left out.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Folder for the documents and the database.
    #[arg(long, default_value = "target/full-text")]
    scratch: PathBuf,
    /// How many words of each language are asked for.
    #[arg(long, default_value_t = 20)]
    words: usize,
    /// Ask for five words of each language, and leave out the documents in languages that nothing is asked in.
    #[arg(long, conflicts_with = "words")]
    short: bool,
    /// Print each word with what is missing or wrong.
    #[arg(long)]
    verbose: bool,
}

/// So many sentences stand in a document.
const SENTENCES: usize = 3;
/// So many words of each language are enough to see that search works at all.
const SHORT_WORDS: usize = 5;
/// A word that stands in more documents tells nothing.
const MOST_DOCUMENTS: usize = 12;

/// How the words of a language are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By spaces: so many words are asked for together.
    Words(usize),
    /// The same, asked for without the marks of letters.
    Unmarked(usize),
    /// By spaces, with particles behind them.
    Beginnings,
    /// Not at all: so many letters are asked for.
    Letters(usize),
}

/// The languages, by the codes that the sentences have.
const LANGUAGES: &[(&str, &str, Way)] = &[
    ("ko", "kor", Way::Beginnings),
    ("ja", "jpn", Way::Letters(2)),
    ("zh", "zho", Way::Letters(2)),
    ("th", "tha", Way::Letters(4)),
    ("lo", "lao", Way::Letters(4)),
    ("km", "khm", Way::Letters(4)),
    ("my", "mya", Way::Letters(4)),
    ("vi", "vie", Way::Words(2)),
    ("vi without marks", "vie", Way::Unmarked(2)),
    ("en", "eng", Way::Words(1)),
    ("ar", "ara", Way::Words(1)),
    ("ru", "rus", Way::Words(1)),
];

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut documents = documents(&args.sentences)?;
    if args.short {
        documents.retain(|document| LANGUAGES.iter().any(|(_, code, _)| *code == document.language));
    }
    let words_asked = if args.short { SHORT_WORDS } else { args.words };
    let program = match &args.program {
        Some(program) => program.clone(),
        None => release(false)?,
    };
    let database = database(&program, &args.scratch, &documents)?;
    let query = query(&args.readme)?;
    println!("{} documents; asked with SQLite {}", documents.len(), rusqlite::version());
    println!("{:<18} {:>6} {:>10} {:>8} {:>8} {:>8}", "language", "words", "documents", "found", "missing", "wrong");
    let mut faults = 0;
    for (name, code, way) in LANGUAGES {
        let own: Vec<&Document> = documents.iter().filter(|document| document.language == *code).collect();
        ensure!(!own.is_empty(), "there are no sentences in `{code}`");
        let (mut asked, mut expected, mut found) = (0, 0, 0);
        let (mut missing, mut wrong) = (0, 0);
        for word in words(*way, &own, words_asked) {
            let truth: BTreeSet<&str> = documents
                .iter()
                .filter(|document| way.stands(&word, &document.text))
                .map(|d| d.name.as_str())
                .collect();
            let hits = ask(&database, &query, &word)?;
            let hits: BTreeSet<&str> = hits.iter().map(String::as_str).collect();
            asked += 1;
            expected += truth.len();
            found += truth.intersection(&hits).count();
            missing += truth.difference(&hits).count();
            let may: BTreeSet<&str> = documents
                .iter()
                .filter(|document| way.may_stand(&word, &document.text))
                .map(|d| d.name.as_str())
                .collect();
            let odd: Vec<&str> = hits.difference(&truth).copied().filter(|name| !may.contains(name)).collect();
            wrong += odd.len();
            if args.verbose && (!truth.is_subset(&hits) || !odd.is_empty()) {
                println!("  {word}: missing {:?}, wrong {odd:?}", truth.difference(&hits).collect::<Vec<_>>());
            }
        }
        ensure!(asked == words_asked, "only {asked} words of {name} could be taken");
        println!("{name:<18} {asked:>6} {expected:>10} {found:>8} {missing:>8} {wrong:>8}");
        faults += missing + wrong;
    }
    if faults > 0 {
        bail!("{faults} documents are missing or wrong; --verbose names them");
    }
    Ok(())
}

struct Document {
    name: String,
    language: String,
    /// Its sentences, one a line.
    text: String,
}

fn documents(path: &Path) -> anyhow::Result<Vec<Document>> {
    let cannot = || format!("cannot read {}", path.display());
    let mut text = String::new();
    let stored = File::open(path).with_context(cannot)?;
    Stream::open(stored, Limits::WINDOW_ONLY)
        .and_then(|mut stream| stream.read_to_string(&mut text))
        .with_context(cannot)?;
    let mut by_language: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (language, sentence) in text.lines().filter_map(|line| line.split_once('\t')) {
        by_language.entry(language).or_default().push(sentence);
    }
    let documents = by_language.into_iter().flat_map(|(language, sentences)| {
        let of = move |(number, sentences): (usize, &[&str])| Document {
            name: format!("{language}-{number}"),
            language: language.to_owned(),
            text: sentences.join("\n"),
        };
        sentences.chunks(SENTENCES).enumerate().map(of).collect::<Vec<_>>()
    });
    Ok(documents.collect())
}

/// Runs the program over the documents, and opens what it has made.
fn database(program: &Path, scratch: &Path, documents: &[Document]) -> anyhow::Result<Connection> {
    fs::create_dir_all(scratch)?;
    let (input, pipeline, out) = (scratch.join("documents.jsonl"), scratch.join("pipeline.toml"), scratch.join("out"));
    let mut lines = File::create(&input)?;
    for Document { name, text, .. } in documents {
        let text = text.replace('\n', "\n\n");
        writeln!(lines, "{}", json!({ "id": name, "text": text }))?;
    }
    fs::write(&pipeline, "[[stage]]\nuse = \"detect-language\"\n\n[[export]]\nuse = \"sqlite\"\n")?;
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let status = Command::new(program)
        .arg("run")
        .args([&pipeline, &input])
        .arg("--out")
        .args([&out])
        .arg("--quiet")
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(status.success(), "the run failed");
    let database = Connection::open_with_flags(out.join("records.sqlite"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let stored: i64 = database.query_row("SELECT count(*) FROM documents", [], |row| row.get(0))?;
    ensure!(usize::try_from(stored) == Ok(documents.len()), "the database has {stored} documents");
    Ok(database)
}

/// The first query of the README: what stands before its literal, and behind it.
fn query(readme: &Path) -> anyhow::Result<(String, String)> {
    let text = fs::read_to_string(readme).with_context(|| format!("cannot read {}", readme.display()))?;
    let query = text.split_once("```sql\n").and_then(|(_, rest)| rest.split_once("```"));
    let (before, after) = query
        .and_then(|(query, _)| query.split_once("'ferry'"))
        .with_context(|| format!("{} has no query that asks for 'ferry'", readme.display()))?;
    Ok((before.to_owned(), after.to_owned()))
}

/// The documents that the query finds, by their names.
fn ask(database: &Connection, (before, after): &(String, String), word: &str) -> anyhow::Result<Vec<String>> {
    let query = format!("{before}'{}'{after}", word.replace('\'', "''"));
    let query = query.trim_end().trim_end_matches(';').to_owned();
    let named = format!(
        "SELECT json_extract(fields, '$.id') FROM documents WHERE source_uri IN (SELECT source_uri FROM ({query}))"
    );
    let mut statement = database.prepare(&named)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Way {
    /// Whether a word stands in a text.
    fn stands(self, word: &str, text: &str) -> bool {
        match self {
            Self::Words(_) => {
                text.lines().any(|line| phrases(&lower(line)).any(|phrase| has_words(&phrase, &lower(word))))
            }
            // Somebody who types no marks finds letters with and without them.
            Self::Unmarked(_) => {
                text.lines().any(|line| phrases(&unmarked(line)).any(|phrase| has_words(&phrase, word)))
            }
            Self::Beginnings => {
                text.lines().any(|line| phrases(&lower(line)).flatten().any(|own| own.starts_with(word)))
            }
            Self::Letters(_) => visible(text).contains(&visible(word)),
        }
    }
}

impl Way {
    /// Whether a text that is found for a word is no mistake, although the word does not stand there as it was typed.
    fn may_stand(self, word: &str, text: &str) -> bool {
        match self {
            // Whoever types no marks finds words with them, of other languages too.
            Self::Words(_) => unmarked(word) == lower(word) && Self::Unmarked(1).stands(word, text),
            // The older spelling of Burmese has its marks in another order, which composing changes.
            Self::Letters(_) => text.contains(word),
            Self::Unmarked(_) | Self::Beginnings => false,
        }
    }
}

/// Words of a language that stand in few documents, the same ones each time.
fn words(way: Way, documents: &[&Document], count: usize) -> Vec<String> {
    let mut candidates: BTreeMap<String, usize> = BTreeMap::new();
    for document in documents {
        let own: BTreeSet<String> = document.text.lines().flat_map(|line| way.candidates(line)).collect();
        for word in own {
            *candidates.entry(word).or_default() += 1;
        }
    }
    // Those in several documents first, as far as there are enough of them.
    let mut candidates: Vec<(String, usize)> = candidates.into_iter().filter(|(_, n)| *n <= MOST_DOCUMENTS).collect();
    candidates.sort_by_key(|(word, n)| (*n == 1, xxh3_64(word.as_bytes())));
    candidates.into_iter().take(count).map(|(word, _)| word).collect()
}

impl Way {
    fn candidates(self, line: &str) -> Vec<String> {
        match self {
            Self::Words(together) | Self::Unmarked(together) => {
                let line = if matches!(self, Self::Unmarked(_)) { unmarked(line) } else { lower(line) };
                let long = move |words: &&[String]| {
                    words.iter().all(|word| word.chars().count() >= if together == 1 { 4 } else { 2 })
                };
                phrases(&line)
                    .flat_map(|phrase| {
                        phrase.windows(together).filter(long).map(|words| words.join(" ")).collect::<Vec<_>>()
                    })
                    .filter(|word| word.chars().all(|c| c.is_alphabetic() || is_combining_mark(c) || c == ' '))
                    .collect()
            }
            Self::Beginnings => phrases(&lower(line))
                .flatten()
                .filter(|word| word.chars().count() >= 3 && word.chars().all(is_hangul))
                .map(|word| word.chars().take(word.chars().count() - 1).collect())
                .collect(),
            Self::Letters(count) => {
                // A run of letters is cut where nothing hangs on the letter behind.
                let runs = line.split(|c: char| !(c.is_alphabetic() || is_combining_mark(c)) || c.is_ascii());
                let mut candidates = Vec::new();
                for run in runs {
                    let letters: Vec<char> = run.chars().collect();
                    let begins = |at: usize| letters.get(at).is_none_or(|c| !is_combining_mark(*c) && !hangs(*c));
                    for at in 0..letters.len().saturating_sub(count - 1) {
                        if begins(at) && begins(at + count) {
                            candidates.push(letters[at..at + count].iter().collect());
                        }
                    }
                }
                candidates
            }
        }
    }
}

/// Words that stand behind each other with nothing but spaces between.
fn phrases(line: &str) -> impl Iterator<Item = Vec<String>> {
    let mut phrases = vec![Vec::new()];
    let (mut word, mut gap) = (String::new(), String::new());
    for c in line.chars().chain([' ']) {
        // A name in Latin letters stands between those of Tibetan without spaces.
        if (c.is_alphanumeric() || is_combining_mark(c)) && !is_unspaced(c) {
            if !gap.is_empty() && !gap.chars().all(char::is_whitespace) {
                phrases.push(Vec::new());
            }
            gap.clear();
            word.push(c);
        } else {
            if let (false, Some(phrase)) = (word.is_empty(), phrases.last_mut()) {
                phrase.push(std::mem::take(&mut word));
            }
            gap.push(c);
        }
    }
    phrases.into_iter()
}

fn has_words(phrase: &[String], words: &str) -> bool {
    let words: Vec<&str> = words.split(' ').collect();
    phrase.windows(words.len()).any(|own| own.iter().zip(&words).all(|(own, word)| own == word))
}

fn lower(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase()
}

/// Small letters without marks, as who has another keyboard types them.
fn unmarked(text: &str) -> String {
    lower(text).replace('đ', "d").nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// A text without what nobody sees in it.
fn visible(text: &str) -> String {
    text.nfc().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}')).collect()
}

/// A vowel of Thai or Lao that stands behind its consonant, and is no mark to Unicode.
fn hangs(c: char) -> bool {
    matches!(c, '\u{e30}'..='\u{e3a}' | '\u{e45}' | '\u{eb0}'..='\u{ebc}')
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_text_is_told_by_the_way_of_its_language() {
        for (way, word, text, stands) in [
            (Way::Words(1), "ferry", "The Ferry left.", true),
            (Way::Words(1), "ferry", "The ferryman left.", false),
            (Way::Words(2), "cầu cảng", "Ở Cầu cảng cũ", true),
            (Way::Words(2), "cầu cảng", "Ở cầu, cảng cũ", false),
            (Way::Words(2), "cầu cảng", "Ở cau cang", false),
            (Way::Unmarked(2), "cau duong", "Ở cầu đường cũ", true),
            (Way::Beginnings, "항구", "그 항구에서", true),
            (Way::Beginnings, "항구", "새항구", false),
            (Way::Letters(2), "港口", "新港口的船", true),
            (Way::Letters(2), "港口", "港 口", false),
        ] {
            assert_eq!(way.stands(word, text), stands, "{word} in {text}");
        }
    }

    #[test]
    fn words_are_taken_from_where_they_stand() {
        assert_eq!(Way::Letters(2).candidates("港口 a 船"), ["港口"]);
        assert_eq!(Way::Beginnings.candidates("항구에 a 배"), ["항구"]);
        assert_eq!(Way::Words(2).candidates("Cầu cảng, cũ mới"), ["cầu cảng", "cũ mới"]);
        assert_eq!(Way::Unmarked(2).candidates("Cầu cảng"), ["cau cang"]);
        // A vowel sign is not cut off its letter.
        assert!(Way::Letters(2).candidates("กากี").iter().all(|word| !word.ends_with('ก') || word == "ากก"));
    }
}
