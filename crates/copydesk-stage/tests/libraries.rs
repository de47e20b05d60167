//! That the number of a type changes with the libraries below its crate, on which `Fingerprint` relies.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

/// A program on a stage on a library, built with nothing but the standard library.
const FILES: [(&str, &str); 7] = [
    ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"library\", \"stage\", \"program\"]\n"),
    ("library/src/lib.rs", "pub fn answer() -> u32 { 42 }\n"),
    (
        "stage/Cargo.toml",
        "[package]\nname = \"stage\"\nedition = \"2024\"\n[dependencies]\nlibrary = { path = \"../library\" }\n",
    ),
    ("stage/src/lib.rs", "pub struct Stage;\npub fn answer() -> u32 { library::answer() }\n"),
    (
        "program/Cargo.toml",
        "[package]\nname = \"program\"\nedition = \"2024\"\n[dependencies]\nstage = { path = \"../stage\" }\n",
    ),
    (
        "program/src/main.rs",
        "use std::{any::TypeId, hash::{DefaultHasher, Hash, Hasher}};\n\
         fn main() {\n\
             let mut hasher = DefaultHasher::new();\n\
             TypeId::of::<stage::Stage>().hash(&mut hasher);\n\
             println!(\"{:x} {}\", hasher.finish(), stage::answer());\n\
         }\n",
    ),
    (
        "library/Cargo.toml",
        "[package]\nname = \"library\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[features]\nmore = []\n",
    ),
];

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// The number of the type, as the program prints it.
fn number(folder: &Path) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let Output { status, stdout, stderr } = Command::new(cargo)
        .args(["run", "--quiet", "--offline", "-p", "program"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .expect("cargo runs");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("it prints a number")
}

#[test]
fn another_version_or_feature_of_a_library_is_another_fingerprint() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (name, text) in FILES {
        write(folder, name, text);
    }
    let (name, manifest) = FILES[6];
    let first = number(folder);
    write(folder, name, &manifest.replace("1.0.0", "1.0.1"));
    let version = number(folder);
    write(folder, name, &manifest.replace("more = []", "default = [\"more\"]\nmore = []"));
    let feature = number(folder);
    write(folder, name, manifest);
    assert_eq!(number(folder), first);
    assert!(first != version && first != feature && version != feature, "{first}{version}{feature}");
}
