//! What was taken out for good: hashes by which a document is known again, so that no later run brings it back.
//!
//! Nothing in the list can be read as a name. It stands beside the state of runs and belongs to none of them: `--replace` and
//! runs of other pipelines keep to it as well.

use std::{
    collections::{BTreeSet, HashSet},
    io::{self, Read as _},
};

use copydesk_document::Input;
use copydesk_stage::SourceItem;
use sha2::{Digest as _, Sha256};

use crate::{
    RunError,
    checksum::{Key, checked_line, read_checked_line},
    earlier::Earlier,
    error::write_error,
    index::{Id, Identity, Standpoint, record},
    quarantine::sha256,
    storage::{LocalFolder, Storage as _},
};

/// The list.
pub(crate) const FORGOTTEN: &str = ".copydesk/forgotten";

/// The hashes of one document.
type Traces = BTreeSet<Key>;

/// The documents that were taken out of a folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forgotten {
    /// In an order that does not tell which was forgotten first.
    documents: BTreeSet<Traces>,
    all: HashSet<Key>,
}

/// A hash of one thing that is known of a document. It cannot be turned back, and those of different sorts are never equal.
fn trace(sort: &str, what: &[u8]) -> Key {
    let digest = Sha256::new().chain_update(sort).chain_update([0]).chain_update(what).finalize();
    Key(digest.iter().take(16).fold(0, |head, byte| head << 8 | u128::from(*byte)))
}

fn of_id(id: u64) -> Key {
    trace("id", &id.to_be_bytes())
}

/// Under what a person finds it.
fn of_place(identity: Identity) -> Key {
    trace("place", &identity.to_be_bytes())
}

fn of_name(identity: Identity) -> Key {
    trace("name", &identity.to_be_bytes())
}

fn of_bytes(identity: Identity, input: Key) -> Key {
    trace("input", &[identity.to_be_bytes(), input.0.to_be_bytes()].concat())
}

/// Whether it has only a number in its file, which is that of another record once something is put before it.
fn is_numbered(uri: &str, record: Option<&str>) -> bool {
    record.is_none() && uri.contains('#')
}

/// The traces of a document of an index. By its name alone it is known where no other record of its file has that name.
pub(crate) fn traces(earlier: &Earlier, has_own_name: bool) -> BTreeSet<Key> {
    let Earlier { identity, document } = earlier;
    let mut traces = BTreeSet::from([of_place(*identity), of_bytes(*identity, document.input)]);
    traces.extend(document.id.map(|Id(id)| of_id(id)));
    if has_own_name && !is_numbered(&document.uri, document.record.as_deref()) {
        traces.insert(of_name(*identity));
    }
    traces
}

/// The traces of what a source has passed over.
pub(crate) fn traces_of_name(identity: Identity) -> BTreeSet<Key> {
    BTreeSet::from([of_place(identity), of_name(identity)])
}

/// What a person may mean by a word: the id of a record, or the name of a document.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) given: String,
    pub(crate) id: Option<u64>,
    pub(crate) place: Option<Identity>,
}

impl Named {
    pub(crate) fn new(given: &str, from: &Standpoint) -> Self {
        let is_id = given.len() == 16 && given.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        let id = is_id.then(|| u64::from_str_radix(given, 16).ok()).flatten();
        // What came through standard input has no name.
        let place = (given != "-").then(|| from.identity(given, None, Key::default()));
        Self { given: given.to_owned(), id, place }
    }

    /// By what it is known that this was said.
    pub(crate) fn traces(&self) -> impl Iterator<Item = Key> {
        self.id.map(of_id).into_iter().chain(self.place.map(of_place))
    }
}

impl Forgotten {
    /// The list of a folder. A run without it could bring back what nobody may keep, so that a damaged one stops it.
    pub(crate) fn read(folder: &LocalFolder) -> Result<Self, RunError> {
        let mut bytes = Vec::new();
        match folder.read(FORGOTTEN, 0).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(RunError::Read { path: folder.locate(FORGOTTEN), error }),
            Ok(_) => {}
        }
        let documents = bytes.split_inclusive(|b| *b == b'\n').map(read_checked_line::<Traces>);
        let documents: Option<BTreeSet<Traces>> = documents.collect();
        let documents = documents.ok_or_else(|| {
            RunError::Occupied(format!(
                "{} is damaged, and it says which documents may not come back. Nothing was changed.\nBring it back from a \
                 copy; or remove it, and name those documents to `copydesk forget` once more",
                folder.locate(FORGOTTEN).display()
            ))
        })?;
        Ok(documents.into_iter().fold(Self::default(), Self::and))
    }

    pub(crate) fn write(&self, folder: &LocalFolder) -> Result<(), RunError> {
        let write = || {
            if self.documents.is_empty() {
                return folder.remove(FORGOTTEN);
            }
            let lines = self.documents.iter().map(checked_line).collect::<io::Result<String>>()?;
            folder.replace(FORGOTTEN, lines.as_bytes())
        };
        write().map_err(|error| write_error(folder.locate(FORGOTTEN), error))
    }

    /// With one more document.
    pub(crate) fn and(mut self, traces: BTreeSet<Key>) -> Self {
        self.all.extend(&traces);
        self.documents.insert(traces);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Whether a person means one of them.
    pub(crate) fn knows(&self, named: &Named) -> bool {
        named.traces().any(|trace| self.all.contains(&trace))
    }

    /// Without the documents that a person means by this; how many these are.
    pub(crate) fn remember(&mut self, named: &Named) -> usize {
        let before = self.documents.len();
        let meant: Vec<Key> = named.traces().collect();
        self.documents.retain(|traces| !meant.iter().any(|trace| traces.contains(trace)));
        self.all = self.documents.iter().flatten().copied().collect();
        before - self.documents.len()
    }

    /// Whether a document of an earlier run is one of them.
    pub(crate) fn has(&self, earlier: &Earlier) -> bool {
        if self.is_empty() {
            return false;
        }
        let Earlier { identity, document } = earlier;
        self.has_any(document.id.map(|Id(id)| id), &document.uri, document.record.as_deref(), *identity, document.input)
    }

    /// Whether what a source hands over is one of them.
    pub(crate) fn has_item(&self, from: &Standpoint, item: &SourceItem, input: Key) -> bool {
        if self.is_empty() {
            return false;
        }
        match item {
            SourceItem::Input(found) => {
                let Input { uri, name, bytes, .. } = found;
                let name = if name.is_empty() { uri } else { name };
                let id = copydesk_record::id_number_of(name, &sha256(bytes));
                let record = record(found);
                self.has_any(Some(id), uri, record, from.identity(uri, record, input), input)
            }
            SourceItem::Bad { uri, .. } => self.has_any(None, uri, None, from.identity(uri, None, input), input),
            SourceItem::Skipped { uri, .. } => self.has_name(from.identity(uri, None, Key::default())),
        }
    }

    /// Whether what is called so is one of them.
    pub(crate) fn has_name(&self, identity: Identity) -> bool {
        !self.is_empty() && self.all.contains(&of_name(identity))
    }

    fn has_any(&self, id: Option<u64>, uri: &str, record: Option<&str>, identity: Identity, input: Key) -> bool {
        id.is_some_and(|id| self.all.contains(&of_id(id)))
            || self.all.contains(&of_bytes(identity, input))
            || (!is_numbered(uri, record) && self.has_name(identity))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::index::{Fate, Indexed, hash};

    fn item(uri: &str, name: &str, text: &str) -> SourceItem {
        SourceItem::Input(Input { name: name.into(), ..Input::new(uri, text) })
    }

    fn earlier(from: &Standpoint, item: &SourceItem) -> Earlier {
        let SourceItem::Input(input) = item else { panic!("an input") };
        let key = hash(item);
        let id = Some(Id(copydesk_record::id_number_of(&input.name, &sha256(&input.bytes))));
        let record = record(input).map(str::to_owned);
        let identity = from.identity(&input.uri, record.as_deref(), key);
        let (uri, fate, rows) = (input.uri.clone(), Fate::Written, Vec::new());
        let (content, dropped, twin, counted, fetched) = (None, None, None, None, None);
        Earlier {
            identity,
            document: Indexed { uri, record, id, input: key, content, fate, dropped, twin, counted, fetched, rows },
        }
    }

    #[test]
    fn a_document_is_known_again_by_its_name_and_by_what_it_is() {
        let from = Standpoint::new(Path::new("/data/out"), "..");
        let page = item("pages/a.html", "pages/a.html", "one");
        let list = Forgotten::default().and(traces(&earlier(&from, &page), true));
        let has = |item: &SourceItem| list.has_item(&from, item, hash(item));
        assert!(has(&page));
        assert!(has(&item("pages/a.html", "pages/a.html", "edited")), "another text under its name");
        assert!(has(&item("/elsewhere/pages/a.html", "pages/a.html", "one")), "moved");
        assert!(!has(&item("pages/b.html", "pages/b.html", "one")));
        let elsewhere = Standpoint::new(Path::new("/data/out"), "../pages");
        assert!(list.has_item(&elsewhere, &item("a.html", "a.html", "two"), Key(7)), "named from elsewhere");

        // A record without a name is what is in it: its number is that of another one tomorrow.
        let row = item("a.jsonl#line-1", "a.jsonl#", "one");
        let list = Forgotten::default().and(traces(&earlier(&from, &row), true));
        let has = |item: &SourceItem| list.has_item(&from, item, hash(item));
        assert!(has(&row) && has(&item("a.jsonl#line-2", "a.jsonl#", "one")));
        assert!(!has(&item("a.jsonl#line-1", "a.jsonl#", "new")));

        // Two records of one name.
        let (one, two) = (item("a.jsonl#line-1", "a.jsonl#7", "one"), item("a.jsonl#line-2", "a.jsonl#7", "two"));
        let list = Forgotten::default().and(traces(&earlier(&from, &one), false));
        assert!(list.has_item(&from, &one, hash(&one)) && !list.has_item(&from, &two, hash(&two)));
    }

    #[test]
    fn the_list_tells_no_names_and_can_be_taken_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = LocalFolder::new(dir.path());
        let from = Standpoint::new(dir.path(), "..");
        let (page, other) = (item("a.html", "a.html", "one"), item("b.html", "b.html", "two"));
        let of = |item| traces(&earlier(&from, item), true);
        Forgotten::default().and(of(&other)).and(of(&page)).write(&folder).expect("it is written");
        let text = fs::read_to_string(dir.path().join(FORGOTTEN)).expect("it is there");
        assert!(text.lines().count() == 2 && !text.contains("html"), "{text}");
        let mut list = Forgotten::read(&folder).expect("it reads");
        let id = earlier(&from, &page).document.id.map(|Id(id)| format!("{id:016x}")).expect("an id");
        for given in [id.as_str(), "a.html", "./a.html"] {
            assert!(list.knows(&Named::new(given, &from)), "{given}");
        }
        assert!(!list.knows(&Named::new("c.html", &from)) && !list.knows(&Named::new("-", &from)));
        assert_eq!((list.remember(&Named::new(&id, &from)), list.remember(&Named::new("a.html", &from))), (1, 0));
        assert!(!list.has(&earlier(&from, &page)) && list.has(&earlier(&from, &other)));
        assert_eq!(list.remember(&Named::new("b.html", &from)), 1);
        list.write(&folder).expect("it is written");
        assert!(!dir.path().join(FORGOTTEN).exists());

        fs::write(dir.path().join(FORGOTTEN), &text[..text.len() - 9]).expect("it is torn");
        assert!(Forgotten::read(&folder).expect_err("refused").to_string().contains("damaged"));
    }
}
