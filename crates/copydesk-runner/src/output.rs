//! Where the bytes go.
//!
//! The rest of the runner knows three moments: [`Sink::open`], [`Sink::commit`] for one shard in order, and
//! [`Sink::publish`]. A sink that goes away without that leaves what stood under final names before as it was.

use std::{
    io::{self, BufWriter, Stdout, Write},
    path::{Path, PathBuf},
};

use copydesk_stage::{Assembly, Export, KnownFiles};

use crate::{
    Chain, ExportInstance, RunError,
    append::Seen,
    archive::Archive,
    checksum::Key,
    conclude::Corrections,
    error::write_error,
    forgotten::Forgotten,
    index::Identities,
    layout::{Layout, QUARANTINE_FILE},
    owner::{Existing, Owner},
    ownership::{self, Inspection},
    part::{self, Entry},
    report::Written,
    reuse::{Done, Known},
    skipped::{PassedOver, SKIPPED_FILE},
    storage::LocalFolder,
    store::{Claim, Retry, Store},
    survey,
    work::Keys,
};

const BUFFER: usize = 256 * 1024;

/// Where a run writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Files for each export in this folder, which is made where it is missing.
    Folder {
        /// Which one.
        folder: PathBuf,
        /// One file a shard (`records/part-000000.jsonl`), or one file in all (`records.jsonl`).
        sharded: bool,
    },
    /// The parts of shards alone, in the state of this folder, where many runs may be at work at once. A run with
    /// [`Share::Done`](crate::Share::Done) makes the files of them.
    Parts {
        /// Which one.
        folder: PathBuf,
    },
    /// Standard output; for one export. Quarantined documents are only counted and reported.
    Stdout,
    /// Nowhere: everything is done but the writing.
    Nowhere,
}

/// Where shards go, in their order.
#[derive(Debug)]
pub(crate) enum Sink {
    /// A folder in which nothing is lost.
    Folder(Box<Store>),
    /// The parts of shards, and how many documents are in them.
    Parts(LocalFolder, u64),
    /// Standard output.
    Stdout(BufWriter<Stdout>),
    /// Nowhere.
    Nowhere,
}

impl Sink {
    /// Checks that the outputs can work together, and makes what has to be made.
    pub(crate) fn open(
        output: &Output,
        chain: &Chain,
        exports: &[&dyn Export],
        keys: Keys,
        claim: Claim,
        list: impl FnMut() -> Result<Option<Identities>, RunError>,
    ) -> Result<(Self, Known), RunError> {
        check_names(output, chain, exports)?;
        let surveyed = !chain.surveys().is_empty();
        Ok(match output {
            Output::Nowhere => (Self::Nowhere, Known::default()),
            Output::Stdout => {
                let mut header = Vec::new();
                for export in exports {
                    export.header(&mut header);
                }
                let mut out = BufWriter::with_capacity(BUFFER, io::stdout());
                out.write_all(&header).map_err(|error| write_error("standard output", error))?;
                (Self::Stdout(out), Known::default())
            }
            Output::Parts { folder } => {
                let storage = LocalFolder::new(folder);
                let known = ownership::known_parts(&storage, &Layout::new(exports, false, surveyed, keys))?;
                (Self::Parts(storage, 0), known)
            }
            Output::Folder { folder, sharded } => {
                check_place(folder)?;
                let layout = Layout::new(exports, *sharded, surveyed, keys);
                check_archives(chain, &LocalFolder::new(folder))?;
                let mut store = Store::open(folder.clone(), layout, claim, list)?;
                store.roll_forward()?;
                let known = store.known()?;
                (Self::Folder(Box::new(store)), known)
            }
        })
    }

    /// Takes the next shard, and comes back when it is safe.
    pub(crate) fn commit(&mut self, entry: Entry, sections: &[Vec<u8>]) -> Result<(), RunError> {
        match self {
            Self::Folder(store) => store.commit(entry, sections),
            Self::Parts(storage, safe) => {
                *safe += entry.counts.read;
                part::put(storage, &entry, sections)
            }
            Self::Stdout(out) => {
                let written = out.write_all(&sections[0]).and_then(|()| out.flush());
                written.map_err(|error| write_error("standard output", error))
            }
            Self::Nowhere => Ok(()),
        }
    }

    /// Takes a shard that was done before, as the next one.
    pub(crate) fn reuse(&mut self, done: Done) {
        match self {
            Self::Folder(store) => store.reuse(done),
            Self::Parts(_, safe) => *safe += done.entry.counts.read,
            Self::Stdout(_) | Self::Nowhere => {}
        }
    }

    /// Takes over what the last run has left, so that what it has quarantined is tried again.
    pub(crate) fn start_retry(&mut self, exports: &[&dyn Export]) -> Result<Retry, RunError> {
        match self {
            Self::Folder(store) => store.start_retry(exports),
            _ => Err(RunError::Retry("only a run into a folder can be gone back to; name it with --out".into())),
        }
    }

    /// What was taken out of the folder for good.
    pub(crate) fn forgotten(&self) -> Result<Forgotten, RunError> {
        match self {
            Self::Folder(store) => Ok(store.forgotten.clone()),
            Self::Parts(folder, _) => Forgotten::read(folder),
            Self::Stdout(_) | Self::Nowhere => Ok(Forgotten::default()),
        }
    }

    /// What a source asks about its files.
    pub(crate) fn watch_files(&mut self, work: Key) -> Option<KnownFiles> {
        if let Self::Folder(store) = self { store.watch_files(work) } else { None }
    }

    /// What has been read already that this run adds to, and by how many runs.
    pub(crate) fn start_append(&mut self) -> Result<Option<(Seen, usize)>, RunError> {
        if let Self::Folder(store) = self { store.start_append() } else { Ok(None) }
    }

    /// How many documents need not be worked on again.
    pub(crate) fn safe(&self) -> u64 {
        match self {
            Self::Folder(store) => store.safe(),
            Self::Parts(_, safe) => *safe,
            Self::Stdout(_) | Self::Nowhere => 0,
        }
    }

    /// Gives everything its final name. The files, and whether any had to be made.
    pub(crate) fn publish(
        self,
        chain: &Chain,
        exports: &[&dyn Export],
        passed_over: &PassedOver,
    ) -> Result<Published, RunError> {
        let nothing = Published { files: Vec::new(), made: true, corrections: Corrections::default() };
        match self {
            Self::Folder(store) => store.publish(chain, exports, passed_over),
            Self::Stdout(mut out) => {
                out.flush().map_err(|error| write_error("standard output", error))?;
                Ok(nothing)
            }
            Self::Parts(..) | Self::Nowhere => Ok(nothing),
        }
    }
}

/// What a run has made in the end.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) files: Vec<Written>,
    /// Whether any had to be made.
    pub(crate) made: bool,
    /// What surveys change in the report.
    pub(crate) corrections: Corrections,
}

/// What a run would refuse of an output before it reads anything. Nothing is made or changed.
pub fn check_output(output: &Output, chain: &Chain, exports: &[ExportInstance], owner: &Owner) -> Result<(), RunError> {
    let list: Vec<&dyn Export> = exports.iter().map(|instance| &*instance.export).collect();
    check_names(output, chain, &list)?;
    let Output::Folder { folder, sharded } = output else { return Ok(()) };
    check_place(folder)?;
    let storage = LocalFolder::new(folder);
    check_archives(chain, &storage)?;
    let keys = Keys::new(chain, exports)?;
    let layout = Layout::new(&list, *sharded, !chain.surveys().is_empty(), keys);
    let inspection = ownership::inspect(&storage, &layout, Existing::Keep)?;
    // What a run that was stopped has done is compared with the documents of the next, and none is read here.
    let inspection = Inspection { under_way: None, ..inspection };
    inspection.admit(&storage, &layout, owner, Existing::Keep, &Forgotten::default(), || Ok(None))
}

/// Refuses a path below a file: the last part of it that is there already is what the others would be made in.
fn check_place(folder: &Path) -> Result<(), RunError> {
    match folder.ancestors().find(|path| path.symlink_metadata().is_ok()) {
        Some(there) if !there.is_dir() => Err(RunError::no_folder(there)),
        _ => Ok(()),
    }
}

/// Opens the folders that surveys compare with, before anything is read, which may take days.
fn check_archives(chain: &Chain, folder: &LocalFolder) -> Result<(), RunError> {
    for survey in chain.surveys() {
        for path in &survey.against {
            Archive::open(path, survey, folder)?;
        }
    }
    Ok(())
}

fn check_names(output: &Output, chain: &Chain, exports: &[&dyn Export]) -> Result<(), RunError> {
    survey::check_exports(chain.surveys(), exports)?;
    if exports.is_empty() {
        return Err(RunError::Outputs("nothing to write: the pipeline has no export".into()));
    }
    if *output == Output::Stdout
        && let Some(survey) = chain.surveys().first()
    {
        return Err(RunError::Outputs(format!(
            "the survey `{}` looks at all documents before any is written, and standard output cannot wait for that; name a \
             folder with --out",
            survey.name()
        )));
    }
    if *output == Output::Stdout && exports.len() > 1 {
        let names: Vec<_> = exports.iter().map(|e| e.file_name()).collect();
        let message = format!(
            "standard output takes one export, and this pipeline has {}; name a folder with --out",
            names.join(", ")
        );
        return Err(RunError::Outputs(message));
    }
    if *output == Output::Stdout
        && let Some(export) = exports.iter().find(|export| !matches!(export.assembly(), Assembly::Joined))
    {
        return Err(RunError::Outputs(format!(
            "`{}` is no format for standard output; name a folder with --out",
            export.file_name()
        )));
    }
    for (i, export) in exports.iter().enumerate() {
        let name = export.file_name();
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(RunError::Outputs(format!(
                "`{name}` is no plain file name; it may not start with a dot or hold a slash"
            )));
        }
        if name == QUARANTINE_FILE {
            return Err(RunError::Outputs(format!(
                "`{name}` is the list of documents that could not be worked on; give the export another file name"
            )));
        }
        if name == SKIPPED_FILE {
            return Err(RunError::Outputs(format!(
                "`{name}` is the list of what was dropped or passed over; give the export another file name"
            )));
        }
        if exports[..i].iter().any(|e| e.file_name() == name) {
            return Err(RunError::Outputs(format!("two exports write `{name}`; give one of them another file name")));
        }
    }
    Ok(())
}
