//! Where the bytes go, and how they come to stand under their final names.
//!
//! The rest of the runner knows three moments: [`Sink::open`], [`Sink::write`] for one batch in order, and
//! [`Sink::commit`]. A sink that goes away without a commit leaves what stood there before as it was.

use std::{
    fs::{self, File, TryLockError},
    io::{self, BufWriter, Stdout, Write},
    path::{Path, PathBuf},
};

use copydesk_stage::Export;

use crate::{Quarantined, RunError};

/// Name of the file that lists what could not be worked on.
pub const QUARANTINE_FILE: &str = "quarantine.jsonl";

const BUFFER: usize = 256 * 1024;

/// Where a run writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// One file for each export in this folder, which is made where it is missing.
    Folder(PathBuf),
    /// Standard output; for one export. Quarantined documents are only counted and reported.
    Stdout,
    /// Nowhere: everything is done but the writing.
    Nowhere,
}

/// A file that a run has written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// Where it stands.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

#[derive(Debug)]
pub(crate) struct Sink {
    targets: Vec<Target>,
    quarantine: Option<(PathBuf, Option<Part>)>,
    // Held, not read: it keeps a second run out of the folder.
    _lock: Option<File>,
}

#[derive(Debug)]
enum Target {
    Part(Part),
    Stdout(BufWriter<Stdout>),
    Nowhere,
}

impl Sink {
    /// Checks that the outputs can work together, makes what has to be made, and writes the headers.
    pub(crate) fn open(output: &Output, exports: &[Box<dyn Export>]) -> Result<Self, RunError> {
        check_names(output, exports)?;
        let mut sink = match output {
            Output::Nowhere => {
                Self { targets: exports.iter().map(|_| Target::Nowhere).collect(), quarantine: None, _lock: None }
            }
            Output::Stdout => Self {
                targets: vec![Target::Stdout(BufWriter::with_capacity(BUFFER, io::stdout()))],
                quarantine: None,
                _lock: None,
            },
            Output::Folder(folder) => {
                fs::create_dir_all(folder).map_err(|error| write_error(folder, error))?;
                let lock = lock(folder)?;
                let targets = exports
                    .iter()
                    .map(|export| Part::create(folder.join(export.file_name())).map(Target::Part))
                    .collect::<Result<_, _>>()?;
                Self { targets, quarantine: Some((folder.join(QUARANTINE_FILE), None)), _lock: lock }
            }
        };
        let mut header = Vec::new();
        for (target, export) in sink.targets.iter_mut().zip(exports) {
            header.clear();
            export.header(&mut header);
            target.write(&header)?;
        }
        Ok(sink)
    }

    /// Writes one batch: a piece for each export, and the documents that could not be worked on.
    pub(crate) fn write(&mut self, pieces: &[Vec<u8>], quarantined: &[Quarantined]) -> Result<(), RunError> {
        for (target, piece) in self.targets.iter_mut().zip(pieces) {
            target.write(piece)?;
        }
        if let Some((path, slot)) = &mut self.quarantine {
            for entry in quarantined {
                let part = match slot {
                    Some(part) => part,
                    None => slot.insert(Part::create(path.clone())?),
                };
                let line = serde_json::to_string(entry).map_err(|error| RunError::Bug(error.to_string()))?;
                part.write(line.as_bytes())?;
                part.write(b"\n")?;
            }
        }
        Ok(())
    }

    /// Makes everything durable, then gives it its final name. All files are complete on disk before the first of them
    /// is renamed.
    pub(crate) fn commit(mut self) -> Result<Vec<Written>, RunError> {
        let mut parts = Vec::new();
        for target in std::mem::take(&mut self.targets) {
            match target {
                Target::Part(part) => parts.push(part),
                Target::Stdout(mut out) => out.flush().map_err(|error| write_error("standard output", error))?,
                Target::Nowhere => {}
            }
        }
        let mut stale = None;
        match self.quarantine.take() {
            Some((_, Some(part))) => parts.push(part),
            Some((path, None)) => stale = Some(path),
            None => {}
        }
        for part in &mut parts {
            part.sync()?;
        }
        let mut written = Vec::new();
        for part in parts {
            written.push(part.rename()?);
        }
        if let Some(path) = stale {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(write_error(path, error)),
                _ => {}
            }
        }
        if let Some(folder) = written.first().and_then(|w| w.path.parent()) {
            sync_folder(folder)?;
        }
        Ok(written)
    }
}

impl Target {
    fn write(&mut self, bytes: &[u8]) -> Result<(), RunError> {
        match self {
            Self::Part(part) => part.write(bytes),
            Self::Stdout(out) => out.write_all(bytes).map_err(|error| write_error("standard output", error)),
            Self::Nowhere => Ok(()),
        }
    }
}

/// A file on its way: it has a hidden name until it is whole, and goes away if it never is.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    hidden: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
    renamed: bool,
}

impl Part {
    fn create(path: PathBuf) -> Result<Self, RunError> {
        if path.is_dir() {
            return Err(RunError::Outputs(format!("{} is a folder; an output needs that name", path.display())));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let hidden = path.with_file_name(format!(".{name}.tmp"));
        let file = File::create(&hidden).map_err(|error| write_error(&path, error))?;
        Ok(Self { path, hidden, file: BufWriter::with_capacity(BUFFER, file), bytes: 0, renamed: false })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), RunError> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| write_error(&self.path, error))
    }

    fn sync(&mut self) -> Result<(), RunError> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(|error| write_error(&self.path, error))
    }

    fn rename(mut self) -> Result<Written, RunError> {
        fs::rename(&self.hidden, &self.path).map_err(|error| write_error(&self.path, error))?;
        self.renamed = true;
        Ok(Written { path: self.path.clone(), bytes: self.bytes })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.renamed {
            // Best effort: the name is hidden, and the next run writes over it.
            let _ = fs::remove_file(&self.hidden);
        }
    }
}

/// The files of a run, as a source inside the output folder would meet them.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnFiles {
    folder: Option<PathBuf>,
    names: Vec<String>,
}

impl OwnFiles {
    pub(crate) fn of(output: &Output, exports: &[Box<dyn Export>]) -> Self {
        let Output::Folder(folder) = output else { return Self::default() };
        let names = exports.iter().map(|e| e.file_name()).chain([QUARANTINE_FILE]).map(str::to_owned).collect();
        Self { folder: folder.canonicalize().ok(), names }
    }

    /// Whether that input is an output of this run, left there by an earlier one.
    pub(crate) fn contains(&self, uri: &str) -> bool {
        let (Some(folder), path) = (&self.folder, Path::new(uri)) else { return false };
        let named = path.file_name().is_some_and(|name| self.names.iter().any(|n| name == n.as_str()));
        // The cheap test first: only a file of the right name is worth asking the system about.
        named && path.canonicalize().is_ok_and(|path| path.parent() == Some(folder))
    }
}

fn check_names(output: &Output, exports: &[Box<dyn Export>]) -> Result<(), RunError> {
    if exports.is_empty() {
        return Err(RunError::Outputs("nothing to write: the pipeline has no export".into()));
    }
    if *output == Output::Stdout && exports.len() > 1 {
        let names: Vec<_> = exports.iter().map(|e| e.file_name()).collect();
        let message = format!("standard output takes one export, and this pipeline has {}", names.join(", "));
        return Err(RunError::Outputs(message));
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
        if exports[..i].iter().any(|e| e.file_name() == name) {
            return Err(RunError::Outputs(format!("two exports write `{name}`; give one of them another file name")));
        }
    }
    Ok(())
}

/// A lock on the folder itself leaves no file behind, and goes away with the process. Where the system cannot lock a
/// folder the run goes on without.
fn lock(folder: &Path) -> Result<Option<File>, RunError> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(RunError::Busy(folder.to_owned())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn sync_folder(folder: &Path) -> Result<(), RunError> {
    // Only Unix makes a rename durable this way, and only there can a folder be opened.
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|f| f.sync_all()).map_err(|error| write_error(folder, error))?;
    }
    Ok(())
}

fn write_error(path: impl AsRef<Path>, error: io::Error) -> RunError {
    RunError::Write { path: path.as_ref().to_owned(), error }
}
