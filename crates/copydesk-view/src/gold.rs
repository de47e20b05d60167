//! What somebody marks as right and wrong, kept in a folder: `gold.jsonl`, and the sources of the pages beside it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use copydesk_explain::{Account, Fate, What};
use copydesk_gold::{Agreement, Answer, Gold, Judged, MEASURES, Names, Scores, mean};
use copydesk_record::Record;
use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Error, Explained};

/// The file in the folder.
const FILE: &str = "gold.jsonl";
/// Says that a text is UTF-8, whatever the page says of itself.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The gold of one person, and that of others beside it.
#[derive(Debug)]
pub struct Book {
    folder: PathBuf,
    pages: Mutex<Pages>,
    others: Vec<(String, Vec<Gold>)>,
}

#[derive(Debug)]
struct Pages {
    by_uri: BTreeMap<String, Gold>,
    /// Gold that names no address comes from elsewhere, and stays as it is.
    rest: Vec<Gold>,
    /// Size and time of change of the file as it was left.
    state: Option<(u64, SystemTime)>,
}

/// What is said of a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The number of the document.
    pub n: usize,
    /// The blocks whose fate is wrong.
    wrong: Vec<u32>,
    /// The facts as they should be; an empty one is not in the document.
    title: String,
    authors: Vec<String>,
    published: String,
    /// Whether all of the page was looked through.
    done: bool,
}

impl Book {
    /// Opens the gold in a folder, which is made if there is none, and that in the folders of others.
    pub fn open(folder: &Path, others: &[PathBuf]) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        let file = folder.join(FILE);
        let (mut by_uri, mut rest) = (BTreeMap::new(), Vec::new());
        for gold in if file.exists() { read(&file)? } else { Vec::new() } {
            match gold.uri.clone() {
                Some(uri) => drop(by_uri.insert(uri, gold)),
                None => rest.push(gold),
            }
        }
        let pages = Mutex::new(Pages { by_uri, rest, state: state(&file) });
        let other =
            |folder: &PathBuf| -> Result<_, Error> { Ok((folder.display().to_string(), read(&folder.join(FILE))?)) };
        let others = others.iter().map(other).collect::<Result<_, _>>()?;
        Ok(Self { folder: folder.to_owned(), pages, others })
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is said of a document: which blocks are wrong as they stand, the facts, whether it is done; and whether the
    /// source was another one then, so that the blocks that were marked cannot be found.
    pub fn page(&self, explained: &Explained) -> Value {
        let pages = self.pages();
        let Some(gold) = pages.by_uri.get(&explained.account.source.uri) else { return Value::Null };
        let is_stale = gold.sha256.as_deref().is_some_and(|sha256| sha256 != explained.sha256);
        let judged: BTreeMap<(u32, u32), bool> =
            gold.blocks.iter().map(|block| ((block.start, block.end), block.in_text)).collect();
        let is_wrong =
            |block: &Block<'_>| judged.get(&(block.start, block.end)).is_some_and(|own| *own != block.in_text);
        let wrong: Vec<u32> = blocks(&explained.account).filter(is_wrong).map(|block| block.id).collect();
        let authors = match gold.authors.as_ref().or(gold.author.as_ref()) {
            Some(Names::List(list)) => list.clone(),
            Some(Names::One(one)) => vec![one.clone()],
            None => Vec::new(),
        };
        json!({
            "wrong": if is_stale { Vec::new() } else { wrong },
            "title": gold.title.clone().unwrap_or_default(),
            "authors": authors,
            "published": gold.published.clone().unwrap_or_default(),
            "done": gold.done == Some(true) && !is_stale,
            "stale": is_stale,
        })
    }

    /// Keeps what is said of a document.
    pub fn keep(&self, said: &Said, record: &Record<'_>, explained: &Explained) -> Result<(), Error> {
        let id = record.id.as_str();
        let Explained { account, content, sha256, html, .. } = explained;
        let uri = account.source.uri.clone();
        let (mut judged, mut text, mut kept) = (Vec::new(), String::new(), 0_usize);
        for block in blocks(account) {
            let in_text = block.in_text != said.wrong.contains(&block.id);
            if in_text && !block.text.is_empty() {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(block.text);
                kept += 1;
            }
            // Of a page that is not done only what was marked is known.
            if said.done || said.wrong.contains(&block.id) {
                let Block { start, end, line, .. } = block;
                judged.push(Judged { start, end, line, in_text, was_in_text: block.in_text });
            }
        }
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let authors: Vec<String> = said.authors.iter().filter_map(|name| given(name)).collect();
        let mut gold = Gold {
            id: Value::String(id.to_owned()),
            uri: Some(uri.clone()),
            sha256: Some(sha256.clone()),
            done: Some(said.done),
            title: given(&said.title),
            authors: (!authors.is_empty()).then_some(Names::List(authors)),
            published: given(&said.published),
            text: (said.done && kept > 0).then_some(text),
            blocks: judged,
            ..Gold::default()
        };
        // Pages of a site are kept together, wherever one learns from them.
        if let Some(url) = record.url.as_deref().or(record.source.url.as_deref()) {
            let _ = gold.others.insert("url".to_owned(), json!(url));
        }
        if said.done {
            gold.absent = [
                ("title", gold.title.is_none()),
                ("authors", gold.authors.is_none()),
                ("published", gold.published.is_none()),
                ("text", gold.text.is_none()),
            ]
            .into_iter()
            .filter(|(_, is_absent)| *is_absent)
            .map(|(name, _)| name.to_owned())
            .collect();
            self.keep_source(id, content, *html)?;
        }
        let mut pages = self.pages();
        let _ = pages.by_uri.insert(uri, gold);
        self.write(&mut pages)
    }

    /// Writes all of it anew, under another name first.
    fn write(&self, pages: &mut Pages) -> Result<(), Error> {
        let file = self.folder.join(FILE);
        if state(&file) != pages.state {
            let what = "was changed by somebody else since it was opened here: start `copydesk view` again";
            return Err(failed(&file, &what));
        }
        let mut lines = Vec::new();
        for gold in pages.rest.iter().chain(pages.by_uri.values()) {
            serde_json::to_writer(&mut lines, gold).map_err(|error| failed(&file, &error))?;
            lines.push(b'\n');
        }
        replace(&file, &lines)?;
        pages.state = state(&file);
        Ok(())
    }

    /// The source, as it is read in a folder of pages: `html/ID.html.gz`, or `text/ID.txt.gz`.
    fn keep_source(&self, id: &str, content: &str, html: bool) -> Result<(), Error> {
        let (folder, ending) = if html { ("html", "html") } else { ("text", "txt") };
        let folder = self.folder.join(folder);
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        // An id is letters and digits; what is not has no place in a name.
        let name: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let file = folder.join(format!("{name}.{ending}.gz"));
        let packed = || -> std::io::Result<Vec<u8>> {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(MARK)?;
            packer.write_all(content.trim_start_matches('\u{feff}').as_bytes())?;
            packer.finish()
        };
        replace(&file, &packed().map_err(|error| failed(&file, &error))?)
    }

    /// How much is marked, how the run scores on it, and how far others agree. `answer` gives what the run has for an address.
    pub fn figures(&self, answer: &dyn Fn(&str) -> Result<Option<Answer>, Error>) -> Result<Value, Error> {
        let pages: Vec<Gold> = self.pages().by_uri.values().cloned().collect();
        let done: Vec<&Gold> = pages.iter().filter(|gold| gold.done == Some(true)).collect();
        let mut scores = Vec::new();
        for gold in &done {
            let answer = gold.uri.as_deref().map(answer).transpose()?.flatten();
            scores.push(Scores::of(gold, answer.as_ref()));
        }
        let measures: Vec<Value> = MEASURES
            .iter()
            .filter_map(|(name, value)| {
                let found = mean(&scores.iter().filter_map(value).collect::<Vec<_>>())?;
                Some(json!({ "name": name, "mean": found.mean, "low": found.low, "high": found.high, "pages": found.pages }))
            })
            .collect();
        let blocks = done.iter().flat_map(|gold| &gold.blocks);
        let (judged, right) = blocks.fold((0_usize, 0_usize), |(judged, right), block| {
            (judged + 1, right + usize::from(block.in_text == block.was_in_text))
        });
        let others: Vec<Value> = self
            .others
            .iter()
            .map(|(name, gold)| json!({ "with": name, "agreement": Agreement::of(&pages, gold) }))
            .collect();
        Ok(json!({
            "folder": self.folder.display().to_string(),
            "done": done.len(),
            "begun": pages.len() - done.len(),
            "blocks": judged,
            "right": right,
            "measures": measures,
            "others": others,
        }))
    }

    /// Whether somebody has looked through the document of an address.
    pub fn is_done(&self, uri: &str) -> bool {
        self.pages().by_uri.get(uri).is_some_and(|gold| gold.done == Some(true))
    }
}

/// A block, as it is judged.
struct Block<'a> {
    id: u32,
    start: u32,
    end: u32,
    line: u32,
    in_text: bool,
    text: &'a str,
}

fn blocks(account: &Account) -> impl Iterator<Item = Block<'_>> {
    account.entries.iter().filter_map(|entry| {
        let (What::Block(block), Some(span)) = (&entry.what, entry.span) else { return None };
        Some(Block {
            id: block.id,
            start: span.start,
            end: span.end,
            line: u32::try_from(entry.place.line).unwrap_or(u32::MAX),
            in_text: block.fate == Fate::Kept,
            text: block.now.as_deref().unwrap_or(&block.text),
        })
    })
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Gold(format!("{}: {error}", path.display()))
}

fn state(file: &Path) -> Option<(u64, SystemTime)> {
    let found = fs::metadata(file).ok()?;
    Some((found.len(), found.modified().ok()?))
}

fn replace(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    let draft = file.with_extension("draft");
    let write = || {
        let mut out = File::create(&draft)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        fs::rename(&draft, file)
    };
    write().map_err(|error: std::io::Error| failed(file, &error))
}

fn read(file: &Path) -> Result<Vec<Gold>, Error> {
    let reader = BufReader::new(File::open(file).map_err(|error| failed(file, &error))?);
    let mut all = Vec::new();
    for (number, line) in (1..).zip(reader.lines()) {
        let line = line.map_err(|error| failed(file, &error))?;
        if !line.trim().is_empty() {
            let wrong = |error: serde_json::Error| failed(file, &format!("line {number}: {error}"));
            all.push(serde_json::from_str(&line).map_err(wrong)?);
        }
    }
    Ok(all)
}
