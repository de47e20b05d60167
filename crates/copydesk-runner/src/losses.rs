//! Which records a run would lose: those of documents that an earlier run has read, and this one does not come to.

use std::collections::{HashMap, HashSet, hash_map};

use crate::{
    RunError,
    earlier::{self, Earlier},
    forgotten::Forgotten,
    index::{Fate, Identity, Indexed, Standpoint},
    layout::Layout,
    manifest::Manifest,
    reuse::Done,
    storage::LocalFolder,
};

/// So many of the lost are named.
const MOST_NAMED: usize = 3;

/// Refuses a run at its end, if records of the one before would go with it. A shard that is still among those of the run
/// has lost nothing, so that only the others are looked into.
pub(crate) fn check(
    folder: &LocalFolder,
    layout: &Layout,
    before: &Manifest,
    now: &[Done],
    forgotten: &Forgotten,
    place: &str,
) -> Result<(), RunError> {
    let from = Standpoint::new(folder.root(), place);
    let kept: HashSet<_> = now.iter().map(|done| done.entry.key).collect();
    // Several records of a container may go by one name: as many have to be found as there were.
    let mut missing: HashMap<Identity, Vec<Indexed>> = HashMap::new();
    let keys = before.keys();
    for (shard, key) in earlier::shards(folder, before).into_iter().zip(&keys) {
        if !kept.contains(key) {
            let documents = shard.documents(folder)?.into_iter();
            let written = documents.filter(|earlier| earlier.document.fate == Fate::Written && !forgotten.has(earlier));
            written.for_each(|earlier| missing.entry(earlier.identity).or_default().push(earlier.document));
        }
    }
    let then: HashSet<_> = keys.into_iter().collect();
    // What has moved is in a shard of this run that is new, if it is anywhere; or was there twice.
    let (old, new): (Vec<&Done>, Vec<&Done>) = now.iter().partition(|done| then.contains(&done.entry.key));
    for done in new.into_iter().chain(old) {
        if missing.is_empty() {
            return Ok(());
        }
        for found in earlier::of_done(folder, done, &from)? {
            if let hash_map::Entry::Occupied(mut found) = missing.entry(found.identity) {
                found.get_mut().pop();
                if found.get().is_empty() {
                    found.remove();
                }
            }
        }
    }
    let of_one = |(identity, documents): (Identity, Vec<Indexed>)| {
        documents.into_iter().map(move |document| Earlier { identity, document })
    };
    let mut missing: Vec<Earlier> = missing.into_iter().flat_map(of_one).collect();
    missing.sort_unstable_by(|a, b| a.document.uri.cmp(&b.document.uri));
    refuse(folder, before.files.exports == layout.exports, missing.into_iter())
}

/// Refuses the loss of these documents, if there are any. Only rows of the same form can be added to.
pub(crate) fn refuse(
    folder: &LocalFolder,
    can_add: bool,
    mut lost: impl Iterator<Item = Earlier>,
) -> Result<(), RunError> {
    let named: Vec<String> = lost.by_ref().take(MOST_NAMED).map(|lost| lost.document.uri).collect();
    if named.is_empty() {
        return Ok(());
    }
    let count = named.len() + lost.count();
    let others = count - named.len();
    let others = if others > 0 { format!(" and {others} more") } else { String::new() };
    let (records, inputs) = if count == 1 { ("a record", "input is") } else { ("records", "inputs are") };
    Err(RunError::Occupied(format!(
        "{} holds {records} whose {inputs} not among those of this run: {}{others}. Nothing was changed.\n\
         If they were moved or are not mounted, bring them back. {}To make the outputs without them: --replace; to write \
         elsewhere: --out",
        folder.root().display(),
        named.iter().map(|uri| uri.escape_debug().to_string()).collect::<Vec<_>>().join(", "),
        if can_add { "To keep the records and add to them: --append. " } else { "" },
    )))
}
