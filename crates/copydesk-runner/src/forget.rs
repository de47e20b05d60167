//! Taking documents out of a folder, with every trace.
//!
//! First the hashes by which they are known again become durable, then all files are made anew without them, as those of any
//! run are. Whoever is killed in between has them taken out by the same command, or by the next run into the folder: each
//! leaves out what the list has.

use std::{
    collections::HashSet,
    fmt::Write as _,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use copydesk_stage::Export;

use crate::{
    Chain, ExportInstance, RunError, Skipped,
    checksum::Key,
    earlier,
    error::write_error,
    forgotten::{Forgotten, Named, traces, traces_of_name},
    index::{Identity, Standpoint},
    layout::Layout,
    manifest::{MANIFEST, Manifest, PLAN},
    meant::Meant,
    owner::Existing,
    ownership::{self, UnderWay},
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
        let mut store = Store::open(self.folder.clone(), layout, claim, || Ok(None))?;
        // Behind the lock: nobody puts parts by now.
        refuse_under_way(&folder, &last)?;
        store.roll_forward()?;
        let from = Standpoint::new(&self.folder, &self.place);
        let named: Vec<Named> = self.documents.iter().map(|given| Named::new(given, &from)).collect();
        store.forget(&self.chain, &exports, &named)
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

/// Refuses to throw away what was done and is in no manifest yet: by a run that was stopped, or by shares of one.
fn refuse_under_way(folder: &LocalFolder, last: &Manifest) -> Result<(), RunError> {
    // Where a run was killed while its files got their names, both what it had planned and what was there before count.
    let before = Manifest::read(folder, MANIFEST)?;
    let keys = |of: &Manifest| of.entries.iter().map(|entry| entry.key).chain(of.keys()).collect::<Vec<_>>();
    let published: HashSet<String> = before.iter().chain([last]).flat_map(keys).map(part::name).collect();
    let parts = folder.list(PARTS).map_err(|error| RunError::Read { path: folder.locate(PARTS), error })?;
    let mut new = parts.iter().filter(|name| part::is_name(name) && !published.contains(*name));
    // What was made of published shards is made again at once.
    if !new.any(|name| part::read_entry(folder, name).is_some_and(|entry| !entry.derived)) {
        return Ok(());
    }
    let root = folder.root().display();
    Err(RunError::Occupied(match ownership::read_under_way(folder) {
        Some(UnderWay { owner, .. }) => format!(
            "a run of {} over {} was stopped in {root}, and what it has done would be lost. Nothing was changed.\nGive that \
             command again, and forget then",
            owner.pipeline,
            owner.inputs.join(" ")
        ),
        None => format!(
            "{root} holds what shares of a run have done, and it would be lost. Nothing was changed.\n`copydesk merge` makes \
             the files of all shares; forget then"
        ),
    }))
}

/// Says what to do where the rows of documents cannot be taken out of a file.
fn cannot_take_out(error: RunError) -> RunError {
    match error {
        RunError::Assemble { path, .. } => RunError::Occupied(format!(
            "the rows of single documents cannot be taken out of {}. Nothing was changed, and nothing was forgotten.\nTake \
             the documents out of the inputs, and `copydesk run --replace` makes all files anew without them; or leave that \
             export out of the pipeline, `copydesk run --replace`, and forget then",
            path.display()
        )),
        error => error,
    }
}

fn listed(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(MOST_NAMED).map(|name| name.escape_debug().to_string()).collect();
    let others = names.len() - first.len();
    first.join(", ") + &if others > 0 { format!(" and {others} more") } else { String::new() }
}

impl Store {
    fn forget(mut self, chain: &Chain, exports: &[&dyn Export], named: &[Named]) -> Result<Forgot, RunError> {
        let before = self.before.clone().ok_or_else(|| no_run(self.folder.root()))?;
        let Meant { counts, documents, passed_over } =
            Meant::look(&self.folder, &before, named, &self.passed_over(&before)?)?;
        let unknown: Vec<&Named> =
            named.iter().zip(&counts).filter(|(_, n)| **n == 0).map(|(named, _)| named).collect();
        let (already, missing): (Vec<&Named>, Vec<&Named>) =
            unknown.into_iter().partition(|named| self.forgotten.knows(named));
        if !missing.is_empty() {
            return Err(self.not_there(chain, &missing));
        }
        let mut forgotten = self.forgotten.clone();
        let said = |given: &[usize]| given.iter().flat_map(|n| named[*n].traces()).collect::<Vec<_>>();
        for one in &documents {
            let of_entries = one.entries.iter().flat_map(|(earlier, is_own)| traces(earlier, *is_own));
            forgotten = forgotten.and(of_entries.chain(said(&one.given)).collect());
        }
        for (identity, given) in &passed_over {
            forgotten = forgotten.and(traces_of_name(*identity).into_iter().chain(said(given)).collect());
        }
        let parts =
            self.folder.list(PARTS).map_err(|error| RunError::Read { path: self.folder.locate(PARTS), error })?;
        self.forgotten = forgotten;
        // What cannot be taken out shows before anything says that it was.
        let taken_over = self.taken_over(&before, exports).map_err(cannot_take_out);
        self.shards = taken_over.inspect_err(|_| {
            for name in self.folder.list(PARTS).unwrap_or_default().iter().filter(|name| !parts.contains(name)) {
                let _ = self.folder.remove(name);
            }
            let _ = self.folder.remove_drafts();
            let _ = self.folder.remove_empty_folder(PARTS);
        })?;
        self.forgotten.write(&self.folder)?;
        let records = documents.iter().filter(|one| one.is_written()).count() as u64;
        let others = (documents.len() + passed_over.len()) as u64 - records;
        let already = already.len() as u64;
        let published = self.publish(chain, exports, &PassedOver::default())?;
        Ok(Forgot { records, others, already, files: published.files })
    }

    /// What the list of the folder says sources have passed over, with the places of it.
    fn passed_over(&self, before: &Manifest) -> Result<Vec<(String, Identity)>, RunError> {
        let path = self.folder.locate(SKIPPED_FILE);
        let mut text = Vec::new();
        match fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut text)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(RunError::Read { path, error }),
            _ => {}
        }
        let from = Standpoint::new(self.folder.root(), &before.files.owner.place);
        let lines = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Skipped>(line).ok());
        let skipped = lines.filter(|entry| entry.kind == Kind::Skipped);
        Ok(skipped
            .map(|Skipped { uri, .. }| {
                let identity = from.identity(&uri, None, Key::default());
                (uri, identity)
            })
            .collect())
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
            let Ok(Meant { counts, .. }) = Meant::look(&other, &manifest, &wanted, &[]) else { continue };
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
