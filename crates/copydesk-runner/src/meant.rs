//! Which documents of a folder a person means.

use std::collections::{HashMap, HashSet};

use crate::{
    RunError,
    earlier::{self, Earlier},
    forgotten::Named,
    index::{Fate, Id, Identity},
    manifest::Manifest,
    storage::LocalFolder,
};

/// What was found under the names that were given.
#[derive(Debug, Default)]
pub(crate) struct Meant {
    /// Of each name, how often it was found.
    pub(crate) counts: Vec<u64>,
    pub(crate) documents: Vec<One>,
    /// What sources have passed over, each with the names that mean it.
    pub(crate) passed_over: Vec<(Identity, Vec<usize>)>,
}

/// One document: what was set aside and each time that it was tried again are entries of their own.
#[derive(Debug, Default)]
pub(crate) struct One {
    /// The entries, each with whether no other record of its file goes by its name.
    pub(crate) entries: Vec<(Earlier, bool)>,
    /// The names that mean it.
    pub(crate) given: Vec<usize>,
}

impl One {
    pub(crate) fn is_written(&self) -> bool {
        self.entries.iter().any(|(earlier, _)| earlier.document.fate == Fate::Written)
    }
}

/// An entry of an index.
#[derive(Debug)]
struct Found {
    /// Its shard, and its place there.
    at: (usize, usize),
    earlier: Earlier,
    /// By the number in its file, whatever it is called there.
    number: Identity,
    /// Whether a retry has made it.
    again: bool,
    given: Vec<usize>,
}

impl Found {
    fn was_set_aside(&self) -> bool {
        self.again || self.earlier.document.fate == Fate::Quarantined
    }

    /// Whether one is the other, tried again. What a record is called that was broken does not show; its number does.
    fn is_same(&self, other: &Self, names: &Names) -> bool {
        let same_number = self.number == other.number;
        let no_name = |found: &Self| found.earlier.document.record.is_none();
        let identity = self.earlier.identity;
        (self.again || other.again)
            && self.was_set_aside()
            && other.was_set_aside()
            && ((identity == other.earlier.identity && (same_number || names.is_own(identity)))
                || (same_number && (no_name(self) || no_name(other))))
    }
}

/// How many records go by each name.
#[derive(Debug, Default)]
struct Names(HashMap<Identity, Bearers>);

#[derive(Debug, Default)]
struct Bearers {
    records: usize,
    set_aside: bool,
    /// The numbers of those that were tried again.
    again: HashSet<Identity>,
}

impl Names {
    fn of(found: &[Found]) -> Self {
        let mut names: HashMap<Identity, Bearers> = HashMap::new();
        for found in found {
            let of = names.entry(found.earlier.identity).or_default();
            if found.again {
                of.again.insert(found.number);
            } else {
                of.records += 1;
                of.set_aside |= found.was_set_aside();
            }
        }
        Self(names)
    }

    /// A document that was set aside and tried again is one.
    fn is_own(&self, identity: Identity) -> bool {
        self.0.get(&identity).is_none_or(|of| of.records + if of.set_aside { 0 } else { of.again.len() } <= 1)
    }
}

/// The names that were given, each by its number in their list.
#[derive(Debug, Default)]
struct Words<'n> {
    ids: HashMap<u64, Vec<usize>>,
    places: HashMap<Identity, Vec<usize>>,
    texts: HashMap<&'n str, Vec<usize>>,
}

impl<'n> Words<'n> {
    fn new(named: &'n [Named]) -> Self {
        let mut words = Self::default();
        for (n, word) in named.iter().enumerate() {
            if let Some(id) = word.id {
                words.ids.entry(id).or_default().push(n);
            }
            if let Some(place) = word.place {
                words.places.entry(place).or_default().push(n);
            }
            words.texts.entry(&word.given).or_default().push(n);
        }
        words
    }

    /// Those that mean a document by its id or its place; a record that has a name of its own by its number as well.
    fn meaning(&self, id: Option<Id>, places: &[Identity]) -> Vec<usize> {
        let by_id = id.and_then(|Id(id)| self.ids.get(&id));
        let by_place = places.iter().filter_map(|place| self.places.get(place));
        let mut all: Vec<usize> = by_id.into_iter().chain(by_place).flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn each(
    folder: &LocalFolder,
    manifest: &Manifest,
    mut look: impl FnMut(&Found) -> Option<Vec<usize>>,
) -> Result<Vec<Found>, RunError> {
    let mut all = Vec::new();
    for (shard, of) in earlier::shards(folder, manifest).iter().enumerate() {
        for (n, earlier) in of.documents(folder)?.into_iter().enumerate() {
            let number = of.from.identity(&earlier.document.uri, None, earlier.document.input);
            let again = !of.entry.retried.is_empty();
            let mut found = Found { at: (shard, n), earlier, number, again, given: Vec::new() };
            if let Some(given) = look(&found) {
                found.given = given;
                all.push(found);
            }
        }
    }
    Ok(all)
}

impl Meant {
    /// Looks for the documents. What was passed over is given with its places.
    pub(crate) fn look(
        folder: &LocalFolder,
        manifest: &Manifest,
        named: &[Named],
        passed_over: &[(String, Identity)],
    ) -> Result<Self, RunError> {
        let words = Words::new(named);
        let mut counts = vec![0_u64; named.len()];
        // As it was typed it means something only where it means no place.
        let mut typed: HashMap<usize, HashSet<Identity>> = HashMap::new();
        let mut found = each(folder, manifest, |found| {
            let document = &found.earlier.document;
            let given = words.meaning(document.id, &[found.earlier.identity, found.number]);
            for n in &given {
                counts[*n] += 1;
            }
            let as_typed = words.texts.get(document.uri.as_str());
            for n in as_typed.into_iter().flatten() {
                typed.entry(*n).or_default().insert(found.number);
            }
            (!given.is_empty() || as_typed.is_some()).then_some(given)
        })?;
        let mut passed: Vec<(&str, Identity, Vec<usize>)> = Vec::new();
        for (uri, identity) in passed_over {
            let given = words.meaning(None, &[*identity]);
            for n in &given {
                counts[*n] += 1;
            }
            let as_typed = words.texts.get(uri.as_str());
            for n in as_typed.into_iter().flatten() {
                typed.entry(*n).or_default().insert(*identity);
            }
            if !given.is_empty() || as_typed.is_some() {
                passed.push((uri, *identity, given));
            }
        }
        typed.retain(|n, _| counts[*n] == 0);
        if let Some((n, of)) = typed.iter().filter(|(_, of)| of.len() > 1).min_by_key(|(n, _)| **n) {
            return Err(RunError::Occupied(format!(
                "`{}` means {} documents of {}, which runs from other folders have called so. Nothing was changed.\nGive \
                 the `id` of the record, or the whole path of the document",
                named[*n].given.escape_debug(),
                of.len(),
                folder.root().display()
            )));
        }
        let as_typed = |uri: &str| {
            let all = words.texts.get(uri).into_iter().flatten().copied();
            all.filter(|n| typed.contains_key(n)).collect::<Vec<usize>>()
        };
        for found in &mut found {
            found.given.extend(as_typed(&found.earlier.document.uri));
        }
        found.retain(|found| !found.given.is_empty());
        for (uri, _, given) in &mut passed {
            given.extend(as_typed(uri));
        }
        let passed = passed.into_iter().filter(|(_, _, given)| !given.is_empty());
        let passed_over = passed.map(|(_, identity, given)| (identity, given)).collect();
        for n in typed.keys() {
            counts[*n] += 1;
        }
        Ok(Self { counts, documents: whole(folder, manifest, found)?, passed_over })
    }
}

/// The documents with all of their entries.
fn whole(folder: &LocalFolder, manifest: &Manifest, mut found: Vec<Found>) -> Result<Vec<One>, RunError> {
    loop {
        let mut places: HashMap<Identity, Vec<usize>> = HashMap::new();
        for (n, found) in found.iter().enumerate() {
            places.entry(found.earlier.identity).or_default().push(n);
            places.entry(found.number).or_default().push(n);
        }
        let is_near = |f: &Found| places.contains_key(&f.earlier.identity) || places.contains_key(&f.number);
        let near = each(folder, manifest, |found| is_near(found).then(Vec::new))?;
        let names = Names::of(&near);
        let known: HashSet<(usize, usize)> = found.iter().map(|found| found.at).collect();
        let of_place =
            |f: &Found| [f.earlier.identity, f.number].map(|at| places.get(&at).cloned().unwrap_or_default());
        let is_same = |f: &Found| of_place(f).iter().flatten().any(|n| found[*n].is_same(f, &names));
        let more: Vec<Found> = near.into_iter().filter(|f| !known.contains(&f.at) && is_same(f)).collect();
        if !more.is_empty() {
            found.extend(more);
            continue;
        }
        // Each leads to the first that is the same.
        let mut first: Vec<usize> = (0..found.len()).collect();
        for n in 0..found.len() {
            for other in of_place(&found[n]).into_iter().flatten().filter(|other| *other < n) {
                if found[other].is_same(&found[n], &names) {
                    let (a, b) = (root(&first, n), root(&first, other));
                    first[a.max(b)] = a.min(b);
                }
            }
        }
        let mut documents: HashMap<usize, One> = HashMap::new();
        let roots: Vec<usize> = (0..found.len()).map(|n| root(&first, n)).collect();
        for (found, root) in found.into_iter().zip(&roots) {
            let one = documents.entry(*root).or_default();
            one.given.extend(found.given);
            let is_own = names.is_own(found.earlier.identity);
            one.entries.push((found.earlier, is_own));
        }
        return Ok(documents.into_values().collect());
    }
}

fn root(first: &[usize], mut n: usize) -> usize {
    while first[n] != n {
        n = first[n];
    }
    n
}
