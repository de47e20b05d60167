//! Reading a pipeline file, and saying what is wrong with it.

use std::{io::Read, path::Path};

use anyhow::Context;
use copydesk_pipeline::{Diagnosis, Pipeline, Severity};
use copydesk_stage::Catalog;

use crate::{
    options::LogFormat,
    report::{Failure, Reporter, without_numbers},
    terminal::{Tone, count, shown},
};

/// A pipeline file has a few hundred lines at most; a corpus given by mistake is not read whole.
const MAX_BYTES: u64 = 4 << 20;

/// Opens a pipeline file. What is wrong with it has been said when this fails.
pub(crate) fn open(path: &Path, catalog: &Catalog, reporter: &Reporter) -> Result<Pipeline, Failure> {
    let text = read(path)?;
    load(&shown(path), &text, catalog, reporter)
}

/// The same for a text that is at hand.
pub(crate) fn load(name: &str, text: &str, catalog: &Catalog, reporter: &Reporter) -> Result<Pipeline, Failure> {
    match copydesk_pipeline::load(name, text, catalog) {
        Ok(pipeline) => {
            if !reporter.quiet {
                show(&pipeline.warnings, reporter);
            }
            Ok(pipeline)
        }
        Err(diagnosis) => {
            show(&diagnosis, reporter);
            if reporter.format == LogFormat::Text {
                let errors = count(diagnosis.count(Severity::Error), "error");
                let line = format!("\n{} {name}: {errors}\n", reporter.paint().paint(Tone::Bad, "copydesk:"));
                reporter.write(&line);
            }
            Err(Failure::Said)
        }
    }
}

/// Says what is wrong with a file.
fn show(diagnosis: &Diagnosis, reporter: &Reporter) {
    if diagnosis.is_empty() {
        return;
    }
    match reporter.format {
        LogFormat::Text => reporter.write(&without_numbers(&diagnosis.render(reporter.paint().is_on()))),
        LogFormat::Json => {
            for (item, place) in diagnosis.places() {
                let help = item.help.join("; ");
                let (file, line, column) = (diagnosis.path(), place.line, place.column);
                match item.severity {
                    Severity::Error => {
                        tracing::error!(file, line, column, label = item.label, help, "{}", item.message);
                    }
                    Severity::Warning => {
                        tracing::warn!(file, line, column, label = item.label, help, "{}", item.message);
                    }
                }
            }
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let what = || format!("cannot read the pipeline file {}", shown(path));
    let size = std::fs::metadata(path).with_context(what)?;
    if size.is_dir() {
        anyhow::bail!("{} is a folder; a pipeline file was expected", shown(path));
    }
    // A device has no size.
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(what)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).with_context(what)?;
    if bytes.len() as u64 > MAX_BYTES {
        anyhow::bail!("{} is too large for a pipeline file; is it an input?", shown(path));
    }
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8 text", shown(path)))
}
