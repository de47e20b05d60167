//! Whose an output folder is, and what may be replaced in it.
//!
//! A folder belongs to a pipeline, and to the documents that its records were made of. The same command again lets edits and
//! new documents flow through. Whatever would lose a record because its document is gone, or replace what another pipeline
//! or somebody else wrote, is refused before anything is changed. What a manifest says is not believed where it leads out of
//! the folder, through a link, or to a file that is not as it says.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    io::{self, Read},
    path::{Component, Path},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    Existing, Owner, RunError,
    checksum::{Key, checked_line, read_checked_line},
    earlier,
    error::write_error,
    forgotten::{FORGOTTEN, Forgotten},
    index::{Identities, Standpoint},
    layout::{DELTA, INDEX, Layout, QUARANTINE, QUARANTINE_FILE},
    losses,
    manifest::{FileEntry, MANIFEST, Manifest, PLAN},
    part::{self, PARTS},
    reuse::Known,
    skipped::SKIPPED_FILE,
    storage::{DRAFTS, LocalFolder, STATE, Storage, sum_of},
    times::TIMES,
};

/// A run under way, as a file of the folder says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnderWay {
    pub(crate) owner: Owner,
    pub(crate) work: Key,
}

/// The run that has not come to its end yet.
pub(crate) const RUN: &str = ".copydesk/run";

/// What stands in a folder, looked at and not touched.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// The last run that ended.
    pub(crate) before: Option<Manifest>,
    /// The one whose files were about to get their names.
    pub(crate) plan: Option<Manifest>,
    /// The run that has not come to its end.
    pub(crate) under_way: Option<UnderWay>,
}

/// What a refusal ends with.
const WAYS: &str = "To make them anew, without what is gone: --replace; to write elsewhere: --out";

/// Whoever made what stands in a folder; none where no run has ended.
///
/// # Errors
/// Where the manifest is there and cannot be read.
pub fn owner_of(folder: &Path) -> Result<Option<Owner>, RunError> {
    let manifest = Manifest::read(&LocalFolder::new(folder), MANIFEST)?;
    Ok(manifest.map(|manifest| manifest.files.owner))
}

/// Where the command was given that made a folder, by its path from there; none where no run has come so far.
pub(crate) fn first_place(folder: &LocalFolder) -> Result<Option<String>, RunError> {
    let plan = Manifest::read(folder, PLAN)?;
    let last = if plan.is_some() { plan } else { Manifest::read(folder, MANIFEST)? };
    Ok(last.map(|last| last.files.owner.place))
}

/// Looks at a folder. What it holds that is not as a manifest says, or stands where a file has to go, is refused by name.
pub(crate) fn inspect(folder: &LocalFolder, layout: &Layout, existing: Existing) -> Result<Inspection, RunError> {
    for name in [STATE, PARTS, DRAFTS, MANIFEST, PLAN, RUN, QUARANTINE, INDEX, TIMES, FORGOTTEN] {
        no_link(folder, name)?;
    }
    let (before, plan) = (Manifest::read(folder, MANIFEST)?, Manifest::read(folder, PLAN)?);
    if existing == Existing::Append {
        no_link(folder, DELTA)?;
    }
    let inspection = Inspection { before, plan, under_way: read_under_way(folder) };
    for file in inspection.listed() {
        if !is_inside(&file.name) {
            return Err(RunError::Occupied(format!(
                "{} names `{}`, which can be no output of copydesk. Nothing was changed or removed; write elsewhere: --out",
                folder.locate(MANIFEST).display(),
                file.name.escape_debug()
            )));
        }
        no_link(folder, &file.name)?;
    }
    let targets = targets(folder, layout, &inspection)?;
    let mut files: BTreeMap<&str, Vec<&FileEntry>> = targets.iter().map(|name| (name.as_str(), Vec::new())).collect();
    for file in inspection.listed().filter(|file| !file.name.starts_with(STATE)) {
        files.entry(&file.name).or_default().push(file);
    }
    for (name, listed) in files {
        inspection.check(folder, name, &listed, existing)?;
    }
    Ok(inspection)
}

/// The shards that are done in a folder where many jobs may be at work. It is made where it is missing.
pub(crate) fn known_parts(folder: &LocalFolder, layout: &Layout) -> Result<Known, RunError> {
    if folder.root().exists() && !folder.root().is_dir() {
        return Err(RunError::Outputs(format!("{} is no folder; `--out` takes a folder", folder.root().display())));
    }
    for name in [STATE, PARTS, DRAFTS, MANIFEST] {
        no_link(folder, name)?;
    }
    fs::create_dir_all(folder.root()).map_err(|error| write_error(folder.root(), error))?;
    let before = Manifest::read(folder, MANIFEST)?;
    Known::look(Arc::new(folder.clone()), layout, before.iter())
}

impl Inspection {
    /// The last run that ended, or was about to.
    pub(crate) fn last(&self) -> Option<&Manifest> {
        self.plan.as_ref().or(self.before.as_ref())
    }

    /// All files that were written by copydesk.
    fn listed(&self) -> impl Iterator<Item = &FileEntry> {
        self.before.iter().chain(&self.plan).flat_map(|manifest| &manifest.files.list)
    }

    /// Refuses what stands under the name of an output and is not ours, or not as we wrote it.
    fn check(
        &self,
        folder: &LocalFolder,
        name: &str,
        listed: &[&FileEntry],
        existing: Existing,
    ) -> Result<(), RunError> {
        let path = folder.locate(name);
        let shown = path.display();
        let metadata = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(RunError::Read { path, error }),
            Ok(metadata) => metadata,
        };
        if !metadata.is_file() {
            let what = if metadata.is_dir() { "a folder" } else { "no regular file" };
            return Err(RunError::Occupied(format!("{shown} is {what}, and an output needs that name")));
        }
        if listed.is_empty() {
            let torn = self.before.is_none() && folder.size(MANIFEST).is_ok();
            let why = if torn { " (its manifest is damaged, or of another version)" } else { "" };
            return Err(RunError::Occupied(format!(
                "{shown} was not written by copydesk{why}, and an output needs that name. Nothing was changed.\n\
                 Move it away, or write elsewhere: --out"
            )));
        }
        let as_written = |file: &&FileEntry| file.bytes == metadata.len() && sum_of(&path).is_ok_and(|s| s == file.sum);
        if existing == Existing::Replace || listed.iter().any(as_written) {
            return Ok(());
        }
        Err(RunError::Occupied(format!(
            "{shown} was changed by somebody else since copydesk wrote it. Nothing was changed.\n\
             To replace it all the same: --replace; to write elsewhere: --out"
        )))
    }

    /// Refuses a run that is not the one of the folder and would lose what that one has done. `list` gives the documents of
    /// this run, where they can be listed before it begins.
    pub(crate) fn admit(
        &self,
        folder: &LocalFolder,
        layout: &Layout,
        owner: &Owner,
        existing: Existing,
        forgotten: &Forgotten,
        mut list: impl FnMut() -> Result<Option<Identities>, RunError>,
    ) -> Result<(), RunError> {
        let root = folder.root().display();
        if let Some(last) =
            self.last().filter(|last| existing == Existing::Append && last.files.exports != layout.exports)
        {
            let pipeline = &last.files.owner.pipeline;
            return Err(RunError::Occupied(format!(
                "{root} holds rows of other exports ({pipeline}), and these cannot be put behind them. Nothing was changed.\n\
                 To make the outputs anew, without what is gone: --replace; to write elsewhere: --out"
            )));
        }
        if let Some(last) = self.last().filter(|_| existing == Existing::Keep) {
            let then = &last.files;
            if then.work != layout.work && then.owner.pipeline != owner.pipeline {
                let pipeline = &then.owner.pipeline;
                return Err(RunError::Occupied(format!(
                    "{root} holds the records of another pipeline ({pipeline}). Nothing was changed.\n{}{WAYS}",
                    if then.exports == layout.exports { "To add to them: --append. " } else { "" }
                )));
            }
            // Of the same inputs it turns out at the end whether some are gone.
            if !then.owner.has_inputs_of(owner)
                && let Some(now) = list()?
            {
                let then = earlier::written(folder, last)?.into_iter().collect::<Vec<_>>();
                let missing = then.into_iter().filter(|document| !now.contains(&document.identity));
                let missing = missing.filter(|document| !forgotten.has(document));
                losses::refuse(folder, last.files.exports == layout.exports, missing)?;
            }
        }
        let Some(under_way) = self.under_way.as_ref().filter(|under_way| under_way.owner != *owner) else {
            return Ok(());
        };
        let published = self.last().into_iter().flat_map(|last| last.entries.iter().map(|e| e.key).chain(last.keys()));
        let published: HashSet<_> = published.collect();
        let parts = folder.list(PARTS).map_err(|error| RunError::Read { path: folder.locate(PARTS), error })?;
        let parts = parts.iter().filter(|name| part::is_name(name)).filter_map(|name| part::read_entry(folder, name));
        let mut parts = parts.filter(|entry| !published.contains(&entry.key)).peekable();
        if parts.peek().is_none() {
            return Ok(());
        }
        let stopped = || {
            let Owner { pipeline, inputs, .. } = &under_way.owner;
            RunError::Occupied(format!(
                "a run of {pipeline} over {} was stopped in {root}, and what it has done would be lost. Nothing was changed.\n\
                 Give that command again; or, to do without: --replace; or write elsewhere: --out",
                inputs.join(" ")
            ))
        };
        if under_way.work != layout.work && under_way.owner.pipeline != owner.pipeline {
            return Err(stopped());
        }
        let Some(now) = list()? else { return Err(stopped()) };
        let from = Standpoint::new(folder.root(), &under_way.owner.place);
        for entry in parts {
            let read = earlier::of_part(folder, &entry, &from)?;
            if read.iter().any(|document| !now.contains(&document.identity) && !forgotten.has(document)) {
                return Err(stopped());
            }
        }
        Ok(())
    }
}

pub(crate) fn read_under_way(folder: &LocalFolder) -> Option<UnderWay> {
    let mut line = Vec::new();
    folder.read(RUN, 0).ok()?.read_to_end(&mut line).ok()?;
    read_checked_line(&line)
}

/// Says in the folder whose run is under way.
pub(crate) fn write_under_way(folder: &LocalFolder, under_way: &UnderWay) -> Result<(), RunError> {
    if read_under_way(folder).as_ref() == Some(under_way) {
        return Ok(());
    }
    let written = checked_line(under_way).and_then(|line| folder.replace(RUN, line.as_bytes()));
    written.map_err(|error| write_error(folder.locate(RUN), error))
}

/// What the run will write that may stand there already.
fn targets(folder: &LocalFolder, layout: &Layout, inspection: &Inspection) -> Result<Vec<String>, RunError> {
    let mut targets = vec![QUARANTINE_FILE.to_owned(), SKIPPED_FILE.to_owned()];
    for (output, name) in layout.names.iter().enumerate() {
        if layout.split[output] {
            let ours = inspection.listed().any(|file| layout.split_folder(&file.name) == Some(name));
            check_split(folder, name, ours)?;
            continue;
        }
        if !layout.sharded {
            targets.push(name.clone());
            continue;
        }
        let first = layout.file(output, 0);
        let Some((shards, _)) = first.rsplit_once('/') else { continue };
        no_link(folder, shards)?;
        let path = folder.locate(shards);
        if path.exists() && !path.is_dir() {
            return Err(RunError::Occupied(format!("{} is no folder, and an output needs that name", path.display())));
        }
        let names = folder.list(shards).map_err(|error| RunError::Read { path, error })?;
        targets.extend(names.into_iter().filter(|name| layout.is_shard_of(output, name)));
    }
    Ok(targets)
}

/// Refuses a folder for files of documents that somebody else has filled. What stands beside ours in one of ours stays, and
/// is never written over.
fn check_split(folder: &LocalFolder, name: &str, ours: bool) -> Result<(), RunError> {
    no_link(folder, name)?;
    let path = folder.locate(name);
    if !path.exists() {
        return Ok(());
    }
    if !path.is_dir() {
        return Err(RunError::Occupied(format!("{} is no folder, and an output needs that name", path.display())));
    }
    let names = folder.list(name).map_err(|error| RunError::Read { path: path.clone(), error })?;
    if ours || names.is_empty() {
        return Ok(());
    }
    Err(RunError::Occupied(format!(
        "{} holds files that were not written by copydesk, and an output needs that folder. Nothing was changed.\n\
         Move it away, or write elsewhere: --out",
        path.display()
    )))
}

/// Whether a name in a manifest is one that a run can have written: below the folder, and hidden only where that is ours.
fn is_inside(name: &str) -> bool {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(n) if !n.as_encoded_bytes().starts_with(b"."));
    [QUARANTINE, INDEX].contains(&name)
        || (!name.is_empty() && !name.contains(['\\', '\0', ':']) && Path::new(name).components().all(plain))
}

/// Refuses a link on the way to a file.
pub(crate) fn no_link(folder: &LocalFolder, name: &str) -> Result<(), RunError> {
    let mut path = folder.root().to_owned();
    for part in Path::new(name).components() {
        path.push(part);
        if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(RunError::Occupied(format!(
                "{} is a link, and copydesk writes through none. Nothing was changed.\nRemove it, or write elsewhere: --out",
                path.display()
            )));
        }
    }
    Ok(())
}
