//! Which files of a crate its results can depend on.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Folders at the top of a crate that are not compiled into it.
const OTHER_FOLDERS: [&str; 4] = ["benches", "examples", "target", "tests"];
/// Files at the top of a crate that say something about it, and nothing to it.
const OTHER_FILES: [&str; 5] = ["Cargo.lock", "Cargo.toml", "Cargo.toml.orig", "clippy.toml", "rustfmt.toml"];

/// All files that count, by their path inside the folder, in order. What is not known counts: a digest too many costs a
/// run some time, one too few a wrong result.
pub(crate) fn of_crate(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    walk(folder, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let at_top = prefix.is_empty();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        // Through links as well, as the compiler goes.
        if fs::metadata(entry.path())?.is_dir() {
            if !(at_top && OTHER_FOLDERS.contains(&name.as_str())) {
                walk(&entry.path(), &format!("{path}/"), files)?;
            }
            continue;
        }
        let is_other = at_top && OTHER_FILES.contains(&name.as_str());
        if !(is_other || is_about(&name) || is_test(&name)) {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}

/// Whether a file is read by people only.
fn is_about(name: &str) -> bool {
    let markdown = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
    markdown || name.starts_with("NOTICE") || name.starts_with("LICENSE")
}

/// Whether a file holds a module of tests.
fn is_test(name: &str) -> bool {
    name == "tests.rs" || name.ends_with("_tests.rs")
}
