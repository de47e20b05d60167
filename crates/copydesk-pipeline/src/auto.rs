//! The source that tells by content what is in a file, and what is in the files of an archive.
//!
//! It stands here and not in a crate of its own, since it is made of other sources, which no source may know.

use std::{
    borrow::Cow,
    io::{Cursor, Read},
};

use copydesk_intake::{Documents, Intake, Opened, StoredFile, ZIP_MAGIC, bad, is_tar};
use copydesk_source_csv as csv;
use copydesk_source_feed as feed;
use copydesk_source_files as files;
use copydesk_source_jsonl as jsonl;
use copydesk_source_mail as mail;
#[cfg(feature = "parquet")]
use copydesk_source_parquet as parquet;
use copydesk_source_warc as warc;
use copydesk_stage::{Catalog, ConfigError, KnownFiles, Source, SourceError, SourceItem, SourceKind};
use copydesk_unpack::{Codec, Limits, Stream, names_codec};

mod archive;
#[cfg(not(feature = "parquet"))]
#[path = "auto/without_parquet.rs"]
mod parquet;

copydesk_intake::source_config! {
    /// Largest file, in bytes, as stored, that is one document. A larger one goes to quarantine (`limit.size`).
    max_bytes: u64 = 32 << 20,
    /// How JSON Lines are read: the options of the source `jsonl`.
    jsonl: jsonl::Options = jsonl::Options::default(),
    /// How CSV is read: the options of the source `csv`.
    csv: csv::Options = csv::Options::default(),
    /// How Parquet is read: the options of the source `parquet`.
    parquet: parquet::Options = parquet::Options::default(),
    /// How RSS and Atom are read: the options of the source `feed`.
    feed: feed::Options = feed::Options::default(),
    /// How mail is read: the options of the source `mail`.
    mail: mail::Options = mail::Options::default(),
    /// How web archives are read: the options of the source `warc`.
    warc: warc::Options = warc::Options::default(),
}

/// The source `auto`.
#[derive(Debug)]
pub(crate) struct Auto {
    intake: Intake,
    options: Options,
}

impl SourceKind for Auto {
    const NAME: &'static str = "auto";
    const SUMMARY: &'static str =
        "Reads pages, JSON, CSV, Parquet, feeds, mail and web archives, each told by its content.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Source>, ConfigError> {
        let (selection, options) = config.split();
        let below = |key: &str, result: Result<(), ConfigError>| {
            result.map_err(|error| ConfigError { path: format!("{key}.{}", error.path), ..error })
        };
        options.files().check()?;
        below("jsonl", options.jsonl.check())?;
        below("csv", options.csv.check())?;
        below("parquet", options.parquet.check())?;
        below("feed", options.feed.check())?;
        below("mail", options.mail.check())?;
        below("warc", options.warc.check())?;
        Ok(Box::new(Self { intake: selection.check()?, options }))
    }
}

impl Source for Auto {
    fn leave_out(&mut self, known: KnownFiles) {
        self.intake.leave_out(known);
    }

    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let options = self.options.clone();
        self.intake.documents(move |file| documents(file, &options))
    }

    fn size_hint(&self) -> Option<u64> {
        self.intake.count_pages()
    }
}

impl Options {
    fn files(&self) -> files::Options {
        files::Options { max_bytes: self.max_bytes }
    }
}

/// So much of a file is looked at. Text is told by less; of compressed data more is needed before anything comes out.
const HEAD: u64 = 64 << 10;
const COMPRESSED_HEAD: u64 = 1 << 20;
/// So much tells whether more has to be looked at.
const BEGINNING: u64 = 1 << 10;
/// A message begins with more lines that say nothing than other formats do.
const MAIL_HEAD: u64 = 8 << 10;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Document,
    Jsonl,
    Csv,
    Feed,
    Mail,
    Parquet,
    Tar,
    Warc,
    Zip,
}

fn one(item: SourceItem) -> Documents {
    Box::new(std::iter::once(item))
}

fn documents(file: StoredFile, options: &Options) -> Documents {
    let again = file.clone();
    match file.open() {
        Ok(opened) => documents_of(opened, Some(again), options),
        Err(item) => one(*item),
    }
}

/// The documents of what has been opened. `file` is what it was opened from, for formats that are read from their end;
/// none for a file in an archive.
fn documents_of(opened: Opened, file: Option<StoredFile>, options: &Options) -> Documents {
    let Opened { name, size, mut reader } = opened;
    // An error of reading comes again when all of it is read, and is told of there.
    let mut head = Vec::new();
    let _ = reader.by_ref().take(HEAD).read_to_end(&mut head);
    if let Some(item) = absent(&name.uri, &head) {
        return one(item);
    }
    let compressed = Codec::of(&head).is_some();
    if compressed {
        let _ = reader.by_ref().take(COMPRESSED_HEAD - HEAD).read_to_end(&mut head);
    }
    let whole = (head.len() as u64) < if compressed { COMPRESSED_HEAD } else { HEAD };
    let kind = kind(&name.uri, &head, whole, &options.csv);
    let opened = Opened { name: name.clone(), size, reader: Box::new(Cursor::new(head).chain(reader)) };
    let limits = match kind {
        Kind::Document => return one(files::whole(opened, &options.files())),
        Kind::Parquet => {
            return match file {
                Some(file) => parquet::records(file, &options.parquet),
                None => one(bad(name.uri, "parquet.archive", "Parquet is not read inside of an archive; unpack it")),
            };
        }
        Kind::Zip => return archive::zip(file.as_ref(), opened, options),
        Kind::Tar => Limits::default(),
        Kind::Jsonl => options.jsonl.limits(),
        Kind::Csv => options.csv.limits(),
        Kind::Warc => options.warc.limits(),
        Kind::Feed => options.feed.limits(),
        Kind::Mail => options.mail.limits(),
    };
    match (opened.stream(limits), kind) {
        (Err(item), _) => one(*item),
        (Ok(stream), Kind::Csv) => Box::new(csv::records(name, stream, &options.csv)),
        (Ok(stream), Kind::Warc) => Box::new(warc::records(name, stream, &options.warc)),
        (Ok(stream), Kind::Feed) => Box::new(feed::records(&name, stream, &options.feed)),
        (Ok(stream), Kind::Mail) => Box::new(mail::records(name, stream, &options.mail)),
        (Ok(stream), Kind::Tar) => archive::tar(name, stream, options),
        (Ok(stream), _) => Box::new(jsonl::records(name, stream, &options.jsonl)),
    }
}

/// What a checkout or a download has left in the place of a file.
fn absent(uri: &str, head: &[u8]) -> Option<SourceItem> {
    const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
    if head.starts_with(POINTER) {
        let message = "a pointer of Git LFS stands in the place of the file: `git lfs pull` fetches it";
        return Some(bad(uri, "lfs-pointer", message));
    }
    // Not even the empty ones of their kind are empty.
    if head.is_empty() && ["parquet", "tar", "wacz", "zip"].contains(&extension(uri).as_str()) {
        let message = "the file is empty, and its name says that something is in it; fetch it again";
        return Some(bad(uri, "empty-archive", message));
    }
    None
}

/// What a file is, by its beginning where that tells, else by its name.
fn kind(name: &str, stored: &[u8], whole: bool, csv: &csv::Options) -> Kind {
    if stored.starts_with(ZIP_MAGIC) {
        return Kind::Zip;
    }
    let (beginning, _) = opened(stored, whole, BEGINNING);
    if is_tar(&beginning) {
        return Kind::Tar;
    }
    if warc::looks_like(&beginning) {
        return Kind::Warc;
    }
    if parquet::looks_like(stored) {
        return Kind::Parquet;
    }
    let extension = extension(name);
    match extension.as_str() {
        "warc" | "wet" | "arc" => return Kind::Warc,
        "jsonl" | "ndjson" | "jsonlines" | "ldjson" => return Kind::Jsonl,
        // What is wrong in it is told with its place, and does not become text.
        "json" if jsonl::may_begin(&beginning) && !beginning.trim_ascii().is_empty() => return Kind::Jsonl,
        "csv" | "tsv" => return Kind::Csv,
        "eml" | "emlx" | "mbox" | "mht" | "mhtml" => return Kind::Mail,
        _ => {}
    }
    if feed::looks_like(&beginning) {
        return Kind::Feed;
    }
    if mail::looks_like(&opened(stored, whole, MAIL_HEAD).0) {
        return Kind::Mail;
    }
    let may_be_json = jsonl::may_begin(&beginning);
    // Excel calls a table `.txt` as well, and standard input has no name.
    let may_be_table = !may_be_json
        && !beginning.trim_ascii_start().starts_with(b"<")
        && !matches!(extension.as_str(), "html" | "htm" | "xhtml" | "md" | "markdown");
    if !may_be_json && !may_be_table {
        return Kind::Document;
    }
    let (head, whole) = opened(stored, whole, HEAD);
    if may_be_table {
        return if csv::looks_like(&head, whole, &csv.text) { Kind::Csv } else { Kind::Document };
    }
    // One object in one line is what an interface answers with in the place of a page; a page is called a page.
    let is_page = matches!(extension.as_str(), "html" | "htm" | "xhtml" | "md" | "markdown" | "txt");
    let has_lines = head.trim_ascii().contains(&b'\n');
    if (has_lines || !is_page) && jsonl::looks_like(&head, whole) { Kind::Jsonl } else { Kind::Document }
}

/// The beginning of what is in a file, and whether that is all of it.
fn opened(stored: &[u8], whole: bool, most: u64) -> (Cow<'_, [u8]>, bool) {
    let (mut head, mut whole) = (Cow::Borrowed(stored), whole);
    for _ in 0..2 {
        if Codec::of(&head).is_none() {
            break;
        }
        let mut inner = Vec::new();
        // Whatever is wrong with the rest: what came out before is looked at.
        let read = Stream::open(&head[..], Limits::default()).and_then(|s| s.take(most).read_to_end(&mut inner));
        whole &= read.is_ok() && (inner.len() as u64) < most;
        head = Cow::Owned(inner);
    }
    (head, whole)
}

/// The extension of a name, that of a compression aside, in lower case.
fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut file = file;
    while names_codec(file) {
        file = file.rsplit_once('.').map_or("", |(stem, _)| stem);
    }
    file.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

/// What a program passes to [`Catalog::with`].
pub(crate) fn register(catalog: &mut Catalog) {
    catalog.source::<Auto>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_content_and_then_by_name() {
        let is = |name: &str, head: &str| kind(name, head.as_bytes(), true, &csv::Options::default());
        for (name, head, expected) in [
            ("a.html", "<p>x</p>", Kind::Document),
            ("a.html", "WARC/1.0\r\n", Kind::Warc),
            ("a", "filedesc://a.arc 0.0.0.0 20080312101530 text/plain 5\n", Kind::Warc),
            ("a", "PAR1\x15", Kind::Parquet),
            ("a.xml", "<?xml version=\"1.0\"?>\n<!-- x --><rss version=\"2.0\"><channel>", Kind::Feed),
            ("a", "<feed xmlns=\"http://www.w3.org/2005/Atom\">", Kind::Feed),
            ("a.html", "<html><feed>", Kind::Document),
            ("a", "Received: by x\nFrom: Ann <a@example.org>\nSubject: y\n\nText", Kind::Mail),
            ("a", "From a@example.org Mon May  6 07:08:09 2024\nSubject: y\n\nText", Kind::Mail),
            ("a.txt", "From: our desk\nDate: today\n\nThe text", Kind::Document),
            ("-", "{\"text\":\"x\"}\n{\"text\":\"y\"}\n", Kind::Jsonl),
            ("-", "{\"text\":\"x\"}", Kind::Jsonl),
            ("a.txt", "{\"a\":1}\n{\"a\":2}", Kind::Jsonl),
            ("a.txt", "{\"text\":\"x\"}", Kind::Document),
            ("a", "[[{\"text\":\"x\"}],\n[]]", Kind::Jsonl),
            ("a", "[\"a text\",\n\"another\"]", Kind::Jsonl),
            ("a.md", "[\"a title\"](https://example.org/)\n\nText", Kind::Document),
            ("a.md", "[[A page]] of a wiki\n", Kind::Document),
            ("a.json", "{\"text\": oops", Kind::Jsonl),
            ("a.json", "<p>x</p>", Kind::Document),
            ("-", "url,text\nx,y\n", Kind::Csv),
            ("a.txt", "url\ttext\nx\ty\n", Kind::Csv),
            ("a.md", "url,text\nx,y\n", Kind::Document),
            ("a", "// made by hand\n[{\"text\":\"x\"},\n{\"text\":nan}]", Kind::Jsonl),
            ("a", "\u{feff}{\"text\":\"x\"}\n{\"text\":\"y\"}", Kind::Jsonl),
            ("a.json", "{\n \"text\": \"x\"\n}", Kind::Jsonl),
            ("a.json", "[{\"text\": \"x\"}]", Kind::Jsonl),
            ("a.md", "{\n \"title\": \"x\"\n}\n\nText", Kind::Document),
            ("a.json", "{\"error\":\"x\"}", Kind::Jsonl),
            ("a.json", "{\"articles\":[{\"text\":\"x\"}]}", Kind::Jsonl),
            ("a.html", "{\"error\":\"x\"}", Kind::Document),
            ("a.JSONL", "", Kind::Jsonl),
            ("b/a.warc.gz", "", Kind::Warc),
            ("a.csv.zst", "id,text", Kind::Csv),
            ("a.txt", "Text of the day\nThe ferry, they say, sails.\n", Kind::Document),
            ("a.mhtml", "Subject: x\n\ny", Kind::Mail),
            ("jsonl", "text", Kind::Document),
            ("", "", Kind::Document),
        ] {
            assert_eq!(is(name, head), expected, "{name} {head}");
        }
    }

    #[test]
    fn a_name_is_read_without_its_packing() {
        for (name, expected) in
            [("a.jsonl.gz", "jsonl"), ("a/b.c/warc", ""), ("a.CSV.gz.xz", "csv"), (".gz", ""), ("gz", "")]
        {
            assert_eq!(extension(name), expected, "{name}");
        }
    }
}
