//! What a newcomer waits for: the README's first command builds no more than its job needs.

use std::{collections::BTreeSet, fs, process::Command};

use crate::metadata::{output, root};

/// So many crates it may build, those of the house and of the compiler's macros among them. Whoever needs more says in the
/// commit what it costs: `CARGO_TARGET_DIR=/tmp/cold cargo build --release --timings` with the README's options.
const MOST: usize = 193;
/// What it must not build: heavy, and behind features.
const HEAVY: [&str; 4] = ["parquet", "arrow-array", "rusqlite", "libsqlite3-sys"];

/// The first command below "## Two commands".
fn first_command() -> String {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let part = readme.split("\n## Two commands").nth(1).expect("its part");
    let fence = part.split("```sh\n").nth(1).expect("a fence");
    fence.lines().next().expect("a command").to_owned()
}

/// All crates that cargo builds for a package with these features.
fn crates(features: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "-p", "copydesk", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none"]);
    cargo.args(["--format", "{p}", "--no-dedupe"]).args(features).current_dir(root());
    let versions = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    output(&mut cargo).lines().filter(|line| !line.is_empty()).map(versions).collect()
}

#[test]
fn the_first_command_builds_a_lean_set() {
    let command = first_command();
    let features: Vec<&str> =
        command.split(' ').take_while(|word| *word != "--").filter(|word| word.contains("features")).collect();
    assert!(command.starts_with("cargo run --release -p copydesk ") && !features.is_empty(), "{command}");
    let lean = crates(&features);
    assert!(lean.len() <= MOST, "{} crates, and not {MOST}:\n{lean:#?}", lean.len());
    let whole = crates(&[]);
    for name in HEAVY {
        let has = |set: &BTreeSet<String>| set.iter().any(|built| built.starts_with(&format!("{name} ")));
        assert!(!has(&lean) && has(&whole), "{name}");
    }
}
