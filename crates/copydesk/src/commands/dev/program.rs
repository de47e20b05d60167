//! The program of the crate in the current folder, built.

use std::{path::PathBuf, process::Stdio};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::{commands::build, report::Reporter};

/// What cargo says of something that it has built.
#[derive(Debug, Deserialize)]
struct Artifact {
    #[serde(default)]
    executable: Option<PathBuf>,
}

/// Has cargo build the crate, and finds its program.
pub(super) fn built(reporter: &Reporter) -> anyhow::Result<PathBuf> {
    let mut cargo = build::cargo();
    cargo.args(["build", "--bins", "--message-format", "json-render-diagnostics"]);
    if reporter.quiet {
        cargo.arg("--quiet");
    }
    let output = cargo.stderr(Stdio::inherit()).output();
    let output = output.context("cargo cannot be started: it comes with Rust, see https://rustup.rs")?;
    if !output.status.success() {
        bail!("cargo could not build the crate; its messages stand above");
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let programs: Vec<PathBuf> =
        said.lines().filter_map(|line| serde_json::from_str::<Artifact>(line).ok()?.executable).collect();
    match programs.as_slice() {
        [program] => Ok(program.clone()),
        [] => bail!("the crate has no program that has its stage: write a src/main.rs as `copydesk new stage` does"),
        _ => bail!("the crate has {} programs: leave one, that has its stage", programs.len()),
    }
}
