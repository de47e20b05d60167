//! What a retry takes of its source: the documents that were set aside, wherever they stand by now.

use std::collections::{HashMap, HashSet};

use copydesk_stage::{SourceError, SourceItem};

use crate::{
    RunError,
    checksum::Key,
    earlier,
    index::{self, Fate, Identity, Indexed, Standpoint},
    manifest::Manifest,
    storage::LocalFolder,
};

/// The documents that were set aside, each with the name that it had then.
#[derive(Debug)]
pub(crate) struct SetAside {
    from: Standpoint,
    /// Those that are known by a name of their own, or are files.
    named: HashMap<Identity, String>,
    /// Those that have only a number in their file, which other records have once something is put before them.
    numbered: HashMap<Identity, String>,
    /// What else such files held, by number.
    beside: HashMap<Identity, u64>,
    /// Files in which the source could not read the last thing that it came to, with all that it came to, by number: there
    /// may be more behind it, which was never seen.
    cut: HashMap<String, HashSet<Identity>>,
}

impl SetAside {
    /// Looks at what the last run has set aside, and later ones have not worked on since.
    pub(crate) fn look(folder: &LocalFolder, before: &Manifest, place: &str) -> Result<Self, RunError> {
        let mut all: HashMap<Identity, Indexed> = HashMap::new();
        let mut files: HashMap<String, (bool, HashSet<Identity>)> = HashMap::new();
        for shard in earlier::shards(folder, before) {
            for earlier in shard.documents(folder)? {
                let document = earlier.document;
                // By its number: what a record that is broken is called does not show.
                let numbered = shard.from.identity(&document.uri, None, document.input);
                if let Some(file) = container(&document.uri).filter(|_| shard.entry.retried.is_empty()) {
                    let (is_cut, seen) = files.entry(file.to_owned()).or_default();
                    // What the source could not read has neither name nor content.
                    let is_read = document.record.is_some() || document.content.is_some();
                    *is_cut = document.fate == Fate::Quarantined && !is_read;
                    seen.insert(numbered);
                }
                // What was worked on in the end, and has no content to be told by, only takes back that it was set aside.
                if document.fate == Fate::Quarantined || document.content.is_some() {
                    all.insert(numbered, document);
                } else {
                    all.remove(&numbered);
                }
            }
        }
        let from = Standpoint::new(folder.root(), place);
        let (mut named, mut numbered, mut beside) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (by_number, Indexed { uri, record, input, content, fate, .. }) in all {
            match (fate, uri.contains('#')) {
                (Fate::Quarantined, is_record) if record.is_some() || !is_record => {
                    named.insert(from.identity(&uri, record.as_deref(), input), uri);
                }
                (Fate::Quarantined, _) => {
                    numbered.insert(by_number, uri);
                }
                (_, true) => beside.extend(content.map(|content| (by_number, content))),
                (_, false) => {}
            }
        }
        if numbered.is_empty() {
            beside.clear();
        }
        files.retain(|_, (is_cut, _)| *is_cut);
        let cut = files.into_iter().map(|(file, (_, seen))| (file, seen)).collect();
        Ok(Self { from, named, numbered, beside, cut })
    }

    /// The name that a document had when it was set aside; `None` for one that was not.
    pub(crate) fn find(&self, item: &SourceItem, input: Key) -> Result<Option<String>, SourceError> {
        let (SourceItem::Input(copydesk_document::Input { uri, .. }) | SourceItem::Bad { uri, .. }) = item else {
            return Ok(None);
        };
        let by_number = self.from.identity(uri, None, input);
        if self.beside.get(&by_number).is_some_and(|then| Some(*then) != index::content(item)) {
            let file = container(uri).unwrap_or(uri);
            return Err(SourceError::new(format!(
                "{file} has changed in other places than those that were set aside, so that its records cannot be told by \
                 their numbers any more; `copydesk run` reads it anew"
            )));
        }
        if let Some(file) = container(uri)
            && self.cut.get(file).is_some_and(|seen| !seen.contains(&by_number))
        {
            return Err(SourceError::new(format!(
                "{file} has documents behind the last place that the run came to and could not read, and those were never \
                 worked on; `copydesk run` reads it anew"
            )));
        }
        let by_name = self.from.of_item(item, input).and_then(|identity| self.named.get(&identity));
        Ok(by_name.or_else(|| self.numbered.get(&by_number)).cloned())
    }
}

/// The file that holds a document among others.
fn container(uri: &str) -> Option<&str> {
    uri.rsplit_once('#').map(|(file, _)| file)
}
