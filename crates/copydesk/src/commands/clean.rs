//! `copydesk clean`

use std::{fs, io, path::Path};

use anyhow::Context as _;

use super::house::{cache, is_ours};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{count, print, shown},
};

/// What the program keeps below its cache and makes again when it needs it. The crates that it unpacks there are not among it:
/// crates of somebody's own are built on them, and `cargo` cannot make them again.
const KEPT: [(&str, &str); 3] =
    [("target", "what cargo has built"), ("build", "projects of `build` and `dev`"), ("view", "indices of `view`")];

/// Arguments of `copydesk clean`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk clean --dry-run       what is kept, and how large it is
  copydesk clean                 take it away

The cache is COPYDESK_CACHE, or copydesk/ below XDG_CACHE_HOME or ~/.cache. What is needed again is built or indexed again. The \
crates that the program has unpacked there stay, since crates of your own are built on them. The answers that a stage `http` \
keeps lie in the folder that its option `cache` names; its README says how to clear that.")]
pub(crate) struct Args {
    /// Say what would go, and leave it.
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub(crate) fn execute(&self, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let cache = cache()?;
        for (name, what) in KEPT {
            let folder = cache.join(name);
            if folder.exists() && !is_ours(&folder) {
                reporter.write(&format!(
                    "{}: left as it is: it has no CACHEDIR.TAG of `copydesk`, and may be somebody else's\n",
                    shown(&folder)
                ));
                continue;
            }
            let (files, bytes) = held(&folder).with_context(|| format!("cannot read {}", shown(&folder)))?;
            if !self.dry_run && folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("cannot clear {}", shown(&folder)))?;
            }
            if !reporter.quiet {
                let done = if self.dry_run { "" } else { " freed" };
                print(&format!("{}: {what}: {}, {}{done}\n", shown(&folder), count(files, "file"), size(bytes)))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// How many files there are in a folder and below, and how many bytes they have. Links are not followed, and a folder that is
/// not there has none.
fn held(folder: &Path) -> io::Result<(usize, u64)> {
    let (mut files, mut bytes, mut folders) = (0, 0, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                files += 1;
                bytes += about.len();
            }
        }
    }
    Ok((files, bytes))
}

/// Bytes as people say them: `12.3 MB`.
fn size(bytes: u64) -> String {
    let in_units = |unit: u64, name: &str| format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => count(bytes as usize, "byte"),
        1_000..1_000_000 => in_units(1_000, "kB"),
        1_000_000..1_000_000_000 => in_units(1_000_000, "MB"),
        _ => in_units(1_000_000_000, "GB"),
    }
}
