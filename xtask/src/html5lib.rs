//! `cargo xtask html5lib`: how many of html5lib's tests of tree construction agree.

use std::{env, process::Command};

use anyhow::{Context as _, bail};

/// Runs the test that compares them, which fails where a difference is ours, and shows what it prints.
pub(crate) fn run() -> anyhow::Result<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let test = ["test", "--quiet", "-p", "copydesk-parse", "--lib", "html5lib", "--", "--nocapture"];
    let status =
        Command::new(cargo).args(test).env("COPYDESK_SHARED", "required").status().context("cannot run cargo")?;
    if !status.success() {
        bail!("the trees differ, or the tests are not there");
    }
    Ok(())
}
