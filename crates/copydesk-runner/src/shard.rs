//! Where one shard ends and the next begins, and the key by which finished work is known again.
//!
//! The input alone decides: threads, batches and earlier runs have no say. Whether a shard ends after a document
//! depends on its name, and on its size only roughly, so that an edited document stays in its shard and one that is
//! added or taken away moves the ends of its own shard only.

use copydesk_stage::SourceItem;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::checksum::Key;

/// How large shards are. What is written does not depend on it; which work is done again after a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardSize {
    /// Documents in a shard, on average, where they are small.
    pub documents: u64,
    /// Bytes in a shard, on average, where documents are large.
    pub bytes: u64,
}

impl Default for ShardSize {
    fn default() -> Self {
        Self { documents: 1024, bytes: 2 << 20 }
    }
}

/// A file of so many bytes makes shards of its own.
pub(crate) const LARGE: u64 = 4 << 20;

/// No shard is larger than so many average ones, however the names fall.
const MOST: u64 = 4;

/// Looks at documents as they come, and says where shards end.
pub(crate) struct Cutter {
    size: ShardSize,
    /// What all keys begin with.
    work: Key,
    hasher: Xxh3,
    documents: u64,
    bytes: u64,
    /// The container of the last document.
    container: Option<String>,
}

impl Cutter {
    /// `work` stands for everything but the input.
    pub(crate) fn new(size: ShardSize, work: Key) -> Self {
        Self { size, work, hasher: begin(work), documents: 0, bytes: 0, container: None }
    }

    /// Whether the shard ends before that document: at the border of a file that holds many, or before a large one.
    pub(crate) fn ends_before(&self, item: &SourceItem) -> bool {
        let is_large = matches!(item, SourceItem::Input(input) if input.bytes.len() as u64 >= LARGE);
        self.documents > 0 && (is_large || container(uri(item)) != self.container.as_deref())
    }

    /// Adds a document, with the hash of its input; whether the shard ends with it.
    pub(crate) fn add(&mut self, item: &SourceItem, input: Key) -> bool {
        let uri = uri(item);
        self.hasher.update(&input.0.to_le_bytes());
        let bytes = match item {
            SourceItem::Input(input) => input.bytes.len() as u64,
            SourceItem::Bad { .. } => 0,
            // What is no document is in no shard.
            SourceItem::Skipped { .. } => return false,
        };
        if container(uri) != self.container.as_deref() {
            self.container = container(uri).map(str::to_owned);
        }
        self.documents += 1;
        self.bytes += bytes;
        // Only a document that doubles in size counts for more than before.
        let rough = bytes.checked_ilog2().map_or(0, |log| 1_u64 << log);
        let share = 1.0 / self.size.documents as f64 + rough as f64 / self.size.bytes as f64;
        let draw = (xxh3_64(uri.as_bytes()) >> 11) as f64 / (1_u64 << 53) as f64;
        draw < share || self.documents >= MOST * self.size.documents || self.bytes >= MOST * self.size.bytes
    }

    /// Ends the shard.
    pub(crate) fn end(&mut self) -> Key {
        let key = Key(self.hasher.digest128());
        self.hasher = begin(self.work);
        (self.documents, self.bytes) = (0, 0);
        key
    }
}

fn begin(work: Key) -> Xxh3 {
    let mut hasher = Xxh3::new();
    hasher.update(&work.0.to_le_bytes());
    hasher
}

fn uri(item: &SourceItem) -> &str {
    match item {
        SourceItem::Input(input) => &input.uri,
        SourceItem::Bad { uri, .. } | SourceItem::Skipped { uri, .. } => uri,
    }
}

/// The file that a record stands in: `crawl.warc` for `crawl.warc#record-3`.
fn container(uri: &str) -> Option<&str> {
    uri.rsplit_once('#').map(|(file, _)| file)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use copydesk_document::Input;

    use super::*;
    use crate::{checksum::sum, index::hash};

    fn item(uri: &str, text: &str) -> SourceItem {
        SourceItem::Input(Input::new(uri, text))
    }

    fn keys(items: &[(String, String)]) -> Vec<Key> {
        let mut cutter = Cutter::new(ShardSize { documents: 8, bytes: 1 << 20 }, sum(b"work"));
        let mut keys = Vec::new();
        let mut open = false;
        for (uri, text) in items {
            let item = item(uri, text);
            if cutter.ends_before(&item) {
                keys.push(cutter.end());
            }
            open = !cutter.add(&item, hash(&item));
            if !open {
                keys.push(cutter.end());
            }
        }
        if open {
            keys.push(cutter.end());
        }
        keys
    }

    fn many() -> Vec<(String, String)> {
        (0..500).map(|i| (format!("doc-{i}"), format!("text {i}"))).collect()
    }

    #[test]
    fn an_edit_touches_one_shard_and_an_insertion_its_neighbourhood() {
        let before = keys(&many());
        assert!((40..=100).contains(&before.len()), "{} shards of 500 documents", before.len());
        let known: HashSet<_> = before.iter().copied().collect();
        let new = |items: &[(String, String)]| keys(items).iter().filter(|k| !known.contains(k)).count();
        let mut edited = many();
        edited[250].1 = "another".into();
        assert_eq!(new(&edited), 1);
        let mut inserted = many();
        inserted.insert(100, ("new".into(), "x".into()));
        assert!((1..=2).contains(&new(&inserted)), "{}", new(&inserted));
        let mut removed = many();
        removed.remove(250);
        assert!(new(&removed) <= 2, "{}", new(&removed));
    }

    #[test]
    fn a_shard_ends_with_the_file_that_it_stands_in() {
        let items: Vec<_> =
            ["a.warc#record-1", "a.warc#record-2", "b.warc#record-1", "c.html"].map(|u| (u.into(), "x".into())).into();
        assert!(keys(&items).len() >= 3);
    }

    #[test]
    fn everything_that_is_known_of_an_input_counts() {
        let key = |change: &dyn Fn(&mut Input)| {
            let mut input = Input::new("a", "b");
            change(&mut input);
            let mut cutter = Cutter::new(ShardSize::default(), sum(b"work"));
            let item = SourceItem::Input(input);
            cutter.add(&item, hash(&item));
            cutter.end()
        };
        let keys = [
            key(&|_| ()),
            key(&|i| i.uri = "ab".into()),
            key(&|i| i.bytes = b"".into()),
            key(&|i| i.content_type = Some("text/html".into())),
            key(&|i| i.url = Some("text/html".into())),
            key(&|i| {
                i.fields.insert("a".into(), 1.into());
            }),
        ];
        let different: HashSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_ne!(key(&|_| ()), Cutter::new(ShardSize::default(), sum(b"other work")).end());
    }
}
