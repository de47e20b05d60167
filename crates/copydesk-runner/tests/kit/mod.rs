//! A source, an export and stages that do as the text of a document says.

use std::{collections::BTreeMap, fs, num::NonZero, path::Path, time::Duration};

use copydesk_document::{Document, Input};
use copydesk_runner::{
    Chain, ExportInstance, Limits, Observer, Options, Output, Quarantined, Report, Run, RunError, StageInstance,
};
use copydesk_stage::{
    AnyStage, AsyncStage, Context, Export, ExportError, Facet, Fingerprint, Manifest, Source, SourceError, SourceItem,
    Stage, StageError, Verdict, async_trait,
};

/// Hands over what it is given.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) texts: Vec<String>,
    /// The source breaks after so many documents.
    pub(crate) breaks_after: Option<usize>,
}

impl Source for Given {
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let mut items: Vec<Result<SourceItem, SourceError>> = self
            .texts
            .iter()
            .enumerate()
            .map(|(i, text)| match text.as_str() {
                "BAD" => {
                    let (uri, rule, message) = (format!("doc-{i}"), "unreadable".into(), "no luck".into());
                    Ok(SourceItem::Bad { uri, rule, message })
                }
                text => Ok(SourceItem::Input(Input::new(format!("doc-{i}"), text))),
            })
            .collect();
        if let Some(n) = self.breaks_after {
            items.truncate(n);
            items.push(Err(SourceError::new("the cable is cut")));
        }
        Ok(Box::new(items.into_iter()))
    }
}

/// Labels everything body, unless the document asks for something else.
#[derive(Debug)]
pub(crate) struct Obedient;

impl Stage for Obedient {
    fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let content = doc.content().to_owned();
        assert!(!content.contains("PANIC"), "as the document asked");
        while content.contains("HANG") {
            std::thread::park();
        }
        if let Some(at) = content.find("ERROR") {
            let mut error = StageError::new("asked", "as the document asked");
            error.span = Some(copydesk_document::Span::new(at, at + 5));
            return Err(error);
        }
        for id in doc.ids() {
            cx.keep(doc, id, "all", "");
        }
        Ok(if content.contains("DROP") { Verdict::Drop("asked for".into()) } else { Verdict::Keep })
    }
}

/// Waits, the longer the earlier the document; fails where the document asks for it.
#[derive(Debug)]
pub(crate) struct Sleepy;

#[async_trait]
impl AsyncStage for Sleepy {
    async fn process(&self, doc: &mut Document, cx: &mut Context<'_>) -> Result<Verdict, StageError> {
        let number: u64 = doc.source.uri.trim_start_matches("doc-").parse().unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(20 / (number + 1))).await;
        assert!(!doc.content().contains("LATE"), "as the document asked, later");
        if doc.content().contains("BLOCK") {
            std::thread::park();
        }
        if doc.content().contains("FOREVER") {
            std::future::pending::<()>().await;
        }
        cx.ext(doc, number);
        Ok(Verdict::Keep)
    }
}

/// One line a document: its name, its text, what `sleepy` left.
#[derive(Debug)]
pub(crate) struct Lines(pub(crate) &'static str);

impl Export for Lines {
    fn file_name(&self) -> &str {
        self.0
    }

    fn header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"# header\n");
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        out.extend_from_slice(doc.source.uri.as_bytes());
        if doc.content().contains("UNWRITABLE") {
            return Err(ExportError { message: "not in this format".into() });
        }
        let text: Vec<_> = doc.body().map(|(id, _)| doc.text(id)).collect();
        out.extend_from_slice(format!(" {text:?} {:?}\n", doc.ext().get("sleepy")).as_bytes());
        Ok(())
    }
}

pub(crate) fn export(export: impl Export + 'static) -> ExportInstance {
    let options = serde_json::json!({ "file": export.file_name() });
    ExportInstance { manifest: Manifest { options, ..manifest("lines") }, export: Box::new(export) }
}

pub(crate) fn folder(dir: &Path) -> Output {
    Output::Folder { folder: dir.into(), sharded: false }
}

/// All files of a folder, by their paths in there; that of times of change alone is left out of comparisons.
pub(crate) fn files_below(at: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![at.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("times") {
                let name = path.strip_prefix(at).expect("below").display().to_string();
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

pub(crate) fn link(name: &'static str, stage: AnyStage) -> StageInstance {
    StageInstance { manifest: manifest(name), stage }
}

/// Of something without options that is built from the same sources for ever.
pub(crate) fn manifest(name: &'static str) -> Manifest {
    let fingerprint = Fingerprint::of::<()>(Some(1));
    Manifest { name, kind: name, reads: Facet::ALL, writes: Facet::ALL, fingerprint, options: serde_json::Value::Null }
}

/// Obedient, Sleepy, and Obedient again.
pub(crate) fn chain() -> Chain {
    Chain::new(Limits::default())
        .then(link("first", AnyStage::cpu(Obedient)))
        .then(link("sleepy", AnyStage::waiting(Sleepy)))
        .then(link("last", AnyStage::cpu(Obedient)))
}

pub(crate) fn options(threads: usize, batch: usize) -> Options {
    Options { threads: NonZero::new(threads), batch, signals: false, ..Options::default() }
}

pub(crate) fn run(texts: &[&str], output: Output, options: Options) -> Result<Report, RunError> {
    run_watched(texts, output, options, &mut ())
}

pub(crate) fn run_watched(
    texts: &[&str],
    output: Output,
    options: Options,
    observer: &mut dyn Observer,
) -> Result<Report, RunError> {
    let source = Given { texts: texts.iter().map(|t| (*t).to_owned()).collect(), breaks_after: None };
    let exports = vec![export(Lines("a.txt")), export(Lines("b.txt"))];
    Run { source: Box::new(source), chain: chain(), exports, output, options }.execute(observer)
}

/// Keeps the last progress and all entries.
#[derive(Default)]
pub(crate) struct Watcher {
    pub(crate) last: (u64, u64, u64, u64),
    pub(crate) entries: Vec<Quarantined>,
}

impl Observer for Watcher {
    fn progress(&mut self, p: &copydesk_runner::Progress<'_>) {
        self.last = (p.read, p.written, p.dropped, p.quarantined);
    }

    fn quarantined(&mut self, entry: &Quarantined) {
        self.entries.push(entry.clone());
    }
}

/// Waits 50 ms for every document.
#[derive(Debug)]
pub(crate) struct Nap;

#[async_trait]
impl AsyncStage for Nap {
    async fn process(&self, _: &mut Document, _: &mut Context<'_>) -> Result<Verdict, StageError> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(Verdict::Keep)
    }
}
