//! Extractors for Python, in a process of their own that waits for its turn.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

/// The process, and the extractors that it has found.
pub(crate) struct Python {
    running: Option<(Child, ChildStdin, BufReader<ChildStdout>)>,
    names: Vec<String>,
}

/// Starts the process and asks what it has. Without Python there is nothing to compare with.
pub(crate) fn start(program: &str, folder: &Path) -> Result<Python> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers.py");
    let spawned = Command::new(program).arg(script).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        println!("no {program}: peers for Python are left out");
        return Ok(Python { running: None, names: Vec::new() });
    };
    let (Some(ask), Some(answer)) = (child.stdin.take(), child.stdout.take()) else { bail!("{program} has no pipes") };
    let mut answer = BufReader::new(answer);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    let names = line.split_whitespace().map(str::to_owned).collect();
    Ok(Python { running: Some((child, ask, answer)), names })
}

impl Python {
    /// The extractors that are installed.
    pub(crate) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// The seconds that an extractor takes for each page.
    pub(crate) fn round(&mut self, name: &str) -> Result<Vec<f64>> {
        let Some((_, ask, answer)) = &mut self.running else { return Ok(Vec::new()) };
        writeln!(ask, "{name}")?;
        let mut line = String::new();
        answer.read_line(&mut line)?;
        line.split_whitespace().map(|s| s.parse().with_context(|| format!("`{s}` is no number of seconds"))).collect()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        if let Some((mut child, ask, _)) = self.running.take() {
            // The script ends when nobody asks any more.
            drop(ask);
            _ = child.wait();
        }
    }
}
