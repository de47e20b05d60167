//! Taking documents out of a folder, with every trace.
//!
//! First the hashes by which they are known again become durable, then all files are made anew without them, as those of any
//! run are. Whoever is killed in between has them taken out by the same command, or by the next run into the folder: each
//! leaves out what the list has.

use std::{
    collections::HashMap,
    fmt::Write as _,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use copydesk_stage::Export;

use crate::{
    Chain, ExportInstance, RunError, Skipped,
    checksum::Key,
    earlier::{self, Earlier},
    error::write_error,
    forgotten::{Forgotten, Named, traces, traces_of_name},
    index::{Fate, Identity, Standpoint},
    layout::Layout,
    manifest::{MANIFEST, Manifest, PLAN},
    owner::Existing,
    ownership,
    part::{self, PARTS},
    report::Written,
    skipped::{Kind, PassedOver, SKIPPED_FILE},
    storage::{LocalFolder, Storage as _},
    store::{Claim, Store, lock},
    times::TIMES,
    work::Keys,
};

/// Documents that are to be taken out of a folder.
#[derive(Debug)]
pub struct Forget {
    /// The chain of the run that wrote there: its surveys conclude again.
    pub chain: Chain,
    /// The exports of that run: they make the files anew.
    pub exports: Vec<ExportInstance>,
    /// Where.
    pub folder: PathBuf,
    /// The way from that folder to where the command was given, as [`Owner::place`](crate::Owner::place).
    pub place: String,
    /// Each the id of a record, or the name of a document.
    pub documents: Vec<String>,
}

/// What was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgot {
    /// Records that stood in the outputs.
    pub records: u64,
    /// Documents that were read and stood in none: dropped, set aside, or passed over.
    pub others: u64,
    /// How many of those that were named had been taken out before.
    pub already: u64,
    /// The files of the folder, as they are now.
    pub files: Vec<Written>,
}

/// So many of those that are not there are named.
const MOST_NAMED: usize = 5;

impl Forget {
    /// Takes them out. All of them, or none: a name that means nothing is refused before anything is changed.
    pub fn execute(self) -> Result<Forgot, RunError> {
        let exports: Vec<&dyn Export> = self.exports.iter().map(|instance| &*instance.export).collect();
        let folder = LocalFolder::new(&self.folder);
        let last = match Manifest::read(&folder, PLAN)? {
            Some(plan) => Some(plan),
            None => Manifest::read(&folder, MANIFEST)?,
        };
        let last = last.ok_or_else(|| no_run(&self.folder))?;
        let keys = Keys::new(&self.chain, &self.exports)?;
        if keys.exports != last.files.exports {
            return Err(RunError::Occupied(format!(
                "{} was written by {}, and this pipeline has other exports or surveys, which cannot make its files anew. \
                 Nothing was changed.\nName the pipeline of the run; where that has changed since, `copydesk run` comes first",
                self.folder.display(),
                last.files.owner.pipeline
            )));
        }
        // It stays the folder of whoever runs into it, with what was made by whatever stages it was made by.
        let keys = Keys { work: last.files.work, ..keys };
        let layout = Layout::new(&exports, last.files.sharded, !self.chain.surveys().is_empty(), keys);
        let claim = Claim {
            owner: last.files.owner.clone(),
            existing: Existing::Keep,
            careful: false,
            retry: true,
            forgets: true,
        };
        refuse_stopped(&folder, &last)?;
        let mut store = Store::open(self.folder.clone(), layout, claim, || Ok(None))?;
        store.roll_forward()?;
        let from = Standpoint::new(&self.folder, &self.place);
        let named: Vec<Named> = self.documents.iter().map(|given| Named::new(given, &from)).collect();
        store.forget(&self.chain, &exports, &named, &from)
    }
}

/// Lets the next run read documents again that were taken out. How many these are.
pub fn remember(folder: &Path, place: &str, documents: &[String]) -> Result<u64, RunError> {
    let _lock = lock(folder)?;
    let storage = LocalFolder::new(folder);
    ownership::no_link(&storage, crate::forgotten::FORGOTTEN)?;
    let (mut forgotten, from) = (Forgotten::read(&storage)?, Standpoint::new(folder, place));
    let (mut count, mut missing) = (0, Vec::new());
    for given in documents {
        match forgotten.remember(&Named::new(given, &from)) {
            0 => missing.push(given.as_str()),
            found => count += found as u64,
        }
    }
    if !missing.is_empty() {
        let what = format!("not among the forgotten of {}: {}", folder.display(), listed(&missing));
        return Err(RunError::Occupied(format!("{what}. Nothing was changed")));
    }
    // Their files have to be read again, although they are as they were.
    storage.remove(TIMES).map_err(|error| write_error(storage.locate(TIMES), error))?;
    forgotten.write(&storage)?;
    Ok(count)
}

fn no_run(folder: &Path) -> RunError {
    RunError::Retry(format!("no run has ended in {}, and there is nothing to forget", folder.display()))
}

/// Refuses to throw away what a run under way has done that is not in the manifest.
fn refuse_stopped(folder: &LocalFolder, last: &Manifest) -> Result<(), RunError> {
    let Some(under_way) = ownership::read_under_way(folder) else { return Ok(()) };
    let published: Vec<Key> = last.entries.iter().map(|entry| entry.key).chain(last.keys()).collect();
    let parts = folder.list(PARTS).map_err(|error| RunError::Read { path: folder.locate(PARTS), error })?;
    let is_new = |name: &&String| part::is_name(name) && !published.iter().any(|key| part::name(*key) == **name);
    if under_way.owner == last.files.owner || parts.iter().find(is_new).is_none() {
        return Ok(());
    }
    Err(RunError::Occupied(format!(
        "a run of {} over {} was stopped in {}, and what it has done would be lost. Nothing was changed.\nGive that command \
         again, and forget then",
        under_way.owner.pipeline,
        under_way.owner.inputs.join(" "),
        folder.root().display()
    )))
}

fn listed(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(MOST_NAMED).map(|name| name.escape_debug().to_string()).collect();
    let others = names.len() - first.len();
    first.join(", ") + &if others > 0 { format!(" and {others} more") } else { String::new() }
}

/// What is meant of the documents of a folder: of each name how often, and the documents.
fn meant(folder: &LocalFolder, manifest: &Manifest, named: &[Named]) -> Result<(Vec<u64>, Vec<Earlier>), RunError> {
    let (mut counts, mut documents) = (vec![0; named.len()], Vec::new());
    for shard in earlier::shards(folder, manifest) {
        for earlier in shard.documents(folder)? {
            let mut is_meant = false;
            for (count, _) in counts.iter_mut().zip(named).filter(|(_, named)| named.means(&earlier, &shard.from)) {
                *count += 1;
                is_meant = true;
            }
            if is_meant {
                documents.push(earlier);
            }
        }
    }
    Ok((counts, documents))
}

impl Store {
    fn forget(
        mut self,
        chain: &Chain,
        exports: &[&dyn Export],
        named: &[Named],
        from: &Standpoint,
    ) -> Result<Forgot, RunError> {
        let before = self.before.clone().ok_or_else(|| no_run(self.folder.root()))?;
        let (mut counts, documents) = meant(&self.folder, &before, named)?;
        let of_name = self.passed_over(named, from, &mut counts)?;
        let unknown: Vec<&Named> =
            named.iter().zip(&counts).filter(|(_, n)| **n == 0).map(|(named, _)| named).collect();
        let (already, missing): (Vec<&Named>, Vec<&Named>) =
            unknown.into_iter().partition(|named| self.forgotten.knows(named));
        if !missing.is_empty() {
            return Err(self.not_there(chain, &missing));
        }
        let mut forgotten = self.forgotten.clone();
        let same_name = self.count_names(&before, &documents)?;
        for earlier in &documents {
            forgotten = forgotten.and(traces(earlier, same_name.get(&earlier.identity) == Some(&1)));
        }
        forgotten = of_name.iter().fold(forgotten, |list, identity| list.and(traces_of_name(*identity)));
        let parts =
            self.folder.list(PARTS).map_err(|error| RunError::Read { path: self.folder.locate(PARTS), error })?;
        self.forgotten = forgotten;
        // What cannot be taken out shows before anything says that it was.
        self.shards = self.taken_over(&before, exports).inspect_err(|_| {
            for name in self.folder.list(PARTS).unwrap_or_default().iter().filter(|name| !parts.contains(name)) {
                let _ = self.folder.remove(name);
            }
            let _ = self.folder.remove_drafts();
            let _ = self.folder.remove_empty_folder(PARTS);
        })?;
        self.forgotten.write(&self.folder)?;
        let records = documents.iter().filter(|earlier| earlier.document.fate == Fate::Written).count() as u64;
        let others = (documents.len() + of_name.len()) as u64 - records;
        let already = already.len() as u64;
        let published = self.publish(chain, exports, &PassedOver::default())?;
        Ok(Forgot { records, others, already, files: published.files })
    }

    /// How many records have the name of each of these.
    fn count_names(&self, before: &Manifest, of: &[Earlier]) -> Result<HashMap<Identity, u64>, RunError> {
        let mut names: HashMap<Identity, u64> = of.iter().map(|earlier| (earlier.identity, 0)).collect();
        for shard in earlier::shards(&self.folder, before) {
            for earlier in shard.documents(&self.folder)? {
                names.entry(earlier.identity).and_modify(|count| *count += 1);
            }
        }
        Ok(names)
    }

    /// Those that are meant of what the list of the folder says sources have passed over.
    fn passed_over(&self, named: &[Named], from: &Standpoint, counts: &mut [u64]) -> Result<Vec<Identity>, RunError> {
        let path = self.folder.locate(SKIPPED_FILE);
        let mut text = Vec::new();
        match fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut text)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(RunError::Read { path, error }),
            _ => {}
        }
        let lines = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Skipped>(line).ok());
        let mut found = Vec::new();
        for entry in lines.filter(|entry| entry.kind == Kind::Skipped) {
            let identity = from.identity(&entry.uri, None, Key::default());
            let mut is_meant = false;
            let means = |(_, named): &(&mut u64, &Named)| named.means_name(&entry.uri, identity);
            for (count, _) in counts.iter_mut().zip(named).filter(means) {
                *count += 1;
                is_meant = true;
            }
            found.extend(is_meant.then_some(identity));
        }
        Ok(found)
    }

    /// Says what is not there, and where it is, if that is known.
    fn not_there(&self, chain: &Chain, missing: &[&Named]) -> RunError {
        let names: Vec<&str> = missing.iter().map(|named| named.given.as_str()).collect();
        let folder = self.folder.root().display();
        let mut message =
            format!("no record or document of {folder} is called {}. Nothing was changed.", listed(&names));
        let wanted: Vec<Named> = missing.iter().map(|named| (*named).clone()).collect();
        for archive in chain.surveys().iter().flat_map(|survey| &survey.against) {
            let other = LocalFolder::new(archive);
            let Ok(Some(manifest)) = Manifest::read(&other, MANIFEST) else { continue };
            let Ok((counts, _)) = meant(&other, &manifest, &wanted) else { continue };
            let found = wanted.iter().zip(counts).filter(|(_, n)| *n > 0);
            let there: Vec<&str> = found.map(|(named, _)| named.given.as_str()).collect();
            if !there.is_empty() {
                let _ =
                    write!(message, "\nIn {}, which this run is compared with: {}", archive.display(), listed(&there));
            }
        }
        if names.iter().any(|name| name.len() == 16)
            && self.before.as_ref().is_some_and(|before| self.notes_no_ids(before))
        {
            message +=
                "\nThe run there was made before ids were noted: give the names of documents, as `source.uri` has them";
        } else {
            message +=
                "\nGive the `id` of a record, or the name of a document, as `source.uri` or quarantine.jsonl has it";
        }

        RunError::Occupied(message)
    }

    fn notes_no_ids(&self, before: &Manifest) -> bool {
        earlier::written(&self.folder, before)
            .is_ok_and(|written| written.iter().any(|earlier| earlier.document.id.is_none()))
    }
}
