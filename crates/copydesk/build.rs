//! Lists what the program carries: the crates of the house that a crate of somebody's own is built on, so that `new` and
//! `build` work from an installed program without a checkout and without a registry that has them.
//!
//! Where this crate is built in a checkout, as its `crates/copydesk`, the list is that of the checkout; from a registry it is empty, and so the registry
//! is where the crates come from.

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// What a crate of somebody's own names; the rest is what these need.
const NAMED: [&str; 2] = ["copydesk", "copydesk-testkit"];
/// At the top of a crate: what is not compiled into it.
const LEFT_OUT: [&str; 2] = ["tests", "target"];
/// A model of some megabytes, which the program holds already, and where.
const HELD: (&str, &str) = ("crates/copydesk-langid/model/langid.cdl", "copydesk_langid::MODEL");

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    let mut list = String::from("&[");
    if let Some(house) = own.parent().and_then(Path::parent).filter(|house| is_house(house, &own)) {
        let manifest = house.join("Cargo.toml");
        println!("cargo::rerun-if-changed={}", manifest.display());
        // The crates alone, without what else is in the workspace.
        let text = fs::read_to_string(&manifest)?;
        let only_crates =
            |line: &str| if line.starts_with("members = ") { "members = [\"crates/*\"]" } else { line }.to_owned();
        let lines: Vec<String> = text.lines().filter(|line| !line.starts_with("exclude = ")).map(only_crates).collect();
        fs::write(out.join("Cargo.toml"), lines.join("\n") + "\n")?;
        add(&mut list, "Cargo.toml", &out.join("Cargo.toml"));
        for name in ["Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT"] {
            add(&mut list, name, &house.join(name));
        }
        for name in needed(house)? {
            let folder = house.join("crates").join(&name);
            println!("cargo::rerun-if-changed={}", folder.display());
            walk(&folder, &format!("crates/{name}"), true, &mut list)?;
        }
    }
    list.push_str("\n]\n");
    fs::write(out.join("carried.rs"), list)
}

/// Whether the folder is the checkout that this crate is a part of. Where somebody keeps the crates of a registry, theirs is
/// one that has a `Cargo.lock`, too.
fn is_house(folder: &Path, own: &Path) -> bool {
    own == folder.join("crates/copydesk") && folder.join("crates/copydesk-stage/Cargo.toml").is_file()
}

/// The crates of the house that those need which a crate of somebody's own names, these among them.
fn needed(house: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = NAMED.iter().map(|&name| name.to_owned()).collect();
    while let Some(name) = open.pop() {
        if !found.contains(&name) {
            open.extend(house_dependencies(&fs::read_to_string(house.join("crates").join(&name).join("Cargo.toml"))?));
            found.insert(name);
        }
    }
    Ok(found)
}

/// The crates of the house that a manifest names, those for tests aside. It knows how manifests of the house are written;
/// whether it misses one is tested against what cargo says.
fn house_dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies") && !line.contains("dev-dependencies");
        } else if inside && line.starts_with("copydesk-") {
            names.push(line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned());
        }
    }
    names
}

fn walk(folder: &Path, prefix: &str, is_top: bool, list: &mut String) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "__pycache__" || is_top && LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}/{name}");
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &path, false, list)?;
        } else {
            add(list, &path, &entry.path());
        }
    }
    Ok(())
}

fn add(list: &mut String, name: &str, path: &Path) {
    let _ = if name == HELD.0 {
        write!(list, "\n    ({name:?}, {}),", HELD.1)
    } else {
        write!(list, "\n    ({name:?}, include_bytes!({:?})),", path.display().to_string())
    };
}
