//! An output folder is somebody's: nothing in it is lost or replaced that a run did not make of the same documents.

#[expect(dead_code, reason = "the kit serves other tests too")]
mod kit;

use std::{collections::BTreeMap, fs, path::Path};

use copydesk_document::{Document, Input};
use copydesk_runner::{
    Chain, Existing, ExportInstance, Limits, Options, Output, Owner, Report, Run, RunError, ShardSize,
};
use copydesk_stage::{AnyStage, DocumentRows, Export, ExportError, Fingerprint, Source, SourceError, SourceItem};
use kit::{Lines, Obedient, export, link, options};

/// Documents by name and text; one called `broken` ends the source.
#[derive(Debug)]
struct Named(Vec<(String, String)>);

impl Source for Named {
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let items = self.0.clone().into_iter();
        Ok(Box::new(items.map(|(uri, text)| {
            if uri == "broken" {
                return Err(SourceError::new("the cable is cut"));
            }
            Ok(SourceItem::Input(Input::new(uri, text)))
        })))
    }
}

/// The same, all called by one name.
#[derive(Debug)]
struct Called(Vec<(String, String)>, &'static str);

impl Source for Called {
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let (items, name) = (self.0.clone().into_iter(), self.1);
        Ok(Box::new(
            items.map(move |(uri, text)| Ok(SourceItem::Input(Input { name: name.into(), ..Input::new(uri, text) }))),
        ))
    }
}

/// A command: its pipeline, where it is given, and what it reads.
#[derive(Clone)]
struct Command<'a> {
    out: &'a Path,
    pipeline: &'a str,
    version: u128,
    place: &'a str,
    inputs: Vec<&'a str>,
    documents: Vec<(String, String)>,
    limit: Option<u64>,
    existing: Existing,
    sharded: bool,
}

impl<'a> Command<'a> {
    fn new(out: &'a Path, names: impl IntoIterator<Item = &'a str>) -> Self {
        let documents = names.into_iter().map(|name| (name.to_owned(), format!("text of {name}"))).collect();
        Self {
            out,
            pipeline: "news.toml",
            version: 1,
            place: "..",
            inputs: vec!["pages"],
            documents,
            limit: None,
            existing: Existing::Keep,
            sharded: false,
        }
    }

    fn run(&self) -> Result<Report, RunError> {
        self.run_with(vec![export(Lines("a.txt"))])
    }

    fn run_with(&self, exports: Vec<ExportInstance>) -> Result<Report, RunError> {
        self.run_of(Box::new(Named(self.documents.clone())), exports)
    }

    fn run_of(&self, source: Box<dyn Source>, exports: Vec<ExportInstance>) -> Result<Report, RunError> {
        let mut stage = link("first", AnyStage::cpu(Obedient));
        stage.manifest.fingerprint = Fingerprint::of::<()>(Some(self.version));
        let inputs = self.inputs.iter().map(|input| (*input).to_owned()).collect();
        let owner = Owner { pipeline: self.pipeline.into(), place: self.place.into(), inputs, limit: None };
        let shard = ShardSize { documents: 4, bytes: 1 << 20 };
        let options = Options { shard, limit: self.limit, existing: self.existing, owner, ..options(1, 4) };
        let run = Run {
            source,
            chain: Chain::new(Limits::default()).then(stage),
            exports,
            output: Output::Folder { folder: self.out.into(), sharded: self.sharded },
            options,
        };
        run.execute(&mut ())
    }

    /// Runs, and expects to be refused with all of these words and nothing changed.
    fn refused(&self, words: &[&str]) {
        let before = tree(self.out);
        let error = self.run().expect_err("it is refused").to_string();
        for word in words {
            assert!(error.contains(word), "`{word}` is not in: {error}");
        }
        assert!(tree(self.out) == before, "something was changed: {error}");
    }
}

fn tree(dir: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut tree = BTreeMap::new();
    let Ok(entries) = fs::read_dir(dir) else { return tree };
    for entry in entries {
        let path = entry.expect("an entry").path();
        let is_dir = path.symlink_metadata().expect("it is there").is_dir();
        tree.insert(path.display().to_string(), if is_dir { None } else { fs::read(&path).ok() });
        if is_dir {
            tree.extend(self::tree(&path));
        }
    }
    tree
}

fn names(dir: &Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("a.txt")).expect("it is there");
    text.lines().skip(1).filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

const MANY: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

#[test]
fn edits_and_new_documents_flow_through() {
    let dir = tempfile::tempdir().expect("a folder");
    Command::new(dir.path(), MANY).run().expect("it finishes");
    let mut command = Command::new(dir.path(), MANY.into_iter().chain(["m"]));
    command.documents[3].1 = "another text".into();
    command.run().expect("it finishes");
    assert_eq!(names(dir.path()).len(), 13);
    // Named one by one, as a shell does it, and one more.
    command.inputs = vec!["pages/a", "pages/b"];
    command.documents.push(("n".into(), "new".into()));
    command.run().expect("it finishes");
    // The order is the source's own.
    command.documents.reverse();
    command.run().expect("it finishes");
    assert_eq!(names(dir.path()).len(), 14);
}

#[test]
fn a_record_is_not_lost_because_its_document_is_gone() {
    let dir = tempfile::tempdir().expect("a folder");
    Command::new(dir.path(), MANY).run().expect("it finishes");
    let ways = ["Nothing was changed", "--replace", "--out"];
    let refused = |command: &Command<'_>, word: &str| {
        command.refused(&[&[word], &ways[..]].concat());
    };
    // One that is gone, all that are gone, others in their place, fewer of them.
    refused(&Command::new(dir.path(), MANY[1..].iter().copied()), "is not among those of this run: a.");
    refused(&Command::new(dir.path(), []), "a, b, c and 9 more");
    let day2 = Command { inputs: vec!["day2"], ..Command::new(dir.path(), ["x", "y"]) };
    refused(&day2, "a, b, c and 9 more");
    refused(&Command { limit: Some(5), ..Command::new(dir.path(), MANY) }, "f, g, h and 4 more");
    // The same names in another place are other documents.
    refused(&Command { place: "../day2", ..Command::new(dir.path(), MANY) }, "a, b, c and 9 more");
    Command { existing: Existing::Replace, ..day2 }.run().expect("it finishes");
    assert_eq!(names(dir.path()), ["x", "y"]);
}

#[test]
fn absolute_names_are_the_same_from_everywhere() {
    let dir = tempfile::tempdir().expect("a folder");
    Command::new(dir.path(), ["/data/a", "https://example.org/b"]).run().expect("it finishes");
    let command = Command { place: "../elsewhere", ..Command::new(dir.path(), ["/data/a", "https://example.org/b"]) };
    assert!(command.run().expect("it finishes").unchanged);
}

#[test]
fn another_pipeline_is_refused_and_an_edited_one_is_not() {
    let dir = tempfile::tempdir().expect("a folder");
    Command::new(dir.path(), MANY).run().expect("it finishes");
    Command { version: 2, ..Command::new(dir.path(), MANY) }.run().expect("it finishes");
    let other = Command { version: 3, pipeline: "text.toml", ..Command::new(dir.path(), MANY) };
    other.refused(&["another pipeline (news.toml)", "--replace", "--out"]);
    // The same under another name.
    Command { version: 2, pipeline: "copy.toml", ..Command::new(dir.path(), MANY) }.run().expect("it finishes");
    Command { existing: Existing::Replace, ..other }.run().expect("it finishes");
}

#[test]
fn what_comes_through_standard_input_is_what_is_in_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let command = |texts: &[&str]| {
        let mut command = Command { inputs: vec!["-"], ..Command::new(dir.path(), []) };
        command.documents =
            texts.iter().enumerate().map(|(n, text)| (format!("-#line-{}", n + 1), (*text).to_owned())).collect();
        command
    };
    command(&["one", "two"]).run().expect("it finishes");
    assert!(command(&["one", "two"]).run().expect("it finishes").unchanged);
    command(&["three", "four", "five"]).refused(&["-#line-1, -#line-2", "--replace"]);
    command(&["one", "two", "three"]).run().expect("it finishes");
}

#[test]
fn files_of_others_are_refused_by_name() {
    let dir = tempfile::tempdir().expect("a folder");
    for (sharded, name) in [(false, "a.txt"), (false, "quarantine.jsonl"), (true, "a/part-000007.txt")] {
        let out = dir.path().join(format!("{sharded}-{}", name.len()));
        fs::create_dir_all(out.join(name).parent().expect("a folder")).expect("folders");
        fs::write(out.join(name), "mine").expect("a file");
        for existing in [Existing::Keep, Existing::Replace] {
            Command { existing, sharded, ..Command::new(&out, MANY) }.refused(&[name, "was not written by copydesk"]);
        }
        assert!(!out.join(".copydesk").exists());
    }
    // One that is ours no more.
    let out = dir.path().join("edited");
    Command::new(&out, MANY).run().expect("it finishes");
    fs::write(out.join("a.txt"), "edited by hand").expect("a file");
    fs::write(out.join("notes.txt"), "mine").expect("a file");
    Command::new(&out, MANY).refused(&["a.txt was changed by somebody else", "--replace"]);
    Command { existing: Existing::Replace, ..Command::new(&out, MANY) }.run().expect("it finishes");
    assert_eq!(fs::read(out.join("notes.txt")).expect("it is there"), b"mine");
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let dir = tempfile::tempdir().expect("a folder");
    let precious = dir.path().join("precious");
    fs::create_dir(&precious).expect("a folder");
    fs::write(precious.join("file"), "mine").expect("a file");
    for (name, to) in [
        ("a.txt", "file"),
        (".copydesk", ""),
        (".copydesk/drafts", ""),
        (".copydesk/parts", ""),
        (".copydesk/manifest", "file"),
        (".copydesk/run", "file"),
        ("a", ""),
    ] {
        let out = dir.path().join("out");
        let link = out.join(name);
        fs::create_dir_all(link.parent().expect("a folder")).expect("folders");
        std::os::unix::fs::symlink(precious.join(to), &link).expect("a link");
        for existing in [Existing::Keep, Existing::Replace] {
            let command = Command { sharded: name == "a", existing, ..Command::new(&out, MANY) };
            command.run().expect_err(name);
        }
        assert_eq!(tree(&precious).len(), 1, "{name}");
        assert_eq!(fs::read(precious.join("file")).expect("it is there"), b"mine");
        fs::remove_dir_all(&out).expect("it goes");
    }
}

/// A manifest as somebody else may write it.
fn forge(out: &Path, change: impl Fn(&str) -> String) {
    let path = out.join(".copydesk/manifest");
    let text = fs::read_to_string(&path).expect("it is there");
    let lines = text.lines().map(|line| {
        let json = change(&line[17..]);
        format!("{:016x} {json}\n", xxhash_rust::xxh3::xxh3_64(json.as_bytes()))
    });
    fs::write(&path, lines.collect::<String>()).expect("it is written");
}

#[test]
fn a_manifest_cannot_lead_out_of_the_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let victim = dir.path().join("victim");
    fs::write(&victim, "precious").expect("a file");
    let absolute = victim.display().to_string();
    for name in ["../victim", absolute.as_str(), "x/../../victim", ".hidden", "./.git/config", ".copydesk/parts"] {
        let out = dir.path().join("out");
        Command::new(&out, MANY).run().expect("it finishes");
        let sum = "3b1ab1b8a5a5b1b8a5a5b1b8a5a5b1b8";
        forge(&out, |json| {
            json.replace("\"list\":[", &format!("\"list\":[{{\"name\":\"{name}\",\"bytes\":8,\"sum\":\"{sum}\"}},"))
        });
        for existing in [Existing::Keep, Existing::Replace] {
            Command { existing, ..Command::new(&out, ["x"]) }.refused(&["can be no output of copydesk"]);
        }
        assert_eq!(fs::read(&victim).expect("it is there"), b"precious");
        fs::remove_dir_all(&out).expect("it goes");
    }
}

#[test]
fn a_manifest_cannot_claim_what_we_did_not_write() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    Command::new(&out, MANY).run().expect("it finishes");
    fs::write(out.join("thesis.txt"), "precious").expect("a file");
    let sum = "3b1ab1b8a5a5b1b8a5a5b1b8a5a5b1b8";
    forge(&out, |json| {
        json.replace("\"list\":[", &format!("\"list\":[{{\"name\":\"thesis.txt\",\"bytes\":8,\"sum\":\"{sum}\"}},"))
    });
    let mut command = Command::new(&out, MANY);
    command.documents[0].1 = "edited".into();
    command.refused(&["thesis.txt was changed by somebody else"]);
}

#[test]
fn what_a_stopped_run_has_done_belongs_to_whoever_started_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let stopped = Command::new(dir.path(), MANY.into_iter().chain(["broken"]));
    stopped.run().expect_err("it is stopped");
    let ways = ["was stopped", "Give that command again", "--replace", "--out"];
    Command { version: 2, pipeline: "text.toml", ..Command::new(dir.path(), MANY) }.refused(&ways);
    Command { inputs: vec!["day2"], ..Command::new(dir.path(), ["x"]) }.refused(&ways);
    Command { inputs: vec!["-"], ..Command::new(dir.path(), ["-"]) }.refused(&ways);
    // All of its documents are there, whatever they are called on the command line; or one has been taken out since.
    Command { inputs: vec!["pages/*"], ..Command::new(dir.path(), MANY.into_iter().chain(["broken"])) }
        .run()
        .expect_err("it is stopped again");
    let report = Command { inputs: vec!["pages/*"], ..Command::new(dir.path(), MANY) }.run().expect("it finishes");
    assert!(report.reused > 0);
    let new = dir.path().join("new");
    let other = Command { inputs: vec!["day2"], ..Command::new(&new, ["x", "broken"]) };
    other.run().expect_err("it is stopped");
    Command { existing: Existing::Replace, ..Command::new(&new, MANY) }.run().expect("it finishes");
    assert_eq!(names(&new).len(), 12);
}

/// Its part ends with a line of its own, so that rows cannot be cut out of it as they are.
#[derive(Debug)]
struct Framed;

const FRAME: &[u8] = b"end of part\n";

impl Export for Framed {
    fn file_name(&self) -> &'static str {
        "framed.txt"
    }

    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        rows.extend_from_slice(format!("{}\n", doc.source.uri).as_bytes());
        Ok(())
    }

    fn part(&self, mut rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        rows.extend_from_slice(FRAME);
        Ok(rows)
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        self.part(DocumentRows::cut(part.strip_suffix(FRAME).unwrap_or(&part), rows)?)
    }
}

/// Lines of which some show a type: those of documents called by a capital letter.
#[derive(Debug)]
struct Typed;

impl Export for Typed {
    fn file_name(&self) -> &'static str {
        "typed.txt"
    }

    fn header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"# header\n");
    }

    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        rows.extend_from_slice(format!("{} {}\n", doc.source.uri, doc.content()).as_bytes());
        Ok(())
    }

    fn shapes(&self, row: &[u8]) -> Vec<u32> {
        row.first().filter(|name| name.is_ascii_uppercase()).map(|name| u32::from(*name)).into_iter().collect()
    }
}

#[test]
fn rows_that_show_a_type_stand_first_and_are_found_again() {
    const SOME: [&str; 12] = ["a", "b", "C", "d", "e", "f", "g", "H", "i", "C2", "j", "k"];
    let order = |text: &str| {
        text.lines().skip(1).map(|line| line.split(' ').next().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    for sharded in [false, true] {
        let dir = tempfile::tempdir().expect("a folder");
        let file = |name: &str| fs::read_to_string(dir.path().join(name)).expect(name);
        let first = || if sharded { file("typed/part-000000.txt") } else { file("typed.txt") };
        let run = |command: &Command<'_>| command.run_with(vec![export(Typed)]).expect("it finishes");
        let one = Command { sharded, ..Command::new(dir.path(), SOME) };
        run(&one);
        let names = order(&first());
        assert_eq!(names[..2], ["C", "H"], "{names:?}");
        if !sharded {
            assert_eq!(names, ["C", "H", "a", "b", "d", "e", "f", "g", "i", "C2", "j", "k"]);
        }
        // The next run finds the shards in the files, and so does one that has more to do.
        assert!(run(&one).unchanged);
        let mut two = one.clone();
        two.documents.push(("Z".into(), "text of Z".into()));
        let report = run(&two);
        assert!(report.reused >= 8, "{} of {}", report.reused, report.read);
        assert_eq!(order(&first())[..3], ["C", "H", "Z"]);
        let fresh = tempfile::tempdir().expect("a folder");
        let mut anew = Command { out: fresh.path(), ..two.clone() };
        anew.existing = Existing::Replace;
        run(&anew);
        let relative = |dir: &Path| -> BTreeMap<String, _> {
            let root = dir.to_string_lossy().len();
            tree(dir).into_iter().map(|(name, bytes)| (name[root..].to_owned(), bytes)).collect()
        };
        let (grown, fresh) = (relative(dir.path()), relative(fresh.path()));
        let differ: Vec<_> =
            grown.keys().chain(fresh.keys()).filter(|name| grown.get(*name) != fresh.get(*name)).collect();
        assert!(differ.is_empty(), "as if it had been made at once: {differ:?}");
        // One of them is taken out of its shard again, and comes back behind the others.
        let mut day2 = Command { sharded, ..append(dir.path(), ["C", "y"]) };
        day2.documents[0].1 = "another text".into();
        run(&day2);
        let names = order(&first());
        assert_eq!(names[..3], ["H", "C2", "Z"], "{names:?}");
        let added = file("delta/000002/typed.txt");
        assert_eq!(order(&added), ["C", "y"]);
        assert!(run(&day2).unchanged);
        if !sharded {
            let mut all = order(&file("typed.txt"));
            all.sort();
            assert_eq!(all, ["C", "C2", "H", "Z", "a", "b", "d", "e", "f", "g", "i", "j", "k", "y"]);
        }
    }
}

#[test]
fn no_part_is_without_rows_that_stands_beside_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let names: Vec<String> = (0..40).map(|n| format!("d{n:02}")).collect();
    let parts = || {
        let entries = fs::read_dir(dir.path().join("typed")).expect("it is there");
        let text = |entry: fs::DirEntry| fs::read_to_string(entry.path()).expect("a part");
        let rows = entries.map(|entry| text(entry.expect("an entry")).lines().skip(1).count());
        rows.collect::<Vec<_>>()
    };
    let run = |is_dropped: &dyn Fn(usize) -> bool| {
        let mut command = Command { sharded: true, ..Command::new(dir.path(), names.iter().map(String::as_str)) };
        command.existing = Existing::Replace;
        for (n, (name, text)) in command.documents.iter_mut().enumerate() {
            // One shows a type, and may be all that is left of its shard.
            *name = if n == 30 { "T30".into() } else { name.clone() };
            *text = if is_dropped(n) { "DROP".into() } else { text.clone() };
        }
        command.run_with(vec![export(Typed)]).expect("it finishes");
        assert!(command.run_with(vec![export(Typed)]).expect("it finishes").unchanged, "it is found again");
        parts()
    };
    let all = run(&|_| false);
    assert!(all.len() > 5 && all.iter().sum::<usize>() == 40, "{all:?}");
    for few in [run(&|n| n < 20 || n == 35), run(&|n| n != 30 && n != 2), run(&|n| n >= 4)] {
        assert!(few.iter().all(|rows| *rows > 0) && few.len() < all.len(), "{few:?}");
    }
    assert_eq!(run(&|_| true), [0], "whoever looks for the output finds it");
    assert_eq!(run(&|_| false), all);
}

fn append<'a>(out: &'a Path, names: impl IntoIterator<Item = &'a str>) -> Command<'a> {
    Command { existing: Existing::Append, ..Command::new(out, names) }
}

#[test]
fn what_is_appended_stands_behind_and_what_is_gone_stays() {
    for sharded in [false, true] {
        let dir = tempfile::tempdir().expect("a folder");
        Command { sharded, ..Command::new(dir.path(), MANY) }.run().expect("it finishes");
        let mut day2 = Command { sharded, ..append(dir.path(), ["b", "c", "m"]) };
        day2.documents[0].1 = "another text".into();
        let report = day2.run().expect("it finishes");
        assert_eq!((report.read, report.skipped["not changed"]), (2, 1));
        let rows = |name: &str| fs::read_to_string(dir.path().join(name)).expect(name);
        if !sharded {
            assert_eq!(names(dir.path()), ["a", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "b", "m"]);
            assert!(rows("a.txt").contains("b [\"another text\"]") && !rows("a.txt").contains("text of b"));
        }
        assert_eq!(rows("delta/000002/a.txt").lines().count(), 3);
        // Nothing new is nothing new, and takes nothing away.
        let before = tree(dir.path());
        let report = day2.run().expect("it finishes");
        assert!(report.unchanged && report.read == 0);
        assert!(tree(dir.path()) == before);
        // One that was dropped by its next version, and one that came back as it was.
        let mut day3 = Command { sharded, ..append(dir.path(), ["a", "b"]) };
        day3.documents[0].1 = "DROP".into();
        day3.run().expect("it finishes");
        assert!(!dir.path().join("delta/000002").exists());
        assert!(rows("delta/000003/a.txt").contains("text of b"));
        if !sharded {
            assert_eq!(names(dir.path()), ["c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "b"]);
        }
        // A run of the usual kind would lose what is gone.
        Command { sharded, ..Command::new(dir.path(), ["a", "b"]) }.refused(&["--append", "--replace"]);
        let all = Command { sharded, ..Command::new(dir.path(), MANY.into_iter().chain(["m"])) };
        all.run().expect("it finishes");
        assert!(!dir.path().join("delta").exists());
    }
}

#[test]
fn the_same_name_from_another_place_is_another_document_that_is_named_from_the_first() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    fs::create_dir(&out).expect("a folder");
    let from = |place, existing, text: &str| {
        let mut command = Command { place, existing, ..Command::new(&out, ["a.html"]) };
        command.documents[0].1 = text.into();
        command
    };
    let rows = || -> Vec<String> {
        let text = fs::read_to_string(out.join("a.txt")).expect("it is there");
        text.lines().skip(1).map(|row| row.split(" Some").next().unwrap_or(row).to_owned()).collect()
    };
    let told = |name: &str, text: &str| format!("{name} [\"{text}\"] None");
    from("../mon", Existing::Keep, "one").run().expect("it finishes");
    from("../tue", Existing::Append, "two").run().expect("it finishes");
    assert_eq!(rows(), [told("a.html", "one"), told("../tue/a.html", "two")]);
    // From both places each is known again, as it was and changed.
    let again = from("../tue", Existing::Append, "two").run().expect("it finishes");
    assert!(again.unchanged && again.skipped["not changed"] == 1);
    from("../mon", Existing::Append, "three").run().expect("it finishes");
    assert_eq!(rows(), [told("../tue/a.html", "two"), told("a.html", "three")]);
    from("../tue", Existing::Append, "four").run().expect("it finishes");
    assert_eq!(rows(), [told("a.html", "three"), told("../tue/a.html", "four")]);
}

#[test]
fn no_two_documents_of_a_folder_have_the_same_id() {
    /// Rows are the ids and names.
    #[derive(Debug)]
    struct Ids;
    impl Export for Ids {
        fn file_name(&self) -> &'static str {
            "ids.txt"
        }
        fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
            rows.extend_from_slice(format!("{} {}\n", copydesk_record::id(doc), doc.source.uri).as_bytes());
            Ok(())
        }
    }
    let dir = tempfile::tempdir().expect("a folder");
    let ids = || fs::read_to_string(dir.path().join("ids.txt")).expect("it is there");
    // What the source calls a file is its folder and name, as far as one run has to tell files apart.
    let named = |uris: &[&str], existing| {
        let mut command = Command { existing, ..Command::new(dir.path(), uris.iter().copied()) };
        command.documents.iter_mut().for_each(|(_, text)| *text = "equal".into());
        let source = Called(command.documents.clone(), "day/a.html");
        command.run_of(Box::new(source), vec![export(Ids)]).expect("it finishes")
    };
    named(&["jan/day/a.html"], Existing::Keep);
    let first = ids();
    named(&["feb/day/a.html"], Existing::Append);
    let (both, first) = (ids(), first.trim_end());
    let of = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let lines: Vec<&str> = both.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, first), "{both}");
    assert_ne!(of(lines[0]), of(lines[1]), "{both}");
    assert_eq!(named(&["feb/day/a.html"], Existing::Append).skipped["not changed"], 1);
    assert_eq!(named(&["jan/day/a.html"], Existing::Append).skipped["not changed"], 1);
    assert_eq!(ids(), both);
}

#[test]
fn rows_are_taken_out_of_parts_that_are_no_rows() {
    let dir = tempfile::tempdir().expect("a folder");
    let framed = |command: Command<'_>| command.run_with(vec![export(Framed)]).expect("it finishes");
    framed(Command::new(dir.path(), MANY));
    let mut day2 = append(dir.path(), ["b", "m"]);
    day2.documents[0].1 = "another text".into();
    framed(day2);
    let text = fs::read_to_string(dir.path().join("framed.txt")).expect("it is there");
    let names: String = text.lines().filter(|line| line.len() == 1).collect();
    assert_eq!(names, "acdefghijklbm");
    let more = append(dir.path(), ["n"]);
    more.refused(&["rows of other exports", "--replace", "--out"]);
}

#[test]
fn an_append_that_was_stopped_goes_on_and_ends_as_if_nothing_had_been() {
    let run = |stop: Option<usize>| {
        let dir = tempfile::tempdir().expect("a folder");
        Command::new(dir.path(), MANY).run().expect("it finishes");
        let mut day2 = append(dir.path(), ["c", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"]);
        day2.documents[0].1 = "another text".into();
        if let Some(stop) = stop {
            let mut broken = day2.clone();
            broken.documents.insert(stop, ("broken".into(), String::new()));
            broken.run().expect_err("it breaks");
        }
        day2.run().expect("it finishes");
        let files = tree(dir.path()).into_iter();
        let root = dir.path().display().to_string();
        files.map(|(name, bytes)| (name.replace(&root, ""), bytes)).collect::<BTreeMap<_, _>>()
    };
    let whole = run(None);
    for stop in [1, 7, 14] {
        assert!(run(Some(stop)) == whole, "stopped after {stop}");
    }
}

#[test]
fn what_another_pipeline_has_read_is_read_again_where_it_is_and_stays_where_it_is_not() {
    let dir = tempfile::tempdir().expect("a folder");
    Command::new(dir.path(), MANY).run().expect("it finishes");
    let report = Command { version: 2, ..append(dir.path(), ["a", "b", "new"]) }.run().expect("it finishes");
    assert_eq!(report.read, 3);
    assert_eq!(names(dir.path()).len(), 13);
    let stdin = |text: &str| {
        let mut command = Command { inputs: vec!["-"], ..append(dir.path(), ["-"]) };
        command.documents[0].1 = text.into();
        command.run().expect("it finishes").read
    };
    assert_eq!((stdin("one"), stdin("one"), stdin("two")), (1, 0, 1));
    assert_eq!(names(dir.path()).len(), 15);
}
